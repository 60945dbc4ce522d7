"""Textures: the same bits for the same seed, no seam, slopes as drawn."""

import numpy as np
import pytest

from viz.coatings import FINISHES
from viz.textures import (
    PATTERNS,
    SLOPE_RANGE,
    crumpled,
    linear_from_srgb,
    noise,
    slopes,
    srgb_from_linear,
    surface_texture,
)

QUICK = ("copper", "gpu_lid", "black_anodised")


class TestTexturesAnalytic:
    def test_slopes_of_waves(self):
        n = 256
        u, v = np.meshgrid((np.arange(n) + 0.5) / n, 1.0 - (np.arange(n) + 0.5) / n)
        height = 0.02 * np.sin(2 * np.pi * u) + 0.01 * np.cos(4 * np.pi * v)
        along_u, along_v = slopes(height)
        # central differences of a wave of k cycles in n pixels are off by (2 pi k / n)^2 / 6 < 4e-4
        np.testing.assert_allclose(along_u, 0.04 * np.pi * np.cos(2 * np.pi * u), atol=4e-4 * 0.13)
        np.testing.assert_allclose(along_v, -0.04 * np.pi * np.sin(4 * np.pi * v), atol=4e-4 * 0.13)

    def test_srgb_there_and_back(self):
        values = np.linspace(0.0, 1.0, 101)
        np.testing.assert_allclose(srgb_from_linear(linear_from_srgb(values)), values, atol=1e-12)  # rounding
        assert linear_from_srgb(0.5) == pytest.approx(0.2140, abs=1e-4)  # IEC 61966-2-1

    def test_cells_leave_about_a_twentieth_to_the_gaps(self):
        base = surface_texture("solar_cell").base
        row = linear_from_srgb(base[base.shape[0] // 4] / 255.0)  # between busbars, across the cell
        amber = row[:, 0] > 1.5 * row[:, 2]
        # 2.5 % of the width stands between two cells, 0.25 % of it under the metal rim on each side
        assert amber.mean() == pytest.approx(0.020, abs=0.004)


class TestTexturesLaw:
    @pytest.mark.parametrize("pattern", QUICK)
    def test_seed_decides_the_bits(self, pattern, monkeypatch):
        monkeypatch.setattr("viz.textures.kept_arrays", lambda _kind, _made_from, make: make())
        draw = surface_texture.__wrapped__
        one, again, other = draw(pattern, 3), draw(pattern, 3), draw(pattern, 4)
        assert (one.base == again.base).all()
        assert (one.detail == again.detail).all()
        assert (one.base != other.base).any() or (one.detail != other.detail).any()

    def test_every_pattern_has_a_finish(self):
        assert PATTERNS.keys() <= FINISHES.keys()

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

    def test_level_ground_is_drawn_level(self):
        detail = surface_texture("ceramic").detail
        assert (detail[..., :2] == 128).all()
        assert (detail[..., 2] == 0).all()
        assert SLOPE_RANGE > 0.5

    def test_the_mean_keeps_paint_and_metal_apart(self):
        drawn = surface_texture("solar_cell")
        assert 0.02 < drawn.mean_metallic < 0.2  # rims, fingers and busbars
        assert max(drawn.mean_color) < 0.12  # cells are dark


class TestTexturesRefusal:
    def test_unknown_pattern(self):
        with pytest.raises(ValueError, match="did you mean 'solar_cell'"):
            surface_texture("solar_cells")


class TestKeptLaw:
    @pytest.fixture(autouse=True)
    def _cache(self, tmp_path, monkeypatch):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def test_a_kept_texture_is_the_drawn_one(self, monkeypatch):
        draw = surface_texture.__wrapped__
        drawn = draw("copper", 1, 64)
        monkeypatch.setitem(PATTERNS, "copper", (lambda _n, _rng: pytest.fail("drawn again"), 256))
        kept = draw("copper", 1, 64)
        assert (kept.base == drawn.base).all()
        assert (kept.detail == drawn.detail).all()
        assert kept.metal == drawn.metal
        assert not kept.base.flags.writeable
