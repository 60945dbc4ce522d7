"""Shadows and ambient light, cast by rays and laid down on a mesh before it is drawn.

Two shares per corner and side: of the Sun's disc in view past the craft's own parts, and of the light of
the sky (Earth included) that arrives, counting what the parts themselves throw on.  The mesh is halved
where straight lines between its corners would miss a shadow's edge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.validation import FloatArray, IntArray, check_finite, check_shape, read_only
from viz.light_rays import LightRays, Patches, corner_patches
from viz.refinement import halved, longest_edges_m
from viz.scene import Material
from viz.surroundings import Surroundings

SKY_RAYS, SUN_RAYS, BOUNCE_RAYS = 192, 24, 48
BOUNCES = 2
CORNER = 0.4  # light of a corner is the mean over the part of a face this near to it
ROUNDS, SETTLED = 24, 0.0005  # halving ends after so many rounds, or when so small a share is left


@dataclass(frozen=True, eq=False)
class Shades:
    """A mesh, halved where shadows need it, and what light reaches its corners.

    Parameters
    ----------
    mesh : SurfaceMesh
        The same surfaces; F faces.
    front_sunlight, back_sunlight : array (F, 3)
        Share of the Sun's disc in view at each corner; 0 where the side faces away from it.
    front_ambient, back_ambient : array (F, 3)
        Light of the sky and of other parts, over what an open sky would give that side; at most 1.
    """

    mesh: SurfaceMesh
    front_sunlight: FloatArray
    back_sunlight: FloatArray
    front_ambient: FloatArray
    back_ambient: FloatArray


def shades(
    mesh: SurfaceMesh,
    materials: Sequence[Material],
    sun_direction_body: FloatArray,
    sky: Surroundings,
    rotation_gcrs_from_body: FloatArray,
    *,
    eye_m: FloatArray | None = None,
    coarsest_m: float = 1.6,
    finest_m: float = 0.06,
    finest_rad: float = 0.009,
    tolerance: float = 0.08,
) -> Shades:
    """Shares of light for every corner of a mesh, with edges from `coarsest_m` to `finest_m` long.

    Parameters
    ----------
    mesh : SurfaceMesh
        Body frame.
    materials : sequence of S Material
        How much each surface throws on.
    sun_direction_body : array (3,)
        Unit vector to the Sun.
    sky : Surroundings
    rotation_gcrs_from_body : array (3, 3)
    eye_m : array (3,) or (K, 3), optional
        Where the picture is taken from, or pictures of a film, body frame: sides that look away from all of
        them are left in full light.
    coarsest_m, finest_m : float
        m; no edge is longer than the first, none is halved below the second.
    finest_rad : float
        Nor below this angle, seen from the nearest eye.
    tolerance : float
        A face is halved where its corners differ by this share of full light.

    Returns
    -------
    Shades
    """
    sun = check_finite(sun_direction_body, name="sun_direction_body")
    check_shape(sun, (3,), name="sun_direction_body")
    rays = LightRays(mesh, sun, sky, np.asarray(rotation_gcrs_from_body, dtype=float))
    grey = np.array([np.mean(m.base_color) for m in materials] + [0.05])
    rays.bounce(np.stack([grey[mesh.front_surface], grey[mesh.back_surface]]), BOUNCE_RAYS, BOUNCES)
    eyes = None if eye_m is None else np.atleast_2d(np.asarray(eye_m, dtype=float))
    light = _CornerLight(rays, eyes)
    for _ in range(ROUNDS):
        values = light.at_corners(mesh)
        lengths = longest_edges_m(mesh)
        finest = np.full(len(lengths), finest_m)
        if eyes is not None:
            away = np.min([np.linalg.norm(mesh.centroids_m - eye, axis=1) for eye in eyes], axis=0)
            finest = np.maximum(finest, finest_rad * away)
        split = lengths > coarsest_m
        large = ~split & (lengths > 2.0 * finest)
        unsure = large & (np.ptp(values, axis=3).max(axis=(0, 1)) > tolerance)
        unsure[large & ~unsure] = light.is_missed(mesh, np.flatnonzero(large & ~unsure), values, tolerance)
        if not split.any() and unsure.sum() <= SETTLED * len(unsure):
            break
        mesh = halved(mesh, split | unsure)
    else:
        values = light.at_corners(mesh)
    return Shades(mesh, *(read_only(v) for v in values.transpose(1, 0, 2, 3).reshape(4, -1, 3)))


class _CornerLight:
    """Shares at corners of ever finer meshes; knows what it has cast."""

    def __init__(self, rays: LightRays, eyes_m: FloatArray | None) -> None:
        self.rays, self.eyes_m = rays, eyes_m
        self.known, self.passed = np.empty(0, np.int64), np.empty(0, np.int64)
        self.values = np.empty((0, 2))

    def at_corners(self, mesh: SurfaceMesh) -> FloatArray:
        """Shares (side, sunlight or ambient, F, 3); light is full on sides that no eye sees."""
        size = np.full(len(mesh.vertices_m), np.inf)  # of the smallest face about a vertex
        np.minimum.at(size, mesh.faces.reshape(-1), np.repeat(longest_edges_m(mesh), 3))
        level = np.clip(0.5 * np.log2(np.where(np.isfinite(size), size, 1.0) / 1e-4), 0, 15).astype(np.int64)
        out = np.ones((2, 2, len(mesh.faces), 3))
        for side, (surface, sign) in enumerate(((mesh.front_surface, 1.0), (mesh.back_surface, -1.0))):
            faces = np.flatnonzero((surface >= 0) & self._is_seen(mesh, sign))
            if not faces.size:
                continue
            keys = _corner_keys(mesh.faces[faces], surface[faces], sign * mesh.normals[faces], level)
            unique, first, index = np.unique(keys, return_index=True, return_inverse=True)
            patches = corner_patches(mesh, faces[first // 3], first % 3, sign, CORNER)
            shares = self._shares(unique, patches)
            out[side][:, faces] = shares[index.reshape(-1)].T.reshape(2, len(faces), 3)
        return out

    def is_missed(
        self, mesh: SurfaceMesh, faces: IntArray, values: FloatArray, tolerance: float
    ) -> NDArray[np.bool_]:
        """Whether a face as a whole has other sunlight than its corners say: a shadow between them."""
        keys = np.sort(mesh.faces[faces], axis=1) @ np.array([1, 2_654_435_761, 40_503 * (1 << 32)])
        fresh = ~np.isin(keys, self.passed)
        missed = np.zeros(len(faces), bool)
        for side, sign in ((0, 1.0), (1, -1.0)):
            surface = (mesh.front_surface, mesh.back_surface)[side]
            rows = np.flatnonzero(fresh & (surface[faces] >= 0) & self._is_seen(mesh, sign)[faces])
            patches = corner_patches(mesh, faces[rows], np.zeros_like(rows), sign, 1.0)
            share = self.rays.sunlight(patches, SUN_RAYS)
            missed[rows] |= np.abs(share - values[side, 0, faces[rows]].mean(axis=1)) > tolerance
        self.passed = np.union1d(self.passed, keys[fresh & ~missed])
        return missed

    def _is_seen(self, mesh: SurfaceMesh, sign: float) -> NDArray[np.bool_]:
        """Whether the sides of one sign look towards any eye at all."""
        if self.eyes_m is None:
            return np.ones(len(mesh.faces), bool)
        off = np.einsum("fk,fk->f", mesh.centroids_m, mesh.normals)
        return np.asarray((sign * (mesh.normals @ self.eyes_m.T - off[:, None]) > 0.0).any(axis=1))

    def _shares(self, keys: IntArray, patches: Patches) -> FloatArray:
        """Shares (P, 2); what an earlier round has cast is not cast again."""
        place = np.searchsorted(self.known, keys).clip(max=max(len(self.known) - 1, 0))
        fresh = self.known[place] != keys if len(self.known) else np.ones(len(keys), bool)
        out = np.empty((len(keys), 2))
        out[~fresh] = self.values[place[~fresh]]
        out[fresh, 0] = self.rays.sunlight(patches.taken(fresh), SUN_RAYS)
        out[fresh, 1] = self.rays.ambient(patches.taken(fresh), SKY_RAYS)
        everything = np.concatenate([self.known, keys[fresh]])
        order = np.argsort(everything)
        self.known = everything[order]
        self.values = np.concatenate([self.values, out[fresh]])[order]
        return out


def _corner_keys(faces: IntArray, surfaces: IntArray, normals: FloatArray, level: IntArray) -> IntArray:
    """One number (3 F,) for corners that share vertex, its level of detail, surface and normal."""
    flat = normals / np.abs(normals).sum(axis=1, keepdims=True)  # the octahedron, unfolded
    folded = (1.0 - np.abs(flat[:, [1, 0]])) * np.where(flat[:, :2] >= 0.0, 1.0, -1.0)
    spread = np.where(flat[:, 2:] >= 0.0, flat[:, :2], folded)
    u, v = np.round((spread + 1.0) * 511.0).astype(np.int64).T
    face_key = ((surfaces + 1) << 24) | (u << 14) | (v << 4)
    return ((faces << 39) | face_key[:, None] | level[faces]).reshape(-1)
