"""The Earth's light on the grid of directions over the sky, at any time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from geometry.radiation.earth import EarthScene
from geometry.radiation.earth_sums import scene_rows
from geometry.radiation.ray_caster import Float32Array
from geometry.radiation.sky_grid import body_from_grid, direction, grid_directions, grid_line
from geometry.validation import FloatArray

LIMB_SAMPLES = 4
"""Along each side of a cell at the Earth's limb, where light jumps."""

INNER_SAMPLES = 2
"""Likewise within the limb, where it only bends."""


def _hats(samples: int) -> FloatArray:
    """Hat function of each corner of a cell at its samples, (4, samples^2)."""
    x = (np.arange(samples) + 0.5) / samples
    return np.stack([np.outer(a, b).ravel() for a in (1.0 - x, x) for b in (1.0 - x, x)])


_LIMB_HATS, _INNER_HATS = _hats(LIMB_SAMPLES), _hats(INNER_SAMPLES)

LIMB_CELLS, LIMB_OUTSIDE = 2.0, 0.3
"""Cells inside the limb, and parts of one outside, that are sampled so: albedo goes there as the root of the
distance."""

RAMP = 0.5 / LIMB_SAMPLES
"""Of a cell inside the limb: nearer to it a sample stands for space too."""

FEWEST_LIGHT_ROWS = 4
"""Of the coarsest grid that light is known on."""


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
    """Fill inside (crossings, T) and out (crossings, 2 or 3, T): the light along each direction.

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
            out[n] = 0.0
            continue
        for t in range(times):
            dk = d0 * rows[0, t] + d1 * rows[1, t] + d2 * rows[2, t]
            b = -(d0 * rows[3, t] + d1 * rows[4, t] + d2 * rows[5, t])
            disc = b * b - (1.0 + bulge * dk * dk) * rows[9, t]
            away = rows[9, t] / (abs(b) + np.sqrt(disc if disc > 0.0 else 0.0))
            q = rows[11, t] + away * stretch * dk
            sunny = rows[10, t] + away * (d0 * rows[6, t] + d1 * rows[7, t] + d2 * rows[8, t])
            lit = 1.0 if inside[n, t] > 0.0 else 0.0
            out[n, 0, t] = lit
            out[n, 1, t] = lit * (sunny if sunny > 0.0 else 0.0) / np.sqrt(1.0 + bulge * q * q)
            height[t] = q
        if uniform:
            for t in range(times):
                out[n, 1, t] *= rows[12, t]
        else:
            for t in range(times):
                out[n, 1, t] *= _shine(t, rows, 12, height[t], bulge)
                out[n, 2, t] = out[n, 0, t] * _shine(t, rows, 15, height[t], bulge)


@njit(cache=True, nogil=True, error_model="numpy", fastmath=_VECTORISED)
def _cell_light(points, hats, t, rows, bulge, uniform, ramp, room, sums):  # type: ignore[no-untyped-def]
    """Fill sums (3, 4): sums over the points of a cell (3, n) of the light x `hats` (4, n) of its corners."""
    count = points.shape[1]
    cover, bright, warm, height = room[0], room[1], room[2], room[3]
    k0, k1, k2, x0, x1, x2 = rows[0, t], rows[1, t], rows[2, t], rows[3, t], rows[4, t], rows[5, t]
    s0, s1, s2, c0, sunward, polar = rows[6, t], rows[7, t], rows[8, t], rows[9, t], rows[10, t], rows[11, t]
    scale, limb = rows[18, t] / ramp, 0.5 - rows[19, t] / ramp
    stretch = np.sqrt(1.0 + bulge)
    for n in range(count):
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
        for n in range(count):
            bright[n] *= rows[12, t]
    else:
        for n in range(count):
            bright[n] *= _shine(t, rows, 12, height[n], bulge)
            warm[n] = cover[n] * _shine(t, rows, 15, height[n], bulge)
    for k in range(4):
        f, a, e = 0.0, 0.0, 0.0
        for n in range(count):
            f += hats[k, n] * cover[n]
            a += hats[k, n] * bright[n]
            e += hats[k, n] * warm[n]
        sums[0, k], sums[1, k], sums[2, k] = f, a, e


@njit(cache=True, nogil=True)
def _cell_points(face, i, j, line, out):  # type: ignore[no-untyped-def]
    """Fill out (3, n) with unit vectors to n points spread evenly over a cell."""
    along = int(np.sqrt(out.shape[1]))
    step = 2 * LIMB_SAMPLES // along
    point = np.empty(3)
    for n in range(along * along):
        u = line[2 * LIMB_SAMPLES * i + step * (n // along) + step // 2]
        v = line[2 * LIMB_SAMPLES * j + step * (n % along) + step // 2]
        direction(face, u, v, point)
        out[0, n], out[1, n], out[2, n] = point[0], point[1], point[2]


@njit(cache=True, nogil=True, error_model="numpy")
def _soften_limb(line, side, rows, bulge, uniform, inside, out):  # type: ignore[no-untyped-def]
    """Turn the light near the limb, in `out` that along crossings, into hat-weighted means about them."""
    alone, is_kept = np.empty(out.shape, np.float32), np.zeros(out.shape[0], np.bool_)
    kinds, times = out.shape[1], rows.shape[1]
    cells = side - 1
    size = 0.5 * np.pi / cells
    limb, inner, sums = np.empty((3, LIMB_SAMPLES**2)), np.empty((3, INNER_SAMPLES**2)), np.empty((3, 4))
    room, least, most = np.empty((4, LIMB_SAMPLES**2)), np.empty(times), np.empty(times)
    for cell in range(6 * cells * cells):
        face, i, j = cell // (cells * cells), (cell // cells) % cells, cell % cells
        first = (face * side + i) * side + j
        touched = False
        for t in range(times):
            p, q = inside[first, t], inside[first + 1, t]
            r, s = inside[first + side, t], inside[first + side + 1, t]
            unit = size * rows[20, t]
            least[t] = min(min(p, q), min(r, s)) / unit
            most[t] = max(max(p, q), max(r, s)) / unit
            touched |= (most[t] >= -LIMB_OUTSIDE) & (least[t] <= LIMB_CELLS)
        if not touched:
            continue
        for k in range(4):
            n = first + (k >> 1) * side + (k & 1)
            if not is_kept[n]:
                is_kept[n] = True
                for c in range(kinds):  # a loop: a slice takes seconds to compile
                    for t in range(times):
                        alone[n, c, t] = out[n, c, t]
        _cell_points(face, i, j, line, limb)
        _cell_points(face, i, j, line, inner)
        for t in range(times):
            if most[t] < -LIMB_OUTSIDE or least[t] > LIMB_CELLS:
                continue
            ramp = size * rows[20, t] / LIMB_SAMPLES
            if least[t] > RAMP:
                _cell_light(inner, _INNER_HATS, t, rows, bulge, uniform, ramp, room, sums)
                norm = 4.0 / INNER_SAMPLES**2
            else:
                _cell_light(limb, _LIMB_HATS, t, rows, bulge, uniform, ramp, room, sums)
                norm = 4.0 / LIMB_SAMPLES**2
            for k in range(4):  # a quarter of the crossing's mean, or a half or all at the rim of a face
                row, column = i + (k >> 1), j + (k & 1)
                n = first + (k >> 1) * side + (k & 1)
                around = (1 if row in (0, cells) else 2) * (1 if column in (0, cells) else 2)
                for c in range(kinds):
                    out[n, c, t] += (norm * sums[c, k] - alone[n, c, t]) / around


@njit(cache=True, nogil=True, error_model="numpy")
def _coarser(fine, fine_inside, cells, scale, inside, out):  # type: ignore[no-untyped-def]
    """Light and depth on a grid of `cells` a side from those on the grid of twice as many.

    Along crossings they are the same; near the limb hat-weighted means are means of the finer ones, as the
    wider hat functions are sums of the finer ones.
    """
    side, twice = cells + 1, 2 * cells + 1
    size = 0.5 * np.pi / cells
    near = np.empty(fine.shape[2])
    for n in range(out.shape[0]):
        face, i, j = n // (side * side), (n // side) % side, n % side
        at = (face * twice + 2 * i) * twice + 2 * j
        for t in range(near.shape[0]):
            inside[n, t] = fine_inside[at, t]
            for c in range(out.shape[1]):
                out[n, c, t] = fine[at, c, t]
    for cell in range(6 * cells * cells):
        face, i, j = cell // (cells * cells), (cell // cells) % cells, cell % cells
        first = (face * side + i) * side + j
        touched = False
        for t in range(near.shape[0]):
            p, q = inside[first, t], inside[first + 1, t]
            r, s = inside[first + side, t], inside[first + side + 1, t]
            unit = size * scale[t]
            away = max(max(p, q), max(r, s)) < -LIMB_OUTSIDE * unit
            away = away or min(min(p, q), min(r, s)) > LIMB_CELLS * unit
            near[t] = 0.0 if away else 1.0
            touched = touched or not away
        if not touched:
            continue
        middle = (face * twice + 2 * i + 1) * twice + 2 * j + 1
        for k in range(4):
            a, b = 2 * (k >> 1) - 1, 2 * (k & 1) - 1
            row, column = i + (k >> 1), j + (k & 1)
            around = (1.0 if row in (0, cells) else 2.0) * (1.0 if column in (0, cells) else 2.0)
            n, at = first + (k >> 1) * side + (k & 1), middle + a * twice + b
            for c in range(out.shape[1]):
                for t in range(near.shape[0]):
                    here = fine[at, c, t]
                    others = fine[middle, c, t] + fine[middle + a * twice, c, t] + fine[middle + b, c, t]
                    out[n, c, t] += near[t] / around * (0.25 * (here + others) - here)


@dataclass(frozen=True, eq=False)
class SkyScene:
    """What the kernels need of T times: rows (21, T) in the grid's own axes, and the Earth's bulge."""

    columns: FloatArray
    bulge: float
    is_uniform: bool

    @staticmethod
    def of(scene: EarthScene) -> SkyScene:
        packed, bulge = scene_rows(scene)
        for k in (0, 3, 6):
            packed[:, k : k + 3] = packed[:, k : k + 3] @ body_from_grid()
        height = np.sqrt(packed[:, 9:10] + 1.0)  # of the stretched Earth, whose radius is 1
        # cosine to nadir over its distance from the limb's: an angle once divided by the sine of the limb
        limb = np.sqrt(1.0 - 1.0 / height**2)
        packed = np.concatenate([packed, 1.0 / height, limb, 1.0 / height], axis=1)
        return SkyScene(np.ascontiguousarray(packed.T), bulge, scene.is_uniform)

    def __len__(self) -> int:
        return self.columns.shape[1]

    def light(self, times: slice, rows: int) -> dict[int, Float32Array]:
        """The Earth's light about the crossings of a grid and of all coarser ones, (crossings, L, t) by rows.

        Share of the sky there that is Earth; pi x mean radiance of albedo and of Earth infrared, W/m^2;
        the latter is the first times the exitance where the Earth is uniform, and then left out (L = 2).
        Kept in single precision, which halves what the sums have to read.
        """
        columns = np.ascontiguousarray(self.columns[:, times])
        directions, count = grid_directions(rows), columns.shape[1]
        inside = np.empty((len(directions), count))
        light = np.empty((len(directions), 2 if self.is_uniform else 3, count), np.float32)
        line = grid_line(2 * LIMB_SAMPLES * rows)
        shared = columns, self.bulge, self.is_uniform
        _light_at(directions, *shared, -2.0 * np.pi / rows, inside, np.empty(count), light)
        _soften_limb(line, rows + 1, *shared, inside, light)
        out = {rows: light}
        while rows > FEWEST_LIGHT_ROWS:
            rows //= 2
            crossings = 6 * (rows + 1) ** 2
            finer, finer_inside = light, inside
            light = np.empty((crossings, *finer.shape[1:]), np.float32)
            inside = np.empty((crossings, count))
            _coarser(finer, finer_inside, rows, columns[20], inside, light)
            out[rows] = light
        return out


def earth_light(scene: EarthScene, rows: int) -> Float32Array:
    """The Earth's light about the crossings of a grid at all times of a scene: `SkyScene.light`."""
    return SkyScene.of(scene).light(slice(0, len(scene)), rows)[rows]
