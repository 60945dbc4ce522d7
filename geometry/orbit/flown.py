"""The door: from a design to its states, in one call or block by block."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from geometry.ephemeris import TimeArray, check_times_utc, sky_at
from geometry.frames import dot
from geometry.orbit.attitude import rotation_body_from_gcrs
from geometry.orbit.eclipse import sunlit_fraction
from geometry.orbit.flight import FlownDesign, flight_of
from geometry.orbit.states import OrbitStates
from geometry.validation import FloatArray, IntArray

_BLOCK_STATES = 500_000  # 64 MB of results


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
    return flight.positions(times, index)


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
