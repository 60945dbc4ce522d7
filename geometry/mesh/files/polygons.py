"""Polygons into triangles: fans where they are convex, ears cut off where they are not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geometry.validation import FloatArray, IntArray

_FLAT = 1e-12
"""Twice a triangle's area over its longest side squared, below which it counts as flat."""

_BLOCK = 2_000_000
"""Numbers in the largest work array of one block of polygons."""


class PolygonError(ValueError):
    """A polygon without a triangulation; `polygon` is its number."""

    def __init__(self, polygon: int, reason: str) -> None:
        super().__init__(reason)
        self.polygon = polygon


def triangulated(vertices: FloatArray, corners: IntArray, offsets: IntArray) -> tuple[IntArray, IntArray]:
    """Triangles of P polygons, each turning as its polygon does.

    Convex polygons become fans; others lose their best-shaped ear until a triangle is left, in the plane
    across their mean normal.

    Parameters
    ----------
    vertices : array (V, 3)
        Finite.
    corners : int array (C,)
        Rows of `vertices`, polygon after polygon.
    offsets : int array (P + 1,)
        Where each polygon begins in `corners`, and the end.

    Returns
    -------
    faces : int array (F, 3)
        Polygon after polygon.
    polygon : int array (F,)
        To which each belongs.

    Raises
    ------
    PolygonError
        Fewer than three corners, or sides that cross.
    """
    counts = np.diff(offsets)
    few = np.flatnonzero(counts < 3)
    if few.size:
        raise PolygonError(int(few[0]), f"a polygon needs three corners, this one has {counts[few[0]]}")
    if (counts == 3).all():
        return corners.reshape(-1, 3), np.arange(len(counts))
    faces, owner = [], []
    for size in np.unique(counts):
        step = max(1, _BLOCK // int(size) ** 3)
        same = np.flatnonzero(counts == size)
        for start in range(0, len(same), step):
            block = same[start : start + step]
            loops = corners[offsets[block][:, None] + np.arange(size)]
            with np.errstate(over="ignore", invalid="ignore"):  # what is no place is refused later, by name
                faces.append(_of_one_size(vertices, loops, block).reshape(-1, 3))
            owner.append(np.repeat(block, size - 2))
    polygon = np.concatenate(owner)
    order = np.argsort(polygon, kind="stable")
    return np.concatenate(faces)[order], polygon[order]


def _of_one_size(vertices: FloatArray, loops: IntArray, polygons: IntArray) -> IntArray:
    """Triangles (P, n - 2, 3) of polygons (P, n)."""
    size = loops.shape[1]
    inner = np.arange(1, size - 1)
    fan = np.stack(
        [np.broadcast_to(loops[:, :1], (len(loops), size - 2)), loops[:, inner], loops[:, inner + 1]], 2
    )
    if size == 3:
        return fan
    points = vertices[loops]
    flat = _in_plane(points)
    convex = (_shape(np.roll(flat, 1, axis=1), flat, np.roll(flat, -1, axis=1)) > _FLAT).all(axis=1)
    # a star with all its corners to the left winds more than once; its area tells
    convex &= _winds_once(flat)
    left = np.flatnonzero(~convex)
    if left.size:
        fan[left] = _ears(flat[left], loops[left], polygons[left])
    return fan


def _in_plane(points: FloatArray) -> FloatArray:
    """Polygons (P, n, 3) in the plane across their mean normal, (P, n, 2), counter-clockwise."""
    origin = points.mean(axis=1, keepdims=True)
    away = points - origin
    normal = np.cross(away, np.roll(away, -1, axis=1)).sum(axis=1)
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    normal = np.divide(normal, length, out=np.tile([0.0, 0.0, 1.0], (len(points), 1)), where=length > 0)
    helper = np.eye(3)[np.abs(normal).argmin(axis=1)]
    u = np.cross(helper, normal)
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    v = np.cross(normal, u)
    return np.stack([np.einsum("pnk,pk->pn", away, axis) for axis in (u, v)], axis=2)


def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def _shape(a: FloatArray, b: FloatArray, c: FloatArray) -> FloatArray:
    """Twice the signed area of a triangle over its longest side squared: 0.87 at best, 0 where flat."""
    longest = np.maximum.reduce([((p - q) ** 2).sum(axis=-1) for p, q in ((a, b), (b, c), (c, a))])
    area = _cross(b - a, c - a)
    return np.divide(area, longest, out=np.zeros_like(area), where=longest > 0)


def _winds_once(flat: FloatArray) -> NDArray[np.bool_]:
    """Whether the turns of the sides add up to one full turn."""
    sides = np.roll(flat, -1, axis=1) - flat
    after = np.roll(sides, -1, axis=1)
    turns = np.arctan2(_cross(sides, after), (sides * after).sum(axis=-1))
    return np.less(np.abs(turns.sum(axis=1) - 2.0 * np.pi), 1e-6)


def _ears(flat: FloatArray, loops: IntArray, polygons: IntArray) -> IntArray:
    """Ears cut one after the other, all polygons in step; (P, n - 2, 3)."""
    crossed = np.flatnonzero(_crosses_itself(flat))
    if crossed.size:
        raise PolygonError(int(polygons[crossed[0]]), "the sides of a polygon cross")
    rows = np.arange(len(loops))
    faces = []
    while loops.shape[1] > 3:
        size = loops.shape[1]
        before, after = np.roll(flat, 1, axis=1), np.roll(flat, -1, axis=1)
        shape = _shape(before, flat, after)
        free = ~_holds_a_corner(before, flat, after)
        # rounded: equal ears stay equal wherever the polygon lies
        score = np.where(free & (shape > _FLAT), np.round(shape, 6), -np.inf)
        best = score.argmax(axis=1)
        stuck = np.flatnonzero(~np.isfinite(score[rows, best]))
        refused = stuck[(np.abs(shape[stuck]) > _FLAT).any(axis=1)]  # else all that is left is a line
        if refused.size:
            raise PolygonError(int(polygons[refused[0]]), "the sides of a polygon meet")
        ring = (best[:, None] + np.array([-1, 0, 1])) % size
        faces.append(loops[rows[:, None], ring])
        keep = np.arange(size) != best[:, None]
        loops = loops[keep].reshape(-1, size - 1)
        flat = flat[keep].reshape(-1, size - 1, 2)
    faces.append(loops)
    return np.stack(faces, axis=1)


def _crosses_itself(flat: FloatArray) -> NDArray[np.bool_]:
    """Whether two sides of each polygon (P, n, 2) cross inside both, (P,)."""
    start, end = flat[:, :, None], np.roll(flat, -1, axis=1)[:, :, None]
    other_start, other_end = flat[:, None], np.roll(flat, -1, axis=1)[:, None]
    here, there = end - start, other_end - other_start
    apart = _cross(here, other_start - start) * _cross(here, other_end - start) < 0
    apart &= _cross(there, start - other_start) * _cross(there, end - other_start) < 0
    size = flat.shape[1]
    step = np.subtract.outer(np.arange(size), np.arange(size)) % size
    neighbours = (step <= 1) | (step == size - 1)
    return np.asarray((apart & ~neighbours).any(axis=(1, 2)))


def _holds_a_corner(a: FloatArray, b: FloatArray, c: FloatArray) -> NDArray[np.bool_]:
    """Whether another corner lies in or on each triangle (P, n), which would cut it off wrongly."""
    p = b[:, None, :, :]
    inside = np.ones((len(b), b.shape[1], b.shape[1]), bool)
    same = np.zeros_like(inside)
    rounding = _FLAT * (b**2).sum(axis=-1).max(axis=1)[:, None, None]
    for start, end in ((a, b), (b, c), (c, a)):
        inside &= _cross((end - start)[:, :, None], p - start[:, :, None]) >= -rounding
        same |= (p == start[:, :, None]).all(axis=-1)
    return np.asarray((inside & ~same).any(axis=2))
