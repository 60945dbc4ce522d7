"""From what a file holds to a `SurfaceMesh`: scaled, checked with the place named, welded."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geometry.mesh.optics import COATINGS, OpticalProperties
from geometry.mesh.surface_mesh import FARTHEST_M, INACTIVE, SurfaceMesh
from geometry.validation import FloatArray, IntArray

MOST_TRIANGLES = 5_000_000
"""More are refused unless forced: ray casting holds about 100 bytes for each, and takes long."""

NEGLIGIBLE_AREA_SHARE = 1e-6
"""Of its surface: what faces dropped as without area may add up to."""


@dataclass(frozen=True, eq=False)
class FileMesh:
    """Triangles as they stand in a file, unchecked.

    Parameters
    ----------
    vertices : array (V, 3)
        In units of the file.
    faces : int array (F, 3)
    front, back : int array (F,)
        Rows of `names`, or -1.
    names : tuple of S str
        Unique.
    optics : tuple of S OpticalProperties, or None
        Where the file keeps them.
    vertex_lines, face_lines : int array (V,), (F,), or None
        Lines of a text file that they stand in, from 1.
    """

    vertices: FloatArray
    faces: IntArray
    front: IntArray
    back: IntArray
    names: tuple[str, ...]
    optics: tuple[OpticalProperties, ...] | None = None
    vertex_lines: IntArray | None = None
    face_lines: IntArray | None = None

    def vertex_place(self, vertex: int) -> str:
        """Where a vertex stands in the file."""
        return f"vertex {vertex}" if self.vertex_lines is None else f"line {self.vertex_lines[vertex]}"

    def face_place(self, face: int) -> str:
        """Where a triangle stands in the file, and in which surface."""
        side = self.front[face] if self.front[face] >= 0 else self.back[face]
        name = f" of surface {self.names[side]!r}" if side >= 0 else ""
        number = f"triangle {face}" if self.face_lines is None else f"line {self.face_lines[face]}"
        return number + name


def one_surface(vertices: FloatArray, faces: IntArray, name: str) -> FileMesh:
    """All triangles on one surface; corners (C,) or faces (F, 3)."""
    faces = np.asarray(faces, dtype=np.int64).reshape(-1, 3)
    return FileMesh(
        np.asarray(vertices, dtype=float).reshape(-1, 3),
        faces,
        np.zeros(len(faces), np.int64),
        np.full(len(faces), INACTIVE),
        (name,),
    )


def check_triangle_count(count: int, path: Path, *, force: bool) -> None:
    """Refuse none, and more than anybody waits for."""
    if count == 0:
        raise ValueError(f"{path}: no triangles in it; a mesh needs at least one")
    if count > MOST_TRIANGLES and not force:
        raise ValueError(
            f"{path}: {count:,} triangles are more than {MOST_TRIANGLES:,}; coarsen the mesh, or force it"
        )


def assembled(raw: FileMesh, path: Path, *, metres_per_unit: float, force: bool) -> SurfaceMesh:
    """The mesh of a file, in m.

    Vertices at exactly the same place become one.  Faces without area are dropped with a warning.

    Raises
    ------
    ValueError
        No triangles or too many, NaN, corners that do not exist, a surface that has no area.
    """
    check_triangle_count(len(raw.faces), path, force=force)
    if not ((raw.front >= 0) | (raw.back >= 0)).any():
        raise ValueError(f"{path}: no triangle belongs to a surface")
    low, high = int(raw.faces.min()), int(raw.faces.max())
    if low < 0 or high >= len(raw.vertices):
        face = int(np.flatnonzero(((raw.faces < 0) | (raw.faces >= len(raw.vertices))).any(axis=1))[0])
        raise ValueError(
            f"{path}: {raw.face_place(face)} names a vertex that is not there (0 to {len(raw.vertices) - 1})"
        )
    used = np.zeros(len(raw.vertices), bool)
    used[raw.faces.ravel()] = True
    wrong = np.flatnonzero(used & ~(np.abs(raw.vertices) * metres_per_unit <= FARTHEST_M).all(axis=1))
    if wrong.size:
        values = raw.vertices[wrong[0]]
        raise ValueError(
            f"{path}: {raw.vertex_place(int(wrong[0]))} is no place: {values.tolist()}; mend the file"
        )
    vertices, faces = _welded(raw.vertices * metres_per_unit, raw.faces)
    keep = _with_area(raw, vertices, faces, path)
    return _labelled(raw, vertices, faces, keep)


def _welded(vertices: FloatArray, faces: IntArray) -> tuple[FloatArray, IntArray]:
    """Used vertices, each place once, in the order of their first use."""
    vertices = vertices + 0.0  # -0.0 and 0.0 are one place
    used, corner = np.unique(faces.ravel(), return_inverse=True)
    order = np.lexsort(vertices[used].T)
    ranked = vertices[used][order]
    new = np.ones(len(order), bool)
    new[1:] = (ranked[1:] != ranked[:-1]).any(axis=1)
    place = np.empty(len(order), np.int64)
    place[order] = np.cumsum(new) - 1
    place = place[corner.ravel()]
    _, first, rank = np.unique(place, return_index=True, return_inverse=True)
    number = np.empty(len(first), np.int64)
    number[np.argsort(first)] = np.arange(len(first))
    welded = np.empty((len(first), 3))
    welded[number] = vertices[faces.ravel()[first]]
    return welded, number[rank].reshape(-1, 3)


def _with_area(raw: FileMesh, vertices: FloatArray, faces: IntArray, path: Path) -> IntArray:
    """Faces that have an area; refuses where the others matter."""
    a, b, c = np.moveaxis(vertices[faces], 1, 0)
    areas = 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1)
    extent = float(np.ptp(vertices, axis=0).max())
    flat = ~(areas > 1e-12 * extent**2)  # the limit of SurfaceMesh
    if not flat.any():
        return np.arange(len(faces))
    for side in (raw.front, raw.back):
        count = len(raw.names)
        whole, lost = (
            np.bincount(side[m & (side >= 0)], areas[m & (side >= 0)], count)
            for m in (np.ones_like(flat), flat)
        )
        worst = (lost > NEGLIGIBLE_AREA_SHARE * whole) | (whole <= 0.0)
        worst &= np.bincount(side[flat & (side >= 0)], minlength=count) > 0
        if worst.any():
            surface = int(np.argmax(worst))
            face = int(np.flatnonzero(flat & (side == surface))[0])
            raise ValueError(
                f"{path}: {raw.face_place(face)} has no area (below 1e-12 of the mesh's size squared), and "
                f"without such faces the surface would not be whole; repair the file"
            )
    warnings.warn(
        f"{path}: dropped {np.count_nonzero(flat)} faces without area, the first is "
        f"{raw.face_place(int(np.argmax(flat)))}",
        stacklevel=2,
    )
    return np.flatnonzero(~flat)


def _labelled(raw: FileMesh, vertices: FloatArray, faces: IntArray, keep: IntArray) -> SurfaceMesh:
    """The faces kept, and the surfaces that have any."""
    front, back = raw.front[keep], raw.back[keep]
    sides = np.concatenate([front, back])
    present = np.unique(sides[sides >= 0])
    table = np.full(len(raw.names) + 1, INACTIVE)
    table[present] = np.arange(len(present))
    black = (COATINGS["black"],) * len(raw.names)
    optics = raw.optics or black
    return SurfaceMesh(
        vertices,
        faces[keep],
        table[front],
        table[back],
        tuple(raw.names[k] for k in present),
        tuple(optics[k] for k in present),
    )
