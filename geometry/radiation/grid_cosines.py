"""What a plate gets of each cell of the sky's grid: integrals of cosine x hat function."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numba import njit

from geometry.radiation.sky_grid import body_from_grid, direction, grid_line
from geometry.validation import FloatArray, read_only

COSINE_SAMPLES = 4
"""Along each side of a cell, for its integral of the cosine."""


@njit(cache=True, nogil=True)
def _moments(line, rows, out):  # type: ignore[no-untyped-def]
    """Fill out (6, rows, rows, 4, 3): integrals of the direction x hat function of each corner, sr."""
    area = (0.5 * np.pi / rows / COSINE_SAMPLES) ** 2
    point = np.empty(3)
    out[:] = 0.0
    for face in range(6):
        for i in range(COSINE_SAMPLES * rows):
            for j in range(COSINE_SAMPLES * rows):
                x = (i % COSINE_SAMPLES + 0.5) / COSINE_SAMPLES
                y = (j % COSINE_SAMPLES + 0.5) / COSINE_SAMPLES
                value = direction(face, line[2 * i + 1], line[2 * j + 1], point) * area
                for k in range(4):
                    hat = (x if k >> 1 else 1.0 - x) * (y if k & 1 else 1.0 - y) * value
                    for c in range(3):
                        out[face, i // COSINE_SAMPLES, j // COSINE_SAMPLES, k, c] += hat * point[c]


@njit(cache=True, nogil=True)
def _cosines(normal, line, rows, moments, out):  # type: ignore[no-untyped-def]
    """Fill out (6, rows, rows, 4): integrals of cosine x hat function of each corner over each cell, sr."""
    area = (0.5 * np.pi / rows / COSINE_SAMPLES) ** 2
    point = np.empty(3)
    for face in range(6):
        for i in range(rows):
            for j in range(rows):
                above = 0
                for k in range(4):  # a cell with all its corners below the plate's plane is dark
                    u, v = line[2 * COSINE_SAMPLES * (i + (k >> 1))], line[2 * COSINE_SAMPLES * (j + (k & 1))]
                    direction(face, u, v, point)
                    above += point[0] * normal[0] + point[1] * normal[1] + point[2] * normal[2] > 0.0
                if above == 4 or above == 0:
                    for k in range(4):
                        out[face, i, j, k] = 0.0
                        for c in range(3):
                            out[face, i, j, k] += min(above, 1) * normal[c] * moments[face, i, j, k, c]
                    continue
                out[face, i, j] = 0.0
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


@lru_cache(maxsize=4)
def _direction_moments(rows: int) -> FloatArray:
    out = np.empty((6, rows, rows, 4, 3))
    _moments(grid_line(2 * COSINE_SAMPLES * rows), rows, out)
    return read_only(out)


def cosine_cells(normal: FloatArray, rows: int) -> FloatArray:
    """A plate's cosine times the hat function of each corner over each cell, (6, n, n, 4), sr."""
    out = np.empty((6, rows, rows, 4))
    line = grid_line(2 * COSINE_SAMPLES * rows)
    _cosines(normal @ body_from_grid(), line, rows, _direction_moments(rows), out)
    return out


def cosine_crossings(cells: FloatArray) -> FloatArray:
    """The same by crossing of the grid, (6 (rows + 1)^2,), sr."""
    rows = cells.shape[1]
    out = np.zeros((6, rows + 1, rows + 1))
    _to_crossings(cells, rows, out)
    return out.reshape(-1)
