"""What the pointer and the keys do on panels and picture: the same under any window, and without one."""

from __future__ import annotations

from viz.viewer.commands import attempt
from viz.viewer.keys import WINDOW, key_commands
from viz.viewer.knobs import KNOBS
from viz.viewer.layout import panels
from viz.viewer.panels import Control, Panel, Pointed, control_at
from viz.viewer.session import Session

FRONTS_OWN = ("screenshot", "film", "panels", "close")  # done by the front itself
SIZED = ("turn", "middle")  # commands that ask for the size of the window
CLICK_PX = 4.0  # a press that moves no farther is a click
NUDGES = ("ArrowLeft", "ArrowRight", "Home", "End")  # keys that move a slider
Size = tuple[int, int]
Place = tuple[float, float]


class Pointer:
    """Turns presses, moves and keys into commands.

    Places are pixels from the top left of the window.  Commands of the front itself (`FRONTS_OWN`) are
    returned to it.

    Parameters
    ----------
    session : Session
    front : str
        Whose keys these are, as in `viz.viewer.keys`.
    """

    def __init__(self, session: Session, front: str = WINDOW) -> None:
        self.session = session
        self._commands = key_commands(front)
        self.hover, self.focus = "", ""
        self.hidden = False
        self._pressed: Place | None = None
        self._last: Place = (0.0, 0.0)
        self._held: Control | None = None
        self._on_panel = False

    @property
    def pointed(self) -> Pointed:
        """For the layout."""
        return Pointed(self.hover, self.focus)

    def panels(self, size: Size) -> tuple[Panel, ...]:
        """As the window shows them now."""
        return () if self.hidden else panels(self.session, size, self.pointed)

    def press(self, place: Place, size: Size) -> None:
        """A button goes down."""
        panel, control = control_at(self.panels(size), *place)
        self._pressed, self._last, self._on_panel = place, place, panel is not None
        self._held = control
        self.focus = ""
        if control is not None and control.kind == "slider":
            self._slide(control, place, final=False)

    def move(self, place: Place, size: Size) -> bool:
        """The pointer moves; whether that changes what is shown."""
        if self._pressed is None:
            _panel, control = control_at(self.panels(size), *place)
            hover = control.command if control is not None else ""
            changed, self.hover = hover != self.hover, hover
            return changed
        if self._held is not None and self._held.kind == "slider":
            self._slide(self._held, place, final=False)
        elif not self._on_panel and (self._moved_far(place) or self._last != self._pressed):
            self.session.turn(place[0] - self._last[0], place[1] - self._last[1], size)
            self._last = place
        else:
            return False
        return True

    def release(self, place: Place, size: Size) -> str:
        """The button goes up; the name of a command that the front must do itself, or ""."""
        pressed, held = self._pressed, self._held
        self._pressed = self._held = None
        if pressed is None:
            return ""
        if held is not None and held.kind == "slider":
            self._slide(held, place, final=True)
        elif held is not None and held.holds(*place):
            return self._do(held.command)
        elif not self._on_panel and self._last == pressed and not self._moved_from(pressed, place):
            self.session.click(place, size)
        return ""

    def wheel(self, steps: float, place: Place, size: Size) -> None:
        """Forward (positive) is nearer."""
        panel, _control = control_at(self.panels(size), *place)
        if panel is None:
            attempt(self.session, "zoom:by", 0.88**steps)

    def key(self, name: str, size: Size, *, shift: bool = False) -> str:
        """A key, by its name in a browser; the name of a command that the front must do itself, or ""."""
        if name == "Tab":
            self._next_focus(size, -1 if shift else 1)
            return ""
        focused = self._focused(size)
        if focused is not None and name in ("Enter", " ") and focused.kind == "button":
            return self._do(focused.command)
        if focused is not None and focused.kind == "slider" and name in NUDGES:
            self._nudge(focused.command, name)
            return ""
        if name == "Escape" and self.focus:
            self.focus = ""
            return ""
        command = self._commands.get(name) or self._commands.get(name.lower())
        return "" if command is None else self._do(command, size)

    def _moved_far(self, place: Place) -> bool:
        return self._pressed is not None and self._moved_from(self._pressed, place)

    @staticmethod
    def _moved_from(start: Place, place: Place) -> bool:
        return abs(place[0] - start[0]) + abs(place[1] - start[1]) > CLICK_PX

    def _do(self, command: str, size: Size | None = None) -> str:
        if command in FRONTS_OWN:
            return command
        attempt(self.session, command, size if command.startswith(SIZED) else None)
        return ""

    def _slide(self, control: Control, place: Place, *, final: bool) -> None:
        share = control.share(place[0])
        name = control.command.partition(":")[2]
        value = KNOBS[name].value(share) if name in KNOBS else share
        attempt(self.session, control.command, value, final=final)

    def _nudge(self, command: str, key: str) -> None:
        """One step of a slider by the arrow keys; its ends by Home and End."""
        name = command.partition(":")[2]
        if name not in KNOBS:  # the season strip: by days
            state = self.session.state
            share = (int(state.at_utc.astype("datetime64[D]").astype(object).timetuple().tm_yday) - 1) / 365.0
            by = {"ArrowLeft": -1.0 / 365.0, "ArrowRight": 1.0 / 365.0, "Home": -1.0, "End": 1.0}[key]
            attempt(self.session, command, share + by)
            return
        knob, value = KNOBS[name], KNOBS[name].read(self.session.design)
        if value is None:
            return
        step = max(knob.step, 0.1 * value) if knob.logarithmic else knob.step
        ends = {"Home": knob.low, "End": knob.high, "ArrowLeft": value - step, "ArrowRight": value + step}
        attempt(self.session, command, min(max(knob.rounded(ends[key]), knob.low), knob.high))

    def _focused(self, size: Size) -> Control | None:
        controls = (c for p in self.panels(size) for c in p.controls)
        return next((c for c in controls if c.command == self.focus), None) if self.focus else None

    def _next_focus(self, size: Size, step: int) -> None:
        order = [c.command for p in self.panels(size) for c in p.controls]
        if not order:
            return
        here = order.index(self.focus) if self.focus in order else (-1 if step > 0 else 0)
        self.focus = order[(here + step) % len(order)]
