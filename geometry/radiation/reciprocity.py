"""Factors made to keep the two laws that they must: reciprocity, and rows that account for everything.

Estimated both ways, w_i B_ij and w_j B_ji are one number with two errors.  They are joined by inverse
variance, then moved as little as the sums of the rows take, each by its own variance: least squares.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array

from geometry.radiation.balance import balanced
from geometry.validation import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Balanced:
    """Factors that keep reciprocity and closure.

    Parameters
    ----------
    factors, standard_errors : csr_array (S, S)
        Of the same pattern.
    outside : array (S, K)
        To what is no surface: space, inactive sides.
    residual : array (S,)
        What the raw rows had beyond 1.
    reciprocity_residual : array (S,)
        Largest |w_i B_ij - w_j B_ji| of the raw factors over w_i, row by row.
    """

    factors: csr_array
    standard_errors: csr_array
    outside: FloatArray
    residual: FloatArray
    reciprocity_residual: FloatArray


def reciprocal(
    factors: csr_array,
    errors: csr_array,
    outside: FloatArray,
    outside_errors: FloatArray,
    weights: FloatArray,
    least_errors: FloatArray,
) -> Balanced:
    """Reciprocity w_i B_ij = w_j B_ji and rows of sum 1, by variance-weighted least squares.

    Parameters
    ----------
    factors, errors : csr_array (S, S)
        Raw factors and their standard errors.
    outside, outside_errors : array (S, K)
        Raw shares that end on no surface, and their standard errors.
    weights : array (S,)
        Of reciprocity: area, or area times emittance.  A row of weight 0 is only scaled to sum 1.
    least_errors : array (S,)
        Error to assume at least where anything at all was found: that of one ray.

    Notes
    -----
    What is zero both ways stays zero.  Standard errors are those of the joined estimates.
    """
    size = len(weights)
    residual = factors.sum(axis=1) + outside.sum(axis=1) - 1.0
    linked = weights > 0.0
    i, j = _pairs(factors, linked)
    there, back = weights[i] * _at(factors, i, j), weights[j] * _at(factors, j, i)
    v_there = (weights[i] * np.maximum(_at(errors, i, j), least_errors[i])) ** 2
    v_back = (weights[j] * np.maximum(_at(errors, j, i), least_errors[j])) ** 2
    own = i == j
    share = np.where(own, 1.0, v_back / (v_there + v_back))
    value = share * there + (1.0 - share) * back
    variance = np.where(own, v_there, share * v_there)
    free = weights * outside.T
    free_variance = (weights * np.maximum(outside_errors.T, least_errors)) ** 2
    free_variance[free <= 0.0] = 0.0
    apart = np.zeros(size)
    for k in (i, j):
        np.maximum.at(apart, k, np.abs(there - back) / weights[k])
    closed = balanced(weights, i, j, value, variance, free, free_variance)
    scale = np.where(linked, weights, 1.0)
    both = np.concatenate([i, j[~own]]), np.concatenate([j, i[~own]])
    table = [np.concatenate([v, v[~own]]) / scale[both[0]] for v in (closed.pairs_m2, np.sqrt(variance))]
    rest = _scaled_rows(factors, outside, ~linked)
    return Balanced(
        factors=_csr(*both, table[0], size) + rest[0],
        standard_errors=_csr(*both, table[1], size) + errors.multiply(~linked[:, None]).tocsr(),
        outside=np.where(linked[:, None], (closed.ends_m2 / scale).T, rest[1]),
        residual=residual,
        reciprocity_residual=apart,
    )


def _csr(i: IntArray, j: IntArray, values: FloatArray, size: int) -> csr_array:
    return coo_array((values, (i, j)), shape=(size, size)).tocsr()


def _pairs(factors: csr_array, linked: np.ndarray) -> tuple[IntArray, IntArray]:
    """Pairs i <= j of linked rows with anything between them, in either direction."""
    rows, columns = factors.nonzero()
    kept = linked[rows] & linked[columns]
    low, high = np.minimum(rows, columns)[kept], np.maximum(rows, columns)[kept]
    key = np.unique(low.astype(np.int64) * len(linked) + high)
    return key // len(linked), key % len(linked)


def _at(matrix: csr_array, i: IntArray, j: IntArray) -> FloatArray:
    """Entries of a sparse matrix at many places."""
    table = matrix.tocoo()
    width = matrix.shape[1]
    keys = table.coords[0].astype(np.int64) * width + table.coords[1]
    order = np.argsort(keys)
    keys, values = keys[order], table.data[order]
    wanted = i * width + j
    place = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    return np.where(keys[place] == wanted, values[place], 0.0) if len(keys) else np.zeros(len(i))


def _scaled_rows(factors: csr_array, outside: FloatArray, chosen: np.ndarray) -> tuple[csr_array, FloatArray]:
    """The chosen rows over their sums; the others zero."""
    total = factors.sum(axis=1) + outside.sum(axis=1)
    scale = np.where(chosen & (total > 0.0), 1.0 / np.where(total > 0.0, total, 1.0), 0.0)
    return factors.multiply(scale[:, None]).tocsr(), outside * scale[:, None]
