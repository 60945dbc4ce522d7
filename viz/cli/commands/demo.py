"""From nothing to pictures, a film and a heat table."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from viz.cli.options import DEFAULT_VOICE, Jobs, Json, Voice
from viz.cli.results import Report, print_json, print_table

if TYPE_CHECKING:
    from geometry.design import Design

PRESET = "solar_slice"
FILM_S = 6.0
HEAT_TOLERANCE = 5e-3


def demo(
    *,
    folder: Annotated[
        Path,
        Parameter(name=("--output", "-o"), help="Folder to fill; what an earlier demo made is replaced."),
    ] = Path("dawnring-demo"),
    jobs: Jobs = None,
    json: Json = False,
    voice: Voice = DEFAULT_VOICE,
) -> None:
    """Make the ring, the satellite, its heat map, a short film of the ring and a heat table; offline."""
    from viz.opengl import require_opengl
    from viz.output import check_folder

    report = Report("demo", voice)
    require_opengl()
    folder.mkdir(parents=True, exist_ok=True)
    check_folder(folder, name="folder")

    from geometry.design import load_design

    flown = load_design(PRESET, [f"radiation.tolerance={HEAT_TOLERANCE}"])
    made: list[dict[str, Any]] = []
    rays = 0
    for name, line, make in _works(report, jobs):
        began = time.perf_counter()
        report.remark(f"{name}: {line} ...")
        rays += make(folder / name, flown) or 0
        made.append(
            {
                "file": str(folder / name),
                "shows": line,
                "bytes": (folder / name).stat().st_size,
                "wall_s": round(time.perf_counter() - began, 3),
            }
        )
    if json:
        fields = {"folder": str(folder), "files": made}
        print_json(report.document(flown.name, fields, seed=flown.radiation.seed, rays=rays))
        return
    rows = [(m["file"], m["shows"], f"{m['bytes'] / 1e6:.2f} MB", f"{m['wall_s']:.1f} s") for m in made]
    print_table(rows)
    report.remark(f"next: dawnring show {PRESET}; dawnring render --list; dawnring doctor")


def _works(report: Report, jobs: int | None) -> list[tuple[str, str, Callable[[Path, Design], int | None]]]:
    """Name, what it shows, and how it is made (returns rays cast, where any were)."""
    return [
        ("heat.csv", "heat loads of every surface around one orbit", lambda p, d: _heat(report, p, d, jobs)),
        ("ring.png", "a thousand satellites over the day-night line", lambda p, d: _still("ring", p, d)),
        ("satellite.png", "the solar slice over the dusk Earth", lambda p, d: _still("satellite", p, d)),
        ("heat.png", "what heats every face, mean of one orbit", lambda p, d: _still("heat", p, d)),
        ("ring.mp4", "a day in the life of the ring", lambda p, d: _film(report, p, d, jobs)),
    ]


def _heat(report: Report, path: Path, flown: Design, jobs: int | None) -> int:
    from viz.cli.commands.heat import cast_surfaces, member
    from viz.cli.heat_tables import heat_columns
    from viz.cli.tables import write_rows

    craft, states = member(flown, satellite=0, at=None, steps=72, orbits=1)
    loads = cast_surfaces(report, craft, states, flown, jobs)
    write_rows(path, "csv", heat_columns(loads, states), {})
    return loads.provenance.rays


def _still(shot: str, path: Path, flown: Design) -> None:
    from viz.render import render

    render(shot, flown, path, force=True)


def _film(report: Report, path: Path, flown: Design, jobs: int | None) -> None:
    from viz.video import write_video

    with report.progress("filming the ring") as advance:
        write_video("ring", flown, path, seconds=FILM_S, force=True, processes=jobs, progress=advance)
