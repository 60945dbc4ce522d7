"""Print the states of one satellite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

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
from viz.cli.results import Report, print_json, print_table

if TYPE_CHECKING:
    import numpy as np

    from geometry.ephemeris import TimeArray
    from geometry.orbit import OrbitStates

MOST_TIMES = 2_000_000
KINDS = ("json", "csv", "parquet")


def orbit(
    design: DesignSource,
    /,
    *,
    satellite: Satellite = 0,
    duration_min: Annotated[
        float | None, Parameter(name="--duration-min", help="Minutes to fly; default: one nodal period.")
    ] = None,
    step_s: Annotated[float, Parameter(name="--step-s", help="Seconds between states.")] = 60.0,
    at: At = None,
    changes: Changes = DEFAULT_CHANGES,
    output: Output = None,
    force: Force = False,
    json: Json = False,
    voice: Voice = DEFAULT_VOICE,
) -> None:
    """Print the states of one satellite over time, both ends included: place, speed, Sun, light, attitude.

    All in GCRS; -o writes .json, .csv or .parquet.
    """
    from geometry.orbit import flight_of, orbit_states
    from viz.cli.members import member_craft
    from viz.cli.tables import check_destination, write_rows

    report = Report("orbit", voice)
    kind = check_destination(output, KINDS, force=force)
    flown = changes.load(design)
    period_min = flight_of(flown).nodal_period_s / 60.0
    duration_min = period_min if duration_min is None else duration_min
    times = times_with_both_ends(moment(at, flown), duration_min, step_s)
    states = orbit_states(flown, times, satellites=[satellite])
    member_craft(flown, satellite)  # refuses a ring whose members overlap
    fields = {"satellite": satellite, **state_fields(states)}
    document = report.document(flown.name, fields, seed=flown.radiation.seed)
    if output is not None:
        write_rows(output, kind, flat_columns(fields), document)
        report.remark(f"wrote {output}: {len(times)} states of satellite {satellite}")
    if json:
        print_json(document)
    elif output is None:
        print_table(_rows(fields), ("time UTC", "x km", "y km", "z km", "beta deg", "sunlit", "attack deg"))


def times_with_both_ends(start_utc: np.datetime64, duration_min: float, step_s: float) -> TimeArray:
    """Even steps from the start to the end, and the end itself where the steps miss it.

    Raises
    ------
    ValueError
        Not greater than zero, or more times than anybody can hold.
    """
    import numpy as np

    from geometry.validation import check_in_range, check_positive

    check_in_range(duration_min, 0.0, 1e8, name="--duration-min", unit="min")
    check_positive(step_s, name="--step-s")
    whole = int(np.floor(min(60.0 * duration_min / step_s, 2.0 * MOST_TIMES) + 1e-9))
    if whole >= MOST_TIMES:
        raise ValueError(
            f"--duration-min {duration_min:g} in steps of --step-s {step_s:g} makes more than {MOST_TIMES:,} "
            "states; take a longer step or a shorter duration"
        )
    elapsed_s = step_s * np.arange(whole + 1)
    if 60.0 * duration_min - elapsed_s[-1] > 1e-6:
        elapsed_s = np.append(elapsed_s, 60.0 * duration_min)
    return start_utc + np.rint(elapsed_s * 1e6).astype("timedelta64[us]")


def state_fields(states: OrbitStates) -> dict[str, Any]:
    """Fields of the document, of the first satellite of `states`; arrays over time."""
    import numpy as np

    return {
        "times_utc": states.times_utc,
        "position_gcrs_km": states.position_gcrs_m[0] / 1e3,
        "velocity_gcrs_km_s": states.velocity_gcrs_m_s[0] / 1e3,
        "sun_direction_gcrs": states.sun_direction_gcrs,
        "beta_deg": np.degrees(states.beta_rad[0]),
        "sunlit_fraction": states.sunlit_fraction[0],
        "rotation_body_from_gcrs": states.rotation_body_from_gcrs[0],
        "angle_of_attack_deg": np.degrees(states.angle_of_attack_rad[0]),
    }


def flat_columns(fields: dict[str, Any]) -> dict[str, Any]:
    """One column per number: vectors and rotations by their axes."""
    columns = {"time_utc": fields["times_utc"]}
    for name, values in fields.items():
        shape = getattr(values, "shape", ())
        if name == "times_utc" or not shape:
            continue
        if len(shape) == 1:
            columns[name] = values
        elif len(shape) == 2:
            columns |= {name.replace("_gcrs", f"_{axis}_gcrs"): values[:, k] for k, axis in enumerate("xyz")}
        else:
            columns |= {f"{name}_{j + 1}{k + 1}": values[:, j, k] for j in range(3) for k in range(3)}
    return columns


def _rows(fields: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The few columns that a terminal holds."""
    from geometry.ephemeris import format_times_utc

    numbers = zip(
        fields["position_gcrs_km"].tolist(),
        fields["beta_deg"].tolist(),
        fields["sunlit_fraction"].tolist(),
        fields["angle_of_attack_deg"].tolist(),
        strict=True,
    )
    times = format_times_utc(fields["times_utc"])
    return [(t[:19] + "Z", *p, b, s, a) for t, (p, b, s, a) in zip(times, numbers, strict=True)]
