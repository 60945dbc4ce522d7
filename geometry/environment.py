"""The Sun and the Earth as a radiation environment: one shape and one model for all rooms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from geometry.constants import (
    EARTH_EQUATORIAL_RADIUS_M,
    EARTH_FLATTENING,
    SOLAR_CONSTANT_W_M2,
)
from geometry.validation import check_choice, check_in_range

SolarDistance = Literal["true", "1au"]
EarthModel = Literal["uniform", "knocke1988"]


@dataclass(frozen=True)
class EarthShape:
    """Oblate spheroid about the axis of rotation; a sphere where `flattening` is 0.

    Parameters
    ----------
    equatorial_radius_m : float
        m.
    flattening : float
        1 - polar radius / equatorial radius.
    """

    equatorial_radius_m: float = EARTH_EQUATORIAL_RADIUS_M
    flattening: float = EARTH_FLATTENING

    def __post_init__(self) -> None:
        check_in_range(self.equatorial_radius_m, 1.0e6, 1.0e7, name="equatorial_radius_m", unit="m")
        check_in_range(self.flattening, 0.0, 0.1, name="flattening")

    @property
    def polar_radius_m(self) -> float:
        """Semi-minor axis, m."""
        return self.equatorial_radius_m * (1.0 - self.flattening)

    @property
    def is_sphere(self) -> bool:
        """True where the flattening is zero."""
        return self.flattening == 0.0


@dataclass(frozen=True)
class Environment:
    """What shines on a satellite.

    Parameters
    ----------
    solar_constant_w_m2 : float
        Solar irradiance at 1 au, W/m^2.
    solar_distance : {"true", "1au"}
        Whether the flux follows the true Sun-Earth distance.
    earth_infrared_w_m2 : float
        Exitance of the uniform Earth, W/m^2.
    earth_albedo : float
        Bond albedo of the uniform, Lambertian Earth, in [0, 1].
    earth_model : {"uniform", "knocke1988"}
        Where albedo and emission come from.
    earth_shape : EarthShape
        One shape for shadow, horizon and loads alike.
    """

    solar_constant_w_m2: float = SOLAR_CONSTANT_W_M2
    solar_distance: SolarDistance = "true"
    earth_infrared_w_m2: float = 237.0
    earth_albedo: float = 0.30
    earth_model: EarthModel = "uniform"
    earth_shape: EarthShape = field(default_factory=EarthShape)

    def __post_init__(self) -> None:
        check_in_range(self.solar_constant_w_m2, 0.0, 1.0e5, name="solar_constant_w_m2", unit="W/m2")
        check_choice(self.solar_distance, ("true", "1au"), name="solar_distance")
        check_in_range(self.earth_infrared_w_m2, 0.0, 1.0e4, name="earth_infrared_w_m2", unit="W/m2")
        check_in_range(self.earth_albedo, 0.0, 1.0, name="earth_albedo")
        check_choice(self.earth_model, ("uniform", "knocke1988"), name="earth_model")
