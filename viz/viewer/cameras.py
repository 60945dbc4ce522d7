"""Where each camera of the viewer stands, at a moment and as it is aimed."""

from __future__ import annotations

import numpy as np

from geometry.constants import EARTH_EQUATORIAL_RADIUS_M
from geometry.validation import FloatArray
from viz.atmosphere import TOP_KM
from viz.camera import Camera
from viz.ring_views import REFERENCE_M
from viz.viewer.moments import Moment
from viz.viewer.state import START_AIMS, Aim, ViewState

GLOBE_DISTANCE = 6.2  # Earth radii
GLOBE_ANGLE_RAD = 2.0 * np.arctan(0.5 * 2.95 / GLOBE_DISTANCE)
ABOVE_THE_BAR = (0.0, 0.13)  # where the middle stands: the time bar lies below
LOWEST_M = EARTH_EQUATORIAL_RADIUS_M + 1e3 * (TOP_KM + 20.0)
CRAFT_ANGLE_RAD = 0.62
RIDE_ANGLE_RAD = 1.05
GROUND_ANGLE_RAD = 1.25
GROUND_LATITUDE_RAD = np.radians(40.0)
GROUND_SUN_DEPRESSION_RAD = np.radians(9.0)
GROUND_ELEVATIONS_RAD = (np.radians(20.0), np.radians(30.0))  # at which the horizon stays in the picture
OBSERVER_HEIGHT_M = 300.0
# where the eye stands about a craft, along: the way across, the way up, the way to the Sun
SIDES = {"back": (0.5, 0.55, -1.0), "front": (-0.45, 0.4, 1.0), "edge": (0.2, 1.0, -0.12)}


def camera_of(state: ViewState, moment: Moment, bounds_m: FloatArray) -> Camera:
    """The camera of a state.

    Parameters
    ----------
    state : ViewState
    moment : Moment
    bounds_m : array (2, 3)
        Box of the craft, in its body frame: its middle is looked at, not the origin of its mesh.
    """
    return _CAMERAS[state.camera](state, moment, bounds_m)


def _middle(moment: Moment, bounds_m: FloatArray) -> FloatArray:
    """Where the middle of the craft looked at is, GCRS (3,)."""
    offset = moment.rotation_gcrs_from_body @ bounds_m.mean(axis=0)
    return moment.state.position_gcrs_m[0, 0] + offset


def _extent_m(bounds_m: FloatArray) -> float:
    """Diagonal of a box (2, 3): what a craft may fill, however it is turned."""
    return float(np.linalg.norm(np.ptp(bounds_m, axis=0)))


def side_aim(moment: Moment, side: str) -> Aim:
    """Aim of the camera that follows, for a side of `SIDES`; up is away from the Earth, across the Sun."""
    radial, along, normal = moment.rotation_gcrs_from_orbit.T
    sun = moment.sun_direction_gcrs
    # under the Sun "away from the Earth" is no way across it: the orbit's normal is
    up = _across(radial if abs(float(radial @ sun)) < 0.95 else normal, sun)
    way = np.array(SIDES[side]) @ np.stack([np.cross(up, sun), up, sun])
    way /= np.linalg.norm(way)
    return Aim(
        float(np.arctan2(way @ normal, way @ along)), float(np.arcsin(np.clip(way @ radial, -1.0, 1.0)))
    )


def is_ground(state: ViewState) -> bool:
    """Whether one looks up from the ground, through air that the picture of the Earth does not hold."""
    return state.camera == "ground"


def ring_reach(moment: Moment) -> float:
    """How much farther the ring reaches than the one that the views are made for; at least 1."""
    radius2 = np.einsum("nk,nk->n", moment.position_gcrs_m, moment.position_gcrs_m).max()
    return max(1.0, float(np.sqrt(radius2)) / REFERENCE_M)


def _across(direction: FloatArray, axis: FloatArray) -> FloatArray:
    """The part of a direction at right angles to an axis, normalised."""
    part = direction - (direction @ axis) * axis
    return part / np.linalg.norm(part)


def _globe(state: ViewState, moment: Moment, base: FloatArray, up: FloatArray) -> Camera:
    """About the geocentre: azimuth from `base` eastwards about `up`, elevation over their plane."""
    aim = state.aim
    side = np.cross(up, base)
    way = np.cos(aim.elevation_rad) * (np.cos(aim.azimuth_rad) * base + np.sin(aim.azimuth_rad) * side)
    way = way + np.sin(aim.elevation_rad) * up
    distance = EARTH_EQUATORIAL_RADIUS_M * GLOBE_DISTANCE * ring_reach(moment) * aim.zoom
    return Camera(max(distance, LOWEST_M) * way, np.zeros(3), up, GLOBE_ANGLE_RAD, ABOVE_THE_BAR)


def _free(state: ViewState, moment: Moment, _bounds_m: FloatArray) -> Camera:
    pole = moment.earth_pole_gcrs
    return _globe(state, moment, _across(moment.sun_direction_gcrs, pole), pole)


def _sun(state: ViewState, moment: Moment, _bounds_m: FloatArray) -> Camera:
    sun = moment.sun_direction_gcrs
    return _globe(state, moment, sun, _across(moment.earth_pole_gcrs, sun))


def _pole(state: ViewState, moment: Moment, _bounds_m: FloatArray) -> Camera:
    pole = moment.earth_pole_gcrs
    return _globe(state, moment, pole, _across(moment.sun_direction_gcrs, pole))


def _follow(state: ViewState, moment: Moment, bounds_m: FloatArray) -> Camera:
    """In the orbit frame of a satellite: azimuth from ahead (T) towards the left (H), elevation to zenith."""
    aim = state.aim
    radial, along, normal = moment.rotation_gcrs_from_orbit.T
    way = np.cos(aim.elevation_rad) * (np.cos(aim.azimuth_rad) * along + np.sin(aim.azimuth_rad) * normal)
    way = way + np.sin(aim.elevation_rad) * radial
    place = _middle(moment, bounds_m)
    position = place + max(2.15 * _extent_m(bounds_m) * aim.zoom, 0.5) * way
    return Camera(_above_air(position), place, radial, CRAFT_ANGLE_RAD, ABOVE_THE_BAR)


def _ride(state: ViewState, moment: Moment, bounds_m: FloatArray) -> Camera:
    """Behind and above a satellite, looking along the ring."""
    aim = state.aim
    radial, along, normal = moment.rotation_gcrs_from_orbit.T
    level = np.cos(aim.azimuth_rad) * along - np.sin(aim.azimuth_rad) * normal
    look = np.cos(aim.elevation_rad) * level + np.sin(aim.elevation_rad) * radial
    place, extent_m = _middle(moment, bounds_m), _extent_m(bounds_m)
    back = 2.1 * extent_m * aim.zoom
    sunward = 1.0 if float(normal @ moment.sun_direction_gcrs) >= 0.0 else -1.0
    position = _above_air(place - back * along + 0.30 * back * radial + 0.45 * sunward * back * normal)
    # the horizon lies below the level: look a little down, so that Earth and ring share the picture
    focal = position + 10.0 * extent_m * (look - 0.20 * radial - 0.25 * sunward * normal)
    return Camera(position, focal, radial, RIDE_ANGLE_RAD)


def _ground(state: ViewState, moment: Moment, _bounds_m: FloatArray) -> Camera:
    """An observer in the evening twilight; azimuth from north to the east, elevation over the horizon."""
    aim = state.aim
    position, up, north, east = _observer(moment)
    level = np.cos(aim.azimuth_rad) * north + np.sin(aim.azimuth_rad) * east
    look = np.cos(aim.elevation_rad) * level + np.sin(aim.elevation_rad) * up
    angle = min(max(GROUND_ANGLE_RAD * aim.zoom, 0.2), 2.2)
    return Camera(position, position + 1e5 * look, up, angle)


def _observer(moment: Moment) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Place of the observer, GCRS in metres, and the ways up, north and east of it, each (3,)."""
    up, pole = dusk_zenith(moment), moment.earth_pole_gcrs
    north = _across(pole, up)
    shape = moment.earth.shape
    polar = shape.equatorial_radius_m * (1.0 - shape.flattening)
    sine = float(up @ pole)
    radius = 1.0 / np.sqrt((1.0 - sine**2) / shape.equatorial_radius_m**2 + (sine / polar) ** 2)
    return (radius + OBSERVER_HEIGHT_M) * up, up, north, np.cross(north, up)


def ground_aim(moment: Moment) -> Aim:
    """Aim of the camera on the ground at a lit satellite, about 30 degrees up; at first where none is up."""
    position, up, north, east = _observer(moment)
    way = moment.position_gcrs_m[moment.sunlit_fraction > 0.0] - position
    elevation = np.arcsin(way @ up / np.linalg.norm(way, axis=1))
    if not (elevation > 0.0).any():
        return START_AIMS["ground"]
    # of a ring that stands overhead this is one of its feet, of a low one its top
    best = int(np.abs(elevation - GROUND_ELEVATIONS_RAD[1]).argmin())
    azimuth = np.arctan2(way[best] @ east, way[best] @ north)
    return Aim(float(azimuth), float(np.clip(elevation[best], *GROUND_ELEVATIONS_RAD)))


def dusk_zenith(moment: Moment) -> FloatArray:
    """Zenith (3,) of the place at 40 N, or as near as may be, where the Sun stands 9 degrees down at dusk."""
    pole, sun = moment.earth_pole_gcrs, moment.sun_direction_gcrs
    noon = _across(sun, pole)
    declination = float(np.arcsin(sun @ pole))
    latitude = GROUND_LATITUDE_RAD
    cosine = (-np.sin(GROUND_SUN_DEPRESSION_RAD) - np.sin(latitude) * np.sin(declination)) / (
        np.cos(latitude) * np.cos(declination)
    )
    hour = float(np.arccos(np.clip(cosine, -1.0, 1.0)))
    east = np.cross(pole, noon)
    level = np.cos(hour) * noon + np.sin(hour) * east
    return np.cos(latitude) * level + np.sin(latitude) * pole


def _above_air(position: FloatArray) -> FloatArray:
    """The place, lifted out of the air where it would stand in it."""
    radius = float(np.linalg.norm(position))
    return position * max(1.0, LOWEST_M / radius)


_CAMERAS = {"free": _free, "follow": _follow, "ride": _ride, "sun": _sun, "pole": _pole, "ground": _ground}
