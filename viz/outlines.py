"""The edges of surfaces as thin ribbons, so that flat colours keep their shape."""

from __future__ import annotations

import numpy as np

from geometry.mesh.optics import OpticalProperties
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.validation import FloatArray, IntArray

CREASE_RAD = np.radians(38.0)
ALIKE = 1e-6  # of edges that turn alike
INK = OpticalProperties(1.0, 1.0, coating="outline")


def outlines(mesh: SurfaceMesh, width_m: float, lift_m: float) -> SurfaceMesh:
    """Ribbons along the rims of all surfaces and where they go around a corner, on both sides of them.

    Parameters
    ----------
    mesh : SurfaceMesh
    width_m : float
        Of a ribbon, m; it lies inside its surface.
    lift_m : float
        Distance from the surface, m.

    Returns
    -------
    SurfaceMesh
        One surface, `outline` and its back `outline.back`.  A closed round body has its sharpest edges.
    """
    faces, start, end = _rims(mesh)
    a, b = mesh.vertices_m[start], mesh.vertices_m[end]
    normal = mesh.normals[faces]
    along = b - a
    inward = np.cross(normal, along)
    inward *= width_m / np.linalg.norm(inward, axis=1, keepdims=True)
    quads = []
    for sign in (1.0, -1.0):
        up = sign * lift_m * normal
        quads.append(np.stack([a + up, b + up, b + inward + up, a + inward + up], axis=1))
    corners = np.concatenate(quads)
    base = 4 * np.arange(len(corners))[:, None]
    triangles = np.concatenate([base + np.array(half) for half in ((0, 1, 2), (0, 2, 3))])
    return SurfaceMesh(
        corners.reshape(-1, 3),
        triangles,
        np.zeros(len(triangles), int),
        np.ones(len(triangles), int),
        ("outline", "outline.back"),
        (INK, INK),
    )


def _rims(mesh: SurfaceMesh) -> tuple[IntArray, FloatArray, FloatArray]:
    """Faces, first and last vertex of edges that only one face of a pair of surfaces has, or that turn."""
    places = np.round(mesh.vertices_m * (1e7 / mesh.extent_m)).astype(np.int64)
    _, place = np.unique(places, axis=0, return_inverse=True)
    place = place.reshape(-1)
    start, end = mesh.faces.reshape(-1), np.roll(mesh.faces, -1, axis=1).reshape(-1)
    ends = np.sort(np.stack([place[start], place[end]], axis=1), axis=1)
    pair = np.repeat(mesh.front_surface * (len(mesh.surface_names) + 1) + mesh.back_surface, 3)
    _, index, count = np.unique(
        np.column_stack([ends, pair]), axis=0, return_inverse=True, return_counts=True
    )
    index, face = index.reshape(-1), np.repeat(np.arange(len(mesh.faces)), 3)
    mean = np.stack([np.bincount(index, mesh.normals[face, k]) for k in range(3)], axis=1)
    # two faces that turn by an angle have normals whose sum is twice its half's cosine long
    straight = np.linalg.norm(mean, axis=1) / count
    drawn = (count == 1) | (straight < np.cos(0.5 * CREASE_RAD))
    if not drawn.any():  # a closed round body: its sharpest edges
        drawn = straight <= straight.min() + ALIKE
    single = drawn[index]
    return face[single], start[single], end[single]
