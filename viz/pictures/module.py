"""One module, near: the electronics behind it, its cells, and the layers of its sheet apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from geometry.craft import build_craft
from geometry.craft.craft import Craft
from geometry.craft.parameters import Detail, GpuSheet, Layer, MeshCraft, Module, PanelModule, SolarSlice
from geometry.design import Design
from geometry.mesh.optics import OpticalProperties
from geometry.mesh.primitives import Block, Surface, box
from geometry.mesh.surface_mesh import SurfaceMesh, concatenate
from geometry.validation import FloatArray
from viz import theme
from viz.bakes import baked, with_bake
from viz.camera import WHOLE, Camera
from viz.coatings import coating_material
from viz.refinement import part_of
from viz.scene import Caption, Label, Material, MeshItem, Scene, triple
from viz.staging import Stage, craft_materials, stage, with_patterns, with_shades
from viz.titles import area_text, title_of
from viz.unwrapping import cell_size_m
from viz.walk import passed, shares, shown, turned

DESCRIPTION = "one module close up: its electronics, its cells and the layers of its sheet"

LATITUDE_DEG = 28.0
DISTANCE = 1.70  # of the camera, in lengths of the module
VIEW_ANGLE_RAD = 0.62
LAYER_SCALE = 150.0  # thickness as drawn over true, at most
FRAME_M = 0.06  # of a frame beyond the sheet of its module
BROADEST = 0.49  # width over length of a module that fills the picture
MOST_LAYERS = 8  # at the full distance
GOING, OPENING, NAMING = (0.05, 0.50), (0.34, 0.66), (0.68, 0.78)
"""Shares of a film at which the camera goes, the layers come apart, words come."""
SWING_RAD, FARTHER = -0.50, 1.28  # of its camera, and how much farther off it begins
TOUCH = 0.02  # between the layers of a closed stack, over their distance in the open one
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
    held = _Held(design, at_utc, detail)
    drawn = held.drawn([held.shaded(thing, [held.camera]) for thing in held.things])
    return replace(drawn, labels=held.labels, captions=held.captions) if captions else drawn


def prepared(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    detail: Detail = "rich",
    captions: bool = True,
) -> dict[str, FloatArray]:
    """What takes long and serves all frames of the film: the shadows."""
    return _Held(design, at_utc, detail).shadows()


def film(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    frames: int = 600,
    detail: Detail = "rich",
    captions: bool = True,
    prepared: Mapping[str, FloatArray] | None = None,
) -> Callable[[int], Scene]:
    """The camera swings to where the still stands, the layers come apart, and the words come.

    Parameters
    ----------
    design, at_utc, detail, captions
        As `scene` takes them.
    frames : int
    prepared : mapping, optional
        What the function `prepared` gave for the same design and options; else it is worked out here.

    Returns
    -------
    callable
        Frame number, 0 to `frames` - 1 -> Scene.

    Raises
    ------
    ValueError
        A craft without modules.

    Notes
    -----
    The layers keep the light that they have apart.
    """
    share = shares(frames)
    held = _Held(design, at_utc, detail)
    shadows = held.shadows() if prepared is None else prepared
    still = held.drawn([with_bake(t.item, shadows, f"{k}.") for k, t in enumerate(held.things)])
    still = replace(still, captions=held.captions if captions else ())

    def frame(number: int) -> Scene:
        gone, opened, named = (passed(share(number), *span) for span in (GOING, OPENING, NAMING))
        return replace(
            still,
            camera=held.on_the_way(gone),
            meshes=held.opened(still.meshes, opened),
            labels=shown(held.labels, named) if captions else (),
        )

    return frame


@dataclass(frozen=True, eq=False)
class _Thing:
    """Something held before the camera: how fine its shadows are, how large its pattern."""

    item: MeshItem
    lengths_m: dict[str, float]
    cell_m: tuple[float, float]


class _Held:
    """The copies of a module and the stack of its layers, before the camera of the still."""

    def __init__(self, design: Design, at_utc: np.datetime64 | None, detail: Detail) -> None:
        count = _count(_modular(design))
        module = _modular(design).module
        one = design if isinstance(design.craft, SolarSlice) else _alone(design)
        self.where = where = stage(design, at_utc, latitude_deg=LATITUDE_DEG)
        size = build_craft(_alone(design)).mesh.extent_m
        size *= max(1.0, module.width_y_m / module.length_x_m / BROADEST)
        eye = DISTANCE * size * np.array([-0.80, 0.24, 0.55])
        camera = replace(where.camera(eye, (0.0, 0.0, 0.0), (0.0, 1.0, 0.0), VIEW_ANGLE_RAD), narrow=WHOLE)
        self.camera, self.layers, self.size_m = camera, module.layers, size
        place = np.array([-0.15 if module.layers else -0.10, 0.06, 0.0])
        back = _module(one, where, camera, size, place, (-0.22, 0.36, 0.91), detail, behind=True)
        far = np.array([0.63, 0.36, -0.75])
        front = _module(one, where, camera, size, far, (-0.42, 0.10, 0.90), detail, behind=False)
        self.things = [back, front]
        labels = [*_part_labels(module, camera, back.item), _cell_label(module, camera, front.item)]
        if module.layers:
            stack, places = _stack(module.layers, where, camera, size)
            self.things.append(stack)
            labels += _layer_labels(module, places)
        self.labels = tuple(labels)
        self.captions = _captions(design, count, size)

    def on_the_way(self, share: float) -> Camera:
        """The camera at a share of its way to where the still stands."""
        end, middle = self.camera, self.where.position_gcrs_m
        camera = turned(end, middle, end.rotation_camera_from_gcrs[1], (1.0 - share) * SWING_RAD)
        away = FARTHER ** (1.0 - share) * (camera.position_gcrs_m - middle)
        return replace(camera, position_gcrs_m=middle + away)

    def shaded(self, thing: _Thing, cameras: list[Camera]) -> MeshItem:
        """In its light, as fine as it is seen."""
        return with_shades(thing.item, self.where.sky(), cameras, **thing.lengths_m)

    def shadows(self) -> dict[str, FloatArray]:
        """Light on all of them, as seen on the way."""
        cameras = [self.on_the_way(share) for share in (0.0, 0.5, 1.0)]
        found: dict[str, FloatArray] = {}
        for k, thing in enumerate(self.things):
            found |= baked(self.shaded(thing, cameras), f"{k}.")
        return found

    def drawn(self, items: list[MeshItem]) -> Scene:
        """Without words."""
        laid = tuple(with_patterns(item, t.cell_m) for item, t in zip(items, self.things, strict=True))
        return replace(self.where.sky(), camera=self.camera, meshes=laid, exposure=0.9)

    def opened(self, items: tuple[MeshItem, ...], share: float) -> tuple[MeshItem, ...]:
        """The items with the stack open by a share; its layers lie on each other at 0."""
        if share == 1.0 or not self.layers:
            return items
        stack, gap = items[-1], _gap_m(self.layers, self.size_m)
        thick = _drawn_thickness_m(self.layers, self.size_m)
        count = len(thick)
        apart = 0.5 * gap * (count - 1) - gap * np.arange(count)  # upper sides
        closed = 0.5 * thick.sum() - np.concatenate([[0.0], np.cumsum(thick[:-1] + TOUCH * gap)])
        height = stack.mesh.vertices_m[:, 2]
        layer = np.floor((apart[0] - height) / gap + 1e-6).astype(int).clip(0, count - 1)
        vertices = stack.mesh.vertices_m.copy()
        vertices[:, 2] += (1.0 - share) * (closed - apart)[layer]
        return (*items[:-1], replace(stack, mesh=replace(stack.mesh, vertices_m=vertices)))


def _alone(design: Design) -> Design:
    """The design as that of one of its modules."""
    craft = _modular(design)
    return replace(design, craft=PanelModule(craft.module, craft.solar_array))


def _count(craft: SolarSlice | PanelModule | GpuSheet) -> int:
    """How many modules a craft has."""
    if isinstance(craft, SolarSlice):
        return craft.solar_array.wings * craft.solar_array.modules_per_wing
    return craft.columns_x * craft.rows_y if isinstance(craft, GpuSheet) else 1


def _modular(design: Design) -> SolarSlice | PanelModule | GpuSheet:
    """The craft of a design; refuses one without modules."""
    craft = design.craft
    if isinstance(craft, MeshCraft) or not _count(craft):
        raise ValueError(
            f"module needs a craft with solar modules, and {design.name!r} (type "
            f"{design.document.craft.type}) has none; every preset has, such as panel_module and gpu_sheet"
        )
    return craft


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
) -> _Thing:
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
    return _Thing(item, {"finest_m": 0.005, "finest_rad": 0.001}, cell_size_m(design.craft))


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


def _drawn_thickness_m(layers: tuple[Layer, ...], size_m: float) -> FloatArray:
    """Of each layer as drawn, m."""
    scale = _thickness_scale(layers, size_m)
    return np.maximum(scale * np.array([layer.thickness_m for layer in layers]), 1e-4)


def _layer_material(layer: Layer) -> Material:
    return next((m for word, m in LAYERS.items() if word in layer.name), PLAIN)


def _stack(
    layers: tuple[Layer, ...], where: Stage, camera: Camera, size_m: float
) -> tuple[_Thing, FloatArray]:
    """Plates of all layers, front uppermost, and the places (layers, 3) of their right corners, GCRS."""
    side, gap = PLATE * size_m, _gap_m(layers, size_m)
    plates, corners = [], []
    for k, (layer, thick) in enumerate(zip(layers, _drawn_thickness_m(layers, size_m), strict=True)):
        top = 0.5 * gap * (len(layers) - 1) - k * gap
        block = Block((-0.5 * side, -0.5 * side, top - thick), (0.5 * side, 0.5 * side, top))
        plates.append(box(block, Surface(layer.name, OpticalProperties(0.5, 0.5, coating=layer.name))))
        corners.append((0.5 * side, -0.5 * side, top - 0.5 * thick))
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
    thing = _Thing(item, {"finest_m": 0.008, "finest_rad": 0.0016}, (side / 4.0, side / 4.0))
    return thing, position + np.array(corners) @ (rotation @ about).T


# ------------------------------------------------------------------ words


def _part_labels(module: Module, camera: Camera, item: MeshItem) -> list[Label]:
    """Names of the parts that are there, each led to one of its pieces."""
    labels = []
    compute = module.compute
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
        labels.append(Label(words, triple(place), offset, 0.022, theme.TEXT, True))
    return labels


def _cell_label(module: Module, camera: Camera, item: MeshItem) -> Label:
    """How many cells, at the upper corner of the front."""
    corners = item.position_gcrs_m + item.mesh.vertices_m @ item.rotation_gcrs_from_body.T
    place = corners[np.argmax(corners @ camera.rotation_camera_from_gcrs[:2].T @ np.array([-0.3, 1.0]))]
    silicon = any("silicon_cell" in layer.name for layer in module.layers)
    words = f"{module.cell_columns} × {module.cell_rows} {'silicon' if silicon else 'solar'} cells in front"
    return Label(words, triple(place), (0.16, -0.085), 0.022, theme.TEXT, False)


def _layer_labels(module: Module, places: FloatArray) -> list[Label]:
    return [
        Label(
            f"{layer.name.replace('_', ' ')}  {1e6 * layer.thickness_m:.0f} µm",
            triple(place),
            (0.030, 0.0),
            0.020,
            theme.TEXT,
            True,
        )
        for layer, place in zip(module.layers, places, strict=True)
    ]


def _captions(design: Design, count: int, size_m: float) -> tuple[Caption, ...]:
    module = _modular(design).module
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
