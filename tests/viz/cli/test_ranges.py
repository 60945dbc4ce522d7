"""Ranges as people type them."""

import pytest

from viz.cli.ranges import steps


class TestStepsAnalytic:
    def test_both_ends(self):
        assert steps("400:1600:400", name="--x") == [400.0, 800.0, 1200.0, 1600.0]
        assert len(steps("400:1600:50", name="--x")) == 25

    def test_tenths_do_not_lose_the_end(self):
        values = steps("0:1:0.1", name="--x")
        assert len(values) == 11
        assert values[-1] == pytest.approx(1.0)

    def test_a_stop_between_steps_is_not_reached(self):
        assert steps("0:1:0.4", name="--x") == [0.0, 0.4, 0.8]

    def test_one_number(self):
        assert steps("560", name="--x") == [560.0]


class TestRefusal:
    @pytest.mark.parametrize(
        "text", ["", "a", "1:2", "1:2:3:4", "1:x:1", "nan:1:1", "0:inf:1", "5:1:1", "1:5:0", "1:5:-1"]
    )
    def test_what_is_no_range(self, text):
        with pytest.raises(ValueError, match="--x must be start:stop:step, such as 400:1600:50"):
            steps(text, name="--x")

    def test_too_many(self):
        with pytest.raises(ValueError, match="makes more than 100,000 values"):
            steps("0:1e9:1e-3", name="--x")
