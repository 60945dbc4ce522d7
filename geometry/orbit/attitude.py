"""The attitude laws: how the body axes stand at each state."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from geometry.frames import dot, rotated, rotation_rth_from_gcrs, unit
from geometry.orbit.parameters import Attitude
from geometry.validation import FloatArray, check_shape

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
    rth = rotation_rth_from_gcrs(position, velocity)
    if attitude.law == "lvlh_fixed":
        return np.asarray(_axes_in_rth(attitude) @ rth)
    return _LAWS[attitude.law](rth, np.broadcast_to(sun, (n, t, 3)), side[:, None, None])


def _axes_in_rth(attitude: Attitude) -> FloatArray:
    """Body axes (3, 3) as rows in (R, T, H) for `lvlh_fixed`."""
    z = unit(np.asarray(attitude.z_body_rth, dtype=float))
    x = np.asarray(attitude.x_body_rth, dtype=float)
    x = unit(x - (x @ z) * z)
    return np.stack([x, np.cross(z, x), z])


def _sun_pointing(rth: FloatArray, sun: FloatArray, sigma: FloatArray) -> FloatArray:
    """Z = s; X = T less its part along s."""
    ahead, normal = rth[..., 1, :], rth[..., 2, :]
    limit = -sigma * np.sign(dot(ahead, sun)[..., None]) * normal
    return _body(_across(ahead, sun, limit), sun)


def _sun_slice_locked(rth: FloatArray, sun: FloatArray, sigma: FloatArray) -> FloatArray:
    """Z = sigma H; X = T."""
    return _body(rth[..., 1, :], sigma * rth[..., 2, :])


def _sun_slice_rolling(rth: FloatArray, sun: FloatArray, sigma: FloatArray) -> FloatArray:
    """X = T; Z = s less its part along T."""
    ahead = rth[..., 1, :]
    return _body(ahead, _across(sun, ahead, sigma * rth[..., 2, :]))


def _across(vectors: FloatArray, axis: FloatArray, limit: FloatArray) -> FloatArray:
    """Unit vectors along the part of `vectors` across `axis`, or `limit` where nothing is left."""
    across = vectors - dot(vectors, axis)[..., None] * axis
    length = np.linalg.norm(across, axis=-1, keepdims=True)
    vanishes = length < _SINGULAR
    across = np.where(vanishes, limit, across / np.where(vanishes, 1.0, length))
    return unit(across - dot(across, axis)[..., None] * axis)  # once more: the first time cancels digits


def _body(x: FloatArray, z: FloatArray) -> FloatArray:
    """Rows X, Z x X, Z."""
    return np.stack([x, np.cross(z, x), z], axis=-2)


_LAWS: dict[str, Callable[[FloatArray, FloatArray, FloatArray], FloatArray]] = {
    "sun_pointing": _sun_pointing,
    "sun_slice_locked": _sun_slice_locked,
    "sun_slice_rolling": _sun_slice_rolling,
}


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
