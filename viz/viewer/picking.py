"""What stands under the pointer: a satellite of the ring, a surface of the craft that is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geometry.mesh.surface_mesh import SurfaceMesh
from viz.camera import Camera
from viz.splat import behind_earth
from viz.viewer.moments import Moment

if TYPE_CHECKING:
    from geometry.radiation.ray_caster import RayCaster

REACH_PX = 14.0  # of a satellite's place


def satellite_at(
    moment: Moment,
    camera: Camera,
    place_px: tuple[float, float],
    size: tuple[int, int],
    *,
    reach_px: float = REACH_PX,
) -> int | None:
    """The satellite nearest to a place in the picture, none farther than the reach or behind the Earth."""
    places, depth = camera.pixels(moment.position_gcrs_m, size)
    with np.errstate(invalid="ignore"):
        off = np.hypot(places[:, 0] - place_px[0], places[:, 1] - place_px[1])
    near = np.flatnonzero((depth > 0.0) & (off < reach_px))
    if not near.size:
        return None
    turn = moment.earth.rotation_itrs_from_gcrs
    hidden = behind_earth(moment.position_gcrs_m[near], camera, moment.earth.shape, turn)
    near = near[~hidden]
    return int(near[np.argmin(off[near])]) if near.size else None


def surface_at(
    caster: RayCaster,
    mesh: SurfaceMesh,
    moment: Moment,
    camera: Camera,
    place_px: tuple[float, float],
    size: tuple[int, int],
) -> str | None:
    """Name of the surface under a place in the picture; None beside the craft and on inactive sides."""
    origin, way = body_ray(moment, camera, place_px, size)
    origin = origin - caster.center_m
    # from afar, single precision would miss: the ray starts near the craft
    origin = origin + max(0.0, -float(origin @ way) - 4.0 * caster.half_extent_m) * way
    face, _distance = caster.first_hit(origin[None].astype(np.float32), way[None].astype(np.float32))
    if face[0] < 0:
        return None
    towards = float(mesh.normals[face[0]] @ way)
    side = mesh.front_surface if towards < 0.0 else mesh.back_surface
    row = int(side[face[0]])
    return mesh.surface_names[row] if row >= 0 else None


def body_ray(
    moment: Moment, camera: Camera, place_px: tuple[float, float], size: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Origin (3,) in m and direction (3,) in the body frame of the line of sight through a pixel."""
    scale = camera.pixels_per_tangent(size)
    x = (place_px[0] + 0.5 - 0.5 * size[0] * (1.0 + camera.shift[0])) / scale
    y = -(place_px[1] + 0.5 - 0.5 * size[1] * (1.0 - camera.shift[1])) / scale
    way = camera.rotation_camera_from_gcrs.T @ np.array([x, y, -1.0])
    body_from_gcrs = moment.rotation_gcrs_from_body.T
    origin = body_from_gcrs @ (camera.position_gcrs_m - moment.state.position_gcrs_m[0, 0])
    way = body_from_gcrs @ way
    return origin, way / np.linalg.norm(way)
