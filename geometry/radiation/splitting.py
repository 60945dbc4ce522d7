"""The first reflection of a path, split: one image in the mirror and many directions of scattered light.

What a surface gets by way of another is noisy by the direction in which that other scatters, hardly by
where the ray met it.  A point that was found by one ray is therefore left in many directions, as many
as it reflects light: that costs no more first rays.
"""

from __future__ import annotations

import numpy as np
from numba import float32, int64, njit, uint32

from geometry.radiation.paths import diffuse_direction
from geometry.radiation.sampling import (
    BOUNCE,
    digital_shift,
    sobol_word,
    unit_interval,
)


@njit(cache=True, nogil=True)
def split_first_hits(  # type: ignore[no-untyped-def]
    branches,
    seed,
    streams,
    replicates,
    table,
    start_offset_m,
    frames,
    surface_of_side,
    reflectance,
    specularity,
    faces,
    distances_m,
    origins_m,
    directions,
    hits,
    indices,
    sun_weights,
    child_origins_m,
    child_directions,
    child_weights,
    child_segments,
    child_indices,
    child_branches,
    lit_origins_m,
    lit_normals,
    lit_weights,
    lit_segments,
):
    """Children of first rays that hit; returns how many, and how many points scatter sunlight.

    The mirror image is child 0 and carries the mirrored weights; of `branches` directions of scattered
    light as many are taken as the surface scatters of the band that it scatters most.  They share the
    point's own words of the sequence, each xored with one word of a net.  Sunlight that hit n scatters
    counts by `sun_weights[n]`.
    """
    count = listed = 0
    one, two = float32(1), float32(2)
    shifts = np.empty((streams.shape[0], 2), np.uint32)
    for r in range(streams.shape[0]):
        for d in range(2):
            shifts[r, d] = digital_shift(seed, streams[r], replicates[r], BOUNCE + d)
    start = np.empty(3, np.float32)
    for n in range(hits.shape[0]):
        i = hits[n]
        face, segment, index = faces[i], i // indices.shape[0], indices[i % indices.shape[0]]
        toward = float32(0)
        for k in range(3):
            toward += directions[i, k] * frames[face, 9 + k]
        sign = one if toward < 0 else -one
        surface = surface_of_side[face, 0 if toward < 0 else 1]
        if surface < 0:
            continue
        for k in range(3):
            along = origins_m[i, k] + distances_m[i] * directions[i, k]
            start[k] = along + sign * float32(start_offset_m) * frames[face, 9 + k]
        solar, infrared = reflectance[surface, 0], reflectance[surface, 1]
        mirror_sun, mirror_infrared = solar * specularity[surface, 0], infrared * specularity[surface, 1]
        solar, infrared = solar - mirror_sun, infrared - mirror_infrared
        if solar > 0 and lit_weights.shape[0] > 0:
            for k in range(3):
                lit_origins_m[listed, k] = start[k]
                lit_normals[listed, k] = sign * frames[face, 9 + k]
            lit_weights[listed], lit_segments[listed] = solar * sun_weights[n], segment
            listed += 1
        scattered = int64(np.ceil(branches * max(solar, infrared)))
        first = 0 if max(mirror_sun, mirror_infrared) > 0 else 1
        words = sobol_word(index, BOUNCE, table) ^ shifts[segment, 0]
        others = sobol_word(index, BOUNCE + 1, table) ^ shifts[segment, 1]
        for branch in range(first, scattered + 1):
            if branch == 0:
                child_weights[count, 0], child_weights[count, 1] = mirror_sun, mirror_infrared
                for k in range(3):
                    child_directions[count, k] = directions[i, k] - two * toward * frames[face, 9 + k]
            else:
                child_weights[count, 0] = solar / float32(scattered)
                child_weights[count, 1] = infrared / float32(scattered)
                u = unit_interval(words ^ sobol_word(uint32(branch - 1), 0, table))
                v = unit_interval(others ^ sobol_word(uint32(branch - 1), 1, table))
                diffuse_direction(frames, face, sign, u, v, child_directions, count)
            for k in range(3):
                child_origins_m[count, k] = start[k]
            child_segments[count], child_indices[count] = segment, index
            child_branches[count] = branch
            count += 1
    return count, listed
