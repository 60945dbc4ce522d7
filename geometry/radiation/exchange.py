"""`exchange_factors`: where what a surface radiates ends, all reflections counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from geometry import __version__
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.radiation.absolute_error import over_allowed, warn_of_error
from geometry.radiation.accuracy import STOPPING_MARGIN, Accuracy, RayBudget, standard_error
from geometry.radiation.blocks import ordered_map, thread_count
from geometry.radiation.close_sheets import Swaps, swapped, warn_of_close_sheets
from geometry.radiation.door import Progress, check_casting, mesh_of
from geometry.radiation.paths import TracedCraft
from geometry.radiation.provenance import Provenance
from geometry.radiation.ray_caster import ray_caster
from geometry.radiation.reciprocity import Balanced, reciprocal
from geometry.radiation.sampling import point_order
from geometry.radiation.sky_view import PathState, RayBlock, block_rays, follow_paths, ray_blocks
from geometry.radiation.view_factors.open_craft import open_craft
from geometry.validation import FloatArray, IntArray, check_choice, read_only

Band = Literal["solar", "infrared"]
BANDS: tuple[Band, ...] = ("solar", "infrared")

REPLICATES = 16
FIRST_POINTS = 256
SUMS_AT_ONCE = 2**24
"""Running sums held at a time: surfaces in a run x replicates x surfaces."""

OUTSIDE = ("space", "inactive")


@dataclass(frozen=True, eq=False)
class ExchangeFactors:
    """Exchange factors of S surfaces in one band; sparse, since most surfaces never meet.

    B_ij is the share of what surface i radiates diffusely and evenly over its area that surface j absorbs,
    at once or after any number of reflections, diffuse and mirror-like; B_ii is what comes back to i.

    Parameters
    ----------
    band : {"infrared", "solar"}
    surface_names : tuple of S str
    area_m2 : array (S,)
    absorptance : array (S,)
        Emittance in the infrared, solar absorptance in sunlight.
    factors, standard_errors : csr_array (S, S)
        Row: from.  Reciprocal, a_i A_i B_ij = a_j A_j B_ji, and closed: with `to_space` and `to_inactive`
        each row sums to 1.
    to_space, to_space_standard_error : array (S,)
    to_inactive, to_inactive_standard_error : array (S,)
        Swallowed by sides that belong to no surface, and what of i another body covers.
    raw_factors, raw_standard_errors : csr_array (S, S)
        As the rays gave them.
    closure_residual : array (S,)
        What the raw rows had beyond 1.
    reciprocity_residual : array (S,)
        Largest difference of the two raw estimates of a_i A_i B_ij over a_i A_i, by row.
    rays_per_surface : int array (S,)
        0 where nothing stands before the surface: all goes to space, exactly.
    provenance : Provenance
    """

    band: Band
    surface_names: tuple[str, ...]
    area_m2: FloatArray
    absorptance: FloatArray
    factors: csr_array
    standard_errors: csr_array
    to_space: FloatArray
    to_space_standard_error: FloatArray
    to_inactive: FloatArray
    to_inactive_standard_error: FloatArray
    raw_factors: csr_array
    raw_standard_errors: csr_array
    closure_residual: FloatArray
    reciprocity_residual: FloatArray
    rays_per_surface: IntArray
    provenance: Provenance

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if isinstance(value, np.ndarray):
                object.__setattr__(self, name, read_only(value, value.dtype))
            elif isinstance(value, csr_array):
                for array in (value.data, value.indices, value.indptr):
                    array.setflags(write=False)


def exchange_factors(
    craft: object,
    band: Band = "infrared",
    *,
    tolerance: float = 1e-3,
    seed: int = 1,
    max_rays: int = 100_000_000,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> ExchangeFactors:
    """Exchange factors between all surfaces of a craft, by tracing paths.

    Parameters
    ----------
    craft : Craft or SurfaceMesh
    band : {"infrared", "solar"}
        Whose absorptances and specularities count.
    tolerance : float
        Standard error to reach, absolute, of every raw factor.
    seed, max_rays, jobs, progress
        As in `heat_loads`.

    Returns
    -------
    ExchangeFactors

    Raises
    ------
    ValueError
        Another band, a number out of range.
    TypeError
        A craft without a mesh.

    Warns
    -----
    AccuracyWarning
        The tolerance was not reached with `max_rays`, or paths between perfect mirrors were cut; sheets too
        near to part; sheets back to back that cover each other in part.

    Notes
    -----
    Cosine-weighted Sobol paths from points of each surface leave at every hit the share absorbed there and
    go on with the rest, as `heat_loads` follows them.  Rays see that surfaces are unevenly lit, which
    Gebhart's matrix (`gebhart_factors`) does not.  Power from i to j in the infrared is
    B_ij e_i A_i sigma T_i^4.  References: [Gebhart1961].
    """
    began = time.perf_counter()
    mesh = mesh_of(craft)
    check_choice(band, BANDS, name="band")
    check_casting(tolerance, max_rays, seed, progress)
    caster = ray_caster(mesh, doubt_close_sheets=False)
    swaps = warn_of_close_sheets(mesh, caster).swaps(mesh)
    traced, seen = open_craft(mesh, caster)
    seen.warn_of_ragged()
    accuracy = Accuracy(tolerance, REPLICATES, int(seed), thread_count(jobs))
    budget = RayBudget(max_rays)
    rows = _all_rows(traced, BANDS.index(band), accuracy, budget, progress).of_whole(seen.open_shares)
    warn_of_error(max(budget.unmet, default=0.0), tolerance, max_rays)
    budget.unmet.clear()
    budget.warn(accuracy, max_rays)
    absorptance = traced.absorptances[BANDS.index(band)]
    kept = reciprocal(
        rows.factors,
        rows.errors,
        rows.outside,
        rows.outside_errors,
        absorptance * mesh.surface_areas_m2,
        1.0 / np.maximum(rows.rays, 1),
    )
    if swaps:
        rows, kept = _doubted(rows, kept, swaps, absorptance * mesh.surface_areas_m2)
    return _result(mesh, band, absorptance, rows, kept, accuracy, budget, max_rays, began)


@dataclass(frozen=True, eq=False)
class _Rows:
    """Raw rows: factors and standard errors, sparse and outside, and the rays each took."""

    factors: csr_array
    errors: csr_array
    outside: FloatArray
    outside_errors: FloatArray
    rays: IntArray

    def of_whole(self, shares: FloatArray) -> _Rows:
        """Rows of whole surfaces from those of the shares (S,) that another body does not cover."""
        return replace(
            self,
            factors=csr_array(self.factors.multiply(shares[:, None])),
            errors=csr_array(self.errors.multiply(shares[:, None])),
            outside=self.outside * shares[:, None] + np.stack([0.0 * shares, 1.0 - shares], axis=1),
            outside_errors=self.outside_errors * shares[:, None],
        )


def _doubted(rows: _Rows, kept: Balanced, swaps: Swaps, weights: FloatArray) -> tuple[_Rows, Balanced]:
    """Errors with what sheets too near to each other leave open, the same both ways."""
    every = np.arange(len(weights))
    own = swaps.shares
    seen = csr_array(hstack([kept.factors, kept.outside[:, 1:]]))
    doubt = swapped(seen, every, swaps)
    between = csr_array(doubt[:, :-1])
    scale = np.divide(1.0, weights, out=np.zeros_like(weights), where=weights > 0.0)
    back = csr_array(between.multiply(weights[:, None]).T.tocsr().multiply(scale[:, None]))
    between = between.maximum(back)
    errors = (kept.standard_errors.power(2) + between.power(2)).sqrt()
    past = np.stack([own * kept.outside[:, 0], doubt[:, [-1]].toarray()[:, 0]], axis=1)
    past[:, 0] = np.maximum(past[:, 0], np.minimum(between.sum(axis=1), 1.0))
    return (
        replace(rows, outside_errors=np.hypot(rows.outside_errors, past)),
        replace(kept, standard_errors=csr_array(errors)),
    )


def _all_rows(
    craft: TracedCraft, band: int, accuracy: Accuracy, budget: RayBudget, progress: Progress | None
) -> _Rows:
    """Rows of all surfaces, a run of them at a time; those with nothing before them need no rays."""
    size = len(craft.receivers)
    run = max(1, SUMS_AT_ONCE // (accuracy.replicates * (size + len(OUTSIDE))))
    made: list[tuple[csr_array, csr_array]] = []
    outside, outside_errors = np.zeros((2, size, len(OUTSIDE)))
    rays = np.zeros(size, np.int64)
    for begin in range(0, size, run):
        chosen = np.arange(begin, min(begin + run, size))
        for_run = budget.share(len(chosen) / (size - begin))

        def report(part: float, begin: int = begin, count: int = len(chosen)) -> None:
            if progress is not None:
                progress(round(1000 * (begin + part * count) / size), 1000)

        values, errors, points = _run_of_rows(craft, chosen, band, accuracy, for_run, report)
        budget.settle(for_run)
        made.append((csr_array(values[:, : -len(OUTSIDE)]), csr_array(errors[:, : -len(OUTSIDE)])))
        outside[chosen], outside_errors[chosen] = values[:, -len(OUTSIDE) :], errors[:, -len(OUTSIDE) :]
        rays[chosen] = accuracy.replicates * points
    return _Rows(
        csr_array(vstack([m[0] for m in made])), csr_array(vstack([m[1] for m in made])),
        outside, outside_errors, rays,
    )  # fmt: skip


def _run_of_rows(
    craft: TracedCraft,
    chosen: IntArray,
    band: int,
    accuracy: Accuracy,
    budget: RayBudget,
    report: Callable[[float], None],
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Values and standard errors (C, S + 2), and points per replicate (C,), of the surfaces `chosen`."""
    size = len(craft.receivers) + len(OUTSIDE)
    sums = np.zeros((len(chosen), accuracy.replicates, size))
    values, errors = np.zeros((2, len(chosen), size))
    points = np.zeros(len(chosen), np.int64)
    place = np.full(len(craft.receivers), -1)
    place[chosen] = np.arange(len(chosen))
    values[craft.receivers.is_free[chosen], size - len(OUTSIDE)] = 1.0
    active = np.flatnonzero(~craft.receivers.is_free[chosen])
    worst = np.zeros(0)
    done, count = 0, FIRST_POINTS
    while active.size:
        if not budget.take(active.size * accuracy.replicates * (count - done), first=not done):
            budget.unmet += (worst * accuracy.tolerance / STOPPING_MARGIN).tolist()
            break

        def cast(block: RayBlock) -> tuple[RayBlock, FloatArray, int, float]:
            return block, *_traced_block(craft, block, band, accuracy.seed)

        work = ray_blocks(chosen[active], accuracy.replicates, done, count - done)
        for block, deposits, more, cut in ordered_map(cast, work, accuracy.threads):
            sums[place[block.receivers], block.replicates] += deposits
            budget.add_reflected(more)
            budget.cut_weight += cut
        per_point = sums[active] / count
        values[active], errors[active] = per_point.mean(axis=1), standard_error(per_point, axis=1)
        points[active] = count
        worst = over_allowed(errors[active].max(axis=1), accuracy.tolerance)
        active, worst = active[worst > 1.0], worst[worst > 1.0]
        report(1.0 - active.size / len(chosen))
        done, count = count, 2 * count
    return values, errors, points


def _traced_block(craft: TracedCraft, block: RayBlock, band: int, seed: int) -> tuple[FloatArray, int, float]:
    """What one block of paths leaves where (segments, S + 2), reflected segments, and weight cut."""
    caster = craft.caster
    origins, directions = block_rays(block, craft, seed)
    faces, distances = caster.first_hit(origins, directions)
    weights = np.zeros((len(block), len(BANDS)), np.float32)
    weights[:, band] = 1.0
    every = np.arange(len(block))
    state = PathState.begin(
        origins,
        directions,
        weights,
        every // block.count,
        np.tile(point_order(block.first, block.count)[1], len(block.receivers)),
    )
    deposits = np.zeros((len(block.receivers), len(craft.receivers) + len(OUTSIDE)))
    more, cut = follow_paths(state, faces, distances, block, craft, seed, [], None, deposits)
    return deposits, more, cut


def _result(
    mesh: SurfaceMesh,
    band: Band,
    absorptance: FloatArray,
    rows: _Rows,
    kept: Balanced,
    accuracy: Accuracy,
    budget: RayBudget,
    max_rays: int,
    began: float,
) -> ExchangeFactors:
    provenance = Provenance(
        __version__,
        accuracy.seed,
        budget.cast,
        accuracy.replicates,
        accuracy.tolerance,
        int(max_rays),
        None,
        time.perf_counter() - began,
    )
    return ExchangeFactors(
        band=band,
        surface_names=mesh.surface_names,
        area_m2=mesh.surface_areas_m2,
        absorptance=absorptance,
        factors=kept.factors,
        standard_errors=kept.standard_errors,
        to_space=kept.outside[:, 0],
        to_space_standard_error=rows.outside_errors[:, 0],
        to_inactive=kept.outside[:, 1],
        to_inactive_standard_error=rows.outside_errors[:, 1],
        raw_factors=rows.factors,
        raw_standard_errors=rows.errors,
        closure_residual=kept.residual,
        reciprocity_residual=kept.reciprocity_residual,
        rays_per_surface=rows.rays,
        provenance=provenance,
    )
