"""Earth loads of flat receivers from exactly clipped shadows: no rays, no scatter.

The load of a group (one receiver, one normal) is its closed form without shadows, times one less the
share that is blocked.  Both above and below the fraction bar stand sums over the same grid, so that what
the grid does to the light itself cancels; the share is taken to the limit of ever finer grids
[Richardson1911] from the grid, one of half and one of a quarter as many rows, which cost no new
directions.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numba import njit

from geometry.radiation.accuracy import STOPPING_MARGIN, Accuracy
from geometry.radiation.blocks import ordered_map
from geometry.radiation.earth import EarthScene
from geometry.radiation.flat_craft import FlatCraft
from geometry.radiation.shade_tables import (
    FEWEST_ROWS,
    ShadeTable,
    cosine_cells,
    cosine_crossings,
    shade_tables,
)
from geometry.radiation.sky_grid import earth_light
from geometry.validation import FloatArray, IntArray

LIGHT_VALUES_PER_BLOCK, MOST_TIMES_PER_BLOCK = 2**21, 8

FIRST_ROWS, MOST_ROWS = 32, 256
ROUNDS = 8

FIRST_STEP = 0.1
"""Error allowed in the load to what halving one cell may change of it, at first."""

SCATTER_SHARE, DRIFT_SHARE, GRID_SHARE = 0.7, 0.5, 0.5
"""What is left of the last change: of one cell, of all cells together, of the extrapolated share."""

MOST_PIECES, MOST_OCCLUDERS = 64, 600
"""Receivers of more pieces, and craft of more polygons, are left to rays."""

MOST_CLIPPED = 10_000_000
"""Directions clipped for one set of loads; beyond it nothing is refined any more."""

PIECE_DIRECTIONS = 5000
"""Directions that a piece takes at a tolerance of 1e-3, about."""

EARTH_RAYS_S, STRAIGHT_PART = 3.4, 0.4
"""CPU seconds of a receiver's rays at 1e-3 for one orbit, and what of them clipping saves where light is
reflected: the rays are cast then in any case.  Measured on the presets, on one Zen 3 core, like all that
decides what is taken; none of it decides what comes out."""

SUN_VIEWS, SUN_RAYS_S = 10, 6e-4
"""Directions over the solar disc; CPU seconds for a receiver's first 4,096 shadow rays."""

LEAST_SHARE, EARTH_W_M2 = 0.1, 200.0
"""Errors are stated no smaller than this share of the tolerance at 1 W/m^2, of the view factor at that over
about what the Earth radiates: what no cell has noticed."""

OWN_WEIGHT = 0.05
"""Weight of sky in which no Earth ever stands, over that of where it does at full load."""


@dataclass(eq=False)
class ShadeCache:
    """Shade tables of a craft, made when asked for and kept.

    Parameters
    ----------
    flat : FlatCraft
    tables : dict
        By group.
    clipped : int
        Directions clipped so far.
    """

    flat: FlatCraft
    tables: dict[int, ShadeTable] = field(default_factory=dict)
    clipped: int = 0

    def require(self, groups: IntArray, rows: IntArray, thresholds: FloatArray, threads: int) -> None:
        """Make those tables that are missing or too coarse."""
        missing = []
        for k, group in enumerate(groups.tolist()):
            known = self.tables.get(group)
            if known is None or known.rows < rows[k] or (known.thresholds > 1.001 * thresholds[k]).any():
                missing.append(k)
                if known is not None:
                    thresholds[k] = np.minimum(thresholds[k], known.thresholds)
        for size in np.unique(rows[missing]):
            chosen = np.array([k for k in missing if rows[k] == size])
            made = shade_tables(self.flat, groups[chosen], int(size), thresholds[chosen], threads)
            for group, table in zip(groups[chosen].tolist(), made, strict=True):
                self.tables[group] = table
                self.clipped += table.clipped

    def can_clip(self, accuracy: Accuracy) -> np.ndarray:
        """Receivers of few pieces among few polygons, bool (G,)."""
        flat = self.flat
        pieces = np.bincount(flat.receiver, np.where(flat.is_free, 0, flat.piece_counts))
        few = flat.occluders <= MOST_OCCLUDERS and not accuracy.is_fixed
        return (pieces > 0) & (pieces <= MOST_PIECES) & few

    def clips_earth(self, accuracy: Accuracy) -> np.ndarray:
        """Receivers whose Earth loads cost less by clipped shadows than by rays, bool (G,)."""
        finer = 1e-3 / accuracy.tolerance
        by_rays = EARTH_RAYS_S * finer**1.75 * (STRAIGHT_PART if accuracy.reflections else 1.0)
        return self.can_clip(accuracy) & (PIECE_DIRECTIONS * finer**0.7 * self._direction_s < by_rays)

    def clips_sun(self, accuracy: Accuracy) -> np.ndarray:
        """Receivers whose sunlight costs less by clipped shadows than by rays, bool (G,)."""
        by_rays = SUN_RAYS_S * max(1.0, (5e-3 / accuracy.tolerance) ** 1.5)
        return self.can_clip(accuracy) & (SUN_VIEWS * self._direction_s < by_rays)

    @property
    def _direction_s(self) -> FloatArray:
        """CPU seconds of one direction on all pieces of each receiver, about, (G,)."""
        flat = self.flat
        pieces = np.where(flat.is_free, 0, flat.piece_counts)
        each = pieces * 1e-6 * (1.0 + 0.02 * flat.near**1.6)
        return np.bincount(flat.receiver, each).astype(float)


@dataclass(frozen=True, eq=False)
class ClippedLoads:
    """Direct Earth loads of C receivers at T times, with their discretisation error.

    Parameters
    ----------
    direct, error : array (3, T, C)
        View factor to the Earth; albedo and Earth infrared, W/m^2.
    own_share, own_error : array (C,)
        Share of the cosine-weighted hemisphere that the craft fills.
    """

    direct: FloatArray
    error: FloatArray
    own_share: FloatArray
    own_error: FloatArray

    def of(self, chosen: np.ndarray) -> ClippedLoads:
        """Those of some of the receivers, bool (C,)."""
        return ClippedLoads(
            self.direct[..., chosen], self.error[..., chosen], self.own_share[chosen], self.own_error[chosen]
        )


@njit(cache=True, nogil=True)
def _sums(crossings, blocked, light, seen, out):  # type: ignore[no-untyped-def]
    """Sums of light (L, V, T) at the crossings where any is seen times what is blocked, to out (L, T)."""
    for n in range(crossings.shape[0]):
        v, weight = crossings[n], blocked[n]
        if not seen[v]:
            continue
        for k in range(light.shape[0]):
            for t in range(light.shape[2]):
                out[k, t] += weight * light[k, v, t]


@njit(cache=True, nogil=True)
def _halved(crossings, blocked, rows, out):  # type: ignore[no-untyped-def]
    side, coarse = rows + 1, rows // 2 + 1
    for n in range(crossings.shape[0]):
        face, rest = crossings[n] // (side * side), crossings[n] % (side * side)
        i, j = rest // side, rest % side
        for a in range((i + 1) // 2 - i // 2 + 1):
            x = 0.5 if i % 2 else 1.0
            for b in range((j + 1) // 2 - j // 2 + 1):
                y = 0.5 if j % 2 else 1.0
                out[(face * coarse + i // 2 + a) * coarse + j // 2 + b] += x * y * blocked[n]


@njit(cache=True, nogil=True)
def _pooled(light, rows, out):  # type: ignore[no-untyped-def]
    """Greatest light (L, V, T) in each cell of the coarsest grid, to out (L, 6 x 64, T)."""
    side, width = rows + 1, rows // FEWEST_ROWS
    for k in range(light.shape[0]):
        for v in range(light.shape[1]):
            face, i, j = v // (side * side), (v // side) % side, v % side
            for a in range(max(0, (i - 1) // width), min(FEWEST_ROWS - 1, i // width) + 1):
                for b in range(max(0, (j - 1) // width), min(FEWEST_ROWS - 1, j // width) + 1):
                    cell = (face * FEWEST_ROWS + a) * FEWEST_ROWS + b
                    for t in range(light.shape[2]):
                        out[k, cell, t] = max(out[k, cell, t], light[k, v, t])


def halved(crossings: IntArray, blocked: FloatArray, rows: int) -> tuple[IntArray, FloatArray]:
    """The same integrals on the grid of half as many rows: its hat functions are sums of the finer ones."""
    out = np.zeros(6 * (rows // 2 + 1) ** 2)
    _halved(crossings, blocked, rows, out)
    found = np.flatnonzero(out)
    return found, out[found]


def _light_blocks(scene: EarthScene, rows: int) -> list[slice]:
    """Times in blocks that fit the cache; the same for any number of threads, and so the bits of sums."""
    step = min(MOST_TIMES_PER_BLOCK, max(1, LIGHT_VALUES_PER_BLOCK // (3 * 6 * (rows + 1) ** 2)))
    return [slice(t, min(t + step, len(scene))) for t in range(0, len(scene), step)]


def brightest(scene: EarthScene, rows: int, threads: int) -> FloatArray:
    """Greatest light in each cell of the coarsest grid, (L, 6 x 64, T); see `sky_grid.earth_light`."""

    def part(times: slice) -> FloatArray:
        light = earth_light(scene.part(times), rows)
        out = np.zeros((len(light), 6 * FEWEST_ROWS**2, light.shape[2]))
        _pooled(light, rows, out)
        return out

    blocks = _light_blocks(scene, rows)
    return np.concatenate(list(ordered_map(part, blocks, threads)), axis=-1)


def blocked_shares(
    cache: ShadeCache, groups: IntArray, scene: EarthScene, rows: int, halvings: int, threads: int
) -> FloatArray:
    """Blocked share of the light of groups with tables of `rows` rows, by `halvings` halved; (L, T, n)."""
    tables = [cache.tables[g] for g in groups.tolist()]
    lists = [(t.crossings, t.blocked) for t in tables]
    normals = np.unique(cache.flat.normal_index[groups])
    whole = []
    for normal in normals:
        cosines = cosine_crossings(cosine_cells(cache.flat.normals[normal], rows))
        crossings = np.flatnonzero(cosines)
        whole.append((crossings, cosines[crossings]))
    for _ in range(halvings):
        lists = [halved(*entry, rows) for entry in lists]
        whole = [halved(*entry, rows) for entry in whole]
        rows //= 2
    place = np.searchsorted(normals, cache.flat.normal_index[groups])

    def part(times: slice) -> FloatArray:
        light = earth_light(scene.part(times), rows)
        seen = light[0].any(axis=1)
        shape = light.shape[::2]
        total = np.zeros((len(whole), *shape))
        for k, entry in enumerate(whole):
            _sums(*entry, light, seen, total[k])
        out = np.zeros((len(lists), *shape))
        for k, entry in enumerate(lists):
            _sums(*entry, light, seen, out[k])
        below = total[place]
        return np.where(below > 0.0, out / np.where(below > 0.0, below, 1.0), 0.0)

    blocks = _light_blocks(scene, rows)
    return np.moveaxis(np.concatenate(list(ordered_map(part, blocks, threads)), axis=-1), 0, -1)


def clipped_loads(
    cache: ShadeCache,
    chosen: IntArray,
    scene: EarthScene,
    unshaded: FloatArray,
    accuracy: Accuracy,
) -> ClippedLoads:
    """Direct Earth loads of the receivers `chosen` (C,), refined until exact enough or too costly.

    Parameters
    ----------
    cache : ShadeCache
    chosen : int array (C,)
        In ascending order.
    scene : EarthScene
        T times.
    unshaded : array (3, T, U)
        `plate_to_earth.unshaded_plates` of the normals of `cache.flat`.
    accuracy : Accuracy

    Notes
    -----
    The stated error is no standard error but an estimate of what is still wrong, made so that it covers:
    half of what the extrapolated share changed from the grid of half as many rows to this one (errors fall
    threefold and more), at each time and in the root mean square over all; and of cells that were not
    halved on, 0.7 of what each changed, in quadrature, with half of their sum; and a tenth of the
    tolerance at 1 W/m^2, for what no cell has noticed.  Over assemblies askew the
    true error over the stated one is below 1 in the root mean square, as of a standard error.
    """
    flat, before = cache.flat, cache.clipped
    groups = np.flatnonzero(np.isin(flat.receiver, chosen))
    owner = np.searchsorted(chosen, flat.receiver[groups])
    base = unshaded[..., flat.normal_index[groups]] * flat.receiver_shares[groups]
    direct, error = base.copy(), np.zeros_like(base)
    busy = np.flatnonzero(~flat.is_free[groups])
    own = np.zeros((2, len(groups)))
    rows = np.full(len(busy), FIRST_ROWS)
    step = np.full(len(busy), FIRST_STEP)
    light = brightest(scene, FIRST_ROWS, accuracy.threads) / np.pi
    channels = [0, 1, 0] if scene.is_uniform else [0, 1, 2]
    active = np.arange(len(busy))
    for attempt in range(ROUNDS):
        value = _by_receiver(direct, owner, len(chosen))
        weights = _weights(light, value, owner[busy], flat.receiver_shares[groups[busy]], scene, accuracy)
        chosen_now = busy[active]
        thresholds = step[active, None] / weights[active]
        cache.require(groups[chosen_now], rows[active], thresholds, accuracy.threads)
        grid_error = np.zeros((3, len(scene), len(active)))
        cell_error = np.zeros_like(grid_error)
        sizes = np.array([cache.tables[g].rows for g in groups[chosen_now].tolist()], dtype=np.int64)
        rows[active] = sizes
        for size in np.unique(sizes):
            alike = np.flatnonzero(sizes == size)
            which = groups[chosen_now[alike]]
            fine, coarse, coarsest = (
                blocked_shares(cache, which, scene, int(size), h, accuracy.threads)[channels]
                for h in range(3)
            )
            limit, earlier = (4.0 * fine - coarse) / 3.0, (4.0 * coarse - coarsest) / 3.0
            here = base[..., chosen_now[alike]]
            direct[..., chosen_now[alike]] = here * np.clip(1.0 - limit, 0.0, 1.0)
            off = here * np.abs(limit - earlier)
            # thin slivers of Earth are wrong by more of their load than all of it: as the root of the load
            like = np.sqrt(here * here.max(axis=1, keepdims=True))
            usual = np.sqrt((off**2).sum(axis=1) / np.maximum((like**2).sum(axis=1), 1e-300))
            grid_error[..., alike] = GRID_SHARE * np.hypot(off, usual[:, None] * like)
        for k, n in enumerate(chosen_now.tolist()):
            table = cache.tables[int(groups[n])]
            share = flat.receiver_shares[groups[n]]
            squares = np.einsum("v,lvt->lt", table.scatter, light**2)
            drift = np.einsum("v,lvt->lt", table.drift, light)
            exitance = scene.exitance_w_m2[:, 0]
            cells = share * np.hypot(SCATTER_SHARE * np.sqrt(squares), DRIFT_SHARE * drift)
            if scene.is_uniform:
                cells = np.stack([cells[0], cells[1], cells[0] * exitance])
            cell_error[..., k] = np.minimum(cells, base[..., n])
        least = LEAST_SHARE * accuracy.tolerance * np.array([1.0 / EARTH_W_M2, 1.0, 1.0])[:, None, None]
        least = np.minimum(least, base[..., chosen_now])
        error[..., chosen_now] = np.sqrt(grid_error**2 + cell_error**2 + least**2)
        value, off = _by_receiver(direct, owner, len(chosen)), _rss(error, owner, len(chosen))
        worst = accuracy.excess(value[1:], off[1:]).max(axis=(0, 1))
        unmet = worst[owner[busy]] > 1.0
        if attempt == ROUNDS - 1 or not unmet.any() or cache.clipped - before > MOST_CLIPPED:
            break
        allowed = accuracy.tolerance / STOPPING_MARGIN * np.maximum(value[1:], 1.0)[..., owner[chosen_now]]
        by_grid = (grid_error[1:] / allowed).max(axis=(0, 1))
        by_cell = (cell_error[1:] / allowed).max(axis=(0, 1))
        finer = (by_grid > GRID_ALLOWED) & (rows[active] < MOST_ROWS) & unmet[active]
        sharper = (by_cell > CELL_ALLOWED) & unmet[active]
        rows[active[finer]] *= 2
        step[active[sharper]] *= np.clip((CELL_ALLOWED / by_cell[sharper]) ** 1.3, 1e-3, 0.5)
        active = active[finer | sharper]
        if not active.size:
            break
    for n in busy.tolist():
        table = cache.tables[int(groups[n])]
        sampled = np.hypot(SCATTER_SHARE * np.sqrt(table.scatter.sum()), DRIFT_SHARE * table.drift.sum())
        own[:, n] = np.array([table.blocked.sum(), sampled]) / np.pi * flat.receiver_shares[groups[n]]
    return ClippedLoads(
        direct=value,
        error=off,
        own_share=_by_receiver(own[0], owner, len(chosen)),
        own_error=_rss(own[1], owner, len(chosen)),
    )


GRID_ALLOWED, CELL_ALLOWED = 0.7, 0.5
"""Shares of the error allowed that the grid and the cells of one group may take."""


def _weights(
    light: FloatArray,
    value: FloatArray,
    owner: IntArray,
    shares: FloatArray,
    scene: EarthScene,
    accuracy: Accuracy,
) -> FloatArray:
    """Error of the load over what is allowed, per sr of a group's blocked sky, at worst over the times.

    (n, 6 x 64) by cell of the coarsest grid, for groups of receivers `owner` (n,) with `shares` (n,).
    """
    exitance = scene.exitance_w_m2[:, 0]
    infrared = light[0] * exitance if scene.is_uniform else light[2]
    power = np.stack([light[1], infrared])  # (2, V, T)
    allowed = accuracy.tolerance / STOPPING_MARGIN * np.maximum(value[1:], 1.0)  # (2, T, C)
    out = np.empty((len(owner), power.shape[1]))
    for receiver in np.unique(owner):
        weight = (power / allowed[:, None, :, receiver]).max(axis=(0, 2))
        weight = np.maximum(weight, OWN_WEIGHT * weight.max(initial=1e-3 / accuracy.tolerance))
        out[owner == receiver] = weight
    return out * shares[:, None]


def _by_receiver(values: FloatArray, owner: IntArray, receivers: int) -> FloatArray:
    """Sums over the groups (..., K) of each receiver, (..., C); groups in the order of receivers."""
    out = np.zeros((*values.shape[:-1], receivers))
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    out[..., owner[starts]] = np.add.reduceat(values, starts, axis=-1)
    return out


def _rss(values: FloatArray, owner: IntArray, receivers: int) -> FloatArray:
    """Roots of sums of squares over the groups of each receiver."""
    return np.sqrt(_by_receiver(values**2, owner, receivers))
