"""What textures are drawn with: no seam, slopes as drawn, flat facets between folds."""

import numpy as np
import pytest

from viz.texture_drawing import crumpled, noise, slopes


class TestDrawingAnalytic:
    def test_slopes_of_waves(self):
        n = 256
        u, v = np.meshgrid((np.arange(n) + 0.5) / n, 1.0 - (np.arange(n) + 0.5) / n)
        height = 0.02 * np.sin(2 * np.pi * u) + 0.01 * np.cos(4 * np.pi * v)
        along_u, along_v = slopes(height)
        # central differences of a wave of k cycles in n pixels are off by (2 pi k / n)^2 / 6 < 4e-4
        np.testing.assert_allclose(along_u, 0.04 * np.pi * np.cos(2 * np.pi * u), atol=4e-4 * 0.13)
        np.testing.assert_allclose(along_v, -0.04 * np.pi * np.sin(4 * np.pi * v), atol=4e-4 * 0.13)


class TestDrawingLaw:
    @pytest.mark.parametrize("make", ["noise", "crumpled"])
    def test_edges_meet(self, make):
        rng = np.random.default_rng(5)
        field = noise(128, 4.0, rng, 2.0) if make == "noise" else crumpled(128, (24, 90), (0.6, 0.4), rng)
        inside = np.abs(np.diff(field, axis=1)).max()
        across = np.abs(field[:, 0] - field[:, -1]).max()
        assert across <= 1.3 * inside  # a seam would jump by the spread of the field, ten times as much

    def test_a_crumpled_foil_is_flat_between_folds(self):
        along_u, along_v = slopes(crumpled(256, (24,), (1.0,), np.random.default_rng(1)))
        assert np.sqrt(np.mean(along_u**2 + along_v**2)) == pytest.approx(1.0, rel=1e-9)  # as scaled
        same = np.abs(np.diff(along_u, axis=0)[:, 1:]) < 1e-9
        assert same.mean() > 0.75  # 24 points make some 48 facets of 37 pixels: a tenth lies by a fold
