"""Write the craft as a file for other tools."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from viz.cli.options import (
    DEFAULT_CHANGES,
    DEFAULT_VOICE,
    Changes,
    DesignSource,
    Force,
    Json,
    Output,
    Satellite,
    Voice,
)
from viz.cli.results import Report, print_json

CRAFT_FORMATS = {"glb": ("glb",), "stl": ("stl",), "obj": ("obj",), "vtp": ("vtp",)}
"""Suffixes of each format, the first where the file's name is not given."""


def export(
    design: DesignSource,
    /,
    *,
    format: Annotated[
        str | None,
        Parameter(
            name="--format",
            help=f"Kind of file: {', '.join(CRAFT_FORMATS)}; default: by the suffix of -o.",
        ),
    ] = None,
    detail: Annotated[
        Literal["light", "rich"],
        Parameter(name="--detail", help="light: the mesh of the analysis; rich: with small parts."),
    ] = "light",
    satellite: Satellite = 0,
    changes: Changes = DEFAULT_CHANGES,
    output: Output = None,
    force: Force = False,
    json: Json = False,
    voice: Voice = DEFAULT_VOICE,
) -> None:
    """Write the craft in its body frame, into DESIGN.FORMAT or the file that -o names."""
    from viz.cli.members import member_craft

    report = Report("export", voice)
    if output is not None:
        format, output = destination(format, output, "", force=force)  # refused before any work
    flown = changes.load(design)
    format, output = destination(format, output, flown.name, force=force)
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
            raise ValueError(f"export needs --format ({', '.join(CRAFT_FORMATS)}) or -o FILE")
        format = check_output(output, tuple(CRAFT_FORMATS), force=force)
    check_choice(format, CRAFT_FORMATS, name="--format")
    suffixes = CRAFT_FORMATS[format]
    if output is None:
        plain_name = re.sub(r"[^\w.-]+", "_", name)
        output = Path(f"{plain_name}.{suffixes[0]}")
    check_output(output, suffixes, force=force)
    return format, output
