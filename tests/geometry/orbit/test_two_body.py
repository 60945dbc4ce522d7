"""Keplerian orbits: published states, conservation, Kepler's equation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geometry.constants import EARTH_MU_M3_S2
from geometry.ephemeris import seconds_since
from geometry.orbit import KeplerianOrbit, Ring, orbit_states, orbit_times
from geometry.orbit.two_body import KeplerianElements, eccentric_anomaly_rad, two_body_states

EPOCH = np.datetime64("2027-03-20T12:00:00", "us")


class TestKeplersEquationAnalytic:
    @given(st.floats(-20.0, 20.0), st.floats(0.0, 0.999))
    def test_solves_it(self, eccentric, e):
        mean = eccentric - e * np.sin(eccentric)
        found = eccentric_anomaly_rad(mean, e)
        turns = np.round((eccentric - found) / (2.0 * np.pi))
        back = found + 2.0 * np.pi * turns
        # M rounds at 4e-15 for 20 rad; near perigee dE/dM is 1/(1 - e).
        assert back - e * np.sin(back) == pytest.approx(mean, abs=2e-14)

    def test_circle(self):
        assert eccentric_anomaly_rad(1.25, 0.0) == 1.25


class TestStatesReference:
    def test_vallado_example_2_6(self):
        """p 11067.790 km, e 0.83285, i 87.87, node 227.89, perigee 53.38, true anomaly 92.335 deg."""
        e, nu = 0.83285, np.radians(92.335)
        anomaly = 2.0 * np.arctan(np.sqrt((1.0 - e) / (1.0 + e)) * np.tan(nu / 2.0))
        elements = KeplerianElements(
            EPOCH,
            np.array([11_067_790.0 / (1.0 - e * e)]),
            np.array([e]),
            np.radians([87.87]),
            np.radians([227.89]),
            np.radians([53.38]),
            np.array([anomaly - e * np.sin(anomaly)]),
        )
        position, velocity = two_body_states(elements, EPOCH)
        # [Vallado2013] prints 6525.344, 6861.535, 6449.125 km from elements rounded to 1e-5 rad.
        np.testing.assert_allclose(position[0, 0] / 1e3, [6525.344, 6861.535, 6449.125], atol=0.05)
        np.testing.assert_allclose(velocity[0, 0] / 1e3, [4.902276, 5.533124, -1.975709], atol=2e-5)


class TestTwoBodyLaw:
    @given(
        st.floats(7e6, 4e7), st.floats(0.0, 0.9), st.floats(0.0, 3.1), st.floats(0.0, 6.2), st.floats(0, 6.2)
    )
    def test_conserves_energy_and_angular_momentum(self, a, e, inclination, node, perigee):
        elements = KeplerianElements(EPOCH, *(np.array([x]) for x in (a, e, inclination, node, perigee, 0.3)))
        times = EPOCH + (np.arange(20) * 4_321_000_000).astype("timedelta64[us]")
        position, velocity = two_body_states(elements, times)
        radius = np.linalg.norm(position[0], axis=-1)
        energy = 0.5 * (velocity[0] ** 2).sum(axis=-1) - EARTH_MU_M3_S2 / radius
        np.testing.assert_allclose(energy, -EARTH_MU_M3_S2 / (2.0 * a), rtol=1e-11)  # 1e-16 / (1 - e) squared
        momentum = np.cross(position[0], velocity[0])
        expected = np.sqrt(EARTH_MU_M3_S2 * a * (1.0 - e * e)) * np.array(
            [np.sin(inclination) * np.sin(node), -np.sin(inclination) * np.cos(node), np.cos(inclination)]
        )
        np.testing.assert_allclose(
            momentum, np.tile(expected, (20, 1)), atol=1e-12 * np.linalg.norm(expected)
        )

    def test_velocity_is_the_derivative(self):
        elements = KeplerianElements(EPOCH, *(np.array([x]) for x in (9e6, 0.2, 1.0, 2.0, 3.0, 4.0)))
        steps = EPOCH + np.array([-1, 0, 1]) * np.timedelta64(100_000, "us")
        position, velocity = two_body_states(elements, steps)
        difference = (position[0, 2] - position[0, 0]) / 0.2
        np.testing.assert_allclose(
            difference, velocity[0, 1], atol=1e-4
        )  # n^3 a h^2 / 6 = 2e-5; rounding 1e-8


class TestFlown:
    orbit = KeplerianOrbit(7e6, 0.01, 1.7, 1.0, 2.0, 3.0)

    def test_starts_from_its_elements_and_comes_back(self, flown):
        design = flown(orbit=self.orbit, ring=Ring(1))
        times = orbit_times(design, steps=4)
        period = 2.0 * np.pi * np.sqrt(7e6**3 / EARTH_MU_M3_S2)
        np.testing.assert_allclose(
            seconds_since(times, design.epoch_utc), np.arange(4) * period / 4, atol=1e-6
        )
        after = design.epoch_utc + np.timedelta64(round(period * 1e6), "us")
        states = orbit_states(design, np.array([design.epoch_utc, after]))
        np.testing.assert_allclose(  # half a microsecond of flight: 4 mm
            states.position_gcrs_m[0, 0], states.position_gcrs_m[0, 1], atol=5e-3
        )

    def test_ring_shares_the_plane_at_even_anomaly(self, flown):
        design = flown(orbit=KeplerianOrbit(7e6, 0.0, 1.0, 0.5), ring=Ring(6))
        position = orbit_states(design, satellites=None).position_gcrs_m[:, 0]
        np.testing.assert_allclose(
            np.linalg.norm(position - np.roll(position, 1, axis=0), axis=1), 7e6, rtol=1e-12
        )

    def test_two_eccentric_planes_differ_by_spread(self, flown):
        design = flown(orbit=self.orbit, ring=Ring(2, planes=3, altitude_spread_m=2e5, raan_spread_rad=0.2))
        states = orbit_states(design, satellites=None)
        speed2 = (states.velocity_gcrs_m_s[:, 0] ** 2).sum(axis=-1)
        radius = np.linalg.norm(states.position_gcrs_m[:, 0], axis=-1)
        axis = 1.0 / (2.0 / radius - speed2 / EARTH_MU_M3_S2)
        np.testing.assert_allclose(axis, np.repeat([6.9e6, 7.0e6, 7.1e6], 2), rtol=1e-12)


class TestRefusal:
    def test_local_times_of_a_plane_that_keeps_none(self, flown):
        with pytest.raises(ValueError, match=r"ltan_list_h needs orbit\.type = 'sun_synchronous'"):
            orbit_states(flown(orbit=TestFlown.orbit, ring=Ring(2, ltan_list_s=(0.0,))))

    def test_a_spread_into_the_earth(self, flown):
        with pytest.raises(
            ValueError, match=r"altitude_spread_km puts the perigee of a plane at .* inside the Earth"
        ):
            orbit_states(flown(orbit=TestFlown.orbit, ring=Ring(2, planes=2, altitude_spread_m=2e6)))

    @pytest.mark.parametrize(
        ("axis", "e"), [(6.0e6, 0.0), (7e6, 0.1), (7e6, 1.0), (7e6, -0.1), (7e6, np.nan)]
    )
    def test_orbits_that_hit_or_leave(self, axis, e):
        with pytest.raises(ValueError, match=r"eccentricity|perigee inside the Earth"):
            KeplerianOrbit(axis, e)
