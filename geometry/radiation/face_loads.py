"""`face_loads`: loads of every side of every face, for pictures and tables by face."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from geometry import __version__
from geometry.environment import Environment
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.orbit.states import OrbitStates, TimeArray
from geometry.radiation.accuracy import Accuracy, RayBudget
from geometry.radiation.blocks import thread_count
from geometry.radiation.close_sheets import doubted, warn_of_close_sheets
from geometry.radiation.door import Progress, check_flags, check_sampling, mesh_of, surroundings
from geometry.radiation.heat_loads import frozen_arrays, summary
from geometry.radiation.load_estimates import LOADS, load_estimates
from geometry.radiation.provenance import Provenance
from geometry.radiation.ray_caster import ray_caster
from geometry.radiation.receivers import active_sides
from geometry.radiation.view_factors.open_craft import open_faces
from geometry.validation import FloatArray, check_whole

REPLICATES = 8
FRONT, BACK = 0, 1


@dataclass(frozen=True, eq=False)
class FaceLoads:
    """Loads of both sides of F faces at T times; loads L = 3: solar, albedo, Earth infrared.

    First axis: front, back (`FRONT`, `BACK`); an inactive side has zeros.

    Parameters
    ----------
    times_utc : datetime64 array (T,)
    incident_w_m2, incident_standard_error_w_m2 : array (2, L, T, F)
        Straight from the source.
    absorbed_w_m2, standard_error_w_m2 : array (2, L, T, F)
        With reflections between faces.
    incident_mean_w_m2, incident_mean_standard_error_w_m2 : array (2, L, F)
        Mean over the times, as `HeatLoads.orbit_mean`.
    absorbed_mean_w_m2, mean_standard_error_w_m2 : array (2, L, F)
    is_active : bool array (2, F)
        Whether the side belongs to a surface.
    provenance : Provenance
    """

    times_utc: TimeArray
    incident_w_m2: FloatArray
    incident_standard_error_w_m2: FloatArray
    absorbed_w_m2: FloatArray
    standard_error_w_m2: FloatArray
    incident_mean_w_m2: FloatArray
    incident_mean_standard_error_w_m2: FloatArray
    absorbed_mean_w_m2: FloatArray
    mean_standard_error_w_m2: FloatArray
    is_active: np.ndarray
    provenance: Provenance

    def __post_init__(self) -> None:
        frozen_arrays(self)

    @property
    def load_names(self) -> tuple[str, ...]:
        """Names along the load axis."""
        return LOADS


def face_loads(
    craft: object,
    states: OrbitStates,
    environment: Environment | None = None,
    *,
    rays_per_face: int = 1024,
    seed: int = 1,
    jobs: int | None = None,
    reflections: bool = True,
    progress: Progress | None = None,
) -> FaceLoads:
    """Heat loads of every side of every face, each as a surface of its own.

    Parameters
    ----------
    craft : Craft or SurfaceMesh
    states : OrbitStates
        Of one satellite; T = 1 for one moment.
    environment : Environment
        Default: the nominal one.
    rays_per_face : int
        Per side that has something before it; rounded up to a power of two, in [64, 2^20].
    seed, jobs, reflections, progress
        As in `heat_loads`.

    Returns
    -------
    FaceLoads

    Raises
    ------
    ValueError, TypeError
        As `heat_loads`.

    Warns
    -----
    AccuracyWarning
        Sheets too near to part, or back to back that cover each other in part.

    Notes
    -----
    The number of rays is given, not the accuracy; the standard errors tell what it brought.  At 1,024
    rays they are a percent or two of the flux on faces near others, and zero on free ones.  Loads are per
    area of the whole face, also where another body covers some of it.
    """
    began = time.perf_counter()
    mesh = mesh_of(craft)
    environment = surroundings(states, environment)
    check_whole(rays_per_face, 64, 2**20, name="rays_per_face")
    check_sampling(seed, progress)
    check_flags(reflections=reflections)
    points = 1 << (-(-int(rays_per_face) // REPLICATES) - 1).bit_length()
    accuracy = Accuracy(1.0, REPLICATES, int(seed), thread_count(jobs), points, reflections)
    budget = RayBudget(np.inf)
    caster = ray_caster(mesh, doubt_close_sheets=False)
    in_doubt = warn_of_close_sheets(mesh, caster).side_shares(mesh)
    craft_by_side, seen, open_shares = open_faces(mesh, caster)
    seen.warn_of_ragged()
    receivers = len(craft_by_side.receivers)
    shape = (2, len(LOADS), len(states.times_utc), receivers)
    incident, absorbed = np.zeros(shape), np.zeros(shape)
    incident_mean, absorbed_mean = np.zeros((2, REPLICATES, len(LOADS), receivers))
    unseen_incident, unseen_absorbed = np.zeros((2, len(LOADS), receivers))
    sources = seen.receivers(craft_by_side.caster)
    for of_open in load_estimates(craft_by_side, sources, states, environment, accuracy, budget, progress):
        part = of_open.of_whole(open_shares[of_open.receivers])
        t, g = part.times, part.receivers
        incident[:, :, t, g] = summary(part.incident_w_m2, part.unseen_incident_w_m2)
        absorbed[:, :, t, g] = summary(part.absorbed_w_m2, part.unseen_absorbed_w_m2)
        incident_mean[..., g] += part.incident_mean_w_m2
        absorbed_mean[..., g] += part.absorbed_mean_w_m2
        unseen_incident[:, g] += part.unseen_incident_mean_w_m2
        unseen_absorbed[:, g] += part.unseen_absorbed_mean_w_m2
    budget.warn(accuracy, np.inf)
    is_active = np.stack([mesh.front_surface >= 0, mesh.back_surface >= 0])
    wall_s = time.perf_counter() - began
    means = summary(incident_mean, unseen_incident), summary(absorbed_mean, unseen_absorbed)
    tables = [_by_side(v, mesh, in_doubt) for v in (incident, absorbed, *means)]
    return FaceLoads(
        times_utc=states.times_utc,
        incident_w_m2=tables[0][0],
        incident_standard_error_w_m2=tables[0][1],
        absorbed_w_m2=tables[1][0],
        standard_error_w_m2=tables[1][1],
        incident_mean_w_m2=tables[2][0],
        incident_mean_standard_error_w_m2=tables[2][1],
        absorbed_mean_w_m2=tables[3][0],
        mean_standard_error_w_m2=tables[3][1],
        is_active=is_active,
        provenance=Provenance(__version__, int(seed), budget.cast, REPLICATES, 0.0, 0, environment, wall_s),
    )


def _by_side(values: FloatArray, mesh: SurfaceMesh, in_doubt: FloatArray) -> FloatArray:
    """Values per active side (2, ..., G) as (2, sides, ..., F): first axis value and standard error, to which
    what is in doubt of each side (F, 2) is added.
    """
    faces, sides, _ = active_sides(mesh)
    table = np.zeros((2, 2, *values.shape[1:-1], len(in_doubt)))
    for side, sign in ((FRONT, 1.0), (BACK, -1.0)):
        chosen = sides == sign
        table[:, side, ..., faces[chosen]] = np.moveaxis(values[..., chosen], -1, 0)
        table[1, side] = doubted(table[0, side], table[1, side], in_doubt[:, side])
    return table
