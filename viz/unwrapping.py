"""Texture coordinates: every face laid flat in its own plane, so that patterns keep their true size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geometry.craft.parameters import CraftParameters, SolarSlice
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.validation import FloatArray, IntArray
from viz.coatings import FINISHES
from viz.scene import Material

BY_CELL = ("solar_cell", "array_back")
BY_PIECE = ("gpu_lid",)


def cell_size_m(craft: CraftParameters) -> tuple[float, float]:
    """Length of one solar cell along body X and Y, m."""
    module = getattr(craft, "module", None)
    if module is None:
        return (0.2, 0.2)
    size = (module.length_x_m / module.cell_columns, module.width_y_m / module.cell_rows)
    turned = isinstance(craft, SolarSlice) and craft.solar_array.wing_axis == "x"
    return (size[1], size[0]) if turned else size


def texture_coordinates(
    mesh: SurfaceMesh, materials: Sequence[Material], cell_m: tuple[float, float] = (0.2, 0.2)
) -> FloatArray:
    """Texture coordinates (F, 3, 2) by the pattern of each face's front (of its back, where only that shows).

    u runs to the right and v up for an eye outside; up is body +Z, or +Y on faces that look along Z.
    Cells are counted from the lowest corner of their surface, a lid has its middle at (0.5, 0.5),
    all else is laid in metres by the period of its pattern.

    Parameters
    ----------
    mesh : SurfaceMesh
        Body frame.
    materials : sequence of S Material
    cell_m : tuple of 2 float
        Size of a solar cell along body X and Y, m.

    Returns
    -------
    array (F, 3, 2)
    """
    flat = flat_corners_m(mesh)
    shown = np.where(mesh.front_surface >= 0, mesh.front_surface, mesh.back_surface)
    out = flat.copy()
    for surface in np.unique(shown):
        faces = np.flatnonzero(shown == surface)
        pattern = materials[surface].pattern
        if pattern in BY_CELL:
            for part in _facing_alike(mesh, faces):
                out[part] = (flat[part] - flat[part].min(axis=(0, 1))) / np.array(cell_m)
        elif pattern in BY_PIECE:
            for part in _pieces(mesh, faces):
                low, high = flat[part].min(axis=(0, 1)), flat[part].max(axis=(0, 1))
                out[part] = (flat[part] - low) / np.maximum(high - low, 1e-9)
        elif pattern in FINISHES:
            out[faces] = flat[faces] / (FINISHES[pattern].period_m or 1.0)
    return out


def flat_corners_m(mesh: SurfaceMesh) -> FloatArray:
    """Corners in the plane of their face, (F, 3, 2), m: u to the right and v up for an eye outside."""
    normals = mesh.normals
    steep = np.abs(normals[:, 2]) > 0.999
    up = np.where(steep[:, None], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0])
    v = up - np.einsum("fk,fk->f", up, normals)[:, None] * normals
    v /= np.linalg.norm(v, axis=1, keepdims=True)
    u = np.cross(v, normals)
    corners = mesh.vertices_m[mesh.faces]
    return np.stack([np.einsum("fck,fk->fc", corners, u), np.einsum("fck,fk->fc", corners, v)], axis=-1)


def _facing_alike(mesh: SurfaceMesh, faces: IntArray) -> list[IntArray]:
    """Faces in groups of one normal."""
    keys = np.round(mesh.normals[faces] * 64).astype(np.int64) @ np.array([1 << 20, 1 << 10, 1])
    return [faces[keys == k] for k in np.unique(keys)]


def _pieces(mesh: SurfaceMesh, faces: IntArray) -> list[IntArray]:
    """Faces in groups that hang together by their corners and face alike."""
    groups = []
    for part in _facing_alike(mesh, faces):
        places = np.round(mesh.vertices_m[mesh.faces[part]].reshape(-1, 3) * 1e5).astype(np.int64)
        _, place = np.unique(places, axis=0, return_inverse=True)
        place, count = place.reshape(-1) + len(part), len(part)
        links = coo_array(
            (np.ones(3 * count), (np.repeat(np.arange(count), 3), place)), shape=(place.max() + 1,) * 2
        )
        piece = connected_components(links, directed=False)[1][:count]
        order = np.argsort(piece, kind="stable")
        groups += [part[rows] for rows in np.split(order, np.flatnonzero(np.diff(piece[order])) + 1)]
    return groups
