"""Direct sunlight on flat receivers by clipped shadows, averaged over the solar disc."""

from __future__ import annotations

import numpy as np
from numba import njit

from geometry.radiation.blocks import ordered_map
from geometry.radiation.clipping import before_piece, blocked_share
from geometry.radiation.flat_craft import FlatCraft
from geometry.radiation.receivers import tangent_frames
from geometry.validation import FloatArray, IntArray

RIM = np.sqrt(2.0 / 3.0)
"""Radius of the six outer points of the seven-point rule over a unit disc, exact to degree 5."""

SAME_SHARE = 1e-9


def disc_points(turned: bool) -> FloatArray:
    """Six points of the seven-point rule on the unit disc, the other hexagon where `turned`, (6, 2).

    The rule is 1/4 of the centre and 1/8 of each of the six. References: [Stroud1971], S2 5-1.
    """
    angle = np.pi / 3.0 * (np.arange(6) + (0.5 if turned else 0.0))
    return RIM * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _about(directions: FloatArray, half_angle_rad: float, turned: bool) -> FloatArray:
    """Unit vectors to six points of the disc about each direction, (6, G, 3)."""
    first, second = tangent_frames(directions)
    points = np.tan(half_angle_rad) * disc_points(turned)
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
    threads: int,
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
    threads : int

    Returns
    -------
    lit, error : array (G, C)
        `error`: half the difference of two seven-point rules over the disc.
    """
    groups_of = np.flatnonzero(np.isin(flat.receiver, receivers))
    normals = flat.normals[flat.normal_index[groups_of]]
    cosines = suns @ normals.T
    lit, error = np.zeros((2, len(suns), len(receivers)))
    faced = [np.flatnonzero(cosines[:, k] > edge_on) for k in range(len(groups_of))]
    shaded = [k for k in range(len(groups_of)) if len(faced[k]) and not flat.is_free[groups_of[k]]]

    def blocked(which: list[IntArray], turned: bool | None) -> list[FloatArray]:
        jobs = []
        for k, groups in zip(shaded, which, strict=True):
            middle = suns[groups]
            rays = middle[None] if turned is None else _about(middle, half_angle_rad, turned)
            normal = normals[k]
            rays = rays - 2.0 * np.minimum(rays @ normal, 0.0)[..., None] * normal
            jobs.append((int(groups_of[k]), np.ascontiguousarray(rays.reshape(-1, 3))))
        found = list(ordered_map(lambda job: blocked_along(flat, *job), jobs, threads))
        views = 1 if turned is None else 6
        return [b.reshape(views, len(groups)) for b, groups in zip(found, which, strict=True)]

    groups = [faced[k] for k in shaded]
    middles, hexagons = blocked(groups, None), blocked(groups, False)
    spread = [np.ptp(np.concatenate([m, h]), axis=0) for m, h in zip(middles, hexagons, strict=True)]
    open_ = [np.flatnonzero(s > SAME_SHARE) for s in spread]
    others = blocked([g[o] for g, o in zip(groups, open_, strict=True)], True)
    shares = {}
    for n, k in enumerate(shaded):
        rule = 0.25 * middles[n][0] + 0.125 * hexagons[n].sum(axis=0)
        doubt = np.zeros_like(rule)
        second = 0.25 * middles[n][0, open_[n]] + 0.125 * others[n].sum(axis=0)
        doubt[open_[n]] = 0.5 * np.abs(rule[open_[n]] - second)
        rule[open_[n]] = 0.5 * (rule[open_[n]] + second)
        shares[k] = rule, doubt
    for k, groups_k in enumerate(faced):
        weight = cosines[groups_k, k] * flat.receiver_shares[groups_of[k]]
        rule, doubt = shares.get(k, (np.zeros(len(groups_k)), np.zeros(len(groups_k))))
        column = np.searchsorted(receivers, flat.receiver[groups_of[k]])
        lit[groups_k, column] += weight * (1.0 - rule)
        error[groups_k, column] += weight * doubt
    return lit, error
