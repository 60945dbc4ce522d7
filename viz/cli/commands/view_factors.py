"""View factors between the surfaces of a craft or a mesh."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

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
    whole_number,
)
from viz.cli.results import Report, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from geometry.craft import Craft


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
    relative_tolerance: Annotated[
        float | None,
        Parameter(
            name="--relative-tolerance",
            help="Standard error as a share of each view factor, too, down to a thousandth of --tolerance: "
            "for small factors that matter.",
        ),
    ] = None,
    seed: Annotated[
        int | None, whole_number("--seed", help="Seed of all sampling; default: radiation.seed.")
    ] = None,
    exchange: Annotated[
        Literal["infrared", "solar"] | None,
        Parameter(
            name="--exchange",
            help="Exchange factors of a band too: what each surface absorbs of what another radiates, all "
            "reflections counted.  Tables and files other than .json then hold these instead.",
        ),
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
    from viz.cli.factor_tables import check_dense, write_arrays
    from viz.cli.tables import check_destination, write_rows

    if exchange is not None and relative_tolerance is not None:
        raise ValueError("--relative-tolerance is for view factors; leave it out, or --exchange")
    report = Report("view-factors", voice)
    kind = check_destination(output, KINDS, force=force)
    flown = changes.load(design, *(() if seed is None else (f"radiation.seed={seed}",)))
    settings = flown.radiation
    with report.compiling():
        craft = build_craft(flown)
    whole = json or kind == "json"
    if whole:
        check_dense(len(craft.mesh.surface_names))
    tables: list[_Table] = []
    options: dict[str, Any] = {
        "tolerance": settings.tolerance if tolerance is None else tolerance,
        "seed": settings.seed,
        "max_rays": settings.max_rays,
        "jobs": jobs,
    }
    if whole or exchange is None:
        with report.compiling(), report.progress("view factors") as advance:
            relative = {"relative_tolerance": relative_tolerance}
            tables.append(_seen(craft, whole, advance, options | relative))
    if exchange is not None:
        with report.compiling(), report.progress("exchange factors") as advance:
            tables.append(_exchanged(craft, exchange, whole, advance, options))
    fields: dict[str, Any] = {}
    for table in tables:
        fields |= table.fields
    rays = sum(table.rays for table in tables)
    document = report.document(flown.name, fields, seed=settings.seed, rays=rays)
    shown = tables[-1]
    if output is not None:
        if kind == "npz":
            write_arrays(output, shown.arrays(), document)
        else:
            write_rows(output, kind, {} if kind == "json" else shown.columns(), document)
        report.remark(f"wrote {output}: {len(craft.mesh.surface_names)} surfaces, {shown.count} factors")
    if json:
        print_json(document)
    elif output is None:
        _print_largest(report, shown)


@dataclass(frozen=True)
class _Table:
    """One kind of factors: fields of the document, and makers of columns and arrays."""

    value: str
    headings: tuple[str, ...]
    fields: dict[str, Any]
    columns: Callable[[], dict[str, Any]]
    arrays: Callable[[], dict[str, Any]]
    count: int
    rays: int


def _seen(craft: Craft, whole: bool, advance: Callable[[int, int], None], options: dict[str, Any]) -> _Table:
    from geometry.radiation import view_factors as computed
    from viz.cli.factor_tables import factor_arrays, factor_columns, factor_fields

    found = computed(craft, progress=advance, **options)
    return _Table(
        "view_factor",
        ("from", "to", "m2", "factor", "error", "method"),
        factor_fields(found) if whole else {},
        lambda: factor_columns(found),
        lambda: factor_arrays(found),
        found.view_factor.nnz,
        found.provenance.rays,
    )


def _exchanged(
    craft: Craft,
    band: Literal["infrared", "solar"],
    whole: bool,
    advance: Callable[[int, int], None],
    options: dict[str, Any],
) -> _Table:
    from geometry.radiation import exchange_factors
    from viz.cli.exchange_tables import exchange_arrays, exchange_columns, exchange_fields

    found = exchange_factors(craft, band, progress=advance, **options)
    return _Table(
        "exchange_factor",
        ("from", "to", "m2", "factor", "error"),
        exchange_fields(found) if whole else {},
        lambda: exchange_columns(found),
        lambda: exchange_arrays(found),
        found.factors.nnz,
        found.provenance.rays,
    )


def _print_largest(report: Report, table: _Table) -> None:
    """Every surface's largest factors, as many as fit a screen; how many are left out on stderr."""
    import numpy as np

    columns = table.columns()
    values = columns[table.value]
    seen = np.flatnonzero(values > 0.0)
    largest = seen[np.argsort(-values[seen] * columns["area_m2"][seen], kind="stable")]
    shown = np.sort(largest[:ROWS_SHOWN])
    rows = [
        (
            str(columns["from"][k]),
            str(columns["to"][k]),
            float(columns["area_m2"][k]),
            float(values[k]),
            f"{columns['standard_error'][k]:.1e}",
            *((str(columns["method"][k]),) if "method" in columns else ()),
        )
        for k in shown
    ]
    print_table(rows, table.headings)
    if len(seen) > len(shown):
        report.remark(f"{len(seen) - len(shown)} smaller ones are not shown; -o FILE.csv writes all")
