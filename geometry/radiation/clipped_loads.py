"""Earth loads of flat receivers from exactly clipped shadows: no rays, no scatter.

The load of a group (one receiver, one normal) is its closed form without shadows, times one less the
share that is blocked (`shaded_light`).  Tables are refined for a sample of the times until their errors
are small enough, then all times are summed, and the worst of those that miss join the sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geometry.radiation.accuracy import STOPPING_MARGIN, Accuracy
from geometry.radiation.earth import EarthScene
from geometry.radiation.shade_cache import ShadeCache
from geometry.radiation.shade_tables import ShadeTable
from geometry.radiation.shaded_light import LightOnGrids, shaded_light
from geometry.validation import FloatArray, IntArray

MOST_SAMPLED, WORST_ADDED = 96, 32
"""Times for which tables are refined, and how many of those that miss join them after each look at all."""

LOOKS = 3
"""Looks at all times, at most."""

FIRST_ROWS, MOST_ROWS = 32, 256
ROUNDS = 8

FIRST_STEP = 0.1
"""Error allowed in the load to what halving one cell may change of it, at first."""

FEW_TIMES = 0.6
"""Tables are refined for the times that miss alone, where those are fewer than this share."""

SCATTER_SHARE, DRIFT_SHARE, GRID_SHARE = 0.7, 0.5, 0.5
"""What is left of the last change: of one cell, of all cells together, of the extrapolated share."""

MOST_CLIPPED = 10_000_000
"""Directions clipped for one set of loads; beyond it nothing is refined any more."""

LEAST_SHARE, EARTH_W_M2 = 0.1, 200.0
"""Errors are stated no smaller than this share of the tolerance at 1 W/m^2, of the view factor at that over
about what the Earth radiates: what no cell has noticed."""

MIDPOINTS = 0.034
"""What midpoints of cells half as wide as the grid's get wrong of a whole hemisphere, times rows^2: measured,
and second order."""

OWN_WEIGHT = 0.05
"""Weight of sky in which no Earth ever stands, over that of where it does at full load."""


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


def joined(parts: list[ClippedLoads]) -> ClippedLoads:
    """Loads of several runs of receivers, one after the other."""
    columns = [[getattr(p, name) for p in parts] for name in ClippedLoads.__dataclass_fields__]
    return ClippedLoads(*(np.concatenate(column, axis=-1) for column in columns))


@dataclass(frozen=True, eq=False)
class _Groups:
    """The K groups of C receivers.

    Parameters
    ----------
    numbers : int array (K,)
        In `flat`.
    owner : int array (K,)
        Receiver of each, 0 to C - 1, ascending.
    busy : int array (n,)
        Those that something may shade.
    receivers : int
        C.
    shares : array (K,)
        Of the receiver's area.
    """

    numbers: IntArray
    owner: IntArray
    busy: IntArray
    receivers: int
    shares: FloatArray

    def sums(self, values: FloatArray) -> FloatArray:
        """Sums over the groups (..., K) of each receiver, (..., C)."""
        out = np.zeros((*values.shape[:-1], self.receivers))
        starts = np.flatnonzero(np.diff(self.owner, prepend=-1))
        out[..., self.owner[starts]] = np.add.reduceat(values, starts, axis=-1)
        return out

    def root_sums(self, values: FloatArray) -> FloatArray:
        """Roots of sums of squares over the groups of each receiver."""
        return np.sqrt(self.sums(values**2))


@dataclass(frozen=True, eq=False)
class _Shaded:
    """Loads and errors of some groups, (3, T, n), in the units of `ClippedLoads`."""

    direct: FloatArray
    grid_error: FloatArray
    cell_error: FloatArray
    least: FloatArray

    @property
    def error(self) -> FloatArray:
        return np.sqrt(self.grid_error**2 + self.cell_error**2 + self.least**2)


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
    flat = cache.flat
    numbers = np.flatnonzero(np.isin(flat.receiver, chosen))
    groups = _Groups(
        numbers=numbers,
        owner=np.searchsorted(chosen, flat.receiver[numbers]),
        busy=np.flatnonzero(~flat.is_free[numbers]),
        receivers=len(chosen),
        shares=flat.receiver_shares[numbers],
    )
    base = unshaded[..., flat.normal_index[numbers]] * groups.shares
    direct, error = base.copy(), np.zeros_like(base)
    most = cache.clipped + MOST_CLIPPED
    everything = LightOnGrids(scene, accuracy.threads)
    sampled = sampled_times(len(scene))
    is_known = all(int(n) in cache.tables for n in numbers[groups.busy])
    summed: dict[int, ShadeTable] = {}
    for look in range(LOOKS):
        whole = len(sampled) == len(scene)
        light = everything if whole else LightOnGrids(scene.part(sampled), accuracy.threads)
        refines = whole or look > 0 or not is_known  # known tables do until they are seen to be too coarse
        if refines:
            found = _refined(cache, groups, light, base[:, sampled], accuracy, most)
        if whole:
            direct[..., groups.busy], error[..., groups.busy] = found.direct, found.error
        else:
            new = [n for n in groups.busy.tolist() if summed.get(n) is not cache.tables[int(numbers[n])]]
            summed |= {n: cache.tables[int(numbers[n])] for n in new}
            if new:
                found = _everywhere(cache, groups, np.array(new), everything, base, accuracy)
                direct[..., new], error[..., new] = found.direct, found.error
        value, off = groups.sums(direct), groups.root_sums(error)
        excess = accuracy.excess(value[1:], off[1:]).max(axis=0)  # (T, C)
        reachable = (excess[sampled].max(axis=0) <= 1.0) | (not refines)
        missed = np.where(reachable, excess, 0.0).max(axis=1)
        worst = np.argsort(-missed, kind="stable")[:WORST_ADDED]
        worst = worst[missed[worst] > 1.0]
        if whole or look == LOOKS - 1 or not len(worst) or cache.clipped > most:
            break
        sampled = np.union1d(sampled, worst)
    own = np.zeros((2, len(numbers)))
    for n in groups.busy.tolist():
        table = cache.tables[int(numbers[n])]
        cells = np.hypot(SCATTER_SHARE * np.sqrt(table.scatter.sum()), DRIFT_SHARE * table.drift.sum())
        share = np.clip(table.blocked.sum() / np.pi, 0.0, 1.0)
        doubt = min(np.hypot(cells / np.pi, MIDPOINTS / table.rows**2 * share), share)
        own[:, n] = np.array([share, doubt]) * groups.shares[n]
    return ClippedLoads(
        direct=value, error=off, own_share=groups.sums(own[0]), own_error=groups.root_sums(own[1])
    )


GRID_ALLOWED, CELL_ALLOWED = 0.7, 0.5
"""Shares of the error allowed that the grid and the cells of one group may take."""


def sampled_times(times: int) -> IntArray:
    """Up to 96 of so many times, evenly spread but for a jitter that no period keeps step with."""
    if times <= MOST_SAMPLED:
        return np.arange(times)
    k = np.arange(MOST_SAMPLED)
    return np.asarray((k + k * 0.6180339887498949 % 1.0) * times // MOST_SAMPLED, dtype=np.int64)


def _refined(
    cache: ShadeCache,
    groups: _Groups,
    light: LightOnGrids,
    base: FloatArray,
    accuracy: Accuracy,
    most: int,
) -> _Shaded:
    """The shaded groups at the times of `light`, by tables refined until exact enough or too costly.

    Tables that there are do until their loads are seen to be too coarse.
    """
    busy = groups.busy
    numbers = groups.numbers[busy]
    rows = np.array([cache.tables[g].rows if g in cache.tables else FIRST_ROWS for g in numbers.tolist()])
    step = np.array([cache.steps.get(g, FIRST_STEP) for g in numbers.tolist()])
    is_missing = np.array([g not in cache.tables for g in numbers.tolist()])
    kinds = [np.zeros((3, len(light.scene), len(busy))) for _ in range(4)]
    shaded = _Shaded(*kinds)
    direct = base.copy()
    if not len(busy):
        return shaded
    brightest = light.brightest() / np.pi
    error = np.zeros_like(base)
    active = np.arange(len(busy))
    times, there = np.arange(len(light.scene)), light  # those that still miss
    for attempt in range(ROUNDS):
        value = groups.sums(direct)
        weights = _weights(brightest[..., times], value[:, times], groups, there.scene, accuracy)
        made = active if attempt else np.flatnonzero(is_missing)
        cache.require(numbers[made], rows[made], step[made, None] / weights[made], accuracy.threads)
        cache.steps |= dict(zip(numbers[made].tolist(), step[made].tolist(), strict=True))
        rows[made] = [cache.tables[g].rows for g in numbers[made].tolist()]
        found = _shaded(cache, groups, busy[active], there, base[:, times], accuracy.tolerance)
        at = np.ix_(np.arange(3), times, active)
        for name in found.__dataclass_fields__:
            getattr(shaded, name)[at] = getattr(found, name)
        at = np.ix_(np.arange(3), times, busy[active])
        direct[at], error[at] = found.direct, found.error
        value, off = groups.sums(direct), groups.root_sums(error)
        excess = accuracy.excess(value[1:], off[1:]).max(axis=0)  # (T, C)
        unmet = excess.max(axis=0)[groups.owner[busy]] > 1.0
        if attempt == ROUNDS - 1 or not unmet.any() or cache.clipped > most:
            break
        allowed = accuracy.tolerance / STOPPING_MARGIN * np.maximum(value[1:], 1.0)
        allowed = allowed[..., groups.owner[busy]]
        by_grid = (shaded.grid_error[1:] / allowed).max(axis=(0, 1))
        by_cell = (shaded.cell_error[1:] / allowed).max(axis=(0, 1))
        finer = (by_grid > GRID_ALLOWED) & (rows < MOST_ROWS) & unmet
        sharper = (by_cell > CELL_ALLOWED) & unmet
        active = active[(finer | sharper)[active]]
        if not active.size:
            break
        finer, sharper = active[finer[active]], active[sharper[active]]
        rows[finer] *= 2
        step[sharper] *= np.clip((CELL_ALLOWED / by_cell[sharper]) ** 1.3, 1e-3, 0.5)
        missed = np.flatnonzero(excess[:, groups.owner[busy[active]]].max(axis=1) > 1.0)
        if len(missed) <= FEW_TIMES * len(times):
            times, there = missed, LightOnGrids(light.scene.part(missed), accuracy.threads)
    return shaded


def _everywhere(
    cache: ShadeCache,
    groups: _Groups,
    which: IntArray,
    light: LightOnGrids,
    base: FloatArray,
    accuracy: Accuracy,
) -> _Shaded:
    """`_shaded` by the grids of half as many rows, and by the whole ones at the times when those miss."""
    coarse = _shaded(cache, groups, which, light, base, accuracy.tolerance, halvings=1)
    value, off = np.zeros_like(base), np.zeros_like(base)
    value[...], off[..., which] = base, coarse.error
    value[..., which] = coarse.direct
    excess = accuracy.excess(groups.sums(value)[1:], groups.root_sums(off)[1:])
    missed = np.flatnonzero(excess.max(axis=(0, 2)) > 1.0)
    if len(missed):
        there = LightOnGrids(light.scene.part(missed), accuracy.threads)
        fine = _shaded(cache, groups, which, there, base[:, missed], accuracy.tolerance)
        for name in coarse.__dataclass_fields__:
            getattr(coarse, name)[:, missed] = getattr(fine, name)
    return coarse


def _shaded(
    cache: ShadeCache,
    groups: _Groups,
    which: IntArray,
    light: LightOnGrids,
    base: FloatArray,
    tolerance: float,
    *,
    halvings: int = 0,
) -> _Shaded:
    """The groups `which` (n,) at all times of `light` by the tables that there are."""
    scene, numbers = light.scene, groups.numbers[which]
    found = shaded_light(
        [cache.tables[g] for g in numbers.tolist()],
        cache.flat.normals[cache.flat.normal_index[numbers]],
        light,
        halvings=halvings,
    )
    channels = [0, 1, 0] if scene.is_uniform else [0, 1, 2]
    here = base[..., which]
    off = here * found.change[channels]
    # thin slivers of Earth are wrong by more of their load than all of it: as the root of the load
    like = np.sqrt(here * here.max(axis=1, keepdims=True))
    usual = np.sqrt((off**2).sum(axis=1) / np.maximum((like**2).sum(axis=1), 1e-300))
    cells = np.hypot(SCATTER_SHARE * np.sqrt(found.squares), DRIFT_SHARE * found.drift)[channels]
    if scene.is_uniform:
        cells[2] *= scene.exitance_w_m2[:, :1]
    least = LEAST_SHARE * tolerance * np.array([1.0 / EARTH_W_M2, 1.0, 1.0])[:, None, None]
    return _Shaded(
        direct=here * np.clip(1.0 - found.blocked[channels], 0.0, 1.0),
        grid_error=GRID_SHARE * np.hypot(off, usual[:, None] * like),
        cell_error=np.minimum(groups.shares[which] * cells, here),
        least=np.minimum(least, here),
    )


def _weights(
    light: FloatArray, value: FloatArray, groups: _Groups, scene: EarthScene, accuracy: Accuracy
) -> FloatArray:
    """Error of the load over what is allowed, per sr of a group's blocked sky, at worst over the times.

    (n, 6 x 64) by cell of the coarsest grid, for the shaded groups; `value` is that of the receivers.
    """
    exitance = scene.exitance_w_m2[:, 0]
    infrared = light[:, 0] * exitance if scene.is_uniform else light[:, 2]
    power = np.stack([light[:, 1], infrared])  # (2, V, T)
    allowed = accuracy.tolerance / STOPPING_MARGIN * np.maximum(value[1:], 1.0)  # (2, T, C)
    owner = groups.owner[groups.busy]
    out = np.empty((len(owner), power.shape[1]))
    for receiver in np.unique(owner):
        weight = (power / allowed[:, None, :, receiver]).max(axis=(0, 2))
        weight = np.maximum(weight, OWN_WEIGHT * weight.max(initial=1e-3 / accuracy.tolerance))
        out[owner == receiver] = weight
    return out * groups.shares[groups.busy, None]
