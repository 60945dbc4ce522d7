"""The pictures of the whole ring and along it: members, light and counts are those of the orbit."""

import re

import numpy as np
import pytest

from geometry.craft import build_craft
from geometry.design import load_design
from geometry.orbit import orbit_positions, orbit_states, ring_filling
from geometry.studies.eclipse_year import eclipse_year
from viz.pictures import launches, ride, ring_polar, ring_sun, shadow, two_rings
from viz.render import far_layer
from viz.shot_options import shot_time
from viz.splat import behind_earth
from viz.sprites import near_members
from viz.typesetting import line_width

DESIGN = load_design("solar_slice", ["ring.satellites_per_plane=400"])
JUNE = np.datetime64("2027-06-21T17:00:00")
SIZE = (320, 180)


def numbers(scene):
    """All whole numbers in the captions."""
    text = " ".join(c.text for c in scene.captions).replace(",", "")
    return [int(n) for n in re.findall(r"\d+", text)]


@pytest.fixture(scope="module")
def riding():
    return ride.scene(load_design("solar_slice"), JUNE, detail="light")


class TestRingViewsLaw:
    @pytest.mark.parametrize("module", [ring_polar, ring_sun, two_rings, launches, shadow], ids=str)
    def test_members_stand_where_the_orbit_has_them(self, module):
        scene = module.scene(DESIGN, JUNE)
        shown = np.concatenate([p.position_gcrs_m for p in scene.points])
        flown = DESIGN if module is not two_rings else two_rings._two(DESIGN)
        position = orbit_positions(flown, np.array([JUNE], "datetime64[us]"))[:, 0]
        order = [np.lexsort(places.T) for places in (shown, position)]
        np.testing.assert_array_equal(shown[order[0]], position[order[1]])
        place, depth = scene.camera.pixels(position, (1920, 1080))
        assert (depth > 0.0).all()
        assert ((place > 0.0) & (place < [1920, 1080])).all()

    def test_the_pole_is_in_the_middle_and_noon_to_the_left(self):
        scene = ring_polar.scene(DESIGN)
        place, _ = scene.camera.pixels([[0.0, 0.0, 6.36e6], *scene.sun_direction_gcrs[None] * 6e6], SIZE)
        np.testing.assert_allclose(place[0], [159.5, 89.5], atol=1e-6)  # the middle of 320 x 180
        assert place[1, 0] < 110.0
        assert place[1, 1] == pytest.approx(89.5, abs=3.0)  # the Sun is 0.2 degrees off the equator
        light = far_layer(ring_polar.scene(DESIGN, captions=False), SIZE).sum(axis=2)
        assert light[60:120, 90:140].mean() > 10.0 * light[60:120, 180:230].mean()  # day and night

    def test_from_the_sun_no_night_is_seen(self):
        scene = ring_sun.scene(DESIGN, captions=False)
        hidden = behind_earth(
            scene.points[0].position_gcrs_m,
            scene.camera,
            scene.earth.shape,
            scene.earth.rotation_itrs_from_gcrs,
        )
        assert not hidden.any()  # beta 82 degrees: the hoop stands around the disc
        way = scene.camera.position_gcrs_m / np.linalg.norm(scene.camera.position_gcrs_m)
        assert way @ scene.sun_direction_gcrs == pytest.approx(1.0, abs=1e-12)


class TestShadowLaw:
    def test_the_caption_counts_what_the_orbit_says(self):
        scene = shadow.scene(DESIGN, JUNE)
        lit = orbit_states(DESIGN, np.array([JUNE], "datetime64[us]"), satellites=None).sunlit_fraction[:, 0]
        umbra, penumbra = (lit == 0.0).sum(), ((lit > 0.0) & (lit < 1.0)).sum()
        assert 40 < umbra < 120
        for count in (400 - umbra - penumbra, penumbra, umbra):
            assert count in numbers(scene)

    def test_it_is_taken_when_the_shadow_is_longest(self):
        at = shot_time(shadow, DESIGN)
        assert str(at)[:7] == "2027-06"
        assert at == eclipse_year(DESIGN).longest_umbra_utc
        high = load_design("solar_slice", ["orbit.altitude_km=1600"])
        assert shot_time(shadow, high) == high.epoch_utc  # no umbra at all: its epoch

    def test_the_long_lens_names_shares_of_the_sun(self):
        crowd = load_design("solar_slice")
        scene = shadow.scene(crowd, JUNE, view="edge")
        shares = [int(m[1]) for label in scene.labels if (m := re.match(r"(\d+) % of the Sun", label.text))]
        assert len(shares) >= 3
        assert all(0 <= s <= 100 for s in shares)
        assert shares == sorted(shares) or shares == sorted(shares, reverse=True)  # one by one


class TestTwoRingsLaw:
    def test_one_of_them_is_always_lit(self):
        scene = two_rings.scene(DESIGN, JUNE)
        assert "365 of the 365 days" in scene.captions[1].text
        words = [label.text for label in scene.labels]
        assert "06:00: 100 % in sunlight" in words
        lit = orbit_states(DESIGN, np.array([JUNE], "datetime64[us]"), satellites=None).sunlit_fraction.mean()
        assert f"18:00: {100.0 * lit:.0f} % in sunlight" in words


class TestLaunchesLaw:
    def test_each_satellite_has_the_state_of_its_launch(self):
        filling = ring_filling(DESIGN.ring, DESIGN.launch_mass_kg, build_craft(DESIGN).mass_kg)
        scene = launches.scene(DESIGN, flown=3)
        sizes = [len(p.brightness) for p in scene.points]
        launch = filling.launch_of_satellite
        assert sizes == [(launch >= 3).sum(), (launch < 2).sum(), (launch == 2).sum()]
        assert (launch < 3).sum() in numbers(scene)

    def test_a_full_ring_has_no_places_to_come(self):
        filling = ring_filling(DESIGN.ring, DESIGN.launch_mass_kg, build_craft(DESIGN).mass_kg)
        assert len(launches.scene(DESIGN, flown=filling.launches).points[0].brightness) == 0


@pytest.mark.slow
class TestRideLaw:
    def test_neighbours_have_their_true_spacing_and_attitude(self, riding):
        own, ahead = riding.meshes[0], riding.satellites[0]
        line = np.concatenate([own.position_gcrs_m[None], ahead.position_gcrs_m])
        gaps = np.linalg.norm(np.diff(line, axis=0), axis=1)
        # 230,000 on a circle of 6,938 km; the orbit's own terms change that by parts in a thousand
        np.testing.assert_allclose(gaps, 2.0 * np.pi * 6_938_137.0 / 230_000, rtol=5e-3)
        for turn in ahead.rotation_gcrs_from_body:
            np.testing.assert_allclose(turn[:, 2], riding.sun_direction_gcrs, atol=1e-9)

    def test_the_camera_rides_behind_and_sees_the_neighbours(self, riding):
        own, ahead = riding.meshes[0].position_gcrs_m, riding.satellites[0].position_gcrs_m[:400]
        behind = (own - riding.camera.position_gcrs_m) @ (ahead[0] - own)
        assert behind > 0.0
        assert np.linalg.norm(own - riding.camera.position_gcrs_m) < 120.0
        place, depth = riding.camera.pixels(ahead, (1920, 1080))
        assert (depth > 0.0).all()
        assert ((place > 0.0) & (place < [1920, 1080])).all()

    def test_meshes_pass_into_sprites_and_points_one_by_one(self, riding):
        near, shares = near_members(riding.satellites[0], riding, (1920, 1080))
        assert len(near) < len(riding.satellites[0].position_gcrs_m) / 100
        assert shares[0] == 1.0
        assert (np.diff(shares) <= 0.0).all()  # no switch: each is drawn less as a mesh than the one before
        assert ((shares > 0.0) & (shares < 1.0)).any()

    def test_captions_fit_into_the_picture(self, riding):
        for caption in riding.captions:
            for line in caption.text.split("\n"):
                assert line_width(line, "regular", round(caption.size * 1080)) < 0.6 * 1920


class TestRefusal:
    def test_a_shadow_that_cuts_nothing(self):
        with pytest.raises(ValueError, match="needs satellites in penumbra"):
            shadow.scene(DESIGN, np.datetime64("2027-03-20T12:00:00"), view="edge")

    def test_an_orbit_without_a_local_time(self):
        kepler = load_design(
            "solar_slice",
            ["orbit.type=keplerian", "orbit.semi_major_axis_km=7000", "orbit.inclination_deg=90"],
        )
        with pytest.raises(ValueError, match=r"needs orbit\.type = 'sun_synchronous'"):
            two_rings.scene(kepler)

    def test_more_launches_than_there_are(self):
        with pytest.raises(ValueError, match="flown must lie in"):
            launches.scene(DESIGN, flown=1000)

    def test_members_of_the_ride_that_overlap(self):
        with pytest.raises(ValueError, match="across"):
            ride.scene(load_design("solar_slice"), satellites_per_plane=900_000)
