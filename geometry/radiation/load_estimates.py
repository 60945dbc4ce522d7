"""Sun and Earth together: replicates of all loads, in blocks of times and of receivers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from geometry.constants import SOLAR_RADIUS_M
from geometry.environment import Environment
from geometry.orbit.states import OrbitStates
from geometry.radiation.accuracy import Accuracy, RayBudget
from geometry.radiation.door import Progress
from geometry.radiation.earth import EarthScene, earth_scene
from geometry.radiation.earth_loads import EarthLoads, earth_loads, straight_loads
from geometry.radiation.paths import TracedCraft
from geometry.radiation.receivers import Receivers
from geometry.radiation.shade_cache import ShadeCache
from geometry.radiation.sun import SunDirections, lit_shares, sun_directions
from geometry.radiation.sun_reflections import mirrored_sunlight
from geometry.radiation.time_weights import TimeWeights, time_weights
from geometry.validation import FloatArray, IntArray

LOADS = ("solar", "albedo", "earth_infrared")
"""The load axis of every result."""

TIMES_PER_BLOCK = 1024
SUN_VALUES_PER_BLOCK = 2**25
EARTH_VALUES_PER_BLOCK = 2**19

PROGRESS_STEPS = 1000


@dataclass(frozen=True, eq=False)
class LoadEstimates:
    """Replicates of the loads of C receivers at T times, per area of the receiver; R = 1 where all agree.

    Parameters
    ----------
    times, receivers : slice
        Where these T times and C receivers stand among all.
    incident_w_m2 : array (R, 3, T, C)
        Straight from the source; loads in the order of `LOADS`.
    absorbed_w_m2 : array (R, 3, T, C)
        With what other surfaces reflect.
    view_factor_earth : array (R, T, C)
    own_share : array (R, C)
        Share of the hemisphere filled by the craft.
    incident_mean_w_m2, absorbed_mean_w_m2 : array (R, 3, C)
        These times' part of the mean over all times.
    view_factor_earth_mean : array (R, C)
        Likewise.
    unseen_incident_w_m2, unseen_absorbed_w_m2 : array (3, T, C)
        Standard error of the loads to assume beside that of the replicates: what no ray found.
    unseen_view_factor : array (T, C)
        Likewise of the view factor to the Earth.
    unseen_incident_mean_w_m2, unseen_absorbed_mean_w_m2 : array (3, C)
        These times' part of those of the means; all times share the rays.
    unseen_view_factor_mean : array (C,)
        Likewise.
    own_error : array (C,)
        Discretisation error of `own_share` where shadows are clipped.
    rays : int array (C,)
        Rays started from each receiver towards the sky.
    is_clipped : bool array (C,)
        Whether what comes straight from the Earth is from clipped shadows.
    """

    times: slice
    receivers: slice
    incident_w_m2: FloatArray
    absorbed_w_m2: FloatArray
    view_factor_earth: FloatArray
    own_share: FloatArray
    incident_mean_w_m2: FloatArray
    absorbed_mean_w_m2: FloatArray
    view_factor_earth_mean: FloatArray
    unseen_incident_w_m2: FloatArray
    unseen_absorbed_w_m2: FloatArray
    unseen_view_factor: FloatArray
    unseen_incident_mean_w_m2: FloatArray
    unseen_absorbed_mean_w_m2: FloatArray
    unseen_view_factor_mean: FloatArray
    own_error: FloatArray
    rays: IntArray
    is_clipped: np.ndarray

    def of_whole(self, shares: FloatArray) -> LoadEstimates:
        """Those of whole receivers from those of the shares (C,) that another body does not cover."""
        if (shares == 1.0).all():
            return self
        kept = {"times", "receivers", "own_share", "rays", "is_clipped"}
        scaled = {n: getattr(self, n) * shares for n in self.__dataclass_fields__ if n not in kept}
        return replace(self, own_share=1.0 - shares * (1.0 - self.own_share), **scaled)


def load_estimates(
    craft: TracedCraft,
    sources: Receivers,
    states: OrbitStates,
    environment: Environment,
    accuracy: Accuracy,
    budget: RayBudget,
    progress: Progress | None = None,
    shades: ShadeCache | None = None,
) -> Iterator[LoadEstimates]:
    """Estimates of all loads, block by block of times, and in each by runs of receivers.

    Parameters
    ----------
    craft : TracedCraft
        Its receivers are what is asked for.
    sources : Receivers
        The surfaces of the same mesh, from which mirrors send sunlight on.
    states : OrbitStates
        Of one satellite.
    environment : Environment
    accuracy : Accuracy
    budget : RayBudget
    progress : callable
        Called with (done, total) now and then.
    shades : ShadeCache
        Where given, shadows on flat receivers are clipped.
    """
    scene = earth_scene(states, environment)
    weights = time_weights(states, environment.earth_shape)
    half_angle = float(np.arcsin(SOLAR_RADIUS_M / states.sun_distance_m.mean()))
    receivers, times = len(craft.receivers), len(scene)
    together = max(1, min(TIMES_PER_BLOCK, SUN_VALUES_PER_BLOCK // (accuracy.replicates * receivers)))
    run = max(1, EARTH_VALUES_PER_BLOCK // (accuracy.replicates * min(times, together)))
    blocks = [slice(t, min(t + together, times)) for t in range(0, times, together)]
    runs = [slice(g, min(g + run, receivers)) for g in range(0, receivers, run)]
    finished, units = 0, len(blocks) * (len(runs) + 1)

    def report(part: float) -> None:
        if progress is not None:
            progress(round(PROGRESS_STEPS * (finished + part) / units), PROGRESS_STEPS)

    report(0.0)
    for number, block in enumerate(blocks):
        for_block = budget.share(1.0 / (len(blocks) - number))
        part = scene.part(block)
        in_block = TimeWeights(weights.everywhere[block], weights.sunlit[block])
        sun = _sunlight(craft, sources, part, in_block, half_angle, accuracy, for_block, shades)
        clipped, is_clipped = None, np.zeros(receivers, bool)
        if shades is not None:
            clipped, is_clipped = straight_loads(part, accuracy, for_block, shades)
        finished += 1
        report(0.0)
        for position, chosen in enumerate(runs):
            within = np.isin(np.flatnonzero(is_clipped), np.arange(chosen.start, chosen.stop))
            for_run = for_block.share(1.0 / (len(runs) - position))
            earth = earth_loads(
                craft,
                np.arange(chosen.start, chosen.stop),
                part,
                sun.suns,
                sun.direct_w_m2[:, chosen],
                accuracy,
                for_run,
                report,
                clipped.of(within) if clipped is not None else None,
                is_clipped[chosen],
            )
            for_block.settle(for_run)
            yield _assembled(craft, block, chosen, part, in_block, sun, earth)
            finished += 1
            report(0.0)
        budget.settle(for_block)


@dataclass(frozen=True, eq=False)
class _Sunlight:
    """What comes from G directions of the Sun, per unit of its flux, for all receivers."""

    suns: SunDirections
    straight: FloatArray  # (R, G, receivers)
    unseen: FloatArray  # (G, receivers), error of `straight` beside that of its replicates
    mirrored: FloatArray  # (R, G, receivers), absorbed per area

    @property
    def direct_w_m2(self) -> FloatArray:
        """Flux straight from the Sun, (G, receivers)."""
        return self.suns.flux_w_m2[:, None] * self.straight.mean(axis=0)


def _sunlight(
    craft: TracedCraft,
    sources: Receivers,
    scene: EarthScene,
    weights: TimeWeights,
    half_angle_rad: float,
    accuracy: Accuracy,
    budget: RayBudget,
    shades: ShadeCache | None,
) -> _Sunlight:
    needed = ((scene.sunlit_fraction > 0.0) | (weights.sunlit > 0.0)) & (scene.solar_flux_w_m2 > 0.0)
    suns = sun_directions(scene.sun_body, scene.solar_flux_w_m2, needed, half_angle_rad)
    for_shadows = budget.share(0.4)
    projected, lit, unseen = lit_shares(craft, suns, accuracy, for_shadows, shades)
    budget.settle(for_shadows)
    if accuracy.reflections:
        for_mirrors = budget.share(0.3)
        mirrored = mirrored_sunlight(craft, sources, suns, accuracy, for_mirrors)
        budget.settle(for_mirrors)
    else:
        mirrored = np.zeros((1, *projected.shape))
    return _Sunlight(suns, projected * lit, projected * unseen, mirrored / craft.receivers.total_areas_m2)


def _assembled(
    craft: TracedCraft,
    times: slice,
    receivers: slice,
    scene: EarthScene,
    weights: TimeWeights,
    sun: _Sunlight,
    earth: EarthLoads,
) -> LoadEstimates:
    absorptance, emittance = craft.absorptances[:, receivers]
    group = sun.suns.of_time
    flux = np.where(group >= 0, scene.solar_flux_w_m2, 0.0)[:, None]
    if len(sun.suns):
        straight = flux * sun.straight[:, group, receivers]
        doubt = flux * sun.unseen[group, receivers]
        onward = absorptance * flux * earth.scattered_sun[:, group] + flux * sun.mirrored[:, group, receivers]
    else:
        straight = np.zeros_like(earth.direct[:, 0])
        onward = straight
        doubt = np.zeros(straight.shape[1:])
    absorbed_sun = absorptance * straight + onward
    lit = scene.sunlit_fraction[:, None]
    albedo, infrared = earth.direct[:, 1], earth.direct[:, 2]
    absorbed_albedo = absorptance * (albedo + earth.reflected[:, 0])
    absorbed_infrared = emittance * (infrared + earth.reflected[:, 1])

    def mean(solar: FloatArray, *others: FloatArray) -> FloatArray:
        means = [np.einsum("t,rtc->rc", weights.sunlit, solar)]
        return _side_by_side(*means, *(np.einsum("t,rtc->rc", weights.everywhere, x) for x in others))

    unseen = np.hypot(earth.unseen, earth.overlooked)
    unseen_mean = np.einsum("t,ltc->lc", weights.everywhere, unseen)
    sight = unseen[0].copy(), unseen_mean[0].copy()
    unseen[0] = doubt * lit
    unseen_mean[0] = np.einsum("t,tc->c", weights.sunlit, doubt)
    kept = np.stack([absorptance, absorptance, emittance])
    return LoadEstimates(
        times=times,
        receivers=receivers,
        incident_w_m2=_side_by_side(straight * lit, albedo, infrared),
        absorbed_w_m2=_side_by_side(absorbed_sun * lit, absorbed_albedo, absorbed_infrared),
        view_factor_earth=earth.direct[:, 0],
        own_share=earth.own_share,
        incident_mean_w_m2=mean(straight, albedo, infrared),
        absorbed_mean_w_m2=mean(absorbed_sun, absorbed_albedo, absorbed_infrared),
        view_factor_earth_mean=np.einsum("t,rtc->rc", weights.everywhere, earth.direct[:, 0]),
        unseen_incident_w_m2=unseen,
        unseen_absorbed_w_m2=kept[:, None] * unseen,
        unseen_view_factor=sight[0],
        unseen_incident_mean_w_m2=unseen_mean,
        unseen_absorbed_mean_w_m2=kept * unseen_mean,
        unseen_view_factor_mean=sight[1],
        own_error=earth.own_error,
        rays=earth.rays,
        is_clipped=earth.is_clipped,
    )


def _side_by_side(*replicates: FloatArray) -> FloatArray:
    """Arrays (R, ...) or (1, ...) along a new second axis."""
    return np.stack(np.broadcast_arrays(*replicates), axis=1)
