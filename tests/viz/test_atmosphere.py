"""The air: closed forms where there are some, laws, and tables against the integral they stand for."""

import numpy as np
import pytest

from viz import atmosphere as a
from viz.atmosphere import air


def _scattered(table, x, mu_s, azimuth, nu):
    return np.array(a.scattered_light(table, x, a.sun_place(mu_s), azimuth, nu))


class TestTransmittanceAnalytic:
    def test_straight_up_is_the_sum_of_three_columns(self):
        rayleigh = a.RAYLEIGH_SCALE_KM * (1.0 - np.exp(-a.TOP_KM / a.RAYLEIGH_SCALE_KM))
        aerosol = a.AEROSOL_SCALE_KM * (1.0 - np.exp(-a.TOP_KM / a.AEROSOL_SCALE_KM))
        depth = a.RAYLEIGH * rayleigh + a.AEROSOL_EXTINCTION * aerosol + a.OZONE * 15.0  # area of the tent
        # 64 midpoint steps: the aerosol's layer is thinnest, 2e-4 of its depth
        np.testing.assert_allclose(air().transmittance[0, -1], np.exp(-depth), rtol=2e-4)

    def test_from_the_top_nothing_is_lost(self):
        np.testing.assert_allclose(air().transmittance[-1, -1], 1.0, atol=1e-5)


class TestAirLaw:
    def test_light_is_lost_more_the_lower_one_looks(self):
        assert (np.diff(air().transmittance, axis=1) >= -1e-7).all()

    def test_blue_is_lost_first(self):
        low = air().transmittance[0, 20]
        assert low[0] > low[1] > low[2]

    def test_ground_gets_less_than_falls_on_the_air(self):
        tables = air()
        sun = np.array([a._sun_cosine(k / (a.SUNS - 1)) for k in range(a.SUNS)])
        # sky light is per pi, as the unit of light is
        total = tables.sun_on_ground * np.maximum(sun, 0.0)[:, None] + tables.sky_on_ground
        assert (total <= np.maximum(sun, 0.0)[:, None] + 0.05).all()
        assert (total[-1] > 0.8).all()  # the Sun overhead: most of it arrives

    def test_night_is_dark_and_dusk_fades_without_a_step(self):
        tables = air()
        sky = tables.sky_on_ground[:, 1]
        assert sky[0] < 1e-5 * sky[-1]
        assert (np.diff(sky) > -1e-6).all()

    def test_the_limb_is_blue_by_day_and_red_low_down_at_dusk(self):
        day = _scattered(air().limb_scattering, (20.0 / a.TOP_KM) ** a.LIMB_POWER, 0.5, 0.0, 0.0)
        assert day[2] > 2.0 * day[0]
        dusk = _scattered(air().limb_scattering, (4.0 / a.TOP_KM) ** a.LIMB_POWER, -0.03, -1.0, 0.999)
        assert dusk[0] > 2.0 * dusk[2]

    @pytest.mark.parametrize("limb", [False, True])
    def test_tables_stand_for_the_integral(self, limb):
        tables = air()
        transmittance = a._transmittance_table()
        series = a._series_table(transmittance)
        rng = np.random.default_rng(11)
        errors = []
        for _ in range(200):
            x, mu_s, azimuth = rng.uniform(0.1, 0.9), rng.uniform(-0.05, 0.9), rng.uniform(-1.0, 1.0)
            mu, height = x * x, a.TOP_KM * x ** (1.0 / a.LIMB_POWER)
            exact = np.zeros(9)
            a.march(transmittance, series, limb, height, mu, mu_s, azimuth, 40, exact)
            nu = rng.uniform(-1.0, 1.0)
            phase = np.repeat([*a.phases(nu), 1.0], 3)
            expected = (exact * phase).reshape(3, 3).sum(axis=0)
            table = tables.limb_scattering if limb else tables.ground_scattering
            scale = expected.max() + 1e-3
            errors.append(np.abs(_scattered(table, x, mu_s, azimuth, nu) - expected).max() / scale)
        # linear in three coordinates, steepest where the Sun sets: 1 % typical, 8 % at worst, unseen
        assert np.median(errors) < 0.01
        assert max(errors) < 0.08

    def test_phase_functions_are_normalised(self):
        nu, weight = np.polynomial.legendre.leggauss(64)
        rayleigh, aerosol = np.array([a.phases(x) for x in nu]).T
        # Gauss-Legendre of order 64 is exact for the one and converged to 1e-9 for the other
        assert 2.0 * np.pi * (weight @ rayleigh) == pytest.approx(1.0, rel=1e-12)
        assert 2.0 * np.pi * (weight @ aerosol) == pytest.approx(1.0, rel=1e-6)
