"""A mesh as other tools take it: each triangle once, grouped by the surface that its normal leaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geometry.mesh.optics import OpticalProperties
from geometry.mesh.surface_mesh import INACTIVE, SurfaceMesh
from geometry.validation import FloatArray, IntArray

NO_SURFACE_NAME = "no_surface"
"""Called in files that need a name: triangles that belong to no surface and only block."""


@dataclass(frozen=True, eq=False)
class Run:
    """Triangles of one surface that have the same surface behind."""

    back: int
    faces: IntArray
    """(K, 3), rows of the mesh's vertices."""


@dataclass(frozen=True, eq=False)
class Group:
    """All triangles of one surface, in runs by what is behind; `front` is -1 for those of none."""

    front: int
    runs: tuple[Run, ...]

    @property
    def faces(self) -> IntArray:
        """(K, 3), run after run."""
        return np.concatenate([run.faces for run in self.runs])


def groups(mesh: SurfaceMesh) -> tuple[Group, ...]:
    """The triangles of a mesh by surface, in the order of the surfaces; those of none come last.

    A triangle whose only surface is behind is turned over, so that its normal leaves its surface.
    """
    turned = (mesh.front_surface < 0) & (mesh.back_surface >= 0)
    front = np.where(turned, mesh.back_surface, mesh.front_surface)
    back = np.where(turned, mesh.front_surface, mesh.back_surface)
    faces = np.where(turned[:, None], mesh.faces[:, ::-1], mesh.faces)
    order = np.lexsort((back, np.where(front < 0, len(mesh.surface_names), front)))
    front, back, faces = front[order], back[order], faces[order]
    new = np.ones(len(order), bool)
    new[1:] = (front[1:] != front[:-1]) | (back[1:] != back[:-1])
    starts = np.flatnonzero(new)
    ends = np.append(starts[1:], len(order))
    runs: dict[int, list[Run]] = {}
    for start, end in zip(starts, ends, strict=True):
        runs.setdefault(int(front[start]), []).append(Run(int(back[start]), faces[start:end]))
    return tuple(Group(surface, tuple(own)) for surface, own in runs.items())


def name_of(mesh: SurfaceMesh, surface: int) -> str | None:
    """Name of a surface; None for no surface."""
    return None if surface == INACTIVE else mesh.surface_names[surface]


def group_names(mesh: SurfaceMesh, found: tuple[Group, ...]) -> list[str]:
    """A name for each group, none of them twice."""
    spare = NO_SURFACE_NAME
    while spare in mesh.surface_names:
        spare += "_"
    return [name_of(mesh, g.front) or spare for g in found]


def face_areas_m2(mesh: SurfaceMesh, faces: IntArray) -> FloatArray:
    """Area of each triangle (K, 3) on the vertices of a mesh, (K,), m^2."""
    a, b, c = np.moveaxis(mesh.vertices_m[faces], 1, 0)
    return np.asarray(0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1))


def optics_fields(optics: OpticalProperties) -> dict[str, float | str]:
    """The properties of a coating by name."""
    return {
        "coating": optics.coating,
        "solar_absorptance": optics.solar_absorptance,
        "infrared_emittance": optics.infrared_emittance,
        "solar_specularity": optics.solar_specularity,
        "infrared_specularity": optics.infrared_specularity,
    }
