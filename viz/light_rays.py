"""How much light reaches patches of a mesh past its own parts: rays to the Sun's disc and over the sky.

A patch is a triangle; its rays start all over it, so that a part too small for the mesh dims it a little
instead of putting it out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.radiation.ray_caster import ray_caster
from geometry.validation import FloatArray, IntArray
from viz.surroundings import Surroundings, looked_up

SUN_HALF_ANGLE_RAD = 0.00465
RAY_BLOCK = 1 << 21
CROWD = 24  # a plane of fewer patches is not worth asking whether anything stands before it
START_M = 2e-4  # off the surface, at least


@dataclass(frozen=True, eq=False)
class Patches:
    """P triangles on sides of faces: a corner and two edges, each (P, 3) in m, and outward normals (P, 3)."""

    corner_m: FloatArray
    first_m: FloatArray
    second_m: FloatArray
    normals: FloatArray

    def __len__(self) -> int:
        return len(self.corner_m)

    def taken(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Patches:
        """Some of them."""
        return Patches(self.corner_m[rows], self.first_m[rows], self.second_m[rows], self.normals[rows])

    def starts_m(self, count: int) -> FloatArray:
        """Points spread evenly over each patch, (P, count, 3), m."""
        k = np.arange(count) + 0.5
        a, b = (0.5 + k * 0.7548776662466927) % 1.0, (0.5 + k * 0.5698402909980532) % 1.0  # [Roberts2018]
        over = a + b > 1.0
        a, b = np.where(over, 1.0 - a, a), np.where(over, 1.0 - b, b)
        along = a[None, :, None] * self.first_m[:, None] + b[None, :, None] * self.second_m[:, None]
        return self.corner_m[:, None] + along


def corner_patches(
    mesh: SurfaceMesh, faces: IntArray, corners: IntArray, sign: float, share: float
) -> Patches:
    """Parts of faces at one of their corners (0, 1, 2): `share` of the edges that meet there."""
    places = mesh.vertices_m[mesh.faces[faces]]
    rows = np.arange(len(faces))
    corner = places[rows, corners]
    first = share * (places[rows, (corners + 1) % 3] - corner)
    second = share * (places[rows, (corners + 2) % 3] - corner)
    return Patches(corner, first, second, sign * mesh.normals[faces])


class LightRays:
    """Casts for patches of one craft under one sky.

    Parameters
    ----------
    mesh : SurfaceMesh
        What stands in the way, body frame.
    sun_direction_body : array (3,)
    sky : Surroundings
    rotation_gcrs_from_body : array (3, 3)
    """

    def __init__(
        self,
        mesh: SurfaceMesh,
        sun_direction_body: FloatArray,
        sky: Surroundings,
        rotation_gcrs_from_body: FloatArray,
    ) -> None:
        self.caster = ray_caster(mesh, doubt_close_sheets=False)
        self.mesh, self.sun, self.sky, self.rotation = mesh, sun_direction_body, sky, rotation_gcrs_from_body
        self.places = np.unique(mesh.vertices_m[np.unique(mesh.faces)], axis=0)
        self.thrown = np.zeros((2, len(mesh.faces)))  # radiance of the front and the back of each face

    def sunlight(self, patches: Patches, rays: int) -> FloatArray:
        """Share of the Sun's disc in view, mean over each patch, (P,); 0 where it looks away."""
        out = np.zeros(len(patches))
        disc = _disc_directions(self.sun, rays).astype(np.float32)
        lit = np.flatnonzero(patches.normals @ self.sun > -SUN_HALF_ANGLE_RAD)
        for rows in _blocks(lit, rays):
            some = patches.taken(rows)
            directions = np.tile(disc, (len(rows), 1))
            above = (some.normals.astype(np.float32) @ disc.T).reshape(-1) > 0.0
            clear = above & ~self.caster.is_blocked(self._origins(some, rays), directions)
            out[rows] = clear.reshape(-1, rays).mean(axis=1)
        return out

    def ambient(self, patches: Patches, rays: int) -> FloatArray:
        """Light of the sky and of what parts throw on, over that of an open sky, (P,), at most 1."""
        out = np.ones(len(patches))
        lobe = _cosine_directions(rays)
        for rows in _blocks(np.flatnonzero(~self._is_open(patches)), rays):
            some = patches.taken(rows)
            frame = np.stack([*_tangents(some.normals), some.normals], axis=1)
            directions = np.einsum("dk,pkj->pdj", lobe, frame).reshape(-1, 3).astype(np.float32)
            faces, _ = self.caster.first_hit(self._origins(some, rays), directions)
            sky = looked_up(self.sky.sharp, directions @ self.rotation.T.astype(np.float32)).mean(axis=1)
            hit = np.flatnonzero(faces >= 0)
            along = np.einsum("rk,rk->r", directions[hit], self.mesh.normals[faces[hit]].astype(np.float32))
            seen = sky.copy()
            seen[hit] = self.thrown[(along > 0.0).astype(int), faces[hit]]
            total = sky.reshape(-1, rays).sum(axis=1)
            share = seen.reshape(-1, rays).sum(axis=1) / np.maximum(total, 1e-9)
            clear = (faces < 0).reshape(-1, rays).mean(axis=1)
            out[rows] = np.where(total > 1e-6, np.clip(share, 0.0, 1.0), clear)
        return out

    def bounce(self, reflectance: FloatArray, rays: int, bounces: int) -> None:
        """Work out what faces throw on: diffuse reflectance (2, F) times the light that reaches them."""
        faces = np.arange(len(self.mesh.faces))
        sides = [corner_patches(self.mesh, faces, np.zeros_like(faces), sign, 1.0) for sign in (1.0, -1.0)]
        open_sky = [looked_up(self.sky.irradiance, p.normals @ self.rotation.T).mean(axis=1) for p in sides]
        sun = [np.maximum(p.normals @ self.sun, 0.0) * self.sunlight(p, 8) for p in sides]
        for _ in range(bounces):
            light = [sun[k] + open_sky[k] * self.ambient(p, rays) for k, p in enumerate(sides)]
            self.thrown = reflectance * np.stack(light)

    def _origins(self, patches: Patches, rays: int) -> NDArray[np.float32]:
        off = max(self.caster.start_offset_m, START_M) * patches.normals[:, None]
        return (patches.starts_m(rays) + off - self.caster.center_m).reshape(-1, 3).astype(np.float32)

    def _is_open(self, patches: Patches) -> NDArray[np.bool_]:
        """Whether nothing of the mesh stands before the plane of each patch."""
        heights = np.einsum("pk,pk->p", patches.corner_m, patches.normals)
        rounded = np.round(np.column_stack([patches.normals, heights]) * 1e4).astype(np.int64)
        planes, index, count = np.unique(rounded, axis=0, return_inverse=True, return_counts=True)
        is_open = np.zeros(len(planes), bool)
        for k in np.flatnonzero(count >= CROWD):
            ahead = (self.places @ (planes[k, :3] * 1e-4)).max() - planes[k, 3] * 1e-4
            is_open[k] = ahead < 1e-3 * max(1.0, 0.02 * self.caster.half_extent_m)
        return is_open[index.reshape(-1)]


def _blocks(rows: IntArray, rays: int) -> list[IntArray]:
    """Rows in blocks whose rays fit into memory."""
    step = max(1, RAY_BLOCK // rays)
    return [rows[k : k + step] for k in range(0, len(rows), step)]


def _cosine_directions(count: int) -> FloatArray:
    """Directions (count, 3) about +Z, even in the cosine-weighted hemisphere."""
    k = np.arange(count) + 0.5
    turn, radius = np.pi * (1.0 + np.sqrt(5.0)) * k, np.sqrt(k / count)
    return np.column_stack([radius * np.cos(turn), radius * np.sin(turn), np.sqrt(1.0 - radius**2)])


def _disc_directions(sun: FloatArray, count: int) -> FloatArray:
    """Directions (count, 3) even over the Sun's disc."""
    k = np.arange(count) + 0.5
    turn, radius = np.pi * (1.0 + np.sqrt(5.0)) * k, SUN_HALF_ANGLE_RAD * np.sqrt(k / count)
    first, second = _tangents(sun[None])
    rays = sun + radius[:, None] * (np.cos(turn)[:, None] * first + np.sin(turn)[:, None] * second)
    return rays / np.linalg.norm(rays, axis=1, keepdims=True)


def _tangents(normals: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Two unit tangents of each normal."""
    axis = np.eye(3)[np.abs(normals).argmin(axis=1)]
    first = np.cross(axis, normals)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    return first, np.cross(normals, first)
