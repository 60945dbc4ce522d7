"""Pairs of surfaces without rays: which are worth it, and their exchange areas to a tolerance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geometry.radiation.blocks import ordered_map
from geometry.radiation.view_factors.aim import Aim
from geometry.radiation.view_factors.hemisphere_rows import mean_and_error
from geometry.radiation.view_factors.part_pairs import (
    MOST_SIGHT_POINTS,
    FlatScene,
    SightJob,
    facing,
    sight_job,
    sights,
    unblocked_areas,
)
from geometry.radiation.view_factors.visibility import TOO_MANY
from geometry.validation import FloatArray, IntArray

MOST_PART_PAIRS = 400_000
MOST_PART_PAIRS_PER_SURFACE_PAIR = 40_000
_CONTOUR_S, _CLIP_S, _POINT_S = 4e-7, 2.5e-7, 1.5e-7
"""CPU time of a pair of edges, of a blocker met from a point, of a point: they decide, so they are fixed."""

MOST_SIGHT_S = 0.05
"""A pair of surfaces whose first look by clipping costs more is left to rays."""

MOST_ALL_SIGHT_S, MOST_SIGHT_PER_RAYS = 2.0, 10.0
"""All pairs may take so long, or so many times what rays would take to the same error."""

_RAY_S, _FIRST_RAYS, _FIRST_LOOKS = 3e-7, 4096, 256.0

NONE, CLOSED_FORM, SOBOL = 0, 1, 2
METHODS = ("none", "closed_form", "sobol")


@dataclass(frozen=True, eq=False)
class ExactPairs:
    """Exchange areas of pairs of surfaces.

    Parameters
    ----------
    first, second : int array (n,)
        first <= second; second is S for inactive sides.
    area_m2, error_m2 : array (n,)
    method : int8 array (n,)
        CLOSED_FORM or SOBOL.
    complete : bool
        Every pair that is not listed cannot see each other, but for those in `by_rays`.
    by_rays : set of int
        first * (S + 1) + second of the pairs that are left to rays.
    unmet : int
        Pairs whose error stayed above the one aimed at.
    """

    first: IntArray
    second: IntArray
    area_m2: FloatArray
    error_m2: FloatArray
    method: np.ndarray
    complete: bool
    by_rays: IntArray
    unmet: int = 0


def no_pairs() -> ExactPairs:
    """Everything is left to rays."""
    empty = np.empty(0, np.int64)
    return ExactPairs(empty, empty, np.empty(0), np.empty(0), np.empty(0, np.int8), False, empty)


def exact_pairs(
    scene: FlatScene,
    areas_m2: FloatArray,
    aim: Aim,
    replicates: int,
    seed: int,
    threads: int,
    report: Callable[[float], None],
) -> ExactPairs:
    """Exchange areas by contour integrals, and by exactly clipped sight where something may stand between.

    Parameters
    ----------
    scene : FlatScene
    areas_m2 : array (S,)
    aim : Aim
        Standard error of view factors to reach.
    replicates, seed, threads : int
    report : callable
        Told the share that is done.
    """
    pairs = facing(scene, MOST_PART_PAIRS, threads)
    if pairs is None:
        return no_pairs()
    surfaces = scene.surfaces
    if not len(pairs):
        return ExactPairs(*_nothing(), True, np.empty(0, np.int64))
    found = sights(scene, pairs, threads)
    counts = np.concatenate([s.count for s in found])
    report(0.2)
    labels = scene.parts.label[pairs]
    key = labels.min(axis=1) * (surfaces + 1) + labels.max(axis=1)
    keys, index = np.unique(key, return_inverse=True)
    index = index.reshape(-1)
    by_rays = _too_costly(scene, pairs, counts, index, len(keys), _ray_cost_s(surfaces, aim.error))
    wanted = ~by_rays[index] & (counts >= 0)
    unblocked = np.zeros(len(pairs))
    unblocked[wanted] = unblocked_areas(scene, pairs[wanted], threads)
    report(0.4)
    clear = wanted & (counts == 0)
    total = np.asarray(np.bincount(index[clear], unblocked[clear], len(keys)), dtype=float)
    jobs, owner = _sight_jobs(
        scene, found, wanted & (counts > 0), unblocked, index, replicates, aim.error < 1e-4
    )
    smallest = np.append(areas_m2, np.inf)
    sides = _Sides(np.minimum(smallest[keys // (surfaces + 1)], smallest[keys % (surfaces + 1)]), total)
    failed, unmet = _refine(jobs, owner, sides, aim, seed, threads, report)
    by_rays[failed] = True
    per_replicate = _per_surface_pair(jobs, owner, len(keys), replicates)
    sampled, error = mean_and_error(per_replicate)
    doubt = np.array([0.0 if job.failed else job.doubt_m2**2 for job in jobs])
    error = np.sqrt(error**2 + np.bincount(owner, doubt, len(keys)))
    # parts of one surface stand in one order only, but see each other both ways
    ways = np.where(keys // (surfaces + 1) == keys % (surfaces + 1), 2.0, 1.0)
    kept = ~by_rays
    is_sampled = np.bincount(owner, minlength=len(keys)) > 0
    method = np.where(is_sampled, SOBOL, CLOSED_FORM).astype(np.int8)
    return ExactPairs(
        first=(keys // (surfaces + 1))[kept],
        second=(keys % (surfaces + 1))[kept],
        area_m2=(ways * np.maximum(total + sampled, 0.0))[kept],
        error_m2=(ways * error)[kept],
        method=method[kept],
        complete=True,
        by_rays=keys[by_rays],
        unmet=unmet,
    )


def _nothing() -> tuple[IntArray, IntArray, FloatArray, FloatArray, np.ndarray]:
    empty = np.empty(0, np.int64)
    return empty, empty, np.empty(0), np.empty(0), np.empty(0, np.int8)


def _ray_cost_s(surfaces: int, error_aim: float) -> float:
    """What rays would take: Sobol errors fall about as rays^-3/4 where shadows have edges."""
    rays = _FIRST_RAYS * max(1.0, 2e-3 / error_aim) ** (4.0 / 3.0)
    return surfaces * rays * _RAY_S


def _too_costly(
    scene: FlatScene, pairs: IntArray, counts: IntArray, index: IntArray, size: int, rays_s: float
) -> np.ndarray:
    """Pairs of surfaces left to rays: too many parts or blockers, or slower by clipping."""
    parts = scene.parts
    p, q = pairs.T
    closed_s = _CONTOUR_S * parts.edge_counts[p] * parts.edge_counts[q]
    targets = np.minimum(parts.piece_counts[p], parts.piece_counts[q])
    sight_s = np.where(counts > 0, _FIRST_LOOKS * targets * (_POINT_S + _CLIP_S * counts), 0.0)
    seconds = np.bincount(index, sight_s, size)
    too_many = np.bincount(index, counts == TOO_MANY, size) > 0
    many = np.bincount(index, minlength=size) > MOST_PART_PAIRS_PER_SURFACE_PAIR
    slow = np.bincount(index, closed_s, size) > 10.0 * MOST_SIGHT_S
    left = too_many | many | slow | (seconds > MOST_SIGHT_S)
    order = np.argsort(seconds, kind="stable")
    running = np.cumsum(np.where(left, 0.0, seconds)[order])
    left[order[running > max(MOST_ALL_SIGHT_S, MOST_SIGHT_PER_RAYS * rays_s)]] = True
    return left & (np.bincount(index, counts >= 0, size) > 0)


def _sight_jobs(
    scene: FlatScene,
    found: list,
    wanted: np.ndarray,
    unblocked: FloatArray,
    index: IntArray,
    replicates: int,
    is_smooth: bool,
) -> tuple[list[SightJob], IntArray]:
    """One job per pair of parts that something may part, and the pair of surfaces it belongs to."""
    jobs, owner, at = [], [], 0
    for sight in found:
        for k in np.flatnonzero(wanted[at : at + len(sight)]):
            row = at + int(k)
            p, q = (int(v) for v in sight.pairs[k])
            blockers = sight.blockers[k, : sight.count[k]].astype(np.int64)
            jobs.append(sight_job(scene, p, q, blockers, float(unblocked[row]), replicates, is_smooth))
            owner.append(index[row])
        at += len(sight)
    return jobs, np.array(owner, np.int64)


def _per_surface_pair(jobs: list[SightJob], owner: IntArray, size: int, replicates: int) -> FloatArray:
    """Replicates summed over the jobs of each pair of surfaces, (size, R)."""
    total = np.zeros((size, replicates))
    if jobs:
        usable = np.array([not j.failed for j in jobs])
        values = np.array([j.replicate_areas_m2 if not j.failed else np.zeros(replicates) for j in jobs])
        np.add.at(total, owner[usable], values[usable])
    return total


@dataclass(frozen=True, eq=False)
class _Sides:
    """Of each pair of surfaces: the smaller area, and the exchange area that is known exactly, m^2."""

    smaller_m2: FloatArray
    exact_m2: FloatArray

    def allowed_m2(self, aim: Aim, sampled_m2: FloatArray) -> FloatArray:
        """Standard errors aimed at, as exchange areas."""
        return self.smaller_m2 * aim.allowed((self.exact_m2 + sampled_m2) / self.smaller_m2)


def _first_points(jobs: list[SightJob], owner: IntArray, sides: _Sides, error_aim: float) -> IntArray:
    """Points per replicate that every job gets, whatever its error says: by what there is to hide."""
    size = np.array([j.unblocked_m2 for j in jobs]) / (error_aim * sides.smaller_m2[owner])
    points = np.where(size <= 1.0, 8, np.where(size <= 30.0, 32, 64)) * (1 if error_aim >= 1e-4 else 4)
    return np.asarray(np.maximum(8.0, points * np.array([j.reach for j in jobs])).astype(np.int64))


def _refine(
    jobs: list[SightJob],
    owner: IntArray,
    sides: _Sides,
    aim: Aim,
    seed: int,
    threads: int,
    report: Callable[[float], None],
) -> tuple[IntArray, int]:
    """Refine jobs until every pair of surfaces has an allowed error; pairs that failed, number unmet."""
    if not jobs:
        return np.empty(0, np.int64), 0
    first_points = _first_points(jobs, owner, sides, aim.error)
    pending = np.arange(len(jobs))
    size = len(sides.smaller_m2)
    worst = 0
    while len(pending):
        jobs_now = [jobs[k] for k in pending]
        list(ordered_map(lambda job: job.refine(seed), jobs_now, threads))
        variance = np.array([0.0 if job.failed else job.error_m2**2 for job in jobs])
        sampled = np.array([0.0 if job.failed else job.area_m2 for job in jobs])
        allowed = sides.allowed_m2(aim, np.asarray(np.bincount(owner, sampled, size), dtype=float))
        failed = np.unique(owner[[j.failed for j in jobs]])
        total = np.bincount(owner, variance, size)
        over = total > allowed**2
        over[failed] = False
        shares = np.bincount(owner, minlength=size)
        wanting = over[owner] & (variance * 2.0 * shares[owner] > allowed[owner] ** 2)
        young = np.array([j.points for j in jobs]) < first_points
        full = np.array([j.points >= MOST_SIGHT_POINTS for j in jobs])
        worst = int((over & (np.bincount(owner, full & wanting, size) > 0)).sum())
        pending = np.flatnonzero((wanting | young) & ~full & ~np.isin(owner, failed))
        report(0.4 + 0.6 * (1.0 - len(pending) / len(jobs)))
    return np.unique(owner[[j.failed for j in jobs]]), worst
