"""Inclination, node and range of the sun-synchronous orbit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from geometry.constants import EARTH_EQUATORIAL_RADIUS_M, EARTH_MU_M3_S2, TROPICAL_YEAR_S
from geometry.ephemeris import mean_sun_right_ascension_rad, sky_at
from geometry.orbit import sun_synchronous
from geometry.orbit.mean_elements import secular_rates_rad_s

EPOCH = np.datetime64("2027-03-20T12:00:00", "us")


def nodal_period_s(altitude_m):
    cosine = np.cos(sun_synchronous.sun_synchronous_inclination_rad(altitude_m))
    return 2.0 * np.pi / secular_rates_rad_s(EARTH_EQUATORIAL_RADIUS_M + altitude_m, cosine)[0]


class TestInclinationAnalytic:
    def test_first_order_j2_lies_just_below(self):
        """cos i = -2 w a^3.5 / (3 J2 R^2 sqrt(mu)) [Vallado2013]; J2^2 and J4 add 0.024 deg at 560 km."""
        a = EARTH_EQUATORIAL_RADIUS_M + 560e3
        cosine = -2.0 * (2 * np.pi / TROPICAL_YEAR_S) * a**3.5
        cosine /= 3.0 * 1.08262668e-3 * EARTH_EQUATORIAL_RADIUS_M**2 * np.sqrt(EARTH_MU_M3_S2)
        solved = sun_synchronous.sun_synchronous_inclination_rad(560e3)
        assert np.degrees(solved - np.arccos(cosine)) == pytest.approx(0.024, abs=0.002)

    @given(st.floats(150e3, 5.98e6))
    def test_the_node_keeps_pace_with_the_mean_sun(self, altitude_m):
        cosine = np.cos(sun_synchronous.sun_synchronous_inclination_rad(altitude_m))
        rate = secular_rates_rad_s(EARTH_EQUATORIAL_RADIUS_M + altitude_m, cosine)[1]
        # 1e-12 of the rate is a microsecond of local time a year; arccos near 180 deg rounds at 1e-8.
        assert rate * TROPICAL_YEAR_S == pytest.approx(2.0 * np.pi, rel=1e-12 if altitude_m < 5.5e6 else 1e-9)

    def test_vectorised_as_one_by_one(self):
        altitudes = np.linspace(200e3, 5.9e6, 7)
        together = sun_synchronous.sun_synchronous_inclination_rad(altitudes)
        alone = [float(sun_synchronous.sun_synchronous_inclination_rad(h)) for h in altitudes]
        np.testing.assert_allclose(together, alone, rtol=1e-15)


class TestInclinationReference:
    @pytest.mark.parametrize(
        ("orbits", "days", "inclination_deg", "tolerance_deg"),
        [
            (501, 35, 98.55, 0.01),  # Envisat, "98.55 +- 0.01" [Gottwald2011, table 2-2]
            (175, 12, 98.18, 0.01),  # Sentinel-1 [Torres2012]
            (233, 16, 98.2, 0.05),  # Landsat 8 [USGS2019]
            (385, 27, 98.65, 0.03),  # Sentinel-3 [Donlon2012]
        ],
    )
    def test_repeat_cycles_of_real_missions(self, orbits, days, inclination_deg, tolerance_deg):
        """The altitude that gives a mission's repeat cycle takes the inclination that it publishes.

        After a whole cycle the track repeats and the mean Sun is back: the nodal period is exact.
        """
        altitude = brentq(lambda h: nodal_period_s(h) - days * 86_400.0 / orbits, 300e3, 2000e3)
        inclination = np.degrees(sun_synchronous.sun_synchronous_inclination_rad(altitude))
        assert inclination == pytest.approx(inclination_deg, abs=tolerance_deg)

    @pytest.mark.parametrize(
        ("orbits", "days", "axis_km", "tolerance_km"),
        [
            (501, 35, 7159.50, 0.07),  # Envisat, "7159.50 +- 0.07 km" [Gottwald2011, table 2-2]
            (175, 12, 7070.0, 2.0),  # Sentinel-1, published to the kilometre and as 693 km over the ground
        ],
    )
    def test_semi_major_axes_of_real_missions(self, orbits, days, axis_km, tolerance_km):
        altitude = brentq(lambda h: nodal_period_s(h) - days * 86_400.0 / orbits, 300e3, 2000e3)
        axis = EARTH_EQUATORIAL_RADIUS_M + altitude
        assert axis / 1e3 == pytest.approx(axis_km, abs=tolerance_km)


class TestNode:
    def test_dawn_dusk_node_stands_a_quarter_turn_from_the_mean_sun(self):
        mean_sun = mean_sun_right_ascension_rad(np.array([EPOCH]))[0]
        for ltan_s, ahead in ((64_800.0, np.pi / 2), (21_600.0, -np.pi / 2), (43_200.0, 0.0)):
            raan = sun_synchronous.raan_teme_rad(ltan_s, EPOCH)
            assert np.cos(raan - mean_sun - ahead) == pytest.approx(1.0, abs=1e-15)

    @given(st.floats(0.0, 86_399.0))
    def test_local_time_and_back(self, ltan_s):
        raan = sun_synchronous.raan_teme_rad(ltan_s, EPOCH)
        found = sun_synchronous.ltan_s(raan, np.array([EPOCH]))[0]
        assert (found - ltan_s + 43_200.0) % 86_400.0 == pytest.approx(
            43_200.0, abs=1e-9
        )  # rounding of 1e5 s

    def test_local_time_does_not_drift_over_a_year(self):
        later = EPOCH + np.timedelta64(365, "D")
        rate = 2.0 * np.pi / TROPICAL_YEAR_S
        raan = sun_synchronous.raan_teme_rad(64_800.0, EPOCH) + rate * 365 * 86_400.0
        # Aoki's mean Sun and the tropical year of 2000 differ by 8e-9 of the rate: 1 ms a year.
        assert sun_synchronous.ltan_s(raan, np.array([later]))[0] == pytest.approx(64_800.0, abs=0.005)


class TestAltitudeRefusal:
    @pytest.mark.parametrize("altitude_m", [-1.0, 0.0, 149_999.0, -7e6])
    def test_too_low(self, altitude_m):
        with pytest.raises(ValueError, match=r"inside the Earth or its atmosphere.*\[150, 5981\] km"):
            sun_synchronous.sun_synchronous_inclination_rad(altitude_m)

    @pytest.mark.parametrize("altitude_m", [5.983e6, 36e6])
    def test_too_high(self, altitude_m):
        with pytest.raises(ValueError, match=r"too high.*\[150, 5981\] km"):
            sun_synchronous.sun_synchronous_inclination_rad(altitude_m)

    @pytest.mark.parametrize("altitude_m", [np.nan, np.inf])
    def test_no_number(self, altitude_m):
        with pytest.raises(ValueError, match="finite"):
            sun_synchronous.sun_synchronous_inclination_rad(altitude_m)

    def test_one_bad_among_many(self):
        with pytest.raises(ValueError, match=r"6000\.000 km"):
            sun_synchronous.sun_synchronous_inclination_rad([500e3, 6000e3])

    def test_the_highest_is_equatorial(self):
        highest = sun_synchronous.sun_synchronous_inclination_rad(sun_synchronous.highest_altitude_m() - 1.0)
        assert np.degrees(highest) > 179.9


class TestEquationOfTimeReference:
    def test_meeus_example_28_a(self):
        """1992 October 13 at 0 h TD: +13 min 42.6 s [Meeus1998, example 28.a]."""
        found = sun_synchronous.equation_of_time_s(np.array(["1992-10-12T23:59:01"], "datetime64[us]"))
        # The mean Sun of GMST 1982 and that of the mean longitude differ by some tenths of a second.
        assert found[0] == pytest.approx(13 * 60 + 42.6, abs=1.0)

    def test_extremes_of_the_year(self):
        """-14 min 12 s about 11 February, +16 min 26 s about 3 November; zero four times."""
        days = np.arange("2027-01-01T12", "2028-01-01T12", 24, dtype="datetime64[h]").astype("datetime64[us]")
        found = sun_synchronous.equation_of_time_s(days)
        assert np.abs(days[found.argmin()] - np.datetime64("2027-02-11T12")) <= np.timedelta64(1, "D")
        assert np.abs(days[found.argmax()] - np.datetime64("2027-11-03T12")) <= np.timedelta64(1, "D")
        assert (found.min(), found.max()) == pytest.approx((-852.0, 986.0), abs=2.0)
        assert (np.diff(np.sign(found)) != 0).sum() == 4

    def test_apparent_local_time(self):
        time = np.array(["2027-11-03T12:00:00"], "datetime64[us]")
        raan = sun_synchronous.raan_teme_rad(64_800.0, time[0])
        apparent = sun_synchronous.apparent_ltan_s(raan, time)[0]
        assert apparent - 64_800.0 == pytest.approx(sun_synchronous.equation_of_time_s(time)[0], abs=1e-6)
        # The Sun itself: hour angle of the node from the apparent Sun, in TEME.
        sky = sky_at(time)
        x, y, _ = sky.rotation_gcrs_from_teme[0].T @ sky.sun_direction_gcrs[0]
        hours = (raan - np.arctan2(y, x)) * 43_200.0 / np.pi + 43_200.0
        assert apparent == pytest.approx(hours % 86_400.0, abs=1e-6)
