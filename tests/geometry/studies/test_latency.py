"""Round trips of light through relays to the ring."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geometry.constants import EARTH_EQUATORIAL_RADIUS_M, SPEED_OF_LIGHT_M_S
from geometry.design import load_design
from geometry.orbit.sun_synchronous import sun_synchronous_inclination_rad
from geometry.studies.latency import (
    RelayShell,
    angle_to_ring_rad,
    farthest_place,
    latency,
    ring_normals_mean_sun,
    round_trip_s,
)

SHELL = RelayShell()
RING_M = EARTH_EQUATORIAL_RADIUS_M + 560e3
altitudes = st.floats(300e3, 5000e3)
angles = st.floats(0.0, np.pi / 2)


def distance_m(radius_a_m, radius_b_m, angle_rad):
    """Law of cosines."""
    a, b = radius_a_m, radius_b_m
    return np.sqrt(a * a + b * b - 2.0 * a * b * np.cos(angle_rad))


class TestRoundTripAnalytic:
    @given(altitudes)
    def test_straight_up(self, altitude_m):
        found = round_trip_s(0.0, EARTH_EQUATORIAL_RADIUS_M + altitude_m, SHELL)
        assert found == pytest.approx(2.0 * altitude_m / SPEED_OF_LIGHT_M_S, rel=1e-9)

    def test_in_direct_view_down_to_the_least_elevation(self):
        # 940.7 km over the ground for 550 km and 25 deg (below), so 8.5 deg to a ring a little higher.
        angle = np.radians(8.5)
        direct = 2.0 * distance_m(EARTH_EQUATORIAL_RADIUS_M, RING_M, angle) / SPEED_OF_LIGHT_M_S
        assert round_trip_s(angle, RING_M, SHELL) == pytest.approx(
            direct, rel=1e-9
        )  # cancellation in `a - b`

    def test_one_step_from_the_relay(self):
        reach = float(SHELL.reach_rad(SHELL.radius_m))
        angle = reach + np.radians(30.0)  # under the longest link, 42.4 deg
        path = distance_m(EARTH_EQUATORIAL_RADIUS_M, SHELL.radius_m, reach)
        path += distance_m(SHELL.radius_m, RING_M, np.radians(30.0))
        assert round_trip_s(angle, RING_M, SHELL) == pytest.approx(2.0 * path / SPEED_OF_LIGHT_M_S, rel=1e-12)

    def test_two_equal_steps(self):
        reach = float(SHELL.reach_rad(SHELL.radius_m))
        angle = reach + np.radians(70.0)
        path = distance_m(EARTH_EQUATORIAL_RADIUS_M, SHELL.radius_m, reach)
        path += 2.0 * SHELL.radius_m * np.sin(np.radians(17.5))
        path += distance_m(SHELL.radius_m, RING_M, np.radians(35.0))
        assert round_trip_s(angle, RING_M, SHELL) == pytest.approx(2.0 * path / SPEED_OF_LIGHT_M_S, rel=1e-12)

    def test_the_longest_link_touches_the_grazing_altitude(self):
        """A chord of half angle acos(R_g/R_s) has its middle at R_g: just over it takes one step more."""
        shell_ring_m = SHELL.radius_m  # a ring at the relays' own height: all chords alike
        longest = 2.0 * np.arccos(SHELL.grazing_radius_m / SHELL.radius_m)
        assert np.degrees(longest) == pytest.approx(42.45, abs=0.05)
        reach = float(SHELL.reach_rad(SHELL.radius_m))
        up = distance_m(EARTH_EQUATORIAL_RADIUS_M, SHELL.radius_m, reach)
        for angle, hops in ((longest * (1.0 - 1e-9), 1), (longest * (1.0 + 1e-9), 2)):
            path = up + hops * 2.0 * SHELL.radius_m * np.sin(angle / hops / 2.0)
            found = round_trip_s(reach + angle, shell_ring_m, SHELL)
            assert found == pytest.approx(2.0 * path / SPEED_OF_LIGHT_M_S, rel=1e-12)

    def test_a_low_ring_is_reached_by_the_relay_above_it(self):
        low_m = EARTH_EQUATORIAL_RADIUS_M + 300e3
        angle = 0.5 * float(SHELL.reach_rad(low_m) + SHELL.reach_rad(SHELL.radius_m))
        path = distance_m(EARTH_EQUATORIAL_RADIUS_M, SHELL.radius_m, angle) + 250e3
        assert round_trip_s(angle, low_m, SHELL) == pytest.approx(2.0 * path / SPEED_OF_LIGHT_M_S, rel=1e-9)


class TestRoundTripLaw:
    @given(angles, angles, altitudes)
    def test_farther_is_never_sooner(self, one, other, altitude_m):
        near, far = round_trip_s(
            [min(one, other), max(one, other)], EARTH_EQUATORIAL_RADIUS_M + altitude_m, SHELL
        )
        assert near <= far * (1.0 + 1e-12)

    @given(angles, altitudes)
    def test_never_sooner_than_straight_through(self, angle, altitude_m):
        radius_m = EARTH_EQUATORIAL_RADIUS_M + altitude_m
        straight = 2.0 * distance_m(EARTH_EQUATORIAL_RADIUS_M, radius_m, angle) / SPEED_OF_LIGHT_M_S
        assert round_trip_s(angle, radius_m, SHELL) >= straight * (1.0 - 1e-9)

    @given(angles, st.floats(0.0, 300e3), st.floats(0.0, 300e3))
    def test_more_air_to_clear_is_never_sooner(self, angle, one, other):
        low, high = (
            round_trip_s(angle, RING_M, RelayShell(grazing_altitude_m=h)) for h in sorted((one, other))
        )
        assert low <= high * (1.0 + 1e-12)


class TestPlacesLaw:
    def test_noon_and_midnight_are_alike(self):
        normals = ring_normals_mean_sun(np.radians(97.6), [64_800.0])
        noon, midnight = angle_to_ring_rad(0.0, np.array([43_200.0, 0.0]), normals)
        # H is tilted by 7.6 deg from the line of noon and midnight.
        assert noon == pytest.approx(np.radians(90.0 - 7.6), rel=1e-12)
        assert midnight == pytest.approx(noon, rel=1e-12)

    def test_the_ring_is_overhead_along_its_plane(self):
        tilt = np.radians(97.6)
        normals = ring_normals_mean_sun(tilt, [64_800.0])
        u = np.linspace(0.0, 2.0 * np.pi, 50)
        latitude = np.arcsin(np.sin(tilt) * np.sin(u))
        east = np.arctan2(np.cos(tilt) * np.sin(u), np.cos(u))  # of the node, which stands at 18:00
        local_time_s = 64_800.0 + east / (2.0 * np.pi) * 86_400.0
        angle = angle_to_ring_rad(latitude, local_time_s, normals)
        np.testing.assert_allclose(angle, 0.0, atol=1e-12)

    @pytest.mark.parametrize(
        "ltans_h", [[18.0], [6.0, 18.0], [6.0, 9.0], [6.0, 10.0, 14.0], [0.0, 5.0, 11.0, 17.0]]
    )
    def test_no_place_is_farther_than_the_farthest(self, ltans_h):
        normals = ring_normals_mean_sun(np.radians(98.0), 3600.0 * np.array(ltans_h))
        angle, latitude, local_time_s = farthest_place(normals)
        assert angle_to_ring_rad(latitude, local_time_s, normals) == pytest.approx(angle, abs=1e-9)
        grid = angle_to_ring_rad(
            np.radians(np.arange(-90.0, 90.1, 0.5))[:, None], np.arange(0.0, 86_400.0, 120.0), normals
        )
        # A grid of half a degree misses the peak of a cone by up to 0.35 deg.
        assert angle - np.radians(0.36) < grid.max() <= angle + 1e-12

    def test_another_ring_never_harms(self):
        one = latency(load_design("solar_slice"))
        two = latency(load_design("solar_slice", ["ring.ltan_list_h=[18.0, 12.0]"]))
        assert (two.round_trip_s <= one.round_trip_s + 1e-15).all()
        assert two.worst_s < one.worst_s


class TestLatencyLaw:
    def test_extremes_hold_the_table(self):
        found = latency(load_design("solar_slice"))
        assert found.best_s <= found.round_trip_s.min()
        assert found.round_trip_s.max() <= found.worst_s
        assert found.round_trip_s.shape == (found.latitude_rad.size, found.local_time_s.size) == (37, 49)
        row = found.latitude_rad.size // 2  # the equator
        assert found.latitude_rad[row] == pytest.approx(0.0, abs=1e-15)
        assert found.round_trip_s[row, 24] == pytest.approx(found.equator_noon_s, rel=1e-12)
        assert found.round_trip_s[row, 0] == pytest.approx(found.equator_midnight_s, rel=1e-12)

    def test_the_design_stands_in_the_curve(self):
        found = latency(load_design("solar_slice", ["orbit.altitude_km=563.0"]))
        k = int(np.flatnonzero(found.compared_altitude_m == 563e3)[0])
        assert found.compared_equator_noon_s[k] == found.equator_noon_s
        assert found.compared_worst_s[k] == found.worst_s
        assert 863e3 in found.compared_altitude_m  # claim C5: 300 km higher

    def test_claim_c5_by_hand(self):
        """At noon on the equator: one chord and one step to the ring, with the plane that 860 km takes."""
        found = latency(load_design("solar_slice", ["orbit.altitude_km=860.0"]))
        radius_m = EARTH_EQUATORIAL_RADIUS_M + 860e3
        angle = np.arcsin(np.sin(sun_synchronous_inclination_rad(860e3)))
        reach = float(SHELL.reach_rad(SHELL.radius_m))
        step = (angle - reach) / 2.0
        path = distance_m(EARTH_EQUATORIAL_RADIUS_M, SHELL.radius_m, reach)
        path += 2.0 * SHELL.radius_m * np.sin(step / 2.0) + distance_m(SHELL.radius_m, radius_m, step)
        assert found.equator_noon_s == pytest.approx(2.0 * path / SPEED_OF_LIGHT_M_S, rel=1e-12)
        assert found.equator_noon_s < latency(load_design("solar_slice")).equator_noon_s  # slightly better


class TestReference:
    def test_footprint_of_the_present_constellation(self):
        """SpaceX to the FCC, SAT-MOD-20181108-00083, technical attachment: satellites at 550 km serve a
        radius of 940.7 km at 25 deg of elevation, 573.5 km at 40 deg [FCC2018]."""
        for elevation_deg, radius_km in ((25.0, 940.7), (40.0, 573.5)):
            shell = RelayShell(550e3, np.radians(elevation_deg))
            ground_km = float(shell.reach_rad(shell.radius_m)) * EARTH_EQUATORIAL_RADIUS_M / 1e3
            assert ground_km == pytest.approx(radius_km, abs=0.15)  # as printed


class TestRefusal:
    def test_relays_that_cannot_see_each_other(self):
        with pytest.raises(ValueError, match=r"grazing_altitude_km must be below network\.relay_altitude_km"):
            latency(load_design("solar_slice", ["network.grazing_altitude_km=550.0"]))

    @pytest.mark.parametrize(
        ("changed", "name"),
        [
            ({"altitude_m": 0.0}, "relay altitude_m"),
            ({"altitude_m": np.nan}, "relay altitude_m"),
            ({"min_elevation_rad": 2.0}, "min_elevation_rad"),
            ({"min_elevation_rad": np.nan}, "min_elevation_rad"),
            ({"grazing_altitude_m": -1.0}, "grazing_altitude_m"),
        ],
    )
    def test_a_shell_that_cannot_be(self, changed, name):
        with pytest.raises(ValueError, match=name):
            RelayShell(**changed)

    def test_a_ring_in_the_air(self):
        with pytest.raises(
            ValueError, match=r"must fly above network\.grazing_altitude_km = 80, got 70\.0 km"
        ):
            round_trip_s(0.1, EARTH_EQUATORIAL_RADIUS_M + 70e3, SHELL)

    def test_an_angle_that_is_none(self):
        with pytest.raises(ValueError, match="angle_rad"):
            round_trip_s(4.0, RING_M, SHELL)

    def test_an_orbit_without_local_time(self):
        design = load_design("solar_slice", ["orbit.type=keplerian", "orbit.semi_major_axis_km=7000.0"])
        with pytest.raises(ValueError, match=r"latency by local time needs orbit\.type = 'sun_synchronous'"):
            latency(design)

    def test_a_step_that_leads_nowhere(self):
        with pytest.raises(ValueError, match="latitude_step_rad must be greater than 0"):
            latency(load_design("solar_slice"), latitude_step_rad=0.0)
