"""Lines of text on a picture: fonts, widths, ink."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from viz import theme
from viz.scene import Caption

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, pixels."""
STEP = 1.45  # from line to line, in the size of the type
READABLE, LEAST = 10, 0.028  # pixels of type that are read without pain; no more than a share of the height
BREAK = "  ·  "  # where lines may be broken first
FINE, LARGE = 4, 48  # small type is set so many times finer, or its gaps are rounded to pixels; from here not
STEMS = 0.8  # power of the cover of small type: thin stems, spread over two pixels, keep their strength


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


def _fineness(pixels: int) -> int:
    return FINE if pixels < LARGE else 1


@lru_cache(maxsize=2048)
def line_width(text: str, weight: str, pixels: int) -> float:
    """Width of one line in pixels."""
    fine = _fineness(pixels)
    return sum(f.getlength(t) for t, f in _runs(text, weight, fine * pixels)) / fine


def draw_line(
    draw: Any,
    xy: tuple[float, float],
    text: str,
    weight: str,
    pixels: int,
    fill: tuple[int, int, int, int] | int,
) -> None:
    """One line of text from its left end, on its base line, on whole pixels where type is small."""
    fine = _fineness(pixels)
    if fine == 1:
        _set_runs(draw, xy, _runs(text, weight, pixels), fill)
        return
    left, base = int(np.floor(xy[0])), round(xy[1])
    margin, rise = max(2, pixels // 4), round(1.3 * pixels)
    width = int(line_width(text, weight, pixels)) + 2 * margin + 2
    cover = Image.new("L", (fine * width, fine * (rise + pixels // 2 + 2)), 0)
    start = fine * (margin + xy[0] - left), fine * rise
    _set_runs(ImageDraw.Draw(cover), start, _runs(text, weight, fine * pixels), 255)
    stems = [round(255.0 * (c / 255.0) ** STEMS) for c in range(256)]
    draw.bitmap((left - margin, base - rise), cover.reduce(fine).point(stems), fill=fill)


def _set_runs(draw: Any, xy: tuple[float, float], runs: list[tuple[str, Any]], fill: Any) -> None:
    x, y = xy
    for piece, chosen in runs:
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
    """A colour of words as the theme writes it, and its opacity, in bytes."""
    red, green, blue, alpha = (round(255 * min(max(c, 0.0), 1.0)) for c in (*theme.ink(color), opacity))
    return red, green, blue, alpha


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


# ------------------------------------------------------------------ captions


def type_pixels(caption: Caption, unit: float) -> int:
    """Size of the type of a caption; `unit` is the height in pixels that its size is a share of.

    In small pictures it is as large as can be read.
    """
    return max(6, round(caption.size * unit), least_pixels(unit))


def least_pixels(unit: float) -> int:
    """Size of the smallest type that is read in a picture so high."""
    return min(READABLE, round(LEAST * unit))


def caption_box(caption: Caption, size: tuple[int, int], unit: float) -> Box:
    """Where a caption stands in a picture of a size (width, height)."""
    width, height = size
    pixels, margin = type_pixels(caption, unit), theme.MARGIN * unit
    lines = caption.text.split("\n")
    block = pixels * (STEP * (len(lines) - 1) + 0.74)
    wide = max(line_width(line, caption.weight, pixels) for line in lines)
    top = {"t": margin, "b": height - margin - block}.get(caption.anchor[0], 0.5 * (height - block))
    left = {"left": margin, "right": width - margin - wide}.get(
        caption.anchor.rpartition("_")[2], 0.5 * (width - wide)
    )
    left, top = left + caption.offset[0] * unit, top + caption.offset[1] * unit
    return left, top, left + wide, top + block


def laid_out(
    captions: Sequence[Caption], size: tuple[int, int], unit: float, taken: Sequence[Box] = ()
) -> Iterator[tuple[Caption, Box]]:
    """Captions as they fit a picture, each with its box: lines broken, none over another or over `taken`.

    Those at the right keep their places; others give way, from the edge of the picture inwards.
    """
    boxes = list(taken)
    placed: dict[int, tuple[Caption, Box]] = {}
    fitted = [_broken(c, size, unit) for c in captions]
    reach = {k: caption_box(c, size, unit) for k, c in enumerate(fitted)}

    def turn(k: int) -> tuple[bool, float]:
        edge = -reach[k][3] if fitted[k].anchor.startswith("bottom") else reach[k][1]
        return not fitted[k].anchor.endswith("right"), edge

    for k in sorted(reach, key=turn):
        caption = fitted[k]
        inwards = {"b": -1.0, "t": 1.0}.get(caption.anchor[0], 0.0)
        gap = 0.5 * type_pixels(caption, unit)
        for _ in range(len(boxes) if inwards else 0):
            box = caption_box(caption, size, unit)
            clear = (box[0], box[1] - 0.8 * gap, box[2], box[3] + 0.8 * gap)
            under = [b for b in boxes if meet(clear, b)]
            if not under:
                break
            edges = [b[1] - gap - box[3] if inwards < 0.0 else b[3] + gap - box[1] for b in under]
            way = min(edges) if inwards < 0.0 else max(edges)
            caption = replace(caption, offset=(caption.offset[0], caption.offset[1] + way / unit))
        box = caption_box(caption, size, unit)
        boxes.append(box)
        placed[k] = (caption, box)
    for k in range(len(fitted)):
        yield placed[k]


def meet(a: Box, b: Box) -> bool:
    """Whether two boxes have a place in common."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _broken(caption: Caption, size: tuple[int, int], unit: float) -> Caption:
    """The caption with lines too long for the picture broken at its points, else between words."""
    pixels = type_pixels(caption, unit)
    room = size[0] - 2.0 * theme.MARGIN * unit - abs(caption.offset[0]) * unit

    def fits(line: str) -> bool:
        return line_width(line, caption.weight, pixels) <= room

    out: list[str] = []
    for line in caption.text.split("\n"):
        if fits(line):
            out.append(line)
            continue
        run = ""
        for part in line.split(BREAK):
            for k, word in enumerate([part] if fits(part) else part.split()):
                longer = f"{run}{' ' if k else BREAK}{word}" if run else word
                if run and not fits(longer):
                    out.append(run)
                    run = word
                else:
                    run = longer
        out.append(run)
    text = "\n".join(out)
    return caption if text == caption.text else replace(caption, text=text)
