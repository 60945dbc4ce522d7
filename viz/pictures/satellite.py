"""The satellite from near, over the Earth at dusk, lit as it is: cells in the Sun, or the shaded side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from geometry.craft import build_craft
from geometry.craft.craft import Craft
from geometry.craft.parameters import Detail, SolarSlice
from geometry.design import Design
from geometry.ephemeris import sky_at
from geometry.validation import FloatArray, check_choice
from viz import theme
from viz.bakes import baked, with_bake
from viz.camera import Camera, eased
from viz.framing import corners_of, farthest, framed, fullest, outermost
from viz.scene import Caption, Color, Scene, triple
from viz.staging import (
    STARLIGHT,
    Stage,
    craft_item,
    shade_lengths_m,
    stage,
    with_patterns,
    with_shades,
)
from viz.titles import known_of, title_of, uncoated_note
from viz.unwrapping import cell_size_m
from viz.walk import around, turned, whole_turns

DESCRIPTION = "close-up of the satellite over the dusk Earth, with its true light and shadows"


@dataclass(frozen=True)
class View:
    """A camera in stage axes, in m for a bus of 6.4 m; exposure; latitude where it looks best."""

    position_m: tuple[float, float, float]
    focal_point_m: tuple[float, float, float]
    view_up: tuple[float, float, float]
    view_angle_rad: float
    shift: tuple[float, float]
    exposure: float
    latitude_deg: float


VIEWS = {
    # from the sunlit side, ahead and a little above: cells, radiator edge, wall; towns of the night behind
    "front": View((-8.8, 4.5, 3.2), (0.0, -0.9, -0.8), (-0.58, 1.0, 0.0), 0.82, (0.16, 0.08), 0.76, 28.0),
    # from behind: what the Sun never sees, with the day on the horizon
    "back": View((-7.4, 6.4, -8.4), (0.0, -0.4, -0.8), (0.0, 1.0, 0.0), 0.80, (-0.16, 0.06), 2.4, 28.0),
}
# a craft that is not bus and wings: all of it, over the captions, from where its sunlit side shows
WHOLE_VIEWS = {
    "front": replace(VIEWS["front"], position_m=(-6.2, 3.0, 7.0), view_up=(0.0, 1.0, 0.0)),
    "back": VIEWS["back"],
}
ROOM = (-0.76, -0.41, 0.76, 0.33)
FILL = {"front": 2.0, "back": 3.0}  # starlight, over what it is where the Sun shines on all that counts
FILM_FILL = 2.0
GRAZING, BEHIND = 0.25, -0.65  # height over the cells, as a sine, between which a film's exposure passes


def scene(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    view: str = "front",
    satellite: int | None = None,
    detail: Detail = "rich",
    captions: bool = True,
) -> Scene:
    """One satellite of the ring, near.

    Parameters
    ----------
    design : Design
    at_utc : datetime64, optional
        Default the design's epoch.
    view : {"front", "back"}
    satellite : int, optional
        Its number; default the one where the view is best.
    detail : {"light", "rich"}
    captions : bool
    """
    check_choice(view, VIEWS, name="view")
    chosen = VIEWS[view]
    where = stage(design, at_utc, satellite=satellite, latitude_deg=chosen.latitude_deg)
    camera = _camera(design, where, view)
    plain = view == "front" and isinstance(design.craft, SolarSlice)
    ambient = STARLIGHT if plain else triple(FILL[view] * c for c in STARLIGHT)
    craft, item = craft_item(design, where, detail, camera=camera, ambient=ambient)
    return replace(
        where.sky(ambient),
        camera=camera,
        meshes=(item,),
        exposure=chosen.exposure,
        captions=_captions(design, craft, where) if captions else (),
    )


def prepared(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    view: str = "front",
    satellite: int | None = None,
    detail: Detail = "rich",
    captions: bool = True,
) -> dict[str, FloatArray]:
    """What takes long and serves all frames of the film: the shadows, seen from all around."""
    return _Tour(design, at_utc, view, satellite).shadows(detail)


def film(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    frames: int = 600,
    view: str = "front",
    satellite: int | None = None,
    detail: Detail = "rich",
    captions: bool = True,
    prepared: Mapping[str, FloatArray] | None = None,
) -> Callable[[int], Scene]:
    """Once around the satellite at one moment, from the still of the view back to it.

    The camera turns about the longest side of the craft; behind it, where the Sun never shines, the exposure
    is that of the view "back".

    Parameters
    ----------
    design : Design
    at_utc : datetime64, optional
        Default the design's epoch.
    frames : int
        Of the turn; the frame after the last one would be the first.
    view : {"front", "back"}
    satellite, detail, captions
        As `scene` takes them.
    prepared : mapping, optional
        What the function `prepared` gave for the same design and options; else it is worked out here.

    Returns
    -------
    callable
        Frame number, 0 to `frames` - 1 -> Scene.
    """
    angle = whole_turns(frames)
    tour = _Tour(design, at_utc, view, satellite)
    craft, plain = craft_item(design, tour.where, detail, shaded=False)
    shadows = tour.shadows(detail) if prepared is None else prepared
    item = with_patterns(with_bake(plain, shadows), cell_size_m(design.craft))
    words = _captions(design, craft, tour.where) if captions else ()
    still = replace(tour.where.sky(tour.ambient), meshes=(item,), captions=words)

    def frame(number: int) -> Scene:
        camera = tour.camera(angle(number))
        return replace(still, camera=camera, exposure=tour.exposure(camera))

    return frame


class _Tour:
    """The way around a satellite."""

    def __init__(
        self, design: Design, at_utc: np.datetime64 | None, view: str, satellite: int | None
    ) -> None:
        check_choice(view, VIEWS, name="view")
        self.design = design
        self.where = where = stage(design, at_utc, satellite=satellite, latitude_deg=VIEWS[view].latitude_deg)
        self.start = _camera(design, where, view)
        self.ambient: Color = triple(FILM_FILL * c for c in STARLIGHT)
        mesh = build_craft(design).mesh
        self.is_near = isinstance(design.craft, SolarSlice)
        body_axis = np.eye(3)[int(np.argmax(np.ptp(mesh.bounds_m, axis=0)))]
        self.axis_gcrs = where.rotation_gcrs_from_body @ body_axis
        center = np.zeros(3) if self.is_near else mesh.bounds_m.mean(axis=0)
        self.middle_gcrs_m = where.position_gcrs_m + where.rotation_gcrs_from_body @ center
        corners = corners_of(mesh) - center
        corners = corners[outermost(corners)]
        self.corners_gcrs_m = self.middle_gcrs_m + corners @ where.rotation_gcrs_from_body.T

    def camera(self, angle_rad: float) -> Camera:
        """The camera turned from where it starts; about a whole craft as far off all the way."""
        camera = turned(self.start, self.middle_gcrs_m, self.axis_gcrs, angle_rad)
        return camera if self.is_near else framed(camera, self.corners_gcrs_m, ROOM, self.distance_m)

    @cached_property
    def distance_m(self) -> float:
        ways = (
            turned(self.start, self.middle_gcrs_m, self.axis_gcrs, angle)
            for angle in np.arange(36) * np.pi / 18.0
        )
        return farthest(ways, self.corners_gcrs_m, ROOM)

    def shadows(self, detail: Detail) -> dict[str, FloatArray]:
        """Light on the craft, as fine as it is seen anywhere on the way."""
        craft, item = craft_item(self.design, self.where, detail, shaded=False)
        lengths = shade_lengths_m(craft.mesh.extent_m)
        return baked(with_shades(item, self.where.sky(self.ambient), around(self.camera), **lengths))

    def exposure(self, camera: Camera) -> float:
        """That of the view from the side on which the camera stands."""
        out = camera.position_gcrs_m - self.middle_gcrs_m
        height = float(out @ self.where.rotation_gcrs_from_stage[:, 2] / np.linalg.norm(out))
        behind = eased((GRAZING - height) / (GRAZING - BEHIND))
        return float(VIEWS["front"].exposure ** (1.0 - behind) * VIEWS["back"].exposure ** behind)


def _camera(design: Design, where: Stage, view: str) -> Camera:
    """Close to the bus of a craft that has one and wings; about the whole of any other."""
    craft = build_craft(design)
    if isinstance(design.craft, SolarSlice):
        chosen, scale = VIEWS[view], _bus_scale(craft)
        return where.camera(
            scale * np.array(chosen.position_m),
            scale * np.array(chosen.focal_point_m),
            chosen.view_up,
            chosen.view_angle_rad,
            chosen.shift,
        )
    chosen = WHOLE_VIEWS[view]
    corners = where.position_gcrs_m + corners_of(craft.mesh) @ where.rotation_gcrs_from_body.T
    straight = where.camera(chosen.position_m, (0.0, 0.0, 0.0), chosen.view_up, chosen.view_angle_rad)
    return fullest(straight, corners, ROOM)


def _bus_scale(craft: Craft) -> float:
    """Size of the bus over 6.4 m, or of what stands out behind it over 9 m."""
    mesh = craft.mesh
    bus = [k for k, name in enumerate(mesh.surface_names) if name.startswith("bus.")]
    corners: FloatArray = mesh.vertices_m[mesh.faces[np.isin(mesh.front_surface, bus)]].reshape(-1, 3)
    return max(float(np.ptp(corners, axis=0)[:2].max()) / 6.6, -float(mesh.bounds_m[0, 2]) / 9.0)


def _captions(design: Design, craft: Craft, where: Stage) -> tuple[Caption, ...]:
    rotation = sky_at(np.array([where.at_utc])).rotation_itrs_from_gcrs[0]
    x, y, z = rotation @ where.position_gcrs_m
    north, east = np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))
    place = f"{abs(north):.0f}° {'N' if north >= 0 else 'S'}  {abs(east):.0f}° {'E' if east >= 0 else 'W'}"
    moment = str(np.datetime_as_string(where.at_utc, unit="m")).replace("T", "  ") + " UTC"
    below = "  ·  ".join((*known_of(craft), *uncoated_note(craft)))
    return (
        Caption(title_of(design), "bottom_left", 0.030, (0.0, -0.040)),
        Caption(below, "bottom_left", 0.0195, color=theme.TEXT),
        Caption(f"{place}  ·  {moment}", "bottom_right", 0.0195, color=theme.TEXT),
    )
