"""The edges of surfaces as thin ribbons, so that flat colours keep their shape."""

from __future__ import annotations

import numpy as np

from geometry.mesh.optics import OpticalProperties
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.validation import FloatArray, IntArray

INK = OpticalProperties(1.0, 1.0, coating="outline")


SHARP_COSINE = 0.87  # 30 degrees between faces make an edge of a body that is closed


def outlines(mesh: SurfaceMesh, width_m: float, lift_m: float) -> SurfaceMesh | None:
    """Ribbons along the rims of all surfaces, on both sides of them; of a closed body, along its sharp edges.

    Parameters
    ----------
    mesh : SurfaceMesh
    width_m : float
        Of a ribbon, m; it lies inside its surface.
    lift_m : float
        Distance from the surface, m.

    Returns
    -------
    SurfaceMesh or None
        One surface, `outline` and its back `outline.back`; None where nothing has an edge.
    """
    faces, start, end = _rims(mesh)
    if not len(faces):
        return None
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
    """Faces, first and last vertex of the edges that only one face of a pair of surfaces has."""
    places = np.round(mesh.vertices_m * 1e5).astype(np.int64)
    _, place = np.unique(places, axis=0, return_inverse=True)
    place = place.reshape(-1)
    start, end = mesh.faces.reshape(-1), np.roll(mesh.faces, -1, axis=1).reshape(-1)
    ends = np.sort(np.stack([place[start], place[end]], axis=1), axis=1)
    pair = np.repeat(mesh.front_surface * (len(mesh.surface_names) + 1) + mesh.back_surface, 3)
    _, index, count = np.unique(
        np.column_stack([ends, pair]), axis=0, return_inverse=True, return_counts=True
    )
    single = count[index.reshape(-1)] == 1
    if not single.any():
        # the normals of the faces at an edge add up to less than their number where they differ
        normals = np.repeat(mesh.normals, 3, axis=0)
        sums = np.zeros((len(count), 3))
        np.add.at(sums, index.reshape(-1), normals)
        half = 2.0 * np.einsum("ek,ek->e", sums, sums) / count**2 - 1.0
        single = half[index.reshape(-1)] < SHARP_COSINE
    return np.repeat(np.arange(len(mesh.faces)), 3)[single], start[single], end[single]
