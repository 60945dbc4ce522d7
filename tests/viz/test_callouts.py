"""Names in columns: their lines do not cross, their words do not meet."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viz.callouts import STEP, callouts, crossing
from viz.camera import Camera

CAMERA = Camera((0.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0), 0.8)
COLUMNS, ROWS, SIZE = (-0.55, 0.55), (-0.4, 0.4), 0.02

spots = st.lists(
    st.tuples(st.integers(-200, 200), st.integers(-160, 160)), min_size=1, max_size=14, unique=True
).map(lambda found: [(1e-3 * x, 1e-3 * y) for x, y in found])


def placed(spots):
    """Starts and ends (K, 2) of the lines, in heights from the middle of the picture."""
    places = np.array([[x, y, -1.0] for x, y in spots])
    labels = callouts(CAMERA, places, [f"part {k}" for k in range(len(spots))], COLUMNS, ROWS, size=SIZE)
    start = np.array(spots) * [1.0, -1.0] * 0.5 / np.tan(0.4)
    return start, start + np.array([label.offset for label in labels])


class TestCalloutsLaw:
    @settings(max_examples=60, deadline=None)
    @given(spots)
    def test_lines_never_cross_and_words_never_meet(self, spots):
        start, end = placed(spots)
        for i in range(len(start)):
            for k in range(i):
                assert not crossing(start[i], end[i], start[k], end[k])
        for column in COLUMNS:
            heights = np.sort(end[np.isclose(end[:, 0], column), 1])
            assert (np.diff(heights) > STEP * SIZE - 1e-9).all()  # rounding
            assert ((heights > ROWS[0] - 1e-9) & (heights < ROWS[1] + 1e-9)).all()

    def test_sides_may_be_chosen(self):
        places = np.array([[-0.1, 0.0, -1.0], [0.1, 0.0, -1.0]])
        left, right = callouts(CAMERA, places, ["a", "b"], COLUMNS, ROWS, sides=[1, -1])
        assert left.offset[0] > 0.0 > right.offset[0]


class TestCalloutsRefusal:
    def test_more_words_than_lines(self):
        places = np.tile([0.0, 0.0, -1.0], (30, 1))
        with pytest.raises(ValueError, match="do not fit between rows"):
            callouts(CAMERA, places, ["x"] * 30, COLUMNS, (-0.1, 0.1), size=SIZE)
