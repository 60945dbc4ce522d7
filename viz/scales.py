"""What numbers in a picture mean: scalar bars and dimension lines."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from geometry.validation import FloatArray, check_in_range
from viz import theme
from viz.camera import Camera
from viz.scene import Dimension, ScalarBar
from viz.typesetting import draw_line, draw_stroke, ink_of, line_width

BAR_LENGTH = 0.5
LANDSCAPE = 16.0 / 9.0
ROUND = (1.0, 1.2, 1.4, 1.6, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
STEPS = (1.0, 2.0, 2.5, 5.0)


def round_ticks(low: float, high: float, count: int = 6) -> FloatArray:
    """Round numbers in [low, high], as near `count` of them as steps of 1, 2, 2.5 and 5 allow.

    Raises
    ------
    ValueError
        `high` not above `low`, or NaN.
    """
    if not low < high:
        raise ValueError(f"high must lie above low, got low={low:g}, high={high:g}")
    check_in_range(count, 2, 100, name="count")
    decade = 10.0 ** np.floor(np.log10((high - low) / (count - 1)))
    steps = np.array([s * d for d in (0.1 * decade, decade, 10.0 * decade) for s in STEPS])
    first, last = np.ceil(low / steps - 1e-9), np.floor(high / steps + 1e-9)
    off = np.abs(last - first + 1.0 - count) + 100.0 * (last <= first)  # one tick tells nothing
    best = len(steps) - 1 - int(np.argmin(off[::-1]))  # of equally good steps the longer
    return np.arange(first[best], last[best] + 1.0) * steps[best] + 0.0


def round_above(value: float) -> float:
    """The next round number at or above a positive value: a good end of a scale."""
    decade = 10.0 ** np.floor(np.log10(value))
    return float(
        next(s * decade for s in (1, 1.2, 1.4, 1.6, 2, 2.5, 3, 4, 5, 6, 8, 10) if s * decade >= value)
    )


def tick_texts(ticks: FloatArray) -> list[str]:
    """Ticks in words, all with the decimals that their step needs."""
    step = float(np.diff(ticks).min()) if len(ticks) > 1 else abs(float(ticks[0])) or 1.0
    decimals = next((d for d in range(7) if abs(round(step, d) - step) < 1e-6 * step), 6)
    return [f"{0.0 if t == 0.0 else t:,.{decimals}f}".replace("-", "−") for t in ticks]


# ------------------------------------------------------------------ scalar bars


def draw_scalar_bar(ink: Image.Image, bar: ScalarBar, unit: float) -> None:
    """Draw a bar with its title above, its ticks beside or below, its note last.

    `unit` is the height in pixels that sizes are shares of.  Places and lengths are shares of the picture, of
    a narrow one of the landscape of 16:9 of that height about its middle.
    """
    (_bar_upright if bar.anchor == "right" else _bar_lying)(ink, bar, unit)


def _wide(ink: Image.Image, unit: float) -> float:
    """Width that places and lengths are shares of."""
    width, height = ink.size
    return float(width if unit == height else min(width, LANDSCAPE * unit))


def _middle(ink: Image.Image, place: tuple[float, float], unit: float) -> tuple[float, float]:
    """Pixels of a place in the landscape."""
    width, height = ink.size
    return 0.5 * width + (place[0] - 0.5) * _wide(ink, unit), 0.5 * height + (place[1] - 0.5) * unit


def _ramp(bar: ScalarBar, length: int) -> FloatArray:
    """Colours (length, 3) as bytes, low to high."""
    import matplotlib

    ramp = matplotlib.colormaps[bar.color_map](np.linspace(0.0, 1.0, length))
    return np.round(255.0 * np.asarray(ramp)[:, :3]).astype(np.uint8)


def _ticks(bar: ScalarBar) -> tuple[FloatArray, list[str]]:
    ticks = np.asarray(bar.ticks or round_ticks(*bar.value_range), dtype=float)
    return ticks, tick_texts(ticks)


def _sizes(unit: float) -> tuple[int, int, int]:
    """Pixels of the type, of the small type, thickness of the bar."""
    return max(7, round(0.022 * unit)), max(6, round(0.0195 * unit)), max(3, round(0.014 * unit))


def _framed(draw: ImageDraw.ImageDraw, box: tuple[float, float, float, float]) -> None:
    left, top, right, bottom = box
    draw.rectangle((left - 1, top - 1, right, bottom), outline=ink_of(theme.TEXT_QUIET, 0.6))


def _bar_upright(ink: Image.Image, bar: ScalarBar, unit: float) -> None:
    width, height = ink.size
    pixels, small, thick = _sizes(unit)
    ticks, texts = _ticks(bar)
    length = round((bar.length or BAR_LENGTH) * unit)
    beside = max(line_width(t, "regular", pixels) for t in texts) + 0.55 * pixels
    margin = theme.MARGIN * unit
    if bar.place is None:
        left, top = round(width - margin - thick - beside), round(0.5 * (height - length) + pixels)
    else:
        x, y = _middle(ink, bar.place, unit)
        left, top = round(x - 0.5 * thick), round(y - 0.5 * length)
    ink.paste(Image.fromarray(np.repeat(_ramp(bar, length)[::-1, None], thick, axis=1)), (left, top))
    draw = ImageDraw.Draw(ink)
    _framed(draw, (left, top, left + thick, top + length))
    low, high = bar.value_range
    for value, text in zip(ticks, texts, strict=True):
        y = top + (1.0 - (value - low) / (high - low)) * (length - 1)
        draw.line([(left + thick, y), (left + thick + 0.25 * pixels, y)], fill=ink_of(theme.TEXT_QUIET))
        place = (left + thick + 0.55 * pixels, y + 0.36 * pixels)
        draw_line(draw, place, text, "regular", pixels, ink_of(theme.TEXT))
    right = left + thick + beside
    lines = [(bar.title, pixels, theme.TEXT, top - 1.1 * pixels)]
    if bar.note:
        lines.append((bar.note, small, theme.TEXT_QUIET, top + length + 1.9 * pixels))
    for text, size, color, y in lines:
        # flush with the bar's left, but never over the edge of the picture
        x = (
            min(left, width - margin - line_width(text, "regular", size))
            if bar.place
            else (right - line_width(text, "regular", size))
        )
        draw_line(draw, (max(x, margin), y), text, "regular", size, ink_of(color))


def _bar_lying(ink: Image.Image, bar: ScalarBar, unit: float) -> None:
    width, height = ink.size
    pixels, small, thick = _sizes(unit)
    ticks, texts = _ticks(bar)
    length = round((bar.length or BAR_LENGTH) * _wide(ink, unit))
    margin = theme.MARGIN * unit
    if bar.place is None:
        left, top = round(0.5 * (width - length)), round(height - margin - thick - 1.5 * pixels)
    else:
        x, y = _middle(ink, bar.place, unit)
        left, top = round(x - 0.5 * length), round(y - 0.5 * thick)
    ink.paste(Image.fromarray(np.repeat(_ramp(bar, length)[None], thick, axis=0)), (left, top))
    draw = ImageDraw.Draw(ink)
    _framed(draw, (left, top, left + length, top + thick))
    low, high = bar.value_range
    widest = max(line_width(t, "regular", small) for t in texts) + small
    skipped = max(1, math.ceil(widest * (len(ticks) - 1) / max(length, 1)))  # in narrow pictures
    for value, text in zip(ticks[::skipped], texts[::skipped], strict=True):
        x = left + (value - low) / (high - low) * (length - 1)
        draw.line([(x, top + thick), (x, top + thick + 0.25 * pixels)], fill=ink_of(theme.TEXT_QUIET))
        half = 0.5 * line_width(text, "regular", small)
        draw_line(
            draw, (x - half, top + thick + 0.35 * pixels + small), text, "regular", small, ink_of(theme.TEXT)
        )
    draw_line(draw, (left, top - 0.6 * pixels), bar.title, "regular", pixels, ink_of(theme.TEXT))
    if bar.note:
        y = top + thick + 0.6 * pixels + 2.2 * small
        draw_line(draw, (left, y), bar.note, "regular", small, ink_of(theme.TEXT_QUIET))


# ------------------------------------------------------------------ dimension lines


def draw_dimension(ink: Image.Image, camera: Camera, dimension: Dimension) -> None:
    """Draw a line between two places with a tick at each end and the words at its middle."""
    width, height = ink.size
    ends = np.array([dimension.start_gcrs_m, dimension.end_gcrs_m])
    places, depth = camera.pixels(ends, (width, height))
    if not (depth > 0.0).all():
        return
    unit = camera.landscape_height((width, height))
    places = places + np.array(dimension.offset) * unit
    along = places[1] - places[0]
    length = float(np.hypot(*along))
    if length < 2.0:
        return
    across = np.array([-along[1], along[0]]) / length
    draw = ImageDraw.Draw(ink)
    fill = ink_of(dimension.color, 0.85 * dimension.opacity)
    stroke = max(1.0, unit / 720.0)
    pixels = max(7, round(dimension.size * unit))
    draw_stroke(ink, tuple(places[0]), tuple(places[1]), fill, stroke)
    for end in places:
        tick = 0.45 * pixels * across
        draw_stroke(ink, tuple(end - tick), tuple(end + tick), fill, stroke)
    middle = places.mean(axis=0) + np.array(dimension.text_offset) * unit
    x = middle[0] - 0.5 * line_width(dimension.text, "regular", pixels)
    draw_line(
        draw,
        (x, middle[1] + 0.36 * pixels),
        dimension.text,
        "regular",
        pixels,
        ink_of(dimension.color, dimension.opacity),
    )
