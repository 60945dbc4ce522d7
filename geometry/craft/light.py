"""Light meshes of all craft: the fewest triangles that keep every area of the analysis."""

from __future__ import annotations

import numpy as np

from geometry.craft.craft import Craft
from geometry.craft.parameters import GpuSheet, PanelModule, SolarSlice
from geometry.mesh.plates import BOX_SIDES, box_sides, rectangle
from geometry.mesh.surface_mesh import concatenate


def light_solar_slice(name: str, p: SolarSlice) -> Craft:
    lx, ly, h = p.bus.length_x_m / 2, p.bus.width_y_m / 2, p.bus.height_z_m
    coats = {s: (f"bus.side_{s}", p.bus.sides) for s in BOX_SIDES[:4]}
    coats |= {"pz": ("bus.front", p.bus.front), "mz": ("bus.radiator", p.bus.radiator)}
    meshes = box_sides([-lx, -ly, -h], [lx, ly, 0], coats)
    m, array = p.module, p.solar_array
    cells = []
    axis = "xy".index(array.wing_axis)
    run, chord = (m.width_y_m, m.length_x_m)
    for wing in range(1, array.wings + 1):
        sign = 1 if wing == 1 else -1
        for k in range(array.modules_per_wing):
            start = (lx if axis == 0 else ly) + array.root_gap_m + k * (run + array.module_gap_m)
            low = np.zeros(3)
            low[axis] = start if sign > 0 else -start - run
            low[1 - axis] = -chord / 2
            a, b = np.zeros(3), np.zeros(3)
            a[0], b[1] = (run, chord) if axis == 0 else (chord, run)
            base = f"wing_{wing}.module_{k + 1:02d}"
            cells.append(f"{base}.front")
            meshes.append(rectangle(low, a, b, (f"{base}.front", array.front), (f"{base}.back", array.back)))
    shield = p.earth_shield
    if shield.side_y:
        w = (shield.width_m or p.bus.length_x_m) / 2
        down = shield.depth_m * np.array(
            [0, shield.side_y * np.sin(shield.cant_rad), -np.cos(shield.cant_rad)]
        )
        corner, a = np.array([-w, shield.side_y * ly, -h]), np.array([2 * w, 0, 0])
        if shield.side_y < 0:
            corner, a = corner + a, -a
        # normal of the front: a x down has the sign of side_y along Y
        meshes.append(
            rectangle(
                corner, a, down, ("earth_shield.outer", shield.outer), ("earth_shield.inner", shield.outer)
            )
        )
    r = p.radiator
    for k, x in enumerate(np.linspace(lx, -lx, r.wings) if r.wings > 1 else [0.0] * r.wings):
        corner = np.array([x, -r.length_y_m / 2, -h - 0.2 - r.depth_z_m])
        meshes.append(
            rectangle(
                corner,
                [0, r.length_y_m, 0],
                [0, 0, r.depth_z_m],
                (f"radiator_{k + 1}.front", r.optics),
                (f"radiator_{k + 1}.back", r.optics),
            )
        )
    return Craft(name, concatenate(meshes), cell_surfaces=tuple(cells), cells=array.cells)


def light_panel_module(name: str, p: PanelModule) -> Craft:
    x, y = p.module.length_x_m, p.module.width_y_m
    mesh = rectangle(
        [-x / 2, -y / 2, 0],
        [x, 0, 0],
        [0, y, 0],
        ("module.front", p.solar_array.front),
        ("module.back", p.solar_array.back),
    )
    return Craft(name, mesh, cell_surfaces=("module.front",), cells=p.solar_array.cells)


def light_gpu_sheet(name: str, p: GpuSheet) -> Craft:
    x, y = p.columns_x * p.module.length_x_m, p.rows_y * p.module.width_y_m
    mesh = rectangle(
        [-x / 2, -y / 2, 0],
        [x, 0, 0],
        [0, y, 0],
        ("sheet.front", p.solar_array.front),
        ("sheet.back", p.solar_array.back),
    )
    return Craft(name, mesh, cell_surfaces=("sheet.front",), cells=p.solar_array.cells)
