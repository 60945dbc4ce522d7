"""One moment of the ring: every satellite, its light, the Sun and the Earth, ready to be drawn and told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geometry.design import Design
from geometry.ephemeris import parse_utc, sky_at
from geometry.frames import orbit_normal
from geometry.orbit import OrbitStates, flight_of, orbit_positions, orbit_states
from geometry.orbit.eclipse import sunlit_fraction, umbra_cone
from geometry.orbit.sun_synchronous import ltan_s
from geometry.validation import FloatArray
from viz.scene import EarthItem

NO_NODE_RAD = 1e-6  # inclination below which the line of nodes means nothing


@dataclass(frozen=True, eq=False)
class Moment:
    """The ring at one time.

    Parameters
    ----------
    at_utc : datetime64[us]
    position_gcrs_m : array (N, 3)
    sunlit_fraction : array (N,)
    sun_direction_gcrs, earth_pole_gcrs : array (3,)
    earth : EarthItem
    umbra_apex_m, umbra_half_angle_rad : float
        Cone of full shadow, from the geocentre away from the Sun.
    satellite : int
        The one looked at.
    state : OrbitStates
        Of that one, (1, 1, ...).
    ltan_s : float or None
        Mean local time of its ascending node as flown; None in the equator's plane, where there is none.
    """

    at_utc: np.datetime64
    position_gcrs_m: FloatArray
    sunlit_fraction: FloatArray
    sun_direction_gcrs: FloatArray
    earth_pole_gcrs: FloatArray
    earth: EarthItem
    umbra_apex_m: float
    umbra_half_angle_rad: float
    satellite: int
    state: OrbitStates
    ltan_s: float | None

    @property
    def beta_rad(self) -> float:
        """Of the satellite looked at."""
        return float(self.state.beta_rad[0, 0])

    @property
    def lit_share(self) -> float:
        """Mean over the ring of the share of the Sun in view."""
        return float(self.sunlit_fraction.mean())

    @property
    def rotation_gcrs_from_orbit(self) -> FloatArray:
        """Columns R, T, H of the satellite looked at, (3, 3)."""
        position, velocity = self.state.position_gcrs_m[0, 0], self.state.velocity_gcrs_m_s[0, 0]
        radial = position / np.linalg.norm(position)
        normal = orbit_normal(position, velocity)
        return np.stack([radial, np.cross(normal, radial), normal], axis=1)

    @property
    def rotation_gcrs_from_body(self) -> FloatArray:
        """Of the satellite looked at, (3, 3)."""
        return self.state.rotation_body_from_gcrs[0, 0].T


def moment_of(design: Design, at_utc: np.datetime64, satellite: int = 0) -> Moment:
    """The ring of a design at one time.

    Raises
    ------
    ValueError
        As `orbit_states`.
    """
    times = np.array([parse_utc(at_utc, name="at_utc")])
    sky = sky_at(times)
    shape = design.environment.earth_shape
    position = orbit_positions(design, times)
    lit = sunlit_fraction(position, sky.sun_direction_gcrs, sky.sun_distance_m, sky.earth_pole_gcrs, shape)
    apex, half_angle = umbra_cone(float(sky.sun_distance_m[0]), shape)
    state = orbit_states(design, times, satellites=[satellite])
    return Moment(
        at_utc=times[0],
        position_gcrs_m=position[:, 0],
        sunlit_fraction=lit[:, 0],
        sun_direction_gcrs=sky.sun_direction_gcrs[0],
        earth_pole_gcrs=sky.earth_pole_gcrs[0],
        earth=EarthItem(sky.rotation_itrs_from_gcrs[0], shape),
        umbra_apex_m=apex,
        umbra_half_angle_rad=half_angle,
        satellite=satellite,
        state=state,
        ltan_s=_local_time_s(design, times, satellite),
    )


def _local_time_s(design: Design, times: np.ndarray, satellite: int) -> float | None:
    """From the plane's mean normal: the node lies a quarter turn behind it in right ascension."""
    normal = flight_of(design).orbit_normals_gcrs(times, np.array([satellite]))[0]
    x, y, _z = sky_at(times).rotation_gcrs_from_teme[0].T @ normal
    if np.hypot(x, y) < NO_NODE_RAD:
        return None
    return float(ltan_s(np.arctan2(x, -y), times)[0])
