"""A mesh ready for rays that leave and meet only what of it sees, by surface or by side of face."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.radiation.paths import TracedCraft, traced_craft
from geometry.radiation.ray_caster import RayCaster, ray_caster
from geometry.radiation.receivers import (
    Receivers,
    active_sides,
    grouped_receivers,
    side_frames,
    side_receivers,
    surface_receivers,
)
from geometry.radiation.view_factors.open_mesh import OpenMesh, open_mesh
from geometry.validation import FloatArray, IntArray


def open_craft(mesh: SurfaceMesh, caster: RayCaster) -> tuple[TracedCraft, OpenMesh]:
    """With one receiver per surface; and what of the mesh sees."""
    seen = open_mesh(mesh, caster.center_m)
    caster = outer_caster(mesh, caster, seen)
    craft = traced_craft(mesh, caster, surface_receivers)
    if seen.mesh is mesh:
        return craft, seen
    return _meeting(craft, seen, seen.receivers(caster), seen.outside.sides), seen


def open_faces(mesh: SurfaceMesh, caster: RayCaster) -> tuple[TracedCraft, OpenMesh, FloatArray]:
    """With one receiver per active side of each face, as `side_receivers`; what of the mesh sees; and the
    share of each receiver that does, (G,): one that does not see at all is itself, and free.
    """
    seen = open_mesh(mesh, caster.center_m, by_face=True)
    caster = outer_caster(mesh, caster, seen)
    craft = traced_craft(mesh, caster, side_receivers)
    whole = craft.receivers
    if seen.mesh is mesh:
        return craft, seen, np.ones(len(whole))
    of_side = craft.reflecting.receiver_of_side
    faces, sides, _ = active_sides(seen.mesh)
    group = of_side[seen.origin[faces], (sides < 0.0).astype(np.int64)]
    shares = np.bincount(group, seen.mesh.areas_m2[faces], len(whole)) / whole.total_areas_m2
    shares = np.where(seen.is_shut[whole.surfaces], 0.0, np.minimum(shares, 1.0))
    shut = np.setdiff1d(np.arange(len(whole)), group)
    faces, sides = np.append(faces, whole.faces[shut]), np.append(sides, whole.sides[shut])
    made = grouped_receivers(seen.mesh, caster, faces, sides, np.append(group, shut), whole.surfaces)
    made = replace(made, is_free=made.is_free | (shares == 0.0))
    return _meeting(craft, seen, made, of_side[seen.origin[seen.outside.rows]]), seen, shares


def outer_caster(mesh: SurfaceMesh, caster: RayCaster, seen: OpenMesh) -> RayCaster:
    """The one given where nothing is covered, else one of what is not."""
    return caster if seen.mesh is mesh else ray_caster(seen.outside.shape, doubt_close_sheets=False)


def _meeting(
    craft: TracedCraft, seen: OpenMesh, receivers: Receivers, receiver_of_side: IntArray
) -> TracedCraft:
    """The same with other receivers, on what of the mesh sees, whose rays meet what is not covered."""
    shape = seen.outside.shape
    every = np.arange(len(shape.faces))
    reflecting = replace(
        craft.reflecting,
        frames=side_frames(shape, every, np.ones(len(every)), craft.caster.center_m),
        surface_of_side=seen.outside.sides,
        receiver_of_side=receiver_of_side,
    )
    return replace(craft, receivers=receivers, reflecting=reflecting, receiving=seen.mesh)
