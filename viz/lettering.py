"""Words and scales laid over a finished picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from viz import theme
from viz.scales import draw_dimension, draw_scalar_bar
from viz.scene import Caption, Label, ScalarBar, Scene
from viz.typesetting import (
    STEP,
    Box,
    caption_box,
    draw_line,
    draw_stroke,
    ink_of,
    laid_out,
    least_pixels,
    line_width,
    meet,
    type_pixels,
)

Picture = NDArray[np.uint8]
ROWS = 64
MIDDLE_GREY = 110.0  # of what lies under words: darker ground takes light ones
BRIGHT = (90.0, 190.0)  # ground under light words from which their shadow grows, and where it is full
UNKNOWN = 2.0  # how much the shadow carries where nobody knows what will lie behind
NIGHT = 20.0  # ground so dark shows no shadow: a full one puts out the stars beneath words
GIVING_WAY = 0.04  # of the height, how far words are moved at most, and by half their line, to be larger
STEPS_OF_SHADOW = 3  # few: words of a film keep theirs while the ground changes little


class Ground(NamedTuple):
    """What lies under words: whether they are written dark, on paper over nothing dark; how much their shadow
    carries; whether a part of them lies on paper and a part on what is dark."""

    paper: bool
    carried: float
    parted: bool


class Strip(NamedTuple):
    """A piece of what is written: its corner in the picture, RGBA letters (h, w, 4), how much of the ground
    their soft shadow takes, (h, w, 1), and whether that is paper, not dark."""

    left: int
    top: int
    letters: NDArray[np.uint8]
    shadow: NDArray[np.float32]
    paper: bool


def lettered(
    picture: Picture, scene: Scene, ground: Picture | None = None, *, unknown: bool = False
) -> Picture:
    """The picture (H, W, 3) with the captions, labels, lengths and scalar bars of its scene.

    On paper, words over what is dark are written light; `ground` tells what is dark where it is not the
    picture itself.  Where it is `unknown` what will lie behind, a strong shadow carries the words.
    """
    size = picture.shape[1::-1]
    strips = list(_written(scene, size, picture if ground is None else ground, unknown))
    if not strips:
        return picture
    shown = picture.copy()
    for strip in strips:  # all shadows first: none falls on the letters of another
        under = _under(shown, strip)
        dark = under * (1.0 - strip.shadow) + (255.0 * strip.shadow if strip.paper else 0.0)
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


def _written(scene: Scene, size: tuple[int, int], ground: Picture, unknown: bool) -> Iterator[Strip]:
    """What stands in the picture's own place is kept: in a film most of it comes back in every frame."""
    unit, on_paper = scene.camera.landscape_height(size), theme.ON_PAPER.get()
    bars = [_carried(bar, size, unit, ground, unknown) for bar in scene.scalar_bars]
    boxes = [_box_of(strips) for strips in bars if strips]
    for caption, box in laid_out(scene.captions, size, unit, boxes):
        kind = _ground(ground, box, on_paper, unknown)
        if kind.parted:
            for bright in (True, False):
                yield from _parted(_captioned(caption, size, unit, bright, kind.carried), ground, bright)
        else:
            yield from _captioned(caption, size, unit, kind.paper, kind.carried)
    for dimension in scene.dimensions:
        draw = partial(draw_dimension, camera=scene.camera, dimension=dimension)
        drawn = _inked(draw, size, True).getbbox()
        if drawn is not None:
            yield from _on_ground(draw, size, unit, ground, _ground(ground, drawn, on_paper, unknown))
    stood = [(own, _ground(ground, own.box, on_paper, unknown)) for own in _stood(scene, size, unit)]
    lines = partial(_lines, stood=[own for own, _kind in stood], unit=unit)
    if on_paper:  # a line to dark ground is light there, though its words stand on paper
        yield from _both(lines, size, unit, ground, UNKNOWN if unknown else 0.0)
    for kind in sorted({kind for _own, kind in stood}):
        own = [own for own, other in stood if other == kind]
        if not on_paper:
            yield from _strips(
                _inked(partial(_lines, stood=own, unit=unit), size, False), unit, False, kind.carried
            )
        yield from _on_ground(partial(_words, stood=own), size, unit, ground, kind)
    for strips in bars:
        yield from strips


def _inked(draw: Callable[[Image.Image], None], size: tuple[int, int], paper: bool) -> Image.Image:
    ink = _blank(size)
    with theme.themed("light" if paper else "dark"):
        draw(ink)
    return ink


def _on_ground(
    draw: Callable[[Image.Image], None],
    size: tuple[int, int],
    unit: float,
    ground: Picture,
    kind: Ground,
) -> Iterator[Strip]:
    """What is drawn, as `_ground` says of its place."""
    if kind.parted:
        yield from _both(draw, size, unit, ground, kind.carried)
    else:
        yield from _strips(_inked(draw, size, kind.paper), unit, kind.paper, kind.carried)


def _both(
    draw: Callable[[Image.Image], None], size: tuple[int, int], unit: float, ground: Picture, carried: float
) -> Iterator[Strip]:
    """Dark over what is bright, light over what is dark."""
    for paper in (True, False):
        yield from _parted(_strips(_inked(draw, size, paper), unit, paper, carried), ground, paper)


def _parted(strips: Iterable[Strip], ground: Picture, bright: bool) -> Iterator[Strip]:
    """What of some strips lies over bright ground, or what lies over dark one."""
    for strip in strips:
        under = Image.fromarray(_under(ground, strip).mean(axis=2).astype(np.uint8))
        own = (np.asarray(under.filter(ImageFilter.GaussianBlur(2.0))) > MIDDLE_GREY) == bright
        letters = strip.letters.copy()
        letters[..., 3] *= own
        yield strip._replace(letters=letters, shadow=strip.shadow * own[..., None])


def _ground(picture: Picture, box: Box, on_paper: bool, unknown: bool) -> Ground:
    """What lies in the box of some words."""
    carried = UNKNOWN if unknown else 0.0
    if unknown and not on_paper:
        return Ground(False, carried, False)
    left, top, right, bottom = (max(0, round(v)) for v in box)
    under = picture[top : max(bottom, top + 1), left : max(right, left + 1)]
    if not under.size:
        return Ground(on_paper, carried, False)
    low, middle, high = (float(v) for v in np.percentile(under.mean(axis=2), (10, 50, 90)))
    if on_paper:
        return Ground(middle > MIDDLE_GREY, carried, low < MIDDLE_GREY < high)
    share = min(max((high - BRIGHT[0]) / (BRIGHT[1] - BRIGHT[0]), 0.0), 1.0)
    share = max(share, 1.0 - middle / NIGHT)
    return Ground(False, round(STEPS_OF_SHADOW * share) / STEPS_OF_SHADOW, False)


@lru_cache(maxsize=48)
def _captioned(
    caption: Caption, size: tuple[int, int], unit: float, paper: bool, carried: float
) -> tuple[Strip, ...]:
    ink = _blank(size)
    with theme.themed("light" if paper else "dark"):
        _caption(ink, caption, unit)
    return tuple(_strips(ink, unit, paper, carried))


def _carried(
    bar: ScalarBar, size: tuple[int, int], unit: float, ground: Picture, unknown: bool
) -> tuple[Strip, ...]:
    """A scale with the shadow that its ground asks for."""
    on_paper = theme.ON_PAPER.get()
    if unknown:
        return _scaled(bar, size, unit, on_paper, UNKNOWN)
    strips = _scaled(bar, size, unit, on_paper)
    if on_paper or not strips:
        return strips
    return _scaled(bar, size, unit, False, _ground(ground, _box_of(strips), False, False).carried)


@lru_cache(maxsize=32)
def _scaled(
    bar: ScalarBar, size: tuple[int, int], unit: float, paper: bool, carried: float = 0.0
) -> tuple[Strip, ...]:
    ink = _blank(size)
    draw_scalar_bar(ink, bar, unit)
    return tuple(_strips(ink, unit, paper, carried))


def _box_of(strips: tuple[Strip, ...]) -> Box:
    """Left, top, right and bottom of the letters of some strips."""
    found = [(s.left, s.top, Image.fromarray(s.letters).getbbox()) for s in strips]
    boxes = [(x + b[0], y + b[1], x + b[2], y + b[3]) for x, y, b in found if b]
    low, high = np.min(boxes, axis=0), np.max(boxes, axis=0)
    return float(low[0]), float(low[1]), float(high[2]), float(high[3])


def _blank(size: tuple[int, int]) -> Image.Image:
    return Image.new("RGBA", size, (0, 0, 0, 0))


def _strips(ink: Image.Image, unit: float, paper: bool, carried: float = 0.0) -> Iterator[Strip]:
    """Letters with a soft shadow, the darker where the ground is as they are; empty strips are left out."""
    box = ink.getbbox()
    if box is None:
        return
    width, height = ink.size
    blur = 0.005 * unit
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
        if carried:
            share = np.minimum((1.0 + 2.5 * carried) * share, 0.92 if carried < UNKNOWN else 0.94)
        yield Strip(left, first, np.asarray(strip)[above : above + last - first], share, paper)


def _caption(ink: Image.Image, caption: Caption, unit: float) -> None:
    pixels = type_pixels(caption, unit)
    draw = ImageDraw.Draw(ink)
    left, top, right, _bottom = caption_box(caption, ink.size, unit)
    for k, line in enumerate(caption.text.split("\n")):
        spare = right - left - line_width(line, caption.weight, pixels)
        aside = {"left": 0.0, "right": spare}.get(caption.anchor.rpartition("_")[2], 0.5 * spare)
        place = (left + aside, top + 0.74 * pixels + k * STEP * pixels)
        draw_line(draw, place, line, caption.weight, pixels, ink_of(caption.color, caption.opacity))


class Stood(NamedTuple):
    """A label where it stands: place and end of its line in pixels, size of its type, box of its words, and
    how far they and the end were moved to the right to stay in the picture."""

    label: Label
    place: tuple[float, float]
    end: tuple[float, float]
    pixels: int
    box: Box
    given_way: float


def _stood(scene: Scene, size: tuple[int, int], unit: float) -> list[Stood]:
    """The labels of what lies before the camera; words of what is in the picture stay in it.

    In small pictures they are as large as can be read, as far as they then stand apart and near their places.
    """
    seen = []
    for label in scene.labels:
        places, depth = scene.camera.pixels(np.array([label.position_gcrs_m]), size)
        if depth[0] > 0.0:
            seen.append((label, (float(places[0, 0]), float(places[0, 1]))))
    own = [max(6, round(label.size * unit)) for label, _place in seen]
    pixels = [max(p, least_pixels(unit)) for p in own]
    while True:
        stood = [_placed(*s, p, size, unit) for s, p in zip(seen, pixels, strict=True)]
        tight = [k for k in _tight(stood, unit) if pixels[k] > own[k]]
        if not tight:
            return stood
        for k in tight:
            pixels[k] -= 1


def _tight(stood: Sequence[Stood], unit: float) -> set[int]:
    """Which of the labels at lines meet another, or had to give way far to stay in the picture."""
    found = {
        k
        for k, own in enumerate(stood)
        if abs(own.given_way) > unit * min(GIVING_WAY, 0.5 * abs(own.label.offset[0]))
    }
    for k, a in enumerate(stood):
        for i, b in enumerate(stood[:k]):
            if meet(a.box, b.box):
                found |= {k, i}
    return {k for k in found if not stood[k].label.centered}  # names at lines can be smaller


def _placed(
    label: Label, place: tuple[float, float], pixels: int, size: tuple[int, int], unit: float
) -> Stood:
    """A label in type of a size, before a place in the picture, in pixels."""
    (width, height), (x, y) = size, place
    end = (x + label.offset[0] * unit, y + label.offset[1] * unit)
    length = line_width(label.text, "regular", pixels)
    gap = 0.4 * pixels if label.leader else 0.0
    wanted = end[0] - length - gap if label.leader and label.offset[0] < 0.0 else end[0] + gap
    if label.centered:
        wanted = end[0] - 0.5 * length
    left = wanted
    if 0.0 <= x < width and 0.0 <= y < height:
        edge = 0.4 * theme.MARGIN * unit
        left = min(max(wanted, edge), max(width - edge - length, edge))
    base = end[1] + 0.35 * pixels
    box = (left, base - pixels, left + length, base)
    way = 0.0 if label.centered else left - wanted
    return Stood(label, place, (end[0] + way, end[1]), pixels, box, way)


def _lines(ink: Image.Image, stood: Sequence[Stood], unit: float) -> None:
    for own in stood:
        if own.label.leader:
            fill = ink_of(own.label.color, 0.7 * own.label.opacity)
            draw_stroke(ink, own.place, own.end, fill, max(1.0, unit / 900.0))


def _words(ink: Image.Image, stood: Sequence[Stood]) -> None:
    draw = ImageDraw.Draw(ink)
    for own in stood:
        corner = (own.box[0], own.box[3])
        fill = ink_of(own.label.color, own.label.opacity)
        draw_line(draw, corner, own.label.text, "regular", own.pixels, fill)
