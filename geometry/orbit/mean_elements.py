"""Mean elements of circular orbits in SGP4's sense, and how fast J2, J2^2 and J4 turn them.

The WGS-72 constants belong to this theory alone: nothing outside the propagator uses them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geometry.orbit.secular_drag import SecularDrag
from geometry.validation import FloatArray, IntArray, check_finite, check_in_range, check_shape, read_only

# WGS-72 as SGP4 uses it [Vallado2006], in SI.
_MU_M3_S2 = 3.986008e14
_RE_M = 6_378_135.0
_J2 = 1.082616e-3
_J3 = -2.53881e-6
_J4 = -1.65597e-6

_STEP_M, _WIDE_STEP_M = 1e3, 1e4  # of the rates' first and second differences over the axis


@dataclass(frozen=True, eq=False)
class MeanElements:
    """N satellites on P circular planes; mean elements in TEME of date at one epoch.

    Parameters
    ----------
    epoch_utc : datetime64[us]
    semi_major_axis_m : array (P,)
        Brouwer mean (`a` inside SGP4), m.
    inclination_rad, raan_teme_rad : array (P,)
        rad.
    plane : int array (N,)
        Plane of each satellite.
    argument_of_latitude_rad : array (N,)
        Mean argument of latitude at the epoch, rad.
    drag : SecularDrag, optional
        Of the planes (P,); default none.

    Notes
    -----
    The mean eccentricity is zero; the frozen eccentricity that J3 forces (1.07e-3 at 560 km, perigee
    at the northernmost point) appears in the states as the long-period term.
    """

    epoch_utc: np.datetime64
    semi_major_axis_m: FloatArray
    inclination_rad: FloatArray
    raan_teme_rad: FloatArray
    plane: IntArray
    argument_of_latitude_rad: FloatArray
    drag: SecularDrag | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "epoch_utc", self.epoch_utc.astype("datetime64[us]"))
        planes = np.shape(self.semi_major_axis_m)
        for name in ("semi_major_axis_m", "inclination_rad", "raan_teme_rad"):
            value = check_shape(check_finite(getattr(self, name), name=name), planes, name=name)
            object.__setattr__(self, name, read_only(value))
        count = np.shape(self.plane)
        check_in_range(self.plane, 0, max(planes[0] - 1, 0), name="plane")
        object.__setattr__(self, "plane", read_only(check_shape(self.plane, (None,), name="plane"), np.int64))
        name = "argument_of_latitude_rad"
        value = check_shape(check_finite(self.argument_of_latitude_rad, name=name), count, name=name)
        object.__setattr__(self, name, read_only(value))
        if self.drag is not None:
            check_shape(self.drag.decay_m_s, planes, name="drag.decay_m_s")

    @property
    def satellites(self) -> int:
        """N."""
        return self.plane.size

    @property
    def planes(self) -> int:
        """P."""
        return self.semi_major_axis_m.size

    def members(self, satellites: ArrayLike) -> MeanElements:
        """The same planes with only the satellites of these indices."""
        index: NDArray[np.int64] = np.asarray(satellites, dtype=np.int64)
        if index.size == self.satellites and np.array_equal(index, np.arange(index.size)):
            return self
        return replace(
            self, plane=self.plane[index], argument_of_latitude_rad=self.argument_of_latitude_rad[index]
        )

    @cached_property
    def rates_rad_s(self) -> tuple[FloatArray, FloatArray]:
        """Secular rates of the argument of latitude and of the node, each (P,), rad/s."""
        return secular_rates_rad_s(self.semi_major_axis_m, np.cos(self.inclination_rad))

    def moved(
        self, elapsed_s: ArrayLike, planes: ArrayLike | None = None
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Where planes stand at times after the epoch.

        Parameters
        ----------
        elapsed_s : array (T,)
            s; negative before the epoch.
        planes : int array (K,), optional
            Default all.

        Returns
        -------
        semi_major_axis_m, turn_rad, raan_teme_rad : array (K, T)
            Axis (K, 1) where nothing changes it; turn of the argument of latitude since the epoch; node,
            not wrapped.

        Raises
        ------
        ValueError
            Drag has brought a plane down before.

        Notes
        -----
        Without drag both angles grow at their secular rates.  With it the rates are followed down by their
        first and second derivatives over the axis: after 10 km the third would bring 10 m.
        """
        elapsed = np.atleast_1d(np.asarray(elapsed_s, dtype=float))
        of = np.arange(self.planes) if planes is None else np.asarray(planes, dtype=np.int64)
        axis, rates = self.semi_major_axis_m[of, None], [rate[of] for rate in self.rates_rad_s]
        turn, node = (np.outer(rate, elapsed) for rate in rates)
        if self.drag is not None:
            drag = self.drag.of_planes(of)
            drag.check_above(axis[:, 0], elapsed, self.epoch_utc)
            drop, once, twice = drag.drop(elapsed)
            slopes, curvatures = _derivatives(axis[:, 0], np.cos(self.inclination_rad[of]))
            turn, node = (
                angle - slope[:, None] * once + 0.5 * curvature[:, None] * twice
                for angle, slope, curvature in zip((turn, node), slopes, curvatures, strict=True)
            )
            axis = axis - drop
        return axis, turn, self.raan_teme_rad[of, None] + node

    def at_epoch(self, epoch_utc: np.datetime64) -> MeanElements:
        """The same satellites by elements of another epoch.

        Raises
        ------
        ValueError
            As `moved`.
        """
        elapsed_s = np.atleast_1d((epoch_utc - self.epoch_utc) / np.timedelta64(1, "us") * 1e-6)
        axis, turn, node = (values[:, 0] for values in self.moved(elapsed_s))
        return MeanElements(
            epoch_utc,
            axis,
            self.inclination_rad,
            node,
            self.plane,
            self.argument_of_latitude_rad + turn[self.plane],
            None if self.drag is None else self.drag.after(elapsed_s[0]),
        )

    @cached_property
    def phase_vectors(self) -> FloatArray:
        """(2, N), cosine and sine of the argument of latitude at the epoch."""
        u = self.argument_of_latitude_rad
        return read_only(np.stack([np.cos(u), np.sin(u)]))

    @cached_property
    def nodal_period_s(self) -> FloatArray:
        """(P,), from ascending node to ascending node, s."""
        return read_only(2.0 * np.pi / self.rates_rad_s[0])


def secular_rates_rad_s(
    semi_major_axis_m: ArrayLike, cos_inclination: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Mean rates of argument of latitude and node of a circular orbit.

    Parameters
    ----------
    semi_major_axis_m : array (P,)
        Brouwer mean, m.
    cos_inclination : array (P,)

    Returns
    -------
    argument_of_latitude_rate_rad_s, node_rate_rad_s : array (P,)
        rad/s in TEME.

    Notes
    -----
    J2, J2^2 and J4 secular terms of SGP4 at zero eccentricity [Hoots1980], [Vallado2006]: the sum of its
    rates of mean anomaly and perigee, and its rate of the node.
    """
    a = np.asarray(semi_major_axis_m, dtype=float)
    c2 = np.square(np.asarray(cos_inclination, dtype=float))
    c4 = c2 * c2
    n = np.sqrt(_MU_M3_S2 / a**3)
    p2 = (_RE_M / a) ** 2
    first = 1.5 * _J2 * p2 * n
    second = 0.5 * first * _J2 * p2
    fourth = -0.46875 * _J4 * p2 * p2 * n
    anomaly = 0.5 * first * (3.0 * c2 - 1.0) + 0.0625 * second * (13.0 - 78.0 * c2 + 137.0 * c4)
    perigee = -0.5 * first * (1.0 - 5.0 * c2) + 0.0625 * second * (7.0 - 114.0 * c2 + 395.0 * c4)
    perigee = perigee + fourth * (3.0 - 36.0 * c2 + 49.0 * c4)
    node = (-first + 0.5 * second * (4.0 - 19.0 * c2) + 2.0 * fourth * (3.0 - 7.0 * c2)) * np.asarray(
        cos_inclination
    )
    return n + anomaly + perigee, np.asarray(node)


def _derivatives(axis_m: FloatArray, cos_inclination: FloatArray) -> tuple[FloatArray, FloatArray]:
    """First and second derivatives of both secular rates over the axis, (2, P) each."""

    def at(step_m: float) -> FloatArray:
        return np.array(secular_rates_rad_s(axis_m + step_m, cos_inclination))

    slope = (at(_STEP_M) - at(-_STEP_M)) / (2.0 * _STEP_M)
    curvature = (at(_WIDE_STEP_M) - 2.0 * at(0.0) + at(-_WIDE_STEP_M)) / _WIDE_STEP_M**2
    return slope, curvature


def frozen_eccentricity(semi_major_axis_m: ArrayLike, inclination_rad: ArrayLike) -> FloatArray:
    """Eccentricity at which the perigee stands still, over the northernmost point; J3 alone.

    Parameters
    ----------
    semi_major_axis_m : array (P,)
        Brouwer mean, m.
    inclination_rad : array (P,)

    Notes
    -----
    e = -J3 R sin(i) / (2 J2 a) with the perigee at 90 deg [Cook1966], [Vallado2013, section 11.4.1]: the
    long-period term of the closed form.  J5 and higher odd zonals are left out, as in SGP4.
    """
    axis = np.asarray(semi_major_axis_m, dtype=float)
    return np.asarray(-0.5 * (_J3 / _J2) * (_RE_M / axis) * np.sin(inclination_rad))


def kozai_mean_motion_rad_s(semi_major_axis_m: ArrayLike, inclination_rad: ArrayLike) -> FloatArray:
    """Mean motion as TLE and OMM publish it, for a circular orbit; rad/s.

    Parameters
    ----------
    semi_major_axis_m : array (P,)
        Brouwer mean, m.
    inclination_rad : array (P,)

    Notes
    -----
    The inverse, to rounding, of the first step of SGP4, which turns Kozai's mean motion into Brouwer's
    [Vallado2006].  At 560 km the semi-major axes of the two conventions are 3.0 km apart.
    """
    a = np.asarray(semi_major_axis_m, dtype=float) / _RE_M
    d1 = 0.75 * _J2 * (3.0 * np.cos(inclination_rad) ** 2 - 1.0)
    ratio = np.ones_like(a)  # Kozai's mean motion over Brouwer's
    for _ in range(12):  # each pass gains a factor of J2
        axis = a * ratio ** (-2.0 / 3.0)
        del_ = d1 / axis**2
        adel = axis * (1.0 - del_ * (1.0 / 3.0 + del_ * (1.0 + 134.0 / 81.0 * del_)))
        ratio = 1.0 + d1 / adel**2
    return np.asarray(np.sqrt(_MU_M3_S2 / (a * _RE_M) ** 3) * ratio)
