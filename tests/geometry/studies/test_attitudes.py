"""The price of attitude laws: angles, friction, decay and torque against closed forms, and NRLMSIS."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from geometry.craft import Craft, Part
from geometry.environment import Environment
from geometry.mesh.optics import COATINGS
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.orbit import (
    Attitude,
    KeplerianOrbit,
    Orbit,
    Ring,
    SunSynchronousOrbit,
    orbit_states,
    orbit_times,
)
from geometry.orbit.free_molecular import GasSurface
from geometry.orbit.thermosphere import ACTIVITIES, MOLAR_MASS_KG_MOL, SolarIndices, air_at
from geometry.studies.attitudes import attitude_trade

NADIR_PLATE = Attitude("lvlh_fixed", (-1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
FEW = {"days": 20, "positions": 48}


@dataclass(frozen=True)
class Flown:
    orbit: Orbit = field(default_factory=SunSynchronousOrbit)
    attitude: Attitude = field(default_factory=Attitude)
    ring: Ring = field(default_factory=lambda: Ring(satellites_per_plane=1))
    environment: Environment = field(default_factory=Environment)
    epoch_utc: np.datetime64 = np.datetime64("2027-03-20T12:00:00", "us")  # noqa: RUF009 (immutable)


def plate_craft(mass_kg=10.0, inertia=((3.0, 0.0, 0.0), (0.0, 5.0, 0.0), (0.0, 0.0, 8.0)), area=(2.0, 3.0)):
    """A sheet in the x-y plane."""
    a, b = area
    black = COATINGS["black"]
    corners = [[-a / 2, -b / 2, 0], [a / 2, -b / 2, 0], [a / 2, b / 2, 0], [-a / 2, b / 2, 0]]
    faces = [[0, 1, 2], [0, 2, 3]]
    mesh = SurfaceMesh(corners, faces, np.zeros(2, int), np.ones(2, int), ("front", "back"), (black, black))
    parts = (Part("plate", mass_kg, np.zeros(3), np.array(inertia)),) if mass_kg else ()
    return Craft("plate", mesh, parts)


def priced(trade, law):
    return next(price for price in trade.laws if price.law == law)


@pytest.fixture(scope="module")
def dusk():
    """The three laws of a plate on the default orbit, and the plate held flat to nadir."""
    return attitude_trade(Flown(attitude=NADIR_PLATE), plate_craft())


class TestAnglesAnalytic:
    def test_pointing_at_the_sun_gives_full_power(self, dusk):
        price = priced(dusk, "sun_pointing")
        assert price.power_factor_mean == pytest.approx(1.0, abs=1e-12)
        assert price.power_factor_min == pytest.approx(1.0, abs=1e-12)

    def test_the_locked_slice_loses_the_sine_of_beta(self, dusk):
        """Z = sigma H: the factor is sin |beta|; here over the noons of each day, with the Sun in view."""
        start = np.datetime64("2027-03-20T12:00:00", "us")
        times = start + (np.arange(0, 365.2422, 0.05) * 86_400e6).astype("timedelta64[us]")
        states = orbit_states(Flown(), times)
        light, sine = states.sunlit_fraction[0], np.sin(np.abs(states.beta_rad[0]))
        price = priced(dusk, "sun_slice_locked")
        # 7,300 moments spread over all phases by the golden beat of 0.05 days against 96 minutes
        assert price.power_factor_mean == pytest.approx((light * sine).sum() / light.sum(), abs=2e-4)
        assert price.power_factor_min == pytest.approx(sine[light > 0].min(), abs=2e-4)

    def test_the_rolling_slice_loses_half_as_much(self, dusk):
        """1 - cos^2(beta) sin^2(u) under the root against 1 - cos^2(beta): half of it, to first order."""
        locked, rolling = (
            priced(dusk, law).power_factor_mean for law in ("sun_slice_locked", "sun_slice_rolling")
        )
        assert (1.0 - rolling) / (1.0 - locked) == pytest.approx(0.5, abs=0.06)

    def test_pointing_at_the_sun_turns_the_plate_by_ninety_degrees_less_beta(self, dusk):
        """docs/system.md: an angle of attack up to 90 deg - abs(beta)."""
        start = np.datetime64("2027-03-20T12:00:00", "us")
        times = start + (np.arange(0, 365.2422, 0.05) * 86_400e6).astype("timedelta64[us]")
        beta = np.abs(orbit_states(Flown(), times).beta_rad[0])
        price = priced(dusk, "sun_pointing")
        # v is T but for the frozen eccentricity: 1e-3 rad, at right angles where the attack is largest
        assert price.angle_of_attack_max_rad == pytest.approx(0.5 * np.pi - beta.min(), abs=2e-4)
        assert price.angle_of_attack_day_rad.max() <= price.angle_of_attack_max_rad
        assert price.angle_of_attack_day_rad.max() == pytest.approx(price.angle_of_attack_max_rad, abs=1e-3)

    def test_the_slices_keep_edge_on_to_the_inertial_velocity(self, dusk):
        assert priced(dusk, "sun_slice_locked").angle_of_attack_max_rad < 1e-9
        # X = T, and v leaves T by the radial speed of the frozen eccentricity, 1.1e-3, and by J2's
        assert priced(dusk, "sun_slice_rolling").angle_of_attack_max_rad < 2e-3


class TestDragAnalytic:
    def test_a_plate_along_the_flow_drags_by_friction_alone(self, dusk):
        """Flat to nadir the wind stays in its plane: 2 sides x 1/(s sqrt(pi)), by species and mass."""
        price = priced(dusk, "lvlh_fixed").drag["mean"]
        states = orbit_states(Flown())
        speed = np.linalg.norm(
            np.cross([0.0, 0.0, 7.292115e-5], states.position_gcrs_m[0, 0]) - states.velocity_gcrs_m_s[0, 0]
        )
        air = air_at([560e3, 580e3], "mean")
        low, high = (friction(air, k, speed) for k in range(2))
        # the orbit runs between 553 and 583 km above the ellipsoid
        assert min(low, high) * 0.99 < price.drag_area_m2 / (2.0 * 6.0) < max(low, high) * 1.01
        assert price.drag_area_standard_error_m2 == 0.0  # nothing shades

    def test_broadside_and_edge_on_are_the_plate_s_closed_forms(self, dusk):
        """2 erf(s)(1 + 1/(2 s^2)) + sqrt(pi) V_r/V of 6 m^2 is 2.15 to 2.18 at these speeds."""
        assert dusk.broadside_drag_area_m2 / 6.0 == pytest.approx(2.16, abs=0.02)
        # flat to nadir is edge-on too, but for the way the air turns: both are friction
        held = priced(dusk, "lvlh_fixed").drag["mean"].drag_area_m2
        assert dusk.edge_on_drag_area_m2 == pytest.approx(held, rel=1e-3)

    def test_decay_and_delta_v_are_two_sides_of_one_force(self, dusk):
        """da = 2 a dv / v for a nearly circular orbit."""
        for price in dusk.laws:
            for activity in ACTIVITIES:
                year = price.drag[activity]
                expected = 2.0 * 6_938_137.0 * year.delta_v_m_s_year / 7_580.0 / 365.2422
                assert year.decay_m_day == pytest.approx(expected, rel=2e-3)  # e = 1e-3

    def test_delta_v_from_the_mean_density(self, dusk):
        """rho V^2 CdA / (2 m) over a year, with the mean density along one orbit."""
        year = priced(dusk, "lvlh_fixed").drag["mean"]
        states = orbit_states(Flown(), orbit_times(Flown(), steps=96))
        radius = np.linalg.norm(states.position_gcrs_m[0], axis=-1)
        sine = (states.position_gcrs_m[0] * states.earth_pole_gcrs).sum(axis=-1) / radius
        # radius of the ellipsoid at a geocentric latitude, to first order of f: 10 m
        density = air_at(radius - 6_378_137.0 * (1.0 - sine**2 / 298.257), "mean").density_kg_m3
        # air that turns sideways adds 0.5 %, and takes 1 % of the speed where it turns along
        expected = 0.5 * density.mean() * 7_600.0**2 * year.drag_area_m2 / 10.0 * 365.2422 * 86_400.0
        assert year.delta_v_m_s_year == pytest.approx(expected, rel=0.02)

    def test_order_of_the_laws_and_of_the_activities(self, dusk):
        for activity in ACTIVITIES:
            pointing, locked, rolling = (
                priced(dusk, law).drag[activity].delta_v_m_s_year
                for law in ("sun_pointing", "sun_slice_locked", "sun_slice_rolling")
            )
            assert pointing > 1.5 * locked
            assert rolling == pytest.approx(locked, rel=0.02)
        for price in dusk.laws:
            low, mean, high = (price.drag[a].delta_v_m_s_year for a in ACTIVITIES)
            assert 15.0 < high / low < 40.0
            assert low < mean < high


def friction(air, k, speed):
    """Friction of one side in the mixture, over its area."""
    ratio = speed / np.sqrt(2.0 * 8.314462618 * air.temperature_k[k] / MOLAR_MASS_KG_MOL)
    share = air.species_density_kg_m3[k] / air.density_kg_m3[k]
    return float((share / (ratio * np.sqrt(np.pi))).sum())


class TestDragReference:
    def test_the_table_stands_for_nrlmsis_along_the_dawn_dusk_orbit(self):
        """At the table's own indices, with local time, latitude and season: within a tenth over the year."""
        pytest.importorskip("pymsis")
        trade = attitude_trade(
            Flown(),
            plate_craft(),
            laws=["sun_slice_locked"],
            indices=SolarIndices(140.0, 140.0, 15.0),
            days=120,
        )
        drag = trade.laws[0].drag
        assert drag["given"].delta_v_m_s_year == pytest.approx(drag["mean"].delta_v_m_s_year, rel=0.1)


class TestTorqueAnalytic:
    def test_a_plate_tilted_from_nadir(self):
        """3 mu / (2 r^3) (Iy - Iz) sin 2 theta: 10 deg of roll on a circular orbit."""
        angle = np.radians(10.0)
        tilted = Attitude("lvlh_fixed", (-np.cos(angle), 0.0, np.sin(angle)), (0.0, 1.0, 0.0))
        orbit = KeplerianOrbit(7.0e6, 0.0, 1.0)
        trade = attitude_trade(Flown(orbit=orbit, attitude=tilted), plate_craft(), laws=["lvlh_fixed"], **FEW)
        expected = 1.5 * 3.986004418e14 / 7.0e6**3 * abs(5.0 - 8.0) * np.sin(2.0 * angle)
        assert trade.laws[0].gravity_gradient_torque_max_n_m == pytest.approx(expected, rel=1e-9)

    def test_the_locked_slice_feels_none(self, dusk):
        """A principal axis along R: what is left is the tilt of the osculating frame, none for this law."""
        assert priced(dusk, "sun_slice_locked").gravity_gradient_torque_max_n_m < 1e-12
        assert priced(dusk, "sun_pointing").gravity_gradient_torque_max_n_m > 1e-7

    def test_the_largest_is_found_between_the_samples(self):
        """Eight positions on an orbit find what 96 find."""
        coarse, fine = (
            priced(
                attitude_trade(Flown(), plate_craft(), laws=["sun_pointing"], days=40, positions=p),
                "sun_pointing",
            )
            for p in (8, 96)
        )
        # each zoom looks at 33 points: the last are 1.4 s apart, 2e-6 of the peak
        assert coarse.gravity_gradient_torque_max_n_m == pytest.approx(
            fine.gravity_gradient_torque_max_n_m, rel=1e-4
        )
        assert coarse.angle_of_attack_max_rad == pytest.approx(fine.angle_of_attack_max_rad, rel=1e-4)


class TestTradeLaw:
    def test_means_have_converged(self, dusk):
        """Half as many days and positions change the means by less than 1e-3."""
        coarse = attitude_trade(Flown(attitude=NADIR_PLATE), plate_craft(), days=180, positions=48)
        for a, b in zip(dusk.laws, coarse.laws, strict=True):
            assert a.power_factor_mean == pytest.approx(b.power_factor_mean, abs=3e-4)
            for activity in ACTIVITIES:
                assert a.drag[activity].drag_area_m2 == pytest.approx(b.drag[activity].drag_area_m2, rel=1e-3)
                assert a.drag[activity].delta_v_m_s_year == pytest.approx(
                    b.drag[activity].delta_v_m_s_year, rel=1e-3
                )

    def test_twice_the_mass_takes_half_the_delta_v(self):
        light, heavy = (
            attitude_trade(Flown(), plate_craft(m), laws=["sun_slice_locked"], **FEW).laws[0].drag["mean"]
            for m in (10.0, 20.0)
        )
        assert heavy.delta_v_m_s_year == pytest.approx(0.5 * light.delta_v_m_s_year, rel=1e-12)
        assert heavy.drag_area_m2 == light.drag_area_m2

    def test_without_a_mass_areas_only(self):
        trade = attitude_trade(Flown(), plate_craft(0.0), **FEW)
        for price in trade.laws:
            assert price.gravity_gradient_torque_max_n_m is None
            assert price.drag["mean"].delta_v_m_s_year is None
            assert price.drag["mean"].decay_m_day is None
            assert price.drag["mean"].drag_area_m2 > 0.0

    def test_dawn_and_dusk_pay_alike(self):
        """LTAN 06:00 and 18:00 mirror each other, but for the season of the Sun's distance and shadow."""
        dawn, dusk = (
            attitude_trade(Flown(orbit=SunSynchronousOrbit(ltan_s=t)), plate_craft(), days=90, positions=48)
            for t in (21_600.0, 64_800.0)
        )
        for a, b in zip(dawn.laws, dusk.laws, strict=True):
            assert a.drag["mean"].delta_v_m_s_year == pytest.approx(b.drag["mean"].delta_v_m_s_year, rel=0.05)
            assert a.angle_of_attack_max_rad == pytest.approx(b.angle_of_attack_max_rad, abs=2e-3)

    def test_progress_counts_the_laws(self):
        seen = []
        attitude_trade(Flown(), plate_craft(), progress=lambda done, total: seen.append((done, total)), **FEW)
        assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]

    def test_a_poorer_accommodation_drags_more(self):
        full, poor = (
            attitude_trade(Flown(), plate_craft(), laws=["sun_pointing"], surface=GasSurface(a), **FEW)
            for a in (1.0, 0.9)
        )
        assert poor.broadside_drag_area_m2 > 1.05 * full.broadside_drag_area_m2


class TestTradeRefusal:
    def test_laws(self):
        with pytest.raises(ValueError, match=r"law .*did you mean 'sun_pointing'"):
            attitude_trade(Flown(), plate_craft(), laws=["sun_pointin"])
        with pytest.raises(ValueError, match="needs z_body_rth"):
            attitude_trade(Flown(), plate_craft(), laws=["lvlh_fixed"])

    def test_samples(self):
        with pytest.raises(ValueError, match="days must be at least 1 and positions at least 8"):
            attitude_trade(Flown(), plate_craft(), days=0)
        with pytest.raises(ValueError, match="positions"):
            attitude_trade(Flown(), plate_craft(), positions=4)

    def test_a_year_that_leaves_the_ephemeris(self):
        with pytest.raises(ValueError, match="de421"):
            attitude_trade(Flown(), plate_craft(), start_utc=np.datetime64("2053-06-01", "us"))

    def test_an_orbit_in_the_air(self):
        orbit = KeplerianOrbit(6_700e3, 0.035, 1.0)
        with pytest.raises(ValueError, match=r"from 120 km on, got .* raise the perigee"):
            attitude_trade(Flown(orbit=orbit), plate_craft(), **FEW)
