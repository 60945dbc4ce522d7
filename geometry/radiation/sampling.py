"""Sobol points, made in blocks, and the rays that leave surfaces by them.

Randomness belongs to a ray's index, never to a thread: replicate r of stream k under one seed is the
Sobol sequence [Sobol1967], [JoeKuo2008] xored with one random word per dimension (a digital shift
[LEcuyer2002]), so that points can be made anywhere, in any order, and are the same bits.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numba import float32, int32, njit, uint32, uint64
from numpy.typing import NDArray

# Primitive polynomials (degree, inner coefficients) and initial numbers of dimensions 2.. [JoeKuo2008]
_POLYNOMIALS = (
    (1, 0, (1,)),
    (2, 1, (1, 3)),
    (3, 1, (1, 3, 1)),
    (3, 2, (1, 1, 1)),
    (4, 1, (1, 1, 3, 3)),
    (4, 4, (1, 3, 5, 13)),
    (5, 2, (1, 1, 5, 5, 17)),
    (5, 4, (1, 1, 5, 5, 5)),
    (5, 7, (1, 1, 7, 11, 19)),
    (5, 11, (1, 1, 5, 1, 1)),
)
BITS = 32
DIMENSIONS = 1 + len(_POLYNOMIALS)

# roles of the dimensions of a ray
POINT, DIRECTION, TRIANGLE, BOUNCE = 0, 2, 4, 5


def direction_numbers() -> NDArray[np.uint32]:
    """Direction numbers of the Sobol sequence in Gray-code order, (DIMENSIONS, 32), left-justified.

    Gray code is linear over xor, too: with neighbours combined beforehand, a point's word is the xor of the
    numbers of its index's own bits.
    """
    table = np.zeros((DIMENSIONS, BITS), dtype=np.uint64)
    table[0] = 1 << np.arange(BITS - 1, -1, -1, dtype=np.uint64)
    for row, (degree, inner, initial) in enumerate(_POLYNOMIALS, start=1):
        numbers = list(initial)
        for k in range(degree, BITS):
            value = numbers[k - degree] ^ (numbers[k - degree] << degree)
            for j in range(1, degree):
                if (inner >> (degree - 1 - j)) & 1:
                    value ^= numbers[k - j] << j
            numbers.append(value)
        table[row] = [m << (BITS - 1 - k) for k, m in enumerate(numbers)]
    table[:, 1:] ^= table[:, :-1]
    return table.astype(np.uint32)


DIRECTION_NUMBERS = direction_numbers()
_UNIT = np.float32(2.0**-24)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_STEP_1, _STEP_2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD1342543DE82EF95)


@njit(inline="always")
def scramble(word):  # type: ignore[no-untyped-def]
    """Finaliser of splitmix64 [Steele2014]: an even spread of 64 bits from any counter."""
    word = (word ^ (word >> uint64(30))) * _MIX_1
    word = (word ^ (word >> uint64(27))) * _MIX_2
    return word ^ (word >> uint64(31))


@njit(cache=True, nogil=True)
def digital_shift(seed, stream, replicate, dimension):  # type: ignore[no-untyped-def]
    """Random word of one replicate and dimension, uint32."""
    word = scramble(uint64(seed) * _STEP_1 + uint64(stream))
    word = scramble(word * _STEP_2 + uint64(replicate) * uint64(64) + uint64(dimension) + uint64(1))
    return uint32(word >> uint64(32))


@njit(inline="always")
def unit_interval(word):  # type: ignore[no-untyped-def]
    """24 leading bits of a uint32 as float32 in [0, 1); all 32 would round up to 1."""
    return float32(int32(uint32(word) >> uint32(8))) * _UNIT  # signed: the processor converts eight at once


@njit(cache=True, nogil=True)
def sobol_word(index, dimension, columns):  # type: ignore[no-untyped-def]
    """Coordinate of one point before its shift, uint32: the xor of the columns of its index's bits."""
    word, left, bit = uint32(0), uint32(index), 0
    while left != uint32(0):
        if left & uint32(1):
            word ^= columns[dimension, bit]
        left = uint32(left >> uint32(1))
        bit += 1
    return word


RUN = 256
"""Points made at a time."""


@njit(cache=True, nogil=True)
def low_words(columns):  # type: ignore[no-untyped-def]
    """Words of the first `RUN` points of the five dimensions of a ray's start, (5, RUN)."""
    words = np.empty((5, RUN), np.uint32)
    for d in range(5):
        words[d, 0], size, bit = uint32(0), 1, 0
        while size < RUN:  # each bit doubles what there is
            for k in range(size):
                words[d, size + k] = words[d, k] ^ columns[d, bit]
            size, bit = 2 * size, bit + 1
    return words


@njit(cache=True, nogil=True)
def sobol_points(first, columns, low, shifts, points):  # type: ignore[no-untyped-def]
    """Fill points (5, n), float32 in [0, 1), with points first, first + 1, ... of the sequence.

    `columns` are `DIRECTION_NUMBERS`, or those of another order (`point_order`); `low` their `low_words`.
    Within a run of 256 from a multiple of 256, a point is that multiple's word xored with one of 256 fixed
    words, eight at a time.
    """
    count = points.shape[1]
    done = 0
    while done < count:
        index = first + done
        start = index & (RUN - 1)
        size = min(RUN - start, count - done)
        for d in range(5):
            base = sobol_word(index - start, d, columns) ^ shifts[d]
            words, out = low[d, start : start + size], points[d, done : done + size]
            for k in range(size):
                out[k] = unit_interval(words[k] ^ base)
        done += size


_CELL_BITS = 3
"""Directions are visited cell by cell of 8 x 8 cells of their square."""


@lru_cache(maxsize=64)
def point_order(first: int, count: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The points first..first + count in an order in which neighbours go the same way.

    Rays that follow one another then meet the same part of the craft: the engine is up to a tenth faster.

    Parameters
    ----------
    first, count : int
        Kept in their order unless `count` is a power of two and `first` a multiple of it.

    Returns
    -------
    columns : uint32 array (5, 32)
        Word of the point at a position = xor of the columns of the position's bits.
    indices : uint32 array (count,)
        Index in the sequence of the point at each position from `first` on.

    Notes
    -----
    In which cell a point's direction lies is linear over xor in the bits of its index.  The positions' low
    bits count through the indices that leave the cell as it is (the kernel of that map), the high bits
    through the others.
    """
    plain = DIRECTION_NUMBERS[:5]
    bits = count.bit_length() - 1
    if count != 1 << bits or first % count:
        return plain, np.arange(first, first + count, dtype=np.uint32)
    cells = (plain[DIRECTION] >> (BITS - _CELL_BITS) << _CELL_BITS) | (
        plain[DIRECTION + 1] >> (BITS - _CELL_BITS)
    )
    kernel: list[int] = []
    pivots: list[tuple[int, int]] = []  # cell and index, by elimination
    for b in range(bits):
        cell, index = int(cells[b]), 1 << b
        for known, through in pivots:
            if cell ^ known < cell:
                cell, index = cell ^ known, index ^ through
        if cell:
            pivots = sorted([*pivots, (cell, index)], reverse=True)
        else:
            kernel.append(index)
    basis = np.array([*kernel, *(index for _, index in pivots)], dtype=np.uint32)
    columns = plain.copy()
    for position, index in enumerate(basis):
        used = [b for b in range(bits) if (int(index) >> b) & 1]
        columns[:, position] = np.bitwise_xor.reduce(plain[:, used], axis=1)
    indices = np.zeros(1, np.uint32)
    for index in basis:
        indices = np.concatenate([indices, indices ^ index])
    return columns, np.uint32(first) ^ indices


@njit(cache=True, nogil=True, fastmath=True)
def concentric_disc(first, second, x, y):  # type: ignore[no-untyped-def]
    """Square to unit disc, area for area [ShirleyChiu1997]; sine and cosine by polynomials to 2e-8."""
    quarter, one, two = float32(0.78539816339), float32(1.0), float32(2.0)
    for k in range(first.shape[0]):
        a = two * first[k] - one
        b = two * second[k] - one
        wide = abs(a) > abs(b)
        radius = a if wide else b
        other = b if wide else a
        angle = quarter * other / (radius if radius != float32(0) else one)
        s = angle * angle
        sine = angle * (
            one + s * (float32(-0.166666567) + s * (float32(0.00833215) + s * float32(-1.9515e-4)))
        )
        cosine = one + s * (
            float32(-0.5) + s * (float32(0.0416664) + s * (float32(-1.388731e-3) + s * float32(2.443e-5)))
        )
        x[k] = radius * (cosine if wide else sine)
        y[k] = radius * (sine if wide else cosine)


@njit(inline="always")
def triangle_row(cumulative, low, high, value):  # type: ignore[no-untyped-def]
    """First row in [low, high) whose cumulative share exceeds `value`: inverse CDF by bisection."""
    top = high - 1
    while low < top:
        middle = (low + top) >> 1
        if cumulative[middle] > value:
            top = middle
        else:
            low = middle + 1
    return low


@njit(inline="always")
def point_in_triangle(u, v):  # type: ignore[no-untyped-def]
    """Unit square to barycentric weights of two edges, without folding over [Heitz2019]."""
    half_u, half_v = float32(0.5) * u, float32(0.5) * v
    upper = v > u  # chosen without a branch, which would be mispredicted every other time
    return (half_u if upper else u - half_v), (v - half_u if upper else half_v)


FEW_ROWS = 40


@njit(cache=True, nogil=True)
def _few_rows(cumulative, low, high, values, rows):  # type: ignore[no-untyped-def]
    """Rows that `triangle_row` finds for many values, counted without a branch, eight at a time."""
    rows[:] = low
    for row in range(low, high - 1):
        limit = float32(cumulative[row])
        for k in range(values.shape[0]):
            rows[k] += int32(values[k] >= limit)


@njit(cache=True, nogil=True)
def _many_rows(cumulative, high, values, guide, rows):  # type: ignore[no-untyped-def]
    """The same where there are many: a guide table makes the search short."""
    size = float32(guide.shape[0])
    for k in range(values.shape[0]):
        row = guide[int32(values[k] * size)]
        while row < high - 1 and cumulative[row] <= values[k]:
            row += 1
        rows[k] = row


@njit(cache=True, nogil=True)
def _fill_guide(cumulative, low, high, guide):  # type: ignore[no-untyped-def]
    """First row whose cumulative share exceeds the lower end of each of the table's equal intervals."""
    row = low
    for k in range(guide.shape[0]):
        while row < high - 1 and cumulative[row] <= k / guide.shape[0]:
            row += 1
        guide[k] = row


@njit(cache=True, nogil=True, fastmath=True)
def _leave(frames, rows, points, x, y, z, offset, origins, directions):  # type: ignore[no-untyped-def]
    """Points of the rows' triangles, a little off, and points of the hemisphere about their normals."""
    for k in range(origins.shape[0]):
        row = rows[k]
        u, v = point_in_triangle(points[0, k], points[1, k])
        for i in range(3):
            normal = frames[row, 9 + i]
            origins[k, i] = frames[row, i] + u * frames[row, 3 + i] + v * frames[row, 6 + i] + offset * normal
            directions[k, i] = x[k] * frames[row, 12 + i] + y[k] * frames[row, 15 + i] + z[k] * normal


@njit(cache=True, nogil=True, fastmath=True)
def _leave_plane(frames, rows, points, x, y, z, offset, origins, directions):  # type: ignore[no-untyped-def]
    """The same where all rows share one normal."""
    n0, n1, n2, s0, s1, s2, t0, t1, t2 = frames[rows[0], 9:18]
    o0, o1, o2 = offset * n0, offset * n1, offset * n2
    for k in range(origins.shape[0]):
        row = rows[k]
        u, v = point_in_triangle(points[0, k], points[1, k])
        origins[k, 0] = frames[row, 0] + u * frames[row, 3] + v * frames[row, 6] + o0
        origins[k, 1] = frames[row, 1] + u * frames[row, 4] + v * frames[row, 7] + o1
        origins[k, 2] = frames[row, 2] + u * frames[row, 5] + v * frames[row, 8] + o2
    for k in range(directions.shape[0]):
        directions[k, 0] = x[k] * s0 + y[k] * t0 + z[k] * n0
        directions[k, 1] = x[k] * s1 + y[k] * t1 + z[k] * n1
        directions[k, 2] = x[k] * s2 + y[k] * t2 + z[k] * n2


@njit(cache=True, nogil=True)
def _is_flat(frames, low, high):  # type: ignore[no-untyped-def]
    """Whether all rows have the same normal."""
    for row in range(low + 1, high):
        for i in range(9, 12):
            if frames[row, i] != frames[low, i]:
                return False
    return True


@njit(inline="always")
def _surface_rays(  # type: ignore[no-untyped-def]
    even,
    frames,
    cumulative,
    first_row,
    start_offset_m,
    seed,
    receivers,
    streams,
    replicates,
    first,
    columns,
    origins_m,
    directions,
):
    """Rays of `hemisphere_rays`, or of `even_rays` where `even`."""
    segments = receivers.shape[0]
    count = origins_m.shape[0] // segments
    offset = float32(start_offset_m)
    shifts = np.empty(5, np.uint32)
    points = np.zeros((5, RUN), np.float32)  # what is not filled stays a point: rows are looked up for all
    x, y, z = np.empty(RUN, np.float32), np.empty(RUN, np.float32), np.empty(RUN, np.float32)
    rows = np.empty(RUN, np.int32)
    guide = np.empty(0, np.int32)
    ready, flat = -1, False
    low_of_columns = low_words(columns)
    for segment in range(segments):
        receiver = receivers[segment]
        low, high = first_row[receiver], first_row[receiver + 1]
        if receiver != ready:
            ready, flat = receiver, _is_flat(frames, low, high)
            if high - low > FEW_ROWS:
                size = 1
                while size < 2 * (high - low):
                    size *= 2
                guide = np.empty(size, np.int32)
                _fill_guide(cumulative, low, high, guide)
        for d in range(5):
            shifts[d] = digital_shift(seed, streams[segment], replicates[segment], d)
        for begin in range(0, count, RUN):
            n = min(RUN, count - begin)
            sobol_points(first + begin, columns, low_of_columns, shifts, points[:, :n])
            concentric_disc(points[2], points[3], x, y)
            _heights(even, x, y, z)
            if high - low > FEW_ROWS:
                _many_rows(cumulative, high, points[4], guide, rows)
            else:
                _few_rows(cumulative, low, high, points[4], rows)
            ray = segment * count + begin
            leave = origins_m[ray : ray + n], directions[ray : ray + n]
            if flat:
                _leave_plane(frames, rows, points, x, y, z, offset, leave[0], leave[1])
            else:
                _leave(frames, rows, points, x, y, z, offset, leave[0], leave[1])


@njit(inline="always")
def _heights(even, x, y, z):  # type: ignore[no-untyped-def]
    """Points of the disc lifted to the hemisphere: by the cosine, or evenly (z = 1 - r^2)."""
    one = float32(1)
    for k in range(x.shape[0]):
        square = x[k] * x[k] + y[k] * y[k]
        if even:
            stretch = np.sqrt(float32(2) - square)
            x[k], y[k] = stretch * x[k], stretch * y[k]
            z[k] = max(one - square, float32(1e-6))
        else:
            z[k] = np.sqrt(max(one - square, float32(1e-12)))


@njit(cache=True, nogil=True)
def hemisphere_rays(  # type: ignore[no-untyped-def]
    frames,
    cumulative,
    first_row,
    start_offset_m,
    seed,
    receivers,
    streams,
    replicates,
    first,
    columns,
    origins_m,
    directions,
):
    """Fill origins and directions (K n, 3): n points of each of K segments.

    A segment is one replicate of one stream on one receiver: points uniform over the rows of the
    receiver, directions cosine-weighted about their normals.  `columns` tell the points' order
    (`point_order`).  A row of `frames` (E, 18) is corner, two
    edges (m, centred), normal and two tangents.
    """
    _surface_rays(
        False,
        frames,
        cumulative,
        first_row,
        start_offset_m,
        seed,
        receivers,
        streams,
        replicates,
        first,
        columns,
        origins_m,
        directions,
    )


@njit(cache=True, nogil=True)
def even_rays(  # type: ignore[no-untyped-def]
    frames,
    cumulative,
    first_row,
    start_offset_m,
    seed,
    receivers,
    streams,
    replicates,
    first,
    columns,
    origins_m,
    directions,
):
    """As `hemisphere_rays`, with directions even over the solid angle of the hemisphere."""
    _surface_rays(
        True,
        frames,
        cumulative,
        first_row,
        start_offset_m,
        seed,
        receivers,
        streams,
        replicates,
        first,
        columns,
        origins_m,
        directions,
    )
