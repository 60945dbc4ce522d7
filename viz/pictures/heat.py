"""Absorbed flux in colour: the sunlit and the shaded side of the craft, each on its own scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geometry.craft import build_craft
from geometry.design import Design
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.orbit import orbit_states, orbit_times
from geometry.radiation import LOADS, FaceLoads, face_loads
from geometry.validation import FloatArray, check_choice, check_in_range
from viz import theme
from viz.outlines import outlines
from viz.refinement import corner_means, refined
from viz.scales import round_above
from viz.scene import Caption, Label, Material, MeshItem, ScalarBar, Scene
from viz.staging import Stage, stage
from viz.titles import title_of

DESCRIPTION = "absorbed solar, albedo and infrared flux on the mesh, both sides, W/m2"

SUNLIT_MAP, SHADED_MAP = "inferno", "viridis"
TITLES = {
    "total": "Absorbed flux",
    "solar": "Absorbed sunlight",
    "albedo": "Absorbed albedo",
    "earth_infrared": "Absorbed Earth infrared",
}
STEPS = 36
TOP_SHARE = 0.995  # of the area shown that a scale covers: hot corners do not rule it
BLACK = Material((0.004, 0.004, 0.005), 0.0, 0.9)


@dataclass(frozen=True, eq=False)
class Flux:
    """Absorbed flux (2, F), W/m2, of the front and back of each face, its standard errors, and what it is."""

    mesh: SurfaceMesh
    absorbed_w_m2: FloatArray
    standard_error_w_m2: FloatArray
    rays: int
    steps: int


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
    return _composed(design, where, flux, load)


def absorbed_flux(design: Design, where: Stage, load: str, steps: int, rays_per_face: int) -> Flux:
    """The flux on the analysis mesh, cut finer near its middle, mean over `steps` times of one orbit."""
    return absorbed_fluxes(design, where, steps, rays_per_face)[load]


def absorbed_fluxes(design: Design, where: Stage, steps: int, rays_per_face: int) -> dict[str, Flux]:
    """The flux of each of `TITLES`, from the same rays."""
    check_in_range(steps, 1, 10_000, name="steps")
    mesh = _cut(build_craft(design).mesh)
    times = np.array([where.at_utc]) if steps == 1 else orbit_times(design, where.at_utc, steps)
    states = orbit_states(design, times, satellites=(where.satellite,))
    loads = face_loads(
        mesh, states, design.environment, rays_per_face=rays_per_face, seed=design.radiation.seed
    )
    rows = {load: list(range(len(LOADS))) if load == "total" else [LOADS.index(load)] for load in TITLES}
    return {
        load: Flux(mesh, *_summed(loads, own), loads.provenance.rays, steps) for load, own in rows.items()
    }


def _summed(loads: FaceLoads, rows: list[int]) -> tuple[FloatArray, FloatArray]:
    """Sum over loads; their errors add up in the worst case, since they share their rays."""
    return (
        loads.absorbed_mean_w_m2[:, rows].sum(axis=1),
        loads.mean_standard_error_w_m2[:, rows].sum(axis=1),
    )


def _cut(mesh: SurfaceMesh) -> SurfaceMesh:
    """Fine where parts stand close together, coarser out on the wings."""
    extent = mesh.extent_m
    body = np.abs(mesh.centroids_m[np.abs(mesh.normals[:, 2]) < 0.9])
    reach = body.max(axis=0) if len(body) else np.zeros(3)

    def longest_m(centroids_m: FloatArray) -> FloatArray:
        away = np.linalg.norm(np.maximum(np.abs(centroids_m) - reach, 0.0), axis=1)
        return np.clip(0.10 * away, 0.0045 * extent, 0.02 * extent)

    return refined(mesh, longest_m)


# ------------------------------------------------------------------ the picture


def _composed(design: Design, where: Stage, flux: Flux, load: str) -> Scene:
    """Both copies, their scales and words."""
    mesh, size = flux.mesh, flux.mesh.extent_m
    picture = _picture_axes(where, mesh)
    right, up, towards = picture.T
    aside, above = np.radians(21.0), np.radians(25.0)
    eye = np.cos(above) * (np.cos(aside) * towards - np.sin(aside) * right) + np.sin(above) * up
    away = 1.19 + 2.0 * max(_chord_m(mesh) / size - 0.1, 0.0)  # broad craft need more room
    camera = where.camera(away * size * eye, -0.012 * size * right - 0.068 * size * up, up, 0.60)
    gap = 0.085 * size + 0.5 * _chord_m(mesh)
    turn = where.rotation_gcrs_from_stage
    half_turn = 2.0 * np.outer(right, right) - np.eye(3)
    items, bars, labels = [], [], []
    for name, shift, rotation, color_map, place in (
        ("sunlit side", gap, half_turn, SUNLIT_MAP, (0.158, 0.815)),
        ("shaded side", -gap, np.eye(3), SHADED_MAP, (0.158, 0.915)),
    ):
        top = scale_top(flux, sunlit=name == "sunlit side")
        item = MeshItem(
            mesh,
            (BLACK,) * len(mesh.surface_names),
            position_gcrs_m=where.position_gcrs_m + turn @ (shift * up),
            rotation_gcrs_from_body=turn @ rotation @ turn.T @ where.rotation_gcrs_from_body,
            front_values=corner_means(mesh, mesh.front_surface, side_values(flux, 0)),
            back_values=corner_means(mesh, mesh.back_surface, side_values(flux, 1)),
            value_label=TITLES[load],
            value_range=(0.0, top),
            color_map=color_map,
        )
        edges = outlines(build_craft(design).mesh, 0.0007 * size, 0.0006 * size)
        items += [item, _drawn(item, edges)]
        title = f"{TITLES[load]}, {name}, W/m²"
        corner = turn @ (shift * up + _corner_m(mesh, where, picture)) + where.position_gcrs_m
        labels.append(Label(name, tuple(corner), (0.010, -0.040), 0.024, theme.TEXT))
        bars.append(ScalarBar(title, (0.0, top), color_map, (), "bottom", "", place, 0.26))
    return Scene(
        camera,
        where.sun_direction_gcrs,
        earth=where.earth,
        stars=True,
        meshes=tuple(items),
        captions=_captions(design, where, flux),
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
    )


def _picture_axes(where: Stage, mesh: SurfaceMesh) -> FloatArray:
    """Columns right, up, towards the eye in stage axes: the craft's long side lies across the picture."""
    stage_from_body = where.rotation_gcrs_from_stage.T @ where.rotation_gcrs_from_body
    spans = np.ptp(mesh.bounds_m, axis=0)[:2]
    long = stage_from_body[:, int(np.argmax(spans))]
    long = -long if long @ [0.3, 1.0, 0.0] > 0.0 else long  # the Earth to the right, where it can be
    towards = np.array([0.0, 0.0, -1.0])
    return np.stack([long, np.cross(towards, long), towards], axis=1)


def _corner_m(mesh: SurfaceMesh, where: Stage, picture: FloatArray) -> FloatArray:
    """The upper left corner of the array as it lies in the picture, stage axes, m."""
    stage_from_body = where.rotation_gcrs_from_stage.T @ where.rotation_gcrs_from_body
    lying = mesh.vertices_m[np.abs(mesh.vertices_m[:, 2]) < 1e-3 * mesh.extent_m] @ stage_from_body.T
    across, height = lying @ picture[:, 0], lying @ picture[:, 1]
    return across.min() * picture[:, 0] + height.max() * picture[:, 1]


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
