"""Sobol points and the rays made from them."""

import numpy as np
import pytest
from scipy.stats import qmc

from geometry.radiation.earth_loads import more_points
from geometry.radiation.sampling import (
    DIMENSIONS,
    DIRECTION_NUMBERS,
    concentric_disc,
    digital_shift,
    hemisphere_rays,
    low_words,
    point_order,
    sobol_points,
    sobol_word,
)

NO_SHIFT = np.zeros(5, np.uint32)
LOW = low_words(DIRECTION_NUMBERS)


def frame(normal_axis=2):
    """One right triangle with unit legs in the plane across an axis."""
    row = np.zeros((1, 18), np.float32)
    i, j = (normal_axis + 1) % 3, (normal_axis + 2) % 3
    row[0, 3 + i] = row[0, 6 + j] = row[0, 9 + normal_axis] = row[0, 12 + i] = row[0, 15 + j] = 1.0
    return row


def rays(count, *, seed=1, stream=0, replicate=0, first=0, offset=0.0, columns=DIRECTION_NUMBERS):
    origins, directions = np.empty((2, count, 3), np.float32)
    one = np.ones(1)
    hemisphere_rays(
        frame(), one, np.array([0, 1]), offset, seed, np.array([0]), np.array([stream]),
        np.array([replicate]), first, columns, origins, directions,
    )  # fmt: skip
    return origins, directions


class TestSobolReference:
    def test_all_dimensions_are_those_of_joe_and_kuo(self):
        # scipy ships the same table [JoeKuo2008]; both are exact in 32 bits
        expected = qmc.Sobol(DIMENSIONS, scramble=False, bits=32).random(512)
        words = [[sobol_word(i, d, DIRECTION_NUMBERS) for d in range(DIMENSIONS)] for i in range(512)]
        np.testing.assert_array_equal(np.array(words) / 2.0**32, expected)

    def test_blocks_continue_where_the_last_one_ended(self):
        whole, part = np.empty((5, 600), np.float32), np.empty((5, 213), np.float32)
        sobol_points(0, DIRECTION_NUMBERS, LOW, NO_SHIFT, whole)
        sobol_points(387, DIRECTION_NUMBERS, LOW, NO_SHIFT, part)
        np.testing.assert_array_equal(whole[:, 387:], part)


class TestSamplingLaw:
    def test_points_never_reach_one(self):
        points = np.empty((5, 4096), np.float32)
        sobol_points(0, DIRECTION_NUMBERS, LOW, np.full(5, 0xFFFFFFFF, np.uint32), points)
        assert points.max() < 1.0
        assert points.min() >= 0.0

    def test_a_shift_keeps_every_elementary_interval_filled_once(self):
        points = np.empty((5, 256), np.float32)
        shifts = np.array([digital_shift(3, 7, 2, d) for d in range(5)], np.uint32)
        sobol_points(0, DIRECTION_NUMBERS, LOW, shifts, points)
        for row in points:
            np.testing.assert_array_equal(np.bincount((row * 256).astype(int), minlength=256), 1)

    def test_shifts_differ_by_seed_stream_replicate_and_dimension(self):
        words = {
            int(digital_shift(seed, stream, replicate, d))
            for seed in (1, 2)
            for stream in (0, 1, 1 << 40)
            for replicate in (0, 1)
            for d in (0, 4)
        }
        assert len(words) == 24

    def test_disc_is_filled_evenly(self):
        a, b = np.meshgrid((np.arange(64) + 0.5) / 64, (np.arange(64) + 0.5) / 64)
        a, b = a.ravel().astype(np.float32), b.ravel().astype(np.float32)
        x, y = np.empty_like(a), np.empty_like(a)
        concentric_disc(a, b, x, y)
        radius2 = x.astype(float) ** 2 + y.astype(float) ** 2
        assert radius2.max() <= 1.0
        # mean of r^2 over a disc is 1/2; midpoint grid of 64: error about (1/64)^2
        assert radius2.mean() == pytest.approx(0.5, abs=3e-4)
        assert np.abs([x.mean(), y.mean(), (x * y).mean()]).max() < 1e-6


class TestOrderLaw:
    @pytest.mark.parametrize(
        ("first", "count"), [(0, 1 << 14), (1 << 13, 1 << 13), (256, 256), (4, 4), (100, 700)]
    )
    def test_the_same_points_each_once(self, first, count):
        columns, indices = point_order(first, count)
        np.testing.assert_array_equal(np.sort(indices), np.arange(first, first + count))
        position = np.arange(first, first + count)
        words = np.zeros((5, count), np.uint32)
        for bit in range(20):
            words ^= np.where((position >> bit) & 1, columns[:, bit, None], np.uint32(0))
        for d in range(5):
            expected = [sobol_word(int(i), d, DIRECTION_NUMBERS) for i in indices[:50]]
            np.testing.assert_array_equal(words[d, :50], expected)

    def test_neighbours_go_the_same_way(self):
        # 64 cells of 256 rays: each run of 256 stays within one cell of the disc, an eighth wide or so
        directions = rays(1 << 14, columns=point_order(0, 1 << 14)[0])[1].reshape(64, 256, 3)
        assert np.ptp(directions[..., :2], axis=1).max() < 0.5
        plain = rays(1 << 14)[1]
        mixed = np.lexsort(plain.T), np.lexsort(directions.reshape(-1, 3).T)
        np.testing.assert_array_equal(plain[mixed[0]], directions.reshape(-1, 3)[mixed[1]])

    def test_every_round_of_rays_can_be_ordered(self):
        # `point_order` takes powers of two that begin at a multiple of themselves
        count = 4
        while count < 10**8:
            following = more_points(count)
            added = following - count
            assert added & (added - 1) == 0
            assert count % added == 0
            assert 1.3 < following / count <= 2.0  # few rounds, though
            count = following


class TestRaysAnalytic:
    def test_moments_are_those_of_a_uniform_point_and_a_cosine_direction(self):
        origins, directions = rays(1 << 14, offset=0.25)
        # uniform over the unit right triangle: mean 1/3; cosine law: mean z 2/3, mean z^2 1/2.
        # Sobol error at 2^14 points is about 1e-4; the bound leaves ten times that
        np.testing.assert_allclose(origins.mean(axis=0), [1 / 3, 1 / 3, 0.25], atol=1e-3)
        np.testing.assert_allclose(directions.mean(axis=0), [0, 0, 2 / 3], atol=1e-3)
        np.testing.assert_allclose((directions.astype(float) ** 2).mean(axis=0), [0.25, 0.25, 0.5], atol=1e-3)
        # float32 with polynomial sine and cosine
        np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1.0, atol=3e-7)

    def test_a_seed_gives_the_same_bits_and_another_does_not(self):
        first, again, other = rays(512), rays(512), rays(512, seed=2)
        np.testing.assert_array_equal(first, again)
        assert np.abs(first[1] - other[1]).max() > 0.1
