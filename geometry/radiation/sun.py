"""Direct sunlight with self-shadow.

Directions are those of the centre of the solar disc; where nothing shades, the projected area is
exact.  Elsewhere shadow rays leave points drawn by projected area for points of the finite disc, so
that the lit share alone is estimated.  A Sun that stands still in the body is looked at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numba import njit

from geometry.radiation.accuracy import Accuracy, RayBudget, standard_error
from geometry.radiation.blocks import ordered_map
from geometry.radiation.clipped_sun import clipped_sunlight
from geometry.radiation.paths import TracedCraft
from geometry.radiation.ray_caster import Float32Array
from geometry.radiation.receivers import Receivers
from geometry.radiation.sampling import (
    DIRECTION_NUMBERS,
    concentric_disc,
    digital_shift,
    low_words,
    point_in_triangle,
    sobol_points,
    triangle_row,
)
from geometry.radiation.shade_cache import ShadeCache
from geometry.radiation.sky_view import RAYS_PER_BLOCK, RayBlock
from geometry.validation import FloatArray, IntArray

SAME_DIRECTION_RAD = 1e-8
"""Sun directions that round to the same multiple of this are one: 1e-5 W/m^2 at most."""

EDGE_ON = 1e-12
"""Cosines up to this are those of a surface that stands edge-on to the Sun."""

MOST_CLIPPED_VIEWS = 2_000_000
"""Looks of a piece at the Sun; beyond this rays find the shadows."""

_SHADOW_STREAM = 1 << 40


@dataclass(frozen=True, eq=False)
class SunDirections:
    """G directions to the Sun that differ in the body frame.

    Parameters
    ----------
    directions : array (G, 3)
        Unit vectors, body frame.
    of_time : int array (T,)
        Which one holds at each time; -1 where the Sun is not looked at.
    flux_w_m2 : array (G,)
        Greatest solar irradiance among its times, W/m^2.
    half_angle_rad : float
        Angular radius of the solar disc.
    """

    directions: FloatArray
    of_time: IntArray
    flux_w_m2: FloatArray
    half_angle_rad: float

    def __len__(self) -> int:
        return len(self.directions)


def sun_directions(
    sun_body: FloatArray, flux_w_m2: FloatArray, needed: np.ndarray, half_angle_rad: float
) -> SunDirections:
    """Group the Sun's directions (T, 3) at the times that are `needed` (T,)."""
    of_time = np.full(len(sun_body), -1, dtype=np.int64)
    times = np.flatnonzero(needed)
    if not times.size:
        return SunDirections(np.zeros((0, 3)), of_time, np.zeros(0), half_angle_rad)
    rounded = np.round(sun_body[times] / SAME_DIRECTION_RAD).astype(np.int64)
    _, first, index = np.unique(rounded, axis=0, return_index=True, return_inverse=True)
    of_time[times] = index.reshape(-1)
    flux = np.zeros(len(first))
    np.maximum.at(flux, of_time[times], flux_w_m2[times])
    return SunDirections(sun_body[times[first]], of_time, flux, half_angle_rad)


def projected_share(receivers: Receivers, directions: FloatArray) -> FloatArray:
    """Mean over each receiver of max(0, n . s) for Sun directions (G, 3), shape (G, receivers)."""
    normals, _ = receivers.distinct_normals
    cosines = directions @ normals.T
    return receivers.mean_over_rows(np.where(cosines > EDGE_ON, cosines, 0.0))


@njit(cache=True, nogil=True)
def _disc_rays(  # type: ignore[no-untyped-def]
    frames,
    normals,
    areas,
    first_row,
    suns,
    half_angle,
    offset_m,
    seed,
    receivers,
    groups,
    streams,
    replicates,
    first,
    table,
    origins,
    rays,
    rows,
):
    """Fill origins and directions (K n, 3): points by projected area, directions over the solar disc.

    A direction below a face's plane is mirrored up to it: near grazing the disc's centre decides.
    """
    segments = receivers.shape[0]
    count = origins.shape[0] // segments
    shifts = np.empty(5, np.uint32)
    points = np.empty((5, 256), np.float32)
    x, y = np.empty(256, np.float32), np.empty(256, np.float32)
    tangent = np.tan(half_angle)
    low_of_table = low_words(table)
    for segment in range(segments):
        low, high = first_row[receivers[segment]], first_row[receivers[segment] + 1]
        s0, s1, s2 = suns[groups[segment], 0], suns[groups[segment], 1], suns[groups[segment], 2]
        cumulative = np.empty(high - low)
        running = 0.0
        for row in range(low, high):
            cosine = normals[row, 0] * s0 + normals[row, 1] * s1 + normals[row, 2] * s2
            running += areas[row] * (cosine if cosine > EDGE_ON else 0.0)
            cumulative[row - low] = running
        cumulative /= running
        sign = 1.0 if s2 >= 0.0 else -1.0
        a = -1.0 / (sign + s2)
        b = s0 * s1 * a
        for d in range(5):
            shifts[d] = digital_shift(seed, streams[segment], replicates[segment], d)
        for begin in range(0, count, 256):
            n = min(256, count - begin)
            sobol_points(first + begin, table, low_of_table, shifts, points[:, :n])
            concentric_disc(points[2, :n], points[3, :n], x, y)
            for k in range(n):
                row = low
                if high - low > 1:
                    row = low + triangle_row(cumulative, 0, high - low, points[4, k])
                u, v = point_in_triangle(points[0, k], points[1, k])
                p, q = tangent * x[k], tangent * y[k]
                d0 = s0 + p * (1.0 + sign * s0 * s0 * a) + q * b
                d1 = s1 + p * sign * b + q * (sign + s1 * s1 * a)
                d2 = s2 - p * sign * s0 - q * s1
                below = min(0.0, d0 * normals[row, 0] + d1 * normals[row, 1] + d2 * normals[row, 2])
                d0 -= 2.0 * below * normals[row, 0]
                d1 -= 2.0 * below * normals[row, 1]
                d2 -= 2.0 * below * normals[row, 2]
                length = np.sqrt(d0 * d0 + d1 * d1 + d2 * d2)
                ray = segment * count + begin + k
                rays[ray, 0] = d0 / length
                rays[ray, 1] = d1 / length
                rays[ray, 2] = d2 / length
                rows[ray] = row
                for i in range(3):
                    origins[ray, i] = (
                        frames[row, i]
                        + u * frames[row, 3 + i]
                        + v * frames[row, 6 + i]
                        + offset_m * frames[row, 9 + i]
                    )


@dataclass(frozen=True, eq=False)
class SunBlock:
    """Points of K segments, each with the direction of the Sun that it looks to."""

    rays: RayBlock
    groups: IntArray


def sun_blocks(
    group: IntArray, receiver: IntArray, streams: IntArray, replicates: int, first: int, count: int
) -> Iterator[SunBlock]:
    """All replicates of pairs of direction and receiver (P,), in blocks of at most about 16,384 rays."""
    scrambles = np.tile(np.arange(replicates), len(group))
    group, receiver, streams = (np.repeat(a, replicates) for a in (group, receiver, streams))
    together = max(1, RAYS_PER_BLOCK // count)
    for s in range(0, len(group), together):
        part = slice(s, s + together)
        for k in range(0, count, RAYS_PER_BLOCK):
            size = min(RAYS_PER_BLOCK, count - k)
            block = RayBlock(receiver[part], streams[part], scrambles[part], first + k, size)
            yield SunBlock(block, group[part])


def rays_to_sun(
    craft: TracedCraft, receivers: Receivers, block: SunBlock, suns: SunDirections, seed: int
) -> tuple[Float32Array, Float32Array, IntArray]:
    """Origins and directions of shadow rays (n, 3), and the row each leaves from (n,)."""
    total = len(block.rays)
    origins, rays = np.empty((total, 3), np.float32), np.empty((total, 3), np.float32)
    rows = np.empty(total, np.int64)
    _disc_rays(
        receivers.frames,
        receivers.normals,
        receivers.areas_m2,
        receivers.first_row,
        suns.directions,
        suns.half_angle_rad,
        craft.caster.start_offset_m,
        seed,
        block.rays.receivers,
        block.groups,
        block.rays.streams,
        block.rays.replicates,
        block.rays.first,
        DIRECTION_NUMBERS,
        origins,
        rays,
        rows,
    )
    return origins, rays, rows


def lit_shares(
    craft: TracedCraft,
    suns: SunDirections,
    accuracy: Accuracy,
    budget: RayBudget,
    shades: ShadeCache | None = None,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Share of each receiver's projected area that the Sun reaches past the craft.

    Returns
    -------
    projected : array (G, receivers)
        Mean of max(0, n . s), exact.
    lit : array (R, G, receivers)
        Lit share per replicate; 1 where nothing shades, 0 where the Sun stands behind.  R = 1 where no ray
        was cast.
    unseen : array (G, receivers)
        Error of the lit share to assume beside that of the replicates: of the rule over the solar disc
        where shadows are clipped; of rays that of one more that is blocked, or is not.
    """
    receivers = craft.receivers
    projected = projected_share(receivers, suns.directions)
    lit = np.where(projected > 0.0, 1.0, 0.0)[None]
    unseen = np.zeros_like(projected)
    is_clipped = np.zeros(len(receivers), bool)
    if shades is not None and int(shades.flat.piece_counts.sum()) * len(suns) <= MOST_CLIPPED_VIEWS:
        is_clipped = shades.clips_sun(accuracy)
        chosen = np.flatnonzero(is_clipped)
        if chosen.size and len(suns):
            direct, off = clipped_sunlight(
                shades.flat,
                chosen,
                suns.directions,
                suns.half_angle_rad,
                EDGE_ON,
                accuracy.tolerance,
                accuracy.threads,
            )
            seen = np.maximum(projected[:, chosen], EDGE_ON)
            lit[:, :, chosen] = np.clip(direct / seen, 0.0, 1.0)
            unseen[:, chosen] = off / seen
            flux = suns.flux_w_m2[:, None]
            worst = accuracy.excess(flux * direct, flux * off).max(axis=0)
            budget.unmet += worst[worst > 1.0].tolist()
    group, receiver = np.nonzero((projected > 0.0) & ~receivers.is_free & ~is_clipped)
    if len(group):
        lit = np.repeat(lit, accuracy.replicates, axis=0)
    count = accuracy.first_points(len(group), budget.left, len(suns))
    hits = np.zeros((len(group), accuracy.replicates))
    points = np.ones(len(group))
    place = np.zeros(projected.shape, dtype=np.int64)
    place[group, receiver] = np.arange(len(group))
    done, worst = 0, np.zeros(0)
    active = np.arange(len(group))
    while active.size:
        planned = active.size * accuracy.replicates * (count - done)
        if not budget.take(planned, first=not done):
            budget.unmet += worst[worst > 1.0].tolist()
            break
        streams = _SHADOW_STREAM + receiver[active] + len(receivers) * group[active]
        work = sun_blocks(group[active], receiver[active], streams, accuracy.replicates, done, count - done)

        def cast(block: SunBlock) -> tuple[SunBlock, FloatArray]:
            origins, rays, _ = rays_to_sun(craft, receivers, block, suns, accuracy.seed)
            open_ = ~craft.caster.is_blocked(origins, rays)
            return block, open_.reshape(-1, block.rays.count).sum(axis=1)

        for block, counts in ordered_map(cast, work, accuracy.threads):
            hits[place[block.groups, block.rays.receivers], block.rays.replicates] += counts
        done = count
        points[active] = done
        worst = _worst(hits[active] / done, active, group, receiver, projected, suns, accuracy)
        lit[:, group[active], receiver[active]] = (hits[active] / done).T
        active = active[worst > 1.0]
        if accuracy.is_fixed:
            break
        count *= 2
    unseen[group, receiver] = 1.0 / (points * accuracy.replicates)
    flux = suns.flux_w_m2[:, None] * projected
    by_one = accuracy.excess(flux * lit.mean(axis=0), flux * unseen)[group, receiver]
    agrees = standard_error(lit)[group, receiver] == 0.0
    budget.agreed += by_one[agrees & (by_one > 1.0)].tolist()
    return projected, lit, unseen


def _worst(
    shares: FloatArray,
    pairs: IntArray,
    group: IntArray,
    receiver: IntArray,
    projected: FloatArray,
    suns: SunDirections,
    accuracy: Accuracy,
) -> FloatArray:
    """Standard error of each pair's flux over the error allowed."""
    flux = suns.flux_w_m2[group[pairs]] * projected[group[pairs], receiver[pairs]]
    return accuracy.excess(flux * shares.mean(axis=1), flux * standard_error(shares, axis=1))
