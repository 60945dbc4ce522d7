"""What lies along a line of sight: space, lit or dark Earth, the Sun, or a part of the craft itself.

Categories are numbered as `category_names` lists them: the sky first, then the surfaces of the craft in
the order of its mesh, last the sides that belong to no surface.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numba import float32, njit

from geometry.constants import SOLAR_RADIUS_M
from geometry.environment import Environment
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.orbit.states import OrbitStates
from geometry.radiation.door import mesh_of
from geometry.radiation.earth import EarthScene, earth_scene
from geometry.radiation.ray_caster import Float32Array, ray_caster
from geometry.radiation.view_factors.open_craft import outer_caster
from geometry.radiation.view_factors.open_mesh import open_mesh
from geometry.validation import FloatArray, IntArray, check_finite, check_shape, read_only

SKY = ("space", "earth_lit", "earth_dark", "sun")
SPACE, EARTH_LIT, EARTH_DARK, SUN = range(len(SKY))
INACTIVE_NAME = "inactive"
BEHIND = -1
"""Category of a direction that does not leave the surface."""


def category_names(mesh: SurfaceMesh) -> tuple[str, ...]:
    """`SKY`, the surfaces of the mesh, "inactive".

    Raises
    ------
    ValueError
        A surface is called like one of the others.
    """
    taken = sorted({*SKY, INACTIVE_NAME} & set(mesh.surface_names))
    if taken:
        raise ValueError(
            f"surface names must differ from {', '.join((*SKY, INACTIVE_NAME))}, got {taken[0]!r}; rename it"
        )
    return (*SKY, *mesh.surface_names, INACTIVE_NAME)


def categories_of_sides(sides: IntArray, surfaces: int) -> IntArray:
    """Categories of sides of faces that carry these surfaces, or none (-1), of the same shape."""
    return np.where(sides >= 0, len(SKY) + sides, len(SKY) + surfaces)


def sight_scene(scene: EarthScene) -> tuple[Float32Array, np.float32]:
    """What `earth_along` needs: position in equatorial radii, pole and Sun (T, 9); the Earth's bulge."""
    rows = np.concatenate([scene.position_body, scene.pole_body, scene.sun_body], axis=1)
    return rows.astype(np.float32), np.float32(1.0 / (1.0 - scene.flattening) ** 2 - 1.0)


@njit(inline="always")
def earth_along(d0, d1, d2, row, bulge):  # type: ignore[no-untyped-def]
    """Whether the Earth stands along a direction, and whether it is lit there (else dark).

    Single precision; `bulge` is 1/(1 - f)^2 - 1.  Stretched along the pole the Earth is a unit sphere; lit
    is where the Sun's centre stands above the horizon of the spheroid.  No branches: many directions at once.
    """
    zero, one = float32(0), float32(1)
    x0, x1, x2, k0, k1, k2, s0, s1, s2 = row
    dk = d0 * k0 + d1 * k1 + d2 * k2
    xk = x0 * k0 + x1 * k1 + x2 * k2
    b = d0 * x0 + d1 * x1 + d2 * x2 + bulge * dk * xk
    a = d0 * d0 + d1 * d1 + d2 * d2 + bulge * dk * dk
    c = x0 * x0 + x1 * x1 + x2 * x2 + bulge * xk * xk - one
    disc = b * b - a * c
    t = c / (np.sqrt(max(disc, zero)) + abs(b))
    sunward = (x0 + t * d0) * s0 + (x1 + t * d1) * s1 + (x2 + t * d2) * s2
    sunward += bulge * (xk + t * dk) * (k0 * s0 + k1 * s1 + k2 * s2)
    return (disc > zero) & (b < zero), sunward > zero


@dataclass(frozen=True, eq=False)
class SurfaceFrame:
    """Where one stands on a surface, and how one is turned.

    Parameters
    ----------
    point_m : array (3,)
        Body frame, m.
    rotation_body_from_surface : array (3, 3)
        Columns x, y, z: z leaves the surface, x lies along the body's +X as far as it can (else +Y).
    """

    point_m: FloatArray
    rotation_body_from_surface: FloatArray

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            object.__setattr__(self, name, read_only(getattr(self, name)))


def surface_frame(craft: object, surface: str) -> SurfaceFrame:
    """Stands at the middle of what of a surface no other body covers, or of its face nearest to that.

    Raises
    ------
    ValueError
        No such surface; names the nearest.
    """
    mesh = mesh_of(craft)
    mesh = open_mesh(mesh, mesh.bounds_m.mean(axis=0)).mesh
    fronts, backs = mesh.surface_faces(mesh.surface_index(surface))
    faces = np.concatenate([fronts, backs])
    signs = np.concatenate([np.ones(len(fronts)), -np.ones(len(backs))])
    areas = mesh.areas_m2[faces]
    middle = areas @ mesh.centroids_m[faces] / areas.sum()
    k, point = _nearest_point(mesh.vertices_m[mesh.faces[faces]], mesh.normals[faces], middle)
    z = signs[k] * mesh.normals[faces[k]]
    along = np.eye(3)[0 if abs(z[0]) < 0.999 else 1]
    x = along - (along @ z) * z
    x /= np.linalg.norm(x)
    return SurfaceFrame(point, np.stack([x, np.cross(z, x), z], axis=1))


def _nearest_point(corners: FloatArray, normals: FloatArray, middle: FloatArray) -> tuple[int, FloatArray]:
    """Which triangle (E, 3, 3) is nearest to a point, and where: the foot in it, or its centroid."""
    heights = np.einsum("ek,ek->e", normals, middle - corners[:, 0])
    feet = middle - heights[:, None] * normals
    sides = np.roll(corners, -1, axis=1) - corners
    turns = np.einsum("ek,ejk->ej", normals, np.cross(sides, feet[:, None] - corners))
    inside = (turns >= -1e-9 * np.abs(turns).max()).all(axis=1)
    points = np.where(inside[:, None], feet, corners.mean(axis=1))
    k = int(np.argmin(np.linalg.norm(points - middle, axis=1)))
    return k, points[k]


@dataclass(frozen=True, eq=False)
class SeenAlong:
    """What D directions from one point show.

    Parameters
    ----------
    names : tuple of C str
        Categories, as `category_names`.
    categories : int array (D,)
        Index into `names`; `BEHIND` (-1) for directions that do not leave the surface.
    faces : int array (D,)
        Face of the mesh that stands there, or -1.
    distances_m : array (D,)
        To that face, m; infinite where there is none.
    frame : SurfaceFrame
        From where.
    """

    names: tuple[str, ...]
    categories: IntArray
    faces: IntArray
    distances_m: FloatArray
    frame: SurfaceFrame

    def __post_init__(self) -> None:
        for name, dtype in (("categories", np.int64), ("faces", np.int64), ("distances_m", float)):
            object.__setattr__(self, name, read_only(getattr(self, name), dtype))


def seen_along(
    craft: object,
    surface: str,
    directions_surface: FloatArray,
    states: OrbitStates,
    environment: Environment | None = None,
    *,
    frame: SurfaceFrame | None = None,
) -> SeenAlong:
    """What stands in each of many directions before a surface, for a picture of what it sees.

    Parameters
    ----------
    craft : Craft or SurfaceMesh
    surface : str
    directions_surface : array (D, 3)
        In the axes of the frame, of any length; those with z <= 0 are `BEHIND`.
    states : OrbitStates
        Of one satellite at one time.
    environment : Environment
        Default: the nominal one; its Earth's shape is what counts.
    frame : SurfaceFrame
        Default: `surface_frame(craft, surface)`.

    Returns
    -------
    SeenAlong

    Raises
    ------
    ValueError
        No such surface, more than one satellite or time, directions that are not finite.
    """
    mesh = mesh_of(craft)
    frame = frame or surface_frame(mesh, surface)
    names = category_names(mesh)
    check_shape(directions_surface, (None, 3), name="directions_surface")
    local = check_finite(directions_surface, name="directions_surface")
    if len(states.times_utc) != 1:
        raise ValueError(f"states must hold one time, got {len(states.times_utc)}; look at one after another")
    scene = earth_scene(states, environment or Environment())
    ahead = np.flatnonzero(local[:, 2] > 0.0)
    directions = local[ahead] @ frame.rotation_body_from_surface.T
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    faces, surfaces, distances = _first_faces(mesh, frame, directions)
    parts = categories_of_sides(surfaces, len(mesh.surface_names))
    seen = np.where(faces >= 0, parts, _sky_along(directions, scene, states))
    whole = np.full(len(local), BEHIND), np.full(len(local), -1), np.full(len(local), np.inf)
    for table, values in zip(whole, (seen, faces, distances), strict=True):
        table[ahead] = values
    return SeenAlong(names, *whole, frame)


def seen_later(
    seen: SeenAlong,
    directions_surface: FloatArray,
    states: OrbitStates,
    environment: Environment | None = None,
) -> SeenAlong:
    """What `seen_along` saw, at another time: the craft hides what it did, the sky behind it is another.

    Parameters
    ----------
    seen : SeenAlong
        Of these directions, by the same craft.
    directions_surface, states, environment
        As `seen_along` takes them.

    Raises
    ------
    ValueError
        Other directions than `seen` is of, more than one satellite or time.
    """
    local = check_shape(directions_surface, (len(seen.categories), 3), name="directions_surface")
    if len(states.times_utc) != 1:
        raise ValueError(f"states must hold one time, got {len(states.times_utc)}; look at one after another")
    open_ = np.flatnonzero((seen.categories != BEHIND) & (seen.faces < 0))
    directions = local[open_] @ seen.frame.rotation_body_from_surface.T
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    categories = seen.categories.copy()
    categories[open_] = _sky_along(directions, earth_scene(states, environment or Environment()), states)
    return replace(seen, categories=categories)


def _first_faces(
    mesh: SurfaceMesh, frame: SurfaceFrame, directions: FloatArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Face met first (-1: none), the surface on its side, and the distance in m, from the frame's point."""
    caster = ray_caster(mesh)
    seen = open_mesh(mesh, caster.center_m, by_face=True)
    caster = outer_caster(mesh, caster, seen)
    start = frame.point_m - caster.center_m
    start = start + caster.start_offset_m * frame.rotation_body_from_surface[:, 2]
    origins = np.broadcast_to(start, directions.shape)
    met, distances = caster.first_hit(
        np.ascontiguousarray(origins, np.float32), np.ascontiguousarray(directions, np.float32)
    )
    faces = np.where(met >= 0, seen.origin[seen.outside.rows[met]], -1)
    side = (np.einsum("dk,dk->d", mesh.normals[faces], directions) > 0.0).astype(np.int64)
    return faces, seen.outside.sides[met, side], np.where(met >= 0, distances, np.inf)


def _sky_along(directions: FloatArray, scene: EarthScene, states: OrbitStates) -> IntArray:
    """Sky category of unit directions (D, 3) in the body frame, as if no craft stood there."""
    sky = np.empty(len(directions), np.int64)
    rows, bulge = sight_scene(scene)
    _sky_categories(directions.astype(np.float32), rows[0], bulge, sky)
    half_angle = np.arcsin(SOLAR_RADIUS_M / states.sun_distance_m[0])
    apart = np.linalg.norm(directions - scene.sun_body[0], axis=1)
    sky[(sky == SPACE) & (apart < 2.0 * np.sin(0.5 * half_angle))] = SUN
    return sky


@njit(cache=True, nogil=True)
def _sky_categories(directions, row, bulge, out):  # type: ignore[no-untyped-def]
    """Fills `out` (D,) with `earth_along` of each direction (D, 3)."""
    for i in range(directions.shape[0]):
        d0, d1, d2 = directions[i, 0], directions[i, 1], directions[i, 2]
        hit, lit = earth_along(d0, d1, d2, row, bulge)
        out[i] = (EARTH_LIT if lit else EARTH_DARK) if hit else SPACE
