"""Cameras moved until a thing fills its place in the picture, whatever its size and wherever its origin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.validation import FloatArray, IntArray, check_finite, check_shape
from viz.camera import WHOLE, Camera

Room = tuple[float, float, float, float]
"""Left, top, right and bottom in heights of a picture of 16:9, from its middle to the right and downwards."""

HALVINGS, CENTRINGS = 60, 12
OUTWARD = 400
ROLLS_RAD = tuple(float(a) for a in np.radians((0.0, 20.0, 40.0, 60.0, 75.0)))
ROLL_COST = 0.12  # of the distance, for a radian: a picture is turned only where that gains enough
CLEAR = 1.02  # the eye stays so far before the nearest place, over how far that stands out


def framed(camera: Camera, places_gcrs_m: ArrayLike, room: Room, least_m: float = 0.0) -> Camera:
    """The camera with its direction and angle kept, moved until the places fill the room to one of its sides.

    Parameters
    ----------
    camera : Camera
        Its shift is taken out: the room says where things stand.
    places_gcrs_m : array (K, 3)
        m.
    room : tuple of 4 float
    least_m : float
        From the middle of the places at least, along the line of sight, m.

    Returns
    -------
    Camera
        For landscapes of 16:9; it shows the same in narrower pictures.

    Raises
    ------
    ValueError
        A room without width or height.
    """
    left, top, right, bottom = room
    if not (left < right and top < bottom):
        raise ValueError(
            f"room must be (left, top, right, bottom) with left < right, top < bottom; got {room}"
        )
    places = check_shape(check_finite(places_gcrs_m, name="places"), (None, 3), name="places")
    axes = camera.rotation_camera_from_gcrs
    middle = 0.5 * (places.min(axis=0) + places.max(axis=0))
    own = (places - middle) @ axes.T  # right, up, towards the eye
    angle = 2.0 * np.tan(0.5 * camera.view_angle_rad)  # tangents in a height of the picture
    goal = angle * np.array([0.5 * (left + right), -0.5 * (top + bottom)])
    sides = angle * np.array([right - left, bottom - top])
    out = float(own[:, 2].max())
    size = max(float(np.linalg.norm(np.ptp(own, axis=0))), 1e-9)
    near, far = out + (CLEAR - 1.0) * size, out + 1e3 * size
    for _ in range(HALVINGS):
        distance = 0.5 * (near + far)
        fits = bool((np.ptp(_tangents(own, _aside(own, distance, goal), distance), axis=0) <= sides).all())
        near, far = (near, distance) if fits else (distance, far)
    far = max(far, least_m)
    aside = _aside(own, far, goal)
    eye = middle + axes.T @ np.array([*aside, far])
    return replace(
        camera,
        position_gcrs_m=eye,
        focal_point_gcrs_m=eye - far * axes[2],
        shift=(0.0, 0.0),
        narrow=WHOLE,
    )


def fullest(camera: Camera, places_gcrs_m: ArrayLike, room: Room) -> Camera:
    """As `framed`, and turned about the line of sight so that the places fill the room better."""
    cameras = [framed(camera.rolled(angle), places_gcrs_m, room) for angle in ROLLS_RAD]
    away = [float(np.linalg.norm(c.position_gcrs_m - c.focal_point_gcrs_m)) for c in cameras]
    costs = [d * (1.0 + ROLL_COST * angle) for d, angle in zip(away, ROLLS_RAD, strict=True)]
    return cameras[int(np.argmin(costs))]


def _tangents(own_m: FloatArray, aside_m: FloatArray, distance_m: float) -> FloatArray:
    """Tangents (K, 2) to the right and up from an eye that stands aside (2,) at a distance."""
    return np.asarray((own_m[:, :2] - aside_m) / (distance_m - own_m[:, 2:]))


def _aside(own_m: FloatArray, distance_m: float, goal: FloatArray) -> FloatArray:
    """Where the eye stands, (2,), so that the middle of what it sees is at the tangents of the goal."""
    aside = np.zeros(2)
    for _ in range(CENTRINGS):
        seen = _tangents(own_m, aside, distance_m)
        low, high = seen.argmin(axis=0), seen.argmax(axis=0)
        depths = distance_m - own_m[np.stack([low, high]), 2]  # of the ends: how fast they move
        off = 0.5 * (seen.min(axis=0) + seen.max(axis=0)) - goal
        aside = aside + off / (0.5 / depths).sum(axis=0)
    return aside


def farthest(cameras: Iterable[Camera], places_gcrs_m: ArrayLike, room: Room) -> float:
    """The distance at which places fit a room from all of some directions, for `framed`, m."""
    found = [framed(camera, places_gcrs_m, room) for camera in cameras]
    return max(float(np.linalg.norm(c.position_gcrs_m - c.focal_point_gcrs_m)) for c in found)


def outermost(places_m: FloatArray) -> IntArray:
    """Which of many places (K, 3) stand farthest out along one of `OUTWARD` directions."""
    if len(places_m) <= OUTWARD:
        return np.arange(len(places_m))
    k = np.arange(OUTWARD) + 0.5
    height, turn = 1.0 - 2.0 * k / OUTWARD, np.pi * (1.0 + np.sqrt(5.0)) * k  # golden spiral
    level = np.sqrt(1.0 - height**2)
    ways = np.stack([level * np.cos(turn), level * np.sin(turn), height], axis=1)
    ways = np.concatenate([np.eye(3), -np.eye(3), ways])
    return np.unique((places_m @ ways.T).argmax(axis=0))


def corners_of(mesh: SurfaceMesh) -> FloatArray:
    """Places of the vertices that faces use, (K, 3), m."""
    return mesh.vertices_m[np.unique(mesh.faces)]
