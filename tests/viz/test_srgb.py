"""The curve of sRGB."""

import numpy as np
import pytest

from viz.srgb import linear_from_srgb, srgb_from_linear


class TestSrgbAnalytic:
    def test_srgb_there_and_back(self):
        values = np.linspace(0.0, 1.0, 101)
        np.testing.assert_allclose(srgb_from_linear(linear_from_srgb(values)), values, atol=1e-12)  # rounding
        assert linear_from_srgb(0.5) == pytest.approx(0.2140, abs=1e-4)  # IEC 61966-2-1
