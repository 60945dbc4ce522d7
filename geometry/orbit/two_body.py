"""Keplerian orbits: osculating elements in GCRS, flown as two bodies."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import cos, pi, sin, sqrt

import numba
import numpy as np
from numpy.typing import ArrayLike

from geometry.constants import EARTH_MU_M3_S2
from geometry.ephemeris import check_times_utc, seconds_since
from geometry.frames import rotation_about_x, rotation_about_z
from geometry.orbit.blocks import in_blocks
from geometry.validation import FloatArray, read_only


@dataclass(frozen=True, eq=False)
class KeplerianElements:
    """Osculating elements of N satellites in GCRS at one epoch; each array (N,), m and rad."""

    epoch_utc: np.datetime64
    semi_major_axis_m: FloatArray
    eccentricity: FloatArray
    inclination_rad: FloatArray
    raan_rad: FloatArray
    argument_of_perigee_rad: FloatArray
    mean_anomaly_rad: FloatArray

    def __post_init__(self) -> None:
        arrays = [f.name for f in fields(self) if f.name != "epoch_utc"]
        shape = np.broadcast_shapes(*(np.shape(getattr(self, name)) for name in arrays), (1,))
        for name in arrays:
            object.__setattr__(self, name, read_only(np.broadcast_to(getattr(self, name), shape)))

    @property
    def satellites(self) -> int:
        """N."""
        return self.semi_major_axis_m.size

    @property
    def mean_motion_rad_s(self) -> FloatArray:
        """(N,), rad/s."""
        return np.asarray(np.sqrt(EARTH_MU_M3_S2 / self.semi_major_axis_m**3))

    def members(self, satellites: ArrayLike) -> KeplerianElements:
        """Only the satellites of these indices."""
        index = np.asarray(satellites, dtype=np.int64)
        arrays = [getattr(self, f.name)[index] for f in fields(self) if f.name != "epoch_utc"]
        return KeplerianElements(self.epoch_utc, *arrays)


def two_body_states(elements: KeplerianElements, times_utc: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Positions and velocities of Keplerian orbits.

    Parameters
    ----------
    elements : KeplerianElements
    times_utc : datetime64 array (T,)
        UTC.

    Returns
    -------
    position_gcrs_m, velocity_gcrs_m_s : array (N, T, 3)
        m and m/s.

    Notes
    -----
    Two bodies alone (mu = 398600.4418 km^3/s^2): the plane stays fixed among the stars, so a dawn-dusk
    orbit of this kind leaves the Sun by a degree a day [Vallado2013, algorithm 10].
    """
    times = check_times_utc(times_utc)
    elapsed_s = seconds_since(times, elements.epoch_utc)
    perifocal = (
        rotation_about_z(elements.raan_rad)
        @ rotation_about_x(elements.inclination_rad)
        @ rotation_about_z(elements.argument_of_perigee_rad)
    )
    position = np.empty((elements.satellites, times.size, 3))
    velocity = np.empty_like(position)

    def fly(rows: slice, columns: slice) -> None:
        _two_body_kernel(
            elements.semi_major_axis_m[rows], elements.eccentricity[rows], elements.mean_anomaly_rad[rows],
            elements.mean_motion_rad_s[rows], perifocal[rows], elapsed_s[columns],
            position[rows, columns], velocity[rows, columns],
        )  # fmt: skip

    in_blocks(fly, elements.satellites, times.size)
    return position, velocity


@numba.njit(cache=True, nogil=True)
def eccentric_anomaly_rad(mean_anomaly: float, eccentricity: float) -> float:
    """Solution of Kepler's equation M = E - e sin E, rad, for e in [0, 1).

    Newton's method held within the bracket [M - e, M + e] by bisection, to rounding.
    """
    mean = mean_anomaly - 2.0 * pi * np.floor(mean_anomaly / (2.0 * pi) + 0.5)
    low, high = mean - eccentricity, mean + eccentricity
    anomaly = mean + eccentricity * sin(mean)
    for _ in range(100):
        excess = anomaly - eccentricity * sin(anomaly) - mean
        if excess > 0.0:
            high = anomaly
        else:
            low = anomaly
        step = excess / (1.0 - eccentricity * cos(anomaly))
        following = anomaly - step
        if not low <= following <= high:
            following = 0.5 * (low + high)
        if abs(following - anomaly) <= 4e-16 * (1.0 + abs(anomaly)):
            return following
        anomaly = following
    return anomaly


@numba.njit(cache=True, nogil=True)
def _two_body_kernel(  # type: ignore[no-untyped-def]
    axis, eccentricity, mean_anomaly, mean_motion, perifocal, elapsed_s, position, velocity
):
    """Fills `position` and `velocity` (N, T, 3)."""
    for n in range(axis.size):
        a, e = axis[n], eccentricity[n]
        minor = sqrt(1.0 - e * e)
        for t in range(elapsed_s.size):
            anomaly = eccentric_anomaly_rad(mean_anomaly[n] + mean_motion[n] * elapsed_s[t], e)
            c, s = cos(anomaly), sin(anomaly)
            rate = mean_motion[n] / (1.0 - e * c)
            p, q = a * (c - e), a * minor * s
            vp, vq = -a * s * rate, a * minor * c * rate
            for j in range(3):
                position[n, t, j] = perifocal[n, j, 0] * p + perifocal[n, j, 1] * q
                velocity[n, t, j] = perifocal[n, j, 0] * vp + perifocal[n, j, 1] * vq
