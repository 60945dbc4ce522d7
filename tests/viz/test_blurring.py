"""The blur against scipy's."""

import numpy as np
import pytest
from scipy import ndimage

from viz.blurring import REACH, blurred


class TestBlurredReference:
    """`scipy.ndimage.gaussian_filter` adds the same products in the same order: the same bits."""

    @pytest.mark.parametrize(
        ("shape", "sigma"), [((40, 61, 3), 5.7), ((61, 40, 3), 0.9), ((9, 5, 3), 4.0), ((1, 30, 3), 2.0)]
    )
    def test_same_bits(self, shape, sigma):
        image = (100.0 * np.random.default_rng(3).random(shape) ** 20).astype(np.float32)
        wanted = ndimage.gaussian_filter(image, (sigma, sigma, 0), truncate=REACH, mode="nearest")
        np.testing.assert_array_equal(blurred(image, sigma), wanted)
