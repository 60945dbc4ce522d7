"""Films of more than the day: they run where they should, smoothly, and say what they show."""

import numpy as np
import pytest

from geometry.design import load_design
from geometry.ephemeris import sky_at
from viz.pictures import films, flythrough, year

DESIGN = load_design("solar_slice", ["ring.satellites_per_plane=40"])


class TestYearLaw:
    @pytest.mark.parametrize("frames", [60, 900])
    def test_it_runs_through_one_year(self, frames):
        days = year.film_days(frames)
        even = year.YEAR_DAYS * np.arange(frames) / frames
        assert np.abs(days - even).max() <= 0.5 + 1e-9  # rounded to whole days
        assert days[0] == 0.0

    def test_the_earth_turns_slowly_and_the_date_does_not_jump(self):
        days = year.film_days(900)
        turns = np.diff(days) % 1.0
        np.testing.assert_allclose(turns, year.TURNS / 900, atol=1e-9)
        assert np.diff(days).min() >= 0.0

    def test_shadow_comes_in_june(self):
        film = year.film(DESIGN, frames=365)
        march, june = film(0), film(92)
        dark = [(s.points[0].color[:, 2] > s.points[0].color[:, 0]).sum() for s in (march, june)]
        assert dark[0] == 0 < dark[1]
        assert "100.0 % in sunlight" in march.captions[1].text
        assert june.captions[2].text.startswith("2027-06")

    def test_the_camera_keeps_to_the_sun(self):
        film = year.film(DESIGN, frames=365)
        for number in (0, 100, 250):
            shown = film(number)
            eye = shown.camera.position_gcrs_m
            east = np.arctan2(eye[1], eye[0]) - np.arctan2(*shown.sun_direction_gcrs[1::-1])
            assert np.cos(east - (20.9 - 12.0) * np.pi / 12.0) == pytest.approx(1.0, abs=1e-9)


@pytest.mark.slow
class TestFlythroughLaw:
    def test_one_move_without_a_jump(self):
        film = flythrough.film(DESIGN, frames=300)
        scenes = [film(k) for k in range(0, 300, 1)]
        eyes = [s.camera.position_gcrs_m for s in scenes]
        nearest = [
            np.linalg.norm(s.satellites[0].position_gcrs_m - eye, axis=1).min()
            for s, eye in zip(scenes, eyes, strict=True)
        ]
        steps = np.diff(np.log(nearest))
        assert (steps < 0.03).all()  # always nearer, but for the satellite's own size at the end
        # the pace of the logarithm changes by a fraction of itself between frames, and rests at both ends
        assert np.abs(np.diff(steps)).max() < 0.03
        assert abs(steps[0]) < 0.01 > abs(steps[-1])
        lines = np.array([s.camera.rotation_camera_from_gcrs[2] for s in scenes])
        turns = np.arccos(np.clip((lines[1:] * lines[:-1]).sum(axis=1), -1.0, 1.0))
        assert np.degrees(turns).max() < 4.0
        at = DESIGN.epoch_utc + np.timedelta64(1_000_000, "us")
        np.testing.assert_array_equal(
            scenes[30].earth.rotation_itrs_from_gcrs, sky_at(np.array([at])).rotation_itrs_from_gcrs[0]
        )


class TestRegister:
    def test_they_are_films(self):
        assert {"ring", "year", "flythrough"} <= set(films())
