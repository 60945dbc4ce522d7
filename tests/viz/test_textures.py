"""Textures: the same bits for the same seed, kept and drawn alike, level where the ground is."""

import pytest

from viz.coatings import FINISHES
from viz.srgb import linear_from_srgb
from viz.textures import PATTERNS, surface_texture

QUICK = ("copper", "gpu_lid", "black_anodised")


class TestTexturesAnalytic:
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

    def test_level_ground_is_drawn_level(self):
        detail = surface_texture("ceramic").detail
        assert (detail[..., :2] == 128).all()
        assert (detail[..., 2] == 0).all()

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
