"""The sheet of modules without limit, edge to the Earth's, with a person and a present design for scale."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from geometry.craft import build_craft
from geometry.craft.craft import Craft
from geometry.design import Design, load_design
from geometry.mesh.surface_mesh import SurfaceMesh, concatenate
from geometry.validation import FloatArray
from viz import theme
from viz.camera import WHOLE, Camera
from viz.coatings import material_of
from viz.refinement import refined
from viz.scale_figure import scale_figure
from viz.scene import Caption, Dimension, Label, MeshItem, Scene
from viz.staging import Stage, craft_item, craft_materials, stage, with_patterns, with_shades
from viz.titles import title_of
from viz.unwrapping import cell_size_m

DESCRIPTION = "the sheet of modules at full size, a person and the solar slice beside it for scale"

PERSON_M = 1.75
LATITUDE_DEG = 30.0


def scene(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    satellite: int | None = None,
    captions: bool = True,
) -> Scene:
    """The craft from over its sunlit corner, along its length, towards the limb.

    Parameters
    ----------
    design : Design
        Any craft; made for `gpu_sheet`.
    at_utc : datetime64, optional
        Default the design's epoch.
    satellite : int, optional
        Its number; default the one near 30 degrees north on its way up.
    captions : bool
        Words and dimension lines.
    """
    where = stage(design, at_utc, satellite=satellite, latitude_deg=LATITUDE_DEG)
    craft = build_craft(design)
    table = _table_axes(where, craft.mesh)
    long_m, short_m = _spans_m(where, craft.mesh, table)
    corner = np.array([-0.5 * long_m, -0.5 * short_m, 0.0])
    person = corner + np.array([0.010 * long_m, 0.075 * short_m, 0.9])
    eye = corner + np.array([-0.044 * long_m, -0.47 * short_m, 0.050 * long_m])
    aim = np.array([-0.310 * long_m, 0.10 * short_m, 0.0])
    camera = where.camera(table @ eye, table @ aim, table[:, 2], 0.88, (0.13, 0.0))
    camera = replace(camera, narrow=WHOLE)
    items = [_sheet_and_person(design, craft, where, camera, table, person)]
    other = load_design("solar_slice")
    beside = np.array([-0.275 * long_m, -0.5 * short_m - 40.0, 0.0])
    items.append(_neighbour(other, where, table, beside))
    words = _words(where, table, (long_m, short_m), person, other, beside) if captions else {}
    title = _captions(design, craft, (long_m, short_m)) if captions else ()
    return replace(where.sky(), camera=camera, meshes=tuple(items), exposure=1.25, captions=title, **words)


def _table_axes(where: Stage, mesh: SurfaceMesh) -> FloatArray:
    """Columns along the craft (Earthwards where it can be), across it, and out of its cells; stage axes."""
    stage_from_body = where.rotation_gcrs_from_stage.T @ where.rotation_gcrs_from_body
    long = stage_from_body[:, int(np.argmax(np.ptp(mesh.bounds_m, axis=0)[:2]))]
    long = -long if long @ [0.3, 1.0, 0.0] > 0.0 else long
    out = np.array([0.0, 0.0, 1.0])
    return np.stack([long, np.cross(out, long), out], axis=1)


def _spans_m(where: Stage, mesh: SurfaceMesh, table: FloatArray) -> tuple[float, float]:
    stage_from_body = where.rotation_gcrs_from_stage.T @ where.rotation_gcrs_from_body
    spans = np.ptp(mesh.vertices_m[np.unique(mesh.faces)] @ stage_from_body.T @ table, axis=0)
    return float(spans[0]), float(spans[1])


def _sheet_and_person(
    design: Design, craft: Craft, where: Stage, camera: Camera, table: FloatArray, person: FloatArray
) -> MeshItem:
    """Both as one mesh, so that one throws its shadow on the other."""
    stage_from_body = where.rotation_gcrs_from_stage.T @ where.rotation_gcrs_from_body
    # looks back at the camera, head to the Sun
    stand = table @ np.array([[-0.94, 0.34, 0.0], [-0.34, -0.94, 0.0], [0.0, 0.0, 1.0]])
    figure = scale_figure(PERSON_M).transformed(stage_from_body.T @ stand, stage_from_body.T @ table @ person)
    place = stage_from_body.T @ table @ person

    def longest_m(centroids_m: FloatArray) -> FloatArray:
        return np.clip(0.25 * np.linalg.norm(centroids_m - place, axis=1), 0.12, 80.0)

    mesh = concatenate([refined(craft.mesh, longest_m), figure])
    materials = craft_materials(design, craft) + tuple(material_of(o) for o in figure.optics)
    item = MeshItem(
        mesh,
        materials,
        position_gcrs_m=where.position_gcrs_m,
        rotation_gcrs_from_body=where.rotation_gcrs_from_body,
    )
    shaded = with_shades(item, where.sky(), camera, coarsest_m=1e3, finest_m=0.05)
    return with_patterns(shaded, cell_size_m(design.craft))


def _neighbour(design: Design, where: Stage, table: FloatArray, center: FloatArray) -> MeshItem:
    """Another design's craft in formation, m from the middle."""
    turn = where.rotation_gcrs_from_stage
    moved = replace(where, position_gcrs_m=where.position_gcrs_m + turn @ table @ center)
    return craft_item(design, moved, "light", shaded=False)[1]


def _words(
    where: Stage,
    table: FloatArray,
    spans_m: tuple[float, float],
    person: FloatArray,
    other: Design,
    beside: FloatArray,
) -> dict[str, tuple[Dimension, ...] | tuple[Label, ...]]:
    """Dimension lines and names."""

    def place(*table_m: float) -> tuple[float, float, float]:
        x, y, z = where.position_gcrs_m + where.rotation_gcrs_from_stage @ table @ np.array(table_m)
        return (float(x), float(y), float(z))

    long, short = 0.5 * spans_m[0], 0.5 * spans_m[1]
    out = 0.012 * spans_m[0]
    slice_m = float(np.ptp(build_craft(other).mesh.bounds_m, axis=0).max())
    half = 0.5 * slice_m
    return {
        "dimensions": (
            Dimension(
                f"{spans_m[0]:,.0f} m",
                place(-long, -short - out, 0.0),
                place(long, -short - out, 0.0),
                (0.0, 0.0),
                (0.05, 0.03),
                0.030,
            ),
            Dimension(
                f"{spans_m[1]:,.0f} m",
                place(-long - 0.4 * out, -short, 0.0),
                place(-long - 0.4 * out, short, 0.0),
                (0.0, 0.0),
                (-0.05, 0.022),
                0.030,
            ),
        ),
        "labels": (
            Label(
                f"person, {PERSON_M:.2f} m",
                place(*(person + np.array([0.0, 0.0, 1.2]))),
                (-0.10, -0.09),
                0.022,
                theme.TEXT,
                True,
            ),
            Label(
                f"{title_of(other)}, {slice_m:.0f} m",
                place(beside[0] + half, beside[1], beside[2]),
                (-0.03, 0.09),
                0.022,
                theme.TEXT,
                True,
            ),
        ),
    }


def _captions(design: Design, craft: Craft, spans_m: tuple[float, float]) -> tuple[Caption, ...]:
    cells = sum(craft.mesh.surface_areas_m2[craft.mesh.surface_index(n)] for n in craft.cell_surfaces)
    below = f"{cells:,.0f} m² of cells  ·  {1e-3 * craft.mass_kg:,.0f} t"
    return (
        Caption(title_of(design), "top_left", 0.030),
        Caption(below, "top_left", 0.0195, (0.0, 0.045), color=theme.TEXT),
    )
