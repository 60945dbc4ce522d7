"""`panel_module`: one solar module with its electronics on the back -> `Craft`."""

from __future__ import annotations

import numpy as np

from geometry.craft.craft import Craft
from geometry.craft.equipment import equipped_module, module_structure
from geometry.craft.layout import clearance_m
from geometry.craft.modules import electronics, module_parts
from geometry.craft.parameters import Detail, PanelModule
from geometry.mesh.primitives import Surface
from geometry.mesh.surface_mesh import concatenate


def build_panel_module(parameters: PanelModule, name: str, detail: Detail) -> Craft:
    """Mesh, masses and cells of a module that flies alone; see `build_craft`."""
    module, array = parameters.module, parameters.solar_array
    half = 0.5 * np.array([module.length_x_m, module.width_y_m, 0.0])
    gap = clearance_m(2.0 * float(half.max()))
    placed = electronics(module.compute, -half, half, gap)
    meshes = equipped_module(
        -half,
        half,
        Surface("module.front", array.front),
        Surface("module.back", array.back),
        placed,
        prefix="module.",
        detail=detail,
    )
    if detail == "rich":
        meshes += module_structure(-half, half, placed, gap)
    parts = module_parts("module", module, array, -half[None], half[None])
    return Craft(name, concatenate(meshes), parts, ("module.front",), array.cells)
