"""The sun-synchronous orbit: its inclination, its node and its range of altitudes."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from geometry.constants import EARTH_EQUATORIAL_RADIUS_M, TROPICAL_YEAR_S
from geometry.ephemeris import mean_sun_right_ascension_rad, sky_at
from geometry.orbit.mean_elements import secular_rates_rad_s
from geometry.orbit.secular_drag import LOWEST_ALTITUDE_M
from geometry.validation import FloatArray, check_finite

MEAN_SUN_RATE_RAD_S = 2.0 * np.pi / TROPICAL_YEAR_S
DAY_S = 86_400.0


@lru_cache(maxsize=1)
def highest_altitude_m() -> float:
    """Altitude above which even an equatorial retrograde orbit's node turns too slowly, m (5,982 km)."""

    # the rate falls with the altitude; halved down to 1e-9 m (SciPy's solver takes half a second to load)
    low, high = 1.0e6, 2.0e7
    for _ in range(54):
        middle = 0.5 * (low + high)
        rate = float(secular_rates_rad_s(EARTH_EQUATORIAL_RADIUS_M + middle, -1.0)[1])
        low, high = (middle, high) if rate > MEAN_SUN_RATE_RAD_S else (low, middle)
    return low


def check_altitude_m(altitude_m: ArrayLike, *, name: str = "altitude_m") -> FloatArray:
    """Refuse an altitude at which nothing can fly sun-synchronously; returns a float array.

    Raises
    ------
    ValueError
        Inside the Earth or its atmosphere, or too high for any inclination.
    """
    altitude = check_finite(altitude_m, name=name)
    highest = highest_altitude_m()
    refused = ~((altitude >= LOWEST_ALTITUDE_M) & (altitude <= highest))
    if refused.any():
        got = altitude[refused].flat[0]
        why = "lies inside the Earth or its atmosphere" if got < LOWEST_ALTITUDE_M else "is too high"
        raise ValueError(
            f"no sun-synchronous orbit at {name} = {got / 1e3:.3f} km: it {why}; "
            f"choose an altitude in [{LOWEST_ALTITUDE_M / 1e3:.0f}, {np.floor(highest / 1e3):.0f}] km"
        )
    return altitude


def sun_synchronous_inclination_rad(altitude_m: ArrayLike) -> FloatArray:
    """Inclination at which the propagated node keeps pace with the mean Sun.

    Parameters
    ----------
    altitude_m : array (...)
        Brouwer mean semi-major axis less 6378.137 km, m.

    Returns
    -------
    array (...)
        rad, in (pi/2, pi].

    Raises
    ------
    ValueError
        An altitude outside the range in which the orbit exists (150 km to 5,982 km).

    Notes
    -----
    Solves secular node rate = 2 pi / tropical year for a circular orbit under J2, J2^2 and J4, by
    Newton's method on cos(i), of which the rate is a cubic.  J2 alone gives 0.024 deg less at 560 km.
    The pull of the Sun and the Moon on the plane is left out.
    """
    altitude = check_altitude_m(altitude_m)
    axis = EARTH_EQUATORIAL_RADIUS_M + altitude
    # The rate is c (p + q c^2); two evaluations give p and q exactly.
    whole = secular_rates_rad_s(axis, np.ones_like(axis))[1]
    half = secular_rates_rad_s(axis, np.full_like(axis, 0.5))[1]
    q = (whole - 2.0 * half) / 0.75
    p = whole - q
    cosine = MEAN_SUN_RATE_RAD_S / p
    for _ in range(6):
        rate = cosine * (p + q * cosine**2)
        cosine = cosine - (rate - MEAN_SUN_RATE_RAD_S) / (p + 3.0 * q * cosine**2)
    return np.asarray(np.arccos(np.clip(cosine, -1.0, 0.0)))


def raan_teme_rad(ltan_s: ArrayLike, at_utc: np.datetime64) -> FloatArray:
    """Right ascension of a node that the Sun crosses at the mean local time `ltan_s`; rad in [0, 2 pi).

    Parameters
    ----------
    ltan_s : array (...)
        Mean local time of the ascending node, seconds after midnight.
    at_utc : datetime64
        Moment at which it holds.
    """
    mean_sun = mean_sun_right_ascension_rad(np.atleast_1d(at_utc))[0]
    hour_angle = (np.asarray(ltan_s, dtype=float) - DAY_S / 2.0) * (2.0 * np.pi / DAY_S)
    return np.asarray((mean_sun + hour_angle) % (2.0 * np.pi))


def ltan_s(raan_rad: ArrayLike, times_utc: ArrayLike) -> FloatArray:
    """Mean local time (..., T) of a node at `raan_rad` (..., T) in TEME; seconds after midnight."""
    mean_sun = mean_sun_right_ascension_rad(times_utc)
    turn = (np.asarray(raan_rad, dtype=float) - mean_sun) / (2.0 * np.pi) + 0.5
    return np.asarray((turn % 1.0) * DAY_S)


def equation_of_time_s(times_utc: ArrayLike) -> FloatArray:
    """Apparent less mean solar time (T,), s: by a sundial the Sun is that much ahead of the clock.

    Parameters
    ----------
    times_utc : datetime64 array (T,)
        UTC.

    Raises
    ------
    ValueError
        A date outside the ephemeris.

    Notes
    -----
    Right ascension of the mean Sun less that of the apparent Sun [Meeus1998, chapter 28]: -14.2 minutes
    in February, +16.4 minutes in November.  The mean local time of a node is held by the orbit; its
    apparent local time swings by this much.
    """
    sky = sky_at(times_utc)
    sun = np.einsum("tij,ti->tj", sky.rotation_gcrs_from_teme, sky.sun_direction_gcrs)
    ahead = sky.mean_sun_right_ascension_rad - np.arctan2(sun[:, 1], sun[:, 0])
    turn = (ahead / (2.0 * np.pi) + 0.5) % 1.0 - 0.5
    return np.asarray(turn * DAY_S)


def apparent_ltan_s(raan_rad: ArrayLike, times_utc: ArrayLike) -> FloatArray:
    """Apparent local time (..., T) of a node at `raan_rad` (..., T) in TEME; seconds after midnight."""
    return np.asarray((ltan_s(raan_rad, times_utc) + equation_of_time_s(times_utc)) % DAY_S)
