"""Drag on an orbit: the wind of the air that turns with the Earth, and what its force costs."""

from __future__ import annotations

import numpy as np

from geometry.constants import EARTH_MU_M3_S2, EARTH_ROTATION_RAD_S
from geometry.environment import EarthShape
from geometry.frames import dot, unit
from geometry.validation import FloatArray, check_shape

_WGS_84 = EarthShape()


def wind_gcrs_m_s(
    position_gcrs_m: FloatArray, velocity_gcrs_m_s: FloatArray, earth_pole_gcrs: FloatArray
) -> FloatArray:
    """Velocity of the air relative to a satellite, the air turning with the Earth.

    Parameters
    ----------
    position_gcrs_m, velocity_gcrs_m_s : array (N, T, 3)
        m and m/s.
    earth_pole_gcrs : array (T, 3)
        Unit vectors along the Earth's axis.

    Returns
    -------
    array (N, T, 3)
        omega x r - v, m/s.  Winds of the thermosphere itself, 100 to 200 m/s, are left out.
    """
    position = check_shape(position_gcrs_m, (None, None, 3), name="position_gcrs_m")
    velocity = check_shape(velocity_gcrs_m_s, position.shape, name="velocity_gcrs_m_s")
    pole = check_shape(earth_pole_gcrs, (position.shape[1], 3), name="earth_pole_gcrs")
    return np.asarray(np.cross(EARTH_ROTATION_RAD_S * pole, position) - velocity)


def geodetic_m(
    position_gcrs_m: FloatArray, earth_pole_gcrs: FloatArray, earth_shape: EarthShape = _WGS_84
) -> tuple[FloatArray, FloatArray]:
    """Altitude above the ellipsoid and geodetic latitude.

    Parameters
    ----------
    position_gcrs_m : array (..., T, 3)
        m; outside the Earth.
    earth_pole_gcrs : array (T, 3)
        Unit vectors along the axis of the ellipsoid.
    earth_shape : EarthShape

    Returns
    -------
    altitude_m, latitude_rad : array (..., T)

    Notes
    -----
    Bowring's formula for the latitude [Bowring1976], to 1e-8 rad up to 2,500 km, and from it the altitude,
    to micrometres.
    """
    a, b = earth_shape.equatorial_radius_m, earth_shape.polar_radius_m
    z = dot(position_gcrs_m, np.broadcast_to(earth_pole_gcrs, np.shape(position_gcrs_m)))
    across = np.sqrt(np.maximum(dot(position_gcrs_m, position_gcrs_m) - z * z, 0.0))
    reduced = np.arctan2(z * a, across * b)
    second = (a * a - b * b) / b * np.sin(reduced) ** 3
    first = (a * a - b * b) / a * np.cos(reduced) ** 3
    latitude = np.arctan2(z + second, across - first)
    sine, cosine = np.sin(latitude), np.cos(latitude)
    altitude = across * cosine + z * sine - a * np.sqrt(1.0 - (1.0 - (b / a) ** 2) * sine * sine)
    return np.asarray(altitude), np.asarray(latitude)


def thrust_to_hold_m_s2(force_n: FloatArray, velocity_m_s: FloatArray, mass_kg: float) -> FloatArray:
    """Acceleration along the inertial velocity that makes up for a force, m/s^2.

    Parameters
    ----------
    force_n, velocity_m_s : array (..., 3)
        In one frame, N and m/s.
    mass_kg : float

    Returns
    -------
    array (...)
        Positive where the force brakes.  Its integral over time is the delta-v that holds the altitude of
        a nearly circular orbit.
    """
    return np.asarray(-dot(force_n, unit(velocity_m_s)) / mass_kg)


def semi_major_axis_rate_m_s(
    position_m: FloatArray, velocity_m_s: FloatArray, force_n: FloatArray, mass_kg: float
) -> FloatArray:
    """Rate of the semi-major axis under a force: da/dt = 2 a^2 (v . F) / (mu m) [Vallado2013].

    Parameters
    ----------
    position_m, velocity_m_s, force_n : array (..., 3)
        In one frame; m, m/s, N.
    mass_kg : float

    Returns
    -------
    array (...)
        m/s; negative where the force brakes.
    """
    radius = np.linalg.norm(position_m, axis=-1)
    axis = 1.0 / (2.0 / radius - dot(velocity_m_s, velocity_m_s) / EARTH_MU_M3_S2)
    return np.asarray(2.0 * axis**2 * dot(velocity_m_s, force_n) / (EARTH_MU_M3_S2 * mass_kg))
