"""Wind, altitude, decay and the gravity gradient against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geometry.constants import EARTH_MU_M3_S2, EARTH_ROTATION_RAD_S
from geometry.environment import EarthShape
from geometry.orbit.drag import (
    geodetic_m,
    semi_major_axis_rate_m_s,
    thrust_to_hold_m_s2,
    wind_gcrs_m_s,
)
from geometry.orbit.gravity_gradient import gravity_gradient_torque_n_m

POLE = np.array([[0.0, 0.0, 1.0]])


class TestWindAnalytic:
    def test_equatorial_orbits_meet_the_turning_air(self):
        position = np.array([[[7e6, 0.0, 0.0]]])
        velocity = np.array([[[0.0, 7_546.0, 0.0]]])
        wind = wind_gcrs_m_s(position, velocity, POLE)[0, 0]
        np.testing.assert_allclose(wind, [0.0, EARTH_ROTATION_RAD_S * 7e6 - 7_546.0, 0.0])

    def test_over_the_pole_the_air_stands(self):
        velocity = np.array([[[7_500.0, 0.0, 0.0]]])
        np.testing.assert_array_equal(wind_gcrs_m_s(np.array([[[0.0, 0.0, 7e6]]]), velocity, POLE), -velocity)

    def test_a_polar_orbit_meets_it_four_degrees_from_the_side(self):
        """docs/system.md: up to about 4 deg away from edge-on; atan(511 / 7546) = 3.9 deg at 7,000 km."""
        wind = wind_gcrs_m_s(np.array([[[7e6, 0.0, 0.0]]]), np.array([[[0.0, 0.0, 7_546.0]]]), POLE)[0, 0]
        assert np.degrees(np.arctan2(wind[1], -wind[2])) == pytest.approx(3.87, abs=0.01)


class TestGeodeticAnalytic:
    @given(latitude=st.floats(-1.57, 1.57), altitude=st.floats(1e5, 2.5e6), longitude=st.floats(-3.0, 3.0))
    def test_forward_and_back(self, latitude, altitude, longitude):
        a, f = 6_378_137.0, 1.0 / 298.257223563
        n = a / np.sqrt(1.0 - f * (2.0 - f) * np.sin(latitude) ** 2)
        across = (n + altitude) * np.cos(latitude)
        z = (n * (1.0 - f) ** 2 + altitude) * np.sin(latitude)
        position = np.array([[[across * np.cos(longitude), across * np.sin(longitude), z]]])
        found, angle = geodetic_m(position, POLE)
        assert found[0, 0] == pytest.approx(altitude, abs=1e-5)  # second order of the angle's 1e-8
        assert angle[0, 0] == pytest.approx(latitude, abs=1e-8)  # of one step of Bowring's formula

    def test_a_sphere_is_simple(self):
        position = np.array([[[1e6, -2e6, 7e6]]])
        found, _ = geodetic_m(position, POLE, EarthShape(6_371_000.0, 0.0))
        assert found[0, 0] == pytest.approx(np.linalg.norm(position) - 6_371_000.0, abs=1e-6)


class TestDecayAnalytic:
    def test_a_circular_orbit_spirals_by_twice_the_force_over_the_motion(self):
        """da/dt = -2 f / n for a circular orbit."""
        radius, mass, force = 6.938e6, 2_000.0, 1e-3
        motion = np.sqrt(EARTH_MU_M3_S2 / radius**3)
        position, velocity = np.array([radius, 0.0, 0.0]), np.array([0.0, motion * radius, 0.0])
        drag = np.array([0.0, -force, 0.0])
        rate = semi_major_axis_rate_m_s(position, velocity, drag, mass)
        assert rate == pytest.approx(-2.0 * force / mass / motion, rel=1e-12)
        assert thrust_to_hold_m_s2(drag, velocity, mass) == pytest.approx(force / mass, rel=1e-14)

    def test_a_force_across_costs_nothing(self):
        across = np.array([0.3, 0.0, 0.7])
        velocity = np.array([0.0, 7_500.0, 0.0])
        assert thrust_to_hold_m_s2(across, velocity, 10.0) == 0.0
        assert semi_major_axis_rate_m_s(np.array([7e6, 0.0, 0.0]), velocity, across, 10.0) == 0.0


class TestGravityGradientReference:
    def test_the_worked_example_of_smad(self):
        """[Wertz1999], table 11-9A: R 7078 km, 90 and 60 kg m^2, 1 deg from the vertical: 1.8e-6 N m."""
        angle = np.radians(1.0)
        position = 7_078e3 * np.array([0.0, np.sin(angle), np.cos(angle)])
        torque = gravity_gradient_torque_n_m(position, np.diag([75.0, 60.0, 90.0]))
        np.testing.assert_allclose(torque[1:], 0.0, atol=1e-20)
        assert abs(torque[0]) == pytest.approx(1.8e-6, abs=0.05e-6)


class TestGravityGradientLaw:
    def test_two_masses_on_a_rod(self):
        """The pull on two point masses themselves, about their middle; the next order is (L/r)^2 = 1e-10."""
        length, mass, radius = 70.0, 5.0, 6.938e6
        up = np.array([0.6, 0.0, 0.8])
        half = np.array([0.0, 0.0, 0.5 * length])
        position = radius * up
        forces = [
            -EARTH_MU_M3_S2 * mass * (position + r) / np.linalg.norm(position + r) ** 3 for r in (half, -half)
        ]
        expected = np.cross(half, forces[0]) + np.cross(-half, forces[1])
        inertia = 2.0 * mass * (half @ half) * np.diag([1.0, 1.0, 0.0])
        # the difference of two pulls of 40 N that agree to 1e-5: nine digits are left of sixteen
        np.testing.assert_allclose(
            gravity_gradient_torque_n_m(position, inertia), expected, rtol=1e-8, atol=1e-12
        )

    @given(seed=st.integers(0, 1_000))
    def test_none_along_principal_axes_and_none_about_the_vertical(self, seed):
        rng = np.random.default_rng(seed)
        turn, _ = np.linalg.qr(rng.standard_normal((3, 3)))
        inertia = turn @ np.diag(rng.uniform(1.0, 9.0, 3)) @ turn.T
        principal = 7e6 * turn[:, 0]
        assert np.linalg.norm(gravity_gradient_torque_n_m(principal, inertia)) < 1e-19  # rounding of 1e-5
        position = 7e6 * turn @ np.array([0.6, 0.64, 0.48])
        torque = gravity_gradient_torque_n_m(position, inertia)
        assert abs(torque @ position) < 1e-13 * np.linalg.norm(torque) * 7e6 + 1e-15

    def test_an_inertia_that_is_none(self):
        with pytest.raises(ValueError, match="inertia_kg_m2 must have shape"):
            gravity_gradient_torque_n_m(np.array([7e6, 0.0, 0.0]), np.ones(3))
