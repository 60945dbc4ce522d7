"""The members of the ring and the elements that each one flies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from geometry.constants import EARTH_EQUATORIAL_RADIUS_M
from geometry.orbit.closest_approach import MeanCurves, crossings
from geometry.orbit.mean_elements import MeanElements
from geometry.orbit.parameters import KeplerianOrbit, Ring, SunSynchronousOrbit
from geometry.orbit.secular_drag import SecularDrag, decay_rates
from geometry.orbit.sun_synchronous import check_altitude_m, raan_teme_rad, sun_synchronous_inclination_rad
from geometry.orbit.two_body import KeplerianElements
from geometry.validation import FloatArray

_MOST_MEMBERS = 2_000_000
_SHIFTS = 32  # places within one spacing that are tried for a further LTAN
_PLANES_TRIED = 64


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
        Ordered LTAN by LTAN, plane by plane, along the plane in the direction of motion.  The first
        member of the first plane stands at its ascending node at the epoch.

    Raises
    ------
    ValueError
        A plane at an altitude at which no sun-synchronous orbit exists, or over 2,000,000 members.

    Notes
    -----
    Planes run from -spread/2 to +spread/2 about the LTAN and about the altitude; each has the
    inclination that its own altitude takes, and is `phase_step` ahead of the one before.  All planes of
    a second and later LTAN are moved ahead by a part of one spacing, chosen so that they pass farthest
    from the members of the LTANs before: unmoved, an even number at 06:00 and at 18:00 would meet.
    """
    _check_members(ring)
    ltans = np.array(ring.ltan_list_s or (orbit.ltan_s,), dtype=float)
    raan_offset, altitude_offset = _plane_offsets(ring)
    altitude = check_altitude_m(orbit.altitude_m + altitude_offset, name="orbit.altitude_km")
    if orbit.inclination_rad is None:
        inclination = sun_synchronous_inclination_rad(altitude)
    else:
        inclination = np.full(ring.planes, orbit.inclination_rad)
    raan = raan_teme_rad(ltans, epoch_utc)[:, None] + raan_offset
    step = np.tile(np.arange(ring.planes) * ring.phase_step_rad, (ltans.size, 1))
    planes = MeanElements(
        epoch_utc,
        np.tile(EARTH_EQUATORIAL_RADIUS_M + altitude, ltans.size),
        np.tile(inclination, ltans.size),
        raan.ravel() % (2.0 * np.pi),
        np.arange(raan.size),
        step.ravel(),
        _drag(orbit, np.tile(altitude, ltans.size)),
    )
    spacing = 2.0 * np.pi / ring.satellites_per_plane
    first = planes.argument_of_latitude_rad + np.repeat(
        _ltan_shifts_rad(planes, ltans.size, spacing), ring.planes
    )
    along = np.arange(ring.satellites_per_plane) * spacing
    return replace(
        planes,
        plane=np.repeat(np.arange(raan.size), ring.satellites_per_plane),
        argument_of_latitude_rad=((first[:, None] + along) % (2.0 * np.pi)).ravel(),
    )


def _drag(orbit: SunSynchronousOrbit, altitude_m: FloatArray) -> SecularDrag | None:
    """Decay of the planes (P,) of an orbit that is flown with drag."""
    if not orbit.decay_m_s:
        return None
    return decay_rates(orbit.decay_m_s, orbit.altitude_m, altitude_m, orbit.solar_activity)


def _check_members(ring: Ring) -> None:
    """Refuse a ring that would not fit into memory."""
    if ring.satellites > _MOST_MEMBERS:
        raise ValueError(
            f"the ring has {ring.satellites:,} members (satellites_per_plane x planes x LTANs), more than "
            f"{_MOST_MEMBERS:,}; lower one of them"
        )


def _plane_offsets(ring: Ring) -> tuple[FloatArray, FloatArray]:
    """Offsets of node and altitude of the planes of one LTAN, (P,) each."""
    place = np.linspace(-0.5, 0.5, ring.planes) if ring.planes > 1 else np.zeros(1)
    return place * ring.raan_spread_rad, place * ring.altitude_spread_m


def _ltan_shifts_rad(planes: MeanElements, ltans: int, spacing_rad: float) -> FloatArray:
    """How far ahead the planes of each LTAN are moved, (L,) in [0, spacing), by trying."""
    per_ltan = planes.planes // ltans
    shifts = np.zeros(ltans)
    tried = np.unique(np.linspace(0, per_ltan - 1, min(per_ltan, _PLANES_TRIED)).astype(int))
    choices = np.arange(_SHIFTS) * (spacing_rad / _SHIFTS)
    curves = MeanCurves(planes)
    for later in range(1, ltans):
        # The middle plane of this LTAN against planes of those before.
        first = (np.arange(later)[:, None] * per_ltan + tried).ravel()
        second = np.full(first.size, later * per_ltan + per_ltan // 2)
        alike = planes.semi_major_axis_m[first] == planes.semi_major_axis_m[second]
        if not alike.any():  # at altitudes of their own, any phase comes about in time
            continue
        first, second = first[alike], second[alike]
        phase_1, phase_2, _, angle = crossings(curves, first, second)
        start = planes.argument_of_latitude_rad
        ahead = start[second] - start[first] - shifts[first // per_ltan] - (phase_2 - phase_1)
        off = _off_nearest(ahead[..., None] + choices, spacing_rad)
        clearance = (np.cos(0.5 * angle)[None, :, None] * off).min(axis=(0, 1))
        shifts[later] = choices[np.argmax(clearance > 0.999 * clearance.max())]
    return shifts


def _off_nearest(phase_rad: FloatArray, spacing_rad: float) -> FloatArray:
    """Distance of a phase from the nearest whole number of spacings, rad."""
    return np.asarray(np.abs(phase_rad - spacing_rad * np.rint(phase_rad / spacing_rad)))


def keplerian_ring_elements(orbit: KeplerianOrbit, ring: Ring, epoch_utc: np.datetime64) -> KeplerianElements:
    """Osculating elements of all members of a ring of Keplerian orbits.

    Even steps of mean anomaly along each plane; spreads of node and semi-major axis between planes.

    Raises
    ------
    ValueError
        `ltan_list` is given (a Keplerian plane keeps no local time), a plane has its perigee inside
        the Earth, or over 2,000,000 members.
    """
    if ring.ltan_list_s:
        raise ValueError(
            "ring.ltan_list_h needs orbit.type = 'sun_synchronous': a Keplerian plane keeps no local time; "
            "leave it empty"
        )
    _check_members(ring)
    raan_offset, axis_offset = _plane_offsets(ring)
    lowest = (orbit.semi_major_axis_m + axis_offset.min()) * (1.0 - orbit.eccentricity)
    if not lowest > EARTH_EQUATORIAL_RADIUS_M:
        raise ValueError(
            f"ring.altitude_spread_km puts the perigee of a plane at {lowest / 1e3:.1f} km, inside the "
            "Earth; lower it"
        )
    plane = np.repeat(np.arange(ring.planes), ring.satellites_per_plane)
    along = np.tile(np.arange(ring.satellites_per_plane), ring.planes)
    return KeplerianElements(
        epoch_utc,
        orbit.semi_major_axis_m + axis_offset[plane],
        np.asarray(orbit.eccentricity),
        np.asarray(orbit.inclination_rad),
        orbit.raan_rad + raan_offset[plane],
        np.asarray(orbit.argument_of_perigee_rad),
        orbit.mean_anomaly_rad
        + along * (2.0 * np.pi / ring.satellites_per_plane)
        + plane * ring.phase_step_rad,
    )
