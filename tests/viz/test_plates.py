"""Flat pictures before the camera."""

import numpy as np
import pytest

from viz.camera import Camera
from viz.plates import add_plate
from viz.scene import PlateItem, Scene

CAMERA = Camera((0.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0), 0.8)
SUN = np.array([1.0, 0.0, 0.0])


def shown(plate, size=(160, 90)):
    light = np.full((size[1], size[0], 3), 0.25, np.float32)
    passed = np.ones((size[1], size[0]), np.float32)
    add_plate(light, passed, plate, Scene(CAMERA, SUN))
    np.testing.assert_array_equal(passed < 1.0, light[..., 0] != 0.25)  # hidden where it is drawn
    return light


class TestPlatesLaw:
    def test_it_stands_where_a_camera_would_see_it(self):
        light = shown(PlateItem(np.ones((40, 80, 3)), np.ones((40, 80)), (0.1, 0.05), 0.1))
        rows, columns = np.nonzero(light[..., 0] > 0.9)
        corners = np.array([[0.1 - 0.2, 0.05 + 0.1, -1.0], [0.1 + 0.2, 0.05 - 0.1, -1.0]])
        place, _ = CAMERA.pixels(corners, (160, 90))
        found = [[columns.min() - 0.5, rows.min() - 0.5], [columns.max() + 0.5, rows.max() + 0.5]]
        np.testing.assert_allclose(found, place, atol=0.51)  # to the nearest pixel

    def test_mean_light_is_kept_when_it_is_drawn_smaller(self):
        fine = np.random.default_rng(3).random((400, 400, 3))
        light = shown(PlateItem(fine, np.ones((400, 400)), (0.0, 0.0), 0.2))
        inside = light[light[..., 0] != 0.25]
        np.testing.assert_allclose(inside.mean(axis=0), fine.mean(axis=(0, 1)), rtol=2e-3)  # float32, rim

    def test_what_it_does_not_cover_is_left(self):
        assert (shown(PlateItem(np.ones((9, 9, 3)), np.zeros((9, 9)))) == 0.25).all()

    def test_outside_the_picture_nothing_is_drawn(self):
        assert (shown(PlateItem(np.ones((9, 9, 3)), np.ones((9, 9)), (5.0, 0.0), 0.1)) == 0.25).all()


class TestPlatesRefusal:
    def test_cover_past_one(self):
        with pytest.raises(ValueError, match="cover must lie in"):
            PlateItem(np.ones((3, 3, 3)), np.full((3, 3), 2.0))
