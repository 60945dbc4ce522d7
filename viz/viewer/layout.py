"""Where the panels of the desktop window lie and what stands on them: data, no drawing and no window."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from viz import theme
from viz.typesetting import line_width
from viz.viewer.coloring import COLORINGS
from viz.viewer.keys import WINDOW, key_lines
from viz.viewer.knobs import KNOBS, LAWS, value_text
from viz.viewer.session import Session
from viz.viewer.sight import Sight
from viz.viewer.state import CAMERAS, speed_text
from viz.viewer.telling import (
    SIDE_WORDS,
    place_text,
    satellite_lines,
    sun_lines,
    surface_lines,
    time_text,
    title_lines,
)

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels from the top left of the window."""

MARGIN = 0.9  # all lengths of the layout are in heights of the type
COLUMN = 21.0
ROW = 1.55
BUTTON = 1.9
BETWEEN, APART = 0.35, 1.05  # buttons of one group, groups of buttons
STRIP = 2.6
DISC = 14.0


@dataclass(frozen=True)
class Text:
    """One line, its base line's left (or right) end at (x, y)."""

    x: float
    y: float
    text: str
    px: int
    color: theme.Color = theme.TEXT
    weight: str = "regular"
    align: str = "left"


@dataclass(frozen=True)
class Shape:
    """A filled rectangle with round corners."""

    box: Box
    fill: theme.Color
    radius: float = 0.0
    outline: theme.Color | None = None


@dataclass(frozen=True)
class Bars:
    """Heights (share of the box) side by side: the season strip."""

    box: Box
    heights: tuple[float, ...]
    color: theme.Color


@dataclass(frozen=True)
class Ramp:
    """A colour map lying across a box."""

    box: Box
    color_map: str


@dataclass(frozen=True, eq=False)
class Plate:
    """A picture with transparency, fitted into a box."""

    box: Box
    picture: NDArray[np.uint8]


Item = Text | Shape | Bars | Ramp | Plate


@dataclass(frozen=True)
class Control:
    """Something to press or to drag.

    `command` as `commands.perform` takes it; a slider's is given the value at its share of the box.
    """

    command: str
    kind: str
    box: Box
    label: str

    def holds(self, x: float, y: float) -> bool:
        """Whether a place lies on it."""
        left, top, right, bottom = self.box
        return left <= x <= right and top <= y <= bottom

    def share(self, x: float) -> float:
        """Place along a slider, 0 to 1."""
        left, _top, right, _bottom = self.box
        return min(max((x - left) / (right - left), 0.0), 1.0)


@dataclass(frozen=True)
class Panel:
    """One rectangle of the window with what stands on it."""

    name: str
    box: Box
    items: tuple[Item, ...]
    controls: tuple[Control, ...] = ()
    opacity: float = theme.PANEL_OPACITY


@dataclass(frozen=True)
class Pointed:
    """Which control is under the pointer, which has the focus of the keys, by command."""

    hover: str = ""
    focus: str = ""


class _Pen:
    """Collects items and controls of one panel, from the top down."""

    def __init__(self, left: float, top: float, width: float, px: int, pointed: Pointed) -> None:
        self.left, self.y, self.width, self.px, self.pointed = left, top, width, px, pointed
        self.items: list[Item] = []
        self.controls: list[Control] = []

    @property
    def right(self) -> float:
        return self.left + self.width

    def line(
        self, text: str, *, px: int | None = None, color: theme.Color = theme.TEXT, height: float = ROW
    ) -> None:
        size = px or self.px
        self.y += height * size
        self.items.append(Text(self.left, self.y - 0.35 * size, fitted(text, size, self.width), size, color))

    def pair(self, left: str, right: str) -> None:
        self.y += ROW * self.px
        base = self.y - 0.35 * self.px
        self.items.append(Text(self.left, base, left, self.px, theme.TEXT_QUIET))
        room = self.width - line_width(left, "regular", self.px) - 0.6 * self.px
        self.items.append(
            Text(self.right, base, fitted(right, self.px, room), self.px, theme.TEXT, align="right")
        )

    def gap(self, rows: float) -> None:
        self.y += rows * self.px

    def buttons(self, entries: list[tuple[str, str, bool]], columns: int) -> None:
        """Buttons in a grid: command, label, whether it is the chosen one."""
        between = BETWEEN * self.px
        wide = (self.width - (columns - 1) * between) / columns
        for k, (command, label, chosen) in enumerate(entries):
            column = k % columns
            if column == 0 and k:
                self.y += BUTTON * self.px + between
            left = self.left + column * (wide + between)
            self.button((left, self.y, left + wide, self.y + BUTTON * self.px), command, label, chosen)
        self.y += BUTTON * self.px

    def button(self, box: Box, command: str, label: str, chosen: bool = False) -> None:
        fill = theme.ACCENT_DEEP if chosen else theme.CONTROL
        if self.pointed.hover == command and not chosen:
            fill = theme.CONTROL_HOVER
        outline = theme.ACCENT if self.pointed.focus == command else None
        self.items.append(Shape(box, fill, 0.3 * self.px, outline))
        shown = fitted(label, self.px, box[2] - box[0] - 0.4 * self.px)
        color = theme.ACCENT if chosen else theme.TEXT
        middle, base = 0.5 * (box[0] + box[2]), 0.5 * (box[1] + box[3]) + 0.36 * self.px
        self.items.append(Text(middle, base, shown, self.px, color, align="center"))
        self.controls.append(Control(command, "button", box, label))

    def slider(self, command: str, label: str, shown: str, share: float) -> None:
        px = self.px
        self.pair(label, shown)
        top, bottom = self.y, self.y + 1.05 * px
        middle = 0.5 * (top + bottom)
        focused = self.pointed.focus == command
        at = self.left + share * self.width
        self.items.append(
            Shape(
                (self.left, middle - 0.12 * px, self.right, middle + 0.12 * px),
                theme.CONTROL_HOVER,
                0.12 * px,
            )
        )
        self.items.append(
            Shape((self.left, middle - 0.12 * px, at, middle + 0.12 * px), theme.ACCENT, 0.12 * px)
        )
        radius = (0.48 if focused or self.pointed.hover == command else 0.40) * px
        at = min(max(at, self.left + radius), self.right - radius)
        outline = theme.TEXT if focused else None
        self.items.append(
            Shape((at - radius, middle - radius, at + radius, middle + radius), theme.ACCENT, radius, outline)
        )
        self.controls.append(
            Control(command, "slider", (self.left, top - 0.2 * px, self.right, bottom + 0.1 * px), label)
        )
        self.y = bottom + 0.15 * px


def fitted(text: str, px: int, room: float, weight: str = "regular") -> str:
    """The text, shortened at its end where it is wider than the room."""
    if line_width(text, weight, px) <= room or len(text) < 4:
        return text
    while len(text) > 3 and line_width(text + "…", weight, px) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def type_px(size: tuple[int, int], text_scale: float) -> int:
    """Height of the type for a window."""
    return max(9, round(min(max(min(size[0] / 92.0, size[1] / 52.0), 9.5), 18.0) * text_scale))


def panels(session: Session, size: tuple[int, int], pointed: Pointed = Pointed()) -> tuple[Panel, ...]:
    """All panels of a window of this size, back to front; columns that would not fit take smaller type."""
    px = max(7, min(type_px(size, session.state.text_scale), int(size[0] / (2.0 * COLUMN + 4.0 * MARGIN))))
    bottom = _bottom(session, size, min(px, max(9, round(size[0] / 74.0))), pointed)
    room = bottom.box[1] - 2 * MARGIN * px
    found = [bottom]
    for column in (_left, _right):
        small = px
        panel = column(session, size, small, pointed)
        while panel.box[3] - panel.box[1] > room and small > 8:
            small -= 1
            panel = column(session, size, small, pointed)
        found.append(panel)
    over = bottom.box[1]
    if session.message and not session.state.help:
        found.append(_message(session, size, px, over))
        over = found[-1].box[1]
    if not session.state.help:
        found += _sight(session, px, (found[1].box[2], found[2].box[0]), over)
    if session.state.help:
        found.append(_help(size, px))
    return tuple(found)


def _closed(name: str, pen: _Pen, box: Box, opacity: float = theme.PANEL_OPACITY) -> Panel:
    return Panel(name, box, tuple(pen.items), tuple(pen.controls), opacity)


def _left(session: Session, size: tuple[int, int], px: int, pointed: Pointed) -> Panel:
    """What, when, in what light; the cameras; the numbers of what is selected."""
    edge, pad, wide = MARGIN * px, 0.9 * px, COLUMN * px
    pen = _Pen(edge + pad, edge + 0.4 * px, wide - 2 * pad, px, pointed)
    name, ring = title_lines(session.design)
    moment = session.moment
    pen.line(name + (" (changed)" if session.is_changed else ""), px=round(1.3 * px), height=1.6)
    pen.line(ring, color=theme.TEXT_QUIET)
    pen.line(time_text(moment))
    for words in sun_lines(moment):
        pen.line(words)
    pen.gap(0.5)
    pen.buttons([(f"camera:{k}", label, session.state.camera == k) for k, label in CAMERAS.items()], 3)
    if session.sees_craft:
        pen.gap(BETWEEN)
        pen.buttons([(f"side:{k}", label, False) for k, label in SIDE_WORDS.items()], 3)
    pen.line(place_text(session.state.camera, moment, session.camera), color=theme.TEXT_QUIET)
    pen.gap(0.35)
    surface = session.state.surface
    if surface is not None and surface in session.craft.mesh.surface_names:
        pen.line(surface, color=theme.ACCENT)
        for left, right in _surface_lines(session, surface):
            pen.pair(left, right)
    elif session.state.camera != "ground":
        pen.line(f"Satellite {moment.satellite}", color=theme.ACCENT)
        for left, right in satellite_lines(moment):
            pen.pair(left, right)
        hint = "click a surface for its loads" if session.sees_craft else "click a satellite to go there"
        pen.line(hint, color=theme.TEXT_QUIET)
    return _closed("left", pen, (edge, edge, edge + wide, pen.y + 0.7 * px))


def _surface_lines(session: Session, surface: str) -> list[tuple[str, str]]:
    return surface_lines(surface, session.craft.mesh, session.loads, playing=session.state.playing)


def _right(session: Session, size: tuple[int, int], px: int, pointed: Pointed) -> Panel:
    """The sliders, the attitude law, the colours and their scale."""
    edge, pad, wide = MARGIN * px, 0.9 * px, COLUMN * px
    left = size[0] - edge - wide
    pen = _Pen(left + pad, edge + 0.4 * px, wide - 2 * pad, px, pointed)
    for name, value in session.knob_values().items():
        if value is not None:
            pen.slider(f"knob:{name}", KNOBS[name].label, value_text(name, value), KNOBS[name].share(value))
    pen.line("Attitude law", color=theme.TEXT_QUIET)
    pen.gap(0.1)
    pen.buttons([(f"law:{k}", label, session.laws == k) for k, label in LAWS.items()], 3)
    pen.line("Colour by", color=theme.TEXT_QUIET)
    pen.gap(0.1)
    coloring = session.state.coloring
    pen.buttons([(f"color:{k}", c.label, coloring == k) for k, c in COLORINGS.items()], 3)
    _scale(session, pen)
    pen.gap(0.5)
    pen.buttons([("reset", "Reset the design", False), ("home", "Reset the camera", False)], 2)
    return _closed("right", pen, (left, edge, left + wide, pen.y + 0.7 * px))


def _scale(session: Session, pen: _Pen) -> None:
    """The scale of the colours, where they mean something and can be seen."""
    chosen = COLORINGS[session.state.coloring]
    if chosen.values is None or not session.sees_craft:
        return
    px = pen.px
    loads = session.loads
    waiting = loads is None or (chosen.needs_fine and not loads.is_fine)
    coarse = "" if loads is None or loads.is_fine else ", coarse"
    pen.line(chosen.title + (": being cast ..." if waiting else coarse), height=1.7)
    if waiting or loads is None:
        return
    pen.gap(0.15)
    pen.items.append(Ramp((pen.left, pen.y, pen.right, pen.y + 0.7 * px), chosen.color_map))
    pen.gap(0.7)
    top = session.scale_top or 1.0
    pen.y += 1.2 * px
    base = pen.y - 0.2 * px
    pen.items.append(Text(pen.left, base, "0", px, theme.TEXT_QUIET))
    pen.items.append(
        Text(0.5 * (pen.left + pen.right), base, f"{0.5 * top:g}", px, theme.TEXT_QUIET, align="center")
    )
    pen.items.append(Text(pen.right, base, f"{top:g}", px, theme.TEXT_QUIET, align="right"))


def _bottom(session: Session, size: tuple[int, int], px: int, pointed: Pointed) -> Panel:
    """The time bar: play and speed, jumps, tools, and the season strip under them."""
    edge, pad = MARGIN * px, 0.9 * px
    width = size[0] - 2 * edge - 2 * pad
    rows = _transport_rows(session, width / px)
    height = (0.6 + len(rows) * (BUTTON + BETWEEN) + 0.15 + STRIP + 1.5) * px
    top = size[1] - edge - height
    pen = _Pen(edge + pad, top + 0.6 * px, width, px, pointed)
    for row in rows:
        _transport(row, pen)
    pen.y += 0.15 * px
    _season_strip(session, pen)
    return _closed("bottom", pen, (edge, top, size[0] - edge, size[1] - edge))


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


def _transport(groups: list[list[_Tool]], pen: _Pen) -> None:
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


def _season_strip(session: Session, pen: _Pen) -> None:
    """Minutes of umbra in each orbit, day by day over the year; the day shown is marked."""
    px, top = pen.px, pen.y
    left, right, bottom = pen.left, pen.right, pen.y + STRIP * px
    focused = pen.pointed.focus == "date"
    pen.items.append(
        Shape((left, top, right, bottom), theme.CONTROL, 0.2 * px, theme.ACCENT if focused else None)
    )
    at = session.state.at_utc
    year = int(str(at)[:4])
    first, end = np.datetime64(f"{year}-01-01", "us"), np.datetime64(f"{year + 1}-01-01", "us")
    calendar = session.year
    words = f"{year}: umbra being computed ..."
    if calendar is not None and calendar.year == year:
        most = float(calendar.umbra_s.max()) / 60.0
        words = f"{year}: no umbra at any noon"
        if most > 0.0:
            pen.items.append(
                Bars(
                    (left, top + 0.25 * px, right, bottom),
                    tuple(np.round(calendar.umbra_s / (60.0 * most), 3)),
                    theme.STRIP,
                )
            )
            words = f"{year}: up to {calendar.longest_umbra_s / 60.0:.1f} minutes of umbra in each orbit"
    label_x = left + 0.4 * px
    for month in range(12):
        begin = np.datetime64(f"{year}-{month + 1:02d}-01", "us")
        x = left + float((begin - first) / (end - first)) * (right - left)
        if month:
            pen.items.append(Shape((x, bottom - 0.45 * px, x + 1.0, bottom), theme.TEXT_QUIET))
        name = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[month]
        pen.items.append(Text(x + 0.35 * px, bottom + 1.0 * px, name, round(0.85 * px), theme.TEXT_QUIET))
    x = round(2.0 * (left + float((at - first) / (end - first)) * (right - left))) / 2.0  # to half a pixel
    small = round(0.85 * px)
    if x - left < line_width(words, "regular", small) + 1.2 * px:  # out of the way of the mark
        label_x = right - line_width(words, "regular", small) - 0.4 * px
    pen.items.append(Text(label_x, top + 1.05 * px, words, small, theme.TEXT_QUIET))
    pen.items.append(Shape((x - 0.08 * px, top, x + 0.08 * px, bottom), theme.ACCENT))
    pen.controls.append(Control("date", "slider", (left, top, right, bottom), "date"))
    pen.y = bottom


def _sight(session: Session, px: int, columns: tuple[float, float], above: float) -> list[Panel]:
    """What the selected surface sees, between the columns where there is room."""
    seen, edge, wide = session.sight, MARGIN * px, (DISC + 1.2) * px
    if seen is None or columns[1] - columns[0] < wide + 2 * edge or above < 2.0 * wide:
        return []
    left, top = columns[0] + edge, above - edge - wide - 1.5 * px
    disc = (left + 0.6 * px, top + 2.0 * px, left + wide - 0.6 * px, top + wide + 0.8 * px)
    heading = Text(left + 0.6 * px, top + 1.35 * px, "What it sees", px, theme.TEXT_QUIET)
    return [Panel("sight", (left, top, left + wide, above - edge), (heading, _plate(disc, seen)))]


@lru_cache(maxsize=4)
def _plate(box: Box, seen: Sight) -> Plate:
    """One item for one picture at one place, so that its panel is painted once."""
    return Plate(box, seen.picture)


def _message(session: Session, size: tuple[int, int], px: int, above: float) -> Panel:
    """One line over the time bar."""
    wide = min(line_width(session.message, "regular", px), 0.62 * size[0])
    text = fitted(session.message, px, wide + 1.0)
    left, top = 0.5 * (size[0] - wide) - 0.8 * px, above - 2.6 * px
    color = theme.ALERT if session.alert else theme.TEXT
    item = Text(left + 0.8 * px, top + 1.3 * px, text, px, color)
    return Panel("message", (left, top, left + wide + 1.6 * px, top + 1.95 * px), (item,))


def _help(size: tuple[int, int], px: int) -> Panel:
    """The keys, in the middle; smaller type where the window is small."""
    lines = key_lines(WINDOW)
    rows, wide = 1.7 * (len(lines) + 2.2), 32.0
    px = max(6, min(px, int(size[1] / rows), int(size[0] / wide)))
    step = 1.7 * px
    left, top = 0.5 * (size[0] - wide * px), max(0.5 * (size[1] - rows * px), 0.0)
    right, bottom = left + wide * px, top + rows * px
    items: list[Item] = [Text(left + 1.5 * px, top + 1.25 * step, "Keys", round(1.2 * px), theme.ACCENT)]
    for k, line in enumerate(lines):
        base = top + (k + 2.4) * step
        items.append(Text(left + 1.5 * px, base, line.shown, px, theme.TEXT))
        words = fitted(line.words, px, (wide - 11.0) * px)
        items.append(Text(left + 9.5 * px, base, words, px, theme.TEXT_QUIET))
    close = Control("help", "button", (left, top, right, bottom), "close")
    return Panel("help", (left, top, right, bottom), tuple(items), (close,), 0.96)


def control_at(found: tuple[Panel, ...], x: float, y: float) -> tuple[Panel | None, Control | None]:
    """The frontmost panel at a place, and the control of it."""
    for panel in reversed(found):
        left, top, right, bottom = panel.box
        if left <= x <= right and top <= y <= bottom:
            return panel, next((c for c in panel.controls if c.holds(x, y)), None)
    return None, None
