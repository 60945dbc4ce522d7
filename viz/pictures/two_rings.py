"""Two rings, ascending at dusk and at dawn: when the shadow cuts one, the other stands in full sunlight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from geometry.design import Design
from geometry.ephemeris import DAY_S
from geometry.orbit.parameters import SunSynchronousOrbit
from geometry.studies.eclipse_year import eclipse_year
from viz import theme
from viz.camera import Camera
from viz.ring_stage import RingMoment, film_moments, ring_moment, ring_scene
from viz.ring_views import View, ring_reach, view_camera
from viz.ring_words import ring_captions, ring_words, share_text
from viz.scene import Label, Scene, triple
from viz.times import clock_text

DESCRIPTION = "rings of LTAN 06:00 and 18:00 at the height of a shadow season: one of them is lit"
MESHES = False

LTANS_S = (6 * 3600.0, 18 * 3600.0)
VIEW = View(19.3, -16.0, 6.2, 2.62, (0.10, 0.0))


def default_time(design: Design) -> np.datetime64:
    """When the shadow cuts deepest into the first ring of the two in the year of the epoch."""
    longest = eclipse_year(_two(design), ltan_s=_ltans_s(design)[-1]).longest_umbra_utc
    return design.epoch_utc if longest is None else longest


def scene(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    hour: float = VIEW.hour,
    latitude_deg: float = VIEW.latitude_deg,
    captions: bool = True,
) -> Scene:
    """Both rings over the night side.

    Parameters
    ----------
    design : Design
        On a sun-synchronous orbit; its ring flies at 06:00 and 18:00, or at the two local times that it has.
    at_utc : datetime64, optional
        Default the height of the shadow season of the second ring, in the year of the epoch.
    hour, latitude_deg : float
        Local solar time and latitude under the camera.
    captions : bool

    Raises
    ------
    ValueError
        An orbit that keeps no local time, or more than two of them.
    """
    both = _two(design)
    moment = ring_moment(both, default_time(design) if at_utc is None else at_utc)
    view = replace(VIEW, hour=hour, latitude_deg=latitude_deg)
    words = _year_words(both) if captions else None
    return _shown(both, moment, view, ring_reach(both, moment.at_utc), words)


def film(
    design: Design, at_utc: np.datetime64 | None = None, *, frames: int = 600, captions: bool = True
) -> Callable[[int], Scene]:
    """A day over both rings, one of them always lit.

    Returns
    -------
    callable
        Frame number, 0 to `frames` - 1 -> Scene.
    """
    both = _two(design)
    moment = film_moments(both, default_time(design) if at_utc is None else at_utc, frames, DAY_S)
    reach = ring_reach(both, moment(0).at_utc)
    words = _year_words(both) if captions else None
    return lambda number: _shown(both, moment(number), VIEW, reach, words)


def _shown(both: Design, moment: RingMoment, view: View, reach: float, words: str | None) -> Scene:
    camera = view_camera(view, moment.sun_direction_gcrs, reach)
    shown = ring_scene(moment, camera)
    if words is None:
        return shown
    title, _ = ring_words(both, moment.at_utc)
    return replace(
        shown,
        labels=_labels(both, moment, camera),
        captions=ring_captions(f"{title}, in two rings", words, moment.at_utc),
    )


def _two(design: Design) -> Design:
    """The design with a ring at each of two local times."""
    ltans = _ltans_s(design)
    return replace(design, ring=replace(design.ring, ltan_list_s=ltans))


def _ltans_s(design: Design) -> tuple[float, ...]:
    own = design.ring.ltan_list_s
    if not isinstance(design.orbit, SunSynchronousOrbit):
        raise ValueError(
            "two-rings needs orbit.type = 'sun_synchronous': other orbits keep no local time; change it, "
            "or take the shot ring"
        )
    if len(own) > 2:
        raise ValueError(
            f"two-rings shows two local times, got ring.ltan_list of {len(own)}; give two or none"
        )
    return own if len(own) == 2 else LTANS_S


def _year_words(both: Design) -> str:
    """Shares of the year, from the eclipse calendar of each ring."""
    years = [eclipse_year(both, ltan_s=s) for s in both.ring.ltan_list_s]
    clear = np.array([y.shadow_s for y in years]).min(axis=0) == 0.0
    parts = [
        f"{clock_text(s)} sees {100.0 * y.sunlit_fraction_of_year:.1f} % of the year's sunlight"
        for s, y in zip(both.ring.ltan_list_s, years, strict=True)
    ]
    days = f"one or both clear of all shadow on {clear.sum()} of the {clear.size} days of {years[0].year}"
    return "\n".join((*parts, days))  # short lines: the rings reach down beside them


def _labels(both: Design, moment: RingMoment, camera: Camera) -> tuple[Label, ...]:
    """What each ring is, at its highest point in the picture."""
    members = moment.position_gcrs_m.reshape(2, -1, 3)
    lit = moment.sunlit_fraction.reshape(2, -1)
    right, up = camera.rotation_camera_from_gcrs[:2]
    tops = [places[np.argmax(places @ up)] for places in members]
    order = np.argsort([float(top @ right) for top in tops])
    labels = []
    for k, side in zip(order, (-1.0, 1.0), strict=True):
        words = f"{clock_text(both.ring.ltan_list_s[k])}: {share_text(float(lit[k].mean()))}"
        place = triple(tops[k])
        labels.append(Label(words, place, (0.065 * side, -0.024), 0.0205, theme.TEXT, True))
    return tuple(labels)
