"""Receivers: what heat loads are asked for, as rows of triangles from which rays can start."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.radiation.box_tree import none_before
from geometry.radiation.ray_caster import Float32Array, RayCaster
from geometry.validation import FloatArray, IntArray

FREE_TOLERANCE_PER_HALF_EXTENT = 2e-6
"""A vertex this little before a plane is taken to lie in it: rays start as far out."""


@dataclass(frozen=True, eq=False)
class Receivers:
    """G receivers (surfaces, or sides of faces), each a run of E sides of faces.

    Parameters
    ----------
    first_row : int array (G + 1,)
        Rows of receiver g are first_row[g]..first_row[g + 1].
    faces : int array (E,)
        Face of the mesh.
    sides : float array (E,)
        +1 front, -1 back.
    surfaces : int array (G,)
        Surface that each receiver belongs to.
    normals : array (E, 3)
        Outward from that side, body frame.
    areas_m2 : array (E,)
    frames : float32 array (E, 18)
        Corner, two edges (m, centred mesh), normal, two tangents.
    is_free : bool array (G,)
        No vertex of the mesh stands before any of the receiver's planes.
    """

    first_row: IntArray
    faces: IntArray
    sides: FloatArray
    surfaces: IntArray
    normals: FloatArray
    areas_m2: FloatArray
    frames: Float32Array
    is_free: np.ndarray

    def __len__(self) -> int:
        return len(self.first_row) - 1

    @cached_property
    def row_receiver(self) -> IntArray:
        """Receiver of each row, (E,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.first_row))

    @cached_property
    def total_areas_m2(self) -> FloatArray:
        """Area of each receiver, (G,), m^2."""
        return np.add.reduceat(self.areas_m2, self.first_row[:-1])

    @cached_property
    def area_shares(self) -> FloatArray:
        """Share of its receiver's area in each row, (E,)."""
        return self.areas_m2 / self.total_areas_m2[self.row_receiver]

    @cached_property
    def cumulative_area(self) -> FloatArray:
        """Running sum of the area shares within each receiver, ends at 1, (E,)."""
        return self.cumulative_within(self.area_shares)

    def cumulative_within(self, shares: FloatArray) -> FloatArray:
        """Running sums of `shares` (E,) within each receiver."""
        running = np.cumsum(shares)
        before = np.concatenate([[0.0], running])[self.first_row[:-1]]
        return running - before[self.row_receiver]

    @cached_property
    def distinct_normals(self) -> tuple[FloatArray, IntArray]:
        """Normals that differ (U, 3), and the one of each row (E,)."""
        _, first, index = np.unique(
            np.round(self.normals * 1e9).astype(np.int64), axis=0, return_index=True, return_inverse=True
        )
        return self.normals[first], index.reshape(-1)

    def mean_over_rows(self, per_normal: FloatArray) -> FloatArray:
        """Area-weighted mean over each receiver, (..., G), of values per distinct normal (..., U)."""
        per_row = per_normal[..., self.distinct_normals[1]] * self.area_shares
        return np.add.reduceat(per_row, self.first_row[:-1], axis=-1)


def tangent_frames(normals: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Two tangents of each unit normal, without a branch that jumps [Duff2017]."""
    x, y, z = normals.T
    sign = np.where(z >= 0.0, 1.0, -1.0)
    a = -1.0 / (sign + z)
    b = x * y * a
    first = np.stack([1.0 + sign * x * x * a, sign * b, -sign * x], axis=1)
    second = np.stack([b, sign + y * y * a, -y], axis=1)
    return first, second


def side_frames(mesh: SurfaceMesh, faces: IntArray, sides: FloatArray, center_m: FloatArray) -> Float32Array:
    """Rows of corner, edges, outward normal and tangents (E, 18) in the centred frame."""
    corners = mesh.vertices_m[mesh.faces[faces]] - center_m
    normals = mesh.normals[faces] * sides[:, None]
    parts = (corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0], normals)
    return np.ascontiguousarray(np.concatenate([*parts, *tangent_frames(normals)], axis=1), dtype=np.float32)


def _rows_free(mesh: SurfaceMesh, faces: IntArray, sides: FloatArray, caster: RayCaster) -> np.ndarray:
    """Whether no vertex stands before the plane of each row."""
    vertices = np.unique(mesh.vertices_m[np.unique(mesh.faces)] - caster.center_m, axis=0)
    normals = mesh.normals[faces] * sides[:, None]
    heights = np.einsum("ek,ek->e", normals, mesh.vertices_m[mesh.faces[faces, 0]] - caster.center_m)
    scale = FREE_TOLERANCE_PER_HALF_EXTENT * caster.half_extent_m
    rounded = np.round(np.column_stack([normals, heights / caster.half_extent_m]) * 1e9)
    distinct, index = np.unique(rounded.astype(np.int64), axis=0, return_inverse=True)
    planes = distinct * 1e-9
    limits = np.asarray(planes[:, 3] * caster.half_extent_m + scale, dtype=float)
    free = none_before(np.ascontiguousarray(planes[:, :3]), limits, vertices)
    return free[index.reshape(-1)]


def grouped_receivers(
    mesh: SurfaceMesh,
    caster: RayCaster,
    faces: IntArray,
    sides: FloatArray,
    group: IntArray,
    surfaces: IntArray,
) -> Receivers:
    """Receivers of sides of faces (E,) that each belong to a group, 0 to G - 1, none of them empty."""
    order = np.argsort(group, kind="stable")
    faces, sides, group = faces[order], sides[order], group[order]
    first_row = np.searchsorted(group, np.arange(len(surfaces) + 1))
    return Receivers(
        first_row=first_row,
        faces=faces,
        sides=sides,
        surfaces=surfaces,
        normals=mesh.normals[faces] * sides[:, None],
        areas_m2=mesh.areas_m2[faces],
        frames=side_frames(mesh, faces, sides, caster.center_m),
        is_free=np.logical_and.reduceat(_rows_free(mesh, faces, sides, caster), first_row[:-1]),
    )


def active_sides(mesh: SurfaceMesh) -> tuple[IntArray, FloatArray, IntArray]:
    """Faces, sides and surfaces of all sides that belong to a surface: fronts first, then backs."""
    fronts = np.flatnonzero(mesh.front_surface >= 0)
    backs = np.flatnonzero(mesh.back_surface >= 0)
    faces = np.concatenate([fronts, backs])
    sides = np.concatenate([np.ones(len(fronts)), -np.ones(len(backs))])
    return faces, sides, np.concatenate([mesh.front_surface[fronts], mesh.back_surface[backs]])


def surface_receivers(mesh: SurfaceMesh, caster: RayCaster) -> Receivers:
    """One receiver per surface of the mesh, in their order."""
    faces, sides, surfaces = active_sides(mesh)
    return grouped_receivers(mesh, caster, faces, sides, surfaces, np.arange(len(mesh.surface_names)))


def side_receivers(mesh: SurfaceMesh, caster: RayCaster) -> Receivers:
    """One receiver per active side of each face: fronts by face, then backs by face."""
    faces, sides, surfaces = active_sides(mesh)
    return grouped_receivers(mesh, caster, faces, sides, np.arange(len(faces)), surfaces)
