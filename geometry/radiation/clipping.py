"""Exact shadows of flat polygons and convex bodies on a flat convex piece.

Looking along one direction, everything that stands before a piece is projected onto its plane and
clipped by its outline; the share of its area that the union covers is the share from which that
direction is blocked.  It changes continuously with the direction, unlike the answer of a ray.
"""

from __future__ import annotations

import numpy as np
from numba import int64, njit

from geometry.radiation.before_plane import before_plane, plane_outline
from geometry.radiation.convex_outlines import bounds, clip, hull, signed_area
from geometry.radiation.shadow_unions import union_area

LEAST_AREA = 1e-14
"""Clipped polygons smaller than this share of the piece are rounding."""

SHORTEST = 1e-16
"""Edges whose square is smaller, as a share of the piece, have no direction."""


@njit(cache=True, nogil=True, error_model="numpy")
def work_space(widest, polygons, corners):  # type: ignore[no-untyped-def]
    """Room for `blocked_share` of at most so many polygons with so many corners, and in all, when clipped."""
    rows = polygons + 1
    order = np.empty(corners, np.int64)
    sweep = (
        np.empty((rows, 2)),
        np.empty(256),
        np.empty(rows, np.int64),
        np.empty(rows, np.int64),
        np.empty((rows, 2, 5)),
    )
    parts = (
        np.empty((rows, 4 * widest)),
        np.empty((rows, 4 * widest)),
        np.empty(rows, np.int64),
        np.empty(rows),
        np.empty((rows, 4)),
    )
    return (
        np.empty((rows, widest)),
        np.empty((rows, widest)),
        np.empty(rows, np.int64),
        np.empty(rows),
        np.empty((rows, 4)),
        np.empty(rows, np.int64),
        order,
        np.empty(4 * widest + 2),
        np.empty(4 * widest + 2),
        parts,
        sweep,
    )


@njit(cache=True, nogil=True, error_model="numpy")
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
    room = work_space(widest + outline.shape[2] + 1, near, begins[near])
    order = room[6]
    for p in range(near):
        for i in range(begins[p], begins[p + 1]):
            order[i] = i - begins[p]
    return near, outline, box, room


@njit(inline="always")
def blocked_share(  # type: ignore[no-untyped-def]
    kx, ky, local, begins, hulls, facing, chosen, low, high, outline, box, area, room
):
    """Share of a convex piece from which one direction is blocked.

    Parameters
    ----------
    kx, ky : float
        The direction in the piece's axes over its part along the normal.
    local, begins, hulls, facing : polygons and bodies from `before_plane`
        Polygons of closed surfaces count where light leaves them: those cast the whole shadow.
    chosen, low, high : int array, int, int
        chosen[low:high] are those of them that may be in the way.
    outline : array (2, 1, k)
        The piece in its own axes, counter-clockwise: abscissae and ordinates.
    box : array (4,)
        Of the outline: x from and to, y from and to.
    area : float
        Of the piece.
    room : from `work_space`
    """
    x, y, counts, areas, boxes, ranked, order, spare_x, spare_y, parts, sweep = room
    outline_x, outline_y, alone = outline[0], outline[1], int64(0)
    left, right, bottom, top = box[0], box[1], box[2], box[3]
    shadows, covered = int64(0), 0.0
    for n in range(low, high):
        p = chosen[n]
        if facing[p, 0] * kx + facing[p, 1] * ky + facing[p, 2] < 0.0:
            continue
        count = int64(0)
        for i in range(begins[p], begins[p + 1]):
            x[shadows, count] = local[i, 0] - kx * local[i, 2]
            y[shadows, count] = local[i, 1] - ky * local[i, 2]
            count += 1
        bounds(x, y, shadows, count, boxes)
        if (
            boxes[shadows, 0] >= right
            or boxes[shadows, 1] <= left
            or boxes[shadows, 2] >= top
            or boxes[shadows, 3] <= bottom
        ):
            continue
        if hulls[p]:
            count = hull(x, y, shadows, count, order, begins[p], spare_x, spare_y)
        count = clip(
            x, y, shadows, count, boxes, shadows, outline_x, outline_y, alone, outline_x.shape[1], 0.0,
            spare_x, spare_y,
        )  # fmt: skip
        if count < 3:
            continue
        size = signed_area(x, y, shadows, count)
        if size < 0.0:
            size = -size
            for a in range(count // 2):
                b = count - 1 - a
                x[shadows, a], x[shadows, b] = x[shadows, b], x[shadows, a]
                y[shadows, a], y[shadows, b] = y[shadows, b], y[shadows, a]
        if size < LEAST_AREA * area:
            continue
        if size > (1.0 - 1e-12) * area:
            return 1.0
        counts[shadows], areas[shadows] = count, size
        shadows += 1
        covered += size
    if shadows > 1:
        for j in range(shadows):
            bounds(x, y, j, counts[j], boxes)
        covered = union_area(
            x, y, counts, areas, boxes, shadows, SHORTEST * area, ranked, parts, spare_x, spare_y, sweep
        )
    return min(covered / area, 1.0)


@njit(cache=True, nogil=True, error_model="numpy")
def all_within(outline, box, kx, ky, local, low, high, is_hull, room):  # type: ignore[no-untyped-def]
    """Whether the shadow of one polygon or body along a direction covers a whole piece."""
    x, y, _, _, boxes, _, order, spare_x, spare_y, _, _ = room
    outline_x, outline_y, alone = outline[0], outline[1], int64(0)
    count = int64(0)
    for i in range(low, high):
        x[0, count], y[0, count] = local[i, 0] - kx * local[i, 2], local[i, 1] - ky * local[i, 2]
        count += 1
    bounds(x, y, alone, count, boxes)
    if boxes[0, 0] > box[0] or boxes[0, 1] < box[1] or boxes[0, 2] > box[2] or boxes[0, 3] < box[3]:
        return False
    if is_hull:
        count = hull(x, y, alone, count, order, low, spare_x, spare_y)
    turn = signed_area(x, y, alone, count)
    before = count - 1
    for i in range(count):
        ax, ay, bx, by = x[0, before], y[0, before], x[0, i], y[0, i]
        before = i
        for r in range(outline_x.shape[1]):
            across = (bx - ax) * (outline_y[0, r] - ay) - (by - ay) * (outline_x[0, r] - ax)
            if across * turn <= 0.0:
                return False
    return count >= 3
