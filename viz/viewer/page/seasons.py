"""The year of the page: eclipses day by day, their seasons, and when the seasons of the Earth turn."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from geometry.design import Design
from geometry.orbit import SunSynchronousOrbit
from geometry.studies.eclipse_year import EclipseYear, eclipse_year
from geometry.studies.turning_points import turning_points
from viz.times import year_span
from viz.viewer.page.packing import milliseconds, packed


def year_fields(design: Design, year: int) -> dict[str, Any]:
    """Limits of the year, its turning points and the eclipses of each local time of the ring."""
    local_times: tuple[float | None, ...] = (None,)
    if isinstance(design.orbit, SunSynchronousOrbit):
        local_times = design.ring.ltan_list_s or (design.orbit.ltan_s,)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # old elements: the page says so itself
        calendars = [eclipse_year(design, year, ltan_s=t) for t in local_times]
    first, end = year_span(year)
    return {
        "year": year,
        "first_ms": milliseconds(first),
        "last_ms": milliseconds(end),
        "turning_points": [
            {"name": name, "at_ms": milliseconds(at)} for name, at in turning_points(year).items()
        ],
        "eclipses": [_calendar(c) for c in calendars],
    }


def longest_umbra_utc(design: Design, year: int) -> np.datetime64 | None:
    """When the first orbit of the ring has its longest umbra; None where it has none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return eclipse_year(design, year).longest_umbra_utc


def _calendar(found: EclipseYear) -> dict[str, Any]:
    """One calendar in minutes and milliseconds."""
    return {
        "ltan_h": None if found.ltan_s is None else found.ltan_s / 3600.0,
        "noon_ms": milliseconds(found.noons_utc[0]),
        "umbra_min": packed(found.umbra_s / 60.0, "f4"),
        "shadow_min": packed(found.shadow_s / 60.0, "f4"),
        "longest_umbra_min": found.longest_umbra_s / 60.0,
        "longest_umbra_ms": _or_none(found.longest_umbra_utc),
        "longest_shadow_min": found.longest_shadow_s / 60.0,
        "longest_shadow_ms": _or_none(found.longest_shadow_utc),
        "sunlit_fraction_of_year": found.sunlit_fraction_of_year,
        "seasons": [
            {
                "first_ms": _or_none(s.first_umbra_utc if s.has_umbra else s.first_penumbra_utc),
                "last_ms": _or_none(s.last_umbra_utc if s.has_umbra else s.last_penumbra_utc),
                "has_umbra": s.has_umbra,
            }
            for s in found.seasons
        ],
    }


def _or_none(time_utc: np.datetime64 | None) -> float | None:
    """Milliseconds of a moment that may not be."""
    return None if time_utc is None else milliseconds(time_utc)
