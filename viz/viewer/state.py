"""What a viewer shows, as a value: time, speed, camera, what is selected, what colours mean."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from geometry.ephemeris import FIRST_UTC, LAST_UTC, parse_utc
from geometry.validation import check_choice, check_in_range
from viz.times import later_utc

CAMERAS = {
    "free": "Free",
    "follow": "Follow",
    "ride": "Ride",
    "sun": "Sun",
    "pole": "Pole",
    "ground": "Ground",
}
AT_A_SATELLITE = frozenset({"follow", "ride"})
SPEEDS = (1.0, 10.0, 60.0, 600.0, 3_600.0, 36_000.0, 100_000.0, 1_000_000.0)
LEAST_TEXT, MOST_TEXT = 0.8, 1.8


@dataclass(frozen=True)
class Aim:
    """How far a camera is turned from where it looks by itself, rad, and a factor on its distance."""

    azimuth_rad: float = 0.0
    elevation_rad: float = 0.0
    zoom: float = 1.0

    def turned(self, azimuth_rad: float, elevation_rad: float) -> Aim:
        """Turned on; elevation stops short of both poles."""
        limit = 0.49 * np.pi
        elevation = min(max(self.elevation_rad + elevation_rad, -limit), limit)
        azimuth = (self.azimuth_rad + azimuth_rad + np.pi) % (2.0 * np.pi) - np.pi
        return replace(self, azimuth_rad=azimuth, elevation_rad=elevation)

    def zoomed(self, factor: float) -> Aim:
        """Nearer (factor below 1) or farther."""
        return replace(self, zoom=min(max(self.zoom * factor, 0.02), 50.0))


START_AIMS = {
    "free": Aim(np.radians(133.5), np.radians(20.0)),  # over 20:54 local time: the view of the shot `ring`
    "follow": Aim(np.radians(128.0), np.radians(20.0)),
    "ride": Aim(),
    "sun": Aim(),
    "pole": Aim(),
    "ground": Aim(np.radians(-85.0), np.radians(20.0)),  # westwards, where the ring of 18:00 sets
}


@dataclass(frozen=True)
class ViewState:
    """The state of a viewer, apart from the design.

    Parameters
    ----------
    at_utc : datetime64[us]
    speed : float
        Seconds of the scene for one second before the screen, 1 to 10^6.
    playing : bool
    camera : str
        One of `CAMERAS`.
    satellite : int
        That the camera follows and the panel tells of.
    surface : str or None
        Selected on that satellite.
    coloring : str
        Name in `viz.viewer.coloring.COLORINGS`.
    umbra, help : bool
        Whether the shadow is drawn as a body; whether the keys are listed.
    text_scale : float
    aims : dict
        `Aim` of each camera.
    """

    at_utc: np.datetime64
    speed: float = 60.0
    playing: bool = False
    camera: str = "free"
    satellite: int = 0
    surface: str | None = None
    coloring: str = "material"
    umbra: bool = True
    help: bool = False
    text_scale: float = 1.0
    aims: dict[str, Aim] = field(default_factory=lambda: dict(START_AIMS))

    def __post_init__(self) -> None:
        check_choice(self.camera, CAMERAS, name="camera")
        check_in_range(self.speed, SPEEDS[0], SPEEDS[-1], name="speed")
        check_in_range(self.text_scale, LEAST_TEXT, MOST_TEXT, name="text_scale")
        object.__setattr__(self, "at_utc", parse_utc(self.at_utc, name="at_utc"))
        if not FIRST_UTC <= self.at_utc <= LAST_UTC:
            raise ValueError(f"at_utc must lie within {FIRST_UTC} to {LAST_UTC}, got {self.at_utc}")

    @property
    def aim(self) -> Aim:
        """Of the present camera."""
        return self.aims[self.camera]

    def aimed(self, aim: Aim) -> ViewState:
        """The present camera turned or moved."""
        return replace(self, aims={**self.aims, self.camera: aim})

    def advanced(self, wall_s: float) -> ViewState:
        """After `wall_s` seconds before the screen; at the end of the ephemeris the clock stops."""
        if not self.playing:
            return self
        at = later_utc(self.at_utc, self.speed * wall_s)
        if at >= LAST_UTC:
            return replace(self, at_utc=LAST_UTC, playing=False)
        return replace(self, at_utc=at)

    def faster(self, steps: int) -> ViewState:
        """So many steps of `SPEEDS` faster (or slower), from the nearest one."""
        here = int(np.argmin([abs(np.log(s / self.speed)) for s in SPEEDS]))
        return replace(self, speed=SPEEDS[min(max(here + steps, 0), len(SPEEDS) - 1)])


def speed_text(speed: float) -> str:
    """`60×`, `10⁶×` in words of everyday."""
    if speed < 60.0:
        return f"{speed:g}× true time"
    for unit, seconds in (("day", 86_400.0), ("hour", 3_600.0), ("minute", 60.0)):
        if speed >= seconds:
            count = speed / seconds
            shown = f"{count:.0f}" if abs(count - round(count)) < 0.01 or count >= 10 else f"{count:.1f}"
            return f"{shown} {unit}{'' if shown == '1' else 's'} a second"
    return f"{speed:g}×"
