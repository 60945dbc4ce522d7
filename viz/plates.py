"""Flat pictures held before the camera, laid over the light of a scene."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from viz.scene import PlateItem, Scene


def add_plate(light: NDArray[np.float32], passed: NDArray[np.float32], item: PlateItem, scene: Scene) -> None:
    """Lay a plate over scene light (H, W, 3), and over what passes (H, W), in place.

    It is filtered to the size at which it appears.
    """
    height, width = light.shape[:2]
    camera = scene.camera
    scale = camera.pixels_per_tangent((width, height))
    rows, columns = item.cover.shape
    tall = 2.0 * item.half_height * scale
    wide = tall * columns / rows
    middle = (
        0.5 * width * (1.0 + camera.shift[0]) + scale * item.middle[0],
        0.5 * height * (1.0 - camera.shift[1]) - scale * item.middle[1],
    )
    left, top = (round(middle[0] - 0.5 * wide), round(middle[1] - 0.5 * tall))
    size = (max(1, round(wide)), max(1, round(tall)))
    window = (max(left, 0), max(top, 0), min(left + size[0], width), min(top + size[1], height))
    if window[2] <= window[0] or window[3] <= window[1]:
        return
    inner = (window[0] - left, window[1] - top, window[2] - left, window[3] - top)
    under = light[window[1] : window[3], window[0] : window[2]]
    cover = _sized(item.cover, size, inner)
    under *= 1.0 - cover[..., None]
    passed[window[1] : window[3], window[0] : window[2]] *= 1.0 - cover
    for k in range(3):
        under[..., k] += _sized(item.light[..., k] * item.cover, size, inner)


def _sized(
    values: NDArray[np.float64], size: tuple[int, int], inner: tuple[int, int, int, int]
) -> NDArray[np.float32]:
    """One channel at another size (width, height), the part of it that is in the picture."""
    image = Image.fromarray(np.ascontiguousarray(values, np.float32))
    return np.asarray(
        image.resize(size, Image.Resampling.BOX if size[1] < len(values) else Image.Resampling.BILINEAR).crop(
            inner
        ),
        np.float32,
    )
