"""Print the eclipses of a year, or map them against altitude."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from viz.cli.charts import CHARTS, TABLES, ThemeOption, check_chart_destination, write_figure
from viz.cli.options import (
    DEFAULT_CHANGES,
    DEFAULT_VOICE,
    Changes,
    DesignSource,
    Force,
    Json,
    Output,
    Voice,
    whole_number,
)
from viz.cli.ranges import steps
from viz.cli.results import Report, number, print_json, print_table

if TYPE_CHECKING:
    from geometry.design import Design
    from geometry.studies.eclipse_map import EclipseMap
    from geometry.studies.eclipse_year import EclipseYear, RingsTogether

_MAP_ROWS = 241  # altitudes of the drawn map: smooth, whatever the step that was asked for


def eclipse(
    design: DesignSource,
    /,
    *,
    year: Annotated[
        int | None, whole_number("--year", help="Calendar year, 1900 to 2052; default: that of the epoch.")
    ] = None,
    altitudes: Annotated[
        str | None,
        Parameter(name="--altitudes", help="Map of date against altitude: start:stop:step in km."),
    ] = None,
    theme: ThemeOption = "light",
    changes: Changes = DEFAULT_CHANGES,
    output: Output = None,
    force: Force = False,
    json: Json = False,
    voice: Voice = DEFAULT_VOICE,
) -> None:
    """Print the eclipses of a year: seasons, longest umbra, share of the year; or map them by altitude."""
    from geometry.studies.eclipse_year import eclipse_year, rings_together
    from geometry.studies.outage import battery_for_year
    from viz.cli import eclipse_fields as fields_of

    report = Report("eclipse", voice)
    kind = check_chart_destination(output, TABLES, force=force)
    heights_km = None if altitudes is None else steps(altitudes, name="--altitudes")
    flown = changes.load(design)
    rings = rings_together(flown, year) if len(flown.ring.ltan_list_s) > 1 else None
    years = rings.years if rings else (eclipse_year(flown, year),)
    fields = fields_of.year_fields(years[0])
    if rings:
        fields |= fields_of.rings_fields(rings)
    fields["battery"] = fields_of.battery_fields(battery_for_year(flown, years))
    fields["model"] = fields_of.MODEL
    chart = None
    if heights_km is not None:
        chart = _map(flown, heights_km, years[0].year)
        fields |= fields_of.map_fields(chart)
    document = report.document(flown.name, fields, seed=flown.radiation.seed)
    if output is not None:
        if kind in CHARTS:
            _draw(output, kind, flown, rings or years[0], chart, theme)
        else:
            columns = fields_of.map_columns(chart) if chart else fields_of.year_columns(years)
            _tabulate(output, kind, columns, document)
        report.remark(f"wrote {output}")
    if json:
        print_json(document)
    elif output is None:
        _print(fields)


def _map(flown: Design, heights_km: list[float], year: int) -> EclipseMap:
    """Shadow against date at these altitudes."""
    import numpy as np

    from geometry.studies.eclipse_map import eclipse_map

    return eclipse_map(flown, 1e3 * np.array(heights_km), year)


def _draw(
    output: Path,
    kind: str,
    flown: Design,
    found: EclipseYear | RingsTogether,
    chart: EclipseMap | None,
    theme: str,
) -> None:
    """The year as curves, or the map over the span of altitudes that was asked for."""
    if chart is None:
        write_figure(output, kind, "eclipse", found, theme=theme, name=flown.name)
        return
    import numpy as np

    heights_km = np.linspace(chart.altitude_m[0], chart.altitude_m[-1], _MAP_ROWS) / 1e3
    smooth = _map(flown, heights_km.tolist(), chart.year) if chart.altitude_m.size > 1 else chart
    own = getattr(flown.orbit, "altitude_m", None)
    write_figure(output, kind, "eclipse_map", smooth, theme=theme, name=flown.name, altitude_m=own)


def _tabulate(output: Path, kind: str, columns: dict[str, Any], document: dict[str, Any]) -> None:
    """The same as a table."""
    from viz.cli.tables import write_rows

    write_rows(output, kind, columns, document)


def _print(fields: dict[str, Any]) -> None:
    """What people ask first; the days are in the JSON and CSV."""
    rings = fields.get("by_ltan") or [fields]
    for ring in rings:
        where = [f"{number(ring['altitude_km'])} km"] if ring["altitude_km"] is not None else []
        where += [f"ascending node at {ring['ltan_h']:.2f} h"] if ring["ltan_h"] is not None else []
        print(", ".join([f"year {ring['year']}", *where]))
        print_table([(f"  {label}", _shown(ring[key])) for label, key in _LINES])
        for season in ring["seasons"]:
            print("  " + _season_line(season))
    if "one_ring_always_lit" in fields:
        print(f"one ring is always in full sunlight: {'yes' if fields['one_ring_always_lit'] else 'no'}")
    if fields["battery"] is not None:
        battery = fields["battery"]
        print("battery to work on through the longest outage")
        print_table([(f"  {key}", _shown(value)) for key, value in battery.items()])
    for what in ("umbra", "penumbra"):
        key = f"lowest_{what}_free_altitude_km"
        if key in fields:
            free = fields[key]
            print(f"lowest altitude without {what}: " + ("none" if free is None else f"{free:,.1f} km"))


_LINES = (
    ("days with umbra", "days_with_umbra"),
    ("days with any shadow", "days_with_shadow"),
    ("longest umbra, min", "longest_umbra_min"),
    ("longest umbra at", "longest_umbra_utc"),
    ("longest shadow, min", "longest_shadow_min"),
    ("share of the year in umbra", "umbra_fraction_of_year"),
    ("mean share of the Sun in view", "sunlit_fraction_of_year"),
)


def _shown(value: Any) -> str:
    """One value in a line."""
    if value is None:
        return "none"
    return number(value) if isinstance(value, (int, float)) else str(value)[:16].replace("T", " ") + " UTC"


def _season_line(season: dict[str, Any]) -> str:
    """One season in words."""
    kind = "umbra" if season["has_umbra"] else "penumbra"
    first, last = season[f"first_{kind}_utc"], season[f"last_{kind}_utc"]
    if first is None or last is None:
        return f"season: {kind}, without a beginning or an end within 400 days of the year"
    return f"season: {kind} from {first[:16].replace('T', ' ')} to {last[:16].replace('T', ' ')} UTC"
