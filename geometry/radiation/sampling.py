"""Sobol points, made in blocks, and the rays that leave surfaces by them.

Randomness belongs to a ray's index, never to a thread: replicate r of stream k under one seed is the
Sobol sequence [Sobol1967], [JoeKuo2008] xored with one random word per dimension (a digital shift
[LEcuyer2002]), so that points can be made anywhere, in any order, and are the same bits.
"""

from __future__ import annotations

import numpy as np
from numba import float32, njit, uint32, uint64
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
    """Direction numbers of the Sobol sequence, (DIMENSIONS, 32), left-justified in 32 bits."""
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
    return float32(uint32(word) >> uint32(8)) * _UNIT


@njit(cache=True, nogil=True)
def sobol_word(index, dimension, table):  # type: ignore[no-untyped-def]
    """Coordinate of one point before its shift, uint32: for the few rays that bounce."""
    gray = uint32(index) ^ (uint32(index) >> uint32(1))
    word = uint32(0)
    bit = 0
    while gray != uint32(0):
        if gray & uint32(1):
            word ^= table[dimension, bit]
        gray = uint32(gray >> uint32(1))
        bit += 1
    return word


@njit(cache=True, nogil=True)
def sobol_points(first, table, shifts, points):  # type: ignore[no-untyped-def]
    """Fill points (5, n), float32 in [0, 1), with points first, first + 1, ... in Gray-code order."""
    words = np.empty(5, np.uint32)
    for d in range(5):
        words[d] = sobol_word(first, d, table) ^ shifts[d]
    a, b, c, d, e = words[0], words[1], words[2], words[3], words[4]
    for k in range(points.shape[1]):
        points[0, k] = unit_interval(a)
        points[1, k] = unit_interval(b)
        points[2, k] = unit_interval(c)
        points[3, k] = unit_interval(d)
        points[4, k] = unit_interval(e)
        following = first + k + 1
        bit = 0
        while not (following & 1):
            following >>= 1
            bit += 1
        a ^= table[0, bit]
        b ^= table[1, bit]
        c ^= table[2, bit]
        d ^= table[3, bit]
        e ^= table[4, bit]


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
    if v > u:
        return half_u, v - half_u
    return u - half_v, half_v


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
    table,
    origins_m,
    directions,
):
    """Rays of `hemisphere_rays`, or of `even_rays` where `even`."""
    segments = receivers.shape[0]
    count = origins_m.shape[0] // segments
    offset = float32(start_offset_m)
    shifts = np.empty(5, np.uint32)
    points = np.empty((5, 256), np.float32)
    x = np.empty(256, np.float32)
    y = np.empty(256, np.float32)
    for segment in range(segments):
        low, high = first_row[receivers[segment]], first_row[receivers[segment] + 1]
        for d in range(5):
            shifts[d] = digital_shift(seed, streams[segment], replicates[segment], d)
        for begin in range(0, count, 256):
            n = min(256, count - begin)
            sobol_points(first + begin, table, shifts, points[:, :n])
            concentric_disc(points[2, :n], points[3, :n], x, y)
            for k in range(n):
                row = low
                if high - low > 1:
                    row = triangle_row(cumulative, low, high, points[4, k])
                u, v = point_in_triangle(points[0, k], points[1, k])
                p, q = x[k], y[k]
                square = p * p + q * q
                if even:  # a disc of equal areas is a cap of equal areas: z = 1 - r^2
                    stretch = np.sqrt(float32(2) - square)
                    p, q = stretch * p, stretch * q
                    z = max(float32(1) - square, float32(1e-6))
                else:
                    z = np.sqrt(max(float32(1) - square, float32(1e-12)))
                ray = segment * count + begin + k
                for i in range(3):
                    origins_m[ray, i] = (
                        frames[row, i]
                        + u * frames[row, 3 + i]
                        + v * frames[row, 6 + i]
                        + offset * frames[row, 9 + i]
                    )
                    directions[ray, i] = (
                        p * frames[row, 12 + i] + q * frames[row, 15 + i] + z * frames[row, 9 + i]
                    )


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
    table,
    origins_m,
    directions,
):
    """Fill origins and directions (K n, 3): n points of each of K segments.

    A segment is one replicate of one stream on one receiver: points uniform over the rows of the
    receiver, directions cosine-weighted about their normals.  A row of `frames` (E, 18) is corner, two
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
        table,
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
    table,
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
        table,
        origins_m,
        directions,
    )
