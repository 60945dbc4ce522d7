"""One flight for each type of orbit: satellites that can be asked where they are."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

import numpy as np
from sgp4.api import Satrec

from geometry.environment import Environment
from geometry.ephemeris import TimeArray, check_times_utc, seconds_since, sky_at
from geometry.frames import orbit_normal, rotated
from geometry.orbit.element_files import ElementSet, read_elements
from geometry.orbit.mean_elements import MeanElements
from geometry.orbit.parameters import (
    Attitude,
    ElementsOrbit,
    KeplerianOrbit,
    Orbit,
    Ring,
    SunSynchronousOrbit,
)
from geometry.orbit.propagation import analytic_positions, analytic_states
from geometry.orbit.ring import keplerian_ring_elements, ring_elements
from geometry.orbit.sgp4_flight import mean_node_rad, minutes_since_epoch, satrecs, sgp4_states
from geometry.orbit.two_body import KeplerianElements, two_body_states
from geometry.validation import FloatArray, IntArray

_FRESH_DAYS = 30.0  # SGP4 elements are good for a week or two


class FlownDesign(Protocol):
    """What a design must say to be flown."""

    @property
    def orbit(self) -> Orbit:
        """Type and elements."""
        ...

    @property
    def attitude(self) -> Attitude:
        """Law."""
        ...

    @property
    def ring(self) -> Ring:
        """Members."""
        ...

    @property
    def environment(self) -> Environment:
        """For the shape of the Earth that casts the shadow."""
        ...

    @property
    def epoch_utc(self) -> np.datetime64:
        """Epoch of the elements, at which sigma is taken."""
        ...


@dataclass(frozen=True)
class Flown:
    """As much of a design as is needed to fly it."""

    orbit: Orbit
    attitude: Attitude
    ring: Ring
    environment: Environment
    epoch_utc: np.datetime64


class Flight(Protocol):
    """N satellites that can be asked where they are."""

    @property
    def satellites(self) -> int:
        """N."""
        ...

    def states(self, times_utc: TimeArray, satellites: IntArray) -> tuple[FloatArray, FloatArray]:
        """Positions and velocities in GCRS, each (n, T, 3), m and m/s."""
        ...

    def positions(self, times_utc: TimeArray, satellites: IntArray) -> FloatArray:
        """Positions alone, (n, T, 3), m."""
        ...

    def orbit_normals_gcrs(self, at_utc: TimeArray, satellites: IntArray) -> FloatArray:
        """Unit vectors (n, 3) along the angular momentum at one time (1,)."""
        ...

    @property
    def nodal_period_s(self) -> float:
        """Of the first satellite, from ascending node to ascending node, s."""
        ...


@dataclass(frozen=True, eq=False)
class MeanFlight:
    """Sun-synchronous ring, by the closed form or by SGP4."""

    elements: MeanElements
    by_sgp4: bool = False

    @property
    def satellites(self) -> int:
        """N."""
        return self.elements.satellites

    def states(self, times_utc: TimeArray, satellites: IntArray) -> tuple[FloatArray, FloatArray]:
        """Positions and velocities (n, T, 3)."""
        members = self.elements.members(satellites)
        return (
            sgp4_states(satrecs(members), times_utc) if self.by_sgp4 else analytic_states(members, times_utc)
        )

    def positions(self, times_utc: TimeArray, satellites: IntArray) -> FloatArray:
        """Positions (n, T, 3)."""
        if self.by_sgp4:
            return self.states(times_utc, satellites)[0]
        return analytic_positions(self.elements.members(satellites), times_utc)

    def orbit_normals_gcrs(self, at_utc: TimeArray, satellites: IntArray) -> FloatArray:
        """Normals (n, 3) of the mean planes, so that all members of a plane agree."""
        node = self.elements.moved(seconds_since(at_utc, self.elements.epoch_utc))[2]
        normals = _mean_normals(at_utc, self.elements.inclination_rad, node[:, 0])
        return normals[self.elements.plane[satellites]]

    @property
    def nodal_period_s(self) -> float:
        """Of the first plane, s."""
        return float(self.elements.nodal_period_s[0])


@dataclass(frozen=True, eq=False)
class KeplerianFlight:
    """Two-body orbits."""

    elements: KeplerianElements

    @property
    def satellites(self) -> int:
        """N."""
        return self.elements.satellites

    def states(self, times_utc: TimeArray, satellites: IntArray) -> tuple[FloatArray, FloatArray]:
        """Positions and velocities (n, T, 3)."""
        return two_body_states(self.elements.members(satellites), times_utc)

    def positions(self, times_utc: TimeArray, satellites: IntArray) -> FloatArray:
        """Positions (n, T, 3)."""
        return self.states(times_utc, satellites)[0]

    def orbit_normals_gcrs(self, at_utc: TimeArray, satellites: IntArray) -> FloatArray:
        """Normals (n, 3), constant."""
        position, velocity = self.states(at_utc, satellites)
        return orbit_normal(position[:, 0], velocity[:, 0])

    @property
    def nodal_period_s(self) -> float:
        """The period: a two-body node stands still, s."""
        return float(2.0 * np.pi / self.elements.mean_motion_rad_s[0])


@dataclass(frozen=True, eq=False)
class ElementsFlight:
    """Imported elements, by SGP4; the satellites are the entries of the file."""

    elements: ElementSet

    @property
    def satellites(self) -> int:
        """N."""
        return len(self.elements.records)

    def states(self, times_utc: TimeArray, satellites: IntArray) -> tuple[FloatArray, FloatArray]:
        """Positions and velocities (n, T, 3)."""
        records = [self.elements.records[k] for k in satellites]
        names = [self.elements.names[k] for k in satellites]
        _warn_of_stale(records, names, times_utc)
        return sgp4_states(records, times_utc, names)

    def positions(self, times_utc: TimeArray, satellites: IntArray) -> FloatArray:
        """Positions (n, T, 3)."""
        return self.states(times_utc, satellites)[0]

    def orbit_normals_gcrs(self, at_utc: TimeArray, satellites: IntArray) -> FloatArray:
        """Normals (n, 3) of the mean planes, which are known where SGP4 no longer flies."""
        records = [self.elements.records[k] for k in satellites]
        node = np.array([mean_node_rad(record, at_utc[0]) for record in records])
        return _mean_normals(at_utc, np.array([record.inclo for record in records]), node)

    @property
    def nodal_period_s(self) -> float:
        """From the secular rates of anomaly and perigee of the first entry, s."""
        record = self.elements.records[0]
        return float(2.0 * np.pi / (record.mdot + record.argpdot) * 60.0)


def _warn_of_stale(records: Sequence[Satrec], names: Sequence[str], times_utc: TimeArray) -> None:
    """Warn where elements are flown long before or after their epoch."""
    if not times_utc.size:
        return
    ends = (times_utc.min(), times_utc.max())
    days = [max(abs(minutes_since_epoch(r, t)) for t in ends) / 1440.0 for r in records]
    if days and max(days) > _FRESH_DAYS:
        worst = int(np.argmax(days))
        warnings.warn(
            f"{names[worst]} is flown {max(days):,.0f} days from the epoch of its elements; SGP4 errs by "
            "1 to 3 km a day: use elements nearer to the date",
            stacklevel=3,
        )


def _mean_normals(at_utc: TimeArray, inclination_rad: FloatArray, node_teme_rad: FloatArray) -> FloatArray:
    """Normals (K, 3) in GCRS of planes (K,) given in TEME at one time (1,)."""
    sin_i = np.sin(inclination_rad)
    normal = np.stack(
        [sin_i * np.sin(node_teme_rad), -sin_i * np.cos(node_teme_rad), np.cos(inclination_rad)], axis=-1
    )
    return rotated(sky_at(at_utc).rotation_gcrs_from_teme[0], normal)


def held_at_altitude(design: FlownDesign) -> FlownDesign:
    """The same design flown without drag, as one whose thrusters make up for it."""
    orbit = design.orbit
    if not isinstance(orbit, SunSynchronousOrbit) or not orbit.decay_m_s:
        return design
    orbit = replace(orbit, decay_m_s=0.0)
    return Flown(orbit, design.attitude, design.ring, design.environment, design.epoch_utc)


def flight_of(design: FlownDesign) -> Flight:
    """The satellites of a design, ready to be asked for states; recent ones are remembered.

    Raises
    ------
    ValueError
        An orbit that cannot be flown, a file of elements that cannot be read.
    """
    orbit = design.orbit
    if isinstance(orbit, ElementsOrbit):
        return ElementsFlight(read_elements(orbit.file))
    return _ring_flight(orbit, design.ring, design.epoch_utc.astype("datetime64[us]"))


@lru_cache(maxsize=8)
def _ring_flight(orbit: SunSynchronousOrbit | KeplerianOrbit, ring: Ring, epoch_utc: np.datetime64) -> Flight:
    """All three are frozen and hashable, so a flight is made once."""
    check_times_utc(epoch_utc, name="epoch")
    if isinstance(orbit, KeplerianOrbit):
        return KeplerianFlight(keplerian_ring_elements(orbit, ring, epoch_utc))
    return MeanFlight(ring_elements(orbit, ring, epoch_utc), orbit.propagation == "sgp4")
