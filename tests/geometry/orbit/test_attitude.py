"""The attitude laws of docs/system.md."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sgp4.io import compute_checksum

from geometry.frames import dot
from geometry.orbit import Attitude, ElementsOrbit, KeplerianOrbit, Ring, orbit_states, orbit_times, sun_side
from geometry.orbit.attitude import angle_of_attack_rad, rotation_body_from_gcrs
from geometry.orbit.parameters import LAWS

NADIR = Attitude("lvlh_fixed", (-1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
SUN_LAWS = ("sun_pointing", "sun_slice_locked", "sun_slice_rolling")
# A circular state with R = x, T = y, H = z: the orbit frame is GCRS itself.
POSITION = np.array([[[7e6, 0.0, 0.0]]])
VELOCITY = np.array([[[0.0, 7.5e3, 0.0]]])


def body(law, sun, sigma=1.0):
    attitude = NADIR if law == "lvlh_fixed" else Attitude(law)
    return rotation_body_from_gcrs(
        attitude, POSITION, VELOCITY, np.array([sun], dtype=float), np.array([sigma])
    )[0, 0]


def unit_vectors():
    return st.tuples(st.floats(-1.55, 1.55), st.floats(-3.2, 3.2)).map(
        lambda a: [np.cos(a[0]) * np.cos(a[1]), np.cos(a[0]) * np.sin(a[1]), np.sin(a[0])]
    )


class TestLawsAnalytic:
    def test_exact_dawn_dusk(self):
        """Sun along H: all Sun laws agree, Z = s, X = T, Y = -sigma R."""
        for law in SUN_LAWS:
            for sigma in (1.0, -1.0):
                rows = body(law, [0.0, 0.0, sigma], sigma)
                np.testing.assert_allclose(rows[0], [0, 1, 0], atol=1e-15)
                np.testing.assert_allclose(rows[1], [-sigma, 0, 0], atol=1e-15)
                np.testing.assert_allclose(rows[2], [0, 0, sigma], atol=1e-15)

    @given(unit_vectors(), st.sampled_from([1.0, -1.0]))
    def test_sun_pointing_faces_the_sun(self, sun, sigma):
        rows = body("sun_pointing", sun, sigma)
        np.testing.assert_allclose(rows[2], sun, atol=1e-15)
        assert rows[0] @ [0.0, 1.0, 0.0] >= 0.0  # X leads, as far as the Sun lets it

    @given(unit_vectors(), st.sampled_from([1.0, -1.0]))
    def test_slices_lead_with_x_along_t(self, sun, sigma):
        for law in ("sun_slice_locked", "sun_slice_rolling"):
            np.testing.assert_allclose(body(law, sun, sigma)[0], [0.0, 1.0, 0.0], atol=1e-15)

    @given(unit_vectors(), st.sampled_from([1.0, -1.0]))
    def test_locked_does_not_look_at_the_sun(self, sun, sigma):
        np.testing.assert_allclose(body("sun_slice_locked", sun, sigma)[2], [0, 0, sigma], atol=1e-15)

    @given(unit_vectors())
    def test_rolling_turns_to_the_sun_as_far_as_roll_can(self, sun):
        """Z . s = sqrt(1 - (T . s)^2), the greatest for any Z across T."""
        rows = body("sun_slice_rolling", sun)
        assert rows[2] @ sun == pytest.approx(np.hypot(sun[0], sun[2]), abs=1e-14)

    def test_nadir_pointing(self):
        np.testing.assert_allclose(body("lvlh_fixed", [0, 0, 1]), [[0, 1, 0], [0, 0, -1], [-1, 0, 0]], rtol=0)
        # Rows X = T, Y = Z x X = -R x T = -H, Z = -R.

    def test_lvlh_axes_need_not_be_clean(self):
        skew = Attitude("lvlh_fixed", (0.0, 0.0, 5.0), (0.0, 3.0, 4.0))
        rows = rotation_body_from_gcrs(skew, POSITION, VELOCITY, np.array([[1.0, 0, 0]]), np.ones(1))[0, 0]
        np.testing.assert_allclose(rows, [[0, 1, 0], [-1, 0, 0], [0, 0, 1]], atol=1e-15)

    @pytest.mark.parametrize("ahead", [1.0, -1.0])
    @pytest.mark.parametrize("sigma", [1.0, -1.0])
    def test_limits_where_the_sun_stands_along_t(self, ahead, sigma):
        """X = -sigma (s . T) H for sun_pointing, Z = sigma H for sun_slice_rolling."""
        sun = [0.0, ahead, 0.0]
        np.testing.assert_array_equal(body("sun_pointing", sun, sigma)[0], [0, 0, -sigma * ahead])
        np.testing.assert_array_equal(body("sun_slice_rolling", sun, sigma)[2], [0, 0, sigma])
        for law in ("sun_pointing", "sun_slice_rolling"):  # reached from the side of sigma
            near = [0.0, ahead * np.cos(1e-6), sigma * np.sin(1e-6)]
            np.testing.assert_allclose(body(law, near, sigma), body(law, sun, sigma), atol=2e-6)


class TestAngleOfAttackAnalytic:
    @given(unit_vectors())
    def test_is_the_suns_height_over_t_when_pointing(self, sun):
        rows = body("sun_pointing", sun)
        assert angle_of_attack_rad(rows, VELOCITY[0, 0]) == pytest.approx(
            np.arcsin(min(1.0, abs(sun[1]))),
            abs=1e-7,  # asin near 1
        )

    def test_is_zero_edge_on_and_a_right_angle_broadside(self):
        assert angle_of_attack_rad(np.eye(3), np.array([7e3, 0.0, 0.0])) == 0.0
        assert angle_of_attack_rad(np.eye(3), np.array([0.0, 0.0, -7e3])) == pytest.approx(np.pi / 2)


class TestRotationLaw:
    @given(unit_vectors(), st.sampled_from(LAWS), st.sampled_from([1.0, -1.0]))
    def test_is_a_rotation(self, sun, law, sigma):
        rows = body(law, sun, sigma)
        np.testing.assert_allclose(rows @ rows.T, np.eye(3), atol=2e-15)
        assert np.linalg.det(rows) == pytest.approx(1.0, abs=2e-15)


class TestFlown:
    @pytest.mark.parametrize("law", SUN_LAWS)
    def test_back_never_sees_the_sun_on_a_dawn_dusk_orbit(self, flown, law):
        design = flown(attitude=Attitude(law), epoch_utc="2027-12-21T00:00:00")
        states = orbit_states(design, orbit_times(design, steps=24))
        assert (states.sun_direction_body[..., 2] > 0.5).all()

    @pytest.mark.parametrize(("ltan_s", "sigma"), [(64_800.0, 1.0), (21_600.0, -1.0)])
    def test_which_edge_looks_down(self, flown, ltan_s, sigma):
        """docs/system.md: +Y is nadir for LTAN 18:00 and zenith for LTAN 06:00."""
        design = flown(ring=Ring(4, ltan_list_s=(ltan_s,)), attitude=Attitude("sun_slice_locked"))
        states = orbit_states(design, satellites=None)
        np.testing.assert_array_equal(sun_side(design, satellites=None), sigma)
        up = states.position_gcrs_m[:, 0] / np.linalg.norm(states.position_gcrs_m[:, 0], axis=-1)[:, None]
        np.testing.assert_allclose(dot(states.rotation_body_from_gcrs[:, 0, 1], up), -sigma, atol=1e-12)

    def test_two_rings_have_two_sides(self, flown):
        design = flown(ring=Ring(3, ltan_list_s=(64_800.0, 21_600.0)))
        np.testing.assert_array_equal(sun_side(design, satellites=None), [1, 1, 1, -1, -1, -1])

    def test_sigma_is_held_when_the_sun_crosses_the_plane(self, flown):
        design = flown(
            orbit=KeplerianOrbit(7e6, inclination_rad=1.7, raan_rad=1.5),
            attitude=Attitude("sun_slice_locked"),
            ring=Ring(1),
        )
        later = design.epoch_utc + np.array([0, 183]) * np.timedelta64(1, "D")
        states = orbit_states(design, later)
        beta = states.beta_rad[0]
        assert beta[0] > 0.0 > beta[1]  # a plane fixed among the stars
        z = states.rotation_body_from_gcrs[0, :, 2]
        np.testing.assert_allclose(z[0], z[1], atol=1e-9)

    def test_sigma_of_keplerian_orbits_is_the_sign_of_their_beta(self, flown):
        for raan in np.linspace(0.0, 6.0, 7):
            design = flown(orbit=KeplerianOrbit(7e6, inclination_rad=1.0, raan_rad=raan), ring=Ring(2))
            beta = orbit_states(design, satellites=None).beta_rad[:, 0]
            np.testing.assert_array_equal(sun_side(design, satellites=None), np.sign(beta))

    def test_angle_of_attack_of_the_states(self, flown):
        design = flown(attitude=NADIR)
        states = orbit_states(design, orbit_times(design, steps=8))
        # Z = -R: the climb of the frozen orbit, e + J2 terms, at most 2e-3 rad.
        assert (states.angle_of_attack_rad < 2e-3).all()

    def test_imported_elements_have_a_side_too(self, flown, tmp_path):
        file = tmp_path / "vanguard.tle"
        file.write_text(
            "1 00005U 58002B   00179.78495062  .00000023  00000-0  28098-4 0  4753\n"
            "2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667\n"
        )
        design = flown(orbit=ElementsOrbit(file), epoch_utc="2000-06-28T00:00:00")
        assert sun_side(design)[0] == np.sign(orbit_states(design).beta_rad[0, 0])

    def test_the_side_is_known_at_an_epoch_after_the_decay(self, flown, tmp_path):
        """A design's epoch may lie years from that of its elements; only states are refused then."""
        file = tmp_path / "station.tle"
        first = "1 25544U 98067A   08264.51782528  .00002182  00000-0  11606-4 0  292"
        second = "2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.7212539156353"
        file.write_text("".join(f"{line}{compute_checksum(line)}\n" for line in (first, second)))
        design = flown(orbit=ElementsOrbit(file), epoch_utc="2049-01-01T00:00:00")
        near = np.array(["2008-09-21"], dtype="datetime64[us]")
        assert orbit_states(design, near).satellites == 1
        with (
            pytest.warns(UserWarning, match=r"14,7\d\d days from the epoch"),
            pytest.raises(ValueError, match="SGP4 cannot fly"),
        ):
            orbit_states(design)


class TestRefusal:
    def test_shapes(self):
        with pytest.raises(ValueError, match="sigma must have shape"):
            rotation_body_from_gcrs(Attitude(), POSITION, VELOCITY, np.array([[1.0, 0, 0]]), np.ones(2))

    def test_parallel_axes(self):
        with pytest.raises(ValueError, match="parallel"):
            Attitude("lvlh_fixed", (1.0, 0.0, 0.0), (-2.0, 0.0, 0.0))
