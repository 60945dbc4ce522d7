"""What the air strikes of a mesh: its open sides, and the molecules that other parts of it stop on their way.

Where nothing stands before a side its force is the closed form of `geometry.orbit.free_molecular`.  For the
others the same closed form is taken first, and what is stopped is then found by rays against the wind: each
ray is one molecule of the drifting, thermally moving air, traced back to where it came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, exp, pi, sqrt

import numpy as np
from numba import njit
from scipy.special import ndtri
from scipy.stats import qmc

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.orbit.free_molecular import (
    DIFFUSE_SURFACE,
    GAS_CONSTANT_J_MOL_K,
    GasSurface,
    free_molecular_force_n,
    reemission_speed_m_s,
)
from geometry.orbit.thermosphere import MOLAR_MASS_KG_MOL, Air
from geometry.radiation.ray_caster import RayCaster, ray_caster
from geometry.radiation.receivers import FREE_TOLERANCE_PER_HALF_EXTENT
from geometry.validation import FloatArray, IntArray, read_only

REPLICATES = 4
POINTS = 1_024  # rays of each replicate and call, a power of two
_PROBES, _MOST_PROBES = 64, 20_000_000
_MOST_NORMALS = 2_000
_DIMENSIONS = 8  # state, side, two of the point, three of the velocity, species
_FLUX_STATES = 8  # at which the share of each side in the rays is fixed
_LEAST_FLUX = 1e-3


@dataclass(frozen=True, eq=False)
class ShadedSides:
    """E sides with something before their plane.

    Parameters
    ----------
    corners_m, along_a_m, along_b_m, normals : array (E, 3)
        Triangle and outward normal, m from the caster's centre.
    areas_m2 : array (E,)
    caster : RayCaster
    """

    corners_m: FloatArray
    along_a_m: FloatArray
    along_b_m: FloatArray
    normals: FloatArray
    areas_m2: FloatArray
    caster: RayCaster


@dataclass(frozen=True, eq=False)
class AirExposure:
    """A mesh prepared for the air.

    Parameters
    ----------
    normals : array (P, 3)
        Distinct outward normals of all open sides.
    areas_m2 : array (P,)
    shaded : ShadedSides or None
        None where nothing shades anything: then every force is exact.
    """

    normals: FloatArray
    areas_m2: FloatArray
    shaded: ShadedSides | None

    def force_n(self, wind_m_s: FloatArray, air: Air, surface: GasSurface = DIFFUSE_SURFACE) -> FloatArray:
        """Force (T, 3) in body axes, N, with nothing shaded; wind (T, 3) in body axes, m/s."""
        return free_molecular_force_n(self.normals, self.areas_m2, wind_m_s, air, surface)


def air_exposure(mesh: SurfaceMesh) -> AirExposure:
    """Find the open sides of a mesh, and those that something shades.

    Parameters
    ----------
    mesh : SurfaceMesh
        Body frame, m.

    Notes
    -----
    The air strikes a side whether or not it carries a surface: a plate drags behind too.  A side is closed
    where none of 64 rays over its hemisphere leaves the mesh, as inside a solid.
    """
    caster = ray_caster(mesh)
    count = len(mesh.faces)
    faces = np.tile(np.arange(count), 2)
    normals = np.concatenate([mesh.normals, -mesh.normals])
    free = _nothing_before(mesh, faces, normals)
    opened = free.copy()
    sides = _sides(mesh, caster, faces[~free], normals[~free])
    opened[~free] = _is_open(sides)
    shaded = opened & ~free
    return AirExposure(
        *_merged(normals[opened], mesh.areas_m2[faces[opened]]),
        _sides(mesh, caster, faces[shaded], normals[shaded]) if shaded.any() else None,
    )


def _sides(mesh: SurfaceMesh, caster: RayCaster, faces: IntArray, normals: FloatArray) -> ShadedSides:
    """Triangles of some sides in the caster's coordinates."""
    a, b, c = np.moveaxis(mesh.vertices_m[mesh.faces[faces]] - caster.center_m, 1, 0)
    return ShadedSides(a, b - a, c - a, np.ascontiguousarray(normals), mesh.areas_m2[faces], caster)


def _nothing_before(mesh: SurfaceMesh, faces: IntArray, normals: FloatArray) -> np.ndarray:
    """Whether no vertex of the mesh stands before the plane of each side."""
    low, high = mesh.bounds_m
    half = 0.5 * float((high - low).max())
    vertices = np.unique(mesh.vertices_m[np.unique(mesh.faces)] - 0.5 * (low + high), axis=0)
    heights = np.einsum("ek,ek->e", normals, mesh.centroids_m[faces] - 0.5 * (low + high))
    rounded = np.round(np.column_stack([normals, heights / half]) * 1e9).astype(np.int64)
    planes, place = np.unique(rounded, axis=0, return_inverse=True)
    free = np.empty(len(planes), bool)
    step = max(1, 4_000_000 // len(vertices))
    for begin in range(0, len(planes), step):
        part = planes[begin : begin + step] * 1e-9
        top = (vertices @ part[:, :3].T).max(axis=0)
        free[begin : begin + step] = top <= (part[:, 3] + FREE_TOLERANCE_PER_HALF_EXTENT) * half
    return free[place.reshape(-1)]


def _is_open(sides: ShadedSides) -> np.ndarray:
    """Whether any of a few rays over its hemisphere leaves the mesh, for each side."""
    count = len(sides.areas_m2)
    found = np.zeros(count, bool)
    probes = int(np.clip(_MOST_PROBES // max(count, 1), 8, _PROBES))
    points = qmc.Sobol(4, seed=1).random(_PROBES)[:probes]
    for point in points:
        left = np.flatnonzero(~found)
        if not left.size:
            break
        u, v = (point[0], point[1]) if point[0] + point[1] <= 1.0 else (1.0 - point[0], 1.0 - point[1])
        normals = sides.normals[left]
        origins = sides.corners_m[left] + u * sides.along_a_m[left] + v * sides.along_b_m[left]
        origins += sides.caster.start_offset_m * normals
        # a cosine-weighted direction: a point on the sphere that touches the plane
        height, turn = 2.0 * point[2] - 1.0, 2.0 * pi * point[3]
        ring = sqrt(1.0 - height * height)
        directions = normals + np.array([ring * np.cos(turn), ring * np.sin(turn), height]) * (1.0 - 1e-6)
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        found[left] = ~sides.caster.is_blocked(
            np.ascontiguousarray(origins, dtype=np.float32),
            np.ascontiguousarray(directions, dtype=np.float32),
        )
    return found


def _merged(normals: FloatArray, areas: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Distinct normals with their areas; of a mesh with more than 2,000, neighbours within some 2 deg as one.

    The mean normal of neighbours is in error to second order of the angle between them: 4e-4.
    """
    for digits in (1e9, 32.0):
        keys = np.round(normals * digits).astype(np.int64)
        distinct, place = np.unique(keys, axis=0, return_inverse=True)
        if len(distinct) <= _MOST_NORMALS:
            break
    place = place.reshape(-1)
    sums = np.stack([np.bincount(place, areas * normals[:, k]) for k in range(3)], axis=1)
    return read_only(sums / np.linalg.norm(sums, axis=1, keepdims=True)), read_only(np.bincount(place, areas))


# ---------------------------------------------------------------- molecules that are stopped on their way


def stopped_means(
    exposure: AirExposure,
    wind_m_s: FloatArray,
    weights: FloatArray,
    air: Air,
    surface: GasSurface,
    rng: np.random.Generator,
    points: int = POINTS,
) -> FloatArray:
    """Means over states of the force that does not arrive because other parts are in the way.

    Parameters
    ----------
    exposure : AirExposure
        With sides that are shaded.
    wind_m_s : array (T, 3)
        Body axes, m/s.
    weights : array (T, W, 3)
        Vectors that the force is multiplied by, such as directions or rates; body axes.
    air : Air
        Of T points.
    surface : GasSurface
    rng : Generator
        Shifts the Sobol points of each replicate.
    points : int
        Rays of each replicate, a power of two.

    Returns
    -------
    array (R, W)
        For each of `REPLICATES` independent shifts, the mean over the states of force . weight.

    Notes
    -----
    Molecules c = wind + sqrt(R T / M) x, x normal, reach a side at the rate -c . n and bring the momentum
    that they carry and that with which they leave.  One that would have to come through the craft does not
    come.  What stopped it is struck by it and counted there; molecules that leave one part and strike
    another are left out.
    """
    shaded = exposure.shaded
    if shaded is None:
        return np.zeros((REPLICATES, weights.shape[1]))
    species = air.species_density_kg_m3.cumsum(axis=1)
    share = _flux_shares(shaded, wind_m_s, air)
    cumulative = np.cumsum(share)
    cumulative /= cumulative[-1]
    base = _sobol(points)
    stopped = np.empty((REPLICATES, weights.shape[1]))
    origins, rays = np.empty((points, 3), np.float32), np.empty((points, 3), np.float32)
    brought = np.empty((points, weights.shape[1]))
    for k in range(REPLICATES):
        shifted = (base + rng.random(_DIMENSIONS)) % 1.0
        thermal = ndtri(np.clip(shifted[:, 4:7], 1e-12, 1.0 - 1e-12))
        _molecules(
            shifted, thermal, cumulative, shaded.corners_m, shaded.along_a_m, shaded.along_b_m,
            shaded.normals, shaded.areas_m2, wind_m_s, weights, air.temperature_k, species, MOLAR_MASS_KG_MOL,
            surface.accommodation, surface.wall_temperature_k, shaded.caster.start_offset_m,
            origins, rays, brought,
        )  # fmt: skip
        stopped[k] = brought[shaded.caster.is_blocked(origins, rays)].sum(axis=0) / points
    return stopped


_SOBOL: dict[int, FloatArray] = {}


def _sobol(points: int) -> FloatArray:
    """Sobol points (points, 8), made once."""
    if points not in _SOBOL:
        _SOBOL[points] = read_only(qmc.Sobol(_DIMENSIONS, scramble=False).random(points))
    return _SOBOL[points]


def _flux_shares(shaded: ShadedSides, wind_m_s: FloatArray, air: Air) -> FloatArray:
    """Share of the rays that each side gets: its area by the flux that would reach it, never nothing."""
    chosen = np.linspace(0, len(wind_m_s) - 1, min(_FLUX_STATES, len(wind_m_s))).astype(int)
    mass = air.mean_molar_mass_kg_mol[chosen]
    speed = np.linalg.norm(wind_m_s[chosen], axis=1)
    ratio = speed / np.sqrt(2.0 * GAS_CONSTANT_J_MOL_K * air.temperature_k[chosen] / mass)
    flux = np.empty(len(shaded.areas_m2))
    _mean_flux(shaded.normals, wind_m_s[chosen] / speed[:, None], ratio, flux)
    return np.asarray(shaded.areas_m2 * (flux + _LEAST_FLUX))


@njit(cache=True, nogil=True)
def _mean_flux(normals, wind, ratio, flux):  # type: ignore[no-untyped-def]
    """Mean over winds (K, 3) of the number flux on each side over that of a side across the flow."""
    for e in range(normals.shape[0]):
        total = 0.0
        for k in range(wind.shape[0]):
            s = ratio[k]
            g = -(normals[e, 0] * wind[k, 0] + normals[e, 1] * wind[k, 1] + normals[e, 2] * wind[k, 2])
            if g * s > -6.0:
                total += 0.5 * (g * (1.0 + erf(g * s)) + exp(-((g * s) ** 2)) / (s * sqrt(pi)))
        flux[e] = total / wind.shape[0]


@njit(cache=True, nogil=True)
def _molecules(  # type: ignore[no-untyped-def]
    points, thermal, cumulative, corners, along_a, along_b, normals, areas, wind, weights, temperature,
    species, molar_mass, accommodation, wall_temperature, offset, origins, rays, brought,
):  # fmt: skip
    """One molecule for each point: its ray back to where it came from, and what it would bring."""
    states, sides = wind.shape[0], normals.shape[0]
    for i in range(points.shape[0]):
        t = min(int(points[i, 0] * states), states - 1)
        e = min(np.searchsorted(cumulative, points[i, 1], side="right"), sides - 1)
        chance = cumulative[e] - (cumulative[e - 1] if e else 0.0)
        u, v = points[i, 2], points[i, 3]
        if u + v > 1.0:
            u, v = 1.0 - u, 1.0 - v
        total = species[t, molar_mass.size - 1]
        j = 0
        while j < molar_mass.size - 1 and species[t, j] <= points[i, 7] * total:
            j += 1
        spread = sqrt(GAS_CONSTANT_J_MOL_K * temperature[t] / molar_mass[j])
        nx, ny, nz = normals[e, 0], normals[e, 1], normals[e, 2]
        cx = wind[t, 0] + spread * thermal[i, 0]
        cy = wind[t, 1] + spread * thermal[i, 1]
        cz = wind[t, 2] + spread * thermal[i, 2]
        rate = -(cx * nx + cy * ny + cz * nz)
        for k in range(3):
            origins[i, k] = corners[e, k] + u * along_a[e, k] + v * along_b[e, k] + offset * normals[e, k]
        if rate <= 0.0:  # it leaves the plane and meets nothing here: any ray will do
            rays[i, 0], rays[i, 1], rays[i, 2] = nx, ny, nz
            brought[i, :] = 0.0
            continue
        speed = sqrt(cx * cx + cy * cy + cz * cz)
        rays[i, 0], rays[i, 1], rays[i, 2] = -cx / speed, -cy / speed, -cz / speed
        drift = sqrt(wind[t, 0] ** 2 + wind[t, 1] ** 2 + wind[t, 2] ** 2)
        back = 0.5 * sqrt(pi) * reemission_speed_m_s(drift, molar_mass[j], accommodation, wall_temperature)
        mass_rate = total * rate * areas[e] / chance
        fx, fy, fz = mass_rate * (cx - back * nx), mass_rate * (cy - back * ny), mass_rate * (cz - back * nz)
        for w in range(weights.shape[1]):
            brought[i, w] = fx * weights[t, w, 0] + fy * weights[t, w, 1] + fz * weights[t, w, 2]
