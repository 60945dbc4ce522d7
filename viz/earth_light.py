"""Light of the Earth along one ray: ground, sea, towns at night, clouds, and the air before and over them.

Kernels of numbers and tables, in axes in which the ellipsoid is the unit sphere; light is scene light.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz import theme
from viz.atmosphere import LIMB_POWER, RADIUS_KM, TOP_KM, scattered_light, sun_place
from viz.kernels import arctangent, kernel
from viz.maps import (
    LAND_WIDTH,
    LAYER_WIDTH,
    WATER_REACH,
    grain,
    level_of,
    read_layers,
    read_linear,
    read_one,
    read_shore,
    scatter,
)
from viz.scene import EarthItem

CLOUD_HEIGHT = 7.0 / RADIUS_KM  # over the ground, in Earth radii

# places in the vector of looks
CLOUDS, CITY_LIGHTS, AIR, FLATTENING = 0, 1, 2, 3
CITY, SKYGLOW, AIRGLOW, TWILIGHT, CLEAR_AIR = 4, 7, 10, 13, 16  # but the last, each of red, green and blue


def looks_of(earth: EarthItem) -> NDArray[np.float64]:
    """Switches of the Earth and numbers of the theme as one vector."""
    switches = [earth.clouds, earth.city_lights, earth.air, earth.shape.flattening]
    lift = [c - 1.0 for c in theme.TWILIGHT_LIFT]
    city = [theme.CITY_GAIN * c for c in theme.CITY_COLOR]
    return np.array(
        [*switches, *city, *theme.NIGHT_SKYGLOW, *theme.AIRGLOW, *lift, theme.CLEAR_AIR], dtype=float
    )


@kernel
def shade(
    ox: float, oy: float, oz: float, dx: float, dy: float, dz: float, along: float, angle: float,
    sx: float, sy: float, sz: float, layers: Any, layer_offsets: Any, land: Any,
    land_offsets: Any, shores: Any, linear: Any, tile: Any, sparks: Any, ground_air: Any, limb_air: Any,
    views: Any, lights: Any, looks: Any,
) -> tuple[float, float, float, float]:  # fmt: skip
    """Light (red, green, blue) along one ray, and the share of light from behind that passes.

    Eye (o), unit vector of the ray (d), Sun (s) and the distance `along` the ray to where it comes nearest
    to the centre are in squeezed axes and Earth radii; `angle` is the ray's width, rad.  The tables are
    those of `globe`, `looks` is that of `looks_of`.
    """
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
