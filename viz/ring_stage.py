"""The ring at one moment, ready for a picture: its members, their light, the Sun that they see."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.design import Design
from geometry.ephemeris import sky_at
from geometry.orbit import flight_of, orbit_positions, orbit_states, orbit_times
from geometry.orbit.eclipse import sunlit_fraction
from geometry.validation import FloatArray, IntArray, read_only
from viz import theme
from viz.camera import Camera
from viz.kernels import by_rows, kernel
from viz.scene import EarthItem, MeshItem, PointsItem, SatellitesItem, Scene
from viz.splat import in_sight
from viz.times import film_start, later_utc, time_or_epoch

SHUTTER = 0.5  # share of a film's frame for which it is open
# ... but no longer: a member is drawn all along its trail in the light that it has at its start
LONGEST_TRAIL_RAD = math.radians(5.0)


@dataclass(frozen=True, eq=False)
class RingMoment:
    """All members of a design's ring at one time.

    Parameters
    ----------
    at_utc : datetime64
    sun_direction_gcrs : array (3,)
    sun_distance_m : float
    earth : EarthItem
    position_gcrs_m : array (N, 3)
    sunlit_fraction : array (N,)
        Share of the Sun's disc that each sees, in [0, 1].
    trail_gcrs_m : array (K, N, 3)
        Where they are seen while the shutter is open; of a still, `position_gcrs_m` alone.
    """

    at_utc: np.datetime64
    sun_direction_gcrs: FloatArray
    sun_distance_m: float
    earth: EarthItem
    position_gcrs_m: FloatArray
    sunlit_fraction: FloatArray
    trail_gcrs_m: FloatArray

    def __post_init__(self) -> None:
        for name in ("sun_direction_gcrs", "position_gcrs_m", "sunlit_fraction", "trail_gcrs_m"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    @property
    def lit_share(self) -> float:
        """Mean sunlit fraction of the members."""
        return float(self.sunlit_fraction.mean())


def ring_moment(design: Design, at_utc: np.datetime64 | None = None, exposed_s: float = 0.0) -> RingMoment:
    """The ring of a design at a time, default its epoch, seen for `exposed_s` from then on.

    A long exposure ends when the fastest member has flown LONGEST_TRAIL_RAD: short films of a day would
    draw members of the shadow far out in the Sun.

    Raises
    ------
    ValueError
        As `orbit_positions`.
    """
    at = time_or_epoch(design, at_utc)
    times = np.array([at])
    sky = sky_at(times)
    if exposed_s > 0.0:
        flight = flight_of(design)
        position, velocity = flight.states(times, np.arange(flight.satellites))
    else:
        position = orbit_positions(design, times)
    position.setflags(write=False)  # whoever keeps parts of it need not copy them
    lit = sunlit_fraction(
        position,
        sky.sun_direction_gcrs,
        sky.sun_distance_m,
        sky.earth_pole_gcrs,
        design.environment.earth_shape,
    )
    trail = position[:, 0][None]
    if exposed_s > 0.0:
        trail = _smeared(position[:, 0], velocity[:, 0], exposed_s)
    return RingMoment(
        at,
        sky.sun_direction_gcrs[0],
        float(sky.sun_distance_m[0]),
        EarthItem(sky.rotation_itrs_from_gcrs[0], design.environment.earth_shape),
        position[:, 0],
        lit[:, 0],
        trail,
    )


def film_moments(
    design: Design, at_utc: np.datetime64 | None, frames: int, span_s: float | None
) -> Callable[[int], RingMoment]:
    """The ring in each frame of a film that runs evenly through a span, default one orbit."""
    start = film_start(design, at_utc, frames)
    if span_s is None:
        two = orbit_times(design, start, steps=2)
        span_s = 2.0 * float((two[1] - two[0]) / np.timedelta64(1, "s"))
    step_s = span_s / frames

    def moment(number: int) -> RingMoment:
        return ring_moment(design, later_utc(start, step_s * number), SHUTTER * step_s)

    return moment


def _smeared(position: FloatArray, velocity: FloatArray, exposed_s: float) -> FloatArray:
    """Places (K, N, 3) along each arc flown in the exposure, near enough a circle."""
    rate = np.linalg.norm(velocity, axis=1).max() / np.linalg.norm(position, axis=1).min()
    exposed_s = min(exposed_s, LONGEST_TRAIL_RAD / rate)
    # no step longer than a third of a degree: a pixel or two at full width
    most = max(1, 400_000 // len(position))
    repeats = int(min(max(1, np.ceil(np.degrees(exposed_s * rate) / 0.12)), most))
    shares = (np.arange(repeats) + 0.5) / repeats
    out = np.empty((repeats, len(position), 3))
    by_rows(_smear, len(position), position, velocity, exposed_s * shares, out, block=None)
    return out


@kernel
def _smear(first: int, last: int, position: Any, velocity: Any, flown_s: Any, out: Any) -> None:
    """Each member moved along its circle for each of the times flown."""
    for n in range(first, last):
        x, y, z = position[n, 0], position[n, 1], position[n, 2]
        radius = math.sqrt(x * x + y * y + z * z)
        climb = (velocity[n, 0] * x + velocity[n, 1] * y + velocity[n, 2] * z) / (radius * radius)
        vx, vy, vz = velocity[n, 0] - climb * x, velocity[n, 1] - climb * y, velocity[n, 2] - climb * z
        speed = math.sqrt(vx * vx + vy * vy + vz * vz)
        for k in range(len(flown_s)):
            turn = flown_s[k] * speed / radius
            along, ahead = math.cos(turn), math.sin(turn) * radius / speed
            out[k, n, 0] = along * x + ahead * vx
            out[k, n, 1] = along * y + ahead * vy
            out[k, n, 2] = along * z + ahead * vz


def ring_scene(moment: RingMoment, camera: Camera) -> Scene:
    """Stars, Earth and shining members, without words."""
    return Scene(
        camera=camera,
        sun_direction_gcrs=moment.sun_direction_gcrs,
        earth=moment.earth,
        stars=True,
        points=(member_points(moment, camera),),
    )


def member_points(moment: RingMoment, camera: Camera, gain: float = 1.0, width: float = 1.0) -> PointsItem:
    """The members as points in the colours of their light, brighter and wider than usual where asked."""
    color, strength = lit_colors(moment.sunlit_fraction)
    light = gain * ring_light(len(strength)) * strength
    return seen_points(moment, camera, np.arange(len(light)), light, color, width)


def seen_points(
    moment: RingMoment,
    camera: Camera,
    chosen: NDArray[Any],
    light: FloatArray,
    color: FloatArray,
    width: float = 1.0,
) -> PointsItem:
    """Members chosen of all by number, spread over their trails; light (N,) and colour (N, 3) are of all."""
    everyone = len(chosen) == len(light)
    picked = slice(None) if everyone else chosen
    return PointsItem(
        moment.position_gcrs_m[picked],
        light[picked],
        color[picked],
        camera_reach_m(camera),
        width * few_width(len(light)),
        moment.trail_gcrs_m if everyone else moment.trail_gcrs_m[:, picked],
    )


def camera_reach_m(camera: Camera) -> float:
    """From the camera to the geocentre, m: from there a member has the light that `theme` names."""
    return float(np.linalg.norm(camera.position_gcrs_m))


def ring_light(members: int) -> float:
    """Light of one of so many members."""
    return theme.RING_LIGHT * min(1.0, (1000.0 / members) ** theme.RING_CROWDING)


def few_width(members: int) -> float:
    """Width of a member's image, over that of one of a thousand: a few are found by the eye, too."""
    return float(np.clip((1000.0 / members) ** 0.25, 1.0, 3.0))


def lit_colors(lit: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Colour (N, 3) and relative light (N,) by the share of the Sun that a satellite sees (N,).

    Full light is warm white, penumbra runs to red, umbra is a dim blue that the eye can still find.
    """
    color, strength = np.empty((len(lit), 3)), np.empty(len(lit))
    shades = np.array([theme.LIT, theme.PENUMBRA, theme.DARK])
    by_rows(
        _color,
        len(lit),
        np.ascontiguousarray(lit, float),
        shades,
        theme.DARK_LIGHT,
        color,
        strength,
        block=None,
    )
    return color, strength


@kernel
def _color(
    first: int, last: int, lit: Any, shades: Any, dark_light: float, color: Any, strength: Any
) -> None:  # fmt: skip
    for n in range(first, last):
        sunny = min(max(lit[n], 0.0), 1.0)
        other = 1 if sunny > 0.0 else 2
        for k in range(3):
            color[n, k] = sunny * shades[0, k] + (1.0 - sunny) * shades[other, k]
        strength[n] = 0.35 + 0.65 * sunny if sunny > 0.0 else dark_light


def members_in_sight(
    design: Design,
    at: np.datetime64,
    craft: MeshItem,
    camera: Camera,
    earth: EarthItem | None,
    *,
    members: IntArray | None = None,
    lift: float = 0.0,
) -> SatellitesItem:
    """The members, of all or of some, that a camera can see: states are worked out for these alone.

    Parameters
    ----------
    design : Design
    at : datetime64
    craft : MeshItem
    camera : Camera
    earth : EarthItem or None
        What hides them.
    members : int array (n,), optional
        Those that may be shown; default all.
    lift : float
        As of `SatellitesItem`.
    """
    times = np.array([at])
    position = orbit_positions(design, times, satellites=members)[:, 0]
    seen = in_sight(position, camera, earth, 2.0 * craft.mesh.extent_m)
    seen = seen if members is None else members[seen]
    states = orbit_states(design, times, satellites=seen)
    return SatellitesItem(
        craft,
        states.position_gcrs_m[:, 0],
        np.swapaxes(states.rotation_body_from_gcrs[:, 0], 1, 2),
        states.sunlit_fraction[:, 0],
        lift,
    )
