"""Exact shadows of flat polygons and convex bodies on a flat convex piece: projection, clipping, union.

Looking along one direction, everything that stands before a piece is projected onto its plane and
clipped by its outline; the share of its area that the union covers is the share from which that
direction is blocked.  It changes continuously with the direction, unlike the answer of a ray.
"""

from __future__ import annotations

import numpy as np
from numba import int64, njit

LEAST_AREA = 1e-14
"""Clipped polygons smaller than this share of the piece are rounding."""


@njit(cache=True, nogil=True)
def _hull(x, y, count, order, spare_x, spare_y):  # type: ignore[no-untyped-def]
    """Convex hull of points in place, counter-clockwise; returns its corners. References: [Andrew1979]."""
    for i in range(count):
        order[i] = i
    for i in range(1, count):
        n, k = order[i], i - 1
        while k >= 0 and (x[order[k]] > x[n] or (x[order[k]] == x[n] and y[order[k]] > y[n])):
            order[k + 1] = order[k]
            k -= 1
        order[k + 1] = n
    size = 0
    for upper in range(2):
        start = size
        for i in range(count):
            n = order[count - 1 - i] if upper else order[i]
            while size >= start + 2 and (spare_x[size - 1] - spare_x[size - 2]) * (
                y[n] - spare_y[size - 2]
            ) <= (spare_y[size - 1] - spare_y[size - 2]) * (x[n] - spare_x[size - 2]):
                size -= 1
            spare_x[size], spare_y[size] = x[n], y[n]
            size += 1
        size -= 1  # the last is the first of the other half
    for i in range(size):
        x[i], y[i] = spare_x[i], spare_y[i]
    return size


@njit(cache=True, nogil=True)
def _body_before_plane(own, local, corner):  # type: ignore[no-untyped-def]
    """Points that span the part of a body (n, 3) above its plane of height 0, to local[corner:]; returns
    where they end."""
    above = int64(0)
    for i in range(own.shape[0]):
        if own[i, 2] >= 0.0:
            local[corner, 0], local[corner, 1], local[corner, 2] = own[i, 0], own[i, 1], own[i, 2]
            corner += 1
            above += 1
    if above == own.shape[0]:
        return corner
    most = above * (own.shape[0] - above)
    x, y = np.empty(most), np.empty(most)
    cut = int64(0)
    for i in range(own.shape[0]):
        if own[i, 2] < 0.0:
            continue
        for j in range(own.shape[0]):
            if own[j, 2] < 0.0:
                t = own[i, 2] / (own[i, 2] - own[j, 2])
                x[cut] = own[i, 0] + t * (own[j, 0] - own[i, 0])
                y[cut] = own[i, 1] + t * (own[j, 1] - own[i, 1])
                cut += 1
    cut = _hull(x, y, cut, np.empty(cut, np.int64), np.empty(2 * cut + 2), np.empty(2 * cut + 2))
    for i in range(cut):
        local[corner, 0], local[corner, 1], local[corner, 2] = x[i], y[i], 0.0
        corner += 1
    return corner


@njit(cache=True, nogil=True)
def before_plane(  # type: ignore[no-untyped-def]
    corners, first, is_body, closed, origin, axes, height, local, begins, hulls, facing
):
    """Polygons and bodies in a piece's axes, cut off where they reach behind its plane; returns how many.

    Those that nowhere rise above `height` are left out.  Polygon p has corners begins[p]..begins[p + 1] of
    `local` (n, 3), height above the plane last; `local` has room for four times the corners.  Where
    `hulls` (polygons,) is set they are points whose hull shades.  `facing` (polygons, 3) gets the normals
    in `closed`, which are zero for all but the polygons of a closed surface.
    """
    count = corner = int64(0)  # a literal 0 would have the kernels below compiled twice
    begins[0] = 0
    for p in range(first.shape[0] - 1):
        size = first[p + 1] - first[p]
        own = np.empty((size, 3))
        top = -np.inf
        for i in range(size):
            c = first[p] + i
            d0, d1, d2 = corners[c, 0] - origin[0], corners[c, 1] - origin[1], corners[c, 2] - origin[2]
            for k in range(3):
                own[i, k] = d0 * axes[k, 0] + d1 * axes[k, 1] + d2 * axes[k, 2]
            top = max(top, own[i, 2])
        if not top > height:
            continue
        start = corner
        if is_body[p]:
            corner = _body_before_plane(own, local, corner)
        else:
            for k in range(size):
                following = (k + 1) % size
                az, bz = own[k, 2], own[following, 2]
                if az >= 0.0:
                    local[corner, 0], local[corner, 1], local[corner, 2] = own[k, 0], own[k, 1], az
                    corner += 1
                if (az >= 0.0) != (bz >= 0.0):
                    t = az / (az - bz)
                    local[corner, 0] = own[k, 0] + t * (own[following, 0] - own[k, 0])
                    local[corner, 1] = own[k, 1] + t * (own[following, 1] - own[k, 1])
                    local[corner, 2] = 0.0
                    corner += 1
        if corner - start < 3:
            corner = start
            continue
        for k in range(3):
            facing[count, k] = (
                closed[p, 0] * axes[k, 0] + closed[p, 1] * axes[k, 1] + closed[p, 2] * axes[k, 2]
            )
        hulls[count] = is_body[p]
        count += 1
        begins[count] = corner
    return count


@njit(cache=True, nogil=True)
def _clip(x, y, count, outline, spare_x, spare_y):  # type: ignore[no-untyped-def]
    """Clip a convex polygon in place by a convex counter-clockwise outline; returns its corners.

    References: [SutherlandHodgman1974].
    """
    last = outline.shape[0] - 1
    for r in range(outline.shape[0]):
        ax, ay = outline[last, 0], outline[last, 1]
        ex, ey = outline[r, 0] - ax, outline[r, 1] - ay
        last = r
        px, py = x[count - 1], y[count - 1]
        before = ex * (py - ay) - ey * (px - ax)
        kept, cut = 0, False
        for i in range(count):
            qx, qy = x[i], y[i]
            here = ex * (qy - ay) - ey * (qx - ax)
            if (before >= 0.0) != (here >= 0.0):
                t = before / (before - here)
                spare_x[kept], spare_y[kept] = px + t * (qx - px), py + t * (qy - py)
                kept += 1
            if here >= 0.0:
                spare_x[kept], spare_y[kept] = qx, qy
                kept += 1
            else:
                cut = True
            px, py, before = qx, qy, here
        if cut:
            count = kept
            for i in range(kept):
                x[i], y[i] = spare_x[i], spare_y[i]
            if count < 3:
                return 0
    return count


@njit(cache=True, nogil=True)
def _area(x, y, count):  # type: ignore[no-untyped-def]
    total = 0.0
    for i in range(2, count):
        total += (x[i - 1] - x[0]) * (y[i] - y[0]) - (x[i] - x[0]) * (y[i - 1] - y[0])
    return 0.5 * abs(total)


@njit(cache=True, nogil=True)
def _bounds(x, y, counts, polygons, boxes):  # type: ignore[no-untyped-def]
    """Fill boxes (polygons, 4: x from and to, y from and to)."""
    for j in range(polygons):
        low_x, high_x, low_y, high_y = x[j, 0], x[j, 0], y[j, 0], y[j, 0]
        for a in range(1, counts[j]):
            low_x, high_x = min(low_x, x[j, a]), max(high_x, x[j, a])
            low_y, high_y = min(low_y, y[j, a]), max(high_y, y[j, a])
        boxes[j, 0], boxes[j, 1], boxes[j, 2], boxes[j, 3] = low_x, high_x, low_y, high_y


@njit(cache=True, nogil=True)
def _without_covered(x, y, counts, polygons, boxes):  # type: ignore[no-untyped-def]
    """Move polygons that lie wholly within another out of the way, in place; returns how many are left."""
    k = 0
    while k < polygons:
        covered = False
        for j in range(polygons):
            if (
                j == k
                or boxes[j, 0] > boxes[k, 0]
                or boxes[j, 1] < boxes[k, 1]
                or boxes[j, 2] > boxes[k, 2]
                or boxes[j, 3] < boxes[k, 3]
            ):
                continue
            turn = 0.0
            for a in range(counts[j] - 2):
                turn += (x[j, a + 1] - x[j, 0]) * (y[j, a + 2] - y[j, 0])
                turn -= (x[j, a + 2] - x[j, 0]) * (y[j, a + 1] - y[j, 0])
            covered = True
            before = counts[j] - 1
            for a in range(counts[j]):
                ax, ay = x[j, before], y[j, before]
                ex, ey = x[j, a] - ax, y[j, a] - ay
                before = a
                for b in range(counts[k]):
                    if (ex * (y[k, b] - ay) - ey * (x[k, b] - ax)) * turn < 0.0:
                        covered = False
                        break
                if not covered:
                    break
            if covered:
                break
        if covered:
            polygons -= 1
            counts[k] = counts[polygons]
            for a in range(counts[k]):
                x[k, a], y[k, a] = x[polygons, a], y[polygons, a]
            boxes[k] = boxes[polygons]
        else:
            k += 1
    return polygons


@njit(cache=True, nogil=True)
def _apart(boxes, j, k):  # type: ignore[no-untyped-def]
    """Whether two boxes have no area in common."""
    return (
        boxes[j, 1] <= boxes[k, 0]
        or boxes[k, 1] <= boxes[j, 0]
        or boxes[j, 3] <= boxes[k, 2]
        or boxes[k, 3] <= boxes[j, 2]
    )


@njit(cache=True, nogil=True)
def _stops(x, y, counts, boxes, members, many, stops):  # type: ignore[no-untyped-def]
    """Abscissae of all corners and crossings of the outlines; returns them with how many."""
    m = 0
    for n in range(many):
        j = members[n]
        if m + counts[j] > len(stops):
            stops = np.concatenate((stops, np.empty(len(stops) + counts[j])))
        for a in range(counts[j]):
            stops[m] = x[j, a]
            m += 1
    for n in range(many):
        j = members[n]
        for other in range(n + 1, many):
            k = members[other]
            if _apart(boxes, j, k):
                continue
            before = counts[k] - 1
            for b in range(counts[k]):
                cx, cy, dx, dy = x[k, before], y[k, before], x[k, b], y[k, b]
                before = b
                if (
                    max(cx, dx) < boxes[j, 0]
                    or min(cx, dx) > boxes[j, 1]
                    or max(cy, dy) < boxes[j, 2]
                    or min(cy, dy) > boxes[j, 3]
                ):
                    continue
                ex, ey = dx - cx, dy - cy
                bx, by = x[j, counts[j] - 1], y[j, counts[j] - 1]
                s1 = ex * (by - cy) - ey * (bx - cx)
                for a in range(counts[j]):
                    ax, ay, s0 = bx, by, s1
                    bx, by = x[j, a], y[j, a]
                    s1 = ex * (by - cy) - ey * (bx - cx)
                    if s0 * s1 >= 0.0:
                        continue
                    fx, fy = bx - ax, by - ay
                    if (fx * (cy - ay) - fy * (cx - ax)) * (fx * (dy - ay) - fy * (dx - ax)) < 0.0:
                        if m == len(stops):
                            stops = np.concatenate((stops, np.empty(len(stops))))
                        stops[m] = ax + s0 / (s0 - s1) * fx
                        m += 1
    return stops, m


@njit(cache=True, nogil=True)
def _begin_sides(x, count, sides):  # type: ignore[no-untyped-def]
    """The two sides of a convex polygon, to `sides` (2, 5): each at its leftmost corner, before its edges.

    Corner where the edge ends, its abscissa; where the edge begins (2), and its slope.
    """
    leftmost = 0
    for a in range(1, count):
        if x[a] < x[leftmost]:
            leftmost = a
    for k in range(2):
        sides[k, 0], sides[k, 1] = leftmost, x[leftmost]


@njit(cache=True, nogil=True)
def _covered_length(x, y, counts, active, many, at, sides, spans):  # type: ignore[no-untyped-def]
    """Length along the ordinate `at` that polygons which all reach across it cover together.

    `sides` (polygons, 2, 5) are moved on to the edges there; `active` is sorted by where they begin.
    """
    for n in range(many):
        j = active[n]
        for k in range(2):
            if sides[j, k, 1] > at:
                continue
            b = int64(sides[j, k, 0])
            a = b
            while x[j, b] <= at:  # the rightmost corner is beyond
                a = b
                b += 1 if k == 0 else counts[j] - 1
                b -= counts[j] if b >= counts[j] else 0
            sides[j, k, 0], sides[j, k, 1], sides[j, k, 2], sides[j, k, 3] = b, x[j, b], x[j, a], y[j, a]
            sides[j, k, 4] = (y[j, b] - y[j, a]) / (x[j, b] - x[j, a])
        low = sides[j, 0, 3] + sides[j, 0, 4] * (at - sides[j, 0, 2])
        high = sides[j, 1, 3] + sides[j, 1, 4] * (at - sides[j, 1, 2])
        if low > high:
            low, high = high, low
        k = n - 1
        while k >= 0 and spans[k, 0] > low:
            spans[k + 1, 0], spans[k + 1, 1], active[k + 1] = spans[k, 0], spans[k, 1], active[k]
            k -= 1
        spans[k + 1, 0], spans[k + 1, 1], active[k + 1] = low, high, j
    end, covered = -np.inf, 0.0
    for k in range(many):
        low = max(end, spans[k, 0])
        if spans[k, 1] > low:
            covered += spans[k, 1] - low
            end = spans[k, 1]
    return covered


@njit(cache=True, nogil=True)
def _union_area(x, y, counts, polygons, room):  # type: ignore[no-untyped-def]
    """Area of the union of convex polygons.

    Polygons whose boxes hang together are looked at together, the others one by one.  Between
    neighbouring stops no outlines begin, end or cross, so the covered length along the ordinate is
    linear there: its value in the middle times the width is exact.
    """
    _, _, _, _, _, _, spans, stops, boxes, members, active, sides = room
    _bounds(x, y, counts, polygons, boxes)
    polygons = _without_covered(x, y, counts, polygons, boxes)
    if polygons == 1:
        return _area(x[0], y[0], counts[0])
    for k in range(polygons):
        members[k] = k
    total, begin = 0.0, 0
    while begin < polygons:
        end, at = begin + 1, begin
        while at < end:  # gather all that hang together with the first
            for k in range(end, polygons):
                if not _apart(boxes, members[at], members[k]):
                    members[end], members[k] = members[k], members[end]
                    end += 1
            at += 1
        group, many = members[begin:end], end - begin
        begin = end
        if many == 1:
            total += _area(x[group[0]], y[group[0]], counts[group[0]])
            continue
        stops, m = _stops(x, y, counts, boxes, group, many, stops)
        if m > 48:
            stops[:m].sort()
        else:
            for i in range(1, m):
                value, k = stops[i], i - 1
                while k >= 0 and stops[k] > value:
                    stops[k + 1] = stops[k]
                    k -= 1
                stops[k + 1] = value
        least = 1e-13 * (stops[m - 1] - stops[0])
        for i in range(1, many):  # from left to right
            j, k = group[i], i - 1
            while k >= 0 and boxes[group[k], 0] > boxes[j, 0]:
                group[k + 1] = group[k]
                k -= 1
            group[k + 1] = j
        come = there = 0
        for i in range(m - 1):
            width = stops[i + 1] - stops[i]
            if width <= least:
                continue
            middle = 0.5 * (stops[i] + stops[i + 1])
            while come < many and boxes[group[come], 0] < middle:
                active[there] = group[come]
                _begin_sides(x[group[come]], counts[group[come]], sides[group[come]])
                there += 1
                come += 1
            k = 0
            while k < there:
                if boxes[active[k], 1] <= middle:
                    there -= 1
                    active[k] = active[there]
                else:
                    k += 1
            total += width * _covered_length(x, y, counts, active, there, middle, sides, spans)
    return total


@njit(cache=True, nogil=True)
def plane_outline(corners, axes):  # type: ignore[no-untyped-def]
    """A convex piece in its own axes about its first corner (k, 2), and its box (4,)."""
    out = np.empty((corners.shape[0], 2))
    for k in range(corners.shape[0]):
        d = corners[k] - corners[0]
        for c in range(2):
            out[k, c] = d[0] * axes[c, 0] + d[1] * axes[c, 1] + d[2] * axes[c, 2]
    box = np.array([np.min(out[:, 0]), np.max(out[:, 0]), np.min(out[:, 1]), np.max(out[:, 1])])
    return out, box


@njit(cache=True, nogil=True)
def work_space(widest, polygons):  # type: ignore[no-untyped-def]
    """Room for `blocked_share` of at most so many polygons with so many corners each when clipped."""
    return (
        np.empty((polygons + 1, widest)),
        np.empty((polygons + 1, widest)),
        np.empty(2 * widest + 2),
        np.empty(2 * widest + 2),
        np.empty(widest, np.int64),
        np.empty(polygons + 1, np.int64),
        np.empty((polygons + 1, 2)),
        np.empty(256),
        np.empty((polygons + 1, 4)),
        np.empty(polygons + 1, np.int64),
        np.empty(polygons + 1, np.int64),
        np.empty((polygons + 1, 2, 5)),
    )


@njit(cache=True, nogil=True)
def before_piece(  # type: ignore[no-untyped-def]
    own, axes, corners, first, is_body, closed, height, local, begins, hulls, facing
):
    """`before_plane` of a piece of corners `own` (k, 3): how many, its outline and box, room to clip."""
    near = before_plane(
        corners, first, is_body, closed, own[0].copy(), axes, height, local, begins, hulls, facing
    )
    outline, box = plane_outline(own, axes)
    widest = int64(0)
    for p in range(near):
        widest = max(widest, begins[p + 1] - begins[p])
    return near, outline, box, work_space(widest + outline.shape[0] + 1, near)


@njit(cache=True, nogil=True)
def blocked_share(  # type: ignore[no-untyped-def]
    kx, ky, local, begins, hulls, facing, chosen, outline, box, area, room
):
    """Share of a convex piece from which one direction is blocked.

    Parameters
    ----------
    kx, ky : float
        The direction in the piece's axes over its part along the normal.
    local, begins, hulls, facing : polygons and bodies from `before_plane`
        Polygons of closed surfaces count where light leaves them: those cast the whole shadow.
    chosen : int array
        Those of them that may be in the way.
    outline : array (k, 2)
        The piece in its own axes, counter-clockwise.
    box : array (4,)
        Of the outline: x from and to, y from and to.
    area : float
        Of the piece.
    room : from `work_space`
    """
    x, y, spare_x, spare_y, order, counts = room[:6]
    shadows, covered = int64(0), 0.0
    for n in range(chosen.shape[0]):
        p = chosen[n]
        if facing[p, 0] * kx + facing[p, 1] * ky + facing[p, 2] < 0.0:
            continue
        left, right, bottom, top = np.inf, -np.inf, np.inf, -np.inf
        count = int64(0)
        for i in range(begins[p], begins[p + 1]):
            u, v = local[i, 0] - kx * local[i, 2], local[i, 1] - ky * local[i, 2]
            x[shadows, count], y[shadows, count] = u, v
            count += 1
            left, right = min(left, u), max(right, u)
            bottom, top = min(bottom, v), max(top, v)
        if left >= box[1] or right <= box[0] or bottom >= box[3] or top <= box[2]:
            continue
        if hulls[p]:
            count = _hull(x[shadows], y[shadows], count, order, spare_x, spare_y)
        count = _clip(x[shadows], y[shadows], count, outline, spare_x, spare_y)
        share = _area(x[shadows], y[shadows], count) / area if count >= 3 else 0.0
        if share < LEAST_AREA:
            continue
        if share > 1.0 - 1e-12:
            return 1.0
        counts[shadows] = count
        shadows += 1
        covered += share
    if shadows > 1:
        covered = _union_area(x, y, counts, shadows, room) / area
    return min(covered, 1.0)


@njit(cache=True, nogil=True)
def all_within(outline, box, kx, ky, local, low, high, hull, room):  # type: ignore[no-untyped-def]
    """Whether the shadow of one polygon or body along a direction covers a whole piece."""
    x, y, spare_x, spare_y, order = room[:5]
    count = int64(0)
    left, right, bottom, top = np.inf, -np.inf, np.inf, -np.inf
    for i in range(low, high):
        u, v = local[i, 0] - kx * local[i, 2], local[i, 1] - ky * local[i, 2]
        x[0, count], y[0, count] = u, v
        count += 1
        left, right = min(left, u), max(right, u)
        bottom, top = min(bottom, v), max(top, v)
    if left > box[0] or right < box[1] or bottom > box[2] or top < box[3]:
        return False
    if hull:
        count = _hull(x[0], y[0], count, order, spare_x, spare_y)
    turn = 0.0
    for i in range(1, count - 1):
        turn += (x[0, i] - x[0, 0]) * (y[0, i + 1] - y[0, 0])
        turn -= (x[0, i + 1] - x[0, 0]) * (y[0, i] - y[0, 0])
    before = count - 1
    for i in range(count):
        ax, ay, bx, by = x[0, before], y[0, before], x[0, i], y[0, i]
        before = i
        for r in range(outline.shape[0]):
            across = (bx - ax) * (outline[r, 1] - ay) - (by - ay) * (outline[r, 0] - ax)
            if across * turn <= 0.0:
                return False
    return count >= 3
