"""What an unshaded plate receives from the Earth: closed forms and convergent quadrature.

The visible, sunlit part of the Earth before a plate is bounded by arcs that are known in closed form
(`earth_frame`).  Normals, areas and distances in the integrals are the true ones of the spheroid.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import ArrayLike

from geometry.radiation.earth import EarthScene
from geometry.radiation.earth_cap import BREAKS, cap_irradiance
from geometry.radiation.earth_contour import contour_view_factor
from geometry.radiation.earth_frame import ROWS, fill_frame, fill_plate
from geometry.validation import FloatArray, check_finite, check_in_range, read_only

RING_NODES = 14
ARC_NODES = 10
CONTOUR_NODES = 24


def plate_to_sphere_view_factor(distance_over_radius: ArrayLike, nadir_angle_rad: ArrayLike) -> FloatArray:
    """View factor of a small plate to a sphere, at any tilt.

    Parameters
    ----------
    distance_over_radius : array
        Distance of the plate from the centre over the radius, > 1.
    nadir_angle_rad : array
        Angle between the plate's normal and the direction to the centre, rad, in [0, pi].

    Returns
    -------
    array
        Broadcast shape, dimensionless.

    Raises
    ------
    ValueError
        Inside the sphere, or an angle out of range.

    Notes
    -----
    With H the distance ratio, s = sqrt(H^2 - 1), t the angle: cos t / H^2 where the whole sphere stands
    before the plate's plane, nothing where it is all behind, and between them
    1/2 - asin(s / (H sin t)) / pi + [cos t acos(-s cot t) - s sqrt(1 - H^2 cos^2 t)] / (pi H^2).

    References: [Howell] (planar element to sphere).
    """
    ratio = check_finite(distance_over_radius, name="distance_over_radius")
    if not (ratio > 1.0).all():
        raise ValueError(f"distance_over_radius must be greater than 1, got {ratio.min():g}")
    angle = check_in_range(nadir_angle_rad, 0.0, np.pi, name="nadir_angle_rad", unit="rad")
    ratio, angle = np.broadcast_arrays(ratio, angle)
    horizon = np.arccos(1.0 / ratio)  # tilt at which the plane first touches the sphere
    cosine, sine = np.cos(angle), np.sin(angle)
    s = np.sqrt(ratio**2 - 1.0)
    cut = (angle > horizon) & (angle < np.pi - horizon)
    safe = np.where(cut, sine, 1.0)
    partly = (
        0.5
        - np.arcsin(np.clip(s / (ratio * safe), -1.0, 1.0)) / np.pi
        + (
            cosine * np.arccos(np.clip(-s * cosine / safe, -1.0, 1.0))
            - s * np.sqrt(np.clip(1.0 - (ratio * cosine) ** 2, 0.0, None))
        )
        / (np.pi * ratio**2)
    )
    return np.where(cut, partly, np.where(angle <= horizon, cosine / ratio**2, 0.0))


@njit(cache=True, nogil=True)
def _plates(  # type: ignore[no-untyped-def]
    normals, position, pole, sun, flux, albedo, exitance, uniform, flattening, contour, ring, arc, out
):
    """Fill out (3, T, U): view factor, albedo and infrared irradiance of each normal at each time."""
    frame, true, plane = np.empty((ROWS, 3)), np.empty(3), np.empty(3)
    room = np.empty((3, max(3, arc.shape[1], BREAKS)))
    for t in range(position.shape[0]):
        fill_frame(position[t], pole[t], sun[t], flattening, frame)
        for u in range(normals.shape[0]):
            fill_plate(normals[u], frame, true, plane)
            factor = contour_view_factor(true, plane, frame, contour[0], contour[1], room)
            out[0, t, u] = factor
            out[1, t, u] = 0.0
            out[2, t, u] = 0.0
            if factor == 0.0:
                continue
            for band in range(2):  # one call: a second, with its own constants, would be compiled anew
                lit = band == 0
                if uniform and not lit:
                    out[2, t, u] = factor * exitance[t, 0]
                    continue
                shine, scale = (albedo[t], flux[t]) if lit else (exitance[t], 1.0)
                out[band + 1, t, u] = scale * cap_irradiance(
                    plane, frame, shine, lit, ring[0], ring[1], arc[0], arc[1], room
                )


@lru_cache(maxsize=8)
def gauss_nodes(count: int) -> FloatArray:
    """Nodes in [-1, 1] and weights of Gauss and Legendre, (2, count)."""
    return read_only(np.stack(np.polynomial.legendre.leggauss(count)))


def unshaded_plates(
    normals: FloatArray, scene: EarthScene, *, ring_nodes: int = RING_NODES, arc_nodes: int = ARC_NODES
) -> FloatArray:
    """View factor to the Earth, albedo and Earth infrared of plates with nothing before them.

    Parameters
    ----------
    normals : array (U, 3)
        Unit normals, body frame.
    scene : EarthScene
    ring_nodes, arc_nodes : int
        Gauss nodes per piece in the central angle and around a ring.

    Returns
    -------
    array (3, T, U)
        View factor; incident albedo, W/m^2; incident Earth infrared, W/m^2.
    """
    out = np.empty((3, len(scene), len(normals)))
    contour, ring, arc = (gauss_nodes(n) for n in (CONTOUR_NODES, ring_nodes, arc_nodes))
    _plates(
        np.ascontiguousarray(normals),
        scene.position_body,
        scene.pole_body,
        scene.sun_body,
        scene.solar_flux_w_m2,
        scene.albedo,
        scene.exitance_w_m2,
        scene.is_uniform,
        scene.flattening,
        contour,
        ring,
        arc,
        out,
    )
    return out
