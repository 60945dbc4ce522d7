"""Sheets that lie so near to each other that single precision cannot part them, found by rays.

From a few points of every face, on both sides, a ray starts 1e-5 of the craft's extent away and looks
back at the face: what it meets first, other than that face, lies too near.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.radiation.accuracy import AccuracyWarning
from geometry.validation import FloatArray, IntArray

if TYPE_CHECKING:
    from geometry.radiation.ray_caster import RayCaster

LEAST_GAP_PER_EXTENT = 1e-5
"""Two sheets nearer than this share of the extent are taken to be one: 80 single-precision steps."""

_POINTS = np.array([[1, 1, 1], [4, 1, 1], [1, 4, 1], [1, 1, 4]]) / np.array([[3], [6], [6], [6]])
_PARALLEL = 0.99
_FACES_AT_ONCE = 50_000


def close_sheets(mesh: SurfaceMesh, caster: RayCaster) -> tuple[IntArray, FloatArray]:
    """Pairs of faces (P, 2) that overlap nearer than `LEAST_GAP_PER_EXTENT`, and how near, (P,), m.

    Notes
    -----
    Sampled at four points of each face: an overlap is found where it holds one of these, of either face.
    Solids that touch (their fronts against each other, nothing behind) are left out: nothing can
    come between.
    """
    found = [
        _near(mesh, caster, np.arange(f, min(f + _FACES_AT_ONCE, len(mesh.faces))), weights, side)
        for f in range(0, len(mesh.faces), _FACES_AT_ONCE)
        for weights in _POINTS
        for side in (1.0, -1.0)
    ]
    pairs = np.sort(np.concatenate([f[0] for f in found]), axis=1)
    gaps = np.concatenate([f[1] for f in found])
    unique, index = np.unique(pairs, axis=0, return_inverse=True)
    least = np.full(len(unique), np.inf)
    np.minimum.at(least, index.reshape(-1), gaps)
    return unique, least


def _near(
    mesh: SurfaceMesh, caster: RayCaster, faces: IntArray, weights: FloatArray, side: float
) -> tuple[IntArray, FloatArray]:
    """Pairs and gaps at one point of each of some faces, looked at from one side."""
    gap = LEAST_GAP_PER_EXTENT * mesh.extent_m
    points = np.einsum("k,fkj->fj", weights, mesh.vertices_m[mesh.faces[faces]])
    normals = side * mesh.normals[faces]
    met, _ = caster.first_hit(
        np.ascontiguousarray(points + gap * normals - caster.center_m, np.float32),
        np.ascontiguousarray(-normals, np.float32),
    )
    other = np.flatnonzero((met >= 0) & (met != faces))
    own = faces[other]
    face_met: IntArray = met[other].astype(np.int64)
    cosines = np.einsum("pk,pk->p", mesh.normals[own], mesh.normals[face_met])
    heights = np.einsum(
        "pk,pk->p", points[other] - mesh.vertices_m[mesh.faces[face_met, 0]], mesh.normals[face_met]
    )
    feet = points[other] - heights[:, None] * mesh.normals[face_met]
    back = mesh.back_surface
    touching = (cosines < 0.0) & (back[own] < 0) & (back[face_met] < 0)
    bad = (np.abs(cosines) > _PARALLEL) & (np.abs(heights) < gap) & _inside(mesh, face_met, feet) & ~touching
    return np.stack([own[bad], face_met[bad]], axis=1), np.abs(heights[bad])


def _inside(mesh: SurfaceMesh, faces: IntArray, feet: FloatArray) -> np.ndarray:
    """Whether points in the planes of faces lie well within them, (P,): not on an edge shared."""
    corners = mesh.vertices_m[mesh.faces[faces]]
    sides = np.roll(corners, -1, axis=1) - corners
    turns = np.einsum("pk,pjk->pj", mesh.normals[faces], np.cross(sides, feet[:, None] - corners))
    return (turns > 1e-6 * 2.0 * mesh.areas_m2[faces, None]).all(axis=1)


def warn_of_close_sheets(mesh: SurfaceMesh, caster: RayCaster) -> None:
    """One warning that names the surfaces whose sheets lie too near to each other.

    Warns
    -----
    AccuracyWarning
        Rays would take one sheet for the other.
    """
    pairs, gaps = close_sheets(mesh, caster)
    if not len(pairs):
        return
    names = mesh.surface_names
    surface = np.where(mesh.front_surface >= 0, mesh.front_surface, mesh.back_surface)
    named, index = np.unique(np.sort(surface[pairs], axis=1), axis=0, return_inverse=True)
    least = np.full(len(named), np.inf)
    np.minimum.at(least, index.reshape(-1), gaps)
    first, second = ("an inactive part" if k < 0 else repr(names[k]) for k in named[0])
    more = f" and {len(named) - 1} more pairs" if len(named) > 1 else ""
    warnings.warn(
        f"sheets too near to be told apart: {first} and {second}{more}, {least[0]:.2g} m apart where rays "
        f"need {LEAST_GAP_PER_EXTENT * mesh.extent_m:.2g} m; make them one two-sided sheet or part them",
        AccuracyWarning,
        stacklevel=4,
    )
