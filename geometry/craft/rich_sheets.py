"""Frames, hinges, battens, harness and tubes of wings, Earth shield and radiators, for close-ups.

All of it stands off the sheets, which stay whole: their areas are those of the light detail.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from geometry.craft.bus import boom_surface
from geometry.craft.fittings import inset_rods, row_of_blocks, row_of_rods
from geometry.craft.layout import BusLayout
from geometry.mesh.optics import COATINGS
from geometry.mesh.primitives import Block, Side, Surface, cylinder_profile, revolved, strut
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.validation import FloatArray

Point = Callable[[float, float, float], FloatArray]
"""Distance out along the wing, aside, height -> body, m."""

FRAME_M = 0.035
BATTEN_M = 0.022
HARNESS_M = 0.09
RADIATOR_PANEL_M = 2.5
PIPE_PITCH_M = 0.45


def wing_structure(
    wing: int, side: Side, lows_m: FloatArray, highs_m: FloatArray, layout: BusLayout
) -> list[SurfaceMesh]:
    """Longerons along the wing's edges, hinges between modules, battens and harness behind, yoke at the root.

    Parameters
    ----------
    wing : int
    side : side of the bus that the wing leaves
    lows_m, highs_m : array (M, 3)
        Corners of its modules from the root outwards, m.
    layout : BusLayout
    """
    axis = "xyz".index(side[1])
    across = 1 - axis
    sign = 1.0 if side[0] == "+" else -1.0
    gap = layout.gap_m
    size = (highs_m - lows_m)[0]
    chord = float(size[across])
    frame, batten = min(FRAME_M, 0.02 * chord), min(BATTEN_M, 0.012 * chord)
    z = -(gap + 0.5 * frame)
    near = np.where(sign > 0, lows_m[:, axis], -highs_m[:, axis])  # distance from the middle, outwards
    far = near + size[axis]

    def point(out: float, aside: float, height: float) -> FloatArray:
        p = np.zeros(3)
        p[axis], p[across], p[2] = sign * out, aside, height
        return p

    tubes = Surface(f"wing_{wing}.frame", COATINGS["graphite"])
    metal = Surface(f"wing_{wing}.hinges", COATINGS["aluminium"])
    cable = Surface(f"wing_{wing}.harness", COATINGS["mli_gold"])
    edge = 0.5 * chord + gap + 0.5 * frame
    first = near[0]
    steps = np.array([point(out - first, 0.0, 0.0) for out in near])
    length = float(size[axis])
    end = 0.6 * frame
    meshes = [
        row_of_rods(
            point(first + end, s * edge, z), point(first + length - end, s * edge, z), frame, tubes, steps
        )
        for s in (1.0, -1.0)
    ]
    lines = np.concatenate([near[:1] + 0.5 * frame, 0.5 * (far[:-1] + near[1:]), far[-1:] - 0.5 * frame])
    half = edge - 0.8 * frame
    hinge_steps = np.array([point(out - lines[0], 0.0, 0.0) for out in lines])
    meshes.append(row_of_rods(point(lines[0], -half, z), point(lines[0], half, z), frame, tubes, hinge_steps))
    meshes.append(_knuckles(point, lines, half, z - 0.5 * frame - gap, frame, metal))
    clear = 1.2 * frame
    meshes += [
        row_of_rods(
            point(first + clear, share * chord, -(gap + 0.5 * batten)),
            point(first + length - clear, share * chord, -(gap + 0.5 * batten)),
            batten,
            tubes,
            steps,
        )
        for share in (-1.0 / 3.0, 1.0 / 3.0, 0.0)
    ]
    wide = min(HARNESS_M, 0.03 * chord)
    thick = max(0.006, gap)
    strips = [
        _flat(point(near[0], s, 0.0), point(far[-1], s + wide, 0.0), z - frame - 2.0 * gap, thick)
        for s in (0.06 * chord, -0.06 * chord - wide)
    ]
    meshes += [row_of_blocks(strip, cable, np.zeros((1, 3))) for strip in strips]
    if side in layout.booms:
        meshes += _yoke(side, layout, point, first, edge, frame, wing)
    return meshes


def _knuckles(
    point: Point, lines: FloatArray, half: float, z: float, frame: float, metal: Surface
) -> SurfaceMesh:
    """Hinge fittings: small blocks in rows behind the hinge tubes."""
    places = np.array([point(out, share * half, z) for out in lines for share in (-0.9, -0.45, 0.45, 0.9)])
    size = np.abs(point(1.6 * frame, 3.0 * frame, 0.0)) + np.array([0.0, 0.0, 0.5 * frame])
    return row_of_blocks(
        Block.between(places[0] - size * [0.5, 0.5, 1.0], places[0] + size * [0.5, 0.5, 0.0]),
        metal,
        places - places[0],
    )


def _flat(corner_m: FloatArray, other_m: FloatArray, top_m: float, thick_m: float) -> Block:
    """A strip below a height, between two corners in x and y."""
    low, high = np.minimum(corner_m, other_m), np.maximum(corner_m, other_m)
    low[2], high[2] = top_m - thick_m, top_m
    return Block.between(low, high)


def _yoke(
    side: Side, layout: BusLayout, point: Point, root_m: float, edge_m: float, frame_m: float, wing: int
) -> list[SurfaceMesh]:
    """Two struts from the mast to the root of the wing, and clamps that hold the mast under it."""
    boom = layout.booms[side]
    axis = "xyz".index(side[1])
    start = max(abs(boom.low_m[axis]), abs(boom.high_m[axis])) - 0.55 * float(boom.size_m[axis])
    wide, z = float(boom.size_m[2]), float(boom.center_m[2])
    surface = boom_surface(wing)
    thin = 0.25 * wide
    under = -(2.0 * layout.gap_m + frame_m + 0.5 * thin)
    nodes = [
        (point(start, s * 0.6 * wide, z), point(root_m + 0.5 * frame_m, s * 0.66 * edge_m, under))
        for s in (1, -1)
    ]
    return inset_rods(nodes, layout.gap_m, thin, surface)


def shield_structure(half_width_m: float, depth_m: float, gap_m: float) -> list[SurfaceMesh]:
    """Frame around the Earth shield and battens on its inner side, in its own frame (see `shield_frame`)."""
    frame = min(0.04, 0.02 * depth_m)
    surface = Surface("earth_shield.frame", COATINGS["graphite"])
    off = gap_m + 0.5 * frame
    side = half_width_m - off - 1.5 * frame  # clear of a radiator at the end of the bus
    bottom = -depth_m - off
    top = -3.0 * frame
    places = np.array([-side, *(np.linspace(-0.5, 0.5, 3) * half_width_m), side])
    upright = row_of_rods(
        (0.0, -off, top),
        (0.0, -off, -depth_m + frame),
        frame,
        surface,
        np.column_stack([places, np.zeros((len(places), 2))]),
        sides=8,
    )
    return [
        upright,
        strut((-side, 0.0, bottom), (side, 0.0, bottom), frame, surface, sides=8),
    ]


def radiator_structure(
    number: int, low_m: FloatArray, high_m: FloatArray, bus_bottom_m: float, gap_m: float
) -> list[SurfaceMesh]:
    """Manifold and hinge above a radiator, frame around it, fold lines and flow tubes on both sides."""
    x, depth, length = float(low_m[0]), float(high_m[2] - low_m[2]), float(high_m[1] - low_m[1])
    room = bus_bottom_m - float(high_m[2])
    frame = min(0.05, 0.02 * length, 0.3 * room)
    pipe = min(0.02, 0.1 * length)
    off = gap_m + 0.5 * frame
    tubes = Surface(f"radiator_{number}.tubes", COATINGS["aluminium"])
    white = Surface(f"radiator_{number}.frame", COATINGS["white_paint"])
    half = 0.5 * length
    meshes = [
        strut((x, s * (half + off), low_m[2]), (x, s * (half + off), high_m[2]), frame, white, sides=8)
        for s in (1.0, -1.0)
    ]
    meshes.append(strut((x, -half, low_m[2] - off), (x, half, low_m[2] - off), frame, white, sides=8))
    manifold = min(0.10, 0.4 * room)
    level = float(high_m[2]) + gap_m + 0.5 * manifold
    meshes.append(strut((x, -half, level), (x, half, level), manifold, tubes, sides=16))
    meshes += _hinge_posts(x, half, level + 0.5 * manifold, bus_bottom_m, gap_m, manifold, tubes)
    meshes += _flow_tubes(x, low_m, high_m, depth, length, pipe, gap_m, tubes)
    return meshes


def _hinge_posts(
    x: float, half: float, low_z: float, high_z: float, gap: float, width: float, surface: Surface
) -> list[SurfaceMesh]:
    """Two posts between manifold and bus that touch neither."""
    height = high_z - low_z - 2.0 * gap
    if not height > 2.0 * gap:
        return []
    profile = cylinder_profile(0.4 * width, height)
    return [
        revolved(profile, surface, base_m=(x, s * 0.35 * half, low_z + gap), sides=12) for s in (1.0, -1.0)
    ]


def _flow_tubes(
    x: float,
    low_m: FloatArray,
    high_m: FloatArray,
    depth: float,
    length: float,
    pipe: float,
    gap: float,
    surface: Surface,
) -> list[SurfaceMesh]:
    """Flow tubes down each panel and the fold lines between panels, on both faces."""
    panels = max(1, round(depth / RADIATOR_PANEL_M))
    count = max(2, round(length / PIPE_PITCH_M))
    y = low_m[1] + (np.arange(count) + 0.5) / count * length
    edges = np.linspace(low_m[2], high_m[2], panels + 1)
    off = gap + 0.5 * pipe
    places = np.array([(0.0, b - y[0], c - edges[0]) for b in y for c in edges[:-1]])
    reach = edges[1] - edges[0]
    folds = np.column_stack([np.zeros((panels - 1, 2)), edges[1:-1] - edges[0]])
    meshes = []
    for s in (1.0, -1.0):
        start = np.array([x + s * off, y[0], edges[0] + 2.0 * pipe])
        stop = start + np.array([0.0, 0.0, reach - 4.0 * pipe])
        meshes.append(row_of_rods(start, stop, pipe, surface, places, sides=6))
        if panels > 1:
            bar = np.array([x + s * (gap + 0.7 * pipe), low_m[1], edges[0]])
            meshes.append(
                row_of_rods(bar, bar + np.array([0.0, length, 0.0]), 1.4 * pipe, surface, folds, sides=6)
            )
    return meshes
