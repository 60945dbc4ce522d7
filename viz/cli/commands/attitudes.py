"""Print the price of each attitude law over a year: power, angle of attack, drag, delta-v, torque."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from viz.cli.charts import CHARTS, TABLES, ThemeOption, check_chart_destination, write_figure
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
    whole_number,
)
from viz.cli.results import Report, print_json, print_table

if TYPE_CHECKING:
    from geometry.orbit.thermosphere import SolarIndices
    from geometry.studies.attitudes import AttitudeTrade, LawPrice

MODEL = (
    "power factor max(0, Z . s) by the share of the Sun in view; angle of attack asin |Z . v|, inertial "
    "velocity; free-molecular drag with diffuse re-emission and skin friction on all open sides, "
    "self-shadowing by rays, air turning with the Earth; solar_min, mean and solar_max: NRLMSIS 2.1 averaged "
    "over globe, local time and year at F10.7 70, 140, 200 and ap 4, 15, 15; gravity-gradient torque of a "
    "point-mass Earth; altitude held"
)


def attitudes(
    design: DesignSource,
    /,
    *,
    satellite: Satellite = 0,
    accommodation: Annotated[
        float,
        Parameter(
            name="--accommodation", help="Energy accommodation of molecules on the craft, 0 to 1; 1: fully."
        ),
    ] = 1.0,
    wall_temperature_k: Annotated[
        float, Parameter(name="--wall-temperature-k", help="Temperature at which molecules leave the craft.")
    ] = 300.0,
    f107: Annotated[
        float | None,
        Parameter(name="--f107", help="F10.7 of the day: with the next two, adds NRLMSIS along the orbit."),
    ] = None,
    f107a: Annotated[float | None, Parameter(name="--f107a", help="Its 81-day mean.")] = None,
    ap: Annotated[float | None, Parameter(name="--ap", help="Geomagnetic index.")] = None,
    at: At = None,
    seed: Annotated[
        int | None, whole_number("--seed", help="Seed of the rays; default: radiation.seed.")
    ] = None,
    theme: ThemeOption = "light",
    changes: Changes = DEFAULT_CHANGES,
    output: Output = None,
    force: Force = False,
    json: Json = False,
    voice: Voice = DEFAULT_VOICE,
) -> None:
    """Print the price of each attitude law over a year: power, angle of attack, drag, delta-v, torque.

    The three laws that follow the Sun, and lvlh_fixed where the design gives its axes; the year runs from the
    epoch or --at.
    """
    from geometry.orbit.free_molecular import GasSurface
    from geometry.studies.attitudes import attitude_trade
    from viz.cli.members import member_craft

    report = Report("attitudes", voice)
    kind = check_chart_destination(output, TABLES, force=force)
    indices = _indices(f107, f107a, ap)
    surface = GasSurface(accommodation, wall_temperature_k)
    flown = changes.load(design, *([] if seed is None else [f"radiation.seed={seed}"]))
    with report.progress("flying a year under each law") as advance:
        found = attitude_trade(
            flown,
            member_craft(flown, satellite),
            start_utc=moment(at, flown),
            satellite=satellite,
            surface=surface,
            indices=indices,
            seed=flown.radiation.seed,
            progress=advance,
        )
    if found.mass_kg is None:
        report.remark("the craft has no mass (craft.mass_kg): no delta-v, no decay, no torque")
    fields = trade_fields(found, surface)
    document = report.document(flown.name, fields, seed=flown.radiation.seed, rays=found.rays)
    if output is not None:
        if kind in CHARTS:
            write_figure(output, kind, "attitudes", found, theme=theme, name=flown.name)
        else:
            from viz.cli.tables import write_rows

            write_rows(output, kind, law_columns(found), document)
        report.remark(f"wrote {output}")
    if json:
        print_json(document)
    elif output is None:
        _print(found)


def _indices(f107: float | None, f107a: float | None, ap: float | None) -> SolarIndices | None:
    """Indices where all three are given.

    Raises
    ------
    ValueError
        Only some of them.
    MissingOnMachineError
        pymsis is not installed.
    """
    if f107 is None and f107a is None and ap is None:
        return None
    if f107 is None or f107a is None or ap is None:
        raise ValueError("--f107, --f107a and --ap go together: give all three, or none")
    from geometry.orbit.thermosphere import SolarIndices
    from viz.machine import require_extra

    require_extra("drag", "NRLMSIS at indices of your own")
    return SolarIndices(f107, f107a, ap)


def trade_fields(found: AttitudeTrade, surface: Any) -> dict[str, Any]:
    """Fields of the document: prices of each law, and the curves over the year."""
    return {
        "start_utc": found.start_utc,
        "mass_kg": found.mass_kg,
        "sunlit_fraction_mean": found.sunlit_fraction_mean,
        "broadside_drag_area_cd_a_m2": found.broadside_drag_area_m2,
        "edge_on_drag_area_cd_a_m2": found.edge_on_drag_area_m2,
        "accommodation": surface.accommodation,
        "wall_temperature_k": surface.wall_temperature_k,
        "laws": [law_fields(price) for price in found.laws],
        "days_utc": found.days_utc,
        "drag_days_utc": found.drag_days_utc,
        "model": MODEL,
    }


def law_fields(price: LawPrice) -> dict[str, Any]:
    """One law."""
    import numpy as np

    mean = price.drag["mean"]
    return {
        "law": price.law,
        "power_factor_mean": price.power_factor_mean,
        "power_factor_min": price.power_factor_min,
        "angle_of_attack_max_deg": float(np.degrees(price.angle_of_attack_max_rad)),
        "drag_area_cd_a_mean_m2": mean.drag_area_m2,
        "drag_area_standard_error_m2": mean.drag_area_standard_error_m2,
        "drag_area_cd_a_m2": {a: year.drag_area_m2 for a, year in price.drag.items()},
        "delta_v_m_s_year": _by_activity(price, "delta_v_m_s_year"),
        "decay_m_day": _by_activity(price, "decay_m_day"),
        "gravity_gradient_torque_max_n_m": price.gravity_gradient_torque_max_n_m,
        "power_factor_by_day": price.power_factor_day,
        "angle_of_attack_max_by_day_deg": np.degrees(price.angle_of_attack_day_rad),
        "drag_area_cd_a_by_drag_day_m2": mean.drag_area_day_m2,
    }


def _by_activity(price: LawPrice, field: str) -> dict[str, Any]:
    """One number for each solar activity."""
    return {activity: getattr(year, field) for activity, year in price.drag.items()}


def law_columns(found: AttitudeTrade) -> dict[str, Any]:
    """One row for each law."""
    columns: dict[str, list[Any]] = {}
    for price in found.laws:
        for name, value in law_fields(price).items():
            if isinstance(value, dict):
                for activity, number in value.items():
                    columns.setdefault(f"{name}_{activity}", []).append(number)
            elif not hasattr(value, "shape"):
                columns.setdefault(name, []).append(value)
    return columns


def _print(found: AttitudeTrade) -> None:
    """One line for each law."""
    import numpy as np

    rows = []
    for price in found.laws:
        years = price.drag
        thrust = ["-" if y.delta_v_m_s_year is None else f"{y.delta_v_m_s_year:.3g}" for y in years.values()]
        decay, torque = years["mean"].decay_m_day, price.gravity_gradient_torque_max_n_m
        rows.append(
            (
                price.law,
                f"{price.power_factor_mean:.4f}",
                f"{price.power_factor_min:.4f}",
                f"{np.degrees(price.angle_of_attack_max_rad):.2f}",
                f"{years['mean'].drag_area_m2:.4g}",
                " / ".join(thrust),
                "-" if decay is None else f"{decay:.3g}",
                "-" if torque is None else f"{torque:.2e}",
            )
        )
    activities = " / ".join(next(iter(found.laws)).drag).replace("solar_", "")
    print_table(
        rows,
        (
            "law",
            "power",
            "least",
            "attack deg",
            "CdA m2",
            f"delta-v m/s a year ({activities})",
            "decay m/day",
            "torque N m",
        ),
    )
    print(
        f"the same craft broadside: CdA {found.broadside_drag_area_m2:.4g} m2; "
        f"edge-on, by friction and the parts that stand up: {found.edge_on_drag_area_m2:.4g} m2"
    )
