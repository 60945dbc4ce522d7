"""The ring face-on, as the Sun sees it: a hoop around the day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from geometry.constants import EARTH_EQUATORIAL_RADIUS_M
from geometry.design import Design
from geometry.ephemeris import DAY_S
from viz.camera import Camera
from viz.ring_stage import RingMoment, film_moments, member_points, ring_moment, ring_scene
from viz.ring_views import ring_reach
from viz.ring_words import ring_captions, ring_words, share_text
from viz.scene import Scene

DESCRIPTION = "the ring face-on from the Sun, a hoop around the whole day side"
MESHES = False

DISTANCE, WIDTH = 30.0, 2.62  # of the camera and of what it sees, Earth radii
EXPOSURE = 0.62  # the whole day side is in view


def scene(design: Design, at_utc: np.datetime64 | None = None, *, captions: bool = True) -> Scene:
    """The ring from the direction of the Sun, north up.

    Parameters
    ----------
    design : Design
    at_utc : datetime64, optional
        Default the design's epoch.
    captions : bool
    """
    moment = ring_moment(design, at_utc)
    return _shown(design, moment, ring_reach(design, moment.at_utc), captions)


def film(
    design: Design, at_utc: np.datetime64 | None = None, *, frames: int = 600, captions: bool = True
) -> Callable[[int], Scene]:
    """A day as the Sun sees it: the Earth turns behind the hoop.

    Returns
    -------
    callable
        Frame number, 0 to `frames` - 1 -> Scene.
    """
    moment = film_moments(design, at_utc, frames, DAY_S)
    reach = ring_reach(design, moment(0).at_utc)
    return lambda number: _shown(design, moment(number), reach, captions)


def _shown(design: Design, moment: RingMoment, reach: float, captions: bool) -> Scene:
    camera = Camera(
        EARTH_EQUATORIAL_RADIUS_M * DISTANCE * reach * moment.sun_direction_gcrs,
        np.zeros(3),
        np.array([0.0, 0.0, 1.0]),
        2.0 * np.arctan(0.5 * WIDTH / DISTANCE),
    )
    points = (member_points(moment, camera, 1.3 / EXPOSURE),)
    shown = replace(ring_scene(moment, camera), points=points, exposure=EXPOSURE)
    if not captions:
        return shown
    title, below = ring_words(design, moment.at_utc)
    below = f"{below}  ·  {share_text(moment.lit_share)}  ·  seen from the Sun"
    return replace(shown, captions=ring_captions(title, below, moment.at_utc))
