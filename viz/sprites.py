"""Satellites too far for a mesh: flat sprites in their true attitude and light, and points beyond.

A craft's sprite is the large rectangles of its mesh.  Each is lit as the mesh is (the same reflection model
for the mean of its material) and drawn as its projected quadrilateral with exact coverage, so a
sprite keeps its light however small it is.  Where it is smaller than a pixel or two its light is drawn as a
point of the same integral: nothing pops.

Notes
-----
The integrated light of a satellite over the picture is S = I k^2 / d^2, with I the sum over its faces of
radiance times projected area, k pixels per tangent and d the distance.  With `lift` the light of far points
passes, by a geometric mean over `POINT_PIXELS` of projected size, into that of a star of the same magnitude,
m = -26.76 - 2.5 log10(I / (pi d^2)) [Willmer2018 for the Sun, V, Vega], drawn as `theme` draws stars.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry.validation import FloatArray
from viz import theme
from viz.coatings import FINISHES, Finish
from viz.globe import squeezed_from_gcrs
from viz.kernels import by_rows, kernel
from viz.reflections import ENOUGH, bounding_plates, covered_share, large_rectangles
from viz.scene import MeshItem, SatellitesItem, Scene
from viz.splat import camera_view, depth_of, draw_points, hidden, pixel_of, point_sigma
from viz.surroundings import ROUGHNESSES, Surroundings, surroundings

MESH_PIXELS = (90.0, 150.0)
"""Projected size of a craft over which its sprite passes into its mesh."""
SPRITE_PIXELS = (1.0, 2.5)
"""Projected size over which a point passes into the sprite."""
POINT_PIXELS = (0.05, 2.5)
SUN_MAGNITUDE = -26.76  # apparent, V, Vega system [Willmer2018]
SLICES = 8  # of a row of pixels, for the coverage of a quadrilateral
UNSEEN_M = 1e15  # the distance of what is out of view or hidden
BRIGHTEST = 40.0  # of one sample: a glint spreads over its pixel, not over the picture
LIGHT_STEP_M = 50e3  # the sky that lights far satellites is that of a place this near
LEVEL_STEP_M = 20e3  # and of its height


class Parts(NamedTuple):
    """Flat parts of a craft, body frame: `frame` (K, 3, 3) centre and half sides, m; `look` (K, 2, 10) of
    front and back: diffuse colour, reflectance at normal incidence, roughness, clear coat, there or not,
    area in m2; `size_m` across."""

    frame: FloatArray
    look: FloatArray
    size_m: float


@lru_cache(maxsize=16)
def sprite_parts(item: MeshItem) -> Parts:
    """The sprite of a craft."""
    found = large_rectangles(item)
    if covered_share(found, item.mesh) < ENOUGH:
        found = bounding_plates(item)
    frame = np.array([[r.center_m, r.half_u_m, r.half_v_m] for r in found])
    look = np.zeros((len(found), 2, 10))
    for k, r in enumerate(found):
        for side, surface in enumerate(r.surfaces):
            if surface < 0 and side == 1:
                continue
            material = item.inactive_material if surface < 0 else item.materials[surface]
            finish = FINISHES.get(str(material.pattern), Finish(None))
            base, metal = np.array(material.base_color), material.metallic
            look[k, side, 0:3] = base * (1.0 - metal) if material.pattern is None else base
            look[k, side, 3:6] = np.array(finish.reflectance) * (1.0 - metal) + metal * base
            look[k, side, 6:10] = material.roughness, material.clear_coat, 1.0, r.area_m2
    return Parts(frame, look, body_size_m(item))


def body_size_m(item: MeshItem) -> float:
    """Across the ball about the origin of a body that holds it, m."""
    return 2.0 * float(np.linalg.norm(np.abs(item.mesh.bounds_m).max(axis=0)))


def step_up(size: NDArray[Any], low_high: tuple[float, float]) -> NDArray[np.float64]:
    """Smooth step from 0 to 1 over the logarithm of a projected size in pixels."""
    low, high = np.log(low_high)
    t = np.clip((np.log(np.maximum(size, 1e-9)) - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t))


def lighting_place(scene: Scene, position_gcrs_m: FloatArray) -> FloatArray:
    """The place whose sky lights the satellites about a camera: on a coarse lattice, so that it stays."""
    away = position_gcrs_m - scene.camera.position_gcrs_m
    near = position_gcrs_m[np.argmin(np.einsum("nk,nk->n", away, away))]
    radius = LEVEL_STEP_M * round(float(np.linalg.norm(near)) / LEVEL_STEP_M)
    lattice = LIGHT_STEP_M * np.round(near / LIGHT_STEP_M)
    return np.asarray(radius * lattice / np.linalg.norm(lattice))


def near_members(
    item: SatellitesItem, scene: Scene, size: tuple[int, int]
) -> tuple[NDArray[np.int64], FloatArray]:
    """Members that are drawn as meshes in a picture of a size, the nearest first, and the share of each."""
    if not len(item.position_gcrs_m):
        return np.zeros(0, np.int64), np.zeros(0)
    across = sprite_parts(item.craft).size_m
    camera = scene.camera
    scale = camera.pixels_per_tangent(size)
    way = item.position_gcrs_m - camera.position_gcrs_m
    depth = -(way @ camera.rotation_camera_from_gcrs[2])
    distance = np.sqrt(np.einsum("nk,nk->n", way, way))
    opacity = step_up(scale * across / np.maximum(distance, 1e-3), MESH_PIXELS)
    near = np.flatnonzero((opacity > 0.0) & (depth > -across))
    near = near[np.argsort(distance[near], kind="stable")]
    return near, opacity[near]


def add_satellites(
    light: NDArray[np.float32], passed: NDArray[np.float32], item: SatellitesItem, scene: Scene
) -> None:
    """Draw the satellites of an item, but for meshes, over light (H, W, 3) and what passes (H, W)."""
    if not len(item.position_gcrs_m):
        return
    height, width = light.shape[:2]
    parts = sprite_parts(item.craft)
    sky = surroundings(scene, lighting_place(scene, item.position_gcrs_m))
    view = camera_view(scene.camera, (width, height))
    squeeze = np.zeros((3, 3)) if scene.earth is None else squeezed_from_gcrs(scene.earth)
    count = len(item.position_gcrs_m)
    place, intensity = np.empty((count, 2), np.float32), np.zeros((count, 3), np.float32)
    distance = np.empty(count)
    by_rows(
        _shine, count, item.position_gcrs_m, item.rotation_gcrs_from_body, item.sunlit_fraction,
        view, squeeze, squeeze @ view[0], width, height, *parts, scene.sun_direction_gcrs, *_sky(sky),
        place, intensity, distance, block=None,
    )  # fmt: skip
    seen = np.flatnonzero(distance < UNSEEN_M)
    place, intensity, distance = place[seen], intensity[seen], distance[seen]
    size = view[4, 2] * parts.size_m / distance
    drawn = step_up(size, SPRITE_PIXELS)
    total = intensity * (view[4, 2] / distance)[:, None] ** 2
    shown = _as_points(total, intensity, distance, size, item.lift, height)
    sigma = point_sigma(height)
    draw_points(
        light, place, shown * ((1.0 - drawn) / (2.0 * np.pi * sigma**2))[:, None], sigma,
        (intensity.max(axis=1) > 0.0) & (drawn < 1.0),
    )  # fmt: skip
    # a whole mesh hides its sprite; before, what the edges of both show too much is taken from the sprite
    drawn = drawn * (1.0 - step_up(size, MESH_PIXELS) ** 6)
    near = np.flatnonzero(drawn > 0.0)
    near = near[np.argsort(-distance[near], kind="stable")]
    _draw_sprites(
        light, passed, seen[near], drawn[near], item.position_gcrs_m, item.rotation_gcrs_from_body,
        item.sunlit_fraction, view, *parts, scene.sun_direction_gcrs, *_sky(sky), np.empty((4, 3)),
    )  # fmt: skip


def _as_points(
    total: FloatArray,
    intensity: NDArray[np.float32],
    distance: FloatArray,
    size: FloatArray,
    lift: float,
    height: int,
) -> FloatArray:
    """Integrated light (N, 3) with which far ones are shown."""
    if lift == 0.0:
        return total
    bright = np.maximum(intensity.max(axis=1), 1e-30)
    true = np.maximum(total.max(axis=1), 1e-30)
    magnitude = SUN_MAGNITUDE - 2.5 * np.log10(bright / (np.pi * distance**2))
    image = 2.0 * np.pi * (theme.POINT_SIGMA * height / 1080.0) ** 2
    star = lift * image * theme.STAR_GAIN * 10.0 ** (-0.4 * theme.STAR_POWER * (magnitude - 1.0))
    near = step_up(size, POINT_PIXELS)
    return np.asarray(total * ((star / true) ** (1.0 - near))[:, None])


def _sky(sky: Surroundings) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Soft maps (levels, rows, columns, 3) and the roughness of each."""
    return sky.soft, np.array(ROUGHNESSES)


# ------------------------------------------------------------------ kernels


@kernel
def _shine(
    first: int, last: int, position: Any, rotation: Any, lit: Any, view: Any, squeeze: Any, eye: Any,
    width: int, height: int, frame: Any, look: Any, size_m: float, sun: Any, soft: Any, levels: Any,
    place: Any, intensity: Any, distance: Any,
) -> None:  # fmt: skip
    """Pixel, radiant intensity (m2 times radiance) and distance of each satellite; light 0 where unseen."""
    earth = eye[0] != 0.0 or eye[1] != 0.0 or eye[2] != 0.0
    for n in range(first, last):
        x, y, z = position[n, 0] - view[0, 0], position[n, 1] - view[0, 1], position[n, 2] - view[0, 2]
        d = math.sqrt(x * x + y * y + z * z)
        distance[n] = max(d, 1e-3)
        intensity[n, 0] = intensity[n, 1] = intensity[n, 2] = 0.0
        place[n, 0] = place[n, 1] = -1e6
        depth = depth_of(view, x, y, z)
        margin = 8.0 + view[4, 2] * size_m / max(d, size_m)
        if not depth > 0.1 * d:
            if d > 3.0 * size_m:
                distance[n] = UNSEEN_M
            continue
        column, row = pixel_of(view, x, y, z, depth)
        if column < -margin or row < -margin or column > width + margin or row > height + margin:
            distance[n] = UNSEEN_M
            continue
        if earth and hidden(
            eye[0], eye[1], eye[2],
            squeeze[0, 0] * x + squeeze[0, 1] * y + squeeze[0, 2] * z,
            squeeze[1, 0] * x + squeeze[1, 1] * y + squeeze[1, 2] * z,
            squeeze[2, 0] * x + squeeze[2, 1] * y + squeeze[2, 2] * z,
        ):  # fmt: skip
            distance[n] = UNSEEN_M
            continue
        place[n, 0], place[n, 1] = column, row
        vx, vy, vz = -x / d, -y / d, -z / d
        for k in range(len(frame)):
            nx, ny, nz = _normal(rotation, n, frame, k)
            facing = nx * vx + ny * vy + nz * vz
            side = 0 if facing > 0.0 else 1
            if look[k, side, 8] == 0.0 or facing == 0.0:
                continue
            if side == 1:
                nx, ny, nz = -nx, -ny, -nz
            red, green, blue = _radiance(nx, ny, nz, vx, vy, vz, lit[n], sun, look, k, side, soft, levels)
            area = abs(facing) * look[k, side, 9]
            intensity[n, 0] += area * red
            intensity[n, 1] += area * green
            intensity[n, 2] += area * blue


@kernel
def _normal(rotation: Any, n: int, frame: Any, k: int) -> tuple[float, float, float]:
    """Unit normal of the front of part k of satellite n, GCRS."""
    ux, uy, uz = frame[k, 1, 0], frame[k, 1, 1], frame[k, 1, 2]
    vx, vy, vz = frame[k, 2, 0], frame[k, 2, 1], frame[k, 2, 2]
    x, y, z = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
    s = 1.0 / math.sqrt(x * x + y * y + z * z)
    x, y, z = x * s, y * s, z * s
    return (
        rotation[n, 0, 0] * x + rotation[n, 0, 1] * y + rotation[n, 0, 2] * z,
        rotation[n, 1, 0] * x + rotation[n, 1, 1] * y + rotation[n, 1, 2] * z,
        rotation[n, 2, 0] * x + rotation[n, 2, 1] * y + rotation[n, 2, 2] * z,
    )


@kernel
def _read(soft: Any, level: int, x: float, y: float, z: float) -> tuple[float, float, float]:
    """A soft map in a direction, between its four nearest pixels."""
    rows, columns = soft.shape[1], soft.shape[2]
    v = min(max(math.acos(min(max(z, -1.0), 1.0)) / math.pi * rows - 0.5, 0.0), rows - 1.001)
    u = (math.atan2(y, x) / (2.0 * math.pi) + 0.5) * columns - 0.5 + columns
    i, j = int(v), int(u)
    v -= i
    u -= j
    a, b = j % columns, (j + 1) % columns
    w0, w1, w2, w3 = (1.0 - v) * (1.0 - u), (1.0 - v) * u, v * (1.0 - u), v * u
    i1 = i + 1
    return (
        w0 * soft[level, i, a, 0]
        + w1 * soft[level, i, b, 0]
        + w2 * soft[level, i1, a, 0]
        + w3 * soft[level, i1, b, 0],
        w0 * soft[level, i, a, 1]
        + w1 * soft[level, i, b, 1]
        + w2 * soft[level, i1, a, 1]
        + w3 * soft[level, i1, b, 1],
        w0 * soft[level, i, a, 2]
        + w1 * soft[level, i, b, 2]
        + w2 * soft[level, i1, a, 2]
        + w3 * soft[level, i1, b, 2],
    )


@kernel
def _lobe(nl: float, nv: float, nh: float, a: float) -> float:
    """GGX lobe of the Sun's disc times pi, as in `materials`."""
    a2 = a * a
    d = nh * nh * (a2 - 1.0) + 1.0
    smith = nl * math.sqrt(nv * nv * (1.0 - a2) + a2) + nv * math.sqrt(nl * nl * (1.0 - a2) + a2)
    return a2 / (d * d) * 0.5 * nl / max(smith, 1e-5)


@kernel
def _radiance(
    nx: float, ny: float, nz: float, vx: float, vy: float, vz: float, lit: float, sun: Any, look: Any,
    k: int, side: int, soft: Any, levels: Any,
) -> tuple[float, float, float]:  # fmt: skip
    """Light of one side of a part with normal n towards v: the shader of `materials` for a plain surface."""
    nv = max(nx * vx + ny * vy + nz * vz, 1e-3)
    nl = nx * sun[0] + ny * sun[1] + nz * sun[2]
    rough, coat = look[k, side, 6], look[k, side, 7]
    # [Karis2014]
    r0, r1 = 1.0 - rough, 0.0425 - 0.0275 * rough
    r2, r3 = 1.04 - 0.572 * rough, 0.022 * rough - 0.04
    a = min(r0 * r0, 2.0 ** (-9.28 * nv)) * r0 + r1
    scale, bias = r2 - 1.04 * a, r3 + 1.04 * a
    last = soft.shape[0] - 1
    sky_r, sky_g, sky_b = _read(soft, last, nx, ny, nz)
    # the nearest of the maps to this roughness: parts of a sprite are means themselves
    level = 0
    for m in range(len(levels)):
        if abs(levels[m] - rough) < abs(levels[level] - rough):
            level = m
    bx, by, bz = 2.0 * nv * nx - vx, 2.0 * nv * ny - vy, 2.0 * nv * nz - vz
    mir_r, mir_g, mir_b = _read(soft, level, bx, by, bz)
    sun_r = sun_g = sun_b = 0.0
    lobe = coat_lobe = fresnel = 0.0
    if nl > 0.0 and lit > 0.0:
        sun_r, sun_g, sun_b = lit, lit**1.6, lit**2.4
        hx, hy, hz = vx + sun[0], vy + sun[1], vz + sun[2]
        h = 1.0 / math.sqrt(hx * hx + hy * hy + hz * hz)
        nh = (nx * hx + ny * hy + nz * hz) * h
        vh = (vx * hx + vy * hy + vz * hz) * h
        fresnel = (1.0 - vh) ** 5
        lobe = _lobe(nl, nv, nh, rough * rough + 0.0023)
        if coat > 0.0:
            coat_lobe = coat * (0.04 + 0.96 * fresnel) * _lobe(nl, nv, nh, 0.0036 + 0.0023)
    direct = max(nl, 0.0)
    cover = coat * (0.04 + 0.96 * (1.0 - nv) ** 5)
    out_r = _one(look[k, side, 0], look[k, side, 3], scale, bias, sun_r, direct, sky_r, mir_r, lobe, fresnel)
    out_g = _one(look[k, side, 1], look[k, side, 4], scale, bias, sun_g, direct, sky_g, mir_g, lobe, fresnel)
    out_b = _one(look[k, side, 2], look[k, side, 5], scale, bias, sun_b, direct, sky_b, mir_b, lobe, fresnel)
    if coat > 0.0:
        top_r, top_g, top_b = _read(soft, 0, bx, by, bz)
        out_r += cover * (top_r - out_r) + sun_r * coat_lobe
        out_g += cover * (top_g - out_g) + sun_g * coat_lobe
        out_b += cover * (top_b - out_b) + sun_b * coat_lobe
    return min(out_r, BRIGHTEST), min(out_g, BRIGHTEST), min(out_b, BRIGHTEST)


@kernel
def _one(
    diffuse: float, f0: float, scale: float, bias: float, sun: float, direct: float, sky: float,
    mirror: float, lobe: float, fresnel: float,
) -> float:  # fmt: skip
    share = f0 * scale + bias
    light = diffuse * (1.0 - share) * (sun * direct + sky)
    return light + sun * (f0 + (1.0 - f0) * fresnel) * lobe + share * mirror


@kernel
def _draw_sprites(
    light: Any, passed: Any, chosen: Any, drawn: Any, position: Any, rotation: Any, lit: Any, view: Any,
    frame: Any, look: Any, size_m: float, sun: Any, soft: Any, levels: Any, corner: Any,
) -> None:  # fmt: skip
    """Quadrilaterals of the satellites chosen, in their order, as far as they are drawn; of one satellite
    the farthest first."""
    for nth in range(len(chosen)):
        n = chosen[nth]
        cx, cy, cz = position[n, 0] - view[0, 0], position[n, 1] - view[0, 1], position[n, 2] - view[0, 2]
        # selection by distance: parts are few
        past = math.inf
        for _ in range(len(frame)):
            far, k = -1.0, -1
            for m in range(len(frame)):
                gap = _gap(rotation, n, frame, m, cx, cy, cz)
                if gap < past and gap > far:
                    far, k = gap, m
            if k < 0:
                break
            past = far
            ok = True
            for c in range(4):
                su, sv = (1.0 if c in (1, 2) else -1.0), (1.0 if c >= 2 else -1.0)
                bx = frame[k, 0, 0] + su * frame[k, 1, 0] + sv * frame[k, 2, 0]
                by = frame[k, 0, 1] + su * frame[k, 1, 1] + sv * frame[k, 2, 1]
                bz = frame[k, 0, 2] + su * frame[k, 1, 2] + sv * frame[k, 2, 2]
                x = cx + rotation[n, 0, 0] * bx + rotation[n, 0, 1] * by + rotation[n, 0, 2] * bz
                y = cy + rotation[n, 1, 0] * bx + rotation[n, 1, 1] * by + rotation[n, 1, 2] * bz
                z = cz + rotation[n, 2, 0] * bx + rotation[n, 2, 1] * by + rotation[n, 2, 2] * bz
                depth = depth_of(view, x, y, z)
                if depth <= 0.0:
                    ok = False
                    break
                corner[c, 0], corner[c, 1] = pixel_of(view, x, y, z, depth)
            if not ok:
                continue
            nx, ny, nz = _normal(rotation, n, frame, k)
            # towards the eye from the middle of the part
            mx, my, mz = frame[k, 0, 0], frame[k, 0, 1], frame[k, 0, 2]
            x = cx + rotation[n, 0, 0] * mx + rotation[n, 0, 1] * my + rotation[n, 0, 2] * mz
            y = cy + rotation[n, 1, 0] * mx + rotation[n, 1, 1] * my + rotation[n, 1, 2] * mz
            z = cz + rotation[n, 2, 0] * mx + rotation[n, 2, 1] * my + rotation[n, 2, 2] * mz
            d = 1.0 / math.sqrt(x * x + y * y + z * z)
            vx, vy, vz = -x * d, -y * d, -z * d
            facing = nx * vx + ny * vy + nz * vz
            side = 0 if facing > 0.0 else 1
            if look[k, side, 8] == 0.0 or facing == 0.0:
                continue
            if side == 1:
                nx, ny, nz = -nx, -ny, -nz
            red, green, blue = _radiance(nx, ny, nz, vx, vy, vz, lit[n], sun, look, k, side, soft, levels)
            _fill(light, passed, corner, drawn[nth], red, green, blue)


@kernel
def _gap(rotation: Any, n: int, frame: Any, m: int, cx: float, cy: float, cz: float) -> float:
    """Squared distance of the middle of a part from the eye."""
    bx, by, bz = frame[m, 0, 0], frame[m, 0, 1], frame[m, 0, 2]
    x = cx + rotation[n, 0, 0] * bx + rotation[n, 0, 1] * by + rotation[n, 0, 2] * bz
    y = cy + rotation[n, 1, 0] * bx + rotation[n, 1, 1] * by + rotation[n, 1, 2] * bz
    z = cz + rotation[n, 2, 0] * bx + rotation[n, 2, 1] * by + rotation[n, 2, 2] * bz
    return x * x + y * y + z * z + 1e-9 * m


@kernel
def _fill(light: Any, passed: Any, corner: Any, share: float, red: float, green: float, blue: float) -> None:
    """A convex quadrilateral over light, by the exact width of thin slices of each row."""
    height, width = light.shape[:2]
    top = bottom = corner[0, 1]
    for c in range(1, 4):
        top, bottom = min(top, corner[c, 1]), max(bottom, corner[c, 1])
    # pixel centres stand at whole numbers
    for row in range(max((math.floor(top + 0.5)), 0), min((math.floor(bottom + 0.5)) + 1, height)):
        y0, y1 = max(row - 0.5, top), min(row + 0.5, bottom)
        thick = (y1 - y0) / SLICES
        if thick <= 0.0:
            continue
        low, high = 1e9, -1e9
        for s in range(SLICES):
            left, right = _span(corner, y0 + (s + 0.5) * thick)
            low, high = min(low, left), max(high, right)
        for column in range(max((math.floor(low + 0.5)), 0), min((math.floor(high + 0.5)) + 1, width)):
            cover = 0.0
            for s in range(SLICES):
                left, right = _span(corner, y0 + (s + 0.5) * thick)
                cover += max(min(right, column + 0.5) - max(left, column - 0.5), 0.0) * thick
            cover = min(cover * share, 1.0)
            passed[row, column] *= 1.0 - cover
            light[row, column, 0] += cover * (red - light[row, column, 0])
            light[row, column, 1] += cover * (green - light[row, column, 1])
            light[row, column, 2] += cover * (blue - light[row, column, 2])


@kernel
def _span(corner: Any, y: float) -> tuple[float, float]:
    """From where to where a level line lies in the quadrilateral."""
    left, right = 1e9, -1e9
    for c in range(4):
        e = (c + 1) & 3
        y0, y1 = corner[c, 1], corner[e, 1]
        if (y0 <= y < y1) or (y1 <= y < y0):
            x = corner[c, 0] + (y - y0) / (y1 - y0) * (corner[e, 0] - corner[c, 0])
            left, right = min(left, x), max(right, x)
    return left, right
