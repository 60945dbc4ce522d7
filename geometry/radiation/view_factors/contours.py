"""View factors between planar polygons in full sight of each other, by a double integral over boundaries.

    A_1 F_12 = 1/(2 pi)  closed integral over C_1, C_2 of  ln r  dr_1 . dr_2

The inner integral over a straight edge is elementary; the outer one is by Gauss-Legendre panels that
shrink geometrically towards the three points of the outer edge at which the integrand is singular, or
nearly so, in the complex plane: the feet of the inner edge's two ends, and the nearest approach of the
two lines.  Edges that touch, lie on one line or are one and the same need nothing else.
References: [Sparrow1963] for the contour integral, [HowellBook] for its inner integral.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from geometry.validation import FloatArray

_ORDERS = (4, 6, 8, 12)
_REACH = (50.0, 10.0, 5.0)
"""Distance of the nearest singular point over half the panel from which 4, 6 and 8 nodes leave 1e-15."""

_SMALLEST_PANEL = 1e-8
"""Over the edge's length; what is singular in it is x ln x times its square."""


def _gauss_table() -> tuple[FloatArray, FloatArray]:
    nodes, weights = np.zeros((len(_ORDERS), 12)), np.zeros((len(_ORDERS), 12))
    for k, order in enumerate(_ORDERS):
        nodes[k, :order], weights[k, :order] = np.polynomial.legendre.leggauss(order)
    return nodes, weights


_NODES, _WEIGHTS = _gauss_table()


@njit(inline="always")
def _log_primitive(y, d2, scale2):  # type: ignore[no-untyped-def]
    """Integral over y of ln(sqrt(y^2 + d2)) - ln(sqrt(scale2)), from 0."""
    r2 = y * y + d2
    if r2 == 0.0:
        return 0.0
    value = 0.5 * y * np.log(r2 / scale2) - y
    if d2 > 0.0:
        d = np.sqrt(d2)
        value += d * np.arctan2(y, d)
    return value


@njit(inline="always")
def _half_panel(ahead, off2):  # type: ignore[no-untyped-def]
    """Half the longest panel that starts here and leaves a singular point, `ahead` along the edge and
    sqrt(off2) beside it, at twice its half length or farther from its middle."""
    return (np.sqrt(4.0 * ahead * ahead + 3.0 * off2) - ahead) / 3.0


@njit(cache=True, nogil=True)
def edge_pair_integral(a, b, c, d, scale2):  # type: ignore[no-untyped-def]
    """Integral of ln(r / scale) dr_1 . dr_2 over the edges a-b and c-d, m^2."""
    ux, uy, uz = b[0] - a[0], b[1] - a[1], b[2] - a[2]
    vx, vy, vz = d[0] - c[0], d[1] - c[1], d[2] - c[2]
    first = np.sqrt(ux * ux + uy * uy + uz * uz)
    second = np.sqrt(vx * vx + vy * vy + vz * vz)
    if first == 0.0 or second == 0.0:
        return 0.0
    ux, uy, uz = ux / first, uy / first, uz / first
    vx, vy, vz = vx / second, vy / second, vz / second
    cosine = ux * vx + uy * vy + uz * vz
    if abs(cosine) < 1e-14:
        return 0.0
    # feet of c and d on the first line, and how far off they are
    wx, wy, wz = c[0] - a[0], c[1] - a[1], c[2] - a[2]
    foot_c = wx * ux + wy * uy + wz * uz
    px, py, pz = wx - foot_c * ux, wy - foot_c * uy, wz - foot_c * uz
    off_c = px * px + py * py + pz * pz
    qx, qy, qz = d[0] - a[0], d[1] - a[1], d[2] - a[2]
    foot_d = qx * ux + qy * uy + qz * uz
    px, py, pz = qx - foot_d * ux, qy - foot_d * uy, qz - foot_d * uz
    off_d = px * px + py * py + pz * pz
    # nearest approach of the lines
    nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
    sine2 = nx * nx + ny * ny + nz * nz
    crossing = sine2 > 1e-24
    foot_n, off_n = 0.0, 0.0
    if crossing:
        mx, my, mz = vy * nz - vz * ny, vz * nx - vx * nz, vx * ny - vy * nx
        foot_n = (wx * mx + wy * my + wz * mz) / sine2
        gap = wx * nx + wy * ny + wz * nz
        off_n = gap * gap / (sine2 * sine2)
    total = 0.0
    at = 0.0
    least = 0.5 * _SMALLEST_PANEL * first
    while at < first:
        half = min(_half_panel(foot_c - at, off_c), _half_panel(foot_d - at, off_d))
        if crossing:
            half = min(half, _half_panel(foot_n - at, off_n))
        half = max(half, least)
        if 2.1 * half >= first - at:
            half = 0.5 * (first - at)
        middle = at + half
        near = min((middle - foot_c) ** 2 + off_c, (middle - foot_d) ** 2 + off_d)
        if crossing:
            near = min(near, (middle - foot_n) ** 2 + off_n)
        reach = np.sqrt(near) / half
        rule = 3
        for k in range(3):
            if reach >= _REACH[k]:
                rule = k
                break
        for k in range(_ORDERS[rule]):
            s = middle + half * _NODES[rule, k]
            gx, gy, gz = s * ux - wx, s * uy - wy, s * uz - wz
            along = gx * vx + gy * vy + gz * vz
            gx, gy, gz = gx - along * vx, gy - along * vy, gz - along * vz
            d2 = gx * gx + gy * gy + gz * gz
            inner = _log_primitive(second - along, d2, scale2) - _log_primitive(-along, d2, scale2)
            total += half * _WEIGHTS[rule, k] * inner
        at += 2.0 * half
        if half == 0.0:
            break
    return cosine * total


@njit(cache=True, nogil=True)
def exchange_area(start_1, end_1, weight_1, start_2, end_2, weight_2):  # type: ignore[no-untyped-def]
    """A_1 F_12 of two boundaries wholly before each other's planes with nothing between, m^2."""
    n, m = start_1.shape[0], start_2.shape[0]
    if n == 0 or m == 0:
        return 0.0
    scale2 = 0.0
    for k in range(3):
        scale2 += (start_1[0, k] - start_2[m // 2, k]) ** 2 + (start_1[n // 2, k] - start_2[0, k]) ** 2
    if scale2 == 0.0:
        scale2 = 1.0
    total = 0.0
    for i in range(n):
        for j in range(m):
            total += (
                weight_1[i]
                * weight_2[j]
                * edge_pair_integral(start_1[i], end_1[i], start_2[j], end_2[j], scale2)
            )
    return total / (2.0 * np.pi)


@njit(cache=True, nogil=True)
def clipped_boundary(start, end, weight, normal, height, tolerance):  # type: ignore[no-untyped-def]
    """The part of a boundary before a plane, closed along the plane: starts, ends, weights.

    Where edges leave the half-space and where they come back are joined in their order along the cut;
    joins that run twice in opposite senses cancel in the integral.
    """
    n = start.shape[0]
    above, below = False, False
    for k in range(n):
        h = normal[0] * start[k, 0] + normal[1] * start[k, 1] + normal[2] * start[k, 2] - height
        above = above or h > tolerance
        below = below or h < -tolerance
    if not below:
        return start, end, weight
    if not above:
        return start[:0], end[:0], weight[:0]
    out_start = np.empty((2 * n, 3))
    out_end = np.empty((2 * n, 3))
    out_weight = np.empty(2 * n)
    leaves = np.empty((n, 4))
    comes = np.empty((n, 4))
    used, leaving, coming = 0, 0, 0
    point = np.empty(3)
    along = np.zeros(3)
    for k in range(n):
        h0 = normal[0] * start[k, 0] + normal[1] * start[k, 1] + normal[2] * start[k, 2] - height
        h1 = normal[0] * end[k, 0] + normal[1] * end[k, 1] + normal[2] * end[k, 2] - height
        if abs(h0) <= tolerance:
            h0 = 0.0
        if abs(h1) <= tolerance:
            h1 = 0.0
        if h0 < 0.0 and h1 < 0.0:
            continue
        if h0 >= 0.0 and h1 >= 0.0:
            out_start[used], out_end[used], out_weight[used] = start[k], end[k], weight[k]
            used += 1
            continue
        t = h0 / (h0 - h1)
        for i in range(3):
            point[i] = start[k, i] + t * (end[k, i] - start[k, i])
        if h0 >= 0.0:
            if h0 > 0.0:
                out_start[used], out_end[used], out_weight[used] = start[k], point, weight[k]
                used += 1
            leaves[leaving, :3], leaves[leaving, 3] = point, weight[k]
            leaving += 1
        else:
            if h1 > 0.0:
                out_start[used], out_end[used], out_weight[used] = point, end[k], weight[k]
                used += 1
            comes[coming, :3], comes[coming, 3] = point, weight[k]
            coming += 1
    if leaving == 0 or coming == 0:
        return out_start[:used], out_end[:used], out_weight[:used]
    # order along the cut: the direction in which the points spread
    widest = -1.0
    for k in range(coming):
        spread = 0.0
        for i in range(3):
            spread += (comes[k, i] - leaves[0, i]) ** 2
        if spread > widest:
            widest = spread
            for i in range(3):
                along[i] = comes[k, i] - leaves[0, i]
    first = np.argsort(leaves[:leaving, :3] @ along)
    second = np.argsort(comes[:coming, :3] @ along)
    i, j = 0, 0
    left, right = leaves[first[0], 3], comes[second[0], 3]
    while i < leaving and j < coming and used < 2 * n:
        share = min(left, right)
        out_start[used] = leaves[first[i], :3]
        out_end[used] = comes[second[j], :3]
        out_weight[used] = share
        used += 1
        left -= share
        right -= share
        if left <= 0.0:
            i += 1
            left = leaves[first[i], 3] if i < leaving else 0.0
        if right <= 0.0:
            j += 1
            right = comes[second[j], 3] if j < coming else 0.0
    return out_start[:used], out_end[:used], out_weight[:used]
