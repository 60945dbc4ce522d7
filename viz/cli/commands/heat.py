"""Cast the heat loads of every surface around the orbit."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    flag,
    moment,
    whole_number,
)
from viz.cli.results import Report, print_json, print_table

if TYPE_CHECKING:
    from geometry.craft import Craft
    from geometry.design import Design
    from geometry.orbit import OrbitStates
    from geometry.radiation import FaceLoads, HeatLoads
    from geometry.radiation.shade_cache import ShadeCache

KINDS = ("json", "csv", "parquet", "vtp", "png")
MOST_POSITIONS = 100_000


def heat(
    design: DesignSource,
    /,
    *,
    orbits: Annotated[int, whole_number("--orbits", help="Nodal periods to follow.")] = 1,
    steps: Annotated[int, whole_number("--steps", help="Positions in each orbit.")] = 72,
    satellite: Satellite = 0,
    per_face: Annotated[bool, flag("--per-face", help="Each triangle side for itself, too.")] = False,
    at: At = None,
    changes: Changes = DEFAULT_CHANGES,
    casting: Casting = DEFAULT_CASTING,
    jobs: Jobs = None,
    output: Output = None,
    force: Force = False,
    json: Json = False,
    voice: Voice = DEFAULT_VOICE,
) -> None:
    """Cast the heat loads of every surface around the orbit.

    Sun, albedo and Earth infrared, incident and absorbed, each with its standard error; without --json or
    -o, the orbit means as a table.  -o writes .json, .csv, .parquet (all times), .vtp (orbit means on the
    mesh) or .png (the shot `heat`).  The shadow tables of flat parts are kept beside it in NAME.sky.npz
    (64 MB at most) and used again while the craft's geometry is the same.
    """
    from geometry.radiation import write_sky_table
    from viz.cli.heat_tables import face_columns, face_fields, heat_columns, heat_fields
    from viz.cli.tables import check_destination, write_rows

    report = Report("heat", voice)
    kind = check_destination(output, KINDS, force=force)
    if kind == "png" and satellite:
        raise ValueError("a .png shows the first satellite; leave --satellite out, or choose another kind")
    flown = changes.load(design, *casting.as_changes())
    with report.compiling():
        craft, states = member(flown, satellite, at, steps, orbits)
        sky, table = saved_sky(report, craft, output if kind != "png" else None)
        known = 0 if sky is None else len(sky.tables)
        loads = cast_surfaces(report, craft, states, flown, jobs, sky)
    if sky is not None and table is not None and loads.provenance.clipped_directions:
        write_sky_table(table, sky, craft)
    elif table is not None and known and "clipped" in loads.method:
        report.remark(f"shadows from {table}")
    faces = cast_faces(report, craft, states, flown, jobs) if per_face else None
    fields = heat_fields(loads, states)
    rays = loads.provenance.rays
    if faces is not None:
        fields["faces"] = face_fields(faces, craft.mesh)
        rays += faces.provenance.rays
    document = report.document(flown.name, fields, seed=flown.radiation.seed, rays=rays)
    if output is not None:
        if kind == "vtp":
            _write_mesh(output, craft, loads, faces, document)
        elif kind == "png":
            _write_picture(output, flown, at, force)
        else:
            columns = (
                heat_columns(loads, states) if faces is None else face_columns(faces, craft.mesh, states)
            )
            write_rows(output, kind, columns, document)
        report.remark(f"wrote {output}: {len(loads.surface_names)} surfaces at {len(loads.times_utc)} times")
    if json:
        print_json(document)
    elif output is None:
        _print_means(loads)


def member(
    flown: Design, satellite: int, at: str | None, steps: int, orbits: int
) -> tuple[Craft, OrbitStates]:
    """Craft and states of one member of the ring over whole orbits.

    Raises
    ------
    ValueError
        No such member, members that overlap, no orbits, or more positions than anybody waits for.
    """
    from geometry.orbit import orbit_states, orbit_times
    from viz.cli.members import member_craft

    if steps * orbits > MOST_POSITIONS:
        raise ValueError(
            f"--steps {steps} in --orbits {orbits} are more than {MOST_POSITIONS:,} positions; ask for fewer"
        )
    times = orbit_times(flown, moment(at, flown), steps=steps, orbits=orbits)
    states = orbit_states(flown, times, satellites=[satellite])
    return member_craft(flown, satellite), states


def cast_surfaces(
    report: Report,
    craft: Craft,
    states: OrbitStates,
    flown: Design,
    jobs: int | None,
    sky: ShadeCache | None = None,
) -> HeatLoads:
    """Loads of every surface, as exact as the design's `[radiation]` asks."""
    from geometry.radiation import heat_loads

    settings = flown.radiation
    with report.progress("casting rays") as advance:
        return heat_loads(
            craft,
            states,
            flown.environment,
            tolerance=settings.tolerance,
            seed=settings.seed,
            max_rays=settings.max_rays,
            jobs=jobs,
            sky=sky,
            progress=advance,
        )


def saved_sky(report: Report, craft: Craft, output: Path | None) -> tuple[ShadeCache | None, Path | None]:
    """The sky view of a craft, with the shadow tables that stand beside an output, and their file."""
    from geometry.radiation import is_sky_table, read_sky_table, sky_view
    from geometry.radiation.flat_craft import MOST_FACES_CLIPPED

    if output is None or len(craft.mesh.faces) > MOST_FACES_CLIPPED:
        return None, None
    table = output.with_suffix(".sky.npz")
    if not table.exists():
        return sky_view(craft), table
    if not is_sky_table(table):
        report.remark(f"{table} is no sky table and is left as it is; shadow tables are not kept")
        return sky_view(craft), None
    try:
        return read_sky_table(table, craft), table
    except ValueError as problem:
        report.remark(f"{problem}; it is made anew")
        return sky_view(craft), table


def cast_faces(
    report: Report, craft: Craft, states: OrbitStates, flown: Design, jobs: int | None
) -> FaceLoads:
    """Loads of every face; the rays are those that usually bring the tolerance asked for."""
    from geometry.radiation import face_loads

    settings = flown.radiation
    with report.progress("casting rays by face") as advance:
        return face_loads(
            craft,
            states,
            flown.environment,
            rays_per_face=rays_per_face(settings.tolerance, len(craft.mesh.faces), settings.max_rays),
            seed=settings.seed,
            jobs=jobs,
            progress=advance,
        )


def rays_per_face(tolerance: float, faces: int, max_rays: int) -> int:
    """A power of two: 1,024 rays bring 1.5 %, and the error falls a little slower than 1/rays."""
    wanted = 1024.0 * (0.015 / tolerance) ** 1.3
    affordable = max_rays / (2 * faces)
    rays = 64
    while rays < min(wanted, affordable) and rays < 2**20:
        rays *= 2
    return rays


def _write_mesh(
    path: Path, craft: Craft, loads: HeatLoads, faces: FaceLoads | None, document: dict[str, Any]
) -> None:
    """The mesh of the analysis with orbit means on its faces, and the head of the document beside it."""
    from geometry.ephemeris import format_times_utc
    from geometry.mesh.files import write_mesh
    from viz.cli.heat_tables import mean_cells
    from viz.cli.results import json_text

    head = json_text({key: document[key] for key in ("schema", "design", "provenance")}).strip()
    fields = {"dawnring": [head], "times_utc": format_times_utc(loads.times_utc)}
    write_mesh(craft, path, cell_data=mean_cells(loads, craft.mesh, faces), field_data=fields)


def _write_picture(path: Path, flown: Design, at: str | None, force: bool) -> None:
    """The shot `heat`, which casts rays of its own, on a finer mesh."""
    from viz.pictures import picture
    from viz.render import render
    from viz.shot_options import shot_options

    options = shot_options(picture("heat"), "heat", flown.render)
    render("heat", flown, path, at=moment(at, flown), force=force, **options)


def _print_means(loads: HeatLoads) -> None:
    """Orbit means, one line for each surface."""
    mean = loads.orbit_mean
    rows: list[tuple[Any, ...]] = []
    for k, name in enumerate(loads.surface_names):
        absorbed = mean.absorbed_w[:, k]
        solar, albedo, infrared = (float(x) for x in mean.standard_error_w[:, k])
        error = math.hypot(solar, albedo + infrared)  # the latter two share their rays
        incident = (float(x) for x in mean.incident_w_m2[:, k])
        rows.append((name, float(loads.area_m2[k]), *incident, float(absorbed.sum()), error, loads.method[k]))
    header = ("surface", "m2", "Sun W/m2", "albedo W/m2", "infrared W/m2", "absorbed W", "error W", "method")
    print_table(rows, header)
