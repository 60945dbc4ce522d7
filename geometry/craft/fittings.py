"""Small parts of the rich detail, each built where it stands: rods, fins, telescopes, thrusters.

Lengths follow the width of the part, so that a small bus gets small parts; nothing touches but where one
part stands on a footprint in the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import cos, sin

import numpy as np
from numpy.typing import ArrayLike

from geometry.craft.layout import Mount
from geometry.mesh.optics import COATINGS
from geometry.mesh.primitives import Block, Side, Surface, box, cylinder_profile, repeated, revolved, strut
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.validation import FloatArray

TELESCOPE_TILT_RAD = 0.6
HOUSING_SHARE = 0.22
"""Length of a wing drive's housing as a share of the root gap."""


def outward(side: Side) -> FloatArray:
    """Unit vector of a side, (3,)."""
    vector = np.zeros(3)
    vector["xyz".index(side[1])] = 1.0 if side[0] == "+" else -1.0
    return vector


def wall_frame(side: Side) -> FloatArray:
    """Rotation from a part's own frame (z out of the wall, y along body Z) to the body, (3, 3)."""
    out, up = outward(side), np.array([0.0, 0.0, 1.0])
    return np.stack([np.cross(up, out), up, out], axis=1)


def row_of_rods(
    start_m: ArrayLike,
    end_m: ArrayLike,
    diameter_m: float,
    surface: Surface,
    offsets_m: ArrayLike,
    sides: int = 6,
) -> SurfaceMesh:
    """One closed tube at N places (N, 3), m."""
    return repeated(strut(start_m, end_m, diameter_m, surface, sides=sides), offsets_m)


def row_of_blocks(block: Block, surface: Surface, offsets_m: ArrayLike) -> SurfaceMesh:
    """One closed box at N places (N, 3), m."""
    return repeated(box(block, surface), offsets_m)


def finned(
    block: Block, side: Side, base_share: float, fins: int, body: Surface, fin: Surface
) -> list[SurfaceMesh]:
    """A box that stands on a face, with fins across its outer face.

    Fins are as long as the box along its longer edge; their height is what `base_share` leaves.
    """
    axis = "xyz".index(side[1])
    a, b = (k for k in range(3) if k != axis)
    across, along = (a, b) if block.size_m[a] <= block.size_m[b] else (b, a)
    base, rest = cut_across(block, side, base_share)
    pitch = block.size_m[across] / fins
    blades = []
    for k in range(fins):
        low, high = np.array(rest.low_m), np.array(rest.high_m)
        low[across] = block.low_m[across] + (k + 0.3) * pitch
        high[across] = block.low_m[across] + (k + 0.7) * pitch
        inset = 0.03 * block.size_m[along]
        low[along], high[along] = low[along] + inset, high[along] - inset
        blades.append(Block.between(low, high))
    under = opposite(side)
    return [box(base, body, without=[under], mounted={side: blades})] + [
        box(blade, fin, without=[under]) for blade in blades
    ]


def opposite(side: Side) -> Side:
    """The other end of the same axis."""
    pairs: dict[Side, Side] = {"+x": "-x", "-x": "+x", "+y": "-y", "-y": "+y", "+z": "-z", "-z": "+z"}
    return pairs[side]


def cut_across(block: Block, side: Side, share: float) -> tuple[Block, Block]:
    """A block cut at a share of its height above the wall: the part at the wall, the part beyond."""
    axis = "xyz".index(side[1])
    low, high = block.low_m[axis], block.high_m[axis]
    level = low + share * (high - low) if side[0] == "+" else high - share * (high - low)
    below, above = list(block.high_m), list(block.low_m)
    below[axis] = above[axis] = level
    parts = Block.between(block.low_m, below), Block.between(above, block.high_m)
    return parts if side[0] == "+" else (parts[1], parts[0])


def laser_terminal(mount: Mount, gap_m: float, body: Surface, tilt_sign: float) -> list[SurfaceMesh]:
    """A telescope in a fork on a turntable; its plinth stands on the wall."""
    w = mount.width_m
    gimbal = Surface(f"{mount.name}.gimbal", COATINGS["black_anodised"])
    aperture = Surface(f"{mount.name}.aperture", COATINGS["optics"])
    plinth = Block((-0.45 * w, -0.45 * w, 0.0), (0.45 * w, 0.45 * w, 0.20 * w))
    level = 0.28 * w + 2.0 * gap_m
    plate = Block((-0.43 * w, -0.17 * w, level), (0.43 * w, 0.17 * w, level + 0.06 * w))
    arm = Block((0.31 * w, -0.14 * w, plate.high_m[2]), (0.41 * w, 0.14 * w, 0.95 * w))
    other = Block((-0.41 * w, -0.14 * w, plate.high_m[2]), (-0.31 * w, 0.14 * w, 0.95 * w))
    tilt = tilt_sign * TELESCOPE_TILT_RAD
    radius = [0.0, 0.18, 0.25, 0.25, 0.28, 0.28, 0.25, 0.25, 0.0]
    height = [-0.30, -0.30, -0.24, 0.42, 0.45, 0.68, 0.68, 0.58, 0.58]
    tube = w * np.column_stack([radius, height])
    meshes = [
        box(plinth, body, without=["-z"]),
        revolved(cylinder_profile(0.36 * w, 0.08 * w), gimbal, base_m=(0, 0, 0.20 * w + gap_m), sides=20),
        box(plate, gimbal, mounted={"+z": [arm, other]}),
        box(arm, gimbal, without=["-z"]),
        box(other, gimbal, without=["-z"]),
        revolved(
            tube,
            [body] * 5 + [gimbal] * 2 + [aperture],
            base_m=(0.0, 0.0, 0.80 * w),
            direction=(0.0, sin(tilt), cos(tilt)),
            sides=24,
        ),
    ]
    return _placed(meshes, mount)


def thruster(mount: Mount, gap_m: float, channel: Surface) -> list[SurfaceMesh]:
    """A Hall thruster: pole pieces around a ring-shaped ceramic channel that flares at its mouth."""
    w = mount.width_m
    body = Surface(f"{mount.name}.body", COATINGS["black_anodised"])
    bracket = Block((-0.40 * w, -0.40 * w, 0.0), (0.40 * w, 0.40 * w, 0.14 * w))
    radius = [0.0, 0.36, 0.42, 0.42, 0.48, 0.46, 0.37, 0.37, 0.22, 0.22, 0.10, 0.08, 0.0]
    height = [0.0, 0.0, 0.06, 0.30, 0.42, 0.42, 0.30, 0.12, 0.12, 0.30, 0.32, 0.42, 0.42]
    profile = w * np.column_stack([radius, height])
    stretches = [body] * 4 + [channel] * 5 + [body] * 3
    meshes = [
        box(bracket, body, without=["-z"]),
        revolved(profile, stretches, base_m=(0.0, 0.0, 0.14 * w + gap_m), sides=28),
    ]
    return _placed(meshes, mount)


def foot_block(mount: Mount, share: float) -> Block:
    """The block whose footprint a plinth of `share` times the mount's width leaves on the wall."""
    half = 0.5 * share * mount.width_m
    corners = np.array([[-half, -half, 0.0], [half, half, mount.width_m]]) @ wall_frame(mount.side).T
    corners += mount.foot_m
    return Block.between(corners.min(axis=0), corners.max(axis=0))


def _placed(meshes: Iterable[SurfaceMesh], mount: Mount) -> list[SurfaceMesh]:
    turn = wall_frame(mount.side)
    return [mesh.transformed(turn, mount.foot_m) for mesh in meshes]


def inset_rods(
    nodes_m: Sequence[tuple[ArrayLike, ArrayLike]], inset_m: float, diameter_m: float, surface: Surface
) -> list[SurfaceMesh]:
    """Tubes between nodes that end `inset_m` before them, so that none reaches into another."""
    meshes = []
    for a, b in nodes_m:
        start, end = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
        length = float(np.linalg.norm(end - start))
        if length > 4.0 * inset_m:
            step = (end - start) * (inset_m / length)
            meshes.append(strut(start + step, end - step, diameter_m, surface, sides=6))
    return meshes
