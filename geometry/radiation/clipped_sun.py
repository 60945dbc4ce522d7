"""Direct sunlight on flat receivers by clipped shadows, averaged over the solar disc."""

from __future__ import annotations

import numpy as np
from numba import njit

from geometry.radiation.accuracy import STOPPING_MARGIN
from geometry.radiation.blocks import ordered_map
from geometry.radiation.clipping import before_piece, blocked_share
from geometry.radiation.flat_craft import FlatCraft
from geometry.radiation.receivers import tangent_frames
from geometry.validation import FloatArray, IntArray

RIM = np.sqrt(2.0 / 3.0)
"""Radius of the six outer points of the seven-point rule over a unit disc, exact to degree 5."""

SAME_SHARE = 1e-9

LEAST_LIT = 1e-3
"""Errors are looked at relative to no less than this share of full sunlight, about 1 W/m^2."""

RINGS, POINTS_OF_RING = 3, 10
"""Of the finer rule over the disc."""

BEND_SHARE, FINER_SHARE = 0.15, 0.02
"""What the two rules get wrong of the mean bend between the middle and opposite points: measured on ramps,
steps and corners anywhere over the disc, whose errors are then covered in the root mean square but for those
that bend near the rim alone."""


def disc_points(turned: bool, radius: float = RIM) -> FloatArray:
    """Six points of the seven-point rule on the unit disc, the other hexagon where `turned`, (6, 2).

    The rule is 1/4 of the centre and 1/8 of each of the six. References: [Stroud1971], S2 5-1.
    """
    angle = np.pi / 3.0 * (np.arange(6) + (0.5 if turned else 0.0))
    return radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def finer_points(turned: bool) -> tuple[FloatArray, FloatArray]:
    """Points (30, 2) and weights (30,) of a rule for what bends within the disc.

    Gauss-Legendre along the square of the radius, evenly spread about each ring, the rings turned against
    each other, all half a step further where `turned`.
    """
    nodes, weights = np.polynomial.legendre.leggauss(RINGS)
    radius = np.sqrt(0.5 * (1.0 + nodes))[:, None]
    step = np.arange(POINTS_OF_RING) + 0.5 * turned + np.arange(RINGS)[:, None] / RINGS
    angle = 2.0 * np.pi / POINTS_OF_RING * step
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1).reshape(-1, 2)
    return points, np.repeat(0.5 * weights / POINTS_OF_RING, POINTS_OF_RING)


def _about(directions: FloatArray, half_angle_rad: float, disc: FloatArray) -> FloatArray:
    """Unit vectors to points of the disc (n, 2) about each direction, (n, G, 3)."""
    first, second = tangent_frames(directions)
    points = np.tan(half_angle_rad) * disc
    rays = directions + points[:, :1, None] * first + points[:, 1:, None] * second
    return np.asarray(rays / np.linalg.norm(rays, axis=-1, keepdims=True))


@njit(cache=True, nogil=True)
def _along(  # type: ignore[no-untyped-def]
    pieces, piece_corners, piece_first, areas, shares, axes, corners, first, is_body, closed, height,
    directions, out,
):  # fmt: skip
    """Add to out (D,) the share of the pieces from which each direction is blocked."""
    polygons = first.shape[0] - 1
    local, begins = np.empty((4 * corners.shape[0] + 1, 3)), np.empty(polygons + 1, np.int64)
    hulls, facing = np.empty(polygons, np.bool_), np.empty((polygons, 3))
    for n in range(pieces.shape[0]):
        own = piece_corners[piece_first[pieces[n]] : piece_first[pieces[n] + 1]]
        near, outline, box, room = before_piece(
            own, axes, corners, first, is_body, closed, height, local, begins, hulls, facing
        )
        if near == 0:
            continue
        every = np.arange(near)
        for d in range(directions.shape[0]):
            x, y, z = directions[d, 0], directions[d, 1], directions[d, 2]
            along = x * axes[2, 0] + y * axes[2, 1] + z * axes[2, 2]
            if not along > 0.0:
                continue
            kx = (x * axes[0, 0] + y * axes[0, 1] + z * axes[0, 2]) / along
            ky = (x * axes[1, 0] + y * axes[1, 1] + z * axes[1, 2]) / along
            out[d] += shares[n] * blocked_share(
                kx, ky, local, begins, hulls, facing, every, 0, near, outline, box, areas[pieces[n]], room
            )


def blocked_along(flat: FlatCraft, group: int, directions: FloatArray) -> FloatArray:
    """Share of a group's area from which each direction (D, 3) before its plane is blocked, (D,)."""
    pieces = flat.pieces_of(group)
    out = np.zeros(len(directions))
    _along(
        pieces,
        flat.corners_m,
        flat.first_corner,
        flat.areas_m2,
        flat.area_shares[pieces],
        flat.axes[group],
        flat.occluder_corners_m,
        flat.occluder_first,
        flat.occluder_is_body,
        flat.occluder_facing,
        flat.height_m,
        directions,
        out,
    )
    return out


def clipped_sunlight(
    flat: FlatCraft, receivers: IntArray, suns: FloatArray, half_angle_rad: float, edge_on: float,
    tolerance: float, threads: int,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Mean over each receiver of max(0, n . s) x lit share, for Sun directions (G, 3).

    Parameters
    ----------
    flat : FlatCraft
    receivers : int array (C,)
        In ascending order.
    suns : array (G, 3)
        Unit vectors to the middle of the Sun, body frame.
    half_angle_rad : float
        Angular radius of the solar disc.
    edge_on : float
        Cosines up to this count as none.
    tolerance : float
        Where the error is larger, relative to the sunlight, a finer rule is taken.
    threads : int

    Returns
    -------
    lit, error : array (G, C)
        `error`: half the difference of two rules over the disc, turned against each other, and a part of
        what bends there.
    """
    groups_of = np.flatnonzero(np.isin(flat.receiver, receivers))
    normals = flat.normals[flat.normal_index[groups_of]]
    cosines = suns @ normals.T
    faced = [np.flatnonzero(cosines[:, k] > edge_on) for k in range(len(groups_of))]
    shaded = [k for k in range(len(groups_of)) if len(faced[k]) and not flat.is_free[groups_of[k]]]

    def blocked(which: list[IntArray], disc: FloatArray) -> list[FloatArray]:
        jobs = []
        for k, groups in zip(shaded, which, strict=True):
            rays, normal = _about(suns[groups], half_angle_rad, disc), normals[k]
            rays = rays - 2.0 * np.minimum(rays @ normal, 0.0)[..., None] * normal
            jobs.append((int(groups_of[k]), np.ascontiguousarray(rays.reshape(-1, 3))))
        found = list(ordered_map(lambda job: blocked_along(flat, *job), jobs, threads))
        return [b.reshape(len(disc), len(groups)) for b, groups in zip(found, which, strict=True)]

    columns = np.searchsorted(receivers, flat.receiver[groups_of])

    def sums(rules: list[FloatArray], doubts: list[FloatArray]) -> tuple[FloatArray, FloatArray]:
        lit, error = np.zeros((2, len(suns), len(receivers)))
        for k, groups in enumerate(faced):
            weight = cosines[groups, k] * flat.receiver_shares[groups_of[k]]
            lit[groups, columns[k]] += weight
            if k in place:
                lit[groups, columns[k]] -= weight * rules[place[k]]
                error[groups, columns[k]] += weight * doubts[place[k]]
        return lit, error

    place = {k: n for n, k in enumerate(shaded)}
    groups = [faced[k] for k in shaded]
    middles, rims = blocked(groups, np.zeros((1, 2))), blocked(groups, disc_points(False, 1.0))
    spread = [np.ptp(np.concatenate([m, r]), axis=0) for m, r in zip(middles, rims, strict=True)]
    open_ = [np.flatnonzero(s > SAME_SHARE) for s in spread]
    which = [g[o] for g, o in zip(groups, open_, strict=True)]
    hexagons = [blocked(which, disc_points(turned)) for turned in (False, True)]
    rules, doubts, bends = [], [], []
    for middle, rim, one, other, at in zip(middles, rims, *hexagons, open_, strict=True):
        first, second = (0.25 * middle[0, at] + 0.125 * each.sum(axis=0) for each in (one, other))
        rules.append(middle[0].copy())
        rules[-1][at] = 0.5 * (first + second)
        bends.append(np.zeros(len(rules[-1])))
        opposite = np.concatenate([each[:3] + each[3:] for each in (rim[:, at], one, other)])
        bends[-1][at] = np.abs(0.5 * opposite - middle[0, at]).mean(axis=0)
        doubts.append(BEND_SHARE * bends[-1])
        doubts[-1][at] = np.hypot(0.5 * (first - second), doubts[-1][at])
    lit, error = sums(rules, doubts)
    missed = error > tolerance / STOPPING_MARGIN * np.maximum(lit, LEAST_LIT)
    again = [o[missed[g[o], columns[k]]] for k, g, o in zip(shaded, groups, open_, strict=True)]
    if any(len(at) for at in again):
        (disc, weights), (turned, _) = finer_points(False), finer_points(True)
        which = [g[at] for g, at in zip(groups, again, strict=True)]
        for n, (one, other) in enumerate(zip(blocked(which, disc), blocked(which, turned), strict=True)):
            rules[n][again[n]] = 0.5 * (weights @ one + weights @ other)
            bend = FINER_SHARE * bends[n][again[n]]
            doubts[n][again[n]] = np.hypot(0.5 * (weights @ one - weights @ other), bend)
        lit, error = sums(rules, doubts)
    return lit, error
