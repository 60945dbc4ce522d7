"""Date against altitude, and the altitude free of shadow."""

import numpy as np
import pytest

from geometry.constants import EARTH_EQUATORIAL_RADIUS_M, SOLAR_RADIUS_M
from geometry.design import load_design
from geometry.environment import EarthShape
from geometry.orbit.sun_synchronous import sun_synchronous_inclination_rad
from geometry.studies.eclipse_map import MOST_ALTITUDES, eclipse_map, lowest_eclipse_free_altitudes_m
from geometry.studies.eclipse_year import eclipse_year
from geometry.studies.shadow_paths import SunTrack

DUSK_S = 18 * 3600.0


def flown(*changes):
    return load_design("solar_slice", changes)


@pytest.fixture(scope="module")
def found():
    """560 and 1,300 km of the dusk ring in 2027."""
    return eclipse_map(flown(), np.array([560e3, 1300e3]))


class TestMapLaw:
    def test_each_row_is_the_year_of_that_altitude(self, found):
        for row, altitude_km in enumerate((560.0, 1300.0)):
            year = eclipse_year(flown(f"orbit.altitude_km={altitude_km}"))
            # The same kernel on splines over another span: 3e-10 rad, and a graze enlarges it by 1e3.
            np.testing.assert_allclose(found.umbra_s[row], year.umbra_s, atol=1e-3)
            np.testing.assert_allclose(found.shadow_s[row], year.shadow_s, atol=1e-3)
        assert found.umbra_s[0].any()
        assert not found.umbra_s[1].any()
        assert found.shadow_s[1].any()

    def test_margins_are_negative_where_there_is_shadow(self, found):
        np.testing.assert_array_equal(found.umbra_margin_rad < 0.0, found.umbra_s > 0.0)
        np.testing.assert_array_equal(found.penumbra_margin_rad < 0.0, found.shadow_s > 0.0)


class TestFreeAltitudeLaw:
    @pytest.mark.parametrize("ltan_h", [6.0, 18.0, 17.5])
    def test_the_shadow_ends_there(self, ltan_h):
        umbra_free_m, penumbra_free_m = lowest_eclipse_free_altitudes_m(ltan_h * 3600.0, 2027, EarthShape())
        assert 1.2e6 < umbra_free_m < penumbra_free_m < 1.7e6
        for free_m, name in ((umbra_free_m, "longest_umbra_s"), (penumbra_free_m, "longest_shadow_s")):
            below, above = (
                eclipse_year(flown(f"orbit.altitude_km={(free_m + step) / 1e3}", f"orbit.ltan_h={ltan_h}"))
                for step in (-20.0, 20.0)
            )
            # Solved to 0.1 m; 20 m below, the deepest revolution of the year still grazes for seconds.
            assert getattr(below, name) > 1.0
            assert getattr(above, name) == 0.0

    def test_none_for_a_noon_orbit(self):
        assert lowest_eclipse_free_altitudes_m(12 * 3600.0, 2027, EarthShape()) == (None, None)

    def test_umbra_alone_can_be_escaped(self):
        umbra_free_m, penumbra_free_m = lowest_eclipse_free_altitudes_m(17 * 3600.0, 2027, EarthShape())
        assert umbra_free_m is not None
        assert penumbra_free_m is None


class TestFreeAltitudeAnalytic:
    def test_around_a_sphere(self):
        """A circle misses the umbra where |beta| stays above asin(R/r) - asin((R_sun - R)/d)."""
        sphere = EarthShape(EARTH_EQUATORIAL_RADIUS_M, 0.0)
        track = SunTrack(2027)
        times = np.datetime64("2027-06-05", "us") + np.arange(0, 30 * 24) * np.timedelta64(1, "h")
        sun = track.sun_teme_m(times)
        distance_m = np.linalg.norm(sun, axis=1)
        node = track.mean_sun_rad(times) + np.pi / 2
        cone = np.arcsin((SOLAR_RADIUS_M - EARTH_EQUATORIAL_RADIUS_M) / distance_m)

        def clearance(altitude_m):
            tilt = sun_synchronous_inclination_rad(altitude_m)
            normal = [np.sin(tilt) * np.sin(node), -np.sin(tilt) * np.cos(node), np.cos(tilt) + 0 * node]
            beta = np.arcsin(np.einsum("kt,tk->t", normal, sun) / distance_m)
            edge = np.arcsin(EARTH_EQUATORIAL_RADIUS_M / (EARTH_EQUATORIAL_RADIUS_M + altitude_m))
            return (beta - (edge - cone)).min()

        low, high = 0.8e6, 2.5e6
        for _ in range(50):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if clearance(middle) < 0.0 else (low, middle)
        umbra_free_m, _ = lowest_eclipse_free_altitudes_m(DUSK_S, 2027, sphere)
        # The orbit is a circle only to its frozen eccentricity (1e-3: 7 km) and its J2 short-period radius
        # (up to 9 km); beta gains on the Earth's edge by half as fast as altitude alone would have it.
        assert umbra_free_m == pytest.approx(low, abs=35e3)


class TestRefusal:
    def test_an_orbit_of_another_type(self):
        design = flown("orbit.type=keplerian", "orbit.semi_major_axis_km=7000.0")
        with pytest.raises(ValueError, match=r"a map over altitudes needs orbit\.type = 'sun_synchronous'"):
            eclipse_map(design, np.array([500e3]))
        with pytest.raises(ValueError, match="each altitude takes its own inclination"):
            eclipse_map(flown("orbit.inclination_deg=97.0"), np.array([500e3]))

    @pytest.mark.parametrize(
        "altitudes", [[], [5e5, 5e5], [6e5, 5e5], np.linspace(5e5, 6e5, MOST_ALTITUDES + 1)]
    )
    def test_altitudes_that_do_not_increase_or_are_too_many(self, altitudes):
        with pytest.raises(ValueError, match="altitudes must be 1 to 5000 increasing numbers"):
            eclipse_map(flown(), np.array(altitudes))

    @pytest.mark.parametrize("altitude_m", [100e3, 7000e3])
    def test_an_altitude_without_an_orbit(self, altitude_m):
        with pytest.raises(ValueError, match="no sun-synchronous orbit at altitudes"):
            eclipse_map(flown(), np.array([altitude_m]))

    def test_no_number(self):
        with pytest.raises(ValueError, match="altitudes must be finite"):
            eclipse_map(flown(), np.array([np.nan]))
