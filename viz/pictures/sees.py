"""What one surface sees, as a disc whose areas are shares: Sun, Earth by day and night, own parts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from geometry.craft import build_craft
from geometry.craft.craft import Craft
from geometry.design import Design
from geometry.orbit import orbit_states, orbit_times
from geometry.orbit.states import OrbitStates
from geometry.radiation import SurfaceView, seen_later, surface_view
from geometry.validation import FloatArray
from viz import theme
from viz.camera import WHOLE, Camera
from viz.fisheye import Look, light_of, look_along
from viz.pictures._fisheye_words import HALF, NAMES, Told, disc_captions, names_in, percent, rim_words
from viz.pictures.heat import orbit_words
from viz.scene import Caption, PlateItem, Scene
from viz.staging import Stage, stage, stages_around
from viz.times import film_start, moment_text, time_or_epoch

DESCRIPTION = "what one surface sees, as a disc whose areas are the shares: Sun, Earth, own parts, space"
MESHES = False

PREFERRED = ("wing_1.module_01.back", "bus.radiator", "module.back")
PIXELS = 1800  # across the disc
FILM_PIXELS = 1080
AROUND = 144
"""Times of an orbit at which a film works its shares out; between them they are interpolated."""
SKY = 4  # categories of the sky stand before those of the craft
FILM_ROWS = (-0.27, 0.25)  # of names: at the right stands over them what changes
RIM_FADE = 0.1  # over which a way at the rim fades where it leaves it


def scene(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    surface: str = "",
    satellite: int = 0,
    captions: bool = True,
) -> Scene:
    """A fisheye in which the cosine law is the projection: area in the disc is the share of the view.

    Parameters
    ----------
    design : Design
    at_utc : datetime64, optional
        Default the design's epoch.
    surface : str
        Its name; default the back of the innermost module, or the bus radiator, or the first surface.
    satellite : int
        Its number in the ring.
    captions : bool

    Raises
    ------
    ValueError
        No such surface (the nearest is named), no such satellite.

    Notes
    -----
    The disc shows what the middle of the surface sees, orthographically: a direction at the angle a from
    the normal stands at sin(a) from the middle, so that areas are cosine-weighted shares [Nusselt1928].
    The percent are those of the whole surface, by `surface_view`.
    """
    where = stage(design, at_utc, satellite=satellite)
    craft = build_craft(design.of_member(satellite))
    name = surface or _default_surface(craft)
    craft.mesh.surface_index(name)
    states = orbit_states(design, np.array([where.at_utc]), satellites=(satellite,))
    settings = design.radiation
    view = surface_view(
        craft, name, states, design.environment,
        tolerance=settings.tolerance, seed=settings.seed, max_rays=settings.max_rays,
    )  # fmt: skip
    return picture_of(design, where, craft, states, view, captions=captions)


def prepared(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    surface: str = "",
    satellite: int = 0,
    captions: bool = True,
) -> dict[str, FloatArray]:
    """What takes long and serves all frames of the film: the shares around one orbit, from the same rays."""
    craft = build_craft(design.of_member(satellite))
    start = time_or_epoch(design, at_utc)
    return _shares_around(design, craft, surface or _default_surface(craft), satellite, start)


def _shares_around(
    design: Design, craft: Craft, surface: str, satellite: int, start: np.datetime64
) -> dict[str, FloatArray]:
    times = orbit_times(design, start, AROUND)
    states = orbit_states(design, times, satellites=(satellite,))
    settings = design.radiation
    view = surface_view(
        craft, surface, states, design.environment,
        tolerance=settings.tolerance, seed=settings.seed, max_rays=settings.max_rays,
    )  # fmt: skip
    period_s = float((times[1] - times[0]) / np.timedelta64(1, "us")) * 1e-6 * AROUND
    return {
        "times_s": np.linspace(0.0, period_s, AROUND + 1),
        "shares": np.concatenate([view.shares, view.shares[:1]]),
        "standard_error": np.array(view.standard_errors.max()),
    }


def film(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    frames: int = 600,
    surface: str = "",
    satellite: int = 0,
    captions: bool = True,
    prepared: Mapping[str, FloatArray] | None = None,
) -> Callable[[int], Scene]:
    """One orbit of what the surface sees: its own parts stand still, the sky and its shares change.

    Parameters
    ----------
    design : Design
    at_utc : datetime64, optional
        Of the first frame; default the design's epoch.
    frames : int
        Of one nodal period; the last frame lies one step before the first of the next.
    surface, satellite, captions
        As `scene` takes them.
    prepared : mapping, optional
        What the function `prepared` gave for the same design and options; else it is worked out here.

    Returns
    -------
    callable
        Frame number, 0 to `frames` - 1 -> Scene.

    Raises
    ------
    ValueError
        As `scene`.

    Notes
    -----
    Shares between two of the `AROUND` times are straight lines: a share that swings by 0.3 in an orbit is
    off by 0.3 (2 pi / 144)^2 / 16 = 4e-5 at most.  The Sun's share is 0 where its disc is hidden.
    """
    start = film_start(design, at_utc, frames)
    craft = build_craft(design.of_member(satellite))
    name = surface or _default_surface(craft)
    craft.mesh.surface_index(name)
    fields = _shares_around(design, craft, name, satellite, start) if prepared is None else prepared
    period_s = float(fields["times_s"][-1])
    moment = stages_around(design, start, period_s, frames, satellite=satellite)
    orbit = _Orbit(design, craft, name, moment(0)[1])

    def frame(number: int) -> Scene:
        elapsed_s, where = moment(number)
        values = np.array([np.interp(elapsed_s, fields["times_s"], column) for column in fields["shares"].T])
        if where.sunlit_fraction == 0.0:
            values[0] += values[3]
            values[3] = 0.0
        words = orbit_words(design, where, elapsed_s, period_s).replace("  ·  ", "\n", 1)
        return orbit.scene(where, values, float(fields["standard_error"]), words, captions)

    return frame


class _Orbit:
    """What all frames of a film share: the disc before the surface, turning with the craft."""

    def __init__(self, design: Design, craft: Craft, surface: str, first: Stage) -> None:
        self.design, self.craft, self.surface = design, craft, surface
        states = orbit_states(design, np.array([first.at_utc]), satellites=(first.satellite,))
        self.start = look = look_along(design, first, craft, states, surface, FILM_PIXELS)
        self.rotation_body_from_disc = first.rotation_gcrs_from_body.T @ look.rotation_gcrs_from_disc
        surface_from_gcrs = (first.rotation_gcrs_from_body @ look.seen.frame.rotation_body_from_surface).T
        self.local = look.directions_gcrs[look.inside] @ surface_from_gcrs.T
        self.camera = _disc_camera()

    def scene(self, where: Stage, values: FloatArray, error: float, words: str, captions: bool) -> Scene:
        """One moment; `values` (C,) are the shares."""
        look = self._look(where)
        drawn = _disc_scene(look, self.camera)
        if not captions:
            return drawn
        told = Told(look.seen.names, values, error)
        half = HALF * math.tan(0.5 * self.camera.view_angle_rad)
        own = replace(told, values=np.where(np.arange(len(values)) < SKY, 0.0, values))
        names = names_in(look, own, self.camera, half, FILM_ROWS)
        sky = zip(NAMES.values(), values[:SKY], strict=True)
        lines = "\n".join(
            f"{name}  {percent(share) if name == NAMES['sun'] else f'{100.0 * share:.1f} %'}"
            for name, share in sky
        )
        return replace(
            drawn,
            labels=(*names, *rim_words(look, half, names, RIM_FADE)),
            captions=(
                *disc_captions(self.design, look, own, words),
                Caption(lines, "top_right", 0.0225, color=theme.TEXT),
            ),
        )

    def _look(self, where: Stage) -> Look:
        design, before = self.design, self.start
        states = orbit_states(design, np.array([where.at_utc]), satellites=(where.satellite,))
        axes = where.rotation_gcrs_from_body @ self.rotation_body_from_disc
        turn = axes @ before.rotation_gcrs_from_disc.T
        return replace(
            before,
            where=where,
            states=states,
            rotation_gcrs_from_disc=axes,
            directions_gcrs=before.directions_gcrs @ turn.T,
            seen=seen_later(before.seen, self.local, states, design.environment),
        )


def picture_of(
    design: Design,
    where: Stage,
    craft: Craft,
    states: OrbitStates,
    view: SurfaceView,
    *,
    captions: bool = True,
) -> Scene:
    """The picture of a view that has been computed."""
    look = look_along(design, where, craft, states, view.surface, PIXELS)
    camera = _disc_camera()
    drawn = _disc_scene(look, camera)
    if not captions:
        return drawn
    half = HALF * math.tan(0.5 * camera.view_angle_rad)
    told = Told(view.names, view.shares[0], float(view.standard_errors.max()))
    names = names_in(look, told, camera, half)
    return replace(
        drawn,
        labels=(*names, *rim_words(look, half, names)),
        captions=disc_captions(design, look, told, moment_text(where.at_utc)),
    )


def _disc_camera() -> Camera:
    return Camera(np.zeros(3), np.array([0.0, 0.0, -1.0]), np.array([0.0, 1.0, 0.0]), 0.8, narrow=WHOLE)


def _disc_scene(look: Look, camera: Camera) -> Scene:
    """The disc, without words."""
    half = HALF * math.tan(0.5 * camera.view_angle_rad)
    plate = PlateItem(light_of(look), look.inside.astype(float), (0.0, 0.0), half)
    sun = look.where.sun_direction_gcrs
    return Scene(camera, sun, sun=False, plates=(plate,), background=(0.0016, 0.0019, 0.0026))


def _default_surface(craft: Craft) -> str:
    names = craft.mesh.surface_names
    return next((n for n in PREFERRED if n in names), names[0])
