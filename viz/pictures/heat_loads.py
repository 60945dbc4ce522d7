"""Every load on its own and the total: absorbed sunlight, albedo and infrared, both sides of the craft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from geometry.craft import build_craft
from geometry.design import Design
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.validation import FloatArray
from viz import theme
from viz.camera import WHOLE, Camera
from viz.outlines import outlines
from viz.pictures._flux import TITLES, Flux, FluxAround, absorbed_fluxes, cut_mesh, each_around
from viz.pictures.heat import BLACK, STEPS, orbit_words, scale_top, side_values
from viz.refinement import corner_means
from viz.scene import Caption, MeshItem, ScalarBar, Scene
from viz.staging import Stage, stage, stages_around
from viz.times import film_start, moment_text, time_or_epoch
from viz.titles import title_of

DESCRIPTION = "absorbed sunlight, albedo and Earth infrared one by one and their total, W/m2"

ROWS = (("solar", 0.275), ("albedo", 0.085), ("earth_infrared", -0.105), ("total", -0.295))
SIDES = (("sunlit side", True, -0.43, "inferno"), ("shaded side", False, 0.43, "viridis"))
LONG = 0.74  # of a craft in the picture, in its heights
BELOW, ABOVE = 0.045, 0.065  # how far it reaches at most: scales stand beneath, and over the next row
BAR_FROM = -0.1  # where the scale begins, to the right of the craft's middle
LEAST_W_M2 = 1.0  # end of a scale where there is next to nothing
TILT_RAD = (0.16, 0.42)  # of the view: aside, from above; of the shaded side the other way about both


def scene(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    mean: bool = True,
    rays_per_face: int = 1024,
) -> Scene:
    """Four loads by two sides, each with its own scale.

    Parameters
    ----------
    design : Design
    at_utc : datetime64, optional
        Default the design's epoch.
    mean : bool
        Mean over one orbit from that time on; else that moment.
    rays_per_face : int
    """
    where = stage(design, at_utc, satellite=0)
    fluxes = absorbed_fluxes(design, where, STEPS if mean else 1, rays_per_face)
    setting = _setting(design, fluxes)
    return replace(_drawn(setting, fluxes), captions=_captions(design, where, fluxes["total"]))


def prepared(
    design: Design, at_utc: np.datetime64 | None = None, *, rays_per_face: int = 1024
) -> dict[str, FloatArray]:
    """What takes long and serves all frames of the film: each load around one orbit, worked out once."""
    each = each_around(design, time_or_epoch(design, at_utc), TITLES, rays_per_face)
    return {f"{load}.{key}": values for load, fields in each.items() for key, values in fields.items()}


def film(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    frames: int = 600,
    rays_per_face: int = 1024,
    prepared: Mapping[str, FloatArray] | None = None,
) -> Callable[[int], Scene]:
    """One orbit of each load by itself, side by side; the scales stand for all of it.

    Parameters
    ----------
    design : Design
    at_utc : datetime64, optional
        Of the first frame; default the design's epoch.
    frames : int
        Of one nodal period; the last frame lies one step before the first of the next.
    rays_per_face : int
    prepared : mapping, optional
        What the function `prepared` gave for the same design and options; else it is worked out here.

    Returns
    -------
    callable
        Frame number, 0 to `frames` - 1 -> Scene.
    """
    start = film_start(design, at_utc, frames)
    if prepared is None:
        each = each_around(design, start, TITLES, rays_per_face)
    else:
        keys = [key.split(".") for key in prepared]
        each = {load: {k: prepared[f"{load}.{k}"] for own, k in keys if own == load} for load in TITLES}
    around = {load: FluxAround.of(fields) for load, fields in each.items()}
    mesh = cut_mesh(design)
    peaks = {
        load: Flux(mesh, a.most_w_m2, np.zeros_like(a.most_w_m2), rays_per_face, 1)
        for load, a in around.items()
    }
    setting = _setting(design, peaks)
    period_s = float(around["total"].times_s[-1])
    moment = stages_around(design, start, period_s, frames)

    def frame(number: int) -> Scene:
        elapsed_s, where = moment(number)
        fluxes = {
            load: replace(peaks[load], absorbed_w_m2=a.at(elapsed_s, where.sunlit_fraction))
            for load, a in around.items()
        }
        error = max(around["total"].standard_error_w_m2, 0.01)
        words = (
            f"{orbit_words(design, where, elapsed_s, period_s)}  ·  {_law(design)}  ·  "
            f"standard error of the total under {error:.2g} W/m² on 95 % of faces"
        )
        return replace(_drawn(setting, fluxes), captions=_words(design, words))

    return frame


@dataclass(frozen=True, eq=False)
class _Setting:
    """What stays through a film: the camera, outlines, ends of the scales by load and side."""

    camera: Camera
    unit_m: float
    edges: SurfaceMesh
    tops_w_m2: dict[tuple[str, bool], float]


def _setting(design: Design, fluxes: Mapping[str, Flux]) -> _Setting:
    mesh = fluxes["total"].mesh
    unit = _unit_m(mesh)
    distance = 40.0 * unit
    right, up, out = np.eye(3)
    camera = Camera(distance * out, 0.0 * right, up, 2.0 * np.arctan(0.5 / 40.0), narrow=WHOLE)
    edges = outlines(build_craft(design).mesh, 0.0016 * mesh.extent_m, 0.0016 * mesh.extent_m)
    tops = {
        (load, sunlit): max(scale_top(flux, sunlit), LEAST_W_M2)
        for load, flux in fluxes.items()
        for sunlit in (True, False)
    }
    return _Setting(camera, unit, edges, tops)


def _drawn(setting: _Setting, fluxes: Mapping[str, Flux]) -> Scene:
    """All panels with their scales, without captions."""
    mesh, unit, edges = fluxes["total"].mesh, setting.unit_m, setting.edges
    items, bars = [], []
    for load, height in ROWS:
        for name, sunlit, aside, color_map in SIDES:
            flux = fluxes[load]
            top = setting.tops_w_m2[load, sunlit]
            turn = _turn(mesh.bounds_m, sunlit)
            place = unit * np.array([aside, height, 0.0]) - turn @ mesh.bounds_m.mean(axis=0)
            items.append(
                MeshItem(
                    mesh,
                    (BLACK,) * len(mesh.surface_names),
                    position_gcrs_m=place,
                    rotation_gcrs_from_body=turn,
                    front_values=corner_means(mesh, mesh.front_surface, side_values(flux, 0)),
                    back_values=corner_means(mesh, mesh.back_surface, side_values(flux, 1)),
                    value_label=TITLES[load],
                    value_range=(0.0, top),
                    color_map=color_map,
                )
            )
            items.append(MeshItem(edges, (BLACK,) * 2, position_gcrs_m=place, rotation_gcrs_from_body=turn))
            bars.append(_bar(load, name, top, color_map, aside, height))
    return Scene(
        setting.camera,
        np.array([0.0, 0.0, 1.0]),
        sun=False,
        meshes=tuple(items),
        scalar_bar=tuple(bars),
        ambient=(0.02, 0.02, 0.02),
        background=(0.0016, 0.0019, 0.0026),
    )


def _unit_m(mesh: SurfaceMesh) -> float:
    """Metres in one height of the picture: on both sides the craft is clear of the scales."""
    middle = mesh.bounds_m.mean(axis=0)
    unit = 0.0
    for sunlit in (True, False):
        right, up, _ = _turn(mesh.bounds_m, sunlit) @ (mesh.vertices_m - middle).T
        unit = max(unit, float(np.ptp(right)) / LONG, float(up.max()) / ABOVE)
        for _ in range(4):  # the larger the unit, the more of the craft stands over the scale
            unit = max(unit, float(-up[right >= BAR_FROM * unit].min(initial=0.0)) / BELOW)
    return unit


def _turn(bounds_m: FloatArray, sunlit: bool) -> FloatArray:
    """Body axes in the picture: the long side across, the side asked for to the eye.

    The sunlit side is seen a little from above, the other from below: what stands out behind a craft rises
    over it on either side, and leaves the room beneath to the scale.
    """
    long = int(np.argmax(np.ptp(bounds_m, axis=0)[:2]))
    out = np.array([0.0, 0.0, 1.0 if sunlit else -1.0])
    right = np.eye(3)[long]
    up = np.cross(out, right)
    flat = np.stack([right, up, out])  # rows: where the picture's axes lie in the body
    (a, b), (c, s) = np.array(TILT_RAD) * (1.0 if sunlit else -1.0), (np.cos, np.sin)
    about_y = np.array([[c(a), 0.0, s(a)], [0.0, 1.0, 0.0], [-s(a), 0.0, c(a)]])
    about_x = np.array([[1.0, 0.0, 0.0], [0.0, c(b), -s(b)], [0.0, s(b), c(b)]])
    return np.asarray(about_x @ about_y @ flat)


def _bar(load: str, side: str, top: float, color_map: str, aside: float, height: float) -> ScalarBar:
    """Under its craft; places count from the upper left of a picture of 16:9."""
    place = (0.5 + (aside + 0.09) * 9.0 / 16.0, 0.5 - height + 0.083)
    ticks = (0.0, 0.5 * top, top)
    return ScalarBar(f"{TITLES[load]}, {side}, W/m²", (0.0, top), color_map, ticks, "bottom", "", place, 0.20)


def _captions(design: Design, where: Stage, flux: Flux) -> tuple[Caption, ...]:
    moment = moment_text(where.at_utc)
    span = f"mean of one orbit from {moment}" if flux.steps > 1 else moment
    error = float(np.percentile(flux.standard_error_w_m2, 95))
    below = (
        f"{_law(design)}  ·  {span}  ·  standard error of the total under "
        f"{max(error, 0.01):.2g} W/m² on 95 % of faces"
    )
    return _words(design, below)


def _law(design: Design) -> str:
    return design.attitude.law.replace("_", " ")


def _words(design: Design, below: str) -> tuple[Caption, ...]:
    return (
        Caption(f"{title_of(design)}: what each load brings", "top_left", 0.030),
        Caption(below, "top_left", 0.0185, (0.0, 0.046), color=theme.TEXT_QUIET),
    )
