"""Tables of exactly clipped shadows over the whole sky, one for each flat receiver and normal.

The sky is halved into leaves (`shade_leaves`).  What is kept of them are the integrals of blocked share times
cosine with the hat function of each crossing of the grid (`sky_grid`): no light enters, so a table holds for
any orbit, date and attitude.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from geometry.radiation.blocks import ordered_map
from geometry.radiation.flat_craft import FlatCraft
from geometry.radiation.grid_cosines import cosine_cells
from geometry.radiation.shade_leaves import DEEPEST, FEWEST_LEVEL, FEWEST_ROWS, split_leaves
from geometry.radiation.sky_grid import body_from_grid, grid_line
from geometry.validation import FloatArray, IntArray


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
        Directions clipped to make it from what was known.
    cells : int array (m, 5), optional
        Of each leaf: piece of the group, in ascending order, face of the cube, halvings, row and column.
    leaves : array (m, 8), optional
        Blocked share at its four corners and its middle; integral of share x cosine, sr; error in doubt, sr
        times share of the group's area, and what of it has a sign.  Without leaves a finer table is made
        anew.
    """

    rows: int
    thresholds: FloatArray
    crossings: IntArray
    blocked: FloatArray
    scatter: FloatArray
    drift: FloatArray
    clipped: int
    cells: IntArray | None = None
    leaves: FloatArray | None = None


@njit(cache=True, nogil=True)
def _spread(cells, leaves, area_shares, top, cosines, out, scatter, drift):  # type: ignore[no-untyped-def]
    """Hand what leaves block to the crossings of the grid of 2^top rows, and their doubts to its cells.

    Over a leaf no finer than the grid's cells the share is bilinear between its corners and bulges by the
    bend in the middle; the centroid of a corner's hat function lies a third of the grid's cell off that
    corner.  Where a shadow begins or is whole the bulge may leave [0, 1], and must: cut off there, all
    sums would lean to the middle, too little shade where most is dark and too much where most is light.
    """
    grid = 1 << top
    side = grid + 1
    for n in range(cells.shape[0]):
        face, level, i, j = cells[n, 1], cells[n, 2], cells[n, 3], cells[n, 4]
        weight = area_shares[cells[n, 0]]
        known, middle = leaves[n, :4], leaves[n, 4]
        bend = middle - 0.25 * (known[0] + known[1] + known[2] + known[3])
        if leaves[n, 6] > 0.0:
            shift = level - FEWEST_LEVEL
            cell = (face * FEWEST_ROWS + (i >> shift)) * FEWEST_ROWS + (j >> shift)
            scatter[cell] += leaves[n, 6] ** 2
            drift[cell] += leaves[n, 7]
        if level <= top:
            width = 1 << (top - level)
            for a in range(width):
                for b in range(width):
                    row, column = i * width + a, j * width + b
                    for k in range(4):
                        x = (a + (2.0 / 3.0 if k >> 1 else 1.0 / 3.0)) / width
                        y = (b + (2.0 / 3.0 if k & 1 else 1.0 / 3.0)) / width
                        there = (1.0 - x) * ((1.0 - y) * known[0] + y * known[1])
                        there += x * ((1.0 - y) * known[2] + y * known[3])
                        there += bend * (1.0 - 0.5 * ((2.0 * x - 1.0) ** 2 + (2.0 * y - 1.0) ** 2))
                        out[(face * side + row + (k >> 1)) * side + column + (k & 1)] += (
                            weight * there * cosines[face, row, column, k]
                        )
            continue
        width = 1 << (level - top)
        a, b = i // width, j // width
        x, y = (i % width + 0.5) / width, (j % width + 0.5) / width
        value = weight * leaves[n, 5]
        at = (face * side + a) * side + b
        out[at] += value * (1.0 - x) * (1.0 - y)
        out[at + 1] += value * (1.0 - x) * y
        out[at + side] += value * x * (1.0 - y)
        out[at + side + 1] += value * x * y


def _whole_sky(pieces: int) -> tuple[IntArray, FloatArray]:
    """Leaves to begin with: the six faces of the cube for each piece, in doubt."""
    cells = np.zeros((6 * pieces, 5), dtype=np.int64)
    cells[:, 0], cells[:, 1] = np.repeat(np.arange(pieces), 6), np.tile(np.arange(6), pieces)
    return cells, np.full((len(cells), 8), np.inf)


def shade_table(
    flat: FlatCraft,
    group: int,
    rows: int,
    thresholds: FloatArray,
    cosines: FloatArray,
    known: ShadeTable | None = None,
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
    cosines : array
        `cosine_cells` of the group's normal on the same grid.
    known : ShadeTable, optional
        A coarser one of the same group, whose leaves are split on.
    """
    top = rows.bit_length() - 1
    pieces = flat.pieces_of(group)
    clipped = 0
    if known is None or known.cells is None or known.leaves is None:
        known = None
        cells, leaves = _whole_sky(len(pieces))
    else:
        cells, leaves = known.cells, known.leaves
    if known is None or (thresholds < known.thresholds).any():
        cells, leaves, clipped = split_leaves(
            cells,
            leaves,
            pieces,
            flat.corners_m,
            flat.first_corner,
            flat.areas_m2,
            flat.area_shares[pieces],
            flat.axes[group],
            flat.axes[group] @ body_from_grid(),
            flat.occluder_corners_m,
            flat.occluder_first,
            flat.occluder_is_body,
            flat.occluder_facing,
            flat.height_m,
            grid_line(1 << (DEEPEST + 1)),
            thresholds,
        )
    out = np.zeros(6 * (rows + 1) ** 2)
    scatter, drift = np.zeros((2, 6 * FEWEST_ROWS**2))
    _spread(cells, leaves, flat.area_shares[pieces], top, cosines, out, scatter, drift)
    crossings = np.flatnonzero(out)
    return ShadeTable(
        rows, thresholds, crossings, out[crossings], scatter, drift, int(clipped), cells, leaves
    )


def shade_tables(
    flat: FlatCraft,
    groups: IntArray,
    rows: int,
    thresholds: FloatArray,
    threads: int,
    known: dict[int, ShadeTable] | None = None,
) -> list[ShadeTable]:
    """`shade_table` of groups (n,) on one grid by their thresholds (n, 6 x 64), over threads, in order.

    `known` has coarser ones by group.
    """
    normals = flat.normal_index[groups]
    made: dict[int, ShadeTable] = {}
    for normal in np.unique(normals):
        chosen = np.flatnonzero(normals == normal)
        cosines = cosine_cells(flat.normals[normal], rows)

        def make(k: int, cosines: FloatArray = cosines) -> ShadeTable:
            return shade_table(
                flat, int(groups[k]), rows, thresholds[k], cosines, (known or {}).get(int(groups[k]))
            )

        made |= dict(zip(chosen.tolist(), ordered_map(make, chosen.tolist(), threads), strict=True))
    return [made[k] for k in range(len(groups))]
