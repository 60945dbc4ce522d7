"""A picture of the Earth from others of it that were drawn before (keys), its ground moved to where it is.

Every pixel's ray is met with the ellipsoid exactly; the ground found there is looked up in the keys, where
that same ground stood, by cubic interpolation, and two keys are blended by time.  So ground moves truly;
only its light is interpolated.  Limb, grazing ground, and ground that no key shows are drawn anew.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from geometry.validation import FloatArray
from viz.atmosphere import RADIUS_KM, TOP_KM
from viz.earth_light import shade
from viz.globe import Layer, picture_arguments, squeezed_from_gcrs
from viz.kernels import by_rows, kernel
from viz.maps import curve_weights
from viz.pixel_rays import ray_of, row_span, tangent_right, tangent_up
from viz.scene import Scene, earth_of

RUN = 16
"""Pixels of a row whose places in a key come from those at its ends and its middle, by a parabola."""
MOST_BEND = 0.5
"""Of such a run, in pixels: what its middle is off, twice; the parabola is off by less than a hundredth."""
LEAST_COSINE = 0.12
"""Of the zenith angle of the eye on ground that is looked up: air and perspective are steep beyond."""


@dataclass(frozen=True, eq=False)
class Key:
    """A drawn layer and the scene that it was drawn for."""

    scene: Scene
    layer: Layer

    def geometry(self) -> FloatArray:
        """(6, 3): the eye in squeezed axes, rows that turn squeezed axes into the camera's, centre and scale
        in pixels, and the least cosine."""
        height, width = self.layer[1].shape
        camera = self.scene.camera
        squeeze = squeezed_from_gcrs(earth_of(self.scene))
        eye = squeeze @ camera.position_gcrs_m
        turn = camera.rotation_camera_from_gcrs @ np.linalg.inv(squeeze)
        scale = camera.pixels_per_tangent((width, height))
        column = 0.5 * width * (1.0 + camera.shift[0]) - 0.5
        row = 0.5 * height * (1.0 - camera.shift[1]) - 0.5
        # four pixels inside the limb, where the interpolation cannot reach past it
        least = max(LEAST_COSINE, float(np.sqrt(8.0 * np.linalg.norm(eye) / scale)))
        return np.vstack([eye, turn, [column, row, scale], [least, 0.0, 0.0]])


def moved_layer(scene: Scene, keys: tuple[Key, Key], share: float) -> Layer:
    """The Earth of a scene from two drawn before; `share` (0 to 1) of the second."""
    first, second = keys
    height, width = first.layer[1].shape
    light = np.zeros((height, width, 3), np.float32)
    passed = np.ones((height, width), np.float32)
    by_rows(
        _moved_rows, height, light, passed, first.layer[0].reshape(-1), first.geometry(),
        second.layer[0].reshape(-1), second.geometry(), share, *picture_arguments(scene, (width, height)),
    )  # fmt: skip
    return light, passed


# ------------------------------------------------------------------ kernels


@kernel
def _moved_rows(
    first: int, last: int, light: Any, passed: Any, light1: Any, key1: Any, light2: Any, key2: Any,
    share: float, origin: Any, rays: Any, pixel: float, shift: Any, sun: Any, layers: Any,
    layer_offsets: Any, land: Any, land_offsets: Any, shores: Any, linear: Any, tile: Any, sparks: Any,
    ground_air: Any, limb_air: Any, views: Any, lights: Any, looks: Any,
) -> None:  # fmt: skip
    height, width = light.shape[:2]
    ox, oy, oz = origin[0], origin[1], origin[2]
    far2 = ox * ox + oy * oy + oz * oz
    reach = 1.0 + TOP_KM / RADIUS_KM
    least = max(key1[5, 0], key2[5, 0])
    inner2 = 1.0 - least * least  # well inside the limb
    for row in range(first, last):
        y = tangent_up(row, height, pixel, shift)
        start, end = row_span(ox, oy, oz, reach, rays, y, width, pixel, shift)
        column = start
        held = -1  # the column of the places a0 and b0
        a0 = b0 = c0 = d0 = 0.0
        while column < end:
            # where ground moves evenly its places at both ends and the middle of a run tell all between
            to = column + RUN
            if to < end:
                if held != column:
                    a0, b0, c0, d0 = _places(
                        origin, rays, column, y, width, pixel, shift, inner2, far2, key1, key2
                    )
                a1, b1, c1, d1 = _places(
                    origin, rays, column + RUN // 2, y, width, pixel, shift, inner2, far2, key1, key2
                )
                a2, b2, c2, d2 = _places(origin, rays, to, y, width, pixel, shift, inner2, far2, key1, key2)
                least_a, most_a = min(a0, a1, a2, c0, c1, c2), max(a0, a1, a2, c0, c1, c2)
                least_b, most_b = min(b0, b1, b2, d0, d1, d2), max(b0, b1, b2, d0, d1, d2)
                bent = max(
                    abs(a0 - 2.0 * a1 + a2), abs(b0 - 2.0 * b1 + b2), abs(c0 - 2.0 * c1 + c2),
                    abs(d0 - 2.0 * d1 + d2),
                )  # fmt: skip
                if (
                    bent < MOST_BEND
                    and least_a >= 2.0
                    and least_b >= 2.0
                    and most_a < width - 3.0
                    and most_b < height - 3.0
                ):
                    for k in range(RUN):
                        t = k / RUN
                        w0, w1, w2 = (1.0 - t) * (1.0 - 2.0 * t), 4.0 * t * (1.0 - t), t * (2.0 * t - 1.0)
                        red, green, blue = _blended(
                            light1, w0 * a0 + w1 * a1 + w2 * a2, w0 * b0 + w1 * b1 + w2 * b2,
                            light2, w0 * c0 + w1 * c1 + w2 * c2, w0 * d0 + w1 * d1 + w2 * d2, share,
                            width,
                        )  # fmt: skip
                        light[row, column + k, 0] = red
                        light[row, column + k, 1] = green
                        light[row, column + k, 2] = blue
                        passed[row, column + k] = 0.0
                    a0, b0, c0, d0, held = a2, b2, c2, d2, to
                    column = to
                    continue
            for middle in range(column, min(to, end)):
                x = tangent_right(middle, width, pixel, shift)
                dx, dy, dz = ray_of(rays, x, y)
                along = -(ox * dx + oy * dy + oz * dz)
                miss2 = far2 - along * along
                if along <= 0.0 or miss2 > reach * reach:
                    continue
                if miss2 < inner2:
                    a1, b1, c1, d1 = _places(
                        origin, rays, middle, y, width, pixel, shift, inner2, far2, key1, key2
                    )
                    in1 = a1 >= 1.0 and b1 >= 1.0 and a1 < width - 2.0 and b1 < height - 2.0
                    in2 = c1 >= 1.0 and d1 >= 1.0 and c1 < width - 2.0 and d1 < height - 2.0
                    if in1 or in2:
                        part = (share if in1 else 1.0) if in2 else 0.0
                        red, green, blue = _blended(light1, a1, b1, light2, c1, d1, part, width)
                        light[row, middle, 0] = red
                        light[row, middle, 1] = green
                        light[row, middle, 2] = blue
                        passed[row, middle] = 0.0
                        continue
                seen = shade(
                    ox, oy, oz, dx, dy, dz, along, pixel / (1.0 + x * x + y * y), sun[0], sun[1], sun[2],
                    layers, layer_offsets, land, land_offsets, shores, linear, tile, sparks, ground_air,
                    limb_air, views, lights, looks,
                )  # fmt: skip
                light[row, middle, 0] = seen[0]
                light[row, middle, 1] = seen[1]
                light[row, middle, 2] = seen[2]
                passed[row, middle] = seen[3]
            column = min(to, end)


@kernel
def _places(
    origin: Any, rays: Any, column: int, y: float, width: int, pixel: float, shift: Any, inner2: float,
    far2: float, key1: Any, key2: Any,
) -> tuple[float, float, float, float]:  # fmt: skip
    """Pixels of both keys at which the ground behind a pixel stands; (-1, -1) where a key has it not."""
    dx, dy, dz = ray_of(rays, tangent_right(column, width, pixel, shift), y)
    along = -(origin[0] * dx + origin[1] * dy + origin[2] * dz)
    miss2 = far2 - along * along
    if along <= 0.0 or miss2 >= inner2:
        return -1.0, -1.0, -1.0, -1.0
    t = along - math.sqrt(1.0 - miss2)
    px, py, pz = origin[0] + t * dx, origin[1] + t * dy, origin[2] + t * dz
    a1, b1 = _place(key1, px, py, pz)
    a2, b2 = _place(key2, px, py, pz)
    return a1, b1, a2, b2


@kernel
def _blended(
    light1: Any, a1: float, b1: float, light2: Any, a2: float, b2: float, part: float, width: int
) -> tuple[float, float, float]:
    """Light of two keys, `part` of the second."""
    if part <= 0.0:
        return _cubic(light1, width, a1, b1)
    red, green, blue = _cubic(light2, width, a2, b2)
    if part < 1.0:
        r, g, b = _cubic(light1, width, a1, b1)
        red, green, blue = r + part * (red - r), g + part * (green - g), b + part * (blue - b)
    return red, green, blue


@kernel
def _place(key: Any, px: float, py: float, pz: float) -> tuple[float, float]:
    """Pixel of a key at which ground p stands; (-1, -1) where the key sees it at a slant or not at all."""
    x, y, z = px - key[0, 0], py - key[0, 1], pz - key[0, 2]
    cosine = -(x * px + y * py + z * pz)
    if cosine < key[5, 0] * math.sqrt(x * x + y * y + z * z):
        return -1.0, -1.0
    depth = -(key[3, 0] * x + key[3, 1] * y + key[3, 2] * z)
    if depth <= 0.0:
        return -1.0, -1.0
    scale = key[4, 2] / depth
    return (
        key[4, 0] + scale * (key[1, 0] * x + key[1, 1] * y + key[1, 2] * z),
        key[4, 1] - scale * (key[2, 0] * x + key[2, 1] * y + key[2, 2] * z),
    )


@kernel
def _four(light: Any, at: int, a: float, b: float, c: float, d: float) -> float:
    """Four neighbours of a row; indices without a sign are not looked at twice."""
    step = np.uintp(3)
    return a * light[at] + b * light[at + step] + c * light[at + step + step] + d * light[at + np.uintp(9)]


@kernel
def _cubic(light: Any, width: int, x: float, y: float) -> tuple[float, float, float]:
    """Light (H W 3,) between pixels of a picture this wide; never below zero."""
    i, j = int(x), int(y)
    a, b, c, d = curve_weights(x - i)
    e, f, g, h = curve_weights(y - j)
    one, down, none = np.uintp(1), np.uintp(3 * width), np.float32(0.0)
    first = np.uintp(3 * ((j - 1) * width + i - 1))
    second = first + down
    third = second + down
    fourth = third + down
    red = e * _four(light, first, a, b, c, d) + f * _four(light, second, a, b, c, d)
    red += g * _four(light, third, a, b, c, d) + h * _four(light, fourth, a, b, c, d)
    first, second, third, fourth = first + one, second + one, third + one, fourth + one
    green = e * _four(light, first, a, b, c, d) + f * _four(light, second, a, b, c, d)
    green += g * _four(light, third, a, b, c, d) + h * _four(light, fourth, a, b, c, d)
    first, second, third, fourth = first + one, second + one, third + one, fourth + one
    blue = e * _four(light, first, a, b, c, d) + f * _four(light, second, a, b, c, d)
    blue += g * _four(light, third, a, b, c, d) + h * _four(light, fourth, a, b, c, d)
    return max(red, none), max(green, none), max(blue, none)
