"""The ring from over the north pole: a thin line that stands on the border of day and night."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from geometry.constants import EARTH_EQUATORIAL_RADIUS_M
from geometry.design import Design
from geometry.ephemeris import DAY_S
from viz import theme
from viz.camera import Camera
from viz.ring_stage import RingMoment, film_moments, ring_moment, ring_scene
from viz.ring_views import ring_reach
from viz.ring_words import ring_captions, ring_words, share_text
from viz.scene import Label, Scene

DESCRIPTION = "the ring from over the north pole, edge-on along the day-night line, with local times"
MESHES = False

DISTANCE, WIDTH = 9.0, 2.95  # of the camera and of what it sees, Earth radii
DIAL = 1.235  # radius of the hours around the Earth, Earth radii
HOURS = ((0, "00 h  midnight"), (6, "06 h  dawn"), (12, "12 h  noon"), (18, "18 h  dusk"))


def scene(
    design: Design, at_utc: np.datetime64 | None = None, *, south: bool = False, captions: bool = True
) -> Scene:
    """The ring from over a pole, the Sun to the left.

    Parameters
    ----------
    design : Design
    at_utc : datetime64, optional
        Default the design's epoch.
    south : bool
        From over the south pole.
    captions : bool
    """
    moment = ring_moment(design, at_utc)
    return _shown(design, moment, ring_reach(design, moment.at_utc), south, captions)


def film(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    frames: int = 600,
    south: bool = False,
    captions: bool = True,
) -> Callable[[int], Scene]:
    """A day over a pole: the Earth turns once under a line that stays with the Sun.

    Returns
    -------
    callable
        Frame number, 0 to `frames` - 1 -> Scene.
    """
    moment = film_moments(design, at_utc, frames, DAY_S)
    reach = ring_reach(design, moment(0).at_utc)
    return lambda number: _shown(design, moment(number), reach, south, captions)


def _shown(design: Design, moment: RingMoment, reach: float, south: bool, captions: bool) -> Scene:
    pole = np.array([0.0, 0.0, -1.0 if south else 1.0])
    camera = _camera(moment, pole, reach)
    shown = ring_scene(moment, camera)
    if not captions:
        return shown
    title, below = ring_words(design, moment.at_utc)
    over = "south" if south else "north"
    below = f"{below}  ·  {share_text(moment.lit_share)}\nseen from over the {over} pole"
    return replace(shown, labels=_dial(moment, camera), captions=ring_captions(title, below, moment.at_utc))


def _camera(moment: RingMoment, pole: np.ndarray, reach: float) -> Camera:
    """Over the pole, noon to the left."""
    sun = moment.sun_direction_gcrs * [1.0, 1.0, 0.0]
    noon = sun / np.linalg.norm(sun)
    return Camera(
        EARTH_EQUATORIAL_RADIUS_M * DISTANCE * reach * pole,
        np.zeros(3),
        np.cross(noon, pole),
        2.0 * np.arctan(0.5 * WIDTH / DISTANCE),
    )


def _dial(moment: RingMoment, camera: Camera) -> tuple[Label, ...]:
    """Local solar times around the Earth."""
    noon = np.arctan2(*moment.sun_direction_gcrs[1::-1])
    radius = DIAL * float(np.linalg.norm(moment.position_gcrs_m, axis=1).max())
    labels = []
    for hour, words in HOURS:
        east = noon + (hour - 12.0) * np.pi / 12.0
        place = radius * np.array([np.cos(east), np.sin(east), 0.0])
        # a word is wider than it is high: out at the sides it takes more room
        aside = camera.rotation_camera_from_gcrs[0] @ place / radius
        labels.append(
            Label(
                words,
                (place[0], place[1], place[2]),
                (0.07 * aside, 0.0),
                0.0195,
                theme.TEXT_QUIET,
                centered=True,
            )
        )
    return tuple(labels)
