"""The person for scale, and the smooth shading of round parts."""

import numpy as np
import pytest

from geometry.mesh.optics import COATINGS
from geometry.mesh.primitives import Block, Surface, box, cylinder_profile, revolved
from viz.coatings import coating_material
from viz.outlines import outlines
from viz.scale_figure import scale_figure
from viz.smoothing import corner_normals

BLACK = Surface("part", COATINGS["black"])


def _volume_m3(mesh):
    a, b, c = np.moveaxis(mesh.vertices_m[mesh.faces], 1, 0)
    return np.einsum("fk,fk->f", a, np.cross(b, c)).sum() / 6.0


class TestScaleFigureLaw:
    @pytest.mark.parametrize("height_m", [1.75, 1.8, 3.6])
    def test_it_is_as_tall_as_asked_and_stands_on_the_ground(self, height_m):
        low, high = scale_figure(height_m).bounds_m
        assert high[2] - low[2] == pytest.approx(height_m)
        assert low[2] == pytest.approx(0.0, abs=1e-12)

    def test_it_is_as_broad_as_a_person_in_a_suit_and_outside_out(self):
        figure = scale_figure()
        depth, width, _ = np.ptp(figure.bounds_m, axis=0)
        assert 0.7 < width < 1.0
        assert 0.5 < depth < 0.8
        # parts overlap, so their sum is a little above that of a suited person, 0.1 to 0.3 m3
        assert 0.1 < _volume_m3(figure) < 0.4

    def test_it_is_the_same_left_and_right(self):
        figure = scale_figure()
        sides = [figure.areas_m2[s * figure.centroids_m[:, 1] > 0.0].sum() for s in (1.0, -1.0)]
        assert sides[0] == pytest.approx(sides[1], rel=0.02)  # but for the badge on the chest

    def test_every_coating_has_a_look(self):
        for optics in scale_figure().optics:
            assert coating_material(optics.coating) is not None


class TestScaleFigureRefusal:
    def test_no_height(self):
        with pytest.raises(ValueError, match=r"height_m must lie in \[0.1, 100\] m, got nan"):
            scale_figure(np.nan)


class TestSmoothingAnalytic:
    def test_normals_of_a_round_part_are_radial(self):
        mesh = revolved(cylinder_profile(0.5, 2.0), BLACK, sides=24)
        normals = corner_normals(mesh)
        around = np.abs(mesh.normals[:, 2]) < 0.1
        corners = mesh.vertices_m[mesh.faces[around]]
        radial = corners * [1.0, 1.0, 0.0] / 0.5
        # triangles of one band are not all alike about a corner: means lean by part of a facet of 15 degrees
        assert (np.einsum("fck,fck->fc", normals[around], radial) > np.cos(np.radians(4.0))).all()

    def test_edges_stay_sharp(self):
        mesh = box(Block((0.0, 0.0, 0.0), (1.0, 2.0, 3.0)), BLACK)
        np.testing.assert_array_equal(corner_normals(mesh), np.repeat(mesh.normals[:, None], 3, axis=1))

    def test_flat_parts_are_left_alone(self):
        mesh = revolved(cylinder_profile(0.5, 2.0), BLACK, sides=24)
        lids = np.abs(mesh.normals[:, 2]) > 0.9
        np.testing.assert_allclose(np.abs(corner_normals(mesh)[lids][..., 2]), 1.0, atol=1e-12)


class TestOutlinesLaw:
    def test_a_ribbon_along_every_rim_and_none_inside(self):
        mesh = box(Block((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)), BLACK, without=("-x", "+x", "-y", "+y", "-z"))
        lines = outlines(mesh, 0.01, 0.001)
        # four rims of 1 m, on both sides of the sheet
        assert lines.areas_m2.sum() == pytest.approx(2 * 4 * 1.0 * 0.01)
