"""Satellites near the one that is looked at: so near that they are more than points."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from geometry.craft.parameters import CraftParameters
from geometry.design import Design
from geometry.orbit import orbit_states
from geometry.validation import FloatArray, IntArray
from viz.camera import Camera
from viz.viewer.moments import Moment

LEAST_PX = 5.0  # length of a satellite in the picture; of less, it is a point
MOST = 24
LARGE_PX = 60.0  # from here on it shines no longer as a point, and its surfaces have rims


@dataclass(frozen=True, eq=False)
class Neighbours:
    """K satellites of the same craft as the one that is looked at, the nearest first.

    Parameters
    ----------
    satellites : int array (K,)
        Their numbers in the ring.
    position_gcrs_m : array (K, 3)
    rotation_gcrs_from_body : array (K, 3, 3)
    is_large : bool array (K,)
        Whether the picture shows more of it than a glint.
    """

    satellites: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    position_gcrs_m: FloatArray = field(default_factory=lambda: np.zeros((0, 3)))
    rotation_gcrs_from_body: FloatArray = field(default_factory=lambda: np.zeros((0, 3, 3)))
    is_large: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))


def neighbours(
    design: Design, moment: Moment, camera: Camera, extent_m: float, size: tuple[int, int]
) -> Neighbours:
    """The neighbours that a picture of this size shows as meshes.

    Parameters
    ----------
    design : Design
    moment : Moment
    camera : Camera
        At a satellite.
    extent_m : float
        Length of the craft, m.
    size : tuple of 2 int
        Pixels.
    """
    relative = moment.position_gcrs_m - camera.position_gcrs_m
    away = np.linalg.norm(relative, axis=1)
    depth = -relative @ camera.rotation_camera_from_gcrs[2]
    length_px = extent_m * camera.pixels_per_tangent(size) / np.maximum(away, 1.0)
    seen = (length_px > LEAST_PX) & (depth > 0.0)
    seen[moment.satellite] = False
    near = np.flatnonzero(seen)
    near = near[np.argsort(away[near])][:MOST]
    own = _craft_of(design, moment.satellite) if near.size else None
    near = np.array([k for k in near if _craft_of(design, int(k)) == own], np.int64)
    if not near.size:
        return Neighbours()
    states = orbit_states(design, np.array([moment.at_utc]), satellites=near.tolist())
    turns = states.rotation_body_from_gcrs[:, 0].transpose(0, 2, 1)
    return Neighbours(near, states.position_gcrs_m[:, 0], turns, length_px[near] > LARGE_PX)


@lru_cache(maxsize=512)
def _craft_of(design: Design, satellite: int) -> CraftParameters:
    """Of one member; a ring of two local times has two."""
    return design.of_member(satellite).craft
