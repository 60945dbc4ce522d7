"""The Earth of one picture moved into the next: what saves a film from drawing it anew in every frame.

Which frames are keys, drawn anew, and which are moved from them by `moved_earth`.

Notes
-----
Between keys the Sun moves by at most `MOST_SUN_TURN_RAD` over the ground, the eye by `MOST_EYE_SHIFT` of its
height.  Against frames drawn anew this errs by 0.3 codes of 255 in the mean and by 15 at the worst pixel in a
thousand (film of a day, 1080p): in lights of towns, finer than a pixel, which shimmer by as much between any
two frames that are drawn anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from geometry.validation import FloatArray
from viz.globe import Layer, earth_layer, squeezed_from_gcrs
from viz.moved_earth import Key, moved_layer
from viz.scene import Scene, earth_of

SPAN = 16
"""Frames of a block that has one distance between its keys; film parts are whole blocks."""
MOST_SUN_TURN_RAD = np.radians(4.8)
MOST_EYE_SHIFT = 0.12
MOST_ZOOM = 0.08
QUICK = 2
"""With keys so close ground moves by pixels from frame to frame, and keys are shown as they are."""
STILL_PIXELS = 0.1
"""A layer that would move by less than this is taken as it is: below what eight bits and a pixel show."""


class EarthFrames:
    """The Earth of each frame of a film; frames depend on their number alone.

    Parameters
    ----------
    frame : callable
        Number -> Scene.
    frames : int
    size : tuple of 2 int
    """

    def __init__(self, frame: Callable[[int], Scene], frames: int, size: tuple[int, int]) -> None:
        self._frame, self._frames, self._size = frame, frames, size
        self._scenes: dict[int, Scene] = {}
        self._keys: dict[int, Key] = {}
        self._steps: dict[int, int] = {}

    def scene(self, number: int) -> Scene:
        """The scene of a frame; the last few are kept."""
        return _kept(self._scenes, number, 4, self._frame)

    def layer(self, number: int) -> Layer:
        """Light (H, W, 3) and what passes (H, W) of a frame; may be written to."""
        scene = self.scene(number)
        if scene.earth is None:
            return earth_layer(scene, self._size)
        base = number // SPAN * SPAN
        step = _kept(self._steps, base, 4, self._step)
        before = number - (number - base) % step
        after = min(before + step, self._frames - 1)
        if _is_still(self.scene(before), scene, self._size) and _is_still(
            scene, self.scene(after), self._size
        ):
            first = self._key(before, False)
            return first.layer[0].copy(), first.layer[1].copy()
        between = step > QUICK
        if not between and number in (before, after):
            layer = self._key(number, False).layer
            return layer[0].copy(), layer[1].copy()
        first, second = self._key(before, between), self._key(after, between)
        return moved_layer(scene, (first, second), (number - before) / max(after - before, 1))

    def _key(self, number: int, between: bool) -> Key:
        """A key; `between`: drawn half a pixel off, so that all frames are equally sharp, its own too."""

        def drawn(_number: int) -> Key:
            scene = self.scene(number)
            if between:
                width, height = self._size
                shift = scene.camera.shift
                camera = replace(scene.camera, shift=(shift[0] + 1.0 / width, shift[1] + 1.0 / height))
                scene = replace(scene, camera=camera)
            return Key(scene, earth_layer(scene, self._size))

        return _kept(self._keys, 2 * number + between, 2, drawn)

    def _step(self, base: int) -> int:
        """Frames between the keys of a block: the most, a power of two, that keeps every limit."""
        last = min(base + SPAN, self._frames - 1)
        change = _change(self.scene(base), self.scene(last))
        step = SPAN
        while step > 1 and change * step / max(last - base, 1) > 1.0:
            step //= 2
        return step


class EarthCache:
    """The Earth for a viewer that draws one picture after another: kept, moved, or drawn anew.

    Unlike `EarthFrames` it knows no future: pictures are moved from the last one that was drawn, and what was
    shown last stays while nothing in it moves by a visible part of a pixel.
    """

    def __init__(self) -> None:
        self._key: Key | None = None
        self._shown: Key | None = None

    def layer(self, scene: Scene, size: tuple[int, int]) -> Layer:
        """As `earth_layer`; what is returned may be written to."""
        kept, shown = self._key, self._shown
        if scene.earth is None:
            return earth_layer(scene, size)
        if kept is None or shown is None or kept.layer[1].shape != size[::-1]:
            return self._drawn(scene, size)
        if not _is_still(shown.scene, scene, size):
            if _change(kept.scene, scene) > 0.25:  # nothing is blended against the lag
                return self._drawn(scene, size)
            shown = self._shown = Key(scene, moved_layer(scene, (kept, kept), 0.0))
        return shown.layer[0].copy(), shown.layer[1].copy()

    def _drawn(self, scene: Scene, size: tuple[int, int]) -> Layer:
        self._key = self._shown = Key(scene, earth_layer(scene, size))
        return self._key.layer[0].copy(), self._key.layer[1].copy()


def _kept(kept: dict[int, Any], number: int, most: int, make: Callable[[int], Any]) -> Any:
    """An entry of a small store, the oldest out first."""
    if number in kept:
        kept[number] = kept.pop(number)
    else:
        made = make(number)
        kept[number] = made
        while len(kept) > most:
            del kept[next(iter(kept))]
    return kept[number]


def _poses(scene: Scene) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Eye (3,) in Earth radii, axes of the camera (3, 3) and Sun (3,), all Earth-fixed."""
    earth, camera = earth_of(scene), scene.camera
    turn = earth.rotation_itrs_from_gcrs
    eye = squeezed_from_gcrs(earth) @ camera.position_gcrs_m
    return eye, camera.rotation_camera_from_gcrs @ turn.T, turn @ scene.sun_direction_gcrs


def _change(first: Scene, second: Scene) -> float:
    """How far apart two scenes are, in limits of a blend; infinite where they do not compare."""
    if not _alike(first, second):
        return float("inf")
    (eye1, _axes1, sun1), (eye2, _axes2, sun2) = _poses(first), _poses(second)
    height = float(min(np.linalg.norm(eye1), np.linalg.norm(eye2))) - 1.0
    turn = float(np.linalg.norm(sun1 - sun2))
    zoom = abs(np.log(first.camera.view_angle_rad / second.camera.view_angle_rad))
    shift = float(np.linalg.norm(eye1 - eye2)) / height
    return max(turn / MOST_SUN_TURN_RAD, shift / MOST_EYE_SHIFT, float(zoom) / MOST_ZOOM)


def _is_still(first: Scene, second: Scene, size: tuple[int, int]) -> bool:
    """Whether nothing of the Earth would move by `STILL_PIXELS` from one scene to the other."""
    cameras = first.camera, second.camera
    if not _alike(first, second) or cameras[0].shift != cameras[1].shift:
        return False
    (eye1, axes1, sun1), (eye2, axes2, sun2) = _poses(first), _poses(second)
    angle = float(np.linalg.norm(axes1 - axes2)) + float(np.linalg.norm(sun1 - sun2))
    height = float(min(np.linalg.norm(eye1), np.linalg.norm(eye2))) - 1.0
    angle += float(np.linalg.norm(eye1 - eye2)) / height
    angle += abs(cameras[0].view_angle_rad - cameras[1].view_angle_rad)
    return angle * max(c.pixels_per_tangent(size) for c in cameras) < STILL_PIXELS


def _alike(first: Scene, second: Scene) -> bool:
    """Whether two Earths differ in nothing but their turn."""
    looks = [(e.shape, e.clouds, e.city_lights, e.air) for e in (first.earth, second.earth) if e is not None]
    return len(looks) == 2 and looks[0] == looks[1]
