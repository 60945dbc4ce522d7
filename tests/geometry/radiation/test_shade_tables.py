"""Shade tables: what coarse cells overlook, shade near a receiver's plane, tables made finer."""

import numpy as np
import pytest

from geometry.mesh.optics import COATINGS
from geometry.mesh.surface_mesh import concatenate
from geometry.radiation import view_factors
from geometry.radiation.clipped_loads import DRIFT_SHARE, SCATTER_SHARE
from geometry.radiation.flat_craft import flat_craft
from geometry.radiation.grid_cosines import cosine_cells
from geometry.radiation.paths import traced_craft
from geometry.radiation.ray_caster import EmbreeRayCaster
from geometry.radiation.receivers import surface_receivers
from geometry.radiation.shade_tables import shade_table

BLACK = COATINGS["black"]
ROWS = 64
CELLS = 6 * 64


def turned(mesh, seed):
    turn = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    return mesh.transformed(turn * np.sign(np.linalg.det(turn)))


def craft_and_cosines(mesh):
    """Of the surface called floor: craft, group, cosines."""
    craft = flat_craft(traced_craft(mesh, EmbreeRayCaster(mesh), surface_receivers))
    group = int(np.flatnonzero(craft.receiver == mesh.surface_index("floor"))[0])
    return craft, group, cosine_cells(craft.normals[craft.normal_index[group]], ROWS)


def share_and_error(table):
    """Blocked share of the hemisphere and its error, as `clipped_loads` states it."""
    cells = np.hypot(SCATTER_SHARE * np.sqrt(table.scatter.sum()), DRIFT_SHARE * table.drift.sum())
    return table.blocked.sum() / np.pi, cells / np.pi


def exact_factors(mesh, *names):
    """Sum of the view factors from the floor: contour integrals, nothing between."""
    found = view_factors(mesh, tolerance=1e-3, jobs=1)
    return sum(found.view_factor[found.surface("floor"), found.surface(n)] for n in names)


def under_a_slit(plate, width):
    floor = plate("floor", [-0.05, -0.05, 0], [0.1, 0, 0], [0, 0.1, 0], BLACK)
    left = plate("left", [-3, -3, 1], [0, 6, 0], [3.3 - width / 2, 0, 0], BLACK)
    right = plate("right", [0.3 + width / 2, -3, 1], [0, 6, 0], [2.7 - width / 2, 0, 0], BLACK)
    return concatenate([floor, left, right])


class TestShadeTableReference:
    @pytest.mark.parametrize("seed", range(4))
    def test_a_gap_of_light_between_dark_directions_is_found(self, plate, seed):
        mesh = under_a_slit(plate, 0.1)  # most middles and corners of coarse cells are dark
        exact = exact_factors(mesh, "left", "right")
        craft, group, cosines = craft_and_cosines(turned(mesh, seed))
        for threshold, error in ((1e-4, 4e-4), (1e-5, 1e-4)):
            share, stated = share_and_error(
                shade_table(craft, group, ROWS, np.full(CELLS, threshold), cosines)
            )
            assert abs(share - exact) <= 2.5 * stated
            assert stated < error

    def test_coarse_tables_lean_to_neither_side(self, plate):
        # bulges of the share cut off at 1 would leave 1.6e-3 too little shade; the errors of one table
        # scatter by 9e-4 with how it is turned, the mean of twelve by 2.6e-4
        mesh = under_a_slit(plate, 0.05)
        exact = exact_factors(mesh, "left", "right")
        off = []
        for seed in range(12):
            craft, group, cosines = craft_and_cosines(turned(mesh, seed))
            table = shade_table(craft, group, ROWS, np.full(CELLS, 3e-3), cosines)
            off.append(share_and_error(table)[0] - exact)
        assert abs(np.mean(off)) < 7e-4

    @pytest.mark.parametrize("height", [0.03, 0.1, 0.3])
    def test_shade_near_the_plane_is_found(self, plate, height):
        # a low rim all around: what it blocks is what the opening at its height does not get
        floor = plate("floor", [-0.5, -0.5, 0], [1, 0, 0], [0, 1, 0], BLACK)
        sides = [
            plate(f"rim{k}", origin, along, [0, 0, height], BLACK, BLACK)
            for k, (origin, along) in enumerate(
                [
                    ([-3, -3, 0], [6, 0, 0]),
                    ([-3, 3, 0], [6, 0, 0]),
                    ([-3, -3, 0], [0, 6, 0]),
                    ([3, -3, 0], [0, 6, 0]),
                ]
            )
        ]
        opening = plate("opening", [-3, -3, height], [0, 6, 0], [6, 0, 0], BLACK)
        exact = 1.0 - exact_factors(concatenate([floor, opening]), "opening")
        craft, group, cosines = craft_and_cosines(concatenate([floor, *sides]))
        for threshold, error in ((1e-3, 1.5e-3), (1e-4, 4e-4), (1e-5, 6e-5)):
            share, stated = share_and_error(
                shade_table(craft, group, ROWS, np.full(CELLS, threshold), cosines)
            )
            assert abs(share - exact) <= 2.5 * stated
            assert stated < error


class TestShadeTableLaw:
    def test_a_table_split_on_agrees_with_one_made_at_once(self, plate, box):
        floor = plate("floor", [0, 0, 0], [2, 0, 0], [0, 2, 0], BLACK, BLACK)
        wall = plate("wall", [0, 0, 0], [0, 2, 0], [0, 0, 1.2], BLACK, BLACK)
        mesh = turned(concatenate([floor, wall, box((0.3, 0.2, 0.25), (1.2, 0.6, 0.3))]), 7)
        craft, group, cosines = craft_and_cosines(mesh)
        coarse, fine = np.full(CELLS, 1e-3), np.full(CELLS, 1e-5)
        known = shade_table(craft, group, ROWS, coarse, cosines)
        onwards = shade_table(craft, group, ROWS, fine, cosines, known)
        at_once = shade_table(craft, group, ROWS, fine, cosines)
        assert onwards.clipped < at_once.clipped  # what was known is not clipped again
        assert abs(onwards.blocked.sum() - at_once.blocked.sum()) / np.pi <= 2.0 * share_and_error(at_once)[1]
        np.testing.assert_allclose(onwards.scatter.sum(), at_once.scatter.sum(), rtol=0.2)
        again = shade_table(craft, group, ROWS, coarse, cosines, known)
        assert again.clipped == 0
        np.testing.assert_array_equal(again.blocked, known.blocked)
