"""A solar module's electronics on its back, and its masses layer by layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geometry.craft.craft import Part
from geometry.craft.layout import even_places
from geometry.craft.masses import boxes_part, existing
from geometry.craft.parameters import Module, ModuleCompute, SolarArray
from geometry.mesh.primitives import Block, block_at
from geometry.validation import FloatArray

STRIP_SHARE = 0.10
"""Share of a module's length, at its -X end, that host, converters and radio take."""
CHIP_WIDTH_M, CHIP_HEIGHT_M = 0.016, 0.002
PACKAGE_WIDTH_M, PACKAGE_HEIGHT_M = 0.14, 0.025
SPREADER_WIDTH_M, SPREADER_HEIGHT_M = 0.72, 0.006
EXACT_PLACES = 200_000
"""Above so many chips their mass is taken as spread evenly over the modules."""


@dataclass(frozen=True)
class Electronics:
    """Blocks on the back (-Z) of one module; a GPU stands on its spreader, the rest on the sheet."""

    spreaders: tuple[Block, ...] = ()
    gpus: tuple[Block, ...] = ()
    chips: tuple[Block, ...] = ()
    host: tuple[Block, ...] = ()
    converters: tuple[Block, ...] = ()
    radio: tuple[Block, ...] = ()


def electronics(compute: ModuleCompute, low_m: FloatArray, high_m: FloatArray, least_m: float) -> Electronics:
    """What stands on the back of the module between two corners, each (3,), m.

    `least_m` (m) is the least height of a part that single precision can tell from the sheet.
    """
    length, width = (high_m - low_m)[:2]
    strip = low_m[0] + STRIP_SHARE * length
    z = float(low_m[2])
    field_low = np.array([strip, low_m[1]])
    chips: tuple[Block, ...] = ()
    spreaders: list[Block] = []
    gpus: list[Block] = []
    if compute.chips:
        places, pitch = even_places(compute.chips, field_low, high_m)
        side = min(CHIP_WIDTH_M, 0.5 * float(pitch.min()))
        chips = tuple(_standing(places, z, side, max(CHIP_HEIGHT_M, least_m)))
    if compute.gpus:
        places, pitch = even_places(compute.gpus, field_low, high_m)
        plate = min(SPREADER_WIDTH_M, 0.6 * float(pitch.min()))
        thick = max(SPREADER_HEIGHT_M, least_m)
        spreaders = _standing(places, z, plate, thick)
        gpus = _standing(places, z - thick, min(PACKAGE_WIDTH_M, 0.3 * plate), max(PACKAGE_HEIGHT_M, least_m))
    middle = low_m[0] + 0.5 * STRIP_SHARE * length
    wide = 0.6 * STRIP_SHARE * length

    def in_strip(share: float, long_m: float, height_m: float) -> Block:
        size = (wide, min(long_m, 0.16 * width), max(height_m, least_m))
        return block_at("-z", (middle, low_m[1] + share * width, z), size)

    return Electronics(
        tuple(spreaders),
        tuple(gpus),
        chips,
        host=(in_strip(0.5, 0.5, 0.06),),
        converters=(in_strip(0.3, 0.3, 0.04), in_strip(0.7, 0.3, 0.04)),
        radio=(in_strip(0.9, 0.3, 0.015),),
    )


def _standing(places: FloatArray, z_m: float, side_m: float, height_m: float) -> list[Block]:
    return [block_at("-z", (x, y, z_m), (side_m, side_m, height_m)) for x, y in places]


def module_parts(
    name: str, module: Module, array: SolarArray, lows_m: FloatArray, highs_m: FloatArray
) -> tuple[Part, ...]:
    """Masses of N equal modules between their corners (N, 3), m: one part per layer and kind.

    A module without layers weighs `array.areal_mass_kg_m2` and what stands on it nothing.
    """
    area = module.area_m2 * len(lows_m)
    centers, size = 0.5 * (lows_m + highs_m), highs_m[0] - lows_m[0]
    if not module.layers:
        return existing(boxes_part(name, array.areal_mass_kg_m2 * area, centers, size))
    compute = module.compute
    parts = [
        boxes_part(f"{name}.{layer.name}", layer.thickness_m * layer.density_kg_m3 * area, centers, size)
        for layer in module.layers
    ]
    parts += [
        boxes_part(f"{name}.converters", compute.converters_areal_mass_kg_m2 * area, centers, size),
        boxes_part(f"{name}.booms", compute.booms_areal_mass_kg_m2 * area, centers, size),
        _chips_part(name, compute, area, lows_m, highs_m),
    ]
    return existing(*parts)


def _chips_part(
    name: str, compute: ModuleCompute, area_m2: float, lows_m: FloatArray, highs_m: FloatArray
) -> Part:
    """GPUs or small chips where they stand."""
    kind = "gpus" if compute.gpus else "chips"
    mass = compute.chips_areal_mass_kg_m2 * area_m2
    count = compute.gpus or compute.chips
    if not 0 < count * len(lows_m) <= EXACT_PLACES:
        return boxes_part(f"{name}.{kind}", mass, 0.5 * (lows_m + highs_m), highs_m[0] - lows_m[0])
    placed = electronics(compute, lows_m[0], highs_m[0], 0.0)
    blocks = placed.gpus or placed.chips
    centers = np.array([b.center_m for b in blocks])[None] + (lows_m - lows_m[0])[:, None]
    return boxes_part(f"{name}.{kind}", mass, centers.reshape(-1, 3), blocks[0].size_m)
