"""How the air looks from outside: scattered sunlight and transmittance, tabulated once.

Rayleigh scattering, aerosol and ozone over a sphere, single scattering marched along each ray and
multiple scattering by an isotropic series [Bruneton2017, Hillaire2020].  The blue limb, the orange
and red band over the terminator and the violet above it follow from it; nothing is painted.  Refraction
is left out.  Radiance is per unit of solar irradiance over pi: 1.0 is a white diffuse surface in the Sun.

Lengths here are km and heights are above the sphere; the globe is squeezed to this sphere along its axis.
Seen from space a ray either meets the ground, at view cosine mu_v, or has a tangent point at height h; both
tables run over that, the Sun's cosine mu_s at the same place, and the azimuth between ray and Sun there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from viz.kernels import kernel

RADIUS_KM = 6378.137
TOP_KM = 100.0
# scattering and absorption at the ground for 680, 550, 440 nm, per km [Bruneton2017]
RAYLEIGH = np.array([5.802e-3, 13.558e-3, 33.1e-3])
RAYLEIGH_SCALE_KM = 8.0
AEROSOL_SCATTERING = 3.996e-3
AEROSOL_EXTINCTION = 4.440e-3
AEROSOL_SCALE_KM = 1.2
AEROSOL_ASYMMETRY = 0.76
OZONE = np.array([0.650e-3, 1.881e-3, 0.085e-3])  # a tent around 25 km, 15 km to each side
GROUND_ALBEDO = 0.25  # of what lights the air from below
SUN_HALF_ANGLE = 0.00465

HEIGHTS, COSINES = 48, 128  # of the transmittance table
SERIES = 24  # of the multiple-scattering table, squared
VIEWS, SUNS, AZIMUTHS = 48, 72, 9  # of the scattering tables
SUN_KNEE, SUN_LOW = 0.05, -0.30
LOWEST, HIGHEST = math.asinh(SUN_LOW / SUN_KNEE), math.asinh(1.0 / SUN_KNEE)
LIMB_POWER = 0.6


@dataclass(frozen=True, eq=False)
class Air:
    """Tables in float32.

    Parameters
    ----------
    transmittance : array (HEIGHTS, COSINES, 3)
        From a height to space.
    ground_scattering, limb_scattering : array (VIEWS, SUNS, AZIMUTHS, 9)
        Rayleigh and aerosol single scattering without their phase functions, and the rest.
    ground_view, limb_view : array (VIEWS, 3)
        Transmittance of the whole ray.
    sun_on_ground, sun_on_cloud, sky_on_ground : array (SUNS, 3)
        Direct sunlight (per unit of normal irradiance) and sky irradiance over pi.
    """

    transmittance: NDArray[np.float32]
    ground_scattering: NDArray[np.float32]
    limb_scattering: NDArray[np.float32]
    ground_view: NDArray[np.float32]
    limb_view: NDArray[np.float32]
    sun_on_ground: NDArray[np.float32]
    sun_on_cloud: NDArray[np.float32]
    sky_on_ground: NDArray[np.float32]


@cache
def air() -> Air:
    """The tables, made on first use (a fraction of a second once compiled)."""
    transmittance = _transmittance_table()
    series = _series_table(transmittance)
    ground, limb = _scattering_tables(transmittance, series)
    ground_view, limb_view = _view_tables(transmittance)
    on_ground, on_cloud, sky = _light_tables(transmittance, series)
    tables = (transmittance, ground, limb, ground_view, limb_view, on_ground, on_cloud, sky)
    return Air(*(np.ascontiguousarray(t, dtype=np.float32) for t in tables))


# ------------------------------------------------------------------ coordinates of the tables


@kernel
def sun_place(mu_s: float) -> float:
    """Place of a Sun cosine in the tables, in [0, 1]; dense about the terminator."""
    x = abs(mu_s) / SUN_KNEE
    bent = math.log(x + math.sqrt(x * x + 1.0))  # asinh
    x = ((bent if mu_s > 0.0 else -bent) - LOWEST) / (HIGHEST - LOWEST)
    return min(max(x, 0.0), 1.0)


@njit(cache=True, nogil=True)
def _sun_cosine(place: float) -> float:
    return SUN_KNEE * math.sinh(LOWEST + place * (HIGHEST - LOWEST))


@njit(cache=True, nogil=True)
def _horizon_cosine(height: float) -> float:
    """Cosine of the zenith angle of the horizon seen from a height."""
    ratio = RADIUS_KM / (RADIUS_KM + height)
    return -math.sqrt(max(0.0, 1.0 - ratio * ratio))


@njit(cache=True, nogil=True)
def _to_space(table: Any, height: float, mu: float, out: Any) -> None:
    """Transmittance (3,) from a height towards a zenith cosine; below the horizon: as at it."""
    low = _horizon_cosine(height)
    x = math.sqrt(min(max((mu - low) / (1.0 - low), 0.0), 1.0)) * (COSINES - 1)
    y = math.sqrt(min(max(height / TOP_KM, 0.0), 1.0)) * (HEIGHTS - 1)
    i, j = min(int(y), HEIGHTS - 2), min(int(x), COSINES - 2)
    fy, fx = y - i, x - j
    for k in range(3):
        out[k] = (1.0 - fy) * ((1.0 - fx) * table[i, j, k] + fx * table[i, j + 1, k]) + fy * (
            (1.0 - fx) * table[i + 1, j, k] + fx * table[i + 1, j + 1, k]
        )


@njit(cache=True, nogil=True)
def _sunlight(table: Any, height: float, mu_s: float, out: Any) -> None:
    """As `_to_space`, times the share of the solar disc above the horizon."""
    _to_space(table, height, mu_s, out)
    x = min(max(0.5 + 0.5 * (mu_s - _horizon_cosine(height)) / SUN_HALF_ANGLE, 0.0), 1.0)
    share = x * x * (3.0 - 2.0 * x)
    for k in range(3):
        out[k] *= share


@njit(cache=True, nogil=True)
def _series(table: Any, height: float, mu_s: float, out: Any) -> None:
    """Multiply scattered light (3,) at a height under a Sun cosine."""
    y = math.sqrt(min(max(height / TOP_KM, 0.0), 1.0)) * (SERIES - 1)
    x = sun_place(mu_s) * (SERIES - 1)
    i, j = min(int(y), SERIES - 2), min(int(x), SERIES - 2)
    fy, fx = y - i, x - j
    for k in range(3):
        out[k] = (1.0 - fy) * ((1.0 - fx) * table[i, j, k] + fx * table[i, j + 1, k]) + fy * (
            (1.0 - fx) * table[i + 1, j, k] + fx * table[i + 1, j + 1, k]
        )


# ------------------------------------------------------------------ the air


@njit(cache=True, nogil=True)
def _densities(height: float) -> tuple[float, float, float]:
    """Of Rayleigh scatterers, aerosol and ozone, relative to their tabulated coefficients."""
    h = max(height, 0.0)
    ozone = max(0.0, 1.0 - abs(h - 25.0) / 15.0)
    return math.exp(-h / RAYLEIGH_SCALE_KM), math.exp(-h / AEROSOL_SCALE_KM), ozone


@njit(cache=True, nogil=True)
def _path_to_top(height: float, mu: float) -> float:
    """Length from a height to the top of the air, km."""
    r, top = RADIUS_KM + height, RADIUS_KM + TOP_KM
    return -r * mu + math.sqrt(max(0.0, r * r * (mu * mu - 1.0) + top * top))


@njit(cache=True, nogil=True)
def _transmittance_table() -> Any:
    table = np.empty((HEIGHTS, COSINES, 3))
    steps = 64
    for i in range(HEIGHTS):
        height = TOP_KM * (i / (HEIGHTS - 1.0)) ** 2
        r = RADIUS_KM + height
        low = _horizon_cosine(height)
        for j in range(COSINES):
            mu = low + (1.0 - low) * (j / (COSINES - 1.0)) ** 2
            # a grazing ray has its densest air in its midst: steps are even in the sine about it
            length = _path_to_top(height, mu)
            middle = min(max(-r * mu, 0.0), length)
            rayleigh = aerosol = ozone = 0.0
            for part in range(2):
                span = middle if part == 0 else length - middle
                for s in range(steps):
                    a, b = (s / steps) ** 2 * span, ((s + 1.0) / steps) ** 2 * span
                    t = middle - 0.5 * (a + b) if part == 0 else middle + 0.5 * (a + b)
                    h = math.sqrt(r * r + t * t + 2.0 * r * t * mu) - RADIUS_KM
                    dr, da, do = _densities(h)
                    rayleigh += dr * (b - a)
                    aerosol += da * (b - a)
                    ozone += do * (b - a)
            for k in range(3):
                depth = RAYLEIGH[k] * rayleigh + AEROSOL_EXTINCTION * aerosol + OZONE[k] * ozone
                table[i, j, k] = math.exp(-depth)
    return table


@njit(cache=True, nogil=True)
def _series_table(transmittance: Any) -> Any:
    """Light scattered twice and more: second order, times the sum of a geometric series."""
    table = np.zeros((SERIES, SERIES, 3))
    directions, steps = 8, 24
    sunlight, way, second, transfer = (
        np.zeros(3),
        np.zeros(3),
        np.zeros(3),
        np.zeros(3),
    )
    for i in range(SERIES):
        height = min(max(TOP_KM * (i / (SERIES - 1.0)) ** 2, 0.01), TOP_KM - 0.01)
        r = RADIUS_KM + height
        for j in range(SERIES):
            mu_s = _sun_cosine(j / (SERIES - 1.0))
            sin_s = math.sqrt(max(0.0, 1.0 - mu_s * mu_s))
            second[:] = 0.0
            transfer[:] = 0.0
            for a in range(directions):
                mu = -1.0 + 2.0 * (a + 0.5) / directions
                sin_v = math.sqrt(1.0 - mu * mu)
                for b in range(directions):
                    nu = mu * mu_s + sin_v * sin_s * math.cos(math.pi * (b + 0.5) / directions)
                    down = mu < _horizon_cosine(height)
                    length = _path_to_top(height, mu)
                    if down:
                        length = -r * mu - math.sqrt(max(0.0, r * r * (mu * mu - 1.0) + RADIUS_KM**2))
                    way[:] = 1.0
                    for s in range(steps):
                        dt = length * (((s + 1.0) / steps) ** 2 - (s / steps) ** 2)
                        t = length * ((s + 0.5) / steps) ** 2
                        q = math.sqrt(r * r + t * t + 2.0 * r * t * mu)
                        dr, da, do = _densities(q - RADIUS_KM)
                        _sunlight(transmittance, q - RADIUS_KM, (r * mu_s + t * nu) / q, sunlight)
                        for k in range(3):
                            scattering = RAYLEIGH[k] * dr + AEROSOL_SCATTERING * da
                            depth = (RAYLEIGH[k] * dr + AEROSOL_EXTINCTION * da + OZONE[k] * do) * dt
                            gain = (
                                way[k]
                                * scattering
                                * dt
                                * (1.0 if depth < 1e-6 else (1.0 - math.exp(-depth)) / depth)
                            )
                            second[k] += gain * sunlight[k] / (4.0 * math.pi)
                            transfer[k] += gain
                            way[k] *= math.exp(-depth)
                    if down:
                        mu_ground = (r * mu_s + length * nu) / RADIUS_KM
                        _sunlight(transmittance, 0.0, mu_ground, sunlight)
                        for k in range(3):
                            second[k] += way[k] * GROUND_ALBEDO / math.pi * max(mu_ground, 0.0) * sunlight[k]
            count = directions * directions
            for k in range(3):
                table[i, j, k] = second[k] / count / (1.0 - min(transfer[k] / count, 0.95))
    return table


@njit(cache=True, nogil=True)
def march(
    transmittance: Any,
    series: Any,
    limb: bool,
    height: float,
    mu: float,
    mu_s: float,
    azimuth: float,
    steps: int,
    out: Any,
) -> None:
    """Light scattered towards the eye along one whole ray, (9,).

    Parameters
    ----------
    limb : bool
        Whether the ray passes at a tangent point `height` (km), or leaves the ground towards the eye
        with zenith cosine `mu`.
    mu_s, azimuth : float
        Zenith cosine of the Sun there, and the cosine of the azimuth between the Sun and the way to
        the eye.
    """
    out[:] = 0.0
    sunlight, way, rest, whole = np.zeros(3), np.zeros(3), np.zeros(3), np.zeros(3)
    if not limb:
        height = 0.0
    else:
        mu = 0.0
    r = RADIUS_KM + height
    nu = mu * mu_s + math.sqrt(max(0.0, 1.0 - mu * mu)) * math.sqrt(max(0.0, 1.0 - mu_s * mu_s)) * azimuth
    length = _path_to_top(height, mu)
    if limb:
        _to_space(transmittance, height, 0.0, whole)
    for part in range(2 if limb else 1):
        sign = -1.0 if part == 1 else 1.0
        for s in range(steps):
            t = length * ((s + 0.5) / steps) ** 2
            dt = length * (((s + 1.0) / steps) ** 2 - (s / steps) ** 2)
            q = math.sqrt(r * r + t * t + 2.0 * r * t * mu)
            h = q - RADIUS_KM
            mu_here = (r * mu + t) / q
            mu_s_here = (r * mu_s + sign * t * nu) / q
            _to_space(transmittance, h, mu_here, way)
            _sunlight(transmittance, h, mu_s_here, sunlight)
            _series(series, h, mu_s_here, rest)
            dr, da, _ = _densities(h)
            for k in range(3):
                passed = way[k]
                if part == 1:
                    passed = whole[k] * whole[k] / max(way[k], 1e-9)
                ray, aerosol = RAYLEIGH[k] * dr * dt, AEROSOL_SCATTERING * da * dt
                out[k] += math.pi * passed * ray * sunlight[k]
                out[3 + k] += math.pi * passed * aerosol * sunlight[k]
                out[6 + k] += math.pi * passed * (ray + aerosol) * rest[k]


@njit(cache=True, nogil=True)
def _scattering_tables(transmittance: Any, series: Any) -> Any:
    ground = np.empty((VIEWS, SUNS, AZIMUTHS, 9))
    limb = np.empty((VIEWS, SUNS, AZIMUTHS, 9))
    for i in range(VIEWS):
        x = i / (VIEWS - 1.0)
        mu = x * x
        height = TOP_KM * x ** (1.0 / LIMB_POWER)
        for j in range(SUNS):
            mu_s = _sun_cosine(j / (SUNS - 1.0))
            for k in range(AZIMUTHS):
                azimuth = -1.0 + 2.0 * k / (AZIMUTHS - 1.0)
                march(transmittance, series, False, 0.0, mu, mu_s, azimuth, 24, ground[i, j, k])
                march(transmittance, series, True, height, 0.0, mu_s, azimuth, 20, limb[i, j, k])
    return ground, limb


@njit(cache=True, nogil=True)
def _view_tables(transmittance: Any) -> Any:
    ground, limb = np.empty((VIEWS, 3)), np.empty((VIEWS, 3))
    for i in range(VIEWS):
        x = i / (VIEWS - 1.0)
        _to_space(transmittance, 0.0, x * x, ground[i])
        _to_space(transmittance, TOP_KM * x ** (1.0 / LIMB_POWER), 0.0, limb[i])
    return ground, limb * limb


@njit(cache=True, nogil=True)
def _light_tables(transmittance: Any, series: Any) -> Any:
    on_ground, on_cloud, sky = np.empty((SUNS, 3)), np.empty((SUNS, 3)), np.zeros((SUNS, 3))
    light = np.zeros(9)
    views, azimuths = 12, 8
    for j in range(SUNS):
        mu_s = _sun_cosine(j / (SUNS - 1.0))
        _sunlight(transmittance, 0.0, mu_s, on_ground[j])
        _sunlight(transmittance, 7.0, mu_s, on_cloud[j])
        for a in range(views):  # cosine-weighted: even in the squared cosine
            mu = math.sqrt((a + 0.5) / views)
            for b in range(azimuths):
                azimuth = math.cos(math.pi * (b + 0.5) / azimuths)
                nu = mu * mu_s + math.sqrt(1.0 - mu * mu) * math.sqrt(max(0.0, 1.0 - mu_s * mu_s)) * azimuth
                # down-welling light of a ray is near enough its up-welling light: thin air, both ways
                march(transmittance, series, False, 0.0, mu, mu_s, azimuth, 16, light)
                rayleigh, aerosol = phases(nu)
                for k in range(3):
                    total = light[k] * rayleigh + light[3 + k] * aerosol + light[6 + k]
                    sky[j, k] += total / (views * azimuths)
    return on_ground, on_cloud, sky


@kernel
def phases(nu: float) -> tuple[float, float]:
    """Phase functions, per steradian, of Rayleigh and aerosol at the cosine of the scattering angle."""
    g = AEROSOL_ASYMMETRY
    rayleigh = 3.0 / (16.0 * math.pi) * (1.0 + nu * nu)
    x = 1.0 + g * g - 2.0 * g * nu
    aerosol = (1.0 - g * g) / (4.0 * math.pi) / (x * math.sqrt(x))
    return rayleigh, aerosol


@kernel
def scattered_light(
    table: Any, x: float, place: float, azimuth: float, nu: float
) -> tuple[float, float, float]:
    """Light scattered towards the eye, R G B, from one of the two tables.

    `x` runs along its first axis, `place` is the Sun's, `nu` the cosine between ray and Sun.
    """
    u = min(max(x, 0.0), 1.0) * (VIEWS - 1)
    v = min(max(place, 0.0), 1.0) * (SUNS - 1)
    w = min(max(0.5 + 0.5 * azimuth, 0.0), 1.0) * (AZIMUTHS - 1)
    i, j, k = min(int(u), VIEWS - 2), min(int(v), SUNS - 2), min(int(w), AZIMUTHS - 2)
    u, v, w = u - i, v - j, w - k
    ray, aerosol = phases(nu)
    red = green = blue = 0.0
    for corner in range(8):
        a, b, c = corner >> 2, (corner >> 1) & 1, corner & 1
        weight = (u if a else 1.0 - u) * (v if b else 1.0 - v) * (w if c else 1.0 - w)
        p, q, r = i + a, j + b, k + c
        red += weight * (ray * table[p, q, r, 0] + aerosol * table[p, q, r, 3] + table[p, q, r, 6])
        green += weight * (ray * table[p, q, r, 1] + aerosol * table[p, q, r, 4] + table[p, q, r, 7])
        blue += weight * (ray * table[p, q, r, 2] + aerosol * table[p, q, r, 5] + table[p, q, r, 8])
    return red, green, blue
