"""Moments worth a look: equinoxes, solstices, the next and the longest passage through the shadow."""

from __future__ import annotations

import numpy as np

from geometry.ephemeris import DAY_S, LAST_UTC, check_times_utc, sky_at
from geometry.orbit import FlownDesign, flight_of, shadow_passes
from geometry.studies.eclipse_year import LAST_YEAR, EclipseYear, eclipse_year

EQUINOX_RAD = (0.0, np.pi)
SOLSTICE_RAD = (0.5 * np.pi, 1.5 * np.pi)
_TURN = 2.0 * np.pi
_MEAN_RATE_RAD_S = _TURN / (365.2422 * DAY_S)
_ROUNDS = 8
_AFTER_S = 60.0
_SEARCHED_ORBITS = 40


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
        To a second or so.

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


def next_umbra_utc(
    design: FlownDesign, after_utc: np.datetime64, *, satellite: int = 0
) -> np.datetime64 | None:
    """When one satellite next enters the umbra.

    Parameters
    ----------
    design : FlownDesign
    after_utc : datetime64
        At least a minute later.
    satellite : int

    Returns
    -------
    datetime64[us] or None
        None: not before the end of the next calendar year.

    Notes
    -----
    The seasons of the plane (`eclipse_year`) tell when to look, and the satellite's own passages
    (`shadow_passes`) tell the moment; a first, short passage that it misses is followed for 40 orbits.
    """
    after = check_times_utc(after_utc, name="after")[0] + np.timedelta64(round(1e6 * _AFTER_S), "us")
    year = int(str(after)[:4])
    for calendar in (year, year + 1):
        if calendar > LAST_YEAR:
            return None
        for season in eclipse_year(design, calendar).seasons:
            if not season.has_umbra:
                continue
            end = season.last_umbra_utc
            if end is not None and end < after:
                continue
            first = after if season.first_umbra_utc is None else max(after, season.first_umbra_utc)
            found = _entry_after(design, first, after, satellite)
            if found is not None:
                return found
    return None


def _entry_after(
    design: FlownDesign, first: np.datetime64, after: np.datetime64, satellite: int
) -> np.datetime64 | None:
    """The satellite's first entry into the umbra from `first` on, later than `after`."""
    for orbits in (2, _SEARCHED_ORBITS):
        passes = shadow_passes(design, first, satellite=satellite, orbits=orbits)
        entries = passes.umbra_entry_utc
        entries = entries[~np.isnat(entries)]
        entries = entries[entries > max(after, first)]
        if entries.size:
            return entries[0]
    return None


def longest_umbra_utc(design: FlownDesign, year: EclipseYear, *, satellite: int = 0) -> np.datetime64 | None:
    """The middle of the passage of one satellite nearest to when its plane gives the longest umbra.

    None where the year has no umbra.
    """
    if year.longest_umbra_utc is None:
        return None
    period = np.timedelta64(round(1e6 * flight_of(design).nodal_period_s), "us")
    passes = shadow_passes(design, year.longest_umbra_utc - period, satellite=satellite, orbits=2)
    inside = ~np.isnat(passes.umbra_entry_utc)
    if not inside.any():
        return year.longest_umbra_utc
    entry, leave = passes.umbra_entry_utc[inside], passes.umbra_exit_utc[inside]
    middle = entry + (leave - entry) // 2
    return middle[np.argmin(np.abs(middle - year.longest_umbra_utc))]
