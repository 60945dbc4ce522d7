"""Words and scales laid over a finished picture."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from viz import theme
from viz.scene import Caption, ScalarBar, Scene

Picture = NDArray[np.uint8]


def lettered(picture: Picture, scene: Scene) -> Picture:
    """The picture (H, W, 3) with the captions, labels and scalar bar of its scene."""
    if not (scene.captions or scene.labels or scene.scalar_bar):
        return picture
    height, width = picture.shape[:2]
    ink = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    for caption in scene.captions:
        _caption(ink, caption)
    _labels(ink, scene)
    if scene.scalar_bar is not None:
        _scalar_bar(ink, scene.scalar_bar)
    # a soft shadow keeps words readable over bright ground
    shadow = ink.getchannel("A").filter(ImageFilter.GaussianBlur(0.005 * height))
    dim = 1.0 - 0.55 * np.asarray(shadow, np.float32)[..., None] / 255.0
    dark = Image.fromarray(np.round(picture * dim).astype(np.uint8))
    dark.paste(ink, (0, 0), ink)
    return np.asarray(dark)


@lru_cache(maxsize=64)
def font(weight: str, pixels: int, fallback: bool = False) -> Any:
    """A font of a weight in `theme.FONTS`; `fallback` has every glyph."""
    name = theme.FONTS[weight]
    if name is None and not fallback:
        return ImageFont.load_default(pixels)
    return ImageFont.truetype(str(theme.font_file(name or theme.FALLBACK_FONT)), pixels)


def _runs(text: str, weight: str, pixels: int) -> list[tuple[str, Any]]:
    """Pieces of one line, each with a font that has its glyphs."""
    plain, full = font(weight, pixels), font(weight, pixels, True)
    runs: list[tuple[str, Any]] = []
    for character in text:
        chosen = plain if theme.FONTS[weight] or character in theme.PLAIN_GLYPHS else full
        if runs and runs[-1][1] is chosen:
            runs[-1] = (runs[-1][0] + character, chosen)
        else:
            runs.append((character, chosen))
    return runs


def line_width(text: str, weight: str, pixels: int) -> float:
    """Width of one line in pixels."""
    return sum(f.getlength(t) for t, f in _runs(text, weight, pixels))


def draw_line(
    draw: Any, xy: tuple[float, float], text: str, weight: str, pixels: int, fill: tuple[int, int, int, int]
) -> None:
    """One line of text from its left end, on its base line."""
    x, y = xy
    for piece, chosen in _runs(text, weight, pixels):
        draw.text((x, y), piece, font=chosen, fill=fill, anchor="ls")
        x += chosen.getlength(piece)


def _ink(color: tuple[float, float, float], opacity: float = 1.0) -> tuple[int, int, int, int]:
    return tuple(round(255 * min(max(c, 0.0), 1.0)) for c in (*color, opacity))  # type: ignore[return-value]


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
        draw_line(draw, place, line, caption.weight, pixels, _ink(caption.color, caption.opacity))


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
            draw.line([(x, y), end], fill=_ink(label.color, 0.7), width=max(1, round(height / 900)))
        length = line_width(label.text, "regular", pixels)
        gap = 0.4 * pixels if label.leader else 0.0
        left = end[0] - length - gap if label.leader and label.offset[0] < 0.0 else end[0] + gap
        draw_line(draw, (left, end[1] + 0.35 * pixels), label.text, "regular", pixels, _ink(label.color))


def _scalar_bar(ink: Image.Image, bar: ScalarBar) -> None:
    import matplotlib

    width, height = ink.size
    draw = ImageDraw.Draw(ink)
    pixels = max(6, round(0.021 * height))
    low, high = bar.value_range
    ticks = bar.ticks or tuple(np.linspace(low, high, 5))
    texts = [f"{t:,.4g}" for t in ticks]
    margin = theme.MARGIN * height
    upright = bar.anchor == "right"
    length = round(0.52 * height if upright else 0.5 * width)
    thick = max(3, round(0.016 * height))
    ramp = matplotlib.colormaps[bar.color_map](np.linspace(0.0, 1.0, length))
    colors = np.round(255 * np.asarray(ramp)).astype(np.uint8)
    white, quiet = _ink(theme.TEXT), _ink(theme.TEXT_QUIET)
    title = bar.title
    title_length = line_width(title, "regular", pixels)
    if upright:
        labels = max(line_width(t, "regular", pixels) for t in texts)
        left = round(width - margin - thick - 0.5 * pixels - labels)
        top = round(0.5 * (height - length) + pixels)
        ink.paste(Image.fromarray(np.repeat(colors[::-1, None], thick, axis=1)), (left, top))
        draw_line(draw, (width - margin - title_length, top - 1.3 * pixels), title, "regular", pixels, white)
        for value, text in zip(ticks, texts, strict=True):
            y = top + (1.0 - (value - low) / (high - low)) * (length - 1)
            draw.line([(left + thick, y), (left + thick + 0.25 * pixels, y)], fill=quiet, width=1)
            draw_line(draw, (left + thick + 0.5 * pixels, y + 0.35 * pixels), text, "regular", pixels, white)
        foot = (width - margin, top + length + 1.6 * pixels)
    else:
        left, top = round(0.5 * (width - length)), round(height - margin - thick - 1.5 * pixels)
        ink.paste(Image.fromarray(np.repeat(colors[None], thick, axis=0)), (left, top))
        draw_line(draw, (0.5 * (width - title_length), top - 0.7 * pixels), title, "regular", pixels, white)
        for value, text in zip(ticks, texts, strict=True):
            x = left + (value - low) / (high - low) * (length - 1)
            draw.line([(x, top + thick), (x, top + thick + 0.25 * pixels)], fill=quiet, width=1)
            x -= 0.5 * line_width(text, "regular", pixels)
            draw_line(draw, (x, top + thick + 1.3 * pixels), text, "regular", pixels, white)
        foot = (left + length, top - 0.7 * pixels)
    if bar.note:
        small = max(6, round(0.7 * pixels))
        x = foot[0] - line_width(bar.note, "regular", small)
        draw_line(draw, (x, foot[1]), bar.note, "regular", small, quiet)
