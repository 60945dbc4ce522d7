"""Points in a picture: at their places, behind the Earth or not, with their light."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geometry.environment import EarthShape
from viz import theme
from viz.camera import Camera
from viz.scene import EarthItem, PointsItem, Scene
from viz.splat import add_points, behind_earth, draw_points, in_sight, point_sigma

CAMERA = Camera([2.5e7, 4e6, 6e6], [0.0, 0.0, 0.0], view_angle_rad=0.75)
SUN = np.array([1.0, 0.0, 0.0])


class TestHiddenAnalytic:
    def test_a_sphere_hides_its_shadow_cone(self):
        sphere = EarthShape(6.4e6, 0.0)
        camera = Camera([2e7, 0.0, 0.0], [0.0, 0.0, 0.0])
        tangent_angle = np.arcsin(6.4e6 / 2e7)
        for distance in (1.9e7, 2.5e7, 1e9):  # at and behind the tangent points (1.895e7 m away)
            for offset, hidden in ((-1e-6, True), (1e-6, False)):
                way = np.array([-np.cos(tangent_angle + offset), np.sin(tangent_angle + offset), 0.0])
                point = camera.position_gcrs_m + distance * way
                assert behind_earth(point[None], camera, sphere, np.eye(3))[0] == hidden

    def test_before_the_earth_nothing_is_hidden(self):
        point = np.array([[7.0e6, 0.0, 0.0]])
        assert not behind_earth(point, Camera([2e7, 0, 0], [0, 0, 0]), EarthShape(), np.eye(3))[0]

    @settings(deadline=None)  # the first call compiles
    @given(st.floats(-1.5, 1.5), st.floats(0.0, 6.28))
    def test_the_pole_is_nearer_than_the_equator(self, latitude, longitude):
        # just over the ellipsoid on the far side of a camera on the axis of the point: always hidden
        shape = EarthShape()
        direction = np.array(
            [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)]
        )
        up = (0.0, 0.0, 1.0) if abs(direction[2]) < 0.9 else (1.0, 0.0, 0.0)
        camera = Camera(3e7 * direction, np.zeros(3), up)
        near = direction * (1.0 + 1e-6) / np.linalg.norm(direction / [6378137.0, 6378137.0, 6356752.314])
        points = np.array([near, -near])
        np.testing.assert_array_equal(behind_earth(points, camera, shape, np.eye(3)), [False, True])


class TestSightLaw:
    def test_what_is_out_of_sight_shows_nowhere(self):
        rng = np.random.default_rng(7)
        points = rng.normal(size=(400, 3))
        points *= (6.4e6 + 4e6 * rng.random((400, 1))) / np.linalg.norm(points, axis=1, keepdims=True)
        camera = Camera([7.5e6, 0.0, 0.0], [7.5e6, 1e6, 2e5])
        seen = in_sight(points, camera, EarthItem(), 100.0)
        left = np.setdiff1d(np.arange(400), seen)
        _, depth = camera.pixels(points, (320, 180))
        hidden = behind_earth(points, camera, EarthShape(), np.eye(3))
        np.testing.assert_array_equal(seen, np.flatnonzero(~hidden & (depth > -100.0)))
        assert 20 < len(left) < 380
        assert len(in_sight(points, camera, None, 100.0)) == (depth > -100.0).sum()


class TestPointsLaw:
    def test_known_satellites_stand_at_their_pixels(self):
        """Twelve points around the Earth: each in view is found where it is projected, no other light is."""
        angle = np.arange(12) * np.pi / 6.0 + 0.1
        points = 6.938e6 * np.stack([0.2 * np.cos(angle), np.cos(angle), np.sin(angle)], axis=1)
        scene = Scene(CAMERA, SUN, EarthItem(), stars=False)
        light = np.zeros((180, 320, 3), np.float32)
        reference = float(np.linalg.norm(CAMERA.position_gcrs_m))
        add_points(light, PointsItem(points, np.ones(12), np.ones((12, 3)), reference), scene)
        hidden = behind_earth(points, CAMERA, EarthShape(), np.eye(3))
        place, _ = CAMERA.pixels(points, (320, 180))
        assert 0 < hidden.sum() < 12
        left = light[..., 0].copy()
        for column, row in place[~hidden]:
            i, j = round(row), round(column)
            window = left[i - 3 : i + 4, j - 3 : j + 4]
            weight = np.where(window > 1e-3 * window.max(), window, 0.0)
            rows, columns = np.indices(window.shape)
            # the centre of a Gaussian on a lattice is off by 4 pi sigma^2 exp(-2 pi^2 sigma^2) = 0.023 pixels
            assert (weight * rows).sum() / weight.sum() + i - 3 == pytest.approx(row, abs=0.03)
            assert (weight * columns).sum() / weight.sum() + j - 3 == pytest.approx(column, abs=0.03)
            left[i - 3 : i + 4, j - 3 : j + 4] = 0.0
        assert left.max() == 0.0

    @settings(deadline=None)  # the first call compiles
    @given(st.floats(10.0, 30.0), st.floats(10.0, 30.0), st.floats(0.5, 2.0))
    def test_light_is_kept_wherever_a_point_falls(self, x, y, sigma):
        light = np.zeros((48, 48, 3), np.float32)
        draw_points(light, np.array([[x, y]]), np.array([[1.0, 0.5, 0.0]]), sigma)
        # along each axis the sum over a lattice is the integral to 2 exp(-2 pi^2 sigma^2) <= 1.44 %, and the
        # tails past three sigmas lack 0.3 %
        assert light[..., 0].sum() == pytest.approx(2.0 * np.pi * sigma**2, rel=0.036)
        assert light[..., 1].sum() == pytest.approx(0.5 * light[..., 0].sum(), rel=1e-5)
        assert light[..., 2].sum() == 0.0

    def test_light_falls_with_the_square_of_the_distance(self):
        def peak(distance):
            camera = Camera([distance, 0.0, 0.0], [0.0, 0.0, 0.0])
            light = np.zeros((121, 121, 3), np.float32)
            add_points(light, PointsItem(np.zeros((1, 3)), [1.0], [[1.0, 1.0, 1.0]], 1e7), Scene(camera, SUN))
            return light.max()

        assert peak(2e7) == pytest.approx(0.25 * peak(1e7), rel=1e-5)

    def test_a_trail_spreads_the_light_of_its_point(self):
        camera = Camera([2e7, 0.0, 0.0], [0.0, 0.0, 0.0])
        ends = np.array([[[0.0, -2e6, 0.0]], [[0.0, 2e6, 0.0]]])
        light = np.zeros((121, 121, 3), np.float32)
        white = np.ones((1, 3))
        add_points(light, PointsItem(ends[0], [1.0], white, 1e7, 1.0, ends), Scene(camera, SUN))
        apart = np.zeros_like(light)
        for end in ends:  # the same places, each with half of the light
            add_points(apart, PointsItem(end, [0.5], white, 1e7), Scene(camera, SUN))
        np.testing.assert_allclose(light, apart, rtol=1e-6)
        assert (light[60].max(axis=-1) > 0.0).sum() > 4  # on both sides

    def test_a_small_picture_spreads_the_light_of_a_point(self):
        assert point_sigma(1080) == theme.POINT_SIGMA
        assert point_sigma(2160) == 2.0 * theme.POINT_SIGMA
        assert point_sigma(90) == 0.5
