"""The Earth as seen from space: ground, clouds, sea, towns at night, and the air around all of it.

One ray per pixel is met with the WGS 84 ellipsoid in closed form (the Earth is squeezed to a unit sphere
along its axis), so the limb is exact at any size and its edge is blended by coverage.  Light is scene
light in float32; tone comes later.  Kernels run over blocks of rows in threads and do not depend on
their number.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geometry.validation import FloatArray
from viz import theme
from viz.atmosphere import (
    LIMB_POWER,
    RADIUS_KM,
    SUNS,
    TOP_KM,
    VIEWS,
    Air,
    air,
    scattered,
    sun_place,
)
from viz.maps import WATER_REACH, blended, grain, maps, read, read_linear
from viz.scene import Scene

CLOUD_HEIGHT = 7.0 / RADIUS_KM
BLOCK_ROWS = 16


class Tables(NamedTuple):
    """`Air` as the kernels take it."""

    ground: NDArray[np.float32]
    limb: NDArray[np.float32]
    ground_view: NDArray[np.float32]
    limb_view: NDArray[np.float32]
    sun_on_ground: NDArray[np.float32]
    sun_on_cloud: NDArray[np.float32]
    sky_on_ground: NDArray[np.float32]


class Looks(NamedTuple):
    """Numbers of the theme and switches of the `EarthItem`."""

    city: NDArray[np.float32]
    skyglow: NDArray[np.float32]
    airglow: NDArray[np.float32]
    clouds: float
    city_lights: float
    air: float
    flattening: float


def threads() -> int:
    """Threads for the kernels: the processors this process may use, or LP_NUM_THREADS where set."""
    told = os.environ.get("LP_NUM_THREADS", "")
    return max(1, int(told)) if told.isdigit() else max(1, len(os.sched_getaffinity(0)))


def by_rows(kernel: Callable[..., None], rows: int, *arguments: Any) -> None:
    """Run `kernel(first, last, *arguments)` over blocks of rows, in threads."""
    starts = range(0, rows, BLOCK_ROWS)
    count = min(threads(), len(starts))
    if count == 1:
        kernel(0, rows, *arguments)
        return
    with ThreadPoolExecutor(count) as pool:
        jobs = [pool.submit(kernel, a, min(a + BLOCK_ROWS, rows), *arguments) for a in starts]
        for job in jobs:
            job.result()


def earth_layer(scene: Scene, size: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The Earth of a scene and what it hides.

    Returns
    -------
    light : float32 array (H, W, 3)
    passed : float32 array (H, W)
        Share of the light of stars and of the Sun that passes: 0 behind the ground.

    Raises
    ------
    ValueError
        The camera stands in the air or under the ground.
    """
    width, height = size
    light = np.zeros((height, width, 3), np.float32)
    passed = np.ones((height, width), np.float32)
    if scene.earth is None:
        return light, passed
    camera = scene.camera
    squeeze, sun = _squeeze(scene), scene.earth.rotation_itrs_from_gcrs @ scene.sun_direction_gcrs
    origin = squeeze @ camera.position_gcrs_m
    rays = squeeze @ camera.rotation_camera_from_gcrs.T
    _check_outside(origin)
    by_rows(
        _picture_rows, height, light, passed, origin, rays, 1.0 / camera.pixels_per_tangent(size),
        np.array(camera.shift), sun, _tables(air()), maps(), _looks(scene),
    )  # fmt: skip
    return light, passed


def environment(
    scene: Scene, position_gcrs_m: FloatArray, size: tuple[int, int] = (128, 64)
) -> NDArray[np.float32]:
    """All that shines on a place but the Sun itself: an equirectangular map (H, W, 3) of scene light.

    Columns run over azimuth atan2(y, x) from -180 to 180 degrees, rows from +Z down, axes of GCRS.
    """
    width, height = size
    light = np.zeros((height, width, 3), np.float32)
    light[:] = np.asarray(scene.ambient, np.float32)
    if scene.earth is None:
        return light
    squeeze, sun = _squeeze(scene), scene.earth.rotation_itrs_from_gcrs @ scene.sun_direction_gcrs
    origin = squeeze @ np.asarray(position_gcrs_m, dtype=float)
    _check_outside(origin)
    by_rows(_environment_rows, height, light, origin, squeeze, sun, _tables(air()), maps(), _looks(scene))
    return light


def _squeeze(scene: Scene) -> FloatArray:
    """(3, 3): GCRS in metres -> Earth-fixed axes in which the ellipsoid is the unit sphere."""
    shape = scene.earth.shape  # type: ignore[union-attr]
    scale = np.array([1.0, 1.0, 1.0 / (1.0 - shape.flattening)]) / shape.equatorial_radius_m
    return scale[:, None] * scene.earth.rotation_itrs_from_gcrs  # type: ignore[union-attr]


def _check_outside(origin: FloatArray) -> None:
    height_km = (float(np.linalg.norm(origin)) - 1.0) * RADIUS_KM
    if not height_km > TOP_KM:
        raise ValueError(
            f"the camera must stand above the air, more than {TOP_KM:g} km up, got {height_km:.0f} km"
        )


def _tables(a: Air) -> Tables:
    return Tables(
        a.ground_scattering, a.limb_scattering, a.ground_view, a.limb_view,
        a.sun_on_ground, a.sun_on_cloud, a.sky_on_ground,
    )  # fmt: skip


def _looks(scene: Scene) -> Looks:
    earth = scene.earth
    city = theme.CITY_GAIN * np.array(theme.CITY_COLOR)
    return Looks(
        city.astype(np.float32),
        np.array(theme.NIGHT_SKYGLOW, np.float32),
        np.array(theme.AIRGLOW, np.float32),
        float(earth.clouds),  # type: ignore[union-attr]
        float(earth.city_lights),  # type: ignore[union-attr]
        float(earth.air),  # type: ignore[union-attr]
        earth.shape.flattening,  # type: ignore[union-attr]
    )


@njit(cache=True, nogil=True)
def _picture_rows(
    first: int, last: int, light: Any, passed: Any, origin: Any, rays: Any, pixel: float, shift: Any,
    sun: Any, tables: Any, ground: Any, looks: Any,
) -> None:  # fmt: skip
    height, width = light.shape[:2]
    out, scratch = np.zeros(3), np.zeros((6, 3))
    d = np.zeros(3)
    for row in range(first, last):
        y = -(row + 0.5 - 0.5 * height * (1.0 - shift[1])) * pixel
        for column in range(width):
            x = (column + 0.5 - 0.5 * width * (1.0 + shift[0])) * pixel
            for k in range(3):
                d[k] = rays[k, 0] * x + rays[k, 1] * y - rays[k, 2]
            n = 1.0 / math.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2])
            for k in range(3):
                d[k] *= n
            # a pixel's angle shrinks with the squared cosine off the axis
            narrow = 1.0 / (1.0 + x * x + y * y)
            passed[row, column] = _shade(origin, d, pixel * narrow, sun, tables, ground, looks, scratch, out)
            for k in range(3):
                light[row, column, k] = out[k]


@njit(cache=True, nogil=True)
def _environment_rows(
    first: int,
    last: int,
    light: Any,
    origin: Any,
    squeeze: Any,
    sun: Any,
    tables: Any,
    ground: Any,
    looks: Any,
) -> None:
    height, width = light.shape[:2]
    out, scratch, d = np.zeros(3), np.zeros((6, 3)), np.zeros(3)
    for row in range(first, last):
        polar = math.pi * (row + 0.5) / height
        for column in range(width):
            azimuth = 2.0 * math.pi * (column + 0.5) / width - math.pi
            x, y, z = (
                math.sin(polar) * math.cos(azimuth),
                math.sin(polar) * math.sin(azimuth),
                math.cos(polar),
            )
            for k in range(3):
                d[k] = squeeze[k, 0] * x + squeeze[k, 1] * y + squeeze[k, 2] * z
            n = 1.0 / math.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2])
            for k in range(3):
                d[k] *= n
            through = _shade(origin, d, math.pi / height, sun, tables, ground, looks, scratch, out)
            for k in range(3):
                light[row, column, k] = light[row, column, k] * through + out[k]


@njit(cache=True, nogil=True)
def _shade(
    origin: Any, d: Any, angle: float, sun: Any, tables: Any, ground: Any, looks: Any, scratch: Any, out: Any
) -> float:
    """Light (3,) along one ray of angular width `angle`; returns the share of light that passes it."""
    out[0] = out[1] = out[2] = 0.0
    along = -(origin[0] * d[0] + origin[1] * d[1] + origin[2] * d[2])
    if along <= 0.0:
        return 1.0
    # the point of closest approach; differences of large squares are avoided
    c = scratch[0]
    for k in range(3):
        c[k] = origin[k] + along * d[k]
    b = math.sqrt(c[0] * c[0] + c[1] * c[1] + c[2] * c[2])
    if b >= 1.0 + TOP_KM / RADIUS_KM:
        return 1.0
    edge = angle * along
    covered = min(max((1.0 - b) / edge + 0.5, 0.0), 1.0)
    through = 1.0 - covered
    if covered < 1.0:
        p, limb = scratch[1], scratch[2]
        for k in range(3):
            p[k] = c[k] / b
        _limb(p, max((b - 1.0) * RADIUS_KM, 0.0), d, sun, tables, looks, limb)
        x = looks.air * _view(tables.limb_view, (max((b - 1.0) * RADIUS_KM, 0.0) / TOP_KM) ** LIMB_POWER, 1)
        through *= 1.0 - looks.air + x
        for k in range(3):
            out[k] += (1.0 - covered) * limb[k]
    if covered > 0.0:
        p, seen = scratch[1], scratch[2]
        t = along - math.sqrt(max(0.0, 1.0 - b * b))
        n = 0.0
        for k in range(3):
            p[k] = origin[k] + t * d[k]
            n += p[k] * p[k]
        n = 1.0 / math.sqrt(n)
        for k in range(3):
            p[k] *= n
        _ground(p, d, max(angle * t, 1e-7), sun, tables, ground, looks, scratch, seen)
        for k in range(3):
            out[k] += covered * seen[k]
    return through


@njit(cache=True, nogil=True)
def _view(table: Any, x: float, channel: int) -> float:
    u = min(max(x, 0.0), 1.0) * (VIEWS - 1)
    i = min(int(u), VIEWS - 2)
    return table[i, channel] + (u - i) * (table[i + 1, channel] - table[i, channel])


@njit(cache=True, nogil=True)
def _azimuth(p: Any, d: Any, mu: float, sun: Any, mu_s: float) -> float:
    """Cosine of the azimuth between the way to the eye and the Sun, at p."""
    across = 0.0
    for k in range(3):
        across += (-d[k] - mu * p[k]) * (sun[k] - mu_s * p[k])
    scale = math.sqrt(max((1.0 - mu * mu) * (1.0 - mu_s * mu_s), 1e-12))
    return min(max(across / scale, -1.0), 1.0)


@njit(cache=True, nogil=True)
def _smooth(x: float, low: float, high: float) -> float:
    t = min(max((x - low) / (high - low), 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


@njit(cache=True, nogil=True)
def _limb(p: Any, height: float, d: Any, sun: Any, tables: Any, looks: Any, out: Any) -> None:
    """Air over the edge of the Earth: scattered sunlight by day, its faint glow by night."""
    mu_s = p[0] * sun[0] + p[1] * sun[1] + p[2] * sun[2]
    out[0] = out[1] = out[2] = 0.0
    if looks.air == 0.0:
        return
    if mu_s > -0.3:
        nu = sun[0] * d[0] + sun[1] * d[1] + sun[2] * d[2]
        scattered(tables.limb, (height / TOP_KM) ** LIMB_POWER, mu_s, _azimuth(p, d, 0.0, sun, mu_s), nu, out)
        fade = _smooth(mu_s, -0.3, -0.2)
        for k in range(3):
            out[k] *= fade
    night = _smooth(mu_s, 0.0, -0.25)
    x = (height - 90.0) / 6.0
    layer = math.exp(-x * x) + 0.30 * _smooth(height, 94.0, 80.0)
    for k in range(3):
        out[k] += night * layer * looks.airglow[k]


@njit(cache=True, nogil=True)
def _ground(
    p: Any, d: Any, step: float, sun: Any, tables: Any, ground: Any, looks: Any, scratch: Any, out: Any
) -> None:
    """The ground, the clouds over it and the air before it, seen at the point p of the unit sphere."""
    mu = -(p[0] * d[0] + p[1] * d[1] + p[2] * d[2])
    mu = min(max(mu, 0.0), 1.0)
    # the geodetic vertical: what latitude is measured by, and what the Sun stands over
    nz = p[2] / (1.0 - looks.flattening)
    n = 1.0 / math.sqrt(p[0] * p[0] + p[1] * p[1] + nz * nz)
    nx, ny = p[0] * n, p[1] * n
    nz *= n
    mu_s = nx * sun[0] + ny * sun[1] + nz * sun[2]
    u = 0.5 + math.atan2(p[1], p[0]) / (2.0 * math.pi)
    v = 0.5 - math.asin(min(max(nz, -1.0), 1.0)) / math.pi
    footprint = step / math.sqrt(max(mu, 0.02))

    land, air_light = scratch[3], scratch[4]
    day = mu_s > -0.25
    cloud = 0.0
    near = _smooth(footprint, 1.6e-3, 4.0e-4)  # how far the maps are stretched
    fine = 0.0
    if near > 0.0:
        fine = 0.55 * grain(ground.tile, p[0], p[1], p[2], 9.0) + 0.32 * grain(
            ground.tile, p[0], p[1], p[2], 61.0
        )
    if looks.clouds > 0.0:
        m = ground.clouds
        cloud = blended(m.texels, m.offsets, m.width, m.height, u, v, footprint) / 255.0
        cloud = min(max(cloud + near * 0.42 * fine * math.sqrt(max(cloud * (1.05 - cloud), 0.0)), 0.0), 1.0)

    for k in range(3):
        out[k] = 0.0
    water = 0.0
    m = ground.water
    texel = 2.0 * math.pi / m.width
    level = min(max(int(math.log2(max(footprint / texel, 1.0))), 0), 2)
    shore = (read(m.texels, m.offsets, m.width, m.height, level, 0, u, v) - 128.0) / 127.0 * WATER_REACH
    shore += near * 0.35 * fine
    water = min(max(0.5 + shore / max(footprint / texel, 0.30), 0.0), 1.0)

    m = ground.land
    read_linear(m.texels, m.offsets, m.width, m.height, ground.linear, u, v, footprint, land)
    grey = 0.30 * land[0] + 0.59 * land[1] + 0.11 * land[2]
    texture = 1.0 + near * 0.22 * fine
    sea = (0.0035, 0.0105, 0.0230)
    for k in range(3):
        land[k] = 0.56 * (0.95 * land[k] + 0.05 * grey) * texture
        land[k] = (1.0 - water) * land[k] + water * sea[k]

    place = sun_place(mu_s)
    if day:
        x = place * (SUNS - 1)
        i = min(int(x), SUNS - 2)
        x -= i
        # what stands between here and the Sun, at the height of the clouds
        shade = 0.0
        if looks.clouds > 0.0 and mu_s > -0.02:
            reach = min(CLOUD_HEIGHT / max(mu_s, 0.06), 0.012)
            qx, qy, qz = nx + reach * sun[0], ny + reach * sun[1], nz + reach * sun[2]
            q = math.sqrt(qx * qx + qy * qy + qz * qz)
            m = ground.clouds
            shade = blended(
                m.texels, m.offsets, m.width, m.height, 0.5 + math.atan2(qy, qx) / (2.0 * math.pi),
                0.5 - math.asin(min(max(qz / q, -1.0), 1.0)) / math.pi, footprint,
            ) / 255.0  # fmt: skip
        relief = min(max(1.0 + 0.75 * (cloud - shade), 0.45), 1.5)
        glint = 0.0
        if water > 0.0 and mu_s > -0.02:
            glint = _glint(nx, ny, nz, d, sun, mu) * water
        soft = 0.5 * (mu_s + math.sqrt(mu_s * mu_s + 0.003))
        for k in range(3):
            direct = tables.sun_on_ground[i, k] + x * (
                tables.sun_on_ground[i + 1, k] - tables.sun_on_ground[i, k]
            )
            top = tables.sun_on_cloud[i, k] + x * (tables.sun_on_cloud[i + 1, k] - tables.sun_on_cloud[i, k])
            sky = tables.sky_on_ground[i, k] + x * (
                tables.sky_on_ground[i + 1, k] - tables.sky_on_ground[i, k]
            )
            below = (1.0 - 0.8 * shade) * direct
            floor = land[k] * (below * max(mu_s, 0.0) + sky) + glint * below
            roof = 0.80 * (top * soft * relief + sky)
            out[k] += (1.0 - cloud) * floor + cloud * roof

    night = _smooth(mu_s, 0.045, -0.10)
    if night > 0.0:
        lamp = 0.0
        if looks.city_lights > 0.0:
            m = ground.lights
            lamp = blended(m.texels, m.offsets, m.width, m.height, u, v, 0.8 * footprint) / 255.0
            lamp *= lamp * (1.0 + near * 0.5 * fine)
        hot = min(lamp, 1.0)
        for k in range(3):
            color = looks.city[k] + (0.85 * looks.city[0] - looks.city[k]) * 0.45 * hot
            out[k] += night * lamp * color * (1.0 - 0.8 * cloud)
            out[k] += night * looks.skyglow[k] * (0.25 + land[k] * 2.0 * (1.0 - cloud) + 1.4 * cloud)
    if looks.air > 0.0:
        x = math.sqrt(mu)
        for k in range(3):
            out[k] *= _view(tables.ground_view, x, k)
        if day:
            nu = sun[0] * d[0] + sun[1] * d[1] + sun[2] * d[2]
            scattered(tables.ground, x, mu_s, _azimuth(p, d, mu, sun, mu_s), nu, air_light)
            fade = _smooth(mu_s, -0.25, -0.18)
            veil = 1.0 - 0.55 * cloud  # clouds stand above the densest air
            for k in range(3):
                out[k] += fade * air_light[k] * veil
        if night > 0.0:
            for k in range(3):
                out[k] += night * 0.30 * looks.airglow[k] * min(1.0, 0.09 / max(mu, 0.05))


@njit(cache=True, nogil=True)
def _glint(nx: float, ny: float, nz: float, d: Any, sun: Any, mu: float) -> float:
    """Sunlight mirrored by waves: slope statistics at a wind of 7 m/s [CoxMunk1954]."""
    hx, hy, hz = sun[0] - d[0], sun[1] - d[1], sun[2] - d[2]
    size = math.sqrt(hx * hx + hy * hy + hz * hz)
    if size < 1e-9:
        return 0.0
    cosine = (nx * hx + ny * hy + nz * hz) / size
    if cosine < 0.5:
        return 0.0
    c2 = cosine * cosine
    variance = 0.003 + 0.00512 * 7.0
    slope = math.exp(-(1.0 - c2) / (c2 * variance)) / (math.pi * variance)
    facing = (sun[0] * hx + sun[1] * hy + sun[2] * hz) / size
    fresnel = 0.02 + 0.98 * (1.0 - min(max(facing, 0.0), 1.0)) ** 5
    return math.pi * fresnel * slope / (4.0 * max(mu, 0.10) * c2 * c2)
