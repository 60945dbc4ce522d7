"""Words and scales laid over a finished picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from viz import theme
from viz.scales import draw_dimension, draw_scalar_bar
from viz.scene import Caption, Scene
from viz.typesetting import draw_line, draw_stroke, ink_of, line_width

Picture = NDArray[np.uint8]
ROWS = 64


def lettered(picture: Picture, scene: Scene) -> Picture:
    """The picture (H, W, 3) with the captions, labels, lengths and scalar bars of its scene."""
    if not (scene.captions or scene.labels or scene.scalar_bars or scene.dimensions):
        return picture
    height, width = picture.shape[:2]
    ink = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    for caption in scene.captions:
        _caption(ink, caption)
    for dimension in scene.dimensions:
        draw_dimension(ink, scene.camera, dimension)
    _labels(ink, scene)
    for bar in scene.scalar_bars:
        draw_scalar_bar(ink, bar)
    box = ink.getbbox()
    if box is None:
        return picture
    # a soft shadow keeps words readable over bright ground; only what the words reach is touched
    blur = 0.005 * height
    reach = round(4.0 * blur)
    left, top = max(box[0] - reach, 0), max(box[1] - reach, 0)
    right, bottom = min(box[2] + reach, width), min(box[3] + reach, height)
    words = ink.crop((left, top, right, bottom))
    shown = picture.copy()
    for first in range(0, bottom - top, ROWS):  # in strips: captions leave most of the picture alone
        strip = words.crop((0, max(first - reach, 0), right - left, min(first + ROWS + reach, bottom - top)))
        if strip.getbbox() is None:
            continue
        shadow = np.asarray(strip.getchannel("A").filter(ImageFilter.GaussianBlur(blur)), np.float32)
        rows = min(ROWS, bottom - top - first)
        above = first - max(first - reach, 0)
        under = shown[top + first : top + first + rows, left:right]
        share = (0.80 if theme.ON_PAPER.get() else 0.55) / 255.0 * shadow[above : above + rows, :, None]
        dark = under * (1.0 - share) + (255.0 * share if theme.ON_PAPER.get() else 0.0)
        patch = Image.fromarray(np.round(dark).astype(np.uint8))
        letters = strip.crop((0, above, right - left, above + rows))
        patch.paste(letters, (0, 0), letters)
        under[:] = np.asarray(patch)
    return shown


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
