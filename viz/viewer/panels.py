"""What panels of the desktop window are made of, and the pen that writes one from the top down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viz import theme
from viz.typesetting import line_width

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels from the top left of the window."""

# lengths in heights of the type
ROW = 1.55
BUTTON = 1.9
BETWEEN = 0.35  # buttons of one group


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


NOWHERE = Pointed()


class Pen:
    """Collects items and controls of one panel, from the top down.

    Parameters
    ----------
    left, top, width : float
        Of what is written, pixels; `y` is how far down it has come.
    px : int
        Height of the type.
    pointed : Pointed
    """

    def __init__(self, left: float, top: float, width: float, px: int, pointed: Pointed) -> None:
        self.left, self.y, self.width, self.px, self.pointed = left, top, width, px, pointed
        self.items: list[Item] = []
        self.controls: list[Control] = []

    @property
    def right(self) -> float:
        """Of what is written, pixels."""
        return self.left + self.width

    def line(
        self, text: str, *, px: int | None = None, color: theme.Color = theme.TEXT, height: float = ROW
    ) -> None:
        """One line of words, shortened to fit; `height` in heights of its type."""
        size = px or self.px
        self.y += height * size
        self.items.append(Text(self.left, self.y - 0.35 * size, fitted(text, size, self.width), size, color))

    def pair(self, left: str, right: str) -> None:
        """A name at the left and its value at the right."""
        self.y += ROW * self.px
        base = self.y - 0.35 * self.px
        self.items.append(Text(self.left, base, left, self.px, theme.TEXT_QUIET))
        room = self.width - line_width(left, "regular", self.px) - 0.6 * self.px
        self.items.append(
            Text(self.right, base, fitted(right, self.px, room), self.px, theme.TEXT, align="right")
        )

    def gap(self, rows: float) -> None:
        """Leave so many heights of the type free."""
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
        """One button in its box."""
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
        """A name, a value in words, and under them the track; `share` (0 to 1) of it is run through."""
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

    def panel(self, name: str, box: Box) -> Panel:
        """What has been written, as a panel."""
        return Panel(name, box, tuple(self.items), tuple(self.controls))


def fitted(text: str, px: int, room: float, weight: str = "regular") -> str:
    """The text, shortened at its end where it is wider than the room."""
    if line_width(text, weight, px) <= room or len(text) < 4:
        return text
    while len(text) > 3 and line_width(text + "…", weight, px) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def control_at(found: tuple[Panel, ...], x: float, y: float) -> tuple[Panel | None, Control | None]:
    """The frontmost panel at a place, and the control of it."""
    for panel in reversed(found):
        left, top, right, bottom = panel.box
        if left <= x <= right and top <= y <= bottom:
            return panel, next((c for c in panel.controls if c.holds(x, y)), None)
    return None, None
