"""Frames, battens and tubes of the Earth shield and the deployable radiators, for close-ups.

All of it stands off the sheets, which stay whole: their areas are those of the light detail.
"""

from __future__ import annotations

import numpy as np

from geometry.craft.fittings import row_of_rods
from geometry.mesh.optics import COATINGS
from geometry.mesh.primitives import Surface, cylinder_profile, revolved, strut
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.validation import FloatArray

RADIATOR_PANEL_M = 2.5
PIPE_PITCH_M = 0.45


def shield_structure(half_width_m: float, depth_m: float, cant_rad: float, gap_m: float) -> list[SurfaceMesh]:
    """Frame and battens on the inner side of the Earth shield, in its own frame (see `shield_frame`).

    They begin as far from the bus as a wall that leans over it (`cant_rad` < 0) needs.
    """
    frame = min(0.04, 0.02 * depth_m, 0.04 * half_width_m)
    surface = Surface("earth_shield.frame", COATINGS["graphite"])
    off = gap_m + 0.5 * frame
    side = half_width_m - off - 1.5 * frame  # clear of a radiator at the end of the bus
    bottom = -depth_m - off
    top = -2.0 * (frame + 2.0 * gap_m) / np.cos(cant_rad)
    if top < -0.5 * depth_m:
        return []
    places = np.linspace(-side, side, 5)
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
