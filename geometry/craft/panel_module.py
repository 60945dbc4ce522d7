"""`panel_module`: one solar module with its electronics on the back -> `Craft`."""

from __future__ import annotations

import numpy as np

from geometry.craft.craft import Craft
from geometry.craft.layout import clearance_m
from geometry.craft.modules import Electronics, electronics, module_parts
from geometry.craft.parameters import Detail, PanelModule
from geometry.mesh.optics import COATINGS
from geometry.mesh.primitives import Surface, box, rectangle
from geometry.mesh.surface_mesh import SurfaceMesh, concatenate
from geometry.validation import FloatArray


def build_panel_module(parameters: PanelModule, name: str, detail: Detail) -> Craft:
    """Mesh, masses and cells of a module that flies alone; see `build_craft`."""
    module, array = parameters.module, parameters.solar_array
    half = 0.5 * np.array([module.length_x_m, module.width_y_m, 0.0])
    placed = electronics(module.compute, -half, half, clearance_m(2.0 * float(half.max())))
    meshes = equipped_module(
        -half,
        half,
        Surface("module.front", array.front),
        Surface("module.back", array.back),
        placed,
        prefix="module.",
        flat_chips=detail == "light",
    )
    parts = module_parts("module", module, array, -half[None], half[None])
    return Craft(name, concatenate(meshes), parts, ("module.front",), array.cells)


def equipped_module(
    low_m: FloatArray,
    high_m: FloatArray,
    front: Surface,
    back: Surface,
    placed: Electronics,
    *,
    prefix: str,
    flat_chips: bool,
) -> list[SurfaceMesh]:
    """The sheet of one module with what stands on its back.

    `flat_chips` draws small chips as patches of the sheet, without their height.
    """
    spreader = Surface(f"{prefix}spreaders", COATINGS["graphite"])
    gpu = Surface(f"{prefix}gpus", COATINGS["gpu_lid"])
    chip = Surface(f"{prefix}chips", COATINGS["gpu_lid"])
    boxes = [
        (Surface("host_electronics", COATINGS["black_paint"]), placed.host),
        (Surface("converters", COATINGS["aluminium"]), placed.converters),
        (Surface("local_radio", COATINGS["white_paint"]), placed.radio),
        *([] if flat_chips else [(chip, placed.chips)]),
    ]
    standing = [*placed.spreaders, *(block for _, blocks in boxes for block in blocks)]
    patches = [(block, chip) for block in placed.chips] if flat_chips else []
    meshes = [rectangle(low_m, high_m, "+z", front, back, on_back=standing, patches=patches)]
    for block, lid in zip(placed.spreaders, placed.gpus, strict=True):
        meshes.append(box(block, spreader, without=["+z"], mounted={"-z": [lid]}))
        meshes.append(box(lid, gpu, without=["+z"]))
    meshes += [box(block, surface, without=["+z"]) for surface, blocks in boxes for block in blocks]
    return meshes
