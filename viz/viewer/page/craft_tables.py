"""The craft of the page: triangles, surfaces, what they look like and what reaches them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from geometry.budget import electric_power_nominal_w
from geometry.craft import Craft, build_craft
from geometry.design import Design
from geometry.ephemeris import format_utc
from geometry.orbit import OrbitStates, orbit_states, orbit_times
from geometry.radiation import HeatLoads, heat_loads
from geometry.validation import FloatArray
from viz.coatings import FINISHES, material_of
from viz.unwrapping import BY_CELL, cell_size_m
from viz.viewer.page.packing import milliseconds, packed

Progress = Callable[[int, int], None]

STEPS = 48
PATTERN_PIXELS = 128  # mean colours are within 0.005 of those of the full patterns
MOST_FACES = 100_000
MOST_VALUES = 300_000  # of one quantity over one orbit; above, orbit means alone
LOAD_WORDS = {"solar": "Sun", "albedo": "Albedo", "earth_infrared": "Earth infrared"}


def craft_variants(design: Design) -> list[tuple[Design, Craft]]:
    """One craft for each local time of the ring: its shield looks to nadir, so it may be mirrored.

    Raises
    ------
    ValueError
        A mesh too large for a page.
    """
    flown = [design.at_ltan(t) for t in design.ring.ltan_list_s] or [design]
    found = [(d, build_craft(d)) for d in flown]
    for _, craft in found:
        if len(craft.mesh.faces) > MOST_FACES:
            raise ValueError(
                f"craft {craft.name!r} has {len(craft.mesh.faces):,} faces, a page holds {MOST_FACES:,}; "
                "give a coarser mesh"
            )
    return found


def craft_table(design: Design, craft: Craft) -> dict[str, Any]:
    """Triangles with the surface of each side, and the surfaces."""
    mesh = craft.mesh
    cells = cell_size_m(design.craft)
    surfaces = []
    for name, area, optics in zip(mesh.surface_names, mesh.surface_areas_m2, mesh.optics, strict=True):
        material = material_of(optics, PATTERN_PIXELS)
        finish = FINISHES.get(material.pattern or "")
        surfaces.append(
            {
                "name": name,
                "area_m2": float(area),
                "coating": optics.coating,
                "solar_absorptance": optics.solar_absorptance,
                "infrared_emittance": optics.infrared_emittance,
                "color": [float(c) for c in material.base_color],
                "metallic": float(material.metallic),
                "roughness": float(material.roughness),
                "reflectance": list(finish.reflectance) if finish else [0.04, 0.04, 0.04],
                "cell_m": [float(c) for c in cells] if material.pattern in BY_CELL else None,
            }
        )
    return {
        "name": craft.name,
        "vertices_m": packed(mesh.vertices_m, "f4"),
        "faces": packed(mesh.faces, "u4"),
        "front": packed(mesh.front_surface, "i4"),
        "back": packed(mesh.back_surface, "i4"),
        "surfaces": surfaces,
        "extent_m": float(np.linalg.norm(np.ptp(mesh.bounds_m, axis=0))),
        "middle_m": [float(c) for c in mesh.bounds_m.mean(axis=0)],
        "radius_m": craft.bounding_radius_m,
        "center_m": [float(c) for c in craft.center_of_mass_m],
        "mass_kg": craft.mass_kg,
        "array_area_m2": craft.array_area_m2,
        "electric_power_nominal_w": electric_power_nominal_w(
            craft, design.document.environment.solar_constant_w_m2
        ),
    }


def load_cases(
    design: Design,
    craft: Craft,
    starts: dict[str, np.datetime64],
    *,
    tolerance: float,
    jobs: int | None,
    progress: Progress | None,
) -> list[dict[str, Any]]:
    """Heat loads of each surface around one orbit from each of `starts`, as results to colour by."""
    cases = []
    for done, (name, start) in enumerate(starts.items()):
        states = orbit_states(design, orbit_times(design, start, STEPS))
        loads = heat_loads(
            craft,
            states,
            design.environment,
            tolerance=tolerance,
            seed=design.radiation.seed,
            max_rays=design.radiation.max_rays,
            jobs=jobs,
        )
        cases.append(_case(name, loads, states))
        if progress is not None:
            progress(done + 1, len(starts))
    return cases


def _case(name: str, loads: HeatLoads, states: OrbitStates) -> dict[str, Any]:
    """One orbit: its times, what may be coloured, and the numbers behind it."""
    keep = len(loads.times_utc) * len(loads.surface_names) <= MOST_VALUES
    mean = loads.orbit_mean
    area = loads.area_m2
    absorbed, error = loads.absorbed_w / area, loads.standard_error_w / area
    mean_absorbed, mean_error = mean.absorbed_w / area, mean.standard_error_w / area
    results = [
        _result(
            f"absorbed_{key}",
            f"{LOAD_WORDS[key]}, absorbed",
            (absorbed[k], error[k], mean_absorbed[k], mean_error[k]),
            keep,
            incident=(mean.incident_w_m2[k], mean.incident_standard_error_w_m2[k]),
        )
        for k, key in enumerate(loads.load_names)
    ]
    # albedo and infrared share their rays: their errors add up; the Sun's are its own
    total = _result(
        "absorbed_total",
        "All, absorbed",
        (absorbed.sum(0), _together(error), mean_absorbed.sum(0), _together(mean_error)),
        keep,
        incident=(mean.incident_w_m2.sum(0), _together(mean.incident_standard_error_w_m2)),
    )
    return {
        "name": name,
        "start_utc": format_utc(loads.times_utc[0]),
        "start_ms": milliseconds(loads.times_utc[0]),
        "step_ms": (milliseconds(loads.times_utc[1]) - milliseconds(loads.times_utc[0])),
        "argument_of_latitude_rad": packed(states.argument_of_latitude_rad[0], "f4"),
        "beta_deg": float(np.degrees(states.beta_rad[0].mean())),
        "rays": loads.provenance.rays,
        "view_factor_earth": packed(mean.view_factor_earth, "f4"),
        "view_factor_earth_error": packed(mean.view_factor_earth_standard_error, "f4"),
        "view_factor_space": packed(mean.view_factor_space, "f4"),
        "results": [total, *results],
    }


def _together(error: FloatArray) -> FloatArray:
    """Standard error of the sum over loads (3, ...)."""
    return np.hypot(error[0], error[1] + error[2])


def _result(
    key: str,
    label: str,
    values: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    keep: bool,
    incident: tuple[FloatArray, FloatArray],
) -> dict[str, Any]:
    """One quantity per surface, to colour by and to read off: around the orbit (T, S) and as a mean (S,)."""
    around, error, mean, mean_error = values
    return {
        "key": key,
        "label": label,
        "unit": "W/m²",
        "around": packed(around, "f4") if keep else None,
        "around_error": packed(error, "f4") if keep else None,
        "mean": packed(mean, "f4"),
        "mean_error": packed(mean_error, "f4"),
        "incident_mean": packed(incident[0], "f4"),
        "incident_mean_error": packed(incident[1], "f4"),
    }
