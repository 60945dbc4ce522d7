"""Lines of text on a picture: fonts, widths, ink."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from PIL import ImageFont

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


def ink_of(color: tuple[float, float, float], opacity: float = 1.0) -> tuple[int, int, int, int]:
    return tuple(round(255 * min(max(c, 0.0), 1.0)) for c in (*theme.ink(color), opacity))  # type: ignore[return-value]
