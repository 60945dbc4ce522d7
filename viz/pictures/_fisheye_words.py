"""Words about the disc of what a surface sees: shares with their names, directions at its rim, captions."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.design import Design
from geometry.validation import FloatArray
from viz import theme
from viz.callouts import callouts, crossing
from viz.camera import Camera, eased
from viz.fisheye import Look
from viz.pictures._apart import shortened
from viz.scene import Caption, Label
from viz.titles import title_of

HALF = 0.80  # radius of the disc, in half heights of the picture
RIM_ASIDE = 0.032  # of the middle of words at the sides, from a place just beyond the rim
RIM_CLEAR = 0.022  # of their middle from lines to other names
RIM_DROP = 0.030  # of words at the sides, below the line to what stands in the middle
MOST_NAMED = 30  # in the disc: as many as there are lines for
MISSED_NAMED = 3
ROWS = (-0.36, 0.25)  # of names: beneath stand the captions
RIM = 0.5  # sine of the height up to which a way is named at the rim
LEAST_TOLD = 5e-7  # what is less is 0.0 %
SHOWN = 0.0005  # smallest share that is named
NAMES = {"space": "space", "earth_lit": "sunlit Earth", "earth_dark": "dark Earth", "sun": "the Sun"}
SPELLED = {"earth": "Earth", "gpus": "GPUs", "gpu": "GPU", "px": "+x", "mx": "−x", "py": "+y", "my": "−y"}


@dataclass(frozen=True, eq=False)
class Told:
    """What the words tell: names of C categories, their shares (C,), the largest standard error."""

    names: tuple[str, ...]
    values: FloatArray
    standard_error: float


def names_in(
    look: Look, told: Told, camera: Camera, half: float, rows: tuple[float, float] = ROWS
) -> tuple[Label, ...]:
    """Each share with its name, led to the widest place of its area."""
    found = [share for share in _shares(look, told) if share[2].any()]
    if not found:
        return ()
    found = sorted(found, key=lambda share: -share[1])[:MOST_NAMED]
    spots = np.array([[half * x, half * y, -1.0] for x, y in (_widest(area) for *_, area in found)])
    words = [f"{name}  {percent(share)}" for name, share, _area in found]
    return callouts(camera, spots, words, (-0.47, 0.47), rows, size=0.0225)


def _shares(look: Look, told: Told) -> list[tuple[str, float, NDArray[np.bool_]]]:
    """Name and size of each share worth telling, and its pixels in the disc: none if it stands edge-on."""
    image = np.full(look.inside.shape, -1)
    image[look.inside] = look.seen.categories
    surfaces = look.craft.mesh.surface_names
    short = dict(zip(surfaces, shortened(surfaces), strict=True))
    groups: dict[str, list[int]] = {}
    for k, name in enumerate(told.names):
        if told.values[k] >= SHOWN or (name == "sun" and told.values[k] > 0.0):
            groups.setdefault(_called(short.get(name, name)), []).append(k)
    return [
        (called, float(told.values[members].sum()), np.isin(image, members))
        for called, members in groups.items()
    ]


def _called(name: str) -> str:
    """Words for a category; the modules of one wing, and the pieces of one thing, are one."""
    if name in NAMES:
        return NAMES[name]
    if name == "inactive":
        return "own inner sides"
    stem = name.split(".module_")[0] if ".module_" in name else name
    end = name.rsplit(".", 1)[-1] if ".module_" in name else ""
    if stem.split("_")[0] in ("thruster", "laser", "antenna"):  # one of several alike
        stem = re.sub(r"_\d+", "", stem)
    words = f"{stem} {end}".strip().replace("_", " ").replace(".", " ")
    for raw, said in SPELLED.items():
        words = re.sub(rf"\b{raw}\b", said, words)
    return words


def _widest(area: NDArray[np.bool_]) -> tuple[float, float]:
    """The place of an area that is farthest from its edge, in radii of the disc."""
    coarse = area[::3, ::3] if area[::3, ::3].any() else area
    deep = ndimage.distance_transform_edt(np.pad(coarse, 1))
    row, column = np.unravel_index(int(np.argmax(deep)), deep.shape)
    height, width = coarse.shape
    return 2.0 * (column - 0.5) / width - 1.0, 1.0 - 2.0 * (row - 0.5) / height


def rim_words(look: Look, half: float, lines: tuple[Label, ...], fade: float = 0.0) -> tuple[Label, ...]:
    """Directions that lie along the surface, at the rim of the disc; they fade where they leave it.

    They stand off the lines to other names.
    """
    where = look.where
    up = where.position_gcrs_m / np.linalg.norm(where.position_gcrs_m)
    ahead = where.velocity_gcrs_m_s / np.linalg.norm(where.velocity_gcrs_m_s)
    labels = []
    for words, way in (
        ("zenith", up),
        ("nadir", -up),
        ("ahead", ahead),
        ("behind", -ahead),
        ("Sun", where.sun_direction_gcrs),
    ):
        x, y, out = way @ look.rotation_gcrs_from_disc
        if abs(out) > RIM:
            continue
        radius = 1.055 / math.hypot(x, y)
        spot = (half * radius * x, half * radius * y, -1.0)
        aside = RIM_ASIDE * x / math.hypot(x, y)
        labels.append(
            Label(
                words,
                spot,
                (aside, _drop(spot, aside, RIM_DROP * abs(x), lines, half)),
                0.0185,
                theme.TEXT_QUIET,
                centered=True,
                opacity=eased((RIM - abs(out)) / fade) if fade else 1.0,
            )
        )
    return tuple(labels)


def _drop(
    spot: tuple[float, float, float], aside: float, drop: float, lines: tuple[Label, ...], half: float
) -> float:
    """How far down a word at the rim stands from its place, in heights, so that no line runs through it."""
    heights = 0.5 * HALF / half  # in a unit of the plate

    def is_free(down: float) -> bool:
        middle = np.array([heights * spot[0] + aside, -heights * spot[1] + down])
        clear = np.array([0.0, RIM_CLEAR])
        for line in lines:
            start = heights * np.array([line.position_gcrs_m[0], -line.position_gcrs_m[1]])
            if crossing(start, start + np.array(line.offset), middle - clear, middle + clear):
                return False
        return True

    return next((d for d in (drop, drop + 2.0 * RIM_CLEAR, drop - 2.0 * RIM_CLEAR) if is_free(d)), drop)


def _missed(look: Look, told: Told) -> str:
    """What a surface sees, but not from its middle: the largest shares by name, the rest in one number."""
    missed = sorted(((s, w) for w, s, area in _shares(look, told) if not area.any()), reverse=True)
    named = [f"{words} {percent(share)}" for share, words in missed[:MISSED_NAMED]]
    rest = [share for share, _words in missed[MISSED_NAMED:]]
    if rest:
        named.append(f"{len(rest)} more {percent(sum(rest))}")
    return "\n".join(named)


def percent(share: float) -> str:
    """`12.3 %`; of next to nothing, two figures more."""
    small = LEAST_TOLD <= share < 1e-4
    return f"{100.0 * share:.4f} %" if small else f"{100.0 * share:.1f} %"


def disc_captions(design: Design, look: Look, told: Told, when: str) -> tuple[Caption, ...]:
    """Whose view it is, how it is to be read, what its middle misses, and when it is."""
    error = 100.0 * told.standard_error
    below = (
        "areas in the disc are view factors\ncircles at 30° and 60° from the normal\n"
        f"standard error under {max(error, 0.001):.2g} %"
    )
    missed = _missed(look, told)
    if missed:  # the percent are of the whole surface
        below = f"not seen from the middle:\n{missed}\n{below}"
    surface = shortened(look.craft.mesh.surface_names)[look.craft.mesh.surface_index(look.surface)]
    return (
        Caption(f"{title_of(design)}: what {surface} sees", "top_left", 0.030),
        Caption(below, "bottom_left", 0.0185, color=theme.TEXT_QUIET),
        Caption(when, "bottom_right", 0.0185, color=theme.TEXT_QUIET),
    )
