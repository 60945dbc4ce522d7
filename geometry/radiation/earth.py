"""The Earth and the Sun as a satellite's body axes see them, time by time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from geometry.constants import ASTRONOMICAL_UNIT_M
from geometry.environment import Environment
from geometry.orbit.states import OrbitStates, TimeArray
from geometry.validation import FloatArray, IntArray, read_only

_KNOCKE_EPOCH = np.datetime64("1981-12-22T00:00:00", "us")
_KNOCKE_PERIOD_DAYS = 365.25


@dataclass(frozen=True, eq=False)
class EarthScene:
    """Where Earth and Sun stand in the body frame at T times, and how the Earth shines.

    Albedo and exitance are sums over Legendre polynomials P0, P1, P2 of the sine of the geocentric
    latitude; a uniform Earth has the first alone.

    Parameters
    ----------
    position_body : array (T, 3)
        Satellite from the geocentre in body axes, in equatorial radii.
    pole_body, sun_body : array (T, 3)
        Unit vectors along the Earth's axis and to the Sun.
    solar_flux_w_m2 : array (T,)
        Solar irradiance outside any shadow, W/m^2.
    sunlit_fraction : array (T,)
        Share of the solar disc in view of the satellite.
    albedo : array (T, 3)
        Coefficients of P0, P1, P2.
    exitance_w_m2 : array (T, 3)
        Coefficients of P0, P1, P2, W/m^2.
    flattening : float
        Of the Earth; 0 is a sphere.
    """

    position_body: FloatArray
    pole_body: FloatArray
    sun_body: FloatArray
    solar_flux_w_m2: FloatArray
    sunlit_fraction: FloatArray
    albedo: FloatArray
    exitance_w_m2: FloatArray
    flattening: float

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            if name != "flattening":
                object.__setattr__(self, name, read_only(getattr(self, name)))

    def __len__(self) -> int:
        return len(self.position_body)

    @property
    def is_uniform(self) -> bool:
        """Whether albedo and exitance are the same all over the Earth."""
        return not (self.albedo[:, 1:].any() or self.exitance_w_m2[:, 1:].any())

    def part(self, times: slice | IntArray) -> EarthScene:
        """The same scene at some of its times."""
        arrays = {n: getattr(self, n)[times] for n in self.__dataclass_fields__ if n != "flattening"}
        return replace(self, **arrays)


def knocke_coefficients(times_utc: TimeArray) -> tuple[FloatArray, FloatArray]:
    """Albedo and emissivity by latitude and season, as coefficients of P0, P1, P2, each (T, 3).

    Notes
    -----
    albedo = 0.34 + 0.10 cos(w) P1(sin lat) + 0.29 P2(sin lat),
    emissivity = 0.68 - 0.07 cos(w) P1(sin lat) - 0.18 P2(sin lat),
    w = 2 pi (days since 1981-12-22) / 365.25; exitance = emissivity x solar irradiance / 4.

    References: [Knocke1988].
    """
    days = (np.asarray(times_utc, "datetime64[us]") - _KNOCKE_EPOCH) / np.timedelta64(1, "D")
    season = np.cos(2.0 * np.pi * days / _KNOCKE_PERIOD_DAYS)
    one = np.ones_like(season)
    albedo = np.stack([0.34 * one, 0.10 * season, 0.29 * one], axis=-1)
    emissivity = np.stack([0.68 * one, -0.07 * season, -0.18 * one], axis=-1)
    return albedo, emissivity


def solar_flux_w_m2(sun_distance_m: FloatArray, environment: Environment) -> FloatArray:
    """Solar irradiance at a distance in m, or at 1 au where the environment says so, W/m^2."""
    if environment.solar_distance == "1au":
        return np.full(np.shape(sun_distance_m), environment.solar_constant_w_m2)
    return environment.solar_constant_w_m2 * (ASTRONOMICAL_UNIT_M / np.asarray(sun_distance_m)) ** 2


def earth_scene(states: OrbitStates, environment: Environment) -> EarthScene:
    """Earth and Sun in the body axes of one satellite.

    Parameters
    ----------
    states : OrbitStates
        Of one satellite (N = 1).
    environment : Environment

    Returns
    -------
    EarthScene

    Raises
    ------
    ValueError
        More than one satellite, or a position inside the Earth.
    """
    if states.satellites != 1:
        raise ValueError(
            f"states must hold one satellite, got {states.satellites}; heat loads are made craft by craft"
        )
    rotation = states.rotation_body_from_gcrs[0]
    shape = environment.earth_shape
    position = np.einsum("tij,tj->ti", rotation, states.position_gcrs_m[0]) / shape.equatorial_radius_m
    pole = np.einsum("tij,tj->ti", rotation, states.earth_pole_gcrs)
    polar = np.einsum("ti,ti->t", position, pole)
    stretch = 1.0 / (1.0 - shape.flattening) ** 2 - 1.0
    height = np.einsum("ti,ti->t", position, position) + stretch * polar**2
    if not (height > 1.0).all():
        worst = int(np.argmin(np.where(np.isfinite(height), height, -np.inf)))
        distance_km = 1e-3 * float(np.linalg.norm(states.position_gcrs_m[0, worst]))
        raise ValueError(
            f"position_gcrs_m must lie outside the Earth, got {distance_km:.1f} km from its centre "
            f"at {states.times_utc[worst]}"
        )
    flux = solar_flux_w_m2(states.sun_distance_m, environment)
    if environment.earth_model == "uniform":
        albedo = np.array([environment.earth_albedo, 0.0, 0.0]) * np.ones((len(flux), 1))
        exitance = np.array([environment.earth_infrared_w_m2, 0.0, 0.0]) * np.ones((len(flux), 1))
    else:
        albedo, emissivity = knocke_coefficients(states.times_utc)
        exitance = emissivity * flux[:, None] / 4.0
    return EarthScene(
        position_body=position,
        pole_body=pole,
        sun_body=np.einsum("tij,tj->ti", rotation, states.sun_direction_gcrs),
        solar_flux_w_m2=flux,
        sunlit_fraction=states.sunlit_fraction[0],
        albedo=albedo,
        exitance_w_m2=exitance,
        flattening=shape.flattening,
    )
