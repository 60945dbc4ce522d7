"""From a design to states: one flight for each type of orbit, behind one door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from geometry.environment import Environment
from geometry.ephemeris import TimeArray, check_times_utc, sky_at
from geometry.frames import dot, orbit_normal, rotated
from geometry.orbit.attitude import rotation_body_from_gcrs
from geometry.orbit.eclipse import sunlit_fraction
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
from geometry.orbit.sgp4_flight import satrecs, sgp4_states
from geometry.orbit.states import OrbitStates
from geometry.orbit.two_body import KeplerianElements, two_body_states
from geometry.validation import FloatArray, IntArray

_BLOCK_STATES = 500_000  # 64 MB of results


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


class Flight(Protocol):
    """N satellites that can be asked where they are."""

    @property
    def satellites(self) -> int:
        """N."""
        ...

    def states(self, times_utc: TimeArray, satellites: IntArray) -> tuple[FloatArray, FloatArray]:
        """Positions and velocities in GCRS, each (n, T, 3), m and m/s."""
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

    def orbit_normals_gcrs(self, at_utc: TimeArray, satellites: IntArray) -> FloatArray:
        """Normals (n, 3) of the mean planes, so that all members of a plane agree."""
        elapsed = (at_utc[0] - self.elements.epoch_utc).astype(np.int64) * 1e-6
        node = self.elements.raan_teme_rad + self.elements.rates_rad_s[1] * elapsed
        tilt = self.elements.inclination_rad
        normal = np.stack([np.sin(tilt) * np.sin(node), -np.sin(tilt) * np.cos(node), np.cos(tilt)], axis=-1)
        return rotated(sky_at(at_utc).rotation_gcrs_from_teme[0], normal)[self.elements.plane[satellites]]

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

    def orbit_normals_gcrs(self, at_utc: TimeArray, satellites: IntArray) -> FloatArray:
        """Normals (n, 3), constant."""
        return _state_normals(self, at_utc, satellites)

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
        return sgp4_states(records, times_utc, [self.elements.names[k] for k in satellites])

    def orbit_normals_gcrs(self, at_utc: TimeArray, satellites: IntArray) -> FloatArray:
        """Osculating normals (n, 3)."""
        return _state_normals(self, at_utc, satellites)

    @property
    def nodal_period_s(self) -> float:
        """From the secular rates of anomaly and perigee of the first entry, s."""
        record = self.elements.records[0]
        return float(2.0 * np.pi / (record.mdot + record.argpdot) * 60.0)


def _state_normals(flight: Flight, at_utc: TimeArray, satellites: IntArray) -> FloatArray:
    """Normals of the osculating planes (n, 3) at one time."""
    position, velocity = flight.states(at_utc, satellites)
    return orbit_normal(position[:, 0], velocity[:, 0])


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


def check_satellites(satellites: ArrayLike | None, count: int) -> IntArray:
    """Indices (n,) of satellites, all of them for None.

    Raises
    ------
    ValueError
        No whole number, or outside the ring.
    """
    if satellites is None:
        return np.arange(count)
    index = np.atleast_1d(np.asarray(satellites))
    if index.ndim != 1 or index.dtype.kind not in "iu":
        raise ValueError(f"satellites must be whole numbers from 0 to {count - 1}, got {satellites!r}")
    refused = ~((index >= 0) & (index < count))
    if refused.any():
        raise ValueError(
            f"satellites must be from 0 to {count - 1}, got {index[refused][0]}; the ring has {count}"
        )
    return index.astype(np.int64)


def sun_side(design: FlownDesign, *, satellites: ArrayLike | None = (0,)) -> FloatArray:
    """sigma of each satellite: the sign of beta at the design's epoch.

    Parameters
    ----------
    design : FlownDesign
    satellites : int array (N,) or None
        Members; None for all.

    Returns
    -------
    array (N,)
        +1.0 where the Sun stands on the side of the angular momentum (LTAN 18:00), else -1.0 (06:00).
        The nadir edge of the body is +y where it is +1.
    """
    flight = flight_of(design)
    index = check_satellites(satellites, flight.satellites)
    epoch = check_times_utc(design.epoch_utc, name="epoch")
    sine = dot(flight.orbit_normals_gcrs(epoch, index), sky_at(epoch).sun_direction_gcrs)
    return np.where(sine >= 0.0, 1.0, -1.0)


def orbit_states(
    design: FlownDesign,
    times_utc: ArrayLike | None = None,
    *,
    satellites: ArrayLike | None = (0,),
) -> OrbitStates:
    """Where satellites of a design are, how they are turned and how much Sun they see.

    Parameters
    ----------
    design : FlownDesign
        A `Design`, or anything with its orbit, attitude, ring, environment and epoch.
    times_utc : datetime64 array (T,), optional
        UTC; default the design's epoch.
    satellites : int array (N,) or None
        Members of the ring (of the file, for imported elements); default the first, None for all.

    Returns
    -------
    OrbitStates
        128 bytes for each satellite and time; use `state_blocks` for long or wide runs.

    Raises
    ------
    ValueError
        A date outside the ephemeris, a satellite that is not there, an orbit that cannot be flown.
    """
    flight = flight_of(design)
    index = check_satellites(satellites, flight.satellites)
    times = check_times_utc(design.epoch_utc if times_utc is None else times_utc)
    sky = sky_at(times)
    position, velocity = flight.states(times, index)
    sigma = sun_side(design, satellites=index)
    turned = rotation_body_from_gcrs(design.attitude, position, velocity, sky.sun_direction_gcrs, sigma)
    return OrbitStates(
        times_utc=times,
        position_gcrs_m=position,
        velocity_gcrs_m_s=velocity,
        sun_direction_gcrs=sky.sun_direction_gcrs,
        sun_distance_m=sky.sun_distance_m,
        sunlit_fraction=sunlit_fraction(
            position,
            sky.sun_direction_gcrs,
            sky.sun_distance_m,
            sky.earth_pole_gcrs,
            design.environment.earth_shape,
        ),
        rotation_body_from_gcrs=turned,
        earth_pole_gcrs=sky.earth_pole_gcrs,
    )


def orbit_positions(
    design: FlownDesign,
    times_utc: ArrayLike | None = None,
    *,
    satellites: ArrayLike | None = None,
) -> FloatArray:
    """Positions alone, for pictures of the whole ring: 24 bytes for each satellite and time.

    Parameters
    ----------
    design : FlownDesign
    times_utc : datetime64 array (T,), optional
        UTC; default the design's epoch.
    satellites : int array (N,) or None
        Members; None (the default here) for all.

    Returns
    -------
    array (N, T, 3)
        Geocentric in GCRS, m.
    """
    flight = flight_of(design)
    index = check_satellites(satellites, flight.satellites)
    times = check_times_utc(design.epoch_utc if times_utc is None else times_utc)
    if isinstance(flight, MeanFlight) and not flight.by_sgp4:
        return analytic_positions(flight.elements.members(index), times)
    return flight.states(times, index)[0]


def state_blocks(
    design: FlownDesign,
    times_utc: ArrayLike,
    *,
    satellites: ArrayLike | None = (0,),
    block_states: int = _BLOCK_STATES,
) -> Iterator[OrbitStates]:
    """`orbit_states` over consecutive blocks of times, each of at most `block_states` states.

    Parameters
    ----------
    design, times_utc, satellites
        As for `orbit_states`.
    block_states : int
        Satellites x times in a block, at least one time; 128 bytes each.

    Yields
    ------
    OrbitStates
        The states do not depend on how the times are cut.
    """
    times = check_times_utc(times_utc)
    index = check_satellites(satellites, flight_of(design).satellites)
    step = max(1, block_states // max(1, index.size))
    for start in range(0, times.size, step):
        yield orbit_states(design, times[start : start + step], satellites=index)


def orbit_times(
    design: FlownDesign, start_utc: np.datetime64 | None = None, steps: int = 72, orbits: int = 1
) -> TimeArray:
    """Even times over whole nodal periods, the end left out.

    Parameters
    ----------
    design : FlownDesign
    start_utc : datetime64, optional
        First time; default the design's epoch.
    steps : int
        Times per orbit.
    orbits : int
        Nodal periods.

    Returns
    -------
    datetime64[us] array (steps x orbits,)
        UTC, rounded to microseconds.

    Raises
    ------
    ValueError
        Fewer than one step or orbit, or a date outside the ephemeris.
    """
    for name, value in (("steps", steps), ("orbits", orbits)):
        if not (value >= 1 and int(value) == value):
            raise ValueError(f"{name} must be a whole number from 1 on, got {value}")
    start = check_times_utc(design.epoch_utc if start_utc is None else start_utc, name="start")[0]
    period_us = flight_of(design).nodal_period_s * 1e6
    elapsed = np.rint(np.arange(int(steps) * int(orbits)) * (period_us / int(steps)))
    return check_times_utc(start + elapsed.astype(np.int64).astype("timedelta64[us]"))
