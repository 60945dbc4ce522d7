"""Cameras that are moved until things fill their room."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viz.camera import Camera
from viz.framing import framed

ROOM = (-0.7, -0.4, 0.5, 0.3)
SIZE = (1600, 900)


def shown(camera, places):
    """Left, top, right and bottom in heights from the middle."""
    pixels, depth = camera.pixels(places, SIZE)
    assert (depth > 0.0).all()
    heights = (pixels + 0.5 - 0.5 * np.array(SIZE)) / SIZE[1]
    return np.concatenate([heights.min(axis=0), heights.max(axis=0)])


class TestFramedLaw:
    @settings(deadline=None, max_examples=30)
    @given(
        st.integers(0, 1000),
        st.floats(-3.0, 5.0),
        st.tuples(*[st.floats(0.05, 1.0)] * 3),
        st.floats(0.2, 1.0),
    )
    def test_things_of_any_size_and_shape_fill_the_room(self, seed, decade, shape, angle):
        r = np.random.default_rng(seed)
        scale = 10.0**decade
        places = scale * (r.uniform(-1.0, 1.0, (40, 3)) * shape + r.uniform(-20.0, 20.0, 3))
        direction = r.normal(size=3)
        up = np.eye(3)[np.argmin(np.abs(direction))]
        camera = framed(Camera(direction, np.zeros(3), up, angle, (0.3, 0.1)), places, ROOM)
        box = shown(camera, places)
        # bisection to 2^-60 of a thousand sizes; each of 12 steps of centring is ten times nearer
        assert (box[:2] >= np.array(ROOM[:2]) - 2e-3).all()
        assert (box[2:] <= np.array(ROOM[2:]) + 2e-3).all()
        wide, high = (box[2:] - box[:2]) / (np.array(ROOM[2:]) - np.array(ROOM[:2]))
        assert max(wide, high) == pytest.approx(1.0, abs=5e-3)
        line = camera.position_gcrs_m - camera.focal_point_gcrs_m
        np.testing.assert_allclose(
            line / np.linalg.norm(line), direction / np.linalg.norm(direction), atol=1e-6
        )


class TestFramedRefusal:
    def test_a_room_without_width(self):
        with pytest.raises(ValueError, match="room must be"):
            framed(Camera((0, 0, 1), (0, 0, 0), (0, 1, 0)), np.eye(3), (0.2, -0.1, 0.2, 0.1))
