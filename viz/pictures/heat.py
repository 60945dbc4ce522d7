"""Absorbed flux in colour: the sunlit and the shaded side of the craft, each on its own scale."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from geometry.craft import build_craft
from geometry.design import Design
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.orbit import orbit_states
from geometry.validation import FloatArray, check_choice
from viz import theme
from viz.framing import corners_of, framed
from viz.outlines import outlines
from viz.pictures._flux import TITLES, Flux, FluxAround, absorbed_flux, cut_mesh, fluxes_around
from viz.refinement import corner_means
from viz.scales import round_above
from viz.scene import Caption, Label, Material, MeshItem, ScalarBar, Scene
from viz.staging import Stage, stage, stages_around
from viz.times import film_start, moment_text, time_or_epoch
from viz.titles import title_of

DESCRIPTION = "absorbed solar, albedo and infrared flux on the mesh, both sides, W/m2"

SUNLIT_MAP, SHADED_MAP = "inferno", "viridis"
STEPS = 36
TOP_SHARE = 0.995  # of the area shown that a scale covers: hot corners do not rule it
GAP = 0.06  # between the copies, over the size of the craft
ROOM = (-0.80, -0.42, 0.80, 0.255)  # over the scales
BLACK = Material((0.004, 0.004, 0.005), 0.0, 0.9)


def scene(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    load: str = "total",
    mean: bool = True,
    rays_per_face: int = 2048,
) -> Scene:
    """Two views of one craft over the Earth that warms it, in true attitude; the picture is turned a quarter.

    Parameters
    ----------
    design : Design
    at_utc : datetime64, optional
        Default the design's epoch.
    load : {"total", "solar", "albedo", "earth_infrared"}
    mean : bool
        Mean over one orbit from that time on; else that moment.
    rays_per_face : int
    """
    check_choice(load, TITLES, name="load")
    where = stage(design, at_utc, satellite=0)
    flux = absorbed_flux(design, where, load, STEPS if mean else 1, rays_per_face)
    shown = _composed(where, flux, load, _setting(design, where, flux))
    return replace(shown, captions=_captions(design, where, flux))


def prepared(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    load: str = "total",
    rays_per_face: int = 1024,
) -> dict[str, FloatArray]:
    """What takes long and serves all frames of the film: the loads around one orbit, worked out once."""
    check_choice(load, TITLES, name="load")
    return fluxes_around(design, time_or_epoch(design, at_utc), load, rays_per_face)


def film(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    frames: int = 600,
    load: str = "total",
    rays_per_face: int = 1024,
    prepared: Mapping[str, FloatArray] | None = None,
) -> Callable[[int], Scene]:
    """One orbit of the flux on both sides; the scales stand for all of it.

    Parameters
    ----------
    design : Design
    at_utc : datetime64, optional
        Of the first frame; default the design's epoch.
    frames : int
        Of one nodal period; the last frame lies one step before the first of the next.
    load : {"total", "solar", "albedo", "earth_infrared"}
    rays_per_face : int
    prepared : mapping, optional
        What the function `prepared` gave for the same design and options; else it is worked out here.

    Returns
    -------
    callable
        Frame number, 0 to `frames` - 1 -> Scene.
    """
    check_choice(load, TITLES, name="load")
    start = film_start(design, at_utc, frames)
    fields = fluxes_around(design, start, load, rays_per_face) if prepared is None else prepared
    around = FluxAround.of(fields)
    mesh = cut_mesh(design)
    peak = Flux(mesh, around.most_w_m2, np.zeros_like(around.most_w_m2), rays_per_face, 1)
    moment = stages_around(design, start, float(around.times_s[-1]), frames)
    setting = _setting(design, moment(0)[1], peak)

    def frame(number: int) -> Scene:
        elapsed_s, where = moment(number)
        flux = replace(peak, absorbed_w_m2=around.at(elapsed_s, where.sunlit_fraction))
        shown = _composed(where, flux, load, setting)
        return replace(shown, captions=_film_captions(design, where, around, elapsed_s))

    return frame


# ------------------------------------------------------------------ the picture


@dataclass(frozen=True, eq=False)
class _Setting:
    """What stays through a film: ends of the scales, outlines, which way the craft lies."""

    tops_w_m2: tuple[float, float]
    edges: SurfaceMesh
    flipped: bool


def _setting(design: Design, where: Stage, flux: Flux) -> _Setting:
    size = flux.mesh.extent_m
    edges = outlines(build_craft(design).mesh, 0.0007 * size, 0.0006 * size)
    tops = scale_top(flux, sunlit=True), scale_top(flux, sunlit=False)
    # the Earth to the right, where it can be
    return _Setting(tops, edges, bool(_long_side(where, flux.mesh) @ [0.3, 1.0, 0.0] > 0.0))


def _composed(where: Stage, flux: Flux, load: str, setting: _Setting) -> Scene:
    """Both copies and their scales."""
    mesh, size = flux.mesh, flux.mesh.extent_m
    picture = _picture_axes(where, mesh, setting.flipped)
    right, up, towards = picture.T
    aside, above = np.radians(21.0), np.radians(25.0)
    eye = np.cos(above) * (np.cos(aside) * towards - np.sin(aside) * right) + np.sin(above) * up
    gap = GAP * size + 0.5 * _chord_m(mesh) + 0.5 * np.sin(above) * float(np.ptp(mesh.bounds_m[:, 2]))
    stage_from_body = where.rotation_gcrs_from_stage.T @ where.rotation_gcrs_from_body
    middle = stage_from_body @ mesh.bounds_m.mean(axis=0)
    turn = where.rotation_gcrs_from_stage
    half_turn = 2.0 * np.outer(right, right) - np.eye(3)
    items, bars, labels, places = [], [], [], []
    for name, shift, rotation, color_map, place, top in (
        ("sunlit side", gap, half_turn, SUNLIT_MAP, (0.158, 0.815), setting.tops_w_m2[0]),
        ("shaded side", -gap, np.eye(3), SHADED_MAP, (0.158, 0.915), setting.tops_w_m2[1]),
    ):
        item = MeshItem(
            mesh,
            (BLACK,) * len(mesh.surface_names),
            position_gcrs_m=where.position_gcrs_m + turn @ (shift * up - rotation @ middle),
            rotation_gcrs_from_body=turn @ rotation @ turn.T @ where.rotation_gcrs_from_body,
            front_values=corner_means(mesh, mesh.front_surface, side_values(flux, 0)),
            back_values=corner_means(mesh, mesh.back_surface, side_values(flux, 1)),
            value_label=TITLES[load],
            value_range=(0.0, top),
            color_map=color_map,
            lit=False,
        )
        items.append(item)
        items.append(_drawn(item, setting.edges))
        title = f"{TITLES[load]}, {name}, W/m²"
        corner = (
            turn @ (shift * up + _corner_m(mesh, rotation @ stage_from_body, picture)) + where.position_gcrs_m
        )
        held = corners_of(setting.edges) @ item.rotation_gcrs_from_body.T + item.position_gcrs_m
        places.append(held)
        labels.append(Label(name, tuple(corner), (0.010, -0.040), 0.024, theme.TEXT))
        bars.append(ScalarBar(title, (0.0, top), color_map, (), "bottom", "", place, 0.26))
    camera = framed(where.camera(eye, (0.0, 0.0, 0.0), up, 0.60), np.concatenate(places), ROOM)
    return Scene(
        camera,
        where.sun_direction_gcrs,
        earth=where.earth,
        stars=True,
        meshes=tuple(items),
        labels=tuple(labels),
        scalar_bar=tuple(bars),
    )


def _drawn(item: MeshItem, edges: SurfaceMesh) -> MeshItem:
    """Outlines where an item stands."""
    return MeshItem(
        edges,
        (BLACK,) * len(edges.surface_names),
        position_gcrs_m=item.position_gcrs_m,
        rotation_gcrs_from_body=item.rotation_gcrs_from_body,
        lit=False,
    )


def _long_side(where: Stage, mesh: SurfaceMesh) -> FloatArray:
    """Body axis along the longer side of the array, in stage axes."""
    stage_from_body = where.rotation_gcrs_from_stage.T @ where.rotation_gcrs_from_body
    return np.asarray(stage_from_body[:, int(np.argmax(np.ptp(mesh.bounds_m, axis=0)[:2]))])


def _picture_axes(where: Stage, mesh: SurfaceMesh, flipped: bool) -> FloatArray:
    """Columns right, up, towards the eye in stage axes: the craft's long side lies across the picture."""
    long = -_long_side(where, mesh) if flipped else _long_side(where, mesh)
    towards = np.array([0.0, 0.0, -1.0])
    return np.stack([long, np.cross(towards, long), towards], axis=1)


def _corner_m(mesh: SurfaceMesh, stage_from_body: FloatArray, picture: FloatArray) -> FloatArray:
    """The upper left corner of the array as it lies in the picture, from the middle, stage axes, m."""
    level = mesh.areas_m2 * (np.abs(mesh.normals[:, 2]) > 0.9)  # the array lies where most area does
    heights = np.round(mesh.centroids_m[:, 2] / mesh.extent_m, 3)
    known, index = np.unique(heights, return_inverse=True)
    chosen = known[np.argmax(np.bincount(index.reshape(-1), level))] * mesh.extent_m
    flat = mesh.vertices_m[np.unique(mesh.faces)]
    flat = flat[np.abs(flat[:, 2] - chosen) < 2e-3 * mesh.extent_m] if level.any() else flat
    lying = (flat - mesh.bounds_m.mean(axis=0)) @ stage_from_body.T @ picture
    return np.asarray(picture @ [lying[:, 0].min(), lying[:, 1].max(), lying[:, 2].mean()])


def _chord_m(mesh: SurfaceMesh) -> float:
    """The shorter side of the array, m."""
    return float(np.sort(np.ptp(mesh.bounds_m, axis=0)[:2])[0])


def side_values(flux: Flux, side: int) -> FloatArray:
    """Values of one side, NaN where it belongs to no surface."""
    surface = (flux.mesh.front_surface, flux.mesh.back_surface)[side]
    return np.where(surface >= 0, flux.absorbed_w_m2[side], np.nan)


def scale_top(flux: Flux, sunlit: bool) -> float:
    """End of the scale for what one view shows."""
    mesh = flux.mesh
    facing = mesh.normals[:, 2] * (1.0 if sunlit else -1.0)
    values, areas = [], []
    for side, sign, surface in ((0, 1.0, mesh.front_surface), (1, -1.0, mesh.back_surface)):
        shown = (sign * facing > -0.2) & (surface >= 0)
        values.append(flux.absorbed_w_m2[side][shown])
        areas.append(mesh.areas_m2[shown])
    value, area = np.concatenate(values), np.concatenate(areas)
    order = np.argsort(value)
    share = np.cumsum(area[order]) / area.sum()
    return round_above(max(float(value[order][np.searchsorted(share, TOP_SHARE)]), 1e-3))


def orbit_words(design: Design, where: Stage, elapsed_s: float, period_s: float) -> str:
    """Where a film of one orbit is: its time, its minute, beta, and what it has of the Sun."""
    times = np.array([where.at_utc])
    beta = np.degrees(orbit_states(design, times, satellites=(where.satellite,)).beta_rad[0, 0])
    seen = where.sunlit_fraction
    light = (
        "in full sunlight"
        if seen == 1.0
        else "in umbra"
        if seen == 0.0
        else f"{100.0 * seen:.0f} % of the Sun"
    )
    turn = f"minute {elapsed_s / 60.0:.0f} of {period_s / 60.0:.0f}"
    return f"{moment_text(where.at_utc)}  ·  {turn}  ·  beta {beta:+.1f}°  ·  {light}"


def _captions(design: Design, where: Stage, flux: Flux) -> tuple[Caption, ...]:
    moment = str(np.datetime_as_string(where.at_utc, unit="m")).replace("T", "  ") + " UTC"
    span = f"mean of one orbit from {moment}" if flux.steps > 1 else moment
    error = float(np.percentile(flux.standard_error_w_m2, 95))
    law = design.attitude.law.replace("_", " ")
    below = f"{span}  ·  {law}  ·  standard error under {max(error, 0.01):.2g} W/m² on 95 % of faces"
    return (
        Caption(title_of(design), "bottom_right", 0.030, (0.0, -0.040)),
        Caption(below, "bottom_right", 0.0195, color=theme.TEXT),
    )


def _film_captions(design: Design, where: Stage, around: FluxAround, elapsed_s: float) -> tuple[Caption, ...]:
    error = max(around.standard_error_w_m2, 0.01)
    law = design.attitude.law.replace("_", " ")
    below = (
        f"{orbit_words(design, where, elapsed_s, float(around.times_s[-1]))}\n"
        f"{law}  ·  standard error under {error:.2g} W/m² on 95 % of faces"
    )
    return (
        Caption(title_of(design), "bottom_right", 0.030, (0.0, -0.068)),
        Caption(below, "bottom_right", 0.0195, color=theme.TEXT),
    )
