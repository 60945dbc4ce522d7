"""What a craft sees of the sky around it, as pictures that light it: the Earth below, its air, dark space.

Directions are given in the horizon frame at the craft: +Z the zenith (away from the Earth's centre), +X
towards the Sun's azimuth, +Y = Z x X.  A map's row runs over the zenith angle from 0 to pi, its column
over the azimuth from -pi to pi.  Radiance is per unit of solar irradiance over pi, as everywhere in `viz`.
The Sun's disc is not in the maps: it is the direct light.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from geometry.validation import check_in_range, check_shape, read_only
from viz.atmosphere import LIMB_POWER, RADIUS_KM, SUN_LOW, TOP_KM, Air, air, scattered, sun_place

SHARP_ROWS, SHARP_COLUMNS = 512, 512
SOFT_ROWS, SOFT_COLUMNS = 96, 128
ROUGHNESSES = (0.12, 0.22, 0.35, 0.5, 0.7, 1.0)
"""Of the lobes of the soft maps; after them stands the cosine-weighted mean (irradiance over pi)."""
LOBE_SAMPLES = 256


@dataclass(frozen=True, eq=False)
class Surroundings:
    """The sky around a craft.

    Parameters
    ----------
    sharp : array (SHARP_ROWS, SHARP_COLUMNS, 3)
        Radiance by direction.
    soft : array (len(ROUGHNESSES) + 1, SOFT_ROWS, SOFT_COLUMNS, 3)
        The same blurred by the lobe of each roughness, and last by the cosine.
    """

    sharp: NDArray[np.float32]
    soft: NDArray[np.float32]

    @property
    def irradiance(self) -> NDArray[np.float32]:
        """Irradiance over pi by the direction of a normal, (SOFT_ROWS, SOFT_COLUMNS, 3)."""
        return self.soft[-1]


def rotation_horizon_from_gcrs(position_gcrs_m: ArrayLike, sun_direction_gcrs: ArrayLike) -> NDArray[Any]:
    """Rotation (3, 3) into the horizon frame at a position (3,) under a Sun direction (3,)."""
    up = np.asarray(check_shape(position_gcrs_m, (3,), name="position_gcrs_m"), dtype=float)
    up = up / np.linalg.norm(up)
    sun = np.asarray(check_shape(sun_direction_gcrs, (3,), name="sun_direction_gcrs"), dtype=float)
    side = np.cross(up, sun)
    if np.linalg.norm(side) < 1e-6:  # the Sun overhead: any azimuth serves
        side = np.cross(up, np.eye(3)[np.argmin(np.abs(up))])
    side /= np.linalg.norm(side)
    return read_only(np.stack([np.cross(side, up), side, up]))


@lru_cache(maxsize=8)
def surroundings(
    distance_m: float,
    sun_elevation_rad: float,
    fill: tuple[float, float, float] = (0.0, 0.0, 0.0),
    cloud_seed: int = 1,
) -> Surroundings:
    """The sky around a craft at a distance from the geocentre, the Sun at an elevation above its horizon.

    Parameters
    ----------
    distance_m : float
        m, from above the air to 1e9.
    sun_elevation_rad : float
        rad, -pi/2 to pi/2.
    fill : tuple of 3 float
        Radiance added in every direction.
    cloud_seed : int
        Chooses the clouds that a mirror shows.

    Returns
    -------
    Surroundings
    """
    check_in_range(distance_m, 1e3 * (RADIUS_KM + TOP_KM), 1e9, name="distance_m", unit="m")
    check_in_range(sun_elevation_rad, -0.5 * np.pi, 0.5 * np.pi, name="sun_elevation_rad", unit="rad")
    tables = air()
    sharp = np.zeros((SHARP_ROWS, SHARP_COLUMNS, 3))
    sun = np.array([math.cos(sun_elevation_rad), 0.0, math.sin(sun_elevation_rad)])
    waves = _cloud_waves(cloud_seed)
    _draw(1e-3 * distance_m, sun, waves, *_plain(tables), sharp)
    sharp += np.asarray(fill)
    soft = np.stack([_blurred(sharp, r) for r in (*ROUGHNESSES, None)])
    return Surroundings(read_only(sharp, np.float32), read_only(soft, np.float32))


@lru_cache(maxsize=8)
def uniform_surroundings(radiance: tuple[float, float, float]) -> Surroundings:
    """An even sky without origin, for scenes that have no Earth; a little brighter above than below."""
    height = np.cos((np.arange(SHARP_ROWS) + 0.5) * np.pi / SHARP_ROWS)
    sharp = np.asarray(radiance) * (1.0 + 0.6 * height)[:, None, None] * np.ones((1, SHARP_COLUMNS, 1))
    soft = np.stack([_blurred(sharp, r) for r in (*ROUGHNESSES, None)])
    return Surroundings(read_only(sharp, np.float32), read_only(soft, np.float32))


def directions(rows: int, columns: int) -> NDArray[Any]:
    """Unit vectors (rows, columns, 3) of the pixels of a map, horizon frame."""
    zenith = (np.arange(rows) + 0.5) * np.pi / rows
    azimuth = (np.arange(columns) + 0.5) * 2.0 * np.pi / columns - np.pi
    z, a = np.meshgrid(zenith, azimuth, indexing="ij")
    return np.stack([np.sin(z) * np.cos(a), np.sin(z) * np.sin(a), np.cos(z)], axis=-1)


def looked_up(image: NDArray[Any], direction: NDArray[Any]) -> NDArray[Any]:
    """Nearest pixel of a map (rows, columns, C) in each direction (..., 3)."""
    rows, columns = image.shape[:2]
    zenith = np.arccos(np.clip(direction[..., 2], -1.0, 1.0))
    azimuth = np.arctan2(direction[..., 1], direction[..., 0])
    i = np.minimum((zenith * (rows / np.pi)).astype(np.int64), rows - 1)
    j = ((azimuth + np.pi) * (columns / (2.0 * np.pi))).astype(np.int64) % columns
    return image[i, j]


def _plain(tables: Air) -> tuple[Any, ...]:
    return (
        tables.ground_scattering,
        tables.limb_scattering,
        tables.ground_view,
        tables.sun_on_cloud,
        tables.sky_on_ground,
    )


def _cloud_waves(seed: int) -> NDArray[Any]:
    """Waves (40, 5) on the unit sphere: wave vector, phase, amplitude."""
    rng = np.random.default_rng([seed, 11])
    frequency = np.geomspace(14.0, 420.0, 40)
    vector = rng.normal(size=(40, 3))
    vector *= (frequency / np.linalg.norm(vector, axis=1))[:, None]
    return np.column_stack([vector, rng.uniform(0.0, 2.0 * np.pi, 40), 2.0 / frequency**0.5])


@njit(cache=True, nogil=True)
def _ramp(table: Any, mu_s: float, out: Any) -> None:
    """Row (3,) of a table over the Sun's cosine."""
    v = sun_place(mu_s) * (table.shape[0] - 1)
    j = min(int(v), table.shape[0] - 2)
    f = v - j
    for k in range(3):
        out[k] = (1.0 - f) * table[j, k] + f * table[j + 1, k]


@njit(cache=True, nogil=True)
def _draw(
    distance: float,
    sun: Any,
    waves: Any,
    ground_scattering: Any,
    limb_scattering: Any,
    ground_view: Any,
    sun_on_ground: Any,
    sky_on_ground: Any,
    image: Any,
) -> None:
    """Fills a map with the Earth's light; the Earth is a sphere here."""
    rows, columns = image.shape[:2]
    air_light, light, sky = np.zeros(3), np.zeros(3), np.zeros(3)
    for i in range(rows):
        zenith = (i + 0.5) * math.pi / rows
        dz, dh = math.cos(zenith), math.sin(zenith)
        if dz >= 0.0:
            continue
        lowest = distance * dh
        if lowest >= RADIUS_KM + TOP_KM:
            continue
        on_ground = lowest < RADIUS_KM
        way = -distance * dz
        if on_ground:
            way -= math.sqrt(RADIUS_KM * RADIUS_KM - lowest * lowest)
        for j in range(columns):
            azimuth = (j + 0.5) * 2.0 * math.pi / columns - math.pi
            dx, dy = dh * math.cos(azimuth), dh * math.sin(azimuth)
            px, py, pz = way * dx, way * dy, distance + way * dz
            r = math.sqrt(px * px + py * py + pz * pz)
            nx, ny, nz = px / r, py / r, pz / r
            mu_s = nx * sun[0] + ny * sun[1] + nz * sun[2]
            # away from the point the eye lies along -d
            nu = -(dx * sun[0] + dy * sun[1] + dz * sun[2])
            mu_v = -(dx * nx + dy * ny + dz * nz)
            across = math.sqrt(max(1e-12, (1.0 - mu_v * mu_v) * (1.0 - mu_s * mu_s)))
            turn = min(max((nu - mu_v * mu_s) / across, -1.0), 1.0)
            if on_ground:
                scattered(ground_scattering, math.sqrt(max(mu_v, 0.0)), mu_s, turn, nu, air_light)
                _ramp(sun_on_ground, mu_s, light)
                _ramp(sky_on_ground, mu_s, sky)
                cover = 0.0
                for w in range(waves.shape[0]):
                    cover += waves[w, 4] * math.sin(
                        waves[w, 0] * nx + waves[w, 1] * ny + waves[w, 2] * nz + waves[w, 3]
                    )
                cloud = 1.0 / (1.0 + math.exp(-2.2 * cover))
                v = math.sqrt(max(mu_v, 0.0)) * (ground_view.shape[0] - 1)
                m = min(int(v), ground_view.shape[0] - 2)
                for k in range(3):
                    seen = ground_view[m, k] * (m + 1 - v) + ground_view[m + 1, k] * (v - m)
                    albedo = (0.04 + 0.02 * k) * (1.0 - cloud) + 0.55 * cloud
                    image[i, j, k] = air_light[k] + seen * albedo * (max(mu_s, 0.0) * light[k] + sky[k])
            else:
                x = ((lowest - RADIUS_KM) / TOP_KM) ** LIMB_POWER
                scattered(limb_scattering, x, mu_s, turn, nu, air_light)
                for k in range(3):
                    image[i, j, k] = air_light[k]
            if mu_s < SUN_LOW:
                image[i, j, :] = 0.0


def _blurred(sharp: NDArray[Any], roughness: float | None) -> NDArray[Any]:
    """A soft map: the mean over the lobe of a rough mirror seen head-on, or over the cosine (None)."""
    small = sharp.reshape(SHARP_ROWS // 2, 2, SHARP_COLUMNS // 2, 2, 3).mean(axis=(1, 3))
    out = np.empty((SOFT_ROWS, SOFT_COLUMNS, 3))
    _average(small, _lobe(roughness), out)
    return out


def _lobe(roughness: float | None) -> NDArray[Any]:
    """Directions and weights (LOBE_SAMPLES, 4) about +Z."""
    k = np.arange(LOBE_SAMPLES) + 0.5
    turn = np.pi * (1.0 + np.sqrt(5.0)) * k  # golden spiral: even in azimuth at every radius
    share = k / LOBE_SAMPLES
    if roughness is None:
        cosine = np.sqrt(1.0 - share)
        weight = np.ones_like(share)
    else:
        alpha2 = roughness**4
        half = np.sqrt((1.0 - share) / (1.0 + (alpha2 - 1.0) * share))  # normals of the lobe [Walter2007]
        cosine = 2.0 * half**2 - 1.0
        weight = np.maximum(cosine, 0.0)
    sine = np.sqrt(np.maximum(1.0 - cosine**2, 0.0))
    return np.column_stack([sine * np.cos(turn), sine * np.sin(turn), cosine, weight / weight.sum()])


@njit(cache=True, nogil=True)
def _average(image: Any, lobe: Any, out: Any) -> None:
    """Weighted mean of a map over a lobe about each direction of `out`."""
    rows, columns = image.shape[:2]
    for i in range(out.shape[0]):
        zenith = (i + 0.5) * math.pi / out.shape[0]
        for j in range(out.shape[1]):
            azimuth = (j + 0.5) * 2.0 * math.pi / out.shape[1] - math.pi
            sz, cz, sa, ca = math.sin(zenith), math.cos(zenith), math.sin(azimuth), math.cos(azimuth)
            out[i, j, :] = 0.0
            for m in range(lobe.shape[0]):
                a, b, c, w = lobe[m, 0], lobe[m, 1], lobe[m, 2], lobe[m, 3]
                if w == 0.0:
                    continue
                # axes: (cz ca, cz sa, -sz), (-sa, ca, 0), (sz ca, sz sa, cz)
                x = a * cz * ca - b * sa + c * sz * ca
                y = a * cz * sa + b * ca + c * sz * sa
                z = min(max(-a * sz + c * cz, -1.0), 1.0)
                p = min(int(math.acos(z) * rows / math.pi), rows - 1)
                q = int((math.atan2(y, x) + math.pi) * columns / (2.0 * math.pi)) % columns
                for k in range(3):
                    out[i, j, k] += w * image[p, q, k]
