"""The walk of a camera through a film: turns about a craft, and what comes when; slow at both ends.

A film of a still holds its moment: the Sun and the craft stand, the camera goes.  So shadows are cast once,
for all the places that it passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from geometry.validation import FloatArray
from viz.camera import Camera, between, eased, swung
from viz.times import check_frames

ROUND = 12
"""Places of a whole turn for which shadows are cast."""


def shares(frames: int) -> Callable[[int], float]:
    """Frame number -> share of a film, 0 in the first frame to 1 in the last one."""
    check_frames(frames)
    return lambda number: number / (frames - 1)


def whole_turns(frames: int) -> Callable[[int], float]:
    """Frame number -> angle of one eased turn, rad: the frame after the last one would be the first again."""
    check_frames(frames)
    return lambda number: 2.0 * np.pi * eased(number / frames)


def passed(share: float, first: float, last: float) -> float:
    """How far something has come that begins at one share of a film and ends at another, eased."""
    return eased((share - first) / (last - first))


def turned(camera: Camera, middle_gcrs_m: ArrayLike, axis_gcrs: ArrayLike, angle_rad: float) -> Camera:
    """The camera, its aim and its up turned about an axis through a place, right-handed."""
    turn = _rotation(np.asarray(axis_gcrs, dtype=float), angle_rad)
    middle = np.asarray(middle_gcrs_m, dtype=float)
    return replace(
        camera,
        position_gcrs_m=middle + turn @ (camera.position_gcrs_m - middle),
        focal_point_gcrs_m=middle + turn @ (camera.focal_point_gcrs_m - middle),
        view_up=turn @ camera.view_up,
    )


def receding(first: Camera, second: Camera, place_gcrs_m: ArrayLike, share: float) -> Camera:
    """From one camera to another, a share of the way, not eased; what they both see of a place stays in view.

    The eye swings about the place, its distance grows geometrically, and the line of sight turns evenly.
    """
    place = np.asarray(place_gcrs_m, dtype=float)
    arms = [c.position_gcrs_m - place for c in (first, second)]
    lengths = [float(np.linalg.norm(arm)) for arm in arms]
    away = lengths[0] ** (1.0 - share) * lengths[1] ** share
    eye = place + away * swung(arms[0] / lengths[0], arms[1] / lengths[1], share)
    ups, backs = ([c.rotation_camera_from_gcrs[row] for c in (first, second)] for row in (1, 2))
    way = between(first, second, share)
    return replace(
        way,
        position_gcrs_m=eye,
        focal_point_gcrs_m=eye - away * swung(backs[0], backs[1], share),
        view_up=swung(ups[0], ups[1], share),
    )


def around(camera: Callable[[float], Camera], count: int = ROUND) -> list[Camera]:
    """Cameras at places of a whole turn, evenly apart."""
    return [camera(2.0 * np.pi * k / count) for k in range(count)]


def shown(items: Iterable[Any], opacity: float) -> tuple[Any, ...]:
    """Labels or dimensions as far as they have come into sight; none while nothing of them is seen."""
    if opacity < 1e-3:
        return ()
    return tuple(item if opacity == 1.0 else replace(item, opacity=opacity) for item in items)


def _rotation(axis: FloatArray, angle_rad: float) -> FloatArray:
    """Matrix (3, 3) that turns about an axis, by Rodrigues' formula."""
    x, y, z = axis / np.linalg.norm(axis)
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.asarray(np.eye(3) + np.sin(angle_rad) * cross + (1.0 - np.cos(angle_rad)) * cross @ cross)
