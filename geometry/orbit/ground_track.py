"""Orbits whose ground track repeats: their altitude, and the cycle that an orbit comes nearest to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geometry.constants import EARTH_EQUATORIAL_RADIUS_M
from geometry.orbit.mean_elements import secular_rates_rad_s
from geometry.orbit.sun_synchronous import (
    DAY_S,
    LOWEST_ALTITUDE_M,
    highest_altitude_m,
    sun_synchronous_inclination_rad,
)
from geometry.validation import check_in_range

# Turn of the Earth against the mean equinox of date, in which the node is counted [Aoki1982].
EARTH_TURN_RAD_S = 1.002737909350795 * 2.0 * np.pi / DAY_S
MOST_DAYS = 35  # Envisat's cycle, the longest of the classic ones
_SAME_TRACK_M = 1.0


@dataclass(frozen=True)
class RepeatCycle:
    """A ground track that comes back to where it was.

    Parameters
    ----------
    orbits, days : int
        Whole nodal periods in whole nodal days (turns of the Earth under the orbit plane, which are
        mean solar days for a sun-synchronous orbit).
    shift_m : float
        How far east the track lies, on the equator, after one cycle; 0 for an exact one.
    """

    orbits: int
    days: int
    shift_m: float


def repeat_altitude_m(orbits: int, days: int, inclination_rad: float | None = None) -> float:
    """Altitude at which the ground track repeats after `orbits` nodal periods in `days` nodal days.

    Parameters
    ----------
    orbits, days : int
        From 1 on.
    inclination_rad : float, optional
        Default the sun-synchronous inclination of each altitude.

    Returns
    -------
    float
        Brouwer mean semi-major axis less 6378.137 km, m.

    Raises
    ------
    ValueError
        No whole numbers, or a cycle that no sun-synchronous altitude has (150 km to 5,982 km).

    Notes
    -----
    Solves orbits x nodal period = days x 2 pi / (turn of the Earth - node rate) under J2, J2^2 and J4
    [Vallado2013, section 11.4.2].  Drag, the Moon and the Sun move the track; missions hold it by thrust.
    """
    for name, value in (("repeat_orbits", orbits), ("repeat_days", days)):
        if not (value >= 1 and int(value) == value):
            raise ValueError(f"{name} must be a whole number from 1 on, got {value}")
    if inclination_rad is not None:
        check_in_range(inclination_rad, 0.0, np.pi, name="inclination_rad", unit="rad")

    from scipy.optimize import brentq  # loads half a second of modules

    def per_day(altitude_m: float) -> float:
        return orbits_per_nodal_day(*_rates_rad_s(altitude_m, inclination_rad))

    # A millimetre inside, for the rounding of the highest altitude.
    low, high = LOWEST_ALTITUDE_M, highest_altitude_m() - 1e-3
    most, least = per_day(low), per_day(high)
    if not least <= orbits / days <= most:
        raise ValueError(
            f"no orbit between {low / 1e3:.0f} and {int(high / 1e3)} km makes repeat_orbits = {orbits} in "
            f"repeat_days = {days}; with {days} days choose repeat_orbits from {int(np.ceil(least * days))} "
            f"to {int(most * days)}"
        )
    return float(brentq(lambda h: per_day(h) - orbits / days, low, high, xtol=1e-6, rtol=1e-14))


def _rates_rad_s(altitude_m: float, inclination_rad: float | None) -> tuple[float, float]:
    """Rates of the argument of latitude and of the node of one circular orbit, rad/s."""
    tilt = sun_synchronous_inclination_rad(altitude_m) if inclination_rad is None else inclination_rad
    u_rate, node_rate = secular_rates_rad_s(EARTH_EQUATORIAL_RADIUS_M + altitude_m, np.cos(tilt))
    return float(u_rate), float(node_rate)


def orbits_per_nodal_day(u_rate_rad_s: float, node_rate_rad_s: float) -> float:
    """Nodal periods while the Earth turns once under the orbit plane."""
    return u_rate_rad_s / (EARTH_TURN_RAD_S - node_rate_rad_s)


def nearest_repeat(u_rate_rad_s: float, node_rate_rad_s: float, most_days: int = MOST_DAYS) -> RepeatCycle:
    """The cycle of at most `most_days` days that an orbit comes nearest to closing.

    Parameters
    ----------
    u_rate_rad_s, node_rate_rad_s : float
        Secular rates of the argument of latitude and of the node.
    most_days : int

    Returns
    -------
    RepeatCycle
        With the smallest shift on the equator after the cycle; the shorter of two alike within 1 m.
    """
    per_day = orbits_per_nodal_day(u_rate_rad_s, node_rate_rad_s)
    days = np.arange(1, most_days + 1)
    orbits = np.maximum(np.rint(per_day * days), 1.0)
    # The node of `orbits` passes late by this part of a turn of the Earth: it lies west by as much.
    shift_m = (days - orbits / per_day) * 2.0 * np.pi * EARTH_EQUATORIAL_RADIUS_M
    best = int(np.argmax(np.abs(shift_m) <= np.abs(shift_m).min() + _SAME_TRACK_M))
    return RepeatCycle(int(orbits[best]), int(days[best]), float(shift_m[best]))
