"""Sums of the Earth's radiance over stored directions, for any number of times: no ray is cast here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import float32, int64, njit

from geometry.radiation.earth import EarthScene
from geometry.radiation.ray_caster import Float32Array
from geometry.radiation.sky_view import DirectionList
from geometry.validation import FloatArray, IntArray

SECTORS = 128
"""About the Earth's way, into which directions are sorted."""

FEWEST_SORTED, FEWEST_TIMES = 64, 8
"""Directions of a segment, and times, from which on sorting costs less than it saves."""


def scene_rows(scene: EarthScene) -> tuple[FloatArray, float]:
    """Rows of what the kernels need per time, (T, 18), and the bulge of the Earth.

    With everything stretched along the pole until the Earth is a unit sphere: pole (0-2), position
    stretched twice (3-5) and Sun four times (6-8), both to be multiplied by unstretched directions; square
    of the stretched position less 1 (9); position times that Sun (10), stretched position along the pole
    (11); coefficients of albedo times solar flux (12-14) and of exitance (15-17).  The square of a
    stretched direction d is 1 + bulge (d . pole)^2.
    """
    stretch = 1.0 / (1.0 - scene.flattening) - 1.0

    def stretched(v: FloatArray) -> FloatArray:
        return v + stretch * np.einsum("ti,ti->t", v, scene.pole_body)[:, None] * scene.pole_body

    position = stretched(scene.position_body)
    twice_sun = stretched(stretched(scene.sun_body))
    columns = [
        scene.pole_body,
        stretched(position),
        twice_sun,
        np.einsum("ti,ti->t", position, position)[:, None] - 1.0,
        np.einsum("ti,ti->t", scene.position_body, twice_sun)[:, None],
        np.einsum("ti,ti->t", position, scene.pole_body)[:, None],
        scene.albedo * scene.solar_flux_w_m2[:, None],
        scene.exitance_w_m2,
    ]
    return np.concatenate(columns, axis=1), 1.0 / (1.0 - scene.flattening) ** 2 - 1.0


@njit(inline="always")
def _turn(x, y):  # type: ignore[no-untyped-def]
    """How far round a direction of the plane stands, in [0, 4]: as an angle, but without its cost."""
    share = y / max(abs(x) + abs(y), float32(1e-30))
    if x < 0:
        return float32(2) - share
    return share if y >= 0 else float32(4) + share


@njit(inline="always")
def _sector(x, y):  # type: ignore[no-untyped-def]
    return min(int64(_turn(x, y) * float32(SECTORS / 4)), int64(SECTORS - 1))


@njit(cache=True, nogil=True)
def _sectors(angles):  # type: ignore[no-untyped-def]
    """Sectors in which angles (T,) lie, rad."""
    out = np.empty(angles.shape[0], np.int64)
    for t in range(angles.shape[0]):
        out[t] = _sector(float32(np.cos(angles[t])), float32(np.sin(angles[t])))
    return out


@dataclass(frozen=True, eq=False)
class PackedScene:
    """T times in single precision, and where the Earth may stand at each.

    Parameters
    ----------
    rows : float32 array (T, 18)
        `scene_rows`.
    axes : float32 array (3, 3)
        Orthogonal; about the third the Earth goes round most nearly.
    sectors : int array (T, 2)
        In which of the sectors about it the Earth may stand: from which on, and how many.
    """

    rows: Float32Array
    axes: Float32Array
    sectors: IntArray


def packed_scene(scene: EarthScene) -> PackedScene:
    """A scene as `earth_sums` takes it."""
    distance = np.linalg.norm(scene.position_body, axis=1)
    nadir = -scene.position_body / distance[:, None]
    axes = np.linalg.eigh(nadir.T @ nadir)[1].T[::-1]  # by falling spread
    x, y, _ = axes @ nadir.T
    # the Earth lies within its equatorial radius: a cap of sine 1/r, which spans an angle seen from the axis
    level, sine = np.hypot(x, y), 1.0 / distance
    is_aside = sine < level
    span = np.arcsin(np.where(is_aside, sine / np.where(is_aside, level, 1.0), 0.0))
    angle = np.arctan2(y, x)
    first, last = (_sectors(angle + sign * span) for sign in (-1.0, 1.0))
    begin = first - 1  # one more either way, for rounding
    count = (last + 1 - begin) % SECTORS + 1
    sectors = np.stack([begin % SECTORS, count], axis=1)
    sectors[~is_aside] = 0, SECTORS
    rows = np.ascontiguousarray(scene_rows(scene)[0], dtype=np.float32)
    return PackedScene(rows, np.ascontiguousarray(axes, dtype=np.float32), sectors)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _earth_sums(directions, weights, begin, end, row, bulge, uniform):  # type: ignore[no-untyped-def]
    """Sums over directions[:, begin:end] at one time: infrared weight on the Earth, albedo, infrared.

    In the stretched frame the Earth is a unit sphere: the nearer root t of |x + t d| = 1, q the stretched
    height of the hit point along the pole, g its sunward component over the length of the normal.
    """
    k0, k1, k2, x0, x1, x2, s0, s1, s2, c0, sunward, polar = row[:12]
    a0, a1, a2, e0, e1, e2 = row[12:18]
    zero, one, half, three_half = float32(0), float32(1), float32(0.5), float32(1.5)
    tiny = float32(1e-6)
    g = float32(bulge)
    stretch = np.sqrt(one + g)
    flat = one - one / (one + g)
    on_earth = 0.0
    albedo = 0.0
    infrared = 0.0
    for start in range(begin, end, 2048):
        stop = min(end, start + 2048)
        f, a, e = zero, zero, zero
        for i in range(start, stop):
            dx, dy, dz = directions[0, i], directions[1, i], directions[2, i]
            dk = dx * k0 + dy * k1 + dz * k2
            b = -(dx * x0 + dy * x1 + dz * x2)
            ds = dx * s0 + dy * s1 + dz * s2
            disc = b * b - (one + g * dk * dk) * c0
            hit = one if (disc > zero) & (b > zero) else zero
            t = c0 / max(abs(b) + np.sqrt(max(disc, zero)), tiny)  # finite for misses too
            q = polar + t * stretch * dk
            cosine = max((sunward + t * ds) / np.sqrt(one + g * q * q), zero)
            w_ir = hit * weights[1, i]
            w_sun = hit * weights[0, i] * cosine
            f += w_ir
            if uniform:
                a += w_sun
            else:
                square = (one - flat) * q * q / max(one - flat * q * q, half)
                sine = np.sqrt(square)
                sine = sine if q > zero else -sine
                second = three_half * square - half
                a += w_sun * (a0 + a1 * sine + a2 * second)
                e += w_ir * (e0 + e1 * sine + e2 * second)
        on_earth += f
        albedo += a
        infrared += e
    if uniform:
        return on_earth, albedo * a0, on_earth * e0
    return on_earth, albedo, infrared


@njit(cache=True, nogil=True)
def _sorted_round(directions, weights, begin, end, axes, out, out_weights, places):  # type: ignore[no-untyped-def]
    """Copy directions begin..end sorted by sectors about axes[2], which begin at places (SECTORS + 1,)."""
    count = end - begin
    sectors = np.empty(count, np.int32)
    places[:] = 0
    for i in range(count):
        dx, dy, dz = directions[0, begin + i], directions[1, begin + i], directions[2, begin + i]
        x = dx * axes[0, 0] + dy * axes[0, 1] + dz * axes[0, 2]
        y = dx * axes[1, 0] + dy * axes[1, 1] + dz * axes[1, 2]
        sectors[i] = _sector(x, y)
        places[sectors[i] + 1] += 1
    for s in range(SECTORS):
        places[s + 1] += places[s]
    following = np.empty(SECTORS, np.int64)
    for s in range(SECTORS):
        following[s] = places[s]
    for i in range(count):
        at = following[sectors[i]]
        following[sectors[i]] += 1
        for k in range(3):
            out[k, at] = directions[k, begin + i]
        out_weights[0, at], out_weights[1, at] = weights[0, begin + i], weights[1, begin + i]


@njit(cache=True, nogil=True)
def _add(directions, weights, begin, end, row, bulge, uniform, out):  # type: ignore[no-untyped-def]
    if end > begin:
        f, a, e = _earth_sums(directions, weights, begin, end, row, bulge, uniform)
        out[0] += f
        out[1] += a
        out[2] += e


@njit(cache=True, nogil=True)
def _sum_over_times(directions, weights, ends, packed, axes, sectors, bulge, uniform, out):  # type: ignore[no-untyped-def]
    """Add the sums of each segment at each time to out (K, T, 3).

    Long segments are sorted about the Earth's way first; `sectors` (T, 2) tell which of them the Earth may
    stand in: from one on, and how many.
    """
    size = 0
    for r in range(ends.shape[0]):
        size = max(size, ends[r] - (ends[r - 1] if r else 0))
    fewest = FEWEST_SORTED if packed.shape[0] >= FEWEST_TIMES else size + 1
    if size < fewest:
        size = 0
    some, their_weights = np.empty((3, size), np.float32), np.empty((2, size), np.float32)
    places = np.empty(SECTORS + 1, np.int64)
    begin = int64(0)  # a literal would have the kernel compiled twice
    for r in range(ends.shape[0]):
        if ends[r] - begin < fewest:
            for t in range(packed.shape[0]):
                _add(directions, weights, begin, ends[r], packed[t], bulge, uniform, out[r, t])
        else:
            _sorted_round(directions, weights, begin, ends[r], axes, some, their_weights, places)
            for t in range(packed.shape[0]):
                first, last = sectors[t, 0], sectors[t, 0] + sectors[t, 1]
                to = places[min(last, SECTORS)]
                _add(some, their_weights, places[first], to, packed[t], bulge, uniform, out[r, t])
                if last > SECTORS:
                    _add(
                        some,
                        their_weights,
                        int64(0),
                        places[last - SECTORS],
                        packed[t],
                        bulge,
                        uniform,
                        out[r, t],
                    )
        begin = ends[r]


def earth_sums(
    rays: DirectionList, packed: PackedScene, flattening: float, uniform: bool, out: FloatArray
) -> None:
    """Add what a list of directions meets of the Earth to `out` (segments, T, 3).

    Last axis: weight on the Earth; albedo and Earth infrared irradiance, W/m^2, each times the number
    of rays cast, for cosine-weighted rays.
    """
    bulge = 1.0 / (1.0 - flattening) ** 2 - 1.0
    rows, axes, sectors = packed.rows, packed.axes, packed.sectors
    _sum_over_times(rays.directions, rays.weights, rays.ends, rows, axes, sectors, bulge, uniform, out)
