"""The Earth's shadow as a body, cutting the ring in its season: satellites go dark one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from geometry.constants import EARTH_EQUATORIAL_RADIUS_M
from geometry.design import Design
from geometry.studies.eclipse_year import eclipse_year
from geometry.validation import check_choice
from viz import theme
from viz.camera import Camera, along
from viz.ring_stage import RingMoment, film_moments, member_points, ring_moment, ring_scene
from viz.ring_views import View, ring_reach, view_camera
from viz.ring_words import ring_captions, ring_words
from viz.scene import Label, Scene, ShadowItem, triple
from viz.splat import behind_earth
from viz.times import moment_text

DESCRIPTION = "the Earth's umbra as a translucent body cutting the ring when it cuts deepest"
MESHES = False

VIEW = View(17.0, -24.0, 6.2, 2.86, (-0.30, 0.04))
SWING = (15.8, 17.6)  # local solar times under the camera of the film, from its start to its end
LENGTH = 4.6  # of the body drawn, Earth radii
COLOR = (0.0085, 0.0150, 0.0330)
DEPTH = 0.35
EDGE_WIDTH_M, EDGE_GAIN, EDGE_POINT = 0.9e6, 1.6, 3.2  # what the long lens sees; light, width of points


def default_time(design: Design) -> np.datetime64:
    """When the shadow cuts deepest into the ring in the year of the epoch; the epoch where it never does."""
    longest = eclipse_year(design).longest_umbra_utc
    return design.epoch_utc if longest is None else longest


def scene(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    view: str = "whole",
    hour: float = VIEW.hour,
    latitude_deg: float = VIEW.latitude_deg,
    captions: bool = True,
) -> Scene:
    """The umbra and the ring.

    Parameters
    ----------
    design : Design
    at_utc : datetime64, optional
        Default when the shadow cuts deepest in the year of the design's epoch.
    view : {"whole", "edge"}
        All of it, or from the same place by a long lens where satellites enter the shadow.
    hour, latitude_deg : float
        Local solar time and latitude under the camera.
    captions : bool

    Raises
    ------
    ValueError
        "edge" of a ring that no shadow cuts at that time.
    """
    check_choice(view, ("whole", "edge"), name="view")
    moment = ring_moment(design, default_time(design) if at_utc is None else at_utc)
    where = replace(VIEW, hour=hour, latitude_deg=latitude_deg)
    camera = view_camera(where, moment.sun_direction_gcrs, ring_reach(design, moment.at_utc))
    return _shown(design, moment, camera, view, captions)


def film(
    design: Design, at_utc: np.datetime64 | None = None, *, frames: int = 600, captions: bool = True
) -> Callable[[int], Scene]:
    """One orbit: member after member goes through the shadow while the camera swings around it.

    Returns
    -------
    callable
        Frame number, 0 to `frames` - 1 -> Scene.
    """
    start = default_time(design) if at_utc is None else at_utc
    moment = film_moments(design, start, frames, None)
    reach = ring_reach(design, moment(0).at_utc)

    def frame(number: int) -> Scene:
        now = moment(number)
        cameras = [view_camera(replace(VIEW, hour=hour), now.sun_direction_gcrs, reach) for hour in SWING]
        return _shown(design, now, along(cameras, number / (frames - 1)), "whole", captions)

    return frame


def _shown(design: Design, moment: RingMoment, camera: Camera, view: str, captions: bool) -> Scene:
    points = member_points(moment, camera)
    if view == "edge":
        camera = _long_lens(camera, moment)
        points = member_points(moment, camera, EDGE_GAIN, EDGE_POINT)
    shadow = ShadowItem(moment.sun_distance_m, LENGTH * EARTH_EQUATORIAL_RADIUS_M, COLOR, DEPTH)
    shown = replace(ring_scene(moment, camera), shadow=shadow, points=(points,))
    if not captions:
        return shown
    title, below = ring_words(design, moment.at_utc)
    labels = _edge_labels(moment, camera) if view == "edge" else _body_label(moment, camera)
    return replace(
        shown,
        labels=labels,
        captions=ring_captions(title, f"{below}  ·  {_counts(moment)}", moment.at_utc),
    )


def _long_lens(camera: Camera, moment: RingMoment) -> Camera:
    """At the members in penumbra that the camera sees, so near that each stands for itself."""
    lit, place = moment.sunlit_fraction, moment.position_gcrs_m
    hidden = behind_earth(place, camera, moment.earth.shape, moment.earth.rotation_itrs_from_gcrs)
    seen = np.flatnonzero((lit > 0.0) & (lit < 1.0) & ~hidden)
    if not seen.size:
        raise ValueError(
            'view = "edge" needs satellites in penumbra, and none is in view at '
            f"{moment_text(moment.at_utc)}; choose another time by --at, more satellites, or "
            'view = "whole"'
        )
    first = place[seen[0]]
    group = seen[np.linalg.norm(place[seen] - first, axis=1) < 2.0e6]
    aim = place[group].mean(axis=0)
    distance = float(np.linalg.norm(aim - camera.position_gcrs_m))
    return Camera(camera.position_gcrs_m, aim, camera.view_up, 2.0 * np.arctan(0.5 * EDGE_WIDTH_M / distance))


def _edge_labels(moment: RingMoment, camera: Camera) -> tuple[Label, ...]:
    """What members see of the Sun: all those in penumbra, and one well before and behind them."""
    lit, place = moment.sunlit_fraction, moment.position_gcrs_m
    height = (place - camera.focal_point_gcrs_m) @ camera.rotation_camera_from_gcrs[1] / EDGE_WIDTH_M
    near = np.linalg.norm(place - camera.focal_point_gcrs_m, axis=1) < 0.6 * EDGE_WIDTH_M
    named = [
        (k, f"{100.0 * lit[k]:.0f} % of the Sun") for k in np.flatnonzero((lit > 0.0) & (lit < 1.0) & near)
    ]
    for words, kind in (("full sunlight", lit == 1.0), ("umbra", lit == 0.0)):
        members = np.flatnonzero(kind & near)
        if members.size:
            named.append((members[np.argmin(np.abs(np.abs(height[members]) - 0.28))], words))
    return tuple(Label(words, triple(place[k]), (0.09, 0.0), 0.0195, theme.TEXT, True) for k, words in named)


def _body_label(moment: RingMoment, camera: Camera) -> tuple[Label, ...]:
    """The name of the body, on its axis."""
    x, y, z = -2.2 * EARTH_EQUATORIAL_RADIUS_M * moment.sun_direction_gcrs
    return (Label("umbra", (x, y, z), (0.0, 0.0), 0.0205, theme.TEXT_QUIET, centered=True),)


def _counts(moment: RingMoment) -> str:
    lit = moment.sunlit_fraction
    umbra, penumbra = int((lit == 0.0).sum()), int(((lit > 0.0) & (lit < 1.0)).sum())
    return f"{len(lit) - umbra - penumbra:,} in sunlight, {penumbra:,} in penumbra, {umbra:,} in umbra"
