"""Exchange areas of pairs of planar parts: closed form where nothing blocks, clipped sight elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numba import njit

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.radiation.blocks import ordered_map
from geometry.radiation.box_tree import BoxTree
from geometry.radiation.view_factors.clipped_sight import clipped_sight
from geometry.radiation.view_factors.contours import clipped_boundary, exchange_area
from geometry.radiation.view_factors.convex_pieces import MOST_CORNERS
from geometry.radiation.view_factors.planar_parts import (
    FLATNESS_PER_EXTENT,
    PlanarParts,
    blocking_parts,
    seeing_parts,
)
from geometry.radiation.view_factors.visibility import (
    MOST_BLOCKERS,
    TOO_MANY,
    blocker_tree,
    clip_convex,
    facing_pairs,
    possible_blockers,
)
from geometry.validation import FloatArray, IntArray

PAIRS_PER_BLOCK = 256
FIRST_SIGHT_POINTS = 8
MOST_SIGHT_POINTS = 2**16
_STREAM = 1 << 40


@dataclass(frozen=True, eq=False)
class FlatScene:
    """A mesh as planar parts that see and convex pieces that block, all centred."""

    surfaces: int
    parts: PlanarParts
    blockers: PlanarParts
    tree: BoxTree
    tolerance_m: float

    def perimeters_m(self) -> FloatArray:
        """Length of the boundaries of each surface's parts, (S,), m."""
        parts = self.parts
        lengths = np.linalg.norm(parts.edge_end_m - parts.edge_start_m, axis=1)
        owner = np.repeat(parts.label, parts.edge_counts)
        return np.asarray(np.bincount(owner, lengths, self.surfaces + 1)[: self.surfaces], dtype=float)


def flat_scene(mesh: SurfaceMesh, center_m: FloatArray, parts: PlanarParts | None = None) -> FlatScene:
    """The planar parts of a mesh: `parts` where not all of it sees."""
    blockers = blocking_parts(mesh, center_m)
    return FlatScene(
        surfaces=len(mesh.surface_names),
        parts=seeing_parts(mesh, center_m) if parts is None else parts,
        blockers=blockers,
        tree=blocker_tree(blockers),
        tolerance_m=FLATNESS_PER_EXTENT * mesh.extent_m,
    )


def facing(scene: FlatScene, most: int, threads: int) -> IntArray | None:
    """Pairs of parts that reach before each other's planes, (n, 2); None where they are more than `most`."""
    parts = scene.parts
    count = len(parts)
    if count * count > 400 * max(most, 1):
        return None
    bounds = np.unique(np.linspace(0, count, 4 * threads + 1).astype(np.int64))
    room = np.empty((0, 2), np.int64)

    def search(rows: tuple[int, int], pairs: IntArray) -> int:
        return int(
            facing_pairs(
                parts.label,
                parts.normal,
                parts.height_m,
                parts.cover_m,
                parts.cover_count,
                scene.tolerance_m,
                scene.surfaces,
                rows,
                pairs,
            )
        )

    ranges = list(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True))
    sizes = list(ordered_map(lambda rows: search(rows, room), ranges, threads))
    if sum(sizes) > most:
        return None

    def fill(job: tuple[tuple[int, int], int]) -> IntArray:
        pairs = np.empty((job[1], 2), np.int64)
        search(job[0], pairs)
        return pairs

    found = list(ordered_map(fill, list(zip(ranges, sizes, strict=True)), threads))
    return np.concatenate(found) if found else room


@dataclass(frozen=True, eq=False)
class Sight:
    """What may stand between pairs of parts, per pair: count (-1: they see nothing of each other), pieces."""

    pairs: IntArray
    count: IntArray
    blockers: IntArray

    def __len__(self) -> int:
        return len(self.pairs)


def sights(scene: FlatScene, pairs: IntArray, threads: int) -> list[Sight]:
    """Possible blockers of pairs of parts, in blocks."""
    parts, tree = scene.parts, scene.tree

    def search(block: IntArray) -> Sight:
        found = np.empty((len(block), MOST_BLOCKERS), np.int64)
        counts = np.empty(len(block), np.int64)
        possible_blockers(
            block, parts.normal, parts.height_m, parts.cover_m, parts.cover_count, scene.tolerance_m,
            tree.low_m, tree.high_m, tree.child, tree.first, tree.last, tree.order,
            scene.blockers.first_corner, scene.blockers.corners_m, found, counts,
        )  # fmt: skip
        widest = int(np.where(counts < TOO_MANY, counts, 0).max(initial=0))
        return Sight(block, counts, found[:, : max(widest, 0)].astype(np.int32))

    blocks = [pairs[k : k + 8 * PAIRS_PER_BLOCK] for k in range(0, len(pairs), 8 * PAIRS_PER_BLOCK)]
    return list(ordered_map(search, blocks, threads))


@njit(cache=True, nogil=True)
def _unblocked(pairs, first_edge, start, end, weight, normal, height, tolerance, areas):  # type: ignore[no-untyped-def]
    """Exchange areas of pairs with nothing between, each part clipped to the other's plane."""
    for k in range(pairs.shape[0]):
        p, q = pairs[k, 0], pairs[k, 1]
        a, b = first_edge[p], first_edge[p + 1]
        c, d = first_edge[q], first_edge[q + 1]
        s1, e1, w1 = clipped_boundary(start[a:b], end[a:b], weight[a:b], normal[q], height[q], tolerance)
        s2, e2, w2 = clipped_boundary(start[c:d], end[c:d], weight[c:d], normal[p], height[p], tolerance)
        areas[k] = max(0.0, exchange_area(s1, e1, w1, s2, e2, w2))


def unblocked_areas(scene: FlatScene, pairs: IntArray, threads: int) -> FloatArray:
    """Exchange areas A_p F_pq, (n,), m^2, of pairs of parts as if nothing stood between them."""
    parts = scene.parts

    def evaluate(block: IntArray) -> FloatArray:
        areas = np.empty(len(block))
        _unblocked(
            block, parts.first_edge, parts.edge_start_m, parts.edge_end_m, parts.edge_weight,
            parts.normal, parts.height_m, scene.tolerance_m, areas,
        )  # fmt: skip
        return areas

    blocks = [pairs[k : k + PAIRS_PER_BLOCK] for k in range(0, len(pairs), PAIRS_PER_BLOCK)]
    found = list(ordered_map(evaluate, blocks, threads))
    return np.concatenate(found) if found else np.empty(0)


@njit(cache=True, nogil=True)
def _clipped_pieces(corners, first_corner, pieces, normals, heights, out, first):  # type: ignore[no-untyped-def]
    """Convex pieces clipped to half-spaces, into `out`; returns how many are left."""
    work = np.empty((MOST_CORNERS + 16, 3))
    cut = np.empty((MOST_CORNERS + 16, 3))
    left, used = 0, 0
    first[0] = 0
    for k in range(pieces.shape[0]):
        low, high = first_corner[pieces[k]], first_corner[pieces[k] + 1]
        size = high - low
        work[:size] = corners[low:high]
        for h in range(normals.shape[0]):
            size = clip_convex(work, size, normals[h, 0], normals[h, 1], normals[h, 2], heights[h], cut)
            work[:size] = cut[:size]
        if size < 3:
            continue
        out[used : used + size] = work[:size]
        used += size
        left += 1
        first[left] = used
    return left


def clipped_pieces(
    parts: PlanarParts, pieces: IntArray, normals: FloatArray, heights: FloatArray
) -> tuple[FloatArray, IntArray]:
    """Corners and offsets of convex pieces where normal . x >= height for all planes given."""
    sizes = np.diff(parts.first_corner)[pieces]
    out = np.empty((int(sizes.sum()) + len(heights) * len(pieces), 3))
    first = np.empty(len(pieces) + 1, np.int64)
    left = _clipped_pieces(parts.corners_m, parts.first_corner, pieces, normals, heights, out, first)
    return out[: first[left]].copy(), first[: left + 1].copy()


def cells_of(corners_m: FloatArray, first_corner: IntArray) -> tuple[FloatArray, FloatArray, float]:
    """Parallelograms and triangles (K, 10) that fill convex pieces, running shares (K + 1,), area in m^2."""
    cells: list[FloatArray] = []
    for low, high in pairwise(first_corner.tolist()):
        corners = corners_m[low:high]
        first = corners[0]
        skew = corners[0] - corners[1] + corners[2] - corners[3] if len(corners) == 4 else None
        if skew is not None and np.abs(skew).max() <= 1e-9 * np.ptp(corners, axis=0).max():
            cells.append(np.concatenate([first, corners[1] - first, corners[3] - first, [1.0]]))
            continue
        cells += [
            np.concatenate([first, corners[k] - first, corners[k + 1] - first, [0.0]])
            for k in range(1, len(corners) - 1)
        ]
    table = np.array(cells).reshape(-1, 10)
    areas = np.linalg.norm(np.cross(table[:, 3:6], table[:, 6:9]), axis=1)
    areas = np.where(table[:, 9] > 0.0, areas, 0.5 * areas)
    table, areas = table[areas > 0.0], areas[areas > 0.0]
    running = np.append(0.0, np.cumsum(areas))
    return table, running / max(running[-1], np.finfo(float).tiny), float(running[-1])


@dataclass
class SightJob:
    """Clipped sight between two parts: prepared once, refined as often as it takes.

    Parameters
    ----------
    stream : int
        Whose random numbers.
    unblocked_m2 : float
        Exchange area with nothing between, exact.
    arguments : tuple
        What `clipped_sight` takes, from `cells` to `blocker_first`.
    replicates : int
    reach : float
        Share of the part on which the points stand: what is before the other's plane.
    """

    stream: int
    unblocked_m2: float
    arguments: tuple[Any, ...]
    replicates: int
    reach: float = 1.0
    points: int = 0
    failed: bool = False
    area_m2: float = 0.0
    error_m2: float = 0.0
    sums: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        self.sums = np.zeros((self.replicates, 2))

    def refine(self, seed: int) -> SightJob:
        """As many points again as there were."""
        more = self.points or FIRST_SIGHT_POINTS
        arguments = (*self.arguments, seed, self.stream, self.replicates, self.points, more, self.sums)
        self.failed = not clipped_sight(*arguments)
        self.points += more
        areas = self.replicate_areas_m2
        self.area_m2 = float(areas.mean())
        self.error_m2 = float(np.hypot(areas.std(ddof=1) / np.sqrt(len(areas)), self.doubt_m2))
        return self

    @property
    def _visible_share(self) -> float:
        total = self.sums[:, 1].sum()
        return float(min(1.0, self.sums[:, 0].sum() / total)) if total > 0.0 else 0.0

    @property
    def replicate_areas_m2(self) -> FloatArray:
        """Visible exchange area per replicate, (R,): sampled, and corrected by what the same points make
        of the unblocked one, whose value is known, by the visible share of it."""
        visible, whole = self.sums.T / self.points
        return visible + self._visible_share * (self.unblocked_m2 - whole)

    @property
    def doubt_m2(self) -> float:
        """What the scatter of the replicates does not show: the points met so much too little (or too much)
        of the unblocked area, and whether that part is hidden no point has seen."""
        missed = abs(self.unblocked_m2 - self.sums[:, 1].mean() / self.points)
        share = self._visible_share
        return float(max(share, 1.0 - share) * missed)


def sight_job(
    scene: FlatScene,
    p: int,
    q: int,
    blockers: IntArray,
    unblocked_m2: float,
    replicates: int,
    is_smooth: bool,
) -> SightJob:
    """Points on one part, clipped sight of the other.

    Each part counts as far as it reaches before the other's plane.  The points stand on the one with fewer
    pieces where `is_smooth`, so that the integrand has the fewest breaks; on the one with more otherwise,
    since each point costs as many looks as the other has pieces; of two with as many on the smaller, so that
    the little that pokes through a large one is not missed.
    """
    parts = scene.parts
    before = []
    for own, other in ((p, q), (q, p)):
        pieces = np.arange(parts.first_piece[own], parts.first_piece[own + 1])
        before.append(clipped_pieces(parts, pieces, parts.normal[[other]], parts.height_m[[other]]))
    cells = [cells_of(*pieces) for pieces in before]
    counts = [len(first) for _, first in before]
    swapped = cells[1][2] < cells[0][2] if counts[0] == counts[1] else (counts[1] < counts[0]) == is_smooth
    if swapped:
        p, q, cells, before = q, p, cells[::-1], before[::-1]
    (table, shares, area), targets = cells[0], before[1]
    shades = clipped_pieces(scene.blockers, blockers, parts.normal[[p, q]], parts.height_m[[p, q]])
    arguments = (
        table, shares, area, parts.normal[p],
        *targets, parts.normal[q], parts.height_m[q], *shades,
    )  # fmt: skip
    stream = _STREAM + p * len(parts) + q
    return SightJob(stream, unblocked_m2, arguments, replicates, min(1.0, area / float(parts.area_m2[p])))
