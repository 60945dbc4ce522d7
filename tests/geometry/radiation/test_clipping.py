"""Clipped shadows along one direction: areas that are known, unions, pieces."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geometry.mesh.optics import COATINGS
from geometry.mesh.surface_mesh import concatenate
from geometry.radiation.clipped_sun import blocked_along
from geometry.radiation.flat_craft import flat_craft
from geometry.radiation.paths import traced_craft
from geometry.radiation.ray_caster import EmbreeRayCaster
from geometry.radiation.receivers import surface_receivers

BLACK = COATINGS["black"]


def flat(mesh):
    return flat_craft(traced_craft(mesh, EmbreeRayCaster(mesh), surface_receivers))


def shares(mesh, name, directions):
    """Blocked share of a surface for directions (D, 3), by pieces weighted with their areas."""
    craft = flat(mesh)
    directions = np.atleast_2d(np.asarray(directions, float))
    directions = np.ascontiguousarray(directions / np.linalg.norm(directions, axis=1)[:, None])
    own = np.flatnonzero(craft.receiver == mesh.surface_index(name))
    ahead = directions @ craft.normals[craft.normal_index[own[0]]] > 0.0
    out = sum(craft.receiver_shares[g] * blocked_along(craft, g, directions) for g in own)
    return np.where(ahead, out, 0.0)


def floor_and(plate, *others):
    return concatenate([plate("floor", [0, 0, 0], [2, 0, 0], [0, 1, 0], BLACK, BLACK, cells=(3, 2)), *others])


class TestBlockedShareAnalytic:
    @given(x=st.floats(-1.2, 1.2), y=st.floats(-1.2, 1.2))
    @settings(max_examples=30, deadline=None, derandomize=True)
    def test_a_parallel_square_shades_the_rectangle_it_is_shifted_to(self, plate, x, y):
        mesh = floor_and(plate, plate("roof", [0.5, 0.2, 0.5], [0.7, 0, 0], [0, 0.6, 0], BLACK, BLACK))
        # light from (x, y, 1) moves the shadow by -0.5 (x, y)
        wide = np.clip(min(2.0, 1.2 - 0.5 * x) - max(0.0, 0.5 - 0.5 * x), 0, None)
        deep = np.clip(min(1.0, 0.8 - 0.5 * y) - max(0.0, 0.2 - 0.5 * y), 0, None)
        assert shares(mesh, "floor", [x, y, 1])[0] == pytest.approx(wide * deep / 2.0, abs=1e-12)

    @pytest.mark.parametrize("elevation_deg", [10.0, 45.0, 80.0, 89.999])
    def test_a_wall_that_touches_the_floor_shades_it_by_the_cotangent(self, plate, elevation_deg):
        mesh = floor_and(plate, plate("wall", [0, 0, 0], [0, 1, 0], [0, 0, 0.8], BLACK, BLACK))
        e = np.radians(elevation_deg)
        got = shares(mesh, "floor", [[-np.cos(e), 0, np.sin(e)], [np.cos(e), 0, np.sin(e)]])
        assert got[0] == pytest.approx(min(1.0, 0.4 / np.tan(e)), abs=1e-9)
        assert got[1] == 0.0

    def test_overlapping_shadows_count_once(self, plate):
        low = plate("low", [0.2, 0.2, 0.3], [0.6, 0, 0], [0, 0.5, 0])
        high = plate("high", [0.5, 0.4, 0.7], [0, 0.5, 0], [0.8, 0, 0])
        mesh = floor_and(plate, low, high)
        # 0.6 x 0.5 and 0.8 x 0.5 with 0.3 x 0.3 in both
        assert shares(mesh, "floor", [0, 0, 1])[0] == pytest.approx((0.3 + 0.4 - 0.09) / 2, abs=1e-12)

    def test_what_is_drawn_twice_by_other_triangles_shades_once(self, plate):
        # joined triangles of the two share several edges: the rest of those must not be left as spikes
        twice = [
            plate("one", [0.3, 0.2, 0.5], [1.2, 0, 0], [0, 0.6, 0], BLACK, BLACK, cells=(6, 6)),
            plate("two", [0.3, 0.2, 0.5], [0, 0.6, 0], [1.2, 0, 0], BLACK, BLACK, cells=(5, 5)),
        ]
        mesh = floor_and(plate, *twice)
        directions = np.random.default_rng(4).uniform((-0.6, -0.6, 1.0), (0.6, 0.6, 2.2), (50, 3))
        x, y = (0.5 * directions[:, k] / directions[:, 2] for k in range(2))
        wide = np.minimum(2.0, 1.5 - x) - np.maximum(0.0, 0.3 - x)
        deep = np.minimum(1.0, 0.8 - y) - np.maximum(0.0, 0.2 - y)
        np.testing.assert_allclose(shares(mesh, "floor", directions), wide * deep / 2.0, atol=1e-9)

    def test_a_box_on_the_floor_covers_where_it_stands(self, plate, box):
        mesh = floor_and(plate, box((0.4, 0.2, 0.3), (1.0, 0.5, 0.15), prefix="box"))
        tilt = np.array([0.5, 0.0, 1.0])
        # the closed box counts by its far sides alone: footprint and the strip 0.3 x 0.5 wide beside it
        assert shares(mesh, "floor", [0, 0, 1])[0] == pytest.approx(0.08 / 2, abs=1e-7)
        assert shares(mesh, "floor", tilt)[0] == pytest.approx((0.08 + 0.15 * 0.2) / 2, abs=1e-7)

    def test_directions_behind_the_plane_are_blocked_by_nothing(self, plate):
        mesh = floor_and(plate, plate("roof", [-5, -5, 0.1], [10, 0, 0], [0, 10, 0], BLACK, BLACK))
        np.testing.assert_array_equal(shares(mesh, "floor", [[0, 0, -1], [1, 0, 0], [0, 0, 1]]), [0, 0, 1])
        assert shares(mesh, "floor.back", [[0, 0, -1], [0, 0, 1]]).max() == 0.0


class TestPiecesLaw:
    def test_coplanar_cells_become_one_piece_a_hole_does_not(self, plate):
        craft = flat(plate("floor", [0, 0, 0], [2, 0, 0], [0, 1, 0], cells=(7, 5)))
        assert craft.piece_counts.tolist() == [1]
        assert np.diff(craft.first_corner).tolist() == [4]
        ring = [
            plate(n, o, a, b)
            for n, o, a, b in (
                ("a", [0, 0, 0], [3, 0, 0], [0, 1, 0]),
                ("b", [0, 2, 0], [3, 0, 0], [0, 1, 0]),
                ("c", [0, 1, 0], [1, 0, 0], [0, 1, 0]),
                ("d", [2, 1, 0], [1, 0, 0], [0, 1, 0]),
            )
        ]
        frame = flat(concatenate(ring))
        assert frame.occluders >= 4
        # the hole is no part of any piece: nothing shades a plate seen through it
        below = plate("below", [1.2, 1.2, -1], [0.5, 0, 0], [0, 0.5, 0])
        assert shares(concatenate([*ring, below]), "below", [0, 0, 1])[0] == 0.0

    def test_finer_triangles_are_the_same_shadow(self, plate):
        roof = plate("roof", [0.3, -0.2, 0.4], [0.9, 0.1, 0.3], [0, 0.7, 0.1], BLACK, BLACK)
        mesh = floor_and(plate, roof)
        rng = np.random.default_rng(1)
        rays = rng.normal(size=(200, 3)) + np.array([0, 0, 1])
        coarse, fine = shares(mesh, "floor", rays), shares(mesh.subdivided(0.2), "floor", rays)
        np.testing.assert_allclose(coarse, fine, atol=1e-9)
        assert coarse.max() > 0.1

    @settings(max_examples=10, deadline=None, derandomize=True)
    @given(seed=st.integers(0, 2**31))
    def test_turning_everything_changes_nothing_and_unions_are_below_sums(self, plate, seed):
        rng = np.random.default_rng(seed)
        others = [
            plate(f"p{k}", [*rng.uniform(0, 1.5, 2), rng.uniform(0.05, 1)], *rng.normal(size=(2, 3)) * 0.5)
            for k in range(4)
        ]
        rays = rng.normal(size=(50, 3))
        together = shares(floor_and(plate, *others), "floor", rays)
        alone = [shares(floor_and(plate, o), "floor", rays) for o in others]
        assert (together <= np.sum(alone, axis=0) + 1e-12).all()
        assert (together >= np.max(alone, axis=0) - 1e-12).all()
        turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        turn *= np.sign(np.linalg.det(turn))
        turned = shares(floor_and(plate, *others).transformed(turn), "floor", rays @ turn.T)
        # tolerances of planes are 1e-7 of the extent; shares bend by so much over grazing directions
        np.testing.assert_allclose(turned, together, atol=1e-5)

    def test_clipped_shares_agree_with_rays(self, plate, box):
        mesh = floor_and(
            plate, box((0.5, 0.3, 0.4), (0.6, 0.5, 0.5)), plate("fin", [1, 0.1, 0], [0, 0.8, 0], [0.3, 0, 1])
        )
        caster = EmbreeRayCaster(mesh)
        rng = np.random.default_rng(3)
        count = 20_000
        points = rng.random((count, 3)) * [2, 1, 0] + [0, 0, 1e-5] - caster.center_m
        for ray in ([0.3, 0.2, 1.0], [-1.0, 0.4, 0.6], [0.9, -0.8, 0.3]):
            ray = np.asarray(ray) / np.linalg.norm(ray)
            blocked = caster.is_blocked(
                points.astype(np.float32), np.tile(ray, (count, 1)).astype(np.float32)
            )
            share = shares(mesh, "floor", ray)[0]
            # 4 sigma of 20,000 random points
            assert abs(blocked.mean() - share) < 4 * np.sqrt(max(share * (1 - share), 1e-4) / count)
