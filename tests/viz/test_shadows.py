"""Shadows and ambient light against closed forms; halving leaves no gap."""

import numpy as np
import pytest

from geometry.mesh.optics import COATINGS
from geometry.mesh.surface_mesh import SurfaceMesh, concatenate
from viz.light_rays import SUN_HALF_ANGLE_RAD
from viz.refinement import corner_means, halved, longest_edges_m, refined
from viz.scene import Material
from viz.shadows import SKY_RAYS, shades
from viz.surroundings import SHARP_COLUMNS, SHARP_ROWS, SOFT_COLUMNS, SOFT_ROWS, Surroundings

BLACK, WHITE = Material((0.0, 0.0, 0.0)), Material((1.0, 1.0, 1.0))
EVEN_SKY = Surroundings(
    np.ones((SHARP_ROWS, SHARP_COLUMNS, 3), np.float32), np.ones((7, SOFT_ROWS, SOFT_COLUMNS, 3), np.float32)
)
UP = np.array([0.0, 0.0, 1.0])


def rectangle(corner, a, b, *names):
    """Two black triangles with a front along a x b, and a back where a second name is given."""
    corner, a, b = (np.array(v, dtype=float) for v in (corner, a, b))
    return SurfaceMesh(
        [corner, corner + a, corner + a + b, corner + b],
        [[0, 1, 2], [0, 2, 3]],
        [0, 0],
        [len(names) - 2] * 2 if len(names) == 1 else [1, 1],
        names,
        (COATINGS["black"],) * len(names),
    )


def _plates(height, size=(1.0, 1.0), shift=(0.0, 0.0)):
    """A unit square looking up and a sheet above it."""
    floor = rectangle([-0.5, -0.5, 0.0], [1, 0, 0], [0, 1, 0], "floor")
    x, y = size[0] / 2, size[1] / 2
    corner = [shift[0] - x, shift[1] - y, height]
    roof = rectangle(corner, [size[0], 0, 0], [0, size[1], 0], "roof", "roof.back")
    return concatenate([floor, roof])


def _cast(mesh, sun=UP, materials=(BLACK,) * 3, **options):
    return shades(mesh, materials, sun, EVEN_SKY, np.eye(3), **options)


def _floor(cast, values):
    faces = cast.mesh.surface_faces(cast.mesh.surface_index("floor"))[0]
    return cast.mesh.vertices_m[cast.mesh.faces[faces]], values[faces]


class TestShadowsAnalytic:
    def test_shaded_area_is_the_projection_of_the_roof(self):
        sun = np.array([np.tan(np.radians(30.0)), 0.0, 1.0]) / np.hypot(np.tan(np.radians(30.0)), 1.0)
        cast = _cast(_plates(0.5, (0.4, 0.6)), sun, finest_m=0.01)
        faces = cast.mesh.surface_faces(0)[0]
        lit = (cast.front_sunlight[faces].mean(axis=1) * cast.mesh.areas_m2[faces]).sum()
        # 0.4 x 0.6 m, moved by 0.5 tan 30 = 0.29 m: whole on the floor.  Edges 0.01 to 0.02 m long smear its
        # 2 m of rim by under a quarter of their length, to both sides: 0.5 % of the floor
        assert lit == pytest.approx(1.0 - 0.24, abs=0.005)

    def test_the_penumbra_is_as_wide_as_the_sun(self):
        height = 4.0
        cast = _cast(_plates(height, (4.0, 4.0), (2.0, 0.0)), finest_m=0.002, tolerance=0.02)
        corners, share = _floor(cast, cast.front_sunlight)
        x = corners[..., 0].ravel()
        half = height * SUN_HALF_ANGLE_RAD
        inside = np.abs(x) < 0.9 * half
        assert inside.sum() > 50
        depth = x[inside] / half  # share of a disc left of a chord
        expected = (np.arccos(depth) - depth * np.sqrt(1 - depth**2)) / np.pi
        # corners are looked from up to 2 mm, a tenth of the half width: 0.06; 24 rays tell 0.04
        np.testing.assert_allclose(share.ravel()[inside], expected, atol=0.11)
        assert (share.ravel()[x > 1.2 * half] == 0.0).all()
        assert (share.ravel()[x < -1.2 * half] == 1.0).all()

    def test_ambient_light_under_a_roof_is_one_less_its_view_factor(self):
        cast = _cast(_plates(0.7), coarsest_m=0.26, finest_m=10.0)
        corners, share = _floor(cast, cast.front_ambient)
        at = np.linalg.norm(corners, axis=-1) < 1e-9
        assert at.any()
        # element under the middle of a parallel square, four quarters [Howell, factor B-4]: a = b = 0.5 / 0.7
        a = 0.5 / 0.7
        quarter = a / np.sqrt(1 + a * a) * np.arctan(a / np.sqrt(1 + a * a)) / np.pi
        # rays on a spiral miss by about their number to -3/4, and the point lies up to 0.02 m off the middle
        assert share[at] == pytest.approx(1.0 - 4.0 * quarter, abs=SKY_RAYS**-0.75 + 0.01)


class TestShadowsLaw:
    def test_nothing_in_the_way_leaves_all_light(self):
        floor = rectangle([0, 0, 0], [1, 0, 0], [0, 1, 0], "floor")
        cast = shades(floor, (BLACK,), UP, EVEN_SKY, np.eye(3))
        assert (cast.front_sunlight == 1.0).all()
        assert (cast.front_ambient == 1.0).all()

    def test_what_looks_away_from_the_sun_has_none(self):
        cast = _cast(_plates(0.5), -UP)
        assert (cast.front_sunlight[cast.mesh.surface_faces(0)[0]] == 0.0).all()

    def test_white_walls_throw_light_on(self):
        dark, bright = (
            _floor(c, c.front_ambient)[1].mean()
            for c in (_cast(_plates(0.3), -UP), _cast(_plates(0.3), -UP, (WHITE,) * 3))
        )
        assert bright > dark + 0.1

    def test_sides_that_no_eye_sees_are_left_in_light(self):
        cast = _cast(_plates(0.5), eye_m=np.array([0.0, 0.0, -3.0]))
        assert (cast.front_sunlight == 1.0).all()

    def test_surfaces_keep_their_areas(self):
        mesh = _plates(0.5, (0.4, 0.6))
        cast = _cast(mesh, np.array([0.3, 0.1, 0.9]) / np.linalg.norm([0.3, 0.1, 0.9]))
        assert len(cast.mesh.faces) > 50
        np.testing.assert_allclose(cast.mesh.surface_areas_m2, mesh.surface_areas_m2, rtol=1e-12)

    def test_the_same_bits_again(self):
        one, again = _cast(_plates(0.5)), _cast(_plates(0.5))
        assert (one.front_ambient == again.front_ambient).all()


class TestHalvingLaw:
    def test_no_corner_lies_on_a_neighbours_edge(self):
        mesh = rectangle([0, 0, 0], [2, 0, 0], [0, 1, 0], "floor")
        rng = np.random.default_rng(4)
        for _ in range(8):
            mesh = halved(mesh, rng.random(len(mesh.faces)) < 0.3)
        ends = np.sort(np.stack([mesh.faces, np.roll(mesh.faces, -1, axis=1)], axis=2), axis=2).reshape(-1, 2)
        edges, count = np.unique(ends, axis=0, return_counts=True)
        single = mesh.vertices_m[edges[count == 1]].mean(axis=1)
        on_rim = np.isclose(single[:, 0] % 2.0, 0.0) | np.isclose(single[:, 1] % 1.0, 0.0)
        assert on_rim.all()  # an inner edge of one face only would be a gap
        assert mesh.areas_m2.sum() == pytest.approx(2.0, rel=1e-12)

    def test_refined_as_asked(self):
        mesh = rectangle([0, 0, 0], [4, 0, 0], [0, 1, 0], "floor")

        def longest_m(centroids_m):
            return 0.1 + 0.2 * centroids_m[:, 0]

        fine = refined(mesh, longest_m)
        assert (longest_edges_m(fine) <= longest_m(fine.centroids_m)).all()

    def test_corner_means_keep_a_flat_field_and_the_mean_of_any(self):
        mesh = refined(
            rectangle([0, 0, 0], [1, 0, 0], [0, 1, 0], "floor"),
            lambda c: np.full(len(c), 0.2),
        )
        assert corner_means(mesh, mesh.front_surface, np.full(len(mesh.faces), 3.5)) == pytest.approx(3.5)
        slope = mesh.centroids_m[:, 0]
        means = corner_means(mesh, mesh.front_surface, slope)
        assert (means.mean(axis=1) * mesh.areas_m2).sum() == pytest.approx((slope * mesh.areas_m2).sum())
