"""Convex pieces of planar polygons, and convex covers of at most eight corners around them."""

from __future__ import annotations

import numpy as np
from numba import njit

from geometry.validation import FloatArray, IntArray

MOST_CORNERS = 64
MOST_COVER_CORNERS = 8
_MOST_TO_MERGE = 256


@njit(inline="always")
def _turn(points, a, b, c, normal):  # type: ignore[no-untyped-def]
    """Twice the signed area of the triangle a, b, c about the normal."""
    ux, uy, uz = points[b, 0] - points[a, 0], points[b, 1] - points[a, 1], points[b, 2] - points[a, 2]
    vx, vy, vz = points[c, 0] - points[b, 0], points[c, 1] - points[b, 1], points[c, 2] - points[b, 2]
    return normal[0] * (uy * vz - uz * vy) + normal[1] * (uz * vx - ux * vz) + normal[2] * (ux * vy - uy * vx)


@njit(inline="always")
def _copy(source, count, out, begin):  # type: ignore[no-untyped-def]
    """The first `count` of `source` into `out` from `begin` on; slices would take seconds to compile."""
    for k in range(count):
        out[begin + k] = source[k]


@njit(cache=True, nogil=True)
def _loop(start, end, weight, low, high, points, normal, area, loop):  # type: ignore[no-untyped-def]
    """Corners of a boundary that is one convex loop, into `loop`; 0 where it is not."""
    count = high - low
    if count < 3 or count > MOST_CORNERS:
        return 0
    edge = low
    for k in range(count):
        if weight[edge] != 1.0:
            return 0
        loop[k] = start[edge]
        following = -1
        for other in range(low, high):
            if start[other] == end[edge]:
                if following >= 0:
                    return 0
                following = other
        if following < 0:
            return 0
        if _turn(points, start[edge], end[edge], end[following], normal) <= 0.0:
            return 0
        edge = following
    if edge != low:
        return 0
    doubled = 0.0
    for k in range(1, count - 1):
        doubled += _turn(points, loop[0], loop[k], loop[k + 1], normal)
    return count if abs(0.5 * doubled - area) <= 1e-6 * area else 0


@njit(cache=True, nogil=True)
def _without_spikes(loop, count):  # type: ignore[no-untyped-def]
    """Leave out, in place, edges of a loop that come straight back: what was joined shares more than one."""
    k = unchanged = 0
    while unchanged < count and count > 2:
        if loop[k] == loop[(k + 2) % count]:
            left, n = 0, count
            for m in range(n):
                if m != (k + 1) % n and m != (k + 2) % n:
                    loop[left] = loop[m]
                    left += 1
            count, k, unchanged = left, 0, 0
        else:
            k, unchanged = (k + 1) % count, unchanged + 1
    return count if count > 2 else 0


@njit(cache=True, nogil=True)
def _joined(first, first_count, second, second_count, points, normal, out):  # type: ignore[no-untyped-def]
    """Union of two polygons across a shared edge if that is convex: corners into `out`, else 0."""
    for i in range(first_count):
        a, b = first[i], first[(i + 1) % first_count]
        for j in range(second_count):
            if second[j] != b or second[(j + 1) % second_count] != a:
                continue
            count = first_count + second_count - 2
            if count > MOST_CORNERS:
                return 0
            for k in range(first_count):  # from b around to a
                out[k] = first[(i + 1 + k) % first_count]
            for k in range(second_count - 2):
                out[first_count + k] = second[(j + 2 + k) % second_count]
            count = _without_spikes(out, count)
            for k in range(count):
                p, q, r = out[k], out[(k + 1) % count], out[(k + 2) % count]
                longest = onward = 0.0
                for axis in range(3):
                    come, go = points[q, axis] - points[p, axis], points[r, axis] - points[q, axis]
                    longest += come**2 + go**2
                    onward += come * go
                turn = _turn(points, p, q, r, normal)
                if turn < -1e-9 * longest or (onward < 0.0 and turn <= 1e-9 * longest):
                    return 0
            return count
    return 0


@njit(cache=True, nogil=True)
def _merged(triangles, points, normal, polygons, counts):  # type: ignore[no-untyped-def]
    """Greedy union of triangles to convex polygons; returns how many are left."""
    alive = triangles.shape[0]
    for k in range(alive):
        counts[k] = 3
        for c in range(3):
            polygons[k, c] = triangles[k, c]
    if alive > _MOST_TO_MERGE:
        return alive
    out = np.empty(MOST_CORNERS, np.int64)
    changed = True
    while changed:
        changed = False
        i = 0
        while i < alive:
            j = i + 1
            while j < alive:
                size = _joined(polygons[i], counts[i], polygons[j], counts[j], points, normal, out)
                if size > 0:
                    _copy(out, size, polygons[i], 0)
                    counts[i] = size
                    alive -= 1
                    if j != alive:
                        _copy(polygons[alive], counts[alive], polygons[j], 0)
                        counts[j] = counts[alive]
                    changed = True
                else:
                    j += 1
            i += 1
    return alive


@njit(cache=True, nogil=True)
def _without_straight(polygon, count, points, normal, tolerance_m, out):  # type: ignore[no-untyped-def]
    """Corners that really turn, into `out`."""
    kept = 0
    for k in range(count):
        p, q, r = polygon[(k - 1) % count], polygon[k], polygon[(k + 1) % count]
        base = 0.0
        for axis in range(3):
            base += (points[r, axis] - points[p, axis]) ** 2
        if abs(_turn(points, p, q, r, normal)) > tolerance_m * np.sqrt(base):
            out[kept] = q
            kept += 1
    return kept


@njit(cache=True, nogil=True)
def _pieces(  # type: ignore[no-untyped-def]
    first_edge, start, end, weight, first_triangle, triangles, points, normal, area, tolerance_m,
    first_piece, first_corner, corners,
):  # fmt: skip
    """Fill the arrays; returns the number of pieces and of corners."""
    pieces = 0
    used = 0
    loop = np.empty(MOST_CORNERS, np.int64)
    for part in range(first_edge.shape[0] - 1):
        first_piece[part] = pieces
        low, high = first_triangle[part], first_triangle[part + 1]
        count = _loop(
            start, end, weight, first_edge[part], first_edge[part + 1], points, normal[part], area[part], loop
        )
        if count > 0:
            _copy(loop, count, corners, used)
            used += count
            pieces += 1
            first_corner[pieces] = used
            continue
        room = high - low
        polygons = np.empty((room, MOST_CORNERS if room <= _MOST_TO_MERGE else 3), np.int64)
        counts = np.empty(room, np.int64)
        left = _merged(triangles[low:high], points, normal[part], polygons, counts)
        for k in range(left):
            count = _without_straight(polygons[k], counts[k], points, normal[part], tolerance_m, loop)
            if count < 3:
                continue
            _copy(loop, count, corners, used)
            used += count
            pieces += 1
            first_corner[pieces] = used
    first_piece[first_edge.shape[0] - 1] = pieces
    return pieces, used


def convex_pieces(
    first_edge: IntArray,
    start: IntArray,
    end: IntArray,
    weight: FloatArray,
    first_triangle: IntArray,
    triangles: IntArray,
    points: FloatArray,
    normal: FloatArray,
    area: FloatArray,
    tolerance_m: float,
) -> tuple[IntArray, IntArray, IntArray]:
    """Each part as one convex polygon where its boundary is one, or as few as a greedy union leaves.

    Returns the first piece of each part (N + 1,), the first corner of each piece (K + 1,), and the corners
    as rows of `points`.
    """
    most = 3 * len(triangles)
    first_piece = np.zeros(len(first_edge), np.int64)
    first_corner = np.zeros(len(triangles) + 1, np.int64)
    corners = np.empty(most, np.int64)
    pieces, used = _pieces(
        first_edge, start, end, weight, first_triangle, triangles, points, normal, area, tolerance_m,
        first_piece, first_corner, corners,
    )  # fmt: skip
    return first_piece, first_corner[: pieces + 1].copy(), corners[:used].copy()


@njit(cache=True, nogil=True)
def part_covers(first_edge, start, end, first_piece, first_corner, corners, normal):  # type: ignore[no-untyped-def]
    """A convex polygon around each part (N, 8, 3) and its corners (N,): the part itself, or a rectangle
    along its longest edge."""
    parts = normal.shape[0]
    cover = np.zeros((parts, MOST_COVER_CORNERS, 3))
    count = np.zeros(parts, np.int64)
    for part in range(parts):
        low, high = first_piece[part], first_piece[part + 1]
        first, last = first_corner[low], first_corner[high]
        if high - low == 1 and last - first <= MOST_COVER_CORNERS:
            count[part] = last - first
            for k in range(last - first):
                for axis in range(3):
                    cover[part, k, axis] = corners[first + k, axis]
            continue
        longest = -1.0
        u = v = w = 0.0  # unit vector along the longest edge
        for edge in range(first_edge[part], first_edge[part + 1]):
            x, y, z = (
                end[edge, 0] - start[edge, 0],
                end[edge, 1] - start[edge, 1],
                end[edge, 2] - start[edge, 2],
            )
            length = np.sqrt(x * x + y * y + z * z)
            if length > longest:
                longest, u, v, w = length, x / length, y / length, z / length
        n0, n1, n2 = normal[part, 0], normal[part, 1], normal[part, 2]
        p, q, r = n1 * w - n2 * v, n2 * u - n0 * w, n0 * v - n1 * u  # across it
        least_u = least_v = np.inf
        most_u = most_v = -np.inf
        height = 0.0
        for k in range(first, last):
            x, y, z = corners[k, 0], corners[k, 1], corners[k, 2]
            along, across = x * u + y * v + z * w, x * p + y * q + z * r
            least_u, most_u = min(least_u, along), max(most_u, along)
            least_v, most_v = min(least_v, across), max(most_v, across)
            height += (x * n0 + y * n1 + z * n2) / (last - first)
        count[part] = 4
        for k in range(4):
            along = least_u if k in (0, 3) else most_u
            across = least_v if k < 2 else most_v
            cover[part, k, 0] = along * u + across * p + height * n0
            cover[part, k, 1] = along * v + across * q + height * n1
            cover[part, k, 2] = along * w + across * r + height * n2
    return cover, count
