"""The Sun and the turn of the Earth over the page's year, as tables that the page interpolates."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from geometry.ephemeris import DAY_S, FIRST_UTC, LAST_UTC, seconds_since, sky_at
from viz.assets import asset
from viz.times import year_span
from viz.viewer.page.packing import milliseconds, packed

DAY = np.timedelta64(86_400_000_000, "us")
MARGIN_DAYS = 3  # beyond the year, for interpolation and for one orbit about its ends
SIDEREAL_RATE_RAD_S = 2.0 * np.pi * 1.00273790935 / DAY_S
"""The Earth's mean turn against the mean equinox [Aoki1982]; what is left is tabulated."""

FAINTEST = 6.3


def sky_tables(year: int) -> dict[str, Any]:
    """Daily samples: apparent Sun, its distance, TEME in GCRS, and the Earth's turn in TEME.

    Parameters
    ----------
    year : int
        Calendar year (UTC).

    Notes
    -----
    Interpolated by cubics through four days, these are within 1e-7 rad of `geometry.ephemeris`.
    """
    first, end = year_span(year)
    times = np.arange(first - MARGIN_DAYS * DAY, end + (MARGIN_DAYS + 1) * DAY, DAY)
    times = times[(times >= FIRST_UTC) & (times <= LAST_UTC)]
    sky = sky_at(times)
    teme = sky.rotation_gcrs_from_teme
    turn = sky.rotation_itrs_from_gcrs @ teme
    angle = np.arctan2(turn[:, 0, 1], turn[:, 0, 0])
    elapsed_s = seconds_since(times, times[0])
    left = np.unwrap(angle - SIDEREAL_RATE_RAD_S * elapsed_s)
    return {
        "first_ms": milliseconds(times[0]),
        "step_ms": DAY_S * 1000.0,
        "sidereal_rate_rad_s": SIDEREAL_RATE_RAD_S,
        "sun_direction": packed(sky.sun_direction_gcrs, "f8"),
        "sun_distance_m": packed(sky.sun_distance_m, "f8"),
        "teme_turn": packed(Rotation.from_matrix(teme).as_rotvec(), "f8"),
        "earth_turn": packed(left, "f8"),
        "mean_sun_rad": packed(np.unwrap(sky.mean_sun_right_ascension_rad), "f8"),
    }


def star_table() -> dict[str, Any]:
    """Stars that the eye sees: places as the catalogue's integers, magnitude and B - V in tenths."""
    with np.load(asset("stars.npz")) as table:
        seen = table["magnitude_centi"] <= 100 * FAINTEST
        return {
            "right_ascension": packed(table["right_ascension"][seen], "u2"),
            "declination": packed(table["declination"][seen], "i2"),
            "magnitude_centi": packed(table["magnitude_centi"][seen], "i2"),
            "color_index_centi": packed(table["color_index_centi"][seen], "i2"),
        }
