"""One module, near: the electronics behind it, its cells, and the layers of its sheet apart."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from geometry.craft import build_craft
from geometry.craft.craft import Craft
from geometry.craft.parameters import Detail, GpuSheet, Layer, PanelModule, SolarSlice
from geometry.design import Design
from geometry.mesh.optics import OpticalProperties
from geometry.mesh.primitives import Block, Surface, box
from geometry.mesh.surface_mesh import SurfaceMesh, concatenate
from geometry.validation import FloatArray
from viz import theme
from viz.camera import WHOLE, Camera
from viz.coatings import coating_material
from viz.refinement import part_of
from viz.scene import Caption, Label, Material, MeshItem, Scene
from viz.staging import Stage, craft_materials, stage, with_patterns, with_shades
from viz.titles import area_text, title_of
from viz.unwrapping import cell_size_m

DESCRIPTION = "one module close up: its electronics, its cells and the layers of its sheet"

LATITUDE_DEG = 28.0
DISTANCE = 1.70  # of the camera, in lengths of the module
VIEW_ANGLE_RAD = 0.62
LAYER_SCALE = 150.0  # thickness as drawn over true, at most
FRAME_M = 0.06  # of a frame beyond the sheet of its module
BROADEST = 0.49  # width over length of a module that fills the picture
MOST_LAYERS = 8  # at the full distance
PLATE, SPACING = 0.155, 0.072  # side and distance of the plates of the stack, in lengths of the module

# parts: the end of their surface's name, what they are called, which of several (picture: right, up), where
# the words stand (heights: right, down)
PARTS: tuple[tuple[str, str, tuple[float, float], tuple[float, float]], ...] = (
    ("gpus", "{gpus} GPUs of {gpu_power:.0f} W", (-0.3, 1.0), (-0.05, -0.155)),
    ("chips", "{chips:,} chips of {chip_power:g} W", (-0.3, 1.0), (-0.05, -0.155)),
    ("spreaders", "graphite heat spreader", (0.0, 1.0), (-0.03, -0.20)),
    ("converters", "voltage converters", (-0.2, 1.0), (-0.075, -0.075)),
    ("host_electronics", "host electronics", (0.0, 0.0), (-0.075, -0.005)),
    ("local_radio", "radio to the bus", (0.0, 0.0), (-0.075, 0.07)),
)
# layers: a word of their name, and what they look like
LAYERS: dict[str, Material] = {
    "glass": Material((0.24, 0.33, 0.36), 0.0, 0.05, 1.0),
    "adhesive": Material((0.50, 0.51, 0.46), 0.0, 0.22, 0.6),
    "cell": coating_material("solar_cell") or Material(),
    "polyimide": Material((0.50, 0.20, 0.03), 0.0, 0.20, 0.7),
    "copper": coating_material("copper") or Material(),
    "graphite": coating_material("graphite") or Material(),
    "coating": Material((0.80, 0.795, 0.775), 0.0, 0.55),
}
PLAIN = Material((0.45, 0.45, 0.47), 0.0, 0.5)


def scene(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    detail: Detail = "rich",
    captions: bool = True,
) -> Scene:
    """The module of a design, held to the light over the dusk Earth: back, front, and a stack of its layers.

    Parameters
    ----------
    design : Design
        Of any type but `mesh`; where it flies in an array, one of its modules is shown.
    at_utc : datetime64, optional
        Default the design's epoch.
    detail : {"light", "rich"}
    captions : bool
        Words and leader lines.

    Raises
    ------
    ValueError
        A craft without modules.
    """
    count = _count(design)
    module = design.craft.module  # type: ignore[union-attr]
    shown = design if isinstance(design.craft, SolarSlice) else _alone(design)
    where = stage(design, at_utc, latitude_deg=LATITUDE_DEG)
    size = build_craft(_alone(design)).mesh.extent_m
    size *= max(1.0, module.width_y_m / module.length_x_m / BROADEST)
    eye = DISTANCE * size * np.array([-0.80, 0.24, 0.55])
    camera = replace(where.camera(eye, (0.0, 0.0, 0.0), (0.0, 1.0, 0.0), VIEW_ANGLE_RAD), narrow=WHOLE)
    place = np.array([-0.15 if module.layers else -0.10, 0.06, 0.0])
    back = _module(shown, where, camera, size, place, (-0.22, 0.36, 0.91), detail, behind=True)
    far = np.array([0.63, 0.36, -0.75])
    front = _module(shown, where, camera, size, far, (-0.42, 0.10, 0.90), detail, behind=False)
    items, labels = [back, front], [*_part_labels(shown, camera, back), _cell_label(shown, camera, front)]
    if module.layers:
        stack, places = _stack(module.layers, where, camera, size)
        items.append(stack)
        labels += _layer_labels(shown, places)
    return replace(
        where.sky(),
        camera=camera,
        meshes=tuple(items),
        exposure=0.9,
        labels=tuple(labels) if captions else (),
        captions=_captions(design, count, size) if captions else (),
    )


def _alone(design: Design) -> Design:
    """The design as that of one of its modules."""
    craft = design.craft
    return replace(design, craft=PanelModule(craft.module, craft.solar_array))  # type: ignore[union-attr]


def _count(design: Design) -> int:
    """How many modules it has; ValueError where it has none."""
    craft, count = design.craft, 0
    if isinstance(craft, PanelModule):
        count = 1
    elif isinstance(craft, GpuSheet):
        count = craft.columns_x * craft.rows_y
    elif isinstance(craft, SolarSlice):
        count = craft.solar_array.wings * craft.solar_array.modules_per_wing
    if not count:
        raise ValueError(
            f"module needs a craft with solar modules, and {design.name!r} (type "
            f"{design.document.craft.type}) has none; every preset has, such as panel_module and gpu_sheet"
        )
    return count


def _held(
    where: Stage, camera: Camera, place: ArrayLike, outward: ArrayLike, axis: int, sign: float, size_m: float
) -> tuple[FloatArray, FloatArray]:
    """Position and rotation (GCRS) of a thing held before the camera.

    `place` is in sizes to the right, up and towards the eye from the middle; body axis `axis` times
    `sign` looks along `outward` there; body X lies to the right as far as it can.
    """
    frame = camera.rotation_camera_from_gcrs.T
    n = np.asarray(outward, dtype=float) / np.linalg.norm(outward)
    x = np.array([1.0, 0.0, 0.0]) - n[0] * n
    x /= np.linalg.norm(x)
    z = sign * n
    columns = np.stack([x, np.cross(z, x), z], axis=1)
    return where.position_gcrs_m + frame @ (np.asarray(place) * size_m), frame @ columns


def _module(
    design: Design,
    where: Stage,
    camera: Camera,
    size_m: float,
    place: ArrayLike,
    outward: ArrayLike,
    detail: Detail,
    *,
    behind: bool,
) -> MeshItem:
    """One copy, its back or its front to the eye."""
    craft = build_craft(design, detail=detail)
    if isinstance(design.craft, SolarSlice):
        craft = replace(craft, mesh=_innermost(craft, design.craft), cell_surfaces=())
    position, rotation = _held(where, camera, place, outward, 2, -1.0 if behind else 1.0, size_m)
    item = MeshItem(
        craft.mesh,
        craft_materials(design, craft),
        position_gcrs_m=position,
        rotation_gcrs_from_body=rotation,
    )
    return with_patterns(
        with_shades(item, where.sky(), camera, finest_m=0.005, finest_rad=0.001), cell_size_m(design.craft)
    )


def _innermost(craft: Craft, parameters: SolarSlice) -> SurfaceMesh:
    """The first module of the first wing and its part of the frame, about its middle, long side along X."""
    mesh = craft.mesh
    names = [n for n in mesh.surface_names if re.fullmatch(r"wing_1\.module_0*1\.(front|back)", n)]
    own = [mesh.surface_index(n) for n in names]
    wing = [*own, *(k for k, n in enumerate(mesh.surface_names) if n == "wing_1.frame")]
    corners = mesh.vertices_m[mesh.faces]
    sheet = corners[np.isin(mesh.front_surface, own)].reshape(-1, 3)
    low, high = sheet.min(axis=0) - FRAME_M, sheet.max(axis=0) + FRAME_M
    inside = ((corners > low) & (corners < high)).all(axis=(1, 2))
    part = part_of(mesh, np.flatnonzero(inside & np.isin(mesh.front_surface, wing)))
    turn = np.eye(3)
    if parameters.solar_array.wing_axis == "x":
        turn = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    return part.transformed(turn, -turn @ (0.5 * (low + high)))


# ------------------------------------------------------------------ the layers


def _gap_m(layers: tuple[Layer, ...], size_m: float) -> float:
    """From one plate of the stack to the next, m."""
    return SPACING * size_m * min(1.0, MOST_LAYERS / len(layers))


def _thickness_scale(layers: tuple[Layer, ...], size_m: float) -> float:
    """Thickness as drawn over true: as large as leaves the plates apart."""
    thickest = max(layer.thickness_m for layer in layers)
    return min(LAYER_SCALE, 0.8 * _gap_m(layers, size_m) / max(thickest, 1e-9))


def _layer_material(layer: Layer) -> Material:
    return next((m for word, m in LAYERS.items() if word in layer.name), PLAIN)


def _stack(
    layers: tuple[Layer, ...], where: Stage, camera: Camera, size_m: float
) -> tuple[MeshItem, FloatArray]:
    """Plates of all layers, front uppermost, and the places (layers, 3) of their right corners, GCRS."""
    side, gap, scale = PLATE * size_m, _gap_m(layers, size_m), _thickness_scale(layers, size_m)
    plates, corners, height = [], [], 0.0
    for k, layer in enumerate(layers):
        thick = max(scale * layer.thickness_m, 1e-4)
        top = 0.5 * gap * (len(layers) - 1) - k * gap
        block = Block((-0.5 * side, -0.5 * side, top - thick), (0.5 * side, 0.5 * side, top))
        plates.append(box(block, Surface(layer.name, OpticalProperties(0.5, 0.5, coating=layer.name))))
        corners.append((0.5 * side, -0.5 * side, top - 0.5 * thick))
        height += gap
    mesh: SurfaceMesh = concatenate(plates)
    position, rotation = _held(where, camera, (0.535, -0.160, 0.10), (0.0, 0.80, 0.60), 2, 1.0, size_m)
    turn = np.radians(-38.0)
    about = np.array([[np.cos(turn), -np.sin(turn), 0.0], [np.sin(turn), np.cos(turn), 0.0], [0.0, 0.0, 1.0]])
    item = MeshItem(
        mesh,
        tuple(_layer_material(layer) for layer in layers),
        position_gcrs_m=position,
        rotation_gcrs_from_body=rotation @ about,
    )
    shaded = with_shades(item, where.sky(), camera, finest_m=0.008, finest_rad=0.0016)
    return with_patterns(shaded, (side / 4.0, side / 4.0)), position + np.array(corners) @ (
        rotation @ about
    ).T


# ------------------------------------------------------------------ words


def _part_labels(design: Design, camera: Camera, item: MeshItem) -> list[Label]:
    """Names of the parts that are there, each led to one of its pieces."""
    labels = []
    compute = design.craft.module.compute  # type: ignore[union-attr]
    for ending, text, prefer, offset in PARTS:
        found = [k for k, n in enumerate(item.mesh.surface_names) if n.split(".")[-1] == ending]
        if not found:
            continue
        faces = np.flatnonzero(np.isin(item.mesh.front_surface, found) & (item.mesh.normals[:, 2] < -0.9))
        if not faces.size:
            continue
        places = item.position_gcrs_m + item.mesh.centroids_m[faces] @ item.rotation_gcrs_from_body.T
        chosen = places @ camera.rotation_camera_from_gcrs[:2].T @ np.array(prefer)
        near = places[chosen > chosen.max() - 0.02 * item.mesh.extent_m]
        place = near[np.argmin(np.linalg.norm(near - near.mean(axis=0), axis=1))]
        words = text.format(
            gpus=compute.gpus,
            gpu_power=compute.gpu_power_w,
            chips=compute.chips,
            chip_power=compute.chip_power_w,
        )
        labels.append(Label(words, tuple(float(c) for c in place), offset, 0.022, theme.TEXT, True))
    return labels


def _cell_label(design: Design, camera: Camera, item: MeshItem) -> Label:
    """How many cells, at the upper corner of the front."""
    module = design.craft.module  # type: ignore[union-attr]
    corners = item.position_gcrs_m + item.mesh.vertices_m @ item.rotation_gcrs_from_body.T
    place = corners[np.argmax(corners @ camera.rotation_camera_from_gcrs[:2].T @ np.array([-0.3, 1.0]))]
    silicon = any("silicon_cell" in layer.name for layer in module.layers)
    words = f"{module.cell_columns} × {module.cell_rows} {'silicon' if silicon else 'solar'} cells in front"
    return Label(words, tuple(float(c) for c in place), (0.16, -0.085), 0.022, theme.TEXT, False)


def _layer_labels(design: Design, places: FloatArray) -> list[Label]:
    layers = design.craft.module.layers  # type: ignore[union-attr]
    return [
        Label(
            f"{layer.name.replace('_', ' ')}  {1e6 * layer.thickness_m:.0f} µm",
            tuple(float(c) for c in place),
            (0.030, 0.0),
            0.020,
            theme.TEXT,
            True,
        )
        for layer, place in zip(layers, places, strict=True)
    ]


def _captions(design: Design, count: int, size_m: float) -> tuple[Caption, ...]:
    module = design.craft.module  # type: ignore[union-attr]
    areal = build_craft(_alone(design)).mass_kg / module.area_m2
    below = (
        f"{module.length_x_m:.2f} × {module.width_y_m:.3f} m  ·  {area_text(module.area_m2)}  ·  "
        f"{areal:.2f} kg/m²"
    )
    if module.layers:
        below += f"  ·  layers drawn {_thickness_scale(module.layers, size_m):.0f} times as thick"
    title = title_of(design) if count == 1 else f"{title_of(design)}, 1 of its {count:,} modules"
    return (
        Caption(title, "bottom_left", 0.030, (0.0, -0.040)),
        Caption(below, "bottom_left", 0.0195, color=theme.TEXT),
    )
