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
from geometry.radiation.ray_caster import EmbreeRayCaster
from geometry.validation import FloatArray, IntArray, check_finite, check_shape, read_only
from viz.refinement import halved, longest_edges_m
from viz.scene import Material
from viz.surroundings import Surroundings, looked_up

SUN_HALF_ANGLE_RAD = 0.00465
SKY_RAYS, SUN_RAYS = 192, 24
BOUNCE_RAYS = 48
RAY_BLOCK = 1 << 21
BOUNCES = 2
PULL, PULL_M = 0.10, 0.08  # corners are looked from this share of the way into their face, at most PULL_M
NEAR, NEAR_FROM_M = 0.06, 0.8  # parts nearer than this share of its height are too fine for a face
ROUNDS, SETTLED = 24, 0.0005  # halving ends after so many rounds, or when so small a share is left
CROWD = 24  # a plane through fewer points is not worth asking whether anything stands before it


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
    eye_m : array (3,), optional
        Where the picture is taken from, body frame: sides that look away from it are left in full light.
    coarsest_m, finest_m : float
        m; no edge is longer than the first, none is halved below the second.
    finest_rad : float
        Nor below this angle, seen from the eye.
    tolerance : float
        A face is halved where its corners differ by this share of full light.

    Returns
    -------
    Shades
    """
    sun = check_finite(sun_direction_body, name="sun_direction_body")
    check_shape(sun, (3,), name="sun_direction_body")
    light = _Light(mesh, materials, sun, sky, np.asarray(rotation_gcrs_from_body, dtype=float), eye_m)
    for _ in range(ROUNDS):
        values = light.at_corners(mesh)
        lengths = longest_edges_m(mesh)
        finest = np.full(len(lengths), finest_m)
        if eye_m is not None:
            finest = np.maximum(finest, finest_rad * np.linalg.norm(mesh.centroids_m - eye_m, axis=1))
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


# ------------------------------------------------------------------ light


class _Light:
    """Evaluates the shares at corners of ever finer meshes; knows what it has cast."""

    def __init__(
        self,
        mesh: SurfaceMesh,
        materials: Sequence[Material],
        sun: FloatArray,
        sky: Surroundings,
        rotation: FloatArray,
        eye_m: FloatArray | None,
    ) -> None:
        self.caster, self.eye_m = EmbreeRayCaster(mesh), eye_m
        self.mesh, self.sun, self.sky, self.rotation = mesh, sun, sky, rotation
        self.corners = np.unique(mesh.vertices_m[np.unique(mesh.faces)], axis=0)
        self.sun_disc = _disc_directions(sun, SUN_RAYS)
        self.lobe = _cosine_directions(BOUNCE_RAYS)
        self.thrown = self._thrown_by_faces(materials)
        self.lobe = _cosine_directions(SKY_RAYS)
        self.known, self.passed = np.empty(0, np.int64), np.empty(0, np.int64)
        self.values = np.empty((0, 2))

    def at_corners(self, mesh: SurfaceMesh) -> FloatArray:
        """Shares (side, sunlight or ambient, F, 3)."""
        lengths = longest_edges_m(mesh)
        size = np.full(len(mesh.vertices_m), np.inf)  # of the smallest face about a vertex
        np.minimum.at(size, mesh.faces.reshape(-1), np.repeat(lengths, 3))
        inner = _pulled_corners(mesh, size)
        level = np.clip(0.5 * np.log2(np.where(np.isfinite(size), size, 1.0) / 1e-4), 0, 15).astype(np.int64)
        narrow = 2.0 * mesh.areas_m2 / lengths
        out = np.ones((2, 2, len(mesh.faces), 3))
        for side, (surface, sign) in enumerate(((mesh.front_surface, 1.0), (mesh.back_surface, -1.0))):
            faces = np.flatnonzero((surface >= 0) & self._is_seen(mesh, sign))
            if not faces.size:
                continue
            normals = sign * mesh.normals[faces]
            keys = _corner_keys(mesh.faces[faces], surface[faces], normals, level)
            unique, first, index = np.unique(keys, return_index=True, return_inverse=True)
            points = inner[faces].reshape(-1, 3)[first]
            near = np.repeat(NEAR * np.minimum(narrow[faces], NEAR_FROM_M), 3)[first]
            shares = self._shares(unique, points, np.repeat(normals, 3, axis=0)[first], near)
            out[side][:, faces] = shares[index.reshape(-1)].T.reshape(2, len(faces), 3)
        return out

    def is_missed(
        self, mesh: SurfaceMesh, faces: IntArray, values: FloatArray, tolerance: float
    ) -> NDArray[np.bool_]:
        """Whether the middle of each face has other sunlight than its corners say: a shadow between them."""
        keys = np.sort(mesh.faces[faces], axis=1) @ np.array([1, 2_654_435_761, 40_503 * (1 << 32)])
        fresh = ~np.isin(keys, self.passed)
        missed = np.zeros(len(faces), bool)
        for side, sign in ((0, 1.0), (1, -1.0)):
            surface = (mesh.front_surface, mesh.back_surface)[side]
            rows = np.flatnonzero(fresh & (surface[faces] >= 0) & self._is_seen(mesh, sign)[faces])
            shown = faces[rows]
            near = NEAR * np.minimum(2.0 * mesh.areas_m2[shown] / longest_edges_m(mesh)[shown], NEAR_FROM_M)
            share = self._sunlight(mesh.centroids_m[shown], sign * mesh.normals[shown], near)
            missed[rows] |= np.abs(share - values[side, 0, shown].mean(axis=1)) > tolerance
        self.passed = np.union1d(self.passed, keys[fresh & ~missed])
        return missed

    def _is_seen(self, mesh: SurfaceMesh, sign: float) -> NDArray[np.bool_]:
        """Whether the sides of one sign look towards the eye at all."""
        if self.eye_m is None:
            return np.ones(len(mesh.faces), bool)
        return sign * np.einsum("fk,fk->f", self.eye_m - mesh.centroids_m, mesh.normals) > 0.0

    def _shares(
        self, keys: IntArray, points_m: FloatArray, normals: FloatArray, near_m: FloatArray
    ) -> FloatArray:
        """Shares (P, 2); what an earlier round has cast is not cast again."""
        place = np.searchsorted(self.known, keys).clip(max=max(len(self.known) - 1, 0))
        fresh = self.known[place] != keys if len(self.known) else np.ones(len(keys), bool)
        out = np.empty((len(keys), 2))
        out[~fresh] = self.values[place[~fresh]]
        out[fresh, 0] = self._sunlight(points_m[fresh], normals[fresh], near_m[fresh])
        out[fresh, 1] = self._ambient(points_m[fresh], normals[fresh], near_m[fresh])
        everything = np.concatenate([self.known, keys[fresh]])
        order = np.argsort(everything)
        self.known = everything[order]
        self.values = np.concatenate([self.values, out[fresh]])[order]
        return out

    def _sunlight(
        self, points_m: FloatArray, normals: FloatArray, near_m: FloatArray | float = 0.0
    ) -> FloatArray:
        """Share of the Sun's disc in view past what is farther than `near_m`."""
        near = np.broadcast_to(near_m, len(points_m))
        out = np.zeros(len(points_m))
        lit = np.flatnonzero(normals @ self.sun > -SUN_HALF_ANGLE_RAD)
        for rows in _blocks(lit, SUN_RAYS):
            origins = np.repeat(self._starts(points_m[rows], normals[rows]), SUN_RAYS, axis=0)
            rays = np.tile(self.sun_disc, (len(rows), 1)).astype(np.float32)
            origins += rays * np.repeat(near[rows], SUN_RAYS)[:, None].astype(np.float32)
            above = np.einsum("rk,rk->r", rays, np.repeat(normals[rows], SUN_RAYS, axis=0)) > 0.0
            clear = above & ~self.caster.is_blocked(origins, rays)
            out[rows] = clear.reshape(-1, SUN_RAYS).mean(axis=1)
        return out

    def _ambient(
        self, points_m: FloatArray, normals: FloatArray, near_m: FloatArray | float = 0.0
    ) -> FloatArray:
        """Light of sky and parts over that of an open sky; parts nearer than `near_m` do not count."""
        near = np.broadcast_to(near_m, len(points_m))
        out = np.ones(len(points_m))
        shut = np.flatnonzero(~self._is_open(points_m, normals))
        for rows in _blocks(shut, len(self.lobe)):
            first, second = _tangents(normals[rows])
            frame = np.stack([first, second, normals[rows]], axis=1)
            rays = np.einsum("dk,pkj->pdj", self.lobe, frame).reshape(-1, 3).astype(np.float32)
            origins = np.repeat(self._starts(points_m[rows], normals[rows]), len(self.lobe), axis=0)
            origins += rays * np.repeat(near[rows], len(self.lobe))[:, None].astype(np.float32)
            faces, _ = self.caster.first_hit(origins, rays)
            open_sky = looked_up(self.sky.sharp, rays @ self.rotation.T.astype(np.float32)).mean(axis=1)
            hit = np.flatnonzero(faces >= 0)
            seen = open_sky.copy()
            behind = np.einsum("rk,rk->r", rays[hit], self.mesh.normals[faces[hit]].astype(np.float32)) > 0.0
            seen[hit] = self.thrown[behind.astype(int), faces[hit]]
            total = open_sky.reshape(-1, len(self.lobe)).sum(axis=1)
            share = seen.reshape(-1, len(self.lobe)).sum(axis=1) / np.maximum(total, 1e-9)
            clear = (faces < 0).reshape(-1, len(self.lobe)).mean(axis=1)
            out[rows] = np.where(total > 1e-6, np.clip(share, 0.0, 1.0), clear)
        return out

    def _starts(self, points_m: FloatArray, normals: FloatArray) -> NDArray[np.float32]:
        offset = max(self.caster.start_offset_m, 2e-4)
        return (points_m + offset * normals - self.caster.center_m).astype(np.float32)

    def _is_open(self, points_m: FloatArray, normals: FloatArray) -> NDArray[np.bool_]:
        """Whether nothing of the mesh stands before the plane through each point."""
        heights = np.einsum("pk,pk->p", points_m, normals)
        rounded = np.round(np.column_stack([normals, heights]) * 1e4).astype(np.int64)
        planes, index, count = np.unique(rounded, axis=0, return_inverse=True, return_counts=True)
        is_open = np.zeros(len(planes), bool)
        for k in np.flatnonzero(count >= CROWD):
            ahead = (self.corners @ (planes[k, :3] * 1e-4)).max() - planes[k, 3] * 1e-4
            is_open[k] = ahead < 1e-3 * max(1.0, 0.02 * self.caster.half_extent_m)
        return is_open[index.reshape(-1)]

    def _thrown_by_faces(self, materials: Sequence[Material]) -> FloatArray:
        """Grey radiance (2, F) that the front and the back of each face of the first mesh throw on."""
        mesh, sides = self.mesh, (self.mesh.normals, -self.mesh.normals)
        self.thrown = np.zeros((2, len(mesh.faces)))
        grey = np.array([np.mean(m.base_color) for m in materials] + [0.05])
        shine = (mesh.front_surface, mesh.back_surface)
        sky = [looked_up(self.sky.irradiance, n @ self.rotation.T).mean(axis=1) for n in sides]
        sun = [np.maximum(n @ self.sun, 0.0) * self._sunlight(mesh.centroids_m, n) for n in sides]
        for _ in range(BOUNCES):
            ambient = [self._ambient(mesh.centroids_m, n) for n in sides]
            self.thrown = np.stack([grey[shine[k]] * (sun[k] + sky[k] * ambient[k]) for k in (0, 1)])
        return self.thrown


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


def _pulled_corners(mesh: SurfaceMesh, size_m: FloatArray) -> FloatArray:
    """Corners (F, 3, 3), each a little inside its face, so that no ray starts inside a neighbour."""
    corners = mesh.vertices_m[mesh.faces]
    inward = mesh.centroids_m[:, None] - corners
    length = np.linalg.norm(inward, axis=2)
    pull = np.minimum(np.minimum(PULL * size_m[mesh.faces], PULL_M), 0.5 * length)
    return corners + inward * (pull / length)[..., None]


def _corner_keys(faces: IntArray, surfaces: IntArray, normals: FloatArray, level: IntArray) -> IntArray:
    """One number (3 F,) for corners that share vertex, its level of detail, surface and normal."""
    flat = normals / np.abs(normals).sum(axis=1, keepdims=True)  # the octahedron, unfolded
    folded = (1.0 - np.abs(flat[:, [1, 0]])) * np.where(flat[:, :2] >= 0.0, 1.0, -1.0)
    spread = np.where(flat[:, 2:] >= 0.0, flat[:, :2], folded)
    u, v = np.round((spread + 1.0) * 511.0).astype(np.int64).T
    face_key = ((surfaces + 1) << 24) | (u << 14) | (v << 4)
    return ((faces << 39) | face_key[:, None] | level[faces]).reshape(-1)
