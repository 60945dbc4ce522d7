"""What one surface sees, as a disc whose areas are shares: Sun, Earth by day and night, own parts."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.craft import build_craft
from geometry.craft.craft import Craft
from geometry.design import Design
from geometry.orbit import orbit_states, orbit_times
from geometry.orbit.states import OrbitStates
from geometry.radiation import SeenAlong, SurfaceView, seen_along, seen_later, surface_frame, surface_view
from geometry.radiation.ray_caster import ray_caster
from geometry.validation import FloatArray
from viz import theme
from viz.callouts import callouts, crossing
from viz.camera import WHOLE, Camera, eased
from viz.coatings import material_of
from viz.globe import earth_along
from viz.pictures._apart import shortened
from viz.pictures.heat import orbit_words
from viz.scene import Caption, Label, PlateItem, Scene
from viz.staging import Stage, stage, stages_around
from viz.stars import star_light
from viz.times import film_start, moment_text, time_or_epoch
from viz.titles import title_of

DESCRIPTION = "what one surface sees, as a disc whose areas are the shares: Sun, Earth, own parts, space"
MESHES = False

PREFERRED = ("wing_1.module_01.back", "bus.radiator", "module.back")
PIXELS = 1800  # across the disc
FILM_PIXELS = 1080
AROUND = 144
"""Times of an orbit at which a film works its shares out; between them they are interpolated."""
SKY = 4  # categories of the sky stand before those of the craft
FINE_PIXELS = 900.0  # of fewer, stars and circles are drawn fainter
HALF = 0.80  # radius of the disc, in half heights of the picture
RIM_ASIDE = 0.032  # of the middle of words at the sides, from a place just beyond the rim
RIM_CLEAR = 0.022  # of their middle from lines to other names
RIM_DROP = 0.030  # of words at the sides, below the line to what stands in the middle
MOST_NAMED = 30  # in the disc: as many as there are lines for
MISSED_NAMED = 3
ROWS = (-0.36, 0.25)  # of names: beneath stand the captions
FILM_ROWS = (-0.27, 0.25)  # and over them, at the right, what changes
RIM, RIM_FADE = 0.5, 0.1  # sine of the height up to which a way is named at the rim; over which that fades
LEAST_TOLD = 5e-7  # what is less is 0.0 %
SHOWN = 0.0005  # smallest share that is named
FILL = np.array([0.055, 0.058, 0.064])  # light on parts that neither Sun nor Earth reaches, as drawn
NAMES = {"space": "space", "earth_lit": "sunlit Earth", "earth_dark": "dark Earth", "sun": "the Sun"}
SPELLED = {"earth": "Earth", "gpus": "GPUs", "gpu": "GPU", "px": "+x", "mx": "−x", "py": "+y", "my": "−y"}


@dataclass(frozen=True, eq=False)
class Look:
    """A surface, and the directions of a disc before it.

    Parameters
    ----------
    where : Stage
    craft : Craft
    states : OrbitStates
    surface : str
    rotation_gcrs_from_disc : array (3, 3)
        Columns right, up and out of the surface (into the picture).
    inside : bool array (H, W)
    directions_gcrs : array (H, W, 3)
        Of the pixels; beyond the rim, along the surface.
    seen : SeenAlong
        Of the pixels inside.
    """

    where: Stage
    craft: Craft
    states: OrbitStates
    surface: str
    rotation_gcrs_from_disc: FloatArray
    inside: NDArray[np.bool_]
    directions_gcrs: FloatArray
    seen: SeenAlong


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
        self.start = look = _look(design, first, craft, states, surface, FILM_PIXELS)
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
        names = _names(look, own, self.camera, half, FILM_ROWS)
        sky = zip(NAMES.values(), values[:SKY], strict=True)
        lines = "\n".join(
            f"{name}  {_percent(share) if name == NAMES['sun'] else f'{100.0 * share:.1f} %'}"
            for name, share in sky
        )
        return replace(
            drawn,
            labels=(*names, *_rim(look, half, names, RIM_FADE)),
            captions=(
                *_captions(self.design, look, own, words),
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


@dataclass(frozen=True, eq=False)
class Told:
    """What the words tell: names of C categories, their shares (C,), the largest standard error."""

    names: tuple[str, ...]
    values: FloatArray
    standard_error: float


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
    look = _look(design, where, craft, states, view.surface)
    camera = _disc_camera()
    drawn = _disc_scene(look, camera)
    if not captions:
        return drawn
    half = HALF * math.tan(0.5 * camera.view_angle_rad)
    told = Told(view.names, view.shares[0], float(view.standard_errors.max()))
    names = _names(look, told, camera, half)
    return replace(
        drawn,
        labels=(*names, *_rim(look, half, names)),
        captions=_captions(design, look, told, moment_text(where.at_utc)),
    )


def _disc_camera() -> Camera:
    return Camera(np.zeros(3), np.array([0.0, 0.0, -1.0]), np.array([0.0, 1.0, 0.0]), 0.8, narrow=WHOLE)


def _disc_scene(look: Look, camera: Camera) -> Scene:
    """The disc, without words."""
    half = HALF * math.tan(0.5 * camera.view_angle_rad)
    plate = PlateItem(_light(look), look.inside.astype(float), (0.0, 0.0), half)
    sun = look.where.sun_direction_gcrs
    return Scene(camera, sun, sun=False, plates=(plate,), background=(0.0016, 0.0019, 0.0026))


def _default_surface(craft: Craft) -> str:
    names = craft.mesh.surface_names
    return next((n for n in PREFERRED if n in names), names[0])


# ------------------------------------------------------------------ the disc


def disc_light(
    design: Design, craft: Craft, surface: str, satellite: int, at_utc: np.datetime64, pixels: int
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Linear light of the disc alone (pixels, pixels, 3), and what of the square it fills.

    Parameters
    ----------
    design : Design
    craft : Craft
        Of that satellite.
    surface : str
    satellite : int
        Its number in the ring.
    at_utc : datetime64
    pixels : int
        Across the disc.
    """
    where = stage(design, at_utc, satellite=satellite)
    states = orbit_states(design, np.array([where.at_utc]), satellites=(satellite,))
    look = _look(design, where, craft, states, surface, pixels)
    return _light(look), look.inside


def _look(
    design: Design, where: Stage, craft: Craft, states: OrbitStates, surface: str, pixels: int = PIXELS
) -> Look:
    frame = surface_frame(craft, surface)
    turn = where.rotation_gcrs_from_body @ frame.rotation_body_from_surface
    axes = _disc_axes(where, turn[:, 2])
    middle = (np.arange(pixels) + 0.5) * 2.0 / pixels - 1.0
    x, y = np.meshgrid(middle, -middle)
    square = x * x + y * y
    inside = square < 1.0
    out = np.sqrt(np.maximum(1.0 - square, 0.0))
    directions = np.stack([x, y, out], axis=-1) @ axes.T
    seen = seen_along(craft, surface, directions[inside] @ turn, states, design.environment)
    return Look(where, craft, states, surface, axes, inside, directions, seen)


def _disc_axes(where: Stage, normal: FloatArray) -> FloatArray:
    """Right, up, out: the zenith is up, or the flight path where the surface looks up or down."""
    up = where.position_gcrs_m / np.linalg.norm(where.position_gcrs_m)
    if abs(float(up @ normal)) > 0.95:
        up = where.velocity_gcrs_m_s / np.linalg.norm(where.velocity_gcrs_m_s)
    up = up - (up @ normal) * normal
    up /= np.linalg.norm(up)
    return np.stack([np.cross(normal, up), up, normal], axis=1)


def _light(look: Look) -> FloatArray:
    """Linear light of the disc (H, W, 3): sky and Earth as they look, own parts in their colours."""
    scene, pixels = look.where.sky(), len(look.inside)
    light, passed = earth_along(scene, look.where.position_gcrs_m, look.directions_gcrs, 2.0 / pixels)
    # in a small disc the same stars stand denser
    stars = min(1.0, pixels / FINE_PIXELS) ** 2 * star_light(look.rotation_gcrs_from_disc, pixels)
    light += passed[..., None] * stars
    categories = np.full(look.inside.shape, -1)
    categories[look.inside] = look.seen.categories
    parts = look.seen.faces >= 0
    own = np.zeros((*look.inside.shape, 3))
    own[look.inside] = _part_light(look)
    hidden = np.zeros(look.inside.shape, bool)
    hidden[look.inside] = parts
    light = np.where(hidden[..., None], own, light)
    light = np.where(categories[..., None] == 3, 60.0 * np.array(theme.SUN_COLOR), light)
    # where one part ends and another begins
    faces = np.where(hidden, categories, -1)
    edge = (faces != np.roll(faces, 1, axis=0)) | (faces != np.roll(faces, 1, axis=1))
    light = np.where((edge & hidden)[..., None], 0.25 * light, light)
    night = (categories == 2) & ~hidden
    border = (night != np.roll(night, 1, axis=0)) | (night != np.roll(night, 1, axis=1))
    border &= ndimage.binary_dilation(categories == 1) & ndimage.binary_dilation(categories == 2)
    light = light + border[..., None] * np.array((0.30, 0.16, 0.06))  # where the Sun sets
    return np.asarray(_with_grid(light, look.inside))


def _part_light(look: Look) -> FloatArray:
    """Light of the part in each direction inside (D, 3): its colour under Sun, Earth and a faint fill."""
    light = np.zeros((len(look.seen.faces), 3))
    hit = np.flatnonzero(look.seen.faces >= 0)
    mesh, faces = look.craft.mesh, look.seen.faces[hit]
    directions = look.directions_gcrs[look.inside][hit] @ look.where.rotation_gcrs_from_body
    normal = mesh.normals[faces]
    side = np.where(np.einsum("dk,dk->d", normal, directions) > 0.0, -1.0, 1.0)
    normal = side[:, None] * normal
    surface = np.where(side > 0.0, mesh.front_surface[faces], mesh.back_surface[faces])
    colors = np.full((len(mesh.optics) + 1, 3), 0.02)
    for k in np.unique(surface):
        if k >= 0:
            colors[k] = material_of(mesh.optics[k]).base_color
    sun = look.states.sun_direction_body[0, 0]
    cosine = np.clip(normal @ sun, 0.0, None) * look.states.sunlit_fraction[0, 0]
    cosine *= _sees_sun(look, directions * look.seen.distances_m[hit, None], normal, sun, cosine)
    down = -look.where.position_gcrs_m @ look.where.rotation_gcrs_from_body
    earthward = 0.5 + 0.5 * normal @ (down / np.linalg.norm(down))
    light[hit] = colors[surface] * (cosine[:, None] + FILL * (0.5 + earthward[:, None]))
    return light


def _sees_sun(
    look: Look, way_m: FloatArray, normal: FloatArray, sun: FloatArray, cosine: FloatArray
) -> NDArray[np.bool_]:
    """Which places, so far from the surface, face the Sun and are not in the shadow of another part."""
    lit = np.zeros(len(cosine), bool)
    asked = np.flatnonzero(cosine > 0.0)
    if not asked.size:
        return lit
    caster = ray_caster(look.craft.mesh, doubt_close_sheets=False)
    place = look.seen.frame.point_m + way_m[asked]
    start = place - caster.center_m + 1e-4 * caster.half_extent_m * normal[asked]
    rays = np.ascontiguousarray(np.broadcast_to(sun, start.shape), np.float32)
    lit[asked] = ~caster.is_blocked(np.ascontiguousarray(start, np.float32), rays)
    return lit


def _with_grid(light: FloatArray, inside: NDArray[np.bool_]) -> FloatArray:
    """Faint circles at 30 and 60 degrees from the normal, and the rim."""
    pixels = len(inside)
    middle = (np.arange(pixels) + 0.5) * 2.0 / pixels - 1.0
    radius = np.hypot(middle, middle[:, None])
    faint = min(1.0, pixels / FINE_PIXELS)
    for where, strength in ((0.5, 0.016), (math.sin(math.radians(60.0)), 0.016), (0.9985, 0.10)):
        line = faint * strength * np.clip(1.8 - np.abs(radius - where) * 0.5 * pixels, 0.0, 1.0)
        light = light + (line * inside)[..., None]
    return light


# ------------------------------------------------------------------ words


def _names(
    look: Look, told: Told, camera: Camera, half: float, rows: tuple[float, float] = ROWS
) -> tuple[Label, ...]:
    """Each share with its name, led to the widest place of its area."""
    found = [share for share in _shares(look, told) if share[2].any()]
    if not found:
        return ()
    found = sorted(found, key=lambda share: -share[1])[:MOST_NAMED]
    spots = np.array([[half * x, half * y, -1.0] for x, y in (_widest(area) for *_, area in found)])
    words = [f"{name}  {_percent(share)}" for name, share, _area in found]
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


def _rim(look: Look, half: float, lines: tuple[Label, ...], fade: float = 0.0) -> tuple[Label, ...]:
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
    named = [f"{words} {_percent(share)}" for share, words in missed[:MISSED_NAMED]]
    rest = [share for share, _words in missed[MISSED_NAMED:]]
    if rest:
        named.append(f"{len(rest)} more {_percent(sum(rest))}")
    return "\n".join(named)


def _percent(share: float) -> str:
    small = LEAST_TOLD <= share < 1e-4
    return f"{100.0 * share:.4f} %" if small else f"{100.0 * share:.1f} %"


def _captions(design: Design, look: Look, told: Told, when: str) -> tuple[Caption, ...]:
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
