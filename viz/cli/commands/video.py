"""Make a film."""

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
    Jobs,
    Json,
    OptionalDesign,
    Output,
    Voice,
    moment,
    whole_number,
)
from viz.cli.pictures import Listing, Size, Surface, Theme, list_shots, of_surface, pixels_of, required
from viz.cli.results import Report, print_json


def video(
    design: OptionalDesign = None,
    /,
    *,
    shot: Annotated[str, Parameter(name="--shot", help="What to film; --list shows the choice.")] = "ring",
    seconds: Annotated[float, Parameter(name="--seconds", help="Length.")] = 20.0,
    fps: Annotated[int, whole_number("--fps", help="Frames per second.")] = 30,
    size: Size = "1920x1080",
    listing: Listing = False,
    at: At = None,
    theme: Theme = "dark",
    surface: Surface = None,
    changes: Changes = DEFAULT_CHANGES,
    jobs: Jobs = None,
    output: Output = None,
    force: Force = False,
    json: Json = False,
    voice: Voice = DEFAULT_VOICE,
) -> None:
    """Make a film, into SHOT.mp4 or what -o names (mp4, gif, webp, a folder); one interrupted resumes."""
    from viz.pictures import films

    report = Report("video", voice)
    if listing:
        list_shots(report, films(), json=json)
        return
    from geometry.ephemeris import format_utc
    from geometry.validation import check_choice
    from viz.cli.members import member_craft
    from viz.pictures import picture
    from viz.render import check_size
    from viz.shot_options import require_drawing, shot_options, shot_time
    from viz.video import check_film_output, check_film_size, check_length, write_video

    path = output or Path(f"{shot}.mp4")
    if path.is_dir():
        path = path / "%05d.png"
    kind = check_film_output(path, check_length(seconds, fps), force=force)
    pixels = check_film_size(pixels_of(size)) if kind == "mp4" else check_size(pixels_of(size))
    check_choice(theme, ("dark", "light"), name="--theme")
    module = picture(shot, film=True)
    flown = changes.load(required(design), *of_surface(shot, surface))
    member_craft(flown)  # refuses a ring whose members overlap
    at_utc = shot_time(module, flown) if at is None else moment(at, flown)
    options = shot_options(module, shot, flown.render, film=True)
    require_drawing(module)
    began = time.perf_counter()
    with report.progress(f"filming {shot}") as advance:
        write_video(
            shot,
            flown,
            path,
            seconds=seconds,
            fps=fps,
            size=pixels,
            at=at_utc,
            look=theme,
            force=force,
            processes=jobs,
            progress=advance,
            **options,
        )
    report.remark(f"wrote {path}: {shot}, {size}, {seconds:g} s, in {time.perf_counter() - began:.1f} s")
    if json:
        fields = {
            "shot": shot,
            "output": str(path),
            "size": pixels,
            "seconds": seconds,
            "fps": fps,
            "at_utc": format_utc(at_utc),
        }
        print_json(report.document(flown.name, fields, seed=flown.radiation.seed))
