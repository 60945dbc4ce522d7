"""Date against altitude: how long the shadow is, and from which altitude on there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from geometry.environment import EarthShape
from geometry.ephemeris import TimeArray
from geometry.orbit import FlownDesign, SunSynchronousOrbit
from geometry.orbit.sun_synchronous import LOWEST_ALTITUDE_M, check_altitude_m, highest_altitude_m
from geometry.studies.eclipse_year import noons_of, year_of
from geometry.studies.shadow_paths import DAY, SunTrack, held_planes
from geometry.studies.shadow_seasons import span_nodes
from geometry.validation import FloatArray, check_finite, check_shape, read_only

MOST_ALTITUDES = 5_000
_SCAN_STEP_M = 25_000.0
_TOUCHING_RAD = 0.02  # a highest margin this little below zero is looked at more closely


@dataclass(frozen=True, eq=False)
class EclipseMap:
    """Shadow of each day of a year at A altitudes, each with its own sun-synchronous inclination.

    Parameters
    ----------
    year : int
    ltan_s : float
        Mean local time of the ascending node, s after midnight.
    altitude_m : array (A,)
        m.
    noons_utc : datetime64[us] array (D,)
    umbra_s, shadow_s, dark_s : array (A, D)
        Of the revolution of each noon: in umbra, from penumbra to penumbra, and full dark that takes as much
        light.
    umbra_margin_rad, penumbra_margin_rad : array (A, D)
        How far each is missed; negative where it is met (`geometry.orbit.revolution_shadows`), rad.
    lowest_umbra_free_altitude_m, lowest_penumbra_free_altitude_m : float or None
        Lowest altitude without any umbra (penumbra) in the year; None where there is none.
    """

    year: int
    earth_shape: EarthShape
    ltan_s: float
    altitude_m: FloatArray
    noons_utc: TimeArray
    umbra_s: FloatArray
    shadow_s: FloatArray
    dark_s: FloatArray
    umbra_margin_rad: FloatArray
    penumbra_margin_rad: FloatArray
    lowest_umbra_free_altitude_m: float | None
    lowest_penumbra_free_altitude_m: float | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "noons_utc", read_only(self.noons_utc, "datetime64[us]"))
        arrays = ("altitude_m", "umbra_s", "shadow_s", "dark_s", "umbra_margin_rad", "penumbra_margin_rad")
        for name in arrays:
            object.__setattr__(self, name, read_only(getattr(self, name)))


def eclipse_map(
    design: FlownDesign, altitude_m: FloatArray, year: int | None = None, *, ltan_s: float | None = None
) -> EclipseMap:
    """Shadow against date and altitude for the local time of a design.

    Parameters
    ----------
    design : FlownDesign
        Sun-synchronous, without an inclination of its own.
    altitude_m : array (A,)
        m, increasing; at most 5,000.
    year : int, optional
        Calendar year; default that of the design's epoch.
    ltan_s : float, optional
        Another mean local time; default the first of the ring, else the orbit's.

    Returns
    -------
    EclipseMap

    Raises
    ------
    ValueError
        Another type of orbit, an inclination of its own, an altitude without a sun-synchronous orbit,
        altitudes that do not increase, a year outside the ephemeris.

    Notes
    -----
    As `geometry.studies.eclipse_year`, altitude by altitude.
    """
    year = year_of(design, year)
    orbit = design.orbit
    if not isinstance(orbit, SunSynchronousOrbit) or orbit.inclination_rad is not None:
        raise ValueError(
            "a map over altitudes needs orbit.type = 'sun_synchronous' without inclination_deg: "
            "each altitude takes its own inclination"
        )
    altitude = check_shape(check_finite(altitude_m, name="altitudes"), (None,), name="altitudes")
    if not 1 <= altitude.size <= MOST_ALTITUDES or not (np.diff(altitude) > 0.0).all():
        raise ValueError(
            f"altitudes must be 1 to {MOST_ALTITUDES} increasing numbers, got {altitude.size}; "
            "take start < stop, or a longer step"
        )
    check_altitude_m(altitude, name="altitudes")
    if ltan_s is None:
        ltan_s = design.ring.ltan_list_s[0] if design.ring.ltan_list_s else orbit.ltan_s
    shape = design.environment.earth_shape
    track = SunTrack(year)
    noons = noons_of(year)
    found = held_planes(altitude, ltan_s, track, shape).shadows(noons)
    umbra_free_m, penumbra_free_m = lowest_eclipse_free_altitudes_m(ltan_s, year, shape)
    return EclipseMap(
        year=year,
        earth_shape=shape,
        ltan_s=ltan_s,
        altitude_m=altitude,
        noons_utc=noons,
        umbra_s=found.umbra_s,
        shadow_s=found.shadow_s,
        dark_s=found.dark_s,
        umbra_margin_rad=found.umbra_margin_rad,
        penumbra_margin_rad=found.penumbra_margin_rad,
        lowest_umbra_free_altitude_m=umbra_free_m,
        lowest_penumbra_free_altitude_m=penumbra_free_m,
    )


def lowest_eclipse_free_altitudes_m(
    ltan_s: float, year: int, earth_shape: EarthShape
) -> tuple[float | None, float | None]:
    """Lowest sun-synchronous altitudes without umbra, and without penumbra, over a calendar year.

    Parameters
    ----------
    ltan_s : float
        Mean local time of the ascending node, s after midnight.
    year : int
        1900 to 2052.
    earth_shape : EarthShape

    Returns
    -------
    umbra_free_m, penumbra_free_m : float or None
        m; None where every altitude at which such an orbit exists meets it.

    Notes
    -----
    Root of the least margin over the year, scanned upwards from 150 km in steps of 25 km with a closer look
    at maxima just below zero, then solved to 0.1 m.  It is the lowest, not a limit: the higher the orbit,
    the more its plane is tilted away from the pole, and a dawn-dusk orbit meets the shadow again
    from about 3,300 km on.
    """
    track = SunTrack(year)
    nodes = span_nodes(np.datetime64(f"{year}-01-01", "us"), np.datetime64(f"{year + 1}-01-01", "us"))
    altitude = np.append(
        np.arange(LOWEST_ALTITUDE_M, highest_altitude_m(), _SCAN_STEP_M), highest_altitude_m()
    )
    coarse = held_planes(altitude, ltan_s, track, earth_shape).shadows(nodes[::3], margins_only=True)

    def lowest(margins: FloatArray, name: str) -> float | None:
        def margin(altitude_m: float) -> float:
            return _least_margin(altitude_m, ltan_s, track, earth_shape, nodes, name)

        return _first_zero(margin, altitude, margins.min(axis=1))

    return (
        lowest(coarse.umbra_margin_rad, "umbra_margin_rad"),
        lowest(coarse.penumbra_margin_rad, "penumbra_margin_rad"),
    )


def _first_zero(margin: Callable[[float], float], altitude_m: FloatArray, coarse: FloatArray) -> float | None:
    """The lowest altitude with a margin that is not negative; a rough scan tells where to look."""
    for k, rough in enumerate(coarse):
        free_m = None
        if rough > 0.0 and margin(altitude_m[k]) >= 0.0:
            free_m = altitude_m[k]
        elif (
            rough > -_TOUCHING_RAD and 0 < k < coarse.size - 1 and rough >= max(coarse[k - 1], coarse[k + 1])
        ):
            bounds = (altitude_m[k - 1], altitude_m[k + 1])
            top = minimize_scalar(lambda h: -margin(h), bounds=bounds, method="bounded").x
            free_m = top if margin(top) >= 0.0 else None
        if free_m is not None and k == 0:
            return float(free_m)
        if free_m is not None:
            return float(brentq(margin, altitude_m[k - 1], free_m, xtol=0.1))
    return None


def _least_margin(
    altitude_m: float, ltan_s: float, track: SunTrack, shape: EarthShape, nodes: TimeArray, name: str
) -> float:
    """Least margin over the year at one altitude: daily, then hourly, then every 2.5 minutes, rad."""
    plane = held_planes(np.array([altitude_m]), ltan_s, track, shape)
    times = nodes
    for step in (DAY // 24, DAY // 576):
        at = times[getattr(plane.shadows(times, margins_only=True), name)[0].argmin()]
        times = np.clip(at + np.arange(-24, 25) * step, nodes[0], nodes[-1])
    return float(getattr(plane.shadows(times, margins_only=True), name).min())
