"""The near layer: meshes in metres about the camera, by VTK, laid over the light of the far one.

One off-screen window is kept for all pictures of a process.  Shaders write scene light without a limit
into a frame buffer of floats, so shadows keep their steps, and highlights reach the lens and the tone
curve whole.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import vtkmodules.vtkRenderingOpenGL2
from numba import njit
from numpy.typing import NDArray
from vtkmodules.vtkCommonCore import VTK_FLOAT
from vtkmodules.vtkRenderingCore import vtkActor, vtkLight, vtkRenderer, vtkRenderWindow
from vtkmodules.vtkRenderingOpenGL2 import vtkFramebufferPass, vtkRenderStepsPass, vtkTextureObject

from viz.adapters import instance_actors, item_actors, member_actors
from viz.kernels import by_rows
from viz.materials import light_actors, lighting_at, scene_lighting
from viz.scene import SatellitesItem, Scene
from viz.splat import camera_view
from viz.sprites import BRIGHTEST, body_size_m, lighting_place, near_members

_ = vtkmodules.vtkRenderingOpenGL2  # gives the classes above their OpenGL

NEAREST = 1e-4  # of the farthest mesh: a satellite 10 m away is drawn with neighbours 75 km away
BLOCK = 64  # pixels: the part that is drawn changes its size by whole blocks only
TILE = 1024  # pixels of a picture drawn at a time, along each side


@cache
def _window() -> tuple[vtkRenderWindow, vtkRenderer, vtkFramebufferPass]:
    window = vtkRenderWindow()
    window.SetOffScreenRendering(1)
    window.SetMultiSamples(0)
    renderer = vtkRenderer()
    renderer.SetBackground(0.0, 0.0, 0.0)
    renderer.SetBackgroundAlpha(0.0)
    renderer.AutomaticLightCreationOff()
    renderer.SetNearClippingPlaneTolerance(NEAREST)
    light = vtkLight()  # of no effect: the materials light themselves, but VTK passes normals only with one
    light.SetLightTypeToSceneLight()
    light.PositionalOff()
    renderer.AddLight(light)
    floats = vtkFramebufferPass()
    floats.SetDelegatePass(vtkRenderStepsPass())
    floats.SetColorFormat(vtkTextureObject.Float32)
    renderer.SetPass(floats)
    window.AddRenderer(renderer)
    return window, renderer, floats


def add_near_layer(
    light: NDArray[np.float32],
    scene: Scene,
    supersample: int,
    passed: NDArray[np.float32] | None = None,
) -> None:
    """Draw the meshes of a scene over its light (H, W, 3), and over what passes (H, W), in place.

    Drawn by tiles: at once, the samples of a picture of 8K and their copy would take four gigabytes.
    """
    height, width = light.shape[:2]
    own = _actors(scene)
    if own:
        lit = scene.instances or any(m.lit for m in scene.meshes)
        sky = scene if lit else replace(scene, earth=None, ambient=(0.0, 0.0, 0.0))
        light_actors(own, scene_lighting(sky), scene.camera)
    members = [a for item in scene.satellites for a in _members(item, scene, (width, height))]
    actors = own + members
    if not actors:
        return
    window, renderer, floats = _window()
    try:
        for actor in actors:
            renderer.AddActor(actor)
        first, above, last, below = _reached(scene, (width, height))
        # all of one size, the last ones beyond the edge: a window that changes its size keeps what it had
        wide, high = _even(last - first), _even(below - above)
        for top in range(above, below, high):
            for left in range(first, last, wide):
                box = (left, top, left + wide, top + high)
                window.SetSize((box[2] - left) * supersample, (box[3] - top) * supersample)
                _aim(renderer, scene, (width, height), box)
                window.Render()
                rgba = _grabbed(floats)
                under = light[top : box[3], left : box[2]]
                behind = (
                    np.ones((1, 1), np.float32) if passed is None else passed[top : box[3], left : box[2]]
                )
                by_rows(_over_rows, len(under), under, behind, rgba, supersample)
    finally:
        renderer.RemoveAllViewProps()


def _even(length: int) -> int:
    """Size of tiles of at most TILE that share a length evenly."""
    count = max(1, -(-length // TILE))
    return max(1, -(-length // count))


def _reached(scene: Scene, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the part of a picture in which the meshes of a scene lie, in pixels."""
    whole = (0, 0, *size)
    if scene.instances:
        return whole
    bodies = [(m.position_gcrs_m, body_size_m(m)) for m in scene.meshes]
    for item in scene.satellites:
        bodies += [
            (item.position_gcrs_m[n], body_size_m(item.craft)) for n in near_members(item, scene, size)[0]
        ]
    view = camera_view(scene.camera, size)
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    for place, across in bodies:
        x, y, z = view[1:4] @ (place - view[0])
        radius = 0.5 * across
        if not -z > 1.05 * radius:
            return whole
        # of the cube about the ball: the edges that stand widest
        ends = np.array([[x - radius, -y - radius], [x + radius, -y + radius]])
        ends = view[4, 2] * np.stack([ends / (-z - radius), ends / (-z + radius)])
        low, high = np.minimum(low, ends.min(axis=(0, 1))), np.maximum(high, ends.max(axis=(0, 1)))
    low = BLOCK * np.floor((view[4, :2] + low) / BLOCK)
    high = BLOCK * np.ceil((view[4, :2] + high + 2.0) / BLOCK)
    corners = np.clip(np.concatenate([low, high]), 0, np.tile(size, 2)).astype(int)
    first_column, first_row, end_column, end_row = corners.tolist()
    return first_column, first_row, end_column, end_row


def _actors(scene: Scene) -> list[vtkActor]:
    origin = scene.camera.position_gcrs_m
    actors = [a for item in scene.meshes for a in item_actors(item, origin)]
    return actors + [a for item in scene.instances for a in instance_actors(item, origin)]


def _members(item: SatellitesItem, scene: Scene, size: tuple[int, int]) -> list[vtkActor]:
    """Lit actors of the satellites that are near, the nearest first."""
    chosen, shares = near_members(item, scene, size)
    if not len(chosen):
        return []
    nearest = chosen[0]
    lit = float(item.sunlit_fraction[nearest])
    itself = replace(
        item.craft,
        position_gcrs_m=item.position_gcrs_m[nearest],
        rotation_gcrs_from_body=item.rotation_gcrs_from_body[nearest],
    )
    seen = replace(scene, meshes=(itself,), sunlight=(lit, lit**1.6, lit**2.4))
    origin = scene.camera.position_gcrs_m
    actors = [
        a for n, s in zip(chosen, shares, strict=True) for a in member_actors(item, int(n), float(s), origin)
    ]
    light_actors(actors, lighting_at(seen, lighting_place(scene, item.position_gcrs_m)), scene.camera)
    return actors


def _aim(renderer: vtkRenderer, scene: Scene, size: tuple[int, int], box: tuple[int, int, int, int]) -> None:
    """Set VTK's camera, at the origin, looking as the scene's does through one tile of the picture."""
    camera = renderer.GetActiveCamera()
    _right, up, back = scene.camera.rotation_camera_from_gcrs
    camera.SetPosition(0.0, 0.0, 0.0)
    camera.SetFocalPoint(*(-back))
    camera.SetViewUp(*up)
    left, top, right, bottom = box
    half_width, half_height = 0.5 * (right - left), 0.5 * (bottom - top)
    # where the line of sight stands in the tile, in half sides from its middle
    across = (0.5 * size[0] * (1.0 + scene.camera.shift[0]) - left) / half_width - 1.0
    above = 1.0 - (0.5 * size[1] * (1.0 - scene.camera.shift[1]) - top) / half_height
    half = np.arctan(half_height / scene.camera.pixels_per_tangent(size))
    camera.SetViewAngle(float(np.degrees(2.0 * half)))
    camera.SetWindowCenter(-across, -above)
    renderer.ResetCameraClippingRange()


def _grabbed(floats: vtkFramebufferPass) -> NDArray[np.float32]:
    """Light and cover (H, W, 4) of what was drawn last, the top row first."""
    texture = floats.GetColorTexture()
    size = [texture.GetWidth(), texture.GetHeight()]
    pixels = np.zeros((size[1], size[0], 4), np.float32)
    buffer = texture.Download()
    buffer.Download2D(VTK_FLOAT, pixels.reshape(-1), size, 4, [0, 0])
    buffer.ReleaseMemory()
    return pixels[::-1]


@njit(cache=True, nogil=True)
def _over_rows(first: int, last: int, light: Any, passed: Any, rgba: Any, step: int) -> None:
    count = step * step
    for row in range(first, last):
        for column in range(light.shape[1]):
            red = green = blue = cover = 0.0
            for i in range(row * step, (row + 1) * step):
                for j in range(column * step, (column + 1) * step):
                    alpha = min(rgba[i, j, 3], 1.0)
                    cover += alpha
                    red += min(rgba[i, j, 0], BRIGHTEST)  # VTK has weighed it by its cover
                    green += min(rgba[i, j, 1], BRIGHTEST)
                    blue += min(rgba[i, j, 2], BRIGHTEST)
            if cover > 0.0:
                left = 1.0 - cover / count
                if passed.shape[0] > row and passed.shape[1] > column:
                    passed[row, column] *= left
                light[row, column, 0] = left * light[row, column, 0] + red / count
                light[row, column, 1] = left * light[row, column, 1] + green / count
                light[row, column, 2] = left * light[row, column, 2] + blue / count
