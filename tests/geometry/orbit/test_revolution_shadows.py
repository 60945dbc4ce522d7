"""Depth and length of the shadow on one revolution."""

import numpy as np
import pytest

from geometry.constants import ASTRONOMICAL_UNIT_M, EARTH_EQUATORIAL_RADIUS_M, SOLAR_RADIUS_M
from geometry.environment import EarthShape
from geometry.ephemeris import sky_at
from geometry.orbit import Ring, SunSynchronousOrbit
from geometry.orbit.eclipse import sunlit_fraction
from geometry.orbit.propagation import analytic_positions
from geometry.orbit.revolution_shadows import plane_shadows, track_shadows
from geometry.orbit.ring import ring_elements

SPHERE = EarthShape(EARTH_EQUATORIAL_RADIUS_M, 0.0)
PERIOD_S = 5_760.0
STATES = 793  # 360 to a revolution


def circle(radius_m, beta_rad, *, states=STATES):
    """A circle with the Sun (on +x, 1 au) `beta_rad` above its plane, 1.1 revolutions to both sides of a
    moment 0.3 rad after noon; (1, K, 3) each."""
    u = np.linspace(-2.2 * np.pi, 2.2 * np.pi, states) + 0.3
    along_noon = np.array([np.cos(beta_rad), 0.0, -np.sin(beta_rad)])
    ahead = np.array([0.0, 1.0, 0.0])
    position = radius_m * (np.cos(u)[:, None] * along_noon + np.sin(u)[:, None] * ahead)
    rate = 2.0 * np.pi / PERIOD_S
    velocity = radius_m * rate * (-np.sin(u)[:, None] * along_noon + np.cos(u)[:, None] * ahead)
    sun = np.broadcast_to([ASTRONOMICAL_UNIT_M, 0.0, 0.0], position.shape)
    return position[None], velocity[None], sun[None]


def shadows_of(position, velocity, sun, pole=(0.0, 0.0, 1.0), shape=SPHERE):
    step_s = 2.2 * PERIOD_S / (position.shape[1] - 1)
    poles = np.broadcast_to(pole, (position.shape[0], 3))
    return track_shadows(position, velocity, step_s, sun, poles, PERIOD_S, shape)


def cone_durations_s(radius_m, beta_rad):
    """Umbra and shadow on a circle behind a sphere, from the cones tangent to Sun and Earth.

    At the angle psi from the axis of the shadow the circle meets the umbra where
    r sin(psi + a) = R with sin a = (R_sun - R)/d, the penumbra where r sin(psi - a) = R with
    sin a = (R_sun + R)/d; on the orbit cos(psi) = cos(beta) cos(u).
    """
    edge = np.arcsin(EARTH_EQUATORIAL_RADIUS_M / radius_m)
    umbra = edge - np.arcsin((SOLAR_RADIUS_M - EARTH_EQUATORIAL_RADIUS_M) / ASTRONOMICAL_UNIT_M)
    shadow = edge + np.arcsin((SOLAR_RADIUS_M + EARTH_EQUATORIAL_RADIUS_M) / ASTRONOMICAL_UNIT_M)
    cosines = np.minimum(1.0, np.cos([umbra, shadow]) / np.cos(beta_rad))
    return np.arccos(cosines) / np.pi * PERIOD_S


class TestTrackAnalytic:
    @pytest.mark.parametrize("beta_deg", [0.0, 23.0, -58.9, 64.0, 66.4, 66.85])
    def test_durations_are_those_of_the_tangent_cones(self, beta_deg):
        radius_m, beta = EARTH_EQUATORIAL_RADIUS_M + 560e3, np.radians(beta_deg)
        found = shadows_of(*circle(radius_m, beta))
        umbra_s, shadow_s = cone_durations_s(radius_m, beta)
        # The cubic between 360 states is off by (2 pi/360)^4/384 of the radius, 1.7 mm: a microsecond at the
        # edges, and under a millisecond where the orbit only grazes a cone (66.85 deg: 2e-4 rad within it).
        assert found.umbra_s[0, 0] == pytest.approx(umbra_s, abs=1e-3)
        assert found.shadow_s[0, 0] == pytest.approx(shadow_s, abs=1e-3)

    def test_the_cases_above_reach_umbra_penumbra_and_graze(self):
        radius_m = EARTH_EQUATORIAL_RADIUS_M + 560e3
        umbra_s, shadow_s = cone_durations_s(radius_m, np.radians(66.85))
        assert umbra_s == 0.0
        assert 100.0 < shadow_s < 300.0

    def test_margin_is_the_angle_left_between_the_limbs(self):
        radius_m, beta = EARTH_EQUATORIAL_RADIUS_M + 560e3, np.radians(70.0)
        found = shadows_of(*circle(radius_m, beta))
        # Sun, satellite and geocentre lie in one plane at midnight: angles of a triangle.
        satellite = radius_m * np.array([-np.cos(beta), 0.0, np.sin(beta)])
        to_sun = np.array([ASTRONOMICAL_UNIT_M, 0.0, 0.0]) - satellite
        between = np.arccos(to_sun @ -satellite / np.linalg.norm(to_sun) / radius_m)
        clear = between - np.arcsin(EARTH_EQUATORIAL_RADIUS_M / radius_m)
        sun = np.arcsin(SOLAR_RADIUS_M / np.linalg.norm(to_sun))
        # 5e-7 rad off the minimum at most, where the angle is flat: second order, 1e-12.
        assert found.penumbra_margin_rad[0, 0] == pytest.approx(clear - sun, abs=1e-9)
        assert found.umbra_margin_rad[0, 0] == pytest.approx(clear + sun, abs=1e-9)
        assert found.umbra_s[0, 0] == found.shadow_s[0, 0] == found.dark_s[0, 0] == 0.0


class TestTrackLaw:
    def test_turning_or_mirroring_the_world_changes_nothing(self):
        rng = np.random.default_rng(5)
        shape = EarthShape()
        position, velocity, sun = circle(7.0e6, np.radians(60.0))
        pole = np.array([0.2, -0.4, 0.9]) / np.linalg.norm([0.2, -0.4, 0.9])
        before = shadows_of(position, velocity, sun, pole, shape)
        for _ in range(3):
            turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]  # of determinant +1 or -1
            after = shadows_of(position @ turn.T, velocity @ turn.T, sun @ turn.T, turn @ pole, shape)
            # Rounding of coordinates at 1.5e11 m: 3e-5 m, under 1e-8 s at 7.6 km/s; steeper at a graze.
            assert after.umbra_s[0, 0] == pytest.approx(before.umbra_s[0, 0], abs=1e-6)
            assert after.shadow_s[0, 0] == pytest.approx(before.shadow_s[0, 0], abs=1e-6)

    def test_darkness_lies_between_umbra_and_shadow(self):
        for beta_deg in (0.0, 50.0, 64.0):
            found = shadows_of(*circle(6.94e6, np.radians(beta_deg)))
            penumbra_s = (found.shadow_s - found.umbra_s)[0, 0]
            # The limb crosses the disc nearly straight and evenly: half of the light is lost, within 3 %.
            assert (found.dark_s - found.umbra_s)[0, 0] == pytest.approx(0.5 * penumbra_s, rel=0.03)
        graze = shadows_of(*circle(6.94e6, np.radians(66.85)))
        assert 0.0 == graze.umbra_s < graze.dark_s < graze.shadow_s

    def test_a_passage_is_never_cut(self):
        """A geosynchronous circle: the Sun goes round by a degree a revolution, wherever that begins."""
        radius_m, period_s, states = 42_164e3, 86_164.0, 265
        at_s = np.linspace(-1.1, 1.1, states) * period_s
        found = []
        for start in np.linspace(-np.pi, np.pi, 41):
            u = start + 2.0 * np.pi * at_s / period_s
            sun_at = 2.0 * np.pi * at_s / (365.25 * 86_400.0)
            ahead = 2.0 * np.pi / period_s * radius_m
            sun = ASTRONOMICAL_UNIT_M * np.stack([np.cos(sun_at), np.sin(sun_at), 0.0 * u], -1)
            found.append(
                track_shadows(
                    radius_m * np.stack([np.cos(u), np.sin(u), 0.0 * u], -1)[None],
                    ahead * np.stack([-np.sin(u), np.cos(u), 0.0 * u], -1)[None],
                    period_s / 120, sun[None], np.array([[0.0, 0.0, 1.0]]), period_s, SPHERE,
                ).shadow_s[0, 0]
            )  # fmt: skip
        # Arc over the rate against the Sun; the cubic between 120 states of a turn is 0.8 m off.
        half = np.arcsin(EARTH_EQUATORIAL_RADIUS_M / radius_m) + np.arcsin(
            (SOLAR_RADIUS_M + EARTH_EQUATORIAL_RADIUS_M) / ASTRONOMICAL_UNIT_M
        )
        expected_s = half / np.pi / (1.0 / period_s - 1.0 / (365.25 * 86_400.0))
        np.testing.assert_allclose(found, expected_s, atol=0.01)

    def test_an_eccentric_orbit_agrees_with_dense_sampling(self):
        axis_m, eccentricity = 12.0e6, 0.4
        period_s = 2.0 * np.pi * np.sqrt(axis_m**3 / 3.986004418e14)

        def states(count):
            mean = np.linspace(-2.2 * np.pi, 2.2 * np.pi, count) + 0.5
            e = mean.copy()
            for _ in range(60):
                e = mean + eccentricity * np.sin(e)
            minor = np.sqrt(1.0 - eccentricity**2)
            rate = 2.0 * np.pi / period_s / (1.0 - eccentricity * np.cos(e))
            place = axis_m * np.stack(
                [np.cos(e) - eccentricity, minor * np.sin(e) * np.cos(0.5), minor * np.sin(e) * np.sin(0.5)],
                -1,
            )
            speed = (
                axis_m
                * rate[:, None]
                * np.stack([-np.sin(e), minor * np.cos(e) * np.cos(0.5), minor * np.cos(e) * np.sin(0.5)], -1)
            )
            return place, speed

        # Perigee on +x, the Sun behind it at a slant: the shadow lies near the apogee's side of the plane.
        direction = np.array([0.8, 0.5, 0.3]) / np.linalg.norm([0.8, 0.5, 0.3])
        place, speed = states(265)
        sun = np.broadcast_to(direction * ASTRONOMICAL_UNIT_M, place.shape)
        pole = np.array([[0.0, 0.0, 1.0]])
        found = track_shadows(
            place[None], speed[None], period_s / 120, sun[None], pole, period_s, EarthShape()
        )
        count = 880_001
        dense, _ = states(count)
        lit = sunlit_fraction(
            dense[None], np.broadcast_to(direction, (count, 3)), np.full(count, ASTRONOMICAL_UNIT_M),
            np.broadcast_to([0.0, 0.0, 1.0], (count, 3)), EarthShape(),
        )[0]  # fmt: skip
        lit = lit[:400_000]  # any one revolution: plane and Sun stand still
        count = 400_001
        sample_s = period_s / (count - 1)
        # Two edges, each known to a sample (0.03 s).
        assert found.umbra_s[0, 0] > 600.0
        assert found.umbra_s[0, 0] == pytest.approx((lit == 0.0).sum() * sample_s, abs=2 * sample_s)
        assert found.shadow_s[0, 0] == pytest.approx((lit < 1.0).sum() * sample_s, abs=2 * sample_s)
        assert found.dark_s[0, 0] == pytest.approx((1.0 - lit).sum() * sample_s, abs=sample_s)


class TestPlaneLaw:
    """A plane frozen at one moment is what a dense ring shows at that moment."""

    @pytest.mark.parametrize(
        ("altitude_km", "ltan_h", "date"),
        [
            (560, 18.0, "2027-06-21T12:00"),
            (560, 18.0, "2027-08-06T12:00"),  # a day before the end of the season
            (560, 10.5, "2027-03-01T12:00"),
            (560, 12.0, "2027-05-06T12:00"),
            (1300, 6.0, "2027-01-01T12:00"),  # penumbra only
        ],
    )
    def test_shares_of_the_ring_in_shadow(self, altitude_km, ltan_h, date):
        at = np.array([np.datetime64(date, "us")])
        count = 40_000
        orbit = SunSynchronousOrbit(altitude_km * 1e3, ltan_h * 3600.0)
        elements = ring_elements(orbit, Ring(count), at[0])
        sky = sky_at(at)
        sun_teme = (sky.rotation_gcrs_from_teme[0].T @ sky.sun_direction_gcrs[0]) * sky.sun_distance_m[0]
        found = plane_shadows(elements, elements.raan_teme_rad[:, None], sun_teme[None])
        lit = sunlit_fraction(
            analytic_positions(elements, at), sky.sun_direction_gcrs, sky.sun_distance_m, sky.earth_pole_gcrs
        )[:, 0]
        period_s = elements.nodal_period_s[0]
        sample_s = period_s / count  # 0.14 s; two edges, each known to one satellite
        assert found.umbra_s[0, 0] == pytest.approx((lit == 0.0).mean() * period_s, abs=2 * sample_s)
        assert found.shadow_s[0, 0] == pytest.approx((lit < 1.0).mean() * period_s, abs=2 * sample_s)
        # The mean of a smooth fraction over even phases: far below a sample.
        assert found.dark_s[0, 0] == pytest.approx((1.0 - lit).mean() * period_s, abs=0.01)
        assert found.shadow_s[0, 0] > 60.0

    def test_margins_alone_are_the_same_margins(self):
        elements = ring_elements(SunSynchronousOrbit(), Ring(1), np.datetime64("2027-06-21T12:00", "us"))
        sun = np.array([[0.0, 0.9, 0.43]]) * ASTRONOMICAL_UNIT_M
        whole = plane_shadows(elements, np.array([[3.0]]), sun)
        margins = plane_shadows(elements, np.array([[3.0]]), sun, margins_only=True)
        assert margins.umbra_margin_rad == whole.umbra_margin_rad
        assert margins.penumbra_margin_rad == whole.penumbra_margin_rad
        assert margins.umbra_s == margins.shadow_s == 0.0


class TestEllipsoidReference:
    def test_edge_of_the_umbra_against_rays_to_the_solar_limb(self):
        """From the definition: in umbra no line to a point of the Sun's limb misses the ellipsoid."""
        shape = EarthShape()
        beta = np.radians(58.0)
        position, velocity, sun = circle(EARTH_EQUATORIAL_RADIUS_M + 560e3, beta)
        pole = np.array([np.sin(0.41), 0.0, np.cos(0.41)])  # June, the pole towards the Sun
        found = shadows_of(position, velocity, sun, pole, shape)
        count = 66_001
        dense, _, _ = circle(EARTH_EQUATORIAL_RADIUS_M + 560e3, beta, states=count)
        sample_s = 2.2 * PERIOD_S / (count - 1)
        one_revolution = round((count - 1) / 2.2)
        hidden, touched = _limb_hidden(dense[0, :one_revolution], pole, shape)
        # Two edges, each known to a sample (0.19 s); 720 points of the limb leave 1 - cos(0.25 deg) = 1e-5 of
        # the Sun's radius, 0.3 ms; the kernel's own neglect of the limb's tilt out of the plane is 5e-6 of
        # an angle of 0.3 rad: 1.5e-6 rad, 2 ms, a few times that at this slant.
        assert found.umbra_s[0, 0] == pytest.approx(hidden.sum() * sample_s, abs=2.2 * sample_s)
        assert found.shadow_s[0, 0] == pytest.approx(touched.sum() * sample_s, abs=2.2 * sample_s)
        # And a sphere of either radius would be seconds off.
        for radius_m in (shape.equatorial_radius_m, shape.polar_radius_m):
            ball = shadows_of(position, velocity, sun, pole, EarthShape(radius_m, 0.0))
            assert abs(ball.umbra_s[0, 0] - found.umbra_s[0, 0]) > 2.0


def _limb_hidden(position, pole, shape):
    """Whether all, and whether any, of 720 points on the Sun's limb stand behind the ellipsoid; (K,) each."""
    sun = np.array([ASTRONOMICAL_UNIT_M, 0.0, 0.0])
    angle = np.linspace(0.0, 2.0 * np.pi, 720, endpoint=False)
    # As seen from near the Earth the limb is a circle of angular radius asin(R/d): a little nearer than its
    # centre, and a little smaller than the Sun.
    sine = SOLAR_RADIUS_M / ASTRONOMICAL_UNIT_M
    ring_m = SOLAR_RADIUS_M * np.sqrt(1.0 - sine**2)
    limb = sun * (1.0 - sine**2) + ring_m * np.stack([0 * angle, np.cos(angle), np.sin(angle)], -1)
    stretch = 1.0 / (1.0 - shape.flattening)
    to_sphere = np.eye(3) + (stretch - 1.0) * np.outer(pole, pole)
    limb = limb @ to_sphere
    hidden = np.empty(len(position), bool)
    touched = np.empty(len(position), bool)
    night = position[:, 0] < 0.0
    hidden[~night] = touched[~night] = False
    for k in np.flatnonzero(night):
        place = to_sphere @ position[k]
        ray = limb - place
        ray /= np.linalg.norm(ray, axis=1, keepdims=True)
        nearest = place - (ray @ place)[:, None] * ray
        behind = (np.einsum("kj,kj->k", nearest, nearest) < shape.equatorial_radius_m**2) & (
            ray @ place < 0.0
        )
        hidden[k], touched[k] = behind.all(), behind.any()
    return hidden, touched


class TestRefusal:
    def test_shapes(self):
        elements = ring_elements(SunSynchronousOrbit(), Ring(1), np.datetime64("2027-06-21T12:00", "us"))
        with pytest.raises(ValueError, match="node_teme_rad must have shape"):
            plane_shadows(elements, np.zeros(3), np.zeros((3, 3)))
        with pytest.raises(ValueError, match="sun_teme_m must have shape"):
            plane_shadows(elements, np.zeros((1, 3)), np.zeros((2, 3)))
        position, velocity, sun = circle(7e6, 0.0)
        with pytest.raises(ValueError, match="sun_gcrs_m must have shape"):
            track_shadows(position, velocity, 1.0, sun[0], np.zeros((1, 3)), PERIOD_S)
        with pytest.raises(ValueError, match=r"states must reach 1\.1 revolutions of 5760 s to both sides"):
            track_shadows(position, velocity, 1.0, sun, np.zeros((1, 3)), PERIOD_S)
