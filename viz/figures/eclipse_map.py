"""The map of date against altitude, with the altitude from which there is no eclipse."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm
from matplotlib.contour import ContourSet
from matplotlib.dates import date2num
from matplotlib.figure import Figure

from geometry.studies.eclipse_map import EclipseMap
from geometry.validation import FloatArray
from viz.figures.eclipse import model_words
from viz.figures.style import Chart, Theme, date_axis, house_style, ink_on, new_figure
from viz.times import clock_text, year_span

DESCRIPTION = "minutes of umbra against date and altitude, with the altitude from which there is none"

_HELD = (
    "each altitude has its own sun-synchronous inclination and keeps its mean local time, with J2 "
    "short-period and J3 long-period terms"
)
_FILL_STEP_MIN, _LINE_STEP_MIN = 2.5, 5
_LABEL_FROM_EDGE_DAYS = 14


def draw(
    found: EclipseMap, *, theme: str = "light", name: str = "", altitude_m: float | None = None
) -> Chart:
    """Minutes of umbra over date and altitude.

    Parameters
    ----------
    found : EclipseMap
        At least two altitudes; a hundred or more look smooth.
    theme : {"light", "dark"}
    name : str
        What flies there, for the subtitle.
    altitude_m : float, optional
        The design's own, drawn as a line.

    Raises
    ------
    ValueError
        Fewer than two altitudes.
    """
    if found.altitude_m.size < 2:
        raise ValueError(f"a map needs two altitudes or more, got {found.altitude_m.size}; widen --altitudes")
    caption = model_words(found.earth_shape, _HELD)
    headline = _headline(found)
    where = f"sun-synchronous, ascending node at {clock_text(found.ltan_s)} mean local time, {found.year}"
    subtitle = f"{name}, {where}" if name else where
    if found.penumbra_margin_rad.min() < 0.0 < found.penumbra_margin_rad.max():
        subtitle += "; dashed: edge of the penumbra"
    with house_style(theme) as colors:
        figure = new_figure(headline, subtitle, caption, theme=colors, height_in=6.4)
        axes = figure.subplots()
        _fill(figure, axes, found, colors)
        _free_lines(axes, found, colors)
        if altitude_m is not None and found.altitude_m[0] < altitude_m < found.altitude_m[-1]:
            _own_line(axes, found, colors, altitude_m)
        date_axis(axes, *year_span(found.year))
        axes.set_ylim(found.altitude_m[0] / 1e3, found.altitude_m[-1] / 1e3)
        axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.set_ylabel("altitude / km")
        axes.grid(visible=False)
    return Chart(figure, colors, headline, caption)


def _headline(found: EclipseMap) -> str:
    """Where the lowest orbit without umbra is."""
    free_m = found.lowest_umbra_free_altitude_m
    if free_m is None:
        return "No sun-synchronous orbit of this local time escapes the umbra"
    return f"The lowest orbit without umbra all year flies at {free_m / 1e3:,.0f} km"


def _fill(figure: Figure, axes: Axes, found: EclipseMap, colors: Theme) -> None:
    """Filled steps of 2.5 minutes, lines each 5, the outer edges of umbra and penumbra, and the scale."""
    days, altitude_km = found.noons_utc, found.altitude_m / 1e3
    squared = _squared_minutes(found)
    longest = found.umbra_s.max() / 60.0
    top = max(_LINE_STEP_MIN, _LINE_STEP_MIN * np.ceil(longest / _LINE_STEP_MIN))
    steps = np.arange(0.0, top + 0.1, _FILL_STEP_MIN)
    norm = BoundaryNorm(steps**2, colors.colormap.N)
    if longest > 0.0:
        filled = axes.contourf(
            days, altitude_km, squared, levels=steps**2, cmap=colors.colormap, norm=norm, extend="neither"
        )
        bar = figure.colorbar(filled, ax=axes, pad=0.015, aspect=28)
        ticks = np.arange(0.0, top + 0.1, _LINE_STEP_MIN)
        bar.set_ticks((ticks**2).tolist(), labels=[f"{t:.0f}" for t in ticks])
        bar.set_label("minutes of umbra per orbit")
        bar.outline.set_visible(False)
        inner = np.arange(_LINE_STEP_MIN, longest, _LINE_STEP_MIN)
        if inner.size:
            readable = [ink_on(colors.colormap(norm(level**2 - 1e-3))) for level in inner]
            lines = axes.contour(days, altitude_km, squared, levels=inner**2, colors=readable, linewidths=0.7)
            _label(axes, lines, found, inner)
    for margin, style in ((found.umbra_margin_rad, "solid"), (found.penumbra_margin_rad, "dashed")):
        if margin.min() < 0.0 < margin.max():
            axes.contour(
                days,
                altitude_km,
                margin,
                levels=[0.0],
                colors=colors.quiet,
                linewidths=0.9,
                linestyles=style,
            )


def _squared_minutes(found: EclipseMap) -> FloatArray:
    """Square of the minutes of umbra, carried on below zero by the margin.

    Minutes begin like a square root, which contours over a grid turn into steps; the square begins like the
    margin, linearly.
    """
    minutes, margin = found.umbra_s / 60.0, found.umbra_margin_rad
    dark = margin < 0.0
    slope = np.median(minutes[dark] ** 2 / -margin[dark]) if dark.any() else 1.0
    return np.where(dark, minutes**2, -slope * margin)


def _label(axes: Axes, lines: ContourSet, found: EclipseMap, levels: FloatArray) -> None:
    """Minutes on the lines, on the day on which they stand highest."""
    days = found.noons_utc.size
    worst = int(found.umbra_s.sum(axis=0).argmax())
    day = min(max(worst, _LABEL_FROM_EDGE_DAYS), days - 1 - _LABEL_FROM_EDGE_DAYS)
    column = found.umbra_s[:, day] / 60.0
    at = date2num(found.noons_utc[day])
    places = []
    for level in levels:
        above = np.flatnonzero((column[:-1] >= level) & (column[1:] < level))
        if above.size:
            places.append((at, float(found.altitude_m[above[-1]] / 1e3)))
    if places:
        axes.clabel(lines, fmt=lambda square: f"{np.sqrt(square):.0f} min", fontsize=8, manual=places)


def _free_lines(axes: Axes, found: EclipseMap, colors: Theme) -> None:
    """The lowest altitudes without umbra and without penumbra."""
    rows = (
        (found.lowest_umbra_free_altitude_m, "no umbra at", "-"),
        (found.lowest_penumbra_free_altitude_m, "no penumbra at", "--"),
    )
    for free_m, words, style in rows:
        if free_m is None or not found.altitude_m[0] < free_m < found.altitude_m[-1]:
            continue
        axes.axhline(free_m / 1e3, color=colors.series[1], linestyle=style, linewidth=1.6)
        text = f"{words} {free_m / 1e3:,.0f} km"
        _words_on_line(axes, found, text, free_m, colors.series[1], colors.paper)


def _own_line(axes: Axes, found: EclipseMap, colors: Theme, altitude_m: float) -> None:
    """The design's altitude."""
    axes.axhline(altitude_m / 1e3, color=colors.paper, linewidth=2.4, alpha=0.55)
    axes.axhline(altitude_m / 1e3, color=colors.ink, linestyle=":", linewidth=1.2)
    longest = np.interp(altitude_m, found.altitude_m, found.umbra_s.max(axis=1)) / 60.0
    words = f"this design, {altitude_m / 1e3:,.0f} km: up to {longest:.1f} min"
    _words_on_line(axes, found, words, altitude_m, colors.ink, colors.paper)


def _words_on_line(
    axes: Axes, found: EclipseMap, words: str, altitude_m: float, color: str, paper: str
) -> None:
    """Words just above a level line, where the year has least shadow: at its start, middle or end."""
    days = found.noons_utc.size
    third = days // 3
    shadow = found.shadow_s.sum(axis=0)
    parts = [shadow[:third].sum(), shadow[third:-third].sum(), shadow[-third:].sum()]
    k = int(np.argmin(parts))
    at = found.noons_utc[(4, days // 2, days - 5)[k]]
    axes.annotate(
        words,
        (at, altitude_m / 1e3),
        xytext=(0, 4),
        textcoords="offset points",
        ha=("left", "center", "right")[k],
        va="bottom",
        fontsize=9,
        color=color,
        bbox={"facecolor": paper, "edgecolor": "none", "alpha": 0.75, "pad": 1.5},
    )
