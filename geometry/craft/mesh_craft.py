"""`mesh`: a craft from a mesh file -> `Craft`.

Entries of `[[craft.surface]]` are read in order and the last that matches a surface decides all of it:
its coating, and whether it is two-sided.  `NAME.back` follows the last entry that matches it by its own
name or that made `NAME` two-sided.  What no entry matches is uncoated, which computes as black, and
one-sided; the back sides that a file of this program keeps stay.
"""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np

from geometry.craft.craft import Craft, Part
from geometry.craft.masses import existing
from geometry.craft.parameters import Detail, MeshCraft, MeshSurface
from geometry.mesh.optics import UNCOATED
from geometry.mesh.surface_mesh import INACTIVE, SurfaceMesh

BACK = ".back"
_NAMES_SHOWN = 12


def build_mesh_craft(parameters: MeshCraft, name: str, detail: Detail) -> Craft:
    """Mesh and mass of a craft from a file, the same in every detail; see `build_craft`.

    Raises
    ------
    ValueError
        As `read_mesh`; a pattern that matches no surface.
    """
    from geometry.mesh.files import read_mesh  # a tenth of a second of readers that other craft do not need

    mesh = read_mesh(parameters.file, metres_per_unit=parameters.metres_per_unit, force=parameters.force)
    mesh = coated(mesh, parameters.surfaces)
    mass = parameters.mass_kg or 0.0
    return Craft(name, mesh, existing(shell_part(Path(parameters.file).stem, mass, mesh)))


def coated(mesh: SurfaceMesh, entries: tuple[MeshSurface, ...]) -> SurfaceMesh:
    """The mesh of a file with the sides and coatings that a design gives it.

    Raises
    ------
    ValueError
        A pattern that matches no surface, with those there are; a back that is another surface's name.
    """
    deciding = {n: _last(entries, n) for n in mesh.surface_names}
    backs = {n: e for n, e in deciding.items() if e is not None and e.two_sided}
    both = _with_backs(mesh, tuple(backs))
    for pattern in (e.name for e in entries):
        if not any(fnmatchcase(n, pattern) for n in both.surface_names):
            raise ValueError(f"surface pattern {pattern!r} matches none of {_listed(both.surface_names)}")
    optics = {}
    for surface in both.surface_names:
        front = backs.get(surface.removesuffix(BACK)) if surface.endswith(BACK) else None
        entry = next((e for e in reversed(entries) if fnmatchcase(surface, e.name) or e is front), None)
        optics[surface] = UNCOATED if entry is None else entry.optics
    return both.with_optics(optics)


def _last(entries: tuple[MeshSurface, ...], name: str) -> MeshSurface | None:
    return next((e for e in reversed(entries) if fnmatchcase(name, e.name)), None)


def _with_backs(mesh: SurfaceMesh, fronts: tuple[str, ...]) -> SurfaceMesh:
    """The inactive backs of these surfaces as surfaces of their own."""
    names, back = list(mesh.surface_names), mesh.back_surface.copy()
    for front in fronts:
        faces = (mesh.front_surface == mesh.surface_index(front)) & (back == INACTIVE)
        if not faces.any():
            continue
        if front + BACK in names:
            raise ValueError(
                f"surface {front!r} cannot be two_sided: {front + BACK!r} is another surface of the file"
            )
        back[faces] = len(names)
        names.append(front + BACK)
    bare = (UNCOATED,) * (len(names) - len(mesh.surface_names))
    return replace(mesh, back_surface=back, surface_names=tuple(names), optics=mesh.optics + bare)


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:_NAMES_SHOWN])
    rest = len(names) - _NAMES_SHOWN
    return shown if rest <= 0 else f"{shown} and {rest} more"


def shell_part(name: str, mass_kg: float, mesh: SurfaceMesh) -> Part:
    """A shell of even mass per area over all triangles, each counted once.

    Notes
    -----
    Exact for the triangles: second moments of a triangle with corners a, b, c and mass m about the origin
    are m/12 (aa + bb + cc + ss), with s = a + b + c and xx the outer product.
    """
    corners = mesh.vertices_m[mesh.faces]
    share = mesh.areas_m2 / mesh.areas_m2.sum()
    center = share @ mesh.centroids_m
    away = corners - center
    total = away.sum(axis=1)
    moments = np.einsum("f,fki,fkj->ij", share, away, away) + np.einsum("f,fi,fj->ij", share, total, total)
    moments /= 12.0
    return Part(name, mass_kg, center, mass_kg * (np.trace(moments) * np.eye(3) - moments))
