"""`view_factors`: laws, blocked pairs, errors that cover, doubts and refusals."""

from __future__ import annotations

import itertools
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from geometry.mesh.surface_mesh import SurfaceMesh, concatenate
from geometry.radiation import AccuracyWarning, view_factors
from geometry.radiation.accuracy import STOPPING_MARGIN
from geometry.radiation.view_factors import exact_pairs
from geometry.radiation.view_factors.aim import Aim
from geometry.radiation.view_factors.exact_pairs import no_pairs
from geometry.radiation.view_factors.part_pairs import (
    facing,
    flat_scene,
    sight_job,
    sights,
    unblocked_areas,
)

DOOR = import_module("geometry.radiation.view_factors.factors")  # the package's name is the function's
GAUSS = np.polynomial.legendre.leggauss(24)


def facing_squares(rectangle, low=(0.25, 0.25), high=(0.75, 0.75), height=0.5):
    """Unit squares a unit apart and a rectangle between them, seen on both sides."""
    first = rectangle("first", (0, 0, 0), (1, 0, 0), (0, 1, 0))
    second = rectangle("second", (0, 0, 1), (0, 1, 0), (1, 0, 0))
    size = np.subtract(high, low)
    middle = rectangle("middle", (*low, height), (size[0], 0, 0), (0, size[1], 0), back="middle.back")
    return concatenate([first, second, middle])


def element_factor(x, y, low, high):
    """From a point of z = 0 to rectangles low..high of z = 1, facing: four corners of B-4 [Howell]."""

    def corner(u, v):
        p, q = np.sqrt(1 + u**2), np.sqrt(1 + v**2)
        return (u / p * np.arctan(v / p) + v / q * np.arctan(u / q)) / (2 * np.pi)

    a, b, c, d = low[0] - x, high[0] - x, low[1] - y, high[1] - y
    return corner(b, d) - corner(a, d) - corner(b, c) + corner(a, c)


def blocked_reference(low, high, height):
    """Facing unit squares past a rectangle, by Gauss points and the closed form of what each sees.

    The shadow of the rectangle is a rectangle; panels end where its sides cross those of the square.
    """
    total = 0.0
    panels = []
    for axis in range(2):
        breaks = {0.0, 1.0}
        for side in (low[axis], high[axis]):
            breaks |= {(side - rim * height) / (1 - height) for rim in (0.0, 1.0)}
        inside = sorted(b for b in breaks if 0 <= b <= 1)
        nodes = [a + (b - a) * (GAUSS[0] + 1) / 2 for a, b in itertools.pairwise(inside)]
        weights = [(b - a) * GAUSS[1] / 2 for a, b in itertools.pairwise(inside)]
        panels.append((np.concatenate(nodes), np.concatenate(weights)))
    (x, wx), (y, wy) = panels
    x, y = np.meshgrid(x, y, indexing="ij")
    shade = [
        np.clip(p + (np.array(edge) - p) / height, 0, 1)
        for p, edge in ((x, low[0]), (x, high[0]), (y, low[1]), (y, high[1]))
    ]
    seen = element_factor(x, y, (0, 0), (1, 1)) - element_factor(
        x, y, (shade[0], shade[2]), (shade[1], shade[3])
    )
    total = np.einsum("ij,i,j->", seen, wx, wy)
    return float(total)


class TestBlockedAnalytic:
    @pytest.mark.parametrize(
        ("low", "high", "height"),
        [
            ((0.25, 0.25), (0.75, 0.75), 0.5),
            ((0.0, 0.0), (0.5, 0.5), 0.5),
            ((0.3, -0.2), (0.6, 1.4), 0.25),
            ((0.1, 0.2), (0.4, 0.9), 0.8),
        ],
    )
    def test_obstructed_squares(self, rectangle, low, high, height):
        found = view_factors(facing_squares(rectangle, low, high, height), tolerance=1e-5, jobs=1)
        error = found.standard_error[0, 1]
        assert 0 < error <= 1e-5
        expected = blocked_reference(low, high, height)
        assert found.factor("first", "second") == pytest.approx(expected, abs=4 * error)
        assert found.methods()[0, 1] == "sobol"

    def test_full_screen_leaves_exactly_nothing(self, rectangle):
        found = view_factors(facing_squares(rectangle, (-1, -1), (2, 2)), jobs=1)
        assert found.factor("first", "second") == 0.0
        assert found.standard_error[0, 1] == 0.0

    @pytest.mark.parametrize("tolerance", [1e-2, 1e-3])
    def test_corner_that_pokes_through_a_floor_is_not_missed(self, rectangle, box, tolerance):
        floor = rectangle("floor", (-1, -1, 0), (2, 0, 0), (0, 2, 0), back="below")
        diagonal = np.full(3, 1 / np.sqrt(3))
        down = Rotation.align_vectors([[0, 0, -1]], [diagonal])[0].as_matrix()
        depth, size = 0.02, 0.3
        corner = box((size,) * 3, -0.5 * size * np.ones(3)).transformed(down)  # its corner at the origin
        poked = SurfaceMesh(
            corner.vertices_m + np.array([0.3, 0.1, -depth]),
            corner.faces,
            corner.front_surface,
            corner.back_surface,
            corner.surface_names,
            corner.optics,
        )
        found = view_factors(concatenate([floor, poked]), tolerance=tolerance, jobs=1)
        inside = 1.5 * np.sqrt(3) * depth**2 / 4.0  # the cut's area: from there all views end in the box
        for name in ("floor", "below"):
            k = found.surface(name)
            error = found.to_inactive_standard_error[k]
            assert 0.0 < error < 0.25 * inside
            assert found.to_inactive[k] == pytest.approx(inside, abs=4 * error)

    def test_screen_of_many_triangles_is_one(self, rectangle):
        one = facing_squares(rectangle)
        many = one.subdivided(0.06)
        assert len(many.faces) > 500
        pair = [view_factors(m, tolerance=1e-5, jobs=1) for m in (one, many)]
        difference = pair[0].factor("first", "second") - pair[1].factor("first", "second")
        assert abs(difference) <= 4 * np.hypot(*(f.standard_error[0, 1] for f in pair))

    def test_beside_the_sight_nothing_is_sampled(self, rectangle):
        found = view_factors(facing_squares(rectangle, (1.2, 0), (2, 1)), jobs=1)
        assert found.methods()[0, 1] == "closed_form"


def scattered_plates(rectangle, seed, count=7):
    """Rectangles at random in a unit cube, seen on both sides."""
    rng = np.random.default_rng(seed)
    plates = []
    for k in range(count):
        turn = Rotation.random(rng=rng).as_matrix()
        size = rng.uniform(0.2, 0.8, 2)
        plates.append(
            rectangle(f"p{k}", rng.uniform(0, 1, 3), size[0] * turn[0], size[1] * turn[1], back=f"p{k}.back")
        )
    return concatenate(plates)


class TestLaw:
    @settings(max_examples=10, deadline=None)
    @given(seed=st.integers(0, 10_000))
    def test_reciprocity_closure_and_bounds(self, rectangle, seed):
        found = view_factors(scattered_plates(rectangle, seed), tolerance=3e-3, jobs=1)
        matrix = found.view_factor.toarray()
        exchange = found.area_m2[:, None] * matrix
        np.testing.assert_allclose(exchange, exchange.T, atol=1e-15)
        rows = matrix.sum(axis=1) + found.to_space + found.to_inactive
        np.testing.assert_allclose(rows, 1.0, atol=1e-10)
        assert matrix.min() >= 0.0
        assert found.to_space.min() >= 0.0
        assert found.standard_error.toarray().max() <= 3e-3

    @settings(max_examples=8, deadline=None)
    @given(
        seed=st.integers(0, 10_000),
        size=st.floats(-6, 6),
        offset=st.floats(-3, 3),
    )
    @example(seed=1413, size=0.0, offset=0.0)
    @example(seed=2116, size=0.0, offset=0.0)
    def test_moving_turning_and_scaling_change_nothing(self, rectangle, seed, size, offset):
        plain = scattered_plates(rectangle, seed, 4)
        turn = Rotation.random(rng=np.random.default_rng(seed)).as_matrix()
        moved = plain.transformed(turn, (offset, 2 * offset, -offset))
        moved = replace(moved, vertices_m=10.0**size * moved.vertices_m)
        pair = [view_factors(m, tolerance=2e-3, jobs=1) for m in (plain, moved)]
        exact = np.logical_and(*(f.standard_error.toarray() == 0 for f in pair))
        difference = pair[0].view_factor.toarray() - pair[1].view_factor.toarray()
        # closed forms to rounding (of coordinates at an offset of the size of the scene); samples to 5 sigma
        assert np.abs(difference[exact]).max() < 1e-9
        sigma = np.hypot(*(f.standard_error.toarray() for f in pair))
        assert (np.abs(difference) <= 5 * sigma + 1e-9).all()

    def test_subdivision_changes_nothing(self, rectangle):
        plain = scattered_plates(rectangle, 5)
        pair = [view_factors(m, tolerance=1e-3, jobs=1) for m in (plain, plain.subdivided(0.1))]
        sigma = np.hypot(*(f.standard_error.toarray() for f in pair))
        difference = np.abs(pair[0].view_factor.toarray() - pair[1].view_factor.toarray())
        assert (difference <= 4.5 * sigma + 1e-9).all()

    def test_same_bits_for_any_jobs(self, rectangle):
        mesh = scattered_plates(rectangle, 11)
        one, three = (view_factors(mesh, tolerance=1e-3, jobs=n) for n in (1, 3))
        for name in ("view_factor", "standard_error", "method_code"):
            np.testing.assert_array_equal(getattr(one, name).toarray(), getattr(three, name).toarray())
        np.testing.assert_array_equal(one.to_space, three.to_space)
        np.testing.assert_array_equal(one.closure_residual, three.closure_residual)

    def test_clipped_sight_and_rays_agree(self, rectangle, monkeypatch):
        mesh = scattered_plates(rectangle, 3, 9)
        clipped = view_factors(mesh, tolerance=5e-4, jobs=1)
        monkeypatch.setattr(DOOR, "exact_pairs", lambda *a: no_pairs())
        rays = view_factors(mesh, tolerance=5e-4, jobs=1)
        assert rays.provenance.rays > clipped.provenance.rays
        sigma = np.hypot(clipped.standard_error.toarray(), rays.standard_error.toarray())
        difference = clipped.view_factor.toarray() - rays.view_factor.toarray()
        seen = rays.view_factor.toarray() > 1e-3
        z = difference[seen] / sigma[seen]
        # about a hundred pairs, errors themselves known to a fifth
        assert np.abs(z).max() < 5.0
        assert 0.7 < np.sqrt((z**2).mean()) < 1.4

    def test_clipped_sight_converges_faster_than_its_points(self, rectangle):
        mesh = facing_squares(rectangle, (0.3, 0.1), (0.8, 0.7), 0.4)
        scene = flat_scene(mesh, np.zeros(3))
        sight = sights(scene, facing(scene, 1000, 1), 1)[0]
        k = int(np.argmax(sight.count))
        assert sight.count[k] == 1
        p, q = sight.pairs[k]
        blockers = sight.blockers[k, :1].astype(np.int64)
        free = unblocked_areas(scene, sight.pairs[[k]], 1)[0]
        job, errors = sight_job(scene, p, q, blockers, free, 32, True), {}
        while job.points < 8192:
            job.refine(seed=3)
            errors[job.points] = job.error_m2
        points = np.array([n for n in errors if n >= 64])
        order = -np.polyfit(np.log(points), np.log([errors[n] for n in points]), 1)[0]
        # n^-1 for a jump, n^-2 for the kink where a shadow's edge passes; a lattice's errors fall by steps
        assert 1.6 < order < 2.4

    def test_raw_residual_is_within_the_noise_of_its_rays(self, rectangle):
        found = view_factors(scattered_plates(rectangle, 8), jobs=1)
        # 4,096 rays a surface: 0.5 / 64 at most, and 5 sigma
        assert np.abs(found.closure_residual).max() < 5 * 0.5 / 64

    @pytest.mark.slow
    def test_standard_errors_cover(self, rectangle):
        """Over 60 seeds the error is what it says: chi of clipped sight and of rays near 1."""
        mesh = facing_squares(rectangle)
        truth = blocked_reference((0.25, 0.25), (0.75, 0.75), 0.5)
        runs = [view_factors(mesh, tolerance=1e-4, seed=s, jobs=1) for s in range(60)]
        z = np.array([(f.factor("first", "second") - truth) / f.standard_error[0, 1] for f in runs])
        # t with 15 degrees: variance 15/13; 60 draws give it to 0.2
        assert 0.6 < np.sqrt((z**2).mean()) < 1.6
        assert (np.abs(z) < 2.13).mean() > 0.85  # 95 % points of t with 15 degrees

    def test_rays_cover(self, rectangle, monkeypatch):
        monkeypatch.setattr(DOOR, "exact_pairs", lambda *a: no_pairs())
        mesh = facing_squares(rectangle)
        truth = blocked_reference((0.25, 0.25), (0.75, 0.75), 0.5)
        runs = [view_factors(mesh, tolerance=5e-3, seed=s, jobs=1) for s in range(40)]
        z = np.array([(f.factor("first", "second") - truth) / f.standard_error[0, 1] for f in runs])
        assert 0.6 < np.sqrt((z**2).mean()) < 1.6
        assert abs(z.mean()) < 4 / np.sqrt(40)


class TestRelativeTolerance:
    def test_rays_give_a_small_factor_its_share_of_error(self, rectangle, monkeypatch):
        # unit squares far apart, part hidden from each other: 4e-4, less than the absolute tolerance
        low = rectangle("low", (0, 0, 0), (1, 0, 0), (0, 1, 0))
        high = rectangle("high", (0, 0, 20), (0, 1, 0), (1, 0, 0))
        screen = rectangle("screen", (-1, -1, 10), (1.4, 0.3, 0), (0.1, 3, 0), back="screen.back")
        mesh = concatenate([low, high, screen])
        converged = view_factors(mesh, tolerance=1e-8, jobs=1)
        monkeypatch.setattr(DOOR, "exact_pairs", lambda *a: no_pairs())
        rough, fine = (view_factors(mesh, tolerance=1e-3, relative_tolerance=r, jobs=1) for r in (None, 0.05))
        value, error = fine.factor("low", "high"), fine.standard_error[0, 1]
        assert value < 1e-3
        assert error <= 0.05 * value < rough.standard_error[0, 1]
        assert fine.provenance.rays > rough.provenance.rays
        truth = converged.factor("low", "high")
        # errors of the run itself are what is tested: 5 of them
        assert value == pytest.approx(truth, abs=5 * error)

    def test_it_asks_for_no_more_than_a_thousandth_of_the_absolute_one(self):
        aim = Aim(1e-2, 1e-3)
        np.testing.assert_allclose(aim.allowed(np.array([0.0, 1e-4, 0.1, 1.0])) * STOPPING_MARGIN,
                                   [1e-5, 1e-5, 1e-4, 1e-3], rtol=1e-12)  # fmt: skip


class TestDoubts:
    def test_closed_box_is_silent_and_keeps_everything(self, box, recwarn):
        cube = box(cells=(3, 2))
        found = view_factors(replace(cube, faces=cube.faces[:, ::-1]), jobs=1)
        assert not recwarn.list
        np.testing.assert_allclose(found.to_space, 0.0, atol=1e-12)

    def test_near_sheets_are_named(self, rectangle):
        low = rectangle("panel", (0, 0, 0), (1, 0, 0), (0, 1, 0))
        high = rectangle("blanket", (0, 0, 5e-6), (1, 0, 0), (0, 1, 0))
        with pytest.warns(AccuracyWarning, match="'panel' and 'blanket'|'blanket' and 'panel'"):
            view_factors(concatenate([low, high]), jobs=1)

    def test_what_a_facet_drawn_twice_takes_from_space_is_error(self, rectangle):
        floor = rectangle("floor", (0, 0, 0), (1, 0, 0), (0, 1, 0))
        wall = [rectangle(name, (0, 0, 0), (0, 1, 0), (0, 0, 1)) for name in ("wall", "twin")]
        with pytest.warns(AccuracyWarning, match="coincide and look the same way"):
            found = view_factors(concatenate([floor, *wall]), jobs=1)
        k = found.surface("floor")
        # perpendicular unit squares with a common edge [HowellBook]: 0.20004 is the wall's, once
        assert found.to_space_standard_error[k] >= abs(1.0 - 0.20004 - found.to_space[k])

    def test_body_turned_inside_out_is_named(self, box, rectangle):
        solid = box(prefix="solid", center=(3, 0, 0))
        turned = replace(solid, faces=solid.faces[:, ::-1])
        plate = rectangle("plate", (0, -0.5, -0.5), (0, 1, 0), (0, 0, 1))
        with pytest.warns(AccuracyWarning, match="normals inward"):
            view_factors(concatenate([turned, plate]), jobs=1)

    def test_inactive_sides_have_their_own_column(self, rectangle):
        low = rectangle("low", (0, 0, 0), (1, 0, 0), (0, 1, 0))
        high = rectangle("high", (0, 0, 1), (1, 0, 0), (0, 1, 0))
        found = view_factors(concatenate([low, high]), jobs=1)
        # C-11 for unit squares a unit apart
        assert found.to_inactive[0] == pytest.approx(0.1998248957, abs=1e-9)
        assert found.to_inactive[1] == 0.0
        assert found.view_factor.nnz == 0 or found.view_factor.toarray().max() == 0.0

    def test_missed_tolerance_is_told(self, ball):
        mesh = concatenate([ball("a", 1.0, (0, 0, 0), 3), ball("b", 1.0, (2.5, 0, 0), 3)])
        with pytest.warns(AccuracyWarning, match="not reached"):
            view_factors(mesh, tolerance=1e-8, max_rays=20_000, jobs=1)


class TestRefusal:
    @pytest.mark.parametrize("value", [0.0, 2.0, np.nan])
    def test_relative_tolerance(self, box, value):
        with pytest.raises(ValueError, match="relative_tolerance must lie in"):
            view_factors(box(), relative_tolerance=value)

    @pytest.mark.parametrize("value", [0.0, -1.0, 2.0, np.nan])
    def test_tolerance(self, box, value):
        with pytest.raises(ValueError, match="tolerance must lie in"):
            view_factors(box(), tolerance=value)

    def test_rays_and_jobs_and_seed(self, box):
        with pytest.raises(ValueError, match="max_rays must lie in"):
            view_factors(box(), max_rays=0)
        with pytest.raises(ValueError, match="jobs must be 1 or more"):
            view_factors(box(), jobs=0)
        with pytest.raises(ValueError, match="seed must lie in"):
            view_factors(box(), seed=-1)

    def test_no_mesh(self):
        with pytest.raises(TypeError, match="must be a SurfaceMesh"):
            view_factors("plate.obj")

    def test_unknown_surface(self, box):
        found = view_factors(box(), jobs=1)
        with pytest.raises(ValueError, match="did you mean"):
            found.factor("+x", "+xx")


def test_method_words():
    assert exact_pairs.METHODS == ("none", "closed_form", "sobol")
