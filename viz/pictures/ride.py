"""Flying along, just behind one satellite of the ring: its neighbours recede in their true spacing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from geometry.craft import build_craft
from geometry.craft.parameters import Detail, MeshCraft
from geometry.design import Design
from geometry.orbit import check_ring_clear, orbit_states, ring_spacing
from geometry.orbit.parameters import ElementsOrbit
from geometry.studies.eclipse_year import eclipse_year
from geometry.validation import FloatArray, IntArray, check_in_range
from viz import theme
from viz.camera import Camera, eased
from viz.ring_stage import members_in_sight
from viz.ring_words import ring_words
from viz.scene import Caption, MeshItem, SatellitesItem, Scene
from viz.staging import Stage, craft_item, stage
from viz.times import film_start, later_utc, moment_text
from viz.titles import length_text, title_of

DESCRIPTION = "flying along just behind one satellite, its neighbours receding in their true spacing"

CROWD = 230_000  # satellites of the plane, where the design has fewer: 30 GW of 130 kW craft
APART = 2.5  # craft between neighbours at least, in sizes of one
LATITUDE_DEG = 33.0
OPENING = np.timedelta64(22 * 60, "m")  # of the day: dawn lies over the east of Asia
VIEW_ANGLE_RAD = 0.92
# in spans of the craft, ahead, towards the Sun and up: the camera, and what it looks at
EYE = (-0.98, 0.58, 0.16)
EYE_BEFORE = (-2.6, 1.35, 0.75)  # where the film begins
AIM = (8.0, -1.30, -2.55)
PACE = 12.0  # of the film: a degree of the orbit in a second and a third
AHEAD = 26_000  # members shown: a mesh when near, a sprite further off, then a point


def default_time(design: Design) -> np.datetime64:
    """A morning of the season in which the cells turn farthest out of the plane of the ring."""
    longest = eclipse_year(_crowded(design, 0)).longest_umbra_utc
    if longest is None:
        return design.epoch_utc
    return longest.astype("datetime64[D]").astype("datetime64[us]") + OPENING


def scene(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    satellites_per_plane: int = 0,
    latitude_deg: float = LATITUDE_DEG,
    detail: Detail = "rich",
    captions: bool = True,
) -> Scene:
    """The view forward along the ring.

    Parameters
    ----------
    design : Design
    at_utc : datetime64, optional
        Default a morning of the season of shadows in the year of the design's epoch.
    satellites_per_plane : int
        Members of the plane shown; 0 takes 230,000, fewer of larger craft, or the design's where it has more.
    latitude_deg : float
        Where the satellite before the camera is, on the half of the plane on which cells turn to the one
        behind.
    detail : {"light", "rich"}
        Of the nearest satellite; a light one throws no shadow on itself.
    captions : bool

    Raises
    ------
    ValueError
        Members that overlap, or an orbit from an element file.
    """
    check_in_range(satellites_per_plane, 0, 1_000_000, name="satellites_per_plane")
    flown = _crowded(design, int(satellites_per_plane))
    at = default_time(design) if at_utc is None else at_utc
    me = _facing_back(flown, at, latitude_deg)
    ride = _Ride(flown, stage(flown, at, satellite=me), detail)
    return ride.scene(ride.start, EYE, captions)


def film(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    frames: int = 600,
    satellites_per_plane: int = 0,
    latitude_deg: float = LATITUDE_DEG,
    detail: Detail = "rich",
    captions: bool = True,
) -> Callable[[int], Scene]:
    """Closing up to one satellite while all fly on, `PACE` times as fast as they do at 30 frames a second.

    Shadows on the satellite before the camera are those of the first frame.

    Returns
    -------
    callable
        Frame number, 0 to `frames` - 1 -> Scene.
    """
    check_in_range(satellites_per_plane, 0, 1_000_000, name="satellites_per_plane")
    flown = _crowded(design, int(satellites_per_plane))
    start = film_start(design, default_time(design) if at_utc is None else at_utc, frames)
    me = _facing_back(flown, start, latitude_deg)
    ride = _Ride(flown, stage(flown, start, satellite=me), detail)

    def frame(number: int) -> Scene:
        at = later_utc(start, PACE * number / 30.0)
        share = eased(number / (frames - 1))
        eye = (1.0 - share) * np.array(EYE_BEFORE) + share * np.array(EYE)
        where = ride.start if number == 0 else stage(flown, at, satellite=me)
        return ride.scene(where, eye, captions)

    return frame


class _Ride:
    """What all frames share: the plane, the satellite in front shaded once, its neighbours' craft."""

    def __init__(self, flown: Design, start: Stage, detail: Detail) -> None:
        self.flown, self.start = flown, start
        bounds = build_craft(flown).mesh.bounds_m
        self.span_m = float(np.ptp(bounds, axis=0).max())
        # meshes of one's own may have their origin anywhere
        self.middle_m = bounds.mean(axis=0) if isinstance(flown.craft, MeshCraft) else np.zeros(3)
        camera = _camera(start, self.middle_m, self.span_m, EYE)
        _, self.own = craft_item(flown, start, detail, camera=camera, shaded=detail == "rich")
        _, self.light = craft_item(flown, start, "light", shaded=False)

    def scene(self, where: Stage, eye: ArrayLike, captions: bool) -> Scene:
        """The view from a place behind the satellite at one time."""
        own = replace(
            self.own,
            position_gcrs_m=where.position_gcrs_m,
            rotation_gcrs_from_body=where.rotation_gcrs_from_body,
        )
        camera = _camera(where, self.middle_m, self.span_m, eye)
        shown = replace(
            where.sky(),
            camera=camera,
            meshes=(own,),
            satellites=(_ahead(self.flown, where, self.light, camera),),
            exposure=1.15,
        )
        return replace(shown, captions=_captions(self.flown, where, self.span_m)) if captions else shown


def _crowded(design: Design, count: int) -> Design:
    """The design with one plane so full that neighbours are seen."""
    if isinstance(design.orbit, ElementsOrbit):
        raise ValueError("ride fills the plane of a design, and orbit.type = 'elements' has none; change it")
    ring = design.ring
    first = ring.ltan_list_s[:1]
    flown = design.at_ltan(first[0]) if first else design
    across = 2.0 * build_craft(flown).bounding_radius_m
    if not count:
        around = 1000 * (ring_spacing(_plane_of(flown, 1000)).neighbour_spacing_m or 0.0)
        count = max(min(CROWD, int(around / (APART * across))), ring.satellites_per_plane)
    flown = _plane_of(flown, count)
    check_ring_clear(flown, 0.5 * across)
    return flown


def _plane_of(design: Design, count: int) -> Design:
    """The design with so many satellites in one plane."""
    ring = replace(design.ring, satellites_per_plane=count, planes=1, ltan_list_s=())
    return replace(design, ring=ring)


def _facing_back(design: Design, at: np.datetime64, latitude_deg: float) -> int:
    """The member nearest to a latitude whose cells turn to the one behind it, in the Sun if any is."""
    states = orbit_states(design, np.array([at], dtype="datetime64[us]"), satellites=None)
    position, velocity = states.position_gcrs_m[:, 0], states.velocity_gcrs_m_s[:, 0]
    latitude = np.degrees(np.arcsin(position @ states.earth_pole_gcrs[0] / np.linalg.norm(position, axis=1)))
    away = np.einsum("nk,nk->n", states.rotation_body_from_gcrs[:, 0, 2], velocity) > 0.0
    dark = states.sunlit_fraction[:, 0] < 1.0
    return int(np.argmin(np.abs(latitude - latitude_deg) + 1e3 * away + 1e4 * dark))


def _axes(where: Stage) -> FloatArray:
    """Columns ahead, to the sunlit side, up; GCRS."""
    up = where.position_gcrs_m / np.linalg.norm(where.position_gcrs_m)
    ahead = where.velocity_gcrs_m_s - (where.velocity_gcrs_m_s @ up) * up
    ahead /= np.linalg.norm(ahead)
    side = np.cross(up, ahead)
    return np.stack([ahead, side if side @ where.sun_direction_gcrs >= 0.0 else -side, up], axis=1)


def _camera(where: Stage, middle_m: FloatArray, span_m: float, eye: ArrayLike) -> Camera:
    axes, middle = _axes(where), where.position_gcrs_m + where.rotation_gcrs_from_body @ middle_m
    return Camera(
        middle + axes @ (span_m * np.asarray(eye)),
        middle + axes @ (span_m * np.array(AIM)),
        axes[:, 2],
        VIEW_ANGLE_RAD,
    )


def _ahead(design: Design, where: Stage, light: MeshItem, camera: Camera) -> SatellitesItem:
    """The members ahead in the plane, the nearest first; not further than the far side of the Earth."""
    count = design.ring.satellites_per_plane
    members: IntArray = (where.satellite + 1 + np.arange(min(AHEAD, count // 2))) % count
    return members_in_sight(design, where.at_utc, light, camera, where.earth, members=members)


def _captions(design: Design, where: Stage, span_m: float) -> tuple[Caption, ...]:
    title, below = ring_words(design, where.at_utc)
    spacing = ring_spacing(design).neighbour_spacing_m or 0.0
    apart = f"{spacing:,.0f} m" if spacing < 2e3 else f"{1e-3 * spacing:,.0f} km"
    lines = (
        f"{title_of(design)}, {length_text(span_m)} across  ·  neighbours {apart} apart\n"
        f"{below}  ·  {100.0 * where.sunlit_fraction:.0f} % of the Sun's disc in view"
    )
    return (
        Caption(f"{title}, in one plane", "bottom_left", 0.030, (0.0, -0.068)),
        Caption(lines, "bottom_left", 0.0185, color=theme.TEXT),
        Caption(moment_text(where.at_utc), "bottom_right", 0.0185, color=theme.TEXT),
    )
