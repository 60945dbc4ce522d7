"""What an unshaded plate receives from the Earth: closed forms and convergent quadrature.

Lengths are in equatorial radii.  Along the pole everything is stretched until the Earth is a unit
sphere: straight lines stay straight there, so the horizon, the plate's own plane and the terminator
(the true normal of the spheroid at right angles to the Sun) are all circles on that sphere, and the
visible, sunlit part before the plate is bounded by arcs that are known in closed form.  Normals, areas
and distances in the integrals are the true ones of the spheroid.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import ArrayLike

from geometry.radiation.earth import EarthScene
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
def _dot(a, b):  # type: ignore[no-untyped-def]
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@njit(cache=True, nogil=True)
def _triple(a, b, c):  # type: ignore[no-untyped-def]
    """a . (b x c)."""
    return (
        a[0] * (b[1] * c[2] - b[2] * c[1])
        + a[1] * (b[2] * c[0] - b[0] * c[2])
        + a[2] * (b[0] * c[1] - b[1] * c[0])
    )


@njit(cache=True, nogil=True)
def _along_pole(vector, pole, factor):  # type: ignore[no-untyped-def]
    """`vector` with its part along the pole multiplied by `factor`."""
    return vector + (factor - 1.0) * _dot(vector, pole) * pole


@njit(cache=True, nogil=True)
def _tangents(axis):  # type: ignore[no-untyped-def]
    """Two unit vectors that make a right-handed frame with `axis`."""
    sign = 1.0 if axis[2] >= 0.0 else -1.0
    a = -1.0 / (sign + axis[2])
    b = axis[0] * axis[1] * a
    first = np.array([1.0 + sign * axis[0] ** 2 * a, sign * b, -sign * axis[0]])
    return first, np.array([b, sign + axis[1] ** 2 * a, -axis[1]])


@njit(cache=True, nogil=True)
def _contour_view_factor(normal, position, pole, flattening, nodes, weights):  # type: ignore[no-untyped-def]
    """View factor of a plate to the spheroid by the line integral around what it sees of the horizon.

    F = 1/(2 pi) | contour integral of n . (r x dr) / r^2 |; the horizon is a plane section, cut by the
    plate's own plane; along that cut the integrand is the angle turned through.
    """
    stretched = _along_pole(position, pole, 1.0 / (1.0 - flattening))
    height = np.sqrt(_dot(stretched, stretched))
    axis = stretched / height
    e1, e2 = _tangents(axis)
    radius = np.sqrt(1.0 - 1.0 / height**2)
    plane = _along_pole(normal, pole, 1.0 - flattening)
    level = -_dot(axis, plane) * radius**2 * height
    m1, m2 = radius * _dot(e1, plane), radius * _dot(e2, plane)
    swing = np.sqrt(m1 * m1 + m2 * m2)
    if level <= -swing:
        return 0.0
    whole = level >= swing
    half = np.pi if whole else np.arccos(-level / swing)
    middle = np.arctan2(m2, m1)
    # ray = a + cos b + sin c: its triple product with its turn and the normal, and its square, in scalars
    a = _along_pole((1.0 / height - height) * axis, pole, 1.0 - flattening)
    b, c = _along_pole(radius * e1, pole, 1.0 - flattening), _along_pole(radius * e2, pole, 1.0 - flattening)
    level_out, with_cos, with_sin = _triple(normal, b, c), _triple(normal, a, c), _triple(normal, b, a)
    aa, bb, cc, ab, ac, bc = _dot(a, a), _dot(b, b), _dot(c, c), _dot(a, b), _dot(a, c), _dot(b, c)
    total = 0.0
    count = 2 * len(nodes) if whole else len(nodes)
    for k in range(count):
        if whole:
            angle, weight = 2.0 * np.pi * k / count, 2.0 * np.pi / count
        else:
            angle, weight = middle + half * nodes[k], half * weights[k]
        x, y = np.cos(angle), np.sin(angle)
        square = aa + x * (bb * x + 2.0 * (ab + bc * y)) + y * (cc * y + 2.0 * ac)
        total -= weight * (level_out + x * with_cos + y * with_sin) / square
    if not whole:
        first = a + np.cos(middle + half) * b + np.sin(middle + half) * c
        last = a + np.cos(middle - half) * b + np.sin(middle - half) * c
        across = np.cross(first, last)
        total += np.arctan2(np.sqrt(_dot(across, across)), _dot(first, last))
    return max(0.0, total / (2.0 * np.pi))


@njit(cache=True, nogil=True)
def _half_width(level, swing):  # type: ignore[no-untyped-def]
    """Half-width of the arc on which level + swing cos(angle) > 0."""
    if level >= swing:
        return np.pi
    if level <= -swing:
        return 0.0
    return np.arccos(-level / swing)


@njit(cache=True, nogil=True)
def _ring_breaks(height, limit, lit, e1, e2, axis, plane, sun, breaks):  # type: ignore[no-untyped-def]
    """Central angles at which the arcs of a ring begin, end or meet; sorted, clipped to [0, limit]."""
    breaks[:] = limit
    breaks[0] = 0.0
    along, p1, p2 = _dot(axis, plane), _dot(e1, plane), _dot(e2, plane)
    across = np.sqrt(p1 * p1 + p2 * p2)
    size = np.sqrt(along * along + across * across)
    reach = height * along / size
    if abs(reach) < 1.0:  # rings touch the plate's plane
        tilt, spread = np.arctan2(across, along), np.arccos(reach)
        breaks[1] = abs(tilt - spread)
        breaks[2] = min(tilt + spread, 2.0 * np.pi - tilt - spread)
    if lit:
        s0, s1, s2 = _dot(axis, sun), _dot(e1, sun), _dot(e2, sun)
        breaks[3] = abs(np.arctan2(np.sqrt(s1 * s1 + s2 * s2), s0) - 0.5 * np.pi)
        # points where the terminator meets the plate's plane on the sphere
        line = np.cross(sun, plane)
        square, sun2 = _dot(line, line), _dot(sun, sun)
        if square > 1e-24 * sun2 * size * size:
            foot = np.cross(line, sun) * (height * along / square)
            left = 1.0 - _dot(foot, foot)
            if left > 0.0:
                step = line * np.sqrt(left / square)
                breaks[4] = np.arccos(min(1.0, max(-1.0, _dot(axis, foot + step))))
                breaks[5] = np.arccos(min(1.0, max(-1.0, _dot(axis, foot - step))))
    for k in range(len(breaks)):
        breaks[k] = min(breaks[k], limit)
    breaks.sort()


@njit(cache=True, nogil=True)
def _cap_irradiance(  # type: ignore[no-untyped-def]
    normal, position, pole, sun, flattening, coefficients, lit, nodes, weights, arc_nodes, arc_weights
):
    """Irradiance of a plate by a Lambertian spheroid, per unit of flux or exitance.

    Integral over the visible cap of c(lat) [n_e . s if lit] cos(out) cos(plate) / (pi r^2) dA, in rings
    about the point under the satellite, by the angle from nadir; Gauss nodes between the angles at
    which arcs begin, end or meet, drawn to the ends where the integrand goes as the root; Gauss nodes
    along the arcs.
    """
    stretched = _along_pole(position, pole, 1.0 / (1.0 - flattening))
    height = np.sqrt(_dot(stretched, stretched))
    axis = stretched / height
    e1, e2 = _tangents(axis)
    plane = _along_pole(normal, pole, 1.0 - flattening)
    light = _along_pole(sun, pole, 1.0 / (1.0 - flattening))
    p0, p1, p2 = _dot(axis, plane), _dot(e1, plane), _dot(e2, plane)
    s0, s1, s2 = _dot(axis, light), _dot(e1, light), _dot(e2, light)
    k0, k1, k2 = _dot(axis, pole), _dot(e1, pole), _dot(e2, pole)
    across, sunward = np.sqrt(p1 * p1 + p2 * p2), np.sqrt(s1 * s1 + s2 * s2)
    middle, apart = np.arctan2(p2, p1), 0.0
    if lit:
        apart = np.arctan2(s2, s1) - middle
    squash = (1.0 - flattening) ** 2 - 1.0
    bulge = 1.0 / (1.0 - flattening) ** 2 - 1.0
    by_latitude = coefficients[1] != 0.0 or coefficients[2] != 0.0
    cosines, sines = np.empty(len(arc_nodes)), np.empty(len(arc_nodes))
    breaks = np.empty(7)
    _ring_breaks(height, np.arccos(1.0 / height), lit, e1, e2, axis, plane, light, breaks)
    for k in range(len(breaks)):  # central angle -> angle from nadir
        breaks[k] = np.arctan2(np.sin(breaks[k]), height - np.cos(breaks[k]))
    total = 0.0
    for panel in range(6):
        low, high = breaks[panel], breaks[panel + 1]
        if high - low < 1e-13:
            continue
        for i in range(len(nodes)):
            x = 0.5 * (nodes[i] + 1.0)
            nadir = low + (high - low) * x * x * (3.0 - 2.0 * x)
            ring_weight = 0.5 * weights[i] * (high - low) * 6.0 * x * (1.0 - x)
            sine_nadir = np.sin(nadir)
            ring = np.arcsin(min(1.0, height * sine_nadir)) - nadir
            c, s = np.cos(ring), np.sin(ring)
            distance2 = 1.0 + height * height - 2.0 * height * c
            front = _half_width((c - height) * p0, s * across)
            bright = _half_width(c * s0, s * sunward) if lit else np.pi
            if front == 0.0 or bright == 0.0:
                continue
            around = 0.0
            for turn in range(-1, 2):
                centre = apart + 2.0 * np.pi * turn
                if bright == np.pi and turn != 0:
                    continue
                begin = -front if bright == np.pi else max(-front, centre - bright)
                end = front if bright == np.pi else min(front, centre + bright)
                if front == np.pi and bright < np.pi:  # the lit arc alone, wherever it lies
                    if turn != 0:
                        continue
                    begin, end = centre - bright, centre + bright
                if end <= begin:
                    continue
                pieces = 1 if end - begin <= 1.7 else (2 if end - begin <= 3.4 else 4)
                for piece in range(pieces):
                    half = 0.5 * (end - begin) / pieces
                    start = begin + 2.0 * half * piece + half
                    # about the middle of the piece: a sine and cosine do for two nodes
                    cm, sm = np.cos(middle + start), np.sin(middle + start)
                    pc, ps = s * (cm * p1 + sm * p2), s * (cm * p2 - sm * p1)
                    kc, ks = s * (cm * k1 + sm * k2), s * (cm * k2 - sm * k1)
                    sc, ss = s * (cm * s1 + sm * s2), s * (cm * s2 - sm * s1)
                    arc = 0.0
                    for j in range(len(arc_nodes)):
                        if 2 * j < len(arc_nodes):
                            ca, sa = np.cos(half * arc_nodes[j]), np.sin(half * arc_nodes[j])
                            cosines[j], sines[j] = ca, sa
                        else:
                            ca, sa = cosines[len(arc_nodes) - 1 - j], -sines[len(arc_nodes) - 1 - j]
                        facing = (c - height) * p0 + ca * pc + sa * ps
                        polar = c * k0 + ca * kc + sa * ks
                        polar_ray = polar - height * k0
                        ray2 = distance2 + squash * polar_ray * polar_ray
                        value = facing / (ray2 * ray2)
                        if lit:
                            value *= (c * s0 + ca * sc + sa * ss) / np.sqrt(1.0 + bulge * polar * polar)
                        if by_latitude:
                            sine2 = polar * polar * (1.0 + squash) / (1.0 + squash * polar * polar)
                            sine = np.sqrt(sine2) if polar > 0.0 else -np.sqrt(sine2)
                            value *= (
                                coefficients[0]
                                + coefficients[1] * sine
                                + coefficients[2] * (1.5 * sine2 - 0.5)
                            )
                        arc += arc_weights[j] * value
                    around += half * arc
            total += ring_weight * sine_nadir * distance2 * np.sqrt(distance2) * around
    scale = 1.0 if by_latitude else coefficients[0]
    return max(0.0, scale * total * (1.0 - flattening) / np.pi)


@njit(cache=True, nogil=True)
def _plates(  # type: ignore[no-untyped-def]
    normals, position, pole, sun, flux, albedo, exitance, uniform, flattening, contour, ring, arc, out
):
    """Fill out (3, T, U): view factor, albedo and infrared irradiance of each normal at each time."""
    for t in range(position.shape[0]):
        for u in range(normals.shape[0]):
            x, k, s = position[t], pole[t], sun[t]
            factor = _contour_view_factor(normals[u], x, k, flattening, contour[0], contour[1])
            out[0, t, u] = factor
            out[1, t, u] = 0.0
            out[2, t, u] = 0.0
            if factor == 0.0:
                continue
            for band in range(2):  # one call: a second, with its own constants, would be compiled anew
                lit = band == 0
                shine = albedo[t] if lit else exitance[t]
                if uniform and not lit:
                    out[2, t, u] = factor * exitance[t, 0]
                else:
                    out[band + 1, t, u] = (flux[t] if lit else 1.0) * _cap_irradiance(
                        normals[u], x, k, s, flattening, shine, lit, ring[0], ring[1], arc[0], arc[1]
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
