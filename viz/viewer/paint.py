"""Panels -> pictures with transparency, by Pillow."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from viz import theme
from viz.typesetting import ink_of, line_mask, line_width
from viz.viewer.panels import Bars, Item, Panel, Plate, Ramp, Shape, Text

FINE = 2  # shapes are drawn this many times larger and averaged


@lru_cache(maxsize=16)
def painted(panel: Panel) -> NDArray[np.uint8]:
    """RGBA (H, W, 4) of a panel; the same panel is painted once, and of another only its words."""
    left, top, right, bottom = (round(v) for v in panel.box)
    shapes = tuple(item for item in panel.items if not isinstance(item, Text))
    image = _shapes((left, top, right, bottom), shapes, panel.opacity).copy()
    for item in panel.items:
        if isinstance(item, Text):
            wide = line_width(item.text, item.weight, item.px)
            x = item.x - {"left": 0.0, "center": 0.5, "right": 1.0}[item.align] * wide - left
            cover, over, up = line_mask(item.text, item.weight, item.px)
            image.paste(ink_of(item.color), (round(x) + over, round(item.y - top) + up), cover)
    pixels = np.array(image)
    pixels.setflags(write=False)
    return pixels


@lru_cache(maxsize=16)
def _shapes(box: tuple[int, int, int, int], shapes: tuple[Item, ...], opacity: float) -> Image.Image:
    """A panel without its words, which change far more often."""
    left, top, right, bottom = box
    width, height = max(right - left, 1), max(bottom - top, 1)
    large = Image.new("RGBA", (FINE * width, FINE * height), (0, 0, 0, 0))
    draw = ImageDraw.Draw(large)
    frame = (0, 0, FINE * width - 1, FINE * height - 1)
    draw.rounded_rectangle(frame, FINE * 6.0, ink_of(theme.PANEL, opacity), ink_of(theme.PANEL_EDGE), FINE)
    for item in shapes:
        if isinstance(item, Shape):
            place = _scaled(item.box, left, top)
            outline = None if item.outline is None else ink_of(item.outline)
            draw.rounded_rectangle(place, FINE * item.radius, ink_of(item.fill), outline, FINE)
        elif isinstance(item, Bars):
            _bars(draw, item, _scaled(item.box, left, top))
        elif isinstance(item, Ramp):
            _ramp(large, item, _scaled(item.box, left, top))
    image = large.resize((width, height), Image.Resampling.BOX)
    for item in shapes:
        if isinstance(item, Plate):
            x0, y0, x1, y1 = (round(v) for v in item.box)
            picture = Image.fromarray(item.picture).resize((x1 - x0, y1 - y0), Image.Resampling.LANCZOS)
            image.alpha_composite(picture, (x0 - left, y0 - top))
    return image


def _scaled(box: tuple[float, ...], left: int, top: int) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = box
    return (
        FINE * (x0 - left),
        FINE * (y0 - top),
        max(FINE * (x1 - left) - 1, FINE * (x0 - left)),
        FINE * (y1 - top) - 1,
    )


def _bars(draw: ImageDraw.ImageDraw, item: Bars, box: tuple[float, float, float, float]) -> None:
    x0, y0, x1, y1 = box
    step = (x1 - x0) / len(item.heights)
    for k, share in enumerate(item.heights):
        if share > 0.0:
            top = y1 - share * (y1 - y0)
            draw.rectangle((x0 + k * step, top, x0 + (k + 1) * step, y1), fill=ink_of(item.color))


def _ramp(image: Image.Image, item: Ramp, box: tuple[float, float, float, float]) -> None:
    import matplotlib

    x0, y0, x1, y1 = (round(v) for v in box)
    ramp = np.asarray(matplotlib.colormaps[item.color_map](np.linspace(0.0, 1.0, max(x1 - x0, 2))))
    row = np.round(255.0 * ramp).astype(np.uint8)
    image.paste(Image.fromarray(np.repeat(row[None], max(y1 - y0, 1), axis=0), "RGBA"), (x0, y0))
