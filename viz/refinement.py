"""Meshes cut finer where a picture needs it, without gaps; parts of meshes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geometry.mesh.surface_mesh import INACTIVE, SurfaceMesh
from geometry.validation import FloatArray, IntArray


def refined(mesh: SurfaceMesh, longest_m: Callable[[FloatArray], FloatArray]) -> SurfaceMesh:
    """The mesh with no edge longer than `longest_m` says for the centroid of its face.

    Parameters
    ----------
    mesh : SurfaceMesh
    longest_m : callable
        Centroids (F, 3) in m -> longest edges (F,) in m.
    """
    while True:
        long = longest_edges_m(mesh) > longest_m(mesh.centroids_m)
        if not long.any():
            return mesh
        mesh = halved(mesh, long)


def part_of(mesh: SurfaceMesh, faces: IntArray) -> SurfaceMesh:
    """Some faces alone, with the surfaces that they have."""
    sides = np.stack([mesh.front_surface[faces], mesh.back_surface[faces]])
    kept = np.unique(sides[sides >= 0])
    number = np.full(len(mesh.surface_names) + 1, INACTIVE)
    number[kept] = np.arange(len(kept))
    used, corners = np.unique(mesh.faces[faces], return_inverse=True)
    return SurfaceMesh(
        mesh.vertices_m[used],
        corners.reshape(-1, 3),
        number[sides[0]],
        number[sides[1]],
        tuple(mesh.surface_names[k] for k in kept),
        tuple(mesh.optics[k] for k in kept),
    )


def longest_edges_m(mesh: SurfaceMesh) -> FloatArray:
    """Length of the longest edge of each face, (F,), m."""
    corners = mesh.vertices_m[mesh.faces]
    return np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2).max(axis=1)


def corner_means(mesh: SurfaceMesh, surface: IntArray, values: FloatArray) -> FloatArray:
    """Values of faces (F,) at their corners (F, 3): means by area over the faces of a surface there."""
    key = mesh.faces * (len(mesh.surface_names) + 1) + (surface + 1)[:, None]
    _, index = np.unique(key, return_inverse=True)
    index = index.reshape(-1)
    weight = np.repeat(mesh.areas_m2, 3)
    total = np.bincount(index, weight * np.repeat(values, 3)) / np.bincount(index, weight)
    return total[index].reshape(-1, 3)


def halved(mesh: SurfaceMesh, marked: NDArray[np.bool_]) -> SurfaceMesh:
    """The marked faces cut in two across their longest edge, and their neighbours so that no gap opens.

    Faces that share an edge by its two vertices are cut together [Rivara1984].
    """
    if not marked.any():
        return mesh
    count = len(mesh.vertices_m)
    longest = _edge_keys(_longest_edges(mesh))
    own = _edge_keys(_edges(mesh.faces))
    cut = np.unique(longest[marked])
    while True:  # a face that has any edge cut is cut across its longest edge first
        more = np.unique(longest[np.isin(own, cut).any(axis=1)])
        if len(more) == len(cut):
            break
        cut = more
    ends = np.stack([cut >> 32, cut & 0xFFFFFFFF], axis=1)
    vertices = np.concatenate([mesh.vertices_m, mesh.vertices_m[ends].mean(axis=1)])
    faces, front, back = mesh.faces, mesh.front_surface, mesh.back_surface
    while True:  # a face may have more than one edge cut: halves are cut again
        edges = _edges(faces)
        keys = _edge_keys(edges)
        place = np.searchsorted(cut, keys).clip(max=len(cut) - 1)
        found = cut[place] == keys
        split = found.any(axis=1)
        if not split.any():
            return replace(mesh, vertices_m=vertices, faces=faces, front_surface=front, back_surface=back)
        first = _longest(vertices, edges[split], found[split])
        turned = np.take_along_axis(faces[split], (first[:, None] + np.arange(3)) % 3, axis=1)
        middle = count + place[split][np.arange(len(first)), first]
        a, b, c = turned.T
        halves = [np.stack([a, middle, c], axis=1), np.stack([middle, b, c], axis=1)]
        faces = np.concatenate([faces[~split], *halves])
        front = np.concatenate([front[~split], front[split], front[split]])
        back = np.concatenate([back[~split], back[split], back[split]])


def _edges(faces: IntArray) -> IntArray:
    """Vertices of the edges of each face, the smaller first, (F, 3, 2)."""
    return np.sort(np.stack([faces, np.roll(faces, -1, axis=1)], axis=2), axis=2)


def _edge_keys(edges: IntArray) -> IntArray:
    """One number for each edge (..., 2)."""
    return (edges[..., 0] << 32) | edges[..., 1]


def _longest(vertices_m: FloatArray, edges: IntArray, allowed: NDArray[np.bool_]) -> IntArray:
    """Which allowed edge of each face is the longest, (F,); of equal ones that of the smallest key."""
    length = np.linalg.norm(vertices_m[edges[..., 0]] - vertices_m[edges[..., 1]], axis=2)
    length = np.where(allowed, np.round(length, 6), -1.0)
    return np.lexsort((_edge_keys(edges), -length), axis=1)[:, 0]


def _longest_edges(mesh: SurfaceMesh) -> IntArray:
    """Vertices (F, 2) of the longest edge of each face."""
    edges = _edges(mesh.faces)
    first = _longest(mesh.vertices_m, edges, np.ones(mesh.faces.shape, bool))
    return edges[np.arange(len(edges)), first]
