"""The ring as a file: what `export` adds for elements, ephemerides and scenes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from viz.cli.options import whole_number
from viz.cli.ranges import steps
from viz.cli.results import Report

if TYPE_CHECKING:
    import numpy as np

    from geometry.design import Design
    from geometry.orbit.formats import RingFile

RING_SUFFIXES = {
    "omm": ("csv", "json"),
    "tle": ("tle", "3le", "txt"),
    "oem": ("oem", "txt"),
    "czml": ("czml", "json"),
    "parquet": ("parquet",),
    "stellarium": ("json",),
}
"""Those of `geometry.orbit.formats`, without dots, known before that is imported; a test holds them alike."""


@Parameter(name="*")
@dataclass(frozen=True)
class RingOptions:
    """What is written of the ring; nothing of it means anything to the formats of the craft."""

    satellites: Annotated[
        str | None,
        Parameter(
            name="--satellites",
            help="Members of the ring: 3,5,8 or start:stop:step (oem: one file each); default: all, for oem "
            "that of --satellite, for czml an even choice.",
        ),
    ] = None
    duration_min: Annotated[
        float | None,
        Parameter(
            name="--duration-min",
            help="Span of oem, czml, parquet; default: one nodal period, for parquet one moment.",
        ),
    ] = None
    step_s: Annotated[
        float | None, Parameter(name="--step-s", help="Seconds between their states; default: 60.")
    ] = None
    first_number: Annotated[
        int | None,
        whole_number("--first-number", help="Catalogue number of satellite 0 in omm, tle, stellarium."),
    ] = None
    most_satellites: Annotated[
        int | None,
        whole_number("--most-satellites", help="Most satellites of a czml of the whole ring; default: 1000."),
    ] = None

    def refuse_for_craft(self, format: str) -> None:
        """Refuse what a format of the craft would silently pass over."""
        for name in self.__dataclass_fields__:
            if getattr(self, name) is not None:
                option = "--" + name.replace("_", "-")
                raise ValueError(
                    f"{option} is for formats of the ring ({', '.join(RING_SUFFIXES)}), not for {format}"
                )


def members_of(text: str, *, name: str) -> list[int]:
    """Whole numbers of `3,5,8` or `start:stop:step`, both ends included.

    Raises
    ------
    ValueError
        Something else, or a member twice, which files of elements and scenes would hold as one too many.
    """
    numbers = [value for part in text.split(",") for value in steps(part, name=name)]
    for value in numbers:
        if value != int(value):
            raise ValueError(f"{name} must be whole numbers, got {value:g} in {text!r}")
    if len(set(numbers)) < len(numbers):
        raise ValueError(f"{name} must name each member once, got {text!r}")
    return [int(value) for value in numbers]


def write_ring_file(
    report: Report,
    format: str,
    flown: Design,
    path: Path,
    options: RingOptions,
    *,
    at_utc: np.datetime64 | None,
    satellite: int,
    force: bool,
) -> dict[str, Any]:
    """Writes the file, whole or not at all, with its remarks; returns the fields of the document.

    Several satellites as OEM become a file each, with the number of the satellite behind the name.

    Raises
    ------
    ValueError
        As `geometry.orbit.formats.write_ring`; a span or step that is none; members that overlap.
    MissingOnMachineError
        Parquet without pyarrow.
    """
    from geometry.orbit.formats import write_ring
    from geometry.whole_files import whole_file
    from viz.cli.members import member_craft
    from viz.titles import satellites_text

    chosen = _chosen_members(format, options, satellite)
    member_craft(flown)  # refuses a ring whose members overlap

    def write(partial: Path, members: list[int] | None) -> RingFile:
        return write_ring(
            format,
            flown,
            partial,
            satellites=members,
            at_utc=at_utc,
            duration_s=None if options.duration_min is None else 60.0 * options.duration_min,
            step_s=options.step_s,
            first_number=options.first_number,
            most_satellites=options.most_satellites,
        )

    files = _files_of(format, path, chosen, force=force)
    written = []
    for file, members in files.items():
        with whole_file(file) as partial:
            written.append(write(partial, members))
        times = f" at {written[-1].times:,} times" if written[-1].times > 1 else ""
        report.remark(f"wrote {file}: {satellites_text(written[-1].satellites)}{times}")
    for remark in written[-1].remarks:
        report.remark(remark)
    return {
        "format": format,
        "output": str(path) if path in files else [str(file) for file in files],
        "satellites": sum(file.satellites for file in written),
        "times": written[-1].times,
        "remarks": list(written[-1].remarks),
    }


def _chosen_members(format: str, options: RingOptions, satellite: int) -> list[int] | None:
    """Numbers of the satellites to be written, None for all; refuses options that cannot be."""
    from geometry.validation import check_in_range, check_positive
    from viz.machine import require_extra

    if options.duration_min is not None:
        check_in_range(options.duration_min, 0.0, 1e8, name="--duration-min", unit="min")
    if options.step_s is not None:
        check_positive(options.step_s, name="--step-s")
    if format == "parquet":
        require_extra("tables", "a .parquet file")
    if options.satellites is not None:
        return members_of(options.satellites, name="--satellites")
    if not satellite:
        return None
    if format != "oem":
        raise ValueError(
            f"--satellite is for the craft and for oem; for {format} give --satellites {satellite}"
        )
    return [satellite]


def _files_of(
    format: str, path: Path, chosen: list[int] | None, *, force: bool
) -> dict[Path, list[int] | None]:
    """The members that each file holds: a message of OEM tells of one object."""
    from viz.output import check_output

    if format != "oem" or chosen is None or len(chosen) < 2:
        return {path: chosen}
    files: dict[Path, list[int] | None] = {path.with_stem(f"{path.stem}-{k}"): [k] for k in chosen}
    for file in files:
        check_output(file, RING_SUFFIXES[format], force=force)
    return files
