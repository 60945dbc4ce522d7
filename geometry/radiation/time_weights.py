"""Weights of the times in a mean, with entry into and exit from the Earth's shadow resolved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geometry.constants import EARTH_MU_M3_S2
from geometry.environment import EarthShape
from geometry.orbit.eclipse import sunlit_fraction
from geometry.orbit.states import OrbitStates
from geometry.validation import FloatArray

SUBSTEPS = 64
LONGEST_ARC_RAD = 0.6
"""Between states further apart than this along the orbit nothing is interpolated."""


@dataclass(frozen=True, eq=False)
class TimeWeights:
    """Weights of T times in a mean; both (T,).

    Parameters
    ----------
    everywhere : array
        For loads that go on in the shadow; sums to 1.
    sunlit : array
        For loads in full sunlight: the mean of load x sunlit fraction is their weighted sum.
    """

    everywhere: FloatArray
    sunlit: FloatArray


def time_weights(states: OrbitStates, earth_shape: EarthShape) -> TimeWeights:
    """Weights by which loads at the times of one satellite become means over the time they stand for.

    Notes
    -----
    Each time stands for half the way to its neighbours, the first and last as much outwards as inwards
    (a run with its end left out thus covers whole orbits).  Loads in full sunlight are taken as linear
    between times, and their product with the sunlit fraction is integrated with 64 steps per interval
    over positions interpolated from the states; so a shadow's edges cost no accuracy at 72 steps an
    orbit.  Gaps wider than twice the usual step are left out.
    """
    count = len(states.times_utc)
    lit = states.sunlit_fraction[0]
    if count == 1:
        return TimeWeights(np.ones(1), lit.copy())
    seconds = (states.times_utc - states.times_utc[0]) / np.timedelta64(1, "s")
    gaps = np.diff(seconds)
    usual = float(np.median(gaps))
    if not usual > 0.0:
        return TimeWeights(np.full(count, 1.0 / count), lit / count)
    joined = (gaps > 0.0) & (gaps <= 2.0 * usual)
    before = np.concatenate([[usual], np.where(joined, gaps, usual)])
    after = np.concatenate([np.where(joined, gaps, usual), [usual]])
    widths = 0.5 * (before + after)
    total = widths.sum()
    rate = np.linalg.norm(np.cross(states.position_gcrs_m[0], states.velocity_gcrs_m_s[0]), axis=1)
    rate /= np.einsum("ti,ti->t", states.position_gcrs_m[0], states.position_gcrs_m[0])
    if usual * float(rate.max()) > LONGEST_ARC_RAD:
        return TimeWeights(widths / total, widths * lit / total)
    inside = _inside(states, np.flatnonzero(joined), gaps, earth_shape)
    loose_left = np.flatnonzero(np.concatenate([[True], ~joined]))
    loose_right = np.flatnonzero(np.concatenate([~joined, [True]]))
    sunlit = np.zeros(count)
    sunlit[np.flatnonzero(joined)] += inside[0]
    sunlit[np.flatnonzero(joined) + 1] += inside[1]
    sunlit[loose_left] += 0.5 * usual * _outside(states, loose_left, -0.5 * usual, earth_shape)
    sunlit[loose_right] += 0.5 * usual * _outside(states, loose_right, 0.5 * usual, earth_shape)
    return TimeWeights(widths / total, sunlit / total)


def _substeps() -> FloatArray:
    return (np.arange(SUBSTEPS) + 0.5) / SUBSTEPS


def _lit(
    states: OrbitStates, at: np.ndarray, position_gcrs_m: FloatArray, earth_shape: EarthShape
) -> FloatArray:
    """Sunlit fraction at positions (K, SUBSTEPS, 3) about the times `at` (K,)."""
    rows = np.repeat(at, SUBSTEPS)
    return sunlit_fraction(
        position_gcrs_m.reshape(1, -1, 3),
        states.sun_direction_gcrs[rows],
        states.sun_distance_m[rows],
        states.earth_pole_gcrs[rows],
        earth_shape,
    ).reshape(len(at), SUBSTEPS)


def _inside(states: OrbitStates, at: np.ndarray, gaps: FloatArray, earth_shape: EarthShape) -> FloatArray:
    """Integrals of sunlit fraction x (falling, rising) hat over the gaps after the times `at`, (2, K), s."""
    if not at.size:
        return np.zeros((2, 0))
    x = _substeps()
    gap = gaps[at][:, None, None]
    r, v = states.position_gcrs_m[0], states.velocity_gcrs_m_s[0]
    a, b = r[at][:, None], r[at + 1][:, None]
    va, vb = v[at][:, None] * gap, v[at + 1][:, None] * gap
    u = x[None, :, None]
    position = (  # cubic Hermite: metres off at 72 steps an orbit
        (2 * u**3 - 3 * u**2 + 1) * a
        + (u**3 - 2 * u**2 + u) * va
        + (3 * u**2 - 2 * u**3) * b
        + (u**3 - u**2) * vb
    )
    lit = _lit(states, at, position, earth_shape) * gaps[at][:, None] / SUBSTEPS
    return np.stack([(lit * (1.0 - x)).sum(axis=1), (lit * x).sum(axis=1)])


def _outside(states: OrbitStates, at: np.ndarray, reach_s: float, earth_shape: EarthShape) -> FloatArray:
    """Mean sunlit fraction from the times `at` to `reach_s` beyond, (K,)."""
    tau = (_substeps() * reach_s)[None, :, None]
    r, v = states.position_gcrs_m[0, at][:, None], states.velocity_gcrs_m_s[0, at][:, None]
    pull = -EARTH_MU_M3_S2 / np.linalg.norm(r, axis=-1, keepdims=True) ** 3
    position = r * (1.0 + 0.5 * pull * tau**2) + v * tau * (1.0 + pull * tau**2 / 6.0)
    return _lit(states, at, position, earth_shape).mean(axis=1)
