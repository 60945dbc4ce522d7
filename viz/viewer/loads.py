"""Loads on the craft that is looked at: a coarse answer at once, a fine one for later.

The ray caster is imported where it is used: the first picture of a viewer needs none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geometry.craft import Craft
from geometry.design import Design
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.orbit import OrbitStates, orbit_states, orbit_times
from geometry.validation import FloatArray
from viz.refinement import refined

if TYPE_CHECKING:
    from geometry.radiation import FaceLoads

COARSE_RAYS = 64  # per face
FINE_RAYS = 512
FINE_TOLERANCE = 2e-2
FINE_STEPS = 36  # of one orbit, for its mean
MOST_FACES_CUT = 4_000


@dataclass(frozen=True, eq=False)
class CraftLoads:
    """What Sun and Earth bring to S surfaces and F faces at one moment; L as in `LOADS`.

    Parameters
    ----------
    surface_names : tuple of S str
    area_m2 : array (S,)
    absorbed_w, absorbed_error_w : array (L, S)
    incident_w_m2, incident_error_w_m2 : array (L, S)
    view_factor_earth, view_factor_space, view_factor_own : array (S,) or None
        None in a coarse answer.
    view_factor_error : array (S,) or None
        Of the Earth's.
    mean_absorbed_w, mean_error_w : array (L, S) or None
        Over one orbit.
    mesh : SurfaceMesh
        The craft as it is coloured.
    faces : FaceLoads
        At the moment, on that mesh.
    rays : int
    """

    surface_names: tuple[str, ...]
    area_m2: FloatArray
    absorbed_w: FloatArray
    absorbed_error_w: FloatArray
    incident_w_m2: FloatArray
    incident_error_w_m2: FloatArray
    view_factor_earth: FloatArray | None
    view_factor_space: FloatArray | None
    view_factor_own: FloatArray | None
    view_factor_error: FloatArray | None
    mean_absorbed_w: FloatArray | None
    mean_error_w: FloatArray | None
    mesh: SurfaceMesh
    faces: FaceLoads
    rays: int

    @property
    def is_fine(self) -> bool:
        """Whether reflections, view factors and the orbit's mean are in."""
        return self.view_factor_earth is not None


def coarse_loads(design: Design, mesh: SurfaceMesh, states: OrbitStates) -> CraftLoads:
    """At once: few rays, no reflections; surfaces are sums over faces, their errors of the worst case."""
    from geometry.radiation import face_loads

    faces = face_loads(
        mesh,
        states,
        design.environment,
        rays_per_face=COARSE_RAYS,
        seed=design.radiation.seed,
        reflections=False,
    )
    absorbed, absorbed_error = (
        _by_surface(mesh, v[:, :, 0]) for v in (faces.absorbed_w_m2, faces.standard_error_w_m2)
    )
    incident, incident_error = (
        _by_surface(mesh, v[:, :, 0]) / mesh.surface_areas_m2
        for v in (faces.incident_w_m2, faces.incident_standard_error_w_m2)
    )
    return CraftLoads(
        surface_names=mesh.surface_names,
        area_m2=mesh.surface_areas_m2,
        absorbed_w=absorbed,
        absorbed_error_w=absorbed_error,
        incident_w_m2=incident,
        incident_error_w_m2=incident_error,
        view_factor_earth=None,
        view_factor_space=None,
        view_factor_own=None,
        view_factor_error=None,
        mean_absorbed_w=None,
        mean_error_w=None,
        mesh=mesh,
        faces=faces,
        rays=faces.provenance.rays,
    )


def _by_surface(mesh: SurfaceMesh, values: FloatArray) -> FloatArray:
    """Sum of value times area, (2, L, F) -> (L, S)."""
    sums = np.zeros((values.shape[1], len(mesh.surface_names)))
    for side, surface in enumerate((mesh.front_surface, mesh.back_surface)):
        active = surface >= 0
        for k in range(values.shape[1]):
            weight = values[side, k, active] * mesh.areas_m2[active]
            sums[k] += np.bincount(surface[active], weight, sums.shape[1])
    return sums


def fine_loads(
    design: Design, craft: Craft, satellite: int, at: np.datetime64, tolerance: float = FINE_TOLERANCE
) -> CraftLoads:
    """With reflections, view factors and the mean of the orbit that begins at `at`; takes seconds.

    Parameters
    ----------
    design : Design
        As the member flies it.
    craft : Craft
        Its surfaces are cast as wholes, its faces for the colours.
    satellite : int
    at : datetime64
    tolerance : float
        Standard error, relative to each value.
    """
    from geometry.radiation import face_loads, heat_loads

    times = orbit_times(design, at, steps=FINE_STEPS)
    states = orbit_states(design, times, satellites=[satellite])
    settings = design.radiation
    found = heat_loads(
        craft, states, design.environment, tolerance=tolerance, seed=settings.seed,
        max_rays=settings.max_rays,
    )  # fmt: skip
    mesh = cut_for_colors(craft.mesh)
    now = orbit_states(design, times[:1], satellites=[satellite])
    faces = face_loads(mesh, now, design.environment, rays_per_face=FINE_RAYS, seed=settings.seed)
    return CraftLoads(
        surface_names=found.surface_names,
        area_m2=found.area_m2,
        absorbed_w=found.absorbed_w[:, 0],
        absorbed_error_w=found.standard_error_w[:, 0],
        incident_w_m2=found.incident_w_m2[:, 0],
        incident_error_w_m2=found.incident_standard_error_w_m2[:, 0],
        view_factor_earth=found.view_factor_earth[0],
        view_factor_space=found.view_factor_space[0],
        view_factor_own=found.view_factor_own,
        view_factor_error=found.view_factor_earth_standard_error[0],
        mean_absorbed_w=found.orbit_mean.absorbed_w,
        mean_error_w=found.orbit_mean.standard_error_w,
        mesh=mesh,
        faces=faces,
        rays=found.provenance.rays + faces.provenance.rays,
    )


def cut_for_colors(mesh: SurfaceMesh) -> SurfaceMesh:
    """Fine enough for colours to run smoothly near the middle; craft of many faces are left as they are."""
    if len(mesh.faces) > MOST_FACES_CUT:
        return mesh
    extent = mesh.extent_m

    def longest_m(centroids_m: FloatArray) -> FloatArray:
        away = np.linalg.norm(centroids_m, axis=1)
        return np.clip(0.12 * away, 0.012 * extent, 0.05 * extent)

    return refined(mesh, longest_m)
