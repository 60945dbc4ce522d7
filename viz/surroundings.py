"""What a craft sees of the sky around it, as pictures that light it: the Earth below, its air, dark space.

Maps are equirectangular in axes of GCRS: a row runs over the polar angle from 0 to pi, a column over the
azimuth atan2(y, x) from -pi to pi.  Radiance is per unit of solar irradiance over pi, as everywhere in
`viz`.  The Sun's disc is not in the maps: it is the direct light.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.validation import FloatArray, read_only
from viz.globe import environment
from viz.kernels import arctangent, by_rows, kernel
from viz.scene import Scene

SHARP_ROWS, SHARP_COLUMNS = 512, 1024
SOFT_ROWS, SOFT_COLUMNS = 96, 192
ROUGHNESSES = (0.12, 0.22, 0.35, 0.5, 0.7, 1.0)
"""Of the lobes of the soft maps; after them stands the cosine-weighted mean (irradiance over pi)."""
LOBES = ((96, 1), (128, 1), (384, 2), (384, 2), (768, 4), (768, 4), (768, 4))
"""Of each soft map: samples of its lobe, and the step in pixels at which it is worked out."""
# north galactic pole of 1958: 192.859 deg, +27.128 deg in ICRS [Hipparcos1997, vol. 1, 1.5.3]
GALACTIC_POLE = np.array([-0.8676661, -0.1980764, 0.4559838])
KEEP = 4
_KEPT: dict[tuple[Any, ...], Surroundings] = {}  # the last few: a film asks for the same sky again and again


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


def surroundings(scene: Scene, position_gcrs_m: FloatArray) -> Surroundings:
    """The sky around a place in a scene: its Earth, and its ambient light.

    Over an Earth the ambient light is that of the stars, lifted, and comes from the Milky Way; without
    one it is a studio's, brighter above than below.

    Parameters
    ----------
    scene : Scene
        Its meshes are not in the maps.
    position_gcrs_m : array (3,)
        m.

    Returns
    -------
    Surroundings
    """
    earth = scene.earth
    key: tuple[Any, ...] = (tuple(np.asarray(scene.ambient, dtype=float)),)
    if earth is not None:
        # a film asks again and again; the ground 600 m off, or seen from 2 km away, lights no differently
        turned = np.round(earth.rotation_itrs_from_gcrs, 4)
        key += (
            np.round(np.asarray(position_gcrs_m) / 2000.0).tobytes(),
            np.round(scene.sun_direction_gcrs, 4).tobytes(),
            turned.tobytes(),
            (earth.clouds, earth.city_lights, earth.air, earth.shape),
        )
    if key not in _KEPT:
        while len(_KEPT) >= KEEP:
            del _KEPT[next(iter(_KEPT))]
        _KEPT[key] = _drawn(scene, np.asarray(position_gcrs_m, dtype=float))
    return _KEPT[key]


def _drawn(scene: Scene, position_gcrs_m: FloatArray) -> Surroundings:
    fill = np.asarray(scene.ambient, dtype=float)
    size = (SHARP_COLUMNS, SHARP_ROWS)
    sharp = environment(replace(scene, ambient=(0.0, 0.0, 0.0)), position_gcrs_m, size).astype(float)
    if scene.earth is None:
        up = scene.camera.view_up / np.linalg.norm(scene.camera.view_up)
        sharp += fill * (1.0 + 0.6 * (directions(SHARP_ROWS, SHARP_COLUMNS) @ up)[..., None])
    else:
        sharp += fill * _galaxy()[..., None]
    small = sharp.reshape(SHARP_ROWS // 2, 2, SHARP_COLUMNS // 2, 2, 3).mean(axis=(1, 3))
    soft = [_blurred(small, r, *lobe) for r, lobe in zip((*ROUGHNESSES, None), LOBES, strict=True)]
    return Surroundings(read_only(sharp, np.float32), read_only(np.stack(soft), np.float32))


@cache
def _galaxy() -> FloatArray:
    """Light of the Milky Way (SHARP_ROWS, SHARP_COLUMNS), mean about 1."""
    height = directions(SHARP_ROWS, SHARP_COLUMNS) @ GALACTIC_POLE
    return 0.15 + 2.75 * np.exp(-((height / 0.35) ** 2))


def directions(rows: int, columns: int) -> FloatArray:
    """Unit vectors (rows, columns, 3) of the pixels of a map."""
    polar = (np.arange(rows) + 0.5) * np.pi / rows
    azimuth = (np.arange(columns) + 0.5) * 2.0 * np.pi / columns - np.pi
    p, a = np.meshgrid(polar, azimuth, indexing="ij")
    return np.stack([np.sin(p) * np.cos(a), np.sin(p) * np.sin(a), np.cos(p)], axis=-1)


def looked_up(image: NDArray[Any], direction: NDArray[Any]) -> NDArray[Any]:
    """Nearest pixel of a map (rows, columns, C) in each direction (..., 3)."""
    rows, columns = image.shape[:2]
    polar = np.arccos(np.clip(direction[..., 2], -1.0, 1.0))
    azimuth = np.arctan2(direction[..., 1], direction[..., 0])
    i = np.minimum((polar * (rows / np.pi)).astype(np.int64), rows - 1)
    j = ((azimuth + np.pi) * (columns / (2.0 * np.pi))).astype(np.int64) % columns
    return image[i, j]


def _blurred(image: NDArray[Any], roughness: float | None, samples: int, step: int) -> NDArray[Any]:
    """A soft map: the mean over the lobe of a rough mirror seen head-on, or over the cosine (None)."""
    out = np.empty((SOFT_ROWS // step, SOFT_COLUMNS // step, 3))
    by_rows(_average, len(out), image, _lobe(roughness, samples), out, block=2)
    return out if step == 1 else _between(out, step)


def _between(coarse: NDArray[Any], step: int) -> NDArray[Any]:
    """A map read between its pixels, on a grid `step` times as fine: around the poles and the seam, too."""
    rows, columns = coarse.shape[:2]
    # beyond a pole lies the other side of the sky
    over = np.roll(coarse, columns // 2, axis=1)
    padded = np.concatenate([over[:1], coarse, over[-1:]])
    padded = np.concatenate([padded[:, -1:], padded, padded[:, :1]], axis=1)
    y = (np.arange(rows * step) + 0.5) / step + 0.5
    x = (np.arange(columns * step) + 0.5) / step + 0.5
    i, j = y.astype(int), x.astype(int)
    down = padded[i] + (y - i)[:, None, None] * (padded[i + 1] - padded[i])
    return down[:, j] + (x - j)[:, None] * (down[:, j + 1] - down[:, j])


def _lobe(roughness: float | None, samples: int) -> NDArray[Any]:
    """Directions and weights (samples, 4) about +Z."""
    k = np.arange(samples) + 0.5
    turn = np.pi * (1.0 + np.sqrt(5.0)) * k  # golden spiral: even in azimuth at every radius
    share = k / samples
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


@kernel
def _average(first: int, last: int, image: Any, lobe: Any, out: Any) -> None:
    """Weighted mean of a map over a lobe about each direction of `out`."""
    rows, columns = image.shape[:2]
    for i in range(first, last):
        polar = (i + 0.5) * math.pi / out.shape[0]
        sp, cp = math.sin(polar), math.cos(polar)
        for j in range(out.shape[1]):
            azimuth = (j + 0.5) * 2.0 * math.pi / out.shape[1] - math.pi
            sa, ca = math.sin(azimuth), math.cos(azimuth)
            red = green = blue = 0.0
            for m in range(lobe.shape[0]):
                a, b, c, w = lobe[m, 0], lobe[m, 1], lobe[m, 2], lobe[m, 3]
                if w == 0.0:
                    continue
                # axes: (cp ca, cp sa, -sp), (-sa, ca, 0), (sp ca, sp sa, cp)
                x = a * cp * ca - b * sa + c * sp * ca
                y = a * cp * sa + b * ca + c * sp * sa
                z = -a * sp + c * cp
                p = min(int(arctangent(math.sqrt(x * x + y * y), z) * rows / math.pi), rows - 1)
                q = int((arctangent(y, x) + math.pi) * columns / (2.0 * math.pi)) % columns
                red += w * image[p, q, 0]
                green += w * image[p, q, 1]
                blue += w * image[p, q, 2]
            out[i, j, 0], out[i, j, 1], out[i, j, 2] = red, green, blue
