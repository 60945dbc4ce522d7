"""What the surface that is selected sees, as a small disc: a result that comes from the background."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.craft import Craft
from geometry.design import Design

PIXELS = 240  # across


@dataclass(frozen=True, eq=False)
class Sight:
    """The view from the middle of one surface.

    Parameters
    ----------
    design : Design
    satellite : int
    surface : str
    picture : uint8 array (H, W, 4)
        sRGB and alpha: areas are shares of the view; the zenith, or the way of flight, is up.
    """

    design: Design
    satellite: int
    surface: str
    picture: NDArray[np.uint8]


def sight_from(design: Design, craft: Craft, satellite: int, surface: str, at: np.datetime64) -> Sight:
    """What a surface of the craft of one satellite sees at one time."""
    from viz.fisheye import disc_light
    from viz.viewer.tints import srgb_of

    light, inside = disc_light(design, craft, surface, satellite, at, PIXELS)
    picture = np.zeros((*inside.shape, 4), np.uint8)
    picture[..., :3] = np.round(255.0 * np.clip(srgb_of(light), 0.0, 1.0))
    picture[..., 3] = 255 * inside
    picture.setflags(write=False)
    return Sight(design, satellite, surface, picture)
