"""Irradiance of a plate by the Earth: rings about nadir, of arcs whose ends are known in closed form."""

from __future__ import annotations

import numpy as np
from numba import njit

from geometry.radiation.earth_frame import POLE, SIZES, SUN

BREAKS = 7
"""Central angles between which a ring's arcs keep their kind, both ends among them."""


@njit(cache=True, nogil=True, error_model="numpy")
def _half_width(level, swing):  # type: ignore[no-untyped-def]
    """Half-width of the arc on which level + swing cos(angle) > 0."""
    if level >= swing:
        return np.pi
    if level <= -swing:
        return 0.0
    return np.arccos(-level / swing)


@njit(cache=True, nogil=True, error_model="numpy")
def _ring_breaks(height, lit, plane, sun, breaks):  # type: ignore[no-untyped-def]
    """Central angles at which the arcs of a ring begin, end or meet; sorted, clipped to those in view."""
    limit = np.arccos(1.0 / height)
    for k in range(len(breaks)):
        breaks[k] = limit
    breaks[0] = 0.0
    p1, p2, along = plane[0], plane[1], plane[2]
    across = np.sqrt(p1 * p1 + p2 * p2)
    size2 = along * along + across * across
    reach = height * along / np.sqrt(size2)
    if abs(reach) < 1.0:  # rings touch the plate's plane
        tilt, spread = np.arctan2(across, along), np.arccos(reach)
        breaks[1] = abs(tilt - spread)
        breaks[2] = min(tilt + spread, 2.0 * np.pi - tilt - spread)
    if lit:
        s1, s2, s0 = sun[0], sun[1], sun[2]
        breaks[3] = abs(np.arctan2(np.sqrt(s1 * s1 + s2 * s2), s0) - 0.5 * np.pi)
        # points where the terminator meets the plate's plane on the sphere
        l1, l2, l0 = s2 * along - s0 * p2, s0 * p1 - s1 * along, s1 * p2 - s2 * p1
        square, sun2 = l1 * l1 + l2 * l2 + l0 * l0, s1 * s1 + s2 * s2 + s0 * s0
        if square > 1e-24 * sun2 * size2:
            scale = height * along / square
            left = 1.0 - square * sun2 * scale * scale  # the line is at right angles to the Sun
            if left > 0.0:
                step, foot = l0 * np.sqrt(left / square), scale * (l1 * s2 - l2 * s1)
                breaks[4] = np.arccos(min(1.0, max(-1.0, foot + step)))
                breaks[5] = np.arccos(min(1.0, max(-1.0, foot - step)))
    for k in range(1, len(breaks)):  # few: in order by insertion
        here, j = min(breaks[k], limit), k
        while breaks[j - 1] > here:
            breaks[j] = breaks[j - 1]
            j -= 1
        breaks[j] = here


@njit(cache=True, nogil=True, error_model="numpy")
def cap_irradiance(  # type: ignore[no-untyped-def]
    plane, frame, coefficients, lit, nodes, weights, arc_nodes, arc_weights, room
):
    """Irradiance of a plate by a Lambertian spheroid, per unit of flux or exitance.

    Integral over the visible cap of c(lat) [n_e . s if lit] cos(out) cos(plate) / (pi r^2) dA, in rings
    about the point under the satellite, by the angle from nadir; Gauss nodes between the angles at
    which arcs begin, end or meet, drawn to the ends where the integrand goes as the root; Gauss nodes
    along the arcs.  `plane` is that of `earth_frame.fill_plate`; room (3, n) has space for nodes and
    breaks.
    """
    height, flattening = frame[SIZES, 0], frame[SIZES, 2]
    p1, p2, p0 = plane[0], plane[1], plane[2]
    s1, s2, s0 = frame[SUN, 0], frame[SUN, 1], frame[SUN, 2]
    k1, k2, k0 = frame[POLE, 0], frame[POLE, 1], frame[POLE, 2]
    across, sunward = np.sqrt(p1 * p1 + p2 * p2), np.sqrt(s1 * s1 + s2 * s2)
    middle, apart = np.arctan2(p2, p1), 0.0
    if lit:
        apart = np.arctan2(s2, s1) - middle
    squash = (1.0 - flattening) ** 2 - 1.0
    bulge = 1.0 / (1.0 - flattening) ** 2 - 1.0
    by_latitude = coefficients[1] != 0.0 or coefficients[2] != 0.0
    cosines, sines, breaks = room[0], room[1], room[2, :BREAKS]
    _ring_breaks(height, lit, plane, frame[SUN], breaks)
    for k in range(len(breaks)):  # central angle -> angle from nadir
        breaks[k] = np.arctan2(np.sin(breaks[k]), height - np.cos(breaks[k]))
    total = 0.0
    for panel in range(BREAKS - 1):
        low, high = breaks[panel], breaks[panel + 1]
        if high - low < 1e-13:
            continue
        for i in range(len(nodes)):
            x = 0.5 * (nodes[i] + 1.0)
            nadir = low + (high - low) * x * x * (3.0 - 2.0 * x)
            ring_weight = 0.5 * weights[i] * (high - low) * 6.0 * x * (1.0 - x)
            sine_nadir, cosine_nadir = np.sin(nadir), np.cos(nadir)
            sine_out = min(1.0, height * sine_nadir)  # of the angle from the vertical where the ray lands
            cosine_out = np.sqrt(1.0 - sine_out * sine_out)
            c = cosine_out * cosine_nadir + sine_out * sine_nadir
            s = sine_out * cosine_nadir - cosine_out * sine_nadir
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
