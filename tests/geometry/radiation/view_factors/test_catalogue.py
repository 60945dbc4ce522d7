"""Closed forms of the catalogue [Howell], each at several values, through the public door."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy import arccos, arcsin, arctan, cos, log, pi, sin, sqrt

from geometry.mesh.surface_mesh import concatenate
from geometry.radiation import view_factors

EXACT = 1e-10  # contour integrals: rounding of 16 edge pairs of order 1, and panels to 1e-14


def factor(first, second, *others, tolerance=1e-3, **options):
    """F from the first surface of one mesh to the first of another."""
    found = view_factors(concatenate([first, second, *others]), tolerance=tolerance, jobs=1, **options)
    names = first.surface_names[0], second.surface_names[0]
    row, column = (found.surface(n) for n in names)
    return found.view_factor[row, column], found.standard_error[row, column], found


def parallel_rectangles(x, y):
    """C-11: identical, facing, of sides x and y over their distance."""
    first = log(sqrt((1 + x**2) * (1 + y**2) / (1 + x**2 + y**2)))
    second = x * sqrt(1 + y**2) * arctan(x / sqrt(1 + y**2)) + y * sqrt(1 + x**2) * arctan(y / sqrt(1 + x**2))
    return 2 / (pi * x * y) * (first + second - x * arctan(x) - y * arctan(y))


def perpendicular_rectangles(h, w):
    """C-14: with a common edge of length 1; from the one of depth w to the one of height h."""
    s = h**2 + w**2
    logs = (
        log((1 + w**2) * (1 + h**2) / (1 + s))
        + w**2 * log(w**2 * (1 + s) / ((1 + w**2) * s))
        + h**2 * log(h**2 * (1 + s) / ((1 + h**2) * s))
    )
    return (w * arctan(1 / w) + h * arctan(1 / h) - sqrt(s) * arctan(1 / sqrt(s)) + logs / 4) / (pi * w)


def corner_sum(function, *ranges):
    """Sum over all corners of four intervals with alternating signs."""
    total = 0.0
    for i, j, k, m in np.ndindex(2, 2, 2, 2):
        values = [bounds[n] for bounds, n in zip(ranges, (i, j, k, m), strict=True)]
        total += (-1) ** (i + j + k + m) * function(*values)
    return total


def offset_parallel(x, y, xi, eta, z):
    """Rectangles in parallel planes with parallel sides [Ehlert1993]: from x, y to xi, eta."""

    def g(x, y, xi, eta):
        u, v = x - xi, y - eta
        p, q = sqrt(u**2 + z**2), sqrt(v**2 + z**2)
        return (v * p * arctan(v / p) + u * q * arctan(u / q) - z**2 / 2 * log(u**2 + v**2 + z**2)) / (2 * pi)

    return corner_sum(g, x, y, xi, eta) / (np.ptp(x) * np.ptp(y))


def offset_perpendicular(x, y, eta, xi):
    """From x, y in z = 0 to eta (along y), xi (along z) in x = 0 [Ehlert1993]."""

    def g(x, y, eta, xi):
        v, s = y - eta, x**2 + xi**2
        r = sqrt(s)
        return (v * r * arctan(v / r) - (s - v**2) / 4 * log(s + v**2)) / (2 * pi)

    return corner_sum(g, x, y, eta, xi) / (np.ptp(x) * np.ptp(y))


def coaxial_discs(r1, r2):
    """C-41, radii over the distance."""
    x = 1 + (1 + r2**2) / r1**2
    return (x - sqrt(x**2 - 4 * (r2 / r1) ** 2)) / 2


def element_to_sphere(h, tilt):
    """Planar element at h radii from the centre, its normal `tilt` from the direction to it."""
    if tilt <= arccos(1 / h):
        return cos(tilt) / h**2
    root = sqrt(h**2 - 1)
    near = arcsin(root / (h * sin(tilt)))
    edge = cos(tilt) * arccos(-root / np.tan(tilt)) - root * sqrt(1 - h**2 * cos(tilt) ** 2)
    return 0.5 - near / pi + edge / (pi * h**2)


def tube_in_tube(r, h):
    """From the outer to the inner of two coaxial cylinders of radii r and 1 and height h."""
    a, b = h**2 + r**2 - 1, h**2 - r**2 + 1
    root = sqrt((a + 2) ** 2 - (2 * r) ** 2)
    inner = root * arccos(b / (r * a)) + b * arcsin(1 / r) - pi * a / 2
    return (1 - (arccos(b / a) - inner / (2 * h)) / pi) / r


def tube_around_tube(r, h):
    """From the outer to itself, past the inner."""
    root = sqrt(4 * r**2 + h**2)
    whole = (4 * (r**2 - 1) + h**2 / r**2 * (r**2 - 2)) / (h**2 + 4 * (r**2 - 1))
    tail = root / h * arcsin(whole) - arcsin(1 - 2 / r**2) + pi / 2 * (root / h - 1)
    return 1 - 1 / r + 2 / (pi * r) * arctan(2 * sqrt(r**2 - 1) / h) - h / (2 * pi * r) * tail


class TestRectanglesAnalytic:
    @pytest.mark.parametrize(("x", "y"), [(1, 1), (0.1, 0.1), (10, 10), (1, 4), (0.02, 3), (100, 100)])
    def test_parallel(self, rectangle, x, y):
        low = rectangle("low", (0, 0, 0), (x, 0, 0), (0, y, 0))
        high = rectangle("high", (0, 0, 1), (0, y, 0), (x, 0, 0))
        value, error, found = factor(low, high)
        assert value == pytest.approx(parallel_rectangles(x, y), abs=EXACT)
        assert error == 0.0
        assert found.methods()[0, 1] == "closed_form"

    @pytest.mark.parametrize(("h", "w"), [(1, 1), (0.1, 1), (1, 0.1), (5, 2), (0.01, 0.01), (20, 30)])
    def test_perpendicular_with_a_common_edge(self, rectangle, h, w):
        floor = rectangle("floor", (0, 0, 0), (w, 0, 0), (0, 1, 0))
        wall = rectangle("wall", (0, 0, 0), (0, 1, 0), (0, 0, h))
        assert factor(floor, wall)[0] == pytest.approx(perpendicular_rectangles(h, w), abs=EXACT)

    @pytest.mark.parametrize(
        ("x", "y", "xi", "eta", "z"),
        [
            ((0, 1), (0, 1), (1, 2), (0, 1), 1.0),
            ((0, 1), (0, 1), (1, 2), (1, 2), 0.5),
            ((0, 2), (0, 1), (5, 6), (-1, 3), 2.0),
            ((0, 1), (0, 1), (0.2, 0.4), (0.1, 0.9), 0.01),
            ((0, 1), (0, 1), (30, 31), (40, 41), 5.0),
        ],
    )
    def test_parallel_and_offset(self, rectangle, x, y, xi, eta, z):
        low = rectangle("low", (x[0], y[0], 0), (x[1] - x[0], 0, 0), (0, y[1] - y[0], 0))
        high = rectangle("high", (xi[0], eta[0], z), (0, eta[1] - eta[0], 0), (xi[1] - xi[0], 0, 0))
        assert factor(low, high)[0] == pytest.approx(offset_parallel(x, y, xi, eta, z), abs=EXACT)

    @pytest.mark.parametrize(
        ("x", "y", "eta", "xi"),
        [
            ((1, 2), (0, 1), (0, 1), (0.5, 1)),
            ((0.1, 1), (0, 1), (1, 2), (0.1, 0.3)),
            ((3, 7), (2, 4), (-5, 1), (1, 2)),
            ((1e-3, 1), (0, 1), (0, 1), (1e-3, 1)),
        ],
    )
    def test_perpendicular_and_apart(self, rectangle, x, y, eta, xi):
        floor = rectangle("floor", (x[0], y[0], 0), (x[1] - x[0], 0, 0), (0, y[1] - y[0], 0))
        wall = rectangle("wall", (0, eta[0], xi[0]), (0, eta[1] - eta[0], 0), (0, 0, xi[1] - xi[0]))
        assert factor(floor, wall)[0] == pytest.approx(offset_perpendicular(x, y, eta, xi), abs=EXACT)

    @pytest.mark.parametrize("depth", [0.3, 2.0])
    def test_part_behind_the_plane_counts_for_nothing(self, rectangle, depth):
        floor = rectangle("floor", (0.01, 0, 0), (1, 0, 0), (0, 1, 0))
        whole = rectangle("wall", (0, 0, -depth), (0, 1, 0), (0, 0, 1 + depth))
        above = rectangle("wall", (0, 0, 0), (0, 1, 0), (0, 0, 1))
        # the cut runs along the same line, so only rounding is between them
        assert factor(floor, whole)[0] == pytest.approx(factor(floor, above)[0], abs=1e-13)

    @pytest.mark.parametrize("angle_deg", [20, 60, 90, 150])
    def test_long_wedge(self, rectangle, angle_deg):
        length, angle = 1e4, np.radians(angle_deg)
        floor = rectangle("floor", (0, 0, 0), (1, 0, 0), (0, length, 0))
        wall = rectangle("wall", (0, 0, 0), (0, length, 0), (cos(angle), 0, sin(angle)))
        # 1 - sin(angle / 2) in infinite length; the ends lose about a width in the length
        assert factor(floor, wall)[0] == pytest.approx(1 - sin(angle / 2), abs=1.0 / length)

    @pytest.mark.parametrize("h", [0.2, 1.0, 5.0])
    def test_long_strips(self, rectangle, h):
        length = 1e4
        low = rectangle("low", (0, 0, 0), (1, 0, 0), (0, length, 0))
        high = rectangle("high", (0, 0, h), (0, length, 0), (1, 0, 0))
        # crossed strings; the ends lose about a height in the length
        assert factor(low, high)[0] == pytest.approx(sqrt(1 + h**2) - h, abs=2 * h / length)


def extrapolated(value, sides):
    """Second-order extrapolation of what polygons of `sides` and half as many sides give."""
    return (4 * value(sides) - value(sides // 2)) / 3


class TestRoundAnalytic:
    @pytest.mark.parametrize(("r1", "r2"), [(1, 1), (0.5, 2), (3, 3), (0.2, 0.2)])
    def test_coaxial_discs(self, disc, r1, r2):
        def value(sides):
            return factor(disc("low", r1, 0, sides), disc("high", r2, 1, sides, up=False))[0]

        # polygons of the same area: what is left after extrapolation is of fourth order, (2 pi / 64)^4
        assert extrapolated(value, 64) == pytest.approx(coaxial_discs(r1, r2), abs=3e-6)

    @pytest.mark.parametrize("ratio", [0.5, 1.0, 4.0])
    def test_tube_sees_itself(self, tube, ratio):
        def value(sides):
            mesh = tube("tube", 0.5, ratio, sides, inward=True)
            return view_factors(mesh, jobs=1).factor("tube", "tube")

        # [Howell], height over diameter
        expected = 1 + ratio - sqrt(1 + ratio**2)
        assert extrapolated(value, 32) == pytest.approx(expected, abs=2e-5)

    @pytest.mark.parametrize(("r", "h"), [(2.0, 1.0), (1.5, 4.0), (4.0, 2.0)])
    def test_coaxial_tubes(self, tube, r, h):
        inner, outer = tube("inner", 1.0, h, 32), tube("outer", r, h, 32, inward=True)
        value, error, found = factor(outer, inner, tolerance=5e-4)
        # facets of 1/32 of a turn: second order, (2 pi / 32)^2 / 12 = 3e-3 of the value, and 4 sigma
        assert value == pytest.approx(tube_in_tube(r, h), rel=4e-3, abs=4 * error)
        own = found.factor("outer", "outer")
        row = found.surface("outer")
        # grazing sight along the wall feels the facets more: (2 pi / 32)^2 / 2
        allowed = 4 * found.standard_error[row, row] + 0.02 * own
        assert own == pytest.approx(tube_around_tube(r, h), abs=allowed)

    @pytest.mark.parametrize(
        ("h", "tilt_deg"), [(1.5, 0), (3.0, 0), (3.0, 50), (1.2, 70), (1.5, 90), (2.0, 90), (1.5, 110)]
    )
    def test_element_to_sphere(self, rectangle, ball, h, tilt_deg):
        tilt, side = np.radians(tilt_deg), 1e-4
        across = np.array([cos(tilt), 0, -sin(tilt)])
        origin = -side / 2 * across - np.array([0, side / 2, 0])
        plate = rectangle("plate", origin, side * across, (0, side, 0))
        value = factor(plate, ball("ball", 1.0, (0, 0, h), 3))[0]
        # 1,280 facets of the sphere's area: about (0.14)^2 / 12 = 2e-3 of the value at its rim
        assert value == pytest.approx(element_to_sphere(h, tilt), rel=3e-3, abs=3e-4)

    @pytest.mark.parametrize("r", [0.5, 2.0])
    def test_sphere_to_coaxial_disc(self, disc, ball, r):
        value = factor(ball("ball", 0.3, (0, 0, 1), 2), disc("disc", r, 0, 64))[0]
        # half of 1 - 1 / sqrt(1 + R^2), R over the distance from the centre, whatever the sphere's size;
        # 320 facets of 0.28 rad: 0.28^2 / 12 of the value
        assert value == pytest.approx(0.5 * (1 - 1 / sqrt(1 + r**2)), rel=7e-3)

    def test_facets_converge_with_their_square(self, tube):
        def error(sides):
            outer, inner = tube("outer", 2.0, 1.0, sides, inward=True), tube("inner", 1.0, 1.0, sides)
            return factor(outer, inner)[0] - tube_in_tube(2.0, 1.0)

        orders = np.log2([error(12) / error(24), error(24) / error(48)])
        # halving the facets quarters the error, give or take the next order
        np.testing.assert_allclose(orders, 2.0, atol=0.15)


class TestEnclosureAnalytic:
    def test_cube(self, box):
        cube = box()
        found = view_factors(replace(cube, faces=cube.faces[:, ::-1]), jobs=1)
        opposite, beside = parallel_rectangles(1, 1), perpendicular_rectangles(1, 1)
        assert found.factor("+x", "-x") == pytest.approx(opposite, abs=EXACT)
        assert found.factor("+x", "+y") == pytest.approx(beside, abs=EXACT)
        assert opposite + 4 * beside == pytest.approx(1.0, abs=1e-12)
        np.testing.assert_allclose(found.to_space, 0.0, atol=1e-12)

    def test_tetrahedron(self, polygon):
        corners = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]], float)
        faces = [(0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3)]
        inward = [polygon(f"side_{k}", corners[list(f)]) for k, f in enumerate(faces)]
        found = view_factors(concatenate(inward), jobs=1).view_factor.toarray()
        # by symmetry a third each
        np.testing.assert_allclose(found, (1 - np.eye(4)) / 3, atol=EXACT)

    @pytest.mark.parametrize("level", [0, 1])
    def test_ball_in_a_shell(self, ball, level):
        inner, outer = ball("inner", 0.5, 0, level), ball("outer", 1.0, 0, 2, inward=True)
        value, error, found = factor(outer, inner)
        # everything that leaves a convex body lands on the shell: exact for facets as well
        ratio = inner.areas_m2.sum() / outer.areas_m2.sum()
        assert value == pytest.approx(ratio, abs=4 * error + 1e-9)
        assert found.factor("inner", "outer") == pytest.approx(1.0, abs=4 * error / ratio + 1e-9)
        assert found.factor("outer", "outer") == pytest.approx(1 - ratio, abs=4 * error + 1e-9)

    def test_dome_over_a_disc(self, ball, polygon):
        shell = ball("dome", 1.0, 0, 2, inward=True)
        # an icosphere has an equator about each corner of its icosahedron, which come first
        up = shell.vertices_m[0] / np.linalg.norm(shell.vertices_m[0])
        upper = shell.centroids_m @ up > 0
        sides = {"front_surface": shell.front_surface[upper], "back_surface": shell.back_surface[upper]}
        dome = replace(shell, faces=shell.faces[upper], **sides)
        rim = dome.vertices_m[np.unique(dome.faces)]
        rim = rim[np.abs(rim @ up) < 1e-9]
        across = np.cross(up, rim[0])
        base = polygon("base", rim[np.argsort(np.arctan2(rim @ across, rim @ np.cross(across, up)))])
        value, error, found = factor(base, dome)
        assert value == pytest.approx(1.0, abs=1e-9 + 4 * error)
        ratio = base.areas_m2.sum() / dome.areas_m2.sum()
        # half for the true dome
        assert found.factor("dome", "dome") == pytest.approx(1 - ratio, abs=1e-9 + 4 * error)
        assert ratio == pytest.approx(0.5, rel=0.03)
