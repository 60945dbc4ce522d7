"""Facets that lie in one plane turned against each other: where they overlap, and what that leaves of them.

References: [Jacobson2013] for the winding number, [VanOosterom1983] for the solid angle of a triangle.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from geometry.radiation.box_tree import STACK
from geometry.radiation.view_factors.convex_pieces import MOST_CORNERS
from geometry.radiation.view_factors.visibility import clip_convex

_AGAINST = -0.999
_LEAST_OVERLAP = 1e-7
"""Of the smaller piece: less is rounding."""

ROOM = 3 * MOST_CORNERS


@njit(cache=True, nogil=True)
def _clipped_to_prism(polygon, count, prism, low, high, normal, work, out):  # type: ignore[no-untyped-def]
    """A convex polygon clipped to the prism over a convex piece (counterclockwise about `normal`)."""
    size = count
    out[:size] = polygon[:size]
    for e in range(low, high):
        f = e + 1 if e + 1 < high else low
        ux, uy, uz = prism[f, 0] - prism[e, 0], prism[f, 1] - prism[e, 1], prism[f, 2] - prism[e, 2]
        x, y, z = (
            normal[1] * uz - normal[2] * uy,
            normal[2] * ux - normal[0] * uz,
            normal[0] * uy - normal[1] * ux,
        )
        height = x * prism[e, 0] + y * prism[e, 1] + z * prism[e, 2]
        size = clip_convex(out, size, x, y, z, height, work)
        out[:size] = work[:size]
        if size < 3:
            return 0
    return size


@njit(cache=True, nogil=True)
def _area_and_middle(polygon, count, normal, middle):  # type: ignore[no-untyped-def]
    """Area about a normal, and the mean of the corners into `middle`."""
    doubled = 0.0
    middle[:] = 0.0
    for k in range(count):
        middle += polygon[k] / count
    for k in range(1, count - 1):
        ux, uy, uz = (
            polygon[k, 0] - polygon[0, 0],
            polygon[k, 1] - polygon[0, 1],
            polygon[k, 2] - polygon[0, 2],
        )
        vx, vy, vz = (
            polygon[k + 1, 0] - polygon[0, 0],
            polygon[k + 1, 1] - polygon[0, 1],
            polygon[k + 1, 2] - polygon[0, 2],
        )
        doubled += (
            normal[0] * (uy * vz - uz * vy)
            + normal[1] * (uz * vx - ux * vz)
            + normal[2] * (ux * vy - uy * vx)
        )
    return 0.5 * abs(doubled)


@njit(cache=True, nogil=True)
def overlaps(  # type: ignore[no-untyped-def]
    owner, normal, height, first_corner, corners, tolerance,
    node_low, node_high, child, first, last, order, found, shared, middles,
):  # fmt: skip
    """Pairs of pieces that overlap in one plane, turned against each other, into `found` (n, 2), each pair
    both ways; returns how many.  Where `found` is too small they are only counted."""
    count = 0
    stack = np.empty(STACK, np.int64)
    work, out = np.empty((ROOM, 3)), np.empty((ROOM, 3))
    low, high, middle = np.empty(3), np.empty(3), np.empty(3)
    area = np.empty(owner.shape[0])
    for p in range(owner.shape[0]):
        begin, end = first_corner[p], first_corner[p + 1]
        area[p] = _area_and_middle(corners[begin:end], end - begin, normal[owner[p]], middle)
    for p in range(owner.shape[0]):
        n = normal[owner[p]]
        begin, end = first_corner[p], first_corner[p + 1]
        for i in range(3):
            low[i] = corners[begin:end, i].min() - tolerance
            high[i] = corners[begin:end, i].max() + tolerance
        stack[0] = 0
        depth = 1
        while depth > 0:
            depth -= 1
            node = stack[depth]
            apart = False
            for i in range(3):
                apart = apart or node_low[node, i] > high[i] or node_high[node, i] < low[i]
            if apart:
                continue
            if child[node] >= 0:
                stack[depth], stack[depth + 1] = child[node], child[node] + 1
                depth += 2
                continue
            for k in range(first[node], last[node]):
                q = order[k]
                m = normal[owner[q]]
                if n[0] * m[0] + n[1] * m[1] + n[2] * m[2] > _AGAINST:
                    continue
                size = _clipped_to_prism(
                    corners[begin:end], end - begin, corners, first_corner[q], first_corner[q + 1], m,
                    work, out,
                )  # fmt: skip
                flush = size >= 3
                for c in range(size):
                    h = m[0] * out[c, 0] + m[1] * out[c, 1] + m[2] * out[c, 2] - height[owner[q]]
                    flush = flush and abs(h) <= tolerance
                if not flush:
                    continue
                overlap = _area_and_middle(out, size, n, middle)
                if overlap <= _LEAST_OVERLAP * min(area[p], area[q]):
                    continue
                if count < found.shape[0]:
                    found[count, 0], found[count, 1] = p, q
                    shared[count] = overlap
                    middles[count] = middle
                count += 1
    return count


@njit(cache=True, nogil=True)
def winding(point, normal, height, tolerance, triangles):  # type: ignore[no-untyped-def]
    """Winding number of a point by all triangles (n, 3, 3) that do not lie in the plane through it."""
    total = 0.0
    for f in range(triangles.shape[0]):
        off = 0.0
        for c in range(3):
            h = -height
            for i in range(3):
                h += normal[i] * triangles[f, c, i]
            off = max(off, abs(h))
        if off <= tolerance:
            continue
        a, b, c = triangles[f, 0] - point, triangles[f, 1] - point, triangles[f, 2] - point
        la, lb, lc = np.sqrt((a**2).sum()), np.sqrt((b**2).sum()), np.sqrt((c**2).sum())
        det = (
            a[0] * (b[1] * c[2] - b[2] * c[1])
            + a[1] * (b[2] * c[0] - b[0] * c[2])
            + a[2] * (b[0] * c[1] - b[1] * c[0])
        )
        total += 2.0 * np.arctan2(
            det, la * lb * lc + (a * b).sum() * lc + (b * c).sum() * la + (c * a).sum() * lb
        )
    return total / (4.0 * np.pi)


@njit(cache=True, nogil=True)
def rest_of(pieces, counts, covers, first_cover, normal):  # type: ignore[no-untyped-def]
    """Convex pieces less the prisms over other pieces (counterclockwise about `normal`): corners, counts, and
    which piece each is left of."""
    alive = pieces.shape[0]
    fragments, sizes, whence = pieces.copy(), counts.copy(), np.arange(alive)
    work = np.empty((ROOM, 3))
    inside = np.empty((ROOM, 3))
    for q in range(first_cover.shape[0] - 1):
        low, high = first_cover[q], first_cover[q + 1]
        met = 0
        for f in range(alive):
            if _clipped_to_prism(fragments[f], sizes[f], covers, low, high, normal, work, inside) >= 3:
                met += 1
        if met == 0:
            continue
        room = alive + 2 * met * (high - low)
        spare, spare_sizes = np.empty((room, ROOM, 3)), np.empty(room, np.int64)
        spare_whence = np.empty(room, np.int64)
        left = 0
        for f in range(alive):
            if _clipped_to_prism(fragments[f], sizes[f], covers, low, high, normal, work, inside) < 3:
                spare[left], spare_sizes[left] = fragments[f], sizes[f]
                spare_whence[left] = whence[f]
                left += 1
                continue
            size, begin = sizes[f], left
            inside[:size] = fragments[f, :size]
            for e in range(low, high):
                g = e + 1 if e + 1 < high else low
                ux, uy, uz = (
                    covers[g, 0] - covers[e, 0],
                    covers[g, 1] - covers[e, 1],
                    covers[g, 2] - covers[e, 2],
                )
                x, y, z = (
                    normal[1] * uz - normal[2] * uy,
                    normal[2] * ux - normal[0] * uz,
                    normal[0] * uy - normal[1] * ux,
                )
                height = x * covers[e, 0] + y * covers[e, 1] + z * covers[e, 2]
                out = clip_convex(inside, size, -x, -y, -z, -height, work)
                if out > MOST_CORNERS:  # two halves of a convex polygon are convex
                    half = out // 2
                    spare[left, : half + 1] = work[: half + 1]
                    spare_sizes[left] = half + 1
                    spare[left + 1, 0] = work[0]
                    spare[left + 1, 1 : out - half + 1] = work[half:out]
                    spare_sizes[left + 1] = out - half + 1
                    left += 2
                elif out >= 3:
                    spare[left, :out] = work[:out]
                    spare_sizes[left] = out
                    left += 1
                size = clip_convex(inside, size, x, y, z, height, work)
                inside[:size] = work[:size]
            spare_whence[begin:left] = whence[f]
        fragments, sizes, alive = spare[:left].copy(), spare_sizes[:left].copy(), left
        whence = spare_whence[:left].copy()
    return fragments[:alive], sizes[:alive], whence[:alive]
