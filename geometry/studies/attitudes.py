"""The price of each attitude law over a year: power, angle of attack, drag, delta-v, torque."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from geometry.air.drag_year import DragYear, YearInAir, drag_year, held_drag_area_m2
from geometry.air.exposure import POINTS, REPLICATES, air_exposure
from geometry.constants import TROPICAL_YEAR_S
from geometry.craft import Craft
from geometry.ephemeris import TimeArray, check_times_utc
from geometry.frames import dot, rotated
from geometry.orbit import (
    Attitude,
    FlownDesign,
    OrbitStates,
    flight_of,
    held_at_altitude,
    orbit_states,
    sun_side,
)
from geometry.orbit.attitude import angle_of_attack_rad, rotation_body_from_gcrs
from geometry.orbit.free_molecular import DIFFUSE_SURFACE, GasSurface
from geometry.orbit.gravity_gradient import gravity_gradient_torque_n_m
from geometry.orbit.parameters import LAWS
from geometry.orbit.thermosphere import ACTIVITIES, SolarIndices
from geometry.validation import FloatArray, check_choice, read_only

DAYS, POSITIONS = 365, 96
DRAG_EVERY = 5
"""Drag is computed on every fifth of the days: it varies with the season only."""

_ZOOM_POINTS, _ZOOMS, _PEAKS = 33, 2, 3
_RAYS = REPLICATES * POINTS  # of each orbit, activity and law


@dataclass(frozen=True, eq=False)
class LawPrice:
    """What one attitude law costs over a year.

    Parameters
    ----------
    law : str
    power_factor_mean, power_factor_min : float
        Of max(0, Z . s) over the sunlit time, each moment by the share of the Sun in view.
    power_factor_day : array (D,)
        Mean of each day's orbit; 0 where none of it is sunlit.
    angle_of_attack_max_rad : float
        Largest asin |Z . v| with the inertial velocity.
    angle_of_attack_day_rad : array (D,)
        Largest of each day's orbit.
    gravity_gradient_torque_max_n_m : float or None
        Largest magnitude; None where the craft has no mass.
    drag : dict of str to DragYear
        By solar activity.
    """

    law: str
    power_factor_mean: float
    power_factor_min: float
    power_factor_day: FloatArray
    angle_of_attack_max_rad: float
    angle_of_attack_day_rad: FloatArray
    gravity_gradient_torque_max_n_m: float | None
    drag: dict[str, DragYear]

    def __post_init__(self) -> None:
        for name in ("power_factor_day", "angle_of_attack_day_rad"):
            object.__setattr__(self, name, read_only(getattr(self, name)))


@dataclass(frozen=True, eq=False)
class AttitudeTrade:
    """All laws beside each other.

    Parameters
    ----------
    start_utc : datetime64[us]
        The year runs from here.
    days_utc : datetime64[us] array (D,)
        First moment of the orbit that stands for each day.
    drag_days_utc : datetime64[us] array (D / 5,)
        Those at which drag was computed.
    laws : tuple of LawPrice
    broadside_drag_area_m2, edge_on_drag_area_m2 : float
        CdA of the same craft held with its cell face, and with its leading edge, against the wind: mean of
        the year at mean solar activity, m^2.
    mass_kg : float or None
        None where the craft has none.
    sunlit_fraction_mean : float
        Mean over the year of the share of the solar disc in view.
    rays : int
        Cast to find which parts shade each other from the air.
    """

    start_utc: np.datetime64
    days_utc: TimeArray
    drag_days_utc: TimeArray
    laws: tuple[LawPrice, ...]
    broadside_drag_area_m2: float
    edge_on_drag_area_m2: float
    mass_kg: float | None
    sunlit_fraction_mean: float
    rays: int


def attitude_trade(
    design: FlownDesign,
    craft: Craft,
    *,
    start_utc: np.datetime64 | None = None,
    satellite: int = 0,
    laws: Sequence[str] | None = None,
    surface: GasSurface = DIFFUSE_SURFACE,
    indices: SolarIndices | None = None,
    seed: int = 1,
    days: int = DAYS,
    positions: int = POSITIONS,
    progress: Callable[[int, int], None] | None = None,
) -> AttitudeTrade:
    """Fly a craft for a year under each attitude law.

    Parameters
    ----------
    design : FlownDesign
        Its orbit, and for `lvlh_fixed` the body axes of its attitude.
    craft : Craft
        That of the satellite.
    start_utc : datetime64, optional
        Start of the year; default the design's epoch.
    satellite : int
        Member of the ring.
    laws : sequence of str, optional
        Default: the three that follow the Sun, and `lvlh_fixed` where the design gives its axes.
    surface : GasSurface
        How molecules leave the craft.
    indices : SolarIndices, optional
        Adds an activity "given": NRLMSIS 2.1 along the orbit (extra `drag`).
    seed : int
        Of the rays that find which parts shade each other from the air.
    days, positions : int
        Orbits spread evenly over the year, and positions on each.
    progress : callable, optional
        Called with (done, total).

    Returns
    -------
    AttitudeTrade

    Raises
    ------
    ValueError
        An unknown law, `lvlh_fixed` without axes, an orbit that cannot be flown for a year from there or
        that dips below 120 km, fewer than one day or 8 positions.
    ModuleNotFoundError
        `indices` without pymsis.

    Notes
    -----
    Means are even sums over nodal periods spread evenly over a tropical year: exact for what varies smoothly
    along the orbit, to 1e-4 where eclipses cut it.  Largest values are found between the samples by looking
    closer around the best three.  The orbit keeps its altitude; the attitude is held exactly.
    """
    attitudes = _attitudes(design.attitude, laws)
    design = held_at_altitude(design)
    if not (days >= 1 and positions >= 8):
        raise ValueError(f"days must be at least 1 and positions at least 8, got {days} and {positions}")
    start = check_times_utc(design.epoch_utc if start_utc is None else start_utc, name="start")[0]
    first = start + np.rint(np.arange(days) * (TROPICAL_YEAR_S / days) * 1e6).astype("timedelta64[us]")
    period_us = flight_of(design).nodal_period_s * 1e6
    along = np.rint(np.arange(positions) * (period_us / positions)).astype("timedelta64[us]")
    times = check_times_utc((first[:, None] + along).ravel(), name="every day of the year from the start")
    states = orbit_states(design, times, satellites=[satellite])
    sigma = sun_side(design, satellites=[satellite])
    for_drag = np.arange(0, days, DRAG_EVERY)
    air = YearInAir.of(
        states, (for_drag[:, None] * positions + np.arange(positions)), craft.mass_kg or None, indices
    )
    exposure = air_exposure(craft.mesh)
    prices = []
    for done, attitude in enumerate(attitudes):
        if progress is not None:
            progress(done, len(attitudes))
        held = _Held(design, attitude, satellite, sigma, states, days, period_us / positions)
        prices.append(held.price(craft, drag_year(exposure, held.rotation(states)[0], air, surface, seed)))
    if progress is not None:
        progress(len(attitudes), len(attitudes))
    return AttitudeTrade(
        start_utc=start,
        days_utc=read_only(first, "datetime64[us]"),
        drag_days_utc=read_only(first[for_drag], "datetime64[us]"),
        laws=tuple(prices),
        broadside_drag_area_m2=held_drag_area_m2(exposure, np.array([0.0, 0.0, 1.0]), air, surface, seed),
        edge_on_drag_area_m2=held_drag_area_m2(exposure, np.array([1.0, 0.0, 0.0]), air, surface, seed),
        mass_kg=craft.mass_kg or None,
        sunlit_fraction_mean=float(states.sunlit_fraction.mean()),
        rays=_RAYS * for_drag.size * (len(air.air) * len(prices) + 2) if exposure.shaded else 0,
    )


def _attitudes(own: Attitude, laws: Sequence[str] | None) -> tuple[Attitude, ...]:
    """The laws asked for, each with the axes of the design."""
    if laws is None:
        laws = LAWS[:3] if own.z_body_rth is None else LAWS
    for law in laws:
        check_choice(law, LAWS, name="law")
    return tuple(Attitude(law, own.z_body_rth, own.x_body_rth) for law in laws)


@dataclass(frozen=True, eq=False)
class _Held:
    """One satellite held under one law, at the states of the year and near them."""

    design: FlownDesign
    attitude: Attitude
    satellite: int
    sigma: FloatArray
    states: OrbitStates
    days: int
    step_us: float

    def rotation(self, states: OrbitStates) -> FloatArray:
        """Body axes (1, T, 3, 3) at some states."""
        return rotation_body_from_gcrs(
            self.attitude,
            states.position_gcrs_m,
            states.velocity_gcrs_m_s,
            states.sun_direction_gcrs,
            self.sigma,
        )

    def price(self, craft: Craft, drag: dict[str, DragYear]) -> LawPrice:
        """Everything but the drag, which is given."""
        mean, least, daily = self._power_factor()
        attack, attack_daily = self._angle_of_attack_rad()
        return LawPrice(
            law=self.attitude.law,
            power_factor_mean=mean,
            power_factor_min=least,
            power_factor_day=daily,
            angle_of_attack_max_rad=attack,
            angle_of_attack_day_rad=attack_daily,
            gravity_gradient_torque_max_n_m=self._torque_n_m(craft),
            drag=drag,
        )

    def _power_factor(self) -> tuple[float, float, FloatArray]:
        """Mean, least and daily mean of the cosine of incidence, by the share of the Sun in view."""
        factor = np.maximum(0.0, dot(self.rotation(self.states)[0, :, 2], self.states.sun_direction_gcrs))
        light = self.states.sunlit_fraction[0]
        if not (light > 0.0).any():
            return 0.0, 0.0, np.zeros(self.days)
        daily, weight = ((x.reshape(self.days, -1)).sum(axis=1) for x in (factor * light, light))
        by_day = np.divide(daily, weight, out=np.zeros(self.days), where=weight > 0.0)
        return float(daily.sum() / weight.sum()), float(factor[light > 0.0].min()), by_day

    def _angle_of_attack_rad(self) -> tuple[float, FloatArray]:
        """Largest of the year and of each day."""

        def attack(rotation: FloatArray, states: OrbitStates) -> FloatArray:
            return angle_of_attack_rad(rotation, states.velocity_gcrs_m_s)[0]

        sampled = attack(self.rotation(self.states), self.states)
        return self._largest(attack, sampled), sampled.reshape(self.days, -1).max(axis=1)

    def _torque_n_m(self, craft: Craft) -> float | None:
        """Largest magnitude of the gravity-gradient torque."""
        if not craft.mass_kg:
            return None

        def torque(rotation: FloatArray, states: OrbitStates) -> FloatArray:
            position = rotated(rotation, states.position_gcrs_m)[0]
            found = gravity_gradient_torque_n_m(position, craft.inertia_kg_m2)
            return np.asarray(np.linalg.norm(found, axis=-1))

        return self._largest(torque, torque(self.rotation(self.states), self.states))

    def _largest(self, of: Callable[[FloatArray, OrbitStates], FloatArray], sampled: FloatArray) -> float:
        """Largest value of the year of a smooth quantity; looked for closer near the best samples (T,)."""
        best = float(sampled.max())
        for peak in np.argsort(sampled)[-_PEAKS:]:
            middle, half_us = self.states.times_utc[peak], self.step_us
            for _ in range(_ZOOMS):
                offsets = np.rint(np.linspace(-half_us, half_us, _ZOOM_POINTS)).astype("timedelta64[us]")
                with warnings.catch_warnings():  # the states of the year have warned already
                    warnings.simplefilter("ignore", UserWarning)
                    near = orbit_states(self.design, middle + offsets, satellites=[self.satellite])
                found = of(self.rotation(near), near)
                best = max(best, float(found.max()))
                middle, half_us = near.times_utc[found.argmax()], 2.0 * half_us / (_ZOOM_POINTS - 1)
        return best


__all__ = ["ACTIVITIES", "AttitudeTrade", "LawPrice", "attitude_trade"]
