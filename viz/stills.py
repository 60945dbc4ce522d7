"""A shot of a design as a picture file: the register of pictures, the renderer and the disk in one call."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from geometry.design import Design
from geometry.validation import unknown_word
from viz.image import write_png
from viz.opengl import require_opengl
from viz.output import check_output
from viz.pictures import picture, shots
from viz.render import check_size, render_scene


def write_still(
    shot: str,
    design: Design,
    path: Path | str,
    *,
    at_utc: np.datetime64 | None = None,
    size: tuple[int, int] = (1920, 1080),
    force: bool = False,
    **options: Any,
) -> None:
    """Draw a shot of a design and write it whole or not at all.

    Parameters
    ----------
    shot : str
        One of `viz.pictures.shots()`.
    design : Design
    path : Path
        Ends in .png.
    at_utc : datetime64, optional
        Default the design's epoch.
    size : tuple of 2 int
        Width and height, pixels.
    force : bool
        Whether an existing file may be replaced.
    **options
        Of the shot, over those of the design's `[render.SHOT]`.

    Raises
    ------
    ValueError
        No such shot or option, a size out of range, a path that cannot be written.
    OpenGLMissingError
        The shot shows meshes, and this machine cannot draw them.
    """
    path = Path(path)
    check_output(path, ("png",), force=force)
    size = check_size(size)
    module = picture(shot)
    chosen = shot_options(module, shot, design.render, options)
    require_drawing(module)
    write_png(render_scene(module.scene(design, at_utc, **chosen), size), path, force)


def require_drawing(module: ModuleType) -> None:
    """Refuse before the work begins where a shot needs OpenGL; one without meshes says `MESHES = False`."""
    if getattr(module, "MESHES", True):
        require_opengl()


def shot_options(
    module: ModuleType,
    shot: str,
    render: Mapping[str, Any],
    options: Mapping[str, Any] | None = None,
    *,
    film: bool = False,
) -> dict[str, Any]:
    """Keyword options of a shot from the design's `[render]`, with `options` over them.

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
    chosen = {**render.get(shot, {}), **(options or {})}
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
    return set(inspect.signature(function).parameters) - {"design", "at_utc", "frames"}
