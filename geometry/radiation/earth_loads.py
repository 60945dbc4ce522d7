"""Earth loads of a run of receivers: the unshaded plate as base, rays where the craft is in the way.

A receiver with nothing before it is exact and costs no rays.  For the others the estimate of what
comes straight from the Earth is ``escaped + c (base - escaped - blocked)``: `escaped` and `blocked`
are ray sums over the directions that leave the craft and that meet it, `base` is the exact load of the
unshaded plate, and c, the escaped share of the load, makes the two errors cancel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geometry.radiation.accuracy import STOPPING_MARGIN, Accuracy, RayBudget, standard_error
from geometry.radiation.blocks import ordered_map
from geometry.radiation.clipped_loads import ClippedLoads, clipped_loads, joined
from geometry.radiation.earth import EarthScene
from geometry.radiation.earth_sums import PackedScene, earth_sums, packed_scene
from geometry.radiation.paired_links import MOST_PAIRED, link_weights, points_behind, scattering
from geometry.radiation.paths import TracedCraft
from geometry.radiation.plate_to_earth import unshaded_plates
from geometry.radiation.ray_caster import Float32Array
from geometry.radiation.shade_cache import ShadeCache
from geometry.radiation.sky_view import RayBlock, first_rays, follow_rays, ray_blocks
from geometry.radiation.sun import SunDirections
from geometry.radiation.sun_reflections import LOOKS_PER_RAY, scattered_sunlight
from geometry.validation import FloatArray, IntArray

PLATE_NODES = ((5e-3, 6, 4), (2e-3, 7, 5), (1e-3, 8, 6), (3e-4, 10, 8), (0.0, 14, 10))
"""Gauss nodes of plates that are shaded, in rings and around them, from a tolerance on.  Over 18,000 plates
from 250 to 1,900 km their errors over the load, at least 1 W/m^2, are 5.8e-4, 2.4e-4, 1.1e-4 and 2.6e-5 at
worst: an eighth of what is allowed and less."""

RECEIVERS_TOGETHER = 1000
"""Receivers whose shadows are clipped in one go, by the same light: memory."""

ESCAPES_MATTER_FROM = 0.25
"""Blocked share of the hemisphere from which on escaped rays are summed too (else c = 1)."""

HALF_STEPS_FROM = 2048
"""Points per replicate from which on rounds grow by less than twice: rays beyond the need are what costs."""

MOST_BRANCHES, BRANCHES_PER_ROOT = 32, 4.0
"""Branches of a first hit: about so many over the root of the blocked share, measured on the presets, where
what they scatter is what is noisy."""


@dataclass(frozen=True, eq=False)
class EarthLoads:
    """Replicates of what C receivers get, at T times and from G Sun directions; R = 1 where no ray was cast.

    Parameters
    ----------
    direct : array (R, 3, T, C)
        View factor to the Earth; albedo and Earth infrared straight from it, W/m^2.
    reflected : array (R, 2, T, C)
        Albedo and Earth infrared by way of other surfaces, W/m^2.
    scattered_sun : array (R, G, C)
        Sunlight scattered by other surfaces, per unit of solar flux.
    own_share : array (R, C)
        Share of the cosine-weighted hemisphere that the craft itself fills.
    unseen : array (3, T, C)
        Standard error to assume where no ray at all met the Earth, same units as `direct`.
    overlooked : array (3, T, C)
        Likewise where rays met the Earth and none of them the craft on its way: that of the one ray
        that might have.
    own_error : array (C,)
        Discretisation error of `own_share` where shadows are clipped.
    rays : int array (C,)
        Rays started from each receiver.
    is_clipped : bool array (C,)
        Whether `direct` comes from clipped shadows; `unseen` is then its discretisation error.
    """

    direct: FloatArray
    reflected: FloatArray
    scattered_sun: FloatArray
    own_share: FloatArray
    unseen: FloatArray
    overlooked: FloatArray
    own_error: FloatArray
    rays: IntArray
    is_clipped: np.ndarray


def more_points(count: int) -> int:
    """Points of the next round: twice as many, later by half and a third in turn.

    What is added is a power of two and begins at a multiple of it, as `point_order` takes it.
    """
    if count < HALF_STEPS_FROM:
        return 2 * count
    is_power = count & (count - 1) == 0
    return count + (count // 2 if is_power else count // 3)


class _RaySums:
    """Running sums over the rays of C receivers, by replicate."""

    def __init__(self, receivers: int, replicates: int, times: int, suns: int) -> None:
        self.escaped = np.zeros((receivers, replicates, times, 3))
        self.blocked = np.zeros((receivers, replicates, times, 3))
        self.reflected = np.zeros((receivers, replicates, times, 3))
        self.sun = np.zeros((receivers, replicates, suns))
        self.hits = np.zeros((receivers, replicates))
        # points cast, and those of them whose light from the Earth, and from the Sun, was summed
        self.points, self.earth_points, self.sun_points = np.zeros((3, receivers), dtype=np.int64)

    def per_point(self, sums: FloatArray) -> FloatArray:
        """Means over the points whose light from the Earth was summed; zero where none were."""
        return sums / np.maximum(self.earth_points, 1).reshape(-1, *[1] * (sums.ndim - 1))

    @property
    def own(self) -> FloatArray:
        """Share of the rays that met the craft, (receivers, replicates)."""
        return self.hits / np.maximum(self.points, 1)[:, None]

    @property
    def scattered_sun(self) -> FloatArray:
        """Means over those points from which the Sun was looked for."""
        return self.sun / np.maximum(self.sun_points, 1)[:, None, None]


@dataclass(frozen=True)
class _Kind:
    """What the rays of a block are cast for."""

    with_escapes: bool
    with_straight: bool
    with_reflected: bool
    look_at_sun: bool
    branches: int


_FOR_OTHERS = _Kind(False, False, False, False, 0)
"""Rays of a surface that scatters sunlight to others."""


@dataclass(frozen=True, eq=False)
class _Round:
    """What the blocks of one round share; `weights` are the `link_weights`, where links are paired."""

    craft: TracedCraft
    scene: EarthScene
    packed: PackedScene
    suns: SunDirections
    accuracy: Accuracy
    weights: Float32Array | None


@dataclass(frozen=True, eq=False)
class _BlockSums:
    """What one block of rays adds, and the sunlight scattered from where they began to what they met."""

    block: RayBlock
    escaped: FloatArray
    blocked: FloatArray
    reflected: FloatArray
    sun: FloatArray
    hits: FloatArray
    behind: RayBlock | None
    sun_behind: FloatArray
    links: IntArray  # (2, n), receivers that rays left and met
    extra_rays: int
    cut: float


def _cast_block(block: RayBlock, kind: _Kind, work: _Round) -> _BlockSums:
    craft, scene, accuracy, suns = work.craft, work.scene, work.accuracy, work.suns
    first = first_rays(block, craft, accuracy.seed)
    rays = follow_rays(
        first,
        craft,
        accuracy.seed,
        reflections=accuracy.reflections and kind != _FOR_OTHERS,
        look_at_sun=kind.look_at_sun,
        branches=kind.branches,
        sun_weights=work.weights,
    )
    segments = len(block.receivers)
    shape = (segments, len(scene), 3)
    sums = [np.zeros(shape) for _ in range(3)]
    lists = (
        (rays.escaped,) if kind.with_escapes else (),
        (rays.blocked,) if kind.with_straight else (),
        rays.exits if kind.with_reflected else (),
    )
    for out, several in zip(sums, lists, strict=True):
        for one in several:
            earth_sums(one, work.packed, scene.flattening, scene.is_uniform, out)
    sun = np.zeros((segments, len(suns)))
    looks = sum(scattered_sunlight(points, craft, suns, len(block), sun) for points in rays.lit_points)
    behind, sun_behind, links = None, sun[:0], np.zeros((2, 0), dtype=np.int64)
    if work.weights is not None:
        behind, points = points_behind(first, craft, accuracy.seed, work.weights)
        sun_behind = np.zeros((len(behind.receivers), len(suns)))
        looks += scattered_sunlight(points, craft, suns, len(block), sun_behind)
        links = first.links(craft)
    hits = np.diff(rays.blocked.ends, prepend=0).astype(float)
    extra = rays.traced - len(block) + looks
    return _BlockSums(block, sums[0], sums[1], sums[2], sun, hits, behind, sun_behind, links, extra, rays.cut)


def earth_loads(
    craft: TracedCraft,
    chosen: IntArray,
    scene: EarthScene,
    suns: SunDirections,
    direct_sun_w_m2: FloatArray,
    accuracy: Accuracy,
    budget: RayBudget,
    report: Callable[[float], None],
    clipped: ClippedLoads | None,
    is_clipped: np.ndarray,
) -> EarthLoads:
    """Earth loads and scattered sunlight of the receivers `chosen` (C,), rays doubled until exact enough.

    Parameters
    ----------
    craft : TracedCraft
    chosen : int array (C,)
        Receivers.
    scene : EarthScene
        T times.
    suns : SunDirections
        G directions.
    direct_sun_w_m2 : array (G, C)
        Sunlight that comes straight, by which scattered sunlight is judged.
    accuracy : Accuracy
    budget : RayBudget
    report : callable
        Called with the share of receivers that are done.
    clipped : ClippedLoads
        Direct loads of those whose shadows are clipped; rays then only bring what is reflected.
    is_clipped : bool array (C,)
        Which they are.
    """
    base = np.zeros((len(chosen), len(scene), 3))
    base[~is_clipped] = _base(craft, chosen[~is_clipped], scene, accuracy.threads)
    active = np.flatnonzero(~craft.receivers.is_free[chosen] & (accuracy.reflections | ~is_clipped))
    sums = _RaySums(len(chosen), accuracy.replicates if active.size else 1, len(scene), len(suns))
    with_escapes = np.ones(len(chosen), bool)
    packed = packed_scene(scene)
    is_paired = accuracy.reflections and not accuracy.is_fixed and len(craft.receivers) <= MOST_PAIRED
    links = np.zeros((len(craft.receivers),) * 2 if is_paired else (0, 0), bool)
    sources = scattering(craft, suns) if is_paired and len(suns) else np.zeros(len(craft.receivers), bool)
    place = np.full(len(craft.receivers), -1)
    place[chosen] = np.arange(len(chosen))
    count, done = accuracy.first_points(len(active), budget.left), 0
    look, to_earth = np.full(len(chosen), len(suns) > 0), np.ones(len(chosen), bool)
    branches = np.ones(len(chosen), dtype=np.int64)
    worst, cost = np.zeros(len(chosen)), np.ones(len(chosen))
    while active.size:
        if done:  # the last rays go to the worst estimates
            ranked = active[np.argsort(-worst[active], kind="stable")]
            spent = np.cumsum(cost[ranked]) * accuracy.replicates * (count - done)
            affordable = int(np.searchsorted(spent, budget.left, side="right"))
            budget.unmet += worst[ranked[affordable:]].tolist()
            active = np.sort(ranked[:affordable])
            if not affordable:
                break
        weights, others = None, active[:0]
        is_active = np.zeros(len(craft.receivers), bool)
        is_active[chosen[active]] = True
        if is_paired and look[active].any():
            wanted = np.zeros_like(is_active)
            wanted[chosen[active[look[active]]]] = True
            weights = link_weights(craft, links if done else np.ones_like(links), wanted, sources)
            others = np.flatnonzero((weights < 1.0).any(axis=0) & ~is_active)
        budget.take((active.size + others.size) * accuracy.replicates * (count - done), first=True)
        # clipped shadows leave rays what is reflected
        straight_rays = to_earth & ~is_clipped
        kinds = np.stack([straight_rays & with_escapes, straight_rays, to_earth, look, branches], axis=1)
        kinds = kinds[active]
        work = [
            (block, _Kind(bool(kind[0]), bool(kind[1]), bool(kind[2]), bool(kind[3]), int(kind[4])))
            for kind in np.unique(kinds, axis=0)
            for block in ray_blocks(
                chosen[active[(kinds == kind).all(axis=1)]], accuracy.replicates, done, count - done
            )
        ]
        work += [
            (block, _FOR_OTHERS) for block in ray_blocks(others, accuracy.replicates, done, count - done)
        ]
        shared = _Round(craft, scene, packed, suns, accuracy, weights)

        def cast(job: tuple[RayBlock, _Kind], shared: _Round = shared) -> _BlockSums:
            return _cast_block(*job, shared)

        for made in ordered_map(cast, work, accuracy.threads):
            if is_active[made.block.receivers[0]]:
                at = place[made.block.receivers], made.block.replicates
                sums.escaped[at] += made.escaped
                sums.blocked[at] += made.blocked
                sums.reflected[at] += made.reflected
                sums.sun[at] += made.sun
                sums.hits[at] += made.hits
            if made.behind is not None:
                at = place[made.behind.receivers], made.behind.replicates
                np.add.at(sums.sun, at, made.sun_behind)
                links[made.links[0], made.links[1]] = True
            budget.add_reflected(made.extra_rays)
            budget.cut_weight += made.cut
        sums.sun_points[active[look[active]]] += count - done
        sums.earth_points[active[to_earth[active]]] += count - done
        sums.points[active] = count
        if not done:
            with_escapes = sums.own.mean(axis=1) > ESCAPES_MATTER_FROM
        if accuracy.is_fixed:
            break
        straight, reflected, by_sun = _excesses(
            _estimates(sums, base, with_escapes, clipped, is_clipped), suns, direct_sun_w_m2, accuracy
        )
        worst = np.maximum(np.maximum(straight, reflected), by_sun)
        active = active[worst[active] > 1.0]
        # from here on each is cast for what it still lacks
        look, to_earth = look & (by_sun > 1.0), np.maximum(straight, reflected) > 1.0
        own = np.maximum(sums.own.mean(axis=1), 1e-4)
        noisy = (reflected > 1.0) & (reflected > 1.2 * straight)
        wanted = np.where(noisy, BRANCHES_PER_ROOT / np.sqrt(own), 1.0)
        branches = 1 << np.log2(np.clip(wanted, 1, MOST_BRANCHES)).round().astype(np.int64)
        cost = 1.0 + own * (1.0 + branches) + np.where(look, np.minimum(LOOKS_PER_RAY, own * len(suns)), 0)
        report(1.0 - active.size / len(chosen))
        done, count = count, more_points(count)
    return _estimates(sums, base, with_escapes, clipped, is_clipped)


def straight_loads(
    scene: EarthScene, accuracy: Accuracy, budget: RayBudget, shades: ShadeCache
) -> tuple[ClippedLoads | None, np.ndarray]:
    """Clipped loads of those of all receivers that take them, and which they are, bool (receivers,).

    Receivers whose shadows are too intricate to be clipped as well as is asked are left to rays, where
    those come nearer to it.
    """
    is_clipped = shades.clips_earth(accuracy, len(scene))
    made = []
    which = np.flatnonzero(is_clipped)
    for begin in range(0, len(which), RECEIVERS_TOGETHER):
        some = which[begin : begin + RECEIVERS_TOGETHER]
        unshaded = np.zeros((3, len(scene), len(shades.flat.normals)))
        used = np.unique(shades.flat.normal_index[np.isin(shades.flat.receiver, some)])
        unshaded[..., used] = _unshaded(
            shades.flat.normals[used], scene, accuracy.threads, accuracy.tolerance
        )
        found = clipped_loads(shades, some, scene, unshaded, accuracy)
        missed = accuracy.excess(found.direct[1:], found.error[1:]).max(axis=(0, 1))
        left = budget.left / max(1, int((missed > STOPPING_MARGIN).sum()))
        kept = missed <= STOPPING_MARGIN * max(1.0, shades.rays_miss(accuracy, left))
        budget.unmet += missed[kept & (missed > 1.0)].tolist()
        is_clipped[some] = kept
        made.append(found.of(kept))
    return (joined(made) if made else None), is_clipped


def _unshaded(normals: FloatArray, scene: EarthScene, threads: int, tolerance: float = 0.0) -> FloatArray:
    """`unshaded_plates`, blocks of times over threads, by nodes that suit a tolerance; 0: the most."""
    ring, arc = next((r, a) for from_, r, a in PLATE_NODES if tolerance >= from_)
    step = max(1, min(64, -(-len(scene) // (4 * threads))))
    parts = [scene.part(slice(t, t + step)) for t in range(0, len(scene), step)]
    return np.concatenate(
        list(
            ordered_map(
                lambda part: unshaded_plates(normals, part, ring_nodes=ring, arc_nodes=arc), parts, threads
            )
        ),
        axis=1,
    )


def _base(craft: TracedCraft, chosen: IntArray, scene: EarthScene, threads: int) -> FloatArray:
    """Unshaded load of each chosen receiver, (C, T, 3)."""
    receivers = craft.receivers
    base = np.empty((len(chosen), 3, len(scene)))
    if not len(chosen):
        return np.moveaxis(base, 1, -1)
    normals, index = receivers.distinct_normals
    rows = np.isin(receivers.row_receiver, chosen)
    used, compact = np.unique(index[rows], return_inverse=True)
    per_row = _unshaded(normals[used], scene, threads)[..., compact] * receivers.area_shares[rows]
    order = np.argsort(chosen)
    starts = np.searchsorted(receivers.row_receiver[rows], chosen[order])
    base[order] = np.moveaxis(np.add.reduceat(per_row, starts, axis=-1), -1, 0)
    return np.ascontiguousarray(np.moveaxis(base, 1, -1))


def _estimates(
    sums: _RaySums,
    base: FloatArray,
    with_escapes: np.ndarray,
    clipped: ClippedLoads | None,
    is_clipped: np.ndarray,
) -> EarthLoads:
    escaped, blocked = sums.per_point(sums.escaped), sums.per_point(sums.blocked)
    reflected, own = sums.per_point(sums.reflected), sums.own
    cast = (sums.earth_points > 0)[:, None, None]
    total = escaped.mean(axis=1) + blocked.mean(axis=1)
    unseen = cast & with_escapes[:, None, None] & (total <= 0.0)
    open_share = np.broadcast_to(1.0 - own.mean(axis=1)[:, None, None], total.shape)
    share = np.where(total > 0.0, escaped.mean(axis=1) / np.where(total > 0.0, total, 1.0), open_share)
    share = np.where(with_escapes[:, None, None] & cast, share, 1.0)[:, None]
    straight = base[:, None] - blocked
    mixed = escaped + share * (straight - escaped)
    direct = np.where(with_escapes[:, None, None, None], mixed, straight)
    guess = np.where(unseen, base * np.sqrt(open_share * (1.0 - open_share)), 0.0)
    to_earth = sums.earth_points[:, None] * sums.hits.shape[1] * base[..., 0].max(axis=1, keepdims=True)
    one_ray = base / np.maximum(to_earth, 1.0)[..., None]
    overlooked = np.where(cast & ~unseen & (blocked.mean(axis=1) <= 0.0), one_ray, 0.0)
    from_earth = np.ascontiguousarray(np.moveaxis(direct, (0, 1, 2, 3), (3, 0, 2, 1)))
    own_share, own_error = own.T.copy(), np.zeros(len(own))
    unseen_loads = np.ascontiguousarray(np.moveaxis(guess, (0, 1, 2), (2, 1, 0)))
    overlooked_loads = np.ascontiguousarray(np.moveaxis(overlooked, (0, 1, 2), (2, 1, 0)))
    if clipped is not None:
        from_earth[..., is_clipped] = clipped.direct
        unseen_loads[..., is_clipped] = clipped.error
        overlooked_loads[..., is_clipped] = 0.0
        own_share[:, is_clipped] = clipped.own_share
        own_error[is_clipped] = clipped.own_error
    return EarthLoads(
        direct=from_earth,
        reflected=np.moveaxis(reflected[..., 1:], (0, 1, 2, 3), (3, 0, 2, 1)),
        scattered_sun=np.moveaxis(sums.scattered_sun, 0, -1),
        own_share=own_share,
        unseen=unseen_loads,
        overlooked=overlooked_loads,
        own_error=own_error,
        rays=sums.points * sums.hits.shape[1],
        is_clipped=is_clipped,
    )


def _excesses(
    loads: EarthLoads, suns: SunDirections, direct_sun_w_m2: FloatArray, accuracy: Accuracy
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Largest standard error of each receiver over the error aimed at, (C,): of what comes straight
    from the Earth, of that with what is reflected, and of scattered sunlight."""
    direct = loads.direct[:, 1:]
    both = direct + loads.reflected
    value = both.mean(axis=0)
    straight = accuracy.excess(direct.mean(axis=0), standard_error(direct)).max(axis=(0, 1))
    straight = np.maximum(straight, accuracy.excess(value, loads.overlooked[1:]).max(axis=(0, 1)))
    reflected = accuracy.excess(value, standard_error(both)).max(axis=(0, 1))
    by_sun = np.zeros_like(straight)
    if len(suns):
        sun = suns.flux_w_m2[:, None] * loads.scattered_sun
        by_sun = accuracy.excess(direct_sun_w_m2 + sun.mean(axis=0), standard_error(sun)).max(axis=0)
    return straight, reflected, by_sun
