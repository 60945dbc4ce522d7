"""Shadows that were cast on a mesh, as plain arrays: one process casts them for all that draw a film."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.mesh.surface_mesh import SurfaceMesh
from viz.scene import MeshItem

MESH = ("vertices_m", "faces", "front_surface", "back_surface")
SHARES = ("front_sunlight", "back_sunlight", "front_ambient", "back_ambient")


def baked(item: MeshItem, name: str = "") -> dict[str, NDArray[Any]]:
    """The mesh of an item, halved as its shadows need it, and its shares of light; `name` begins all keys."""
    arrays = {key: np.asarray(getattr(item.mesh, key)) for key in MESH}
    arrays |= {key: np.asarray(getattr(item, key), np.float32) for key in SHARES}
    return {f"{name}{key}": value for key, value in arrays.items()}


def with_bake(item: MeshItem, arrays: Mapping[str, NDArray[Any]], name: str = "") -> MeshItem:
    """The item, of the surfaces that were baked, with that mesh and light; patterns are laid after it."""
    vertices_m, faces, front_surface, back_surface = (arrays[f"{name}{key}"] for key in MESH)
    optics = item.mesh.optics
    mesh = SurfaceMesh(vertices_m, faces, front_surface, back_surface, item.mesh.surface_names, optics)
    front_sunlight, back_sunlight, front_ambient, back_ambient = (arrays[f"{name}{key}"] for key in SHARES)
    return replace(
        item,
        mesh=mesh,
        texture_coordinates=None,
        front_sunlight=front_sunlight,
        back_sunlight=back_sunlight,
        front_ambient=front_ambient,
        back_ambient=back_ambient,
    )
