"""What a design says about orbit, attitude and ring: SI, radians, seconds of local time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from geometry.orbit.thermosphere import ACTIVITIES
from geometry.validation import check_choice, check_finite, check_in_range

Propagation = Literal["analytic", "sgp4"]
LAWS = ("sun_pointing", "sun_slice_locked", "sun_slice_rolling", "lvlh_fixed")
DAY_S = 86_400.0


@dataclass(frozen=True)
class SunSynchronousOrbit:
    """Circular sun-synchronous orbit (frozen J3 eccentricity in the propagator).

    Parameters
    ----------
    altitude_m : float
        Brouwer mean semi-major axis less 6378.137 km, m.
    ltan_s : float
        Mean local time of the ascending node, seconds after midnight, in [0, 86400).
    inclination_rad : float or None
        Overrides the solved inclination; then the node drifts.
    propagation : {"analytic", "sgp4"}
    decay_m_s : float
        Loss of semi-major axis to drag per time, at this altitude and at the epoch, m/s; 0: no drag.
    solar_activity : {"solar_min", "mean", "solar_max"}
        Of the air whose scale height makes the decay grow.
    """

    altitude_m: float = 560_000.0
    ltan_s: float = 64_800.0
    inclination_rad: float | None = None
    propagation: Propagation = "analytic"
    decay_m_s: float = 0.0
    solar_activity: str = "mean"

    def __post_init__(self) -> None:
        check_finite(self.altitude_m, name="altitude_m")
        if not 0.0 <= self.ltan_s < DAY_S:
            raise ValueError(f"ltan_s must lie in [0, 86400) seconds of the day, got {self.ltan_s:g}")
        if self.inclination_rad is not None:
            check_in_range(self.inclination_rad, 0.0, 3.141592653589794, name="inclination_rad", unit="rad")
        check_choice(self.propagation, ("analytic", "sgp4"), name="propagation")
        check_in_range(self.decay_m_s, 0.0, 1e4, name="decay_m_s", unit="m/s")
        check_choice(self.solar_activity, ACTIVITIES, name="solar_activity")


@dataclass(frozen=True)
class KeplerianOrbit:
    """Osculating elements at the epoch in GCRS, flown as two bodies (mu 398600.4418 km^3/s^2)."""

    semi_major_axis_m: float
    eccentricity: float = 0.0
    inclination_rad: float = 0.0
    raan_rad: float = 0.0
    argument_of_perigee_rad: float = 0.0
    mean_anomaly_rad: float = 0.0

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            check_finite(getattr(self, name), name=name)
        if not 0.0 <= self.eccentricity < 1.0:
            raise ValueError(
                f"eccentricity must lie in [0, 1), got {self.eccentricity:g}; open orbits are not flown"
            )
        check_in_range(self.inclination_rad, 0.0, 3.141592653589794, name="inclination_rad", unit="rad")
        if not self.semi_major_axis_m * (1.0 - self.eccentricity) > 6_378_137.0:
            raise ValueError(
                f"semi_major_axis_m={self.semi_major_axis_m:.0f} with eccentricity={self.eccentricity:g} "
                "has its perigee inside the Earth"
            )


@dataclass(frozen=True)
class ElementsOrbit:
    """Elements of a file (OMM as JSON or CSV, or TLE), flown with SGP4."""

    file: Path


Orbit = SunSynchronousOrbit | KeplerianOrbit | ElementsOrbit


@dataclass(frozen=True)
class Attitude:
    """Attitude law; the body axes in (R, T, H) only for `lvlh_fixed`.

    `z_body_rth` is the body +Z axis written in the orbit frame, `x_body_rth` a direction whose part
    across z becomes +X; they need not be normalised, and must not be parallel.
    """

    law: str = "sun_pointing"
    z_body_rth: tuple[float, float, float] | None = None
    x_body_rth: tuple[float, float, float] | None = None

    def __post_init__(self) -> None:
        check_choice(self.law, LAWS, name="attitude law")
        if self.law == "lvlh_fixed" and (self.z_body_rth is None or self.x_body_rth is None):
            raise ValueError("law = 'lvlh_fixed' needs z_body_rth and x_body_rth, three numbers each")
        if self.law == "lvlh_fixed":
            z = check_finite(self.z_body_rth, name="z_body_rth")  # type: ignore[arg-type]
            x = check_finite(self.x_body_rth, name="x_body_rth")  # type: ignore[arg-type]
            zz, xx, zx = float(z @ z), float(x @ x), float(z @ x)
            if not zz * xx - zx * zx > 1e-12 * zz * xx:
                raise ValueError(f"z_body_rth and x_body_rth must not be zero or parallel, got {z} and {x}")


@dataclass(frozen=True)
class Ring:
    """Members of the ring: planes at even phase, over spreads of node and altitude.

    `ltan_list_s` empty: the orbit's own LTAN.  Satellites = per plane x planes x LTANs, ordered
    LTAN by LTAN, plane by plane, along the plane from the ascending node at the epoch; a second and
    later LTAN is moved ahead by a part of one spacing, so that the rings pass between each other.
    """

    satellites_per_plane: int = 1000
    planes: int = 1
    raan_spread_rad: float = 0.0
    altitude_spread_m: float = 0.0
    phase_step_rad: float = 0.0
    ltan_list_s: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        check_in_range(self.satellites_per_plane, 1, 1_000_000, name="satellites_per_plane")
        check_in_range(self.planes, 1, 100_000, name="planes")
        for name in ("raan_spread_rad", "altitude_spread_m", "phase_step_rad"):
            check_finite(getattr(self, name), name=name)
        if self.ltan_list_s:
            check_in_range(self.ltan_list_s, 0.0, DAY_S, name="ltan_list_s", unit="s")

    @property
    def satellites(self) -> int:
        """Members of the whole ring."""
        return self.satellites_per_plane * self.planes * max(1, len(self.ltan_list_s))
