"""Meshes of a module's sheet and of the electronics on its back, in both details."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geometry.craft.fittings import cut_across, finned, row_of_blocks
from geometry.craft.modules import Electronics
from geometry.craft.parameters import Detail
from geometry.mesh.optics import COATINGS
from geometry.mesh.primitives import (
    Block,
    Surface,
    block_at,
    box,
    cylinder_profile,
    rectangle,
    repeated,
    revolved,
    strut,
)
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.validation import FloatArray

HOST = Surface("host_electronics", COATINGS["black_paint"])
CONVERTERS = Surface("converters", COATINGS["aluminium"])
RADIO = Surface("local_radio", COATINGS["white_paint"])


def equipped_module(
    low_m: FloatArray,
    high_m: FloatArray,
    front: Surface,
    back: Surface,
    placed: Electronics,
    *,
    prefix: str,
    detail: Detail,
) -> list[SurfaceMesh]:
    """The sheet of one module with what stands on its back.

    In light detail small chips are patches of the sheet, without their height.

    Parameters
    ----------
    low_m, high_m : array (3,)
        Corners, m.
    front, back : Surface
    placed : Electronics
    prefix : str
        Before the names of GPUs, spreaders and chips: "module.".
    detail : {"light", "rich"}
    """
    chip = Surface(f"{prefix}chips", COATINGS["gpu_lid"])
    standing = [*placed.spreaders, *placed.host, *placed.converters, *placed.radio]
    patches = []
    if detail == "light":
        patches = [(block, chip) for block in placed.chips]
    else:
        standing += placed.chips
    meshes = [rectangle(low_m, high_m, "+z", front, back, on_back=standing, patches=patches)]
    meshes += _copies(_package(placed, prefix, detail), [b.center_m for b in placed.spreaders])
    if detail == "light":
        boxes = ((HOST, placed.host), (CONVERTERS, placed.converters), (RADIO, placed.radio))
        return meshes + [box(block, surface, without=["+z"]) for surface, blocks in boxes for block in blocks]
    if placed.chips:
        one = [box(placed.chips[0], chip, without=["+z"])]
        meshes += _copies(one, [b.center_m for b in placed.chips])
    fins = Surface("host_electronics.fins", COATINGS["black_anodised"])
    for block in placed.host:
        meshes += finned(block, "-z", 0.4, 9, HOST, fins)
    for block in placed.converters:
        meshes += _converter(block)
    for block in placed.radio:
        meshes += _patch_array(block)
    return meshes


def _copies(meshes: Sequence[SurfaceMesh], centers_m: Sequence[FloatArray]) -> list[SurfaceMesh]:
    """Meshes made for the first of some equal blocks, at all of them."""
    if not len(centers_m):
        return []
    offsets = np.array(centers_m) - centers_m[0]
    return [repeated(mesh, offsets) for mesh in meshes]


def _package(placed: Electronics, prefix: str, detail: Detail) -> list[SurfaceMesh]:
    """The first spreader and the GPU on it: a block, or in rich detail board, lid and memory."""
    if not placed.gpus:
        return []
    spreader = Surface(f"{prefix}spreaders", COATINGS["graphite"])
    gpu = Surface(f"{prefix}gpus", COATINGS["gpu_lid"])
    plate, package = placed.spreaders[0], placed.gpus[0]
    meshes = [box(plate, spreader, without=["+z"], mounted={"-z": [package]})]
    if detail == "light":
        return [*meshes, box(package, gpu, without=["+z"])]
    board, above = cut_across(package, "-z", 0.35)
    middle, size = above.center_m, above.size_m
    foot = np.array([middle[0], middle[1], board.low_m[2]])
    die = block_at("-z", foot, size * (0.60, 0.70, 1.0))
    memory = [
        block_at("-z", foot + size * (0.40 * s, 0.24 * t, 0.0), size * (0.13, 0.38, 0.6))
        for s in (-1.0, 1.0)
        for t in (-1.0, 1.0)
    ]
    boards = Surface(f"{prefix}gpu_boards", COATINGS["black_paint"])
    meshes.append(box(board, boards, without=["+z"], mounted={"-z": [die, *memory]}))
    meshes.append(box(die, gpu, without=["+z"]))
    return meshes + [box(block, boards, without=["+z"]) for block in memory]


def _converter(block: Block) -> list[SurfaceMesh]:
    """A housing with two rows of round inductors that stand off its lid."""
    base, rest = cut_across(block, "-z", 0.5)
    size = rest.size_m
    radius, gap = 0.16 * min(size[0], size[1] / 2.0), 0.06 * size[2]
    coil = revolved(
        cylinder_profile(radius, 0.8 * size[2]),
        Surface("converters.inductors", COATINGS["copper"]),
        base_m=(0.0, 0.0, base.low_m[2] - gap),
        direction=(0.0, 0.0, -1.0),
        sides=14,
    )
    x = rest.center_m[0] + np.array([-0.25, 0.25]) * size[0]
    y = rest.center_m[1] + np.array([-0.36, -0.12, 0.12, 0.36]) * size[1]
    places = [(a, b, 0.0) for a in x for b in y]
    return [box(base, CONVERTERS, without=["+z"]), repeated(coil, places)]


def _patch_array(block: Block) -> list[SurfaceMesh]:
    """A patch antenna: square elements in rows on a board."""
    board, rest = cut_across(block, "-z", 0.6)
    size, middle = rest.size_m, rest.center_m
    columns, rows = 4, max(1, round(4 * size[1] / size[0]))
    side = 0.6 * min(size[0] / columns, size[1] / rows)
    x = middle[0] + (np.arange(columns) + 0.5 - 0.5 * columns) * size[0] / columns
    y = middle[1] + (np.arange(rows) + 0.5 - 0.5 * rows) * size[1] / rows
    element = (side, side, size[2])
    elements = [block_at("-z", (a, b, board.low_m[2]), element) for a in x for b in y]
    metal = Surface("local_radio.elements", COATINGS["copper"])
    copies = _copies([box(elements[0], metal, without=["+z"])], [e.center_m for e in elements])
    return [box(board, RADIO, without=["+z"], mounted={"-z": elements}), *copies]


def module_structure(
    low_m: FloatArray, high_m: FloatArray, placed: Electronics, gap_m: float
) -> list[SurfaceMesh]:
    """Edge tubes around a module, corner fittings, conductors to the GPUs; all stand off the sheet."""
    size = (high_m - low_m)[:2]
    frame = min(0.025, 0.02 * float(size.min()))
    tubes = Surface("module.frame", COATINGS["graphite"])
    off = gap_m + 0.5 * frame
    (x0, y0), (x1, y1) = low_m[:2] - off, high_m[:2] + off
    clear = 1.6 * frame
    meshes = [strut((x0 + clear, y, 0.0), (x1 - clear, y, 0.0), frame, tubes, sides=8) for y in (y0, y1)]
    meshes += [strut((x, y0 + clear, 0.0), (x, y1 - clear, 0.0), frame, tubes, sides=8) for x in (x0, x1)]
    half = 0.9 * frame
    corner = Block((x0 - half, y0 - half, -frame), (x0 + 0.4 * frame, y0 + 0.4 * frame, 0.6 * frame))
    metal = Surface("module.fittings", COATINGS["aluminium"])
    meshes += _corners(corner, low_m, high_m, metal)
    return meshes + _conductors(placed, gap_m)


def _corners(corner: Block, low_m: FloatArray, high_m: FloatArray, surface: Surface) -> list[SurfaceMesh]:
    """A fitting outside each corner, mirrored from the first."""
    middle = 0.5 * (low_m + high_m)[:2]
    blocks = []
    for flip in ((1, 1), (-1, 1), (1, -1), (-1, -1)):
        low, high = np.array(corner.low_m), np.array(corner.high_m)
        ends = middle + (np.stack([low[:2], high[:2]]) - middle) * flip
        low[:2], high[:2] = ends.min(axis=0), ends.max(axis=0)
        blocks.append(Block.between(low, high))
    return [box(block, surface) for block in blocks]


def _conductors(placed: Electronics, gap_m: float) -> list[SurfaceMesh]:
    """A flat conductor along each row of GPUs, with a tap to each."""
    if not placed.gpus:
        return []
    surface = Surface("module.conductors", COATINGS["copper"])
    plates = placed.spreaders
    thick = max(0.002, gap_m)
    top = plates[0].high_m[2] - gap_m
    side = float(plates[0].size_m[0])
    wide = 0.06 * side
    start = max(b.high_m[0] for b in (*placed.host, *placed.converters)) + wide
    rows = sorted({b.center_m[1] for b in plates})
    first = plates[0].high_m[1] - plates[0].center_m[1] + 2.0 * wide
    trunk = Block(
        (start - 0.9 * wide, rows[0] + first, top - thick), (start - gap_m, rows[-1] + first + wide, top)
    )
    meshes = [box(trunk, surface)]
    for row in rows:
        members = [b for b in plates if b.center_m[1] == row]
        line = row + first
        end = max(b.high_m[0] for b in members)
        strip = Block((start, line, top - thick), (end, line + wide, top))
        tap = Block((-0.5 * wide, members[0].high_m[1] + gap_m, top - thick), (0.5 * wide, line - gap_m, top))
        meshes.append(box(strip, surface))
        meshes.append(row_of_blocks(tap, surface, [(b.center_m[0], 0.0, 0.0) for b in members]))
    return meshes
