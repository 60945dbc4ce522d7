"""Write the craft or the ring as a file for other tools."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from viz.cli.options import (
    DEFAULT_CHANGES,
    DEFAULT_VOICE,
    At,
    Changes,
    DesignSource,
    Force,
    Json,
    Output,
    Satellite,
    Voice,
    moment,
)
from viz.cli.results import Report, print_json
from viz.cli.ring_files import RING_SUFFIXES, RingOptions, write_ring_file

CRAFT_FORMATS = {"glb": ("glb",), "stl": ("stl",), "obj": ("obj",), "vtp": ("vtp",)}
"""Suffixes of each format, the first where the file's name is not given."""

FORMATS = {**CRAFT_FORMATS, **RING_SUFFIXES}
_WHOLE_RING = RingOptions()


def export(
    design: DesignSource,
    /,
    *,
    format: Annotated[
        str | None,
        Parameter(
            name="--format",
            help=f"Of the craft: {', '.join(CRAFT_FORMATS)}; of the ring: {', '.join(RING_SUFFIXES)}; "
            "default: by the suffix of -o.",
        ),
    ] = None,
    detail: Annotated[
        Literal["light", "rich"],
        Parameter(name="--detail", help="light: the mesh of the analysis; rich: with small parts."),
    ] = "light",
    satellite: Satellite = 0,
    ring: RingOptions = _WHOLE_RING,
    at: At = None,
    changes: Changes = DEFAULT_CHANGES,
    output: Output = None,
    force: Force = False,
    json: Json = False,
    voice: Voice = DEFAULT_VOICE,
) -> None:
    """Write the craft in its body frame, or the ring, into DESIGN.FORMAT or the file that -o names."""
    from viz.cli.members import member_craft

    report = Report("export", voice)
    if output is not None:
        format, output = destination(format, output, "", force=force)  # refused before any work
    flown = changes.load(design)
    format, output = destination(format, output, flown.name, force=force)
    if format in RING_SUFFIXES:
        if detail != "light":
            raise ValueError(f"--detail is for formats of the craft, not for {format}")
        at_utc = None if at is None else moment(at, flown)
        fields = write_ring_file(
            report, format, flown, output, ring, at_utc=at_utc, satellite=satellite, force=force
        )
        if json:
            print_json(report.document(flown.name, fields, seed=flown.radiation.seed))
        return
    ring.refuse_for_craft(format)
    craft = member_craft(flown, satellite, detail)

    from geometry.mesh.files import write_mesh

    write_mesh(craft, output, format)
    mesh = craft.mesh
    report.remark(f"wrote {output}: {len(mesh.surface_names)} surfaces, {len(mesh.faces):,} triangles")
    if json:
        fields = {
            "format": format,
            "output": str(output),
            "detail": detail,
            "surfaces": len(mesh.surface_names),
            "triangles": len(mesh.faces),
        }
        print_json(report.document(flown.name, fields, seed=flown.radiation.seed))


def destination(format: str | None, output: Path | None, name: str, *, force: bool) -> tuple[str, Path]:
    """The format, and the file to write, from what was given of both.

    Raises
    ------
    ValueError
        An unknown format, neither format nor file, a file that does not end as its format does, and as
        `viz.output.check_output`.
    """
    from geometry.validation import check_choice
    from viz.output import check_output

    if format is None:
        if output is None:
            raise ValueError(f"export needs --format ({', '.join(FORMATS)}) or -o FILE")
        format = _format_of_suffix(check_output(output, _suffixes(), force=force))
    check_choice(format, FORMATS, name="--format")
    suffixes = FORMATS[format]
    if output is None:
        plain_name = re.sub(r"[^\w.-]+", "_", name)
        output = Path(f"{plain_name}.{suffixes[0]}")
    check_output(output, suffixes, force=force)
    return format, output


def _suffixes() -> tuple[str, ...]:
    """All suffixes, each once."""
    return tuple(dict.fromkeys(suffix for own in FORMATS.values() for suffix in own))


def _format_of_suffix(suffix: str) -> str:
    """The one format that ends so.

    Raises
    ------
    ValueError
        Several do.
    """
    formats = [format for format, own in FORMATS.items() if suffix in own]
    if len(formats) > 1:
        raise ValueError(f".{suffix} may be {' or '.join(formats)}; say which by --format")
    return formats[0]
