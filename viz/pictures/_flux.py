"""Absorbed flux of both sides of a craft's faces: at one time, as a mean, and around an orbit for a film."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from geometry.craft import build_craft
from geometry.design import Design
from geometry.ephemeris import TimeArray
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.orbit import orbit_states, orbit_times
from geometry.radiation import LOADS, FaceLoads, face_loads
from geometry.validation import FloatArray, check_in_range
from viz.refinement import refined
from viz.staging import Stage

TITLES = {
    "total": "Absorbed flux",
    "solar": "Absorbed sunlight",
    "albedo": "Absorbed albedo",
    "earth_infrared": "Absorbed Earth infrared",
}
AROUND = 72
"""Times of an orbit at which a film works its loads out; between them they are interpolated."""
FINEST, COARSEST = 0.0045, 0.02  # edges of the mesh, over the craft's extent
MOST_FACES = 40_000
LEAST_SUN = 0.02  # share of the disc from which sunlight is scaled to another share


@dataclass(frozen=True, eq=False)
class Flux:
    """Absorbed flux (2, F), W/m2, of the front and back of each face, its standard errors, and what it is."""

    mesh: SurfaceMesh
    absorbed_w_m2: FloatArray
    standard_error_w_m2: FloatArray
    rays: int
    steps: int


def absorbed_flux(design: Design, where: Stage, load: str, steps: int, rays_per_face: int) -> Flux:
    """The flux on the analysis mesh, cut finer near its middle, mean over `steps` times of one orbit."""
    return absorbed_fluxes(design, where, steps, rays_per_face)[load]


def absorbed_fluxes(design: Design, where: Stage, steps: int, rays_per_face: int) -> dict[str, Flux]:
    """The flux of each of `TITLES`, from the same rays."""
    check_in_range(steps, 1, 10_000, name="steps")
    mesh = cut_mesh(design)
    times = np.array([where.at_utc]) if steps == 1 else orbit_times(design, where.at_utc, steps)
    states = orbit_states(design, times, satellites=(where.satellite,))
    loads = face_loads(
        mesh, states, design.environment, rays_per_face=rays_per_face, seed=design.radiation.seed
    )
    rows = {load: list(range(len(LOADS))) if load == "total" else [LOADS.index(load)] for load in TITLES}
    return {
        load: Flux(mesh, *_summed(loads, own), loads.provenance.rays, steps) for load, own in rows.items()
    }


def _summed(loads: FaceLoads, rows: list[int]) -> tuple[FloatArray, FloatArray]:
    """Sum over loads; their errors add up in the worst case, since they share their rays."""
    return (
        loads.absorbed_mean_w_m2[:, rows].sum(axis=1),
        loads.mean_standard_error_w_m2[:, rows].sum(axis=1),
    )


def cut_mesh(design: Design) -> SurfaceMesh:
    """The analysis mesh, fine where parts stand close together, coarser out on the wings.

    Where that takes more than `MOST_FACES`, as for a craft that is one plate, it is coarser: about so many.
    """
    mesh = build_craft(design).mesh
    extent = mesh.extent_m
    body = np.abs(mesh.centroids_m[np.abs(mesh.normals[:, 2]) < 0.9])
    reach = body.max(axis=0) if len(body) else np.zeros(3)

    def cut(finest: float) -> SurfaceMesh:
        def longest_m(centroids_m: FloatArray) -> FloatArray:
            away = np.linalg.norm(np.maximum(np.abs(centroids_m) - reach, 0.0), axis=1)
            return np.clip(0.10 * away, finest * extent, max(finest, COARSEST) * extent)

        return refined(mesh, longest_m)

    fine = cut(FINEST)
    over = len(fine.faces) / MOST_FACES
    return fine if over <= 1.0 else cut(FINEST * float(np.sqrt(over)))


@dataclass(frozen=True, eq=False)
class FluxAround:
    """Absorbed flux around an orbit, at any time of it.

    Parameters
    ----------
    times_s : array (T,)
        Since the start, s; the last is the start of the next orbit.
    sunlight_w_m2 : array (2, T, F)
        Sunlight as it would be absorbed with the whole disc in view.
    others_w_m2 : array (2, T, F)
        All that does not come and go with the Sun's disc.
    standard_error_w_m2 : float
        Of nineteen in twenty faces, the largest of all times.

    Notes
    -----
    Between two times both are straight lines; sunlight is then taken times the share of the disc in view at
    that moment, so that a shadow begins and ends when it does.
    """

    times_s: FloatArray
    sunlight_w_m2: FloatArray
    others_w_m2: FloatArray
    standard_error_w_m2: float

    def at(self, elapsed_s: float, sunlit_fraction: float) -> FloatArray:
        """Flux (2, F) at a time after the start, of a satellite that sees so much of the Sun's disc."""
        k = int(np.clip(np.searchsorted(self.times_s, elapsed_s, "right") - 1, 0, len(self.times_s) - 2))
        share = (elapsed_s - self.times_s[k]) / (self.times_s[k + 1] - self.times_s[k])
        sun, rest = (
            (1.0 - share) * v[:, k] + share * v[:, k + 1] for v in (self.sunlight_w_m2, self.others_w_m2)
        )
        return np.asarray(sunlit_fraction * sun + rest)

    @classmethod
    def of(cls, fields: Mapping[str, FloatArray]) -> FluxAround:
        """From its fields as plain arrays."""
        error = float(fields["standard_error_w_m2"])
        return cls(fields["times_s"], fields["sunlight_w_m2"], fields["others_w_m2"], error)

    @property
    def most_w_m2(self) -> FloatArray:
        """The largest flux of each face, (2, F)."""
        return np.asarray((self.sunlight_w_m2 + self.others_w_m2).max(axis=1))


def fluxes_around(
    design: Design, start_utc: np.datetime64, load: str, rays_per_face: int, steps: int = AROUND
) -> dict[str, FloatArray]:
    """The fields of the `FluxAround` of one orbit from a time on, as plain arrays.

    Parameters
    ----------
    design : Design
    start_utc : datetime64
    load : str
        One of `TITLES`.
    rays_per_face, steps : int
    """
    return each_around(design, start_utc, (load,), rays_per_face, steps)[load]


def each_around(
    design: Design, start_utc: np.datetime64, loads: Iterable[str], rays_per_face: int, steps: int = AROUND
) -> dict[str, dict[str, FloatArray]]:
    """As `fluxes_around` for several loads, from the same rays."""
    check_in_range(steps, 8, 10_000, name="steps")
    times: TimeArray = orbit_times(design, start_utc, steps)
    states = orbit_states(design, times, satellites=(0,))
    cast = face_loads(
        cut_mesh(design), states, design.environment, rays_per_face=rays_per_face, seed=design.radiation.seed
    )
    return {load: _around(cast, load, states.sunlit_fraction[0], times) for load in loads}


def _around(loads: FaceLoads, load: str, lit: FloatArray, times: TimeArray) -> dict[str, FloatArray]:
    """The fields of the `FluxAround` of one load."""
    wanted, steps = set(LOADS) if load == "total" else {load}, len(lit)
    sun = np.zeros((2, steps, loads.absorbed_w_m2.shape[-1]))
    seen = np.flatnonzero(lit > LEAST_SUN)
    if "solar" in wanted and len(seen):
        whole = loads.absorbed_w_m2[:, LOADS.index("solar")][:, seen] / lit[seen, None]
        # where the Sun is hidden, what it would bring comes from the times about it, around the orbit
        turns = np.concatenate([seen[-1:] - steps, seen, seen[:1] + steps])
        after = np.clip(np.searchsorted(turns, np.arange(steps), "right"), 1, len(turns) - 1)
        share = ((np.arange(steps) - turns[after - 1]) / (turns[after] - turns[after - 1]))[:, None]
        around = np.concatenate([whole[:, -1:], whole, whole[:, :1]], axis=1)
        sun = (1.0 - share) * around[:, after - 1] + share * around[:, after]
    rest = loads.absorbed_w_m2[:, [LOADS.index(x) for x in sorted(wanted - {"solar"})]].sum(axis=1)
    rows = [LOADS.index(x) for x in sorted(wanted)]
    error = np.percentile(loads.standard_error_w_m2[:, rows].sum(axis=1).max(axis=1), 95)
    period_s = float((times[1] - times[0]) / np.timedelta64(1, "us")) * 1e-6 * steps
    return {
        "times_s": np.linspace(0.0, period_s, steps + 1),
        "sunlight_w_m2": np.concatenate([sun, sun[:, :1]], axis=1).astype(np.float32),
        "others_w_m2": np.concatenate([rest, rest[:, :1]], axis=1).astype(np.float32),
        "standard_error_w_m2": np.array(error),
    }
