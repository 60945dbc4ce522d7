"""The picture and the film of the ring."""

from dataclasses import replace

import numpy as np
import pytest

from geometry.design import load_design
from geometry.ephemeris import sky_at
from geometry.orbit import orbit_positions
from viz.pictures import films, picture, ring, shots
from viz.render import far_layer, render_scene
from viz.splat import behind_earth

DESIGN = load_design("solar_slice", ["ring.satellites_per_plane=24"])
SIZE = (320, 180)


class TestStillLaw:
    def test_satellites_are_found_where_the_orbit_has_them(self):
        scene = ring.scene(DESIGN, captions=False)
        position = orbit_positions(DESIGN)[:, 0]
        hidden = behind_earth(position, scene.camera, scene.earth.shape, scene.earth.rotation_itrs_from_gcrs)
        assert 2 < hidden.sum() < 12
        with_ring = far_layer(scene, SIZE)
        without = far_layer(replace(scene, points=()), SIZE)
        left = (with_ring - without).sum(axis=2)
        place, _ = scene.camera.pixels(position, SIZE)
        for column, row in np.round(place[~hidden]).astype(int):
            window = left[row - 3 : row + 4, column - 3 : column + 4]
            assert window.max() > 0.01
            assert np.unravel_index(window.argmax(), window.shape) == (3, 3)
            window[:] = 0.0
        assert left.max() == 0.0  # none besides, none of the hidden ones

    def test_the_whole_ring_is_in_the_picture(self):
        scene = ring.scene(DESIGN)
        for size in ((1920, 1080), (1080, 1080), (720, 1280), (3000, 1000)):
            place, _ = scene.camera.pixels(scene.points[0].position_gcrs_m, size)
            assert (place > 0.0).all()
            assert (place < np.array(size)).all()

    def test_a_high_ring_is_seen_whole_too(self):
        high = load_design(
            "solar_slice",
            ["orbit.type=keplerian", "orbit.semi_major_axis_km=42164", "orbit.inclination_deg=90"],
        )
        scene = ring.scene(high)
        place, _ = scene.camera.pixels(scene.points[0].position_gcrs_m, (1920, 1080))
        assert (place > 0.0).all()
        assert (place < [1920, 1080]).all()

    def test_the_camera_stands_at_its_hour(self):
        for hour in (3.0, 12.0, 21.0):
            scene = ring.scene(DESIGN, hour=hour)
            sun = scene.sun_direction_gcrs
            east = np.arctan2(*scene.camera.position_gcrs_m[1::-1]) - np.arctan2(sun[1], sun[0])
            turn = east - (hour - 12.0) * np.pi / 12.0
            assert np.cos(turn) == pytest.approx(1.0, abs=1e-12)

    def test_shadow_is_told_from_light(self):
        # LTAN 18:00 at the June solstice: the shadow cuts the ring over the south
        june = np.datetime64("2027-06-20T20:00:00")
        scene = ring.scene(DESIGN, june)
        color = scene.points[0].color
        dark = color[:, 2] > color[:, 0]
        assert 3 <= dark.sum() <= 9
        assert (
            scene.points[0].position_gcrs_m[dark] @ sky_at(np.array([june])).sun_direction_gcrs[0] < 0
        ).all()
        assert (ring.scene(DESIGN).points[0].color[:, 0] > 0.9).all()  # March: all in the Sun

    def test_ten_thousand_satellites_take_no_longer_than_their_pixels(self):
        crowd = load_design("solar_slice", ["ring.satellites_per_plane=10000"])
        one = load_design("solar_slice", ["ring.satellites_per_plane=1000"])
        crowded = ring.scene(crowd).points[0]
        assert len(crowded.brightness) == 10_000
        total, few = crowded.brightness.sum(), ring.scene(one).points[0].brightness.sum()
        assert few < total < 10.0 * few  # more satellites shine more, each of them less


class TestFilmLaw:
    @pytest.mark.parametrize("frames", [2, 60, 300, 900])
    def test_the_clock_runs_through_one_day(self, frames):
        clock = ring.film_clock_s(frames)
        assert len(clock) == frames
        assert clock[0] == 0.0
        assert (np.diff(clock) > 0.0).all()
        step = ring.OPENING_RATE / ring.FRAME_RATE
        if frames > 20:
            # the day ends with the last frame's own step
            assert clock[-1] == pytest.approx(86_400.0 - step, abs=1e-6)
            assert clock[1] == pytest.approx(step, rel=1e-9)

    def test_frames_depend_on_their_number_alone(self):
        first, second = (ring.film(DESIGN, frames=300) for _ in range(2))
        late = second(150)
        assert (render_scene(first(150), (64, 36)) == render_scene(late, (64, 36))).all()
        assert (render_scene(first(10), (64, 36)) == render_scene(second(10), (64, 36))).all()

    def test_satellites_and_earth_move_at_their_true_rates(self):
        film = ring.film(DESIGN, frames=300)
        clock = ring.film_clock_s(300)
        scenes = [film(k) for k in (0, 1)]
        at = DESIGN.epoch_utc + (1e6 * clock[1]).round().astype("timedelta64[us]")
        np.testing.assert_array_equal(
            scenes[1].earth.rotation_itrs_from_gcrs, sky_at(np.array([at])).rotation_itrs_from_gcrs[0]
        )

    def test_a_few_are_drawn_so_large_that_they_are_found(self):
        widths = [
            ring.scene(load_design("solar_slice", [f"ring.satellites_per_plane={n}"])).points[0].width
            for n in (1, 24, 1000)
        ]
        assert widths[0] == 3.0 > widths[1] > widths[2] == 1.0

    def test_motion_in_an_exposure_keeps_place_and_light(self):
        still, moving = (
            ring.film(DESIGN, frames=300)(0).points[0],
            ring.film(DESIGN, frames=300)(150).points[0],
        )
        assert len(moving.trail_gcrs_m) > 20 * len(still.trail_gcrs_m)
        # all of them are in the Sun in March, at either time
        assert moving.brightness.sum() == pytest.approx(still.brightness.sum(), rel=1e-9)
        # the arc flown in half of a frame of 420 s or so, on the orbit's radius
        radius = np.linalg.norm(moving.trail_gcrs_m, axis=-1)
        assert (abs(radius - 6.938e6) < 3e4).all()


class TestRegister:
    def test_the_ring_is_a_shot_and_a_film(self):
        assert "ring" in shots()
        assert "ring" in films()
        assert picture("ring", film=True) is ring

    def test_an_unknown_shot_names_the_nearest(self):
        with pytest.raises(ValueError, match="shot 'rings' is unknown; did you mean 'ring'"):
            picture("rings")


class TestRefusal:
    def test_an_hour_past_the_day(self):
        with pytest.raises(ValueError, match="hour must lie in"):
            ring.scene(DESIGN, hour=25.0)

    def test_a_film_of_one_frame(self):
        with pytest.raises(ValueError, match="frames must lie in"):
            ring.film(DESIGN, frames=1)
