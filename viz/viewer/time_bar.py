"""The time bar of the desktop window: play and speed, jumps, tools, and the season strip under them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from viz import theme
from viz.times import year_of, year_share
from viz.typesetting import line_width
from viz.viewer.panels import BETWEEN, BUTTON, Bars, Control, Panel, Pen, Pointed, Shape, Text, fitted
from viz.viewer.session import Session
from viz.viewer.state import speed_text
from viz.viewer.telling import year_words

# lengths in heights of the type
APART = 1.05  # groups of buttons
STRIP = 2.6
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def time_bar(session: Session, size: tuple[int, int], px: int, edge: float, pointed: Pointed) -> Panel:
    """The time bar of a window, along its lower edge.

    Parameters
    ----------
    session : Session
    size : tuple of 2 int
        Of the window, pixels.
    px : int
        Height of the type.
    edge : float
        Free around it, pixels.
    pointed : Pointed
    """
    pad = 0.9 * px
    width = size[0] - 2 * edge - 2 * pad
    rows = _transport_rows(session, width / px)
    height = (0.6 + len(rows) * (BUTTON + BETWEEN) + 0.15 + STRIP + 1.5) * px
    top = size[1] - edge - height
    pen = Pen(edge + pad, top + 0.6 * px, width, px, pointed)
    for row in rows:
        _transport(row, pen)
    pen.y += 0.15 * px
    _season_strip(session, pen)
    return pen.panel("bottom", (edge, top, size[0] - edge, size[1] - edge))


@dataclass(frozen=True)
class _Tool:
    """One button of the time bar, or words between two; `wide` in heights of the type."""

    command: str
    label: str
    wide: float
    chosen: bool = False


def _transport_rows(session: Session, width: float) -> list[list[list[_Tool]]]:
    """Groups of the time bar in as many rows as a width (in heights of the type) asks for."""
    playing, filming = session.state.playing, session.filming
    play = [
        _Tool("play", "Pause" if playing else "Play", 4.2, playing),
        _Tool("speed:-1", "−", 1.9),
        _Tool("", speed_text(session.state.speed), 10.0),
        _Tool("speed:+1", "+", 1.9),
    ]
    jumps = [
        _Tool("jump:equinox", "Equinox", 5.2),
        _Tool("jump:solstice", "Solstice", 5.2),
        _Tool("jump:eclipse", "Next eclipse", 7.6),
        _Tool("jump:longest", "Longest eclipse", 9.2),
    ]
    tools = [
        _Tool("umbra", "Shadow", 5.0, session.state.umbra),
        _Tool("screenshot", "Screenshot", 7.2),
        _Tool("film", "Stop" if filming else "Film", 3.6, filming),
        _Tool("help", "?", 1.9, session.state.help),
    ]
    parts = [play, jumps, tools]
    if _wide([play, jumps]) > width:  # two by two
        parts = [play, jumps[:2], jumps[2:], tools]
    rows: list[list[list[_Tool]]] = []
    for part in parts:
        if rows and _wide([*rows[-1], part]) <= width:
            rows[-1].append(part)
        else:
            rows.append([part])
    return rows


def _wide(groups: list[list[_Tool]]) -> float:
    """Width of some groups side by side, in heights of the type."""
    alone = sum(sum(t.wide for t in g) + BETWEEN * (len(g) - 1) for g in groups)
    return alone + APART * (len(groups) - 1)


def _transport(groups: list[list[_Tool]], pen: Pen) -> None:
    """One row of the time bar; what stands last in a row that is full ends at its right."""
    px, y, x = pen.px, pen.y, pen.left
    for k, group in enumerate(groups):
        if k == len(groups) - 1 and group[0].command == "umbra" and k:
            x = max(x, pen.right - _wide([group]) * px)
        for tool in group:
            right = x + tool.wide * px
            if tool.command:
                pen.button((x, y, right, y + BUTTON * px), tool.command, tool.label, tool.chosen)
            else:
                middle, base = 0.5 * (x + right), y + (0.5 * BUTTON + 0.36) * px
                words = fitted(tool.label, px, right - x)
                pen.items.append(Text(middle, base, words, px, align="center"))
            x = right + BETWEEN * px
        x += (APART - BETWEEN) * px
    pen.y += (BUTTON + BETWEEN) * px


def _season_strip(session: Session, pen: Pen) -> None:
    """Minutes of umbra in each orbit, day by day over the year; the day shown is marked."""
    px, top = pen.px, pen.y
    left, right, bottom = pen.left, pen.right, pen.y + STRIP * px
    focused = pen.pointed.focus == "date"
    pen.items.append(
        Shape((left, top, right, bottom), theme.CONTROL, 0.2 * px, theme.ACCENT if focused else None)
    )
    year, calendar = year_of(session.state.at_utc), session.year
    words = year_words(calendar, year)
    if calendar is not None and calendar.year == year and calendar.umbra_s.any():
        heights = tuple(np.round(calendar.umbra_s / calendar.umbra_s.max(), 3))
        pen.items.append(Bars((left, top + 0.25 * px, right, bottom), heights, theme.STRIP))
    label_x = left + 0.4 * px
    for month, name in enumerate(MONTHS):
        begin = np.datetime64(f"{year}-{month + 1:02d}-01", "us")
        x = left + year_share(begin) * (right - left)
        if month:
            pen.items.append(Shape((x, bottom - 0.45 * px, x + 1.0, bottom), theme.TEXT_QUIET))
        pen.items.append(Text(x + 0.35 * px, bottom + 1.0 * px, name, round(0.85 * px), theme.TEXT_QUIET))
    x = round(2.0 * (left + year_share(session.state.at_utc) * (right - left))) / 2.0  # to half a pixel
    small = round(0.85 * px)
    if x - left < line_width(words, "regular", small) + 1.2 * px:  # out of the way of the mark
        label_x = right - line_width(words, "regular", small) - 0.4 * px
    pen.items.append(Text(label_x, top + 1.05 * px, words, small, theme.TEXT_QUIET))
    pen.items.append(Shape((x - 0.08 * px, top, x + 0.08 * px, bottom), theme.ACCENT))
    pen.controls.append(Control("date", "slider", (left, top, right, bottom), "date"))
    pen.y = bottom
