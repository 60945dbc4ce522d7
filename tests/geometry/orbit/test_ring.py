"""The ring: who flies where, and how near they come to each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from geometry.orbit import (
    ElementsOrbit,
    KeplerianOrbit,
    Ring,
    SunSynchronousOrbit,
    check_ring_clear,
    orbit_positions,
    ring_spacing,
)
from geometry.orbit.flight import flight_of
from geometry.orbit.ring import ring_elements
from geometry.orbit.sun_synchronous import raan_teme_rad, sun_synchronous_inclination_rad

EPOCH = np.datetime64("2027-03-20T12:00:00", "us")
RADIUS_M = 6_378_137.0


def flown_distance_m(design, count, seed=0, orbits=1):
    """Smallest distance between any two members at random times of some orbits, by nearest neighbours."""
    flight = flight_of(design)
    elapsed = np.random.default_rng(seed).random(count) * orbits * flight.nodal_period_s * 1e6
    times = design.epoch_utc + elapsed.astype("timedelta64[us]")
    best = np.inf
    for block in np.array_split(times, max(1, count * flight.satellites // 500_000)):
        places = orbit_positions(design, block)
        for k in range(block.size):
            best = min(best, cKDTree(places[:, k]).query(places[:, k], k=2)[0][:, 1].min())
    return best


class TestMembersAnalytic:
    def test_order_is_ltan_plane_along(self):
        ring = Ring(4, planes=3, raan_spread_rad=0.2, altitude_spread_m=2e4, phase_step_rad=0.1)
        e = ring_elements(SunSynchronousOrbit(), ring, EPOCH)
        assert e.satellites == 12
        np.testing.assert_array_equal(e.plane, np.repeat([0, 1, 2], 4))
        np.testing.assert_allclose(e.semi_major_axis_m - RADIUS_M, [550e3, 560e3, 570e3], atol=1e-6)
        middle = raan_teme_rad(64_800.0, EPOCH)
        np.testing.assert_allclose(e.raan_teme_rad, middle + np.array([-0.1, 0.0, 0.1]), atol=1e-12)
        np.testing.assert_allclose(
            e.inclination_rad, sun_synchronous_inclination_rad([550e3, 560e3, 570e3]), rtol=1e-15
        )
        np.testing.assert_allclose(
            e.argument_of_latitude_rad.reshape(3, 4),
            np.arange(4) * np.pi / 2 + 0.1 * np.arange(3)[:, None],
            atol=1e-12,
        )

    def test_one_plane_stands_in_the_middle(self):
        ring = Ring(1, planes=1, raan_spread_rad=0.5, altitude_spread_m=5e4)
        e = ring_elements(SunSynchronousOrbit(), ring, EPOCH)
        assert e.semi_major_axis_m[0] == RADIUS_M + 560e3
        assert e.raan_teme_rad[0] == raan_teme_rad(64_800.0, EPOCH)

    def test_all_local_times_are_flown(self):
        ring = Ring(5, ltan_list_s=(64_800.0, 21_600.0, 43_200.0))
        e = ring_elements(SunSynchronousOrbit(), ring, EPOCH)
        assert e.satellites == ring.satellites == 15
        expected = [raan_teme_rad(t, EPOCH) for t in ring.ltan_list_s]
        np.testing.assert_allclose(e.raan_teme_rad, expected, atol=1e-12)
        assert e.argument_of_latitude_rad[0] == 0.0
        # A further LTAN is moved by less than one spacing, evenly.
        steps = np.diff(e.argument_of_latitude_rad.reshape(3, 5), axis=1) % (2 * np.pi)
        np.testing.assert_allclose(steps, 2 * np.pi / 5, atol=1e-12)

    def test_planes_keep_their_local_times_apart(self):
        """Each plane's own inclination: nodes of all altitudes keep pace together."""
        e = ring_elements(SunSynchronousOrbit(), Ring(1, planes=5, altitude_spread_m=4e5), EPOCH)
        assert np.ptp(e.rates_rad_s[1]) < 1e-20


class TestSpacingAnalytic:
    @given(st.integers(2, 100_000))
    @settings(max_examples=25, deadline=None)
    def test_even_phase_along_one_plane(self, flown_default, n):
        spacing = ring_spacing(flown_default(ring=Ring(n)))
        chord = 2.0 * 6_938_137.0 * np.sin(np.pi / n)
        assert spacing.neighbour_spacing_m == pytest.approx(chord, rel=1e-12)
        # J3 and J2 move neighbours against each other by 1e-3 of their distance, J2 lifts both by 6e-4.
        assert spacing.smallest_distance_m == pytest.approx(chord, rel=2.5e-3)

    def test_a_quarter_million(self, flown):
        """2 pi a / N: 174 m apart."""
        spacing = ring_spacing(flown(ring=Ring(250_000)))
        assert spacing.neighbour_spacing_m == pytest.approx(174.4, abs=0.1)
        assert 174.0 < spacing.smallest_distance_m < 174.4

    def test_circles_that_cross(self, flown):
        """Two circles at an angle I, d apart at the crossing: 2 a cos(I/2) sin(d/2); Keplerian, exact."""
        for step in (0.3, 1.1):
            design = flown(
                orbit=KeplerianOrbit(7e6, 0.0, np.pi / 2, 0.0),
                ring=Ring(1, planes=2, raan_spread_rad=0.8, phase_step_rad=step),
            )
            # Polar circles cross over the poles, a quarter turn from both nodes: d is the phase step.
            expected = 2.0 * 7e6 * np.cos(0.4) * np.sin(step / 2)
            assert ring_spacing(design).smallest_distance_m == pytest.approx(expected, rel=1e-9)

    def test_altitudes_pass_at_their_difference(self, flown):
        spacing = ring_spacing(flown(ring=Ring(50, planes=3, altitude_spread_m=20e3)))
        assert spacing.between == "altitudes"
        # Curves 10 km apart, less J3 and J2 terms that shrink with the radius.
        assert spacing.smallest_distance_m == pytest.approx(10e3, rel=0.02)

    def test_one_satellite_has_no_neighbour(self, flown):
        spacing = ring_spacing(flown(ring=Ring(1)))
        assert (spacing.neighbour_spacing_m, spacing.smallest_distance_m) == (None, None)

    def test_planes_that_coincide(self, flown):
        assert ring_spacing(flown(ring=Ring(3, planes=2))).smallest_distance_m == pytest.approx(0.0, abs=1e-6)


class TestSpacingReference:
    @pytest.mark.parametrize(
        "ring",
        [
            Ring(60, planes=5, raan_spread_rad=0.3),
            Ring(60, planes=5, raan_spread_rad=0.3, phase_step_rad=0.003),
            Ring(40, planes=4, raan_spread_rad=0.0, phase_step_rad=0.02),
            Ring(30, planes=3, raan_spread_rad=2.0 * np.pi, phase_step_rad=0.01),
            Ring(7, planes=3, raan_spread_rad=0.1, ltan_list_s=(64_800.0, 21_600.0)),
            Ring(101, ltan_list_s=(64_800.0, 21_600.0, 43_200.0)),
            Ring(1, planes=2, raan_spread_rad=0.7),
        ],
    )
    def test_nothing_flown_comes_nearer(self, flown, ring):
        design = flown(ring=ring)
        found = ring_spacing(design).smallest_distance_m
        met = flown_distance_m(design, 3000)
        assert met > found - 0.01  # metres: rounding of 7e6 m and of microseconds
        # Relative speed 15 km/s at most, 2 s between times, members come by at each spacing: within
        # sqrt(found^2 + (15 km/s x 2 s / members)^2).
        assert met < np.hypot(found, 3e4 / ring.satellites_per_plane * 5.0)

    @pytest.mark.parametrize(
        ("ring", "inclination_rad"),
        [
            (Ring(40, planes=4, raan_spread_rad=0.02, altitude_spread_m=9e3), None),
            (Ring(40, planes=4, raan_spread_rad=0.02, altitude_spread_m=9e3), 1.2),  # nodes that drift apart
            (Ring(60, planes=3, altitude_spread_m=4e3, ltan_list_s=(64_800.0, 21_600.0)), None),
            (Ring(60, planes=5, raan_spread_rad=0.3, phase_step_rad=0.003), None),
        ],
    )
    def test_nor_in_a_year(self, flown, ring, inclination_rad):
        orbit = SunSynchronousOrbit(inclination_rad=inclination_rad)
        design = flown(orbit=orbit, ring=ring)
        found = ring_spacing(design).smallest_distance_m
        assert flown_distance_m(design, 1500, orbits=5475) > found - 0.5  # m: second order of the wobble

    def test_eccentric_planes(self, flown):
        design = flown(
            orbit=KeplerianOrbit(8e6, 0.1, 1.0, 0.5, 1.0, 0.0),
            ring=Ring(8, planes=3, raan_spread_rad=0.9, phase_step_rad=0.1),
        )
        found, met = ring_spacing(design).smallest_distance_m, flown_distance_m(design, 3000)
        assert found - 0.01 < met < found * 1.01

    def test_two_local_times_pass_between_each_other(self, flown):
        """An even number at 06:00 and 18:00 would meet at the nodes, were one not moved."""
        design = flown(ring=Ring(1000, ltan_list_s=(64_800.0, 21_600.0)))
        spacing = ring_spacing(design)
        assert spacing.between == "planes"
        # At best cos(I/2) a pi/n = 2.9 km at both crossings; J3 moves them 4 q a = 29 km against each other.
        assert 1000.0 < spacing.smallest_distance_m < 2950.0

    def test_large_rings_are_quick_to_judge(self, flown):
        design = flown(ring=Ring(25, planes=10_000, raan_spread_rad=0.5))
        assert ring_spacing(design).satellites == 250_000


class TestClearRefusal:
    def test_clear_returns_the_spacing(self, flown):
        design = flown(ring=Ring(1000))
        assert check_ring_clear(design, 36.0) == ring_spacing(design)
        check_ring_clear(flown(ring=Ring(1)), 1e6)

    def test_neighbours_and_how_many_fit(self, flown):
        match = r"within 174\.2 m .*neighbours along a plane.* 790\.0 m across.*at most \d+ satellites_per"
        with pytest.raises(ValueError, match=match) as refusal:
            check_ring_clear(flown(ring=Ring(250_000)), 395.0)
        fits = int(str(refusal.value).split("at most ")[1].split()[0])
        check_ring_clear(flown(ring=Ring(fits)), 395.0)  # the remedy works
        with pytest.raises(ValueError, match="too dense"):
            check_ring_clear(flown(ring=Ring(int(1.01 * fits))), 395.0)

    def test_a_wide_craft_fits_narrowly(self, flown):
        """A span of 72 m fits at 174 m, a sheet of 790 m does not."""
        spacing = check_ring_clear(flown(ring=Ring(250_000)), 36.2)
        assert spacing.satellites == 250_000

    def test_altitude_spread_and_the_remedy(self, flown):
        with pytest.raises(ValueError, match=r"raise ring\.altitude_spread_km to [\d.]+ or") as refusal:
            check_ring_clear(flown(ring=Ring(100, planes=100, altitude_spread_m=1e3)), 36.0)
        kilometres = float(str(refusal.value).split("altitude_spread_km to ")[1].split()[0])
        check_ring_clear(flown(ring=Ring(100, planes=100, altitude_spread_m=kilometres * 1e3)), 36.0)

    def test_planes(self, flown):
        with pytest.raises(
            ValueError, match=r"where planes of one altitude cross.*ring\.phase_step_deg"
        ) as meet:
            check_ring_clear(flown(ring=Ring(3, planes=2)), 1.0)
        assert "to about 0" not in str(meet.value)  # no number of members that meet helps

    def test_local_times(self, flown):
        with pytest.raises(ValueError, match=r"fly one LTAN alone"):
            check_ring_clear(flown(ring=Ring(115_000, ltan_list_s=(64_800.0, 21_600.0))), 36.0)

    @pytest.mark.parametrize("radius", [-1.0, np.nan, np.inf])
    def test_no_radius(self, flown, radius):
        with pytest.raises(ValueError, match="bounding_radius_m must lie in"):
            check_ring_clear(flown(), radius)

    def test_imported_elements_are_not_searched(self, flown, tmp_path):
        file = tmp_path / "a.tle"
        file.write_text(
            "1 00005U 58002B   00179.78495062  .00000023  00000-0  28098-4 0  4753\n"
            "2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667\n"
        )
        spacing = check_ring_clear(flown(orbit=ElementsOrbit(file)), 10.0)
        assert (spacing.satellites, spacing.smallest_distance_m) == (1, None)


@pytest.fixture(scope="module")
def flown_default():
    """`flown` for hypothesis, which wants fixtures that last."""
    from tests.geometry.orbit.conftest import Flown

    return Flown
