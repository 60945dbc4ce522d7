"""`open_mesh`: what solids that touch flush cover of each other."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from geometry.mesh.surface_mesh import concatenate
from geometry.radiation import AccuracyWarning, exchange_factors, view_factors
from geometry.radiation.view_factors.exact_pairs import no_pairs
from geometry.radiation.view_factors.open_mesh import open_mesh

DOOR = import_module("geometry.radiation.view_factors.factors")  # the package's name is the function's


def stack(box, cells=(1, 1)):
    """A cube, a step beside it, a block on it and one in the corner: four faces are covered wholly."""
    return concatenate(
        [
            box((1, 1, 1), prefix="a", cells=cells),
            box((1, 1, 0.5), (1, 0, -0.25), prefix="b"),
            box((0.3, 0.3, 0.3), (0, 0, 0.65), prefix="c", cells=cells),
            box((0.2, 0.2, 0.2), (0.6, 0.1, 0.1), prefix="d"),
        ]
    )


SHUT = ("b-x", "c-z", "d-x", "d-z")
COVERED = {"a+x": 0.5 + 0.04, "a+z": 0.09, "b+z": 0.04, "b-x": 0.5, "c-z": 0.09, "d-x": 0.04, "d-z": 0.04}


class TestAnalytic:
    @pytest.mark.parametrize("cells", [(1, 1), (3, 2)])
    @pytest.mark.parametrize("offset", [0.0, 1e4])
    def test_areas_that_touch(self, box, cells, offset):
        turn = Rotation.from_rotvec([0.3, -0.8, 0.5]).as_matrix()
        mesh = stack(box, cells).transformed(turn, np.full(3, offset))
        found = open_mesh(mesh, np.full(3, offset))
        for k, name in enumerate(mesh.surface_names):  # coordinates of 1e4 m keep 1e-11 m
            assert found.covered_m2[k] == pytest.approx(COVERED.get(name, 0.0), abs=1e-9)
            assert found.is_shut[k] == (name in SHUT)

    def test_a_box_that_shares_a_corner_with_the_plate_beneath(self, box, rectangle):
        floor = rectangle("floor", (0, 0, 0), (2, 0, 0), (0, 3, 0))
        found = open_mesh(concatenate([floor, box((1, 1, 1), (0.5, 0.5, 0.5))]), np.zeros(3))
        assert found.covered_m2[0] == pytest.approx(1.0)
        assert not found.ragged

    def test_the_bottom_of_a_tray_sees_through_its_open_top(self, rectangle):
        # walls without backs look outward: 0.44 turns about the bottom, drawn as two facets
        sides = {
            "inner": ((1, 0, 0), (0, 1, 0)),
            "outer": ((0, 1, 0), (1, 0, 0)),
            "front": ((1, 0, 0), (0, 0, 1)),
            "left": ((0, 0, 1), (0, 1, 0)),
        }
        parts = [rectangle(name, (0, 0, 0), *edges) for name, edges in sides.items()]
        parts.append(rectangle("right", (1, 0, 0), (0, 1, 0), (0, 0, 1)))
        parts.append(rectangle("back", (0, 1, 0), (0, 0, 1), (1, 0, 0)))
        found = open_mesh(concatenate(parts), np.zeros(3))
        assert not found.covered_m2.any()

    @pytest.mark.parametrize("by_rays", [False, True])
    def test_what_is_covered_sees_nothing_but_inactive_sides(self, box, monkeypatch, recwarn, by_rays):
        if by_rays:
            monkeypatch.setattr(DOOR, "exact_pairs", lambda *_, **__: no_pairs())
        found = view_factors(stack(box), jobs=1)
        for name in SHUT:
            k = found.surface(name)
            assert found.view_factor[[k]].sum() == 0.0
            assert (found.to_inactive[k], found.to_inactive_standard_error[k]) == (1.0, 0.0)
        k = found.surface("a+x")
        slack = 4 * max(found.to_inactive_standard_error[k], 1e-6)
        assert found.to_inactive[k] == pytest.approx(0.54, abs=slack)
        # common edge: perpendicular rectangles 1 x 0.5 and 1 x 1 less what d covers and hides; alone 0.1472
        assert 0.09 < found.factor("a+x", "b+z") < 0.1472
        assert not recwarn.list

    def test_rays_meet_no_covered_bottom_through_the_plate(self, boxed_plate, monkeypatch):
        monkeypatch.setattr(DOOR, "exact_pairs", lambda *_, **__: no_pairs())
        flush, lifted = (view_factors(boxed_plate(gap), jobs=1, max_rays=10**6) for gap in (0.0, 4e-5))
        for pair in (("under", "-z"), ("floor", "-x")):
            errors = np.hypot(
                *(f.standard_error[f.surface(pair[0]), f.surface(pair[1])] for f in (flush, lifted))
            )
            assert flush.factor(*pair) == pytest.approx(lifted.factor(*pair), abs=5 * errors + 1e-6)

    def test_pairs_that_touch_nothing_are_as_without_contact(self, rectangle, box):
        on = concatenate([box((1, 1, 1), prefix="a"), box((0.4, 0.4, 0.4), (0, 0, 0.7), prefix="c")])
        bare = concatenate(
            [
                rectangle("top", (-0.5, -0.5, 0.5), (1, 0, 0), (0, 1, 0)),
                rectangle("side", (0.2, -0.2, 0.5), (0, 0.4, 0), (0, 0, 0.4)),
            ]
        )
        side = view_factors(on, jobs=1).factor("c+x", "a+z")
        assert side == pytest.approx(view_factors(bare, jobs=1).factor("side", "top"), abs=1e-12)


class TestLaw:
    @pytest.mark.parametrize("by_rays", [False, True])
    def test_two_sheets_back_to_back_are_one_with_two_sides(self, rectangle, monkeypatch, recwarn, by_rays):
        over = rectangle("over", (0, 0, 1), (0, 1, 0), (1, 0, 0))
        around = [over, rectangle("under", (0, 0, -1), (1, 0, 0), (0, 1, 0))]
        up = rectangle("up", (0, 0, 0), (1, 0, 0), (0, 1, 0))
        down = rectangle("down", (0, 0, 0), (0, 1, 0), (1, 0, 0))
        both = rectangle("up", (0, 0, 0), (1, 0, 0), (0, 1, 0), back="down")
        if by_rays:
            monkeypatch.setattr(DOOR, "exact_pairs", lambda *_, **__: no_pairs())
        two, one = (view_factors(concatenate([*sheet, *around]), jobs=1) for sheet in ([up, down], [both]))
        for name in ("up", "down", "over", "under"):
            for seen in ("up", "down", "over", "under"):
                error = np.hypot(
                    *(f.standard_error[f.surface(name), f.surface(seen)] for f in (two, one))
                )  # drawn in other directions
                assert two.factor(name, seen) == pytest.approx(one.factor(name, seen), abs=5 * error + 1e-12)
        assert not two.to_inactive.any()
        assert not recwarn.list

    def test_sheets_back_to_back_in_part_are_told_where_rays_decide(self, rectangle):
        up = rectangle("up", (0, 0, 0), (1, 0, 0), (0, 1, 0))
        down = rectangle("down", (0.3, 0.2, 0), (0, 1, 0), (1, 0, 0))
        mesh = concatenate([up, down, rectangle("over", (0, 0, 1), (0, 1, 0), (1, 0, 0))])
        found = view_factors(mesh, jobs=1)
        over = found.surface("over")
        shifted = view_factors(
            concatenate([down, rectangle("over", (0, 0, 1), (0, 1, 0), (1, 0, 0))]), jobs=1
        )
        assert 0.0 < found.to_inactive[over] < shifted.to_inactive[1]
        with pytest.warns(AccuracyWarning, match="lie back to back"):
            exchange_factors(mesh, max_rays=1e5, tolerance=1e-2)

    def test_nothing_is_cut_where_boxes_stand_apart_or_pierce(self, box):
        mesh = concatenate(
            [box(prefix="a"), box((1, 1, 1), (0.4, 0.3, 0.2), prefix="b"), box(center=(3, 0, 0))]
        )
        assert open_mesh(mesh, np.zeros(3)).mesh is mesh
