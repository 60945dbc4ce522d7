"""Parts of a mesh as plain arrays: put together cheaply, made a checked `SurfaceMesh` once, at the end.

A satellite has hundreds of small faces; a mesh of each, joined mesh by mesh, took ten times as long.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from geometry.mesh.optics import OpticalProperties
from geometry.mesh.surface_mesh import INACTIVE, SurfaceMesh
from geometry.validation import FloatArray, IntArray


class Surface(NamedTuple):
    """What one side of a face is: its surface's name and coating."""

    name: str
    optics: OpticalProperties


class Piece(NamedTuple):
    """Arrays as in `SurfaceMesh`, unchecked; `labels` hold what `front` and `back` count."""

    vertices_m: FloatArray
    faces: IntArray
    front: IntArray
    back: IntArray
    labels: tuple[Surface, ...]


def labelled(
    vertices_m: FloatArray,
    faces: IntArray,
    owner: IntArray,
    fronts: Sequence[Surface | None],
    backs: Sequence[Surface | None],
) -> Piece:
    """A piece whose faces carry the surfaces of their owners; -1 is the last."""
    if len(fronts) > 1:
        used = np.unique(owner).tolist()
        sides = [s[k] for s in (fronts, backs) for k in used]
    else:
        sides = [fronts[0], backs[0]]
    index = {surface: k for k, surface in enumerate(dict.fromkeys(s for s in sides if s is not None))}
    front, back = (
        np.array([INACTIVE if s is None else index.get(s, INACTIVE) for s in side])[owner]
        for side in (fronts, backs)
    )
    return Piece(vertices_m, faces, front, back, tuple(index))


def joined(pieces: Iterable[Piece]) -> Piece:
    """One piece from several; the surfaces in the order in which they come."""
    pieces = tuple(pieces)
    index: dict[Surface, int] = {}
    for piece in pieces:
        for label in piece.labels:
            index.setdefault(label, len(index))
    tables = [np.array([index[s] for s in p.labels] + [INACTIVE]) for p in pieces]
    offsets = accumulate((len(p.vertices_m) for p in pieces), initial=0)
    return Piece(
        np.concatenate([p.vertices_m for p in pieces]),
        np.concatenate([p.faces + o for p, o in zip(pieces, offsets, strict=False)]),
        np.concatenate([t[p.front] for p, t in zip(pieces, tables, strict=True)]),
        np.concatenate([t[p.back] for p, t in zip(pieces, tables, strict=True)]),
        tuple(index),
    )


def without_doubles(vertices_m: FloatArray, faces: IntArray) -> tuple[FloatArray, IntArray]:
    """Vertices and faces with vertices at exactly the same place made one, unused ones dropped.

    The vertices come out sorted by x, y and z.
    """
    used = np.zeros(len(vertices_m), bool)
    used[faces.ravel()] = True
    points = vertices_m + 0.0  # -0.0 is 0.0
    order = np.lexsort(points.T[::-1])
    order = order[used[order]]
    points = points[order]
    fresh = np.ones(len(points), bool)
    fresh[1:] = (points[1:] != points[:-1]).any(axis=1)
    place = np.empty(len(vertices_m), np.int64)
    place[order] = np.cumsum(fresh) - 1
    return points[fresh], place[faces]


def welded_piece(piece: Piece) -> Piece:
    """The same faces, doubled vertices made one."""
    vertices, faces = without_doubles(piece.vertices_m, piece.faces)
    return piece._replace(vertices_m=vertices, faces=faces)


def piece_of(mesh: SurfaceMesh) -> Piece:
    """A mesh taken back to its arrays, to be joined with others."""
    labels = tuple(map(Surface, mesh.surface_names, mesh.optics))
    return Piece(mesh.vertices_m, mesh.faces, mesh.front_surface, mesh.back_surface, labels)


def as_mesh(piece: Piece) -> SurfaceMesh:
    """The checked mesh of a piece.

    Raises
    ------
    ValueError
        As `SurfaceMesh`.
    """
    return SurfaceMesh(
        piece.vertices_m,
        piece.faces,
        piece.front,
        piece.back,
        tuple(s.name for s in piece.labels),
        tuple(s.optics for s in piece.labels),
    )
