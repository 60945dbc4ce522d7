"""Print the round trip of light from users to the ring, by local time and latitude."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from viz.cli.charts import CHARTS, TABLES, ThemeOption, check_chart_destination, write_figure
from viz.cli.options import DEFAULT_CHANGES, DEFAULT_VOICE, Changes, DesignSource, Force, Json, Output, Voice
from viz.cli.results import Report, print_json, print_table

if TYPE_CHECKING:
    from geometry.design import Design
    from geometry.studies.latency import Latency

MODEL = (
    "vacuum speed of light, no delay at nodes; straight to the ring at min_elevation_deg or higher, else up "
    "to a relay at that elevation, equal steps of central angle along a dense shell, the last step a chord "
    "to the ring, least over the number of steps, links above grazing_altitude_km; spherical Earth and a "
    "dense ring"
)


def latency(
    design: DesignSource,
    /,
    *,
    theme: ThemeOption = "light",
    changes: Changes = DEFAULT_CHANGES,
    output: Output = None,
    force: Force = False,
    json: Json = False,
    voice: Voice = DEFAULT_VOICE,
) -> None:
    """Print the round trip of light from users to the ring, by local time and latitude, and over altitude."""
    from geometry.studies.latency import latency as latency_of

    report = Report("latency", voice)
    kind = check_chart_destination(output, TABLES, force=force)
    flown = changes.load(design)
    found = latency_of(flown)
    document = report.document(flown.name, latency_fields(found), seed=flown.radiation.seed)
    if output is not None:
        if kind in CHARTS:
            _draw(output, kind, flown, theme)
        else:
            from viz.cli.tables import write_rows

            write_rows(output, kind, place_columns(found), document)
        report.remark(f"wrote {output}")
    if json:
        print_json(document)
    elif output is None:
        _print(document)


def latency_fields(found: Latency) -> dict[str, Any]:
    """Fields of the document."""
    import numpy as np

    places = place_columns(found)
    rows = zip(*(values.tolist() for values in places.values()), strict=True)
    altitudes = zip(
        (found.compared_altitude_m / 1e3).tolist(),
        (1e3 * found.compared_equator_noon_s).tolist(),
        (1e3 * found.compared_equator_midnight_s).tolist(),
        (1e3 * found.compared_worst_s).tolist(),
        strict=True,
    )
    keys = ("altitude_km", "equator_noon_rtt_ms", "equator_midnight_rtt_ms", "worst_rtt_ms")
    relays = found.relays
    return {
        "altitude_km": found.altitude_m / 1e3,
        "ltan_h": [t / 3600.0 for t in found.ltans_s],
        "relay_altitude_km": relays.altitude_m / 1e3,
        "min_elevation_deg": float(np.degrees(relays.min_elevation_rad)),
        "grazing_altitude_km": relays.grazing_altitude_m / 1e3,
        "worst_rtt_ms": 1e3 * found.worst_s,
        "worst_latitude_deg": float(np.degrees(found.worst_latitude_rad)),
        "worst_local_time_h": found.worst_local_time_s / 3600.0,
        "best_rtt_ms": 1e3 * found.best_s,
        "equator_noon_rtt_ms": 1e3 * found.equator_noon_s,
        "equator_midnight_rtt_ms": 1e3 * found.equator_midnight_s,
        "by_local_time": [dict(zip(places, row, strict=True)) for row in rows],
        "by_altitude": [dict(zip(keys, row, strict=True)) for row in altitudes],
        "model": MODEL,
    }


def place_columns(found: Latency) -> dict[str, Any]:
    """One row for each latitude and local time."""
    import numpy as np

    latitude, local_time = np.meshgrid(found.latitude_rad, found.local_time_s, indexing="ij")
    return {
        "local_time_h": local_time.ravel() / 3600.0,
        "latitude_deg": np.degrees(latitude.ravel()),
        "rtt_ms": 1e3 * found.round_trip_s.ravel(),
    }


def _draw(output: Path, kind: str, flown: Design, theme: str) -> None:
    """Finer than the table, so that it looks smooth; the coasts as they lie at the epoch."""
    import numpy as np

    from geometry.studies.latency import COMPARED_ALTITUDES_M
    from geometry.studies.latency import latency as latency_of

    fine = np.arange(COMPARED_ALTITUDES_M[0], COMPARED_ALTITUDES_M[-1] + 1.0, 10e3)
    altitudes = np.union1d(fine, COMPARED_ALTITUDES_M)
    smooth = latency_of(
        flown, latitude_step_rad=np.radians(1.0), local_time_step_s=240.0, compared_altitude_m=altitudes
    )
    midnight = flown.epoch_utc.astype("datetime64[D]")
    hours = float((flown.epoch_utc - midnight) / np.timedelta64(1, "h"))
    noon = (12.0 - hours) * np.pi / 12.0
    write_figure(output, kind, "latency", smooth, theme=theme, name=flown.name, noon_longitude_rad=noon)


def _print(document: dict[str, Any]) -> None:
    """The few numbers that people ask for, and the curve."""
    rows = [
        ("worst place, ms", document["worst_rtt_ms"]),
        ("  at latitude, deg", document["worst_latitude_deg"]),
        ("  at mean local time, h", document["worst_local_time_h"]),
        ("satellite overhead, ms", document["best_rtt_ms"]),
        ("equator at noon, ms", document["equator_noon_rtt_ms"]),
        ("equator at midnight, ms", document["equator_midnight_rtt_ms"]),
    ]
    print_table([(name, f"{value:.2f}") for name, value in rows])
    print()
    table = [tuple(row.values()) for row in document["by_altitude"]]
    print_table(table, ("altitude km", "equator noon ms", "equator midnight ms", "worst ms"))
