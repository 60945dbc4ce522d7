"""Draw a still."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from viz.cli.options import (
    DEFAULT_CHANGES,
    DEFAULT_VOICE,
    At,
    Changes,
    Force,
    Json,
    OptionalDesign,
    Output,
    Voice,
    flag,
    moment,
)
from viz.cli.pictures import Listing, Size, Surface, Theme, list_shots, of_surface, pixels_of, required
from viz.cli.results import Report, print_json


def render(
    design: OptionalDesign = None,
    /,
    *,
    shot: Annotated[
        str, Parameter(name="--shot", help="What to draw; --list shows the choice.")
    ] = "satellite",
    size: Size = "1920x1080",
    transparent: Annotated[
        bool, flag("--transparent", help="Leave the sky out: a PNG with an alpha channel.")
    ] = False,
    theme: Theme = "dark",
    listing: Listing = False,
    at: At = None,
    surface: Surface = None,
    changes: Changes = DEFAULT_CHANGES,
    output: Output = None,
    force: Force = False,
    json: Json = False,
    voice: Voice = DEFAULT_VOICE,
) -> None:
    """Draw a still, into SHOT.png or the file that -o names.

    A shot takes options from the design: --set render.SHOT.key=value.  Without --at some shots choose the
    time that suits them, such as the height of the shadow season.
    """
    from viz.pictures import shots

    report = Report("render", voice)
    if listing:
        list_shots(report, shots(), json=json)
        return
    from geometry.ephemeris import format_utc
    from geometry.validation import check_choice
    from viz.cli.members import member_craft
    from viz.output import check_output
    from viz.pictures import picture
    from viz.render import check_size
    from viz.render import render as draw
    from viz.shot_options import require_drawing, shot_options, shot_time

    path = output or Path(f"{shot}.png")
    check_output(path, ("png",), force=force)
    pixels = check_size(pixels_of(size))
    check_choice(theme, ("dark", "light"), name="--theme")
    module = picture(shot)
    flown = changes.load(required(design), *of_surface(shot, surface))
    member_craft(flown)  # refuses a ring whose members overlap
    at_utc = shot_time(module, flown) if at is None else moment(at, flown)
    options = shot_options(module, shot, flown.render)
    require_drawing(module)
    began = time.perf_counter()
    draw(
        shot, flown, path, size=pixels, at=at_utc, transparent=transparent, look=theme, force=force, **options
    )
    report.remark(f"wrote {path}: {shot}, {size}, in {time.perf_counter() - began:.1f} s")
    if json:
        fields = {"shot": shot, "output": str(path), "size": pixels, "at_utc": format_utc(at_utc)}
        print_json(report.document(flown.name, fields, seed=flown.radiation.seed))
