"""The camera: where points fall in a picture, and how paths run."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz.camera import Camera, along, between, eased

SIZE = (1920, 1080)
ORIGIN = np.zeros(3)


class TestCameraAnalytic:
    def test_the_focal_point_is_the_middle_of_the_picture(self):
        camera = Camera([7e6, 2e6, -1e6], [1e6, 0.0, 3e5])
        place, depth = camera.pixels([camera.focal_point_gcrs_m], SIZE)
        # centre between the middle pixels; rounding of 1e7 m over 1e-9
        np.testing.assert_allclose(place[0], [959.5, 539.5], atol=1e-6)
        assert depth[0] == pytest.approx(np.linalg.norm([6e6, 2e6, -1.3e6]), rel=1e-12)

    def test_right_is_right_and_up_is_up(self):
        camera = Camera([1e7, 0.0, 0.0], ORIGIN)  # looks along -x, z up: +y is to the right
        place, _ = camera.pixels([[0.0, 1e6, 0.0], [0.0, 0.0, 1e6]], SIZE)
        # 540 / tan(0.35) pixels per tangent, tangent 0.1
        offset = 0.1 * 540.0 / np.tan(0.35)
        np.testing.assert_allclose(place, [[959.5 + offset, 539.5], [959.5, 539.5 - offset]], atol=1e-6)

    def test_a_shift_moves_the_focal_point_by_half_widths_and_half_heights(self):
        camera = Camera([1e7, 0.0, 0.0], ORIGIN, shift=(0.25, 0.5))
        place, _ = camera.pixels([ORIGIN], SIZE)
        np.testing.assert_allclose(place[0], [959.5 + 240.0, 539.5 - 270.0], atol=1e-6)

    def test_narrow_pictures_keep_what_a_landscape_shows(self):
        camera = Camera([1e7, 0.0, 0.0], ORIGIN)
        assert camera.pixels_per_tangent((1350, 1080)) == camera.pixels_per_tangent((3840, 1080))
        assert camera.pixels_per_tangent((675, 1080)) == 0.5 * camera.pixels_per_tangent((1350, 1080))

    def test_a_camera_in_body_axes_is_the_same_camera(self):
        rotation, _ = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))
        origin = np.array([6.9e6, 1e5, -2e6])
        camera = Camera.about(origin, rotation, [30.0, -20.0, 10.0], [1.0, 2.0, 3.0], [0.0, 1.0, 0.2])
        np.testing.assert_allclose(camera.position_gcrs_m - origin, rotation @ [30.0, -20.0, 10.0], atol=1e-8)
        # millimetres survive 7,000 km from the geocentre: 40 m away, one pixel is 26 mm
        near = camera.pixels([origin + rotation @ [1.0, 2.0, 3.001]], SIZE)[0][0]
        assert 0.01 < np.linalg.norm(near - [959.5, 539.5]) < 0.1


class TestPathLaw:
    def test_ease_starts_and_ends_at_rest(self):
        assert [eased(x) for x in (-1.0, 0.0, 0.5, 1.0, 2.0)] == [0.0, 0.0, 0.5, 1.0, 1.0]
        assert eased(1e-3) < 1.1e-8  # 10 x^3
        assert 1.0 - eased(1.0 - 1e-3) < 1.1e-8

    @given(st.floats(0.0, 1.0))
    def test_distance_grows_geometrically_and_the_way_is_the_great_circle(self, fraction):
        first = Camera([2e7, 0.0, 0.0], ORIGIN, view_angle_rad=0.4)
        last = Camera([0.0, 4e7, 0.0], ORIGIN, view_angle_rad=0.9)
        camera = between(first, last, fraction)
        distance = np.linalg.norm(camera.position_gcrs_m)
        assert distance == pytest.approx(2e7 * 2.0**fraction, rel=1e-12)
        angle = np.arctan2(camera.position_gcrs_m[1], camera.position_gcrs_m[0])
        assert angle == pytest.approx(0.5 * np.pi * fraction, abs=1e-12)

    def test_a_path_passes_through_its_cameras(self):
        cameras = [
            Camera([2e7, 0.0, 1e6], ORIGIN),
            Camera([1e7, 2e7, 0.0], ORIGIN),
            Camera([0, 3e7, 1e7], ORIGIN),
        ]
        for place, camera in zip((0.0, 0.5, 1.0), cameras, strict=True):
            np.testing.assert_allclose(
                along(cameras, place).position_gcrs_m, camera.position_gcrs_m, rtol=1e-9, atol=1e-3
            )


class TestCameraRefusal:
    @pytest.mark.parametrize("up", [(1.0, 0.0, 0.0), (0.0, 0.0, 0.0)])
    def test_up_along_the_line_of_sight(self, up):
        with pytest.raises(ValueError, match="view_up must not be parallel"):
            Camera([1e7, 0.0, 0.0], ORIGIN, up)

    def test_a_camera_at_its_focal_point(self):
        with pytest.raises(ValueError, match="nor the camera stand"):
            Camera([1e7, 0.0, 0.0], [1e7, 0.0, 0.0])

    def test_nan(self):
        with pytest.raises(ValueError, match="position_gcrs_m must be finite"):
            Camera([np.nan, 0.0, 0.0], ORIGIN)

    def test_a_turn_of_half_a_circle_in_one_leg(self):
        with pytest.raises(ValueError, match="180 degrees"):
            between(Camera([1e7, 0.0, 0.0], ORIGIN), Camera([-1e7, 0.0, 0.0], ORIGIN), 0.5)
