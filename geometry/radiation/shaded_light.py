"""What shade tables block of the Earth's light, time by time: sums over the crossings of the grid."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geometry.radiation.blocks import ordered_map
from geometry.radiation.earth import EarthScene
from geometry.radiation.grid_cosines import cosine_cells, cosine_crossings
from geometry.radiation.ray_caster import Float32Array
from geometry.radiation.shade_leaves import FEWEST_ROWS
from geometry.radiation.shade_tables import ShadeTable
from geometry.radiation.sky_light import SkyScene
from geometry.validation import FloatArray, IntArray

Int32Array = NDArray[np.int32]

LIGHT_VALUES_PER_BLOCK, MOST_TIMES_PER_BLOCK = 2**22, 24
MOST_VALUES_KEPT = 2**25
"""Of the light on grids, for the next look at the same times: 128 MB."""

POOLED_ROWS = 32
"""Rows of the grid, at most, whose brightest light stands for a cell of the coarsest one."""


@dataclass(frozen=True, eq=False)
class ShadedLight:
    """Of K groups at T times and L = 2 kinds of light, 3 where the Earth is not uniform.

    Parameters
    ----------
    blocked : array (L, T, K)
        Share of the light that is blocked, taken to the limit of ever finer grids.
    change : array (L, T, K)
        How far that is from the same by the grid of half as many rows.
    squares, drift : array (L, T, K)
        Sums over cells of the light times `ShadeTable.scatter` and `.drift`: square of W/m^2, and W/m^2.
    """

    blocked: FloatArray
    change: FloatArray
    squares: FloatArray
    drift: FloatArray


@dataclass(eq=False)
class LightOnGrids:
    """The Earth's light on grids of several sizes at the times of one scene, kept while it is small.

    Parameters
    ----------
    scene : EarthScene
        T times.
    threads : int
    """

    scene: EarthScene
    threads: int
    _kept: dict[tuple[int, int], dict[int, Float32Array]] = field(default_factory=dict)

    @cached_property
    def _sky(self) -> SkyScene:
        return SkyScene.of(self.scene)

    def at(self, times: slice, rows: int) -> dict[int, Float32Array]:
        """`SkyScene.light` of some times on the grid of so many rows, and all coarser ones."""
        known = self._kept.get((times.start, times.stop))
        if known is None or rows not in known:
            known = self._sky.light(times, rows)
            size = sum(light.size for light in known.values())
            if size * (len(self.scene) / (times.stop - times.start)) <= MOST_VALUES_KEPT:
                self._kept[times.start, times.stop] = known
        return known

    def blocks(self, rows: int) -> list[slice]:
        """Times in blocks, the same for any number of threads, and so the bits of sums."""
        step = min(MOST_TIMES_PER_BLOCK, max(1, LIGHT_VALUES_PER_BLOCK // (18 * (rows + 1) ** 2)))
        return [slice(t, min(t + step, len(self.scene))) for t in range(0, len(self.scene), step)]

    def brightest(self) -> FloatArray:
        """Greatest light in each cell of the coarsest grid, (6 x 64, L, T)."""
        made = ordered_map(
            lambda times: pooled(self.at(times, POOLED_ROWS)),
            self.blocks(POOLED_ROWS),
            self.threads,
        )
        return np.concatenate(list(made), axis=-1)


@njit(cache=True, nogil=True)
def _sums(crossings, blocked, first, light, out):  # type: ignore[no-untyped-def]
    """Sums of what is blocked at the crossings first[k]..first[k + 1] x light (V, q) to out (K, q)."""
    crossing_count, width = light.shape
    lit = np.zeros(crossing_count, np.bool_)
    for v in range(crossing_count):
        for q in range(width):
            if light[v, q] > 0.0:
                lit[v] = True
                break
    for k in range(first.shape[0] - 1):
        for n in range(first[k], first[k + 1]):
            at = crossings[n]
            if lit[at]:
                weight = blocked[n]
                for q in range(width):
                    out[k, q] += weight * light[at, q]


@njit(cache=True, nogil=True)
def _halved(crossings, weights, first, rows, sums, found, to_crossings, to_weights, to_first):  # type: ignore[no-untyped-def]
    """Lists on the grid of half as many rows, to the last three; `sums` of zeros and `found` are room."""
    side, coarse = rows + 1, rows // 2 + 1
    is_found = np.zeros(sums.shape[0], np.bool_)
    used = 0
    for k in range(first.shape[0] - 1):
        count = 0
        for n in range(first[k], first[k + 1]):
            face, rest = crossings[n] // (side * side), crossings[n] % (side * side)
            i, j = rest // side, rest % side
            for a in range((i + 1) // 2 - i // 2 + 1):
                x = 0.5 if i % 2 else 1.0
                for b in range((j + 1) // 2 - j // 2 + 1):
                    y = 0.5 if j % 2 else 1.0
                    at = (face * coarse + i // 2 + a) * coarse + j // 2 + b
                    if not is_found[at]:
                        is_found[at] = True
                        found[count] = at
                        count += 1
                    sums[at] += x * y * weights[n]
        for m in range(count):
            at = found[m]
            to_crossings[used + m], to_weights[used + m] = at, sums[at]
            sums[at], is_found[at] = 0.0, False
        used += count
        to_first[k + 1] = used


@njit(cache=True, nogil=True)
def _pooled(light, rows, out):  # type: ignore[no-untyped-def]
    """Greatest light (V, L, T) in each cell of the coarsest grid, to out (6 x 64, L, T)."""
    side, width = rows + 1, rows // FEWEST_ROWS
    for v in range(light.shape[0]):
        face, i, j = v // (side * side), (v // side) % side, v % side
        for a in range(max(0, (i - 1) // width), min(FEWEST_ROWS - 1, i // width) + 1):
            for b in range(max(0, (j - 1) // width), min(FEWEST_ROWS - 1, j // width) + 1):
                cell = (face * FEWEST_ROWS + a) * FEWEST_ROWS + b
                for k in range(light.shape[1]):
                    for t in range(light.shape[2]):
                        out[cell, k, t] = max(out[cell, k, t], light[v, k, t])


@njit(cache=True, nogil=True)
def _cell_sums(scatter, drift, top, out):  # type: ignore[no-untyped-def]
    """Sums over cells of scatter (K, V) x top (V, q)^2 and drift (K, V) x top, to out (2, K, q).

    No matrix product: a library's own threads would stand in the way of those that call this.
    """
    for k in range(scatter.shape[0]):
        for v in range(scatter.shape[1]):
            s, d = scatter[k, v], drift[k, v]
            if s != 0.0 or d != 0.0:
                for q in range(top.shape[1]):
                    light = top[v, q]
                    out[0, k, q] += s * light * light
                    out[1, k, q] += d * light


def pooled(on: dict[int, Float32Array]) -> FloatArray:
    """Greatest light, by `SkyScene.light`, in each cell of the coarsest grid, (6 x 64, L, T)."""
    rows = min(max(on), POOLED_ROWS)
    light = on[rows]
    out = np.zeros((6 * FEWEST_ROWS**2, *light.shape[1:]))
    _pooled(light, rows, out)
    return out


@dataclass(frozen=True, eq=False)
class GridLists:
    """Crossings and weights on one grid, one list after the other.

    In 32 bits: the sums are as fast as these can be read.
    """

    rows: int
    crossings: Int32Array
    weights: Float32Array
    first: IntArray

    @staticmethod
    def of(rows: int, lists: list[tuple[IntArray, FloatArray]]) -> GridLists:
        return GridLists(
            rows,
            np.concatenate([np.zeros(0, np.int32), *(c.astype(np.int32) for c, _ in lists)]),
            np.concatenate([np.zeros(0, np.float32), *(w.astype(np.float32) for _, w in lists)]),
            np.cumsum([0, *(len(c) for c, _ in lists)]),
        )

    def halved(self) -> GridLists:
        """The same integrals on the grid of half as many rows, whose hat functions are sums of these."""
        size = 6 * (self.rows // 2 + 1) ** 2
        most = int(np.minimum(4 * np.diff(self.first), size).sum())
        crossings, weights = np.empty(most, np.int32), np.empty(most, np.float32)
        first = np.zeros_like(self.first)
        sums, found = np.zeros(size), np.empty(size, np.int64)
        _halved(self.crossings, self.weights, self.first, self.rows, sums, found, crossings, weights, first)
        return GridLists(self.rows // 2, crossings[: first[-1]], weights[: first[-1]], first)

    def shares(self, light: Float32Array, place: IntArray) -> FloatArray:
        """What K groups block over what plates `place` (K,) of N get, (L, t, K): lists of N, then of K."""
        crossings, kinds, times = light.shape
        out = np.zeros((len(self.first) - 1, kinds * times))
        _sums(self.crossings, self.weights, self.first, light.reshape(crossings, -1), out)
        normals = len(out) - len(place)
        below = out[:normals][place]
        share = np.where(below > 0.0, out[normals:] / np.where(below > 0.0, below, 1.0), 0.0)
        return share.T.reshape(kinds, times, len(place))


@lru_cache(maxsize=256)
def _unshaded(normal: tuple[float, ...], rows: int) -> tuple[IntArray, FloatArray]:
    """Crossings before a plate, and integrals of cosine x hat function there, sr."""
    cosines = cosine_crossings(cosine_cells(np.array(normal), rows))
    crossings = np.flatnonzero(cosines)
    return crossings, cosines[crossings]


def _lists(tables: list[ShadeTable], normals: FloatArray, halvings: int) -> tuple[list[GridLists], IntArray]:
    """Tables of one size on three grids, each half as fine, and each one's place among the normals."""
    rows = tables[0].rows
    distinct, place = np.unique(normals, axis=0, return_inverse=True)
    whole = [_unshaded(tuple(normal), rows) for normal in distinct.tolist()]
    fine = GridLists.of(rows, [*whole, *((t.crossings, t.blocked) for t in tables)])
    for _ in range(halvings):
        fine = fine.halved()
    coarse = fine.halved()
    return [fine, coarse, coarse.halved()], place.reshape(-1)


def shaded_light(
    tables: list[ShadeTable], normals: FloatArray, light: LightOnGrids, *, halvings: int = 0
) -> ShadedLight:
    """Blocked light of groups with these tables (K) and normals (K, 3) at all times of `light`.

    `halvings` of the rows of all tables make it coarser and cheaper.

    Notes
    -----
    Both the blocked light and that of the unshaded plate are sums over the same grid, so that what the
    grid does to the light cancels in their ratio; errors fall with the square of the cells' size, and the
    limit follows from two grids [Richardson1911].
    """
    sizes = np.array([t.rows for t in tables], dtype=np.int64)
    alike = [np.flatnonzero(sizes == size) for size in np.unique(sizes)]
    grids = [_lists([tables[k] for k in chosen.tolist()], normals[chosen], halvings) for chosen in alike]
    scatter, drift = np.array([t.scatter for t in tables]), np.array([t.drift for t in tables])

    largest = int(sizes.max(initial=POOLED_ROWS)) >> halvings

    def part(times: slice) -> tuple[FloatArray, ...]:
        on = light.at(times, largest)
        top = pooled(on) / np.pi
        _, kinds, count = top.shape
        shape = (kinds, count, len(tables))
        limit, change = np.empty(shape), np.empty(shape)
        for chosen, (lists, place) in zip(alike, grids, strict=True):
            fine, coarse, coarsest = (each.shares(on[each.rows], place) for each in lists)
            limit[..., chosen] = (4.0 * fine - coarse) / 3.0
            change[..., chosen] = np.abs(limit[..., chosen] - (4.0 * coarse - coarsest) / 3.0)
        sums = np.zeros((2, len(tables), kinds * count))
        _cell_sums(scatter, drift, top.reshape(len(top), -1), sums)
        squares, drifts = sums.transpose(0, 2, 1).reshape(2, *shape)
        return limit, change, squares, drifts

    made = list(ordered_map(part, light.blocks(largest), light.threads))
    return ShadedLight(*(np.concatenate([m[k] for m in made], axis=1) for k in range(4)))
