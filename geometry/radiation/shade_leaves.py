"""Leaves of the sky of flat pieces: cells, halved on until what a halving changes is small.

A cell is a pyramid with its tip at the craft.  One that no polygon can shade is no leaf, one that a single
polygon shades from all of the piece is a whole one; elsewhere the blocked share is clipped along the corners
and the middle of the cell, and the cell is halved on where its bend is not what its parent's was.
"""

from __future__ import annotations

import numpy as np
from numba import int64, njit

from geometry.radiation.clipping import all_within, before_piece, blocked_share

FEWEST_LEVEL = 3
FEWEST_ROWS = 1 << FEWEST_LEVEL
"""Rows of the coarse grid on which errors are kept."""

LOOK_FROM, SURE_FROM = 2, 4
"""Cells are clipped when they have been halved so often; but no coarser cell than the latter is a leaf unless
each direction looked at is blocked in part: it might miss a shadow, or a gap in it."""

SPREAD = 0.02
"""Shares that differ by less over such a coarse cell say nothing of what is between."""

DEEPEST = 14
"""Cells are halved at most so often."""

BEND_SHARE = 0.1
"""Share of the bend of the blocked share over a cell that counts as in doubt, though like its parent's."""

SHADED = 1.0 - 1e-9
"""Blocked shares from that on are whole."""

FLAT = 1e-10
"""A piece may reach through a polygon by so much of its own size and still be on one side of it."""

HORIZON_SHARE = 0.3
"""Share in doubt of a cell that reaches below the plane of the piece, where nothing is known."""

MEMO = 1 << 14
"""Directions of one piece that are remembered for the neighbours, a power of two."""

MOST_PER_PIECE = 400_000
"""Directions clipped for one piece; beyond it no cell is halved, and the errors kept say so."""


@njit(inline="always")
def _turned(face, u, v, turn, out):  # type: ignore[no-untyped-def]
    """Vector to the point (u, v) on a face of the unit cube in a piece's axes, in `out`."""
    sign = 1.0 if (face & 1) == 0 else -1.0
    a = face >> 1
    b, c = (a + 1) % 3, (a + 2) % 3
    for k in range(3):
        out[k] = sign * turn[k, a] + u * turn[k, b] + v * turn[k, c]


@njit(cache=True, nogil=True)
def _pyramid(face, width, i, j, every, line, turn, outline, corners, planes):  # type: ignore[no-untyped-def]
    """Corners (4, 3) and planes (4 + k, 4) of a cell in a piece's axes; returns how many planes there are,
    along sides and in all.

    All directions of the pyramid are on the inner side of each plane, given by its inner normal and the
    least height of the piece over it: along the four sides of the pyramid, or but the two that its parent
    has not where not `every` one is asked for; and, where all of it is above the piece, through the k edges
    of that.  `width` in points of line.
    """
    for c in range(4):
        u = line[width * (i + (c >> 1))]
        v = line[width * (j + (1 if c in (1, 2) else 0))]
        _turned(face, u, v, turn, corners[c])
    sides = int64(0)
    inner_u, inner_v = (0 if i & 1 else 2), (3 if j & 1 else 1)
    for c in range(4):
        if not (every or c in (inner_u, inner_v)):
            continue
        d, o = (c + 1) % 4, (c + 2) % 4
        x = corners[c, 1] * corners[d, 2] - corners[c, 2] * corners[d, 1]
        y = corners[c, 2] * corners[d, 0] - corners[c, 0] * corners[d, 2]
        z = corners[c, 0] * corners[d, 1] - corners[c, 1] * corners[d, 0]
        sign = 1.0 if x * corners[o, 0] + y * corners[o, 1] + z * corners[o, 2] > 0.0 else -1.0
        x, y = sign * x, sign * y
        least = np.inf
        for k in range(outline.shape[2]):
            least = min(least, x * outline[0, 0, k] + y * outline[1, 0, k])
        planes[sides, 0], planes[sides, 1], planes[sides, 2], planes[sides, 3] = x, y, sign * z, least
        sides += 1
    for c in range(4):
        if not corners[c, 2] > 1e-9:
            return sides, sides
    last = outline.shape[2] - 1
    for r in range(outline.shape[2]):
        x, y = outline[1, 0, last] - outline[1, 0, r], outline[0, 0, r] - outline[0, 0, last]
        least = np.inf
        for c in range(4):
            least = min(least, (x * corners[c, 0] + y * corners[c, 1]) / corners[c, 2])
        planes[sides + r, 0], planes[sides + r, 1], planes[sides + r, 2] = x, y, -least
        planes[sides + r, 3] = x * outline[0, 0, r] + y * outline[1, 0, r]
        last = r
    return sides, sides + outline.shape[2]


@njit(cache=True, nogil=True)
def _may_shade(  # type: ignore[no-untyped-def]
    low, high, local, facing, sheet, slack, corners, planes, sides, many
):
    """Whether a polygon may shade any of a piece in any direction of a pyramid: no plane parts them.

    One of a closed body (`facing` is its normal there, else zero) counts where light leaves the body.
    `sheet` (4,) is the normal of a polygon that has the piece on one side, away from it, else zero.
    """
    if facing[0] != 0.0 or facing[1] != 0.0 or facing[2] != 0.0:
        leaving = False
        for c in range(4):
            along = facing[0] * corners[c, 0] + facing[1] * corners[c, 1] + facing[2] * corners[c, 2]
            leaving = leaving or along > 0.0
        if not leaving:
            return False
    reached = False
    for c in range(4):
        along = sheet[0] * corners[c, 0] + sheet[1] * corners[c, 1] + sheet[2] * corners[c, 2]
        reached = reached or along >= 0.0
    if not reached:
        return False
    for c in range(many):
        s0, s1, s2 = planes[c, 0], planes[c, 1], planes[c, 2]
        top = -np.inf
        for k in range(low, high):
            top = max(top, s0 * local[k, 0] + s1 * local[k, 1] + s2 * local[k, 2])
        if top <= planes[c, 3] + (0.0 if c < sides else slack):
            return False
    return True


@njit(cache=True, nogil=True)
def _sheet(low, high, local, outline, slack, out):  # type: ignore[no-untyped-def]
    """Normal of a flat polygon on its side away from a piece, zero where the piece is on both sides."""
    out[:] = 0.0
    for k in range(low + 1, high - 1):
        a0, a1, a2 = local[k, 0] - local[low, 0], local[k, 1] - local[low, 1], local[k, 2] - local[low, 2]
        k += 1
        b0, b1, b2 = local[k, 0] - local[low, 0], local[k, 1] - local[low, 1], local[k, 2] - local[low, 2]
        out[0] += a1 * b2 - a2 * b1
        out[1] += a2 * b0 - a0 * b2
        out[2] += a0 * b1 - a1 * b0
    size = np.sqrt(out[0] ** 2 + out[1] ** 2 + out[2] ** 2)
    offset = out[0] * local[low, 0] + out[1] * local[low, 1] + out[2] * local[low, 2]
    before = behind = False
    for k in range(outline.shape[2]):
        height = out[0] * outline[0, 0, k] + out[1] * outline[1, 0, k] - offset
        before = before or height > slack * size
        behind = behind or height < -slack * size
    if before and behind:
        out[:] = 0.0
    elif before:
        out[:] = -out


@njit(cache=True, nogil=True)
def _shades_all(low, high, local, hull, outline, box, corners, room):  # type: ignore[no-untyped-def]
    """Whether a polygon shades all of a piece in all directions of a pyramid: it does at its corners, and
    the directions in which it shades a point are convex."""
    for c in range(4):
        if not corners[c, 2] > 1e-9:
            return False
        kx, ky = corners[c, 0] / corners[c, 2], corners[c, 1] / corners[c, 2]
        if not all_within(outline, box, kx, ky, local, low, high, hull, room):
            return False
    return True


@njit(inline="always")
def _place(face, a, b):  # type: ignore[no-untyped-def]
    """A number for each crossing of the finest grid, and where the memo keeps what is known of it."""
    key = (int64(face) << 40) | (int64(a) << 20) | int64(b)
    return key, ((key * 0x9E3779B97F4A7C1) >> 20) & (MEMO - 1)


@njit(cache=True, nogil=True)
def _twice(rows):  # type: ignore[no-untyped-def]
    """The same rows at the head of twice the room."""
    out = np.empty((2 * rows.shape[0], rows.shape[1]), rows.dtype)
    for n in range(rows.shape[0]):
        for k in range(rows.shape[1]):
            out[n, k] = rows[n, k]
    return out


@njit(inline="always")
def _split_piece(  # type: ignore[no-untyped-def]
    number, outline, box, turn, area, local, begins, hulls, facing, near, room, line, thresholds,
    share_of_area, cells, leaves, low, high, keys, held, new_cells, new_leaves, made,
):  # fmt: skip
    """Split the leaves low..high of one piece where they are too coarse; leaves there are from `made` on.

    Returns the arrays of leaves, longer where they had to be, how many are filled, and directions clipped.
    """
    last = line.shape[0] - 1
    depth = 4 * (DEEPEST + 2) + 8
    lists = np.empty(depth * near, np.int64)
    stack, known = np.empty((depth, 7), np.int64), np.empty((depth, 6))
    pyramid, planes, point = np.empty((4, 3)), np.empty((4 + outline.shape[2], 4)), np.empty(3)
    sheets, slack = np.zeros((near, 3)), 1e-10 * area
    for p in range(near):
        if not hulls[p]:
            _sheet(begins[p], begins[p + 1], local, outline, FLAT * np.sqrt(area), sheets[p])
    shares, is_above = np.empty(5), np.empty(5, np.bool_)
    clips = int64(0)
    keys[:] = -1
    for n in range(low, high):
        width = last >> cells[n, 2]
        if cells[n, 2] < LOOK_FROM:
            continue
        for c in range(5):
            a = width * cells[n, 3] + (width // 2 if c == 4 else width * (c >> 1))
            b = width * cells[n, 4] + (width // 2 if c == 4 else width * (c & 1))
            key, at = _place(cells[n, 1], a, b)
            keys[at], held[at] = key, leaves[n, c]
    for n in range(low, high):
        if made + depth > new_cells.shape[0]:
            new_cells = _twice(new_cells)
            new_leaves = _twice(new_leaves)
        shift = max(cells[n, 2] - FEWEST_LEVEL, 0)
        cell = (cells[n, 1] * FEWEST_ROWS + (cells[n, 3] >> shift)) * FEWEST_ROWS + (cells[n, 4] >> shift)
        if cells[n, 2] >= FEWEST_LEVEL and not leaves[n, 6] > thresholds[cell]:
            new_cells[made], new_leaves[made] = cells[n], leaves[n]
            made += 1
            continue
        stack[0, 0], stack[0, 1], stack[0, 2], stack[0, 3] = (
            cells[n, 1],
            cells[n, 2],
            cells[n, 3],
            cells[n, 4],
        )
        sides, many = _pyramid(
            cells[n, 1], last >> cells[n, 2], cells[n, 3], cells[n, 4], True, line, turn, outline, pyramid,
            planes,
        )  # fmt: skip
        here = 0
        for p in range(near):
            if cells[n, 2] == 0 or _may_shade(
                begins[p], begins[p + 1], local, facing[p], sheets[p], slack, pyramid, planes, sides, many
            ):
                lists[here] = p
                here += 1
        stack[0, 4], stack[0, 5], stack[0, 6] = 0, here, 2
        known[0, :5] = leaves[n, :5]
        count = 1
        while count > 0:
            count -= 1
            face, level, i, j, begin, end, kind = stack[count]
            width = last >> level
            if made + 4 > new_cells.shape[0]:
                new_cells = _twice(new_cells)
                new_leaves = _twice(new_leaves)
            shares[:] = known[count, :5]
            if kind < 2 and level >= LOOK_FROM:
                solid = (0.5 * np.pi / (1 << level)) ** 2
                above, least, most, rim, measure, value = 0, 1.0, 0.0, 0.0, 0.0, 0.0
                for c in range(5):
                    a = width * i + (width // 2 if c == 4 else width * (c >> 1))
                    b = width * j + (width // 2 if c == 4 else width * (c & 1))
                    u, v = line[a], line[b]
                    _turned(face, u, v, turn, point)
                    is_above[c] = point[2] > 1e-9
                    if not is_above[c]:
                        continue
                    above += 1
                    square = 1.0 + u * u + v * v
                    cosine = point[2] * (1.0 + u * u) * (1.0 + v * v) / (square * square)
                    cosine *= solid * (2.0 / 3.0 if c == 4 else 1.0 / 12.0)
                    measure += cosine
                    if np.isnan(shares[c]):
                        key, at = _place(face, a, b)
                        if keys[at] == key:
                            shares[c] = held[at]
                        else:
                            shares[c] = blocked_share(
                                point[0] / point[2], point[1] / point[2], local, begins, hulls, facing,
                                lists, begin, end, outline, box, area, room,
                            )  # fmt: skip
                            keys[at], held[at] = key, shares[c]
                            clips += 1
                    least, most = min(least, shares[c]), max(most, shares[c])
                    value += cosine * shares[c]
                    rim += shares[c]
                if above == 0:
                    continue
                mean = rim / above
                for c in range(5):
                    if not is_above[c]:
                        shares[c] = mean
                bend = shares[4] - 0.25 * (shares[0] + shares[1] + shares[2] + shares[3])
                off = bend if kind == 1 else bend - known[count, 5]
                change = off * measure * share_of_area
                doubt = max(abs(off), BEND_SHARE * abs(bend)) * measure * share_of_area
                if above < 5:
                    doubt = max(doubt, HORIZON_SHARE * measure * share_of_area)
                if level < SURE_FROM and (
                    above < 5 or least <= 0.0 or most >= SHADED or most - least < SPREAD
                ):
                    doubt = max(doubt, solid * share_of_area)
                go_on = level < FEWEST_LEVEL
                if not go_on:
                    shift = level - FEWEST_LEVEL
                    cell = (face * FEWEST_ROWS + (i >> shift)) * FEWEST_ROWS + (j >> shift)
                    go_on = doubt > thresholds[cell] and level < DEEPEST and clips < MOST_PER_PIECE
                if not go_on:
                    new_cells[made] = number, face, level, i, j
                    new_leaves[made, :5] = shares
                    new_leaves[made, 5], new_leaves[made, 6], new_leaves[made, 7] = value, doubt, change
                    made += 1
                    continue
            bend = 0.25 * (shares[4] - 0.25 * (shares[0] + shares[1] + shares[2] + shares[3]))
            at = end
            for child in range(4):
                ci, cj = 2 * i + (child >> 1), 2 * j + (child & 1)
                sides, many = _pyramid(
                    face, width >> 1, ci, cj, level == 0, line, turn, outline, pyramid, planes
                )
                if max(pyramid[0, 2], pyramid[1, 2], pyramid[2, 2], pyramid[3, 2]) <= 0.0:
                    continue
                from_, full = at, False
                is_lit = level >= LOOK_FROM and (shares[child] < SHADED or shares[4] < SHADED)
                for m in range(begin, end):
                    p = lists[m]
                    if _may_shade(
                        begins[p], begins[p + 1], local, facing[p], sheets[p], slack, pyramid, planes, sides,
                        many,
                    ):  # fmt: skip
                        if not is_lit and _shades_all(
                            begins[p], begins[p + 1], local, hulls[p], outline, box, pyramid, room
                        ):
                            full = True
                            break
                        lists[at] = p
                        at += 1
                if full:
                    at = from_
                    new_cells[made] = number, face, level + 1, ci, cj
                    new_leaves[made, :5] = 1.0
                    half = width >> 2
                    u, v = line[half * (2 * ci + 1)], line[half * (2 * cj + 1)]
                    _turned(face, u, v, turn, point)
                    square = 1.0 + u * u + v * v
                    measure = point[2] * (1.0 + u * u) * (1.0 + v * v) / (square * square)
                    measure *= (0.25 * np.pi / (1 << level)) ** 2
                    new_leaves[made, 5], new_leaves[made, 6], new_leaves[made, 7] = measure, 0.0, 0.0
                    made += 1
                elif at > from_:
                    stack[count, 0], stack[count, 1], stack[count, 2] = face, level + 1, ci
                    stack[count, 3], stack[count, 4], stack[count, 5] = cj, from_, at
                    stack[count, 6] = 0 if level >= LOOK_FROM else 1
                    known[count, :5] = np.nan
                    if level >= LOOK_FROM:
                        known[count, child], known[count, 3 - child] = shares[child], shares[4]
                    known[count, 5] = bend
                    count += 1
    return new_cells, new_leaves, made, clips


@njit(cache=True, nogil=True)
def split_leaves(  # type: ignore[no-untyped-def]
    cells, leaves, pieces, piece_corners, piece_first, piece_areas, area_shares, axes, turn, corners, first,
    is_body, closed, height, line, thresholds,
):  # fmt: skip
    """Leaves (n, 5) and (n, 8) of several pieces with one set of axes, split on; and directions clipped."""
    polygons = first.shape[0] - 1
    local, begins = np.empty((4 * corners.shape[0] + 1, 3)), np.empty(polygons + 1, np.int64)
    hulls, facing = np.empty(polygons, np.bool_), np.empty((polygons, 3))
    keys, held = np.empty(MEMO, np.int64), np.empty(MEMO)
    new_cells, new_leaves = (
        np.empty((2 * cells.shape[0] + 64, 5), np.int64),
        np.empty((2 * cells.shape[0] + 64, 8)),
    )
    made = clips = int64(0)
    high = int64(0)
    for n in range(pieces.shape[0]):
        low = high
        while high < cells.shape[0] and cells[high, 0] == n:
            high += 1
        p = pieces[n]
        own = piece_corners[piece_first[p] : piece_first[p + 1]]
        near, outline, box, room = before_piece(
            own, axes, corners, first, is_body, closed, height, local, begins, hulls, facing
        )
        if near == 0:
            continue
        new_cells, new_leaves, made, more = _split_piece(
            n, outline, box, turn, piece_areas[p], local, begins, hulls, facing, near, room, line, thresholds,
            area_shares[n], cells, leaves, low, high, keys, held, new_cells, new_leaves, made,
        )  # fmt: skip
        clips += more
    return new_cells[:made].copy(), new_leaves[:made].copy(), clips
