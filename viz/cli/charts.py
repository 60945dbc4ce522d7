"""Charts out of a command: where they may go, and matplotlib only once one is wanted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from viz.machine import require_extra

CHARTS = ("png", "svg")
TABLES = ("json", "csv", "parquet")

ThemeOption = Annotated[
    Literal["light", "dark"], Parameter(name="--theme", help="Paper of the chart (.png, .svg).")
]


def check_chart_destination(output: Path | None, tables: tuple[str, ...], *, force: bool) -> str:
    """The kind of file that `--output` asks for ("" for none): a chart or one of `tables`, before any work.

    Raises
    ------
    ValueError, PermissionError
        As `viz.output.check_output`.
    MissingOnMachineError
        Parquet without pyarrow.
    """
    from viz.output import check_output

    if output is None:
        return ""
    kind = check_output(output, (*tables, *CHARTS), force=force)
    if kind == "parquet":
        require_extra("tables", "a .parquet file")
    return kind


def write_figure(output: Path, kind: str, figure_name: str, result: Any, **options: Any) -> None:
    """Draws a result by a figure of `viz.figures` and writes it."""
    from viz.figures import figure
    from viz.figures.style import write_chart

    write_chart(figure(figure_name).draw(result, **options), output, kind)
