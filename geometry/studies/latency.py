"""How long light takes from a user to the ring and back, through a shell of relay satellites."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from math import acos, ceil, cos, pi

import numpy as np
from numpy.typing import ArrayLike

from geometry.constants import EARTH_EQUATORIAL_RADIUS_M, SPEED_OF_LIGHT_M_S
from geometry.design import Design
from geometry.orbit import SunSynchronousOrbit
from geometry.orbit.sun_synchronous import (
    DAY_S,
    check_altitude_m,
    highest_altitude_m,
    sun_synchronous_inclination_rad,
)
from geometry.validation import FloatArray, check_in_range, check_positive, read_only

LATITUDE_STEP_RAD = np.radians(5.0)
LOCAL_TIME_STEP_S = 1800.0
COMPARED_ALTITUDES_M = np.arange(400e3, 1600e3 + 1.0, 50e3)
CLAIMED_STEP_M = 300e3  # claim C5 compares the design's altitude with this much more


@dataclass(frozen=True)
class RelayShell:
    """A dense shell of relay satellites around a spherical Earth.

    Parameters
    ----------
    altitude_m : float
        Of the relays above the equatorial radius, m.
    min_elevation_rad : float
        Least elevation at which a user reaches a satellite, rad in [0, pi/2].
    grazing_altitude_m : float
        No laser link passes lower than this above the equatorial radius, m.
    """

    altitude_m: float = 550e3
    min_elevation_rad: float = np.radians(25.0)
    grazing_altitude_m: float = 80e3

    def __post_init__(self) -> None:
        check_positive(self.altitude_m, name="relay altitude_m")
        check_in_range(self.min_elevation_rad, 0.0, 0.5 * pi, name="min_elevation_rad", unit="rad")
        check_in_range(self.grazing_altitude_m, 0.0, np.inf, name="grazing_altitude_m", unit="m")
        if not self.grazing_altitude_m < self.altitude_m:
            raise ValueError(
                f"network.grazing_altitude_km must be below network.relay_altitude_km, got "
                f"{self.grazing_altitude_m / 1e3:g} and {self.altitude_m / 1e3:g} km: "
                "no link between relays would clear the air"
            )

    @property
    def radius_m(self) -> float:
        """Of the shell, m."""
        return EARTH_EQUATORIAL_RADIUS_M + self.altitude_m

    @property
    def grazing_radius_m(self) -> float:
        """Of the sphere that links must clear, m."""
        return EARTH_EQUATORIAL_RADIUS_M + self.grazing_altitude_m

    def reach_rad(self, radius_m: ArrayLike) -> FloatArray:
        """Central angle from a user to a satellite of that radius at the least elevation, rad."""
        cosine = EARTH_EQUATORIAL_RADIUS_M * cos(self.min_elevation_rad) / np.asarray(radius_m)
        return np.asarray(np.arccos(cosine) - self.min_elevation_rad)


def relay_shell(design: Design) -> RelayShell:
    """The relays of a design's `[network]`."""
    network = design.document.network
    return RelayShell(
        1e3 * network.relay_altitude_km,
        float(np.radians(network.min_elevation_deg)),
        1e3 * network.grazing_altitude_km,
    )


def round_trip_s(angle_rad: ArrayLike, ring_radius_m: ArrayLike, relays: RelayShell) -> FloatArray:
    """Light time from a user to the ring and back.

    Parameters
    ----------
    angle_rad : array (...)
        Central angle from the user to the nearest point of the ring, rad in [0, pi].
    ring_radius_m : array (...)
        Radius of the ring, m; broadcasts.
    relays : RelayShell

    Returns
    -------
    array (...)
        s.

    Raises
    ------
    ValueError
        An angle outside [0, pi], a ring inside the air that links must clear.

    Notes
    -----
    The shortest of these, at the vacuum speed of light and without any delay at a node: straight to the
    ring where it stands at the least elevation or higher; else up to a relay at the least elevation, in
    n equal steps of central angle, n - 1 of them chords along the shell and the last a chord to the ring,
    least over all n whose chords clear the air.  A ring nearer than that relay, yet too low in the sky, is
    reached through the relay above it.  Shell and ring are dense: there is a satellite at every point of
    them.  Spherical Earth of the equatorial radius.
    """
    theta = check_in_range(angle_rad, 0.0, pi, name="angle_rad", unit="rad")
    ring = check_positive(ring_radius_m, name="ring_radius_m")
    if not (ring > relays.grazing_radius_m).all():
        raise ValueError(
            f"the ring must fly above network.grazing_altitude_km = {relays.grazing_altitude_m / 1e3:g}, got "
            f"{(ring.min() - EARTH_EQUATORIAL_RADIUS_M) / 1e3:.1f} km"
        )
    theta, ring = np.broadcast_arrays(theta, ring)
    direct = np.where(
        theta <= relays.reach_rad(ring), _chord_m(EARTH_EQUATORIAL_RADIUS_M, ring, theta), np.inf
    )
    return np.asarray(2.0 / SPEED_OF_LIGHT_M_S * np.minimum(direct, _relayed_m(theta, ring, relays)))


def _chord_m(from_radius_m: ArrayLike, to_radius_m: ArrayLike, angle_rad: ArrayLike) -> FloatArray:
    """Straight distance between two radii a central angle apart, m; exact for small angles too."""
    a, b = np.asarray(from_radius_m), np.asarray(to_radius_m)
    return np.asarray(np.sqrt((a - b) ** 2 + 4.0 * a * b * np.sin(0.5 * np.asarray(angle_rad)) ** 2))


def _relayed_m(theta: FloatArray, ring: FloatArray, relays: RelayShell) -> FloatArray:
    """One way through the shell, m."""
    shell, reach = relays.radius_m, float(relays.reach_rad(relays.radius_m))
    up = _chord_m(EARTH_EQUATORIAL_RADIUS_M, shell, np.minimum(theta, reach))
    left = np.maximum(theta - reach, 0.0)
    half_link = acos(relays.grazing_radius_m / shell)
    last_link = half_link + np.arccos(relays.grazing_radius_m / ring)
    shortest = np.full(theta.shape, np.inf)
    # One more than the fewest links of the shell that span half the Earth always clears the air.
    for hops in range(1, ceil((pi - reach) / half_link) + 2):
        step = left / hops
        length = (hops - 1) * _chord_m(shell, shell, step) + _chord_m(shell, ring, step)
        clears = ((step <= 2.0 * half_link) | (hops == 1)) & (step <= last_link)
        shortest = np.where(clears, np.minimum(shortest, length), shortest)
    return np.asarray(up + shortest)


def angle_to_ring_rad(
    latitude_rad: ArrayLike, local_time_s: ArrayLike, normals_mean_sun: FloatArray
) -> FloatArray:
    """Central angle from places to the nearest of several ring planes.

    Parameters
    ----------
    latitude_rad, local_time_s : array (...)
        Geocentric latitude, rad, and mean solar time, s after midnight; they broadcast.
    normals_mean_sun : array (P, 3)
        Orbit normals of `ring_normals_mean_sun`.

    Returns
    -------
    array (...)
        rad in [0, pi/2].
    """
    latitude, hour_angle = np.broadcast_arrays(latitude_rad, _hour_angle_rad(local_time_s))
    place = np.stack(
        [np.cos(latitude) * np.cos(hour_angle), np.cos(latitude) * np.sin(hour_angle), np.sin(latitude)], -1
    )
    sine = np.abs(place @ np.asarray(normals_mean_sun).T).min(axis=-1)
    return np.asarray(np.arcsin(np.minimum(sine, 1.0)))


def ring_normals_mean_sun(inclination_rad: ArrayLike, ltans_s: ArrayLike) -> FloatArray:
    """Orbit normals (P, 3), x on the equator towards the mean Sun, z to the north pole.

    `inclination_rad` and mean local times of the nodes, s after midnight, broadcast to (P,).
    """
    tilt, node = np.broadcast_arrays(inclination_rad, _hour_angle_rad(ltans_s))
    return np.stack(
        [np.sin(tilt) * np.sin(node), -np.sin(tilt) * np.cos(node), np.cos(tilt)], axis=-1
    ).reshape(-1, 3)


def _hour_angle_rad(local_time_s: ArrayLike) -> FloatArray:
    """Angle east of the meridian of noon, rad."""
    return np.asarray((np.asarray(local_time_s, dtype=float) / DAY_S - 0.5) * (2.0 * pi))


def farthest_place(normals_mean_sun: FloatArray) -> tuple[float, float, float]:
    """The place farthest from all planes with these normals (P, 3).

    Returns
    -------
    angle_rad, latitude_rad, local_time_s : float
        Central angle to the nearest plane, and where; one of the two opposite places, or of more.

    Notes
    -----
    The greatest of min |H . p| over the sphere lies on a normal, midway between two, or where three planes
    are equally far: all such places are tried.
    """
    planes = np.unique(np.round(normals_mean_sun, 12), axis=0)
    places = [planes]
    for j, k in combinations(range(len(planes)), 2):
        places.append(np.stack([planes[j] + planes[k], planes[j] - planes[k]]))
    for i, j, k in combinations(range(len(planes)), 3):
        for a, b in product((1.0, -1.0), repeat=2):
            places.append(np.cross(planes[i] - a * planes[j], planes[i] - b * planes[k])[None])
    candidates = np.concatenate(places)
    lengths = np.linalg.norm(candidates, axis=1)
    candidates = candidates[lengths > 1e-9] / lengths[lengths > 1e-9, None]
    sine = np.abs(candidates @ planes.T).min(axis=1)
    x, y, z = candidates[sine.argmax()]
    angle = np.arcsin(min(1.0, sine.max()))
    return float(angle), float(np.arcsin(z)), float((np.arctan2(y, x) / (2.0 * pi) + 0.5) * DAY_S % DAY_S)


@dataclass(frozen=True, eq=False)
class Latency:
    """Round trips of users anywhere, and over the altitude of the ring.

    Parameters
    ----------
    relays : RelayShell
    altitude_m, inclination_rad : float
        Of the ring, m and rad.
    ltans_s : tuple of float
        Its mean local times, s after midnight.
    latitude_rad : array (B,)
        Geocentric, south to north.
    local_time_s : array (C,)
        Mean solar time, s after midnight.
    round_trip_s : array (B, C)
    worst_s, best_s : float
        Over all latitudes and local times, not only those of the table.
    worst_latitude_rad, worst_local_time_s : float
        One place of the worst.
    equator_noon_s, equator_midnight_s : float
    compared_altitude_m : array (A,)
        Rings with the inclination that each altitude takes, m.
    compared_equator_noon_s, compared_equator_midnight_s, compared_worst_s : array (A,)
    """

    relays: RelayShell
    altitude_m: float
    inclination_rad: float
    ltans_s: tuple[float, ...]
    latitude_rad: FloatArray
    local_time_s: FloatArray
    round_trip_s: FloatArray
    worst_s: float
    best_s: float
    worst_latitude_rad: float
    worst_local_time_s: float
    equator_noon_s: float
    equator_midnight_s: float
    compared_altitude_m: FloatArray
    compared_equator_noon_s: FloatArray
    compared_equator_midnight_s: FloatArray
    compared_worst_s: FloatArray

    def __post_init__(self) -> None:
        for name in (
            "latitude_rad", "local_time_s", "round_trip_s", "compared_altitude_m",
            "compared_equator_noon_s", "compared_equator_midnight_s", "compared_worst_s",
        ):  # fmt: skip
            object.__setattr__(self, name, read_only(getattr(self, name)))


def latency(
    design: Design,
    *,
    latitude_step_rad: float = LATITUDE_STEP_RAD,
    local_time_step_s: float = LOCAL_TIME_STEP_S,
    compared_altitude_m: ArrayLike | None = None,
) -> Latency:
    """Round trips from users by latitude and local time to the ring of a design.

    Parameters
    ----------
    design : Design
        Sun-synchronous; its ring's local times, its `[network]`.
    latitude_step_rad, local_time_step_s : float
        Of the table: from pole to pole, and over one day, both ends included.
    compared_altitude_m : array (A,), optional
        Default 400 to 1,600 km by 50 km, with the design's own and 300 km above it.

    Returns
    -------
    Latency

    Raises
    ------
    ValueError
        Another type of orbit, relays or a ring inside the air that links must clear.

    Notes
    -----
    Model of `round_trip_s`.  A plane of the ring is a dense circle of the mean radius at its local time;
    spreads of node and altitude between planes are left out.  Local time is mean solar time, so the season
    does not enter.
    """
    orbit = design.orbit
    if not isinstance(orbit, SunSynchronousOrbit):
        raise ValueError(
            "latency by local time needs orbit.type = 'sun_synchronous': other orbits keep no local time"
        )
    relays = relay_shell(design)
    ltans = design.ring.ltan_list_s or (orbit.ltan_s,)
    latitude = _even(-0.5 * pi, 0.5 * pi, latitude_step_rad, name="latitude_step_rad")
    local_time = _even(0.0, DAY_S, local_time_step_s, name="local_time_step_s")
    tilt, radius = _plane(orbit, orbit.altitude_m)
    normals = ring_normals_mean_sun(tilt, ltans)
    table = round_trip_s(angle_to_ring_rad(latitude[:, None], local_time, normals), radius, relays)
    noon, midnight, worst = _extremes(orbit, orbit.altitude_m, ltans, relays)
    _, worst_latitude, worst_local_time = farthest_place(normals)
    if compared_altitude_m is None:
        own = np.array([orbit.altitude_m, orbit.altitude_m + CLAIMED_STEP_M])
        compared_altitude_m = np.union1d(COMPARED_ALTITUDES_M, own[own <= highest_altitude_m()])
    compared = np.atleast_1d(check_altitude_m(compared_altitude_m, name="compared altitude"))
    curves = np.array([_extremes(orbit, h, ltans, relays) for h in compared.tolist()])
    return Latency(
        relays=relays,
        altitude_m=orbit.altitude_m,
        inclination_rad=tilt,
        ltans_s=tuple(ltans),
        latitude_rad=latitude,
        local_time_s=local_time,
        round_trip_s=table,
        worst_s=worst,
        best_s=float(round_trip_s(0.0, radius, relays)),
        worst_latitude_rad=worst_latitude,
        worst_local_time_s=worst_local_time,
        equator_noon_s=noon,
        equator_midnight_s=midnight,
        compared_altitude_m=compared,
        compared_equator_noon_s=curves[:, 0],
        compared_equator_midnight_s=curves[:, 1],
        compared_worst_s=curves[:, 2],
    )


def _even(low: float, high: float, step: float, *, name: str) -> FloatArray:
    """Even values from `low` to `high`, both included, `step` apart or a little less."""
    check_positive(step, name=name)
    return np.linspace(low, high, ceil((high - low) / step - 1e-9) + 1)


def _plane(orbit: SunSynchronousOrbit, altitude_m: float) -> tuple[float, float]:
    """Inclination and radius of the ring at an altitude, rad and m."""
    check_altitude_m(altitude_m, name="orbit.altitude_km")
    tilt = orbit.inclination_rad
    if tilt is None:
        tilt = float(sun_synchronous_inclination_rad(altitude_m))
    return tilt, EARTH_EQUATORIAL_RADIUS_M + altitude_m


def _extremes(
    orbit: SunSynchronousOrbit, altitude_m: float, ltans_s: tuple[float, ...], relays: RelayShell
) -> tuple[float, float, float]:
    """Round trips from the equator at noon and at midnight, and the worst of all places; s.

    The round trip only grows with the angle, so the worst place is the farthest from the planes.
    """
    tilt, radius = _plane(orbit, altitude_m)
    normals = ring_normals_mean_sun(tilt, ltans_s)
    noon, midnight = angle_to_ring_rad(0.0, np.array([0.5 * DAY_S, 0.0]), normals).tolist()
    found = round_trip_s(np.array([noon, midnight, farthest_place(normals)[0]]), radius, relays)
    return float(found[0]), float(found[1]), float(found[2])
