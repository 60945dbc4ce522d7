"""The door: `orbit_states` and what stands beside it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geometry.ephemeris import earth_pole_gcrs, seconds_since, sun
from geometry.orbit import (
    Attitude,
    KeplerianOrbit,
    Ring,
    SunSynchronousOrbit,
    orbit_positions,
    orbit_states,
    orbit_summary,
    orbit_times,
    state_blocks,
    sun_side,
)


class TestStates:
    def test_default_is_the_first_satellite_at_the_epoch(self, flown):
        design = flown()
        states = orbit_states(design)
        assert states.position_gcrs_m.shape == (1, 1, 3)
        assert states.times_utc[0] == design.epoch_utc
        np.testing.assert_array_equal(states.earth_pole_gcrs, earth_pole_gcrs(states.times_utc))
        position, distance = sun(states.times_utc)
        np.testing.assert_allclose(states.sun_direction_gcrs * distance[:, None], position, rtol=1e-15)
        np.testing.assert_array_equal(states.sun_distance_m, distance)

    def test_first_satellite_starts_at_its_node(self, flown):
        states = orbit_states(flown())
        u = states.argument_of_latitude_rad[0, 0]
        # The J3 term moves it by -2 q = -2.1e-3 rad along the orbit.
        assert (u + np.pi) % (2.0 * np.pi) - np.pi == pytest.approx(-2.1e-3, abs=1e-4)
        assert states.velocity_gcrs_m_s[0, 0] @ states.earth_pole_gcrs[0] > 0.0

    def test_members_follow_each_other_in_the_direction_of_motion(self, flown):
        states = orbit_states(flown(ring=Ring(8)), satellites=None)
        u = states.argument_of_latitude_rad[:, 0]
        # J3 and J2 move members by up to 2.3e-3 rad each along the orbit.
        np.testing.assert_allclose((np.roll(u, -1) - u) % (2.0 * np.pi), np.pi / 4, atol=5e-3)

    def test_both_levels_agree(self, flown):
        design = flown()
        exact = replace(design, orbit=SunSynchronousOrbit(propagation="sgp4"))
        times = orbit_times(design, steps=9, orbits=20)
        a = orbit_states(design, times, satellites=[0, 333])
        b = orbit_states(exact, times, satellites=[0, 333])
        # SGP4 lifts e = 0 to 1e-6: 2 e a = 14 m.
        assert np.linalg.norm(a.position_gcrs_m - b.position_gcrs_m, axis=-1).max() < 16.0
        np.testing.assert_allclose(a.sunlit_fraction, b.sunlit_fraction, atol=1e-3)

    def test_satellites_in_any_order(self, flown):
        design = flown(ring=Ring(10, planes=2, raan_spread_rad=0.1, phase_step_rad=0.2))
        every = orbit_states(design, satellites=None)
        some = orbit_states(design, satellites=[17, 3, 3])
        np.testing.assert_array_equal(some.position_gcrs_m, every.position_gcrs_m[[17, 3, 3]])
        np.testing.assert_array_equal(orbit_positions(design), every.position_gcrs_m)

    def test_sgp4_positions_alone(self, flown):
        design = flown(orbit=SunSynchronousOrbit(propagation="sgp4"), ring=Ring(3))
        np.testing.assert_array_equal(
            orbit_positions(design), orbit_states(design, satellites=None).position_gcrs_m
        )

    def test_inclination_can_be_overridden(self, flown):
        design = flown(orbit=SunSynchronousOrbit(inclination_rad=1.0))
        assert orbit_summary(design).inclination_rad == 1.0
        later = design.epoch_utc + np.timedelta64(10, "D")
        assert abs(orbit_summary(design, later).ltan_s - 64_800.0) > 1000.0  # the node runs away

    def test_dawn_dusk_beta_over_the_year(self, flown):
        """At 97.66 deg, beta is 90 - 7.66 - 23.44 in June and 90 + 7.66 - 23.44 in December (LTAN 18:00)."""
        design = flown()
        days = np.arange("2027-01-01", "2028-01-01", 3, dtype="datetime64[D]").astype("datetime64[us]")
        beta = np.degrees(orbit_states(design, days).beta_rad[0])
        assert days[beta.argmin()].astype("datetime64[M]") == np.datetime64("2027-06")
        # Mean local time is not apparent: at the solstices the Sun is 2 minutes (0.5 deg) off, times sin
        # 31 deg; osculating planes wobble by 0.01 deg.
        assert beta.min() == pytest.approx(58.9, abs=0.15)
        december = beta[np.abs(days - np.datetime64("2027-12-21")).argmin()]
        assert december == pytest.approx(74.2, abs=0.15)
        assert beta.max() < 90.0


class TestBlocksLaw:
    @pytest.mark.parametrize("block_states", [1, 7, 10_000])
    def test_cutting_time_changes_nothing(self, flown, block_states):
        design = flown(ring=Ring(3))
        times = orbit_times(design, steps=11)
        whole = orbit_states(design, times, satellites=None)
        parts = list(state_blocks(design, times, satellites=None, block_states=block_states))
        assert max(p.position_gcrs_m[..., 0].size for p in parts) <= max(block_states, 3)
        for name in ("position_gcrs_m", "velocity_gcrs_m_s", "sunlit_fraction", "rotation_body_from_gcrs"):
            joined = np.concatenate([getattr(p, name) for p in parts], axis=1)
            # The Earth's rotation is computed by array routines whose last bit depends on the length.
            np.testing.assert_allclose(joined, getattr(whole, name), rtol=1e-14, atol=1e-8)


class TestTimes:
    def test_exactly_n_per_nodal_period_and_the_end_left_out(self, flown):
        design = flown()
        times = orbit_times(design, steps=72, orbits=3)
        assert times.size == 216
        assert times[0] == design.epoch_utc
        elapsed = seconds_since(times, design.epoch_utc)
        period = orbit_summary(design).nodal_period_s
        np.testing.assert_allclose(elapsed, np.arange(216) * period / 72, atol=5.1e-7)  # half a microsecond
        assert period / 60.0 == pytest.approx(95.98, abs=0.01)  # notes: 95.98 min at 560 km

    def test_a_start_of_ones_own(self, flown):
        start = np.datetime64("2030-01-01T00:00:00", "us")
        assert orbit_times(flown(), start, steps=2)[0] == start

    @pytest.mark.parametrize(("steps", "orbits"), [(0, 1), (1.5, 1), (72, 0), (-3, 1), (72, -1)])
    def test_refuses_what_is_no_count(self, flown, steps, orbits):
        with pytest.raises(ValueError, match="must be a whole number from 1 on"):
            orbit_times(flown(), steps=steps, orbits=orbits)


class TestSummaryAnalytic:
    def test_sun_synchronous(self, flown):
        s = orbit_summary(flown())
        assert s.type == "sun_synchronous"
        assert s.altitude_m == pytest.approx(560e3, abs=1e-6)
        assert s.semi_major_axis_m == pytest.approx(6_938_137.0, abs=1e-6)
        assert np.degrees(s.inclination_rad) == pytest.approx(97.656, abs=1e-3)  # notes
        assert s.ltan_s == pytest.approx(64_800.0, abs=1e-6)
        assert s.keplerian_period_s == pytest.approx(2 * np.pi * np.sqrt(6_938_137.0**3 / 3.986004418e14))
        # J2 lifts the mean radius by 4.5 km and slows it: 0.07 % under sqrt(mu / a).
        assert s.mean_speed_m_s == pytest.approx(np.sqrt(3.986004418e14 / 6_938_137.0), rel=1e-3)
        assert np.sin(s.earth_angular_radius_rad) == pytest.approx(6_378_137.0 / 6_938_137.0, rel=1e-15)
        assert s.earth_sky_fraction == pytest.approx(
            0.5 * (1.0 - np.cos(s.earth_angular_radius_rad)), rel=1e-14
        )
        assert s.beta_rad == orbit_states(flown()).beta_rad[0, 0]

    def test_keplerian(self, flown):
        s = orbit_summary(flown(orbit=KeplerianOrbit(7e6, 0.0, 1.1, 2.0), ring=Ring(1)))
        assert s.type == "keplerian"
        assert s.inclination_rad == 1.1
        # TEME stands 0.35 deg from GCRS in 2027, mostly along the equator.
        assert np.degrees(s.raan_teme_rad - 2.0) == pytest.approx(0.35, abs=0.2)
        assert s.mean_speed_m_s == pytest.approx(np.sqrt(3.986004418e14 / 7e6), rel=1e-12)

    def test_local_time_is_held(self, flown):
        design = flown()
        later = design.epoch_utc + np.timedelta64(365, "D")
        assert orbit_summary(design, later).ltan_s == pytest.approx(64_800.0, abs=0.005)


class TestRefusal:
    @pytest.mark.parametrize("satellites", [[-1], [1000], [0.5], [[0]], "first", [True]])
    def test_satellites_that_are_not_there(self, flown, satellites):
        with pytest.raises(ValueError, match="satellites must be"):
            orbit_states(flown(), satellites=satellites)

    def test_dates_outside_the_ephemeris(self, flown):
        with pytest.raises(ValueError, match=r"1899-07-29\.\.2053-10-09"):
            orbit_states(flown(), np.array(["2054-01-01"], dtype="datetime64[us]"))
        with pytest.raises(ValueError, match=r"epoch must lie within the ephemeris"):
            orbit_states(flown(epoch_utc="1850-01-01"))

    def test_an_altitude_without_such_an_orbit(self, flown):
        with pytest.raises(ValueError, match=r"no sun-synchronous orbit at orbit\.altitude_km = 9000\.000"):
            orbit_states(flown(orbit=SunSynchronousOrbit(altitude_m=9e6)))

    def test_more_members_than_memory(self, flown):
        with pytest.raises(ValueError, match=r"1,000,000,000 members"):
            orbit_states(flown(ring=Ring(1_000_000, planes=1000)))

    def test_results_are_frozen(self, flown):
        with pytest.raises(ValueError, match="read-only"):
            orbit_states(flown()).position_gcrs_m[0] = 0.0

    def test_an_unknown_law(self):
        with pytest.raises(ValueError, match="did you mean 'sun_pointing'"):
            Attitude("sun_pointed")


def test_sun_side_of_some(flown):
    assert sun_side(flown()).shape == (1,)
