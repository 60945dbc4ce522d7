"""Show the derived numbers of a design."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from viz.cli.options import (
    DEFAULT_CHANGES,
    DEFAULT_VOICE,
    At,
    Changes,
    DesignSource,
    Force,
    Json,
    Output,
    Voice,
    moment,
)
from viz.cli.results import Report, number, print_json, print_table

if TYPE_CHECKING:
    import numpy as np

    from geometry.craft import Craft
    from geometry.design import Design
    from geometry.orbit import RingSpacing

GAPS_SHOWN = 12  # launches to the first plane


def show(
    design: DesignSource,
    /,
    *,
    at: At = None,
    changes: Changes = DEFAULT_CHANGES,
    output: Output = None,
    force: Force = False,
    json: Json = False,
    voice: Voice = DEFAULT_VOICE,
) -> None:
    """Show the derived numbers of a design: orbit, areas, masses, inertia, power, spacing of the ring."""
    from viz.cli.members import spaced_craft
    from viz.cli.results import json_text
    from viz.cli.tables import check_destination
    from viz.output import write_text

    report = Report("show", voice)
    check_destination(output, ("json",), force=force)
    flown = changes.load(design)
    craft, spacing = spaced_craft(flown)
    fields = {
        "orbit": orbit_fields(flown, moment(at, flown)),
        "craft": craft_fields(craft, flown),
        "ring": ring_fields(craft, flown, spacing),
    }
    document = report.document(flown.name, fields, seed=flown.radiation.seed)
    if output is not None:
        write_text(output, json_text(document))
        report.remark(f"wrote {output}")
    if json:
        print_json(document)
    elif output is None:
        _print(flown.name, fields)


def orbit_fields(flown: Design, at_utc: np.datetime64) -> dict[str, Any]:
    """The orbit of the first member at one time."""
    from geometry.ephemeris import format_utc
    from geometry.orbit import orbit_summary

    o = orbit_summary(flown, at_utc)
    return {
        "type": o.type,
        "at_utc": format_utc(o.at_utc),
        "altitude_km": o.altitude_m / 1e3,
        "semi_major_axis_km": o.semi_major_axis_m / 1e3,
        "inclination_deg": math.degrees(o.inclination_rad),
        "raan_deg": math.degrees(o.raan_teme_rad),
        "ltan_h": o.ltan_s / 3600.0,
        "nodal_period_min": o.nodal_period_s / 60.0,
        "keplerian_period_min": o.keplerian_period_s / 60.0,
        "speed_km_s": o.mean_speed_m_s / 1e3,
        "beta_deg": math.degrees(o.beta_rad),
        "earth_angular_radius_deg": math.degrees(o.earth_angular_radius_rad),
        "earth_sky_fraction": o.earth_sky_fraction,
        "equation_of_time_min": o.equation_of_time_s / 60.0,
        "apparent_ltan_h": o.apparent_ltan_s / 3600.0,
        "repeat_orbits": o.repeat.orbits if o.repeat else None,
        "repeat_days": o.repeat.days if o.repeat else None,
        "repeat_shift_km": _km(o.repeat.shift_m if o.repeat else None),
        "frozen_eccentricity_j3": o.frozen_eccentricity,
        "frozen_argument_of_perigee_deg": None
        if o.frozen_argument_of_perigee_rad is None
        else math.degrees(o.frozen_argument_of_perigee_rad),
        "decay_m_day": None if o.decay_m_s is None else 86_400.0 * o.decay_m_s,
    }


def craft_fields(craft: Craft, flown: Design) -> dict[str, Any]:
    """Areas, masses and nominal power of one craft."""
    from geometry.budget import areal_mass_kg_m2, mass_by_part_kg

    mesh = craft.mesh
    surfaces = [
        {
            "name": name,
            "area_m2": float(area),
            "solar_absorptance": optics.solar_absorptance,
            "infrared_emittance": optics.infrared_emittance,
            "coating": optics.coating,
        }
        for name, area, optics in zip(mesh.surface_names, mesh.surface_areas_m2, mesh.optics, strict=True)
    ]
    return {
        "surfaces": surfaces,
        "array_area_m2": craft.array_area_m2,
        "electric_power_nominal_w": _nominal_power_w(craft, flown),
        "mass_kg": craft.mass_kg,
        "areal_mass_kg_m2": areal_mass_kg_m2(craft) if craft.array_area_m2 else None,
        "bounding_box_m": mesh.bounds_m[1] - mesh.bounds_m[0],
        "bounds_m": mesh.bounds_m,
        "center_of_mass_m": craft.center_of_mass_m,
        "inertia_kg_m2": craft.inertia_kg_m2,
        "mass_by_part_kg": mass_by_part_kg(craft),
    }


def ring_fields(craft: Craft, flown: Design, spacing: RingSpacing) -> dict[str, Any]:
    """Totals of the ring, and the launches that its mass takes."""
    total_kg = spacing.satellites * craft.mass_kg
    return {
        "satellites": spacing.satellites,
        "planes": spacing.planes,
        "spacing_km": _km(spacing.neighbour_spacing_m),
        "smallest_distance_km": _km(spacing.smallest_distance_m),
        "total_power_w": spacing.satellites * _nominal_power_w(craft, flown),
        "total_mass_kg": total_kg,
        "launches": math.ceil(total_kg / flown.launch_mass_kg),
        **_filling_fields(craft, flown, spacing),
    }


def _filling_fields(craft: Craft, flown: Design, spacing: RingSpacing) -> dict[str, Any]:
    """How whole satellites go up, a plane at a time, and the largest gap while the first plane fills."""
    from geometry.orbit import ring_filling
    from geometry.orbit.ring_filling import satellites_per_launch

    names = ("satellites_per_launch", "launches_of_whole_satellites", "largest_gap_km")
    fields: dict[str, Any] = dict.fromkeys(names)
    if not craft.mass_kg:  # a mesh file of which no mass is known
        return fields
    lifted = satellites_per_launch(flown.launch_mass_kg, craft.mass_kg)
    fields["satellites_per_launch"] = lifted
    if lifted and spacing.neighbour_spacing_m is not None:
        filling = ring_filling(flown.ring, flown.launch_mass_kg, craft.mass_kg)
        shown = range(1, min(filling.launches_per_plane, GAPS_SHOWN) + 1)
        per_place_m = spacing.neighbour_spacing_m * flown.ring.satellites_per_plane / (2.0 * math.pi)
        fields["launches_of_whole_satellites"] = filling.launches
        fields["largest_gap_km"] = [per_place_m * float(filling.gaps_rad(k)[1]) / 1e3 for k in shown]
    return fields


def _nominal_power_w(craft: Craft, flown: Design) -> float:
    """At 28 C, normal incidence, 1 au: of the design itself, whatever the case."""
    from geometry.budget import electric_power_nominal_w

    return electric_power_nominal_w(craft, flown.document.environment.solar_constant_w_m2)


def _km(distance_m: float | None) -> float | None:
    return None if distance_m is None else distance_m / 1e3


def _print(name: str, fields: dict[str, dict[str, Any]]) -> None:
    """The same for people: three short tables."""
    craft = fields["craft"]
    surfaces = craft.pop("surfaces")
    parts = craft.pop("mass_by_part_kg")
    print(name)
    for section, values in fields.items():
        print(f"\n{section}")
        print_table([(f"  {key}", _shown(value)) for key, value in values.items()])
    if parts:
        print("\nmass in kg, by kind of part")
    print_table([(f"  {kind}", mass_kg) for kind, mass_kg in parts.items()])
    print(f"\n{len(surfaces)} surfaces (area m2, solar absorptance, infrared emittance)")
    keys = ("name", "area_m2", "solar_absorptance", "infrared_emittance", "coating")
    print_table([(f"  {s['name']}", *(s[k] for k in keys[1:])) for s in surfaces])


def _shown(value: Any) -> str:
    """One value in a line; a matrix row by row."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list):
        return (
            "  ".join(_shown(v) for v in value)
            if not isinstance(value[0], list)
            else " | ".join(map(_shown, value))
        )
    return number(value) if isinstance(value, (int, float)) else str(value if value is not None else "none")
