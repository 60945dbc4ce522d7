"""Sunlight that one surface scatters to another, looked for from both ends.

Rays from a large surface meet a small, bright one on it by luck; rays from the small one meet the large one
nearly always.  Both draw the same pairs of points, with densities as one over the area of the end they leave
from.  A ray between receiver i and a surface j that scatters therefore counts for i by A_j / (A_i + A_j) from
either end: the balance heuristic [Veach1995], in which the geometry of the pair cancels.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numba import njit

from geometry.radiation.paths import TracedCraft
from geometry.radiation.ray_caster import Float32Array
from geometry.radiation.sampling import (
    DIRECTION_NUMBERS,
    TRIANGLE,
    digital_shift,
    point_order,
    sobol_word,
    triangle_row,
    unit_interval,
)
from geometry.radiation.sky_view import FirstRays, LitPoints, RayBlock
from geometry.radiation.sun import SunDirections, projected_share

MOST_PAIRED = 512
"""Craft of more receivers are looked at from one end: each round would cast from all that are lit."""

LARGEST_RATIO = 4.0
"""Area over that of the receiver beyond which a surface is not looked at from its own end: few of its rays
would meet the receiver, and count for little."""


def scattering(craft: TracedCraft, suns: SunDirections) -> np.ndarray:
    """Receivers before which something stands and that scatter sunlight from some direction, bool (G,)."""
    receivers, optics = craft.receivers, craft.reflecting
    solar = (optics.reflectance[:, 0] * (1.0 - optics.specularity[:, 0]))[receivers.surfaces]
    lit = (projected_share(receivers, suns.directions) > 0.0).any(axis=0)
    return np.asarray(lit & (solar > 0.0) & ~receivers.is_free)


def link_weights(
    craft: TracedCraft, links: np.ndarray, wanted: np.ndarray, sources: np.ndarray
) -> Float32Array:
    """What a ray between two receivers counts, [the one that receives, the one that scatters], (G, G).

    It is 1 where the latter is not looked from: what is met then counts from the receiver's end alone.

    Parameters
    ----------
    craft : TracedCraft
    links : bool array (G, G)
        Pairs between which a ray has been seen, either way.
    wanted, sources : bool array (G,)
        Receivers for which scattered sunlight is looked for, and those that may scatter it.
    """
    areas = craft.receivers.total_areas_m2
    paired = (links | links.T) & wanted[:, None] & sources & (areas <= LARGEST_RATIO * areas[:, None])
    return np.where(paired, areas / (areas + areas[:, None]), 1.0).astype(np.float32)


@njit(cache=True, nogil=True)
def _rows(seed, streams, replicates, segments, indices, receivers, first_row, cumulative, table, rows):  # type: ignore[no-untyped-def]
    """Fill the row of its receiver from which each ray started, as `hemisphere_rays` chose it."""
    for n in range(rows.shape[0]):
        k = segments[n]
        shift = digital_shift(seed, streams[k], replicates[k], TRIANGLE)
        value = unit_interval(sobol_word(indices[n], TRIANGLE, table) ^ shift)
        rows[n] = triangle_row(cumulative, first_row[receivers[k]], first_row[receivers[k] + 1], value)


def points_behind(
    rays: FirstRays, craft: TracedCraft, seed: int, weights: Float32Array
) -> tuple[RayBlock, LitPoints]:
    """Where rays began that ended on another receiver, as points that scatter sunlight to it.

    Their segments are those of a block of its own, one for each receiver met and segment of the rays.
    """
    block, receivers, optics = rays.block, craft.receivers, craft.reflecting
    where = np.flatnonzero(rays.met >= 0)
    segments, met = where // block.count, rays.met[where]
    counting = weights[met, block.receivers[segments]]
    chosen = counting < 1.0
    where, segments, met, counting = where[chosen], segments[chosen], met[chosen], counting[chosen]
    rows = np.empty(len(where), np.int64)
    _rows(
        seed,
        block.streams,
        block.replicates,
        segments,
        point_order(block.first, block.count)[1][where % block.count],
        block.receivers,
        receivers.first_row,
        receivers.cumulative_area,
        DIRECTION_NUMBERS,
        rows,
    )
    surfaces = receivers.surfaces[block.receivers[segments]]
    solar = optics.reflectance[surfaces, 0] * (1.0 - optics.specularity[surfaces, 0])
    keys = met * len(block.receivers) + segments
    is_there = np.zeros(len(receivers) * len(block.receivers), bool)
    is_there[keys] = True
    own = (np.cumsum(is_there) - 1)[keys]
    keys = np.flatnonzero(is_there)
    of_rays = keys % len(block.receivers)
    behind = replace(
        block,
        receivers=keys // len(block.receivers),
        streams=block.streams[of_rays],
        replicates=block.replicates[of_rays],
    )
    points = LitPoints(rays.origins_m[where], receivers.frames[rows, 9:12].copy(), counting * solar, own)
    return behind, points
