"""How the faces of a mesh hang together: parts by their corners, and edges that are not closed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.validation import FloatArray, IntArray

_WELD_PER_EXTENT = 1e-7

FLATNESS_PER_EXTENT = 3e-7
"""Vertices this near a plane lie in it: a few roundings of single precision, in which files keep them."""


def welded_corners(mesh: SurfaceMesh, center_m: FloatArray) -> IntArray:
    """Numbers of the corners of each face (F, 3); vertices within 1e-7 of the extent are one."""
    rounded = np.round((mesh.vertices_m - center_m) / (_WELD_PER_EXTENT * mesh.extent_m))
    return np.unique(rounded, axis=0, return_inverse=True)[1].reshape(-1)[mesh.faces]


def connected_parts(corners: IntArray) -> IntArray:
    """Part of each face (F,), numbered from 0: faces (F, 3) of one part share corners."""
    size = int(corners.max()) + 1
    links = np.concatenate([corners[:, :2], corners[:, 1:]])
    graph = coo_matrix((np.ones(len(links)), links.T), shape=(size, size))
    part = connected_components(graph, directed=False)[1][corners[:, 0]]
    return np.unique(part, return_inverse=True)[1].reshape(-1)


@dataclass(frozen=True, eq=False)
class FaceEdges:
    """Edges of F faces.

    Parameters
    ----------
    edge : int array (3 F,)
        Edge from each corner of each face to the next.
    ends : int array (E, 2)
        Corners of each edge, the lower number first.
    uses : int array (E,)
        Faces at each edge.
    balance : array (E,)
        Faces that run along it upward less those that run downward.
    """

    edge: IntArray
    ends: IntArray
    uses: IntArray
    balance: FloatArray

    @property
    def is_open(self) -> np.ndarray:
        """Edges where the sides of a surface are not parted, bool (E,)."""
        return (self.balance != 0.0) | (self.uses % 2 == 1)


def face_edges(corners: IntArray) -> FaceEdges:
    """Edges of faces by the numbers of their corners (F, 3)."""
    start, end = corners.reshape(-1), np.roll(corners, -1, axis=1).reshape(-1)
    low, high = np.minimum(start, end), np.maximum(start, end)
    size = int(corners.max()) + 1
    keys, edge = np.unique(low.astype(np.int64) * size + high, return_inverse=True)
    edge = edge.reshape(-1)
    ends = np.stack([keys // size, keys % size], axis=1)
    balance = np.asarray(np.bincount(edge, np.where(start < end, 1.0, -1.0)), dtype=float)
    return FaceEdges(edge, ends, np.bincount(edge), balance)
