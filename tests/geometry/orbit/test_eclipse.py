"""The Earth's shadow: closed forms, rays, Skyfield, symmetry."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skyfield.api import load, load_file
from skyfield.constants import AU_M, ERAD
from skyfield.positionlib import Geocentric

from geometry.constants import ASTRONOMICAL_UNIT_M, SOLAR_RADIUS_M
from geometry.environment import EarthShape, Environment
from geometry.ephemeris import sky_at
from geometry.orbit import Ring, orbit_states, orbit_times, shadow_passes
from geometry.orbit.eclipse import sunlit_fraction, umbra_cone
from geometry.orbit.parameters import KeplerianOrbit, SunSynchronousOrbit

SPHERE = EarthShape(6_378_137.0, 0.0)
POLE = np.array([[0.0, 0.0, 1.0]])
SUN = np.array([[1.0, 0.0, 0.0]])
AU = np.array([ASTRONOMICAL_UNIT_M])


def fraction_at(position, *, sun=SUN, shape=SPHERE, pole=POLE):
    return sunlit_fraction(np.reshape(position, (-1, 1, 3)).astype(float), sun, AU, pole, shape)[:, 0]


def at_limb(angle_rad, radius_m=6_938_137.0, earth_m=6_378_137.0):
    """Behind the Earth, with the centre of the Sun `angle_rad` above the limb of a sphere; in x-y."""
    # Sun at finite distance: bisection on the place along the orbit.
    low, high = np.pi / 2, np.pi
    for _ in range(80):
        middle = 0.5 * (low + high)
        place = radius_m * np.array([np.cos(middle), np.sin(middle), 0.0])
        to_sun = ASTRONOMICAL_UNIT_M * SUN[0] - place
        cosine = -(place @ to_sun) / (radius_m * np.linalg.norm(to_sun))
        above = np.arccos(cosine) - np.arcsin(earth_m / radius_m)
        low, high = (middle, high) if above > angle_rad else (low, middle)
    return place


SUN_RADIUS_RAD = np.arcsin(SOLAR_RADIUS_M / ASTRONOMICAL_UNIT_M)


class TestFractionAnalytic:
    def test_day_side_and_far_aside_are_in_full_sun(self):
        places = [[7e6, 0, 0], [0, 7e6, 0], [-7e6, 6.6e6, 0], [-7e6, 0, 6.6e6], [-1.0, 0, 7e6]]
        np.testing.assert_array_equal(fraction_at(places), 1.0)

    def test_deep_shadow_is_dark(self):
        np.testing.assert_array_equal(fraction_at([[-7e6, 0, 0], [-7e6, 6e6, 0], [-8e6, 0, 5e6]]), 0.0)

    def test_contacts_stand_a_solar_radius_from_the_limb(self):
        angles = SUN_RADIUS_RAD * np.array([1.0001, 0.9999, -0.9999, -1.0001])
        found = fraction_at([at_limb(a) for a in angles])
        assert found[0] == 1.0
        assert found[3] == 0.0
        assert 0.999 < found[1] < 1.0
        assert 0.0 < found[2] < 1e-3

    @pytest.mark.parametrize("part", [-0.9, -0.5, 0.0, 0.3, 0.8])
    def test_disc_cut_by_a_limb(self, part):
        """Straight limb: (acos(-x) + x sqrt(1 - x^2)) / pi; its bend over the chord 2 h shows k h^3 / 3 more.

        k = cot of the Earth's angular radius is the geodesic curvature of the limb.
        """
        earth_rad = np.arcsin(6_378_137.0 / 6_938_137.0)
        straight = (np.arccos(-part) + part * np.sqrt(1.0 - part**2)) / np.pi
        half_chord = SUN_RADIUS_RAD * np.sqrt(1.0 - part**2)
        bend = (1.0 / 3.0) * half_chord**3 / np.tan(earth_rad) / (np.pi * SUN_RADIUS_RAD**2)
        # Next order: the projection keeps area to rho^2 = 2e-5, half of it here.
        assert fraction_at(at_limb(part * SUN_RADIUS_RAD))[0] == pytest.approx(straight + bend, abs=1e-5)

    def test_far_behind_the_earth_the_sun_is_a_ring(self):
        """Annular, 3 million km out: 1 - (angular radius of Earth / of Sun)^2."""
        far = 3e9
        shares = (6_378_137.0 / far) / (SOLAR_RADIUS_M / (ASTRONOMICAL_UNIT_M + far))
        assert fraction_at([-far, 0.0, 0.0])[0] == pytest.approx(1.0 - shares**2, abs=1e-5)

    def test_ellipsoid_over_the_pole(self):
        """In the meridian plane the limb is that of an ellipse, whose tangent is known."""
        shape = EarthShape()
        a, b = shape.equatorial_radius_m, shape.polar_radius_m
        # Tangent parallel to x over the pole: half of the disc where z is b, less the Sun's parallax.
        place = np.array([-2_000e3, 0.0, b])
        dip = np.arctan2(b, ASTRONOMICAL_UNIT_M)  # the Sun is not at infinity
        rise = np.linspace(-3e3, 3e3, 2001)
        line = place + rise[:, None] * np.array([0.0, 0.0, 1.0])
        found = fraction_at(line, shape=shape)
        middle = np.interp(0.5, found, rise)
        # Height, 2000 km behind the pole, of the tangent to (x/a)^2 + (z/b)^2 = 1 that descends to the Sun.
        tangent_z = np.sqrt(b**2 + (a * np.tan(dip)) ** 2) + np.tan(dip) * 2_000e3 - b
        # The limb bends, so half is seen a little inside: 1.5e-4 of the disc, 1.1e-6 rad, 2 m at 2000 km.
        assert middle == pytest.approx(tangent_z, abs=3.0)


def rays_past_the_ellipsoid(place, sun_m, shape, rays=60_000):
    """Share of rays to points of the solar disc that miss the ellipsoid about z."""
    k = np.arange(rays) + 0.5
    rho, phi = np.sqrt(k / rays), np.pi * (1.0 + np.sqrt(5.0)) * k
    to_sun = sun_m - place
    distance = np.linalg.norm(to_sun)
    axis = to_sun / distance
    side = np.cross(axis, [0.3, 0.4, 0.86])
    side /= np.linalg.norm(side)
    up = np.cross(axis, side)
    radius = np.tan(np.arcsin(SOLAR_RADIUS_M / distance))
    d = axis + radius * rho[:, None] * (np.cos(phi)[:, None] * side + np.sin(phi)[:, None] * up)
    squash = np.array([1.0, 1.0, 1.0 / (1.0 - shape.flattening)])
    o, d = place * squash / shape.equatorial_radius_m, d * squash
    b, a, c = d @ o, (d * d).sum(axis=1), o @ o - 1.0
    hit = (b * b - a * c > 0.0) & (b < 0.0)
    return 1.0 - hit.mean()


class TestFractionReference:
    @settings(max_examples=40, deadline=None)
    @given(st.floats(-1.2, 1.2), st.floats(0.0, 6.28), st.floats(6.55e6, 4.3e7), st.floats(-0.4, 0.4))
    def test_rays_past_the_ellipsoid(self, part, around, radius_m, tilt):
        shape = EarthShape()
        place = at_limb(part * SUN_RADIUS_RAD, radius_m)
        place = np.array([place[0], place[1] * np.cos(around), place[1] * np.sin(around)])
        turn = np.array([[np.cos(tilt), 0, -np.sin(tilt)], [0, 1, 0], [np.sin(tilt), 0, np.cos(tilt)]])
        place, sun = turn @ place, turn @ SUN[0]
        found = fraction_at(place, sun=sun[None], shape=shape)[0]
        # Sunflower points resolve an edge to (points)^-3/4 = 3e-4; the limb's tilt out of the plane
        # of the Sun turns an edge by 3e-3 at most, which moves nothing in first order.
        assert found == pytest.approx(
            rays_past_the_ellipsoid(place, sun * ASTRONOMICAL_UNIT_M, shape), abs=1e-3
        )

    def test_brackets_skyfield(self):
        """`is_sunlit` takes a sphere and the centre of the Sun: true in full light, false in umbra."""
        time = load.timescale(builtin=True).utc(2027, 6, 20, 12)
        sky = sky_at(np.array(["2027-06-20T12:00:00"], dtype="datetime64[us]"))
        rng = np.random.default_rng(11)
        places = rng.normal(size=(3000, 3))
        places *= (6.9e6 / np.linalg.norm(places, axis=1))[:, None]
        found = sunlit_fraction(
            places[:, None],
            sky.sun_direction_gcrs,
            sky.sun_distance_m,
            sky.earth_pole_gcrs,
            EarthShape(ERAD, 0.0),
        )[:, 0]
        bodies = load_file(str(files("skyfield_data") / "data" / "de421.bsp"))
        lit = np.array([Geocentric(p / AU_M, t=time).is_sunlit(bodies) for p in places[:400]])
        bodies.close()
        assert set(found[:400][lit] > 0.0) == {True}
        assert set(found[:400][~lit] < 1.0) == {True}
        assert 0.2 < (~lit).mean() < 0.4  # both sides were tested


class TestFractionLaw:
    @settings(max_examples=30, deadline=None)
    @given(st.floats(0.0, 6.28), st.floats(-1.5, 1.5))
    def test_sphere_does_not_know_its_pole(self, around, part):
        place = at_limb(part * SUN_RADIUS_RAD)
        turned = np.array([place[0], place[1] * np.cos(around), place[1] * np.sin(around)])
        tilted = np.array([[0.6, 0.0, 0.8]])
        np.testing.assert_allclose(
            fraction_at([place, turned]), fraction_at([turned, place], pole=tilted), atol=1e-7
        )

    def test_falls_steadily_into_the_shadow(self):
        places = np.array([at_limb(a * SUN_RADIUS_RAD) for a in np.linspace(1.05, -1.05, 300)])
        found = fraction_at(places, shape=EarthShape())
        assert (np.diff(found) <= 1e-12).all()

    def test_a_large_batch_in_threads_is_the_same(self):
        rng = np.random.default_rng(5)
        places = rng.normal(size=(60_000, 1, 3)) * 5e6 + np.array([-6e6, 0.0, 0.0])
        whole = sunlit_fraction(places, SUN, AU, POLE)
        np.testing.assert_array_equal(
            sunlit_fraction(places[40_000:40_100], SUN, AU, POLE), whole[40_000:40_100]
        )


class TestSeasons:
    def test_one_of_two_rings_is_always_lit(self, flown):
        """LTAN 06:00 is dark around December, 18:00 around June, never both."""
        ring = Ring(satellites_per_plane=36, ltan_list_s=(64_800.0, 21_600.0))
        for month in range(1, 13):
            design = flown(ring=ring)
            lit = orbit_states(
                design, np.array([f"2027-{month:02d}-21"], dtype="datetime64[us]"), satellites=None
            ).sunlit_fraction[:, 0]
            dark = lit.reshape(2, 36).min(axis=1) < 1.0
            assert not dark.all()
            assert dark[0] == (month in (5, 6, 7))
            assert dark[1] == (month in (1, 11, 12))

    def test_no_shadow_where_none_can_be(self, flown):
        design = flown(orbit=SunSynchronousOrbit(altitude_m=1_400e3), epoch_utc="2027-06-20T00:00:00")
        assert (orbit_states(design, orbit_times(design)).sunlit_fraction == 1.0).all()
        assert shadow_passes(design).penumbra_entry_utc.size == 0

    def test_longest_umbra_of_the_ellipsoid_is_eighteen_seconds_shorter(self, flown):
        """Prototype and study: 18 s at 560 km in June; each edge of penumbra about 24 s."""
        design = flown(epoch_utc="2027-06-20T12:00:00")
        ellipsoid = shadow_passes(design, orbits=2)
        sphere = shadow_passes(
            flown(epoch_utc="2027-06-20T12:00:00", environment=Environment(earth_shape=SPHERE)), orbits=2
        )
        umbra = [
            (p.umbra_exit_utc - p.umbra_entry_utc)[0] / np.timedelta64(1, "s") for p in (ellipsoid, sphere)
        ]
        assert 20.0 < umbra[0] / 60.0 < 21.0
        assert umbra[1] - umbra[0] == pytest.approx(18.0, abs=1.0)
        edge = (ellipsoid.umbra_entry_utc - ellipsoid.penumbra_entry_utc)[0] / np.timedelta64(1, "s")
        assert edge == pytest.approx(24.0, abs=1.0)

    def test_cylinder_shadow_closed_form(self, flown):
        """Umbra and shadow bracket acos(sqrt(1 - (R/a)^2) / cos(beta)) / pi of a point Sun at infinity."""
        design = flown(
            orbit=KeplerianOrbit(semi_major_axis_m=6_938_137.0, inclination_rad=0.3, raan_rad=1.0),
            environment=Environment(earth_shape=SPHERE),
        )
        beta = orbit_states(design).beta_rad[0, 0]
        share = np.arccos(np.sqrt(1.0 - (6_378_137.0 / 6_938_137.0) ** 2) / np.cos(beta)) / np.pi
        period = 2.0 * np.pi * np.sqrt(6_938_137.0**3 / 3.986004418e14)
        found = shadow_passes(design, orbits=2)
        umbra = (found.umbra_exit_utc - found.umbra_entry_utc)[0] / np.timedelta64(1, "s")
        shadow = (found.penumbra_exit_utc - found.penumbra_entry_utc)[0] / np.timedelta64(1, "s")
        assert umbra < share * period < shadow
        # Cylinder edges lie in the middle of the penumbra; the Sun moves 1e-2 deg meanwhile: 0.2 s.
        assert 0.5 * (umbra + shadow) == pytest.approx(share * period, abs=0.5)


class TestRefusal:
    def test_shapes(self):
        with pytest.raises(ValueError, match="position_gcrs_m must have shape"):
            sunlit_fraction(np.zeros((2, 3)), SUN, AU, POLE)
        with pytest.raises(ValueError, match="earth_pole_gcrs must have shape"):
            sunlit_fraction(np.zeros((1, 1, 3)), SUN, AU, np.zeros((2, 3)))


class TestUmbraConeAnalytic:
    def test_tip_lies_where_earth_and_sun_look_alike(self):
        distance_m = 1.496e11
        apex_m, half_angle_rad = umbra_cone(distance_m)
        radius_m = EarthShape().equatorial_radius_m
        # from the tip both discs have the same angular radius, that of the cone: exact but for rounding
        assert np.sin(half_angle_rad) == pytest.approx(radius_m / apex_m, rel=1e-14)
        assert np.sin(half_angle_rad) == pytest.approx(SOLAR_RADIUS_M / (distance_m + apex_m), rel=1e-14)
