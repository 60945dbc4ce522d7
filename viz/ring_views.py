"""From where a ring is looked at: places about the direction of the Sun, farther off for a higher ring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geometry.constants import EARTH_EQUATORIAL_RADIUS_M
from geometry.design import Design
from geometry.orbit import orbit_positions, orbit_times
from geometry.validation import FloatArray, check_in_range
from viz.camera import Camera

REFERENCE_M = 6.98e6  # a ring at 600 km: what the views are made for


@dataclass(frozen=True)
class View:
    """A place for the camera, about the direction of the Sun.

    `hour` is the local solar time under it, `latitude_deg` its height over the equator; `distance` and
    `width` (what it sees across the shorter side) are in Earth radii, for a ring as low as REFERENCE_M;
    a higher one is seen from farther.
    """

    hour: float
    latitude_deg: float
    distance: float
    width: float
    shift: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        check_in_range(self.hour, 0.0, 24.0, name="hour", unit="h")
        check_in_range(self.latitude_deg, -80.0, 80.0, name="latitude_deg", unit="deg")


def ring_reach(design: Design, at: np.datetime64) -> float:
    """How much farther the ring reaches than the one that the views are made for; at least 1."""
    members = orbit_positions(design, np.array([at]))
    one_turn = orbit_positions(design, orbit_times(design, at, steps=64), satellites=[0])
    farthest = max(np.linalg.norm(p, axis=-1).max() for p in (members, one_turn))
    return max(1.0, float(farthest) / REFERENCE_M)


def view_camera(view: View, sun: FloatArray, reach: float) -> Camera:
    """The camera of a view; the pole is up and the Sun's meridian gives noon."""
    noon = np.arctan2(sun[1], sun[0])
    east = noon + (view.hour - 12.0) * np.pi / 12.0
    north = np.radians(view.latitude_deg)
    way = np.array([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])
    angle = 2.0 * np.arctan(0.5 * view.width / view.distance)
    position = EARTH_EQUATORIAL_RADIUS_M * view.distance * reach * way
    return Camera(position, np.zeros(3), np.array([0.0, 0.0, 1.0]), angle, view.shift)
