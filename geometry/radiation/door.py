"""What all that is computed from a craft shares at its door: the mesh, and what is checked of the rest."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from geometry.environment import Environment
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.orbit.states import OrbitStates
from geometry.validation import check_number, check_whole

Progress = Callable[[int, int], None]
"""Called with (done, total) now and then."""

LEAST_TOLERANCE = 1e-7
MOST_RAYS = 10**12


def mesh_of(craft: object) -> SurfaceMesh:
    """The mesh of a craft (anything with a `mesh`), or the mesh itself."""
    mesh = getattr(craft, "mesh", craft)
    if not isinstance(mesh, SurfaceMesh):
        raise TypeError(
            f"craft must be a SurfaceMesh or have one as .mesh, got {type(craft).__name__}; "
            "build it with build_craft(design)"
        )
    if not mesh.surface_names:
        raise ValueError(
            "the mesh has no surface: give the sides of its faces one, or nothing can be told of it"
        )
    return mesh


def check_casting(tolerance: object, max_rays: object, seed: object, progress: object) -> None:
    """Refuse what no run of rays can be asked for."""
    check_number(tolerance, LEAST_TOLERANCE, 1.0, name="tolerance")
    check_whole(max_rays, 1, MOST_RAYS, name="max_rays")
    check_sampling(seed, progress)


def check_sampling(seed: object, progress: object) -> None:
    """Refuse a seed that is no whole number from 0 on, and a `progress` that cannot be called."""
    check_whole(seed, 0, 2**62, name="seed")
    if progress is not None and not callable(progress):
        raise TypeError(
            f"progress must be called with (done, total), got {type(progress).__name__}; "
            "leave it out for silence"
        )


def check_flags(**flags: object) -> None:
    """Refuse what is neither True nor False."""
    for name, value in flags.items():
        if not isinstance(value, bool | np.bool_):
            raise TypeError(f"{name} must be True or False, got {value!r:.60}")


def surroundings(states: object, environment: object) -> Environment:
    """The environment, or the nominal one for None; refuses what is no orbit."""
    if not isinstance(states, OrbitStates):
        raise TypeError(
            f"states must be OrbitStates, got {type(states).__name__}; "
            "make them with orbit_states(design, times)"
        )
    if environment is None:
        return Environment()
    if not isinstance(environment, Environment):
        raise TypeError(
            f"environment must be an Environment, got {type(environment).__name__}; design.environment is one"
        )
    return environment
