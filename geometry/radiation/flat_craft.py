"""A craft as flat polygons: what its receivers are made of, and what may shade them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.radiation.convex_bodies import ConvexBody, convex_bodies, shading_bodies
from geometry.radiation.paths import TracedCraft
from geometry.radiation.receivers import FREE_TOLERANCE_PER_HALF_EXTENT, tangent_frames
from geometry.radiation.view_factors.doubts import closed_bodies
from geometry.radiation.view_factors.planar_parts import planar_parts
from geometry.validation import FloatArray, IntArray

MOST_FACES_CLIPPED = 20_000
"""Larger meshes go to the rays without a search for flat parts."""


@dataclass(frozen=True, eq=False)
class FlatCraft:
    """P convex pieces of the receivers in K groups (one receiver, one normal), and what may shade them.

    Pieces of one group follow each other.  Coordinates centred as those of the rays, m.

    Parameters
    ----------
    corners_m : array (C, 3)
        Of the pieces, counter-clockwise about their normal.
    first_corner : int array (P + 1,)
    areas_m2 : array (P,)
    area_shares : array (P,)
        Area of each piece over that of its group.
    first_piece : int array (K + 1,)
    receiver : int array (K,)
        Of each group, in ascending order.
    normal_index : int array (K,)
        Normal of each group among `normals`.
    normals : array (U, 3)
    receiver_shares : array (K,)
        Share of its receiver's area in each group.
    is_free : bool array (K,)
        Whether nothing rises before any plane of the group.
    near : int array (K,)
        Polygons and bodies that rise before one of its planes, at most.
    occluder_corners_m : array (D, 3)
    occluder_first : int array (Q + 1,)
        Convex bodies, by the corners of their hulls, and convex pieces of all else, coplanar ones joined
        across surfaces.
    occluder_is_body : bool array (Q,)
    occluder_facing : array (Q, 3)
        Outward normals of pieces of closed surfaces; zero for all others.
    height_m : float
        What rises no higher before a plane does not shade it.
    """

    corners_m: FloatArray
    first_corner: IntArray
    areas_m2: FloatArray
    area_shares: FloatArray
    first_piece: IntArray
    receiver: IntArray
    normal_index: IntArray
    normals: FloatArray
    receiver_shares: FloatArray
    is_free: np.ndarray
    near: IntArray
    occluder_corners_m: FloatArray
    occluder_first: IntArray
    occluder_is_body: np.ndarray
    occluder_facing: FloatArray
    height_m: float

    def __len__(self) -> int:
        return len(self.receiver)

    @property
    def occluders(self) -> int:
        """Polygons and bodies that may shade."""
        return len(self.occluder_first) - 1

    @property
    def piece_counts(self) -> IntArray:
        """Pieces of each group, (K,)."""
        return np.diff(self.first_piece)

    def pieces_of(self, group: int) -> IntArray:
        """Pieces of a group."""
        return np.arange(self.first_piece[group], self.first_piece[group + 1])

    def is_like(self, other: FlatCraft) -> bool:
        """Whether another has the same pieces and the same polygons that may shade them."""
        names = (
            "corners_m",
            "first_corner",
            "first_piece",
            "receiver",
            "occluder_corners_m",
            "occluder_first",
            "occluder_is_body",
        )
        return all(np.array_equal(getattr(self, name), getattr(other, name)) for name in names)

    @cached_property
    def axes(self) -> FloatArray:
        """Two tangents and the normal of each group, (K, 3, 3)."""
        normals = self.normals[self.normal_index]
        return np.ascontiguousarray(np.stack([*tangent_frames(normals), normals], axis=1))


def flat_craft(craft: TracedCraft) -> FlatCraft:
    """The flat pieces of a traced craft."""
    mesh, caster, receivers = craft.mesh, craft.caster, craft.receivers
    height = FREE_TOLERANCE_PER_HALF_EXTENT * caster.half_extent_m
    parts = planar_parts(
        craft.receiving, receivers.faces, receivers.sides < 0.0, receivers.row_receiver, caster.center_m
    )
    rounded = np.round(parts.normal * 1e9).astype(np.int64)
    _, first, index = np.unique(rounded, axis=0, return_index=True, return_inverse=True)
    index = index.reshape(-1)
    # parts in the order of their groups, and their pieces with them
    order = np.lexsort((index, parts.label))
    counts = parts.piece_counts[order]
    pieces = np.concatenate([np.arange(*parts.first_piece[k : k + 2]) for k in order])
    sizes = np.diff(parts.first_corner)[pieces]
    corners = np.concatenate([parts.corners_m[slice(*parts.first_corner[p : p + 2])] for p in pieces])
    first_corner = np.concatenate([[0], np.cumsum(sizes)])
    part_of = np.repeat(order, counts)
    label, normal = parts.label[part_of], index[part_of]
    begins = np.flatnonzero(np.diff(label, prepend=-1) | np.diff(normal, prepend=-1))
    group = np.cumsum(np.isin(np.arange(len(pieces)), begins)) - 1
    areas = _areas(corners, first_corner, parts.normal[part_of])
    of_group = np.bincount(group, areas)
    bodies = shading_bodies(
        convex_bodies(mesh, caster.center_m),
        receivers.faces[receivers.sides < 0.0],
        receivers.faces[receivers.sides > 0.0],
        parts.corners_m,
        parts.first_corner,
        height,
    )
    blocking, first_blocking, is_body, facing = _occluders(mesh, caster.center_m, bodies)
    near = np.zeros(len(begins), dtype=np.int64)
    rising = _rising(parts.normal, parts.height_m + height, blocking, first_blocking)
    np.maximum.at(near, group, rising[part_of])
    receiver = label[begins]
    return FlatCraft(
        corners_m=corners,
        first_corner=first_corner,
        areas_m2=areas,
        area_shares=areas / of_group[group],
        first_piece=np.concatenate([begins, [len(pieces)]]),
        receiver=receiver,
        normal_index=normal[begins],
        normals=parts.normal[first],
        receiver_shares=of_group / np.bincount(receiver, of_group)[receiver],
        is_free=near == 0,
        near=near,
        occluder_corners_m=blocking,
        occluder_first=first_blocking,
        occluder_is_body=is_body,
        occluder_facing=facing,
        height_m=height,
    )


def _occluders(
    mesh: SurfaceMesh, center_m: FloatArray, convex: list[ConvexBody]
) -> tuple[FloatArray, IntArray, np.ndarray, FloatArray]:
    """Corners (C, 3) of what may shade, where each begins, which are bodies, and `occluder_facing`.

    Coplanar triangles of sheets are joined whichever way they are turned.
    """
    corners = [body.corners_m for body in convex]
    counts = [len(c) for c in corners]
    facing = [np.zeros((len(convex), 3))]
    merged = np.concatenate([np.zeros(0, np.int64), *(body.faces for body in convex)])
    faces = np.setdiff1d(np.arange(len(mesh.faces)), merged)
    if len(faces):
        bodies = closed_bodies(mesh, center_m)
        closed = (bodies.is_closed & (bodies.volume_m3 > 0.0))[bodies.body]
        closed &= ~np.isin(bodies.body, bodies.body[merged])  # what is left of a body is not closed
        normals = mesh.normals
        leading = np.take_along_axis(normals, np.argmax(np.abs(normals) > 0.5, axis=1)[:, None], axis=1)
        is_back = (leading[:, 0] < 0.0) & ~closed
        parts = planar_parts(mesh, faces, is_back[faces], closed[faces].astype(np.int64), center_m)
        corners.append(parts.corners_m)
        counts += np.diff(parts.first_corner).tolist()
        facing.append(np.repeat(parts.normal * (parts.label == 1)[:, None], parts.piece_counts, axis=0))
    first = np.cumsum([0, *counts])
    is_body = np.arange(len(first) - 1) < len(convex)
    return np.concatenate(corners), first, is_body, np.concatenate(facing)


def _areas(corners_m: FloatArray, first: IntArray, normals: FloatArray) -> FloatArray:
    """Areas of flat polygons, (P,), m^2."""
    following = np.arange(1, len(corners_m) + 1)
    following[first[1:] - 1] = first[:-1]
    origin = np.repeat(first[:-1], np.diff(first))
    across = np.cross(corners_m - corners_m[origin], corners_m[following] - corners_m[origin])
    return 0.5 * np.einsum("pk,pk->p", np.add.reduceat(across, first[:-1]), normals)


def _rising(normals: FloatArray, heights_m: FloatArray, corners_m: FloatArray, first: IntArray) -> IntArray:
    """How many polygons rise before each plane normal . x = height, (N,)."""
    out = np.empty(len(normals), dtype=np.int64)
    step = max(1, 4_000_000 // max(1, len(corners_m)))
    for k in range(0, len(out), step):
        part = slice(k, k + step)
        tops = np.maximum.reduceat(corners_m @ normals[part].T, first[:-1], axis=0)
        out[part] = (tops > heights_m[part]).sum(axis=0)
    return out
