"""View factors between the surfaces of a craft or a mesh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from viz.cli.options import (
    DEFAULT_CHANGES,
    DEFAULT_VOICE,
    Changes,
    DesignSource,
    Force,
    Jobs,
    Json,
    Output,
    Voice,
)
from viz.cli.results import Report, print_json, print_table

if TYPE_CHECKING:
    from geometry.radiation import ViewFactors

KINDS = ("json", "csv", "npz", "parquet")
ROWS_SHOWN = 40


def view_factors(
    design: DesignSource,
    /,
    *,
    tolerance: Annotated[
        float | None,
        Parameter(
            name="--tolerance",
            help="Standard error of a factor to reach, absolute; default: radiation.tolerance.",
        ),
    ] = None,
    seed: Annotated[
        int | None, Parameter(name="--seed", help="Seed of all sampling; default: radiation.seed.")
    ] = None,
    changes: Changes = DEFAULT_CHANGES,
    jobs: Jobs = None,
    output: Output = None,
    force: Force = False,
    json: Json = False,
    voice: Voice = DEFAULT_VOICE,
) -> None:
    """View factors between the surfaces of a craft or a mesh file.

    Row = from.  Closed form where nothing stands between two surfaces, sampled with a standard error
    elsewhere; what goes to space and to sides that belong to no surface is listed apart.  Without --json or
    -o, the largest factors as a table.  -o writes .json (whole matrices), .csv, .npz or .parquet (what is
    not zero).
    """
    from geometry.craft import build_craft
    from geometry.radiation import view_factors as computed
    from viz.cli.factor_tables import check_dense, factor_columns, factor_fields, write_factors_npz
    from viz.cli.tables import check_destination, write_rows

    report = Report("view-factors", voice)
    kind = check_destination(output, KINDS, force=force)
    flown = changes.load(design, *(() if seed is None else (f"radiation.seed={seed}",)))
    settings = flown.radiation
    craft = build_craft(flown)
    whole = json or kind == "json"
    if whole:
        check_dense(len(craft.mesh.surface_names))
    with report.progress("view factors") as advance:
        factors = computed(
            craft,
            tolerance=settings.tolerance if tolerance is None else tolerance,
            seed=settings.seed,
            max_rays=settings.max_rays,
            jobs=jobs,
            progress=advance,
        )
    fields: dict[str, Any] = factor_fields(factors) if whole else {}
    document = report.document(flown.name, fields, seed=settings.seed, rays=factors.provenance.rays)
    if output is not None:
        if kind == "npz":
            write_factors_npz(output, factors, document)
        else:
            write_rows(output, kind, {} if kind == "json" else factor_columns(factors), document)
        report.remark(
            f"wrote {output}: {len(factors.surface_names)} surfaces, {factors.view_factor.nnz} factors"
        )
    if json:
        print_json(document)
    elif output is None:
        _print_largest(report, factors)


def _print_largest(report: Report, factors: ViewFactors) -> None:
    """Every surface's largest factors, as many as fit a screen; how many are left out on stderr."""
    import numpy as np

    from viz.cli.factor_tables import factor_columns

    columns = factor_columns(factors)
    seen = np.flatnonzero(columns["view_factor"] > 0.0)
    largest = seen[np.argsort(-columns["view_factor"][seen] * columns["area_m2"][seen], kind="stable")]
    shown = np.sort(largest[:ROWS_SHOWN])
    rows = [
        (
            str(columns["from"][k]),
            str(columns["to"][k]),
            float(columns["area_m2"][k]),
            float(columns["view_factor"][k]),
            f"{columns['standard_error'][k]:.1e}",
            str(columns["method"][k]),
        )
        for k in shown
    ]
    print_table(rows, ("from", "to", "m2", "factor", "error", "method"))
    if len(seen) > len(shown):
        report.remark(f"{len(seen) - len(shown)} smaller ones are not shown; -o FILE.csv writes all")
