"""Where the parts of a bus and its wings stand: shared by both details and by the masses.

Everything follows from the parameters; sizes of parts shrink with the wall that they stand on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

import numpy as np

from geometry.craft.parameters import Bus, Module, SolarArray
from geometry.mesh.primitives import Block, Side
from geometry.validation import FloatArray

Interval = tuple[float, float]

BOOM_WIDTH_M = 0.16
BLADE_HEIGHT_M = 0.16
WING_DEPTH_M = 0.10
"""Room behind a wing's sheet that its frame takes."""
TERMINAL_WIDTH_M = 0.24
THRUSTER_WIDTH_M = 0.20


def clearance_m(span_m: float) -> float:
    """Gap at which one part stands off another, m: 2.5e-5 of the craft, at least 2 mm.

    Single precision cannot tell two sheets apart that are nearer than 1e-5 of the extent.
    """
    return max(0.002, 2.5e-5 * span_m)


@dataclass(frozen=True, eq=False)
class Mount:
    """A part on a wall of the bus: where its foot is centred, and its width and reach, m."""

    name: str
    side: Side
    foot_m: FloatArray
    width_m: float
    reach_m: float


@dataclass(frozen=True, eq=False)
class BusLayout:
    """The bus and what stands on it, body frame, m.

    `gpu_banks` are the envelopes of the blades; `gpu_side` the wall that they stand on.
    """

    block: Block
    gap_m: float
    gpu_side: Side
    booms: dict[Side, Block] = field(default_factory=dict)
    gpu_banks: tuple[Block, ...] = ()
    terminals: tuple[Mount, ...] = ()
    thrusters: tuple[Mount, ...] = ()

    @property
    def room_for_detail(self) -> bool:
        """Whether the parts of the bus are large beside the gaps that keep them apart."""
        widths = [m.width_m for m in (*self.terminals, *self.thrusters)]
        widths += [float(b.size_m[2]) for b in self.booms.values()]
        return min(widths, default=np.inf) >= 30.0 * self.gap_m


def bus_layout(
    bus: Bus, *, top_m: float, wing_sides: Sequence[Side], root_gap_m: float, gpu_side: Side, span_m: float
) -> BusLayout:
    """Places of all parts of a bus.

    Parameters
    ----------
    bus : Bus
    top_m : float
        Height of its cell-side face, m.
    wing_sides : sequence of sides
        Where wings begin; a boom spans `root_gap_m` (m) there.
    gpu_side : {"+y", "-y"}
    span_m : float
        Longest side of the craft, m.
    """
    half = np.array([0.5 * bus.length_x_m, 0.5 * bus.width_y_m])
    low_z, high_z = top_m - bus.height_z_m, top_m
    block = Block((-half[0], -half[1], low_z), (half[0], half[1], high_z))
    gap = clearance_m(span_m)
    along_x = any(side[1] == "x" for side in wing_sides)
    free: tuple[Side, ...] = ("+y", "-y") if along_x else ("+x", "-x")
    length = 2.0 * (half[0] if along_x else half[1])
    corner = 0.22 * length if along_x else 0.5 * length
    spans = [(side, end) for end in (1, -1) for side in free]
    terminals, thrusters = _on_walls(bus, block, spans, corner, half[0 if along_x else 1])
    booms = {
        side: _boom(block, side, root_gap_m)
        for side in wing_sides
        if root_gap_m > 4.0 * gap  # a shorter one is a hinge, not a boom
    }
    reserved = corner if along_x and (terminals or thrusters) else 0.0
    low_wing = gpu_side in wing_sides and root_gap_m < 1.5 * BLADE_HEIGHT_M
    banks = _gpu_banks(bus, block, gpu_side, booms.get(gpu_side), reserved, low_wing)
    return BusLayout(block, gap, gpu_side, booms, banks, terminals, thrusters)


def wall_point(block: Block, side: Side, along_m: float, height_m: float) -> FloatArray:
    """A point on a side wall: `along_m` on the wall's horizontal axis, `height_m` on z."""
    axis = "xyz".index(side[1])
    point = np.empty(3)
    point[axis] = block.high_m[axis] if side[0] == "+" else block.low_m[axis]
    point[1 - axis], point[2] = along_m, height_m
    return point


def wall_block(block: Block, side: Side, along_m: Interval, height_m: Interval, reach_m: float) -> Block:
    """A block that stands out of a side wall by `reach_m`."""
    axis = "xyz".index(side[1])
    low, high = np.empty(3), np.empty(3)
    wall = block.high_m[axis] if side[0] == "+" else block.low_m[axis]
    low[axis], high[axis] = (wall, wall + reach_m) if side[0] == "+" else (wall - reach_m, wall)
    low[1 - axis], high[1 - axis] = along_m
    low[2], high[2] = height_m
    return Block.between(low, high)


def _boom(block: Block, side: Side, root_gap_m: float) -> Block:
    """A square tube behind the plane of the cells, from the wall to the root of the wing."""
    height = float(block.size_m[2])
    wide = min(BOOM_WIDTH_M, 0.5 * height, 0.1 * float(block.size_m[1 - "xyz".index(side[1])]))
    top = block.high_m[2] - 0.1 * height
    return wall_block(block, side, (-0.5 * wide, 0.5 * wide), (top - wide, top), root_gap_m)


def _on_walls(
    bus: Bus, block: Block, spans: Sequence[tuple[Side, int]], span_m: float, half_m: float
) -> tuple[tuple[Mount, ...], tuple[Mount, ...]]:
    """Terminals and thrusters in even slots: thrusters towards the corners, terminals further in."""
    height = float(block.size_m[2])
    middle = block.high_m[2] - 0.5 * height
    found: dict[str, list[Mount]] = {"laser_terminal": [], "thruster": []}
    counts = {"laser_terminal": bus.laser_terminals, "thruster": bus.thrusters}
    widths = {"laser_terminal": TERMINAL_WIDTH_M, "thruster": THRUSTER_WIDTH_M}
    per_span = {kind: _dealt(n, len(spans)) for kind, n in counts.items()}
    number = dict.fromkeys(counts, 0)
    for k, (side, end) in enumerate(spans):
        kinds = ["thruster"] * per_span["thruster"][k] + ["laser_terminal"] * per_span["laser_terminal"][k]
        pitch = 0.94 * span_m / max(len(kinds), 1)
        for slot, kind in enumerate(kinds):
            along = end * (half_m - 0.03 * span_m - (slot + 0.5) * pitch)
            width = min(widths[kind], 0.75 * pitch, 0.8 * height)
            number[kind] += 1
            foot = wall_point(block, side, along, middle)
            found[kind].append(Mount(f"{kind}_{number[kind]}", side, foot, width, 1.8 * width))
    return tuple(found["laser_terminal"]), tuple(found["thruster"])


def _dealt(count: int, places: int) -> list[int]:
    """`count` things over `places`, as evenly as it goes."""
    return [count // places + (k < count % places) for k in range(places)]


def _gpu_banks(
    bus: Bus, block: Block, side: Side, boom: Block | None, reserved_m: float, low_wing: bool
) -> tuple[Block, ...]:
    """Envelopes of the blades along a wall: one, or one on either side of the boom.

    Where the wing begins above the blades (`low_wing`) they stay clear of its frame.
    """
    if not bus.gpus:
        return ()
    length, height = float(block.size_m[0]), float(block.size_m[2])
    reach = min(BLADE_HEIGHT_M, 0.6 * height)
    top = max(0.06 * height, min(0.8 * height, WING_DEPTH_M)) if low_wing else 0.06 * height
    heights = (block.low_m[2] + 0.06 * height, block.high_m[2] - top)
    edge = 0.5 * length - max(0.03 * length, reserved_m + 0.01 * length)
    spans = [(-edge, edge)]
    if boom is not None:
        middle = boom.high_m[0] + 0.02 * length
        spans = [(-edge, -middle), (middle, edge)]
    if bus.gpus == 1:
        spans = spans[-1:]
    return tuple(wall_block(block, side, span, heights, reach) for span in spans)


def blade_counts(gpus: int, banks: int) -> list[int]:
    """How many GPUs stand in each bank."""
    return _dealt(gpus, banks)


def wing_sides(array: SolarArray) -> tuple[Side, ...]:
    """Sides where wings begin: wing_1 at the axis' positive end."""
    both: tuple[Side, Side] = ("+x", "-x") if array.wing_axis == "x" else ("+y", "-y")
    return both[: array.wings]


def module_size_m(module: Module, array: SolarArray) -> tuple[float, float]:
    """Sizes of a module along body x and y, m.

    A wing along X is the wing along Y turned: its modules' width still lies along the wing.
    """
    if array.wing_axis == "x":
        return module.width_y_m, module.length_x_m
    return module.length_x_m, module.width_y_m


def module_corners_m(
    array: SolarArray, module: Module, side: Side, root_m: float
) -> tuple[FloatArray, FloatArray]:
    """Lowest and highest corners of a wing's modules, from the root outwards, each (M, 3), m."""
    axis = "xyz".index(side[1])
    sign = 1.0 if side[0] == "+" else -1.0
    size = np.array([*module_size_m(module, array), 0.0])
    pitch = size[axis] + array.module_gap_m
    near = root_m + array.root_gap_m + pitch * np.arange(array.modules_per_wing)
    low = np.tile(-0.5 * size, (array.modules_per_wing, 1))
    high = np.tile(0.5 * size, (array.modules_per_wing, 1))
    low[:, axis], high[:, axis] = (near, near + size[axis]) if sign > 0 else (-near - size[axis], -near)
    if array.module_gap_m == 0.0:  # neighbours share their edge to the last bit
        order = slice(None) if sign > 0 else slice(None, None, -1)
        high[order, axis][:-1] = low[order, axis][1:]
    return low, high


def even_grid(count: int, length_m: float, width_m: float) -> tuple[int, int]:
    """Columns and rows for `count` places on a rectangle, as square as they come."""
    columns = max(1, min(count, round(np.sqrt(count * length_m / width_m))))
    return columns, ceil(count / columns)


def even_places(count: int, low_m: FloatArray, high_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Centres (count, 2) of an even grid on a rectangle, its last row spread too, and its pitch (2,), m."""
    size = np.subtract(high_m[:2], low_m[:2])
    columns, rows = even_grid(count, *size)
    per_row = np.full(rows, columns)
    per_row[-1] = count - columns * (rows - 1)
    row = np.repeat(np.arange(rows), per_row)
    place = np.arange(count) - np.repeat(np.cumsum(per_row) - per_row, per_row)
    x = low_m[0] + (place + 0.5) / per_row[row] * size[0]
    y = low_m[1] + (row + 0.5) / rows * size[1]
    return np.stack([x, y], axis=1), size / (columns, rows)
