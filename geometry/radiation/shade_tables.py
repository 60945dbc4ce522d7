"""Tables of exactly clipped shadows over the whole sky, one for each flat receiver and normal.

The sky is halved again and again into cells, pyramids with their tip at the craft.  A cell that no
polygon can shade, or that one polygon shades from all of the piece, is done as a whole; elsewhere the
blocked share is clipped along the middle of the cell, and cells are halved on where that changes the sum.
What is kept are the integrals of blocked share times cosine with the hat function of each crossing of the
grid (`sky_grid`): no light enters, so a table holds for any orbit, date and attitude.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from geometry.radiation.blocks import ordered_map
from geometry.radiation.clipping import all_within, before_plane, blocked_share, plane_outline, work_space
from geometry.radiation.flat_craft import FlatCraft
from geometry.radiation.sky_grid import body_from_grid, direction, grid_line
from geometry.validation import FloatArray, IntArray

FEWEST_LEVEL = 3
FEWEST_ROWS = 1 << FEWEST_LEVEL
"""Rows of the coarse grid on which errors are kept."""

LOOK_FROM = 4
"""Cells are clipped when they have been halved so often (16 rows), if the grid is no coarser."""

HELD_ROWS = 128
"""Shares at the corners of cells are held down to this grid, for the neighbours."""

MOST_HALVINGS = 7
"""Cells of the grid are halved at most so often."""

MOST_PER_PIECE = 400_000
"""Directions clipped for one piece; beyond it no cell is halved, and the errors kept say so."""

COSINE_SAMPLES = 4
"""Along each side of a cell, for its integral of the cosine."""


@dataclass(frozen=True, eq=False)
class ShadeTable:
    """Blocked share times cosine of one group: pieces of one receiver and one normal.

    Parameters
    ----------
    rows : int
        Of the grid: a power of two.
    thresholds : array (6 x 64,)
        Cells were halved where that changed the sum by more, sr times share of the group's area; by cell of
        the grid of 8 rows.
    crossings : int array (n,)
        Where anything is blocked.
    blocked : array (n,)
        Integral of share x cosine x hat function, sr.
    scatter, drift : array (6 x 64,)
        By cell of the grid of 8 rows: sums of the squares of what the last halvings changed, sr^2, and of
        the changes, sr.
    clipped : int
        Directions clipped to make it.
    """

    rows: int
    thresholds: FloatArray
    crossings: IntArray
    blocked: FloatArray
    scatter: FloatArray
    drift: FloatArray
    clipped: int


@njit(cache=True, nogil=True)
def _cosines(normal, line, rows, out):  # type: ignore[no-untyped-def]
    """Fill out (6, rows, rows, 4): integrals of cosine x hat function of each corner over each cell, sr."""
    area = (0.5 * np.pi / rows / COSINE_SAMPLES) ** 2
    point = np.empty(3)
    for face in range(6):
        for i in range(rows):
            for j in range(rows):
                out[face, i, j] = 0.0
                above = False
                for k in range(4):  # a cell with all its corners below the plate's plane is dark
                    u, v = line[2 * COSINE_SAMPLES * (i + (k >> 1))], line[2 * COSINE_SAMPLES * (j + (k & 1))]
                    direction(face, u, v, point)
                    above = above or point[0] * normal[0] + point[1] * normal[1] + point[2] * normal[2] > 0.0
                if not above:
                    continue
                for a in range(COSINE_SAMPLES):
                    x = (a + 0.5) / COSINE_SAMPLES
                    for b in range(COSINE_SAMPLES):
                        y = (b + 0.5) / COSINE_SAMPLES
                        u = line[2 * (COSINE_SAMPLES * i + a) + 1]
                        v = line[2 * (COSINE_SAMPLES * j + b) + 1]
                        measure = direction(face, u, v, point)
                        cosine = point[0] * normal[0] + point[1] * normal[1] + point[2] * normal[2]
                        if cosine <= 0.0:
                            continue
                        value = cosine * measure * area
                        out[face, i, j, 0] += value * (1.0 - x) * (1.0 - y)
                        out[face, i, j, 1] += value * (1.0 - x) * y
                        out[face, i, j, 2] += value * x * (1.0 - y)
                        out[face, i, j, 3] += value * x * y


@njit(cache=True, nogil=True)
def _to_crossings(cells, rows, out):  # type: ignore[no-untyped-def]
    """Add integrals per corner of each cell (6, rows, rows, 4) to those per crossing (6, rows + 1, ...)."""
    for face in range(6):
        for i in range(rows):
            for j in range(rows):
                for k in range(4):
                    out[face, i + (k >> 1), j + (k & 1)] += cells[face, i, j, k]


@njit(inline="always")
def _turned(face, u, v, turn, out):  # type: ignore[no-untyped-def]
    """Vector to the point (u, v) on a face of the unit cube in a piece's axes, in `out`."""
    sign = 1.0 if (face & 1) == 0 else -1.0
    a = face >> 1
    b, c = (a + 1) % 3, (a + 2) % 3
    for k in range(3):
        out[k] = sign * turn[k, a] + u * turn[k, b] + v * turn[k, c]


@njit(cache=True, nogil=True)
def _pyramid(face, width, i, j, line, turn, corners, planes):  # type: ignore[no-untyped-def]
    """Corners (4, 3) and inward side planes (4, 3) of a cell in a piece's axes; `width` in points of line."""
    for c in range(4):
        u = line[width * (i + (c >> 1))]
        v = line[width * (j + (1 if c in (1, 2) else 0))]
        _turned(face, u, v, turn, corners[c])
    for c in range(4):
        d, o = (c + 1) % 4, (c + 2) % 4
        x = corners[c, 1] * corners[d, 2] - corners[c, 2] * corners[d, 1]
        y = corners[c, 2] * corners[d, 0] - corners[c, 0] * corners[d, 2]
        z = corners[c, 0] * corners[d, 1] - corners[c, 1] * corners[d, 0]
        sign = 1.0 if x * corners[o, 0] + y * corners[o, 1] + z * corners[o, 2] > 0.0 else -1.0
        planes[c, 0], planes[c, 1], planes[c, 2] = sign * x, sign * y, sign * z


@njit(cache=True, nogil=True)
def _may_shade(low, high, local, facing, outline, corners, planes):  # type: ignore[no-untyped-def]
    """Whether a polygon may shade any of a piece in any direction of a pyramid: no side plane parts them.

    One of a closed body (`facing` is its normal there, else zero) counts where light leaves the body.
    """
    if facing[0] != 0.0 or facing[1] != 0.0 or facing[2] != 0.0:
        leaving = False
        for c in range(4):
            along = facing[0] * corners[c, 0] + facing[1] * corners[c, 1] + facing[2] * corners[c, 2]
            leaving = leaving or along > 0.0
        if not leaving:
            return False
    for c in range(4):
        s0, s1, s2 = planes[c, 0], planes[c, 1], planes[c, 2]
        top = -np.inf
        for k in range(low, high):
            top = max(top, s0 * local[k, 0] + s1 * local[k, 1] + s2 * local[k, 2])
        bottom = np.inf
        for k in range(outline.shape[0]):
            bottom = min(bottom, s0 * outline[k, 0] + s1 * outline[k, 1])
        if top <= bottom:
            return False
    return True


@njit(cache=True, nogil=True)
def _shades_all(low, high, local, hull, outline, corners, room):  # type: ignore[no-untyped-def]
    """Whether a polygon shades all of a piece in all directions of a pyramid: it does at its corners, and
    the directions in which it shades a point are convex."""
    for c in range(4):
        if not corners[c, 2] > 1e-9:
            return False
        kx, ky = corners[c, 0] / corners[c, 2], corners[c, 1] / corners[c, 2]
        if not all_within(outline, kx, ky, local, low, high, hull, room):
            return False
    return True


@njit(cache=True, nogil=True)
def _deposit(face, level, top, i, j, share, known, value, share_of_area, cosines, out):  # type: ignore[no-untyped-def]
    """Hand what a cell blocks to the crossings about it.

    Over a cell no finer than the grid's the share is bilinear between its corners (`known`) and shifted to
    the mean `share`, within [0, 1]; the centroid of a corner's hat function lies a third of the grid's
    cell off that corner.
    """
    grid = 1 << top
    side = grid + 1
    if level <= top:
        width = 1 << (top - level)
        shift = share - 0.25 * (known[0] + known[1] + known[2] + known[3])
        for a in range(width):
            for b in range(width):
                row, column = i * width + a, j * width + b
                for k in range(4):
                    x = (a + (2.0 / 3.0 if k >> 1 else 1.0 / 3.0)) / width
                    y = (b + (2.0 / 3.0 if k & 1 else 1.0 / 3.0)) / width
                    there = (1.0 - x) * ((1.0 - y) * known[0] + y * known[1])
                    there += x * ((1.0 - y) * known[2] + y * known[3]) + shift
                    out[(face * side + row + (k >> 1)) * side + column + (k & 1)] += (
                        share_of_area * min(1.0, max(0.0, there)) * cosines[face, row, column, k]
                    )
        return
    width = 1 << (level - top)
    a, b = i // width, j // width
    x, y = (i % width + 0.5) / width, (j % width + 0.5) / width
    at = (face * side + a) * side + b
    out[at] += share_of_area * value * (1.0 - x) * (1.0 - y)
    out[at + 1] += share_of_area * value * (1.0 - x) * y
    out[at + side] += share_of_area * value * x * (1.0 - y)
    out[at + side + 1] += share_of_area * value * x * y


@njit(cache=True, nogil=True)
def _clip_sky(  # type: ignore[no-untyped-def]
    outline, box, origin, axes, turn, area, corners, first, is_body, closed, height, line, top, thresholds,
    share_of_area, cosines, looked, out, scatter, drift,
):  # fmt: skip
    """Add the blocked sky of one piece to out (crossings,), scatter and drift; returns directions clipped.

    `looked` (6, n + 1, n + 1) is room for the shares at the corners of cells; finer cells clip anew.
    """
    polygons = first.shape[0] - 1
    local, begins = np.empty((4 * corners.shape[0] + 1, 3)), np.empty(polygons + 1, np.int64)
    hulls, facing = np.empty(polygons, np.bool_), np.empty((polygons, 3))
    near = before_plane(corners, first, is_body, closed, origin, axes, height, local, begins, hulls, facing)
    if near == 0:
        return 0
    looked[:] = np.nan
    held = looked.shape[1] - 1
    widest = 0
    for p in range(near):
        widest = max(widest, begins[p + 1] - begins[p])
    room = work_space(widest + outline.shape[0] + 1, near)
    last = line.shape[0] - 1
    deepest = top + MOST_HALVINGS
    look = min(top, LOOK_FROM)
    lists = np.empty((4 * (deepest + 2) + 8) * near, np.int64)
    stack = np.empty((4 * (deepest + 2) + 8, 7), np.int64)  # face, level, i, j, list from and to, kind
    pyramid, planes, point = np.empty((4, 3)), np.empty((4, 3)), np.empty(3)
    shares, seen = np.empty(5), np.empty(5)  # corners and middle: blocked share, and times cosine and sr
    clips = 0
    for start in range(6):
        for p in range(near):
            lists[p] = p
        stack[0] = np.array([start, 0, 0, 0, 0, near, 2])
        count = 1
        while count > 0:
            count -= 1
            face, level, i, j, begin, end, kind = stack[count]
            width = last >> level
            if kind == 1:
                shares[:] = 1.0
                u, v = line[width * i + width // 2], line[width * j + width // 2]
                _turned(face, u, v, turn, point)
                square = 1.0 + u * u + v * v
                value = point[2] * (1.0 + u * u) * (1.0 + v * v) / (square * square)
                value *= (0.5 * np.pi / (1 << level)) ** 2
                _deposit(face, level, top, i, j, 1.0, shares, value, share_of_area, cosines, out)
                continue
            go_on = level < look
            if not go_on:
                below = 0
                mean = 0.0
                for c in range(5):
                    a = width * i + (width // 2 if c == 4 else width * (c >> 1))
                    b = width * j + (width // 2 if c == 4 else width * (c & 1))
                    u, v = line[a], line[b]
                    _turned(face, u, v, turn, point)
                    shares[c], seen[c] = np.nan, 0.0
                    if not point[2] > 1e-9:
                        below += 1
                        continue
                    step = last // held
                    keep = a % step == 0 and b % step == 0
                    share = looked[face, a // step, b // step] if keep else np.nan
                    if np.isnan(share):
                        share = blocked_share(
                            point[0] / point[2], point[1] / point[2], local, begins, hulls, facing,
                            lists[begin:end], outline, box, area, room,
                        )  # fmt: skip
                        clips += 1
                        if keep:
                            looked[face, a // step, b // step] = share
                    shares[c] = share
                    square = 1.0 + u * u + v * v
                    seen[c] = share * point[2] * (1.0 + u * u) * (1.0 + v * v) / (square * square)
                    mean += share
                if below == 5:
                    continue
                mean /= 5 - below
                for c in range(5):
                    if np.isnan(shares[c]):
                        shares[c] = mean
                solid = (0.5 * np.pi / (1 << level)) ** 2
                rim = 0.25 * (seen[0] + seen[1] + seen[2] + seen[3])
                change = (seen[4] - rim) * solid
                shift = level - FEWEST_LEVEL
                cell = (face * FEWEST_ROWS + (i >> shift)) * FEWEST_ROWS + (j >> shift)
                go_on = abs(change) * share_of_area > thresholds[cell]
                go_on = go_on and level < deepest and clips < MOST_PER_PIECE
                if not go_on:
                    scatter[cell] += (change * share_of_area) ** 2
                    drift[cell] += change * share_of_area
                    share = 2.0 / 3.0 * shares[4] + (shares[0] + shares[1] + shares[2] + shares[3]) / 12.0
                    value = (2.0 / 3.0 * seen[4] + rim / 3.0) * solid
                    _deposit(face, level, top, i, j, share, shares, value, share_of_area, cosines, out)
                    continue
            at = end
            for child in range(4):
                ci, cj = 2 * i + (child >> 1), 2 * j + (child & 1)
                _pyramid(face, width >> 1, ci, cj, line, turn, pyramid, planes)
                if max(pyramid[0, 2], pyramid[1, 2], pyramid[2, 2], pyramid[3, 2]) <= 0.0:
                    continue
                from_, full = at, False
                for n in range(begin, end):
                    p = lists[n]
                    if _may_shade(
                        begins[p], begins[p + 1], local, facing[p], outline, pyramid, planes
                    ):  # fmt: skip
                        if _shades_all(begins[p], begins[p + 1], local, hulls[p], outline, pyramid, room):
                            full = True
                            break
                        lists[at] = p
                        at += 1
                if full:
                    at = from_
                if full or at > from_:
                    stack[count, 0], stack[count, 1], stack[count, 2] = face, level + 1, ci
                    stack[count, 3], stack[count, 4], stack[count, 5] = cj, from_, at
                    stack[count, 6] = 1 if full else 2
                    count += 1
    return clips


@njit(cache=True, nogil=True)
def _clip_group(  # type: ignore[no-untyped-def]
    pieces, piece_corners, piece_first, piece_areas, axes, turn, corners, first, is_body, closed, height,
    line, top, thresholds, shares, cosines, looked, out, scatter, drift,
):  # fmt: skip
    """`_clip_sky` of several pieces with one set of axes; returns directions clipped."""
    clips = 0
    for n in range(pieces.shape[0]):
        p = pieces[n]
        own = piece_corners[piece_first[p] : piece_first[p + 1]]
        outline, box = plane_outline(own, axes)
        clips += _clip_sky(
            outline, box, own[0].copy(), axes, turn, piece_areas[p], corners, first, is_body, closed, height,
            line, top, thresholds, shares[n], cosines, looked, out, scatter, drift,
        )  # fmt: skip
    return clips


def cosine_cells(normal: FloatArray, rows: int) -> FloatArray:
    """A plate's cosine times the hat function of each corner over each cell, (6, n, n, 4), sr."""
    out = np.empty((6, rows, rows, 4))
    _cosines(normal @ body_from_grid(), grid_line(2 * COSINE_SAMPLES * rows), rows, out)
    return out


def cosine_crossings(cells: FloatArray) -> FloatArray:
    """The same by crossing of the grid, (6 (rows + 1)^2,), sr."""
    rows = cells.shape[1]
    out = np.zeros((6, rows + 1, rows + 1))
    _to_crossings(cells, rows, out)
    return out.reshape(-1)


def shade_table(
    flat: FlatCraft, group: int, rows: int, thresholds: FloatArray, cells: FloatArray
) -> ShadeTable:
    """Blocked sky of one group.

    Parameters
    ----------
    flat : FlatCraft
    group : int
    rows : int
        16, 32, 64, ...
    thresholds : array (6 x 64,)
        As in `ShadeTable`.
    cells : array
        `cosine_cells` of the group's normal on the same grid.
    """
    top = rows.bit_length() - 1
    pieces = flat.pieces_of(group)
    out = np.zeros(6 * (rows + 1) ** 2)
    scatter, drift = np.zeros((2, 6 * FEWEST_ROWS**2))
    clipped = _clip_group(
        pieces,
        flat.corners_m,
        flat.first_corner,
        flat.areas_m2,
        flat.axes[group],
        flat.axes[group] @ body_from_grid(),
        flat.occluder_corners_m,
        flat.occluder_first,
        flat.occluder_is_body,
        flat.occluder_facing,
        flat.height_m,
        grid_line(1 << (top + MOST_HALVINGS + 1)),
        top,
        thresholds,
        flat.area_shares[pieces],
        cells,
        np.empty((6, HELD_ROWS + 1, HELD_ROWS + 1)),
        out,
        scatter,
        drift,
    )
    crossings = np.flatnonzero(out)
    return ShadeTable(rows, thresholds, crossings, out[crossings], scatter, drift, int(clipped))


def shade_tables(
    flat: FlatCraft, groups: IntArray, rows: int, thresholds: FloatArray, threads: int
) -> list[ShadeTable]:
    """`shade_table` of groups (n,) on one grid by their thresholds (n, 6 x 64), over threads, in order."""
    normals = flat.normal_index[groups]
    made: dict[int, ShadeTable] = {}
    for normal in np.unique(normals):
        chosen = np.flatnonzero(normals == normal)
        cells = cosine_cells(flat.normals[normal], rows)

        def make(k: int, cells: FloatArray = cells) -> ShadeTable:
            return shade_table(flat, int(groups[k]), rows, thresholds[k], cells)

        made |= dict(zip(chosen.tolist(), ordered_map(make, chosen.tolist(), threads), strict=True))
    return [made[k] for k in range(len(groups))]
