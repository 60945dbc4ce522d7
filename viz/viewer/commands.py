"""Everything a user can do, by name: the same for keys, panels, tabs and tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from viz.times import year_of, year_span
from viz.viewer.coloring import COLORINGS
from viz.viewer.knobs import KNOBS
from viz.viewer.session import Session
from viz.viewer.state import LEAST_TEXT, MOST_TEXT

TURN_PX = 28.0  # of one press of an arrow key
CLOSER = 0.85


def perform(session: Session, command: str, value: Any = None, *, final: bool = True) -> None:
    """Do one thing.

    Parameters
    ----------
    session : Session
    command : str
        A name of `COMMANDS`, its argument after a colon: `camera:sun`, `knob:altitude`.
    value : Any
        For sliders and fields.
    final : bool
        Whether a slider was let go.

    Raises
    ------
    ValueError
        No such command, or a value that is refused; nothing is changed then.
    """
    name, _, argument = command.partition(":")
    if name not in COMMANDS:
        raise ValueError(f"command {command!r} is none of {', '.join(sorted(COMMANDS))}")
    COMMANDS[name](session, argument, value, final)


def attempt(session: Session, command: str, value: Any = None, *, final: bool = True) -> None:
    """`perform`, with a refusal told in the status line."""
    try:
        perform(session, command, value, final=final)
    except ValueError as error:
        session.say(str(error), alert=True)


def _play(session: Session, _argument: str, _value: Any, _final: bool) -> None:
    session.show(playing=not session.state.playing)


def _speed(session: Session, argument: str, _value: Any, _final: bool) -> None:
    session.state = session.state.faster(int(argument))
    session.touch()


def _date(session: Session, _argument: str, value: Any, _final: bool) -> None:
    """Share of the present year -> the day; the time of day is kept."""
    first, end = year_span(year_of(session.state.at_utc))
    days = (end - first) // np.timedelta64(1, "D")
    day = int(min(max(float(value), 0.0), 1.0) * (days - 1) + 0.5)
    time_of_day = session.state.at_utc - session.state.at_utc.astype("datetime64[D]")
    session.show(at_utc=first + np.timedelta64(day, "D") + time_of_day)


def _time(session: Session, _argument: str, value: Any, _final: bool) -> None:
    """A moment in words."""
    from geometry.ephemeris import check_times_utc, parse_utc

    session.show(at_utc=check_times_utc(parse_utc(str(value), name="time"), name="time")[0])


def _knob(session: Session, argument: str, value: Any, final: bool) -> None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        label = KNOBS[argument].label if argument in KNOBS else argument
        raise ValueError(f"{label} must be a number, got {str(value)[:40]!r}") from None
    session.set_knob(argument, number, final=final)


def _satellite(session: Session, argument: str, value: Any, _final: bool) -> None:
    if argument in ("+1", "-1"):
        session.step_satellite(int(argument))
        return
    try:
        number = int(str(value))
    except ValueError:
        raise ValueError(f"satellite must be a whole number, got {str(value)[:40]!r}") from None
    session.go_to(number)


def _coloring(session: Session, argument: str, _value: Any, _final: bool) -> None:
    if argument == "next":
        names = list(COLORINGS)
        argument = names[(names.index(session.state.coloring) + 1) % len(names)]
    session.show(coloring=argument)
    if not session.sees_craft and argument != "material":
        session.show(camera="follow")


def _text(session: Session, argument: str, _value: Any, _final: bool) -> None:
    scale = session.state.text_scale * (1.1 if argument == "larger" else 1.0 / 1.1)
    session.show(text_scale=min(max(scale, LEAST_TEXT), MOST_TEXT))


def _turn(session: Session, argument: str, value: Any, _final: bool) -> None:
    right, down = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}[argument]
    session.turn(right * TURN_PX, down * TURN_PX, value or (1280, 720))


def _zoom(session: Session, argument: str, value: Any, _final: bool) -> None:
    if argument == "by":
        session.zoom(float(value))
    else:
        session.zoom(CLOSER if argument == "in" else 1.0 / CLOSER)


def _step(session: Session, argument: str, _value: Any, _final: bool) -> None:
    session.show(at_utc=session.state.at_utc + np.timedelta64(int(argument), "s"))


def _middle(session: Session, _argument: str, value: Any, _final: bool) -> None:
    session.take_middle(value or (1280, 720))


def _umbra(session: Session, _argument: str, _value: Any, _final: bool) -> None:
    session.show(umbra=not session.state.umbra)


def _help(session: Session, _argument: str, _value: Any, _final: bool) -> None:
    session.state = replace(session.state, help=not session.state.help)


Command = Callable[[Session, str, Any, bool], None]

COMMANDS: dict[str, Command] = {
    "play": _play,
    "speed": _speed,
    "date": _date,
    "time": _time,
    "step": _step,
    "jump": lambda s, argument, _v, _f: s.jump(argument),
    "camera": lambda s, argument, _v, _f: s.show(camera=argument),
    "home": lambda s, _a, _v, _f: s.aim_home(),
    "side": lambda s, argument, _v, _f: s.look_at_side(argument),
    "middle": _middle,
    "leave": lambda s, _a, _v, _f: s.leave(),
    "turn": _turn,
    "zoom": _zoom,
    "satellite": _satellite,
    "color": _coloring,
    "knob": _knob,
    "law": lambda s, argument, _v, _f: s.set_law(argument),
    "reset": lambda s, _a, _v, _f: s.reset(),
    "umbra": _umbra,
    "text": _text,
    "help": _help,
}
