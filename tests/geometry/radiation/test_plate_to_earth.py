"""Unshaded plates before the Earth: closed forms and quadrature against each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geometry.radiation.earth import EarthScene
from geometry.radiation.plate_to_earth import plate_to_sphere_view_factor, unshaded_plates

FLUX, ALBEDO, EXITANCE = 1361.0, 0.3, 237.0
UNIFORM = ([ALBEDO, 0.0, 0.0], [EXITANCE, 0.0, 0.0])
PATTERNED = ([0.34, 0.10, 0.29], [231.0, -24.0, -61.0])


def unit(vectors):
    vectors = np.asarray(vectors, dtype=float)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def scene(position, sun, pole=(0.0, 0.0, 1.0), flattening=0.0, shine=UNIFORM):
    position = np.atleast_2d(np.asarray(position, dtype=float))
    count = len(position)
    return EarthScene(
        position_body=position,
        pole_body=np.tile(unit(pole), (count, 1)),
        sun_body=np.tile(unit(sun), (count, 1)),
        solar_flux_w_m2=np.full(count, FLUX),
        sunlit_fraction=np.ones(count),
        albedo=np.tile(shine[0], (count, 1)),
        exitance_w_m2=np.tile(shine[1], (count, 1)),
        flattening=flattening,
    )


def random_scene(count, flattening, shine, seed):
    rng = np.random.default_rng(seed)
    position = unit(rng.normal(size=(count, 3))) * (1.0 + rng.uniform(0.05, 0.5, (count, 1)))
    made = scene(position, [1, 0, 0], flattening=flattening, shine=shine)
    return EarthScene(
        made.position_body,
        unit(rng.normal(size=(count, 3))),
        unit(rng.normal(size=(count, 3))),
        made.solar_flux_w_m2,
        made.sunlit_fraction,
        made.albedo,
        made.exitance_w_m2,
        flattening,
    )


def by_area(normal, place, nodes=500):
    """View factor, albedo and infrared at one time, summed over patches of the true spheroid.

    Its own route: points by (theta, phi) about the pole of the cap, areas and normals by finite
    differences of the surface's own parametrisation, each visibility tested by itself.
    """
    x, pole, sun = place.position_body[0], place.pole_body[0], place.sun_body[0]
    squash = 1.0 - place.flattening

    def along_pole(v, factor):
        return v + (factor - 1.0) * (v @ pole)[..., None] * pole

    lifted = along_pole(x, 1.0 / squash)
    axis = unit(lifted)
    e1 = unit(np.cross(axis, [0.3, -0.5, 0.8]))
    e2 = np.cross(axis, e1)
    cap = np.arccos(1.0 / np.linalg.norm(lifted)) + 0.02
    theta = (np.arange(nodes) + 0.5) / nodes * cap
    phi = (np.arange(nodes) + 0.5) / nodes * 2 * np.pi
    theta, phi = np.meshgrid(theta, phi, indexing="ij")

    def surface(t, p):
        on_sphere = (
            np.cos(t)[..., None] * axis
            + (np.sin(t) * np.cos(p))[..., None] * e1
            + (np.sin(t) * np.sin(p))[..., None] * e2
        )
        return along_pole(on_sphere, squash)

    step = 1e-5
    area = np.cross(
        (surface(theta + step, phi) - surface(theta - step, phi)) / (2 * step),
        (surface(theta, phi + step) - surface(theta, phi - step)) / (2 * step),
    ) * (cap / nodes * 2 * np.pi / nodes)
    points = surface(theta, phi)
    ray = points - x
    distance2 = np.einsum("...i,...i", ray, ray)
    out = np.clip(-np.einsum("...i,...i", area, ray), 0.0, None)  # cos(out) dA r
    plate = np.clip(ray @ normal, 0.0, None)
    kernel = out * plate / (np.pi * distance2**2)
    cos_sun = np.clip(area @ sun, 0.0, None) / np.linalg.norm(area, axis=-1)
    sine = (points @ pole) / np.linalg.norm(points, axis=-1)
    legendre = np.stack([np.ones_like(sine), sine, 1.5 * sine**2 - 0.5])
    albedo = np.einsum("i,i...", place.albedo[0], legendre)
    exitance = np.einsum("i,i...", place.exitance_w_m2[0], legendre)
    return np.array([kernel.sum(), FLUX * (kernel * albedo * cos_sun).sum(), (kernel * exitance).sum()])


class TestPlateToSphereAnalytic:
    @pytest.mark.parametrize("ratio", [1.01, 1.0878, 2.0, 6.6])
    def test_facing_the_centre_it_is_the_square_of_the_radius_ratio(self, ratio):
        assert plate_to_sphere_view_factor(ratio, 0.0) == pytest.approx(ratio**-2, rel=1e-14)

    def test_edge_on_it_is_the_known_closed_form(self):
        # tilt 90 deg: [asin(1/H) - sqrt(H^2 - 1)/H^2] / pi, the integral over half the disc
        ratio = np.array([1.0878, 1.5, 4.0])
        expected = (np.arcsin(1 / ratio) - np.sqrt(ratio**2 - 1) / ratio**2) / np.pi
        np.testing.assert_allclose(plate_to_sphere_view_factor(ratio, np.pi / 2), expected, rtol=1e-13)

    def test_an_edge_on_plate_at_560_km_sees_a_quarter_not_a_twentieth(self):
        factor = plate_to_sphere_view_factor(1 + 560 / 6378.137, np.pi / 2)
        assert float(factor) == pytest.approx(0.256, abs=1e-3)

    def test_joins_smoothly_where_the_plane_first_cuts_the_sphere(self):
        horizon = np.arccos(1 / 1.0878)
        below, above = plate_to_sphere_view_factor(1.0878, horizon + np.array([-1e-9, 1e-9]))
        assert below == pytest.approx(above, abs=1e-8)

    def test_nothing_is_seen_once_the_sphere_is_all_behind(self):
        assert plate_to_sphere_view_factor(1.0878, np.pi) == 0.0
        assert plate_to_sphere_view_factor(1.0878, np.pi - np.arccos(1 / 1.0878)) == 0.0


class TestPlateToSphereLaw:
    @given(ratio=st.floats(1.001, 50.0), angle=st.floats(0.0, np.pi))
    def test_front_and_back_differ_by_the_projected_disc(self, ratio, angle):
        # F(t) - F(pi - t) = cos t / H^2: the net flux through the plate is that of a point source
        both = plate_to_sphere_view_factor(ratio, np.array([angle, np.pi - angle]))
        assert both[0] - both[1] == pytest.approx(np.cos(angle) / ratio**2, abs=2e-9)

    @given(ratio=st.floats(1.001, 50.0), angle=st.floats(0.0, np.pi))
    def test_it_lies_between_nothing_and_the_nadir_value(self, ratio, angle):
        factor = plate_to_sphere_view_factor(ratio, angle)
        assert -1e-9 <= factor <= ratio**-2 + 1e-12


class TestPlateToSphereRefusal:
    def test_inside_the_sphere(self):
        with pytest.raises(ValueError, match=r"distance_over_radius must be greater than 1, got 0\.9"):
            plate_to_sphere_view_factor([1.2, 0.9], 0.0)

    def test_nan(self):
        with pytest.raises(ValueError, match="distance_over_radius must be finite"):
            plate_to_sphere_view_factor(np.nan, 0.0)

    def test_angle_in_degrees(self):
        with pytest.raises(ValueError, match="nadir_angle_rad"):
            plate_to_sphere_view_factor(1.1, 90.0)


class TestContourAnalytic:
    def test_on_a_sphere_it_is_the_closed_form_at_every_tilt(self):
        place = random_scene(40, 0.0, UNIFORM, seed=1)
        normals = unit(np.random.default_rng(2).normal(size=(30, 3)))
        ratio = np.linalg.norm(place.position_body, axis=1)[:, None]
        cosine = np.clip(-(place.position_body / ratio) @ normals.T, -1, 1)
        expected = plate_to_sphere_view_factor(ratio, np.arccos(cosine))
        assert (expected == 0).any()
        assert ((expected > 0) & (np.abs(cosine) < 0.3)).any()
        # both exact; acos near the pole of the closed form costs a few digits
        np.testing.assert_allclose(unshaded_plates(normals, place)[0], expected, atol=1e-12)

    @pytest.mark.parametrize(("seed", "shine"), [(3, UNIFORM), (4, UNIFORM), (5, PATTERNED)])
    @pytest.mark.parametrize("flattening", [1 / 298.257223563, 0.1])
    def test_on_a_spheroid_it_is_the_sum_over_patches(self, flattening, seed, shine):
        place = random_scene(1, flattening, shine, seed)
        toward = -unit(place.position_body[0])
        normals = unit(toward + np.random.default_rng(seed).normal(size=(2, 3)))
        got = unshaded_plates(normals, place)[:, 0]
        expected = np.stack([by_area(n, place) for n in normals], axis=1)
        # midpoint sums of 500 x 500 patches with kinks at terminator and plane: (1/500)^2 of the scale,
        # times the ratio of horizon distance to altitude squared, at most 60
        np.testing.assert_allclose(got, expected, rtol=3e-4, atol=3e-4)

    def test_edge_on_over_the_pole_the_flatter_earth_fills_less(self):
        # at the same place: the sphere of the equatorial radius stands 21 km nearer there
        height = 560.0 / 6378.137
        polar = 1.0 - 1.0 / 298.257223563
        edge_on = np.array([[1.0, 0, 0]])
        true = unshaded_plates(edge_on, scene([0, 0, polar + height], [1, 0, 0], flattening=1 - polar))
        same = unshaded_plates(edge_on, scene([0, 0, polar + height], [1, 0, 0], flattening=0.0))
        assert true[0, 0, 0] / same[0, 0, 0] - 1.0 == pytest.approx(-0.014, abs=5e-4)


class TestAlbedoAnalytic:
    def test_facing_nadir_under_the_sun_it_is_a_single_integral(self):
        # ring by ring about nadir: a S 2/H... with central angle g: integral of cos g (sun) cos(out)
        # cos(plate) 2 pi sin g dg / (pi d^2)
        height = 1.0878
        nodes, weights = np.polynomial.legendre.leggauss(400)
        limit = np.arccos(1 / height)
        g = 0.5 * limit * (nodes + 1)
        d2 = 1 + height**2 - 2 * height * np.cos(g)
        rings = np.cos(g) * (height * np.cos(g) - 1) * (height - np.cos(g)) * 2 * np.sin(g) / d2**2
        expected = FLUX * ALBEDO * 0.5 * limit * (weights * rings).sum()
        got = unshaded_plates(np.array([[0, 0, -1.0]]), scene([0, 0, height], [0, 0, 1]))[1, 0, 0]
        assert got == pytest.approx(expected, rel=1e-7)  # 14 Gauss nodes per piece

    def test_over_the_dark_side_there_is_none(self):
        out = unshaded_plates(np.array([[0, 0, -1.0]]), scene([0, 0, 1.0878], [0, 0, -1]))
        assert out[1, 0, 0] == 0.0
        assert out[2, 0, 0] == pytest.approx(EXITANCE * 1.0878**-2, rel=1e-12)

    def test_it_ends_where_the_lit_ground_leaves_the_horizon(self):
        # on a sphere that is where the satellite's own eclipse begins, without any gate
        last = np.pi / 2 + np.arccos(1 / 1.0878)
        for angle, lit in ((last - 0.02, True), (last + 0.001, False)):
            up = np.array([np.cos(angle), 0, np.sin(angle)])
            albedo = unshaded_plates(-up[None], scene(1.0878 * up, [1, 0, 0]))[1, 0, 0]
            assert (albedo > 0.0) == lit


class TestAlbedoLaw:
    def test_the_quadrature_converges(self):
        # worst over 30 x 20 random tilts, terminators and heights; the last row is the reference
        place = random_scene(30, 1 / 298.257223563, PATTERNED, seed=8)
        normals = unit(np.random.default_rng(9).normal(size=(20, 3)))
        exact = unshaded_plates(normals, place, ring_nodes=48, arc_nodes=24)
        errors = [
            np.abs(unshaded_plates(normals, place, ring_nodes=n, arc_nodes=m) - exact)[1:].max()
            for n, m in ((6, 6), (10, 8), (14, 10), (24, 16))
        ]
        assert errors[0] > errors[1] > errors[2] > errors[3]
        assert errors[2] < 1e-3  # W/m^2, the default
        assert errors[3] < 1e-5

    def test_a_cube_gets_the_same_total_however_it_is_turned(self):
        # sum of max(0, n . d) over six faces is not constant, but front minus back is the flux vector
        place = random_scene(1, 1 / 298.257223563, UNIFORM, seed=10)
        axes = np.linalg.qr(np.random.default_rng(11).normal(size=(3, 3)))[0]
        pairs = unshaded_plates(np.concatenate([axes, -axes]), place)[:, 0].reshape(3, 2, 3)
        net = pairs[:, 0] - pairs[:, 1]
        straight = unshaded_plates(np.concatenate([np.eye(3), -np.eye(3)]), place)[:, 0].reshape(3, 2, 3)
        np.testing.assert_allclose(net @ axes, straight[:, 0] - straight[:, 1], rtol=1e-5, atol=1e-4)

    @settings(max_examples=25, deadline=None)
    @given(flattening=st.floats(1e-9, 1e-5))
    def test_a_spheroid_becomes_the_sphere_as_it_flattens_less(self, flattening):
        normals = unit([[0.3, -0.2, -1.0], [1.0, 0.1, 0.0]])
        place = ([0.2, 0.3, 1.05], [0.7, 0.1, 0.4])
        flat = unshaded_plates(normals, scene(*place, flattening=flattening))
        round_ = unshaded_plates(normals, scene(*place))
        # relative change is of the order of flattening x distance over height, below 20
        np.testing.assert_allclose(flat, round_, rtol=30 * flattening, atol=1e-9)

    def test_turning_the_whole_scene_changes_nothing(self):
        place = random_scene(3, 0.05, PATTERNED, seed=12)
        normals = unit(np.random.default_rng(13).normal(size=(4, 3)))
        turn = np.linalg.qr(np.random.default_rng(14).normal(size=(3, 3)))[0]
        turned = EarthScene(
            place.position_body @ turn.T,
            place.pole_body @ turn.T,
            place.sun_body @ turn.T,
            place.solar_flux_w_m2,
            place.sunlit_fraction,
            place.albedo,
            place.exitance_w_m2,
            0.05,
        )
        # the rings start elsewhere: equal to the error of the quadrature
        np.testing.assert_allclose(
            unshaded_plates(normals @ turn.T, turned), unshaded_plates(normals, place), rtol=1e-6, atol=1e-4
        )
