"""`heat_loads`: what Sun and Earth bring to every surface of a craft, time by time, with its error."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields

import numpy as np

from geometry import __version__
from geometry.environment import Environment
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.orbit.states import OrbitStates, TimeArray
from geometry.radiation.accuracy import Accuracy, RayBudget, standard_error
from geometry.radiation.blocks import thread_count
from geometry.radiation.close_sheets import doubted, warn_of_close_sheets
from geometry.radiation.door import Progress, check_casting, check_flags, mesh_of, surroundings
from geometry.radiation.flat_craft import MOST_FACES_CLIPPED, flat_craft
from geometry.radiation.load_estimates import LOADS, LoadEstimates, load_estimates
from geometry.radiation.provenance import Provenance
from geometry.radiation.ray_caster import ray_caster
from geometry.radiation.shade_cache import ShadeCache
from geometry.radiation.view_factors.doubts import (
    closed_bodies,
    warn_inside_out,
    warn_of_turned_faces,
)
from geometry.radiation.view_factors.open_craft import open_craft
from geometry.validation import FloatArray, IntArray, check_choice, read_only

REPLICATES = 16
REPLICATE_VALUES_KEPT = 2**25


@dataclass(frozen=True, eq=False)
class MeanLoads:
    """Means over the times of a `HeatLoads`: whole orbits, where the times are those of whole orbits.

    Formed per replicate first, since the errors of all times share the same rays; the edges of the
    Earth's shadow are resolved between the times.  Loads in the order solar, albedo, Earth infrared.

    Parameters
    ----------
    incident_w_m2, incident_standard_error_w_m2 : array (L, S)
    absorbed_w, standard_error_w : array (L, S)
    view_factor_earth, view_factor_earth_standard_error : array (S,)
    view_factor_space, view_factor_space_standard_error : array (S,)
    """

    incident_w_m2: FloatArray
    incident_standard_error_w_m2: FloatArray
    absorbed_w: FloatArray
    standard_error_w: FloatArray
    view_factor_earth: FloatArray
    view_factor_earth_standard_error: FloatArray
    view_factor_space: FloatArray
    view_factor_space_standard_error: FloatArray

    def __post_init__(self) -> None:
        frozen_arrays(self)


@dataclass(frozen=True, eq=False)
class HeatLoads:
    """Heat loads of S surfaces at T times; loads L = 3: solar, albedo, Earth infrared.

    Parameters
    ----------
    times_utc : datetime64 array (T,)
    surface_names : tuple of S str
    area_m2 : array (S,)
    incident_w_m2, incident_standard_error_w_m2 : array (L, T, S)
        W/m^2, straight from the source, shaded by the craft itself and, for the Sun, by the Earth.
    absorbed_w, standard_error_w : array (L, T, S)
        W, with reflections between surfaces.
    view_factor_earth, view_factor_earth_standard_error : array (T, S)
        Share of the cosine-weighted hemisphere that sees the Earth.
    view_factor_space, view_factor_space_standard_error : array (T, S)
        Share that sees neither the Earth nor the craft.
    view_factor_own, view_factor_own_standard_error : array (S,)
        Share filled by the craft itself.
    absorbed_replicates_w : array (R, L, T, S)
        W, per replicate; empty (R = 0) where it would hold more than 2^25 values.
    orbit_mean : MeanLoads
    rays_per_surface : int array (S,)
        Rays started from each surface towards the sky; 0 where the load is exact.
    is_exact : bool array (S,)
        Nothing stands before the surface: closed form and quadrature, no rays.  Never where another sheet
        may lie nearer than single precision can part: that share of each value is then added to its error.
    method : tuple of S str
        How the direct Earth loads were found: "closed_form" (exact), "clipped" (exact shadows on flat
        parts, in a table over the sky) or "rays" (rays).
    provenance : Provenance

    Notes
    -----
    A standard error of zero means that the surface is exact, or that no ray found what would change
    the value; where rays met the Earth and none the craft on its way, the error is that of one ray that
    might have.  Errors of rays come from independent scrambles.  Those of clipped shadows are estimates
    of what grid and cells still get wrong, made so that they cover (`clipped_loads`); both are added in
    quadrature.  None holds what the model leaves out.
    """

    times_utc: TimeArray
    surface_names: tuple[str, ...]
    area_m2: FloatArray
    incident_w_m2: FloatArray
    incident_standard_error_w_m2: FloatArray
    absorbed_w: FloatArray
    standard_error_w: FloatArray
    view_factor_earth: FloatArray
    view_factor_earth_standard_error: FloatArray
    view_factor_space: FloatArray
    view_factor_space_standard_error: FloatArray
    view_factor_own: FloatArray
    view_factor_own_standard_error: FloatArray
    absorbed_replicates_w: FloatArray
    orbit_mean: MeanLoads
    rays_per_surface: IntArray
    is_exact: np.ndarray
    method: tuple[str, ...]
    provenance: Provenance

    def __post_init__(self) -> None:
        frozen_arrays(self)

    @property
    def load_names(self) -> tuple[str, ...]:
        """Names along the load axis."""
        return LOADS

    def absorbed_flux_w_m2(self) -> FloatArray:
        """Absorbed power over area, (L, T, S), W/m^2."""
        return self.absorbed_w / self.area_m2

    def load(self, name: str) -> int:
        """Index of a load; ValueError names the nearest."""
        return LOADS.index(check_choice(name, LOADS, name="load"))


def frozen_arrays(result: object) -> None:
    """Put read-only copies in place of all arrays of a frozen dataclass."""
    for f in fields(result):  # type: ignore[arg-type]
        value = getattr(result, f.name)
        if isinstance(value, np.ndarray):
            object.__setattr__(result, f.name, read_only(value, value.dtype))


def heat_loads(
    craft: object,
    states: OrbitStates,
    environment: Environment | None = None,
    *,
    tolerance: float = 1e-2,
    seed: int = 1,
    max_rays: int = 100_000_000,
    jobs: int | None = None,
    reflections: bool = True,
    clip_shadows: bool = True,
    sky: ShadeCache | None = None,
    progress: Progress | None = None,
) -> HeatLoads:
    """Heat loads of every surface of a craft at the times of an orbit.

    Parameters
    ----------
    craft : Craft or SurfaceMesh
        Anything with a `mesh`, or a mesh.
    states : OrbitStates
        Of one satellite; whole orbits at even steps, with the end left out, where means are wanted.
    environment : Environment
        Default: the nominal one.
    tolerance : float
        Standard error to reach: relative to each value, down to `tolerance` times 1 W/m^2 of flux.
    seed : int
        Of the scrambles; the same seed gives the same bits for any number of threads.
    max_rays : int
        Where these do not suffice, a warning tells by how much the tolerance was missed.
    jobs : int
        Threads; default: all cores the process may use.
    reflections : bool
        Whether absorbed loads hold what other surfaces reflect.
    clip_shadows : bool
        Whether shadows on flat parts may be clipped exactly, where that is expected to cost less than
        rays for the same tolerance; else rays find them all.
    sky : ShadeCache
        From `sky_view` of the same craft: shadow tables made before are used, new ones added.
    progress : callable
        Called with (done, total) now and then.

    Returns
    -------
    HeatLoads

    Raises
    ------
    ValueError
        More than one satellite, a position inside the Earth, a number out of range.
    TypeError
        A craft without a mesh, states that are no `OrbitStates`, and the like.

    Warns
    -----
    AccuracyWarning
        The tolerance was not reached with `max_rays`, or paths between perfect mirrors were cut; sheets
        too near to part, or back to back that cover each other in part; faces of a closed body turned
        against each other, or all inward.

    Notes
    -----
    Rays meet the craft alone and are cast once for all times; what escapes is classified against an
    analytic Earth.  Surfaces with nothing before them are exact.  Albedo is Lambertian, of the truly
    sunlit Earth in view, and does not end with the satellite's own eclipse.  Projected areas are those
    for the centre of the Sun: a surface edge-on to it gets nothing (its half of the disc would bring
    1.3 W/m^2); shadows are those of the whole disc.  Left out: what the craft emits itself (a matter of
    temperatures), refraction, the penumbra on the ground.  Sheets nearer to each other than 1e-5 of the
    craft's extent cannot be told apart in single precision; a warning names them, and their errors say so.

    References: [Gilmore2002] for the loads, [Knocke1988] for the latitude-season Earth.
    """
    began = time.perf_counter()
    mesh = mesh_of(craft)
    environment = surroundings(states, environment)
    check_casting(tolerance, max_rays, seed, progress)
    check_flags(reflections=reflections, clip_shadows=clip_shadows)
    if sky is not None and not isinstance(sky, ShadeCache):
        raise TypeError(f"sky must come from sky_view(craft), got {type(sky).__name__}")
    accuracy = Accuracy(tolerance, REPLICATES, int(seed), thread_count(jobs), reflections=reflections)
    budget = RayBudget(max_rays)
    caster = ray_caster(mesh, doubt_close_sheets=False)
    in_doubt = warn_of_close_sheets(mesh, caster).shares(mesh)
    bodies = closed_bodies(mesh, caster.center_m)
    warn_of_turned_faces(mesh, bodies)
    warn_inside_out(mesh, bodies)
    traced, seen = open_craft(mesh, caster)
    seen.warn_of_ragged()
    can_clip = clip_shadows and len(mesh.faces) <= MOST_FACES_CLIPPED
    shades = ShadeCache(flat_craft(traced)) if can_clip else None
    if sky is not None and shades is not None:
        if not shades.flat.is_like(sky.flat):
            raise ValueError("sky belongs to another craft; make it with sky_view(craft)")
        shades = sky
    known = 0 if shades is None else shades.clipped
    tables = _Tables(mesh, len(states.times_utc))
    for estimates in load_estimates(
        traced, traced.receivers, states, environment, accuracy, budget, progress, shades
    ):
        tables.add(estimates.of_whole(seen.open_shares[estimates.receivers]))
    budget.warn(accuracy, max_rays)
    wall_s = time.perf_counter() - began
    new = 0 if shades is None else shades.clipped - known
    provenance = Provenance(
        __version__, int(seed), budget.cast, REPLICATES, tolerance, int(max_rays), environment, wall_s, new
    )
    return tables.result(states, traced.receivers.is_free, in_doubt, provenance)


class _Tables:
    """Arrays of a result, filled block by block."""

    def __init__(self, mesh: SurfaceMesh, times: int) -> None:
        self.mesh = mesh
        surfaces = len(mesh.surface_names)
        size = REPLICATES * len(LOADS) * times * surfaces
        self.incident = np.zeros((2, len(LOADS), times, surfaces))  # value, standard error
        self.absorbed = np.zeros_like(self.incident)
        self.earth = np.zeros((2, times, surfaces))
        self.space = np.zeros_like(self.earth)
        self.own = np.zeros((REPLICATES, surfaces))
        keep = times if size <= REPLICATE_VALUES_KEPT else 0
        self.replicates = np.zeros((REPLICATES if keep else 0, len(LOADS), times, surfaces))
        self.mean_incident = np.zeros((REPLICATES, len(LOADS), surfaces))
        self.mean_absorbed = np.zeros_like(self.mean_incident)
        self.mean_earth = np.zeros((REPLICATES, surfaces))
        self.unseen_incident, self.unseen_absorbed = np.zeros((2, len(LOADS), surfaces))
        self.unseen_earth = np.zeros(surfaces)
        self.rays = np.zeros(surfaces, dtype=np.int64)
        self.own_error = np.zeros(surfaces)
        self.clipped = np.zeros(surfaces, dtype=bool)

    def add(self, part: LoadEstimates) -> None:
        """Book one block."""
        t, s = part.times, part.receivers
        area = self.mesh.surface_areas_m2[s]
        absorbed_w = part.absorbed_w_m2 * area
        self.incident[:, :, t, s] = summary(part.incident_w_m2, part.unseen_incident_w_m2)
        self.absorbed[:, :, t, s] = summary(absorbed_w, part.unseen_absorbed_w_m2 * area)
        self.earth[:, t, s] = summary(part.view_factor_earth, part.unseen_view_factor)
        self.space[:, t, s] = summary(
            1.0 - part.own_share[:, None] - part.view_factor_earth,
            np.hypot(part.unseen_view_factor, part.own_error),
        )
        if len(self.replicates):
            self.replicates[:, :, t, s] = absorbed_w
        self.own[:, s] = part.own_share
        self.mean_incident[..., s] += part.incident_mean_w_m2
        self.mean_absorbed[..., s] += part.absorbed_mean_w_m2 * area
        self.mean_earth[:, s] += part.view_factor_earth_mean
        self.unseen_incident[:, s] += part.unseen_incident_mean_w_m2
        self.unseen_absorbed[:, s] += part.unseen_absorbed_mean_w_m2 * area
        self.unseen_earth[s] += part.unseen_view_factor_mean
        self.rays[s] = np.maximum(self.rays[s], part.rays)
        self.own_error[s], self.clipped[s] = part.own_error, part.is_clipped

    def result(
        self, states: OrbitStates, is_exact: np.ndarray, in_doubt: FloatArray, provenance: Provenance
    ) -> HeatLoads:
        """The frozen result; `in_doubt` is the share of each surface that another sheet may cover."""
        incident, incident_error = summary(self.mean_incident, self.unseen_incident)
        absorbed, absorbed_error = summary(self.mean_absorbed, self.unseen_absorbed)
        earth, earth_error = summary(self.mean_earth, self.unseen_earth)
        space, space_error = summary(
            1.0 - self.own - self.mean_earth, np.hypot(self.unseen_earth, self.own_error)
        )
        own, own_error = summary(self.own, self.own_error)
        for value, error in (
            self.incident, self.absorbed, self.earth, self.space,
            (incident, incident_error), (absorbed, absorbed_error),
            (earth, earth_error), (space, space_error),
        ):  # fmt: skip
            error[...] = doubted(value, error, in_doubt)
        own_error = doubted(1.0 - own, own_error, in_doubt)
        for whole in (self.incident, self.absorbed, self.earth, self.space, self.replicates):
            whole.setflags(write=False)  # the result holds parts of them, not copies
        method = np.where(is_exact, "closed_form", np.where(self.clipped, "clipped", "rays"))
        mean = MeanLoads(
            incident_w_m2=incident,
            incident_standard_error_w_m2=incident_error,
            absorbed_w=absorbed,
            standard_error_w=absorbed_error,
            view_factor_earth=earth,
            view_factor_earth_standard_error=earth_error,
            view_factor_space=space,
            view_factor_space_standard_error=space_error,
        )
        return HeatLoads(
            times_utc=states.times_utc,
            surface_names=self.mesh.surface_names,
            area_m2=self.mesh.surface_areas_m2,
            incident_w_m2=self.incident[0],
            incident_standard_error_w_m2=self.incident[1],
            absorbed_w=self.absorbed[0],
            standard_error_w=self.absorbed[1],
            view_factor_earth=self.earth[0],
            view_factor_earth_standard_error=self.earth[1],
            view_factor_space=self.space[0],
            view_factor_space_standard_error=self.space[1],
            view_factor_own=own,
            view_factor_own_standard_error=own_error,
            absorbed_replicates_w=self.replicates,
            orbit_mean=mean,
            rays_per_surface=self.rays,
            is_exact=is_exact & (in_doubt == 0.0),
            method=tuple(method.tolist()),
            provenance=provenance,
        )


def summary(replicates: FloatArray, unseen: FloatArray | float = 0.0) -> FloatArray:
    """Mean (not below zero) and standard error of replicates (R, ...), (2, ...)."""
    mean = np.maximum(replicates[0] + (replicates - replicates[0]).mean(axis=0), 0.0)
    return np.stack([mean, np.hypot(standard_error(replicates), unseen)])
