"""The ring from far away: the Earth at dusk, and every satellite where it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.constants import EARTH_EQUATORIAL_RADIUS_M
from geometry.design import Design
from geometry.ephemeris import sky_at
from geometry.orbit import flight_of, orbit_positions, orbit_states, orbit_times
from geometry.orbit.eclipse import sunlit_fraction
from geometry.orbit.parameters import SunSynchronousOrbit
from geometry.validation import FloatArray, check_in_range
from viz import theme
from viz.camera import Camera, along
from viz.scene import Caption, EarthItem, PointsItem, Scene

DESCRIPTION = "the whole ring over the day-night line, the Earth turned as it truly is"
MESHES = False  # nothing here takes OpenGL

DAY_S = 86_400.0
OPENING_RATE = 45.0  # film seconds to true seconds while the camera is near
SHUTTER = 0.5  # share of a frame for which it is open
FRAME_RATE = 30.0  # what OPENING_RATE counts on
REFERENCE_M = 6.98e6  # a ring at 600 km


@dataclass(frozen=True)
class View:
    """A place for the camera, about the direction of the Sun.

    `hour` is the local solar time under it, `latitude_deg` its height over the equator; `distance` and
    `width` (what it sees across the shorter side) are in Earth radii, for a ring as low as REFERENCE_M;
    a higher one is seen from farther.
    """

    hour: float
    latitude_deg: float
    distance: float
    width: float
    shift: tuple[float, float] = (0.0, 0.0)


HERO = View(20.9, 20.0, 6.2, 2.52, (0.12, 0.0))
PATH = (View(18.75, 26.0, 3.0, 1.55, (0.12, -0.10)), View(19.7, 20.0, 4.7, 2.46, (0.14, 0.0)), HERO)


def scene(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    hour: float = HERO.hour,
    latitude_deg: float = HERO.latitude_deg,
    captions: bool = True,
) -> Scene:
    """The ring at one time.

    Parameters
    ----------
    design : Design
    at_utc : datetime64, optional
        Default the design's epoch.
    hour : float
        Local solar time under the camera, h: 21 looks from the evening side, 3 from the morning side.
    latitude_deg : float
        Of the camera.
    captions : bool
    """
    check_in_range(hour, 0.0, 24.0, name="hour", unit="h")
    check_in_range(latitude_deg, -80.0, 80.0, name="latitude_deg", unit="deg")
    at = np.datetime64(design.epoch_utc if at_utc is None else at_utc, "us")
    view = View(hour, latitude_deg, HERO.distance, HERO.width, HERO.shift)
    camera = _camera(view, sky_at(np.array([at])).sun_direction_gcrs[0], _reach(design, at))
    return _scene(design, at, camera, 0.0, _caption_lines(design, at) if captions else None)


def film(
    design: Design, at_utc: np.datetime64 | None = None, *, frames: int = 600, captions: bool = True
) -> Callable[[int], Scene]:
    """A day in the life of the ring.

    It opens near the ring at a pace at which single satellites are seen to glide, runs through a day
    while the camera draws back, and ends at that pace again; all motions keep their true rates.

    Returns
    -------
    callable
        Frame number, 0 to `frames` - 1 -> Scene.
    """
    check_in_range(frames, 2, 1_000_000, name="frames")
    start = np.datetime64(design.epoch_utc if at_utc is None else at_utc, "us")
    clock = film_clock_s(frames)
    sun = sky_at(np.array([start])).sun_direction_gcrs[0]
    cameras = [_camera(v, sun, _reach(design, start)) for v in PATH]
    lines = _caption_lines(design, start) if captions else None

    def frame(number: int) -> Scene:
        at = start + np.timedelta64(round(1e6 * clock[number]), "us")
        step = clock[min(number + 1, frames - 1)] - clock[min(number, frames - 2)]
        camera = along(cameras, number / (frames - 1))
        return _scene(design, at, camera, SHUTTER * step, lines)

    return frame


def film_clock_s(frames: int) -> NDArray[np.float64]:
    """True seconds since the start, of each frame: a day, slow at both ends."""
    fraction = (np.arange(frames) + 0.5) / frames
    slow = OPENING_RATE / FRAME_RATE
    hump = np.clip((fraction - 0.14) / 0.20, 0.0, 1.0) * np.clip((0.94 - fraction) / 0.20, 0.0, 1.0)
    hump = hump * hump * hump * (hump * (6.0 * hump - 15.0) + 10.0)
    fast = max(DAY_S - slow * frames, 0.0) / hump.sum()
    return np.concatenate([[0.0], np.cumsum(slow + fast * hump)[:-1]])


def _reach(design: Design, at: np.datetime64) -> float:
    """How much farther the ring reaches than the one that the views are made for; at least 1."""
    members = orbit_positions(design, np.array([at]))
    one_turn = orbit_positions(design, orbit_times(design, at, steps=64), satellites=[0])
    farthest = max(np.linalg.norm(p, axis=-1).max() for p in (members, one_turn))
    return max(1.0, float(farthest) / REFERENCE_M)


def _camera(view: View, sun: FloatArray, reach: float) -> Camera:
    """The camera of a view; the pole is up and the Sun's meridian gives noon."""
    noon = np.arctan2(sun[1], sun[0])
    east = noon + (view.hour - 12.0) * np.pi / 12.0
    north = np.radians(view.latitude_deg)
    way = np.array([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])
    angle = 2.0 * np.arctan(0.5 * view.width / view.distance)
    position = EARTH_EQUATORIAL_RADIUS_M * view.distance * reach * way
    return Camera(position, np.zeros(3), np.array([0.0, 0.0, 1.0]), angle, view.shift)


def _scene(
    design: Design, at: np.datetime64, camera: Camera, exposed_s: float, lines: tuple[str, str] | None
) -> Scene:
    times = np.array([at])
    sky = sky_at(times)
    position = orbit_positions(design, times)
    lit = sunlit_fraction(
        position,
        sky.sun_direction_gcrs,
        sky.sun_distance_m,
        sky.earth_pole_gcrs,
        design.environment.earth_shape,
    )[:, 0]
    return Scene(
        camera=camera,
        sun_direction_gcrs=sky.sun_direction_gcrs[0],
        earth=EarthItem(sky.rotation_itrs_from_gcrs[0], design.environment.earth_shape),
        stars=True,
        points=(_points(design, at, position[:, 0], lit, camera, exposed_s),),
        captions=() if lines is None else _captions(lines, at, float(lit.mean())),
    )


def _points(
    design: Design, at: np.datetime64, position: FloatArray, lit: FloatArray, camera: Camera, exposed_s: float
) -> PointsItem:
    """The satellites, spread over the way they go while the shutter is open."""
    count = len(position)
    light = theme.RING_LIGHT * min(1.0, (1000.0 / count) ** theme.RING_CROWDING)
    color, strength = lit_colors(lit)
    brightness = light * strength
    if exposed_s > 0.0:
        velocity = flight_of(design).states(np.array([at]), np.arange(count))[1][:, 0]
        position, repeats = _smeared(position, velocity, exposed_s, count)
        brightness = np.tile(brightness / repeats, repeats)
        color = np.tile(color, (repeats, 1))
    reference = float(np.linalg.norm(camera.position_gcrs_m))
    return PointsItem(position, brightness, color, reference)


def _smeared(
    position: FloatArray, velocity: FloatArray, exposed_s: float, count: int
) -> tuple[FloatArray, int]:
    """Places (n N, 3) along each arc flown in the exposure, and n: near enough a circle."""
    radius = np.linalg.norm(position, axis=1, keepdims=True)
    up = position / radius
    along_way = velocity - np.einsum("nk,nk->n", velocity, up)[:, None] * up
    speed = np.linalg.norm(along_way, axis=1, keepdims=True)
    angle = exposed_s * speed / radius
    # no step longer than a third of a degree: a pixel or two at full width
    most = max(1, 400_000 // count)
    repeats = int(min(max(1, np.ceil(np.degrees(angle.max()) / 0.12)), most))
    shares = (np.arange(repeats) + 0.5) / repeats
    turns = shares[:, None, None] * angle
    places = radius * (np.cos(turns) * up + np.sin(turns) * along_way / speed)
    return places.reshape(-1, 3), repeats


def lit_colors(lit: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Colour (N, 3) and relative light (N,) by the share of the Sun that a satellite sees (N,).

    Full light is warm white, penumbra runs to red, umbra is a dim blue that the eye can still find.
    """
    full, red, dark = (np.array(c) for c in (theme.LIT, theme.PENUMBRA, theme.DARK))
    sunny = np.clip(lit, 0.0, 1.0)[:, None]
    color = sunny * full + (1.0 - sunny) * np.where(sunny > 0.0, red, dark)
    strength = np.where(sunny[:, 0] > 0.0, 0.35 + 0.65 * sunny[:, 0], theme.DARK_LIGHT)
    return color, strength


def _caption_lines(design: Design, at: np.datetime64) -> tuple[str, str]:
    """What is shown, and where it flies."""
    count = flight_of(design).satellites
    title = "1 satellite" if count == 1 else f"{count:,} satellites"
    states = orbit_states(design, np.array([at]))
    beta = f"beta {np.degrees(states.beta_rad[0, 0]):+.1f}°"
    if isinstance(design.orbit, SunSynchronousOrbit):
        minutes = [round(s / 60.0) for s in design.ring.ltan_list_s or (design.orbit.ltan_s,)]
        ltan = " and ".join(f"{m // 60:02d}:{m % 60:02d}" for m in minutes)
        title += f" at {design.orbit.altitude_m / 1e3:,.0f} km"
        return title, f"LTAN {ltan}  ·  {beta}"
    return title, beta


def _captions(lines: tuple[str, str], at: np.datetime64, lit_share: float) -> tuple[Caption, ...]:
    moment = str(np.datetime_as_string(at, unit="m")).replace("T", "  ") + " UTC"
    below = f"{lines[1]}  ·  {100.0 * lit_share:.0f} % in sunlight"
    return (
        Caption(lines[0], "bottom_left", 0.030, (0.0, -0.040)),
        Caption(below, "bottom_left", 0.0185, (0.0, 0.0), color=theme.TEXT_QUIET),
        Caption(moment, "bottom_right", 0.0185, (0.0, 0.0), color=theme.TEXT_QUIET),
    )
