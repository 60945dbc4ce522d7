"""Exchange factors against closed forms, Gebhart's matrix and images; their laws; their error bars."""

from dataclasses import replace

import numpy as np
import pytest
import trimesh
from scipy.sparse import csr_array

from geometry.mesh.optics import COATINGS, OpticalProperties
from geometry.mesh.surface_mesh import SurfaceMesh, concatenate
from geometry.radiation.accuracy import AccuracyWarning
from geometry.radiation.exchange import exchange_factors
from geometry.radiation.gebhart import gebhart_factors
from geometry.radiation.reciprocity import reciprocal

DULL, BRIGHT = OpticalProperties(0.8, 0.6), OpticalProperties(0.3, 0.2)


def mirror(absorptance):
    return OpticalProperties(absorptance, absorptance, 1.0, 1.0)


def inside_out(mesh):
    """A closed body seen from within."""
    return replace(mesh, faces=mesh.faces[:, ::-1])


def ball(names, coatings, radius=1.0, split=-2.0):
    """Icosphere with outward normals; what lies below a height over the radius is the second surface."""
    body = trimesh.creation.icosphere(3)
    side = (body.triangles_center[:, 2] < split).astype(int)
    nothing = np.full(len(side), -1)
    return SurfaceMesh(radius * body.vertices, body.faces, side, nothing, names, coatings)


def groove(plate, coating, angle_deg=90.0, width=4.0):
    """Two unit walls, opening along +z; perfect mirrors at the ends make it endless."""
    half = np.radians(angle_deg / 2)
    across, up, end = np.sin(half), np.cos(half), width / 2
    left = plate("left", [-across, -end, up], [across, 0, -up], [0, width, 0], coating)
    right = plate("right", [0, -end, 0], [across, 0, up], [0, width, 0], coating)
    near = plate("near", [-across, -end, 0], [0, 0, up], [2 * across, 0, 0], mirror(0.0))
    far = plate("far", [-across, end, 0], [2 * across, 0, 0], [0, 0, up], mirror(0.0))
    return concatenate([left, right, near, far])


def facing(plate, gap, low, high):
    """Two unit squares that face each other."""
    return concatenate(
        [
            plate("low", [0, 0, 0], [1, 0, 0], [0, 1, 0], low),
            plate("high", [0, 0, gap], [0, 1, 0], [1, 0, 0], high),
        ]
    )


def parallel_squares(gap):
    """View factor of facing unit squares [Howell, C-11]."""
    x = 1.0 / gap
    root = np.sqrt(1 + x * x)
    term = np.log((1 + x * x) ** 2 / (1 + 2 * x * x)) / 2 + 2 * x * root * np.arctan(x / root)
    return 2 / (np.pi * x * x) * (term - 2 * x * np.arctan(x))


def is_close(exchange, expected, sigmas=5.0, slack=0.0):
    """Whether factors of the first surfaces lie within their errors (and a slack) of what is expected."""
    size = len(expected)
    apart = np.abs(exchange.factors.toarray()[:size, :size] - expected)
    return (apart <= sigmas * exchange.standard_errors.toarray()[:size, :size] + slack).all()


class TestExchangeAnalytic:
    def test_integrating_sphere(self):
        # inside a sphere every point lights every other alike: B_ij = a_j A_j / sum a A, evenly lit or not
        mesh = inside_out(ball(("top", "bottom"), (BRIGHT, DULL), split=0.3))
        exchange = exchange_factors(mesh, "solar")
        share = exchange.absorptance * exchange.area_m2
        assert is_close(exchange, share / share.sum(), slack=1e-3)  # 1,280 facets
        np.testing.assert_allclose(exchange.to_space, 0.0, atol=1e-5)  # robust rays at vertices: 1e-4 of few

    def test_sphere_within_a_sphere(self):
        # two-surface enclosure: Gebhart's matrix is exact by symmetry
        outer = inside_out(ball(("outer",), (BRIGHT,)))
        mesh = concatenate([ball(("inner",), (DULL,), 0.4), outer])
        exchange = exchange_factors(mesh, tolerance=2e-3)
        ratio = 0.4**2
        expected = gebhart_factors([[0.0, 1.0], [ratio, 1.0 - ratio]], exchange.absorptance)
        # facets of the outer sphere stand up to 1 % nearer: 2e-3
        assert is_close(exchange, expected, slack=2e-3)

    def test_mirror_groove_of_a_right_angle(self, plate):
        # images: B to the other wall is a (1 - sin 45 deg), the mirror's mirror shows nothing but sky;
        # so the groove takes up 0.38699 of the diffuse light that falls on its opening at rho = 0.7
        exchange = exchange_factors(groove(plate, mirror(0.3)), "solar", tolerance=2e-4)
        across = 0.3 * (1 - np.sqrt(0.5))
        assert is_close(exchange, np.array([[0, across], [across, 0]]))
        absorbed = 0.3 * 2.0 * exchange.to_space[:2].mean() / np.sqrt(2)
        assert absorbed == pytest.approx(0.38699, abs=1e-4)  # five standard errors

    def test_diffuse_groove_by_strips(self, plate):
        # Hottel's crossed strings between 200 strips a wall, then Gebhart over strips: the truth to 1e-6,
        # which two evenly lit walls would miss by more than the error bars
        angle, count, absorptance = np.radians(60.0), 200, 0.2
        exchange = exchange_factors(groove(plate, BRIGHT, 60.0), tolerance=2e-4)
        edges = np.linspace(0, 1, count + 1)
        x, y = np.meshgrid(edges, edges, indexing="ij")
        string = np.sqrt(x * x + y * y - 2 * x * y * np.cos(angle))
        between = (string[:-1, 1:] + string[1:, :-1] - string[:-1, :-1] - string[1:, 1:]) / 2 * count
        nothing = np.zeros_like(between)
        views = np.block([[nothing, between], [between.T, nothing]])
        strips = gebhart_factors(views, np.full(2 * count, absorptance))
        walls = strips.reshape(2, count, 2, count).sum(axis=3).mean(axis=1)
        assert is_close(exchange, walls, slack=1e-5)
        even = gebhart_factors([[0, 0.5], [0.5, 0]], [absorptance] * 2)
        assert not is_close(exchange, even, slack=1e-5)

    @pytest.mark.parametrize("gap", [0.1, 1.0])
    def test_chain_of_images_between_parallel_mirrors(self, plate, gap):
        # the n-th image stands n gaps away: B_12 = a sum over odd n of rho^(n-1) F(n gap), B_11 over even n
        exchange = exchange_factors(facing(plate, gap, mirror(0.1), mirror(0.1)), tolerance=3e-4)
        n = np.arange(1, 400)
        terms = 0.1 * 0.9 ** (n - 1) * parallel_squares(n * gap)
        other, own = terms[::2].sum(), terms[1::2].sum()
        assert is_close(exchange, np.array([[own, other], [other, own]]))

    def test_mirror_shows_a_black_plate_its_image(self, plate):
        mesh = facing(plate, 0.5, COATINGS["black"], mirror(0.0))
        exchange = exchange_factors(mesh, tolerance=3e-4)
        assert exchange.factors[0, 0] == pytest.approx(
            parallel_squares(1.0), abs=5 * exchange.standard_errors[0, 0]
        )
        assert exchange.factors[1, 0] == pytest.approx(  # a perfect mirror as source: straight alone
            parallel_squares(0.5), abs=5 * exchange.standard_errors[1, 0]
        )

    def test_what_inactive_sides_swallow(self, plate):
        low, away = (
            plate("low", [0, 0, 0], [1, 0, 0], [0, 1, 0], DULL),
            plate("high", [0, 0, 1], [1, 0, 0], [0, 1, 0], DULL),
        )
        exchange = exchange_factors(concatenate([low, away]))
        error = exchange.to_inactive_standard_error[0]
        assert exchange.to_inactive[0] == pytest.approx(parallel_squares(1.0), abs=5 * error)
        assert exchange.to_space[1] == 1.0
        assert exchange.rays_per_surface[1] == 0


class TestExchangeLaw:
    @pytest.fixture
    def cluttered(self, plate, box):
        """A box of mixed coatings beside a two-sided wall and a mirror."""
        body = box((1.0, 0.8, 0.6), coating=OpticalProperties(0.5, 0.7, 0.3, 0.6))
        wall = plate("wall", [-1, 0.7, -1], [2, 0, 0], [0, 0, 2], BRIGHT, DULL)
        shiny = plate("shiny", [-1, -1, -0.8], [2, 0, 0], [0, 2, 0], OpticalProperties(0.1, 0.05, 0.9, 1.0))
        return concatenate([body, wall, shiny])

    def test_reciprocity_and_closure_are_exact(self, cluttered):
        for band in ("solar", "infrared"):
            exchange = exchange_factors(cluttered, band, tolerance=5e-3)
            power = (exchange.absorptance * exchange.area_m2)[:, None] * exchange.factors.toarray()
            np.testing.assert_allclose(power, power.T, rtol=1e-12, atol=1e-15)
            total = exchange.factors.sum(axis=1) + exchange.to_space + exchange.to_inactive
            np.testing.assert_allclose(total, 1.0, rtol=1e-11)
            # the raw rows were within their errors of both
            assert np.abs(exchange.closure_residual).max() < 5 * 5e-3
            assert 0.0 < exchange.reciprocity_residual.max() < 0.1

    def test_turned_moved_and_cut_finer(self, cluttered):
        turn = np.linalg.qr(np.random.default_rng(8).normal(size=(3, 3)))[0]
        turn *= np.sign(np.linalg.det(turn))
        one = exchange_factors(cluttered, tolerance=2e-3)
        for other in (cluttered.transformed(turn, [3.0, -1.0, 7.0]), cluttered.subdivided(0.4)):
            two = exchange_factors(other, tolerance=2e-3, seed=9)
            error = np.hypot(one.standard_errors.toarray(), two.standard_errors.toarray())
            apart = np.abs(one.factors.toarray() - two.factors.toarray())
            assert (apart <= 5 * error + 1e-9).all()

    def test_same_bits_for_any_threads(self, cluttered):
        one, two = (exchange_factors(cluttered, tolerance=5e-3, jobs=n) for n in (1, 2))
        np.testing.assert_array_equal(one.factors.toarray(), two.factors.toarray())
        np.testing.assert_array_equal(one.standard_errors.toarray(), two.standard_errors.toarray())

    @pytest.mark.slow
    def test_error_bars_cover(self, plate):
        # 40 seeds of a right-angled mirror groove and of facing squares: the spread of z is that of t_15
        across = 0.3 * (1 - np.sqrt(0.5))
        cases = (
            (groove(plate, mirror(0.3)), (0, 1), across),
            (facing(plate, 1.0, COATINGS["black"], COATINGS["black"]), (0, 1), parallel_squares(1.0)),
        )
        z = []
        for mesh, at, truth in cases:
            for seed in range(40):
                exchange = exchange_factors(mesh, tolerance=2e-3, seed=100 + seed)
                z.append((exchange.factors[at] - truth) / exchange.standard_errors[at])
        z = np.array(z)
        # t_15 has a standard deviation of 1.07; 80 draws: 8 %, three of these
        assert 0.75 < np.sqrt((z**2).mean()) < 1.35
        assert (np.abs(z) < 2.13).mean() > 0.85  # 95 % by t_15

    def test_tighter_tolerance_is_met(self, plate):
        mesh = facing(plate, 1.0, DULL, BRIGHT)
        loose, tight = (exchange_factors(mesh, tolerance=t) for t in (1e-2, 3e-4))
        assert tight.raw_standard_errors.max() <= 3e-4
        assert tight.provenance.rays > 4 * loose.provenance.rays


class TestBalance:
    def test_moves_by_the_variances(self):
        # row 0 lacks 0.1; its entry of no variance to speak of stays, the uncertain one takes it up
        factors = csr_array(np.array([[0.0, 0.5], [0.5, 0.0]]))
        errors = csr_array(np.array([[0.0, 1e-9], [1e-9, 0.0]]))
        outside, outside_errors = np.array([[0.4], [0.5]]), np.array([[0.01], [0.01]])
        done = reciprocal(factors, errors, outside, outside_errors, np.ones(2), np.zeros(2))
        np.testing.assert_allclose(done.factors.toarray(), factors.toarray(), atol=1e-12)
        np.testing.assert_allclose(done.outside[:, 0], 0.5, rtol=1e-12)
        np.testing.assert_allclose(done.residual, [-0.1, 0.0], atol=1e-12)

    def test_joins_by_inverse_variance(self):
        factors = csr_array(np.array([[0.0, 0.30], [0.14, 0.0]]))
        errors = csr_array(np.array([[0.0, 0.02], [0.005, 0.0]]))
        outside, huge = np.array([[0.7], [0.86]]), np.full((2, 1), 1e3)
        done = reciprocal(factors, errors, outside, huge, np.array([1.0, 2.0]), np.zeros(2))
        # 0.30 +- 0.02 and 0.28 +- 0.01: weights 1 and 4
        assert done.factors[0, 1] == pytest.approx(0.284, rel=1e-6)
        assert done.factors[1, 0] == pytest.approx(0.142, rel=1e-6)
        assert done.standard_errors[0, 1] == pytest.approx(0.02 / np.sqrt(5))
        np.testing.assert_allclose(done.reciprocity_residual, [0.02, 0.01])

    def test_two_surfaces_that_see_nothing_else(self):
        # the normal equations are singular there, and have a solution
        factors = csr_array(np.array([[0.0, 0.9999], [1.0001, 0.0]]))
        errors = csr_array(np.array([[0.0, 1e-3], [1e-3, 0.0]]))
        none = np.zeros((2, 1))
        done = reciprocal(factors, errors, none, none, np.ones(2), np.zeros(2))
        np.testing.assert_allclose(done.factors.toarray(), [[0, 1], [1, 0]], atol=1e-9)


class TestExchangeRefusal:
    def test_plate_drawn_twice(self, doubled):
        # either sees and is seen as if it were alone, or not at all
        with pytest.warns(AccuracyWarning, match="coincide and look the same way: 'a' and 'b'"):
            found = exchange_factors(doubled)
        factors, errors = found.factors.toarray(), found.standard_errors.toarray()
        for alone, pairs in ((0.19982, [(0, 2), (1, 2), (2, 0), (2, 1)]), (1.0, [(0, 1), (1, 0)])):
            for pair in pairs:
                for truth in (0.0, alone):
                    assert abs(factors[pair] - truth) <= errors[pair] + 0.003

    def test_perfect_mirrors_that_never_end(self, plate):
        side = facing(plate, 1.0, mirror(0.0), mirror(0.0))
        walls = [
            plate("a", [0, 0, 0], [0, 1, 0], [0, 0, 1], mirror(0.0)),
            plate("b", [1, 0, 0], [0, 0, 1], [0, 1, 0], mirror(0.0)),
            plate("c", [0, 0, 0], [0, 0, 1], [1, 0, 0], mirror(0.0)),
            plate("d", [0, 1, 0], [1, 0, 0], [0, 0, 1], mirror(0.0)),
        ]
        # all of what is cast, whatever the number of reflections after which it is given up
        with pytest.warns(AccuracyWarning, match=r"never end: 100\.00% of the light"):
            exchange_factors(concatenate([side, *walls]), tolerance=0.1)

    def test_too_few_rays(self, plate):
        mesh = facing(plate, 1.0, DULL, BRIGHT)
        with pytest.warns(AccuracyWarning, match="tolerance 1e-06 was not reached"):
            exchange_factors(mesh, tolerance=1e-6, max_rays=10_000)

    def test_words_and_numbers(self, plate):
        mesh = plate("p", [0, 0, 0], [1, 0, 0], [0, 1, 0])
        with pytest.raises(ValueError, match="did you mean 'infrared'"):
            exchange_factors(mesh, "infrard")
        with pytest.raises(ValueError, match="tolerance must lie"):
            exchange_factors(mesh, tolerance=float("nan"))
        with pytest.raises(TypeError, match="build_craft"):
            exchange_factors("solar_slice")

    def test_gebhart(self):
        with pytest.raises(ValueError, match="must not all be 0"):
            gebhart_factors([[0, 1], [1, 0]], [0, 0])
        with pytest.raises(ValueError, match="sums of the rows"):
            gebhart_factors([[0.6, 0.6], [0, 0]], [0.5, 0.5])
        with pytest.raises(ValueError, match="view_factors must have shape"):
            gebhart_factors([[0, 1]], [0.5, 0.5])
        with pytest.raises(ValueError, match="absorptances must have shape"):
            gebhart_factors([[0, 1], [1, 0]], 0.5)
        with pytest.raises(ValueError, match="absorptances must be a number or an array"):
            gebhart_factors([[0, 1], [1, 0]], "ab")
