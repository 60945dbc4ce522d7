"""Write a commented design file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from viz.cli.options import DEFAULT_VOICE, Force, Voice
from viz.cli.results import Report


def new(
    file: Annotated[Path, Parameter(name="FILE", help="Design file to write (.toml).")],
    /,
    *,
    preset: Annotated[str, Parameter(name="--preset", help="Preset to start from.")] = "solar_slice",
    force: Force = False,
    voice: Voice = DEFAULT_VOICE,
) -> None:
    """Write a commented design file to start from."""
    from geometry.design import preset_text
    from viz.output import check_output, write_text

    check_output(file, ("toml",), force=force)
    write_text(file, preset_text(preset))
    Report("new", voice).remark(f"wrote {file} (preset {preset}); now: dawnring show {file}")
