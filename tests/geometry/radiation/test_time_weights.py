"""Means over times, with the Earth's shadow resolved between them."""

from dataclasses import replace

import numpy as np
import pytest

from geometry.environment import EarthShape
from geometry.radiation.time_weights import time_weights

WGS_84 = EarthShape()


class TestTimeWeightsAnalytic:
    def test_one_moment_stands_for_itself(self, states):
        there = states(1, noon_angle_deg=180.0, beta_deg=0.0)
        weights = time_weights(there, WGS_84)
        assert weights.everywhere.tolist() == [1.0]
        assert weights.sunlit.tolist() == [0.0]

    def test_full_light_has_even_weights(self, states):
        weights = time_weights(states(12, beta_deg=90.0), WGS_84)
        np.testing.assert_allclose(weights.everywhere, 1 / 12, rtol=1e-6)  # times are whole microseconds
        np.testing.assert_allclose(weights.sunlit, 1 / 12, rtol=1e-6)

    @pytest.mark.parametrize("beta_deg", [0.0, 40.0, 63.0])
    @pytest.mark.parametrize("count", [36, 72])
    def test_the_lit_share_of_an_orbit_is_resolved_far_below_a_step(self, states, beta_deg, count):
        # the truth by 200,000 positions; weights by 36 or 72 times with 64 steps between neighbours:
        # a half substep at each of two edges at most, and penumbra smooths that; plain sums of 36 times
        # are off by up to 0.014
        many = states(200_000, beta_deg=beta_deg)
        truth = many.sunlit_fraction.mean()
        there = states(count, beta_deg=beta_deg, noon_angle_deg=3.0)
        assert time_weights(there, WGS_84).sunlit.sum() == pytest.approx(truth, abs=1e-4)

    def test_a_load_that_varies_is_integrated_to_second_order(self, states):
        # load 1 + cos(angle from noon) over the lit part: second order in the step
        def load(there):
            up = there.position_gcrs_m[0] / np.linalg.norm(there.position_gcrs_m[0], axis=1)[:, None]
            return 1.0 + up[:, 0]

        many = states(100_000, beta_deg=20.0)
        truth = (many.sunlit_fraction[0] * load(many)).mean()
        errors = []
        for count in (24, 96):
            there = states(count, beta_deg=20.0)
            errors.append(abs(time_weights(there, WGS_84).sunlit @ load(there) - truth))
        assert errors[0] < 4e-3 * truth
        assert errors[1] < errors[0] / 8  # a quarter of the step: sixteen times, with margin

    def test_a_gap_between_two_runs_is_not_filled(self, states):
        one = states(24, beta_deg=0.0)
        later = one.times_utc + np.timedelta64(90, "D")
        names = [n for n in one.__dataclass_fields__ if n != "times_utc"]

        def doubled(values, axis):
            return np.concatenate([values, values], axis=axis)

        arrays = {n: doubled(getattr(one, n), 0 if getattr(one, n).shape[0] == 24 else 1) for n in names}
        both = replace(one, times_utc=np.concatenate([one.times_utc, later]), **arrays)
        got = time_weights(both, WGS_84)
        assert got.everywhere.sum() == pytest.approx(1.0)
        assert got.sunlit.sum() == pytest.approx(time_weights(one, WGS_84).sunlit.sum(), abs=1e-9)
