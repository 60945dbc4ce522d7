"""Equinoxes and solstices against an almanac."""

from __future__ import annotations

import numpy as np
import pytest

from geometry.studies.turning_points import (
    EQUINOX_RAD,
    NAMES,
    SOLSTICE_RAD,
    next_sun_longitude_utc,
    turning_points,
)

SECOND = np.timedelta64(1_000_000, "us")


class TestSunReference:
    """Times of 2027 from the Earth's Seasons table of the US Naval Observatory, given to the minute."""

    @pytest.mark.parametrize(
        ("after", "longitudes", "published"),
        [
            ("2027-01-01", EQUINOX_RAD, "2027-03-20T20:25"),
            ("2027-04-01", SOLSTICE_RAD, "2027-06-21T14:11"),
            ("2027-07-01", EQUINOX_RAD, "2027-09-23T06:02"),
            ("2027-10-01", SOLSTICE_RAD, "2027-12-22T02:42"),
        ],
    )
    def test_seasons_of_2027(self, after, longitudes, published):
        found = next_sun_longitude_utc(np.datetime64(after, "us"), longitudes)
        # rounding to a minute, and a few seconds of the apparent Sun's definition
        assert abs(found - np.datetime64(published, "us")) < 40 * SECOND


class TestSunLaw:
    def test_a_moment_found_is_not_found_again(self):
        first = next_sun_longitude_utc(np.datetime64("2027-01-01", "us"), EQUINOX_RAD)
        second = next_sun_longitude_utc(first, EQUINOX_RAD)
        half_year = (second - first) / np.timedelta64(1, "D")
        assert 175.0 < half_year < 190.0  # the halves of the year are 179 and 186 days

    def test_a_year_has_all_four_in_order(self):
        found = turning_points(2027)
        assert tuple(found) == NAMES
        assert list(found.values()) == sorted(found.values())
        assert {str(at)[:4] for at in found.values()} == {"2027"}


class TestRefusal:
    def test_beyond_the_ephemeris(self):
        with pytest.raises(ValueError, match="ephemeris"):
            next_sun_longitude_utc(np.datetime64("2053-10-01", "us"), EQUINOX_RAD)
