"""`solar_slice`: bus, wings, Earth shield and deployable radiators -> `Craft`.

Cells lie in the plane z = 0, the bus behind it; wing_1 is at the positive end of its axis, modules are
numbered from the root.  The shield and the radiators are sheets: where a radiator between the ends of
the bus is longer than the way to the shield, it passes through a slit in the shield.
"""

from __future__ import annotations

from math import cos, sin

import numpy as np

from geometry.craft.bus import bus_parts, light_bus
from geometry.craft.craft import Craft, Part
from geometry.craft.layout import BusLayout, bus_layout, module_corners_m, module_size_m, wing_sides
from geometry.craft.masses import box_part, existing
from geometry.craft.modules import module_parts
from geometry.craft.parameters import Detail, EarthShield, Radiator, SolarSlice
from geometry.craft.rich_bus import rich_bus
from geometry.craft.rich_sheets import radiator_structure, shield_structure
from geometry.craft.rich_wing import wing_structure
from geometry.mesh.primitives import Surface, rectangle, rectangles
from geometry.mesh.surface_mesh import SurfaceMesh, concatenate
from geometry.validation import FloatArray

HINGE_SHARE = 0.02
"""Gap between the bus and a deployable radiator, as a share of the radiator's depth."""


def build_solar_slice(parameters: SolarSlice, name: str, detail: Detail) -> Craft:
    """Mesh, masses and cells of a sun slice; see `build_craft`."""
    layout = slice_layout(parameters)
    rich = detail == "rich"
    meshes = [
        *(rich_bus if rich and layout.room_for_detail else light_bus)(parameters.bus, layout),
        *_wings(parameters),
        *_shield(parameters, layout, rich),
        *_radiators(parameters),
        *(_structures(parameters, layout) if rich else ()),
    ]
    cells = tuple(
        f"{module}.front"
        for wing in range(1, parameters.solar_array.wings + 1)
        for module in module_names(wing, parameters.solar_array.modules_per_wing)
    )
    return Craft(name, concatenate(meshes), _parts(parameters, layout), cells, parameters.solar_array.cells)


def module_names(wing: int, modules: int) -> list[str]:
    """`wing_1.module_01`, ... from the root outwards."""
    return [f"wing_{wing}.module_{k:02d}" for k in range(1, modules + 1)]


def slice_layout(parameters: SolarSlice) -> BusLayout:
    """Where everything on the bus stands."""
    array = parameters.solar_array
    return bus_layout(
        parameters.bus,
        top_m=0.0,
        wing_sides=wing_sides(array),
        root_gap_m=array.root_gap_m,
        gpu_side="+y" if parameters.earth_shield.side_y < 0 else "-y",
        span_m=span_m(parameters),
    )


def span_m(parameters: SolarSlice) -> float:
    """Longest side of the craft, m, to a few per cent."""
    array, bus = parameters.solar_array, parameters.bus
    size = module_size_m(parameters.module, array)
    axis = "xy".index(array.wing_axis)
    wing = array.root_gap_m + array.modules_per_wing * (size[axis] + array.module_gap_m)
    body = (bus.length_x_m, bus.width_y_m)[axis]
    behind = max(
        parameters.earth_shield.depth_m if parameters.earth_shield.side_y else 0.0,
        max(parameters.radiator.depth_z_m, parameters.radiator.length_y_m)
        if parameters.radiator.wings
        else 0.0,
    )
    return max(body + array.wings * wing, bus.length_x_m, bus.width_y_m, max(size), bus.height_z_m + behind)


def wing_corners_m(parameters: SolarSlice) -> list[tuple[FloatArray, FloatArray]]:
    """Lowest and highest corners of the modules of each wing."""
    array, bus = parameters.solar_array, parameters.bus
    root = 0.5 * (bus.length_x_m if array.wing_axis == "x" else bus.width_y_m)
    return [module_corners_m(array, parameters.module, side, root) for side in wing_sides(array)]


def _wings(parameters: SolarSlice) -> list[SurfaceMesh]:
    array = parameters.solar_array
    meshes = []
    for wing, (lows, highs) in enumerate(wing_corners_m(parameters), start=1):
        names = module_names(wing, array.modules_per_wing)
        fronts = [Surface(f"{module}.front", array.front) for module in names]
        backs = [Surface(f"{module}.back", array.back) for module in names]
        meshes.append(rectangles(lows, highs, "+z", fronts, backs))
    return meshes


def shield_frame(
    shield: EarthShield, bus_width_m: float, bus_height_m: float
) -> tuple[FloatArray, FloatArray]:
    """Rotation and translation of a wall that hangs from the origin along -Z, its outer side along +Y."""
    turn = 0.0 if shield.side_y > 0 else np.pi
    about_z = np.array([[cos(turn), -sin(turn), 0.0], [sin(turn), cos(turn), 0.0], [0.0, 0.0, 1.0]]).round()
    c, s = cos(shield.cant_rad), sin(shield.cant_rad)
    about_x = np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])
    return about_z @ about_x, np.array([0.0, shield.side_y * 0.5 * bus_width_m, -bus_height_m])


def shield_width_m(parameters: SolarSlice) -> float:
    """Width of the shield along X, m."""
    width = parameters.earth_shield.width_m
    return parameters.bus.length_x_m if width is None else width


def _shield(parameters: SolarSlice, layout: BusLayout, rich: bool) -> list[SurfaceMesh]:
    shield = parameters.earth_shield
    if not shield.side_y:
        return []
    half = 0.5 * shield_width_m(parameters)
    outer, inner = (Surface(f"earth_shield.{side}", shield.outer) for side in ("outer", "inner"))
    wall = rectangle((-half, 0.0, -shield.depth_m), (half, 0.0, 0.0), "+y", outer, inner)
    frame = shield_structure(half, shield.depth_m, shield.cant_rad, layout.gap_m) if rich else []
    place = shield_frame(shield, parameters.bus.width_y_m, parameters.bus.height_z_m)
    return [mesh.transformed(*place) for mesh in (wall, *frame)]


def radiator_corners_m(parameters: SolarSlice) -> list[tuple[FloatArray, FloatArray]]:
    """Lowest and highest corner of each deployable radiator; the first at the leading end."""
    radiator, bus = parameters.radiator, parameters.bus
    half = 0.5 * bus.length_x_m
    places = np.linspace(half, -half, radiator.wings) if radiator.wings > 1 else np.zeros(radiator.wings)
    top = -bus.height_z_m - hinge_gap_m(radiator)
    low = np.array([0.0, -0.5 * radiator.length_y_m, top - radiator.depth_z_m])
    high = np.array([0.0, 0.5 * radiator.length_y_m, top])
    ends = np.column_stack([places, np.zeros((len(places), 2))])
    return [(low + end, high + end) for end in ends]


def hinge_gap_m(radiator: Radiator) -> float:
    """Distance of the radiators' upper edge from the bus, m."""
    return HINGE_SHARE * radiator.depth_z_m


def _radiators(parameters: SolarSlice) -> list[SurfaceMesh]:
    optics = parameters.radiator.optics
    return [
        rectangle(
            low, high, "+x", Surface(f"radiator_{k}.front", optics), Surface(f"radiator_{k}.back", optics)
        )
        for k, (low, high) in enumerate(radiator_corners_m(parameters), start=1)
    ]


def _structures(parameters: SolarSlice, layout: BusLayout) -> list[SurfaceMesh]:
    """What carries the wings and the radiators."""
    meshes = []
    sides = wing_sides(parameters.solar_array)
    for wing, (side, corners) in enumerate(zip(sides, wing_corners_m(parameters), strict=True), start=1):
        meshes += wing_structure(wing, side, *corners, layout)
    for k, (low, high) in enumerate(radiator_corners_m(parameters), start=1):
        meshes += radiator_structure(k, low, high, -parameters.bus.height_z_m, layout.gap_m)
    return meshes


def _parts(parameters: SolarSlice, layout: BusLayout) -> tuple[Part, ...]:
    array, shield, radiator = parameters.solar_array, parameters.earth_shield, parameters.radiator
    parts = list(bus_parts(parameters.bus, layout, array.boom_mass_kg))
    for wing, (lows, highs) in enumerate(wing_corners_m(parameters), start=1):
        names = module_names(wing, array.modules_per_wing)
        for module, low, high in zip(names, lows, highs, strict=True):
            parts += module_parts(module, parameters.module, array, low[None], high[None])
    if shield.side_y:
        half = 0.5 * shield_width_m(parameters)
        turn, foot = shield_frame(shield, parameters.bus.width_y_m, parameters.bus.height_z_m)
        mass = shield.areal_mass_kg_m2 * 2.0 * half * shield.depth_m
        foot = turn.T @ foot
        low, high = np.array([-half, 0.0, -shield.depth_m]), np.array([half, 0.0, 0.0])
        parts.append(box_part("earth_shield", mass, low + foot, high + foot, turn))
    mass = radiator.areal_mass_kg_m2 * radiator.length_y_m * radiator.depth_z_m
    parts += [
        box_part(f"radiator_{k}", mass, low, high)
        for k, (low, high) in enumerate(radiator_corners_m(parameters), start=1)
    ]
    return existing(*parts)
