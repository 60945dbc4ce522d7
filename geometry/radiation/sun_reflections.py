"""Sunlight that other surfaces scatter or mirror.

Light whose first reflection is diffuse is found backwards: wherever a path from a receiver meets a
scattering surface, a ray looks for the Sun.  Light whose first reflection is in a mirror cannot be found
that way (the Sun is too small to be hit by chance) and is traced forward from the mirror.  Together the
two hold every path once.
"""

from __future__ import annotations

import numpy as np
from numba import float32, njit

from geometry.radiation.accuracy import Accuracy, RayBudget, standard_error
from geometry.radiation.blocks import ordered_map
from geometry.radiation.paths import TracedCraft
from geometry.radiation.ray_caster import Float32Array
from geometry.radiation.receivers import Receivers
from geometry.radiation.sky_view import LitPoints, PathState, follow_paths
from geometry.radiation.sun import SunBlock, SunDirections, projected_share, rays_to_sun, sun_blocks
from geometry.validation import FloatArray

LOOKS_PER_RAY = 2
"""Looks at the Sun per ray cast, at most; beyond it the points take turns among the directions."""

MIRROR_FACTOR = 64
"""Points on a mirror over points per receiver, where the latter is given: its light spreads over many."""

_MIRROR_STREAM = 1 << 41


@njit(cache=True, nogil=True)
def _looks(directions, step, origins, normals, weights, segments, starts, rays, values, groups, owners):  # type: ignore[no-untyped-def]
    """Rays from scattering points to the Sun: every `step`-th point for each direction, in turn."""
    count = 0
    for g in range(directions.shape[0]):
        for i in range(g % step, weights.shape[0], step):
            cosine = (
                normals[i, 0] * directions[g, 0]
                + normals[i, 1] * directions[g, 1]
                + normals[i, 2] * directions[g, 2]
            )
            if cosine <= 0.0:
                continue
            for k in range(3):
                starts[count, k] = origins[i, k]
                rays[count, k] = float32(directions[g, k])
            values[count] = cosine * weights[i] * step
            groups[count] = g
            owners[count] = segments[i]
            count += 1
    return count


def scattered_sunlight(
    points: LitPoints, craft: TracedCraft, suns: SunDirections, rays_cast: int, sums: FloatArray
) -> int:
    """Add to `sums` (segments, G) what points scatter of each Sun direction; returns rays traced.

    Per unit of solar flux and times the number of rays cast: weight x cosine x visible.  `rays_cast`
    is the size of the block of rays that found the points.
    """
    looks = len(suns) * len(points.weights) / (LOOKS_PER_RAY * rays_cast)
    step = 1 << max(0, int(np.ceil(np.log2(looks)))) if looks > 0.0 else 1
    room = len(suns) * (len(points.weights) // step + 1)
    starts, rays = np.empty((room, 3), np.float32), np.empty((room, 3), np.float32)
    values, groups, owners = np.empty(room), np.empty(room, np.int64), np.empty(room, np.int64)
    count = _looks(
        suns.directions,
        step,
        points.origins_m,
        points.normals,
        points.weights,
        points.segments,
        starts,
        rays,
        values,
        groups,
        owners,
    )
    if count:
        seen = ~craft.caster.is_blocked(starts[:count], rays[:count])
        flat = owners[:count][seen] * len(suns) + groups[:count][seen]
        sums += np.bincount(flat, values[:count][seen], sums.size).reshape(sums.shape)
    return count


def mirrored_sunlight(
    craft: TracedCraft,
    sources: Receivers,
    suns: SunDirections,
    accuracy: Accuracy,
    budget: RayBudget,
) -> FloatArray:
    """Sunlight absorbed after a first reflection in a mirror, traced forward from the mirrors.

    Backward paths find the Sun only where it was scattered; what a mirror sends on starts here and is
    followed through all further reflections.

    Parameters
    ----------
    sources : Receivers
        The surfaces of the same mesh.

    Returns
    -------
    array (R, G, receivers)
        m^2: absorbed watts per W/m^2 of solar flux.
    """
    absorbed = np.zeros((accuracy.replicates, len(suns), len(craft.receivers)))
    optics = craft.reflecting
    shine = optics.reflectance[sources.surfaces, 0] * optics.specularity[sources.surfaces, 0]
    projected = projected_share(sources, suns.directions)
    group, source = np.nonzero((projected > 0.0) & (shine > 0.0) & ~sources.is_free)
    if not group.size:
        return absorbed
    count = accuracy.first_points(len(group), budget.left, len(suns)) * (
        MIRROR_FACTOR if accuracy.is_fixed else 1
    )
    done, worst = 0, np.zeros(0)
    sums = np.zeros_like(absorbed)
    active = np.unique(group)
    scale = craft.absorptances[0] * craft.receivers.total_areas_m2
    scale = np.where(scale > 0.0, scale, np.inf)
    while active.size:
        pairs = np.flatnonzero(np.isin(group, active))
        if not budget.take(2 * len(pairs) * accuracy.replicates * (count - done), first=not done):
            budget.unmet += worst[worst > 1.0].tolist()
            break

        streams = _MIRROR_STREAM + source[pairs] + len(sources) * group[pairs]
        work = (
            block
            for p, stream in zip(pairs, streams, strict=True)
            for block in sun_blocks(
                group[[p]], source[[p]], stream[None], accuracy.replicates, done, count - done
            )
        )

        def cast(block: SunBlock) -> tuple[SunBlock, FloatArray]:
            return block, _mirror_sums(craft, sources, suns, block, accuracy.seed)

        for block, answer in ordered_map(cast, work, accuracy.threads):
            g, j = block.groups[0], block.rays.receivers[0]
            power = shine[j] * projected[g, j] * sources.total_areas_m2[j]
            sums[block.rays.replicates, g] += power * answer
        done = count
        absorbed[:, active] = sums[:, active] / done
        flux = suns.flux_w_m2[active, None] * absorbed[:, active] / scale
        worst = accuracy.excess(flux.mean(axis=0), standard_error(flux, axis=0)).max(axis=1)
        active = active[worst > 1.0]
        if accuracy.is_fixed:
            break
        count *= 2
    return absorbed


def _mirrored(to_sun: Float32Array, normals: FloatArray) -> Float32Array:
    """Directions in which light that comes from `to_sun` leaves a mirror, (n, 3)."""
    twice = 2.0 * np.einsum("ik,ik->i", to_sun, normals)
    return np.ascontiguousarray(twice[:, None] * normals - to_sun, dtype=np.float32)


def _mirror_sums(
    craft: TracedCraft, sources: Receivers, suns: SunDirections, block: SunBlock, seed: int
) -> FloatArray:
    """Absorbed share of the light that a source mirrors, summed over points, (K, receivers)."""
    deposits = np.zeros((len(block.groups), len(craft.receivers) + 2))
    origins, rays, rows = rays_to_sun(craft, sources, block, suns, seed)
    lit = np.flatnonzero(~craft.caster.is_blocked(origins, rays))
    state = PathState.begin(
        np.ascontiguousarray(origins[lit]),
        _mirrored(rays[lit], sources.normals[rows[lit]]),
        np.tile(np.array([1.0, 0.0], np.float32), (len(lit), 1)),
        lit // block.rays.count,
        (block.rays.first + lit % block.rays.count).astype(np.uint32),
    )
    faces, distances = craft.caster.first_hit(state.origins_m, state.directions)
    follow_paths(state, faces, distances, block.rays, craft, seed, [], None, deposits)
    return deposits[:, :-2]
