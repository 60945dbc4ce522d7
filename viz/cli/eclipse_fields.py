"""Eclipses as fields of a document: the year, the map, rings side by side, the battery."""

from __future__ import annotations

from typing import Any

import numpy as np

from geometry.ephemeris import format_utc
from geometry.studies.eclipse_map import EclipseMap
from geometry.studies.eclipse_year import EclipseYear, RingsTogether
from geometry.studies.outage import OutageBattery
from geometry.studies.shadow_seasons import Season
from geometry.validation import FloatArray

MODEL = (
    "ellipsoidal or spherical Earth as in [environment], true Sun with its disc, umbra and penumbra by "
    "root-finding on the depth of shadow; a sun-synchronous orbit keeps its mean local time, with long- and "
    "short-period terms; others are propagated; no refraction"
)


def year_fields(found: EclipseYear) -> dict[str, Any]:
    """The calendar of one orbit."""
    days = zip(
        _dates(found),
        np.degrees(found.beta_rad).tolist(),
        (found.umbra_s / 60.0).tolist(),
        (found.shadow_s / 60.0).tolist(),
        strict=True,
    )
    keys = ("date", "beta_deg", "umbra_min_per_orbit", "shadow_min_per_orbit")
    return {
        "year": found.year,
        "altitude_km": _scaled(found.altitude_m, 1e-3),
        "ltan_h": _scaled(found.ltan_s, 1.0 / 3600.0),
        "inclination_deg": None
        if found.inclination_rad is None
        else float(np.degrees(found.inclination_rad)),
        "nodal_period_min": found.period_s / 60.0,
        "seasons": [season_fields(s) for s in found.seasons],
        "days_with_umbra": found.days_with_umbra,
        "days_with_shadow": found.days_with_shadow,
        "longest_umbra_min": found.longest_umbra_s / 60.0,
        "longest_umbra_utc": _utc(found.longest_umbra_utc),
        "longest_shadow_min": found.longest_shadow_s / 60.0,
        "longest_shadow_utc": _utc(found.longest_shadow_utc),
        "longest_dark_min": found.longest_dark_s / 60.0,
        "umbra_fraction_of_year": found.umbra_fraction_of_year,
        "sunlit_fraction_of_year": found.sunlit_fraction_of_year,
        "per_day": [dict(zip(keys, day, strict=True)) for day in days],
    }


def season_fields(season: Season) -> dict[str, Any]:
    """One season; null where an edge does not exist or lies beyond what was followed."""
    return {
        "first_umbra_utc": _utc(season.first_umbra_utc),
        "last_umbra_utc": _utc(season.last_umbra_utc),
        "first_penumbra_utc": _utc(season.first_penumbra_utc),
        "last_penumbra_utc": _utc(season.last_penumbra_utc),
        "has_umbra": season.has_umbra,
        "open_start": season.open_start,
        "open_end": season.open_end,
    }


def rings_fields(found: RingsTogether) -> dict[str, Any]:
    """Rings of several local times side by side."""
    return {
        "one_ring_always_lit": found.one_always_lit,
        "least_clearance_of_best_ring_deg": float(np.degrees(found.least_margin_rad)),
        "least_clearance_utc": _utc(found.tightest_utc),
        "by_ltan": [year_fields(y) for y in found.years],
    }


def map_fields(found: EclipseMap) -> dict[str, Any]:
    """The map of altitude against date, and the altitudes free of shadow."""
    return {
        "lowest_umbra_free_altitude_km": _scaled(found.lowest_umbra_free_altitude_m, 1e-3),
        "lowest_penumbra_free_altitude_km": _scaled(found.lowest_penumbra_free_altitude_m, 1e-3),
        "map": {
            "altitude_km": found.altitude_m / 1e3,
            "date": _dates(found),
            "umbra_min_per_orbit": found.umbra_s / 60.0,
            "shadow_min_per_orbit": found.shadow_s / 60.0,
        },
    }


def battery_fields(found: OutageBattery | None) -> dict[str, Any] | None:
    """The battery for the longest outage."""
    if found is None:
        return None
    return {
        "longest_dark_min": found.dark_s / 60.0,
        "electric_power_nominal_w": found.power_w,
        "energy_wh": found.energy_j / 3600.0,
        "depth_of_discharge": found.depth_of_discharge,
        "capacity_wh": found.capacity_j / 3600.0,
        "mass_kg": found.mass_kg,
    }


def year_columns(years: tuple[EclipseYear, ...]) -> dict[str, Any]:
    """One row a day; with several rings, ring by ring, with its local time."""
    columns: dict[str, Any] = {}
    if len(years) > 1:
        columns["ltan_h"] = np.concatenate(
            [np.full(y.noons_utc.size, (y.ltan_s or 0.0) / 3600.0) for y in years]
        )
    columns["date"] = [d for y in years for d in _dates(y)]
    columns["beta_deg"] = np.degrees(np.concatenate([y.beta_rad for y in years]))
    columns["umbra_min_per_orbit"] = np.concatenate([y.umbra_s for y in years]) / 60.0
    columns["shadow_min_per_orbit"] = np.concatenate([y.shadow_s for y in years]) / 60.0
    return columns


def map_columns(found: EclipseMap) -> dict[str, Any]:
    """One row for each altitude and day."""
    dates = _dates(found)

    def flat(seconds: FloatArray) -> FloatArray:
        return seconds.ravel() / 60.0

    return {
        "altitude_km": np.repeat(found.altitude_m / 1e3, len(dates)),
        "date": dates * found.altitude_m.size,
        "umbra_min_per_orbit": flat(found.umbra_s),
        "shadow_min_per_orbit": flat(found.shadow_s),
    }


def _dates(found: EclipseYear | EclipseMap) -> list[str]:
    """ISO 8601 days."""
    return [str(d) for d in found.noons_utc.astype("datetime64[D]")]


def _utc(moment: np.datetime64 | None) -> str | None:
    return None if moment is None else format_utc(moment)


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor
