"""The closed form as a kernel: J3, J2 short period and the turn to GCRS, over satellites or over times.

No sine or cosine is taken here: the large angles come as tables (per plane and time, per satellite), the
small ones are polynomials.  What is left are sums and products without a branch, which the compiler lays
on vector registers.  Nothing is contracted or reordered, so a state has the same bits in any company.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba.extending import register_jitable

from geometry.validation import FloatArray, IntArray

LANES = 64  # states that are computed together; 4 kB of scratch, well within the first cache
_NUMPY_ROWS = 8_192  # 64 kB for each array on the way
_RULES: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}


@register_jitable(inline="always")
def _turned(cosine, sine, by):  # type: ignore[no-untyped-def]
    """Cosine and sine of x + by from those of x; by under 0.01 rad, to rounding."""
    b2 = by * by
    cos_by = 1.0 - b2 * (0.5 - b2 * (1.0 / 24.0 - b2 * (1.0 / 720.0)))
    sin_by = by * (1.0 - b2 * (1.0 / 6.0 - b2 * (1.0 / 120.0 - b2 * (1.0 / 5040.0))))
    return cosine * cos_by - sine * sin_by, sine * cos_by + cosine * sin_by


@register_jitable(inline="always")
def _state(cu, su, co, so, plane):  # type: ignore[no-untyped-def]
    """Position and velocity in TEME from mean argument of latitude (cu, su) and mean node (co, so)."""
    a, cos_i, sin_i, u_rate, node_rate, q, lift, beta, radial, of_u, of_node = plane
    of_tilt = of_node * sin_i
    # Kepler's equation u = E + q cos E of the frozen eccentricity (0, q), to q^4 = 1e-12.
    ce, se = _turned(cu, su, -q * cu * (1.0 + q * (su + q * (1.0 - 1.5 * cu * cu))))
    ratio = 1.0 / (1.0 - q * se)
    sf = ratio * (se - q)
    cf = ratio * ce * (1.0 - q * q / (1.0 + beta))
    s2, c2 = 2.0 * sf * cf, 1.0 - 2.0 * sf * sf
    # J2 short period: radius, argument of latitude, node, inclination.
    r = a * (1.0 - q * se) * lift + radial * c2
    cu, su = _turned(cf, sf, of_u * s2)
    co, so = _turned(co, so, of_node * s2)
    ci, si = _turned(cos_i, sin_i, of_tilt * c2)
    x, y, z = cu * co - su * ci * so, cu * so + su * ci * co, su * si
    e_rate = u_rate * ratio
    f_rate = beta * ratio * e_rate
    r_rate = -q * ce * a * e_rate * lift - 2.0 * radial * s2 * f_rate
    along = r * f_rate * (1.0 + 2.0 * of_u * c2)
    about_pole = r * (node_rate + 2.0 * of_node * c2 * f_rate)
    out = -2.0 * r * su * of_tilt * s2 * f_rate
    vx = r_rate * x + along * (-su * co - cu * ci * so) - about_pole * y + out * si * so
    vy = r_rate * y + along * (-su * so + cu * ci * co) + about_pole * x - out * si * co
    vz = r_rate * z + along * cu * si + out * ci
    return r * x, r * y, r * z, vx, vy, vz


@register_jitable(inline="always")
def _constants(planes, p, k):  # type: ignore[no-untyped-def]
    """Constants of one plane, as numbers that stay in registers."""
    return (
        planes[p, 0, k], planes[p, 1, k], planes[p, 2, k], planes[p, 3, k], planes[p, 4, k], planes[p, 5, k],
        planes[p, 6, k], planes[p, 7, k], planes[p, 8, k], planes[p, 9, k], planes[p, 10, k],
    )  # fmt: skip


@numba.njit(**_RULES)
def fly_along_satellites(  # type: ignore[no-untyped-def]
    planes, plane, phases, tables, rotation, first, last, position, velocity
):
    """States of satellites first..last - 1, lanes along a run of satellites of one plane.

    planes (P, 11, K), K = T where they change from time to time, else 1; plane (N,); phases (2, N) cosine
    and sine of u at the epoch; tables (P, 4, T) cosine and sine of the turn of u since then and of the node;
    rotation (3, 3, T) GCRS from TEME; position and velocity (N, T, 3) are written, velocity only where it is
    not empty.
    """
    w = np.empty(6 * LANES)
    n = first
    while n < last:
        p = plane[n]
        run = 1
        while run < LANES and n + run < last and plane[n + run] == p:
            run += 1
        for t in range(tables.shape[2]):
            constants = _constants(planes, p, min(t, planes.shape[2] - 1))
            ct, st, co, so = tables[p, 0, t], tables[p, 1, t], tables[p, 2, t], tables[p, 3, t]
            a, b, c = rotation[0, 0, t], rotation[0, 1, t], rotation[0, 2, t]
            d, e, f = rotation[1, 0, t], rotation[1, 1, t], rotation[1, 2, t]
            g, h, i = rotation[2, 0, t], rotation[2, 1, t], rotation[2, 2, t]
            for k in range(run):
                pc, ps = phases[0, n + k], phases[1, n + k]
                x, y, z, vx, vy, vz = _state(pc * ct - ps * st, ps * ct + pc * st, co, so, constants)
                w[k] = a * x + b * y + c * z
                w[LANES + k] = d * x + e * y + f * z
                w[2 * LANES + k] = g * x + h * y + i * z
                w[3 * LANES + k] = a * vx + b * vy + c * vz
                w[4 * LANES + k] = d * vx + e * vy + f * vz
                w[5 * LANES + k] = g * vx + h * vy + i * vz
            for k in range(run):
                for j in range(3):
                    position[n + k, t, j] = w[j * LANES + k]
            if velocity.size:
                for k in range(run):
                    for j in range(3):
                        velocity[n + k, t, j] = w[(j + 3) * LANES + k]
        n += run


@numba.njit(**_RULES)
def fly_along_times(  # type: ignore[no-untyped-def]
    planes, plane, phases, tables, rotation, first, last, position, velocity
):
    """The same states at times first..last - 1, lanes along the times of one satellite; K = 1."""
    w = np.empty(6 * LANES)
    for n in range(plane.size):
        p = plane[n]
        pc, ps = phases[0, n], phases[1, n]
        constants = _constants(planes, p, 0)
        for start in range(first, last, LANES):
            run = min(LANES, last - start)
            for k in range(run):
                t = start + k
                ct, st = tables[p, 0, t], tables[p, 1, t]
                x, y, z, vx, vy, vz = _state(
                    pc * ct - ps * st, ps * ct + pc * st, tables[p, 2, t], tables[p, 3, t], constants
                )
                for j in range(3):
                    a, b, c = rotation[j, 0, t], rotation[j, 1, t], rotation[j, 2, t]
                    w[j * LANES + k] = a * x + b * y + c * z
                    w[(j + 3) * LANES + k] = a * vx + b * vy + c * vz
            for k in range(run):
                for j in range(3):
                    position[n, start + k, j] = w[j * LANES + k]
            if velocity.size:
                for k in range(run):
                    for j in range(3):
                        velocity[n, start + k, j] = w[(j + 3) * LANES + k]


def fly_by_numpy(
    planes: FloatArray,
    plane: IntArray,
    phases: FloatArray,
    tables: FloatArray,
    rotation: FloatArray,
    position: FloatArray,
    velocity: FloatArray,
) -> None:
    """The same states by arrays that stay in the cache, time by time: where numba's compiler is off."""
    for t in range(tables.shape[2]):
        constants_now = planes[:, :, min(t, planes.shape[2] - 1)]
        for first in range(0, plane.size, _NUMPY_ROWS):
            rows = slice(first, first + _NUMPY_ROWS)
            p = plane[rows]
            if (p == p[0]).all():  # of one plane: numbers instead of arrays
                constants, table = tuple(constants_now[p[0]]), tables[p[0], :, t]
            else:
                constants, table = tuple(constants_now[p].T), tables[p, :, t].T
            ct, st, co, so = table
            pc, ps = phases[:, rows]
            state = np.stack(_state(pc * ct - ps * st, ps * ct + pc * st, co, so, constants))
            position[rows, t] = (rotation[..., t] @ state[:3]).T
            if velocity.size:
                velocity[rows, t] = (rotation[..., t] @ state[3:]).T
