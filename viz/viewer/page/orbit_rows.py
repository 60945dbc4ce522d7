"""Elements of the ring as rows: a row is a plane of evenly spaced members, or one imported satellite."""

from __future__ import annotations

from typing import Any

import numpy as np

from geometry.design import Design
from geometry.orbit import flight_of, sun_side
from geometry.orbit.flight import ElementsFlight, KeplerianFlight, MeanFlight
from geometry.orbit.mean_elements import CLOSED_FORM_CONSTANTS
from geometry.orbit.sgp4_flight import minutes_since_epoch
from viz.viewer.page.packing import milliseconds, packed

MOST_ROWS = 60_000


def orbit_rows(design: Design) -> dict[str, Any]:
    """What the page flies, whatever the number of satellites.

    Raises
    ------
    ValueError
        Too many rows for a page, imported elements of deep space, an orbit that cannot be flown.

    Notes
    -----
    `model` is "mean" (secular and periodic J2, J3, J4 as `geometry.orbit.closed_form`; rates derived in the
    page), "elements" (the same periodic terms at any eccentricity with SGP4's own secular rates; drag left
    out) or "two_body".
    """
    flight = flight_of(design)
    if isinstance(flight, MeanFlight):
        model, rows = "mean", _mean_rows(flight)
    elif isinstance(flight, KeplerianFlight):
        model, rows = "two_body", _two_body_rows(flight, design)
    elif isinstance(flight, ElementsFlight):
        model, rows = "elements", _imported_rows(flight, design)
    else:
        raise TypeError(f"design must fly a known kind of orbit, got {type(flight).__name__}")
    count = rows["count"].size
    if count > MOST_ROWS:
        raise ValueError(
            f"the ring has {count:,} planes or imported satellites, a page holds {MOST_ROWS:,}; show fewer"
        )
    first = np.concatenate([[0], np.cumsum(rows["count"])[:-1]]).astype(np.int64)
    sigma = sun_side(design, satellites=first)
    ltans = max(1, len(design.ring.ltan_list_s))
    group = np.arange(count) // max(1, count // ltans)
    names = flight.elements.names if isinstance(flight, ElementsFlight) else ()
    return {
        "model": model,
        "epoch_ms": milliseconds(design.epoch_utc),
        "constants": dict(CLOSED_FORM_CONSTANTS),
        "satellites": int(rows["count"].sum()),
        "names": list(names),
        "count": packed(rows.pop("count"), "u4"),
        "sigma": packed(sigma, "f4"),
        "group": packed(group, "u2"),
        **{name: packed(values, "f8") for name, values in rows.items()},
    }


def _mean_rows(flight: MeanFlight) -> dict[str, Any]:
    """One row for each plane; its members stand at even steps from the first."""
    elements = flight.elements
    _, first, count = np.unique(elements.plane, return_index=True, return_counts=True)
    zeros = np.zeros(first.size)
    return {
        "count": count,
        "semi_major_axis_m": elements.semi_major_axis_m,
        "eccentricity": zeros,
        "inclination_rad": elements.inclination_rad,
        "node_rad": elements.raan_teme_rad,
        "perigee_rad": zeros,
        "anomaly_rad": elements.argument_of_latitude_rad[first],
    }


def _two_body_rows(flight: KeplerianFlight, design: Design) -> dict[str, Any]:
    """One row for each plane; its members stand at even steps of mean anomaly."""
    elements, ring = flight.elements, design.ring
    first = np.arange(ring.planes) * ring.satellites_per_plane
    return {
        "count": np.full(ring.planes, ring.satellites_per_plane),
        "semi_major_axis_m": elements.semi_major_axis_m[first],
        "eccentricity": elements.eccentricity[first],
        "inclination_rad": elements.inclination_rad[first],
        "node_rad": elements.raan_rad[first],
        "perigee_rad": elements.argument_of_perigee_rad[first],
        "anomaly_rad": elements.mean_anomaly_rad[first],
    }


def _imported_rows(flight: ElementsFlight, design: Design) -> dict[str, Any]:
    """One row for each satellite, brought to the design's epoch by SGP4's secular rates."""
    records = flight.elements.records
    for record, name in zip(records, flight.elements.names, strict=True):
        if record.method == "d":
            raise ValueError(
                f"{name} is a deep-space orbit (period over 225 min), which the page cannot fly; leave it out"
            )
    radius_m = CLOSED_FORM_CONSTANTS["radius_m"]
    minutes = np.array([minutes_since_epoch(r, design.epoch_utc) for r in records])
    rates = {
        name: np.array([getattr(r, of) for r in records])
        for name, of in (("anomaly", "mdot"), ("perigee", "argpdot"), ("node", "nodedot"))
    }
    start = {
        name: np.array([getattr(r, of) for r in records])
        for name, of in (("anomaly", "mo"), ("perigee", "argpo"), ("node", "nodeo"))
    }
    return {
        "count": np.ones(len(records), dtype=np.int64),
        "semi_major_axis_m": radius_m * np.array([r.a for r in records]),
        "eccentricity": np.array([r.ecco for r in records]),
        "inclination_rad": np.array([r.inclo for r in records]),
        **{f"{name}_rad": (start[name] + rates[name] * minutes) % (2.0 * np.pi) for name in start},
        **{f"{name}_rate_rad_s": rates[name] / 60.0 for name in rates},
    }
