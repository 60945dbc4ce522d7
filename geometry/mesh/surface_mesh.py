"""`SurfaceMesh`: triangles, each with a front and a back surface."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from geometry.mesh.optics import OpticalProperties
from geometry.validation import (
    FloatArray,
    IntArray,
    check_finite,
    check_in_range,
    check_shape,
    read_only,
    unknown_word,
)

INACTIVE = -1
"""Index of a face's side that belongs to no surface: it blocks rays and nothing more."""

FARTHEST_M, LEAST_EXTENT_M = 1e12, 1e-10
"""Largest coordinate and smallest mesh: products of single-precision numbers hold no more, and no less."""


def _indices(values: ArrayLike, name: str) -> IntArray:
    """Whole numbers as a frozen copy."""
    given = np.asarray(values)
    if given.dtype.kind not in "iu" and not np.array_equal(given, np.floor(given)):
        raise ValueError(f"{name} must be whole numbers, got {given.dtype}")
    return read_only(given, np.int64)


@dataclass(frozen=True, eq=False)
class SurfaceMesh:
    """Triangles in the body frame, each side of each triangle on a named surface or inactive.

    A sheet is one set of triangles with a front and a back surface; the two are told apart by
    the sign of n . d.  A solid's faces have outward normals and an inactive back.

    Parameters
    ----------
    vertices_m : array (V, 3)
        m, body frame.
    faces : int array (F, 3)
        Rows of `vertices_m`, right-hand rule: the normal leaves the front.
    front_surface, back_surface : int array (F,)
        Index into `surface_names`, or -1 (`INACTIVE`).
    surface_names : tuple of S str
        Unique; `wing_1.module_03.back`.
    optics : tuple of S OpticalProperties

    Raises
    ------
    ValueError
        Indices out of range, NaN, coordinates beyond 1e12 m or all within 1e-10 m, a face without area, a
        surface without a face or named twice.
    """

    vertices_m: FloatArray
    faces: IntArray
    front_surface: IntArray
    back_surface: IntArray
    surface_names: tuple[str, ...]
    optics: tuple[OpticalProperties, ...]

    def __post_init__(self) -> None:
        vertices = check_finite(self.vertices_m, name="vertices_m")
        check_shape(vertices, (None, 3), name="vertices_m")
        check_shape(self.faces, (None, 3), name="faces")
        count = len(self.faces)
        if count == 0:
            raise ValueError("faces must hold at least one triangle, got none")
        check_shape(self.front_surface, (count,), name="front_surface")
        check_shape(self.back_surface, (count,), name="back_surface")
        check_in_range(vertices, -FARTHEST_M, FARTHEST_M, name="vertices_m", unit="m")
        object.__setattr__(self, "vertices_m", read_only(vertices))
        for name, top, low in (
            ("faces", len(vertices), 0),
            ("front_surface", len(self.surface_names), INACTIVE),
            ("back_surface", len(self.surface_names), INACTIVE),
        ):
            values = _indices(getattr(self, name), name)
            if values.min() < low or values.max() >= top:
                raise ValueError(f"{name} must lie in [{low}, {top - 1}], got {values.min()}..{values.max()}")
            object.__setattr__(self, name, values)
        object.__setattr__(self, "surface_names", tuple(self.surface_names))
        object.__setattr__(self, "optics", tuple(self.optics))
        if len(self.optics) != len(self.surface_names):
            raise ValueError(
                f"optics must have one entry per surface ({len(self.surface_names)}), got {len(self.optics)}"
            )
        strange = next((o for o in self.optics if not isinstance(o, OpticalProperties)), None)
        if strange is not None:
            raise ValueError(f"optics must be OpticalProperties, got {strange!r:.60}")
        if len(set(self.surface_names)) != len(self.surface_names):
            twice = next(n for n in self.surface_names if self.surface_names.count(n) > 1)
            raise ValueError(f"surface_names must be unique, {twice!r} stands twice")
        used = np.zeros(len(self.surface_names), bool)
        used[self.front_surface[self.front_surface >= 0]] = True
        used[self.back_surface[self.back_surface >= 0]] = True
        if not used.all():
            raise ValueError(f"surface {self.surface_names[int(np.argmin(used))]!r} has no face")
        if self.extent_m < LEAST_EXTENT_M:
            raise ValueError(
                f"vertices_m must span {LEAST_EXTENT_M:g} m, got {self.extent_m:.3g} m; check the unit"
            )
        flat = np.flatnonzero(~(self.areas_m2 > 1e-12 * self.extent_m**2))
        if flat.size:
            raise ValueError(
                f"faces without area: {flat.size}, the first is face {flat[0]}; remove or repair them"
            )

    @cached_property
    def _area_vectors_m2(self) -> FloatArray:
        a, b, c = np.moveaxis(self.vertices_m[self.faces], 1, 0)
        return 0.5 * np.cross(b - a, c - a)

    @cached_property
    def areas_m2(self) -> FloatArray:
        """Area of each face, (F,), m^2."""
        return read_only(np.linalg.norm(self._area_vectors_m2, axis=1))

    @cached_property
    def normals(self) -> FloatArray:
        """Unit normal of each face's front, (F, 3)."""
        return read_only(self._area_vectors_m2 / self.areas_m2[:, None])

    @cached_property
    def centroids_m(self) -> FloatArray:
        """Centroid of each face, (F, 3), m."""
        return read_only(self.vertices_m[self.faces].mean(axis=1))

    @cached_property
    def surface_areas_m2(self) -> FloatArray:
        """Area of each surface, (S,), m^2; front and back of a sheet count each for itself."""
        areas = np.zeros(len(self.surface_names))
        for side in (self.front_surface, self.back_surface):
            active = side >= 0
            areas += np.bincount(side[active], self.areas_m2[active], len(areas))
        return read_only(areas)

    @cached_property
    def bounds_m(self) -> FloatArray:
        """Lowest and highest corner of the box around the used vertices, (2, 3), m."""
        used = self.vertices_m[np.unique(self.faces)]
        return read_only(np.stack([used.min(axis=0), used.max(axis=0)]))

    @cached_property
    def extent_m(self) -> float:
        """Longest side of the bounding box, m."""
        return float(np.ptp(self.bounds_m, axis=0).max())

    def surface_index(self, name: str) -> int:
        """Index of the surface called `name`; ValueError names the nearest."""
        if name not in self.surface_names:
            raise ValueError(f"surface {unknown_word(name, self.surface_names)}")
        return self.surface_names.index(name)

    def surface_faces(self, surface: int) -> tuple[IntArray, IntArray]:
        """Faces of one surface: those that carry it in front, and those that carry it behind."""
        return np.flatnonzero(self.front_surface == surface), np.flatnonzero(self.back_surface == surface)

    def transformed(
        self,
        rotation: ArrayLike = ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
        translation_m: ArrayLike = (0.0, 0.0, 0.0),
    ) -> SurfaceMesh:
        """Rotated by a proper rotation (3, 3), then moved by (3,) m."""
        matrix = check_shape(check_finite(rotation, name="rotation"), (3, 3), name="rotation")
        if not np.linalg.det(matrix) > 0:
            raise ValueError(
                "rotation must be proper (determinant +1); a mirror would turn the mesh inside out"
            )
        return replace(self, vertices_m=self.vertices_m @ matrix.T + np.asarray(translation_m, dtype=float))

    def with_optics(self, optics: dict[str, OpticalProperties]) -> SurfaceMesh:
        """The same mesh with other properties for the surfaces named."""
        for name in optics:
            self.surface_index(name)
        return replace(
            self,
            optics=tuple(optics.get(n, old) for n, old in zip(self.surface_names, self.optics, strict=True)),
        )

    def subdivided(self, max_edge_m: float) -> SurfaceMesh:
        """Every face split into equal parts until no edge is longer than `max_edge_m` (m)."""
        mesh = self
        while True:
            corners = mesh.vertices_m[mesh.faces]
            edges = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2).max(axis=1)
            long = edges > max_edge_m
            if not long.any():
                return mesh
            mesh = mesh._bisected(long)

    def _bisected(self, split: np.ndarray) -> SurfaceMesh:
        """The marked faces cut in two across their longest edge (neighbours are left: no conformity)."""
        corners = self.vertices_m[self.faces]
        lengths = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
        first = np.round(lengths, 9).argmax(axis=1)
        order = (first[:, None] + np.arange(3)) % 3
        a, b, c = np.take_along_axis(self.faces, order, axis=1)[split].T
        middle = 0.5 * (self.vertices_m[a] + self.vertices_m[b])
        m = len(self.vertices_m) + np.arange(len(middle))
        keep = ~split
        halves = [np.stack([a, m, c], axis=1), np.stack([m, b, c], axis=1)]
        return replace(
            self,
            vertices_m=np.concatenate([self.vertices_m, middle]),
            faces=np.concatenate([self.faces[keep], *halves]),
            front_surface=np.concatenate([self.front_surface[keep], *[self.front_surface[split]] * 2]),
            back_surface=np.concatenate([self.back_surface[keep], *[self.back_surface[split]] * 2]),
        )


def concatenate(meshes: Iterable[SurfaceMesh]) -> SurfaceMesh:
    """One mesh from several; surfaces of the same name become one (their optics must agree)."""
    meshes = tuple(meshes)
    optics: dict[str, OpticalProperties] = {}
    for mesh in meshes:
        for name, properties in zip(mesh.surface_names, mesh.optics, strict=True):
            if optics.setdefault(name, properties) != properties:
                raise ValueError(f"surface {name!r} comes with two different coatings")
    index = {name: k for k, name in enumerate(optics)}
    offsets = np.cumsum([0] + [len(m.vertices_m) for m in meshes])

    def renumbered(mesh: SurfaceMesh, side: IntArray) -> IntArray:
        table = np.array([index[n] for n in mesh.surface_names] + [INACTIVE])
        return table[side]

    return SurfaceMesh(
        vertices_m=np.concatenate([m.vertices_m for m in meshes]),
        faces=np.concatenate([m.faces + o for m, o in zip(meshes, offsets, strict=False)]),
        front_surface=np.concatenate([renumbered(m, m.front_surface) for m in meshes]),
        back_surface=np.concatenate([renumbered(m, m.back_surface) for m in meshes]),
        surface_names=tuple(index),
        optics=tuple(optics.values()),
    )
