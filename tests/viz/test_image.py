"""From light to picture: the tone curve, the lens, the file."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from viz import theme
from viz.image import LUMINANCE, developed, light_of, tone, with_alpha, write_png


class TestToneLaw:
    def test_it_rises_from_black_and_never_clips(self):
        light = np.geomspace(1e-6, 250.0, 400)
        assert (np.diff(tone(light)) > 0.0).all()
        assert tone(0.0) == 0.0
        assert tone(250.0) < 1.0

    @settings(max_examples=20, deadline=None)  # the first call compiles
    @given(st.tuples(*[st.integers(20, 235)] * 3))
    def test_light_that_was_asked_for_a_colour_shows_it(self, color):
        light = np.empty((16, 16, 3), np.float32)
        light[:] = light_of(np.array(color) / 255.0)
        # an even plate is not changed by the lens; dither rounds up by half a code in the mean
        shown = developed(light, 1.0).reshape(-1, 3).mean(axis=0)
        np.testing.assert_allclose(shown, color, atol=1.0)


class TestPictureLaw:
    def test_every_light_is_shown_as_the_curve_has_it(self):
        # steps of 1 % over all that is shown; the dither adds up to one code, the table errs by 0.1
        light = np.geomspace(1e-5, 250.0, 1700).astype(np.float32)
        even = np.repeat(np.repeat(light[None, :, None], 3, axis=2), 3, axis=0)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(theme, "BLOOM", 0.0)
            shown = developed(even, 1.0)[1, :, 0].astype(float)
        linear = tone(light)
        code = 255.0 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
        assert (shown - code).min() > -1.1
        assert (shown - code).max() < 1.1
        assert (shown - code).mean() == pytest.approx(0.0, abs=0.1)

    def test_threads_change_nothing(self, monkeypatch):
        light = np.random.default_rng(3).random((70, 90, 3)).astype(np.float32)
        shown = []
        for count in "1", "3":
            monkeypatch.setenv("LP_NUM_THREADS", count)
            shown.append(developed(light, 1.5))
        assert (shown[0] == shown[1]).all()

    def test_black_stays_black(self):
        assert developed(np.zeros((40, 50, 3), np.float32), 2.0).max() == 0

    def test_the_same_light_gives_the_same_bytes(self):
        light = np.random.default_rng(2).random((60, 80, 3)).astype(np.float32)
        assert (developed(light, 1.5, 3) == developed(light, 1.5, 3)).all()
        assert (developed(light, 1.5, 3) != developed(light, 1.5, 4)).any()

    def test_glare_is_even_around_a_bright_point_and_weak(self):
        light = np.zeros((241, 241, 3), np.float32)
        light[120, 120] = 100.0
        picture = developed(light, 1.0).astype(int)
        assert picture[120, 120].min() > 250
        np.testing.assert_allclose(picture[120, 100], picture[120, 140], atol=6)  # the coarse grid is uneven
        assert picture[20, 20].max() <= 1
        assert theme.BLOOM < 0.1

    def test_without_a_lens_a_bright_colour_stays_where_it_is(self):
        light = np.zeros((61, 61, 3), np.float32)
        light[30, 30] = 100.0
        picture = developed(light, 1.0, lens=False)
        assert picture[30, 30].min() > 250
        picture[30, 30] = 0
        assert picture.max() == 0


class TestAlphaLaw:
    def test_light_without_a_body_is_ink_on_paper_and_bodies_stay(self):
        picture = np.zeros((2, 2, 3), np.uint8)
        picture[:] = 255, 224, 171  # the middle of a satellite in the Sun, as the tone curve leaves it
        cover = np.array([[0.0, 0.0], [1.0, 1.0]])
        plain, ink = with_alpha(picture, cover), with_alpha(picture, cover, for_paper=True)
        assert (plain[..., :3] == picture).all()
        assert (ink[1] == plain[1]).all()
        assert (ink[..., 3] == plain[..., 3]).all()
        linear = ((ink[0, 0, :3] / 255.0 + 0.055) / 1.055) ** 2.4
        assert 1.05 / (linear @ np.array(LUMINANCE) + 0.05) > 3.0  # of white paper over it; was 1.3
        assert ink[0, 0, 0] > ink[0, 0, 1] > ink[0, 0, 2]  # still golden


class TestFiles:
    def test_a_picture_comes_back_from_its_file(self, tmp_path):
        picture = np.random.default_rng(1).integers(0, 256, (20, 30, 3), dtype=np.uint8)
        write_png(picture, tmp_path / "a.png")
        assert (np.asarray(Image.open(tmp_path / "a.png")) == picture).all()
        assert [p.name for p in tmp_path.iterdir()] == ["a.png"]

    def test_an_existing_file_is_kept(self, tmp_path):
        (tmp_path / "a.png").write_bytes(b"mine")
        with pytest.raises(ValueError, match="exists"):
            write_png(np.zeros((20, 20, 3), np.uint8), tmp_path / "a.png")
        assert (tmp_path / "a.png").read_bytes() == b"mine"
