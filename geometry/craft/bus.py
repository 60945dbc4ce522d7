"""The bus in light detail: box, booms, GPU banks, laser terminals, thrusters; and its masses."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from geometry.craft.craft import Part
from geometry.craft.fittings import cut_across, opposite, outward
from geometry.craft.layout import BusLayout, Mount, blade_counts, wall_block
from geometry.craft.masses import box_part, existing
from geometry.craft.parameters import Bus
from geometry.mesh.optics import COATINGS
from geometry.mesh.pieces import Piece, Surface, as_mesh, joined, piece_of, welded_piece
from geometry.mesh.primitives import SIDES, Block, Side, box_piece, cone_profile, revolved
from geometry.mesh.surface_mesh import SurfaceMesh

GPUS = Surface("bus.gpus", COATINGS["gpu_lid"])
SPREADERS = Surface("bus.gpu_spreaders", COATINGS["black_anodised"])
BLOCKS_PER_BANK = 2
CARD_SHARE = 0.6
"""Height of a card as a share of the blade; the rest is its spreader."""


def side_name(side: Side) -> str:
    """`bus.side_px` for +x."""
    return f"bus.side_{'p' if side[0] == '+' else 'm'}{side[1]}"


def bus_faces(bus: Bus) -> dict[Side, Surface]:
    """Surfaces of the six faces of the box."""
    faces = {side: Surface(side_name(side), bus.sides) for side in SIDES if side[1] != "z"}
    return faces | {"+z": Surface("bus.front", bus.front), "-z": Surface("bus.radiator", bus.radiator)}


def light_bus(bus: Bus, layout: BusLayout) -> list[SurfaceMesh]:
    """A few hundred triangles with every named surface."""
    mounted: dict[Side, list[Block]] = {side: [] for side in SIDES}
    pieces = []
    for number, (side, boom) in enumerate(layout.booms.items(), start=1):
        mounted[side].append(boom)
        pieces.append(box_piece(boom, boom_surface(number), without=[opposite(side)]))
    blocks, parts = _light_banks(layout)
    mounted[layout.gpu_side] += blocks
    pieces += parts
    for mount in layout.terminals:
        base, parts = _light_terminal(mount, layout)
        mounted[mount.side].append(base)
        pieces += parts
    pieces += [_light_thruster(mount, layout) for mount in layout.thrusters]
    whole = box_piece(layout.block, None, faces=bus_faces(bus), mounted=mounted)
    return [as_mesh(joined([whole, *pieces]))]


def boom_surface(number: int) -> Surface:
    """Carbon-fibre tube."""
    return Surface(f"boom_{number}", COATINGS["graphite"])


def terminal_surface(mount: Mount) -> Surface:
    """White-painted housing of a laser terminal."""
    return Surface(mount.name, COATINGS["white_paint"])


def thruster_surface(mount: Mount) -> Surface:
    """Discharge chamber of a thruster."""
    return Surface(mount.name, COATINGS["ceramic"])


def mount_block(mount: Mount, layout: BusLayout, width_m: float, reach_m: float) -> Block:
    """A square block centred on the foot of a mount."""
    along = mount.foot_m[1 - "xyz".index(mount.side[1])]
    z, half = mount.foot_m[2], 0.5 * width_m
    return wall_block(layout.block, mount.side, (along - half, along + half), (z - half, z + half), reach_m)


def light_banks(layout: BusLayout) -> tuple[list[Block], list[SurfaceMesh]]:
    """The GPU banks as a few blocks: their feet on the wall, and their meshes."""
    blocks, pieces = _light_banks(layout)
    return blocks, [as_mesh(piece) for piece in pieces]


def _light_banks(layout: BusLayout) -> tuple[list[Block], list[Piece]]:
    blocks = [block for bank in layout.gpu_banks for block in _split(bank, BLOCKS_PER_BANK)]
    return blocks, [_blade(block, layout.gpu_side) for block in blocks]


def _split(bank: Block, count: int) -> list[Block]:
    """Equal blocks along X with a gap of a tenth between them."""
    edges = np.linspace(bank.low_m[0], bank.high_m[0], count + 1)
    inset = 0.05 * (edges[1] - edges[0])
    return [Block((a + inset, *bank.low_m[1:]), (b - inset, *bank.high_m[1:])) for a, b in pairwise(edges)]


def _blade(block: Block, side: Side) -> Piece:
    """Cards at the wall, their spreaders beyond: one prism under two names."""
    cards, spreaders = cut_across(block, side, CARD_SHARE)
    halves = [
        box_piece(cards, GPUS, without=[opposite(side), side]),
        box_piece(spreaders, SPREADERS, without=[opposite(side)]),
    ]
    return welded_piece(joined(halves))


def _light_terminal(mount: Mount, layout: BusLayout) -> tuple[Block, list[Piece]]:
    """A base on the wall and a smaller head on it."""
    surface, back = terminal_surface(mount), opposite(mount.side)
    whole = mount_block(mount, layout, mount.width_m, mount.reach_m)
    base, _ = cut_across(whole, mount.side, 0.4)
    _, head = cut_across(mount_block(mount, layout, 0.7 * mount.width_m, mount.reach_m), mount.side, 0.4)
    return base, [
        box_piece(base, surface, without=[back], mounted={mount.side: [head]}),
        box_piece(head, surface, without=[back]),
    ]


def _light_thruster(mount: Mount, layout: BusLayout) -> Piece:
    """A six-sided frustum that opens outwards."""
    profile = cone_profile(0.35 * mount.width_m, 0.5 * mount.width_m, 0.5 * mount.reach_m)
    direction = outward(mount.side)
    base = mount.foot_m + layout.gap_m * direction
    return piece_of(revolved(profile, thruster_surface(mount), base_m=base, direction=direction, sides=6))


def bus_parts(bus: Bus, layout: BusLayout, boom_mass_kg: float) -> tuple[Part, ...]:
    """Masses of the bus and all that stands on it; what has no place of its own fills the box evenly."""
    low, high = layout.block.low_m, layout.block.high_m
    parts = [
        box_part(f"bus.{name}", mass, low, high)
        for name, mass in (
            ("structure", bus.structure_mass_kg),
            ("power_electronics", bus.power_electronics_mass_kg),
            ("propulsion", bus.propulsion_mass_kg),
            ("propellant", bus.propellant_mass_kg),
        )
    ]
    counts = blade_counts(bus.gpus, max(len(layout.gpu_banks), 1))
    parts += [
        box_part(f"bus.gpus_{k}", count * bus.gpu_mass_kg, bank.low_m, bank.high_m)
        for k, (bank, count) in enumerate(zip(layout.gpu_banks, counts, strict=False), start=1)
    ]
    for mounts, mass, share in (
        (layout.terminals, bus.laser_terminal_mass_kg, 1.0),
        (layout.thrusters, bus.thruster_mass_kg, 0.5),
    ):
        for mount in mounts:
            block = mount_block(mount, layout, mount.width_m, share * mount.reach_m)
            parts.append(box_part(mount.name, mass, block.low_m, block.high_m))
    parts += [
        box_part(f"boom_{k}", boom_mass_kg, boom.low_m, boom.high_m)
        for k, boom in enumerate(layout.booms.values(), start=1)
    ]
    return existing(*parts)
