"""Lines of text on a picture: fonts, widths, ink."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from viz import theme


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


@lru_cache(maxsize=2048)
def line_width(text: str, weight: str, pixels: int) -> float:
    """Width of one line in pixels."""
    return sum(f.getlength(t) for t, f in _runs(text, weight, pixels))


def draw_line(
    draw: Any,
    xy: tuple[float, float],
    text: str,
    weight: str,
    pixels: int,
    fill: tuple[int, int, int, int] | int,
) -> None:
    """One line of text from its left end, on its base line."""
    x, y = xy
    for piece, chosen in _runs(text, weight, pixels):
        draw.text((x, y), piece, font=chosen, fill=fill, anchor="ls")
        x += chosen.getlength(piece)


@lru_cache(maxsize=512)
def line_mask(text: str, weight: str, pixels: int) -> tuple[Image.Image, int, int]:
    """Cover of one line as a picture, and where its corner lies from the left end of the base line."""
    margin, rise = max(2, pixels // 4), round(1.3 * pixels)
    width = int(line_width(text, weight, pixels)) + 2 * margin + 1
    cover = Image.new("L", (width, rise + pixels // 2 + 2), 0)
    draw_line(ImageDraw.Draw(cover), (margin, rise), text, weight, pixels, 255)
    return cover, -margin, -rise


def ink_of(color: tuple[float, float, float], opacity: float = 1.0) -> tuple[int, int, int, int]:
    return tuple(round(255 * min(max(c, 0.0), 1.0)) for c in (*theme.ink(color), opacity))  # type: ignore[return-value]


def draw_stroke(
    ink: Image.Image,
    start: tuple[float, float],
    end: tuple[float, float],
    fill: tuple[int, int, int, int],
    width: float,
) -> None:
    """A straight line with smooth edges, between the middles of two places in pixels."""
    reach = 0.5 * width + 1.5
    low = np.floor(np.minimum(start, end) - reach).astype(int).clip(0)
    high = np.minimum(np.ceil(np.maximum(start, end) + reach).astype(int), ink.size)
    if (high <= low).any():
        return
    x, y = np.arange(low[0], high[0], dtype=np.float32), np.arange(low[1], high[1], dtype=np.float32)
    along = np.subtract(end, start)
    length2 = max(float(along @ along), 1e-12)
    share = ((x - start[0]) * along[0] + (y - start[1])[:, None] * along[1]) / length2
    share = share.clip(0.0, 1.0)
    away = np.hypot(x - start[0] - share * along[0], (y - start[1])[:, None] - share * along[1])
    cover = (0.5 * width + 0.5 - away).clip(0.0, 1.0)
    patch = np.empty((*cover.shape, 4), np.uint8)
    patch[..., :3] = fill[:3]
    patch[..., 3] = np.round(fill[3] * cover)
    ink.alpha_composite(Image.fromarray(patch), tuple(int(v) for v in low))
