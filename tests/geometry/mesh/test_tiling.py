"""A rectangle around its footprints: areas add up, triangles meet edge to edge, the border stays whole."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geometry.mesh.tiling import tile_rectangle


def areas(points, triangles):
    a, b, c = np.moveaxis(points[triangles], 1, 0)
    return 0.5 * ((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0])


@st.composite
def layouts(draw):
    """Footprints in distinct cells of a coarse grid, each anywhere in its cell."""
    columns, rows = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    share = st.floats(0.01, 0.99)
    chosen = draw(st.sets(st.tuples(st.integers(0, columns - 1), st.integers(0, rows - 1)), max_size=10))
    footprints = []
    for i, j in sorted(chosen):
        ends = []
        for cell, count in ((i, columns), (j, rows)):
            low, high = sorted((draw(share), draw(share)))
            ends += [(cell + low) / count * 7.0, (cell + max(high, low + 0.01)) / count * 7.0]
        footprints.append(tuple(ends))
    return footprints


class TestTileRectangleLaw:
    @settings(max_examples=60, deadline=None)
    @given(layouts())
    def test_areas_orientation_and_edges(self, footprints):
        points, triangles, owner = tile_rectangle((0.0, 7.5), (0.0, 7.5), footprints)
        signed = areas(points, triangles)
        assert (signed > 0).all()
        # sums of a few hundred products of numbers of order 7: rounding only
        assert signed.sum() == pytest.approx(7.5**2, rel=1e-12)
        for k, (a, b, c, d) in enumerate(footprints):
            assert signed[owner == k].sum() == pytest.approx((b - a) * (d - c), rel=1e-9)
        edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
        directed = {tuple(e) for e in edges.tolist()}
        assert len(directed) == len(edges)
        border = sorted(e for e in directed if (e[1], e[0]) not in directed)
        assert border == [(0, 1), (1, 2), (2, 3), (3, 0)]  # corners only, counter-clockwise

    def test_no_footprints_two_triangles(self):
        _, triangles, owner = tile_rectangle((1.0, 2.0), (3.0, 5.0), [])
        assert len(triangles) == 2
        assert (owner == -1).all()

    def test_nearly_equal_lines_leave_no_slivers(self):
        one, two = (1.0, 2.0, 1.0, 2.0), (3.0, 4.0, 1.0 + 1e-16, 2.0 + 4e-16)
        points, triangles, _ = tile_rectangle((0.0, 5.0), (0.0, 5.0), [one, two])
        assert areas(points, triangles).min() > 0.1


class TestTileRectangleRefusal:
    def test_footprint_outside(self):
        with pytest.raises(ValueError, match=r"along u, got \(4, 6\)"):
            tile_rectangle((0.0, 5.0), (0.0, 5.0), [(4.0, 6.0, 1.0, 2.0)])

    def test_footprint_on_the_border(self):
        with pytest.raises(ValueError, match="along v"):
            tile_rectangle((0.0, 5.0), (0.0, 5.0), [(1.0, 2.0, 0.0, 2.0)])

    def test_nan(self):
        with pytest.raises(ValueError, match="footprint must lie inside"):
            tile_rectangle((0.0, 5.0), (0.0, 5.0), [(1.0, np.nan, 1.0, 2.0)])

    def test_overlap(self):
        with pytest.raises(ValueError, match="must not overlap"):
            tile_rectangle((0.0, 5.0), (0.0, 5.0), [(1.0, 3.0, 1.0, 3.0), (2.0, 4.0, 2.0, 4.0)])
