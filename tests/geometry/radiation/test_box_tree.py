"""The tree of boxes against looking at everything."""

import numpy as np
import pytest

from geometry.radiation.box_tree import box_tree, none_before


class TestLaw:
    @pytest.mark.parametrize("count", [1, 2, 3, 500])
    def test_leaves_hold_everything_once(self, count):
        low = np.random.default_rng(count).normal(size=(count, 3))
        tree = box_tree(low, low + 1.0)
        leaves = tree.child < 0
        rows = np.concatenate(
            [tree.order[a:b] for a, b in zip(tree.first[leaves], tree.last[leaves], strict=True)]
        )
        assert sorted(rows) == list(range(count))
        np.testing.assert_array_equal(tree.low_m[0], low.min(axis=0))
        np.testing.assert_array_equal(tree.high_m[0], low.max(axis=0) + 1.0)

    def test_same_answer_as_every_point_looked_at(self):
        rng = np.random.default_rng(4)
        points, normals = rng.normal(size=(300, 3)), rng.normal(size=(200, 3))
        top = (points @ normals.T).max(axis=0)
        # half of the planes a rounding above the highest point, half below it
        limits = top + np.where(np.arange(200) % 2 == 0, 1e-12, -1e-12)
        np.testing.assert_array_equal(none_before(normals, limits, points), np.arange(200) % 2 == 0)
