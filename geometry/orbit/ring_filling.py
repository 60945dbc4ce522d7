"""Filling the ring launch by launch: which places a launch takes, and how even the ring stands then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geometry.orbit.parameters import Ring
from geometry.validation import FloatArray, IntArray, check_positive, read_only


@dataclass(frozen=True, eq=False)
class RingFilling:
    """Which launch brings which satellite.

    Parameters
    ----------
    satellites_per_launch : int
        Whole satellites that a launch lifts.
    launch_of_satellite : int array (N,)
        Launch, from 0, of each member of the ring, in the order of the ring.
    launches_per_plane : int
    """

    satellites_per_launch: int
    launch_of_satellite: IntArray
    launches_per_plane: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "launch_of_satellite", read_only(self.launch_of_satellite, np.int64))

    @property
    def launches(self) -> int:
        """L, of the whole ring."""
        return int(self.launch_of_satellite.max()) + 1

    def satellites_of(self, launch: int) -> IntArray:
        """Members that a launch brings, rising.

        Raises
        ------
        ValueError
            There is no such launch.
        """
        if not 0 <= launch < self.launches:
            raise ValueError(f"launch must be from 0 to {self.launches - 1}, got {launch}")
        return np.flatnonzero(self.launch_of_satellite == launch)

    def gaps_rad(self, launches_flown: int) -> FloatArray:
        """Smallest and largest phase step between neighbours of the first plane, rad.

        Parameters
        ----------
        launches_flown : int
            Launches to that plane so far, from 1 to `launches_per_plane`.

        Returns
        -------
        array (2,)
            2 pi for a single satellite.

        Raises
        ------
        ValueError
            Outside that range.
        """
        if not 1 <= launches_flown <= self.launches_per_plane:
            raise ValueError(
                f"launches_flown must be from 1 to {self.launches_per_plane}, got {launches_flown}"
            )
        per_plane = self._per_plane
        places = np.flatnonzero(self.launch_of_satellite[:per_plane] < launches_flown)
        steps = np.diff(places, append=places[0] + per_plane) * (2.0 * np.pi / per_plane)
        return np.array([steps.min(), steps.max()])

    @property
    def _per_plane(self) -> int:
        """Places of one plane."""
        beyond = self.launch_of_satellite >= self.launches_per_plane
        return int(np.argmax(beyond)) if beyond.any() else self.launch_of_satellite.size


def satellites_per_launch(launch_mass_kg: float, satellite_mass_kg: float) -> int:
    """Whole satellites that one launch lifts; 0 where one is too heavy.

    Raises
    ------
    ValueError
        A mass that is not greater than zero.
    """
    check_positive(launch_mass_kg, name="launch_mass_kg")
    check_positive(satellite_mass_kg, name="satellite_mass_kg")
    return int(launch_mass_kg / satellite_mass_kg * (1.0 + 1e-12))


def ring_filling(ring: Ring, launch_mass_kg: float, satellite_mass_kg: float) -> RingFilling:
    """Which launch brings which satellite, so that a partial ring stands as even as it can.

    Parameters
    ----------
    ring : Ring
    launch_mass_kg : float
        To the orbit of the ring, per launch, kg.
    satellite_mass_kg : float
        Of one craft, kg.

    Returns
    -------
    RingFilling

    Raises
    ------
    ValueError
        A satellite is heavier than a launch lifts, or a mass is not greater than zero.

    Notes
    -----
    A launch serves one plane: turning a plane by a degree at 7.6 km/s takes 130 m/s.  The K launches of a
    plane each take every K-th place, so that after each the satellites of one launch stand at even phase;
    the first of these places follow the bits of the launch number reversed (0, 1/2, 1/4, 3/4, ... of K)
    [VanDerCorput1935].  The largest gap is then never more than twice the smallest where K is a power of
    two that divides the places, and stays within a few times it otherwise.  Planes are filled one after
    another.
    """
    lifted = satellites_per_launch(launch_mass_kg, satellite_mass_kg)
    if lifted < 1:
        raise ValueError(
            f"a satellite of {satellite_mass_kg:,.0f} kg is more than a launch lifts, launch.mass = "
            f"{launch_mass_kg:,.0f} kg; raise it, or fly a lighter craft"
        )
    per_plane = ring.satellites_per_plane
    launches = -(-per_plane // lifted)
    turn_of_offset = np.argsort(_spread_order(launches))  # which launch takes places = offset modulo K
    one_plane = turn_of_offset[np.arange(per_plane) % launches]
    planes = ring.satellites // per_plane
    whole = (one_plane + launches * np.arange(planes)[:, None]).ravel()
    return RingFilling(lifted, whole, launches)


def _spread_order(count: int) -> IntArray:
    """0..count - 1 in an order that fills a circle evenly: by the bits of the number reversed."""
    bits = max(1, (count - 1).bit_length())
    number = np.arange(1 << bits)
    reverse = np.zeros_like(number)
    for bit in range(bits):
        reverse |= ((number >> bit) & 1) << (bits - 1 - bit)
    place = reverse * count // (1 << bits)
    return place[np.sort(np.unique(place, return_index=True)[1])]
