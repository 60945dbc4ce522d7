"""Orbits as the eclipse studies ask for them: how deep in shadow, and for how long, at any time of years."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Protocol

import numpy as np
from scipy.interpolate import CubicSpline

from geometry.constants import EARTH_EQUATORIAL_RADIUS_M
from geometry.environment import EarthShape
from geometry.ephemeris import FIRST_UTC, LAST_UTC, TimeArray, seconds_since, sky_at
from geometry.frames import beta_rad, orbit_normal
from geometry.orbit import FlownDesign, SunSynchronousOrbit, flight_of
from geometry.orbit.flight import Flight
from geometry.orbit.mean_elements import MeanElements
from geometry.orbit.revolution_shadows import (
    TRACK_REVOLUTIONS,
    RevolutionShadows,
    plane_shadows,
    track_shadows,
)
from geometry.orbit.sun_synchronous import DAY_S, check_altitude_m, sun_synchronous_inclination_rad
from geometry.validation import FloatArray, read_only

DAY = np.timedelta64(86_400_000_000, "us")
NOON = np.timedelta64(43_200_000_000, "us")
_OVERLAP = 2 * DAY  # around a year, so that a look just beyond its ends costs no other year
_SPLINE_MARGIN = 4 * DAY  # a spline is a hundred times worse at its ends
_STATES_PER_REVOLUTION = 120
_REVOLUTIONS_PER_BLOCK = 64  # 17 thousand states


class ShadowPath(Protocol):
    """A orbits whose shadow can be asked for at any time within the years it was made for."""

    @property
    def first_utc(self) -> np.datetime64:
        """First moment that may be asked for."""
        ...

    @property
    def last_utc(self) -> np.datetime64:
        """Last moment that may be asked for."""
        ...

    @property
    def period_s(self) -> FloatArray:
        """Nodal periods (A,), s."""
        ...

    def shadows(self, times_utc: TimeArray, *, margins_only: bool = False) -> RevolutionShadows:
        """The revolutions at `times_utc` (T,), each array (A, T)."""
        ...

    def beta_rad(self, times_utc: TimeArray) -> FloatArray:
        """Angle of the Sun above each plane (A, T), rad."""
        ...


# ---------------------------------------------------------------- planes that follow the mean Sun


@dataclass(frozen=True)
class SunTrack:
    """The Sun, the mean Sun and the Earth's pole over years, as splines through daily noons.

    Parameters
    ----------
    year : int
        The calendar year that is asked for most; others are looked up where times lie in them.

    Notes
    -----
    Daily values leave 3e-10 rad, of which the monthly swing of the Earth about the barycentre is most.
    """

    year: int

    @property
    def first_utc(self) -> np.datetime64:
        """First moment that may be asked for: of the ephemeris."""
        return FIRST_UTC + NOON

    @property
    def last_utc(self) -> np.datetime64:
        """Last moment that may be asked for."""
        return LAST_UTC - NOON

    def _at(self, times_utc: TimeArray) -> FloatArray:
        """(T, 10): Sun in TEME and in GCRS (m), mean Sun (rad, modulo a turn), pole in GCRS."""
        own = np.datetime64(f"{self.year}-01-01", "us"), np.datetime64(f"{self.year + 1}-01-01", "us")
        near = (times_utc >= own[0] - _OVERLAP) & (times_utc <= own[1] + _OVERLAP)
        years = np.where(near, self.year, times_utc.astype("datetime64[Y]").astype(np.int64) + 1970)
        found = np.empty((times_utc.size, 10))
        for year in np.unique(years).tolist():
            rows = years == year
            origin, spline = _splines_of_year(year)
            found[rows] = spline(seconds_since(times_utc[rows], origin) / DAY_S)
        return found

    def sun_teme_m(self, times_utc: TimeArray) -> FloatArray:
        """(T, 3), apparent geocentric Sun, m."""
        return self._at(times_utc)[:, :3]

    def sun_gcrs_m(self, times_utc: TimeArray) -> FloatArray:
        """(T, 3), apparent geocentric Sun, m."""
        return self._at(times_utc)[:, 3:6]

    def mean_sun_rad(self, times_utc: TimeArray) -> FloatArray:
        """(T,), right ascension of the mean Sun from the mean equinox of date, rad, modulo a turn."""
        return self._at(times_utc)[:, 6]

    def earth_pole_gcrs(self, times_utc: TimeArray) -> FloatArray:
        """(T, 3), unit vector along the true pole of date."""
        return self._at(times_utc)[:, 7:]


@lru_cache(maxsize=16)
def _splines_of_year(year: int) -> tuple[np.datetime64, Any]:
    """The first knot, and the columns of `SunTrack` over days from it, some days beyond both ends."""
    first, end = np.datetime64(f"{year}-01-01", "us"), np.datetime64(f"{year + 1}-01-01", "us")
    origin = max(first - _OVERLAP - _SPLINE_MARGIN, FIRST_UTC.astype("datetime64[D]") + DAY) + NOON
    last = min(end + _OVERLAP + _SPLINE_MARGIN, LAST_UTC - NOON)
    days = np.arange(int((last - origin) // DAY) + 1)
    sky = sky_at(origin + days * DAY)
    sun_gcrs = sky.sun_direction_gcrs * sky.sun_distance_m[:, None]
    sun_teme = np.einsum("tjk,tj->tk", sky.rotation_gcrs_from_teme, sun_gcrs)
    mean_sun = np.unwrap(sky.mean_sun_right_ascension_rad)
    return origin, CubicSpline(days, np.column_stack([sun_teme, sun_gcrs, mean_sun, sky.earth_pole_gcrs]))


@dataclass(frozen=True, eq=False)
class HeldPlanes:
    """Circular planes whose nodes keep their mean local time, or drift from it at a steady rate.

    Parameters
    ----------
    altitude_m, inclination_rad : array (A,)
        m, rad.
    ltan_s : float
        Mean local time of the ascending nodes, s after midnight; of the epoch, where they drift.
    track : SunTrack
    earth_shape : EarthShape
    drifts_from_utc : datetime64 or None
        None: held.  Else the epoch at which `ltan_s` holds; the node then turns at its secular rate.
    """

    altitude_m: FloatArray
    inclination_rad: FloatArray
    ltan_s: float
    track: SunTrack
    earth_shape: EarthShape
    drifts_from_utc: np.datetime64 | None = None

    def __post_init__(self) -> None:
        for name in ("altitude_m", "inclination_rad"):
            object.__setattr__(self, name, read_only(np.atleast_1d(getattr(self, name))))

    @property
    def first_utc(self) -> np.datetime64:
        """First moment that may be asked for."""
        return self.track.first_utc

    @property
    def last_utc(self) -> np.datetime64:
        """Last moment that may be asked for."""
        return self.track.last_utc

    @cached_property
    def elements(self) -> MeanElements:
        """Mean elements of the planes, without satellites; the nodes are those of `node_teme_rad`."""
        nothing = np.zeros_like(self.altitude_m)
        axis = EARTH_EQUATORIAL_RADIUS_M + self.altitude_m
        nobody = np.zeros(0)
        return MeanElements(FIRST_UTC, axis, self.inclination_rad, nothing, nobody.astype(int), nobody)

    @property
    def period_s(self) -> FloatArray:
        """Nodal periods (A,), s."""
        return self.elements.nodal_period_s

    def node_teme_rad(self, times_utc: TimeArray) -> FloatArray:
        """Right ascension of the mean nodes (A, T), rad, not wrapped."""
        hour_angle = (self.ltan_s - DAY_S / 2.0) * (2.0 * np.pi / DAY_S)
        if self.drifts_from_utc is None:
            turn = np.broadcast_to(self.track.mean_sun_rad(times_utc), (self.altitude_m.size, times_utc.size))
        else:
            at_epoch = sky_at(self.drifts_from_utc).mean_sun_right_ascension_rad[0]
            elapsed_s = seconds_since(times_utc, self.drifts_from_utc)
            turn = at_epoch + np.outer(self.elements.rates_rad_s[1], elapsed_s)
        return turn + hour_angle

    def shadows(self, times_utc: TimeArray, *, margins_only: bool = False) -> RevolutionShadows:
        """The revolutions at `times_utc` (T,), plane and Sun as they stand at that moment."""
        sun = self.track.sun_teme_m(times_utc)
        return plane_shadows(
            self.elements,
            self.node_teme_rad(times_utc),
            sun,
            self.earth_shape,
            margins_only=margins_only,
        )

    def beta_rad(self, times_utc: TimeArray) -> FloatArray:
        """Angle of the Sun above each mean plane (A, T), rad."""
        node, tilt = self.node_teme_rad(times_utc), self.inclination_rad[:, None]
        normal = np.stack(
            [np.sin(tilt) * np.sin(node), -np.sin(tilt) * np.cos(node), np.cos(tilt) + 0.0 * node], axis=-1
        )
        sun = self.track.sun_teme_m(times_utc)
        return beta_rad(normal, sun / np.linalg.norm(sun, axis=1, keepdims=True))


def held_planes(
    altitude_m: FloatArray, ltan_s: float, track: SunTrack, earth_shape: EarthShape
) -> HeldPlanes:
    """Sun-synchronous planes (A,) at one mean local time, each with the inclination that its altitude takes.

    Raises
    ------
    ValueError
        An altitude at which there is no sun-synchronous orbit.
    """
    altitude = np.atleast_1d(check_altitude_m(altitude_m))
    return HeldPlanes(altitude, sun_synchronous_inclination_rad(altitude), ltan_s, track, earth_shape)


# ---------------------------------------------------------------- everything else, as it flies


@dataclass(frozen=True, eq=False)
class PropagatedPath:
    """The first satellite of a flight, over the revolution about its deepest point next to each moment.

    Parameters
    ----------
    flight : Flight
    track : SunTrack
    earth_shape : EarthShape
    """

    flight: Flight
    track: SunTrack
    earth_shape: EarthShape

    @property
    def first_utc(self) -> np.datetime64:
        """First moment that may be asked for: that of the track and the states before it."""
        return self.track.first_utc + self._reach

    @property
    def last_utc(self) -> np.datetime64:
        """Last moment that may be asked for."""
        return self.track.last_utc - self._reach

    @property
    def _reach(self) -> np.timedelta64:
        """How far the states reach from the moment, rounded up."""
        return np.timedelta64(int(TRACK_REVOLUTIONS * self.flight.nodal_period_s * 1e6) + 1, "us")

    @property
    def period_s(self) -> FloatArray:
        """Nodal period (1,), s."""
        return np.array([self.flight.nodal_period_s])

    def shadows(self, times_utc: TimeArray, *, margins_only: bool = False) -> RevolutionShadows:
        """The revolutions next to `times_utc` (T,); the durations always come with the margins."""
        period_s = self.flight.nodal_period_s
        step_s = period_s / _STATES_PER_REVOLUTION
        half = round(TRACK_REVOLUTIONS * _STATES_PER_REVOLUTION)
        around = np.rint(np.arange(-half, half + 1) * step_s * 1e6).astype("timedelta64[us]")
        found = []
        for start in range(0, times_utc.size, _REVOLUTIONS_PER_BLOCK):
            times = times_utc[start : start + _REVOLUTIONS_PER_BLOCK, None] + around
            position, velocity = self.flight.states(times.ravel(), np.zeros(1, dtype=np.int64))
            shape = (*times.shape, 3)
            found.append(
                track_shadows(
                    position[0].reshape(shape),
                    velocity[0].reshape(shape),
                    step_s,
                    self.track.sun_gcrs_m(times.ravel()).reshape(shape),
                    self.track.earth_pole_gcrs(times_utc[start : start + _REVOLUTIONS_PER_BLOCK]),
                    period_s,
                    self.earth_shape,
                )
            )
        return _joined(found)

    def beta_rad(self, times_utc: TimeArray) -> FloatArray:
        """Angle of the Sun above the osculating plane (1, T), rad."""
        position, velocity = self.flight.states(times_utc, np.zeros(1, dtype=np.int64))
        sun = self.track.sun_gcrs_m(times_utc)
        return beta_rad(orbit_normal(position, velocity), sun / np.linalg.norm(sun, axis=1, keepdims=True))


def _joined(parts: list[RevolutionShadows]) -> RevolutionShadows:
    """One after the other along the times."""
    names = [name for name in RevolutionShadows.__dataclass_fields__ if name != "period_s"]
    columns = {name: np.concatenate([getattr(p, name) for p in parts], axis=1) for name in names}
    return RevolutionShadows(**columns, period_s=parts[0].period_s)


def shadow_path(design: FlownDesign, year: int, ltan_s: float | None = None) -> ShadowPath:
    """The orbit of a design as the eclipse studies need it.

    Parameters
    ----------
    design : FlownDesign
    year : int
        The calendar year that will be asked for most.
    ltan_s : float, optional
        Another local time than the orbit's, s after midnight.

    Returns
    -------
    HeldPlanes or PropagatedPath
        A sun-synchronous orbit holds its local time (with its own inclination given, it drifts from the
        design's epoch on); any other is propagated.

    Raises
    ------
    ValueError
        An orbit that cannot be flown.
    """
    orbit, shape = design.orbit, design.environment.earth_shape
    track = SunTrack(year)
    if not isinstance(orbit, SunSynchronousOrbit):
        return PropagatedPath(flight_of(design), track, shape)
    local_time_s = orbit.ltan_s if ltan_s is None else ltan_s
    altitude = np.array([orbit.altitude_m])
    if orbit.inclination_rad is None:
        return held_planes(altitude, local_time_s, track, shape)
    check_altitude_m(altitude)
    tilt = np.array([orbit.inclination_rad])
    return HeldPlanes(altitude, tilt, local_time_s, track, shape, design.epoch_utc.astype("datetime64[us]"))
