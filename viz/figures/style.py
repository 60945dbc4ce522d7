"""The house style of charts: paper, ink, colours, type, headline, caption, and how a chart is written.

No window and no global state: a chart is a `matplotlib.figure.Figure` drawn by Agg or as SVG, in settings
that hold only while it is made.  Colours are those of [OkabeIto2008], told apart by people of every kind
of colour vision, and lines differ in more than colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.dates import DateFormatter, MonthLocator
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.rcsetup import cycler

from geometry import __version__
from geometry.validation import check_choice
from geometry.whole_files import whole_file
from viz.theme import luminance

KINDS = ("png", "svg")
WIDTH_IN, DPI = 10.0, 160  # 1,600 pixels
_MARGIN_IN, _HEAD_IN, _CAPTION_LINE_IN = 0.32, 0.62, 0.165
_CAPTION_SIZE = 7.5
_ROOM_PX = (WIDTH_IN - 2.0 * _MARGIN_IN) * DPI


@dataclass(frozen=True)
class Theme:
    """Colours of a chart on one kind of paper.

    Parameters
    ----------
    paper, ink, quiet, grid : str
        Background; words and lines; words of second rank; grid lines.
    series : tuple of str
        Lines in their order: blue, vermilion, green, purple, orange.
    lit, penumbra, umbra : str
        The Sun's light, and the two shades of shadow.
    ramp : tuple of str
        Colour scale from nothing (near to the paper) to much.
    """

    paper: str
    ink: str
    quiet: str
    grid: str
    series: tuple[str, ...]
    lit: str
    penumbra: str
    umbra: str
    ramp: tuple[str, ...]

    @property
    def colormap(self) -> LinearSegmentedColormap:
        """`ramp` as a scale, even in lightness."""
        return LinearSegmentedColormap.from_list("dawnring", self.ramp)


THEMES = {
    "light": Theme(
        paper="#ffffff",
        ink="#1b2330",
        quiet="#5b6676",
        grid="#e3e7ed",
        series=("#0072b2", "#d55e00", "#009e73", "#aa4499", "#c98a00"),
        lit="#fff6df",
        penumbra="#9fb7d9",
        umbra="#27406f",
        ramp=("#e4ebf1", "#cbd8e4", "#a9bfd8", "#6f95c0", "#3e699f", "#234476", "#14284b"),
    ),
    "dark": Theme(
        paper="#0e131b",
        ink="#e8ecf2",
        quiet="#98a3b3",
        grid="#252d39",
        series=("#56b4e9", "#f0813a", "#2bc499", "#dd8fc4", "#e6b020"),
        lit="#0e131b",
        penumbra="#3d5f92",
        umbra="#8fb8ee",
        ramp=("#1b2b44", "#233c62", "#2f5687", "#4a79b0", "#7ca6d3", "#b3cfea", "#f0f6fc"),
    ),
}


@dataclass(frozen=True, eq=False)
class Chart:
    """A finished chart: the figure, its words, and the theme that it was drawn in."""

    figure: Figure
    theme: Theme
    headline: str
    caption: str


@contextmanager
def house_style(theme: str) -> Iterator[Theme]:
    """Settings of matplotlib for the time of drawing or writing; yields the theme.

    Raises
    ------
    ValueError
        No such theme.
    """
    check_choice(theme, THEMES, name="theme")
    with matplotlib.rc_context(_settings(THEMES[theme])):
        yield THEMES[theme]


def _settings(theme: Theme) -> matplotlib.RcParams:
    """What matplotlib is told: its own defaults, whatever the user has set, and the house's."""
    defaults = matplotlib.rcParamsDefault.items()
    told = {key: value for key, value in defaults if not key.startswith(_OF_THE_WINDOW)}
    house: dict[str, Any] = {
        "font.family": ["DejaVu Sans"],
        "font.size": 10.0,
        "mathtext.fontset": "dejavusans",
        "text.color": theme.ink,
        "axes.facecolor": theme.paper,
        "axes.edgecolor": theme.quiet,
        "axes.labelcolor": theme.ink,
        "axes.titlesize": 10.5,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.prop_cycle": cycler(color=theme.series),
        "grid.color": theme.grid,
        "grid.linewidth": 0.8,
        "xtick.color": theme.quiet,
        "ytick.color": theme.quiet,
        "xtick.labelcolor": theme.ink,
        "ytick.labelcolor": theme.ink,
        "lines.linewidth": 1.8,
        "legend.frameon": False,
        "figure.facecolor": theme.paper,
        "savefig.facecolor": theme.paper,
        "hatch.linewidth": 0.6,
        "svg.hashsalt": "dawnring",
        "svg.fonttype": "path",
        "path.simplify": True,
    }
    return matplotlib.RcParams(told | house)


_OF_THE_WINDOW = ("backend", "interactive", "keymap", "macosx", "tk", "toolbar", "webagg")


def new_figure(headline: str, subtitle: str, caption: str, *, theme: Theme, height_in: float = 6.0) -> Figure:
    """An empty figure with its words; axes added to it keep clear of them.

    Parameters
    ----------
    headline : str
        What the chart says, in a sentence.
    subtitle : str
        What is drawn, of what.
    caption : str
        The model, what it leaves out, and where the numbers come from.
    theme : Theme
        That of the surrounding `house_style`.
    height_in : float
        The width is always 10 inches.
    """
    figure = Figure(figsize=(WIDTH_IN, height_in), dpi=DPI)
    FigureCanvasAgg(figure)
    left, top = _MARGIN_IN / WIDTH_IN, 1.0 - _MARGIN_IN / height_in
    for words, size, weight, drop_in, color in (
        (headline, 15.0, "bold", 0.0, theme.ink),
        (subtitle, 10.0, "normal", 0.33, theme.quiet),
    ):
        while _width_px(figure, words, size, weight) > _ROOM_PX:
            size *= 0.97
        figure.text(
            left, top - drop_in / height_in, words, fontsize=size, fontweight=weight, va="top", color=color
        )
    lines = _wrapped(figure, caption)
    figure.text(
        left,
        0.16 / height_in,
        "\n".join(lines),
        fontsize=_CAPTION_SIZE,
        va="bottom",
        color=theme.quiet,
        linespacing=1.4,
    )
    bottom = (0.24 + _CAPTION_LINE_IN * len(lines)) / height_in
    head = (_MARGIN_IN + _HEAD_IN) / height_in
    engine_rect = (0.6 * left, bottom, 1.0 - 1.2 * left, 1.0 - bottom - head)
    figure.set_layout_engine("constrained", rect=engine_rect, w_pad=0.06, h_pad=0.06)
    return figure


def _width_px(figure: Figure, words: str, size: float, weight: str = "normal") -> float:
    """Width of a line of words in the house font, pixels."""
    font = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    canvas = cast(FigureCanvasAgg, figure.canvas)
    return float(canvas.get_renderer().get_text_width_height_descent(words, font, False)[0])


def _wrapped(figure: Figure, words: str) -> list[str]:
    """The caption in lines that fit between the margins."""
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _width_px(figure, longer, _CAPTION_SIZE) <= _ROOM_PX:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def date_axis(axes: Axes, first_utc: np.datetime64, last_utc: np.datetime64) -> None:
    """Months of one or a few years along x, named in the middle of each."""
    axes.set_xlim(first_utc, last_utc)  # type: ignore[arg-type]  # matplotlib's stubs know numbers alone
    axes.xaxis.set_major_locator(MonthLocator())
    axes.xaxis.set_major_formatter(DateFormatter(""))
    axes.xaxis.set_minor_locator(MonthLocator(bymonthday=16))
    axes.xaxis.set_minor_formatter(DateFormatter("%b"))
    axes.tick_params(axis="x", which="minor", length=0)


def day_and_month(moment: np.datetime64) -> str:
    """`5 May`."""
    date: datetime = moment.astype("datetime64[s]").astype(object)
    return f"{date.day} {date:%b}"


def ink_on(color: Any) -> str:
    """Near-black or white, whichever is read more easily on a colour (relative luminance of [WCAG2])."""
    return "#ffffff" if luminance(to_rgb(color)) < 0.18 else "#10161f"


def write_chart(chart: Chart, path: Path, kind: str) -> None:
    """The chart as PNG or SVG, whole or not at all; the same bytes for the same chart.

    Parameters
    ----------
    chart : Chart
    path : Path
    kind : {"png", "svg"}

    Raises
    ------
    ValueError
        Another kind.
    """
    check_choice(kind, KINDS, name="kind of chart")
    if kind == "svg":
        metadata = {"Title": chart.headline, "Description": chart.caption, "Date": None}
        metadata["Creator"] = f"dawnring {__version__}"
    else:
        metadata = {"Title": chart.headline, "Description": chart.caption}
        metadata["Software"] = f"dawnring {__version__}"
    with matplotlib.rc_context(_settings(chart.theme)), whole_file(path) as partial:
        chart.figure.savefig(partial, format=kind, dpi=DPI, metadata=metadata)
