"""`OrbitStates`: where satellites are, how they are turned, and how much Sun they see."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry import frames
from geometry.orbit.attitude import angle_of_attack_rad
from geometry.validation import FloatArray, check_shape, read_only

TimeArray = NDArray[np.datetime64]


@dataclass(frozen=True, eq=False)
class OrbitStates:
    """States of N satellites at T times, in GCRS.

    Parameters
    ----------
    times_utc : datetime64[us] array (T,)
        UTC.
    position_gcrs_m, velocity_gcrs_m_s : array (N, T, 3)
        Geocentric, m and m/s.
    sun_direction_gcrs : array (T, 3)
        Unit vector to the apparent Sun, from the geocentre.
    sun_distance_m : array (T,)
        Geocentric, m.
    sunlit_fraction : array (N, T)
        Share of the solar disc in view, 0 in umbra, 1 in full light.
    rotation_body_from_gcrs : array (N, T, 3, 3)
    earth_pole_gcrs : array (T, 3)
        Unit vector along the Earth's axis: the axis of its oblateness.
    """

    times_utc: TimeArray
    position_gcrs_m: FloatArray
    velocity_gcrs_m_s: FloatArray
    sun_direction_gcrs: FloatArray
    sun_distance_m: FloatArray
    sunlit_fraction: FloatArray
    rotation_body_from_gcrs: FloatArray
    earth_pole_gcrs: FloatArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "times_utc", read_only(self.times_utc, "datetime64[us]"))
        n, t = np.shape(self.position_gcrs_m)[:2]
        shapes: dict[str, tuple[Any, ...]] = {
            "times_utc": (t,),
            "position_gcrs_m": (n, t, 3),
            "velocity_gcrs_m_s": (n, t, 3),
            "sun_direction_gcrs": (t, 3),
            "sun_distance_m": (t,),
            "sunlit_fraction": (n, t),
            "rotation_body_from_gcrs": (n, t, 3, 3),
            "earth_pole_gcrs": (t, 3),
        }
        for name, shape in shapes.items():
            check_shape(getattr(self, name), shape, name=name)
            if name != "times_utc":
                object.__setattr__(self, name, read_only(getattr(self, name)))

    @property
    def satellites(self) -> int:
        """N."""
        return self.position_gcrs_m.shape[0]

    @cached_property
    def beta_rad(self) -> FloatArray:
        """(N, T), angle of the Sun above each osculating orbit plane, asin(H . s), rad."""
        normal = frames.orbit_normal(self.position_gcrs_m, self.velocity_gcrs_m_s)
        return read_only(frames.beta_rad(normal, self.sun_direction_gcrs))

    @cached_property
    def argument_of_latitude_rad(self) -> FloatArray:
        """(N, T), angle from the ascending node on the equator of date, osculating, rad in [0, 2 pi)."""
        return read_only(
            frames.argument_of_latitude_rad(
                self.position_gcrs_m, self.velocity_gcrs_m_s, self.earth_pole_gcrs
            )
        )

    @cached_property
    def angle_of_attack_rad(self) -> FloatArray:
        """(N, T), asin |Z . v| with the inertial velocity, rad in [0, pi/2]."""
        return read_only(angle_of_attack_rad(self.rotation_body_from_gcrs, self.velocity_gcrs_m_s))

    @cached_property
    def sun_direction_body(self) -> FloatArray:
        """(N, T, 3), unit vector to the Sun in the body frame."""
        return read_only(frames.rotated(self.rotation_body_from_gcrs, self.sun_direction_gcrs))
