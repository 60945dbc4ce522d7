"""When the seasons turn: equinoxes and solstices of a year."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.optimize import brentq

from geometry.ephemeris import FIRST_UTC, LAST_UTC, sky_at
from geometry.frames import dot
from geometry.studies.eclipse_year import FIRST_YEAR, LAST_YEAR
from geometry.validation import check_in_range

NAMES = ("March equinox", "June solstice", "September equinox", "December solstice")
_NEAR = ("03-20T12", "06-21T12", "09-22T21", "12-21T18")  # within a day and a half in every year of de421
_REACH_S = 2.5 * 86_400.0
_STEP_S = 10_800.0  # of the difference that takes the place of a slope


@lru_cache(maxsize=32)
def turning_points(year: int) -> dict[str, np.datetime64]:
    """Equinoxes and solstices of a calendar year.

    Parameters
    ----------
    year : int
        UTC.

    Returns
    -------
    dict of str to datetime64[us]
        By `NAMES`, in order.

    Raises
    ------
    ValueError
        A year outside the ephemeris.

    Notes
    -----
    The apparent Sun on the true equator of date: its declination is zero, or stands still between three
    hours before and after.  Almanacs take the ecliptic longitude; the Sun's latitude (under 1.2") moves
    an equinox by up to 80 s, and a solstice by 15 minutes, against them.
    """
    check_in_range(year, FIRST_YEAR, LAST_YEAR, name="year")
    found: dict[str, np.datetime64] = {}
    for k, (name, near) in enumerate(zip(NAMES, _NEAR, strict=True)):
        start = np.datetime64(f"{year}-{near}:00:00", "us")
        offset = _STEP_S if k % 2 else 0.0

        def off(seconds: float, start: np.datetime64 = start, offset: float = offset) -> float:
            later = _declination_sine(start, seconds + offset)
            return later - _declination_sine(start, seconds - offset) if offset else later

        found[name] = start + np.timedelta64(round(1e6 * brentq(off, -_REACH_S, _REACH_S, xtol=0.1)), "us")
    return found


def _declination_sine(start: np.datetime64, seconds: float) -> float:
    """Sine of the apparent Sun's declination to the true equator of date."""
    at = np.clip(start + np.timedelta64(round(1e6 * seconds), "us"), FIRST_UTC, LAST_UTC)
    sky = sky_at(np.array([at]))
    return float(dot(sky.sun_direction_gcrs, sky.earth_pole_gcrs)[0])
