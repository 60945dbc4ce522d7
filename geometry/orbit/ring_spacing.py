"""How near the members of a ring come to each other, and the refusal of one that is too dense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from geometry.orbit.closest_approach import (
    Curves,
    KeplerianCurves,
    MeanCurves,
    closest_approach_m,
    crossings,
    nearest_points,
)
from geometry.orbit.flight import ElementsFlight, FlownDesign, KeplerianFlight, MeanFlight, flight_of
from geometry.orbit.parameters import Ring
from geometry.validation import FloatArray, IntArray, check_in_range

_PAIRS_FLOWN = 2_000  # pairs of satellites flown through a revolution, the nearest by estimate
_PLANES_FLOWN = 256


@dataclass(frozen=True)
class RingSpacing:
    """Distances between the centres of a ring's members.

    Parameters
    ----------
    satellites, planes : int
        Members, and planes of all LTANs together.
    neighbour_spacing_m : float or None
        Between neighbours along a plane at even phase, 2 a sin(pi/n), m; None for one per plane, and
        for imported elements.
    smallest_distance_m : float or None
        Between any two members at any time, m; None for a single satellite, and for imported elements,
        which are not searched.
    between : str
        Where it comes about: "neighbours" along a plane, "planes" that cross at one altitude,
        "altitudes" of planes that drift past each other, or "" where there is none.
    """

    satellites: int
    planes: int
    neighbour_spacing_m: float | None
    smallest_distance_m: float | None
    between: str


def ring_spacing(design: FlownDesign) -> RingSpacing:
    """Spacing of the members of a design's ring.

    Parameters
    ----------
    design : FlownDesign

    Returns
    -------
    RingSpacing

    Notes
    -----
    The distances hold for a year, and for any time: each plane has the inclination that its altitude
    takes, so that all nodes keep pace with the mean Sun (where an inclination of one's own lets them
    drift apart, crossings stay mirror images, equal in height), and planes of one altitude keep their
    phases against each other.  One revolution shows what any number of them brings: each pair of planes
    is asked where it crosses, for the members that come through nearest to each other, and these are
    flown with all short-period terms (two circles of radius a whose planes stand at an angle I, with a
    phase difference d at the crossing: 2 a cos(I/2) sin(d/2)).  Planes of different altitudes drift past
    each other, every phase comes about, and the distance between the two curves counts.  Perturbations
    that differ between members (drag, errors of station keeping) are left out.
    """
    flight = flight_of(design)
    ring = design.ring
    if isinstance(flight, ElementsFlight):
        return RingSpacing(flight.satellites, flight.satellites, None, None, "")
    ltans = max(1, len(ring.ltan_list_s))
    first_of_plane = np.arange(ring.planes * ltans) * ring.satellites_per_plane
    curves: Curves
    if isinstance(flight, MeanFlight):
        curves, start = MeanCurves(flight.elements), flight.elements.argument_of_latitude_rad
        axis = flight.elements.semi_major_axis_m
    elif isinstance(flight, KeplerianFlight):
        members = flight.elements.members(first_of_plane)
        curves, start = KeplerianCurves(members), flight.elements.mean_anomaly_rad
        axis = members.semi_major_axis_m
    else:
        raise TypeError(f"no spacing for a flight of type {type(flight).__name__}")
    found = _smallest(curves, axis, start[first_of_plane], ring, ltans)
    n = ring.satellites_per_plane
    return RingSpacing(
        satellites=ring.satellites,
        planes=first_of_plane.size,
        neighbour_spacing_m=float(2.0 * axis.min() * np.sin(np.pi / n)) if n > 1 else None,
        smallest_distance_m=min(found.values(), default=None),
        between=min(found, key=lambda kind: found[kind]) if found else "",
    )


def _smallest(
    curves: Curves, axis: FloatArray, start: FloatArray, ring: Ring, ltans: int
) -> dict[str, float]:
    """Smallest distance of each kind that the ring has."""
    found: dict[str, float] = {}
    spacing = 2.0 * np.pi / ring.satellites_per_plane
    if ring.satellites_per_plane > 1:
        lowest = np.array([int(np.argmin(axis))])
        found["neighbours"] = closest_approach_m(curves, lowest, lowest, np.array([spacing]))[0]
    spread = ring.altitude_spread_m != 0.0
    first, second = _locked_pairs(ring.planes, ltans, spread)
    if first.size:
        found["planes"] = _locked_distance_m(curves, first, second, start, spacing, axis)
    if spread and ring.planes > 1:
        lower = np.arange(ring.planes - 1)  # of one LTAN; crossings of others are as far apart in height
        found["altitudes"] = _curve_distance_m(curves, lower, lower + 1)
    return {kind: float(value) for kind, value in found.items()}


def _locked_pairs(planes: int, ltans: int, altitude_spread: bool) -> tuple[IntArray, IntArray]:
    """Pairs of planes of one altitude, one for each difference in node and phase."""
    pairs: list[Any] = []
    if altitude_spread:  # only the same plane of other LTANs
        places = np.unique(np.linspace(0, planes - 1, min(planes, _PLANES_FLOWN)).astype(int))
        for one in range(ltans):
            for other in range(one + 1, ltans):
                pairs.append((one * planes + places, other * planes + places))
    else:  # even steps of node and phase: differences of plane number are enough
        steps = np.arange(1, planes)
        for one in range(ltans):
            if one == 0:
                pairs.append((np.zeros_like(steps), steps))
            for other in range(one + 1, ltans):
                whole = np.arange(planes)
                pairs.append((np.full(planes, one * planes), other * planes + whole))
                pairs.append((one * planes + steps, np.full(planes - 1, other * planes)))
    if not pairs:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate([p[0] for p in pairs]), np.concatenate([p[1] for p in pairs])


def _locked_distance_m(
    curves: Curves,
    first: IntArray,
    second: IntArray,
    start: FloatArray,
    spacing: float,
    axis: FloatArray,
) -> float:
    """Smallest distance between members of pairs of planes that keep their phases, m."""
    phase_1, phase_2, _, angle = crossings(curves, first, second)
    needed = phase_2 - phase_1  # (2, K): lead of the second that meets the first at the crossing
    given = (start[second] - start[first])[None]
    below = given + spacing * np.floor((needed - given) / spacing)
    ahead = np.stack([below, below + spacing])  # (2, 2, K): the members next to meeting
    off = np.abs(ahead - needed)
    estimate = 2.0 * axis[first] * np.hypot(np.cos(0.5 * angle), 1e-3) * np.abs(np.sin(0.5 * off))
    nearest = np.argsort(estimate, axis=None)[:_PAIRS_FLOWN]
    pair = np.unravel_index(nearest, estimate.shape)[-1]
    return float(closest_approach_m(curves, first[pair], second[pair], ahead.ravel()[nearest]).min())


def _curve_distance_m(curves: Curves, first: IntArray, second: IntArray) -> float:
    """Smallest distance between pairs of curves, from their crossings and from eight places along, m."""
    phase_1, phase_2, gap, _ = crossings(curves, first, second)
    smallest = float(gap.min())
    lead = 0.5 * (phase_2 - phase_1).sum(axis=0)
    for phase in np.arange(8) * (np.pi / 4.0):
        at = np.full(first.size, phase)
        smallest = min(smallest, float(nearest_points(curves, first, at, second, at + lead)[2].min()))
    return smallest


def check_ring_clear(design: FlownDesign, bounding_radius_m: float) -> RingSpacing:
    """Refuse a ring whose members could touch.

    Parameters
    ----------
    design : FlownDesign
    bounding_radius_m : float
        Radius of the sphere about a craft's centre of mass that holds all of it, m.

    Returns
    -------
    RingSpacing

    Raises
    ------
    ValueError
        Two centres come nearer to each other than the diameter of the sphere.
    """
    check_in_range(bounding_radius_m, 0.0, 1e6, name="bounding_radius_m", unit="m")
    spacing = ring_spacing(design)
    across = 2.0 * float(bounding_radius_m)
    smallest = spacing.smallest_distance_m
    if smallest is None or smallest >= across:
        return spacing
    raise ValueError(
        f"the ring is too dense: two members come within {smallest:.1f} m of each other "
        f"({_WHERE[spacing.between]}), but a craft is {across:.1f} m across (bounding sphere); "
        f"{_remedy(design.ring, spacing, across)}"
    )


_WHERE = {
    "neighbours": "neighbours along a plane",
    "planes": "where planes of one altitude cross",
    "altitudes": "where planes of different altitude pass",
}


def _remedy(ring: Ring, spacing: RingSpacing, across: float) -> str:
    """What to change, with the number where one is known."""
    smallest = spacing.smallest_distance_m or 0.0
    if spacing.between == "neighbours":
        fits = int(ring.satellites_per_plane * smallest / across)
        return f"at most {fits} satellites_per_plane fit; use more planes, or a smaller craft"
    if spacing.between == "altitudes":
        needed = ring.altitude_spread_m * across / smallest if smallest > 0.0 else np.inf
        return f"raise ring.altitude_spread_km to {1.01 * abs(needed) / 1e3:.3f} or more"
    fits = int(ring.satellites_per_plane * smallest / across)
    lower = f", or lower satellites_per_plane to about {fits}" if fits else ""
    if ring.planes > 1:
        return f"change ring.phase_step_deg or raise ring.altitude_spread_km{lower}"
    return f"fly one LTAN alone{lower}"
