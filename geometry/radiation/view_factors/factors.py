"""`view_factors`: the door, and what joins exact pairs and rays to one balanced matrix."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from geometry import __version__
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.radiation.accuracy import STOPPING_MARGIN, AccuracyWarning
from geometry.radiation.balance import balanced
from geometry.radiation.blocks import thread_count
from geometry.radiation.close_sheets import doubted, warn_of_close_sheets
from geometry.radiation.door import MOST_RAYS, Progress, check_sampling, mesh_of
from geometry.radiation.provenance import Provenance
from geometry.radiation.ray_caster import ray_caster
from geometry.radiation.view_factors.aim import Aim
from geometry.radiation.view_factors.doubts import warn_of_bodies, warn_of_residuals
from geometry.radiation.view_factors.exact_pairs import SOBOL, ExactPairs, exact_pairs
from geometry.radiation.view_factors.hemisphere_rows import (
    Landings,
    PairEstimates,
    RowCaster,
    column_estimates,
    pooled_pairs,
)
from geometry.radiation.view_factors.open_craft import open_craft
from geometry.radiation.view_factors.part_pairs import flat_scene
from geometry.radiation.view_factors.result import ViewFactors
from geometry.validation import FloatArray, IntArray, check_whole

REPLICATES = 16
FIRST_POINTS = 256
FEWEST_POINTS = 4
MOST_POINTS = 2**24

_PROGRESS_STEPS = 1000


def view_factors(
    craft_or_mesh: object,
    *,
    tolerance: float = 1e-3,
    relative_tolerance: float | None = None,
    seed: int = 1,
    max_rays: int = 100_000_000,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> ViewFactors:
    """View factors between all surfaces of a craft or mesh, each with its standard error.

    Parameters
    ----------
    craft_or_mesh : Craft or SurfaceMesh
        Anything with a `mesh`, or a mesh.
    tolerance : float
        Standard error to reach, absolute.
    relative_tolerance : float, optional
        Standard error to reach as a share of each factor as well, down to a thousandth of `tolerance`: for
        small factors that matter.  Left out, a factor below `tolerance` may be all error.
    seed : int
        Of the scrambles; the same seed gives the same bits for any number of threads.
    max_rays : int
        Where these do not suffice, a warning tells by how much the tolerance was missed.
    jobs : int
        Threads; default: all cores the process may use.
    progress : callable
        Called with (done, total) now and then.

    Returns
    -------
    ViewFactors

    Raises
    ------
    ValueError
        A number out of range.
    TypeError
        A craft without a mesh.

    Warns
    -----
    AccuracyWarning
        The tolerance was not reached; faces nearer to each other than single precision can part; a closed
        enclosure that leaks; a closed body turned inside out among others; where rays decide, sheets back to
        back that cover each other in part.

    Notes
    -----
    Coplanar, connected triangles of a surface are one polygon.  Pairs of polygons with provably nothing
    between them go by the double contour integral; where something may stand between, points on the one
    polygon look at the other past exactly clipped blockers; where parts or blockers are too many, and in
    meshes of more than 400,000 pairs of parts before each other, cosine-weighted Sobol rays decide.  Every
    surface that is not free casts at least one round of rays, which measures what goes to space and so
    checks the sum of the row.  Then all is balanced: A_i F_ij = A_j F_ji by construction, rows with space and
    inactive sides sum to 1 by least squares weighted by variances.  A curved surface is what its facets are:
    its factors converge with the square of the facets' size.

    References: [HowellBook], [Sparrow1963], [vanLeersum1989].
    """
    began = time.perf_counter()
    mesh = mesh_of(craft_or_mesh)
    aim = Aim(tolerance, relative_tolerance)
    check_whole(max_rays, 1, MOST_RAYS, name="max_rays")
    check_sampling(seed, progress)
    threads = thread_count(jobs)
    report = _Reporter(progress)
    caster = ray_caster(mesh, doubt_close_sheets=False)
    in_doubt = warn_of_close_sheets(mesh, caster).shares(mesh)
    traced, seen = open_craft(mesh, caster)
    is_free = traced.receivers.is_free
    areas = mesh.surface_areas_m2
    scene = flat_scene(mesh, caster.center_m, seen.parts)
    exact = exact_pairs(scene, areas, aim, REPLICATES, int(seed), threads, report.part(0.0, 0.5))
    if len(exact.by_rays) or not exact.complete:
        seen.warn_of_ragged()
    rows = RowCaster(traced, REPLICATES, int(seed), threads)
    seeing = np.flatnonzero(~is_free)
    points = _first_points(len(seeing), max_rays)
    step = max(1, len(seeing) // 50)
    for k in range(0, len(seeing), step):
        rows.cast(seeing[k : k + step], points)
        report(0.5 + 0.25 * k / max(len(seeing), 1))
    open_m2 = areas * seen.open_shares
    worst = _refine_rows(rows, exact, areas, open_m2, aim, max_rays, report.part(0.75, 0.99))
    landings = rows.landings()
    result = _assembled(mesh, landings, exact, is_free, open_m2).doubted(in_doubt)
    if worst > STOPPING_MARGIN or exact.unmet:
        warnings.warn(
            f"{aim} was not reached with max_rays={max_rays:g}: the worst standard error "
            f"is {max(worst / STOPPING_MARGIN, 1.0):.1f} times what was asked; "
            "raise max_rays or the tolerance",
            AccuracyWarning,
            stacklevel=2,
        )
    blurred = 2.0 * caster.start_offset_m * scene.perimeters_m() / areas
    warn_of_residuals(mesh, result.residual, result.residual_error, blurred)
    resolution = np.divide(1.0, rows.points * REPLICATES, out=np.zeros(len(areas)), where=rows.points > 0)
    warn_of_bodies(
        mesh,
        caster.center_m,
        result.to_space,
        result.to_space_error,
        result.to_inactive,
        resolution,
    )
    report(1.0)
    provenance = Provenance(
        __version__,
        int(seed),
        rows.rays,
        REPLICATES,
        float(tolerance),
        int(max_rays),
        None,
        time.perf_counter() - began,
    )
    return result.frozen(mesh, provenance)


class _Reporter:
    """Progress in thousandths."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress

    def __call__(self, share: float) -> None:
        if self._progress is not None:
            self._progress(round(_PROGRESS_STEPS * min(share, 1.0)), _PROGRESS_STEPS)

    def part(self, begin: float, end: float) -> Callable[[float], None]:
        """The same for a part of the way."""
        return lambda share: self(begin + (end - begin) * share)


def _first_points(rows: int, max_rays: float) -> int:
    """Points per replicate of the first round: fewer where very many surfaces share the rays."""
    points = FIRST_POINTS
    while points > FEWEST_POINTS and rows * REPLICATES * points > max_rays:
        points //= 2
    return points


def _by_rays(exact: ExactPairs, first: IntArray, second: IntArray, surfaces: int) -> np.ndarray:
    """Which pairs rays have to decide."""
    if not exact.complete:
        return np.ones(len(first), bool)
    return np.isin(first * (surfaces + 1) + second, exact.by_rays)


def _refine_rows(
    rows: RowCaster,
    exact: ExactPairs,
    areas_m2: FloatArray,
    open_m2: FloatArray,
    aim: Aim,
    max_rays: float,
    report: Callable[[float], None],
) -> float:
    """Double the rays of rows whose errors are too large; returns the worst error over the one aimed at.

    `open_m2` (S,) is what of each surface is not covered: from there the rays start.
    """
    surfaces = len(areas_m2)
    everything = np.arange(surfaces)
    while True:
        landings = rows.landings()
        pairs = pooled_pairs(landings, open_m2)
        decided = _by_rays(exact, pairs.first, pairs.second, surfaces)
        excess = np.zeros(surfaces)
        for end in (pairs.first[decided], pairs.second[decided]):
            factor, error = pairs.area_m2[decided] / areas_m2[end], pairs.error_m2[decided] / areas_m2[end]
            np.maximum.at(excess, end, error / aim.allowed(factor))
        inactive, inactive_error, _ = np.array(column_estimates(landings, open_m2, surfaces)) / areas_m2
        open_end = _by_rays(exact, everything, np.full(surfaces, surfaces), surfaces)
        excess[open_end] = np.maximum(excess, inactive_error / aim.allowed(inactive))[open_end]
        over = np.flatnonzero((excess > 1.0) & (rows.points > 0))
        worst = float(excess[over].max(initial=0.0))
        report(min(1.0, 1.0 / worst) if worst > 0.0 else 1.0)
        over = over[rows.points[over] < MOST_POINTS]
        if not len(over):
            return worst
        cost = REPLICATES * np.cumsum(rows.points[over[np.argsort(-excess[over], kind="stable")]])
        affordable = over[np.argsort(-excess[over], kind="stable")][cost <= max_rays - rows.rays]
        if not len(affordable):
            return worst
        rows.cast(np.sort(affordable))


@dataclass(frozen=True, eq=False)
class _Assembly:
    """Balanced factors before they are frozen."""

    whole_m2: FloatArray
    first: IntArray
    second: IntArray
    area_m2: FloatArray
    error_m2: FloatArray
    method: np.ndarray
    to_space: FloatArray
    to_space_error: FloatArray
    to_inactive: FloatArray
    to_inactive_error: FloatArray
    residual: FloatArray
    residual_error: FloatArray

    def doubted(self, in_doubt: FloatArray) -> _Assembly:
        """With what shares (S,) of the surfaces, that another sheet may cover, leave open.

        What is in doubt of a pair may as well go past it, to space or inactive sides.
        """
        if not in_doubt.any():
            return self
        shares = np.maximum(in_doubt[self.first], in_doubt[self.second])
        past = np.zeros(len(in_doubt))
        for end in (self.first, self.second):
            np.add.at(past, end, shares * self.area_m2)
        past = np.minimum(past / self.whole_m2, 1.0)
        return replace(
            self,
            error_m2=doubted(self.area_m2, self.error_m2, shares),
            to_space_error=np.hypot(doubted(self.to_space, self.to_space_error, in_doubt), past),
            to_inactive_error=np.hypot(doubted(self.to_inactive, self.to_inactive_error, in_doubt), past),
            residual_error=np.hypot(self.residual_error, past),
        )

    def frozen(self, mesh: SurfaceMesh, provenance: Provenance) -> ViewFactors:
        """The result."""
        areas = self.whole_m2
        other = self.first != self.second
        row = np.concatenate([self.first, self.second[other]])
        column = np.concatenate([self.second, self.first[other]])
        shape = (len(areas), len(areas))

        def matrix(values: np.ndarray) -> csr_array:
            made = csr_array((np.concatenate([values, values[other]]), (row, column)), shape=shape)
            made.sort_indices()
            return made

        def per_area(values: np.ndarray) -> csr_array:
            made = matrix(values)
            made.data = made.data / np.repeat(areas, np.diff(made.indptr))
            return made

        return ViewFactors(
            surface_names=mesh.surface_names,
            area_m2=areas,
            view_factor=per_area(self.area_m2),
            standard_error=per_area(self.error_m2),
            method_code=matrix(self.method),
            to_space=self.to_space,
            to_space_standard_error=self.to_space_error,
            to_inactive=self.to_inactive,
            to_inactive_standard_error=self.to_inactive_error,
            closure_residual=self.residual,
            provenance=provenance,
        )


def _assembled(
    mesh: SurfaceMesh, landings: Landings, exact: ExactPairs, is_free: np.ndarray, open_m2: FloatArray
) -> _Assembly:
    """Exact pairs and rays as one list of exchange areas, balanced; what is covered counts as inactive."""
    areas = mesh.surface_areas_m2
    surfaces = len(areas)
    sampled = pooled_pairs(landings, open_m2)
    sampled = _kept(
        sampled,
        _by_rays(exact, sampled.first, sampled.second, surfaces)
        & ~is_free[sampled.first]
        & ~is_free[sampled.second],
    )
    between = exact.second < surfaces
    first = np.concatenate([exact.first[between], sampled.first])
    second = np.concatenate([exact.second[between], sampled.second])
    value = np.concatenate([exact.area_m2[between], sampled.area_m2])
    error = np.concatenate([exact.error_m2[between], sampled.error_m2])
    method = np.concatenate([exact.method[between], np.full(len(sampled.first), SOBOL, np.int8)])
    variance = np.concatenate(
        [exact.error_m2[between] ** 2, np.maximum(sampled.error_m2, sampled.resolution_m2) ** 2]
    )
    space, space_error, unit = column_estimates(landings, open_m2, surfaces + 1)
    space = np.where(is_free, open_m2, space)
    inactive, inactive_error, _ = column_estimates(landings, open_m2, surfaces)
    if exact.complete:
        known = ~_by_rays(exact, np.arange(surfaces), np.full(surfaces, surfaces), surfaces)
        inactive, inactive_error = np.where(known, 0.0, inactive), np.where(known, 0.0, inactive_error)
        ends = exact.first[~between]
        inactive[ends] = exact.area_m2[~between]
        inactive_error[ends] = exact.error_m2[~between]
    inactive = inactive + (areas - open_m2)
    space_variance = np.where(is_free, 0.0, np.maximum(space_error, unit) ** 2)
    balance = balanced(
        areas,
        first,
        second,
        value,
        variance,
        np.stack([space, inactive]),
        np.stack([space_variance, inactive_error**2]),
    )
    end_errors = np.sqrt(balance.ends_variance_m4) / areas
    return _Assembly(
        whole_m2=areas,
        first=first,
        second=second,
        area_m2=balance.pairs_m2,
        error_m2=error,
        method=method,
        to_space=balance.ends_m2[0] / areas,
        to_space_error=end_errors[0],
        to_inactive=balance.ends_m2[1] / areas,
        to_inactive_error=end_errors[1],
        residual=balance.residual_m2 / areas,
        residual_error=balance.residual_error_m2 / areas,
    )


def _kept(pairs: PairEstimates, chosen: np.ndarray) -> PairEstimates:
    """Some of the pairs."""
    return PairEstimates(*(getattr(pairs, name)[chosen] for name in pairs.__dataclass_fields__))
