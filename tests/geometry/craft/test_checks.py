"""The checks of `conftest` themselves: each finds the fault that it is there for."""

from dataclasses import replace

import pytest

from geometry.mesh.optics import COATINGS
from geometry.mesh.primitives import Block, Surface, box, rectangle
from geometry.mesh.surface_mesh import concatenate

A, B = Surface("a", COATINGS["black"]), Surface("b", COATINGS["black"])
CUBE = Block((0, 0, 0), (1, 1, 1))


class TestChecksFindFaults:
    def test_solid_without_a_side_wall_and_another(self, laws):
        assert laws["solids"](box(CUBE, A)) == []
        assert laws["solids"](box(CUBE, A, without=["-z"])) == []
        assert "flat foot" in laws["solids"](box(CUBE, A, without=["-z", "+x"]))[0]

    def test_solid_inside_out(self, laws):
        cube = box(CUBE, A)
        mirrored = replace(cube, vertices_m=-cube.vertices_m)
        assert "volume -1" in laws["solids"](mirrored)[0]

    @pytest.mark.parametrize(("height", "count"), [(1.00001, 2), (1.001, 0)])
    def test_sheet_on_a_box(self, laws, height, count):
        sheet = rectangle((0.2, 0.3, height), (0.9, 0.7, height), "+z", B)
        pairs = laws["near"](concatenate([box(CUBE, A), sheet]), share=1e-4)
        assert len({frozenset(p) for p in pairs}) == len(pairs)
        assert (len(pairs) >= count) if count else (pairs == [])

    def test_neighbours_in_a_plane_do_not_overlap(self, laws):
        assert laws["near"](rectangle((0, 0, 0), (1, 1, 0), "+z", A, columns=7, rows=5)) == []

    def test_box_stuck_into_a_box(self, laws):
        stuck = Block((0.5, 0.4, 0.4), (1.5, 0.6, 0.6))
        hits = laws["inner"](concatenate([box(CUBE, A), box(stuck, B)]))
        assert hits["b"] > 0.3
        assert laws["inner"](concatenate([box(CUBE, A), box(Block((1.1, 0, 0), (2, 1, 1)), B)])) == {}
