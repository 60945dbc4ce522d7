"""The keys of window, browser and page: one list, one meaning, told by `?` in each."""

from __future__ import annotations

from dataclasses import dataclass, field

WINDOW, BROWSER, PAGE = "window", "browser", "page"
LIVE = frozenset({WINDOW, BROWSER})  # those that a running program draws
ALL = LIVE | {PAGE}


@dataclass(frozen=True)
class KeyLine:
    """One line of the list.

    Parameters
    ----------
    shown, words : str
        As `?` tells it.
    does : dict of str to str
        Command of each key, by the name that a browser gives the key (`KeyboardEvent.key`); empty where the
        front's own machinery does it.
    fronts : frozenset of str
        Those that have it.
    """

    shown: str
    words: str
    does: dict[str, str] = field(default_factory=dict)
    fronts: frozenset[str] = ALL


KEY_LINES = (
    KeyLine("Space", "play or pause", {" ": "play"}),
    KeyLine("Comma  Period", "slower, faster", {",": "speed:-1", ".": "speed:+1"}),
    KeyLine("[  ]", "a minute back, on", {"[": "step:-60", "]": "step:+60"}),
    KeyLine("<  >", "a day back, on", {"<": "step:-86400", ">": "step:+86400"}),
    KeyLine("E  O", "next equinox, solstice", {"e": "jump:equinox", "o": "jump:solstice"}),
    KeyLine("U  L", "next eclipse, longest eclipse of the year", {"u": "jump:eclipse", "l": "jump:longest"}),
    KeyLine(
        "← → ↑ ↓",
        "turn the camera, or move the slider in focus",
        {
            "ArrowLeft": "turn:left",
            "ArrowRight": "turn:right",
            "ArrowUp": "turn:up",
            "ArrowDown": "turn:down",
        },
    ),
    KeyLine("+  −", "nearer, farther", {"+": "zoom:in", "=": "zoom:in", "-": "zoom:out"}),
    KeyLine(
        "1 ... 5",
        "cameras: free, follow, ride, Sun, pole",
        {
            "1": "camera:free",
            "2": "camera:follow",
            "3": "camera:ride",
            "4": "camera:sun",
            "5": "camera:pole",
        },
    ),
    KeyLine("6", "camera on the ground", {"6": "camera:ground"}, LIVE),
    KeyLine("H", "the camera as it stood at first", {"h": "home"}),
    KeyLine("N  B", "next, previous satellite", {"n": "satellite:+1", "b": "satellite:-1"}),
    KeyLine(
        "D  W  G",
        "its shaded side, sunlit side, edge",
        {"d": "side:back", "w": "side:front", "g": "side:edge"},
    ),
    KeyLine("Enter", "take the satellite or surface in the middle", {"Enter": "middle"}),
    KeyLine("Esc", "leave these keys, the surface, the satellite", {"Escape": "leave"}),
    KeyLine("C", "next colouring", {"c": "color:next"}),
    KeyLine("V", "show or hide the shadow", {"v": "umbra"}),
    KeyLine("I", "show or hide the orbit as a line", {"i": "curve"}, frozenset({PAGE})),
    KeyLine("Tab", "to the next control; Enter presses it"),
    KeyLine("S", "screenshot", {"s": "screenshot"}),
    KeyLine("F", "film of 10 s, or to the next F", {"f": "film"}, LIVE),
    KeyLine("P", "hide or show the panels", {"p": "panels"}),
    KeyLine("T  Shift T", "larger, smaller text", {"t": "text:larger", "T": "text:smaller"}),
    KeyLine("R", "back to the design as it was", {"r": "reset"}),
    KeyLine("?", "these keys", {"?": "help"}),
    KeyLine("Q", "close", {"q": "close"}, frozenset({WINDOW})),
)
"""In the order in which they are told."""


def key_lines(front: str) -> tuple[KeyLine, ...]:
    """Those of one front."""
    return tuple(line for line in KEY_LINES if front in line.fronts)


def key_commands(front: str) -> dict[str, str]:
    """Command of each key of one front, by its name in a browser."""
    return {key: command for line in key_lines(front) for key, command in line.does.items()}
