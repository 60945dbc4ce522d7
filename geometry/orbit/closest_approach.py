"""How near two orbits, and two satellites on them, come to each other.

A `Curves` is a set of closed orbits, each run through by one phase angle: mean argument of latitude
or mean anomaly.  Pairs are arrays (K,) of curve indices; everything is vectorised over them.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from geometry.frames import dot, orbit_normal, unit
from geometry.orbit.mean_elements import MeanElements
from geometry.orbit.propagation import analytic_states
from geometry.orbit.two_body import KeplerianElements, two_body_states
from geometry.validation import FloatArray, IntArray

_COPLANAR_RAD = 1e-9  # planes nearer than this have no line of intersection worth the name
_SAMPLES = 48  # per revolution; the squared distance varies as a few harmonics of it
_REFINEMENTS = 8
_HALVINGS = 28  # 0.26 rad to 1e-9: a centimetre of flight


class Curves(Protocol):
    """Closed orbits that can be asked for states by phase."""

    @property
    def phase_rate_rad_s(self) -> FloatArray:
        """(C,), rad/s."""
        ...

    def states(self, curve: IntArray, phase_rad: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Positions and velocities (K, 3) at phases (K,) of curves (K,), m and m/s."""
        ...

    def phase_towards(self, curve: IntArray, direction: FloatArray) -> FloatArray:
        """Phase (K,) at which a curve passes next to the direction (K, 3), rad; to 0.01 rad."""
        ...


class MeanCurves:
    """The planes of mean elements, at their epoch."""

    def __init__(self, planes: MeanElements) -> None:
        self._planes = planes
        self.phase_rate_rad_s = planes.rates_rad_s[0]

    def states(self, curve: IntArray, phase_rad: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Positions and velocities (K, 3) by the closed form."""
        planes = self._planes
        satellites = MeanElements(
            planes.epoch_utc,
            planes.semi_major_axis_m,
            planes.inclination_rad,
            planes.raan_teme_rad,
            curve,
            phase_rad,
        )
        position, velocity = analytic_states(satellites, planes.epoch_utc)
        return position[:, 0], velocity[:, 0]

    def phase_towards(self, curve: IntArray, direction: FloatArray) -> FloatArray:
        """From the position at the node and a quarter turn on."""
        return _angle_in_plane(self, curve, direction)


class KeplerianCurves:
    """Two-body orbits, run through by mean anomaly."""

    def __init__(self, orbits: KeplerianElements) -> None:
        self._orbits = orbits
        self.phase_rate_rad_s = orbits.mean_motion_rad_s

    def states(self, curve: IntArray, phase_rad: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Positions and velocities (K, 3)."""
        o = self._orbits
        satellites = KeplerianElements(
            o.epoch_utc,
            o.semi_major_axis_m[curve],
            o.eccentricity[curve],
            o.inclination_rad[curve],
            o.raan_rad[curve],
            o.argument_of_perigee_rad[curve],
            phase_rad,
        )
        position, velocity = two_body_states(satellites, o.epoch_utc)
        return position[:, 0], velocity[:, 0]

    def phase_towards(self, curve: IntArray, direction: FloatArray) -> FloatArray:
        """Mean anomaly of the true anomaly towards the direction."""
        true_anomaly = _angle_in_plane(self, curve, direction)
        e = self._orbits.eccentricity[curve]
        eccentric = 2.0 * np.arctan2(
            np.sqrt(1.0 - e) * np.sin(0.5 * true_anomaly), np.sqrt(1.0 + e) * np.cos(0.5 * true_anomaly)
        )
        return np.asarray(eccentric - e * np.sin(eccentric))


def _angle_in_plane(curves: Curves, curve: IntArray, direction: FloatArray) -> FloatArray:
    """Angle (K,) from the position at phase zero to `direction`, about the normal of the curve."""
    position, velocity = curves.states(curve, np.zeros(curve.size))
    start, normal = unit(position), orbit_normal(position, velocity)
    return np.asarray(np.arctan2(dot(direction, np.cross(normal, start)), dot(direction, start)))


def crossings(
    curves: Curves, first: IntArray, second: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Where pairs of orbits come nearest to each other, near each end of the line of their planes.

    Parameters
    ----------
    curves : Curves
    first, second : int array (K,)
        Curves of each pair.

    Returns
    -------
    phase_first_rad, phase_second_rad : array (2, K)
        Phases of the two nearest points.
    gap_m : array (2, K)
        Distance between them, m.
    plane_angle_rad : array (K,)
        Angle between the planes.

    Notes
    -----
    Gauss-Newton on both phases from the line of intersection.  Coplanar pairs have none; they are
    started at the phases 0 and pi of the first.
    """
    p1, v1 = curves.states(first, np.zeros(first.size))
    p2, v2 = curves.states(second, np.zeros(second.size))
    n1, n2 = orbit_normal(p1, v1), orbit_normal(p2, v2)
    line = np.cross(n1, n2)
    sine = np.linalg.norm(line, axis=-1)
    angle = np.arctan2(sine, dot(n1, n2))
    line = unit(np.where((sine > _COPLANAR_RAD)[:, None], line, p1))
    one, two, gap = [], [], []
    for end in (1.0, -1.0):
        a = curves.phase_towards(first, end * line)
        b = curves.phase_towards(second, end * line)
        a, b, distance = nearest_points(curves, first, a, second, b)
        one.append(a)
        two.append(b)
        gap.append(distance)
    return np.stack(one), np.stack(two), np.stack(gap), np.asarray(angle)


def nearest_points(
    curves: Curves, first: IntArray, phase_first: FloatArray, second: IntArray, phase_second: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Local minimum of the distance between two orbits from a start; phases (K,), (K,), distance (K,)."""
    best_a, best_b, best = phase_first, phase_second, np.full(first.size, np.inf)
    a, b = phase_first, phase_second
    for _ in range(_REFINEMENTS):
        p1, v1 = curves.states(first, a)
        p2, v2 = curves.states(second, b)
        t1 = v1 / curves.phase_rate_rad_s[first][:, None]
        t2 = v2 / curves.phase_rate_rad_s[second][:, None]
        gap = p1 - p2
        distance = np.linalg.norm(gap, axis=-1)
        better = distance < best
        best = np.where(better, distance, best)
        best_a, best_b = np.where(better, a, best_a), np.where(better, b, best_b)
        # Normal equations of |gap + t1 da - t2 db|, with a trace of damping for parallel tangents.
        g11, g22, g12 = dot(t1, t1), dot(t2, t2), -dot(t1, t2)
        damping = 1e-10 * (g11 + g22)
        r1, r2 = -dot(t1, gap), dot(t2, gap)
        determinant = (g11 + damping) * (g22 + damping) - g12 * g12
        step_a = ((g22 + damping) * r1 - g12 * r2) / determinant
        step_b = ((g11 + damping) * r2 - g12 * r1) / determinant
        a, b = a + np.clip(step_a, -0.2, 0.2), b + np.clip(step_b, -0.2, 0.2)
    return best_a, best_b, best


def closest_approach_m(
    curves: Curves, first: IntArray, second: IntArray, phase_ahead_rad: FloatArray
) -> FloatArray:
    """Smallest distance over a revolution between two satellites that keep their phase difference.

    Parameters
    ----------
    curves : Curves
        Each pair of curves with one and the same phase rate.
    first, second : int array (K,)
    phase_ahead_rad : array (K,)
        Phase of the second satellite less that of the first.

    Returns
    -------
    array (K,)
        Distance between centres, m.

    Notes
    -----
    48 samples of the revolution, then bisection on the sign of the range rate about the best one.
    """
    best = np.full(first.size, np.inf)
    at = np.zeros(first.size)
    for phase in np.arange(_SAMPLES) * (2.0 * np.pi / _SAMPLES):
        gap, _ = _relative_state(curves, first, second, np.full(first.size, phase), phase_ahead_rad)
        distance = np.linalg.norm(gap, axis=-1)
        better = distance < best
        best, at = np.where(better, distance, best), np.where(better, phase, at)
    low, high = at - 2.0 * np.pi / _SAMPLES, at + 2.0 * np.pi / _SAMPLES
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        gap, speed = _relative_state(curves, first, second, middle, phase_ahead_rad)
        best = np.minimum(best, np.linalg.norm(gap, axis=-1))
        nearing = dot(gap, speed) < 0.0
        low, high = np.where(nearing, middle, low), np.where(nearing, high, middle)
    return best


def _relative_state(
    curves: Curves, first: IntArray, second: IntArray, phase: FloatArray, ahead: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Position and velocity (K, 3) of the second satellite from the first."""
    p1, v1 = curves.states(first, phase)
    p2, v2 = curves.states(second, phase + ahead)
    return p2 - p1, v2 - v1
