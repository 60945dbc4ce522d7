"""The next and the longest passage of one satellite through the umbra."""

from __future__ import annotations

import numpy as np

from geometry.ephemeris import check_times_utc
from geometry.orbit import FlownDesign, flight_of, shadow_passes
from geometry.studies.eclipse_year import LAST_YEAR, EclipseYear, eclipse_year

_AFTER_S = 60.0
_SEARCHED_ORBITS = 40


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
