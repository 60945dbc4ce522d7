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
from viz.assets import asset
from viz.atmosphere import RADIUS_KM, TOP_KM, air
from viz.earth_light import looks_of, shade
from viz.kept import kept_arrays
from viz.kernels import by_rows, kernel
from viz.maps import (
    FILES,
    maps,
)
from viz.pixel_rays import ray_of, row_span, tangent_right, tangent_up
from viz.scene import EarthItem, Scene, earth_of

Layer = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Light (H, W, 3) of the Earth, and the share of light from behind it that passes (H, W)."""

_READING = threading.Lock()
CODE = ("globe.py", "maps.py", "atmosphere.py", "kernels.py", "srgb.py")  # what decides maps and tables


def earth_layer(scene: Scene, size: tuple[int, int]) -> Layer:
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
        *_arrays(), looks_of(earth),
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
) -> Layer:
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
    looks = looks_of(scene.earth)
    by_rows(_direction_rows, height, light, passed, origin, along, angle_rad, sun, *_arrays(), looks)
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
    code = [Path(__file__).with_name(name) for name in CODE]
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
