"""Rows of view factors by rays: cosine-weighted Sobol rays from each surface, counted where they land."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from geometry.radiation.blocks import ordered_map
from geometry.radiation.paths import TracedCraft
from geometry.radiation.ray_caster import Int32Array
from geometry.radiation.sampling import hemisphere_rays, point_order
from geometry.validation import FloatArray, IntArray

RAYS_PER_CALL = 16_384
PAIRS_AT_ONCE = 65_536
"""Pairs whose replicates are looked at together: of millions they would not fit."""


@dataclass(frozen=True, eq=False)
class Landings:
    """Hits of the rays of S surfaces, entry by entry.

    Parameters
    ----------
    row, column : int array (n,)
        From surface `row`; `column` S is an inactive side, S + 1 is space.
    hits : int32 array (n, R)
        Per replicate.
    points : int array (S,)
        Rays per replicate of each row; 0 where none were cast.
    """

    row: IntArray
    column: IntArray
    hits: Int32Array
    points: IntArray

    @property
    def rays(self) -> int:
        """Rays behind the counts."""
        return int(self.points.sum()) * self.hits.shape[1]


@njit(cache=True, nogil=True)
def _land(faces, directions, normals, front, back, surfaces, per_segment, counts):  # type: ignore[no-untyped-def]
    """Book each ray of consecutive segments where it landed, into `counts` (segments, S + 2)."""
    for k in range(faces.shape[0]):
        face = faces[k]
        if face < 0:
            column = surfaces + 1
        else:
            against = 0.0
            for i in range(3):
                against += normals[face, i] * directions[k, i]
            column = front[face] if against < 0.0 else back[face]
            if column < 0:
                column = surfaces
        counts[k // per_segment, column] += 1


class RowCaster:
    """Casts rays from surfaces and keeps what they hit.

    Parameters
    ----------
    craft : TracedCraft
        With one receiver per surface.
    replicates, seed, threads : int
    """

    def __init__(self, craft: TracedCraft, replicates: int, seed: int, threads: int) -> None:
        self._caster, self._receivers = craft.caster, craft.receivers
        self._normals = craft.reflecting.frames[:, 9:12].astype(float)
        self._front, self._back = np.ascontiguousarray(craft.reflecting.surface_of_side.T)
        self._replicates, self._seed, self._threads = replicates, seed, threads
        self._counts: dict[int, tuple[IntArray, Int32Array]] = {}
        self.points = np.zeros(len(craft.receivers), np.int64)

    @property
    def rays(self) -> int:
        """Rays cast so far."""
        return int(self.points.sum()) * self._replicates

    def cast(self, rows: IntArray, points: int | None = None) -> None:
        """`points` rays per replicate and row, or as many again as there were."""
        jobs = [(int(r), int(points or self.points[r])) for r in rows]
        for (row, more), (columns, hits) in zip(
            jobs, ordered_map(self._cast_row, jobs, self._threads), strict=True
        ):
            if row in self._counts:
                columns, hits = _sum(*self._counts[row], columns, hits)
            self._counts[row] = columns, hits
            self.points[row] += more

    def landings(self) -> Landings:
        """All counts so far."""
        rows = sorted(self._counts)
        if not rows:
            empty = np.empty(0, np.int64)
            return Landings(empty, empty, np.empty((0, self._replicates), np.int32), self.points.copy())
        columns, hits = zip(*(self._counts[r] for r in rows), strict=True)
        return Landings(
            np.repeat(np.array(rows, np.int64), [len(c) for c in columns]),
            np.concatenate(columns),
            np.concatenate([h.T for h in hits]),
            self.points.copy(),
        )

    def _cast_row(self, job: tuple[int, int]) -> tuple[IntArray, Int32Array]:
        """Columns that were hit and hits per replicate (R, k) of more rays from one surface."""
        row, more = job
        surfaces = len(self._receivers)
        counts = np.zeros((self._replicates, surfaces + 2), np.int64)
        part = min(more, RAYS_PER_CALL)
        together = max(1, RAYS_PER_CALL // part)
        for begin in range(0, more, part):
            for first in range(0, self._replicates, together):
                block = slice(first, min(first + together, self._replicates))
                self._cast_block(row, int(self.points[row]) + begin, part, counts[block], block)
        columns = np.flatnonzero(counts.any(axis=0))
        return columns, counts[:, columns].astype(np.int32)  # there are many: half the memory

    def _cast_block(self, row: int, first: int, count: int, counts: IntArray, block: slice) -> None:
        """Points first..first + count of some replicates, added to their counts."""
        segments = len(counts)
        origins, directions = np.empty((2, segments * count, 3), np.float32)
        owner = np.full(segments, row, np.int64)
        receivers = self._receivers
        hemisphere_rays(
            receivers.frames,
            receivers.cumulative_area,
            receivers.first_row,
            self._caster.start_offset_m,
            self._seed,
            owner,
            owner,
            np.arange(block.start, block.stop),
            first,
            point_order(first, count)[0],
            origins,
            directions,
        )
        faces = self._caster.first_face(origins, directions)
        _land(faces, directions, self._normals, self._front, self._back, len(receivers), count, counts)


def _sum(
    columns: IntArray, hits: Int32Array, more_columns: IntArray, more_hits: Int32Array
) -> tuple[IntArray, Int32Array]:
    """Counts (R, k) of two lists of columns together."""
    both = np.union1d(columns, more_columns)
    total = np.zeros((len(hits), len(both)), np.int32)
    total[:, np.searchsorted(both, columns)] = hits
    total[:, np.searchsorted(both, more_columns)] += more_hits
    return both, total


@dataclass(frozen=True, eq=False)
class PairEstimates:
    """Exchange areas of pairs of surfaces from the rays of both, pooled by ray density.

    Parameters
    ----------
    first, second : int array (n,)
        first <= second.
    area_m2, error_m2 : array (n,)
        A_i F_ij and its standard error.
    resolution_m2 : array (n,)
        What one ray more would have changed.
    """

    first: IntArray
    second: IntArray
    area_m2: FloatArray
    error_m2: FloatArray
    resolution_m2: FloatArray


def pooled_pairs(landings: Landings, areas_m2: FloatArray) -> PairEstimates:
    """Hits from i on j and from j on i over the sum of their ray densities.

    Pooling counts weighs the two directions by how many rays they had, which the estimate itself does not
    move: weights from estimated errors would favour whichever came out low.
    """
    surfaces = len(areas_m2)
    own = np.flatnonzero(landings.column < surfaces)
    row, column = landings.row[own], landings.column[own]
    key = np.minimum(row, column) * surfaces + np.maximum(row, column)
    order = np.argsort(key, kind="stable")
    keys, begin = np.unique(key[order], return_index=True)
    replicates = landings.hits.shape[1]
    first, second = keys // surfaces, keys % surfaces
    density = np.divide(landings.points, areas_m2, out=np.zeros(surfaces), where=landings.points > 0)
    total = density[first] + np.where(first == second, 0.0, density[second])
    area, error = np.empty((2, len(keys)))
    ends = np.append(begin, len(order))
    for k in range(0, len(keys), PAIRS_AT_ONCE):
        part = slice(k, k + PAIRS_AT_ONCE)
        low, high = ends[k], ends[min(k + PAIRS_AT_ONCE, len(keys))]
        hits = np.add.reduceat(landings.hits[own[order[low:high]]], begin[part] - low)
        area[part], error[part] = mean_and_error(hits / total[part, None])
    return PairEstimates(first, second, area, error, 1.0 / (replicates * total))


def column_estimates(
    landings: Landings, areas_m2: FloatArray, column: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """A_i F_i,column from the rays of each row alone: value, standard error and one ray's worth, (S,)."""
    surfaces, replicates = len(areas_m2), landings.hits.shape[1]
    here = landings.column == column
    per_replicate = np.zeros((surfaces, replicates))
    per_replicate[landings.row[here]] = landings.hits[here]
    unit = np.divide(areas_m2, landings.points, out=np.zeros(surfaces), where=landings.points > 0)
    return *mean_and_error(per_replicate * unit[:, None]), unit / replicates


def mean_and_error(per_replicate: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and its standard error over the last axis."""
    return per_replicate.mean(axis=-1), per_replicate.std(axis=-1, ddof=1) / np.sqrt(per_replicate.shape[-1])
