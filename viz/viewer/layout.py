"""Where the panels of the desktop window lie and what stands on them: data, no drawing and no window."""

from __future__ import annotations

from functools import lru_cache

from viz import theme
from viz.typesetting import line_width
from viz.viewer.coloring import COLORINGS
from viz.viewer.keys import WINDOW, key_lines
from viz.viewer.knobs import KNOBS, LAWS, value_text
from viz.viewer.panels import (
    BETWEEN,
    NOWHERE,
    Box,
    Control,
    Item,
    Panel,
    Pen,
    Plate,
    Pointed,
    Ramp,
    Text,
    fitted,
)
from viz.viewer.session import Session
from viz.viewer.sight import Sight
from viz.viewer.state import CAMERAS
from viz.viewer.telling import (
    SIDE_WORDS,
    place_text,
    satellite_lines,
    sun_lines,
    surface_lines,
    time_text,
    title_lines,
)
from viz.viewer.time_bar import time_bar

MARGIN = 0.9  # all lengths of the layout are in heights of the type
COLUMN = 21.0
DISC = 14.0


def type_px(size: tuple[int, int], text_scale: float) -> int:
    """Height of the type for a window."""
    return max(9, round(min(max(min(size[0] / 92.0, size[1] / 52.0), 9.5), 18.0) * text_scale))


def panels(session: Session, size: tuple[int, int], pointed: Pointed = NOWHERE) -> tuple[Panel, ...]:
    """All panels of a window of this size, back to front; columns that would not fit take smaller type."""
    px = max(7, min(type_px(size, session.state.text_scale), int(size[0] / (2.0 * COLUMN + 4.0 * MARGIN))))
    bar_px = min(px, max(9, round(size[0] / 74.0)))
    bottom = time_bar(session, size, bar_px, MARGIN * bar_px, pointed)
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


def _left(session: Session, size: tuple[int, int], px: int, pointed: Pointed) -> Panel:
    """What, when, in what light; the cameras; the numbers of what is selected."""
    edge, pad, wide = MARGIN * px, 0.9 * px, COLUMN * px
    pen = Pen(edge + pad, edge + 0.4 * px, wide - 2 * pad, px, pointed)
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
    return pen.panel("left", (edge, edge, edge + wide, pen.y + 0.7 * px))


def _surface_lines(session: Session, surface: str) -> list[tuple[str, str]]:
    return surface_lines(surface, session.craft.mesh, session.loads, playing=session.state.playing)


def _right(session: Session, size: tuple[int, int], px: int, pointed: Pointed) -> Panel:
    """The sliders, the attitude law, the colours and their scale."""
    edge, pad, wide = MARGIN * px, 0.9 * px, COLUMN * px
    left = size[0] - edge - wide
    pen = Pen(left + pad, edge + 0.4 * px, wide - 2 * pad, px, pointed)
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
    return pen.panel("right", (left, edge, left + wide, pen.y + 0.7 * px))


def _scale(session: Session, pen: Pen) -> None:
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
