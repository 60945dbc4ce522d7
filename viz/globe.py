"""The Earth as seen from space: ground, clouds, sea, towns at night, and the air around all of it.

One ray per pixel is met with the WGS 84 ellipsoid in closed form (the Earth is squeezed to a unit sphere
along its axis), so the limb is exact at any size and its edge is blended by coverage.  Light is scene
light in float32; tone comes later.  Kernels run over blocks of rows in threads and do not depend on
their number.
"""

from __future__ import annotations

import math
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import PIL
from numpy.typing import NDArray

from geometry.validation import FloatArray
from viz import theme
from viz.assets import asset
from viz.atmosphere import LIMB_POWER, RADIUS_KM, TOP_KM, air, scattered_light, sun_place
from viz.kept import kept_arrays
from viz.kernels import arctangent, by_rows, kernel
from viz.maps import (
    FILES,
    LAND_WIDTH,
    LAYER_WIDTH,
    WATER_REACH,
    grain,
    level_of,
    maps,
    read_layers,
    read_linear,
    read_one,
    read_shore,
    scatter,
)
from viz.pixel_rays import ray_of, row_span, tangent_right, tangent_up
from viz.scene import EarthItem, Scene, earth_of

CLOUD_HEIGHT = 7.0 / RADIUS_KM
_READING = threading.Lock()


# places in the vector of looks
CLOUDS, CITY_LIGHTS, AIR, FLATTENING, CITY, SKYGLOW, AIRGLOW, TWILIGHT, CLEAR_AIR = (
    0,
    1,
    2,
    3,
    4,
    7,
    10,
    13,
    16,
)


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
    by_rows(_picture_rows, height, light, passed, *picture_arguments(scene, size))
    return light, passed


def picture_arguments(scene: Scene, size: tuple[int, int]) -> tuple[Any, ...]:
    """What the kernels that draw the Earth into a picture take, in their order.

    Origin (3,) and rays (3, 3) in squeezed axes, size of a pixel, shift, Sun (3,), maps and tables, looks.
    """
    camera, earth = scene.camera, earth_of(scene)
    squeeze = squeezed_from_gcrs(earth)
    origin = squeeze @ camera.position_gcrs_m
    rays = squeeze @ camera.rotation_camera_from_gcrs.T
    _check_outside(origin)
    return (
        origin, rays, 1.0 / camera.pixels_per_tangent(size), np.array(camera.shift),
        earth.rotation_itrs_from_gcrs @ scene.sun_direction_gcrs,
        *_arrays(), _looks(earth),
    )  # fmt: skip


def environment(
    scene: Scene, position_gcrs_m: FloatArray, size: tuple[int, int] = (128, 64)
) -> NDArray[np.float32]:
    """All that shines on a place but the Sun itself: an equirectangular map (H, W, 3) of scene light.

    Columns run over azimuth atan2(y, x) from -180 to 180 degrees, rows from +Z down, axes of GCRS.
    """
    width, height = size
    polar = np.pi * (np.arange(height)[:, None] + 0.5) / height
    azimuth = 2.0 * np.pi * (np.arange(width) + 0.5) / width - np.pi
    up = np.broadcast_to(np.cos(polar), (height, width))
    directions = np.stack([np.sin(polar) * np.cos(azimuth), np.sin(polar) * np.sin(azimuth), up], axis=-1)
    light, passed = earth_along(scene, position_gcrs_m, directions, np.pi / height)
    return light + passed[..., None] * np.asarray(scene.ambient, np.float32)


def earth_along(
    scene: Scene, position_gcrs_m: FloatArray, directions_gcrs: FloatArray, angle_rad: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Light of the Earth along directions of any projection, and what passes it.

    Parameters
    ----------
    scene : Scene
    position_gcrs_m : array (3,)
        Of the eye, m.
    directions_gcrs : array (H, W, 3)
        Unit vectors.
    angle_rad : float
        Width of each, rad.

    Returns
    -------
    light : float32 array (H, W, 3)
    passed : float32 array (H, W)
        As `earth_layer`.

    Raises
    ------
    ValueError
        The eye stands in the air or under the ground.
    """
    height, width = directions_gcrs.shape[:2]
    light = np.zeros((height, width, 3), np.float32)
    passed = np.ones((height, width), np.float32)
    if scene.earth is None:
        return light, passed
    squeeze = squeezed_from_gcrs(scene.earth)
    sun = scene.earth.rotation_itrs_from_gcrs @ scene.sun_direction_gcrs
    origin = squeeze @ np.asarray(position_gcrs_m, dtype=float)
    _check_outside(origin)
    along = np.ascontiguousarray(directions_gcrs @ squeeze.T)
    by_rows(
        _direction_rows, height, light, passed, origin, along, angle_rad, sun, *_arrays(), _looks(scene.earth)
    )
    return light, passed


def squeezed_from_gcrs(earth: EarthItem) -> FloatArray:
    """(3, 3): GCRS in metres -> Earth-fixed axes in which the ellipsoid is the unit sphere."""
    scale = np.array([1.0, 1.0, 1.0 / (1.0 - earth.shape.flattening)]) / earth.shape.equatorial_radius_m
    return np.asarray(scale[:, None] * earth.rotation_itrs_from_gcrs)


def _check_outside(origin: FloatArray) -> None:
    height_km = (float(np.linalg.norm(origin)) - 1.0) * RADIUS_KM
    if not height_km > TOP_KM:
        raise ValueError(
            f"the camera must stand above the air, more than {TOP_KM:g} km up, got {height_km:.0f} km"
        )


def read_ahead() -> None:
    """Begin to read maps and make tables in a thread, while the caller loads what else a picture needs."""

    def read() -> None:
        with suppress(RuntimeError):  # the program ends: no thread can be begun any more
            _arrays()

    threading.Thread(target=read, name="earth-maps", daemon=True).start()


def _arrays() -> tuple[NDArray[Any], ...]:
    """Maps and tables, read once; who asks while another thread reads them waits for it."""
    with _READING:
        return _read_arrays()


@cache
def _read_arrays() -> tuple[NDArray[Any], ...]:
    """Maps and tables, in the order in which all kernels take them: made once on a machine."""
    code = [Path(__file__).with_name(name) for name in ("globe.py", "maps.py", "atmosphere.py", "kernels.py")]
    made_from: list[Path | str] = [*code, *(asset(name) for name in FILES), np.__version__, PIL.__version__]
    return tuple(kept_arrays("earth", made_from, _made_arrays).values())


def _made_arrays() -> dict[str, NDArray[Any]]:
    """Maps and tables by name, in their order.

    `views` (5, VIEWS): what passes on the way to the ground, R G B, and past the limb, R G.  `lights`
    (9, SUNS): direct light on the ground and on clouds, sky light on the ground, R G B each.
    """
    tables, read = air(), maps()
    views = np.stack([*tables.ground_view.T, tables.limb_view[:, 0], tables.limb_view[:, 1]])
    lights = np.concatenate([tables.sun_on_ground.T, tables.sun_on_cloud.T, tables.sky_on_ground.T])
    return {
        **read._asdict(),
        "ground_scattering": tables.ground_scattering,
        "limb_scattering": tables.limb_scattering,
        "views": np.ascontiguousarray(views),
        "lights": np.ascontiguousarray(lights),
    }


def _looks(earth: EarthItem) -> NDArray[np.float64]:
    """Switches of the Earth and numbers of the theme as one vector."""
    switches = [earth.clouds, earth.city_lights, earth.air, earth.shape.flattening]
    lift = [c - 1.0 for c in theme.TWILIGHT_LIFT]
    city = [theme.CITY_GAIN * c for c in theme.CITY_COLOR]
    return np.array(
        [*switches, *city, *theme.NIGHT_SKYGLOW, *theme.AIRGLOW, *lift, theme.CLEAR_AIR], dtype=float
    )


# ------------------------------------------------------------------ kernels: numbers in, numbers out


@kernel
def _picture_rows(
    first: int, last: int, light: Any, passed: Any, origin: Any, rays: Any, pixel: float, shift: Any,
    sun: Any, layers: Any, layer_offsets: Any, land: Any,
    land_offsets: Any, shores: Any, linear: Any, tile: Any, sparks: Any, ground_air: Any, limb_air: Any,
    views: Any, lights: Any, looks: Any,
) -> None:  # fmt: skip
    height, width = light.shape[:2]
    ox, oy, oz = origin[0], origin[1], origin[2]
    sx, sy, sz = sun[0], sun[1], sun[2]
    far2 = ox * ox + oy * oy + oz * oz
    reach = 1.0 + TOP_KM / RADIUS_KM
    for row in range(first, last):
        y = tangent_up(row, height, pixel, shift)
        start, end = row_span(ox, oy, oz, reach, rays, y, width, pixel, shift)
        for column in range(start, end):
            x = tangent_right(column, width, pixel, shift)
            dx, dy, dz = ray_of(rays, x, y)
            along = -(ox * dx + oy * dy + oz * dz)
            if along <= 0.0 or far2 - along * along > reach * reach:
                continue
            # a pixel's angle shrinks with the squared cosine off the axis
            angle = pixel / (1.0 + x * x + y * y)
            seen = shade(
                ox, oy, oz, dx, dy, dz, along, angle, sx, sy, sz,
                layers, layer_offsets, land, land_offsets, shores, linear, tile, sparks, ground_air,
                limb_air, views, lights, looks,
            )  # fmt: skip
            light[row, column, 0] = seen[0]
            light[row, column, 1] = seen[1]
            light[row, column, 2] = seen[2]
            passed[row, column] = seen[3]


@kernel
def _direction_rows(
    first: int, last: int, light: Any, passed: Any, origin: Any, directions: Any, angle: float, sun: Any,
    layers: Any, layer_offsets: Any, land: Any, land_offsets: Any, shores: Any, linear: Any, tile: Any,
    sparks: Any, ground_air: Any, limb_air: Any, views: Any, lights: Any, looks: Any,
) -> None:  # fmt: skip
    ox, oy, oz = origin[0], origin[1], origin[2]
    sx, sy, sz = sun[0], sun[1], sun[2]
    far2 = ox * ox + oy * oy + oz * oz
    reach2 = (1.0 + TOP_KM / RADIUS_KM) ** 2
    for row in range(first, last):
        for column in range(light.shape[1]):
            dx, dy, dz = directions[row, column, 0], directions[row, column, 1], directions[row, column, 2]
            n = 1.0 / math.sqrt(dx * dx + dy * dy + dz * dz)
            dx, dy, dz = dx * n, dy * n, dz * n
            along = -(ox * dx + oy * dy + oz * dz)
            if along <= 0.0 or far2 - along * along > reach2:
                continue
            seen = shade(
                ox, oy, oz, dx, dy, dz, along, angle, sx, sy, sz,
                layers, layer_offsets, land, land_offsets, shores, linear, tile, sparks, ground_air,
                limb_air, views, lights, looks,
            )  # fmt: skip
            light[row, column, 0] = seen[0]
            light[row, column, 1] = seen[1]
            light[row, column, 2] = seen[2]
            passed[row, column] = seen[3]


@kernel
def shade(
    ox: float, oy: float, oz: float, dx: float, dy: float, dz: float, along: float, angle: float,
    sx: float, sy: float, sz: float, layers: Any, layer_offsets: Any, land: Any,
    land_offsets: Any, shores: Any, linear: Any, tile: Any, sparks: Any, ground_air: Any, limb_air: Any,
    views: Any, lights: Any, looks: Any,
) -> tuple[float, float, float, float]:  # fmt: skip
    """Light along one ray of angular width `angle`, and the share of light from behind that passes."""
    # the point of closest approach; differences of large squares are avoided
    cx, cy, cz = ox + along * dx, oy + along * dy, oz + along * dz
    b = math.sqrt(cx * cx + cy * cy + cz * cz)
    height = max((b - 1.0) * RADIUS_KM, 0.0)
    covered = min(max((1.0 - b) / (angle * along) + 0.5, 0.0), 1.0)
    red = green = blue = through = 0.0
    if covered < 1.0:
        place = (height / TOP_KM) ** LIMB_POWER
        red, green, blue = _limb(
            cx / b, cy / b, cz / b, height, place, dx, dy, dz, sx, sy, sz, limb_air, looks
        )
        left = 1.0 - covered
        through = left * (1.0 - looks[AIR] * (1.0 - _row(views, 4, place)))
        red, green, blue = left * red, left * green, left * blue
    if covered > 0.0:
        t = along - math.sqrt(max(0.0, 1.0 - b * b))
        px, py, pz = ox + t * dx, oy + t * dy, oz + t * dz
        n = 1.0 / math.sqrt(px * px + py * py + pz * pz)
        seen = _ground(
            px * n, py * n, pz * n, dx, dy, dz, max(angle * t, 1e-7), sx, sy, sz,
            layers, layer_offsets, land, land_offsets, shores, linear, tile, sparks, ground_air, limb_air,
            views, lights, looks,
        )  # fmt: skip
        red, green, blue = red + covered * seen[0], green + covered * seen[1], blue + covered * seen[2]
    return red, green, blue, through


@kernel
def _row(table: Any, row: int, place: float) -> float:
    """One row of a table (rows, n) at a place in [0, 1]."""
    last = table.shape[1] - 1
    u = min(max(place, 0.0), 1.0) * last
    i = min(int(u), last - 1)
    return table[row, i] + (u - i) * (table[row, i + 1] - table[row, i])


@kernel
def _rows(table: Any, row: int, place: float) -> tuple[float, float, float]:
    """Three rows from `row` on."""
    return _row(table, row, place), _row(table, row + 1, place), _row(table, row + 2, place)


@kernel
def _smooth(x: float, low: float, high: float) -> float:
    t = min(max((x - low) / (high - low), 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


@kernel
def _limb(
    px: float, py: float, pz: float, height: float, place: float, dx: float, dy: float, dz: float,
    sx: float, sy: float, sz: float, limb_air: Any, looks: Any,
) -> tuple[float, float, float]:  # fmt: skip
    """Air over the edge of the Earth: scattered sunlight by day, its own faint glow by night."""
    if looks[AIR] == 0.0:
        return 0.0, 0.0, 0.0
    mu_s = px * sx + py * sy + pz * sz
    red = green = blue = 0.0
    if mu_s > -0.3:
        nu = sx * dx + sy * dy + sz * dz
        azimuth = -nu / math.sqrt(max(1.0 - mu_s * mu_s, 1e-12))
        red, green, blue = scattered_light(limb_air, place, sun_place(mu_s), azimuth, nu)
        fade, dusk = _smooth(mu_s, -0.3, -0.2), _smooth(mu_s, 0.10, -0.10)
        red *= fade * (1.0 + looks[TWILIGHT] * dusk)
        green *= fade * (1.0 + looks[TWILIGHT + 1] * dusk)
        blue *= fade * (1.0 + looks[TWILIGHT + 2] * dusk)
    night = _smooth(mu_s, 0.0, -0.25)
    if night > 0.0:
        x = (height - 90.0) / 6.0
        layer = night * (math.exp(-x * x) + 0.30 * _smooth(height, 94.0, 80.0))
        red += layer * looks[AIRGLOW]
        green += layer * looks[AIRGLOW + 1]
        blue += layer * looks[AIRGLOW + 2]
    return red, green, blue


@kernel
def _ground(
    px: float, py: float, pz: float, dx: float, dy: float, dz: float, step: float,
    sx: float, sy: float, sz: float, layers: Any, layer_offsets: Any, land: Any,
    land_offsets: Any, shores: Any, linear: Any, tile: Any, sparks: Any, ground_air: Any, limb_air: Any,
    views: Any, lights: Any, looks: Any,
) -> tuple[float, float, float]:  # fmt: skip
    """The ground, the clouds over it and the air before it, at the point p of the unit sphere."""
    mu = min(max(-(px * dx + py * dy + pz * dz), 0.0), 1.0)
    # the geodetic vertical: what latitude is measured by, and what the Sun stands over
    nz = pz / (1.0 - looks[FLATTENING])
    n = 1.0 / math.sqrt(px * px + py * py + nz * nz)
    nx, ny, nz = px * n, py * n, nz * n
    mu_s = nx * sx + ny * sy + nz * sz
    u = 0.5 + arctangent(py, px) / (2.0 * math.pi)
    v = 0.5 - arctangent(nz, math.sqrt(nx * nx + ny * ny)) / math.pi
    footprint = step / max(mu, 0.03) ** 0.65  # between its short and its long side
    texel = 2.0 * math.pi / LAYER_WIDTH
    cloud, shore, lamp = read_layers(layers, layer_offsets, LAYER_WIDTH, u, v, footprint)

    near = _smooth(footprint, 1.6e-3, 4.0e-4)  # how far the maps are stretched
    fine = slant = 0.0
    cloud *= looks[CLOUDS] / 255.0
    if near > 0.0:
        fine = _fine(tile, px, py, pz, footprint)
        slant = near * (fine - _fine(tile, px + 4e-4 * sx, py + 4e-4 * sy, pz + 4e-4 * sz, footprint))
        cloud += near * (_broken(cloud, fine) - cloud)
    shore = (shore - 128.0) / 127.0 * WATER_REACH
    if near > 0.0:
        shore += near * ((read_shore(shores, u, v) - 128.0) / 127.0 * WATER_REACH - shore)
        if abs(shore) < 1.2:
            shore += near * _bays(tile, px, py, pz, footprint)
    water = min(max(0.5 + shore / min(max(footprint / texel, 0.08), 9.0), 0.0), 1.0)

    red, green, blue = read_linear(land, land_offsets, LAND_WIDTH, linear, u, v, footprint)
    grey = 0.30 * red + 0.59 * green + 0.11 * blue
    red, green, blue = (
        max(1.3 * red - 0.3 * grey, 0.0),
        max(1.3 * green - 0.3 * grey, 0.0),
        max(1.3 * blue - 0.3 * grey, 0.0),
    )
    # hills and fields: light and dark, and slopes towards the Sun and away from it
    rough = 1.0
    if near > 0.0 and water < 1.0:
        hills = near * (0.30 + 0.55 * _smooth(grain(tile, pz, px, py, 2.3), -0.2, 1.8))
        rough = min(max(1.0 + hills * (0.30 * fine + 1.2 * slant) + near * 0.20 * fine, 0.40), 1.8)
    texture = 0.52 * (1.0 - water) * rough
    red, green, blue = (
        texture * red + 0.0035 * water,
        texture * green + 0.0105 * water,
        texture * blue + 0.0230 * water,
    )
    land_red, land_green, land_blue = red, green, blue
    clear = 1.0 - cloud

    place = sun_place(mu_s)
    day = mu_s > -0.25
    if day:
        shade = 0.0
        if looks[CLOUDS] > 0.0 and mu_s > -0.02:
            # what stands between here and the Sun, at the height of the clouds
            reach = min(CLOUD_HEIGHT / max(mu_s, 0.06), 0.012)
            qx, qy, qz = nx + reach * sx, ny + reach * sy, nz + reach * sz
            level = min(int(level_of(LAYER_WIDTH, footprint) + 0.5), len(layer_offsets) - 2)
            shade = read_one(
                layers, layer_offsets, LAYER_WIDTH, level, 0,
                0.5 + arctangent(qy, qx) / (2.0 * math.pi),
                0.5 - arctangent(qz, math.sqrt(qx * qx + qy * qy)) / math.pi,
            ) / 255.0  # fmt: skip
        relief = min(max(1.0 + 0.75 * (cloud - shade) + 0.9 * min(1.4 * cloud, 1.0) * slant, 0.45), 1.6)
        glint = 0.0
        if water > 0.0 and mu_s > -0.02:
            glint = water * _glint(nx, ny, nz, dx, dy, dz, sx, sy, sz, mu) * (1.0 + 0.25 * near * fine)
        roof = 0.40 * (mu_s + math.sqrt(mu_s * mu_s + 0.003)) * relief  # white tops catch light past sunset
        below = 1.0 - 0.8 * shade
        high = max(mu_s, 0.0)
        direct, top, sky = _rows(lights, 0, place), _rows(lights, 3, place), _rows(lights, 6, place)
        red = clear * (red * (below * direct[0] * high + sky[0]) + glint * below * direct[0])
        green = clear * (green * (below * direct[1] * high + sky[1]) + glint * below * direct[1])
        blue = clear * (blue * (below * direct[2] * high + sky[2]) + glint * below * direct[2])
        red += cloud * (roof * top[0] + 0.8 * sky[0])
        green += cloud * (roof * top[1] + 0.8 * sky[1])
        blue += cloud * (roof * top[2] + 0.8 * sky[2])
    else:
        red = green = blue = 0.0

    night = _smooth(mu_s, 0.045, -0.10)
    if night > 0.0:
        lamp *= looks[CITY_LIGHTS] / 255.0
        lamp *= lamp
        if near > 0.0 and lamp > 1e-4:
            # the map is as coarse as a town: from near its light is gathered into points, off the water
            lamp *= _streets(sparks, px, py, pz, footprint, near, lamp) * math.exp(near * (1.9 * fine - 1.05))
            lamp *= (1.0 - near * water) * (1.0 - near + near * min(1.0, 0.15 + 1.4 * lamp))
        hot = 0.45 * min(lamp, 1.0)
        lamp *= night * (1.0 - 0.8 * cloud)
        warm = looks[CITY]
        red += lamp * warm
        green += lamp * (looks[CITY + 1] + hot * (0.85 * warm - looks[CITY + 1]))
        blue += lamp * (looks[CITY + 2] + hot * (0.85 * warm - looks[CITY + 2]))
        base = 0.25 + 1.4 * cloud
        red += night * looks[SKYGLOW] * (base + 2.0 * clear * land_red)
        green += night * looks[SKYGLOW + 1] * (base + 2.0 * clear * land_green)
        blue += night * looks[SKYGLOW + 2] * (base + 2.0 * clear * land_blue)
    if looks[AIR] > 0.0:
        x = math.sqrt(mu)
        way = _rows(views, 0, x)
        red, green, blue = red * way[0], green * way[1], blue * way[2]
        if day:
            nu = sx * dx + sy * dy + sz * dz
            across = -(nu + mu * mu_s)  # of the ways to eye and Sun, both made level
            azimuth = across / math.sqrt(max((1.0 - mu * mu) * (1.0 - mu_s * mu_s), 1e-12))
            fog = scattered_light(ground_air, x, place, min(max(azimuth, -1.0), 1.0), nu)
            veil = _smooth(mu_s, -0.25, -0.18) * (1.0 - 0.55 * cloud)  # clouds stand over the densest air
            veil *= 1.0 - looks[CLEAR_AIR] * x
            dusk = (1.0 - mu) * _smooth(mu_s, 0.10, -0.10)
            red += veil * fog[0] * (1.0 + looks[TWILIGHT] * dusk)
            green += veil * fog[1] * (1.0 + looks[TWILIGHT + 1] * dusk)
            blue += veil * fog[2] * (1.0 + looks[TWILIGHT + 2] * dusk)
        if night > 0.0:
            glow = night * 0.30 * min(1.0, 0.09 / max(mu, 0.05))
            red += glow * looks[AIRGLOW]
            green += glow * looks[AIRGLOW + 1]
            blue += glow * looks[AIRGLOW + 2]
    return red, green, blue


@kernel
def _broken(cover: float, fine: float) -> float:
    """Clouds one by one where the map says how much of the sky they cover: edges where the noise crosses."""
    # the noise that so much of the sky exceeds, by a logistic fit to its bell
    least = 0.40 * math.log((1.02 - cover) / (cover + 0.02))
    thick = _smooth(fine, least - 0.40, least + 0.80)
    return 0.30 * cover + 0.70 * thick


@kernel
def _fine(tile: Any, px: float, py: float, pz: float, footprint: float) -> float:
    """What is finer than the maps: noise down to the footprint of a pixel."""
    total = 0.50 * grain(tile, px, py, pz, 9.0)
    if footprint < 3e-4:
        total += 0.32 * _smooth(footprint, 3e-4, 1.5e-4) * grain(tile, px, py, pz, 61.0)
    if footprint < 1.4e-4:
        total += 0.22 * _smooth(footprint, 1.4e-4, 5e-5) * grain(tile, px, py, pz, 331.0)
    return total


@kernel
def _bays(tile: Any, px: float, py: float, pz: float, footprint: float) -> float:
    """How far bays and headlands reach that the map is too coarse for, in texels of the layers."""
    rugged = 0.5 + 0.5 * _smooth(grain(tile, pz, px, py, 2.3), -1.0, 1.0)  # some coasts are, some are not
    reach = 0.26 * grain(tile, py, pz, px, 53.0)
    if footprint < 1.4e-4:
        reach += 0.05 * _smooth(footprint, 1.4e-4, 5e-5) * grain(tile, py, pz, px, 331.0)
    return rugged * reach


@kernel
def _streets(
    sparks: Any, px: float, py: float, pz: float, footprint: float, near: float, lamp: float
) -> float:
    """How lamps are scattered over a town: one by one at its edge, close together in its midst."""
    close = _smooth(footprint, 3.0e-4, 8.0e-5)
    points = 1.0 + near * (scatter(sparks, px, py, pz, 14.0) - 1.0)
    points *= 1.0 + close * (scatter(sparks, px, py, pz, 67.0) - 1.0)
    crowd = min(lamp, 1.0)
    return points + 0.6 * crowd * (1.0 - points)


@kernel
def _glint(
    nx: float, ny: float, nz: float, dx: float, dy: float, dz: float, sx: float, sy: float, sz: float,
    mu: float,
) -> float:  # fmt: skip
    """Sunlight mirrored by waves: slope statistics at a wind of 7 m/s [CoxMunk1954], glare held back."""
    hx, hy, hz = sx - dx, sy - dy, sz - dz
    size = math.sqrt(hx * hx + hy * hy + hz * hz)
    cosine = (nx * hx + ny * hy + nz * hz) / max(size, 1e-9)
    if cosine < 0.5:
        return 0.0
    c2 = cosine * cosine
    variance = 0.003 + 0.00512 * 7.0
    slope = math.exp(-(1.0 - c2) / (c2 * variance)) / (math.pi * variance)
    facing = 1.0 - min(max((sx * hx + sy * hy + sz * hz) / size, 0.0), 1.0)
    f2 = facing * facing
    fresnel = 0.02 + 0.98 * f2 * f2 * facing
    return 0.32 * math.pi * fresnel * slope / (4.0 * max(mu, 0.2) * c2 * c2)
