"""A grid of directions over the whole sky, fixed in the body, and the Earth's light on it at any time.

Each face of a cube about the craft is ruled in equal angles; light is taken as bilinear between the
crossings.  A shadow is known by its integrals with the hat function of every crossing (`shade_tables`),
so the blocked light at any time is a sum over crossings: no direction is looked at again.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numba import njit

from geometry.radiation.earth import EarthScene
from geometry.radiation.earth_sums import scene_rows
from geometry.validation import FloatArray, read_only

LIMB_SAMPLES = 4
"""Along each side of a cell at the Earth's limb, where light jumps."""

_ALONG = (np.arange(LIMB_SAMPLES) + 0.5) / LIMB_SAMPLES
_HATS = np.stack([np.outer(x, y).ravel() for x in (1.0 - _ALONG, _ALONG) for y in (1.0 - _ALONG, _ALONG)])

LIMB_CELLS = 2.0
"""Cells inside the limb that are sampled so: albedo goes there as the root of the distance."""


_EULER_RAD = (0.61, 0.83, 0.37)


@lru_cache(maxsize=1)
def body_from_grid() -> FloatArray:
    """How the grid stands in the body, (3, 3): askew to all planes that craft are built along.

    Shadow edges then cross cells anywhere, not all along their rims, where sampling would miss them.
    """
    turn = np.eye(3)
    for axis, angle in enumerate(_EULER_RAD):
        c, s = np.cos(angle), np.sin(angle)
        a, b = (axis + 1) % 3, (axis + 2) % 3
        about = np.eye(3)
        about[a, a], about[a, b], about[b, a], about[b, b] = c, -s, s, c
        turn = about @ turn
    return read_only(turn)


@lru_cache(maxsize=8)
def grid_directions(rows: int) -> FloatArray:
    """Unit vectors to the crossings in the grid's own axes, (6 (rows + 1)^2, 3); faces +x, -x, +y, ..."""
    u, v = (a.ravel() for a in np.meshgrid(grid_line(rows), grid_line(rows), indexing="ij"))
    out = np.empty((6, len(u), 3))
    _fill_directions(u, v, out)
    return read_only(out.reshape(-1, 3))


@lru_cache(maxsize=32)
def grid_line(rows: int) -> FloatArray:
    """Where the crossings stand along a side of a face of the unit cube, (rows + 1,), in [-1, 1]."""
    return read_only(np.tan(0.25 * np.pi * (2.0 * np.arange(rows + 1) / rows - 1.0)))


@njit(inline="always")
def direction(face, u, v, out):  # type: ignore[no-untyped-def]
    """Unit vector in `out` to the point (u, v) on a face of the unit cube, and sr per step of both angles."""
    square = 1.0 + u * u + v * v
    size = np.sqrt(square)
    axis = face >> 1
    out[axis] = (1.0 if (face & 1) == 0 else -1.0) / size
    out[(axis + 1) % 3] = u / size
    out[(axis + 2) % 3] = v / size
    return (1.0 + u * u) * (1.0 + v * v) / (square * size)


@njit(cache=True, nogil=True)
def _fill_directions(u, v, out):  # type: ignore[no-untyped-def]
    for face in range(6):
        for k in range(u.shape[0]):
            direction(face, u[k], v[k], out[face, k])


@njit(inline="always")
def _latitude(q, bulge):  # type: ignore[no-untyped-def]
    flat = 1.0 - 1.0 / (1.0 + bulge)
    square = (1.0 - flat) * q * q / max(1.0 - flat * q * q, 0.5)
    return np.sqrt(square) if q > 0.0 else -np.sqrt(square)


@njit(inline="always")
def _shine(t, rows, first, q, bulge):  # type: ignore[no-untyped-def]
    """Albedo or exitance where it is asked: P0, P1, P2 of the latitude."""
    sine = _latitude(q, bulge)
    return rows[first, t] + rows[first + 1, t] * sine + rows[first + 2, t] * (1.5 * sine * sine - 0.5)


_VECTORISED = {"reassoc", "contract", "nsz", "nnan"}
"""Sums may be taken in any order, as vectors of numbers; there are no NaN."""


@njit(cache=True, nogil=True, error_model="numpy", fastmath=_VECTORISED)
def _light_at(directions, rows, bulge, uniform, beyond, inside, height, out):  # type: ignore[no-untyped-def]
    """Fill inside (crossings, T) and out (2 or 3, crossings, T): the light along each direction.

    `inside` is the angle by which a direction lies within the limb, negative outside, times `rows[20]`.
    Where no time has the limb within `beyond` of a direction, there is no light.  `height` (T,) is room.
    """
    times = rows.shape[1]
    stretch = np.sqrt(1.0 + bulge)
    for n in range(directions.shape[0]):
        d0, d1, d2 = directions[n, 0], directions[n, 1], directions[n, 2]
        best = -10.0
        for t in range(times):
            dk = d0 * rows[0, t] + d1 * rows[1, t] + d2 * rows[2, t]
            b = -(d0 * rows[3, t] + d1 * rows[4, t] + d2 * rows[5, t])
            depth = b * rows[18, t] / np.sqrt(1.0 + bulge * dk * dk) - rows[19, t]
            inside[n, t] = depth
            best = depth if depth > best else best
        if best < beyond:
            out[:, n] = 0.0
            continue
        for t in range(times):
            dk = d0 * rows[0, t] + d1 * rows[1, t] + d2 * rows[2, t]
            b = -(d0 * rows[3, t] + d1 * rows[4, t] + d2 * rows[5, t])
            disc = b * b - (1.0 + bulge * dk * dk) * rows[9, t]
            away = rows[9, t] / (abs(b) + np.sqrt(disc if disc > 0.0 else 0.0))
            q = rows[11, t] + away * stretch * dk
            sunny = rows[10, t] + away * (d0 * rows[6, t] + d1 * rows[7, t] + d2 * rows[8, t])
            lit = 1.0 if inside[n, t] > 0.0 else 0.0
            out[0, n, t] = lit
            out[1, n, t] = lit * (sunny if sunny > 0.0 else 0.0) / np.sqrt(1.0 + bulge * q * q)
            height[t] = q
        if uniform:
            for t in range(times):
                out[1, n, t] *= rows[12, t]
        else:
            for t in range(times):
                out[1, n, t] *= _shine(t, rows, 12, height[t], bulge)
                out[2, n, t] = out[0, n, t] * _shine(t, rows, 15, height[t], bulge)


@njit(cache=True, nogil=True, error_model="numpy", fastmath=_VECTORISED)
def _cell_light(points, t, rows, bulge, uniform, ramp, room, sums):  # type: ignore[no-untyped-def]
    """Fill sums (3, 4): sums over the points of a cell (3, n) of the light x hat of each corner."""
    cover, bright, warm, height = room[0], room[1], room[2], room[3]
    k0, k1, k2, x0, x1, x2 = rows[0, t], rows[1, t], rows[2, t], rows[3, t], rows[4, t], rows[5, t]
    s0, s1, s2, c0, sunward, polar = rows[6, t], rows[7, t], rows[8, t], rows[9, t], rows[10, t], rows[11, t]
    scale, limb = rows[18, t] / ramp, 0.5 - rows[19, t] / ramp
    stretch = np.sqrt(1.0 + bulge)
    for n in range(LIMB_SAMPLES**2):
        d0, d1, d2 = points[0, n], points[1, n], points[2, n]
        dk = d0 * k0 + d1 * k1 + d2 * k2
        b = -(d0 * x0 + d1 * x1 + d2 * x2)
        square = 1.0 + bulge * dk * dk
        covered = limb + scale * b / np.sqrt(square)
        covered = covered if covered > 0.0 else 0.0
        covered = covered if covered < 1.0 else 1.0
        disc = b * b - square * c0
        away = c0 / (abs(b) + np.sqrt(disc if disc > 0.0 else 0.0))
        q = polar + away * stretch * dk
        sunny = sunward + away * (d0 * s0 + d1 * s1 + d2 * s2)
        cover[n] = covered
        bright[n] = covered * (sunny if sunny > 0.0 else 0.0) / np.sqrt(1.0 + bulge * q * q)
        height[n] = q
    if uniform:
        for n in range(LIMB_SAMPLES**2):
            bright[n] *= rows[12, t]
    else:
        for n in range(LIMB_SAMPLES**2):
            bright[n] *= _shine(t, rows, 12, height[n], bulge)
            warm[n] = cover[n] * _shine(t, rows, 15, height[n], bulge)
    for k in range(4):
        f, a, e = 0.0, 0.0, 0.0
        for n in range(LIMB_SAMPLES**2):
            f += _HATS[k, n] * cover[n]
            a += _HATS[k, n] * bright[n]
            e += _HATS[k, n] * warm[n]
        sums[0, k], sums[1, k], sums[2, k] = f, a, e


@njit(cache=True, nogil=True, error_model="numpy")
def _soften_limb(line, side, rows, bulge, uniform, inside, alone, out):  # type: ignore[no-untyped-def]
    """Turn the light near the limb, `alone` along crossings, into hat-weighted means about them, `out`."""
    times = rows.shape[1]
    cells = side - 1
    size = 0.5 * np.pi / cells
    points, sums, corner = np.empty((3, LIMB_SAMPLES**2)), np.empty((3, 4)), np.empty(4, np.int64)
    point, room, norm = np.empty(3), np.empty((4, LIMB_SAMPLES**2)), 4.0 / LIMB_SAMPLES**2
    for cell in range(6 * cells * cells):
        face, i, j = cell // (cells * cells), (cell // cells) % cells, cell % cells
        corner[0] = (face * side + i) * side + j
        corner[1], corner[2], corner[3] = corner[0] + 1, corner[0] + side, corner[0] + side + 1
        made = False
        for t in range(times):
            p, q, r, s = (
                inside[corner[0], t],
                inside[corner[1], t],
                inside[corner[2], t],
                inside[corner[3], t],
            )
            unit = size * rows[20, t]
            if max(max(p, q), max(r, s)) < -0.3 * unit or min(min(p, q), min(r, s)) > LIMB_CELLS * unit:
                continue
            if not made:
                made = True
                for n in range(LIMB_SAMPLES**2):
                    u = line[2 * (LIMB_SAMPLES * i + n // LIMB_SAMPLES) + 1]
                    v = line[2 * (LIMB_SAMPLES * j + n % LIMB_SAMPLES) + 1]
                    direction(face, u, v, point)
                    points[0, n], points[1, n], points[2, n] = point[0], point[1], point[2]
            _cell_light(points, t, rows, bulge, uniform, unit / LIMB_SAMPLES, room, sums)
            for k in range(4):  # a quarter of the crossing's mean, or a half or all at the rim of a face
                n = corner[k]
                row, column = (n // side) % side, n % side
                around = (1 if row in (0, cells) else 2) * (1 if column in (0, cells) else 2)
                for c in range(out.shape[0]):
                    out[c, n, t] += (norm * sums[c, k] - alone[c, n, t]) / around


def earth_light(scene: EarthScene, rows: int) -> FloatArray:
    """The Earth's light about the crossings of a grid, (3, crossings, T); (2, ...) where it is uniform.

    Share of the sky there that is Earth; pi x mean radiance of albedo and of Earth infrared, W/m^2; the
    latter is the first times the exitance where the Earth is uniform.
    """
    packed, bulge = scene_rows(scene)
    for k in (0, 3, 6):
        packed[:, k : k + 3] = packed[:, k : k + 3] @ body_from_grid()
    height = np.sqrt(packed[:, 9:10] + 1.0)  # of the stretched Earth, whose radius is 1
    # cosine to nadir over its distance from the limb's: an angle once divided by the sine of the limb
    limb = np.sqrt(1.0 - 1.0 / height**2)
    packed = np.concatenate([packed, 1.0 / height, limb, 1.0 / height], axis=1)
    columns = np.ascontiguousarray(packed.T)
    channels = 2 if scene.is_uniform else 3
    directions = grid_directions(rows)
    inside = np.empty((len(directions), len(scene)))
    out = np.empty((channels, len(directions), len(scene)))
    line = grid_line(2 * LIMB_SAMPLES * rows)
    uniform = scene.is_uniform
    _light_at(directions, columns, bulge, uniform, -2.0 * np.pi / rows, inside, np.empty(len(scene)), out)
    _soften_limb(line, rows + 1, columns, bulge, uniform, inside, out.copy(), out)
    return out
