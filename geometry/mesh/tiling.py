"""A rectangle cut into triangles around rectangular footprints, edge to edge.

Where a part stands on a face, the triangles beneath it must be told apart from the rest.  The cut has no
vertex in the middle of another triangle's edge, and the rectangle's own border keeps only its corners,
so that the faces of a box still meet vertex to vertex.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from geometry.validation import FloatArray, IntArray

Interval = tuple[float, float]
Footprint = tuple[float, float, float, float]
"""u_low, u_high, v_low, v_high in m."""

SNAP = 1e-9
"""Lines nearer than this share of the rectangle are one line."""


def tile_rectangle(
    u_range: Interval, v_range: Interval, footprints: Sequence[Footprint]
) -> tuple[FloatArray, IntArray, IntArray]:
    """Triangles of a rectangle around its footprints.

    Parameters
    ----------
    u_range, v_range : (low, high)
        m.
    footprints : sequence of (u_low, u_high, v_low, v_high)
        m; strictly inside the rectangle, no two overlapping.

    Returns
    -------
    points : array (P, 2)
        m.
    triangles : int array (K, 3)
        Counter-clockwise in (u, v).
    owner : int array (K,)
        Index of the footprint that a triangle lies in, or -1.

    Raises
    ------
    ValueError
        A footprint that leaves the rectangle, has no area, or overlaps another.
    """
    corners = [(u, v) for u, v in ((0, 0), (1, 0), (1, 1), (0, 1))]
    points = [(u_range[u], v_range[v]) for u, v in corners]
    if not footprints:
        return np.array(points), np.array([[0, 1, 2], [0, 2, 3]]), np.array([-1, -1])
    snap = SNAP * max(u_range[1] - u_range[0], v_range[1] - v_range[0])
    _check_footprints(u_range, v_range, footprints)
    u_lines = _distinct([f[0] for f in footprints] + [f[1] for f in footprints], snap)
    v_lines = _distinct([f[2] for f in footprints] + [f[3] for f in footprints], snap)
    strips = _strips(u_lines, v_lines, footprints, snap)
    index: dict[tuple[int, int], int] = {}

    def point(k: int, j: int) -> int:
        if (k, j) not in index:
            index[k, j] = len(points)
            points.append((u_lines[k], v_lines[j]))
        return index[k, j]

    on_line = [
        sorted({j for strip in strips[max(k - 1, 0) : k + 1] for j in _breaks(strip)})
        for k in range(len(u_lines))
    ]
    triangles: list[tuple[int, int, int]] = []
    owner: list[int] = []
    for k, strip in enumerate(strips):
        for low, high, who in strip:
            left = [point(k, j) for j in _between(on_line[k], low, high)]
            right = [point(k + 1, j) for j in _between(on_line[k + 1], low, high)]
            new = _zipped(left, right, points)
            triangles += new
            owner += [who] * len(new)
    last = len(u_lines) - 1
    top = len(v_lines) - 1
    inner = (
        [point(k, 0) for k in range(last + 1)],
        [point(last, j) for j in on_line[last]],
        [point(k, top) for k in range(last, -1, -1)],
        [point(0, j) for j in reversed(on_line[0])],
    )
    for side, chain in enumerate(inner):
        first, second = side, (side + 1) % 4
        triangles += [(first, b, a) for a, b in pairwise(chain)]
        triangles.append((first, second, chain[-1]))
    owner += [-1] * (len(triangles) - len(owner))
    return np.array(points), np.array(triangles), np.array(owner)


def _check_footprints(u_range: Interval, v_range: Interval, footprints: Sequence[Footprint]) -> None:
    f = np.asarray(footprints, dtype=float)
    for (low, high), name, (a, b) in ((u_range, "u", (0, 1)), (v_range, "v", (2, 3))):
        wrong = ~((f[:, a] > low) & (f[:, b] < high) & (f[:, a] < f[:, b]))
        if wrong.any():
            lows, highs = f[wrong][0, [a, b]]
            raise ValueError(
                f"footprint must lie inside ({low:g}, {high:g}) m along {name}, got ({lows:g}, {highs:g}); "
                "make the part smaller or its face larger"
            )


def _distinct(values: Sequence[float], snap: float) -> list[float]:
    """Sorted values, those within `snap` of the one before left out."""
    lines: list[float] = []
    for value in sorted(values):
        if not lines or value - lines[-1] > snap:
            lines.append(value)
    return lines


def _strips(
    u_lines: list[float], v_lines: list[float], footprints: Sequence[Footprint], snap: float
) -> list[list[tuple[int, int, int]]]:
    """Per strip between neighbouring u lines, its cells upwards: (v line, v line, footprint or -1)."""
    taken: list[list[tuple[int, int, int]]] = [[] for _ in range(len(u_lines) - 1)]
    for who, (u_low, u_high, v_low, v_high) in enumerate(footprints):
        low, high = (bisect_left(v_lines, v - snap) for v in (v_low, v_high))
        first, last = (bisect_left(u_lines, u - snap) for u in (u_low, u_high))
        for k in range(first, last):
            taken[k].append((low, high, who))
    top = len(v_lines) - 1
    strips = []
    for cells in taken:
        filled: list[tuple[int, int, int]] = []
        reached = 0
        for low, high, who in sorted(cells):
            if low < reached:
                raise ValueError(
                    f"footprints must not overlap: {footprints[who]} m lies on another; move the parts apart"
                )
            if low > reached:
                filled.append((reached, low, -1))
            filled.append((low, high, who))
            reached = high
        if reached < top:
            filled.append((reached, top, -1))
        strips.append(filled)
    return strips


def _breaks(strip: list[tuple[int, int, int]]) -> list[int]:
    return [strip[0][0], *(cell[1] for cell in strip)]


def _between(lines: list[int], low: int, high: int) -> list[int]:
    return lines[bisect_left(lines, low) : bisect_right(lines, high)]


def _zipped(
    left: list[int], right: list[int], points: list[tuple[float, float]]
) -> list[tuple[int, int, int]]:
    """Triangles between two upright chains that start and end at the same heights."""
    triangles = []
    i = j = 0
    while i < len(left) - 1 or j < len(right) - 1:
        climbs_right = i == len(left) - 1 or (
            j < len(right) - 1 and points[right[j + 1]][1] <= points[left[i + 1]][1]
        )
        if climbs_right:
            triangles.append((left[i], right[j], right[j + 1]))
            j += 1
        else:
            triangles.append((left[i], right[j], left[i + 1]))
            i += 1
    return triangles
