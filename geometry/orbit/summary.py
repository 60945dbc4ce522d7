"""The derived numbers of a design's orbit, for `show`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geometry.constants import EARTH_EQUATORIAL_RADIUS_M, EARTH_MU_M3_S2
from geometry.ephemeris import check_times_utc, seconds_since, sky_at
from geometry.frames import orbit_normal, rotated
from geometry.orbit.flight import (
    ElementsFlight,
    Flight,
    FlownDesign,
    KeplerianFlight,
    MeanFlight,
    flight_of,
)
from geometry.orbit.flown import orbit_states, orbit_times
from geometry.orbit.ground_track import RepeatCycle, nearest_repeat
from geometry.orbit.mean_elements import frozen_eccentricity
from geometry.orbit.sgp4_flight import mean_node_rad
from geometry.orbit.sun_synchronous import apparent_ltan_s, equation_of_time_s, ltan_s

_SPEED_SAMPLES = 720  # over an orbit; the mean of a periodic function from even samples


@dataclass(frozen=True)
class OrbitSummary:
    """One satellite's orbit at one time; angles in rad, lengths in m, times in s.

    Parameters
    ----------
    type : str
        "sun_synchronous", "keplerian" or "elements".
    at_utc : datetime64[us]
    altitude_m : float
        Semi-major axis less 6378.137 km.
    semi_major_axis_m : float
        Brouwer mean; osculating for a Keplerian orbit.
    inclination_rad : float
        Mean, to the equator of date; for a Keplerian orbit as given, to the equator of GCRS.
    raan_teme_rad : float
        Node at `at_utc` in TEME of date, [0, 2 pi).
    ltan_s : float
        Mean local time of that node, seconds after midnight.
    nodal_period_s, keplerian_period_s : float
        Node to node; 2 pi sqrt(a^3 / mu).
    mean_speed_m_s : float
        Mean over time of the inertial speed.
    beta_rad : float
        asin(H . s) at `at_utc`, osculating.
    earth_angular_radius_rad : float
        asin(R / a), with the equatorial radius of the design's Earth.
    earth_sky_fraction : float
        Share of the whole sky within that cone.
    equation_of_time_s : float
        Apparent less mean solar time at `at_utc`.
    apparent_ltan_s : float
        Local time of the node by the apparent Sun: `ltan_s` and the equation of time.
    repeat : RepeatCycle or None
        Ground track of at most 35 days that the orbit comes nearest to closing; None for a two-body
        orbit, whose track no real satellite keeps.
    frozen_eccentricity, frozen_argument_of_perigee_rad : float or None
        Of the orbit as it is flown, forced by J3 (J3 only); None for orbits with elements of their own.
    decay_m_s : float or None
        Loss of semi-major axis to drag per time at `at_utc`, m/s; 0 where drag is not flown, None for
        imported elements, whose drag SGP4 knows.
    """

    type: str
    at_utc: np.datetime64
    altitude_m: float
    semi_major_axis_m: float
    inclination_rad: float
    raan_teme_rad: float
    ltan_s: float
    nodal_period_s: float
    keplerian_period_s: float
    mean_speed_m_s: float
    beta_rad: float
    earth_angular_radius_rad: float
    earth_sky_fraction: float
    equation_of_time_s: float
    apparent_ltan_s: float
    repeat: RepeatCycle | None
    frozen_eccentricity: float | None
    frozen_argument_of_perigee_rad: float | None
    decay_m_s: float | None


def orbit_summary(
    design: FlownDesign, at_utc: np.datetime64 | None = None, *, satellite: int = 0
) -> OrbitSummary:
    """Derived numbers of the orbit of one satellite.

    Parameters
    ----------
    design : FlownDesign
    at_utc : datetime64, optional
        Default the design's epoch.
    satellite : int
        Member of the ring.

    Raises
    ------
    ValueError
        As `orbit_states`.
    """
    at = check_times_utc(design.epoch_utc if at_utc is None else at_utc, name="at")
    flight = flight_of(design)
    state = orbit_states(design, at, satellites=[satellite])
    axis, inclination, raan = _elements_at(flight, at, satellite)
    around = orbit_times(design, at[0], steps=_SPEED_SAMPLES)
    velocity = flight.states(around, np.array([satellite]))[1]
    frozen = isinstance(flight, MeanFlight)
    sine = min(1.0, design.environment.earth_shape.equatorial_radius_m / axis)
    return OrbitSummary(
        type={MeanFlight: "sun_synchronous", KeplerianFlight: "keplerian"}.get(type(flight), "elements"),
        at_utc=at[0],
        altitude_m=axis - EARTH_EQUATORIAL_RADIUS_M,
        semi_major_axis_m=axis,
        inclination_rad=inclination,
        raan_teme_rad=raan % (2.0 * np.pi),
        ltan_s=float(ltan_s(raan, at)[0]),
        nodal_period_s=_nodal_period_s(flight, at, satellite),
        keplerian_period_s=float(2.0 * np.pi * np.sqrt(axis**3 / EARTH_MU_M3_S2)),
        mean_speed_m_s=float(np.linalg.norm(velocity, axis=-1).mean()),
        beta_rad=float(state.beta_rad[0, 0]),
        earth_angular_radius_rad=float(np.arcsin(sine)),
        earth_sky_fraction=float(0.5 * (1.0 - np.sqrt(1.0 - sine * sine))),
        equation_of_time_s=float(equation_of_time_s(at)[0]),
        apparent_ltan_s=float(apparent_ltan_s(raan, at)[0]),
        repeat=_repeat(flight, satellite),
        frozen_eccentricity=float(frozen_eccentricity(axis, inclination)) if frozen else None,
        frozen_argument_of_perigee_rad=0.5 * np.pi if frozen else None,
        decay_m_s=_decay_m_s(flight, at, satellite),
    )


def _nodal_period_s(flight: Flight, at: np.ndarray, satellite: int) -> float:
    """Node to node of one satellite at one time (1,), s; that of the epoch unless drag changes it."""
    if isinstance(flight, MeanFlight) and flight.elements.drag is not None:
        elements = flight.elements.at_epoch(at[0])
        return float(elements.nodal_period_s[elements.plane[satellite]])
    return flight.nodal_period_s


def _decay_m_s(flight: Flight, at: np.ndarray, satellite: int) -> float | None:
    """Loss of axis of one satellite at one time (1,)."""
    if isinstance(flight, ElementsFlight):
        return None
    drag = flight.elements.drag if isinstance(flight, MeanFlight) else None
    if drag is None or not isinstance(flight, MeanFlight):
        return 0.0
    elapsed_s = float(seconds_since(at, flight.elements.epoch_utc)[0])
    return float(drag.after(elapsed_s).decay_m_s[flight.elements.plane[satellite]])


def _repeat(flight: Flight, satellite: int) -> RepeatCycle | None:
    """Nearest repeat of the ground track, from the secular rates of one satellite."""
    if isinstance(flight, MeanFlight):
        plane = flight.elements.plane[satellite]
        u_rate, node_rate = (float(rate[plane]) for rate in flight.elements.rates_rad_s)
        return nearest_repeat(u_rate, node_rate)
    if isinstance(flight, ElementsFlight):
        record = flight.elements.records[satellite]
        return nearest_repeat((record.mdot + record.argpdot) / 60.0, record.nodedot / 60.0)
    return None


def _elements_at(flight: Flight, at: np.ndarray, satellite: int) -> tuple[float, float, float]:
    """Semi-major axis in m, inclination and node in TEME in rad, of one satellite at one time (1,)."""
    if isinstance(flight, MeanFlight):
        elements, plane = flight.elements, flight.elements.plane[satellite]
        axis, _, node = elements.moved(seconds_since(at, elements.epoch_utc), [plane])
        return float(axis[0, 0]), float(elements.inclination_rad[plane]), float(node[0, 0])
    if isinstance(flight, ElementsFlight):
        record = flight.elements.records[satellite]
        return record.a * record.radiusearthkm * 1e3, record.inclo, mean_node_rad(record, at[0])
    if isinstance(flight, KeplerianFlight):
        position, velocity = flight.states(at, np.array([satellite]))
        normal = orbit_normal(position[0, 0], velocity[0, 0])
        x, y, _ = rotated(sky_at(at).rotation_gcrs_from_teme[0].T, normal)
        members = flight.elements
        return (
            float(members.semi_major_axis_m[satellite]),
            float(members.inclination_rad[satellite]),
            float(np.arctan2(x, -y)),
        )
    raise TypeError(f"no summary for a flight of type {type(flight).__name__}")
