"""Rays of pixels: unit vectors through the camera's pixels, and where a row of them meets a ball."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from viz.camera import Camera
from viz.pixel_rays import ray_of, row_span, tangent_right, tangent_up

SIZE = (96, 54)


def _row(camera, row):
    """Unit vectors of the pixels of a row."""
    pixel, rays = 1.0 / camera.pixels_per_tangent(SIZE), camera.rotation_camera_from_gcrs.T
    y = tangent_up(row, SIZE[1], pixel, np.array(camera.shift))
    x = [tangent_right(c, SIZE[0], pixel, np.array(camera.shift)) for c in range(SIZE[0])]
    return np.array([ray_of(rays, v, y) for v in x]), rays, y, pixel


class TestRaysLaw:
    @settings(max_examples=20, deadline=None)  # the first call compiles
    @given(st.integers(0, 53), st.floats(-0.4, 0.4), st.floats(-0.4, 0.4))
    def test_they_go_through_their_pixels(self, row, right, up):
        camera = Camera((3.0, 1.0, 0.5), (0.0, 0.2, 0.0), view_angle_rad=0.9, shift=(right, up))
        along, *_ = _row(camera, row)
        np.testing.assert_allclose(np.linalg.norm(along, axis=1), 1.0, rtol=1e-12)
        place, _ = camera.pixels(camera.position_gcrs_m + along, SIZE)
        np.testing.assert_allclose(place, np.stack([np.arange(96), np.full(96, row)], axis=1), atol=1e-9)

    @settings(max_examples=60, deadline=None)
    @given(
        st.integers(0, 53), st.floats(1.05, 8.0), st.floats(-1.5, 1.5), st.floats(-0.9, 0.9),
        st.floats(0.2, 1.6), st.floats(-0.5, 0.5),
    )  # fmt: skip
    def test_a_span_holds_all_that_meet_the_ball_and_few_more(self, row, away, aim, aside, angle, shift):
        eye = away * np.array([np.cos(aside), np.sin(aside), 0.2]) / np.hypot(1.0, 0.2)
        camera = Camera(eye, (0.0, aim, 0.3), view_angle_rad=angle, shift=(shift, -shift))
        along, rays, y, pixel = _row(camera, row)
        forward = -(along @ eye)
        meets = np.flatnonzero((forward > 0.0) & (eye @ eye - forward**2 <= 1.0))
        first, last = row_span(*eye, 1.0, rays, y, SIZE[0], pixel, np.array(camera.shift))
        if len(meets):
            assert first <= meets[0] <= meets[-1] < last
        if (first, last) != (0, SIZE[0]):  # else the row may have no two ends
            assert (last - first) - len(meets) <= 4
