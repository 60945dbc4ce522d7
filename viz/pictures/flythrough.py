"""One move without a cut: from the whole ring through its members to one satellite, a module, a chip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from geometry.craft.craft import Craft
from geometry.design import Design
from geometry.orbit import flight_of, orbit_states
from geometry.validation import FloatArray, check_in_range
from viz import theme
from viz.camera import Camera, eased
from viz.ring_stage import members_in_sight, ring_moment
from viz.scene import Caption, Scene
from viz.staging import STARLIGHT, Stage, craft_item, stage
from viz.titles import title_of

DESCRIPTION = "one continuous move from the whole ring down to one satellite, one module, one chip"

LATITUDE_DEG = 28.0
VIEW_ANGLE_RAD = 0.62
LIFT = 150.0  # of far members over stars of their magnitude: what makes a ring of them
TIME_RATE = 1.0  # satellites keep their true pace
FAR_M = 2.4e7
STOPS = (0.0, 0.42, 0.68, 0.86, 1.0)
"""Shares of the film at which the camera passes the ring, a member with its neighbours, the satellite, a
module, a chip.  Between them the logarithm of its distance runs smoothly."""
NAMES = ("the ring", "one satellite", "its electronics", "its chips")


@dataclass(frozen=True, eq=False)
class Aim:
    """What the camera comes to: a place on the craft and the side it is seen from, body frame, m."""

    place_m: FloatArray
    away: FloatArray
    up: FloatArray
    distance_m: tuple[float, ...]


def scene(
    design: Design, at_utc: np.datetime64 | None = None, *, share: float = 0.62, captions: bool = True
) -> Scene:
    """One moment of the move.

    Parameters
    ----------
    design : Design
    at_utc : datetime64, optional
        Default the design's epoch.
    share : float
        Of the way in, 0 (the whole ring) to 1 (a chip).
    captions : bool
    """
    check_in_range(share, 0.0, 1.0, name="share")
    at = np.datetime64(design.epoch_utc if at_utc is None else at_utc, "us")
    return _Flight(design, at, captions).scene(at, float(share))


def film(
    design: Design, at_utc: np.datetime64 | None = None, *, frames: int = 600, captions: bool = True
) -> Callable[[int], Scene]:
    """The whole move; satellites and Earth keep their true rates at 30 frames a second.

    Returns
    -------
    callable
        Frame number, 0 to `frames` - 1 -> Scene.
    """
    check_in_range(frames, 2, 1_000_000, name="frames")
    start = np.datetime64(design.epoch_utc if at_utc is None else at_utc, "us")
    flight = _Flight(design, start, captions)

    def frame(number: int) -> Scene:
        at = start + np.timedelta64(round(1e6 * TIME_RATE * number / 30.0), "us")
        return flight.scene(at, number / (frames - 1))

    return frame


class _Flight:
    """What all frames share: the satellite flown to, its craft shaded once, the way in."""

    def __init__(self, design: Design, start: np.datetime64, captions: bool) -> None:
        self.design, self.captions = design, captions
        self.where = stage(design, start, latitude_deg=LATITUDE_DEG)
        self.craft, self.item = _dressed(design, self.where)
        self.aim = _aim(self.craft)

    def scene(self, at: np.datetime64, share: float) -> Scene:
        """The scene at a time and a share of the way."""
        design, me = self.design, self.where.satellite
        where = stage(design, at, satellite=me)
        camera, exposure = self._camera(where, share)
        count = flight_of(design).satellites
        lift = LIFT * min(1.0, (1000.0 / count) ** theme.RING_CROWDING)
        members = members_in_sight(design, at, self.item, camera, where.earth, lift=lift)
        words = _captions(design, where, share) if self.captions else ()
        ambient = tuple(3.0 * c for c in STARLIGHT)  # as the other pictures of the shaded side have it
        return replace(
            where.sky(ambient), camera=camera, satellites=(members,), exposure=exposure, captions=words
        )

    def _camera(self, where: Stage, share: float) -> tuple[Camera, float]:
        """The camera: its distance by logarithms, its direction and aim eased over the same stops."""
        aim = self.aim
        distance = float(np.exp(_monotone(STOPS, np.log(aim.distance_m), share)))
        turn = where.rotation_gcrs_from_body
        # out there the camera stands over the evening side and looks at the geocentre; near, at the craft
        inward = eased(min(share / STOPS[2], 1.0))
        far = _far_direction(where)
        near = turn @ aim.away
        direction = (1.0 - inward) * far + inward * near
        direction /= np.linalg.norm(direction)
        place = where.position_gcrs_m + turn @ (
            eased(max(share - STOPS[1], 0.0) / (1.0 - STOPS[1])) * aim.place_m
        )
        # aims at the geocentre first: what it looks at runs over to the satellite as it comes near
        drawn = eased(min(share / STOPS[1], 1.0))
        eye = place + distance * direction
        to_earth, to_craft = -eye / np.linalg.norm(eye), (place - eye) / distance
        line = (1.0 - drawn) * to_earth + drawn * to_craft
        up = (1.0 - inward) * np.array([0.0, 0.0, 1.0]) + inward * (turn @ aim.up)
        exposure = 1.0 + 1.4 * eased((share - STOPS[1]) / (1.0 - STOPS[1]))  # what is near lies in shade
        return Camera(eye, eye + distance * line / np.linalg.norm(line), up, VIEW_ANGLE_RAD), exposure


@lru_cache(maxsize=2)
def _dressed(design: Design, where: Stage) -> tuple[Craft, Any]:
    camera = where.camera((-6.0, 6.0, -6.0))
    return craft_item(design, where, "rich", camera=camera)


def _aim(craft: Craft) -> Aim:
    """The chip nearest to the middle of the craft, seen from the side that it lies on."""
    mesh = craft.mesh
    span = mesh.extent_m
    chips = [
        k for k, n in enumerate(mesh.surface_names) if any(w in n for w in ("gpus", "chips", "gpu_boards"))
    ]
    place, normal = np.zeros(3), np.array([0.0, 0.0, -1.0])
    if chips:
        chosen = np.flatnonzero(np.isin(mesh.front_surface, chips))
        # the side on which most of them lie open
        sides = np.round(mesh.normals[chosen]) @ np.array([1.0, 10.0, 100.0])
        side, which = np.unique(sides, return_inverse=True)
        chosen = chosen[which == np.argmax(np.bincount(which, mesh.areas_m2[chosen], len(side)))]
        middles = mesh.centroids_m[chosen]
        nearest = np.argmin(np.linalg.norm(middles - np.median(middles, axis=0), axis=1))
        place, normal = middles[nearest], mesh.normals[chosen[nearest]]
    flat = abs(normal[2]) > 0.5
    away = 1.3 * normal + (np.array([-0.45, 0.35, 0.0]) if flat else np.array([-0.35, 0.0, -0.45]))
    up = np.array([0.0, 1.0, 0.0]) if flat else np.array([0.0, 0.0, 1.0])
    distances = (FAR_M, 14.0 * span, 1.4 * span, 7.0, 0.9)
    return Aim(place, away / np.linalg.norm(away), up, distances)


def _far_direction(where: Stage) -> FloatArray:
    """From the satellite to the evening side, well out of the plane of the ring."""
    up = where.position_gcrs_m / np.linalg.norm(where.position_gcrs_m)
    side = np.cross(up, where.velocity_gcrs_m_s)
    side /= np.linalg.norm(side)
    side = side if side @ where.sun_direction_gcrs < 0.0 else -side
    out = 0.72 * up + 0.62 * side + np.array([0.0, 0.0, 0.25])
    return np.asarray(out / np.linalg.norm(out))


def _monotone(x: tuple[float, ...], y: FloatArray, at: float) -> float:
    """A smooth monotone curve through points, level at both ends."""
    from scipy.interpolate import PchipInterpolator

    # whole steps beside the ends make the slope there vanish
    return float(PchipInterpolator(x, y)(eased_ends(at)))


def eased_ends(at: float, part: float = 0.12) -> float:
    """0 to 1 at an even pace, with a slow start and a slow end over a share `part` each."""
    scale = 1.0 / (1.0 - part)
    if at < part:
        return 0.5 * scale * at * at / part
    if at > 1.0 - part:
        return 1.0 - 0.5 * scale * (1.0 - at) ** 2 / part
    return scale * (at - 0.5 * part)


def _captions(design: Design, where: Stage, share: float) -> tuple[Caption, ...]:
    count = flight_of(design).satellites
    leg = sum(share >= s for s in (0.30, 0.72, 0.90))
    ring = "1 satellite" if count == 1 else f"{count:,} satellites"
    times = np.array([where.at_utc])
    beta = np.degrees(orbit_states(design, times, satellites=(where.satellite,)).beta_rad[0, 0])
    lit = 100.0 * ring_moment(design, where.at_utc).lit_share
    below = f"{title_of(design)}  ·  beta {beta:+.1f}°  ·  {lit:.0f} % in sunlight"
    moment = str(np.datetime_as_string(where.at_utc, unit="s")).replace("T", "  ") + " UTC"
    title = ring if leg == 0 else NAMES[leg].capitalize()
    return (
        Caption(title, "bottom_left", 0.030, (0.0, -0.040)),
        Caption(below, "bottom_left", 0.0185, color=theme.TEXT),
        Caption(moment, "bottom_right", 0.0185, color=theme.TEXT_QUIET),
    )
