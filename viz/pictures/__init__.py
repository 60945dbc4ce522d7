"""The pictures: one module each; this folder is their register (`ring_polar.py` is the shot `ring-polar`).

A module here has

* `DESCRIPTION`: one line for the list of shots;
* `scene(design, at_utc=None, **options) -> Scene`;
* where another time than the design's epoch suits it, `default_time(design) -> datetime64`;
* for films also `film(design, at_utc=None, frames=...) -> callable`, which gives the `Scene` of each
  frame number; and where all frames share what takes long, `prepared(design, at_utc=None, **options)`, a
  dict of arrays, which the film takes as `prepared`: it is worked out once for all processes.

Modules import no VTK: a scene is data.
"""

from __future__ import annotations

import ast
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from geometry.validation import check_choice

_FOLDER = Path(__file__).resolve().parent


@cache
def _register() -> dict[str, tuple[str, bool]]:
    """Name -> description and whether it is also a film, read without importing anything."""
    found = {}
    for file in sorted(_FOLDER.glob("*.py")):
        if file.stem.startswith("_"):
            continue
        body = ast.parse(file.read_text(encoding="utf-8")).body
        description = next(
            (
                n.value.value
                for n in body
                if isinstance(n, ast.Assign)
                and isinstance(n.value, ast.Constant)
                and [t.id for t in n.targets if isinstance(t, ast.Name)] == ["DESCRIPTION"]
            ),
            None,
        )
        functions = {n.name for n in body if isinstance(n, ast.FunctionDef)}
        if description is not None and "scene" in functions:
            found[file.stem.replace("_", "-")] = (str(description), "film" in functions)
    return found


def shots() -> dict[str, str]:
    """Names of the stills, each with a line about it."""
    return {name: line for name, (line, _film) in _register().items()}


def films() -> dict[str, str]:
    """Names of the shots that are also films."""
    return {name: line for name, (line, film) in _register().items() if film}


def picture(shot: str, *, film: bool = False) -> ModuleType:
    """The module of a shot.

    Raises
    ------
    ValueError
        No such shot, or none that is a film; the nearest is named.
    """
    if film and shot in shots() and shot not in films():
        raise ValueError(f"shot {shot!r} is a still and no film; films are {', '.join(films())}")
    check_choice(shot, films() if film else shots(), name="shot")
    return import_module(f"{__name__}.{shot.replace('-', '_')}")
