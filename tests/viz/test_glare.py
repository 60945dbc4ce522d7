"""What the lens spreads."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from viz import theme
from viz.glare import add_blurred, glare, stretched


class TestReference:
    def test_the_lens_blurs_as_scipy_does(self):
        light = np.random.default_rng(4).random((50, 70, 3)).astype(np.float32)
        spread = np.zeros_like(light)
        add_blurred(light, 3.1, 0.5, spread)
        exact = 0.5 * gaussian_filter(light, (3.1, 3.1, 0), truncate=3.5, mode="nearest")
        np.testing.assert_allclose(spread, exact, atol=1e-6)  # sums of float32

    def test_a_grid_is_read_between_its_cells_and_held_beyond_the_last(self):
        grid = np.random.default_rng(5).random((3, 7, 3)).astype(np.float32)
        fine = stretched(grid, 4, 26).reshape(3, 26, 3)
        place = (np.arange(26) + 0.5) / 4 - 0.5
        for row in range(3):
            for k in range(3):
                exact = np.interp(place, np.arange(7), grid[row, :, k])
                np.testing.assert_allclose(fine[row, :, k], exact, atol=1e-6)  # float32


class TestLaw:
    @pytest.mark.parametrize("size", [(40, 60), (241, 250), (50, 3)])
    def test_even_light_stays_even_to_the_edges(self, size):
        spread, step = glare(np.full((*size, 3), 0.4, np.float32), 2.0)
        assert spread.shape == (-(-size[0] // step), -(-size[1] // step), 3)
        weight = sum(w for _sigma, w in theme.BLOOM_SIGMAS)
        np.testing.assert_allclose(spread, 0.8 * weight, rtol=1e-5)  # sums of float32

    def test_of_one_cell(self):
        spread, step = glare(np.full((1, 1, 3), 0.5, np.float32), 1.0)
        assert (spread.shape, step) == ((1, 1, 3), 1)
        np.testing.assert_allclose(stretched(spread, step, 1), spread.reshape(1, 3))
