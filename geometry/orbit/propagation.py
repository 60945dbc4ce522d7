"""States from mean elements: the closed form (`analytic`) and SGP4 itself (`sgp4`), in GCRS."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import ArrayLike

from geometry.ephemeris import check_times_utc, seconds_since, sky_at
from geometry.orbit.blocks import in_blocks
from geometry.orbit.mean_elements import _J2, _J3, _RE_M, MeanElements
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
    against GCRS (8e-12 rad/s) is left out of the velocity.
    """
    position, velocity = _analytic(elements, times_utc, with_velocity=True)
    return position, velocity


def analytic_positions(elements: MeanElements, times_utc: ArrayLike) -> FloatArray:
    """Positions alone (N, T, 3) in GCRS, m; otherwise as `analytic_states`, in half the time."""
    return _analytic(elements, times_utc, with_velocity=False)[0]


def _analytic(
    elements: MeanElements, times_utc: ArrayLike, *, with_velocity: bool
) -> tuple[FloatArray, FloatArray]:
    """Tables per plane and time, then the kernel over satellites, in threads."""
    times = check_times_utc(times_utc)
    elapsed_s = seconds_since(times, elements.epoch_utc)
    u_rate, node_rate = elements.rates_rad_s
    planes = _plane_constants(elements)
    # A quarter of the planes of a large ring may be asked for: tables only for those in use.
    used, plane = np.unique(elements.plane, return_inverse=True)
    u_turn = np.outer(u_rate[used], elapsed_s)
    node = elements.raan_teme_rad[used, None] + np.outer(node_rate[used], elapsed_s)
    tables = np.stack([np.cos(u_turn), np.sin(u_turn), np.cos(node), np.sin(node)], axis=-1)
    u0 = elements.argument_of_latitude_rad
    phases = np.stack([np.cos(u0), np.sin(u0)], axis=-1)
    rotation = sky_at(times).rotation_gcrs_from_teme
    position = np.empty((elements.satellites, times.size, 3))
    velocity = np.empty_like(position) if with_velocity else np.empty((0, 0, 3))

    def fly(rows: slice, columns: slice) -> None:
        part = velocity[rows, columns] if with_velocity else velocity
        _analytic_kernel(
            planes[used], plane[rows], phases[rows], tables[:, columns], rotation[columns],
            position[rows, columns], part, with_velocity,
        )  # fmt: skip

    in_blocks(fly, elements.satellites, times.size)
    return position, velocity


def _plane_constants(elements: MeanElements) -> FloatArray:
    """What the kernel needs of each plane, (P, 13); lengths in m, rates in rad/s.

    a, cos i, sin i, rate of u, rate of the node, q of J3, k of J2; then k over the semi-latus rectum,
    the mean radius over a, sqrt(1 - q^2), k sin^2 i / 2, and the J2 amplitudes of u and of the node.
    """
    a, cos_i, sin_i = (
        elements.semi_major_axis_m,
        np.cos(elements.inclination_rad),
        np.sin(elements.inclination_rad),
    )
    u_rate, node_rate = elements.rates_rad_s
    q = -0.5 * (_J3 / _J2) * (_RE_M / a) * sin_i
    k = 0.5 * _J2 * _RE_M**2 / (a * (1.0 - q * q))
    k2 = k / (a * (1.0 - q * q))
    beta = np.sqrt(1.0 - q * q)
    lift = 1.0 - 1.5 * k2 * beta * (3.0 * cos_i**2 - 1.0)
    return np.stack(
        [
            a, cos_i, sin_i, u_rate, node_rate, q, k,
            k2, lift, beta, 0.5 * k * sin_i**2, -0.25 * k2 * (7.0 * cos_i**2 - 1.0), 1.5 * k2 * cos_i,
        ],
        axis=-1,
    )  # fmt: skip


@numba.njit(cache=True, nogil=True, inline="always")
def _turned(cosine: float, sine: float, by: float) -> tuple[float, float]:
    """Cosine and sine of x + by from those of x; by under 0.01 rad, to rounding."""
    b2 = by * by
    cos_by = 1.0 - b2 * (0.5 - b2 * (1.0 / 24.0 - b2 / 720.0))
    sin_by = by * (1.0 - b2 * (1.0 / 6.0 - b2 * (1.0 / 120.0 - b2 / 5040.0)))
    return cosine * cos_by - sine * sin_by, sine * cos_by + cosine * sin_by


@numba.njit(cache=True, nogil=True, fastmath={"contract"})
def _analytic_kernel(  # type: ignore[no-untyped-def]
    planes, plane, phases, tables, rotation, position, velocity, with_velocity
):
    """Closed form over satellites and times; see `analytic_states`.  Writes into the last arrays."""
    for n in range(plane.size):
        p = plane[n]
        a, cos_i, sin_i = planes[p, 0], planes[p, 1], planes[p, 2]
        u_rate, node_rate, q = planes[p, 3], planes[p, 4], planes[p, 5]
        lift, beta, radial = planes[p, 8], planes[p, 9], planes[p, 10]
        of_u, of_node = planes[p, 11], planes[p, 12]
        of_tilt = of_node * sin_i
        for t in range(tables.shape[1]):
            ct, st = tables[p, t, 0], tables[p, t, 1]
            cu = phases[n, 0] * ct - phases[n, 1] * st
            su = phases[n, 1] * ct + phases[n, 0] * st
            # Kepler's equation u = E + q cos E of the frozen eccentricity (0, q), to q^4 = 1e-12.
            ce, se = _turned(cu, su, -q * cu * (1.0 + q * (su + q * (1.0 - 1.5 * cu * cu))))
            rl = a * (1.0 - q * se)
            ratio = a / rl
            sf = ratio * (se - q)
            cf = ratio * ce * (1.0 - q * q / (1.0 + beta))
            s2, c2 = 2.0 * sf * cf, 1.0 - 2.0 * sf * sf
            # J2 short period: radius, argument of latitude, node, inclination.
            r = rl * lift + radial * c2
            cu, su = _turned(cf, sf, of_u * s2)
            co, so = _turned(tables[p, t, 2], tables[p, t, 3], of_node * s2)
            ci, si = _turned(cos_i, sin_i, of_tilt * c2)
            x = cu * co - su * ci * so
            y = cu * so + su * ci * co
            z = su * si
            for j in range(3):
                position[n, t, j] = r * (
                    rotation[t, j, 0] * x + rotation[t, j, 1] * y + rotation[t, j, 2] * z
                )
            if with_velocity:
                e_rate = u_rate * ratio
                f_rate = beta * ratio * e_rate
                r_rate = -q * ce * a * e_rate * lift - 2.0 * radial * s2 * f_rate
                along = r * f_rate * (1.0 + 2.0 * of_u * c2)
                about_pole = r * (node_rate + 2.0 * of_node * c2 * f_rate)
                out = -2.0 * r * su * of_tilt * s2 * f_rate
                vx = r_rate * x + along * (-su * co - cu * ci * so) - about_pole * y + out * si * so
                vy = r_rate * y + along * (-su * so + cu * ci * co) + about_pole * x - out * si * co
                vz = r_rate * z + along * cu * si + out * ci
                for j in range(3):
                    velocity[n, t, j] = (
                        rotation[t, j, 0] * vx + rotation[t, j, 1] * vy + rotation[t, j, 2] * vz
                    )
