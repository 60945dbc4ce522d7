"""Words and scales laid over a finished picture."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from viz import theme
from viz.scales import draw_dimension, draw_scalar_bar
from viz.scene import Caption, ScalarBar, Scene
from viz.typesetting import draw_line, draw_stroke, ink_of, line_width

Picture = NDArray[np.uint8]
ROWS = 64


class Strip(NamedTuple):
    """A piece of what is written: its corner in the picture, RGBA letters (h, w, 4), and how much of the
    ground their soft shadow takes, (h, w, 1)."""

    left: int
    top: int
    letters: NDArray[np.uint8]
    shadow: NDArray[np.float32]


def lettered(picture: Picture, scene: Scene) -> Picture:
    """The picture (H, W, 3) with the captions, labels, lengths and scalar bars of its scene."""
    strips = list(_written(scene, picture.shape[1::-1]))
    if not strips:
        return picture
    shown = picture.copy()
    paper = theme.ON_PAPER.get()
    for strip in strips:  # all shadows first: none falls on the letters of another
        under = _under(shown, strip)
        dark = under * (1.0 - strip.shadow) + (255.0 * strip.shadow if paper else 0.0)
        under[:] = np.round(dark).astype(np.uint8)
    for strip in strips:
        under = _under(shown, strip)
        letters = Image.fromarray(strip.letters)
        patch = Image.fromarray(under)
        patch.paste(letters, (0, 0), letters)
        under[:] = np.asarray(patch)
    return shown


def _under(picture: Picture, strip: Strip) -> Picture:
    height, width = strip.shadow.shape[:2]
    return picture[strip.top : strip.top + height, strip.left : strip.left + width]


def _written(scene: Scene, size: tuple[int, int]) -> Iterator[Strip]:
    """What stands in the picture's own place is kept: in a film most of it comes back in every frame."""
    paper = theme.ON_PAPER.get()
    for caption in scene.captions:
        yield from _captioned(caption, size, paper)
    if scene.dimensions or scene.labels:
        ink = _blank(size)
        for dimension in scene.dimensions:
            draw_dimension(ink, scene.camera, dimension)
        _labels(ink, scene)
        yield from _strips(ink, paper)
    for bar in scene.scalar_bars:
        yield from _scaled(bar, size, paper)


@lru_cache(maxsize=48)
def _captioned(caption: Caption, size: tuple[int, int], paper: bool) -> tuple[Strip, ...]:
    ink = _blank(size)
    _caption(ink, caption)
    return tuple(_strips(ink, paper))


@lru_cache(maxsize=16)
def _scaled(bar: ScalarBar, size: tuple[int, int], paper: bool) -> tuple[Strip, ...]:
    ink = _blank(size)
    draw_scalar_bar(ink, bar)
    return tuple(_strips(ink, paper))


def _blank(size: tuple[int, int]) -> Image.Image:
    return Image.new("RGBA", size, (0, 0, 0, 0))


def _strips(ink: Image.Image, paper: bool) -> Iterator[Strip]:
    """Letters with a soft shadow, which keeps them readable over bright ground; empty strips are left out."""
    box = ink.getbbox()
    if box is None:
        return
    width, height = ink.size
    blur = 0.005 * height
    reach = round(4.0 * blur)
    left, top = max(box[0] - reach, 0), max(box[1] - reach, 0)
    right, bottom = min(box[2] + reach, width), min(box[3] + reach, height)
    for first in range(top, bottom, ROWS):
        last, above = min(first + ROWS, bottom), min(first - top, reach)
        strip = ink.crop((left, first - above, right, min(first + ROWS + reach, bottom)))
        if strip.getbbox() is None:
            continue
        shadow = np.asarray(strip.getchannel("A").filter(ImageFilter.GaussianBlur(blur)), np.float32)
        share = (0.80 if paper else 0.55) / 255.0 * shadow[above : above + last - first, :, None]
        yield Strip(left, first, np.asarray(strip)[above : above + last - first], share)


def _caption(ink: Image.Image, caption: Caption) -> None:
    width, height = ink.size
    pixels = max(6, round(caption.size * height))
    step = 1.45 * pixels
    margin = theme.MARGIN * height
    lines = caption.text.split("\n")
    block = step * (len(lines) - 1) + 0.74 * pixels
    top = {"t": margin, "b": height - margin - block}.get(caption.anchor[0], 0.5 * (height - block))
    draw = ImageDraw.Draw(ink)
    for k, line in enumerate(lines):
        length = line_width(line, caption.weight, pixels)
        x = 0.5 * (width - length)
        if caption.anchor.endswith("left"):
            x = margin
        elif caption.anchor.endswith("right"):
            x = width - margin - length
        place = (
            x + caption.offset[0] * height,
            top + 0.74 * pixels + k * step + caption.offset[1] * height,
        )
        draw_line(draw, place, line, caption.weight, pixels, ink_of(caption.color, caption.opacity))


def _labels(ink: Image.Image, scene: Scene) -> None:
    width, height = ink.size
    draw = ImageDraw.Draw(ink)
    for label in scene.labels:
        places, depth = scene.camera.pixels(np.array([label.position_gcrs_m]), (width, height))
        if not depth[0] > 0.0:
            continue
        x, y = (float(v) for v in places[0])
        end = (x + label.offset[0] * height, y + label.offset[1] * height)
        pixels = max(6, round(label.size * height))
        if label.leader:
            draw_stroke(ink, (x, y), end, ink_of(label.color, 0.7), max(1.0, height / 900.0))
        length = line_width(label.text, "regular", pixels)
        gap = 0.4 * pixels if label.leader else 0.0
        left = end[0] - length - gap if label.leader and label.offset[0] < 0.0 else end[0] + gap
        if label.centered:
            left = end[0] - 0.5 * length
        draw_line(draw, (left, end[1] + 0.35 * pixels), label.text, "regular", pixels, ink_of(label.color))
