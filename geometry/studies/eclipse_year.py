"""The eclipse calendar: when in a year an orbit meets the Earth's shadow, how deep and for how long."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geometry.environment import EarthShape
from geometry.ephemeris import FIRST_UTC, LAST_UTC, TimeArray, seconds_since
from geometry.orbit import ElementsOrbit, FlownDesign, SunSynchronousOrbit, flight_of
from geometry.orbit.flight import ElementsFlight
from geometry.studies.shadow_paths import DAY, NOON, HeldPlanes, ShadowPath, shadow_path
from geometry.studies.shadow_seasons import Season, shadow_seasons, span_nodes
from geometry.validation import FloatArray, read_only

FIRST_YEAR, LAST_YEAR = 1900, 2052  # whole years of the ephemeris
_FRESH_DAYS = 30.0
_HOUR = np.timedelta64(3_600_000_000, "us")


@dataclass(frozen=True, eq=False)
class EclipseYear:
    """One calendar year of one orbit.

    Parameters
    ----------
    year : int
    earth_shape : EarthShape
    ltan_s, altitude_m, inclination_rad : float or None
        Of a sun-synchronous orbit; None for any other.
    period_s : float
        Nodal period, s.
    seasons : tuple of Season
        Those that touch the year, in order.
    noons_utc : datetime64[us] array (D,)
        12:00 UTC of each day.
    beta_rad, umbra_s, shadow_s, dark_s : array (D,)
        Of the revolution of each noon: angle of the Sun above the plane; time in umbra, from penumbra to
        penumbra, and full dark that takes as much light.
    longest_umbra_utc, longest_shadow_utc : datetime64 or None
        When the plane gives the longest; None where there is none.
    longest_umbra_s, longest_shadow_s, longest_dark_s : float
        Over the whole year, not only at noons; s.
    umbra_fraction_of_year, sunlit_fraction_of_year : float
        Share of the time in umbra; mean of the sunlit fraction of the solar disc.
    """

    year: int
    earth_shape: EarthShape
    ltan_s: float | None
    altitude_m: float | None
    inclination_rad: float | None
    period_s: float
    seasons: tuple[Season, ...]
    noons_utc: TimeArray
    beta_rad: FloatArray
    umbra_s: FloatArray
    shadow_s: FloatArray
    dark_s: FloatArray
    longest_umbra_utc: np.datetime64 | None
    longest_umbra_s: float
    longest_shadow_utc: np.datetime64 | None
    longest_shadow_s: float
    longest_dark_s: float
    umbra_fraction_of_year: float
    sunlit_fraction_of_year: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "noons_utc", read_only(self.noons_utc, "datetime64[us]"))
        for name in ("beta_rad", "umbra_s", "shadow_s", "dark_s"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    @property
    def days_with_umbra(self) -> int:
        """Days of the year on whose noon the plane meets the umbra."""
        return int((self.umbra_s > 0.0).sum())

    @property
    def days_with_shadow(self) -> int:
        """Days of the year on whose noon the plane meets the penumbra."""
        return int((self.shadow_s > 0.0).sum())


def year_of(design: FlownDesign, year: int | None = None) -> int:
    """The calendar year asked for; default that of the design's epoch.

    Raises
    ------
    ValueError
        Not a whole year of the ephemeris.
    """
    asked = int(str(design.epoch_utc)[:4]) if year is None else year
    if not FIRST_YEAR <= asked <= LAST_YEAR or int(asked) != asked:
        raise ValueError(
            f"year must be a whole year of the ephemeris de421, {FIRST_YEAR}..{LAST_YEAR}, got {asked}"
        )
    return int(asked)


def noons_of(year: int) -> TimeArray:
    """12:00 UTC of each day of a calendar year, datetime64[us] (D,)."""
    first, end = _year_span(year)
    return np.arange(first + NOON, end, DAY)


def _year_span(year: int) -> tuple[np.datetime64, np.datetime64]:
    """Its first moment and that of the next."""
    return np.datetime64(f"{year}-01-01", "us"), np.datetime64(f"{year + 1}-01-01", "us")


def eclipse_year(design: FlownDesign, year: int | None = None, *, ltan_s: float | None = None) -> EclipseYear:
    """The eclipse calendar of a design's orbit.

    Parameters
    ----------
    design : FlownDesign
    year : int, optional
        Calendar year (UTC), 1900 to 2052; default that of the design's epoch.
    ltan_s : float, optional
        Another mean local time, s after midnight; default the first of the ring, else the orbit's.

    Returns
    -------
    EclipseYear

    Raises
    ------
    ValueError
        Another year, an orbit that cannot be flown, a local time for an orbit that keeps none.

    Notes
    -----
    Ellipsoidal Earth about its true pole, the Sun at its apparent place and true distance with its disc,
    umbra and penumbra: `geometry.orbit.revolution_shadows`.  A sun-synchronous orbit keeps its local time
    over the year; on it the satellite moves with the long- and short-period terms of the propagator.  Other
    orbits are propagated, one revolution about each moment.  Seasons are bracketed between daily
    revolutions, with a closer look wherever the shadow is missed or left by less than 2e-4 rad, and their
    edges bisected to 0.1 ms of the model; the shares of the year are Gauss sums between the edges.  Left
    out: refraction, which lights the umbra, the Moon, and whatever thrust holds the orbit.
    """
    year = year_of(design, year)
    own_ltan_s = _local_time_s(design, ltan_s)
    with warnings.catch_warnings():
        if isinstance(design.orbit, ElementsOrbit):
            _warn_of_old_elements(design, year)
            warnings.simplefilter("ignore", UserWarning)  # the same for each block of times
        return _eclipse_year(design, year, own_ltan_s)


def _warn_of_old_elements(design: FlownDesign, year: int) -> None:
    """One doubt for the whole year."""
    flight = flight_of(design)
    if not isinstance(flight, ElementsFlight):
        return
    record = flight.elements.records[0]
    epoch_days = record.jdsatepoch + record.jdsatepochF - 2_440_587.5
    ends = np.array(_year_span(year)).astype(np.int64) / 86_400e6
    oldest_days = np.abs(ends - epoch_days).max()
    if oldest_days > _FRESH_DAYS:
        warnings.warn(
            f"{flight.elements.names[0]} is flown up to {oldest_days:.0f} days from the epoch of its "
            "elements, where SGP4 errs by 1 to 3 km a day along the orbit: take the year as an outlook",
            stacklevel=3,
        )


def _eclipse_year(design: FlownDesign, year: int, own_ltan_s: float | None) -> EclipseYear:
    """The calendar of a checked year."""
    orbit = design.orbit
    first, end = _year_span(year)
    path = shadow_path(design, year, own_ltan_s)
    synchronous = isinstance(orbit, SunSynchronousOrbit)
    noons = noons_of(year)
    at_noon = path.shadows(noons)
    seasons, pieces = shadow_seasons(path, first, end)
    umbra_share, dark_share = _shares_of_year(path, pieces, first, end)
    longest = {name: _longest(path, pieces, first, end, name) for name in ("umbra_s", "shadow_s", "dark_s")}
    return EclipseYear(
        year=year,
        earth_shape=design.environment.earth_shape,
        ltan_s=own_ltan_s if synchronous else None,
        altitude_m=orbit.altitude_m if isinstance(orbit, SunSynchronousOrbit) else None,
        inclination_rad=float(path.inclination_rad[0]) if isinstance(path, HeldPlanes) else None,
        period_s=float(path.period_s[0]),
        seasons=seasons,
        noons_utc=noons,
        beta_rad=path.beta_rad(noons)[0],
        umbra_s=at_noon.umbra_s[0],
        shadow_s=at_noon.shadow_s[0],
        dark_s=at_noon.dark_s[0],
        longest_umbra_utc=longest["umbra_s"][0],
        longest_umbra_s=longest["umbra_s"][1],
        longest_shadow_utc=longest["shadow_s"][0],
        longest_shadow_s=longest["shadow_s"][1],
        longest_dark_s=longest["dark_s"][1],
        umbra_fraction_of_year=umbra_share,
        sunlit_fraction_of_year=1.0 - dark_share,
    )


def _local_time_s(design: FlownDesign, ltan_s: float | None) -> float | None:
    """The local time to hold; None where the orbit keeps none."""
    if not isinstance(design.orbit, SunSynchronousOrbit):
        if ltan_s is not None:
            raise ValueError("ltan_s needs orbit.type = 'sun_synchronous'; other orbits keep no local time")
        return None
    if ltan_s is not None:
        return ltan_s
    return design.ring.ltan_list_s[0] if design.ring.ltan_list_s else design.orbit.ltan_s


def _shares_of_year(
    path: ShadowPath, pieces: FloatArray, first: np.datetime64, end: np.datetime64
) -> tuple[float, float]:
    """Shares of the year in umbra, and of its light lost.

    Durations start at an edge like a square root; with t = middle + half sin(theta) the integrand is
    smooth again, and a Gauss sum over theta converges fast.
    """
    if not len(pieces):
        return 0.0, 0.0
    points, weights = np.polynomial.legendre.leggauss(32)
    theta = 0.5 * np.pi * points
    middle, half = pieces.mean(axis=1)[:, None], 0.5 * np.diff(pieces, axis=1)
    seconds = (middle + half * np.sin(theta)).ravel()
    weight_s = (half * np.cos(theta) * 0.5 * np.pi * weights).ravel()
    found = path.shadows(first + np.rint(seconds * 1e6).astype("timedelta64[us]"))
    over = float(found.period_s[0, 0]) * float(seconds_since(np.array([end]), first)[0])
    return float(found.umbra_s[0] @ weight_s) / over, float(found.dark_s[0] @ weight_s) / over


def _longest(
    path: ShadowPath, pieces: FloatArray, first: np.datetime64, end: np.datetime64, what: str
) -> tuple[np.datetime64 | None, float]:
    """The longest of the year and its moment: among noons and the middles of `pieces`, then twice nearer."""
    middles = first + np.rint(1e6 * pieces.mean(axis=1)).astype("timedelta64[us]")
    times = np.unique(np.append(span_nodes(first, end), middles))
    for step in (_HOUR, _HOUR // 24, None):
        durations = getattr(path.shadows(times), what)[0]
        best, longest_s = times[durations.argmax()], float(durations.max())
        if not longest_s:
            return None, 0.0
        if step is not None:
            times = np.clip(best + np.arange(-24, 25) * step, first, end)
    return best, longest_s


# ---------------------------------------------------------------- several rings side by side


@dataclass(frozen=True, eq=False)
class RingsTogether:
    """Whether one of several rings is always lit.

    Parameters
    ----------
    years : tuple of EclipseYear
        One for each local time.
    one_always_lit : bool
        At every moment of the year at least one ring has no shadow on it at all, not even penumbra.
    least_margin_rad : float
        Least value over the year of the best ring's clearance from penumbra, rad; negative where all are
        in shadow at once.
    tightest_utc : datetime64[us]
        When that is.
    """

    years: tuple[EclipseYear, ...]
    one_always_lit: bool
    least_margin_rad: float
    tightest_utc: np.datetime64


def rings_together(design: FlownDesign, year: int | None = None) -> RingsTogether:
    """Calendars of all local times of the ring, side by side.

    Raises
    ------
    ValueError
        As `eclipse_year`; an orbit without local time.
    """
    year = year_of(design, year)
    if not isinstance(design.orbit, SunSynchronousOrbit):
        raise ValueError("rings side by side need orbit.type = 'sun_synchronous'")
    local_times = design.ring.ltan_list_s or (design.orbit.ltan_s,)
    first, end = _year_span(year)
    paths = [shadow_path(design, year, t) for t in local_times]
    margin, at = _tightest(paths, first, end)
    years = tuple(eclipse_year(design, year, ltan_s=t) for t in local_times)
    return RingsTogether(years, margin >= 0.0, margin, at)


def _tightest(
    paths: Sequence[ShadowPath], first: np.datetime64, end: np.datetime64
) -> tuple[float, np.datetime64]:
    """Least over time of the greatest margin of penumbra over the paths, and its moment."""

    def best_margin(times: TimeArray) -> FloatArray:
        found = [p.shadows(times, margins_only=True).penumbra_margin_rad[0] for p in paths]
        return np.max(found, axis=0)

    times = span_nodes(first, end)
    for step in (_HOUR, _HOUR // 24):
        at = times[best_margin(times).argmin()]
        times = np.clip(at + np.arange(-24, 25) * step, max(first, FIRST_UTC), min(end, LAST_UTC))
    margins = best_margin(times)
    return float(margins.min()), times[margins.argmin()]
