"""Earth loads by clipped shadows: closed forms, rays, finer tables, errors that cover."""

import numpy as np
import pytest

from geometry.environment import Environment
from geometry.mesh.optics import COATINGS
from geometry.mesh.surface_mesh import concatenate
from geometry.radiation import heat_loads
from geometry.radiation.accuracy import STOPPING_MARGIN, Accuracy, RayBudget
from geometry.radiation.clipped_loads import clipped_loads
from geometry.radiation.earth import earth_scene
from geometry.radiation.earth_loads import straight_loads
from geometry.radiation.flat_craft import flat_craft
from geometry.radiation.grid_cosines import cosine_cells, cosine_crossings
from geometry.radiation.paths import traced_craft
from geometry.radiation.plate_to_earth import unshaded_plates
from geometry.radiation.ray_caster import EmbreeRayCaster
from geometry.radiation.receivers import surface_receivers
from geometry.radiation.shade_cache import ShadeCache
from geometry.radiation.shade_tables import shade_tables
from geometry.radiation.shaded_light import GridLists
from geometry.radiation.sky_grid import body_from_grid, grid_directions
from geometry.radiation.sky_light import SkyScene, earth_light

BLACK = COATINGS["black"]


def flat(mesh):
    return flat_craft(traced_craft(mesh, EmbreeRayCaster(mesh), surface_receivers))


def direct_loads(craft, scene, tolerance):
    """Loads of all receivers, which of them reached the tolerance, (G,), and the tables."""
    cache, accuracy = ShadeCache(craft), Accuracy(tolerance)
    unshaded = unshaded_plates(craft.normals, scene)
    everyone = np.unique(craft.receiver)
    loads = clipped_loads(cache, everyone, scene, unshaded, accuracy)
    reached = accuracy.excess(loads.direct[1:], loads.error[1:]).max(axis=(0, 1)) <= STOPPING_MARGIN
    return loads, reached, cache


def assembly(plate, box, seed):
    """A floor, a wall, fins and a box, all askew."""
    rng = np.random.default_rng(seed)
    parts = [
        plate("floor", [0, 0, 0], [2, 0, 0], [0, 2, 0], BLACK, BLACK, cells=(2, 1)),
        plate("wall", [0, 0, 0], [0, 2, 0], [0, 0, 1.2], BLACK, BLACK),
        box((0.3, 0.2, 0.25), (1.2, 0.6, 0.3), prefix="box"),
    ]
    for k in range(3):
        origin = [*rng.uniform(0.2, 1.6, 2), rng.uniform(0.2, 1.2)]
        parts.append(plate(f"fin{k}", origin, *(rng.normal(size=(2, 3)) * 0.4), BLACK, BLACK))
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    return concatenate(parts).transformed(turn * np.sign(np.linalg.det(turn)))


class TestGridAnalytic:
    def test_cosines_sum_to_pi_and_halve_exactly(self):
        normal = np.array([0.48, -0.6, 0.64])
        fine = cosine_crossings(cosine_cells(normal, 32))
        assert fine.sum() == pytest.approx(np.pi, rel=1e-4)  # midpoints of 128 x 128 per face
        both = [(np.arange(len(fine)), fine), (np.arange(40), fine[:40])]
        coarse = GridLists.of(32, both).halved()
        assert coarse.rows == 16
        for (at, weights), first, last in zip(both, coarse.first, coarse.first[1:], strict=False):
            halves, there = coarse.weights[first:last].astype(float), coarse.crossings[first:last]
            assert len(np.unique(there)) == len(there)
            # kept to 6e-8 each
            assert halves.sum() == pytest.approx(weights.sum(), rel=1e-6, abs=1e-12)
            # hat functions of the coarse grid integrate linear functions of place as the fine ones do but for
            # the curvature of the face
            sums = halves @ grid_directions(16)[there]
            np.testing.assert_allclose(weights @ grid_directions(32)[at], sums, atol=4e-3)

    def test_light_on_the_grid_sums_to_the_unshaded_plate(self, states):
        scene = earth_scene(states(3, axes="nadir", beta_deg=40.0, noon_angle_deg=-60.0), Environment())
        scene = scene.part(slice(0, 2))  # by day
        normal = np.array([[0.36, 0.48, 0.8]])
        exact = unshaded_plates(normal, scene)[:, :, 0]
        errors = []
        for rows in (16, 32, 64):
            cosines = cosine_crossings(cosine_cells(normal[0], rows))
            light = np.einsum("v,vlt->lt", cosines, earth_light(scene, rows)) / np.pi
            errors.append(np.abs(light / exact[:2] - 1.0).max())
        # second order but for the root at the limb: three times less at least from grid to grid
        assert errors[0] > 2.5 * errors[1] > 6.0 * errors[2]
        assert errors[2] < 2e-3
        # the coarser grids that come with a fine one are as good as those made alone, within a fifth
        levels = SkyScene.of(scene).light(slice(0, 2), 64)
        for rows, alone in zip((16, 32, 64), errors, strict=True):
            light = np.einsum("v,vlt->lt", cosine_crossings(cosine_cells(normal[0], rows)), levels[rows])
            assert np.abs(light / np.pi / exact[:2] - 1.0).max() < 1.2 * alone


class TestTablesAnalytic:
    def test_a_parallel_roof_blocks_its_view_factor(self, plate):
        # two facing unit squares, one apart: F = 0.199825 [Howell]
        roof = plate("roof", [0, 0, 1], [0, 1, 0], [1, 0, 0], BLACK)
        craft = flat(concatenate([plate("floor", [0, 0, 0], [1, 0, 0], [0, 1, 0], BLACK), roof]))
        (table,) = shade_tables(craft, np.array([0]), 64, np.full((1, 384), 1e-6), 1)
        assert table.blocked.sum() / np.pi == pytest.approx(0.199825, abs=2e-5)  # 64 rows, second order

    def test_a_wall_that_touches_blocks_its_view_factor(self, plate):
        # perpendicular unit squares with a common edge: F = 0.200044 [Howell]
        wall = plate("wall", [0, 0, 0], [0, 1, 0], [0, 0, 1], BLACK, BLACK)
        craft = flat(concatenate([plate("floor", [0, 0, 0], [1, 0, 0], [0, 1, 0], BLACK), wall]))
        (table,) = shade_tables(craft, np.array([0]), 64, np.full((1, 384), 1e-6), 1)
        assert table.blocked.sum() / np.pi == pytest.approx(0.200044, abs=2e-5)


class TestClippedLoadsLaw:
    @pytest.mark.parametrize("seed", [1, 3, pytest.param(2, marks=pytest.mark.slow)])
    def test_stated_errors_cover_on_assemblies_askew(self, plate, box, states, seed):
        craft = flat(assembly(plate, box, seed))
        scene = earth_scene(states(12, axes="sun", beta_deg=59.0, noon_angle_deg=7.0), Environment())
        loads, reached, _ = direct_loads(craft, scene, 3e-3)
        best, known, _ = direct_loads(craft, scene, 4e-4)
        assert reached.all()
        # what is too intricate for the finer table is no reference (`heat_loads` leaves it to rays)
        assert known.mean() > 0.8
        loads, best = loads.of(known), best.of(known)
        off = np.abs(loads.direct - best.direct)[1:]
        stated = np.hypot(loads.error, best.error)[1:]
        ratio = off / np.maximum(stated, 1e-9)
        # like a standard error: rms below 1, and hardly ever beyond three
        assert np.sqrt((ratio**2).mean()) < 1.0
        assert (ratio > 3.0).mean() < 2e-3
        assert (off <= 3e-3 * np.maximum(best.direct[1:], 1.0)).all()

    def test_errors_cover_at_more_times_than_tables_are_refined_for(self, plate, box, states):
        craft = flat(assembly(plate, box, 1))
        some, all_of = 36, 252  # beyond 96, coarse grids do at the times when they suffice
        scene = earth_scene(states(all_of, axes="sun", beta_deg=59.0, noon_angle_deg=7.0), Environment())
        loads, reached, _ = direct_loads(craft, scene, 5e-3)
        best, known, _ = direct_loads(craft, scene.part(np.arange(0, all_of, all_of // some)), 4e-4)
        both = reached & known
        assert both.mean() > 0.8
        direct, error = (each[1:, :: all_of // some][..., both] for each in (loads.direct, loads.error))
        best = best.of(both)
        ratio = np.abs(direct - best.direct[1:]) / np.maximum(np.hypot(error, best.error[1:]), 1e-9)
        # like a standard error: rms below 1, and hardly ever beyond three
        assert np.sqrt((ratio**2).mean()) < 1.0
        assert (ratio > 3.0).mean() < 2e-3

    def test_clipped_and_cast_loads_agree(self, plate, box, states):
        mesh = assembly(plate, box, 5)
        there = states(6, axes="nadir", beta_deg=40.0)
        clipped = heat_loads(mesh, there, tolerance=2e-3, reflections=False)
        cast = heat_loads(
            mesh, there, tolerance=5e-3, reflections=False, clip_shadows=False, max_rays=2e7, seed=4
        )
        assert "clipped" in clipped.method
        assert "clipped" not in cast.method
        off = np.abs(clipped.incident_w_m2 - cast.incident_w_m2)[1:]
        error = np.hypot(clipped.incident_standard_error_w_m2, cast.incident_standard_error_w_m2)[1:]
        ratio = off[error > 0.0] / error[error > 0.0]
        # Student's t of 16 scrambles has rms 1.07; all six times share the rays of a surface
        assert np.sqrt((ratio**2).mean()) < 1.5
        assert ratio.max() < 5.0
        own = np.abs(clipped.view_factor_own - cast.view_factor_own)
        both = np.hypot(clipped.view_factor_own_standard_error, cast.view_factor_own_standard_error)
        assert (own <= 5.0 * both + 1e-9).all()

    def test_what_misses_goes_to_rays_only_where_they_come_nearer(self, plate, box, states, monkeypatch):
        monkeypatch.setattr("geometry.radiation.clipped_loads.ROUNDS", 1)
        craft, scene = flat(assembly(plate, box, 5)), earth_scene(states(3), Environment())
        few, many = RayBudget(1e4), RayBudget(1e12)
        loads, is_clipped = straight_loads(scene, Accuracy(1e-4), few, ShadeCache(craft))
        np.testing.assert_array_equal(is_clipped, ShadeCache(craft).clips_earth(Accuracy(1e-4), 3))
        assert max(few.unmet) > STOPPING_MARGIN  # and says so
        others, stay = straight_loads(scene, Accuracy(1e-4), many, ShadeCache(craft))
        assert 0 < stay.sum() < is_clipped.sum()
        assert all(miss <= STOPPING_MARGIN for miss in many.unmet)
        np.testing.assert_array_equal(loads.of(stay[is_clipped]).direct, others.direct)

    def test_other_body_axes_change_nothing_beyond_the_stated_error(self, plate, box, states):
        mesh = assembly(plate, box, 6)
        turn = np.linalg.qr(np.random.default_rng(8).normal(size=(3, 3)))[0]
        turn *= np.sign(np.linalg.det(turn))
        one = heat_loads(mesh, states(4, rotation=np.eye(3)), tolerance=3e-3, reflections=False)
        two = heat_loads(mesh.transformed(turn), states(4, rotation=turn), tolerance=3e-3, reflections=False)
        off = np.abs(one.incident_w_m2 - two.incident_w_m2)[1:]
        error = np.hypot(one.incident_standard_error_w_m2, two.incident_standard_error_w_m2)[1:]
        assert (off <= 4.0 * error + 1e-6).all()

    def test_what_is_shut_in_sees_its_craft_alone(self, box, states):
        mesh = concatenate([box((1, 1, 1), prefix="o"), box((0.5, 0.5, 0.5), prefix="i")])
        loads = heat_loads(mesh, states(2, axes="sun"), tolerance=3e-3, reflections=False)
        inner = np.array([name.startswith("i") for name in loads.surface_names])
        assert {m for m, i in zip(loads.method, inner, strict=True) if i} == {"clipped"}
        own, error = loads.view_factor_own[inner], loads.view_factor_own_standard_error[inner]
        assert (own <= 1.0).all()
        assert (loads.view_factor_space >= 0.0).all()
        assert (1.0 - own <= 2.0 * error + 1e-15).all()
        assert (loads.incident_w_m2[1:][..., inner] <= 1e-9).all()

    def test_the_grid_stands_askew(self):
        turn = body_from_grid()
        np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-15)
        assert np.abs(turn).min() > 0.05
