"""`gpu_sheet`: a field of modules on one small bus behind its middle -> `Craft`."""

from __future__ import annotations

import numpy as np

from geometry.craft.bus import bus_parts, light_bus
from geometry.craft.craft import Craft
from geometry.craft.layout import BusLayout, bus_layout, clearance_m
from geometry.craft.modules import module_parts
from geometry.craft.parameters import Detail, GpuSheet
from geometry.mesh.primitives import Surface, rectangle, repeated, welded
from geometry.mesh.surface_mesh import SurfaceMesh, concatenate
from geometry.validation import FloatArray

STANDOFF_M = 0.30


def build_gpu_sheet(parameters: GpuSheet, name: str, detail: Detail) -> Craft:
    """Mesh, masses and cells of the sheet; see `build_craft`."""
    array = parameters.solar_array
    layout = sheet_layout(parameters)
    lows, highs = sheet_corners_m(parameters)
    meshes = [*_field(parameters, lows, highs), *light_bus(parameters.bus, layout)]
    parts = (
        *module_parts("sheet", parameters.module, array, lows, highs),
        *bus_parts(parameters.bus, layout, array.boom_mass_kg),
    )
    return Craft(name, concatenate(meshes), parts, ("sheet.front",), array.cells)


def sheet_corners_m(parameters: GpuSheet) -> tuple[FloatArray, FloatArray]:
    """Lowest and highest corners of all modules, column by column, each (N, 3), m."""
    module, gap = parameters.module, parameters.solar_array.module_gap_m
    size = np.array([module.length_x_m, module.width_y_m])
    counts = np.array([parameters.columns_x, parameters.rows_y])
    places = np.stack(np.meshgrid(*(np.arange(n) for n in counts), indexing="ij"), axis=-1).reshape(-1, 2)
    low = np.zeros((len(places), 3))
    low[:, :2] = places * (size + gap) - 0.5 * (counts * size + (counts - 1) * gap)
    high = low.copy()
    high[:, :2] += size
    return low, high


def sheet_layout(parameters: GpuSheet) -> BusLayout:
    """Where the bus and its parts stand."""
    lows, highs = sheet_corners_m(parameters)
    span = float((highs.max(axis=0) - lows.min(axis=0)).max())
    return bus_layout(
        parameters.bus,
        top_m=-max(STANDOFF_M, 4.0 * clearance_m(span)),
        wing_sides=(),
        root_gap_m=0.0,
        gpu_side="-y",
        span_m=span,
    )


def _field(parameters: GpuSheet, lows_m: FloatArray, highs_m: FloatArray) -> list[SurfaceMesh]:
    """One rectangle where the modules touch, else one for each."""
    array = parameters.solar_array
    front, back = Surface("sheet.front", array.front), Surface("sheet.back", array.back)
    if array.module_gap_m == 0.0:
        return [rectangle(lows_m.min(axis=0), highs_m.max(axis=0), "+z", front, back)]
    one = rectangle(lows_m[0], highs_m[0], "+z", front, back)
    return [welded(repeated(one, lows_m - lows_m[0]))]
