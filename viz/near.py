"""The near layer: meshes in metres about the camera, by VTK, laid over the light of the far one.

One off-screen window is kept for all pictures of a process.  Shaders write scene light without a limit
into a frame buffer of floats, so shadows keep their steps, and highlights reach the lens and the tone
curve whole.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import vtkmodules.vtkRenderingOpenGL2
from numba import njit
from numpy.typing import NDArray
from vtkmodules.vtkCommonCore import VTK_FLOAT
from vtkmodules.vtkRenderingCore import vtkActor, vtkLight, vtkRenderer, vtkRenderWindow
from vtkmodules.vtkRenderingOpenGL2 import vtkFramebufferPass, vtkRenderStepsPass, vtkTextureObject

from viz.adapters import instance_actors, item_actors
from viz.kernels import by_rows
from viz.materials import light_actors, scene_lighting
from viz.scene import Scene

_ = vtkmodules.vtkRenderingOpenGL2  # gives the classes above their OpenGL

NEAREST = 1e-4  # of the farthest mesh: a satellite 10 m away is drawn with neighbours 75 km away
BRIGHTEST = 40.0  # of one sample: a glint spreads over its pixel, not over the picture


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


def add_near_layer(light: NDArray[np.float32], scene: Scene, supersample: int) -> None:
    """Draw the meshes of a scene over its light (H, W, 3), in place."""
    actors = _actors(scene)
    if not actors:
        return
    light_actors(actors, scene_lighting(scene), scene.camera)
    window, renderer, floats = _window()
    height, width = light.shape[:2]
    window.SetSize(width * supersample, height * supersample)
    try:
        for actor in actors:
            renderer.AddActor(actor)
        _aim(renderer, scene, (width, height))
        window.Render()
        rgba = _grabbed(floats)
    finally:
        renderer.RemoveAllViewProps()
    by_rows(_over_rows, height, light, rgba, supersample)


def _actors(scene: Scene) -> list[vtkActor]:
    origin = scene.camera.position_gcrs_m
    actors = [a for item in scene.meshes for a in item_actors(item, origin)]
    return actors + [a for item in scene.instances for a in instance_actors(item, origin)]


def _aim(renderer: vtkRenderer, scene: Scene, size: tuple[int, int]) -> None:
    """Set VTK's camera, at the origin, looking as the scene's does."""
    camera = renderer.GetActiveCamera()
    _right, up, back = scene.camera.rotation_camera_from_gcrs
    camera.SetPosition(0.0, 0.0, 0.0)
    camera.SetFocalPoint(*(-back))
    camera.SetViewUp(*up)
    half = np.arctan(0.5 * size[1] / scene.camera.pixels_per_tangent(size))
    camera.SetViewAngle(float(np.degrees(2.0 * half)))
    camera.SetWindowCenter(-scene.camera.shift[0], -scene.camera.shift[1])
    renderer.ResetCameraClippingRange()


def _grabbed(floats: vtkFramebufferPass) -> NDArray[np.float32]:
    """Light and cover (H, W, 4) of what was drawn last, the top row first."""
    texture = floats.GetColorTexture()
    size = [texture.GetWidth(), texture.GetHeight()]
    pixels = np.zeros((size[1], size[0], 4), np.float32)
    texture.Download().Download2D(VTK_FLOAT, pixels.reshape(-1), size, 4, [0, 0])
    return pixels[::-1]


@njit(cache=True, nogil=True)
def _over_rows(first: int, last: int, light: Any, rgba: Any, step: int) -> None:
    count = step * step
    for row in range(first, last):
        for column in range(light.shape[1]):
            red = green = blue = cover = 0.0
            for i in range(row * step, (row + 1) * step):
                for j in range(column * step, (column + 1) * step):
                    alpha = min(rgba[i, j, 3], 1.0)
                    cover += alpha
                    red += alpha * min(rgba[i, j, 0], BRIGHTEST)
                    green += alpha * min(rgba[i, j, 1], BRIGHTEST)
                    blue += alpha * min(rgba[i, j, 2], BRIGHTEST)
            if cover > 0.0:
                left = 1.0 - cover / count
                light[row, column, 0] = left * light[row, column, 0] + red / count
                light[row, column, 1] = left * light[row, column, 1] + green / count
                light[row, column, 2] = left * light[row, column, 2] + blue / count
