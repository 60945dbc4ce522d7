"""Planar parts: the coplanar, connected triangles of one surface as one polygon with its boundary.

A view factor between planar polygons needs their boundaries alone.  Inner edges cancel, also where
triangles meet without sharing whole edges: along each line the signed coverage of directed edges is summed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.radiation.face_edges import FLATNESS_PER_EXTENT
from geometry.radiation.receivers import tangent_frames
from geometry.radiation.view_factors.convex_pieces import (
    MOST_COVER_CORNERS,
    convex_pieces,
    part_covers,
)
from geometry.validation import FloatArray, IntArray

_NORMAL_STEP, _HEIGHT_STEP_PER_EXTENT = 1e-4, 1e-5
_WELD_PER_EXTENT = 1e-9


@dataclass(frozen=True, eq=False)
class PlanarParts:
    """N planar parts, each with its boundary and a split into convex pieces; coordinates centred, m.

    Parameters
    ----------
    label : int array (N,)
        Whose part it is.
    normal : array (N, 3)
        Outward from the side that sees.
    height_m : array (N,)
        The plane is normal . x = height.
    area_m2 : array (N,)
    first_edge : int array (N + 1,)
        Edges of part k are first_edge[k]..first_edge[k + 1].
    edge_start_m, edge_end_m : array (E, 3)
        Boundary, counterclockwise about the normal.
    edge_weight : array (E,)
        How often an edge is run through: 1 but where triangles overlap.
    first_piece : int array (N + 1,)
    first_corner : int array (K + 1,)
        Corners of piece k are first_corner[k]..first_corner[k + 1].
    corners_m : array (C, 3)
        Counterclockwise.
    cover_m : array (N, 8, 3)
        A convex polygon of at most eight corners around each part, in its plane.
    cover_count : int array (N,)
    part_of_side : int array (R,)
        Part of each of the sides of faces given.
    """

    label: IntArray
    normal: FloatArray
    height_m: FloatArray
    area_m2: FloatArray
    first_edge: IntArray
    edge_start_m: FloatArray
    edge_end_m: FloatArray
    edge_weight: FloatArray
    first_piece: IntArray
    first_corner: IntArray
    corners_m: FloatArray
    cover_m: FloatArray
    cover_count: IntArray
    part_of_side: IntArray

    def __len__(self) -> int:
        return len(self.label)

    @property
    def edge_counts(self) -> IntArray:
        """Boundary edges of each part, (N,)."""
        return np.diff(self.first_edge)

    @property
    def piece_counts(self) -> IntArray:
        """Convex pieces of each part, (N,)."""
        return np.diff(self.first_piece)

    def pieces(self, part: int) -> list[FloatArray]:
        """Corners of each convex piece of a part."""
        edges = self.first_corner[self.first_piece[part] : self.first_piece[part + 1] + 1]
        return [self.corners_m[low:high] for low, high in pairwise(edges)]


def planar_parts(
    mesh: SurfaceMesh, faces: IntArray, is_back: np.ndarray, labels: IntArray, center_m: FloatArray
) -> PlanarParts:
    """Planar parts of some sides of faces.

    Parameters
    ----------
    mesh : SurfaceMesh
    faces : int array (R,)
    is_back : bool array (R,)
        Which side of the face.
    labels : int array (R,)
        Only sides of one label become one part.
    center_m : array (3,)
        Origin of the centred frame.
    """
    vertex_ids, points = _welded(mesh, center_m)
    corner_ids = vertex_ids[mesh.faces[faces]]
    corner_ids = np.where(is_back[:, None], corner_ids[:, ::-1], corner_ids)
    part_of_side = part = _flat_groups(points, corner_ids, labels, mesh.extent_m)
    order = np.argsort(part, kind="stable")
    corner_ids, part, labels = corner_ids[order], part[order], labels[order]
    first_triangle = np.searchsorted(part, np.arange(part[-1] + 2))
    triangles = points[corner_ids]
    vectors = 0.5 * np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    normal, height, area = _mean_planes(triangles, vectors, first_triangle)
    first_axis, second_axis = tangent_frames(normal)
    plane_points = np.stack(
        [
            np.einsum("rck,rk->rc", triangles, first_axis[part]),
            np.einsum("rck,rk->rc", triangles, second_axis[part]),
        ],
        axis=-1,
    )
    first_edge, start, end, weight = _boundaries(part, corner_ids, plane_points, mesh.extent_m)
    first_piece, first_corner, corners = convex_pieces(
        first_edge,
        start,
        end,
        weight,
        first_triangle,
        corner_ids,
        points,
        normal,
        area,
        _WELD_PER_EXTENT * mesh.extent_m,
    )
    cover, cover_count = part_covers(
        first_edge, points[start], points[end], first_piece, first_corner, points[corners], normal
    )
    return PlanarParts(
        label=labels[first_triangle[:-1]],
        normal=normal,
        height_m=height,
        area_m2=area,
        first_edge=first_edge,
        edge_start_m=points[start],
        edge_end_m=points[end],
        edge_weight=weight,
        first_piece=first_piece,
        first_corner=first_corner,
        corners_m=points[corners],
        cover_m=cover,
        cover_count=cover_count,
        part_of_side=part_of_side,
    )


def seeing_parts(mesh: SurfaceMesh, center_m: FloatArray, blind: np.ndarray | None = None) -> PlanarParts:
    """Parts of all surfaces; inactive sides carry the label S, one past the last surface.

    `blind` (2 F,), fronts first, marks sides that are left out.
    """
    faces = np.arange(len(mesh.faces))
    labels = np.concatenate([mesh.front_surface, mesh.back_surface])
    labels = np.where(labels < 0, len(mesh.surface_names), labels)
    is_back = np.repeat([False, True], len(faces))
    kept = slice(None) if blind is None else ~blind
    return planar_parts(mesh, np.tile(faces, 2)[kept], is_back[kept], labels[kept], center_m)


def blocking_parts(mesh: SurfaceMesh, center_m: FloatArray) -> PlanarParts:
    """What blocks: all triangles whatever their surfaces, each once, the two ways to turn a plane as one."""
    normals = mesh.normals
    leading = np.take_along_axis(normals, np.argmax(np.abs(normals) > 0.5, axis=1)[:, None], axis=1)[:, 0]
    faces = np.arange(len(mesh.faces))
    return planar_parts(mesh, faces, leading < 0.0, np.zeros(len(faces), np.int64), center_m)


def _welded(mesh: SurfaceMesh, center_m: FloatArray) -> tuple[IntArray, FloatArray]:
    """One number for vertices at the same place (V,), and their places."""
    rounded = np.round((mesh.vertices_m - center_m) / (_WELD_PER_EXTENT * mesh.extent_m))
    first, ids = distinct_rows(*rounded.T)
    return ids, mesh.vertices_m[first] - center_m


def distinct_rows(*columns: np.ndarray) -> tuple[IntArray, IntArray]:
    """First row of each distinct one, in their order, and the number of each row among them."""
    order = np.lexsort(columns[::-1])
    new = np.zeros(len(order), bool)
    new[0] = True
    for column in columns:
        ordered = column[order]
        new[1:] |= ordered[1:] != ordered[:-1]
    number = np.empty(len(order), np.int64)
    number[order] = np.cumsum(new) - 1
    return order[new], number


def _flat_groups(points: FloatArray, corner_ids: IntArray, labels: IntArray, extent_m: float) -> IntArray:
    """Part of each triangle, numbered from 0; triangles that turn out not to be flat together stay alone."""
    triangles = points[corner_ids]
    vectors = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    normals = vectors / np.linalg.norm(vectors, axis=1)[:, None]
    heights = np.einsum("rk,rk->r", normals, triangles[:, 0])
    height_steps = np.round(heights / (_HEIGHT_STEP_PER_EXTENT * extent_m))
    _, group = distinct_rows(labels, *np.round(normals / _NORMAL_STEP).T, height_steps)
    nodes = np.unique(group[:, None] * (len(points) + 1) + corner_ids, return_inverse=True)[1].reshape(-1, 3)
    links = np.concatenate([nodes[:, :2], nodes[:, 1:]])
    size = int(nodes.max()) + 1
    graph = coo_matrix((np.ones(len(links)), links.T), shape=(size, size))
    part = connected_components(graph, directed=False)[1][nodes[:, 0]]
    order = np.argsort(part, kind="stable")
    first = np.searchsorted(part[order], np.arange(part.max() + 2))
    normal, height, _ = _mean_planes(triangles[order], 0.5 * vectors[order], first)
    off = np.abs(np.einsum("rck,rk->rc", triangles, normal[part]) - height[part][:, None]).max(axis=1)
    bent = np.zeros(len(normal), bool)
    bent[part[off > FLATNESS_PER_EXTENT * extent_m]] = True
    alone = bent[part]
    part = np.where(alone, len(normal) + np.arange(len(part)), part)
    return np.unique(part, return_inverse=True)[1].reshape(-1)


def _mean_planes(
    triangles: FloatArray, vectors: FloatArray, first: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Area-weighted plane of runs of triangles: normal, height, area."""
    total = np.add.reduceat(vectors, first[:-1])
    areas = np.linalg.norm(vectors, axis=1)
    area = np.add.reduceat(areas, first[:-1])
    normal = total / np.linalg.norm(total, axis=1)[:, None]
    centroid = np.add.reduceat(areas[:, None] * triangles.mean(axis=1), first[:-1]) / area[:, None]
    return normal, np.einsum("nk,nk->n", normal, centroid), area


def _boundaries(
    part: IntArray, corner_ids: IntArray, plane_points: FloatArray, extent_m: float
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Net directed edges of each part: offsets, start and end vertices, weights."""
    start_id, end_id = corner_ids.reshape(-1), np.roll(corner_ids, -1, axis=1).reshape(-1)
    start = plane_points.reshape(-1, 2)
    end = np.roll(plane_points, -1, axis=1).reshape(-1, 2)
    along = end - start
    along /= np.linalg.norm(along, axis=1)[:, None]
    flat = np.abs(along[:, 0]) <= 1e-7
    sign = np.where(np.where(flat, along[:, 1], along[:, 0]) > 0.0, 1.0, -1.0)
    along *= sign[:, None]
    offset = along[:, 0] * start[:, 1] - along[:, 1] * start[:, 0]
    owner = np.repeat(part, 3)
    line_first, line = distinct_rows(owner, *np.round(along * 1e6).T, np.round(offset / (1e-7 * extent_m)))
    reference = along[line_first][line]  # one direction for all edges of a line
    place = np.concatenate([(start * reference).sum(axis=1), (end * reference).sum(axis=1)])
    first, spot = distinct_rows(np.tile(line, 2), np.round(place / (_WELD_PER_EXTENT * extent_m)))
    change = np.bincount(spot, np.concatenate([np.ones(len(start)), -np.ones(len(end))]))
    vertex = np.concatenate([start_id, end_id])[first]
    spot_line = np.tile(line, 2)[first]
    kept = np.flatnonzero(np.round(change) != 0.0)
    coverage = np.round(np.cumsum(change[kept]))
    segments = np.flatnonzero((coverage[:-1] != 0.0) & (spot_line[kept[:-1]] == spot_line[kept[1:]]))
    low, high = vertex[kept[segments]], vertex[kept[segments + 1]]
    weight = coverage[segments]
    edge_start, edge_end = np.where(weight > 0, low, high), np.where(weight > 0, high, low)
    edge_part = owner[line_first][spot_line[kept[segments]]]
    order = np.argsort(edge_part, kind="stable")
    first_edge = np.searchsorted(edge_part[order], np.arange(int(part[-1]) + 2))
    return first_edge, edge_start[order], edge_end[order], np.abs(weight[order])


__all__ = [
    "FLATNESS_PER_EXTENT",
    "MOST_COVER_CORNERS",
    "PlanarParts",
    "blocking_parts",
    "planar_parts",
    "seeing_parts",
]
