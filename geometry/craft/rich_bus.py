"""The bus for close-ups: single GPU cards, telescopes, thrusters, yokes, blanket seams."""

from __future__ import annotations

from math import ceil

import numpy as np

from geometry.craft.bus import (
    GPUS,
    SPREADERS,
    boom_surface,
    bus_faces,
    light_banks,
    terminal_surface,
    thruster_surface,
)
from geometry.craft.fittings import (
    HOUSING_SHARE,
    cut_across,
    finned,
    foot_block,
    laser_terminal,
    opposite,
    row_of_blocks,
    thruster,
)
from geometry.craft.layout import BusLayout, blade_counts
from geometry.craft.parameters import Bus
from geometry.mesh.optics import COATINGS
from geometry.mesh.primitives import (
    SIDES,
    Block,
    Side,
    Surface,
    box,
    dome_profile,
    repeated,
    revolved,
)
from geometry.mesh.surface_mesh import SurfaceMesh, concatenate
from geometry.validation import FloatArray

MOST_CARDS = 2000
"""More GPUs than these are drawn as blocks: single cards would be finer than a pixel."""
FINS_PER_CARD = 3
SEAM_PITCH_M = 0.8


def rich_bus(bus: Bus, layout: BusLayout) -> list[SurfaceMesh]:
    """All of the bus, its surfaces named as in `light_bus` and some more."""
    mounted: dict[Side, list[Block]] = {side: [] for side in SIDES}
    meshes: list[SurfaceMesh] = []
    for number, (side, boom) in enumerate(layout.booms.items(), start=1):
        housing, _ = cut_across(boom, side, HOUSING_SHARE)
        drive = Surface(f"{boom_surface(number).name}.drive", COATINGS["aluminium"])
        mounted[side].append(housing)
        meshes.append(box(housing, drive, without=[opposite(side)]))
    blocks, parts = _cards(bus, layout) if bus.gpus <= MOST_CARDS else light_banks(layout)
    mounted[layout.gpu_side] += blocks
    meshes += parts
    for k, mount in enumerate(layout.terminals):
        mounted[mount.side].append(foot_block(mount, 0.90))
        meshes += laser_terminal(mount, layout.gap_m, terminal_surface(mount), (-1.0) ** k)
    for mount in layout.thrusters:
        mounted[mount.side].append(foot_block(mount, 0.80))
        meshes += thruster(mount, layout.gap_m, thruster_surface(mount))
    return [
        box(layout.block, None, faces=bus_faces(bus), mounted=mounted),
        *meshes,
        *_seams(layout),
    ]


def _cards(bus: Bus, layout: BusLayout) -> tuple[list[Block], list[SurfaceMesh]]:
    """One finned card per GPU, in rows; card and fins of a bank are copies of the first."""
    blocks: list[Block] = []
    meshes: list[SurfaceMesh] = []
    for bank, count in zip(layout.gpu_banks, blade_counts(bus.gpus, len(layout.gpu_banks)), strict=False):
        corners, size = _card_places(bank, count)
        size[1] = bank.size_m[1]
        lows = np.column_stack([corners[:, 0], np.full(count, bank.low_m[1]), corners[:, 1]])
        first = Block.between(lows[0], lows[0] + size)
        card = concatenate(finned(first, layout.gpu_side, 0.45, FINS_PER_CARD, GPUS, SPREADERS))
        meshes.append(repeated(card, lows - lows[0]))
        blocks += [Block.between(low, low + size) for low in lows]
    return blocks, meshes


def _card_places(bank: Block, count: int) -> tuple[FloatArray, FloatArray]:
    """Lowest corners (count, 2) in x and z of the cards of a bank, and the size (3,) of one, m."""
    length, height = float(bank.size_m[0]), float(bank.size_m[2])
    rows = max(1, min(count, round(np.sqrt(0.5 * count * height / length))))
    columns = ceil(count / rows)
    pitch = np.array([length / columns, height / rows])
    order = np.arange(count)
    places = np.stack([order % columns, order // columns], axis=1)
    share = np.array([0.74, 0.86])
    corner = np.array([bank.low_m[0], bank.low_m[2]]) + 0.5 * (1.0 - share) * pitch
    return corner + places * pitch, np.array([share[0] * pitch[0], 0.0, share[1] * pitch[1]])


def _seams(layout: BusLayout) -> list[SurfaceMesh]:
    """Cover strips over the joints of the cell-side panels, and what stands between them; all stand off."""
    length, width, height = layout.block.size_m
    gap, top = layout.gap_m, layout.block.high_m[2]
    wide, thick = min(0.03, 0.02 * width, 0.02 * length), max(0.004, gap)
    surface = Surface("bus.seams", COATINGS["aluminium"])
    bays = max(2, round(length / SEAM_PITCH_M))
    bay = (length - 4.0 * wide) / bays
    low_z, high_z = top + gap, top + gap + thick
    inner = 0.5 * width - 2.0 * wide
    across = Block((-0.5 * wide, -inner + wide, low_z), (0.5 * wide, inner - wide, high_z))
    places = (np.arange(bays + 1) - 0.5 * bays) * bay
    along = Block((-0.5 * length + wide, inner, low_z), (0.5 * length - wide, inner + wide, high_z))
    edges = np.array([[0.0, 0.0, 0.0], [0.0, -2.0 * inner - wide, 0.0]])
    middles = 0.5 * (places[1:] + places[:-1])
    size = min(0.16, 0.05 * width, 0.5 * height, 0.5 * (bay - wide))
    return [
        row_of_blocks(across, surface, np.column_stack([places, np.zeros((bays + 1, 2))])),
        row_of_blocks(along, surface, edges),
        *_in_bays(middles, inner, low_z, size),
    ]


def _in_bays(middles_m: FloatArray, inner_m: float, level_m: float, size_m: float) -> list[SurfaceMesh]:
    """Tie-downs of the launch stack in some bays, and a radome."""
    metal, white = (
        Surface("bus.tie_downs", COATINGS["aluminium"]),
        Surface("antenna_1", COATINGS["white_paint"]),
    )
    radius = np.array([0.0, 0.5, 0.5, 0.34, 0.34, 0.22, 0.22, 0.0]) * size_m
    up = np.array([0.0, 0.0, 0.22, 0.22, 0.45, 0.45, 0.3, 0.3]) * size_m
    cup = revolved(np.column_stack([radius, up]), metal, sides=16)
    chosen = np.unique(np.round(np.linspace(0, len(middles_m) - 1, 4)).astype(int))
    places = [(x, s * (inner_m - 1.5 * size_m), level_m) for x in middles_m[chosen] for s in (-1.0, 1.0)]
    base = (middles_m[-min(2, len(middles_m))], 0.0, level_m)
    dome = revolved(dome_profile(0.8 * size_m, 0.65 * size_m, rings=5), white, base_m=base, sides=20)
    return [repeated(cup, places), dome]
