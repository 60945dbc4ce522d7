"""Tell what one surface sees at a moment, in percent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

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
    Output,
    Satellite,
    Voice,
    moment,
)
from viz.cli.results import Report, print_json, print_table

if TYPE_CHECKING:
    from pathlib import Path

    from geometry.craft import Craft
    from geometry.design import Design
    from geometry.orbit import OrbitStates
    from geometry.radiation import SurfaceView

KINDS = ("csv", "json", "parquet", "png")


def sees(
    design: DesignSource,
    /,
    *,
    surface: Annotated[
        str | None, Parameter(name="--surface", help="From which surface; without it they are listed.")
    ] = None,
    at: At = None,
    satellite: Satellite = 0,
    changes: Changes = DEFAULT_CHANGES,
    casting: Casting = DEFAULT_CASTING,
    jobs: Jobs = None,
    output: Output = None,
    force: Force = False,
    json: Json = False,
    voice: Voice = DEFAULT_VOICE,
) -> None:
    """Tell what one surface sees at a moment, in percent.

    Space, sunlit Earth, dark Earth, the Sun, each part of the craft: weighted by the cosine from the normal
    (view factors), and by solid angle, each with its standard error; --tolerance is absolute here.  Without
    --surface, the names of the surfaces.  -o writes .csv, .json, .parquet or .png (the
    shot `sees`).
    """
    from geometry.orbit import orbit_states
    from geometry.radiation import surface_view
    from viz.cli.members import member_craft
    from viz.cli.tables import check_destination, write_rows

    report = Report("sees", voice)
    kind = check_destination(output, KINDS, force=force, opengl=False)
    flown = changes.load(design, *casting.as_changes())
    craft = member_craft(flown, satellite)
    if surface is None:
        if output is not None:
            raise ValueError(
                f"--output needs --surface NAME; the names are listed by `dawnring sees {design}`"
            )
        _list_surfaces(report, flown.name, craft.mesh.surface_names, json)
        return
    craft.mesh.surface_index(surface)
    states = orbit_states(flown, [moment(at, flown)], satellites=[satellite])
    settings = flown.radiation
    with report.progress("casting rays") as advance:
        view = surface_view(
            craft,
            surface,
            states,
            flown.environment,
            tolerance=settings.tolerance,
            seed=settings.seed,
            max_rays=settings.max_rays,
            jobs=jobs,
            progress=advance,
        )
    document = report.document(flown.name, view_fields(view), seed=settings.seed, rays=view.provenance.rays)
    if output is not None and kind == "png":
        _draw(output, flown, craft, satellite, states, view)
        report.remark(f"wrote {output}: what {surface} sees")
    elif output is not None:
        write_rows(output, kind, _columns(view), document)
        report.remark(f"wrote {output}: what {surface} sees")
    if json:
        print_json(document)
    elif output is None:
        _print_shares(view)


def _draw(
    output: Path, flown: Design, craft: Craft, satellite: int, states: OrbitStates, view: SurfaceView
) -> None:
    """The disc of the shot `sees`."""
    from viz.pictures.sees import picture_of
    from viz.render import render_scene, write_png
    from viz.staging import stage

    where = stage(flown, states.times_utc[0], satellite=satellite)
    write_png(render_scene(picture_of(flown, where, craft, states, view)), output, force=True)


def view_fields(view: SurfaceView) -> dict[str, Any]:
    """The fields of `sees`, of the first time of a view."""
    return {
        "surface": view.surface,
        "at": view.times_utc[0],
        "shares": _by_name(view, view.shares),
        "solid_angle_shares": _by_name(view, view.solid_angle_shares),
        "standard_error": _by_name(view, view.standard_errors),
        "solid_angle_standard_error": _by_name(view, view.solid_angle_standard_errors),
    }


def _by_name(view: SurfaceView, values: Any) -> dict[str, float]:
    return {name: float(v) for name, v in zip(view.names, values[0], strict=True)}


def _columns(view: SurfaceView) -> dict[str, Any]:
    """One row for each of what can be seen."""
    return {
        "seen": list(view.names),
        "share": view.shares[0],
        "standard_error": view.standard_errors[0],
        "solid_angle_share": view.solid_angle_shares[0],
        "solid_angle_standard_error": view.solid_angle_standard_errors[0],
    }


def _list_surfaces(report: Report, design: str | None, names: tuple[str, ...], json: bool) -> None:
    if json:
        print_json(report.document(design, {"surfaces": list(names)}))
        return
    for name in names:
        print(name)
    report.remark(f"{len(names)} surfaces; --surface NAME tells what one of them sees")


def _print_shares(view: SurfaceView) -> None:
    """What is seen at all, the largest share first."""
    percent = [
        [100.0 * float(v) for v in values[0]]
        for values in (
            view.shares,
            view.standard_errors,
            view.solid_angle_shares,
            view.solid_angle_standard_errors,
        )
    ]
    rows = [row for row in zip(view.names, *percent, strict=True) if row[1] > 0.0 or row[3] > 0.0]
    rows.sort(key=lambda row: -row[1])
    print_table(rows, (view.surface, "view factor %", "error %", "solid angle %", "error %"))
