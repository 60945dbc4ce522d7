"""Closure of view factors by least squares weighted by their variances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix, diags

from geometry.validation import FloatArray, IntArray

_MOST_PASSES = 12


@dataclass(frozen=True, eq=False)
class Balance:
    """Exchange areas that close, m^2.

    Parameters
    ----------
    pairs_m2 : array (n,)
    ends_m2 : array (2, S)
        To space and to inactive sides.
    ends_variance_m4 : array (2, S)
        Left after closure.
    residual_m2, residual_error_m2 : array (S,)
        What the rows had too much before, and the standard error that it should have.
    """

    pairs_m2: FloatArray
    ends_m2: FloatArray
    ends_variance_m4: FloatArray
    residual_m2: FloatArray
    residual_error_m2: FloatArray


def balanced(
    areas_m2: FloatArray,
    first: IntArray,
    second: IntArray,
    pairs_m2: FloatArray,
    pairs_variance_m4: FloatArray,
    ends_m2: FloatArray,
    ends_variance_m4: FloatArray,
) -> Balance:
    """The nearest exchange areas, in units of their errors, whose rows sum to the areas.

    Reciprocity is built in: a pair has one exchange area.  Those of no variance stay as they are; none
    falls below zero (what would is held at zero and the rest balanced again).

    Parameters
    ----------
    areas_m2 : array (S,)
    first, second : int array (n,)
        Surfaces of each pair, first <= second.
    pairs_m2, pairs_variance_m4 : array (n,)
    ends_m2, ends_variance_m4 : array (2, S)

    Notes
    -----
    With one multiplier per row, x = x0 + W C^T lambda and (C W C^T) lambda = what is missing; a row of exact
    entries has nothing to move and keeps its residual.  References: [vanLeersum1989], [Lawson1995].
    """
    surfaces = len(areas_m2)
    values, ends = pairs_m2.copy(), ends_m2.copy()
    weight, ends_weight = pairs_variance_m4.copy(), ends_variance_m4.copy()
    other = first != second
    residual = _row_sums(values, ends, first, second, surfaces) - areas_m2
    noise = np.sqrt(_row_sums(weight, ends_weight, first, second, surfaces))
    diagonal = np.zeros(surfaces)
    for _ in range(_MOST_PASSES):
        missing = areas_m2 - _row_sums(values, ends, first, second, surfaces)
        diagonal = _row_sums(weight, ends_weight, first, second, surfaces)
        movable = diagonal > 0.0
        if not (np.abs(missing[movable]) > 1e-15 * areas_m2[movable]).any():
            break
        multiplier = _multipliers(diagonal, weight[other], first[other], second[other], missing)
        values += weight * (multiplier[first] + np.where(other, multiplier[second], 0.0))
        ends += ends_weight * multiplier
        below, ends_below = values < 0.0, ends < 0.0
        if not (below.any() or ends_below.any()):
            break
        values[below], weight[below] = 0.0, 0.0
        ends[ends_below], ends_weight[ends_below] = 0.0, 0.0
    rest = np.divide(ends_weight, diagonal, out=np.zeros_like(ends), where=diagonal > 0.0)
    return Balance(values, ends, ends_weight * (1.0 - np.minimum(rest, 1.0)), residual, noise)


def _row_sums(
    pairs: FloatArray, ends: FloatArray, first: IntArray, second: IntArray, surfaces: int
) -> FloatArray:
    other = first != second
    total = np.bincount(first, pairs, surfaces) + np.bincount(second[other], pairs[other], surfaces)
    return total + ends.sum(axis=0)


def _multipliers(
    diagonal: FloatArray, weight: FloatArray, first: IntArray, second: IntArray, missing: FloatArray
) -> FloatArray:
    """One multiplier per row, scaled so that the solver sees a unit diagonal."""
    surfaces = len(diagonal)
    movable = diagonal > 0.0
    scale = np.where(movable, 1.0 / np.sqrt(np.where(movable, diagonal, 1.0)), 0.0)
    scaled = weight * scale[first] * scale[second]
    size = (surfaces, surfaces)
    matrix = coo_matrix((scaled, (first, second)), size) + coo_matrix((scaled, (second, first)), size)
    matrix = (matrix + diags(np.ones(surfaces))).tocsr()
    from scipy.sparse.linalg import minres  # a quarter of a second to load, and seldom needed

    # minres: two surfaces that see nothing but each other make the matrix singular, though consistent
    solution, _ = minres(matrix, missing * scale, rtol=1e-13, maxiter=20 * surfaces + 100)
    return np.asarray(solution * scale)
