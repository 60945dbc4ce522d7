"""What a shot is told by the design's `[render]`, and whether this machine can draw it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from geometry.design import Design
from geometry.validation import unknown_word
from viz.opengl import require_opengl
from viz.pictures import shots


def require_drawing(module: ModuleType) -> None:
    """Refuse before the work begins where a shot needs OpenGL; one without meshes says `MESHES = False`."""
    if getattr(module, "MESHES", True):
        require_opengl()


def shot_time(module: ModuleType, design: Design) -> np.datetime64:
    """When a shot is taken unless told: the time that suits it, or the design's epoch."""
    suits = getattr(module, "default_time", None)
    return design.epoch_utc if suits is None else suits(design)


def shot_options(
    module: ModuleType, shot: str, render: Mapping[str, Any], *, film: bool = False
) -> dict[str, Any]:
    """Keyword options of a shot from the design's `[render]`.

    `[render]` holds one table for each shot: `[render.heat]` with `load = "solar"`.  A film takes those
    that it knows; the others belong to the still.

    Raises
    ------
    ValueError
        A table that is no shot, a key that the shot does not know.
    """
    for name, table in render.items():
        if name not in shots():
            raise ValueError(f"render: {unknown_word(name, shots())}; [render] holds one table for each shot")
        if not isinstance(table, Mapping):
            raise ValueError(f"render.{name} must be a table of options of that shot, got {table!r}")
    chosen = render.get(shot, {})
    taken = _options_of(module.film if film else module.scene)
    known = taken | _options_of(module.scene)
    for key in chosen:
        if key not in known:
            raise ValueError(
                f"render.{shot}: option {unknown_word(key, known) if known else 'none is known'}"
            )
    return {key: value for key, value in chosen.items() if key in taken}


def _options_of(function: Callable[..., Any]) -> set[str]:
    """Names of what may be chosen."""
    return set(inspect.signature(function).parameters) - {"design", "at_utc", "frames", "prepared"}
