"""Look at the ring and its satellites: one page that works offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from viz.cli.options import (
    DEFAULT_CASTING,
    DEFAULT_CHANGES,
    DEFAULT_VOICE,
    At,
    Casting,
    Changes,
    DesignSource,
    Force,
    Jobs,
    Json,
    Voice,
)
from viz.cli.results import Report

Html = Annotated[
    Path | None,
    Parameter(name="--html", help="Write one self-contained page that works offline, and stop."),
]


def view(
    design: DesignSource,
    /,
    *,
    html: Html = None,
    at: At = None,
    changes: Changes = DEFAULT_CHANGES,
    casting: Casting = DEFAULT_CASTING,
    jobs: Jobs = None,
    force: Force = False,
    json: Json = False,
    voice: Voice = DEFAULT_VOICE,
) -> None:
    """Look at the ring and its satellites.

    --html FILE writes one page with everything in it: it opens in any browser, needs no network, and flies
    the orbits itself.
    """
    report = Report("view", voice)
    if html is None:
        raise ValueError("view needs --html FILE, the page to write")
    write_html(report, html, design, at, changes, casting, jobs, force=force, json=json)


def write_html(
    report: Report,
    path: Path,
    source: str,
    at: str | None,
    changes: Changes,
    casting: Casting,
    jobs: int | None,
    *,
    force: bool,
    json: bool,
) -> None:
    """The page, with a bar while its loads are cast."""
    from viz.cli.options import moment
    from viz.cli.results import print_json
    from viz.output import check_output
    from viz.viewer.page import KINDS, write_page

    check_output(path, KINDS, force=force)
    flown = changes.load(source, *casting.as_changes())
    with report.progress("casting rays for the page") as advance:
        written = write_page(
            flown,
            path,
            at_utc=moment(at, flown),
            tolerance=casting.tolerance,
            force=force,
            jobs=jobs,
            progress=advance,
        )
    report.remark(f"wrote {path}: {written.satellites:,} satellites, {written.size_bytes / 1e6:.1f} MB")
    if json:
        fields = {"output": str(path), "satellites": written.satellites, "size_bytes": written.size_bytes}
        print_json(report.document(flown.name, fields, seed=flown.radiation.seed, rays=written.rays))
