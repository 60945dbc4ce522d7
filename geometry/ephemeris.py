"""The Sun, time scales and the Earth's rotation: the only home of Skyfield.

de421 and the built-in time scales are opened from the installed packages on
first use; nothing is ever fetched.  Times are numpy datetime64[us] arrays (T,)
in UTC, whose days have 86,400 seconds (a leap second cannot be named).
"""

from __future__ import annotations

import atexit
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from skyfield.api import Timescale, load, load_file
from skyfield.framelib import ecliptic_frame, itrs
from skyfield.nutationlib import iau2000a
from skyfield.sgp4lib import TEME

from geometry.validation import FloatArray, read_only

TimeArray = NDArray[np.datetime64]

# de421 runs from 1899-07-29 to 2053-10-09 at 0 h TDB; ten minutes inside lie the light time of the
# Sun and the step from UTC to TDB.
FIRST_UTC = np.datetime64("1899-07-29T00:10:00", "us")
LAST_UTC = np.datetime64("2053-10-08T23:50:00", "us")
EPHEMERIS_RANGE = "1899-07-29..2053-10-09"

DAY_S = 86_400.0
_UNIX_EPOCH_JD = 2_440_587.5
_J2000_JD = 2_451_545.0
_JULIAN_CENTURY_DAYS = 36_525.0
_TENTH_MICROARCSECOND_RAD = np.radians(1e-7 / 3600.0)

# Nutation is interpolated from a fixed grid, so that it does not depend on which times are asked for
# together.  Eight points half a day apart leave 1e-13 rad (its shortest large period is 5.5 days).
_NUTATION_STEP_DAYS = 0.5
_NUTATION_POINTS = 8
_NUTATION_BLOCK = 2_048
_REMEMBERED_TIMES = 40_000  # 10 MB with all parts; longer sets are left to their owner


# ---------------------------------------------------------------- time as text and numbers


def parse_utc(text: str | datetime | np.datetime64, *, name: str = "time") -> np.datetime64:
    """A moment in UTC from ISO 8601.

    Parameters
    ----------
    text : str or datetime
        `2027-03-20T12:00:00Z`, with an offset, or without (then UTC); a date alone is its midnight.

    Returns
    -------
    datetime64[us]

    Raises
    ------
    ValueError
        Not ISO 8601, or a moment that does not exist.
    """
    if isinstance(text, np.datetime64):
        return _not_nat(text, name).astype("datetime64[us]")
    if isinstance(text, datetime):
        moment = text
    else:
        try:
            moment = datetime.fromisoformat(str(text).strip())
        except ValueError as error:
            raise ValueError(
                f"{name} must be an ISO 8601 moment such as 2027-03-20T12:00:00Z, got {str(text)!r} ({error})"
            ) from None
    if moment.tzinfo is not None:
        try:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
        except OverflowError:
            raise ValueError(f"{name} must lie in the years 1 to 9999 in UTC, got {str(text)!r}") from None
    return np.datetime64(moment, "us")


def _not_nat(time: np.datetime64, name: str) -> np.datetime64:
    """Refuse 'not a time'."""
    if np.isnat(time):
        raise ValueError(f"{name} must be a moment in UTC, got NaT (not a time)")
    return time


def format_utc(time_utc: np.datetime64) -> str:
    """ISO 8601 in UTC with microseconds and `Z`: `2027-03-20T12:00:00.000000Z`."""
    return format_times_utc(np.atleast_1d(time_utc))[0]


def format_times_utc(times_utc: TimeArray) -> list[str]:
    """`format_utc` of each of `times_utc` (T,)."""
    text = np.datetime_as_string(np.atleast_1d(times_utc).astype("datetime64[us]"), unit="us")
    return [f"{t}Z" for t in text]


def check_times_utc(times_utc: ArrayLike, *, name: str = "times_utc") -> TimeArray:
    """Refuse what is no time or lies outside the ephemeris; returns datetime64[us] (T,).

    Raises
    ------
    TypeError
        Not datetime64.
    ValueError
        NaT, more than one axis, or a date outside de421 (1899-07-29..2053-10-09).
    """
    times = np.atleast_1d(np.asarray(times_utc))
    if times.dtype.kind != "M":
        raise TypeError(f"{name} must be a datetime64 array in UTC, got {times.dtype}; see parse_utc")
    if times.ndim != 1:
        raise ValueError(f"{name} must have one axis (T,), got shape {times.shape}")
    if np.isnat(times).any():
        raise ValueError(f"{name} must be moments in UTC, got NaT (not a time)")
    outside = ~((times >= FIRST_UTC) & (times <= LAST_UTC))
    if outside.any():
        raise ValueError(
            f"{name} must lie within the ephemeris de421, {EPHEMERIS_RANGE}, "
            f"got {np.datetime_as_string(times[outside][0], unit='s')}Z; choose a date inside"
        )
    return times.astype("datetime64[us]")


def seconds_since(times_utc: TimeArray, epoch_utc: np.datetime64) -> FloatArray:
    """Seconds from `epoch_utc` to each time (T,), days of 86,400 s as SGP4 counts them."""
    elapsed = np.asarray(times_utc, "datetime64[us]") - epoch_utc.astype("datetime64[us]")
    return elapsed.astype(np.int64) * 1e-6


def julian_date_utc(times_utc: TimeArray) -> tuple[FloatArray, FloatArray]:
    """Julian date in UTC as midnight and day fraction, each (T,); their sum loses microseconds."""
    times = np.asarray(times_utc, "datetime64[us]")
    days = times.astype("datetime64[D]")
    fraction = (times - days).astype(np.int64) / (DAY_S * 1e6)
    return np.asarray(days.astype(np.int64) + _UNIX_EPOCH_JD), np.asarray(fraction)


# ---------------------------------------------------------------- the sky at a set of times


@lru_cache(maxsize=1)
def _timescale() -> Timescale:
    """Built-in leap seconds and UT1, without a file."""
    return load.timescale(builtin=True)


@lru_cache(maxsize=1)
def _bodies() -> Any:
    """de421, opened by path: asking skyfield-data for it would warn about another, expired file."""
    ephemeris = load_file(str(files("skyfield_data") / "data" / "de421.bsp"))
    atexit.register(ephemeris.close)
    return ephemeris


@dataclass(frozen=True, eq=False)
class Sky:
    """The Sun and the turn of the Earth at T times; each part is computed when first asked for.

    Parameters
    ----------
    times_utc : datetime64[us] array (T,)
        Checked, within the ephemeris.
    """

    times_utc: TimeArray

    @cached_property
    def _time(self) -> Any:
        """Skyfield's times, with the interpolated nutation put in."""
        days = self.times_utc.astype("datetime64[D]")
        seconds = (self.times_utc - days).astype(np.int64) * 1e-6
        time = _timescale().utc(1970, 1, 1 + days.astype(np.int64), 0, 0, seconds)
        time._nutation_angles_radians = _nutation_rad(time.tt)
        return time

    @cached_property
    def _sun(self) -> tuple[FloatArray, FloatArray]:
        """Direction (T, 3) and distance (T,) of the apparent Sun."""
        astrometric = _bodies()["earth"].at(self._time).observe(_bodies()["sun"])
        apparent = astrometric.apparent().xyz.m.T
        direction = apparent / np.linalg.norm(apparent, axis=1, keepdims=True)
        return read_only(direction), read_only(np.linalg.norm(astrometric.xyz.m, axis=0))

    @property
    def sun_direction_gcrs(self) -> FloatArray:
        """(T, 3), unit vector to the apparent Sun (light time, deflection, aberration) from the geocentre."""
        return self._sun[0]

    @property
    def sun_distance_m(self) -> FloatArray:
        """(T,), from the geocentre at the time to the Sun when its light left, m."""
        return self._sun[1]

    @cached_property
    def sun_longitude_rad(self) -> FloatArray:
        """(T,), apparent ecliptic longitude of the Sun of date, [0, 2 pi): 0 at the March equinox."""
        astrometric = _bodies()["earth"].at(self._time).observe(_bodies()["sun"])
        _latitude, longitude, _distance = astrometric.apparent().frame_latlon(ecliptic_frame)
        return read_only(longitude.radians % (2.0 * np.pi))

    @cached_property
    def rotation_gcrs_from_teme(self) -> FloatArray:
        """(T, 3, 3), from the frame of SGP4: true equator and mean equinox of date."""
        return read_only(np.moveaxis(TEME.rotation_at(self._time), -1, 0).transpose(0, 2, 1))

    @cached_property
    def rotation_itrs_from_gcrs(self) -> FloatArray:
        """(T, 3, 3), to the frame fixed to the Earth (no polar motion: up to 15 m on the ground)."""
        return read_only(np.moveaxis(itrs.rotation_at(self._time), -1, 0))

    @cached_property
    def earth_pole_gcrs(self) -> FloatArray:
        """(T, 3), unit vector along the true axis of date."""
        return read_only(np.moveaxis(self._time.M, -1, 0)[:, 2, :])

    @cached_property
    def mean_sun_right_ascension_rad(self) -> FloatArray:
        """(T,), right ascension of the fictitious mean Sun from the mean equinox of date, [0, 2 pi)."""
        centuries = (self._time.whole - _J2000_JD + self._time.ut1_fraction) / _JULIAN_CENTURY_DAYS
        seconds = 67_310.54841 + centuries * (8_640_184.812866 + centuries * (0.093104 - 6.2e-6 * centuries))
        return read_only((seconds % DAY_S) * (2.0 * np.pi / DAY_S))


def sky_at(times_utc: ArrayLike) -> Sky:
    """The Sun and the Earth's rotation at `times_utc` (T,); recent sets of times are remembered.

    Raises
    ------
    ValueError
        A date outside de421 (1899-07-29..2053-10-09).
    """
    times = check_times_utc(times_utc)
    if times.size > _REMEMBERED_TIMES:
        return Sky(read_only(times, "datetime64[us]"))
    return _remembered_sky(times.tobytes())


@lru_cache(maxsize=8)
def _remembered_sky(times: bytes) -> Sky:
    """One `Sky` for the same times, from their bytes."""
    return Sky(read_only(np.frombuffer(times, "datetime64[us]"), "datetime64[us]"))


def _nutation_rad(terrestrial_time_jd: FloatArray) -> tuple[FloatArray, FloatArray]:
    """IAU 2000A nutation in longitude and obliquity (T,), rad, by Lagrange interpolation."""
    at = np.asarray(terrestrial_time_jd) / _NUTATION_STEP_DAYS
    first = np.floor(at).astype(np.int64) - (_NUTATION_POINTS // 2 - 1)
    grid, place = np.unique(first[:, None] + np.arange(_NUTATION_POINTS), return_inverse=True)
    blocks = np.array_split(grid * _NUTATION_STEP_DAYS, -(-grid.size // _NUTATION_BLOCK))
    angles = np.concatenate([_nutation_series(block.tobytes()) for block in blocks], axis=1)
    weights = _lagrange_weights(at - first)
    angles = np.einsum("atp,tp->at", angles[:, place.reshape(weights.shape)], weights)
    angles *= _TENTH_MICROARCSECOND_RAD
    return angles[0], angles[1]


@lru_cache(maxsize=8)
def _nutation_series(terrestrial_time_jd: bytes) -> FloatArray:
    """The series (2, T), 0.1 microarcseconds, at times (T,): all moments of one day ask for the same."""
    return read_only(np.stack(iau2000a(np.frombuffer(terrestrial_time_jd))))


def _lagrange_weights(at: FloatArray) -> FloatArray:
    """Weights (T, P) of the nodes 0..P-1 at `at` (T,)."""
    nodes = np.arange(_NUTATION_POINTS)
    weights = np.ones((at.size, _NUTATION_POINTS))
    for j in nodes:
        others = nodes[nodes != j]
        weights[:, j] = np.prod((at[:, None] - others) / (j - others), axis=1)
    return weights


# ---------------------------------------------------------------- the same as functions


def sun(times_utc: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Apparent geocentric Sun.

    Parameters
    ----------
    times_utc : datetime64 array (T,)
        UTC.

    Returns
    -------
    position_gcrs_m : array (T, 3)
        Along the apparent direction (light time, deflection, aberration), m.
    distance_m : array (T,)
        m.

    Raises
    ------
    ValueError
        A date outside de421.

    Notes
    -----
    de421 [Folkner2009] by Skyfield [Rhodes2019].
    """
    sky = sky_at(times_utc)
    return sky.sun_direction_gcrs * sky.sun_distance_m[:, None], sky.sun_distance_m


def rotation_gcrs_from_teme(times_utc: ArrayLike) -> FloatArray:
    """Rotation (T, 3, 3) from true equator and mean equinox of date (SGP4) to GCRS [Vallado2006]."""
    return sky_at(times_utc).rotation_gcrs_from_teme


def rotation_itrs_from_gcrs(times_utc: ArrayLike) -> FloatArray:
    """Rotation (T, 3, 3) from GCRS to the Earth-fixed ITRS, without polar motion [IERS2010]."""
    return sky_at(times_utc).rotation_itrs_from_gcrs


def earth_pole_gcrs(times_utc: ArrayLike) -> FloatArray:
    """Unit vectors (T, 3) along the Earth's axis: true pole of date in GCRS."""
    return sky_at(times_utc).earth_pole_gcrs


def mean_sun_right_ascension_rad(times_utc: ArrayLike) -> FloatArray:
    """Right ascension (T,) of the mean Sun, rad in [0, 2 pi), from the mean equinox of date.

    Notes
    -----
    Greenwich mean sidereal time 1982 less UT1 plus 12 h [Aoki1982].  A node at this right ascension
    plus 15 deg (LTAN - 12 h) crosses the equator northwards at the mean local time LTAN.
    """
    return sky_at(times_utc).mean_sun_right_ascension_rad
