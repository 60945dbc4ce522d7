"""A design's craft on its orbit, ready for a picture: placed, turned, laid with patterns, shaded by rays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from geometry.craft import build_craft
from geometry.craft.craft import Craft
from geometry.craft.parameters import Detail, SolarSlice
from geometry.design import Design
from geometry.ephemeris import sky_at
from geometry.orbit import orbit_states
from geometry.validation import FloatArray, read_only
from viz.camera import Camera
from viz.coatings import material_of
from viz.scene import Color, EarthItem, Material, MeshItem, Scene
from viz.shadows import shades
from viz.surroundings import surroundings
from viz.times import later_utc, time_or_epoch
from viz.unwrapping import BY_CELL, cell_size_m, texture_coordinates

STARLIGHT: Color = (0.0065, 0.0072, 0.0090)
"""Mean radiance of the starry sky, lifted as the night is in `theme`: what fills the shaded side."""


@dataclass(frozen=True, eq=False)
class Stage:
    """Where a craft flies at one moment, and axes to place cameras by.

    Parameters
    ----------
    at_utc : datetime64
    satellite : int
        Its number in the ring.
    position_gcrs_m, velocity_gcrs_m_s : array (3,)
    rotation_gcrs_from_body : array (3, 3)
    sun_direction_gcrs : array (3,)
    sunlit_fraction : float
    earth : EarthItem
    """

    at_utc: np.datetime64
    satellite: int
    position_gcrs_m: FloatArray
    velocity_gcrs_m_s: FloatArray
    rotation_gcrs_from_body: FloatArray
    sun_direction_gcrs: FloatArray
    sunlit_fraction: float
    earth: EarthItem

    @cached_property
    def rotation_gcrs_from_stage(self) -> FloatArray:
        """Axes for cameras: +Z the cell face's normal, +Y the zenith as near as may be, +X = Y x Z."""
        forward = self.rotation_gcrs_from_body[:, 2]
        up = self.position_gcrs_m / np.linalg.norm(self.position_gcrs_m)
        if abs(float(up @ forward)) > 0.95:  # cells look up or down: the flight path serves
            up = self.velocity_gcrs_m_s / np.linalg.norm(self.velocity_gcrs_m_s)
        up = up - (up @ forward) * forward
        up /= np.linalg.norm(up)
        return read_only(np.stack([np.cross(up, forward), up, forward], axis=1))

    def camera(
        self,
        position_m: ArrayLike,
        focal_point_m: ArrayLike = (0.0, 0.0, 0.0),
        view_up: ArrayLike = (0.0, 1.0, 0.0),
        view_angle_rad: float = 0.7,
        shift: tuple[float, float] = (0.0, 0.0),
    ) -> Camera:
        """A camera placed in the stage's axes, m."""
        return Camera.about(
            self.position_gcrs_m,
            self.rotation_gcrs_from_stage,
            position_m,
            focal_point_m,
            view_up,
            view_angle_rad,
            shift,
        )

    @property
    def sunlight(self) -> Color:
        """What of the Sun's light arrives: reddened in penumbra."""
        lit = self.sunlit_fraction
        return (lit, lit**1.6, lit**2.4)

    def sky(self, ambient: Color = STARLIGHT) -> Scene:
        """A scene with nothing but the sky, seen from the craft."""
        return Scene(
            self.camera((0.0, 0.0, 10.0)),
            self.sun_direction_gcrs,
            earth=self.earth,
            stars=True,
            ambient=ambient,
            sunlight=self.sunlight,
        )


def stage(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    satellite: int | None = None,
    latitude_deg: float = 0.0,
) -> Stage:
    """Where one satellite of a design is.

    Parameters
    ----------
    design : Design
    at_utc : datetime64, optional
        Default the design's epoch.
    satellite : int, optional
        Its number; default the northbound member of the ring nearest to `latitude_deg`.
    latitude_deg : float

    Raises
    ------
    ValueError
        As `orbit_states`.
    """
    at = time_or_epoch(design, at_utc)
    times = np.array([at])
    if satellite is None:
        satellite = _nearest(design, times, latitude_deg)
    states, sky = orbit_states(design, times, satellites=(satellite,)), sky_at(times)
    return Stage(
        at,
        satellite,
        states.position_gcrs_m[0, 0],
        states.velocity_gcrs_m_s[0, 0],
        read_only(states.rotation_body_from_gcrs[0, 0].T),
        states.sun_direction_gcrs[0],
        float(states.sunlit_fraction[0, 0]),
        EarthItem(sky.rotation_itrs_from_gcrs[0], design.environment.earth_shape),
    )


def stages_around(
    design: Design, start_utc: np.datetime64, span_s: float, frames: int, *, satellite: int = 0
) -> Callable[[int], tuple[float, Stage]]:
    """Frame number -> time since the start, s, and where a satellite is then, evenly through a span.

    The frame after the last one would lie at its end.

    Parameters
    ----------
    design : Design
    start_utc : datetime64
    span_s : float
        s.
    frames : int
    satellite : int
        Its number.

    Raises
    ------
    ValueError
        As `stage`.
    """

    def moment(number: int) -> tuple[float, Stage]:
        elapsed_s = span_s * number / frames
        at = later_utc(start_utc, elapsed_s)
        return elapsed_s, stage(design, at, satellite=satellite)

    return moment


def _nearest(design: Design, times: np.ndarray, latitude_deg: float) -> int:
    """The member nearest to a latitude, northbound ones before southbound."""
    states = orbit_states(design, times, satellites=None)
    position, velocity = states.position_gcrs_m[:, 0], states.velocity_gcrs_m_s[:, 0]
    pole = states.earth_pole_gcrs[0]
    latitude = np.degrees(np.arcsin(position @ pole / np.linalg.norm(position, axis=1)))
    off = np.abs(latitude - latitude_deg) + np.where(velocity @ pole > 0.0, 0.0, 1e3)
    return int(np.argmin(off))


def craft_item(
    design: Design,
    where: Stage,
    detail: Detail = "rich",
    *,
    camera: Camera | Sequence[Camera] | None = None,
    shaded: bool = True,
    ambient: Color = STARLIGHT,
) -> tuple[Craft, MeshItem]:
    """The craft of a design at a stage, its materials on it.

    Parameters
    ----------
    design : Design
    where : Stage
    detail : {"light", "rich"}
    camera : Camera, or a sequence of them, optional
        What it will be seen by: nothing finer is worked out than can be seen.
    shaded : bool
        Whether shadows and ambient light are cast.
    ambient : tuple of 3 float
        Fill of the scene it will stand in.
    """
    craft = build_craft(design, detail=detail)
    materials = craft_materials(design, craft)
    item = MeshItem(
        craft.mesh,
        materials,
        position_gcrs_m=where.position_gcrs_m,
        rotation_gcrs_from_body=where.rotation_gcrs_from_body,
    )
    if shaded:
        item = with_shades(item, where.sky(ambient), camera, **shade_lengths_m(craft.mesh.extent_m))
    return craft, with_patterns(item, cell_size_m(design.craft))


def craft_materials(design: Design, craft: Craft) -> tuple[Material, ...]:
    """A material for each surface of a craft; cells know the modules that they are laid on."""
    materials = tuple(material_of(o) for o in craft.mesh.optics)
    module = getattr(design.craft, "module", None)
    if module is None:
        return materials
    block = (float(module.cell_columns), float(module.cell_rows))
    if isinstance(design.craft, SolarSlice) and design.craft.solar_array.wing_axis == "x":
        block = block[::-1]
    return tuple(replace(m, block=block) if m.pattern in BY_CELL else m for m in materials)


def with_shades(
    item: MeshItem,
    sky: Scene,
    camera: Camera | Sequence[Camera] | None = None,
    *,
    coarsest_m: float = 1.6,
    finest_m: float = 0.02,
    finest_rad: float = 0.009,
) -> MeshItem:
    """The item with shadows and ambient light cast under a sky; patterns are laid after it."""
    turn = item.rotation_gcrs_from_body
    cameras = [camera] if isinstance(camera, Camera) else list(camera or ())
    eyes = np.array([turn.T @ (c.position_gcrs_m - item.position_gcrs_m) for c in cameras])
    cast = shades(
        item.mesh,
        item.materials,
        turn.T @ sky.sun_direction_gcrs,
        surroundings(sky, item.position_gcrs_m),
        turn,
        eye_m=eyes if len(eyes) else None,
        coarsest_m=coarsest_m,
        finest_m=finest_m,
        finest_rad=finest_rad,
    )
    return replace(
        item,
        mesh=cast.mesh,
        texture_coordinates=None,
        front_sunlight=cast.front_sunlight,
        back_sunlight=cast.back_sunlight,
        front_ambient=cast.front_ambient,
        back_ambient=cast.back_ambient,
    )


def shade_lengths_m(extent_m: float) -> dict[str, float]:
    """Longest and shortest edges of a shaded mesh that fit the extent of a craft, for `with_shades`."""
    return {"coarsest_m": max(1.6, extent_m / 60.0), "finest_m": min(0.02, extent_m / 300.0)}


def with_patterns(item: MeshItem, cell_m: tuple[float, float] = (0.2, 0.2)) -> MeshItem:
    """The item with its patterns laid."""
    return replace(item, texture_coordinates=texture_coordinates(item.mesh, item.materials, cell_m))
