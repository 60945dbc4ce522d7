"""Secular drag: its law in closed form, the energy that it takes, and SGP4 with an equivalent B*."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numba
import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

from geometry.constants import EARTH_EQUATORIAL_RADIUS_M, EARTH_MU_M3_S2, EARTH_ROTATION_RAD_S
from geometry.environment import Environment
from geometry.ephemeris import sky_at
from geometry.orbit import (
    Attitude,
    KeplerianOrbit,
    Ring,
    SunSynchronousOrbit,
    flight_of,
    held_at_altitude,
    orbit_states,
    orbit_summary,
)
from geometry.orbit.drag import geodetic_m, semi_major_axis_rate_m_s, wind_gcrs_m_s
from geometry.orbit.mean_elements import MeanElements, secular_rates_rad_s
from geometry.orbit.propagation import analytic_positions, analytic_states
from geometry.orbit.ring import ring_elements
from geometry.orbit.secular_drag import SecularDrag, decay_rates
from geometry.orbit.sgp4_flight import equivalent_bstar, satrecs, sgp4_states
from geometry.orbit.thermosphere import air_at

EPOCH = np.datetime64("2027-03-20T12:00:00", "us")
DAY_S = 86_400.0
AXIS_M = EARTH_EQUATORIAL_RADIUS_M + 560e3


def falling(decay_m_day=10.0, scale_height_m=65e3, phases=(0.0, 2.0)):
    drag = SecularDrag(np.array([decay_m_day / DAY_S]), np.array([scale_height_m]))
    plane = ring_elements(SunSynchronousOrbit(), Ring(1), EPOCH)
    return replace(plane, plane=np.zeros(len(phases), int), argument_of_latitude_rad=phases, drag=drag)


def after(days):
    return EPOCH + np.rint(np.atleast_1d(days) * DAY_S * 1e6).astype("timedelta64[us]")


def leads_m(elements, times, reference):
    """How far positions stand ahead of others along the track, and how far across it; m."""
    position, velocity = analytic_states(elements, times)
    off = position - reference
    ahead = velocity / np.linalg.norm(velocity, axis=-1, keepdims=True)
    along = (off * ahead).sum(axis=-1)
    return along, np.linalg.norm(off - along[..., None] * ahead, axis=-1)


class TestLawAnalytic:
    def test_axis_solves_the_differential_equation(self):
        drag = SecularDrag([200.0 / DAY_S], [60e3])
        for days in (-40.0, 1.0, 90.0, 250.0):
            t = days * DAY_S
            found = solve_ivp(
                lambda _, d: 200.0 / DAY_S * np.exp(d / 60e3), (0.0, t), [0.0], rtol=1e-11, atol=1e-6
            ).y[0, -1]
            # the integrator's own error
            assert drag.drop(np.array([t]))[0][0, 0] == pytest.approx(found, rel=1e-8)

    def test_integrals_are_those_of_the_drop(self):
        drag = SecularDrag([200.0 / DAY_S], [60e3])
        t = 100.0 * DAY_S
        _, once, twice = (x[0, 0] for x in drag.drop(np.array([t])))
        first = quad(lambda s: drag.drop(np.array([s]))[0][0, 0], 0.0, t, epsrel=1e-11)[0]
        second = quad(lambda s: drag.drop(np.array([s]))[0][0, 0] ** 2, 0.0, t, epsrel=1e-11)[0]
        assert once == pytest.approx(first, rel=1e-9)  # quadrature
        assert twice == pytest.approx(second, rel=1e-9)

    def test_begins_as_vallado_has_it(self):
        # a falls linearly, the anomaly gains 3/4 n (D / a) t^2; the rest is t D / H = 1.5e-4 of it, J2 1e-3
        drag = falling(10.0)
        t = DAY_S
        axis, turn, _ = drag.moved([t])
        steady = drag.rates_rad_s[0][0] * t
        n = np.sqrt(EARTH_MU_M3_S2 / AXIS_M**3)
        assert drag.semi_major_axis_m[0] - axis[0, 0] == pytest.approx(10.0, rel=3e-4)
        assert turn[0, 0] - steady == pytest.approx(0.75 * n * (10.0 / DAY_S / AXIS_M) * t * t, rel=3e-3)

    def test_angles_are_the_integrals_of_the_rates_on_the_way_down(self):
        # 6 km in 60 days: the third derivative left out is 35/16 n (d/a)^3 t / 4 = 4 m
        drag = falling(80.0)
        t = 60.0 * DAY_S
        _, turn, node = drag.moved([t])

        def rate(s, which):
            axis = drag.moved([s])[0][:, 0]
            there = MeanElements(EPOCH, axis, drag.inclination_rad, [0.0], np.zeros(0, int), np.zeros(0))
            return there.rates_rad_s[which][0] - drag.rates_rad_s[which][0]

        for which, found in ((0, turn[0, 0]), (1, node[0, 0] - drag.raan_teme_rad[0])):
            gain = found - drag.rates_rad_s[which][0] * t
            expected = quad(rate, 0.0, t, args=(which,), epsrel=1e-10)[0]
            assert abs(gain - expected) * AXIS_M < 20.0
        assert turn[0, 0] - drag.rates_rad_s[0][0] * t > 1.0  # it was no small matter

    def test_without_decay_nothing_changes(self):
        still = falling(0.0)
        times = after([0.0, 3.0, 30.0])
        np.testing.assert_array_equal(
            analytic_states(still, times)[0], analytic_states(replace(still, drag=None), times)[0]
        )

    def test_scale_height_is_that_of_the_table(self):
        drag = decay_rates(1e-4, 560e3, [500e3, 560e3], "mean")
        strength = [
            air_at(h, "mean").density_kg_m3 * np.sqrt(EARTH_EQUATORIAL_RADIUS_M + h) for h in (500e3, 560e3)
        ]
        assert drag.decay_m_s[1] == pytest.approx(1e-4, rel=1e-12)
        assert drag.decay_m_s[0] == pytest.approx(1e-4 * strength[0] / strength[1], rel=1e-12)
        # 500 to 560 km at mean activity: e-fold in 60 to 70 km
        assert 60e3 / np.log(drag.decay_m_s[0] / 1e-4) == pytest.approx(drag.scale_height_m.mean(), rel=0.02)


class TestEnergyLaw:
    def test_decay_takes_the_work_of_the_drag(self):
        # CdA/m = 0.1 m2/kg in the turning air, by da/dt = 2 a^2 v.F / (mu m) around one orbit, beside the
        # closed form of a circle, -rho sqrt(mu a) CdA/m (1 - w a cos i / v)^2, at the mean altitude: the
        # variation around the ellipsoid is second order in 10 km / 65 km, under 3 %.
        states = flight_of(_design()).states(after(np.arange(96) / 96 * 5758.75 / DAY_S), np.array([0]))
        times = after(np.arange(96) / 96 * 5758.75 / DAY_S)
        pole = sky_at(times).earth_pole_gcrs
        wind = wind_gcrs_m_s(*states, pole)
        altitude, _ = geodetic_m(states[0], pole)
        rho = air_at(altitude, "mean").density_kg_m3
        force = 0.05 * rho[..., None] * np.linalg.norm(wind, axis=-1, keepdims=True) * wind
        by_work = -semi_major_axis_rate_m_s(*states, force, 1.0).mean()
        speed = np.sqrt(EARTH_MU_M3_S2 / AXIS_M)
        turning = (1.0 - EARTH_ROTATION_RAD_S * AXIS_M * np.cos(np.radians(97.656)) / speed) ** 2
        mean = air_at(altitude.mean(), "mean").density_kg_m3
        assert by_work == pytest.approx(0.1 * mean * np.sqrt(EARTH_MU_M3_S2 * AXIS_M) * turning, rel=0.03)

    def test_mean_energy_of_the_states_falls_as_the_axis(self):
        # -mu / 2r.. of whole revolutions ten days apart: short-period terms cancel to J2^2 = 1e-6 of 10 km
        drag = falling(1000.0, scale_height_m=1e9)
        period_s = float(drag.nodal_period_s[0])

        def axis(day):
            position, velocity = analytic_states(drag, after(day + np.arange(200) / 200 * period_s / DAY_S))
            r = np.linalg.norm(position, axis=-1)
            return (1.0 / (2.0 / r - (velocity**2).sum(axis=-1) / EARTH_MU_M3_S2)).mean()

        assert axis(0.0) - axis(10.0) == pytest.approx(10e3, rel=2e-3)


class TestAgainstSgp4Reference:
    def test_equivalent_bstar_starts_as_fast(self):
        drag = falling(10.0)
        record = satrecs(drag)[0]
        started = record.a
        record.sgp4_tsince(1440.0)
        # SGP4's e = 1e-6 instead of 0 changes the decay by its square, the day's own growth by D t / 123 km
        assert (started - record.am) * 6_378_135.0 == pytest.approx(10.0, rel=2e-4)
        assert record.bstar > 0.0
        assert not equivalent_bstar(replace(drag, drag=None)).any()

    @pytest.mark.parametrize(("decay_m_day", "days"), [(10.0, 30.0), (100.0, 20.0)])
    def test_same_way_ahead_in_an_air_like_that_of_sgp4(self, decay_m_day, days):
        # SGP4's density goes with (a - s)^-4: to second order the scale height is 2 a / (8 a/(a - s) - 1).
        # SGP4 leaves J2's rate of anomaly and perigee as it was at the epoch, 0.30 % of the lead; the rest is
        # its third order, (drop / H)^2 of the lead, and 18 m twice of the theory without drag.
        a, s = AXIS_M, 6_378_135.0 + 78e3
        drag = falling(decay_m_day, scale_height_m=2.0 * a / (8.0 * a / (a - s) - 1.0))
        times = after(np.linspace(0.0, days, 40))
        expected, _ = sgp4_states(satrecs(drag), times)
        along, across = leads_m(drag, times, expected)
        still, _ = leads_m(replace(drag, drag=None), times[-1:], expected[:, -1:])
        lead = np.abs(still).max()
        drop = decay_m_day * days
        assert lead > 500e3
        lower, higher = (
            secular_rates_rad_s(a + step, np.cos(drag.inclination_rad))[0] for step in (-1e3, 1e3)
        )
        two_bodies = -1.5 * np.sqrt(EARTH_MU_M3_S2 / a**5)
        of_j2 = abs((higher - lower)[0] / 2e3 / two_bodies - 1.0)
        assert 0.0025 < of_j2 < 0.0035
        left = 40.0 + lead * (drop / drag.drag.scale_height_m[0]) ** 2
        assert abs(np.abs(along).max() - of_j2 * lead) < left
        assert across.max() < 20.0 + 0.05 * drop  # SGP4 lets drag raise e under J2: 0.04 of drop / a

    def test_real_air_differs_by_its_scale_height_alone(self):
        # of a lead of 632 km in 30 days: 0.30 % by J2, less a third of drop / H, 300 m over 65 and 123 km
        drag = falling(10.0)
        times = after([30.0])
        along, _ = leads_m(drag, times, sgp4_states(satrecs(drag), times)[0])
        assert 1_300.0 < np.abs(along).max() < 1_600.0

    def test_propagation_by_sgp4_flies_the_drag(self):
        orbit = SunSynchronousOrbit(decay_m_s=20.0 / DAY_S)
        times = after([5.0])
        own = orbit_states(_design(orbit), times).position_gcrs_m
        exact = orbit_states(_design(replace(orbit, propagation="sgp4")), times).position_gcrs_m
        assert np.linalg.norm(own - exact) < 0.004 * 35e3  # of the 35 km that drag brings it ahead


class TestFlightLaw:
    def test_states_do_not_depend_on_company(self):
        drag = falling(50.0, phases=np.arange(300) * 0.02)
        times = after(np.linspace(0.0, 20.0, 7))
        whole = analytic_states(drag, times)
        np.testing.assert_array_equal(analytic_states(drag.members([5, 250]), times)[0], whole[0][[5, 250]])
        np.testing.assert_array_equal(analytic_states(drag, times[3:4])[1], whole[1][:, 3:4])
        np.testing.assert_array_equal(analytic_positions(drag, times), whole[0])

    def test_numpy_agrees(self, monkeypatch):
        drag = falling(50.0)
        times = after(np.linspace(0.0, 20.0, 7))
        compiled = analytic_states(drag, times)
        monkeypatch.setattr(numba.config, "DISABLE_JIT", True)
        for own, expected in zip(analytic_states(drag, times), compiled, strict=True):
            np.testing.assert_allclose(own, expected, rtol=1e-12, atol=1e-6)  # rounding

    def test_velocity_is_the_change_of_position(self):
        # central difference over 1 s: h^2/6 n^3 a = 1.5e-6 m/s; the sinking of 1 km a day left out: 0.012 m/s
        drag = falling(1000.0)
        position = analytic_positions(drag, after([5.0 - 0.5 / DAY_S, 5.0 + 0.5 / DAY_S]))
        velocity = analytic_states(drag, after([5.0]))[1][:, 0]
        assert np.linalg.norm(position[:, 1] - position[:, 0] - velocity, axis=-1).max() < 0.02

    def test_elements_of_a_later_epoch_fly_alike(self):
        drag = falling(50.0)
        later = drag.at_epoch(after(10.0)[0])
        times = after([10.0, 25.0])
        # the law is the same; what is expanded about another axis differs by 2 m of 2,000 km
        off = np.linalg.norm(analytic_positions(later, times) - analytic_positions(drag, times), axis=-1)
        assert off.max() < 10.0

    def test_lower_planes_of_a_ring_sink_faster(self):
        orbit = SunSynchronousOrbit(decay_m_s=1e-4)
        elements = ring_elements(
            orbit, Ring(2, planes=3, altitude_spread_m=60e3, ltan_list_s=(21_600.0, 64_800.0)), EPOCH
        )
        decay = elements.drag.decay_m_s.reshape(2, 3)
        np.testing.assert_array_equal(decay[0], decay[1])
        assert decay[0, 0] > decay[0, 1] > decay[0, 2]
        assert decay[0, 1] == pytest.approx(1e-4, rel=1e-12)

    def test_summary_tells_the_altitude_of_the_moment(self):
        orbit = SunSynchronousOrbit(decay_m_s=10.0 / DAY_S)
        summary = orbit_summary(_design(orbit), after(30.0)[0])
        assert summary.altitude_m == pytest.approx(560e3 - 300.7, abs=0.2)  # H ln(1 - t/L), H = 65 km
        assert summary.decay_m_s * DAY_S == pytest.approx(10.0, rel=0.01)
        at_first = orbit_summary(_design(orbit)).nodal_period_s
        assert at_first - summary.nodal_period_s == pytest.approx(1.5 * at_first * 300.7 / AXIS_M, rel=0.01)
        assert orbit_summary(_design()).decay_m_s == 0.0
        assert orbit_summary(held_at_altitude(_design(orbit)), after(30.0)[0]).altitude_m == pytest.approx(
            560e3
        )

    def test_plane_turns_with_its_satellites(self):
        orbit = SunSynchronousOrbit(decay_m_s=500.0 / DAY_S)
        flight = flight_of(_design(orbit))
        position, velocity = flight.states(after(40.0), np.array([0]))
        normal = np.cross(position[0, 0], velocity[0, 0])
        cosine = flight.orbit_normals_gcrs(after(40.0), np.array([0]))[0] @ normal / np.linalg.norm(normal)
        assert cosine > 1.0 - 1e-6  # short-period J2: 1e-3 rad


class TestRefusal:
    def test_time_after_the_fall(self):
        with pytest.raises(ValueError, match=r"drag brings the satellites down to 150 km by 20\d\d-.*higher"):
            analytic_states(falling(2000.0), after([60.0]))

    def test_doubt_where_the_air_thickens(self):
        with pytest.warns(UserWarning, match="over half of the scale height"):
            analytic_states(falling(1000.0), after([40.0]))

    @pytest.mark.parametrize("decay", [-1.0, np.nan, 2e4])
    def test_decay(self, decay):
        with pytest.raises(ValueError, match="decay_m_s must lie in"):
            SunSynchronousOrbit(decay_m_s=decay)
        with pytest.raises(ValueError, match="decay_m_s must lie in"):
            SecularDrag([decay], [6e4])

    def test_activity_and_shapes(self):
        with pytest.raises(ValueError, match="solar_activity"):
            SunSynchronousOrbit(solar_activity="high")
        with pytest.raises(ValueError, match="scale_height_m"):
            SecularDrag([1.0], [6e4, 6e4])

    def test_two_bodies_are_held_as_they_are(self):
        design = _design(KeplerianOrbit(7e6))
        assert held_at_altitude(design) is design
        assert orbit_summary(design).decay_m_s == 0.0


def _design(orbit=None):
    return SimpleNamespace(
        orbit=orbit or SunSynchronousOrbit(),
        attitude=Attitude(),
        ring=Ring(2),
        environment=Environment(),
        epoch_utc=EPOCH,
    )
