"""Look at the ring and its satellites: a window, a browser, or one page that works offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    flag,
)
from viz.cli.pictures import pixels_of
from viz.cli.results import Report

if TYPE_CHECKING:
    import numpy as np

    from geometry.design import Design

Html = Annotated[
    Path | None,
    Parameter(name="--html", help="Write one self-contained page that works offline, and stop."),
]
Browser = Annotated[
    bool, flag("--browser", help="Serve the viewer to a browser of this machine, at the address printed.")
]
WindowSize = Annotated[
    str | None, Parameter(name="--size", help="Of the window, width x height in pixels; default: 1280x720.")
]
Port = Annotated[int | None, Parameter(name="--port", help="For --browser; default: any free one.")]


def view(
    design: DesignSource,
    /,
    *,
    browser: Browser = False,
    port: Port = None,
    html: Html = None,
    size: WindowSize = None,
    at: At = None,
    changes: Changes = DEFAULT_CHANGES,
    casting: Casting = DEFAULT_CASTING,
    jobs: Jobs = None,
    force: Force = False,
    json: Json = False,
    voice: Voice = DEFAULT_VOICE,
) -> None:
    """Look at the ring and its satellites: a window, a browser, or one page that works offline.

    Without an option a window opens; `?` in it lists the keys.  --browser serves the same to a browser of
    this machine.  --html FILE writes one page with everything in it: it opens in any browser, needs no
    network, and flies the orbits itself.  Heat loads are cast to 2 % unless --tolerance says otherwise.
    """
    report = Report("view", voice)
    if html is not None and (browser or port is not None):
        raise ValueError("--html writes a page and stops; leave out --browser and --port")
    if not browser:
        _refuse_idle({"--port": port is not None}, "--browser")
    if html is None:
        _refuse_idle({"--json": json, "--force": force, "--jobs": jobs is not None}, "--html FILE")
    if size is not None and (html is not None or browser):
        raise ValueError("--size is of the window; leave it out, or leave out --html and --browser")
    if html is not None:
        write_html(report, html, design, at, changes, casting, jobs, force=force, json=json)
        return
    _show(report, design, at, changes, casting, pixels_of(size or "1280x720"), browser=browser, port=port)


def _refuse_idle(given: dict[str, bool], owner: str) -> None:
    """Refuse options that would do nothing without another one."""
    for name, is_given in given.items():
        if is_given:
            raise ValueError(f"{name} belongs to {owner}; add it, or leave {name} out")


def _show(
    report: Report,
    source: str,
    at: str | None,
    changes: Changes,
    casting: Casting,
    size: tuple[int, int],
    *,
    browser: bool,
    port: int | None,
) -> None:
    """The window, or the server until Ctrl-C."""
    from viz.machine import require_extra
    from viz.opengl import require_display, require_opengl

    if browser:
        require_extra("viewer", "--browser")
    else:
        require_display()
    from viz.globe import read_ahead
    from viz.viewer.loads import FINE_TOLERANCE

    read_ahead()
    flown, at_utc = _opened(source, at, changes, casting)
    require_opengl()
    tolerance = casting.tolerance or FINE_TOLERANCE
    if browser:
        from viz.viewer.browser import serve

        serve(
            flown,
            at_utc,
            port=port,
            tolerance=tolerance,
            announce=lambda address: print(address, flush=True),
            remark=report.remark,
        )
        return
    from viz.render import check_size
    from viz.viewer.window import show_window

    show_window(flown, at_utc, check_size(size), tolerance=tolerance)


def _opened(source: str, at: str | None, changes: Changes, casting: Casting) -> tuple[Design, np.datetime64]:
    """The design and the moment to begin with, in a ring whose members have room."""
    from geometry.ephemeris import check_times_utc
    from viz.cli.members import member_craft
    from viz.cli.options import moment

    flown = changes.load(source, *casting.as_changes())
    member_craft(flown)  # refuses a ring whose members overlap
    return flown, check_times_utc(moment(at, flown), name="--at")[0]


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
    from viz.titles import satellites_text
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
    count = satellites_text(written.satellites)
    report.remark(f"wrote {path}: {count}, {written.size_bytes / 1e6:.1f} MB")
    if json:
        fields = {"output": str(path), "satellites": written.satellites, "size_bytes": written.size_bytes}
        print_json(report.document(flown.name, fields, seed=flown.radiation.seed, rays=written.rays))
