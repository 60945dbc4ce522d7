"""When the seasons turn: equinoxes and solstices, by the apparent Sun."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from geometry.ephemeris import DAY_S, LAST_UTC, check_times_utc, sky_at
from geometry.studies.eclipse_year import FIRST_YEAR, LAST_YEAR
from geometry.validation import check_in_range

EQUINOX_RAD = (0.0, np.pi)
SOLSTICE_RAD = (0.5 * np.pi, 1.5 * np.pi)
NAMES = ("March equinox", "June solstice", "September equinox", "December solstice")
_TURN = 2.0 * np.pi
_MEAN_RATE_RAD_S = _TURN / (365.2422 * DAY_S)
_ROUNDS = 8
_AFTER_S = 60.0


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
    """
    check_in_range(year, FIRST_YEAR, LAST_YEAR, name="year")
    first = np.datetime64(f"{year}-01-01", "us")
    longitudes = (EQUINOX_RAD[0], SOLSTICE_RAD[0], EQUINOX_RAD[1], SOLSTICE_RAD[1])
    return {n: next_sun_longitude_utc(first, (at,)) for n, at in zip(NAMES, longitudes, strict=True)}


def next_sun_longitude_utc(after_utc: np.datetime64, longitudes_rad: tuple[float, ...]) -> np.datetime64:
    """The first moment, a minute or more later, at which the apparent Sun stands at one of these longitudes.

    Parameters
    ----------
    after_utc : datetime64
    longitudes_rad : tuple of float
        Ecliptic of date: `EQUINOX_RAD`, `SOLSTICE_RAD`.

    Returns
    -------
    datetime64[us]
        As almanacs define it; to a second or so.

    Raises
    ------
    ValueError
        It lies beyond the ephemeris.
    """
    start = check_times_utc(after_utc, name="after")[0] + np.timedelta64(round(1e6 * _AFTER_S), "us")
    now = float(sky_at(np.array([start])).sun_longitude_rad[0])
    return min(_met(start, (longitude - now) % _TURN, longitude) for longitude in longitudes_rad)


def _met(start: np.datetime64, ahead_rad: float, longitude_rad: float) -> np.datetime64:
    """Newton steps by the mean rate; the true one differs by 3.4 %, so each leaves a thirtieth."""
    at = _later(start, ahead_rad / _MEAN_RATE_RAD_S)
    for _ in range(_ROUNDS):
        here = float(sky_at(np.array([at])).sun_longitude_rad[0])
        off = (longitude_rad - here + np.pi) % _TURN - np.pi
        at = _later(at, off / _MEAN_RATE_RAD_S)
    return at


def _later(at: np.datetime64, seconds: float) -> np.datetime64:
    moved = at + np.timedelta64(round(1e6 * seconds), "us")
    if moved > LAST_UTC:
        raise ValueError("the moment asked for lies beyond the ephemeris; start earlier")
    return moved
