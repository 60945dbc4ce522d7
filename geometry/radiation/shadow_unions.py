"""Area that convex polygons cover together, exactly."""

from __future__ import annotations

import numpy as np
from numba import int64, njit

from geometry.radiation.convex_outlines import apart, bounds, clip, signed_area

SAME_AREA = 1e-12
"""Share of a polygon by which it may stand out and still be covered."""


@njit(cache=True, nogil=True, error_model="numpy")
def _twice(values):  # type: ignore[no-untyped-def]
    """The same values at the head of twice the room."""
    out = np.empty(2 * values.shape[0])
    for i in range(values.shape[0]):
        out[i] = values[i]
    return out


@njit(inline="always")
def _sort(values, count):  # type: ignore[no-untyped-def]
    """Sort the first of the values in place; numpy's takes numba two seconds to compile.  References:
    [Shell1959]."""
    gap = int64(1)
    while gap < count // 9:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, count):
            value, k = values[i], i - gap
            while k >= 0 and values[k] > value:
                values[k + gap] = values[k]
                k -= gap
            values[k + gap] = value
        gap //= 3


@njit(cache=True, nogil=True, error_model="numpy")
def _stops(x, y, counts, boxes, many, stops):  # type: ignore[no-untyped-def]
    """Abscissae of all corners and crossings of the outlines; returns them with how many."""
    m = 0
    for j in range(many):
        while m + counts[j] > len(stops):
            stops = _twice(stops)
        for a in range(counts[j]):
            stops[m] = x[j, a]
            m += 1
    for j in range(many):
        for k in range(j + 1, many):
            if apart(boxes, j, k):
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
                            stops = _twice(stops)
                        stops[m] = ax + s0 / (s0 - s1) * fx
                        m += 1
    return stops, m


@njit(cache=True, nogil=True, error_model="numpy")
def _begin_sides(x, j, count, sides):  # type: ignore[no-untyped-def]
    """The two sides of a convex polygon, to sides[j] (2, 5): each at its leftmost corner, before its edges.

    Corner where the edge ends, its abscissa; where the edge begins (2), and its slope.
    """
    leftmost = 0
    for a in range(1, count):
        if x[j, a] < x[j, leftmost]:
            leftmost = a
    for k in range(2):
        sides[j, k, 0], sides[j, k, 1] = leftmost, x[j, leftmost]


@njit(cache=True, nogil=True, error_model="numpy")
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


@njit(cache=True, nogil=True, error_model="numpy")
def swept_area(x, y, counts, boxes, polygons, sweep):  # type: ignore[no-untyped-def]
    """Area of the union of convex polygons by a sweep.

    Between neighbouring stops no outlines begin, end or cross, so the covered length along the ordinate is
    linear there: its value in the middle times the width is exact.
    """
    spans, stops, coming, active, sides = sweep
    stops, m = _stops(x, y, counts, boxes, polygons, stops)
    _sort(stops, m)
    least = 1e-13 * (stops[m - 1] - stops[0])
    for j in range(polygons):  # from left to right
        k = j - 1
        while k >= 0 and boxes[coming[k], 0] > boxes[j, 0]:
            coming[k + 1] = coming[k]
            k -= 1
        coming[k + 1] = j
    come, there, total = int64(0), int64(0), 0.0
    for i in range(m - 1):
        width = stops[i + 1] - stops[i]
        if width <= least:
            continue
        middle = 0.5 * (stops[i] + stops[i + 1])
        while come < polygons and boxes[coming[come], 0] < middle:
            active[there] = coming[come]
            _begin_sides(x, active[there], counts[active[there]], sides)
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


@njit(inline="always")
def union_area(  # type: ignore[no-untyped-def]
    x, y, counts, areas, boxes, polygons, shortest, ranked, parts, spare_x, spare_y, sweep
):
    """Area of the union of convex counter-clockwise polygons (2 and more) of known areas and boxes.

    Each adds what is left of it beside those that are larger: its area less that of the union of what it
    shares with them, which are few.  `shortest` as in `clip`.
    """
    part_x, part_y, part_counts, part_areas, part_boxes = parts
    one, other = int64(0), int64(1)  # literals would have `clip` compiled anew
    for j in range(polygons):
        k = j - 1
        while k >= 0 and areas[ranked[k]] < areas[j]:
            ranked[k + 1] = ranked[k]
            k -= 1
        ranked[k + 1] = j
    total = areas[ranked[0]]
    for i in range(1, polygons):
        k = ranked[i]
        shared = int64(0)
        for n in range(i):
            j = ranked[n]
            if apart(boxes, j, k):
                continue
            for a in range(counts[k]):
                part_x[shared, a], part_y[shared, a] = x[k, a], y[k, a]
            count = clip(
                part_x, part_y, shared, counts[k], boxes, k, x, y, j, counts[j], shortest, spare_x, spare_y
            )
            if count < 3:
                continue
            area = signed_area(part_x, part_y, shared, count)
            if area <= SAME_AREA * areas[k]:
                continue
            if area >= (1.0 - SAME_AREA) * areas[k]:
                shared = -1
                break
            part_counts[shared], part_areas[shared] = count, area
            shared += 1
        if shared < 0:
            continue
        total += areas[k]
        if shared == 1:
            total -= part_areas[0]
        elif shared > 1:
            for n in range(shared):
                bounds(part_x, part_y, n, part_counts[n], part_boxes)
            if shared > 2:
                total -= swept_area(part_x, part_y, part_counts, part_boxes, shared, sweep)
                continue
            total -= part_areas[0] + part_areas[1]
            if apart(part_boxes, 0, 1):
                continue
            count = clip(
                part_x, part_y, one, part_counts[0], part_boxes, one, part_x, part_y, other, part_counts[1],
                shortest, spare_x, spare_y,
            )  # fmt: skip
            if count >= 3:
                total += signed_area(part_x, part_y, one, count)
    return total
