"""Drag over a year of one craft under one law: area, delta-v to hold the altitude, decay without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from geometry.air.exposure import REPLICATES, AirExposure, stopped_means
from geometry.constants import EARTH_MU_M3_S2, TROPICAL_YEAR_S
from geometry.ephemeris import sky_at
from geometry.frames import dot, rotated, unit
from geometry.orbit.drag import geodetic_m, wind_gcrs_m_s
from geometry.orbit.free_molecular import GasSurface
from geometry.orbit.states import OrbitStates
from geometry.orbit.thermosphere import ACTIVITIES, Air, SolarIndices, air_at, msis_air
from geometry.validation import FloatArray, IntArray, read_only

_DAY_S = 86_400.0
GIVEN = "given"
"""Name of the activity made from indices of one's own."""


@dataclass(frozen=True, eq=False)
class DragYear:
    """Drag of one law at one solar activity.

    Parameters
    ----------
    drag_area_m2 : float
        CdA: force along the wind over dynamic pressure, mean of the year over time, m^2.
    drag_area_standard_error_m2 : float
        Of the rays that found which parts shade each other; 0 where none do.
    drag_area_day_m2 : array (D,)
        Mean of each orbit computed.
    delta_v_m_s_year : float or None
        To hold the altitude; None where the craft has no mass.
    decay_m_day : float or None
        Loss of mean altitude in a day where it is not held, at the altitude of the orbit.
    """

    drag_area_m2: float
    drag_area_standard_error_m2: float
    drag_area_day_m2: FloatArray
    delta_v_m_s_year: float | None
    decay_m_day: float | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "drag_area_day_m2", read_only(self.drag_area_day_m2))


@dataclass(frozen=True, eq=False)
class YearInAir:
    """One satellite's way through the air: D orbits of M positions, and the air there.

    Parameters
    ----------
    rows : int array (D, M)
        Which states of the year they are.
    position_gcrs_m, velocity_gcrs_m_s, wind_gcrs_m_s : array (D, M, 3)
    air : dict of str to Air
        By activity, each of D x M points.
    mass_kg : float or None
    """

    rows: IntArray
    position_gcrs_m: FloatArray
    velocity_gcrs_m_s: FloatArray
    wind_gcrs_m_s: FloatArray
    air: dict[str, Air]
    mass_kg: float | None

    @staticmethod
    def of(
        states: OrbitStates, rows: IntArray, mass_kg: float | None, indices: SolarIndices | None = None
    ) -> YearInAir:
        """The first satellite of `states` at the rows (D, M); `indices` add NRLMSIS along the orbit."""
        position, velocity = (
            states.position_gcrs_m[:1, rows.ravel()],
            states.velocity_gcrs_m_s[:1, rows.ravel()],
        )
        pole = states.earth_pole_gcrs[rows.ravel()]
        altitude, latitude = geodetic_m(position, pole)
        air = {activity: air_at(altitude[0], activity) for activity in ACTIVITIES}
        if indices is not None:
            times = states.times_utc[rows.ravel()]
            x, y, _ = rotated(sky_at(times).rotation_itrs_from_gcrs, position[0]).T
            air[GIVEN] = msis_air(times, np.arctan2(y, x), latitude[0], altitude[0], indices)
        shape = (*rows.shape, 3)
        wind = wind_gcrs_m_s(position, velocity, pole)
        return YearInAir(
            rows, position.reshape(shape), velocity.reshape(shape), wind.reshape(shape), air, mass_kg
        )

    def orbits(self, activity: str) -> Iterator[tuple[int, Air]]:
        """Each orbit's number and its air."""
        air, positions = self.air[activity], self.rows.shape[1]
        for day in range(self.rows.shape[0]):
            part = slice(day * positions, (day + 1) * positions)
            yield day, Air(air.temperature_k[part], air.species_density_kg_m3[part])

    def weights_gcrs(self, day: int, air: Air) -> FloatArray:
        """What the force is multiplied by (M, W, 3): for the area; with a mass, for thrust and decay too."""
        wind, velocity, position = (
            self.wind_gcrs_m_s[day],
            self.velocity_gcrs_m_s[day],
            self.position_gcrs_m[day],
        )
        speed = np.linalg.norm(wind, axis=-1, keepdims=True)
        weights = [wind / (0.5 * air.density_kg_m3[:, None] * speed**3)]
        if self.mass_kg is not None:
            radius = np.linalg.norm(position, axis=-1)
            axis = 1.0 / (2.0 / radius - dot(velocity, velocity) / EARTH_MU_M3_S2)
            weights.append(-unit(velocity) / self.mass_kg)
            weights.append(velocity * (-2.0 * axis**2 / (EARTH_MU_M3_S2 * self.mass_kg))[:, None])
        return np.stack(weights, axis=1)


def drag_year(
    exposure: AirExposure,
    rotation_body_from_gcrs: FloatArray,
    year: YearInAir,
    surface: GasSurface,
    seed: int,
) -> dict[str, DragYear]:
    """Drag under one law at each activity.

    Parameters
    ----------
    exposure : AirExposure
        Of the craft's mesh.
    rotation_body_from_gcrs : array (T, 3, 3)
        At all states of the year, of which `year.rows` are taken.
    year : YearInAir
    surface : GasSurface
    seed : int

    Returns
    -------
    dict of str to DragYear
    """
    return {
        activity: _summed(
            *_daily(exposure, rotation_body_from_gcrs[year.rows], year, activity, surface, seed)
        )
        for activity in year.air
    }


def held_drag_area_m2(
    exposure: AirExposure, ahead_body: FloatArray, year: YearInAir, surface: GasSurface, seed: int
) -> float:
    """CdA of the craft with one body direction (3,) held against the wind, at mean activity, m^2."""
    speed = np.linalg.norm(year.wind_gcrs_m_s, axis=-1)
    total = 0.0
    rng = np.random.default_rng(seed)
    for day, air in year.orbits("mean"):
        wind = -speed[day][:, None] * ahead_body
        weights = -ahead_body / (0.5 * air.density_kg_m3 * speed[day] ** 2)[:, None]
        force = exposure.force_n(wind, air, surface)
        stopped = stopped_means(exposure, wind, weights[:, None, :], air, surface, rng)
        total += float(dot(force, weights).mean() - stopped.mean())
    return total / len(year.rows)


def _daily(
    exposure: AirExposure,
    rotation: FloatArray,
    year: YearInAir,
    activity: str,
    surface: GasSurface,
    seed: int,
) -> tuple[FloatArray, FloatArray]:
    """Means over each orbit of force . weight, (D, W), and what is stopped of it by replicate (R, D, W)."""
    days = rotation.shape[0]
    width = 1 if year.mass_kg is None else 3
    arriving, stopped = np.empty((days, width)), np.empty((REPLICATES, days, width))
    rng = np.random.default_rng(seed)
    for day, air in year.orbits(activity):
        wind = rotated(rotation[day], year.wind_gcrs_m_s[day])
        weights = rotated(rotation[day][:, None], year.weights_gcrs(day, air))
        force = exposure.force_n(wind, air, surface)
        arriving[day] = dot(force[:, None, :], weights).mean(axis=0)
        stopped[:, day] = stopped_means(exposure, wind, weights, air, surface, rng)
    return arriving, stopped


def _summed(arriving: FloatArray, stopped: FloatArray) -> DragYear:
    """The year from its orbits."""
    daily = arriving - stopped.mean(axis=0)
    mean = daily.mean(axis=0)
    error = stopped[..., 0].mean(axis=1).std(ddof=1) / np.sqrt(REPLICATES)
    has_mass = mean.size > 1
    return DragYear(
        drag_area_m2=float(mean[0]),
        drag_area_standard_error_m2=float(error),
        drag_area_day_m2=daily[:, 0],
        delta_v_m_s_year=float(mean[1] * TROPICAL_YEAR_S) if has_mass else None,
        decay_m_day=float(mean[2] * _DAY_S) if has_mass else None,
    )
