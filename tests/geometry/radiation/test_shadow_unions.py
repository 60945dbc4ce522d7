"""Areas that convex polygons cover together: two ways, and known ones."""

import numpy as np
import pytest
from scipy.spatial import ConvexHull

from geometry.radiation.clipping import SHORTEST, work_space
from geometry.radiation.convex_outlines import bounds, signed_area
from geometry.radiation.shadow_unions import swept_area, union_area


def both_ways(polygons):
    """Area by pieces that are left beside larger polygons, and by a sweep over all."""
    x, y, counts, areas, boxes, ranked, _, spare_x, spare_y, parts, sweep = work_space(16, len(polygons), 1)
    for j, polygon in enumerate(polygons):
        counts[j] = len(polygon)
        x[j, : len(polygon)], y[j, : len(polygon)] = np.asarray(polygon).T
        areas[j] = signed_area(x, y, j, counts[j])
        bounds(x, y, j, counts[j], boxes)
    left = union_area(
        x, y, counts, areas, boxes, len(polygons), SHORTEST, ranked, parts, spare_x, spare_y, sweep
    )
    return left, swept_area(x, y, counts, boxes, len(polygons), sweep)


def rectangle(x, y, width, height):
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


class TestUnionAreaAnalytic:
    def test_shared_edges_and_equal_squares_count_once(self):
        squares = [rectangle(0, 0, 1, 1), rectangle(1, 0, 1, 1), rectangle(0, 0, 1, 1), rectangle(0, 0, 2, 1)]
        assert both_ways(squares) == pytest.approx((2.0, 2.0), abs=1e-12)

    def test_a_comb_over_a_bar(self):
        teeth = [rectangle(0.2 * k, 0, 0.1, 1) for k in range(5)]
        # five teeth of 0.1, and what is left of a bar 0.1 high beside them
        assert both_ways([rectangle(0, 0.4, 1, 0.1), *teeth]) == pytest.approx((0.55, 0.55), abs=1e-12)


class TestUnionAreaLaw:
    @pytest.mark.parametrize("count", [2, 3, 5, 12])
    def test_random_polygons_both_ways(self, count):
        rng = np.random.default_rng(count)
        for _ in range(40):
            clouds = rng.uniform(-0.6, 0.6, (count, 8, 2)) * rng.uniform(0.1, 1.0, (count, 1, 1))
            clouds += rng.uniform(-0.5, 0.5, (count, 1, 2))
            polygons = [c[ConvexHull(c).vertices] for c in clouds]
            left, swept = both_ways(polygons)
            assert left == pytest.approx(swept, abs=1e-12)
