"""A year of the ring: its plane keeps up with the Sun, its angle to it swings, its season of shadow comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from geometry.design import Design
from geometry.ephemeris import DAY_S
from geometry.orbit import flight_of, orbit_states
from geometry.orbit.parameters import SunSynchronousOrbit
from geometry.validation import FloatArray
from viz import theme
from viz.pictures import ring
from viz.ring_words import ltan_text
from viz.scene import Caption, Scene
from viz.times import film_start, later_utc, time_or_epoch
from viz.titles import satellites_text

DESCRIPTION = (
    "a year of the ring, the Sun held still: its angle beta, its seasons of shadow, the stars going by"
)
MESHES = False  # nothing here takes OpenGL

YEAR_DAYS = 365.2422
TURNS = 30.0  # of the Earth in the film: one a second of thirty


def scene(design: Design, at_utc: np.datetime64 | None = None, *, captions: bool = True) -> Scene:
    """The ring on one day of the year.

    Parameters
    ----------
    design : Design
    at_utc : datetime64, optional
        Default the design's epoch.
    captions : bool
    """
    at = time_or_epoch(design, at_utc)
    shown = ring.scene(design, at, captions=False)
    return replace(shown, captions=_captions(design, at)) if captions else shown


def film(
    design: Design, at_utc: np.datetime64 | None = None, *, frames: int = 900, captions: bool = True
) -> Callable[[int], Scene]:
    """A year from the design's epoch on.

    Frames are whole days apart, plus a time of day that runs slowly: so the Earth turns `TURNS` times, not
    by four tenths of a day from frame to frame, and the date is right to a day.

    Returns
    -------
    callable
        Frame number, 0 to `frames` - 1 -> Scene.
    """
    start = film_start(design, at_utc, frames)
    days = film_days(frames)

    def frame(number: int) -> Scene:
        return scene(design, later_utc(start, DAY_S * days[number]), captions=captions)

    return frame


def film_days(frames: int) -> FloatArray:
    """Days since the start, of each frame: a year, their fraction `TURNS` times through a day."""
    share = np.arange(frames) / frames
    phase = TURNS * share % 1.0
    return np.asarray(np.round(YEAR_DAYS * share - phase) + phase)


def _captions(design: Design, at: np.datetime64) -> tuple[Caption, ...]:
    states = orbit_states(design, np.array([at]), satellites=None)
    lit = 100.0 * float(states.sunlit_fraction.mean())
    below = f"beta {np.degrees(states.beta_rad[0, 0]):+.1f}°  ·  {lit:.1f} % in sunlight"
    if isinstance(design.orbit, SunSynchronousOrbit):
        below = f"{ltan_text(design.orbit, design.ring.ltan_list_s)}  ·  {below}"
    return (
        Caption(satellites_text(flight_of(design).satellites), "bottom_left", 0.030, (0.0, -0.040)),
        Caption(below, "bottom_left", 0.0185, color=theme.TEXT_QUIET),
        Caption(str(np.datetime_as_string(at, unit="D")), "bottom_right", 0.030, (0.0, 0.0)),
    )
