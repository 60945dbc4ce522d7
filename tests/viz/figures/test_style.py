"""The house style: words on the paper, the same bytes again, themes that can be read."""

from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from viz.figures import figure, figures
from viz.figures.style import (
    DPI,
    THEMES,
    WIDTH_IN,
    Chart,
    day_and_month,
    house_style,
    ink_on,
    new_figure,
    write_chart,
)

SVG = "{http://www.w3.org/2000/svg}"


def chart(theme="light", caption="Model: none."):
    with house_style(theme) as colors:
        drawn = new_figure("A headline", "what is drawn", caption, theme=colors, height_in=4.0)
        axes = drawn.subplots()
        axes.plot([0.0, 1.0], [0.0, 2.0])
        axes.set_xlabel("time / s")
    return Chart(drawn, colors, "A headline", caption)


def luminance(color):
    """Relative luminance of WCAG 2."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


class TestThemeLaw:
    @pytest.mark.parametrize("name", THEMES)
    def test_words_and_lines_stand_out_from_the_paper(self, name):
        """WCAG 2.1, success criteria 1.4.3 (4.5 : 1 for words) and 1.4.11 (3 : 1 for graphics) [WCAG2]."""
        theme = THEMES[name]
        assert contrast(theme.ink, theme.paper) > 7.0
        assert contrast(theme.quiet, theme.paper) > 4.5
        for color in theme.series:
            assert contrast(color, theme.paper) > 2.9

    @pytest.mark.parametrize("name", THEMES)
    def test_the_ramp_goes_one_way_in_lightness(self, name):
        steps = np.diff([luminance(c) for c in THEMES[name].ramp])
        assert (steps > 0.0).all() or (steps < 0.0).all()

    def test_ink_is_readable_on_any_color(self):
        for gray in np.linspace(0.0, 1.0, 21):
            color = (gray, gray, gray)
            # The best of black and white is never under 4.58; near-black loses a little.
            assert contrast(ink_on(color), color) > 4.0


class TestWritingLaw:
    @pytest.mark.parametrize("kind", ["png", "svg"])
    def test_the_same_chart_gives_the_same_bytes(self, tmp_path, kind):
        for name in ("one", "two"):
            write_chart(chart(), tmp_path / f"{name}.{kind}", kind)
        assert (tmp_path / f"one.{kind}").read_bytes() == (tmp_path / f"two.{kind}").read_bytes()

    def test_what_the_user_has_set_does_not_show(self, tmp_path):
        write_chart(chart(), tmp_path / "plain.png", "png")
        with matplotlib.rc_context({"lines.linewidth": 9.0, "axes.facecolor": "red", "font.size": 30.0}):
            write_chart(chart(), tmp_path / "loud.png", "png")
            assert matplotlib.rcParams["lines.linewidth"] == 9.0  # and it is left as it was
        assert (tmp_path / "plain.png").read_bytes() == (tmp_path / "loud.png").read_bytes()

    def test_png_has_the_house_width_and_says_what_it_shows(self, tmp_path):
        write_chart(chart(), tmp_path / "a.png", "png")
        with Image.open(tmp_path / "a.png") as picture:
            assert picture.size == (WIDTH_IN * DPI, 4.0 * DPI)
            assert picture.text["Title"] == "A headline"
            assert picture.text["Description"] == "Model: none."
            assert picture.text["Software"].startswith("dawnring ")

    def test_svg_is_xml_without_a_date(self, tmp_path):
        write_chart(chart(), tmp_path / "a.svg", "svg")
        text = (tmp_path / "a.svg").read_text(encoding="utf-8")
        assert ElementTree.fromstring(text).tag == f"{SVG}svg"
        assert "A headline" in text
        assert "dc:date" not in text

    def test_axes_keep_clear_of_headline_and_caption(self):
        """However long the caption is, its lines end below the axes and begin above the foot of the paper."""
        for word, count in (("word", 20), ("mmmm", 120), ("iiii", 400)):
            drawn = chart(caption=f"{word} " * count).figure
            drawn.draw_without_rendering()
            renderer = drawn.canvas.get_renderer()
            (axes,) = drawn.axes
            box = axes.get_tightbbox(renderer)
            headline, subtitle, caption = (t.get_window_extent(renderer) for t in drawn.texts)
            assert caption.y0 > 0.0
            assert caption.y1 <= box.y0
            assert box.y1 <= subtitle.y0 < headline.y0
            assert caption.x1 <= drawn.bbox.x1 - 40.0
            assert len(drawn.texts[2].get_text().split()) == count

    def test_a_long_headline_is_set_smaller(self):
        with house_style("light") as colors:
            drawn = new_figure("A very long headline " * 12, "of " * 200, "none", theme=colors)
        drawn.draw_without_rendering()
        for text in drawn.texts[:2]:
            assert text.get_window_extent(drawn.canvas.get_renderer()).x1 <= drawn.bbox.x1 - 40.0


class TestWordsAnalytic:
    def test_day_and_month(self):
        assert day_and_month(np.datetime64("2027-05-05T20:21:12", "us")) == "5 May"


class TestRegisterLaw:
    def test_the_folder_is_the_register(self):
        assert {"eclipse", "eclipse_map", "latency"} <= set(figures())
        assert "style" not in figures()
        for name, line in figures().items():
            assert line == figure(name).DESCRIPTION
            assert callable(figure(name).draw)


class TestRefusal:
    def test_an_unknown_figure(self):
        with pytest.raises(ValueError, match="figure 'eclipes' is unknown; did you mean 'eclipse'"):
            figure("eclipes")

    def test_an_unknown_theme(self):
        with (
            pytest.raises(ValueError, match="theme 'drak' is unknown; did you mean 'dark'"),
            house_style("drak"),
        ):
            pass

    def test_another_kind_of_file(self, tmp_path):
        with pytest.raises(ValueError, match="kind of chart 'gif' is unknown"):
            write_chart(chart(), tmp_path / "a.gif", "gif")
        assert not list(tmp_path.iterdir())
