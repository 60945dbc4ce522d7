"""Sums of the Earth's radiance over stored directions, for any number of times: no ray is cast here."""

from __future__ import annotations

import numpy as np
from numba import float32, int64, njit

from geometry.radiation.earth import EarthScene
from geometry.radiation.ray_caster import Float32Array
from geometry.radiation.sky_view import DirectionList
from geometry.validation import FloatArray


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


def packed_scene(scene: EarthScene) -> Float32Array:
    """`scene_rows` in single precision, (T, 18)."""
    return np.ascontiguousarray(scene_rows(scene)[0], dtype=np.float32)


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
def _sum_over_times(directions, weights, ends, packed, bulge, uniform, out):  # type: ignore[no-untyped-def]
    """Add the sums of each segment at each time to out (K, T, 3)."""
    for t in range(packed.shape[0]):
        begin = int64(0)  # a literal would have the kernel compiled twice
        for r in range(ends.shape[0]):
            if ends[r] > begin:
                f, a, e = _earth_sums(directions, weights, begin, ends[r], packed[t], bulge, uniform)
                out[r, t, 0] += f
                out[r, t, 1] += a
                out[r, t, 2] += e
            begin = ends[r]


def earth_sums(
    rays: DirectionList, packed: Float32Array, flattening: float, uniform: bool, out: FloatArray
) -> None:
    """Add what a list of directions meets of the Earth to `out` (segments, T, 3).

    Last axis: weight on the Earth; albedo and Earth infrared irradiance, W/m^2, each times the number
    of rays cast, for cosine-weighted rays.
    """
    bulge = 1.0 / (1.0 - flattening) ** 2 - 1.0
    _sum_over_times(rays.directions, rays.weights, rays.ends, packed, bulge, uniform, out)
