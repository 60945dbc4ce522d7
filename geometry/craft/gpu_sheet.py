"""`gpu_sheet`: a field of modules on one small bus behind its middle -> `Craft`.

The field is one sheet.  In rich detail some modules, in a block about a chosen place, carry their
electronics in relief; the rest would be finer than a pixel.
"""

from __future__ import annotations

import numpy as np

from geometry.craft.bus import bus_parts, light_bus
from geometry.craft.craft import Craft
from geometry.craft.equipment import equipped_module
from geometry.craft.layout import BusLayout, bus_layout, clearance_m
from geometry.craft.modules import electronics, module_parts
from geometry.craft.parameters import Detail, GpuSheet
from geometry.craft.rich_bus import rich_bus
from geometry.mesh.primitives import Surface, rectangle, repeated, welded
from geometry.mesh.surface_mesh import SurfaceMesh, concatenate
from geometry.validation import FloatArray, check_finite, check_in_range

STANDOFF_M = 0.30

Chosen = tuple[slice, slice]
"""Columns and rows of the modules in relief."""


def build_gpu_sheet(
    parameters: GpuSheet,
    name: str,
    detail: Detail,
    *,
    relief_modules: int = 24,
    relief_center_m: tuple[float, float] = (0.0, 0.0),
) -> Craft:
    """Mesh, masses and cells of the sheet; see `build_craft`.

    Parameters
    ----------
    parameters : GpuSheet
    name : str
    detail : {"light", "rich"}
    relief_modules : int
        About how many modules show their electronics in rich detail.
    relief_center_m : tuple of 2 float
        Where on the sheet, body x and y, m.
    """
    check_in_range(relief_modules, 0, 1_000_000, name="relief_modules")
    check_finite(relief_center_m, name="relief_center_m")
    array = parameters.solar_array
    layout = sheet_layout(parameters, detail)
    lows, highs = sheet_corners_m(parameters)
    chosen = (slice(0), slice(0))
    if detail == "rich" and relief_modules:
        chosen = _relief_block(parameters, lows, highs, relief_modules, relief_center_m)
    bus = rich_bus if detail == "rich" and layout.room_for_detail else light_bus
    meshes = [
        *_field(parameters, lows, highs, chosen),
        *_relief(parameters, lows, highs, chosen),
        *bus(parameters.bus, layout),
    ]
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


def sheet_layout(parameters: GpuSheet, detail: Detail = "light") -> BusLayout:
    """Where the bus and its parts stand.

    In rich detail the gaps between parts are those of a craft a fifth as long: the parts are near the
    middle, where single precision is fine enough for a picture, if not for the analysis.
    """
    lows, highs = sheet_corners_m(parameters)
    span = float((highs.max(axis=0) - lows.min(axis=0)).max())
    return bus_layout(
        parameters.bus,
        top_m=-max(STANDOFF_M, 4.0 * clearance_m(span)),
        wing_sides=(),
        root_gap_m=0.0,
        gpu_side="-y",
        span_m=0.2 * span if detail == "rich" else span,
    )


def _relief_block(
    parameters: GpuSheet, lows_m: FloatArray, highs_m: FloatArray, count: int, center_m: tuple[float, float]
) -> Chosen:
    """Columns and rows of about `count` modules, as square in metres as they come, about a place."""
    size = (highs_m[0] - lows_m[0])[:2]
    limits = np.array([parameters.columns_x, parameters.rows_y])
    columns = int(np.clip(round(np.sqrt(count * size[1] / size[0])), 1, limits[0]))
    wanted = np.array([columns, np.clip(round(count / columns), 1, limits[1])])
    pitch = size + parameters.solar_array.module_gap_m
    first = np.round((np.array(center_m) - lows_m[0, :2]) / pitch - 0.5 * wanted)
    first = np.clip(first, 0, limits - wanted).astype(int)
    last = first + wanted.astype(int)
    return slice(first[0], last[0]), slice(first[1], last[1])


def _field(
    parameters: GpuSheet, lows_m: FloatArray, highs_m: FloatArray, chosen: Chosen
) -> list[SurfaceMesh]:
    """All modules but those in relief: a few rectangles where modules touch, else one for each."""
    front, back = _sheet_surfaces(parameters)
    grid = (parameters.columns_x, parameters.rows_y, 3)
    if parameters.solar_array.module_gap_m > 0.0:
        plain = np.ones(grid[:2], bool)
        plain[chosen] = False
        offsets = (lows_m - lows_m[0])[plain.ravel()]
        one = rectangle(lows_m[0], highs_m[0], "+z", front, back)
        return [welded(repeated(one, offsets))] if len(offsets) else []
    (x0, y0, z), (x1, y1, _) = lows_m.min(axis=0), highs_m.max(axis=0)
    inner = lows_m.reshape(grid)[chosen].reshape(-1, 3)
    if not len(inner):
        return [rectangle((x0, y0, z), (x1, y1, z), "+z", front, back)]
    (a0, b0, _), (a1, b1, _) = inner.min(axis=0), highs_m.reshape(grid)[chosen].reshape(-1, 3).max(axis=0)
    around = ((x0, y0, x1, b0), (x0, b1, x1, y1), (x0, b0, a0, b1), (a1, b0, x1, b1))
    least = 1e-6 * parameters.module.length_x_m
    return [
        rectangle((u0, v0, z), (u1, v1, z), "+z", front, back)
        for u0, v0, u1, v1 in around
        if u1 - u0 > least and v1 - v0 > least
    ]


def _relief(
    parameters: GpuSheet, lows_m: FloatArray, highs_m: FloatArray, chosen: Chosen
) -> list[SurfaceMesh]:
    """The chosen modules with their electronics, copies of one."""
    grid = (parameters.columns_x, parameters.rows_y, 3)
    places = lows_m.reshape(grid)[chosen].reshape(-1, 3)
    if not len(places):
        return []
    front, back = _sheet_surfaces(parameters)
    low, high = places[0], highs_m.reshape(grid)[chosen].reshape(-1, 3)[0]
    placed = electronics(parameters.module.compute, low, high, 0.0)
    one = equipped_module(low, high, front, back, placed, prefix="sheet.", detail="light")
    return [repeated(mesh, places - low) for mesh in one]


def _sheet_surfaces(parameters: GpuSheet) -> tuple[Surface, Surface]:
    array = parameters.solar_array
    return Surface("sheet.front", array.front), Surface("sheet.back", array.back)
