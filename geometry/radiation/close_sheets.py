"""Sheets that lie so near to each other that single precision cannot part them, found by rays.

From a few points of every face, on both sides, a ray starts 1e-5 of the craft's extent away and looks
back at the face: what it meets first, other than that face, lies too near.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.radiation.accuracy import AccuracyWarning
from geometry.radiation.face_edges import FLATNESS_PER_EXTENT, connected_parts, face_edges, welded_corners
from geometry.validation import FloatArray, IntArray

if TYPE_CHECKING:
    from geometry.radiation.ray_caster import RayCaster

LEAST_GAP_PER_EXTENT = 1e-5
"""Two sheets nearer than this share of the extent are taken to be one: 80 single-precision steps."""

_POINTS = np.array([[1, 1, 1], [4, 1, 1], [1, 4, 1], [1, 1, 4]]) / np.array([[3], [6], [6], [6]])
_PARALLEL = 0.99
_NO_GAP_PER_EXTENT = 1e-9
_FACES_AT_ONCE = 50_000


@dataclass(frozen=True, eq=False)
class CloseSheets:
    """Pairs of faces that overlap nearer than `LEAST_GAP_PER_EXTENT`.

    Parameters
    ----------
    pairs : int array (P, 2)
    gaps_m : array (P,)
        How near they are.
    covered : int array (K, 3)
        Face, its side (0 front, 1 back), and the face before it: whether rays find that one is chance.
    """

    pairs: IntArray
    gaps_m: FloatArray
    covered: IntArray

    def side_shares(self, mesh: SurfaceMesh) -> FloatArray:
        """Share of front and back of each face that may be in doubt, (F, 2)."""
        areas = mesh.areas_m2
        face, side, other = self.covered.T
        in_doubt = np.zeros((len(areas), 2))
        np.add.at(in_doubt, (face, side), areas[other])
        return np.minimum(in_doubt / areas[:, None], 1.0)

    def shares(self, mesh: SurfaceMesh) -> FloatArray:
        """Share of each surface's area that may be in doubt, (S,)."""
        in_doubt = self.side_shares(mesh) * mesh.areas_m2[:, None]
        out = np.zeros(len(mesh.surface_names))
        for column, surface in zip(in_doubt.T, (mesh.front_surface, mesh.back_surface), strict=True):
            active = surface >= 0
            np.add.at(out, surface[active], column[active])
        return np.asarray(out / mesh.surface_areas_m2)

    def swaps(self, mesh: SurfaceMesh) -> Swaps:
        """What may be seen in each surface's stead, and what may stand before it."""
        face, side, other = self.covered.T
        sides = np.stack([mesh.front_surface, mesh.back_surface], axis=1)
        turned = np.einsum("pk,pk->p", mesh.normals[face], mesh.normals[other]) < 0.0
        areas_m2 = np.minimum(mesh.areas_m2[face], mesh.areas_m2[other])
        row = sides[face, side]

        def shares(column: IntArray) -> csr_array:
            chosen = (row >= 0) & (row != column)
            size = len(mesh.surface_names)
            places = row[chosen], column[chosen] % (size + 1)
            values = areas_m2[chosen] / mesh.surface_areas_m2[row[chosen]]
            found = csr_array((values, places), shape=(size, size + 1))
            found.data = np.minimum(found.data, 1.0)
            return found

        return Swaps(shares(sides[other, side ^ turned]), shares(sides[other, side ^ ~turned]))


@dataclass(frozen=True, eq=False)
class Swaps:
    """Shares of each surface (row), each (S, S + 1); the last column is of inactive sides.

    Parameters
    ----------
    instead : csr_array
        What each other, on the side that looks the same way, may cover.
    before : csr_array
        What may be before it of each other, on the side that faces it.
    """

    instead: csr_array
    before: csr_array

    @property
    def shares(self) -> FloatArray:
        """Share of each surface that may be covered, (S,)."""
        return np.minimum(self.instead.sum(axis=1), 1.0)

    def __bool__(self) -> bool:
        return bool(self.instead.nnz or self.before.nnz)


def close_sheets(mesh: SurfaceMesh, caster: RayCaster) -> CloseSheets:
    """Sheets too near to each other for single precision.

    Notes
    -----
    Sampled at four points of each face: an overlap is found where it holds one of these, of either face.
    Sheets without backs that face each other are left out where they are flush, for `open_mesh` cuts
    out what they cover, and where they belong to closed solids: nothing can come between, and rays from
    there end inside the other.  Back to back they are left out too: of those, `open_mesh` tells.
    """
    found = [
        _near(mesh, caster, np.arange(f, min(f + _FACES_AT_ONCE, len(mesh.faces))), weights, side)
        for f in range(0, len(mesh.faces), _FACES_AT_ONCE)
        for weights in _POINTS
        for side in (1.0, -1.0)
    ]
    covered, gaps, facing = (np.concatenate(f) for f in zip(*found, strict=True))
    if facing.any():
        corners = welded_corners(mesh, caster.center_m)
        edges, body = face_edges(corners), connected_parts(corners)
        is_open = np.bincount(body.repeat(3), edges.is_open[edges.edge])[body] > 0.0
        kept = ~facing | is_open[covered[:, 0]] | is_open[covered[:, 2]]
        covered, gaps = covered[kept], gaps[kept]
    pairs = np.sort(covered[:, ::2], axis=1)
    unique, index = np.unique(pairs, axis=0, return_inverse=True)
    least = np.full(len(unique), np.inf)
    np.minimum.at(least, index.reshape(-1), gaps)
    return CloseSheets(unique, least, np.unique(covered, axis=0))


def _near(
    mesh: SurfaceMesh,
    caster: RayCaster,
    faces: IntArray,
    weights: FloatArray,
    side: float,
) -> tuple[IntArray, FloatArray, np.ndarray]:
    """What is covered (K, 3), gaps, and whether it is sheets without backs that face each other, (K,), at one
    point of each of some faces, looked at from one side.
    """
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
    turned = (cosines < 0.0) & (back[own] < 0) & (back[face_met] < 0)
    touching = turned & (heights <= FLATNESS_PER_EXTENT * mesh.extent_m)
    bad = (np.abs(cosines) > _PARALLEL) & (np.abs(heights) < gap) & _inside(mesh, face_met, feet) & ~touching
    own, face_met, heights, turned = own[bad], face_met[bad], heights[bad], turned[bad]
    covered, gaps, facing = [], [], []
    for face, before, toward in ((face_met, own, heights), (own, face_met, -heights * np.sign(cosines[bad]))):
        for column, sign in enumerate((1.0, -1.0)):  # where there is no gap at all, both sides are in doubt
            chosen = sign * toward > -_NO_GAP_PER_EXTENT * mesh.extent_m
            rows = np.stack([face[chosen], np.full(chosen.sum(), column), before[chosen]], axis=1)
            covered.append(rows)
            gaps.append(np.abs(heights[chosen]))
            facing.append(turned[chosen])
    return np.concatenate(covered), np.concatenate(gaps), np.concatenate(facing)


def _inside(mesh: SurfaceMesh, faces: IntArray, feet: FloatArray) -> np.ndarray:
    """Whether points in the planes of faces lie well within them, (P,): not on an edge shared."""
    corners = mesh.vertices_m[mesh.faces[faces]]
    sides = np.roll(corners, -1, axis=1) - corners
    turns = np.einsum("pk,pjk->pj", mesh.normals[faces], np.cross(sides, feet[:, None] - corners))
    return (turns > 1e-6 * 2.0 * mesh.areas_m2[faces, None]).all(axis=1)


def warn_of_close_sheets(mesh: SurfaceMesh, caster: RayCaster) -> CloseSheets:
    """Sheets too near to each other, and one warning that names the surfaces.

    Warns
    -----
    AccuracyWarning
        Rays would take one sheet for the other.
    """
    close = close_sheets(mesh, caster)
    pairs, gaps = close.pairs, close.gaps_m
    if not len(pairs):
        return close
    names = mesh.surface_names
    surface = np.where(mesh.front_surface >= 0, mesh.front_surface, mesh.back_surface)
    named, index = np.unique(np.sort(surface[pairs], axis=1), axis=0, return_inverse=True)
    least = np.full(len(named), np.inf)
    np.minimum.at(least, index.reshape(-1), gaps)
    first, second = ("an inactive part" if k < 0 else repr(names[k]) for k in named[0])
    more = f" and {len(named) - 1} more pairs" if len(named) > 1 else ""
    alike = np.einsum("pk,pk->p", *mesh.normals[pairs[index.reshape(-1) == 0].T]) > 0.0
    if least[0] <= _NO_GAP_PER_EXTENT * mesh.extent_m and alike.all():
        found = f"sheets that coincide and look the same way: {first} and {second}{more}"
        mend = "remove one"
    else:
        need = LEAST_GAP_PER_EXTENT * mesh.extent_m
        found = f"sheets too near to be told apart: {first} and {second}{more}, {least[0]:.2g} m apart where "
        found += f"rays need {need:.2g} m"
        mend = "make them one two-sided sheet or part them"
    warnings.warn(
        f"{found}; what they see of each other is stated as error; {mend}", AccuracyWarning, stacklevel=4
    )
    return close


def doubted(values: FloatArray, errors: FloatArray, shares: FloatArray) -> FloatArray:
    """Errors (..., S) with what is in doubt of values (..., S): anything from nothing to all of it."""
    return np.hypot(errors, shares * np.abs(values))


def swapped(values: csr_array, sources: IntArray, swaps: Swaps) -> csr_array:
    """What of some values close sheets leave open, of the shape of the values.

    Parameters
    ----------
    values : csr_array (R, S + 1)
        What surfaces see of each other, last of inactive sides.
    sources : int array (R,)
        Which surface each row is of.
    swaps : Swaps
        What is seen of the one may be the other's, and what covers a source may be all it sees.
    """
    covered = np.append(swaps.shares, 0.0)
    near = (swaps.instead + swaps.before)[sources]
    seen = values[:, :-1] @ swaps.instead + values.multiply(covered + covered[sources, None]) + near
    found = csr_array(seen)
    found.data = np.minimum(found.data, 1.0)
    return found
