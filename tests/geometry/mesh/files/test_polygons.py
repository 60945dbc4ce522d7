"""Polygons into triangles: areas, turning, and what cannot be cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geometry.mesh.files.polygons import PolygonError, triangulated


def in_space(flat, rng):
    """Polygons of a plane, (n, 2), somewhere in space: (n, 3) and the plane's normal."""
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    turn *= np.linalg.det(turn)
    return np.column_stack([flat, np.zeros(len(flat))]) @ turn.T + rng.normal(size=3), turn[:, 2]


def shoelace(flat):
    x, y = flat.T
    return 0.5 * float(x @ np.roll(y, -1) - y @ np.roll(x, -1))


def signed_areas(points, faces, normal):
    a, b, c = np.moveaxis(points[faces], 1, 0)
    return 0.5 * np.cross(b - a, c - a) @ normal


def cut(points):
    faces, _ = triangulated(points, np.arange(len(points)), np.array([0, len(points)]))
    return faces


L_SHAPE = np.array([[0, 0], [3, 0], [3, 1], [1, 1], [1, 3], [0, 3]], dtype=float)
COMB = np.array(
    [[0, 0], [9, 0], [9, 4], [8, 4], [8, 1], [6, 1], [6, 4], [5, 4], [5, 1], [2, 1], [2, 4], [0, 4]],
    dtype=float,
)
PLATE_WITH_EDGE_POINTS = np.array(
    [[0, 0], [1, 0], [2, 0], [2, 1], [2, 2], [1, 2], [0, 2], [0, 1]], dtype=float
)
DART = np.array([[0, 0], [4, 0], [1, 1], [0, 4]], dtype=float)


class TestTriangulatedAnalytic:
    @pytest.mark.parametrize(
        ("flat", "area"), [(L_SHAPE, 5.0), (COMB, 21.0), (PLATE_WITH_EDGE_POINTS, 4.0), (DART, 4.0)]
    )
    @pytest.mark.parametrize("first", range(4))
    def test_area_whatever_corner_comes_first(self, flat, area, first):
        points, normal = in_space(np.roll(flat, first, axis=0), np.random.default_rng(3))
        areas = signed_areas(points, cut(points), normal)
        assert len(areas) == len(flat) - 2
        # every triangle turns as the polygon does and has an area; together they are the polygon
        assert (areas > 1e-3).all()
        np.testing.assert_allclose(areas.sum(), area, rtol=1e-13)  # rounding of a rotation

    def test_convex_polygon_becomes_a_fan(self):
        angle = 2 * np.pi * np.arange(7) / 7
        points = np.column_stack([np.cos(angle), np.sin(angle), 0 * angle])
        assert cut(points).tolist() == [[0, k, k + 1] for k in range(1, 6)]

    def test_sizes_mixed_keep_their_order(self):
        points = np.concatenate([np.column_stack([L_SHAPE, np.zeros(6)]), np.eye(3), np.eye(4, 3) * 2])
        corners = np.array([6, 7, 8, 0, 1, 2, 3, 4, 5, 8, 7, 6])
        faces, polygon = triangulated(points, corners, np.array([0, 3, 9, 12]))
        assert polygon.tolist() == [0, 1, 1, 1, 1, 2]
        assert faces[0].tolist() == [6, 7, 8]
        assert faces[-1].tolist() == [8, 7, 6]

    def test_doubled_corner_leaves_a_triangle_without_area(self):
        points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], dtype=float)
        faces, _ = triangulated(points, np.array([0, 1, 2, 2]), np.array([0, 4]))
        areas = signed_areas(points, faces, np.array([0, 0, 1.0]))
        assert sorted(areas.tolist()) == [0.0, 0.5]


class TestTriangulatedLaw:
    @settings(max_examples=60, deadline=None)
    @given(st.integers(4, 14), st.integers(0, 2**32 - 1))
    def test_star_shaped_polygons_are_covered_once(self, size, seed):
        """Radii at rising angles never cross; most are not convex."""
        rng = np.random.default_rng(seed)
        angle = (np.arange(size) + rng.uniform(-0.3, 0.3, size)) * 2 * np.pi / size
        flat = rng.uniform(0.2, 1.0, size)[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
        points, normal = in_space(flat, rng)
        areas = signed_areas(points, cut(points), normal)
        assert (areas > 0).all()
        # rounding of a rotation, against the smallest area that these radii allow (0.1)
        np.testing.assert_allclose(areas.sum(), shoelace(flat), rtol=1e-12)

    def test_reversed_polygon_turns_over(self):
        points, normal = in_space(COMB, np.random.default_rng(5))
        assert (signed_areas(points[::-1], cut(points[::-1]), normal) < 0).all()

    def test_many_polygons_at_once_are_as_one_by_one(self):
        rng = np.random.default_rng(11)
        points, _ = in_space(COMB, rng)
        shifts = rng.normal(size=(50, 1, 3))
        many = (points + shifts).reshape(-1, 3)
        faces, polygon = triangulated(many, np.arange(len(many)), 12 * np.arange(51))
        assert (faces.reshape(50, 10, 3) - 12 * np.arange(50)[:, None, None] == cut(points)).all()
        assert (polygon == np.repeat(np.arange(50), 10)).all()


class TestTriangulatedRefusal:
    @pytest.mark.parametrize(
        "flat",
        [
            [[0, 0], [2, 2], [2, 0], [0, 2.5]],  # a bow tie
            [[np.cos(4 * np.pi * k / 5), np.sin(4 * np.pi * k / 5)] for k in range(5)],  # a pentagram
        ],
    )
    def test_sides_that_cross(self, flat):
        points = np.column_stack([np.array(flat, dtype=float), np.zeros(len(flat))])
        with pytest.raises(PolygonError, match="cross"):
            cut(points)

    def test_two_corners(self):
        with pytest.raises(PolygonError, match="three corners, this one has 2") as refusal:
            triangulated(np.eye(3), np.array([0, 1, 2, 0, 1]), np.array([0, 3, 5]))
        assert refusal.value.polygon == 1
