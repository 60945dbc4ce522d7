"""The members of the ring and the elements that each one flies."""

from __future__ import annotations

import numpy as np

from geometry.constants import EARTH_EQUATORIAL_RADIUS_M
from geometry.orbit.mean_elements import MeanElements
from geometry.orbit.parameters import KeplerianOrbit, Ring, SunSynchronousOrbit
from geometry.orbit.sun_synchronous import check_altitude_m, raan_teme_rad, sun_synchronous_inclination_rad
from geometry.orbit.two_body import KeplerianElements
from geometry.validation import FloatArray


def ring_elements(orbit: SunSynchronousOrbit, ring: Ring, epoch_utc: np.datetime64) -> MeanElements:
    """Mean elements of all members.

    Parameters
    ----------
    orbit : SunSynchronousOrbit
    ring : Ring
    epoch_utc : datetime64
        Epoch of the elements, at which the LTAN holds.

    Returns
    -------
    MeanElements
        Ordered LTAN by LTAN, plane by plane, along the plane; member 0 of plane 0 stands at its
        ascending node at the epoch (with an even number of planes and spreads, half a step aside).

    Raises
    ------
    ValueError
        A plane at an altitude at which no sun-synchronous orbit exists.

    Notes
    -----
    Planes run from -spread/2 to +spread/2 about the LTAN and about the altitude; each has the
    inclination that its own altitude takes.
    """
    ltans = np.array(ring.ltan_list_s or (orbit.ltan_s,), dtype=float)
    raan_offset, altitude_offset = _plane_offsets(ring)
    altitude = check_altitude_m(orbit.altitude_m + altitude_offset, name="orbit.altitude")
    if orbit.inclination_rad is None:
        inclination = sun_synchronous_inclination_rad(altitude)
    else:
        inclination = np.full(ring.planes, orbit.inclination_rad)
    raan = raan_teme_rad(ltans, epoch_utc)[:, None] + raan_offset
    return MeanElements(
        epoch_utc,
        np.tile(EARTH_EQUATORIAL_RADIUS_M + altitude, ltans.size),
        np.tile(inclination, ltans.size),
        raan.ravel() % (2.0 * np.pi),
        np.repeat(np.arange(raan.size), ring.satellites_per_plane),
        _phases_rad(ring, raan.size),
    )


def _plane_offsets(ring: Ring) -> tuple[FloatArray, FloatArray]:
    """Offsets of node and altitude of the planes of one LTAN, (P,) each."""
    place = np.linspace(-0.5, 0.5, ring.planes) if ring.planes > 1 else np.zeros(1)
    return place * ring.raan_spread_rad, place * ring.altitude_spread_m


def _phases_rad(ring: Ring, planes: int) -> FloatArray:
    """Arguments of latitude of all members at the epoch, plane by plane."""
    along = np.arange(ring.satellites_per_plane) * (2.0 * np.pi / ring.satellites_per_plane)
    step = (np.arange(planes) % ring.planes) * ring.phase_step_rad
    return ((along[None, :] + step[:, None]) % (2.0 * np.pi)).ravel()


def keplerian_ring_elements(orbit: KeplerianOrbit, ring: Ring, epoch_utc: np.datetime64) -> KeplerianElements:
    """Osculating elements of all members of a ring of Keplerian orbits.

    Even steps of mean anomaly along each plane; spreads of node and semi-major axis between planes.

    Raises
    ------
    ValueError
        `ltan_list` is given: a Keplerian plane keeps no local time.
    """
    if ring.ltan_list_s:
        raise ValueError(
            "ring.ltan_list needs orbit.type = 'sun_synchronous': a Keplerian plane keeps no local time; "
            "leave it empty"
        )
    raan_offset, axis_offset = _plane_offsets(ring)
    plane = np.repeat(np.arange(ring.planes), ring.satellites_per_plane)
    return KeplerianElements(
        epoch_utc,
        orbit.semi_major_axis_m + axis_offset[plane],
        np.asarray(orbit.eccentricity),
        np.asarray(orbit.inclination_rad),
        orbit.raan_rad + raan_offset[plane],
        np.asarray(orbit.argument_of_perigee_rad),
        orbit.mean_anomaly_rad + _phases_rad(ring, ring.planes),
    )
