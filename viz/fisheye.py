"""What a surface sees, as a disc: a way at the angle a from its normal stands at sin(a) [Nusselt1928]."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.craft.craft import Craft
from geometry.design import Design
from geometry.orbit import orbit_states
from geometry.orbit.states import OrbitStates
from geometry.radiation import SeenAlong, seen_along, surface_frame
from geometry.radiation.ray_caster import ray_caster
from geometry.validation import FloatArray
from viz import theme
from viz.coatings import material_of
from viz.globe import earth_along
from viz.staging import Stage, stage
from viz.stars import star_light

FINE_PIXELS = 900.0  # of fewer, stars and circles are drawn fainter
FILL = np.array([0.055, 0.058, 0.064])  # light on parts that neither Sun nor Earth reaches, as drawn


@dataclass(frozen=True, eq=False)
class Look:
    """A surface, and the directions of a disc before it.

    Parameters
    ----------
    where : Stage
    craft : Craft
    states : OrbitStates
    surface : str
    rotation_gcrs_from_disc : array (3, 3)
        Columns right, up and out of the surface (into the picture).
    inside : bool array (H, W)
    directions_gcrs : array (H, W, 3)
        Of the pixels; beyond the rim, along the surface.
    seen : SeenAlong
        Of the pixels inside.
    """

    where: Stage
    craft: Craft
    states: OrbitStates
    surface: str
    rotation_gcrs_from_disc: FloatArray
    inside: NDArray[np.bool_]
    directions_gcrs: FloatArray
    seen: SeenAlong


def disc_light(
    design: Design, craft: Craft, surface: str, satellite: int, at_utc: np.datetime64, pixels: int
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Linear light of the disc alone (pixels, pixels, 3), and what of the square it fills.

    Parameters
    ----------
    design : Design
    craft : Craft
        Of that satellite.
    surface : str
    satellite : int
        Its number in the ring.
    at_utc : datetime64
    pixels : int
        Across the disc.
    """
    where = stage(design, at_utc, satellite=satellite)
    states = orbit_states(design, np.array([where.at_utc]), satellites=(satellite,))
    look = look_along(design, where, craft, states, surface, pixels)
    return light_of(look), look.inside


def look_along(
    design: Design, where: Stage, craft: Craft, states: OrbitStates, surface: str, pixels: int
) -> Look:
    """What the middle of a surface sees along each pixel of a disc so many across.

    Raises
    ------
    ValueError
        No such surface.
    """
    frame = surface_frame(craft, surface)
    turn = where.rotation_gcrs_from_body @ frame.rotation_body_from_surface
    axes = _disc_axes(where, turn[:, 2])
    middle = (np.arange(pixels) + 0.5) * 2.0 / pixels - 1.0
    x, y = np.meshgrid(middle, -middle)
    square = x * x + y * y
    inside = square < 1.0
    out = np.sqrt(np.maximum(1.0 - square, 0.0))
    directions = np.stack([x, y, out], axis=-1) @ axes.T
    seen = seen_along(craft, surface, directions[inside] @ turn, states, design.environment)
    return Look(where, craft, states, surface, axes, inside, directions, seen)


def _disc_axes(where: Stage, normal: FloatArray) -> FloatArray:
    """Right, up, out: the zenith is up, or the flight path where the surface looks up or down."""
    up = where.position_gcrs_m / np.linalg.norm(where.position_gcrs_m)
    if abs(float(up @ normal)) > 0.95:
        up = where.velocity_gcrs_m_s / np.linalg.norm(where.velocity_gcrs_m_s)
    up = up - (up @ normal) * normal
    up /= np.linalg.norm(up)
    return np.stack([np.cross(normal, up), up, normal], axis=1)


def light_of(look: Look) -> FloatArray:
    """Linear light of the disc (H, W, 3): sky and Earth as they look, own parts in their colours."""
    scene, pixels = look.where.sky(), len(look.inside)
    light, passed = earth_along(scene, look.where.position_gcrs_m, look.directions_gcrs, 2.0 / pixels)
    # in a small disc the same stars stand denser
    stars = min(1.0, pixels / FINE_PIXELS) ** 2 * star_light(look.rotation_gcrs_from_disc, pixels)
    light += passed[..., None] * stars
    categories = np.full(look.inside.shape, -1)
    categories[look.inside] = look.seen.categories
    parts = look.seen.faces >= 0
    own = np.zeros((*look.inside.shape, 3))
    own[look.inside] = _part_light(look)
    hidden = np.zeros(look.inside.shape, bool)
    hidden[look.inside] = parts
    light = np.where(hidden[..., None], own, light)
    light = np.where(categories[..., None] == 3, 60.0 * np.array(theme.SUN_COLOR), light)
    # where one part ends and another begins
    faces = np.where(hidden, categories, -1)
    edge = (faces != np.roll(faces, 1, axis=0)) | (faces != np.roll(faces, 1, axis=1))
    light = np.where((edge & hidden)[..., None], 0.25 * light, light)
    night = (categories == 2) & ~hidden
    border = (night != np.roll(night, 1, axis=0)) | (night != np.roll(night, 1, axis=1))
    border &= ndimage.binary_dilation(categories == 1) & ndimage.binary_dilation(categories == 2)
    light = light + border[..., None] * np.array((0.30, 0.16, 0.06))  # where the Sun sets
    return np.asarray(_with_grid(light, look.inside))


def _part_light(look: Look) -> FloatArray:
    """Light of the part in each direction inside (D, 3): its colour under Sun, Earth and a faint fill."""
    light = np.zeros((len(look.seen.faces), 3))
    hit = np.flatnonzero(look.seen.faces >= 0)
    mesh, faces = look.craft.mesh, look.seen.faces[hit]
    directions = look.directions_gcrs[look.inside][hit] @ look.where.rotation_gcrs_from_body
    normal = mesh.normals[faces]
    side = np.where(np.einsum("dk,dk->d", normal, directions) > 0.0, -1.0, 1.0)
    normal = side[:, None] * normal
    surface = np.where(side > 0.0, mesh.front_surface[faces], mesh.back_surface[faces])
    colors = np.full((len(mesh.optics) + 1, 3), 0.02)
    for k in np.unique(surface):
        if k >= 0:
            colors[k] = material_of(mesh.optics[k]).base_color
    sun = look.states.sun_direction_body[0, 0]
    cosine = np.clip(normal @ sun, 0.0, None) * look.states.sunlit_fraction[0, 0]
    cosine *= _sees_sun(look, directions * look.seen.distances_m[hit, None], normal, sun, cosine)
    down = -look.where.position_gcrs_m @ look.where.rotation_gcrs_from_body
    earthward = 0.5 + 0.5 * normal @ (down / np.linalg.norm(down))
    light[hit] = colors[surface] * (cosine[:, None] + FILL * (0.5 + earthward[:, None]))
    return light


def _sees_sun(
    look: Look, way_m: FloatArray, normal: FloatArray, sun: FloatArray, cosine: FloatArray
) -> NDArray[np.bool_]:
    """Which places, so far from the surface, face the Sun and are not in the shadow of another part."""
    lit = np.zeros(len(cosine), bool)
    asked = np.flatnonzero(cosine > 0.0)
    if not asked.size:
        return lit
    caster = ray_caster(look.craft.mesh, doubt_close_sheets=False)
    place = look.seen.frame.point_m + way_m[asked]
    start = place - caster.center_m + 1e-4 * caster.half_extent_m * normal[asked]
    rays = np.ascontiguousarray(np.broadcast_to(sun, start.shape), np.float32)
    lit[asked] = ~caster.is_blocked(np.ascontiguousarray(start, np.float32), rays)
    return lit


def _with_grid(light: FloatArray, inside: NDArray[np.bool_]) -> FloatArray:
    """Faint circles at 30 and 60 degrees from the normal, and the rim."""
    pixels = len(inside)
    middle = (np.arange(pixels) + 0.5) * 2.0 / pixels - 1.0
    radius = np.hypot(middle, middle[:, None])
    faint = min(1.0, pixels / FINE_PIXELS)
    for where, strength in ((0.5, 0.016), (math.sin(math.radians(60.0)), 0.016), (0.9985, 0.10)):
        line = faint * strength * np.clip(1.8 - np.abs(radius - where) * 0.5 * pixels, 0.0, 1.0)
        light = light + (line * inside)[..., None]
    return light
