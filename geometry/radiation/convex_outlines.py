"""Convex polygons in rows of arrays: hulls of points, clipping, areas, boxes.

Polygon `row` has its corners in x[row, :count] and y[row, :count].  Whole arrays and the number of a row are
passed on, not slices: those would be counted as references each time.
"""

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def hull(x, y, row, count, order, first, spare_x, spare_y):  # type: ignore[no-untyped-def]
    """Convex hull of points in place, counter-clockwise; returns its corners. References: [Andrew1979].

    `order[first : first + count]` has the points by their abscissae as they were seen last: that hardly
    changes from one direction to the next.
    """
    for i in range(1, count):
        n, k = order[first + i], i - 1
        at, high = x[row, n], y[row, n]
        while k >= 0:
            m = order[first + k]
            if x[row, m] < at or (x[row, m] == at and y[row, m] <= high):
                break
            order[first + k + 1] = m
            k -= 1
        order[first + k + 1] = n
    size = 0
    for upper in range(2):
        start = size
        for i in range(count):
            n = order[first + (count - 1 - i if upper else i)]
            px, py = x[row, n], y[row, n]
            while size >= start + 2 and (spare_x[size - 1] - spare_x[size - 2]) * (
                py - spare_y[size - 2]
            ) <= (spare_y[size - 1] - spare_y[size - 2]) * (px - spare_x[size - 2]):
                size -= 1
            spare_x[size], spare_y[size] = px, py
            size += 1
        size -= 1  # the last is the first of the other half
    for i in range(size):
        x[row, i], y[row, i] = spare_x[i], spare_y[i]
    return size


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def clip(  # type: ignore[no-untyped-def]
    x, y, row, count, box, box_row, outline_x, outline_y, outline_row, corners, shortest, spare_x, spare_y
):
    """Clip a polygon in place by a convex counter-clockwise outline; returns its corners.

    `box[box_row]` holds all of the polygon: edges that it lies within cost one look.  Edges of the outline
    no longer than the root of `shortest` are rounding.  References: [SutherlandHodgman1974].
    """
    left, right, bottom, top = box[box_row, 0], box[box_row, 1], box[box_row, 2], box[box_row, 3]
    bx, by = outline_x[outline_row, corners - 1], outline_y[outline_row, corners - 1]
    for r in range(corners):
        ax, ay = bx, by
        bx, by = outline_x[outline_row, r], outline_y[outline_row, r]
        ex, ey = bx - ax, by - ay
        if ex * ex + ey * ey <= shortest:
            continue
        if ex * ((bottom if ex > 0.0 else top) - ay) - ey * ((right if ey > 0.0 else left) - ax) >= 0.0:
            continue
        if ex * ((top if ex > 0.0 else bottom) - ay) - ey * ((left if ey > 0.0 else right) - ax) <= 0.0:
            return 0
        px, py = x[row, count - 1], y[row, count - 1]
        before = ex * (py - ay) - ey * (px - ax)
        kept, cut = 0, False
        for i in range(count):
            qx, qy = x[row, i], y[row, i]
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
            if count < 3:
                return 0
            for i in range(kept):
                x[row, i], y[row, i] = spare_x[i], spare_y[i]
    return count


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def signed_area(x, y, row, count):  # type: ignore[no-untyped-def]
    """Area of a polygon, negative where it is clockwise."""
    total, x0, y0 = 0.0, x[row, 0], y[row, 0]
    for i in range(2, count):
        total += (x[row, i - 1] - x0) * (y[row, i] - y0) - (x[row, i] - x0) * (y[row, i - 1] - y0)
    return 0.5 * total


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def bounds(x, y, row, count, boxes):  # type: ignore[no-untyped-def]
    """Fill boxes[row]: x from and to, y from and to."""
    low_x, high_x, low_y, high_y = x[row, 0], x[row, 0], y[row, 0], y[row, 0]
    for a in range(1, count):
        low_x, high_x = min(low_x, x[row, a]), max(high_x, x[row, a])
        low_y, high_y = min(low_y, y[row, a]), max(high_y, y[row, a])
    boxes[row, 0], boxes[row, 1], boxes[row, 2], boxes[row, 3] = low_x, high_x, low_y, high_y


@njit(inline="always")
def apart(boxes, j, k):  # type: ignore[no-untyped-def]
    """Whether two boxes have no area in common."""
    return (
        boxes[j, 1] <= boxes[k, 0]
        or boxes[k, 1] <= boxes[j, 0]
        or boxes[j, 3] <= boxes[k, 2]
        or boxes[k, 3] <= boxes[j, 2]
    )
