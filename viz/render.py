"""Scene -> picture.

Two layers with one camera: far (stars, Sun, Earth, air, shining points), computed ray by ray in float64
about the camera, and near (meshes), drawn by VTK in metres about the camera.  Both are scene light in
float32; they are laid over each other, spread by the lens, toned once and lettered.  Where a scene has no
meshes, neither VTK nor OpenGL is touched.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.design import Design
from geometry.ephemeris import parse_utc
from geometry.validation import check_choice, check_in_range
from viz import theme
from viz.globe import Layer, earth_layer
from viz.image import developed, letters_over, over_paper, with_alpha, write_png
from viz.lettering import lettered
from viz.opengl import require_opengl
from viz.output import check_output
from viz.pictures import picture
from viz.plates import add_plate
from viz.scene import Scene
from viz.shadow_body import add_shadow_body
from viz.splat import add_points
from viz.sprites import add_satellites, near_members
from viz.stars import add_stars, add_sun

__all__ = ["check_size", "far_layer", "render", "render_scene", "scene_light", "write_png", "write_still"]

LARGEST = 16_384


def check_size(size: tuple[int, int]) -> tuple[int, int]:
    """Width and height in pixels, 16 to 16384 each."""
    if len(size) != 2:
        raise ValueError(f"size must be (width, height) in pixels, got {size!r}")
    for name, value in zip(("width", "height"), size, strict=True):
        if int(value) != value:
            raise ValueError(f"{name} must be a whole number of pixels, got {value!r}")
        check_in_range(value, 16, LARGEST, name=name, unit="pixels")
    return int(size[0]), int(size[1])


def render(
    shot: str,
    design: Design,
    path: str | os.PathLike[str],
    *,
    size: tuple[int, int] = (1920, 1080),
    at: str | np.datetime64 | None = None,
    transparent: bool = False,
    look: str = "dark",
    force: bool = False,
    **options: Any,
) -> Path:
    """Draw a still of a design into a PNG file.

    Parameters
    ----------
    shot : str
        One of `viz.shots()`.
    design : Design
    path : path
        Ends in `.png`.
    size : tuple of 2 int
        Width and height in pixels.
    at : datetime64 or ISO 8601 text, optional
        UTC; default the design's epoch.
    transparent : bool
        Leave out the sky; the file has an alpha channel.
    look : {"dark", "light"}
        Theme.
    force : bool
        Replace an existing file.
    **options
        As `scene` of the shot takes them.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        An unknown shot, a size out of range, a path that cannot be used.
    OpenGLMissingError
        The shot has meshes and this machine cannot draw them.
    """
    module = picture(shot)
    check_size(size)
    check_output(Path(path), ("png",), force=force)
    moment = None if at is None else parse_utc(at, name="at")
    return write_still(module, design, path, moment, size, transparent=transparent, look=look, **options)


def write_still(
    module: ModuleType,
    design: Design,
    path: str | os.PathLike[str],
    at_utc: np.datetime64 | None = None,
    size: tuple[int, int] = (1920, 1080),
    *,
    transparent: bool = False,
    look: str = "dark",
    **options: Any,
) -> Path:
    """Draw the scene of a picture's module into a PNG, whole or not at all; replaces what is there."""
    size = check_size(size)
    check_choice(look, ("dark", "light"), name="theme")
    image = render_scene(module.scene(design, at_utc, **options), size, transparent=transparent, look=look)
    write_png(image, path, force=True)
    return Path(path)


def render_scene(
    scene: Scene,
    size: tuple[int, int] = (1920, 1080),
    supersample: int = 2,
    earth: Layer | None = None,
    transparent: bool = False,
    look: str = "dark",
) -> NDArray[np.uint8]:
    """Draw a scene.

    Parameters
    ----------
    scene : Scene
    size : tuple of 2 int
        Width and height, pixels.
    supersample : int
        Meshes are drawn this many times larger and averaged, 1 to 4.
    earth : tuple of arrays, optional
        Light (H, W, 3) and what passes (H, W), as `earth_layer` gives them, where `reprojection` has
        them already; they are written to.
    transparent : bool
        Leave out stars and background, and give what is drawn its alpha: light without a body, glare and
        points, as far as it outshines what will stand behind.
    look : {"dark", "light"}
        "light" is for paper: no stars, white behind, dark words.  A scene whose subject is points of
        light, which white would drown, keeps its sky and its words, but where that is transparent.

    Returns
    -------
    uint8 array (height, width, 3), or 4 where transparent
        sRGB, alpha not multiplied in.

    Raises
    ------
    ValueError
        A size out of range, a camera inside the Earth's air.
    OpenGLMissingError
        The scene has meshes and this machine cannot draw them.
    """
    size = check_size(size)
    check_in_range(supersample, 1, 4, name="supersample")
    on_paper = look == "light" and (transparent or not (scene.points or scene.satellites))
    if not (transparent or on_paper):
        light = scene_light(scene, size, int(supersample), earth)
        return lettered(_developed(light, scene), scene)
    scene = replace(scene, stars=False, sun=False, background=(0.0, 0.0, 0.0))
    light, passed = scene_layers(scene, size, int(supersample), earth)
    shown = with_alpha(_developed(light, scene), 1.0 - passed, for_paper=on_paper)
    with theme.themed("light" if on_paper else "dark"):
        if on_paper and not transparent:
            return lettered(over_paper(shown, theme.PAPER), scene)
        blank = np.zeros((*shown.shape[:2], 3), np.uint8)
        ground = over_paper(shown, theme.PAPER if on_paper else (0.0, 0.0, 0.0))
        black, white = (lettered(b, scene, ground, unknown=True) for b in (blank, blank + np.uint8(255)))
        return letters_over(shown, black, white)


def _developed(light: NDArray[np.float32], scene: Scene) -> NDArray[np.uint8]:
    """Without the glow of a lens where colours are read on a scale."""
    exposure = theme.EXPOSURE * scene.exposure
    return developed(light, exposure, scene.seed, lens=not scene.scalar_bars)


def scene_light(
    scene: Scene, size: tuple[int, int], supersample: int = 2, earth: Layer | None = None
) -> NDArray[np.float32]:
    """Linear light of a scene (H, W, 3), before the lens."""
    return scene_layers(scene, size, supersample, earth)[0]


def scene_layers(
    scene: Scene, size: tuple[int, int], supersample: int = 2, earth: Layer | None = None
) -> Layer:
    """As `scene_light`, and the share of light from behind everything that passes (H, W)."""
    light, passed = earth_layer(scene, size) if earth is None else earth
    _add_far(light, passed, scene)
    if scene.meshes or scene.instances or any(len(near_members(i, scene, size)[0]) for i in scene.satellites):
        require_opengl()
        from viz.near import add_near_layer  # VTK ends the process where there is no OpenGL

        add_near_layer(light, scene, supersample, passed)
    for plate in scene.plates:
        add_plate(light, passed, plate, scene)
    return light, passed


def far_layer(scene: Scene, size: tuple[int, int], earth: Layer | None = None) -> NDArray[np.float32]:
    """Light of all but the meshes, (H, W, 3)."""
    light, passed = earth_layer(scene, size) if earth is None else earth
    _add_far(light, passed, scene)
    return light


def _add_far(light: NDArray[np.float32], passed: NDArray[np.float32], scene: Scene) -> None:
    """Shadow body, stars, Sun, points and sprites over the Earth, in place."""
    if scene.shadow is not None:
        add_shadow_body(light, passed, scene)
    if any(scene.background):
        light += passed[..., None] * np.asarray(scene.background, np.float32)
    if scene.stars:
        add_stars(light, passed, scene)
    if scene.sun:
        add_sun(light, passed, scene)
    for item in scene.points:
        add_points(light, item, scene)
    for crowd in scene.satellites:
        add_satellites(light, passed, crowd, scene)


class _Callable(ModuleType):
    """This module, called as what it is named for: `viz.render("ring", design, "ring.png")`."""

    def __call__(self, *arguments: Any, **options: Any) -> Path:
        return render(*arguments, **options)


sys.modules[__name__].__class__ = _Callable
