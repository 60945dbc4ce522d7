"""Rotations with names, and the angles of an orbit against the Sun and the equator.

Pure array functions: vectors have the last axis 3, rotations the last two, any
leading axes broadcast.  Rotations read right to left: `rotation_b_from_a @ vector_a`.
"""

from __future__ import annotations

import numpy as np

from geometry.validation import FloatArray


def dot(a: FloatArray, b: FloatArray) -> FloatArray:
    """Scalar product over the last axis; (..., 3), (..., 3) -> (...)."""
    return np.asarray(np.einsum("...k,...k->...", a, b))


def unit(vectors: FloatArray) -> FloatArray:
    """Vectors of length one along `vectors` (..., 3), which must not be zero."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def rotated(rotation: FloatArray, vectors: FloatArray) -> FloatArray:
    """`rotation @ vector` for stacks; (..., 3, 3), (..., 3) -> (..., 3)."""
    return np.asarray(np.einsum("...jk,...k->...j", rotation, vectors))


def rotation_rth_from_gcrs(position_gcrs_m: FloatArray, velocity_gcrs_m_s: FloatArray) -> FloatArray:
    """Orbit frame at each state: rows R, T, H.

    Parameters
    ----------
    position_gcrs_m, velocity_gcrs_m_s : array (..., 3)
        Geocentric state, m and m/s; not parallel to each other.

    Returns
    -------
    array (..., 3, 3)
        R = r/|r|, H = (r x v)/|r x v|, T = H x R (along the velocity of a circular orbit).
    """
    radial = unit(position_gcrs_m)
    normal = orbit_normal(position_gcrs_m, velocity_gcrs_m_s)
    return np.stack([radial, np.cross(normal, radial), normal], axis=-2)


def orbit_normal(position_m: FloatArray, velocity_m_s: FloatArray) -> FloatArray:
    """Unit vector H along r x v, (..., 3), in the frame of the states."""
    return unit(np.cross(position_m, velocity_m_s))


def beta_rad(orbit_normal: FloatArray, sun_direction: FloatArray) -> FloatArray:
    """Angle of the Sun above the orbit plane, asin(H . s), in rad.

    Parameters
    ----------
    orbit_normal, sun_direction : array (..., 3)
        Unit vectors in one and the same frame.

    Returns
    -------
    array (...)
        rad in [-pi/2, pi/2], positive on the side of the angular momentum.
    """
    return np.asarray(np.arcsin(np.clip(dot(orbit_normal, sun_direction), -1.0, 1.0)))


def angle_from_noon_rad(rotation_rth: FloatArray, sun_direction: FloatArray) -> FloatArray:
    """Angle u_s of each satellite from orbit noon, along its motion, rad in (-pi, pi].

    From s = cos(beta) cos(u_s) R - cos(beta) sin(u_s) T + sin(beta) H; (..., 3, 3), (..., 3) -> (...).
    """
    sun = rotated(rotation_rth, sun_direction)
    return np.asarray(np.arctan2(-sun[..., 1], sun[..., 0]))


def argument_of_latitude_rad(
    position_m: FloatArray, velocity_m_s: FloatArray, earth_pole: FloatArray
) -> FloatArray:
    """Angle from the ascending node to the satellite along its osculating orbit.

    Parameters
    ----------
    position_m, velocity_m_s : array (..., 3)
        m and m/s.
    earth_pole : array (..., 3)
        Unit vector along the Earth's axis in the same frame, the normal of the equator of the node.

    Returns
    -------
    array (...)
        rad in [0, 2 pi).  An equatorial orbit has no node: the angle is then counted from the
        x axis laid into the orbit.

    Notes
    -----
    Osculating and of date.  It differs from the mean argument of latitude of the propagator by the
    short-period and the J3 terms, up to about 0.003 rad.
    """
    normal = orbit_normal(position_m, velocity_m_s)
    node = np.cross(np.broadcast_to(earth_pole, normal.shape), normal)
    has_node = np.linalg.norm(node, axis=-1, keepdims=True) > 1e-9
    node = np.where(has_node, node, np.cross(np.array([0.0, 1.0, 0.0]), normal))
    ahead = np.cross(normal, node)
    angle = np.arctan2(dot(position_m, ahead), dot(position_m, node))
    angle = np.where(angle < 0.0, angle + 2.0 * np.pi, angle)
    return np.asarray(np.where(angle < 2.0 * np.pi, angle, 0.0))  # -1e-17 + 2 pi rounds to 2 pi


def rotation_about_x(angle_rad: FloatArray) -> FloatArray:
    """Right-handed rotation of vectors by `angle_rad` (...) about +x; (..., 3, 3)."""
    return _rotation_about(angle_rad, 0)


def rotation_about_z(angle_rad: FloatArray) -> FloatArray:
    """Right-handed rotation of vectors by `angle_rad` (...) about +z; (..., 3, 3)."""
    return _rotation_about(angle_rad, 2)


def _rotation_about(angle_rad: FloatArray, axis: int) -> FloatArray:
    """Right-handed rotation about one of the axes of the frame."""
    angle = np.asarray(angle_rad, dtype=float)
    cosine, sine = np.cos(angle), np.sin(angle)
    first, second = (axis + 1) % 3, (axis + 2) % 3
    rotation = np.zeros((*angle.shape, 3, 3))
    rotation[..., axis, axis] = 1.0
    rotation[..., first, first] = rotation[..., second, second] = cosine
    rotation[..., second, first] = sine
    rotation[..., first, second] = -sine
    return rotation
