"""The Earth as an environment: scenes, seasons, refusals."""

from dataclasses import replace

import numpy as np
import pytest

from geometry.constants import ASTRONOMICAL_UNIT_M
from geometry.environment import EarthShape, Environment
from geometry.radiation.earth import earth_scene, knocke_coefficients, solar_flux_w_m2
from geometry.radiation.earth_sums import FEWEST_SORTED, earth_sums, packed_scene
from geometry.radiation.plate_to_earth import unshaded_plates
from geometry.radiation.sampling import DIRECTION_NUMBERS, hemisphere_rays
from geometry.radiation.sky_view import DirectionList


class TestKnockeReference:
    def test_coefficients_at_the_solstices(self):
        # Knocke, Ries and Tapley (1988): a1 = 0.10 and e1 = -0.07, period a year, phase 22 December
        times = np.array(["1981-12-22T00:00:00", "1982-06-22T15:00:00"], "datetime64[us]")
        albedo, emissivity = knocke_coefficients(times)
        np.testing.assert_allclose(albedo[0], [0.34, 0.10, 0.29])
        np.testing.assert_allclose(emissivity[0], [0.68, -0.07, -0.18])
        np.testing.assert_allclose(albedo[1, 1], -0.10, atol=1e-6)  # half a year of 365.25 days
        np.testing.assert_allclose(emissivity[1, 1], 0.07, atol=1e-6)

    def test_the_mean_earth_is_in_balance_within_two_percent(self):
        # P1 and P2 vanish in the mean over the sphere: 0.34 reflected + 0.68 emitted = 1.02
        albedo, emissivity = knocke_coefficients(np.array(["2027-03-20"], "datetime64[us]"))
        assert albedo[0, 0] + emissivity[0, 0] == pytest.approx(1.02)


class TestEarthAnalytic:
    def test_solar_flux_follows_the_square_of_the_distance(self):
        distance = ASTRONOMICAL_UNIT_M * np.array([0.983, 1.0, 1.017])
        np.testing.assert_allclose(
            solar_flux_w_m2(distance, Environment()), 1361.0 / np.array([0.983, 1.0, 1.017]) ** 2
        )
        np.testing.assert_allclose(solar_flux_w_m2(distance, Environment(solar_distance="1au")), 1361.0)

    def test_vectors_are_turned_into_the_body(self, states):
        there = states(5, axes="nadir", beta_deg=30.0)
        place = earth_scene(there, Environment())
        ratio = 1.0 + 560e3 / 6378137.0
        np.testing.assert_allclose(place.position_body, np.tile([0, 0, -ratio], (5, 1)), atol=1e-12)
        np.testing.assert_allclose(np.linalg.norm(place.sun_body, axis=1), 1.0)

    def test_infrared_of_the_latitude_model_follows_the_solar_flux(self, states):
        place = earth_scene(states(), Environment(earth_model="knocke1988", solar_constant_w_m2=1400.0))
        assert place.exitance_w_m2[0, 0] == pytest.approx(0.68 * 1400.0 / 4)
        assert not place.is_uniform


class TestEarthSumsLaw:
    @pytest.mark.parametrize("model", ["uniform", "knocke1988"])
    @pytest.mark.parametrize("flattening", [0.0, 1 / 298.257223563])
    def test_rays_into_the_open_agree_with_the_quadrature(self, states, model, flattening):
        # two routes that share nothing but the scene: ray and spheroid, and rings on it
        shape = EarthShape(flattening=flattening)
        there = states(24, beta_deg=40.0, axes="sun", shape=shape, pole=(0.2, 1.0, 0.4))
        place = earth_scene(there, Environment(earth_model=model, earth_shape=shape))
        frames = np.zeros((1, 18), np.float32)
        frames[0, [3, 7, 11, 12, 16]] = 1.0
        count, zero = 1 << 15, np.array([0])
        origins, directions = np.empty((2, count, 3), np.float32)
        hemisphere_rays(
            frames, np.ones(1), np.array([0, 1]), 0.0, 1, zero, zero, zero, 0,
            DIRECTION_NUMBERS, origins, directions,
        )  # fmt: skip
        several = DirectionList(
            np.ascontiguousarray(directions.T), np.ones((2, count), np.float32), np.array([count])
        )
        sums = np.zeros((1, 24, 3))
        earth_sums(several, packed_scene(place), flattening, place.is_uniform, sums)
        exact = unshaded_plates(np.array([[0, 0, 1.0]]), place)[:, :, 0]
        # Sobol error over an edge at 2^15 points: about 5e-4 of the full hemisphere
        scale = np.array([[1.0], [400.0], [240.0]])
        np.testing.assert_allclose(sums[0].T / count / scale, exact / scale, atol=5e-4, rtol=0)

    @pytest.mark.parametrize("axes", ["sun", "nadir"])
    @pytest.mark.parametrize("altitude_m", [250e3, 36_000e3])
    def test_sorting_about_the_way_of_the_earth_leaves_none_of_it_out(self, states, axes, altitude_m):
        # short segments are not sorted, long ones are: the same directions either way
        place = earth_scene(states(24, beta_deg=20.0, axes=axes, altitude_m=altitude_m), Environment())
        short, count = FEWEST_SORTED - 1, 400
        random = np.random.default_rng(5)
        directions = random.normal(size=(3, short * count)).astype(np.float32)
        directions /= np.linalg.norm(directions, axis=0)
        weights = random.random((2, short * count), np.float32)
        sums = []
        for ends in (np.arange(1, count + 1) * short, np.array([short * count])):
            out = np.zeros((len(ends), 24, 3))
            rays = DirectionList(directions, weights, ends)
            earth_sums(rays, packed_scene(place), place.flattening, place.is_uniform, out)
            sums.append(out.sum(axis=0))
        # single precision; one direction left out would be 1e-4 and more
        np.testing.assert_allclose(sums[1], sums[0], rtol=1e-5, atol=1e-9)


class TestEarthRefusal:
    def test_several_satellites(self, states):
        one = states(2)
        two = replace(
            one,
            **{
                name: np.repeat(getattr(one, name), 2, axis=0)
                for name in (
                    "position_gcrs_m",
                    "velocity_gcrs_m_s",
                    "sunlit_fraction",
                    "rotation_body_from_gcrs",
                )
            },
        )
        with pytest.raises(ValueError, match="states must hold one satellite, got 2"):
            earth_scene(two, Environment())

    def test_inside_the_earth(self, states):
        with pytest.raises(ValueError, match="must lie outside the Earth, got 6278"):
            earth_scene(states(1, altitude_m=-100e3), Environment())

    def test_nan_position(self, states):
        there = states(1)
        with pytest.raises(ValueError, match="must lie outside the Earth, got nan"):
            earth_scene(replace(there, position_gcrs_m=there.position_gcrs_m * np.nan), Environment())
