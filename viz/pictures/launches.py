"""The ring filling launch by launch: what flies, what has just arrived, the places to come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geometry.budget import electric_power_nominal_w
from geometry.craft import build_craft
from geometry.design import Design
from geometry.orbit import RingFilling, ring_filling
from geometry.validation import FloatArray, check_in_range
from viz.camera import Camera, eased
from viz.ring_stage import (
    RingMoment,
    film_moments,
    lit_colors,
    ring_light,
    ring_moment,
    ring_scene,
    seen_points,
)
from viz.ring_views import View, ring_reach, view_camera
from viz.ring_words import ring_captions, ring_words
from viz.scene import Caption, PointsItem, Scene

DESCRIPTION = "the ring filling launch by launch, undated: what flies, the newest launch, the places to come"
MESHES = False

VIEW = View(23.4, 13.0, 9.0, 2.62, (0.19, 0.0))  # beside its words
REST = 0.12  # share of the film in which the ring flies full
SHARE = 0.4  # of the launches flown, where no number is given
UNDATED = "launches are counted, not dated: the design has no cadence"
CLOCK = "; the clock is that of the one orbit flown"
NEW = (0.45, 0.75, 1.0)
EMPTY = (0.30, 0.34, 0.42)


def scene(
    design: Design, at_utc: np.datetime64 | None = None, *, flown: int = 0, captions: bool = True
) -> Scene:
    """The ring after some of its launches.

    Parameters
    ----------
    design : Design
    at_utc : datetime64, optional
        Default the design's epoch.
    flown : int
        Launches flown, from 1 to all; 0 takes two fifths of them.
    captions : bool

    Raises
    ------
    ValueError
        More launches than the ring takes, or a satellite heavier than one lifts.
    """
    filling = _filling(design)
    check_in_range(flown, 0, filling.launches, name="flown")
    flown = int(flown) or max(1, round(SHARE * filling.launches))
    moment = ring_moment(design, at_utc)
    shown = _shown(design, moment, filling, flown, ring_reach(design, moment.at_utc))
    return _told(shown, design, moment, filling, flown, "") if captions else shown


def film(
    design: Design, at_utc: np.datetime64 | None = None, *, frames: int = 600, captions: bool = True
) -> Callable[[int], Scene]:
    """The ring from its first launch to its last, while it flies one orbit.

    Returns
    -------
    callable
        Frame number, 0 to `frames` - 1 -> Scene.
    """
    filling = _filling(design)
    moment = film_moments(design, at_utc, frames, None)
    reach = ring_reach(design, moment(0).at_utc)

    def frame(number: int) -> Scene:
        share = eased(number / ((1.0 - REST) * (frames - 1)))
        flown = 1 + round(share * (filling.launches - 1))
        now = moment(number)
        shown = _shown(design, now, filling, flown, reach)
        return _told(shown, design, now, filling, flown, CLOCK) if captions else shown

    return frame


def _filling(design: Design) -> RingFilling:
    return ring_filling(design.ring, design.launch_mass_kg, build_craft(design).mass_kg)


def _shown(design: Design, moment: RingMoment, filling: RingFilling, flown: int, reach: float) -> Scene:
    camera = view_camera(VIEW, moment.sun_direction_gcrs, reach)
    return replace(ring_scene(moment, camera), points=_points(moment, filling, flown, camera))


def _told(
    shown: Scene, design: Design, moment: RingMoment, filling: RingFilling, flown: int, clock: str
) -> Scene:
    """With words: what flies, by which numbers of the design; launches are counted, for it has no dates."""
    craft = build_craft(design)
    members = int((filling.launch_of_satellite < flown).sum())
    power_w = members * electric_power_nominal_w(craft, design.document.environment.solar_constant_w_m2)
    title, below = ring_words(design, moment.at_utc)
    lines = (
        f"launch {flown:,} of {filling.launches:,}  ·  {members:,} of {title}  ·  "
        f"{1e-6 * power_w:,.1f} MW nominal\n"
        f"{filling.satellites_per_launch} of {craft.mass_kg:,.0f} kg in a launch of "
        f"{1e-3 * design.launch_mass_kg:,.0f} t (launch.mass_t)  ·  {below}\n{UNDATED}{clock}"
    )
    return replace(shown, captions=(*ring_captions("The ring, filling", lines, moment.at_utc), *_key()))


def _points(moment: RingMoment, filling: RingFilling, flown: int, camera: Camera) -> tuple[PointsItem, ...]:
    """Places to come, satellites that fly, and those of the newest launch."""
    launch = filling.launch_of_satellite
    color, strength = lit_colors(moment.sunlit_fraction)
    light = ring_light(len(launch)) * strength

    def of(chosen: NDArray[np.bool_], tint: FloatArray, gain: float, width: float) -> PointsItem:
        return seen_points(moment, camera, np.flatnonzero(chosen), gain * light, tint, width)

    one = np.ones((len(launch), 1))
    return (
        of(launch >= flown, one * EMPTY, 0.6, 0.9),
        of(launch < flown - 1, color, 1.6, 1.3),
        of(launch == flown - 1, one * NEW, 2.6, 2.0),
    )


def _key() -> tuple[Caption, ...]:
    """What the colours mean."""
    gold, blue, grey = (1.0, 0.86, 0.62), (0.62, 0.84, 1.0), (0.55, 0.58, 0.64)
    return tuple(
        Caption(words, "top_left", 0.0195, (0.0, 0.032 * k), color=color)
        for k, (words, color) in enumerate((("newest launch", blue), ("in place", gold), ("to come", grey)))
    )
