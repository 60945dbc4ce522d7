"""One move without a cut: from the whole ring through its members to one satellite, a module, a chip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np

from geometry.craft.craft import Craft
from geometry.design import Design
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.orbit import flight_of, orbit_states
from geometry.radiation.ray_caster import ray_caster
from geometry.validation import FloatArray, IntArray, check_in_range
from viz import theme
from viz.camera import Camera, eased, swung
from viz.ring_stage import members_in_sight, ring_moment
from viz.ring_words import share_text
from viz.scene import Caption, Scene, triple
from viz.staging import STARLIGHT, Stage, craft_item, stage
from viz.times import film_start, later_utc, moment_text, time_or_epoch
from viz.titles import satellites_text, title_of

DESCRIPTION = "one continuous move from the whole ring down to one satellite, one module, one chip"

LATITUDE_DEG = 28.0
VIEW_ANGLE_RAD = 0.62
LIFT = 150.0  # of far members over stars of their magnitude: what makes a ring of them
TIME_RATE = 1.0  # satellites keep their true pace
FAR_M, DRAWN_M = 2.4e7, 3.0e6  # the whole ring in view; the satellite flown to stands in the middle
RING_M = 3.0e5  # its neighbours about it
STOPS = (0.0, 0.24, 0.36, 0.60, 0.84, 1.0)
"""Shares of the film at which the camera passes the ring, neighbours, a satellite from afar and from near, a
module, a chip.  Between them the logarithm of its distance runs smoothly."""
NEAR, AT_PARTS = STOPS[2], STOPS[4]
SWINGS = 0.44  # the share at which it begins to swing about the satellite, which is large by then
LEGS = (0.28, 0.70, 0.88)  # shares from which on the title tells of the satellite, its electronics, its chips
CHIPS = ("gpus", "chips")
ALONG = (0.93, 0.30, 0.14)  # back along the ring, to the Sun, up: the way on which its members are passed
TILT = (0.70, 0.30)  # of the way to the chips, from the side that they lie on


@dataclass(frozen=True, eq=False)
class Aim:
    """What the camera comes to: a place on the craft and the side it is seen from, body frame, m."""

    place_m: FloatArray
    away: FloatArray
    distance_m: tuple[float, ...]
    names: tuple[str, str, str]


def scene(
    design: Design, at_utc: np.datetime64 | None = None, *, share: float = 0.72, captions: bool = True
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
    at = time_or_epoch(design, at_utc)
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
    start = film_start(design, at_utc, frames)
    flight = _Flight(design, start, captions)

    def frame(number: int) -> Scene:
        at = later_utc(start, TIME_RATE * number / 30.0)
        return flight.scene(at, number / (frames - 1))

    return frame


class _Flight:
    """What all frames share: the satellite flown to, its craft shaded once, the way in."""

    def __init__(self, design: Design, start: np.datetime64, captions: bool) -> None:
        self.design, self.captions = design, captions
        self.where = stage(design, start, latitude_deg=LATITUDE_DEG)
        self.craft, self.item = _dressed(design, self.where)
        self.aim = _aim(self.craft, self.where)

    def scene(self, at: np.datetime64, share: float) -> Scene:
        """The scene at a time and a share of the way."""
        design, me = self.design, self.where.satellite
        where = stage(design, at, satellite=me)
        camera, exposure = self._camera(where, share)
        count = flight_of(design).satellites
        lift = LIFT * min(1.0, (1000.0 / count) ** theme.RING_CROWDING)
        members = members_in_sight(design, at, self.item, camera, where.earth, lift=lift)
        words = _captions(design, where, share, self.aim.names) if self.captions else ()
        ambient = triple(3.0 * c for c in STARLIGHT)  # as the other pictures of the shaded side have it
        return replace(
            where.sky(ambient), camera=camera, satellites=(members,), exposure=exposure, captions=words
        )

    def _camera(self, where: Stage, share: float) -> tuple[Camera, float]:
        """The camera: its distance by logarithms, its direction and aim eased over the same stops."""
        aim = self.aim
        distance = float(np.exp(_monotone(STOPS, np.log(aim.distance_m), share)))
        turn = where.rotation_gcrs_from_body
        # out there the camera stands over the day side; it comes along the ring, and swings to where the
        # chips are seen from
        inward, round_it = eased(share / NEAR), eased((share - SWINGS) / (AT_PARTS - SWINGS))
        along = swung(_far_direction(where), _along_direction(where), inward)
        direction = swung(along, turn @ aim.away, round_it)
        place = where.position_gcrs_m + turn @ (eased((share - NEAR) / (1.0 - NEAR)) * aim.place_m)
        # aims at the geocentre first, and at the satellite before the ring would leave the picture
        drawn = eased(np.log(FAR_M / distance) / np.log(FAR_M / DRAWN_M))
        eye = place + distance * direction
        to_earth, to_craft = -eye / np.linalg.norm(eye), (place - eye) / distance
        line = (1.0 - drawn) * to_earth + drawn * to_craft
        zenith = where.position_gcrs_m / np.linalg.norm(where.position_gcrs_m)
        up = swung(np.array([0.0, 0.0, 1.0]), zenith, inward)
        exposure = 1.0 + 1.4 * eased((share - NEAR) / (1.0 - NEAR))  # what is near lies in shade
        return Camera(eye, eye + distance * line / np.linalg.norm(line), up, VIEW_ANGLE_RAD), exposure


@lru_cache(maxsize=2)
def _dressed(design: Design, where: Stage) -> tuple[Craft, Any]:
    camera = where.camera((-6.0, 6.0, -6.0))
    return craft_item(design, where, "rich", camera=camera)


def _aim(craft: Craft, where: Stage) -> Aim:
    """The chip of a craft that lies most open, and where it is seen from; the whole body if it has none."""
    mesh, toward_body = craft.mesh, where.rotation_gcrs_from_body.T
    zenith = toward_body @ (where.position_gcrs_m / np.linalg.norm(where.position_gcrs_m))
    dark = -toward_body @ where.sun_direction_gcrs
    ways = _ways()
    ways = ways[ways @ zenith > 0.1 * (ways @ zenith).max()]  # from above: the Earth lies behind
    chips = [k for k, n in enumerate(mesh.surface_names) if any(w in n.split(".")[-1] for w in CHIPS)]
    faces = np.flatnonzero(np.isin(mesh.front_surface, chips))
    span, middle = mesh.extent_m, mesh.bounds_m.mean(axis=0)
    if not faces.size:
        way = ways[np.argmax(ways @ (dark + 0.5 * zenith))]
        nearest = 0.3 * span + float(((mesh.bounds_m - middle) @ way).max())
        return Aim(
            middle, way, (FAR_M, RING_M, 40.0 * span, 2.2 * nearest, 1.4 * nearest, nearest),
            ("The satellite", "From near", "From near"),
        )  # fmt: skip
    seen = _open_areas_m2(mesh, faces, ways)
    best = int(np.argmax(seen.sum(axis=1)))
    places, weight = mesh.centroids_m[faces], seen[best]
    if not weight.any():
        weight = mesh.areas_m2[faces]
    heart = np.average(places, axis=0, weights=weight)
    open_ones = places[weight > 0.0]
    place = open_ones[np.argmin(np.linalg.norm(open_ones - heart, axis=1))]
    return Aim(
        place, ways[best], (FAR_M, RING_M, 40.0 * span, 1.4 * span, min(7.0, span), min(0.9, 0.4 * span)),
        ("One satellite", "Its electronics", "Its chips"),
    )  # fmt: skip


def _ways() -> FloatArray:
    """Unit vectors (24, 3), aslant over each of the six sides."""
    found = []
    for axis in range(3):
        for signs in product((-1.0, 1.0), repeat=3):
            way = np.roll([signs[0], signs[1] * TILT[0], signs[2] * TILT[1]], axis)
            found.append(way / np.linalg.norm(way))
    return np.array(found)


def _open_areas_m2(mesh: SurfaceMesh, faces: IntArray, ways: FloatArray) -> FloatArray:
    """Areas (W, F) of faces as seen from far along each way, none of those that something hides, m2."""
    caster = ray_caster(mesh, doubt_close_sheets=False)
    facing = np.maximum(ways @ mesh.normals[faces].T, 0.0) * mesh.areas_m2[faces]
    starts = mesh.centroids_m[faces] + caster.start_offset_m * mesh.normals[faces] - caster.center_m
    way, face = np.nonzero(facing)
    blocked = caster.is_blocked(starts[face].astype(np.float32), ways[way].astype(np.float32))
    facing[way[blocked], face[blocked]] = 0.0
    return facing


def _far_direction(where: Stage) -> FloatArray:
    """From the satellite outwards, over its day side as far as opens the ring, and north."""
    up = where.position_gcrs_m / np.linalg.norm(where.position_gcrs_m)
    side = np.cross(up, where.velocity_gcrs_m_s)
    side /= np.linalg.norm(side)
    side = side if side @ where.sun_direction_gcrs > 0.0 else -side
    out = 0.80 * up + 0.42 * side + np.array([0.0, 0.0, 0.25])
    return np.asarray(out / np.linalg.norm(out))


def _along_direction(where: Stage) -> FloatArray:
    """From the satellite back along the ring, a little above it and on its sunlit side."""
    up = where.position_gcrs_m / np.linalg.norm(where.position_gcrs_m)
    back = -where.velocity_gcrs_m_s / np.linalg.norm(where.velocity_gcrs_m_s)
    out = ALONG[0] * back + ALONG[1] * where.sun_direction_gcrs + ALONG[2] * up
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


def _captions(design: Design, where: Stage, share: float, names: tuple[str, str, str]) -> tuple[Caption, ...]:
    ring = satellites_text(flight_of(design).satellites)
    leg = sum(share >= s for s in LEGS)
    times = np.array([where.at_utc])
    beta = np.degrees(orbit_states(design, times, satellites=(where.satellite,)).beta_rad[0, 0])
    lit = share_text(ring_moment(design, where.at_utc).lit_share)
    return (
        Caption((ring, *names)[leg], "bottom_left", 0.030, (0.0, -0.040)),
        Caption(
            f"{title_of(design)}  ·  beta {beta:+.1f}°  ·  {lit}", "bottom_left", 0.0185, color=theme.TEXT
        ),
        Caption(moment_text(where.at_utc, "s"), "bottom_right", 0.0185, color=theme.TEXT),
    )
