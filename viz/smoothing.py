"""Normals at corners: round parts shade smoothly, edges stay sharp."""

from __future__ import annotations

import numpy as np

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.validation import FloatArray

CREASE_RAD = np.radians(38.0)
"""Faces that meet at a smaller angle are taken for one round surface."""


def corner_normals(mesh: SurfaceMesh, crease_rad: float = CREASE_RAD) -> FloatArray:
    """Unit normals (F, 3, 3) of the fronts at each corner.

    The mean, by area, over the faces that share the corner's place and turn from this one by less than
    `crease_rad`.
    """
    normals = np.repeat(mesh.normals[:, None], 3, axis=1)
    places = np.round(mesh.vertices_m / max(mesh.extent_m, 1e-9) * 1e7).astype(np.int64)
    _, place = np.unique(places, axis=0, return_inverse=True)
    place = place.reshape(-1)[mesh.faces].reshape(-1)
    face = np.repeat(np.arange(len(mesh.faces)), 3)
    # places where normals differ at all; flat craft leave here
    count = np.bincount(place)
    mean = np.stack([np.bincount(place, mesh.normals[face, k]) for k in range(3)], axis=1)
    bent = np.linalg.norm(mean, axis=1) < (1.0 - 1e-6) * count
    rows = np.flatnonzero(bent[place])
    if not rows.size:
        return normals
    rows = rows[np.argsort(place[rows], kind="stable")]
    _, first, size = np.unique(place[rows], return_index=True, return_counts=True)
    # all pairs of corners that share a place
    pairs = size**2
    one = np.repeat(np.arange(len(rows)), np.repeat(size, size))
    start = np.repeat(first, pairs)
    step = np.arange(pairs.sum()) - np.repeat(np.concatenate([[0], np.cumsum(pairs)[:-1]]), pairs)
    other = start + step % np.repeat(size, pairs)
    a, b = rows[one], rows[other]
    near = np.einsum("pk,pk->p", mesh.normals[face[a]], mesh.normals[face[b]]) > np.cos(crease_rad)
    weight = np.where(near, mesh.areas_m2[face[b]], 0.0)
    flat = normals.reshape(-1, 3)
    for k in range(3):
        flat[rows, k] = np.bincount(one, weight * mesh.normals[face[b], k], len(rows))
    flat[rows] /= np.linalg.norm(flat[rows], axis=1, keepdims=True)
    return flat.reshape(normals.shape)
