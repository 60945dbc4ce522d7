"""The attitude laws: how the body axes stand at each state."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numba
import numpy as np

from geometry.frames import rotated, rotation_rth_from_gcrs, unit
from geometry.orbit.blocks import in_blocks
from geometry.orbit.parameters import LAWS, Attitude
from geometry.validation import FloatArray, check_shape

_POINTING, _LOCKED = LAWS.index("sun_pointing"), LAWS.index("sun_slice_locked")
_SINGULAR = 1e-8  # length of a projection below which its direction is rounding; the limit is used


def rotation_body_from_gcrs(
    attitude: Attitude,
    position_gcrs_m: FloatArray,
    velocity_gcrs_m_s: FloatArray,
    sun_direction_gcrs: FloatArray,
    sigma: FloatArray,
) -> FloatArray:
    """Rotation from GCRS to the body frame under an attitude law.

    Parameters
    ----------
    attitude : Attitude
    position_gcrs_m, velocity_gcrs_m_s : array (N, T, 3)
        m and m/s.
    sun_direction_gcrs : array (T, 3)
        Unit vectors.
    sigma : array (N,)
        +1 or -1: side of the orbit plane on which the Sun stood at the design's epoch.

    Returns
    -------
    array (N, T, 3, 3)
        Rows: body X (ram edge), Y = Z x X, Z (cell face) written in GCRS.

    Notes
    -----
    The laws are those of docs/system.md.  Where one is singular (Sun along T) its limit is used.
    """
    position = check_shape(position_gcrs_m, (None, None, 3), name="position_gcrs_m")
    n, t = position.shape[:2]
    velocity = check_shape(velocity_gcrs_m_s, (n, t, 3), name="velocity_gcrs_m_s")
    sun = check_shape(sun_direction_gcrs, (t, 3), name="sun_direction_gcrs")
    side = check_shape(sigma, (n,), name="sigma").astype(float)
    if attitude.law == "lvlh_fixed":
        return np.asarray(_axes_in_rth(attitude) @ rotation_rth_from_gcrs(position, velocity))
    rotation = np.empty((n, t, 3, 3))
    law = LAWS.index(attitude.law)

    def turn(rows: slice, columns: slice) -> None:
        _turn(
            law, position[rows, columns], velocity[rows, columns], sun[columns], side[rows],
            rotation[rows, columns],
        )  # fmt: skip

    in_blocks(turn, n, t)
    return rotation


def _axes_in_rth(attitude: Attitude) -> FloatArray:
    """Body axes (3, 3) as rows in (R, T, H) for `lvlh_fixed`."""
    z = unit(np.asarray(attitude.z_body_rth, dtype=float))
    x = np.asarray(attitude.x_body_rth, dtype=float)
    x = unit(x - (x @ z) * z)
    return np.stack([x, np.cross(z, x), z])


_RULES: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}


@numba.njit(**_RULES)
def _turn(law, position, velocity, sun, sigma, rotation):  # type: ignore[no-untyped-def]
    """Fills `rotation` (N, T, 3, 3) by the law of this place in `LAWS`."""
    for n in range(position.shape[0]):
        for t in range(position.shape[1]):
            radial = _unit(position[n, t, 0], position[n, t, 1], position[n, t, 2])
            normal = _unit(*_cross(radial, (velocity[n, t, 0], velocity[n, t, 1], velocity[n, t, 2])))
            ahead = _cross(normal, radial)
            s = (sun[t, 0], sun[t, 1], sun[t, 2])
            if law == _LOCKED:
                x, z = ahead, _times(sigma[n], normal)
            elif law == _POINTING:
                limit = _times(-sigma[n] * np.sign(_dot(ahead, s)), normal)
                x, z = _across(ahead, s, limit), s
            else:
                x, z = ahead, _across(s, ahead, _times(sigma[n], normal))
            y = _cross(z, x)
            for k in range(3):
                rotation[n, t, 0, k], rotation[n, t, 1, k], rotation[n, t, 2, k] = x[k], y[k], z[k]


@numba.njit(**_RULES)
def _across(vector, axis, limit):  # type: ignore[no-untyped-def]
    """Unit vector along the part of `vector` across `axis`, or `limit` where nothing is left."""
    across = _less(vector, axis)
    length = sqrt(_dot(across, across))
    across = limit if length < _SINGULAR else _times(1.0 / length, across)
    return _unit(*_less(across, axis))  # once more: the first time cancels digits


@numba.njit(**_RULES)
def _less(vector, axis):  # type: ignore[no-untyped-def]
    along = _dot(vector, axis)
    return vector[0] - along * axis[0], vector[1] - along * axis[1], vector[2] - along * axis[2]


@numba.njit(**_RULES)
def _times(factor, a):  # type: ignore[no-untyped-def]
    return factor * a[0], factor * a[1], factor * a[2]


@numba.njit(**_RULES)
def _unit(x, y, z):  # type: ignore[no-untyped-def]
    return _times(1.0 / sqrt(x * x + y * y + z * z), (x, y, z))


@numba.njit(**_RULES)
def _dot(a, b):  # type: ignore[no-untyped-def]
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@numba.njit(**_RULES)
def _cross(a, b):  # type: ignore[no-untyped-def]
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def angle_of_attack_rad(rotation_body_from_gcrs: FloatArray, velocity_gcrs_m_s: FloatArray) -> FloatArray:
    """Angle between the plane of the cell face and the velocity, asin |Z . v|.

    Parameters
    ----------
    rotation_body_from_gcrs : array (..., 3, 3)
    velocity_gcrs_m_s : array (..., 3)
        Inertial velocity, m/s.

    Returns
    -------
    array (...)
        rad in [0, pi/2].
    """
    velocity_body = rotated(rotation_body_from_gcrs, unit(velocity_gcrs_m_s))
    return np.asarray(np.arcsin(np.clip(np.abs(velocity_body[..., 2]), 0.0, 1.0)))
