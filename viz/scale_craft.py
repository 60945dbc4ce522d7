"""What people know the size of: a space station and a telescope as long as a bus, simple but to scale.

Both stand in the x-y plane, arrays towards +z, in metres about their middle.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from geometry.mesh.optics import COATINGS, OpticalProperties
from geometry.mesh.primitives import Block, Surface, box, cylinder_profile, revolved
from geometry.mesh.surface_mesh import SurfaceMesh, concatenate

# International Space Station [NASAStation]: 109 m from end to end, each wing of arrays 34 x 12 m
STATION_WIDTH_M = 109.0
STATION_HEIGHT_M = 73.0  # across a pair of wings
WING_LENGTH_M, WING_WIDTH_M = 34.0, 12.0
WING_PLACES_M = (33.5, 48.5)  # of their axes along the truss, either side; the outer edge ends the station
MODULE_RADIUS_M = 2.2
# Hubble Space Telescope [NASAHubble]: 13.2 m long, 4.2 m wide, arrays 7.1 x 2.6 m
TELESCOPE_LENGTH_M, TELESCOPE_WIDTH_M = 13.2, 4.2
TELESCOPE_ARRAY_M = (2.6, 7.1)

_CELLS, _WHITE, _METAL = COATINGS["solar_cell"], COATINGS["white_paint"], COATINGS["aluminium"]
_BACK = COATINGS["array_back"]


def station() -> SurfaceMesh:
    """The International Space Station: truss along x, pressurised modules along y."""
    half = 0.5 * STATION_WIDTH_M - 0.5 * WING_WIDTH_M
    parts = [_block((-half, -1.2, -3.2), (half, 1.2, -0.8), "truss", _METAL)]
    for side in (-1.0, 1.0):
        for place in WING_PLACES_M:
            parts += [m for up in (-1.0, 1.0) for m in _wing(side * place, up)]
        parts += _radiators(side)
    return concatenate([*parts, *_modules()])


def _wing(x: float, up: float) -> list[SurfaceMesh]:
    """Two blankets and the mast between them."""
    reach = 0.5 * STATION_HEIGHT_M
    root = reach - WING_LENGTH_M
    low, high = sorted((up * root, up * reach))
    blankets = [
        _sheet((x + a, low), (x + b, high), "array", _CELLS, _BACK)
        for a, b in ((-0.5 * WING_WIDTH_M, -0.9), (0.9, 0.5 * WING_WIDTH_M))
    ]
    ends = sorted((0.0, up * reach))
    return [*blankets, _block((x - 0.45, ends[0], -0.6), (x + 0.45, ends[1], -0.1), "mast", _METAL)]


def _radiators(side: float) -> list[SurfaceMesh]:
    """Three white panels that hang from the truss."""
    return [
        _block(
            (side * 14.5 + k * 3.5 - 1.6, -23.5, -4.0),
            (side * 14.5 + k * 3.5 + 1.6, -1.6, -3.8),
            "radiator",
            _WHITE,
        )
        for k in (-1, 0, 1)
    ]


def _modules() -> list[SurfaceMesh]:
    """Cylinders end to end, with gaps where hatches are, and the laboratories across."""
    lengths = ((-25.0, -13.2), (-12.4, -5.6), (-4.8, 3.6), (4.4, 12.6), (13.4, 20.2))
    along = [_cylinder((0.0, a, -4.2), (0.0, b, -4.2), MODULE_RADIUS_M) for a, b in lengths]
    across = [
        _cylinder((2.8, 17.0, -4.2), (13.8, 17.0, -4.2), MODULE_RADIUS_M),
        _cylinder((-2.8, 17.0, -4.2), (-9.6, 17.0, -4.2), MODULE_RADIUS_M),
    ]
    narrow = [_cylinder((0.0, -25.0, -4.2), (0.0, 20.2, -4.2), 0.9)]
    return [*along, *across, *narrow]


def telescope() -> SurfaceMesh:
    """The Hubble Space Telescope, upright, its opening at the top."""
    half = 0.5 * TELESCOPE_LENGTH_M
    wide, tall = TELESCOPE_ARRAY_M
    radius = 0.5 * TELESCOPE_WIDTH_M
    near, far = radius + 0.5, radius + 0.5 + wide
    arrays = [
        _sheet((low, -0.5 * tall), (high, 0.5 * tall), "array", _CELLS, _BACK)
        for low, high in ((-far, -near), (near, far))
    ]
    return concatenate(
        [
            _cylinder((0.0, -half, -radius), (0.0, -half + 3.6, -radius), radius, _METAL),
            _cylinder((0.0, -half + 3.6, -radius), (0.0, half, -radius), 1.55, _METAL),
            _block((-1.5, half - 0.1, -radius - 3.4), (1.5, half, -radius - 0.6), "door", _METAL),
            _block((-radius - 0.6, -0.15, -0.35), (radius + 0.6, 0.15, -0.1), "mast", _METAL),
            *arrays,
        ]
    )


# ------------------------------------------------------------------ shapes


def _block(low: ArrayLike, high: ArrayLike, name: str, optics: OpticalProperties) -> SurfaceMesh:
    return box(Block.between(low, high), Surface(name, optics))


def _sheet(
    low: tuple[float, float],
    high: tuple[float, float],
    name: str,
    front: OpticalProperties,
    back: OpticalProperties,
) -> SurfaceMesh:
    """A sheet in the plane z = 0, from one corner to another, its front towards +z."""
    corners = [(low[0], low[1], 0.0), (high[0], low[1], 0.0), (high[0], high[1], 0.0), (low[0], high[1], 0.0)]
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    zeros = np.zeros(2, int)
    return SurfaceMesh(np.array(corners), faces, zeros, zeros + 1, (name, f"{name}.back"), (front, back))


def _cylinder(
    start: ArrayLike, end: ArrayLike, radius_m: float, optics: OpticalProperties = _WHITE
) -> SurfaceMesh:
    """A closed cylinder between two middles of its ends."""
    a, b = np.asarray(start, dtype=float), np.asarray(end, dtype=float)
    profile = cylinder_profile(radius_m, float(np.linalg.norm(b - a)))
    name = "tube" if optics is _METAL else "module"
    return revolved(profile, Surface(name, optics), base_m=a, direction=b - a, sides=24)
