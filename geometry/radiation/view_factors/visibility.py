"""Which planar parts can see each other, and what might stand between them.

Conservative throughout: a polygon is left out only where a plane proves that no line from one part to the
other can cross it.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from geometry.radiation.box_tree import STACK, BoxTree, box_top, box_tree
from geometry.radiation.view_factors.convex_pieces import MOST_COVER_CORNERS
from geometry.radiation.view_factors.planar_parts import PlanarParts

MOST_BLOCKERS = 48
TOO_MANY = MOST_BLOCKERS + 1


def blocker_tree(blockers: PlanarParts) -> BoxTree:
    """The tree of all convex pieces of the blocking parts."""
    starts = blockers.first_corner[:-1]
    low = np.minimum.reduceat(blockers.corners_m, starts)
    high = np.maximum.reduceat(blockers.corners_m, starts)
    return box_tree(low, high)


@njit(inline="always")
def _top(cover, count, normal):  # type: ignore[no-untyped-def]
    """Largest height of a cover's corners along a normal."""
    top = -np.inf
    for k in range(count):
        h = normal[0] * cover[k, 0] + normal[1] * cover[k, 1] + normal[2] * cover[k, 2]
        top = max(top, h)
    return top


@njit(cache=True, nogil=True)
def facing_pairs(label, normal, height, cover, count, tolerance, inactive, rows, pairs):  # type: ignore[no-untyped-def]
    """Pairs of parts each of which reaches before the other's plane, into `pairs` (n, 2); returns how many.

    Where `pairs` is too small they are only counted.  `rows` is the range of first parts.
    """
    found = 0
    parts = label.shape[0]
    for p in range(rows[0], rows[1]):
        for q in range(p + 1, parts):
            if label[p] == inactive and label[q] == inactive:
                continue
            if _top(cover[q], count[q], normal[p]) - height[p] <= tolerance:
                continue
            if _top(cover[p], count[p], normal[q]) - height[q] <= tolerance:
                continue
            if found < pairs.shape[0]:
                pairs[found, 0], pairs[found, 1] = p, q
            found += 1
    return found


@njit(cache=True, nogil=True)
def clip_convex(polygon, count, nx, ny, nz, height, out):  # type: ignore[no-untyped-def]
    """Corners of a convex polygon where n . x >= height, into `out`; returns how many."""
    kept = 0
    if count == 0:
        return 0
    last = count - 1
    h0 = nx * polygon[last, 0] + ny * polygon[last, 1] + nz * polygon[last, 2] - height
    for k in range(count):
        h1 = nx * polygon[k, 0] + ny * polygon[k, 1] + nz * polygon[k, 2] - height
        if (h0 > 0.0 and h1 < 0.0) or (h0 < 0.0 and h1 > 0.0):
            t = h0 / (h0 - h1)
            for i in range(3):
                out[kept, i] = polygon[last, i] + t * (polygon[k, i] - polygon[last, i])
            kept += 1
        if h1 >= 0.0:
            for i in range(3):
                out[kept, i] = polygon[k, i]
            kept += 1
        last = k
        h0 = h1
    return kept


@njit(inline="always")
def _apart_along(x, y, z, first, n, second, m, blocker, low, high, tolerance):  # type: ignore[no-untyped-def]
    """Whether the direction separates the blocker from both covers together."""
    size = np.sqrt(x * x + y * y + z * z)
    if size == 0.0:
        return False
    margin = tolerance * size
    shaft_low, shaft_high = np.inf, -np.inf
    for k in range(n):
        h = x * first[k, 0] + y * first[k, 1] + z * first[k, 2]
        shaft_low, shaft_high = min(shaft_low, h), max(shaft_high, h)
    for k in range(m):
        h = x * second[k, 0] + y * second[k, 1] + z * second[k, 2]
        shaft_low, shaft_high = min(shaft_low, h), max(shaft_high, h)
    block_low, block_high = np.inf, -np.inf
    for k in range(low, high):
        h = x * blocker[k, 0] + y * blocker[k, 1] + z * blocker[k, 2]
        block_low, block_high = min(block_low, h), max(block_high, h)
    return block_low >= shaft_high - margin or block_high <= shaft_low + margin


@njit(cache=True, nogil=True)
def _faces_apart(first, n, second, m, blocker, low, high, tolerance):  # type: ignore[no-untyped-def]
    """Whether a plane through an edge of one cover and a corner of the other separates."""
    for a in range(n):
        b = (a + 1) % n
        ux, uy, uz = first[b, 0] - first[a, 0], first[b, 1] - first[a, 1], first[b, 2] - first[a, 2]
        for c in range(m):
            vx, vy, vz = second[c, 0] - first[a, 0], second[c, 1] - first[a, 1], second[c, 2] - first[a, 2]
            x, y, z = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
            if _apart_along(x, y, z, first, n, second, m, blocker, low, high, tolerance):
                return True
    return False


@njit(cache=True, nogil=True)
def cannot_block(first, n, second, m, blocker, low, high, tolerance):  # type: ignore[no-untyped-def]
    """Whether no line between two convex covers crosses the inside of a convex polygon, by planes.

    The polygon's own plane with both covers on one side of it; planes that part the polygon from the
    convex hull of the covers: through an edge of one and a corner of the other, and along pairs of edges
    of covers, of lines between them and of the polygon.
    """
    ax, ay, az = (
        blocker[low + 1, 0] - blocker[low, 0],
        blocker[low + 1, 1] - blocker[low, 1],
        blocker[low + 1, 2] - blocker[low, 2],
    )
    bx, by, bz = (
        blocker[low + 2, 0] - blocker[low, 0],
        blocker[low + 2, 1] - blocker[low, 1],
        blocker[low + 2, 2] - blocker[low, 2],
    )
    x, y, z = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
    if _apart_along(x, y, z, first, n, second, m, blocker, low, high, tolerance):
        return True
    if _faces_apart(first, n, second, m, blocker, low, high, tolerance):
        return True
    if _faces_apart(second, m, first, n, blocker, low, high, tolerance):
        return True
    for e in range(low, high):
        f = e + 1 if e + 1 < high else low
        ux, uy, uz = (
            blocker[f, 0] - blocker[e, 0],
            blocker[f, 1] - blocker[e, 1],
            blocker[f, 2] - blocker[e, 2],
        )
        for a in range(n):
            for c in range(m):
                vx, vy, vz = (
                    second[c, 0] - first[a, 0],
                    second[c, 1] - first[a, 1],
                    second[c, 2] - first[a, 2],
                )
                x, y, z = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
                if _apart_along(x, y, z, first, n, second, m, blocker, low, high, tolerance):
                    return True
    return False


@njit(cache=True, nogil=True)
def hides_wholly(first, n, second, m, blocker, low, high, tolerance):  # type: ignore[no-untyped-def]
    """Whether every line between two convex covers crosses a convex polygon: those between corners do.

    From one point the covered part of a plane is convex, and so it is from the other end.
    """
    x, y, z = 0.0, 0.0, 0.0
    for k in range(low + 1, high - 1):
        ux, uy, uz = (
            blocker[k, 0] - blocker[low, 0],
            blocker[k, 1] - blocker[low, 1],
            blocker[k, 2] - blocker[low, 2],
        )
        vx, vy, vz = (
            blocker[k + 1, 0] - blocker[low, 0],
            blocker[k + 1, 1] - blocker[low, 1],
            blocker[k + 1, 2] - blocker[low, 2],
        )
        x, y, z = x + uy * vz - uz * vy, y + uz * vx - ux * vz, z + ux * vy - uy * vx
    size = np.sqrt(x * x + y * y + z * z)
    if size == 0.0:
        return False
    x, y, z = x / size, y / size, z / size
    height = x * blocker[low, 0] + y * blocker[low, 1] + z * blocker[low, 2]
    for a in range(n):
        over = x * first[a, 0] + y * first[a, 1] + z * first[a, 2] - height
        for c in range(m):
            under = x * second[c, 0] + y * second[c, 1] + z * second[c, 2] - height
            if min(abs(over), abs(under)) <= tolerance or (over > 0.0) == (under > 0.0):
                return False
            t = over / (over - under)
            px = first[a, 0] + t * (second[c, 0] - first[a, 0])
            py = first[a, 1] + t * (second[c, 1] - first[a, 1])
            pz = first[a, 2] + t * (second[c, 2] - first[a, 2])
            for e in range(low, high):
                f = e + 1 if e + 1 < high else low
                ux, uy, uz = (
                    blocker[f, 0] - blocker[e, 0],
                    blocker[f, 1] - blocker[e, 1],
                    blocker[f, 2] - blocker[e, 2],
                )
                vx, vy, vz = px - blocker[e, 0], py - blocker[e, 1], pz - blocker[e, 2]
                turn = x * (uy * vz - uz * vy) + y * (uz * vx - ux * vz) + z * (ux * vy - uy * vx)
                if turn < -1e-3 * tolerance * np.sqrt(ux * ux + uy * uy + uz * uz):
                    return False
    return True


@njit(cache=True, nogil=True)
def possible_blockers(  # type: ignore[no-untyped-def]
    pairs, normal, height, cover, cover_count, tolerance,
    node_low, node_high, child, first, last, order, first_corner, corners, found, counts,
):  # fmt: skip
    """Convex pieces that may stand between each pair of parts, into `found` (n, MOST_BLOCKERS).

    `counts` tells how many; TOO_MANY where there is no room for all.  -1: they see nothing of each other,
    since the parts as clipped to each other's planes have nothing left or one piece hides all.
    """
    p_cover = np.empty((MOST_COVER_CORNERS + 2, 3))
    q_cover = np.empty((MOST_COVER_CORNERS + 2, 3))
    stack = np.empty(STACK, np.int64)
    for pair in range(pairs.shape[0]):
        p, q = pairs[pair, 0], pairs[pair, 1]
        n = clip_convex(
            cover[p], cover_count[p], normal[q, 0], normal[q, 1], normal[q, 2], height[q] - tolerance, p_cover
        )
        m = clip_convex(
            cover[q], cover_count[q], normal[p, 0], normal[p, 1], normal[p, 2], height[p] - tolerance, q_cover
        )
        if n < 3 or m < 3:
            counts[pair] = -1
            continue
        low = np.full(3, np.inf)
        high = np.full(3, -np.inf)
        for i in range(3):
            for k in range(n):
                low[i], high[i] = min(low[i], p_cover[k, i]), max(high[i], p_cover[k, i])
            for k in range(m):
                low[i], high[i] = min(low[i], q_cover[k, i]), max(high[i], q_cover[k, i])
        total = 0
        hidden = False
        stack[0] = 0
        depth = 1
        while depth > 0 and total < TOO_MANY and not hidden:
            depth -= 1
            node = stack[depth]
            apart = False
            for i in range(3):
                apart = apart or node_low[node, i] > high[i] or node_high[node, i] < low[i]
            if apart:
                continue
            if box_top(node_low[node], node_high[node], normal[p]) <= height[p] + tolerance:
                continue
            if box_top(node_low[node], node_high[node], normal[q]) <= height[q] + tolerance:
                continue
            if child[node] >= 0:
                stack[depth], stack[depth + 1] = child[node], child[node] + 1
                depth += 2
                continue
            for k in range(first[node], last[node]):
                piece = order[k]
                begin, end = first_corner[piece], first_corner[piece + 1]
                if _top(corners[begin:end], end - begin, normal[p]) <= height[p] + tolerance:
                    continue
                if _top(corners[begin:end], end - begin, normal[q]) <= height[q] + tolerance:
                    continue
                if cannot_block(p_cover, n, q_cover, m, corners, begin, end, tolerance):
                    continue
                if hides_wholly(p_cover, n, q_cover, m, corners, begin, end, tolerance):
                    hidden = True
                    break
                if total < MOST_BLOCKERS:
                    found[pair, total] = piece
                total += 1
                if total == TOO_MANY:
                    break
        counts[pair] = -1 if hidden else total
