"""When a satellite goes through the Earth's shadow: the four contacts of each pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.ephemeris import TimeArray, check_times_utc, sky_at
from geometry.orbit.eclipse import sunlit_fraction
from geometry.orbit.flight import FlownDesign, flight_of
from geometry.orbit.flown import check_satellites, orbit_times
from geometry.validation import FloatArray, IntArray, read_only

_STEPS_PER_ORBIT = 720


@dataclass(frozen=True, eq=False)
class ShadowPasses:
    """K passes through shadow, in order; datetime64[us] arrays (K,), NaT where there is no umbra.

    A pass that is under way at the start or end of the search has its contact there.
    """

    penumbra_entry_utc: TimeArray
    umbra_entry_utc: TimeArray
    umbra_exit_utc: TimeArray
    penumbra_exit_utc: TimeArray

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            object.__setattr__(self, name, read_only(getattr(self, name), "datetime64[us]"))


def shadow_passes(
    design: FlownDesign,
    start_utc: np.datetime64 | None = None,
    *,
    orbits: int = 1,
    satellite: int = 0,
) -> ShadowPasses:
    """Contacts of every pass of one satellite through shadow.

    Parameters
    ----------
    design : FlownDesign
    start_utc : datetime64, optional
        Default the design's epoch.
    orbits : int
        Nodal periods searched.
    satellite : int

    Returns
    -------
    ShadowPasses

    Notes
    -----
    720 samples an orbit find the passes, bisection their contacts to a microsecond; a graze of the
    penumbra shorter than a sample (8 s at 560 km) can be missed.
    """
    flight = flight_of(design)
    index = check_satellites([satellite], flight.satellites)
    times = orbit_times(design, start_utc, steps=_STEPS_PER_ORBIT, orbits=orbits)
    last = times[0] + np.timedelta64(round(flight.nodal_period_s * 1e6 * orbits), "us")
    times = check_times_utc(np.append(times, last))

    def fraction(at: TimeArray) -> FloatArray:
        sky = sky_at(at)
        shape = design.environment.earth_shape
        return sunlit_fraction(
            flight.positions(at, index),
            sky.sun_direction_gcrs,
            sky.sun_distance_m,
            sky.earth_pole_gcrs,
            shape,
        )[0]

    lit = fraction(times)
    entry, leave = _contacts(times, lit < 1.0, lambda at: fraction(at) < 1.0)
    dark_entry, dark_leave = _contacts(times, lit <= 0.0, lambda at: fraction(at) <= 0.0)
    umbra = np.full((2, entry.size), np.datetime64("NaT", "us"))
    owner: IntArray = np.searchsorted(entry, dark_entry, side="right") - 1
    umbra[0, owner], umbra[1, owner] = dark_entry, dark_leave
    return ShadowPasses(entry, umbra[0], umbra[1], leave)


def _contacts(
    times: TimeArray, inside: NDArray[np.bool_], is_inside: Callable[[TimeArray], NDArray[np.bool_]]
) -> tuple[TimeArray, TimeArray]:
    """Entries and exits of each run of `inside`, bisected between the samples."""
    change = np.diff(inside.astype(np.int8), prepend=0, append=0)
    first, past = np.flatnonzero(change == 1), np.flatnonzero(change == -1)
    entry = _bisected(times, np.maximum(first - 1, 0), first, is_inside)
    leave = _bisected(times, np.minimum(past, times.size - 1), past - 1, is_inside)
    return entry, leave


def _bisected(
    times: TimeArray, outside: IntArray, within: IntArray, is_inside: Callable[[TimeArray], NDArray[np.bool_]]
) -> TimeArray:
    """Moments (K,) between samples outside and within, to a microsecond."""
    out = times[outside].astype(np.int64)
    within_us = times[within].astype(np.int64)
    for _ in range(40):
        if not out.size or np.abs(within_us - out).max() <= 1:
            break
        middle = (out + within_us) // 2
        inside = is_inside(middle.astype("datetime64[us]"))
        out, within_us = np.where(inside, out, middle), np.where(inside, middle, within_us)
    return np.asarray(within_us.astype("datetime64[us]"))
