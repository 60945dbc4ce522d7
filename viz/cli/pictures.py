"""What `render` and `video` share: the size, the list of shots, a design that may be left out."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from viz.cli.options import flag
from viz.cli.results import Report, print_json, print_table

Size = Annotated[str, Parameter(name="--size", help="Width x height in pixels.")]
Theme = Annotated[
    str,
    Parameter(name="--theme", help="dark, or light for paper (shots of points of light stay dark)."),
]
Surface = Annotated[str | None, Parameter(name="--surface", help="From which surface, for the shot sees.")]
Listing = Annotated[bool, flag("--list", help="List the shots, with a line each.")]


def list_shots(report: Report, found: dict[str, str], *, json: bool) -> None:
    """Names with a line each."""
    if json:
        rows = [{"name": name, "summary": line} for name, line in found.items()]
        print_json(report.document(None, {"shots": rows}))
    else:
        print_table(list(found.items()))


def of_surface(shot: str, surface: str | None) -> tuple[str, ...]:
    """The override by which a shot looks from a surface; none where none is named."""
    return () if surface is None else (f"render.{shot}.surface={surface}",)


def required(design: str | None) -> str:
    """Refuse a missing DESIGN."""
    if design is None:
        raise ValueError("DESIGN is missing: give a design file, a preset or a mesh file (or --list)")
    return design


def pixels_of(size: str) -> tuple[int, int]:
    """`1920x1080` as two whole numbers.

    Raises
    ------
    ValueError
        Anything else.
    """
    width, _, height = size.lower().partition("x")
    if not (width.isascii() and width.isdigit() and height.isascii() and height.isdigit()):
        raise ValueError(f"--size must be WIDTHxHEIGHT in pixels, such as 1920x1080, got {size!r}")
    return int(width), int(height)
