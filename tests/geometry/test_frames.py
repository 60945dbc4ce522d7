"""Named rotations and orbit angles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geometry import frames

ANGLE = st.floats(-7.0, 7.0)


class TestRotationAnalytic:
    def test_about_z_takes_x_to_y(self):
        np.testing.assert_allclose(
            frames.rotation_about_z(np.pi / 2) @ [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], atol=1e-16
        )

    def test_about_x_takes_y_to_z(self):
        np.testing.assert_allclose(
            frames.rotation_about_x(np.pi / 2) @ [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], atol=1e-16
        )

    def test_orbit_frame_of_a_polar_state(self):
        rth = frames.rotation_rth_from_gcrs(np.array([7e6, 0.0, 0.0]), np.array([100.0, 0.0, 7500.0]))
        np.testing.assert_allclose(rth, [[1, 0, 0], [0, 0, 1], [0, -1, 0]], atol=1e-16)

    def test_beta_of_a_sun_over_the_plane(self):
        assert frames.beta_rad(np.array([0, 0, 1.0]), np.array([0, 0.6, 0.8])) == pytest.approx(
            np.arcsin(0.8), rel=1e-15
        )

    @given(ANGLE, st.floats(-1.5, 1.5))
    def test_sun_in_the_orbit_frame(self, noon, beta):
        """docs/system.md: s = cos b cos u R - cos b sin u T + sin b H."""
        sun = np.array([np.cos(beta) * np.cos(noon), -np.cos(beta) * np.sin(noon), np.sin(beta)])
        found = frames.angle_from_noon_rad(np.eye(3), sun)
        assert np.cos(found - noon) == pytest.approx(1.0, abs=1e-12)
        assert frames.beta_rad(np.array([0.0, 0.0, 1.0]), sun) == pytest.approx(beta, abs=1e-7)  # asin near 1


class TestArgumentOfLatitudeAnalytic:
    @given(st.floats(0.0, 6.28), st.floats(0.01, 3.13), ANGLE)
    def test_is_the_angle_that_made_the_state(self, u, inclination, node):
        turn = frames.rotation_about_z(node) @ frames.rotation_about_x(inclination)
        position = turn @ [7e6 * np.cos(u), 7e6 * np.sin(u), 0.0]
        velocity = turn @ [-7e3 * np.sin(u), 7e3 * np.cos(u), 0.0]
        found = frames.argument_of_latitude_rad(position, velocity, np.array([0.0, 0.0, 1.0]))
        assert 0.0 <= found < 2.0 * np.pi
        assert np.cos(found - u) == pytest.approx(1.0, abs=1e-12)

    def test_an_equatorial_orbit_counts_from_x(self):
        found = frames.argument_of_latitude_rad(
            np.array([0.0, 7e6, 0.0]), np.array([-7e3, 0.0, 0.0]), np.array([0.0, 0.0, 1.0])
        )
        assert found == pytest.approx(np.pi / 2, abs=1e-15)


class TestRotationLaw:
    @given(ANGLE, ANGLE)
    def test_turns_add(self, a, b):
        np.testing.assert_allclose(
            frames.rotation_about_z(a) @ frames.rotation_about_z(b),
            frames.rotation_about_z(a + b),
            atol=1e-14,
        )

    def test_stacks_as_one_by_one(self):
        rng = np.random.default_rng(3)
        position, velocity = rng.normal(size=(2, 4, 5, 3))
        stack = frames.rotation_rth_from_gcrs(position, velocity)
        np.testing.assert_array_equal(
            stack[2, 3], frames.rotation_rth_from_gcrs(position[2, 3], velocity[2, 3])
        )
        np.testing.assert_allclose(
            stack @ stack.swapaxes(-1, -2), np.broadcast_to(np.eye(3), (4, 5, 3, 3)), atol=1e-14
        )
        np.testing.assert_allclose(np.linalg.det(stack), 1.0, atol=1e-14)
