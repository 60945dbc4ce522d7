"""The ring from far away: the Earth at dusk, and every satellite where it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geometry.design import Design
from geometry.ephemeris import DAY_S, sky_at
from viz.camera import Camera, along
from viz.ring_stage import SHUTTER, RingMoment, ring_moment, ring_scene
from viz.ring_views import View, ring_reach, view_camera
from viz.ring_words import ring_captions, ring_words, share_text
from viz.scene import Caption, Scene
from viz.times import film_start, later_utc, time_or_epoch

DESCRIPTION = "the whole ring over the day-night line, the Earth turned as it truly is"
MESHES = False  # nothing here takes OpenGL

OPENING_RATE = 45.0  # film seconds to true seconds while the camera is near
FRAME_RATE = 30.0  # what OPENING_RATE counts on


HERO = View(20.9, 20.0, 6.2, 2.52, (0.12, 0.0))
PATH = (View(18.75, 26.0, 3.0, 1.55, (0.12, -0.10)), View(19.7, 20.0, 4.7, 2.46, (0.14, 0.0)), HERO)


def scene(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    hour: float = HERO.hour,
    latitude_deg: float = HERO.latitude_deg,
    captions: bool = True,
) -> Scene:
    """The ring at one time.

    Parameters
    ----------
    design : Design
    at_utc : datetime64, optional
        Default the design's epoch.
    hour : float
        Local solar time under the camera, h: 21 looks from the evening side, 3 from the morning side.
    latitude_deg : float
        Of the camera.
    captions : bool
    """
    at = time_or_epoch(design, at_utc)
    view = View(hour, latitude_deg, HERO.distance, HERO.width, HERO.shift)
    camera = view_camera(view, sky_at(np.array([at])).sun_direction_gcrs[0], ring_reach(design, at))
    return _scene(design, at, camera, 0.0, ring_words(design, at) if captions else None)


def film(
    design: Design, at_utc: np.datetime64 | None = None, *, frames: int = 600, captions: bool = True
) -> Callable[[int], Scene]:
    """A day in the life of the ring.

    It opens near the ring at a pace at which single satellites are seen to glide, runs through a day
    while the camera draws back, and ends at that pace again; all motions keep their true rates.

    Returns
    -------
    callable
        Frame number, 0 to `frames` - 1 -> Scene.
    """
    start = film_start(design, at_utc, frames)
    clock = film_clock_s(frames)
    sun = sky_at(np.array([start])).sun_direction_gcrs[0]
    cameras = [view_camera(v, sun, ring_reach(design, start)) for v in PATH]
    lines = ring_words(design, start) if captions else None

    def frame(number: int) -> Scene:
        at = later_utc(start, clock[number])
        step = clock[min(number + 1, frames - 1)] - clock[min(number, frames - 2)]
        camera = along(cameras, number / (frames - 1))
        return _scene(design, at, camera, SHUTTER * step, lines)

    return frame


def film_clock_s(frames: int) -> NDArray[np.float64]:
    """True seconds since the start, of each frame: a day, slow at both ends."""
    fraction = (np.arange(frames) + 0.5) / frames
    slow = OPENING_RATE / FRAME_RATE
    hump = np.clip((fraction - 0.14) / 0.20, 0.0, 1.0) * np.clip((0.94 - fraction) / 0.20, 0.0, 1.0)
    hump = hump * hump * hump * (hump * (6.0 * hump - 15.0) + 10.0)
    fast = max(DAY_S - slow * frames, 0.0) / hump.sum()
    return np.concatenate([[0.0], np.cumsum(slow + fast * hump)[:-1]])


def _scene(
    design: Design, at: np.datetime64, camera: Camera, exposed_s: float, lines: tuple[str, str] | None
) -> Scene:
    moment = ring_moment(design, at, exposed_s)
    shown = ring_scene(moment, camera)
    return shown if lines is None else replace(shown, captions=_captions(lines, moment))


def _captions(lines: tuple[str, str], moment: RingMoment) -> tuple[Caption, ...]:
    return ring_captions(lines[0], f"{lines[1]}  ·  {share_text(moment.lit_share)}", moment.at_utc)
