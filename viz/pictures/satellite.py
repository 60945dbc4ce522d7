"""The satellite from near, over the Earth at dusk, lit as it is: cells in the Sun, or the shaded side."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from geometry.craft import build_craft
from geometry.craft.craft import Craft
from geometry.craft.parameters import Detail
from geometry.design import Design
from geometry.ephemeris import sky_at
from geometry.validation import FloatArray, check_choice
from viz import theme
from viz.scene import Caption, Scene
from viz.staging import STARLIGHT, Stage, craft_item, stage
from viz.titles import title_of

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
    scale = _scale(build_craft(design))
    camera = where.camera(
        scale * np.array(chosen.position_m),
        scale * np.array(chosen.focal_point_m),
        chosen.view_up,
        chosen.view_angle_rad,
        chosen.shift,
    )
    ambient = tuple(3.0 * c for c in STARLIGHT) if view == "back" else STARLIGHT
    craft, item = craft_item(design, where, detail, camera=camera, ambient=ambient)
    return replace(
        where.sky(ambient),
        camera=camera,
        meshes=(item,),
        exposure=chosen.exposure,
        captions=_captions(design, craft, where) if captions else (),
    )


def _scale(craft: Craft) -> float:
    """Size of the bus over 6.4 m, of what stands out behind it over 9 m, or of a craft without a bus."""
    mesh = craft.mesh
    bus = [k for k, name in enumerate(mesh.surface_names) if name.startswith("bus.")]
    if not bus:
        return mesh.extent_m / 9.0
    corners: FloatArray = mesh.vertices_m[mesh.faces[np.isin(mesh.front_surface, bus)]].reshape(-1, 3)
    return max(float(np.ptp(corners, axis=0)[:2].max()) / 6.6, -float(mesh.bounds_m[0, 2]) / 9.0)


def _captions(design: Design, craft: Craft, where: Stage) -> tuple[Caption, ...]:
    span = float(np.ptp(craft.mesh.bounds_m, axis=0).max())
    cells = sum(craft.mesh.surface_areas_m2[craft.mesh.surface_index(n)] for n in craft.cell_surfaces)
    rotation = sky_at(np.array([where.at_utc])).rotation_itrs_from_gcrs[0]
    x, y, z = rotation @ where.position_gcrs_m
    north, east = np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))
    place = f"{abs(north):.0f}° {'N' if north >= 0 else 'S'}  {abs(east):.0f}° {'E' if east >= 0 else 'W'}"
    moment = str(np.datetime_as_string(where.at_utc, unit="m")).replace("T", "  ") + " UTC"
    below = f"{span:.0f} m across  ·  {cells:,.0f} m² of cells  ·  {craft.mass_kg:,.0f} kg"
    return (
        Caption(title_of(design), "bottom_left", 0.030, (0.0, -0.040)),
        Caption(below, "bottom_left", 0.0195, color=theme.TEXT),
        Caption(f"{place}  ·  {moment}", "bottom_right", 0.0195, color=theme.TEXT),
    )
