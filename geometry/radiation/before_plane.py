"""What stands before the plane of a flat convex piece, in the piece's own axes."""

from __future__ import annotations

import numpy as np
from numba import int64, njit

from geometry.radiation.convex_outlines import hull


@njit(cache=True, nogil=True, error_model="numpy")
def _body_before_plane(own, local, corner):  # type: ignore[no-untyped-def]
    """Points that span the part of a body (n, 3) above its plane of height 0, to local[corner:]; returns
    where they end."""
    above = int64(0)
    for i in range(own.shape[0]):
        if own[i, 2] >= 0.0:
            local[corner, 0], local[corner, 1], local[corner, 2] = own[i, 0], own[i, 1], own[i, 2]
            corner += 1
            above += 1
    if above == own.shape[0]:
        return corner
    most = above * (own.shape[0] - above)
    x, y = np.empty((1, most)), np.empty((1, most))
    cut = int64(0)
    for i in range(own.shape[0]):
        if own[i, 2] < 0.0:
            continue
        for j in range(own.shape[0]):
            if own[j, 2] < 0.0:
                t = own[i, 2] / (own[i, 2] - own[j, 2])
                x[0, cut] = own[i, 0] + t * (own[j, 0] - own[i, 0])
                y[0, cut] = own[i, 1] + t * (own[j, 1] - own[i, 1])
                cut += 1
    cut = hull(x, y, int64(0), cut, np.arange(cut), int64(0), np.empty(2 * cut + 2), np.empty(2 * cut + 2))
    for i in range(cut):
        local[corner, 0], local[corner, 1], local[corner, 2] = x[0, i], y[0, i], 0.0
        corner += 1
    return corner


@njit(cache=True, nogil=True, error_model="numpy")
def before_plane(  # type: ignore[no-untyped-def]
    corners, first, is_body, closed, origin, axes, height, local, begins, hulls, facing
):
    """Polygons and bodies in a piece's axes, cut off where they reach behind its plane; returns how many.

    Those that nowhere rise above `height` are left out.  Polygon p has corners begins[p]..begins[p + 1] of
    `local` (n, 3), height above the plane last; `local` has room for four times the corners.  Where
    `hulls` (polygons,) is set they are points whose hull shades.  `facing` (polygons, 3) gets the normals
    in `closed`, which are zero for all but the polygons of a closed surface.
    """
    count = corner = int64(0)  # a literal 0 would have the kernels below compiled twice
    begins[0] = 0
    for p in range(first.shape[0] - 1):
        size = first[p + 1] - first[p]
        own = np.empty((size, 3))
        top = -np.inf
        for i in range(size):
            c = first[p] + i
            d0, d1, d2 = corners[c, 0] - origin[0], corners[c, 1] - origin[1], corners[c, 2] - origin[2]
            for k in range(3):
                own[i, k] = d0 * axes[k, 0] + d1 * axes[k, 1] + d2 * axes[k, 2]
            top = max(top, own[i, 2])
        if not top > height:
            continue
        start = corner
        if is_body[p]:
            corner = _body_before_plane(own, local, corner)
        else:
            for k in range(size):
                following = (k + 1) % size
                az, bz = own[k, 2], own[following, 2]
                if az >= 0.0:
                    local[corner, 0], local[corner, 1], local[corner, 2] = own[k, 0], own[k, 1], az
                    corner += 1
                if (az >= 0.0) != (bz >= 0.0):
                    t = az / (az - bz)
                    local[corner, 0] = own[k, 0] + t * (own[following, 0] - own[k, 0])
                    local[corner, 1] = own[k, 1] + t * (own[following, 1] - own[k, 1])
                    local[corner, 2] = 0.0
                    corner += 1
        if corner - start < 3:
            corner = start
            continue
        for k in range(3):
            facing[count, k] = (
                closed[p, 0] * axes[k, 0] + closed[p, 1] * axes[k, 1] + closed[p, 2] * axes[k, 2]
            )
        hulls[count] = is_body[p]
        count += 1
        begins[count] = corner
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def plane_outline(corners, axes):  # type: ignore[no-untyped-def]
    """A convex piece in its own axes about its first corner (2, 1, k), and its box (4,)."""
    out, box = np.empty((2, 1, corners.shape[0])), np.empty(4)
    for c in range(2):
        box[2 * c], box[2 * c + 1] = np.inf, -np.inf
        for k in range(corners.shape[0]):
            at = 0.0
            for i in range(3):
                at += (corners[k, i] - corners[0, i]) * axes[c, i]
            out[c, 0, k] = at
            box[2 * c], box[2 * c + 1] = min(box[2 * c], at), max(box[2 * c + 1], at)
    return out, box
