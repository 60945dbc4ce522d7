"""Parts of a mesh that cast the shadow of their convex hull: one outline instead of one for each face.

A line that meets the inside of a convex body enters through one facet and leaves through another.  So a
shell that covers all facets, or all but one, blocks every line that its hull blocks, unless the line
begins inside the hull, or on the inner side of a shell that leaves a facet open.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import ConvexHull, QhullError

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.radiation.face_edges import connected_parts, face_edges, welded_corners
from geometry.validation import FloatArray, IntArray

FEWEST_FACES, MOST_VERTICES, MOST_CORNERS = 4, 600, 48
"""Parts of fewer faces are no bodies; those of more vertices, or corners of the hull, stay as they are."""

_FLAT_PER_EXTENT, _FLAT_PER_SIZE = 1e-7, 1e-4
"""A vertex is on a plane within either: of the mesh, and of the body."""

_THICK_PER_SIZE = 1e-3
"""Bodies thinner than that are sheets."""


@dataclass(frozen=True, eq=False)
class ConvexBody:
    """A part that shades as its hull does, for every receiver outside it.

    Parameters
    ----------
    faces : int array (n,)
        Faces of the mesh.
    corners_m : array (C, 3)
        Of the hull, centred frame.
    planes : array (P, 4)
        Outward normals and offsets of the hull: n . x + d <= 0 within.
    is_closed : bool
        Whether all facets are covered; else all but one are.
    turned : bool
        Whether the normals of the faces point inward.
    """

    faces: IntArray
    corners_m: FloatArray
    planes: FloatArray
    is_closed: bool
    turned: bool


def convex_bodies(mesh: SurfaceMesh, center_m: FloatArray) -> list[ConvexBody]:
    """The bodies among the parts of a mesh that hang together by their vertices.

    Parts as the mesh numbers its vertices first, so that bodies that touch stay apart; what is left is
    looked at again with vertices at one place as one.
    """
    points = mesh.vertices_m - center_m
    welded = welded_corners(mesh, center_m)
    left = np.arange(len(mesh.faces))
    found: list[ConvexBody] = []
    for corners in (mesh.faces, welded):
        for part in _parts(corners[left]):
            body = _body(points, welded, left[part], mesh.faces, mesh.extent_m)
            if body is not None:
                found.append(body)
        taken = np.concatenate([np.zeros(0, np.int64), *(b.faces for b in found)])
        left = np.setdiff1d(left, taken)
    return found


def _parts(corners: IntArray) -> list[IntArray]:
    """Faces (n, 3) that hang together, by part of at least four."""
    if not len(corners):
        return []
    part = connected_parts(corners)
    order = np.argsort(part, kind="stable")
    ends = np.flatnonzero(np.diff(part[order])) + 1
    return [p for p in np.split(order, ends) if len(p) >= FEWEST_FACES]


def _body(
    points: FloatArray, welded: IntArray, faces: IntArray, corners: IntArray, extent_m: float
) -> ConvexBody | None:
    used = np.unique(corners[faces])
    if len(used) > MOST_VERTICES:
        return None
    cloud = points[used]
    size = float(np.ptp(cloud, axis=0).max())
    near = min(_FLAT_PER_EXTENT * extent_m, _FLAT_PER_SIZE * size)
    axes = np.linalg.svd(cloud - cloud.mean(axis=0), full_matrices=False)[2]
    if np.ptp(cloud @ axes.T, axis=0).min() < _THICK_PER_SIZE * size:
        return None
    a, b, c = np.moveaxis(points[corners[faces]], 1, 0)
    normals = np.cross(b - a, c - a)
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    heights = cloud @ normals.T - np.einsum("fk,fk->f", normals, a)
    outward = heights.max(axis=0) <= near
    turned = not outward.all()
    if turned and not (heights.min(axis=0) >= -near).all():
        return None
    edges = face_edges(welded[faces])
    rim = np.unique(edges.ends[edges.is_open])
    if len(rim) and not _leaves_one_facet(points, welded, corners, faces, rim, near, cloud):
        return None
    try:
        hull = ConvexHull(cloud)
    except QhullError:
        return None
    if len(hull.vertices) > MOST_CORNERS:
        return None
    planes = np.unique(np.round(hull.equations, 9), axis=0)
    return ConvexBody(faces, cloud[hull.vertices], planes, not len(rim), turned)


def _leaves_one_facet(
    points: FloatArray,
    welded: IntArray,
    corners: IntArray,
    faces: IntArray,
    rim_corners: IntArray,
    near_m: float,
    cloud: FloatArray,
) -> bool:
    """Whether the corners of open edges all lie in one plane with the whole body on one side of it."""
    ids, first = np.unique(welded[faces].reshape(-1), return_index=True)
    rim = points[corners[faces].reshape(-1)[first[np.searchsorted(ids, rim_corners)]]]
    middle = rim.mean(axis=0)
    _, spread, axes = np.linalg.svd(rim - middle, full_matrices=False)
    if len(rim) < 3 or spread[1] <= near_m:
        return False
    heights = (cloud - middle) @ axes[2]
    flat = np.abs((rim - middle) @ axes[2]).max() <= near_m
    return bool(flat and (heights.min() >= -near_m or heights.max() <= near_m))


def shading_bodies(
    bodies: list[ConvexBody],
    inner_faces: IntArray,
    outer_faces: IntArray,
    corners_m: FloatArray,
    first_corner: IntArray,
    near_m: float,
) -> list[ConvexBody]:
    """Bodies whose hulls stand for them whatever the receiver.

    Those that leave a facet open must not hold any receiver: neither their own inner sides, nor a piece of
    another one.

    Parameters
    ----------
    bodies : list of ConvexBody
    inner_faces, outer_faces : int arrays
        Faces of which the back and the front are receivers.
    corners_m, first_corner : arrays (C, 3), (P + 1,)
        Convex pieces of the receivers.
    near_m : float
        Pieces that reach no deeper into a body are outside.
    """
    if not bodies:
        return []
    low = np.minimum.reduceat(corners_m, first_corner[:-1], axis=0)
    high = np.maximum.reduceat(corners_m, first_corner[:-1], axis=0)
    kept = []
    for body in bodies:
        if not body.is_closed:
            inward = outer_faces if body.turned else inner_faces
            if np.isin(body.faces, inward).any():
                continue
            b_low, b_high = body.corners_m.min(axis=0) + near_m, body.corners_m.max(axis=0) - near_m
            candidates = np.flatnonzero(((low < b_high) & (high > b_low)).all(axis=1))
            pieces = (corners_m[first_corner[p] : first_corner[p + 1]] for p in candidates.tolist())
            if any(_reaches_in(piece, body.planes, near_m) for piece in pieces):
                continue
        kept.append(body)
    return kept


def _reaches_in(polygon: FloatArray, planes: FloatArray, near_m: float) -> bool:
    """Whether any of a convex polygon (k, 3) lies deeper than `near_m` within all planes."""
    for normal_and_offset in planes:
        depth = -(polygon @ normal_and_offset[:3] + normal_and_offset[3]) - near_m
        inside = depth > 0.0
        if not inside.any():
            return False
        if inside.all():
            continue
        out = []
        for k in range(len(polygon)):
            j = (k + 1) % len(polygon)
            if inside[k]:
                out.append(polygon[k])
            if inside[k] != inside[j]:
                out.append(polygon[k] + (polygon[j] - polygon[k]) * (depth[k] / (depth[k] - depth[j])))
        polygon = np.array(out)
    return True
