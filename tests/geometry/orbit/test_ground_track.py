"""Repeat cycles: altitudes of real missions, and the track itself over the ground."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geometry.constants import EARTH_EQUATORIAL_RADIUS_M
from geometry.ephemeris import sky_at
from geometry.frames import rotated
from geometry.orbit.ground_track import nearest_repeat, repeat_altitude_m
from geometry.orbit.mean_elements import MeanElements, secular_rates_rad_s
from geometry.orbit.propagation import analytic_positions
from geometry.orbit.sgp4_flight import satrecs, sgp4_states
from geometry.orbit.sun_synchronous import raan_teme_rad, sun_synchronous_inclination_rad

EPOCH = np.datetime64("2027-03-20T12:00:00", "us")


def rates(altitude_m, inclination_rad=None):
    if inclination_rad is None:
        inclination_rad = sun_synchronous_inclination_rad(altitude_m)
    return secular_rates_rad_s(EARTH_EQUATORIAL_RADIUS_M + altitude_m, np.cos(inclination_rad))


class TestMissionsReference:
    @pytest.mark.parametrize(
        ("orbits", "days", "axis_km", "tolerance_km"),
        [
            (501, 35, 7159.50, 0.07),  # Envisat, "7159.50 +- 0.07 km" [Gottwald2011, table 2-2]
            (175, 12, 7070.0, 2.0),  # Sentinel-1, 693 km [Torres2012], to the kilometre over the ground
        ],
    )
    def test_semi_major_axis(self, orbits, days, axis_km, tolerance_km):
        axis = EARTH_EQUATORIAL_RADIUS_M + repeat_altitude_m(orbits, days)
        assert axis / 1e3 == pytest.approx(axis_km, abs=tolerance_km)

    def test_height_over_the_equator(self):
        """Landsat 8: "705 km" over the equator [USGS2019], where J2 lifts the track by 6 km."""
        altitude = repeat_altitude_m(233, 16)
        axis, tilt = EARTH_EQUATORIAL_RADIUS_M + altitude, float(sun_synchronous_inclination_rad(altitude))
        elements = MeanElements(EPOCH, [axis], [tilt], [0.0], np.zeros(2, int), [0.0, np.pi])
        radius = np.linalg.norm(analytic_positions(elements, EPOCH)[:, 0], axis=-1)
        # Published to the kilometre.
        np.testing.assert_allclose((radius - EARTH_EQUATORIAL_RADIUS_M) / 1e3, 705.0, atol=1.0)
        assert altitude / 1e3 == pytest.approx(699.6, abs=0.2)

    @pytest.mark.parametrize(("orbits", "days"), [(175, 12), (233, 16), (501, 35)])
    def test_the_nodal_period_is_that_of_the_cycle(self, orbits, days):
        """A sun-synchronous nodal day is a mean solar day: 12 days are 175 nodal periods to the second."""
        period = 2.0 * np.pi / rates(repeat_altitude_m(orbits, days))[0]
        # The tropical year and the turn of the Earth agree to 1e-9 of a day.
        assert orbits * period == pytest.approx(days * 86_400.0, rel=2e-9)


class TestTrackLaw:
    @pytest.mark.parametrize("by_sgp4", [False, True])
    @pytest.mark.parametrize(
        ("orbits", "days", "inclination"), [(175, 12, None), (15, 1, None), (43, 3, 0.9)]
    )
    def test_the_track_comes_back(self, orbits, days, inclination, by_sgp4):
        altitude = repeat_altitude_m(orbits, days, inclination)
        tilt = float(sun_synchronous_inclination_rad(altitude)) if inclination is None else inclination
        axis, node = EARTH_EQUATORIAL_RADIUS_M + altitude, float(raan_teme_rad(64_800.0, EPOCH))
        elements = MeanElements(EPOCH, [axis], [tilt], [node], np.zeros(3, int), [0.0, 1.0, 4.0])
        back_s = orbits * float(elements.nodal_period_s[0])
        times = EPOCH + np.array([0, round(back_s * 1e6)]).astype("timedelta64[us]")
        if by_sgp4:
            position = sgp4_states(satrecs(elements), times)[0]
        else:
            position = analytic_positions(elements, times)
        ground = rotated(sky_at(times).rotation_itrs_from_gcrs, position)
        # UT1 runs off from UTC by a few ms in 12 days, 0.5 m each on the equator; nutation (0.1" in the
        # equinox, 3 m); SGP4 lifts e = 0 to 1e-6, whose apsides turn: up to 2 e a = 14 m.
        assert np.linalg.norm(ground[:, 1] - ground[:, 0], axis=-1).max() < (25.0 if by_sgp4 else 8.0)

    @given(st.integers(1, 35), st.floats(13.0, 16.0))
    def test_an_exact_cycle_is_its_own_nearest(self, days, per_day):
        orbits = round(days * per_day)
        found = nearest_repeat(*rates(repeat_altitude_m(orbits, days)))
        shared = np.gcd(orbits, days)
        assert (found.orbits, found.days) == (orbits // shared, days // shared)
        assert abs(found.shift_m) < 0.1  # a micrometre of altitude moves the track by less than 1 mm

    def test_a_kilometre_above_the_cycle_the_track_falls_behind(self):
        """Each period is longer by 1.5 da/a, which over 12 turns of the Earth is the shift on the equator."""
        altitude = repeat_altitude_m(175, 12)
        found = nearest_repeat(*rates(altitude + 100.0), most_days=12)
        late = 1.5 * 100.0 / (EARTH_EQUATORIAL_RADIUS_M + altitude) * 12.0
        assert (found.orbits, found.days) == (175, 12)
        # Longer periods: the Earth has turned on eastwards, the track lies west; J2 adds 1 %.
        expected = -late * 2.0 * np.pi * EARTH_EQUATORIAL_RADIUS_M
        assert found.shift_m == pytest.approx(expected, rel=0.01)


class TestRefusal:
    def test_a_cycle_that_no_altitude_has(self):
        match = r"repeat_orbits = 17 in repeat_days = 1; with 1 days choose repeat_orbits from \d+ to 16"
        with pytest.raises(ValueError, match=match):
            repeat_altitude_m(17, 1)

    @pytest.mark.parametrize(("orbits", "days"), [(0, 1), (15, 0), (15.5, 1), (float("nan"), 1)])
    def test_no_whole_numbers(self, orbits, days):
        with pytest.raises(ValueError, match="must be a whole number from 1 on"):
            repeat_altitude_m(orbits, days)
