"""Scales: round ticks inside their range, words with the decimals they need, lengths where they belong."""

import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from viz import theme
from viz.camera import Camera
from viz.lettering import _stood, lettered
from viz.pictures import heat, heat_loads
from viz.render import render_scene
from viz.scales import round_above, round_ticks, tick_texts
from viz.scene import Caption, Dimension, Label, ScalarBar, Scene
from viz.typesetting import ink_of, laid_out, type_pixels
from viz.viewer.coloring import COLORINGS

SUN = np.array([0.0, 0.0, 1.0])


def _scene(**changes):
    return Scene(Camera((0.0, 0.0, 10.0), (0.0, 0.0, 0.0), (0.0, 1.0, 0.0), 0.8), SUN, **changes)


class TestTicksLaw:
    @given(st.floats(-1e4, 1e4), st.floats(1e-1, 1e7), st.integers(3, 9))
    def test_they_lie_inside_evenly_and_are_about_as_many(self, low, span, count):
        high = low + span
        ticks = round_ticks(low, high, count)
        slack = 1e-8 * span + 1e-9 * abs(low)  # rounding
        assert ticks.min() >= low - slack
        assert ticks.max() <= high + slack
        assert 2 <= len(ticks) <= 2 * count
        steps = np.diff(ticks)
        np.testing.assert_allclose(steps, steps[0], rtol=1e-6)
        mantissa = steps[0] / 10.0 ** np.floor(np.log10(steps[0]) + 1e-9)
        assert min(abs(mantissa - m) for m in (1, 2, 2.5, 5, 10)) < 1e-6

    @given(st.floats(1e-6, 1e9))
    def test_a_round_end_is_near_above(self, value):
        assert value <= round_above(value) <= 1.34 * value  # the widest step of the table: 3 to 4


class TestTicksReference:
    @pytest.mark.parametrize(
        ("low", "high", "words"),
        [
            (0.0, 1400.0, ["0", "250", "500", "750", "1,000", "1,250"]),
            (0.0, 140.0, ["0", "25", "50", "75", "100", "125"]),
            (-0.2, 0.2, ["−0.2", "−0.1", "0.0", "0.1", "0.2"]),
            (250.0, 350.0, ["250", "275", "300", "325", "350"]),
        ],
    )
    def test_as_a_draughtsman_would(self, low, high, words):
        assert tick_texts(round_ticks(low, high)) == words


class TestTicksRefusal:
    @pytest.mark.parametrize(("low", "high"), [(1.0, 1.0), (2.0, 1.0), (np.nan, 1.0)])
    def test_a_range_that_does_not_rise(self, low, high):
        with pytest.raises(ValueError, match="high must lie above low"):
            round_ticks(low, high)


USED_MAPS = sorted(
    {heat.SUNLIT_MAP, heat.SHADED_MAP}
    | {side[-1] for side in heat_loads.SIDES}
    | {coloring.color_map for coloring in COLORINGS.values()}
    | {ScalarBar("", (0.0, 1.0)).color_map}
)


def _lightness(color_map):
    """CIE 1976 L* of a map's colours [CIE15]: from sRGB to relative luminance [WCAG2], then its cube root."""
    rgb = matplotlib.colormaps[color_map](np.linspace(0.0, 1.0, 65))[:, :3]
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    y = linear @ [0.2126, 0.7152, 0.0722]
    return np.where(y > (6.0 / 29.0) ** 3, 116.0 * np.cbrt(y) - 16.0, y * (29.0 / 3.0) ** 3)


class TestColorMapLaw:
    """Who tells no hues apart reads a value by its lightness, which every kind of colour vision keeps."""

    @pytest.mark.parametrize("color_map", USED_MAPS)
    def test_lightness_rises_evenly_from_dark_to_bright(self, color_map):
        lightness = _lightness(color_map)
        steps = np.diff(lightness)
        mean = (lightness[-1] - lightness[0]) / len(steps)
        assert steps.min() > 0.0
        assert steps.max() < 1.5 * mean  # no false edge
        eighths = np.diff(lightness[::8])  # about what lies between two ticks
        assert eighths.min() > 0.5 * eighths.mean()  # no such stretch that is half flat
        assert np.ptp(lightness) > 70.0  # of 100: seven between ten ticks, where one can just be seen

    @pytest.mark.parametrize("rainbow", ["jet", "hsv", "coolwarm"])
    def test_maps_that_do_not_are_found(self, rainbow):
        assert np.diff(_lightness(rainbow)).min() < 0.0

    def test_the_scale_of_lightness_itself(self):
        grays = _lightness("gray")
        assert grays[[0, -1]] == pytest.approx([0.0, 100.0], abs=1e-3)
        assert grays[32] == pytest.approx(53.4, abs=0.2)  # the middle of sRGB, 127/255 or 128/255, is L* 53.4


class TestDrawnLaw:
    @pytest.mark.parametrize("size", [(1920, 1080), (960, 540), (480, 270)])
    @pytest.mark.parametrize("anchor", ["right", "bottom"])
    def test_a_bar_keeps_clear_of_the_edges_and_shows_its_colours(self, size, anchor):
        black = np.zeros((size[1], size[0], 3), np.uint8)
        bar = ScalarBar("absorbed flux, W/m²", (0.0, 1400.0), "viridis", anchor=anchor)
        drawn = lettered(black, _scene(scalar_bar=bar))
        rows, columns = np.nonzero(drawn.max(axis=2) > 60)
        margin = 0.03 * size[1]
        assert rows.min() > margin
        assert rows.max() < size[1] - margin
        assert columns.max() < size[0] - margin
        yellow = (drawn[..., 0] > 200) & (drawn[..., 1] > 200) & (drawn[..., 2] < 90)
        assert yellow.any()  # the top of the map

    def test_two_bars(self):
        black = np.zeros((540, 960, 3), np.uint8)
        bars = (
            ScalarBar("one", (0.0, 1.0), "inferno", (), "bottom", "", (0.3, 0.3), 0.2),
            ScalarBar("two", (0.0, 1.0), "viridis", (), "bottom", "", (0.7, 0.6), 0.2),
        )
        drawn = lettered(black, _scene(scalar_bar=bars)).max(axis=2) > 60
        assert drawn[140:190, 180:400].any()
        assert drawn[300:350, 570:790].any()
        assert not drawn[400:].any()

    def test_a_dimension_line_runs_from_end_to_end(self):
        black = np.zeros((540, 960, 3), np.uint8)
        line = Dimension("4 m", (-2.0, 0.0, 0.0), (2.0, 0.0, 0.0), text_offset=(0.0, -0.1))
        scene = _scene(dimensions=(line,))
        drawn = lettered(black, scene).max(axis=2) > 100
        ends, _ = scene.camera.pixels(np.array([line.start_gcrs_m, line.end_gcrs_m]), (960, 540))
        columns = np.nonzero(drawn[268:272].any(axis=0))[0]
        assert columns.min() == pytest.approx(ends[0, 0], abs=2.0)
        assert columns.max() == pytest.approx(ends[1, 0], abs=2.0)
        assert np.asarray(Image.fromarray(drawn)).any()

    def test_words_that_come_back_are_the_same(self):
        ground = np.random.default_rng(3).integers(0, 200, (270, 480, 3), dtype=np.uint8)
        scene = _scene(captions=(Caption("one\ntwo", "bottom_left"), Caption("three", "top_right")))
        first = lettered(ground, scene)
        np.testing.assert_array_equal(lettered(ground, scene), first)
        with theme.themed("light"):
            # over what is dark words stay light, on paper they are dark
            np.testing.assert_array_equal(
                lettered(ground // 2, scene), on_dark := lettered(ground // 2, scene)
            )
            on_paper = lettered(ground // 4 + 190, scene)
        np.testing.assert_array_equal(lettered(ground // 2, scene), on_dark)
        assert (on_paper != lettered(ground // 4 + 190, scene)).any()
        np.testing.assert_array_equal(lettered(ground, scene), first)


class TestReadableLaw:
    def test_small_pictures_have_type_that_can_be_read(self):
        words = Caption("words", "bottom_left", 0.0185)
        assert [type_pixels(words, h) for h in (100, 360, 1080)] == [6, 10, 20]

    def test_names_at_lines_are_as_large_as_they_stand_apart(self):
        def pixels(step, width=640):
            names = [
                Label(f"part {k}", (0.0, 0.0, 0.0), (0.3, step * k), 0.0215, leader=True) for k in range(3)
            ]
            stood = _stood(_scene(labels=tuple(names)), (width, 360), 360.0)
            assert all(own.box[2] <= width for own in stood)
            return {own.pixels for own in stood}

        assert pixels(0.1) == {10}
        assert pixels(0.0255) == {9}  # lines 9.2 pixels apart
        assert pixels(0.01) == {8}  # as its size says: they would meet anyway
        assert pixels(0.1, width=280) == {10}  # moved a little, with the ends of their lines
        assert pixels(0.1, width=250) == {8}

    @pytest.mark.parametrize("look", ["dark", "light"])
    def test_transparent_words_are_told_from_white_and_from_grey(self, look):
        scene = _scene(captions=(Caption("Ill", "center", 0.1, color=theme.TEXT_QUIET),))
        picture = render_scene(scene, (320, 180), transparent=True, look=look)
        alpha = picture[..., 3:] / 255.0
        for ground in (255.0, 170.0):
            code = (picture[..., :3] * alpha + ground * (1.0 - alpha)).mean(axis=2) / 255.0
            stem = code[85:95, 140:180]  # across the letters
            light = ((stem + 0.055) / 1.055) ** 2.4
            # success criterion 1.4.3 of [WCAG2]
            assert (light.max() + 0.05) / (light.min() + 0.05) > 4.5


class TestLaidOutLaw:
    LONG = "LTAN 18:00  ·  beta +58.9°  ·  777 in sunlight, 9 in penumbra, 214 in umbra  ·  seen from the Sun"

    @pytest.mark.parametrize("size", [(1920, 1080), (1000, 1000), (540, 960), (300, 900), (2560, 1080)])
    def test_words_stay_in_the_picture_and_off_each_other(self, size):
        captions = (
            Caption("1,000 satellites at 560 km, in one plane", "bottom_left", 0.030, (0.0, -0.040)),
            Caption(self.LONG, "bottom_left", 0.0185),
            Caption("2027-06-21  17:02 UTC", "bottom_right", 0.0185),
            Caption("newest launch", "top_left", 0.02),
            Caption("in place", "top_left", 0.02, (0.0, 0.03)),
        )
        unit = _scene().camera.landscape_height(size)
        taken = (0.02 * size[0], 0.80 * size[1], 0.3 * size[0], 0.85 * size[1])
        found = list(laid_out(captions, size, unit, (taken,)))
        boxes = [taken, *(box for _caption, box in found)]
        for left, top, right, bottom in boxes:
            assert 0.0 <= left < right <= size[0]
            assert 0.0 <= top < bottom <= size[1]
        for k, a in enumerate(boxes):
            for b in boxes[k + 1 :]:
                assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        words = " ".join(found[1][0].text.split()).replace("·", "").split()
        assert words == self.LONG.replace("·", "").split()  # none is lost
        if size == (1920, 1080):
            assert [c for c, _box in found] == list(captions)

    def test_labels_of_what_is_in_the_picture_stay_in_it(self):
        label = Label("00 h midnight", (3.1, 0.0, 0.0), centered=True, size=0.06)
        drawn = lettered(np.zeros((300, 300, 3), np.uint8), _scene(labels=(label,))).max(axis=2) > 60
        columns = np.nonzero(drawn.any(axis=0))[0]
        assert columns.max() < 299
        assert columns.max() - columns.min() > 80

    @pytest.mark.parametrize("name", ["TEXT", "TEXT_QUIET", "LIT", "PENUMBRA", "DARK", "ACCENT", "ALERT"])
    def test_words_on_paper_can_be_read(self, name):
        with theme.themed("light"):
            written = np.array(ink_of(getattr(theme, name))[:3]) / 255.0
        linear = np.where(written <= 0.04045, written / 12.92, ((written + 0.055) / 1.055) ** 2.4)
        contrast = 1.05 / (linear @ (0.2126, 0.7152, 0.0722) + 0.05)  # with white [WCAG2]
        assert contrast >= 4.5

    def test_words_over_bright_ground_have_a_dark_one(self):
        words = Caption("MMMM", "center", 0.1)
        low, high = (
            lettered(np.full((270, 480, 3), level, np.uint8), _scene(captions=(words,)))
            for level in (20, 235)
        )
        assert low.max() > 200  # the letters are light on both
        assert high.min() < 0.3 * 235  # with a ground of their own between them

    def test_words_half_over_paper_change_where_the_ground_does(self):
        ground = np.zeros((270, 480, 3), np.uint8)
        ground[:, 240:] = 255
        words = Caption("MMMMMM", "center", 0.1)
        with theme.themed("light"):
            drawn = lettered(ground, _scene(captions=(words,)))
        assert drawn[:, :236].max() > 200
        assert drawn[:, 244:].min() < 60

    def test_labels_on_paper_are_dark_over_white_and_light_over_black(self):
        label = Label("a name", (0.0, 0.0, 0.0), centered=True, size=0.09)
        shown = {}
        for level in (250, 10):
            with theme.themed("light"):
                words = lettered(np.full((300, 300, 3), level, np.uint8), _scene(labels=(label,)))
            shown[level] = words[130:170, 80:220]
        assert shown[250].min() < 60
        assert shown[10].max() > 200

    def test_lines_on_paper_are_light_over_what_is_dark(self):
        ground = np.full((300, 300, 3), 250, np.uint8)
        ground[:, 150:] = 10
        name = Label(
            "a", (0.0, 0.0, 0.0), offset=(-0.3, 0.0), size=0.05, leader=True
        )  # its line starts in the middle
        length = Dimension("1 m", (0.4, 0.1, 0.0), (0.4, 0.8, 0.0))
        with theme.themed("light"):
            named = lettered(ground[:, ::-1], _scene(labels=(name,)))
            measured = lettered(np.full_like(ground, 10), _scene(dimensions=(length,)))
        assert named[145:155, 90:140].max() > 80  # a line one pixel wide between two rows
        assert measured.max() > 150

    def test_ticks_of_a_narrow_bar_do_not_meet(self):
        bar = ScalarBar("absorbed", (0.0, 1400.0), anchor="bottom", place=(0.5, 0.5), length=0.16)
        drawn = lettered(np.zeros((540, 960, 3), np.uint8), _scene(scalar_bar=bar)).max(axis=2) > 60
        below = drawn[282:300].any(axis=0)
        gaps = np.diff(np.nonzero(below)[0])
        assert 1 <= (gaps > 8).sum() <= 5  # between numbers; digits stand closer
