"""How drag lowers a circular orbit over time, and how far ahead that brings the satellite."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from geometry.constants import EARTH_EQUATORIAL_RADIUS_M
from geometry.orbit.thermosphere import air_at
from geometry.validation import FloatArray, IntArray, check_finite, check_in_range, check_shape, read_only

LOWEST_ALTITUDE_M = 150_000.0  # below, no orbit lasts: the atmosphere takes it within hours
_AROUND_M = 10_000.0  # the table's own steps: the scale height is taken across two of them


@dataclass(frozen=True, eq=False)
class SecularDrag:
    """Secular drag on P circular planes.

    Parameters
    ----------
    decay_m_s : array (P,)
        Loss of semi-major axis per time at the epoch, m/s, not negative.
    scale_height_m : array (P,)
        Height over which the decay grows e-fold, m, greater than zero.

    Notes
    -----
    In an atmosphere of one scale height H the axis of a circular orbit falls as

        da/dt = -D exp((a0 - a) / H),   a(t) = a0 + H ln(1 - t / L),   L = H / D

    [KingHele1987, circular orbits].  Its beginning is the law of [Vallado2013, section 9.7]: the axis falls
    linearly, the mean anomaly gains 3/4 n (D / a) t^2.
    """

    decay_m_s: FloatArray
    scale_height_m: FloatArray

    def __post_init__(self) -> None:
        decay = check_in_range(self.decay_m_s, 0.0, 1e4, name="decay_m_s", unit="m/s")
        height = check_in_range(self.scale_height_m, 1.0, 1e9, name="scale_height_m", unit="m")
        object.__setattr__(self, "decay_m_s", read_only(check_shape(decay, (None,), name="decay_m_s")))
        height = check_shape(height, decay.shape, name="scale_height_m")
        object.__setattr__(self, "scale_height_m", read_only(height))

    @cached_property
    def lifetime_s(self) -> FloatArray:
        """L (P,): the axis would be nowhere then; infinite without decay."""
        with np.errstate(divide="ignore"):
            return np.asarray(self.scale_height_m / self.decay_m_s)

    def of_planes(self, planes: IntArray) -> SecularDrag:
        """The same for the planes (K,) of these indices."""
        return SecularDrag(self.decay_m_s[planes], self.scale_height_m[planes])

    def check_above(self, axis_m: FloatArray, elapsed_s: FloatArray, epoch_utc: np.datetime64) -> None:
        """Refuse times at which a plane of axis (P,) at the epoch has come down to 150 km.

        Raises
        ------
        ValueError
            One of them has, or stood there at the epoch already.
        """
        if not elapsed_s.size:
            return
        room = axis_m - EARTH_EQUATORIAL_RADIUS_M - LOWEST_ALTITUDE_M
        left = self.seconds_to_fall(np.maximum(room, 0.0))
        worst = int(np.argmin(left))
        if not elapsed_s.max() < left[worst]:
            down = epoch_utc + np.timedelta64(int(left[worst] * 1e6), "us")
            raise ValueError(
                f"drag brings the satellites down to {LOWEST_ALTITUDE_M / 1e3:.0f} km by {str(down)[:19]}Z, "
                "before the time asked for; choose an earlier one, a higher orbit, or orbit.drag = 'none'"
            )
        low = -self.scale_height_m * np.log1p(-elapsed_s.max() / self.lifetime_s)
        if (low > 0.5 * self.scale_height_m).any():
            warnings.warn(
                f"drag lowers the orbit by {low.max() / 1e3:,.0f} km, over half of the scale height "
                f"({self.scale_height_m[np.argmax(low)] / 1e3:,.0f} km) with which its decay grows: below, "
                "the air thickens faster, and the true decay is quicker",
                stacklevel=2,
            )

    def after(self, elapsed_s: float) -> SecularDrag:
        """The same drag from a later or earlier epoch on: the decay has grown as the axis fell."""
        return SecularDrag(self.decay_m_s / (1.0 - elapsed_s / self.lifetime_s), self.scale_height_m)

    def seconds_to_fall(self, drop_m: ArrayLike) -> FloatArray:
        """Time (P,) from the epoch until the axis is lower by `drop_m` (P,), s."""
        share = -np.expm1(-np.asarray(drop_m) / self.scale_height_m)
        falls = np.isfinite(self.lifetime_s)
        return np.where(falls, np.where(falls, self.lifetime_s, 0.0) * share, np.inf)

    def drop(self, elapsed_s: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Drop a0 - a(t) at times (T,) from the epoch, and its integrals over time.

        Returns
        -------
        drop_m, drop_m_s, drop_squared_m2_s : array (P, T)
            Negative before the epoch, where the orbit was higher; all of it only before `lifetime_s`.
        """
        height, life = self.scale_height_m[:, None], self.lifetime_s[:, None]
        spent = np.asarray(elapsed_s, dtype=float) / life
        left, log = 1.0 - spent, np.log1p(-spent)
        with np.errstate(invalid="ignore"):  # without decay: infinity times nothing
            once = height * life * (left * log + spent)
            twice = height**2 * life * (2.0 * spent - left * log * (log - 2.0))
        falls = np.isfinite(life)
        return -height * log, np.where(falls, once, 0.0), np.where(falls, twice, 0.0)


def decay_rates(
    decay_m_s: float, altitude_m: float, plane_altitude_m: ArrayLike, activity: str
) -> SecularDrag:
    """Decay of planes at altitudes of their own, from that of one.

    Parameters
    ----------
    decay_m_s : float
        Loss of semi-major axis per time of the same craft at `altitude_m`, m/s.
    altitude_m : float
        Of the orbit, m.
    plane_altitude_m : array (P,)
        Of the planes, m.
    activity : {"solar_min", "mean", "solar_max"}

    Raises
    ------
    ValueError
        A plane below 120 km.

    Notes
    -----
    da/dt goes with density times sqrt(a).  Both ratio and scale height are those of the mean air at the
    altitudes given; the ellipsoid under the orbit changes all planes alike.
    """
    planes = np.atleast_1d(check_finite(plane_altitude_m, name="plane_altitude_m"))
    own = decay_m_s * _strength(planes, activity) / _strength(altitude_m, activity)
    ratio = np.log(_strength(planes - _AROUND_M, activity) / _strength(planes + _AROUND_M, activity))
    return SecularDrag(own, 2.0 * _AROUND_M / ratio)


def _strength(altitude_m: ArrayLike, activity: str) -> FloatArray:
    """Density times sqrt(a): what da/dt of a circular orbit goes with."""
    axis = EARTH_EQUATORIAL_RADIUS_M + np.asarray(altitude_m, dtype=float)
    return np.asarray(air_at(altitude_m, activity).density_kg_m3 * np.sqrt(axis))
