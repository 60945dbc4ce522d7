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
def _seen(d0, d1, d2, row, bulge):  # type: ignore[no-untyped-def]
    """Angle by which a direction lies inside the limb (negative: outside), sine of the Sun's elevation
    where it meets the Earth, and sine of the geocentric latitude there; see `earth_sums.scene_rows`."""
    dk = d0 * row[0] + d1 * row[1] + d2 * row[2]
    b = -(d0 * row[3] + d1 * row[4] + d2 * row[5])
    square = 1.0 + bulge * dk * dk
    c0 = row[9]
    inside = b * row[18] / np.sqrt(square) - row[19]
    disc = max(b * b - square * c0, 0.0)
    t = c0 / max(abs(b) + np.sqrt(disc), 1e-12)
    q = row[11] + t * np.sqrt(1.0 + bulge) * dk
    sunny = row[10] + t * (d0 * row[6] + d1 * row[7] + d2 * row[8])
    return inside, max(sunny / np.sqrt(1.0 + bulge * q * q), 0.0), q


@njit(inline="always")
def _latitude(q, bulge):  # type: ignore[no-untyped-def]
    flat = 1.0 - 1.0 / (1.0 + bulge)
    square = (1.0 - flat) * q * q / max(1.0 - flat * q * q, 0.5)
    return np.sqrt(square) if q > 0.0 else -np.sqrt(square)


@njit(inline="always")
def _shine(row, first, q, bulge, uniform):  # type: ignore[no-untyped-def]
    """Albedo or exitance where it is asked: P0, P1, P2 of the latitude."""
    if uniform:
        return row[first]
    sine = _latitude(q, bulge)
    return row[first] + row[first + 1] * sine + row[first + 2] * (1.5 * sine * sine - 0.5)


@njit(cache=True, nogil=True)
def _earth_light(directions, line, side, rows, bulge, uniform, out):  # type: ignore[no-untyped-def]
    """Fill out (2 or 3, crossings, T): hat-weighted means of the light about each crossing."""
    times = rows.shape[0]
    inside = np.empty((directions.shape[0], times), np.float32)
    for n in range(directions.shape[0]):
        d0, d1, d2 = directions[n, 0], directions[n, 1], directions[n, 2]
        for t in range(times):
            depth, cosine, q = _seen(d0, d1, d2, rows[t], bulge)
            inside[n, t] = depth
            lit = 1.0 if depth > 0.0 else 0.0
            out[0, n, t] = lit
            out[1, n, t] = lit * cosine * _shine(rows[t], 12, q, bulge, uniform)
            if not uniform:
                out[2, n, t] = lit * _shine(rows[t], 15, q, bulge, uniform)
    cells = side - 1
    size = 0.5 * np.pi / cells
    ramp = size / LIMB_SAMPLES
    point = np.empty(3)
    sums = np.empty((4, 3))
    corner = np.empty(4, np.int64)
    for cell in range(6 * cells * cells):
        face, i, j = cell // (cells * cells), (cell // cells) % cells, cell % cells
        corner[0] = (face * side + i) * side + j
        corner[1], corner[2], corner[3] = corner[0] + 1, corner[0] + side, corner[0] + side + 1
        for t in range(times):
            low = min(inside[corner[0], t], inside[corner[1], t], inside[corner[2], t], inside[corner[3], t])
            high = max(inside[corner[0], t], inside[corner[1], t], inside[corner[2], t], inside[corner[3], t])
            if high < -0.3 * size * rows[t, 20] or low > LIMB_CELLS * size * rows[t, 20]:
                continue
            sums[:] = 0.0
            for a in range(LIMB_SAMPLES):
                x = (a + 0.5) / LIMB_SAMPLES
                for b in range(LIMB_SAMPLES):
                    y = (b + 0.5) / LIMB_SAMPLES
                    u, v = line[2 * (LIMB_SAMPLES * i + a) + 1], line[2 * (LIMB_SAMPLES * j + b) + 1]
                    direction(face, u, v, point)
                    depth, cosine, q = _seen(point[0], point[1], point[2], rows[t], bulge)
                    cover = min(1.0, max(0.0, 0.5 + depth / (ramp * rows[t, 20])))
                    if cover == 0.0:
                        continue
                    bright = cover * cosine * _shine(rows[t], 12, q, bulge, uniform)
                    warm = cover * _shine(rows[t], 15, q, bulge, uniform)
                    for k in range(4):
                        hat = (x if k >> 1 else 1.0 - x) * (y if k & 1 else 1.0 - y)
                        sums[k, 0] += hat * cover
                        sums[k, 1] += hat * bright
                        sums[k, 2] += hat * warm
            for k in range(4):  # a quarter of the crossing's mean, or a half or all at the rim of a face
                n = corner[k]
                row, column = (n // side) % side, n % side
                around = (1 if row in (0, cells) else 2) * (1 if column in (0, cells) else 2)
                depth, cosine, q = _seen(directions[n, 0], directions[n, 1], directions[n, 2], rows[t], bulge)
                lit = 1.0 if depth > 0.0 else 0.0
                norm = 4.0 / LIMB_SAMPLES**2
                out[0, n, t] += (norm * sums[k, 0] - lit) / around
                out[1, n, t] += (
                    norm * sums[k, 1] - lit * cosine * _shine(rows[t], 12, q, bulge, uniform)
                ) / around
                if not uniform:
                    out[2, n, t] += (
                        norm * sums[k, 2] - lit * _shine(rows[t], 15, q, bulge, uniform)
                    ) / around


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
    channels = 2 if scene.is_uniform else 3
    out = np.empty((channels, 6 * (rows + 1) ** 2, len(scene)))
    line = grid_line(2 * LIMB_SAMPLES * rows)
    _earth_light(grid_directions(rows), line, rows + 1, packed, bulge, scene.is_uniform, out)
    return out
