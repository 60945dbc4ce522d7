"""Equinoxes, solstices and passages through the shadow, against almanacs and the shadow itself."""

from __future__ import annotations

import numpy as np
import pytest

from geometry.design import changed_design, load_design
from geometry.orbit import orbit_states
from geometry.studies.eclipse_year import eclipse_year
from geometry.studies.moments import (
    EQUINOX_RAD,
    SOLSTICE_RAD,
    longest_umbra_utc,
    next_sun_longitude_utc,
    next_umbra_utc,
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


class TestUmbraLaw:
    def test_the_satellite_goes_dark_at_the_entry(self):
        design = load_design("solar_slice", ["ring.satellites_per_plane=12"])
        found = next_umbra_utc(design, design.epoch_utc, satellite=5)
        around = found + np.array([-2, 2]) * SECOND  # the edge of the umbra is crossed in a microsecond
        lit = orbit_states(design, around, satellites=[5]).sunlit_fraction[0]
        assert lit[0] > 0.0
        assert lit[1] == 0.0

    def test_the_longest_lies_in_the_dark(self):
        design = load_design("solar_slice")
        year = eclipse_year(design, 2027)
        found = longest_umbra_utc(design, year)
        assert orbit_states(design, np.array([found])).sunlit_fraction[0, 0] == 0.0
        period = np.timedelta64(round(1e6 * year.period_s), "us")
        assert abs(found - year.longest_umbra_utc) < period

    def test_none_on_an_orbit_above_the_shadow(self):
        design = changed_design(load_design("solar_slice"), {"orbit.altitude_km": 1500.0})
        assert next_umbra_utc(design, design.epoch_utc) is None
        assert longest_umbra_utc(design, eclipse_year(design, 2027)) is None


class TestRefusal:
    def test_beyond_the_ephemeris(self):
        with pytest.raises(ValueError, match="ephemeris"):
            next_sun_longitude_utc(np.datetime64("2053-10-01", "us"), EQUINOX_RAD)
