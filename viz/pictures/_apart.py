"""A mesh of one's own pulled apart: every piece of every surface a way off from the middle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.validation import FloatArray, IntArray

BACK = ".back"
WAY = 0.8  # that a piece moves, over its distance from the middle
MOST_PIECES = 2000  # with more, whole surfaces are moved
NAME_LENGTH = 24  # of names in words; longer ones lose their middle


@dataclass(frozen=True, eq=False)
class Apart:
    """A mesh with its pieces moved.

    Parameters
    ----------
    mesh : SurfaceMesh
        Body frame; F faces in the order of the craft's.
    names : tuple of str
        Of the parts: surfaces without their backs.
    part : array (F,)
        Which of them each face belongs to.
    pieces : array (P,)
        How many pieces each part is in.
    areas_m2 : array (P,)
        Of the faces of each part, each counted once.
    piece : array (F,)
        Which piece each face belongs to.
    way_m : array (K, 3)
        That each piece has gone, m.
    """

    mesh: SurfaceMesh
    names: tuple[str, ...]
    part: IntArray
    pieces: IntArray
    areas_m2: FloatArray
    piece: IntArray
    way_m: FloatArray


def pulled_apart(mesh: SurfaceMesh) -> Apart:
    """Pieces hang together by corners within one surface; each moves away from the middle of all."""
    stems = [name.removesuffix(BACK) for name in mesh.surface_names]
    names, number = np.unique(stems, return_inverse=True)
    part = number[np.where(mesh.front_surface >= 0, mesh.front_surface, mesh.back_surface)]
    piece = _pieces(mesh, part)
    count = int(piece.max()) + 1
    low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    corners = mesh.vertices_m[mesh.faces]
    np.minimum.at(low, piece, corners.min(axis=1))
    np.maximum.at(high, piece, corners.max(axis=1))
    shift = WAY * (0.5 * (low + high) - mesh.bounds_m.mean(axis=0))
    used, faces = np.unique(mesh.faces * count + piece[:, None], return_inverse=True)
    moved = SurfaceMesh(
        mesh.vertices_m[used // count] + shift[used % count],
        faces.reshape(-1, 3),
        mesh.front_surface,
        mesh.back_surface,
        mesh.surface_names,
        mesh.optics,
    )
    owner = np.empty(count, np.int64)
    owner[piece] = part
    return Apart(
        moved,
        tuple(str(n) for n in names),
        part,
        np.bincount(owner, minlength=len(names)),
        np.asarray(np.bincount(part, mesh.areas_m2, len(names)), float),
        piece,
        shift,
    )


def _pieces(mesh: SurfaceMesh, part: IntArray) -> IntArray:
    """Number (F,) of the piece that each face belongs to."""
    places = np.round(mesh.vertices_m * (1e7 / mesh.extent_m)).astype(np.int64)
    _, place = np.unique(places, axis=0, return_inverse=True)
    joints = place.reshape(-1)[mesh.faces] * (int(part.max()) + 1) + part[:, None]
    _, joint = np.unique(joints, return_inverse=True)
    count = len(part)
    links = (np.repeat(np.arange(count), 3), count + joint.reshape(-1))
    whole = (count + int(joint.max()) + 1,) * 2
    found, piece = connected_components(coo_array((np.ones(3 * count), links), shape=whole), directed=False)
    return part if found > MOST_PIECES else np.unique(piece[:count], return_inverse=True)[1].reshape(-1)


def shortened(names: Sequence[str]) -> list[str]:
    """Names in words: long ones without most of what all begin and end with, and without a long middle."""
    start = _common_start(names)
    rest = [name[len(start) :] for name in names]
    end = _common_start([r[::-1] for r in rest])[::-1]
    told = []
    for name, own in zip(names, rest, strict=True):
        core = own[: len(own) - len(end)]
        if len(name) <= NAME_LENGTH:
            told.append(name)
        elif len(core) + 2 <= NAME_LENGTH:  # what tells it from the others is in it
            head = start[: NAME_LENGTH - 2 - len(core)]
            told.append(f"{head}{'…' if len(head) < len(start) else ''}{core}{'…' if end else ''}")
        else:
            half = (NAME_LENGTH - 1) // 2
            told.append(f"{name[: NAME_LENGTH - 1 - half]}…{name[-half:]}")
    return told


def _common_start(words: Sequence[str]) -> str:
    """What all words begin with; nothing of one alone."""
    first, last = min(words), max(words)
    same = next((k for k, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:same] if len(words) > 1 else ""
