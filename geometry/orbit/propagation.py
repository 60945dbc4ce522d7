"""States from mean elements: the closed form (`analytic`) and SGP4 itself (`sgp4`), in GCRS."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import ArrayLike

from geometry.ephemeris import check_times_utc, seconds_since, sky_at
from geometry.orbit.blocks import in_blocks
from geometry.orbit.closed_form import fly_along_satellites, fly_along_times, fly_by_numpy
from geometry.orbit.mean_elements import (
    _J2,
    _RE_M,
    MeanElements,
    frozen_eccentricity,
    secular_rates_rad_s,
)
from geometry.validation import FloatArray


def analytic_states(elements: MeanElements, times_utc: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Positions and velocities by the closed form.

    Parameters
    ----------
    elements : MeanElements
    times_utc : datetime64 array (T,)
        UTC.

    Returns
    -------
    position_gcrs_m, velocity_gcrs_m_s : array (N, T, 3)
        m and m/s.

    Raises
    ------
    ValueError
        A date outside the ephemeris.

    Notes
    -----
    SGP4 without drag at zero mean eccentricity [Hoots1980], [Vallado2006]: secular J2, J2^2 and J4,
    long-period J3 (the frozen eccentricity vector), short-period J2.  SGP4 itself raises an
    eccentricity of zero to 1e-6, which leaves the two up to 20 m apart.  The velocity is the exact
    time derivative of the position in TEME; SGP4's own agrees with it to 0.02 m/s.  The turn of TEME
    against GCRS (8e-12 rad/s) is left out of the velocity.  Secular drag lowers the axis and gains on the
    anomaly as `SecularDrag` says, at each time the same for a plane; the sinking itself, under 0.02 m/s at a
    kilometre a day, is left out of the velocity.
    """
    position, velocity = _analytic(elements, times_utc, with_velocity=True)
    return position, velocity


def analytic_positions(elements: MeanElements, times_utc: ArrayLike) -> FloatArray:
    """Positions alone (N, T, 3) in GCRS, m; otherwise as `analytic_states`, in half the time."""
    return _analytic(elements, times_utc, with_velocity=False)[0]


def _analytic(
    elements: MeanElements, times_utc: ArrayLike, *, with_velocity: bool
) -> tuple[FloatArray, FloatArray]:
    """Tables per plane and time, then the kernel over satellites or times, in threads."""
    times = check_times_utc(times_utc)
    elapsed_s = seconds_since(times, elements.epoch_utc)
    # A few satellites of a ring of many planes may be asked for: tables only for those in use.
    used, plane = np.arange(elements.planes), elements.plane
    if elements.planes > elements.satellites:
        used, plane = np.unique(elements.plane, return_inverse=True)
    axis, u_turn, node = elements.moved(elapsed_s, used)
    tables = np.stack([np.cos(u_turn), np.sin(u_turn), np.cos(node), np.sin(node)], axis=1)
    rotation = np.ascontiguousarray(np.moveaxis(sky_at(times).rotation_gcrs_from_teme, 0, -1))
    position = np.empty((elements.satellites, times.size, 3))
    velocity = np.empty_like(position) if with_velocity else np.empty((0, 0, 3))
    constants = _plane_constants(axis, elements.inclination_rad[used, None])
    given = (constants, plane, elements.phase_vectors, tables, rotation)
    if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        fly_by_numpy(*given, position, velocity)
        return position, velocity
    # Lanes are filled by the satellites of a plane, or by the times of a satellite.
    # Drag changes the constants of a plane from time to time: then a lane has one time.
    by_time = constants.shape[2] == 1 and times.size > elements.satellites / max(1, used.size)

    def fly(rows: slice, columns: slice) -> None:
        kernel, part = (fly_along_times, columns) if by_time else (fly_along_satellites, rows)
        first, last, _ = part.indices(times.size if by_time else elements.satellites)
        kernel(*given, first, last, position, velocity)

    in_blocks(fly, elements.satellites, times.size, along="times" if by_time else "satellites")
    return position, velocity


def _plane_constants(axis_m: FloatArray, inclination_rad: FloatArray) -> FloatArray:
    """What the kernel needs of each plane, (P, 11, K), from axes (P, K) and inclinations (P, 1).

    K = T where drag changes the axis, else 1.  Lengths in m, rates in rad/s: a, cos i, sin i, rates of u and
    of the node, q of J3, then the mean radius over a, sqrt(1 - q^2), and the J2 amplitudes of the radius, of
    u and of the node.
    """
    a, tilt = axis_m, np.broadcast_to(inclination_rad, axis_m.shape)
    cos_i, sin_i = np.cos(tilt), np.sin(tilt)
    u_rate, node_rate = secular_rates_rad_s(a, cos_i)
    q = frozen_eccentricity(a, tilt)
    k = 0.5 * _J2 * _RE_M**2 / (a * (1.0 - q * q))
    k2 = k / (a * (1.0 - q * q))
    beta = np.sqrt(1.0 - q * q)
    lift = 1.0 - 1.5 * k2 * beta * (3.0 * cos_i**2 - 1.0)
    return np.stack(
        [
            a, cos_i, sin_i, u_rate, node_rate, q,
            lift, beta, 0.5 * k * sin_i**2, -0.25 * k2 * (7.0 * cos_i**2 - 1.0), 1.5 * k2 * cos_i,
        ],
        axis=1,
    )  # fmt: skip
