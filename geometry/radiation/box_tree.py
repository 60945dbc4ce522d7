"""Boxes around things in a binary tree, and what reaches before a plane by it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from geometry.validation import FloatArray, IntArray

_LEAF = 2
STACK = 64
"""Depth enough for median splits of any number of things."""


@dataclass(frozen=True, eq=False)
class BoxTree:
    """Bounding boxes of K things in B nodes, split at medians.

    Parameters
    ----------
    low_m, high_m : array (B, 3)
        Of each node.
    child : int array (B,)
        Left child, the right one follows it; -1 in a leaf.
    first, last : int array (B,)
        Things of a leaf as a range of `order`.
    order : int array (K,)
    """

    low_m: FloatArray
    high_m: FloatArray
    child: IntArray
    first: IntArray
    last: IntArray
    order: IntArray


@njit(cache=True, nogil=True)
def _build(low, high, order, node_low, node_high, child, first, last):  # type: ignore[no-untyped-def]
    """Median splits along the longest side; returns the number of nodes."""
    first[0], last[0] = 0, order.shape[0]
    middle_low, middle_high = np.empty(3), np.empty(3)
    nodes, at = 1, 0
    while at < nodes:
        begin, end = first[at], last[at]
        for axis in range(3):
            node_low[at, axis], node_high[at, axis] = np.inf, -np.inf
            middle_low[axis], middle_high[axis] = np.inf, -np.inf
        for k in range(begin, end):
            thing = order[k]
            for axis in range(3):
                node_low[at, axis] = min(node_low[at, axis], low[thing, axis])
                node_high[at, axis] = max(node_high[at, axis], high[thing, axis])
                middle = low[thing, axis] + high[thing, axis]
                middle_low[axis] = min(middle_low[axis], middle)
                middle_high[axis] = max(middle_high[axis], middle)
        child[at] = -1
        if end - begin > _LEAF:
            axis = 0
            for other in range(1, 3):
                if middle_high[other] - middle_low[other] > middle_high[axis] - middle_low[axis]:
                    axis = other
            keys, things = np.empty(end - begin), np.empty(end - begin, np.int64)
            for k in range(end - begin):
                things[k] = order[begin + k]
                keys[k] = low[things[k], axis] + high[things[k], axis]
            ranked = np.argsort(keys)
            for k in range(end - begin):  # a loop compiles in a fifth of the time of fancy indices
                order[begin + k] = things[ranked[k]]
            half = (begin + end) // 2
            child[at] = nodes
            first[nodes], last[nodes] = begin, half
            first[nodes + 1], last[nodes + 1] = half, end
            nodes += 2
        at += 1
    return nodes


def box_tree(low_m: FloatArray, high_m: FloatArray) -> BoxTree:
    """The tree of K boxes given by their lowest and highest corners, (K, 3) each, m."""
    size = 2 * len(low_m) + 1
    order = np.arange(len(low_m))
    node_low, node_high = np.empty((size, 3)), np.empty((size, 3))
    child, first, last = (np.zeros(size, np.int64) for _ in range(3))
    nodes = _build(low_m, high_m, order, node_low, node_high, child, first, last)
    return BoxTree(node_low[:nodes], node_high[:nodes], child[:nodes], first[:nodes], last[:nodes], order)


@njit(inline="always")
def box_top(low, high, normal):  # type: ignore[no-untyped-def]
    """Largest height of a box along a normal."""
    top = 0.0
    for i in range(3):
        top += normal[i] * (high[i] if normal[i] > 0.0 else low[i])
    return top


@njit(cache=True, nogil=True)
def _none_before(normals, limits, low, high, child, first, last, order, points, free):  # type: ignore[no-untyped-def]
    stack = np.empty(STACK, np.int64)
    for plane in range(limits.shape[0]):
        normal, limit = normals[plane], limits[plane]
        free[plane] = True
        stack[0] = 0
        depth = 1
        while depth > 0 and free[plane]:
            depth -= 1
            node = stack[depth]
            if box_top(low[node], high[node], normal) <= limit:
                continue
            if child[node] >= 0:
                stack[depth], stack[depth + 1] = child[node], child[node] + 1
                depth += 2
                continue
            for k in range(first[node], last[node]):
                point = points[order[k]]
                h = normal[0] * point[0] + normal[1] * point[1] + normal[2] * point[2]
                if h > limit:
                    free[plane] = False
                    break


def none_before(normals: FloatArray, limits_m: FloatArray, points_m: FloatArray) -> np.ndarray:
    """Whether no point (V, 3) has normal . x > limit, for each of P planes, (P,): about P log V steps."""
    tree = box_tree(points_m, points_m)
    free = np.empty(len(limits_m), bool)
    _none_before(
        normals, limits_m, tree.low_m, tree.high_m, tree.child, tree.first, tree.last, tree.order,
        points_m, free,
    )  # fmt: skip
    return free
