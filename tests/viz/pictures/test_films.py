"""Films of more than the day: they run where they should, smoothly, and say what they show."""

import numpy as np
import pytest

from geometry.design import load_design
from geometry.ephemeris import sky_at
from geometry.orbit import orbit_positions, orbit_times
from geometry.orbit.eclipse import sunlit_fraction
from geometry.radiation.ray_caster import ray_caster
from viz.pictures import films, flythrough, launches, ride, ring_polar, ring_sun, shadow, two_rings, year

DAY_S = 86_400.0
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


class TestRingFilmsLaw:
    @pytest.mark.parametrize(
        ("module", "span_s"),
        [
            (ring_polar, 86_400.0),
            (ring_sun, 86_400.0),
            (two_rings, 86_400.0),
            (shadow, None),
            (launches, None),
        ],
        ids=lambda v: getattr(v, "__name__", ""),
    )
    def test_members_fly_where_the_orbit_has_them(self, module, span_s):
        frames, number = 40, 25
        start = np.datetime64("2027-06-21T12:00:00", "us")
        if span_s is None:
            two = orbit_times(DESIGN, start, steps=2)
            span_s = 2.0 * (two[1] - two[0]) / np.timedelta64(1, "s")
        shown = module.film(DESIGN, start, frames=frames, captions=False)(number)
        flown = two_rings._two(DESIGN) if module is two_rings else DESIGN
        at = start + np.timedelta64(round(1e6 * span_s * number / frames), "us")
        # the shutter is open for half a frame from then on, or for 5 degrees: the middle of each trail
        open_s = min(0.5 * span_s / frames, 5.0 / 360.0 * 95.6 * 60.0)
        middle = at + np.timedelta64(round(0.5e6 * open_s), "us")
        sky = sky_at(np.array([at]))
        np.testing.assert_array_equal(shown.sun_direction_gcrs, sky.sun_direction_gcrs[0])
        flights = orbit_positions(flown, np.array([middle]))[:, 0]
        places = np.concatenate([p.trail_gcrs_m.reshape(-1, 3) for p in shown.points])
        brightness = np.concatenate([p.brightness for p in shown.points])
        still = module.scene(flown, at, captions=False) if module is not launches else shown
        assert brightness.sum() == pytest.approx(sum(p.brightness.sum() for p in still.points))
        # trails are circles of the flown angle: an orbit of eccentricity 0.001 leaves them by kilometres
        nearest = np.linalg.norm(flights[:, None] - places[None], axis=2).min(axis=1)
        step = np.linalg.norm(flights[0]) * np.radians(0.12)
        assert nearest.max() < 0.5 * step + 10e3

    def test_what_is_drawn_dark_lies_in_the_shadow_however_short_the_film(self):
        # twelve frames of a day: each would expose for more than half of an orbit
        design = load_design("solar_slice", ["ring.satellites_per_plane=400"])
        points = two_rings.film(design, frames=12, captions=False)(0).points[0]
        sky = sky_at(np.array([two_rings.default_time(design)]))
        is_dark = points.color[:, 2] > points.color[:, 0]
        places = points.trail_gcrs_m[:, is_dark].reshape(-1, 1, 3)
        lit = sunlit_fraction(
            places,
            sky.sun_direction_gcrs,
            sky.sun_distance_m,
            sky.earth_pole_gcrs,
            design.environment.earth_shape,
        )
        assert is_dark.sum() > 0.05 * len(is_dark)
        # out of an umbra of some 78 degrees come trails of 5: of their places 2.5 / 78
        assert lit.mean() < 0.05

    def test_launches_fill_the_ring(self):
        film = launches.film(load_design("solar_slice"), frames=20, captions=False)
        to_come = [len(film(k).points[0].brightness) for k in (0, 10, 19)]
        assert to_come[0] > to_come[1] > to_come[2] == 0

    def test_the_camera_swings_about_the_shadow_without_a_jump(self):
        film = shadow.film(DESIGN, np.datetime64("2027-06-21T12:00:00"), frames=30, captions=False)
        eyes = np.array([film(k).camera.position_gcrs_m for k in range(30)])
        steps = np.linalg.norm(np.diff(eyes, axis=0), axis=1)
        assert steps.max() < 0.1 * np.linalg.norm(eyes[0])
        assert steps[0] < 0.2 * steps.max() > steps[-1]  # it eases in and out

    def test_the_ride_closes_up(self):
        film = ride.film(DESIGN, frames=20, satellites_per_plane=1000, detail="light", captions=False)
        scenes = [film(k) for k in (0, 10, 19)]
        gaps = [np.linalg.norm(s.meshes[0].position_gcrs_m - s.camera.position_gcrs_m) for s in scenes]
        assert gaps[0] > gaps[1] > gaps[2]
        still = ride.scene(DESIGN, satellites_per_plane=1000, detail="light")
        np.testing.assert_array_equal(scenes[0].meshes[0].position_gcrs_m, still.meshes[0].position_gcrs_m)
        assert not np.array_equal(
            scenes[0].earth.rotation_itrs_from_gcrs, scenes[2].earth.rotation_itrs_from_gcrs
        )


@pytest.mark.slow
class TestFlythroughLaw:
    def test_one_move_without_a_jump(self):
        film = flythrough.film(DESIGN, frames=300)
        scenes = [film(k) for k in range(0, 300, 1)]
        eyes = [s.camera.position_gcrs_m for s in scenes]
        times = DESIGN.epoch_utc + np.round(1e6 / 30.0 * np.arange(300)).astype("timedelta64[us]")
        away = np.linalg.norm(orbit_positions(DESIGN, times) - np.array(eyes), axis=2)
        nearest = away[np.argmin(away[:, -1])]
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

    @pytest.mark.parametrize("name", ["panel_module", "broadband_28kw"])
    def test_it_comes_to_a_chip_and_shows_the_satellite_on_the_way(self, name):
        design = load_design(name, ["ring.satellites_per_plane=1"])
        film = flythrough.film(design, frames=41)
        ring, last = film(0), film(40)
        assert ring.captions[0].text == "1 satellite"
        for number in range(0, 36, 5):
            scene = film(number)
            (place,), (depth,) = scene.camera.pixels(scene.satellites[0].position_gcrs_m, (1600, 900))
            assert depth > 0.0
            assert 0.0 < place[0] < 1600.0
            assert 0.0 < place[1] < 900.0
        item = last.satellites[0]
        turn = item.rotation_gcrs_from_body[0].T
        caster = ray_caster(item.craft.mesh, doubt_close_sheets=False)
        eye = turn @ (last.camera.position_gcrs_m - item.position_gcrs_m[0]) - caster.center_m
        line = turn @ -last.camera.rotation_camera_from_gcrs[2]
        hit = caster.first_face(eye[None].astype(np.float32), line[None].astype(np.float32))[0]
        seen = item.craft.mesh.surface_names[item.craft.mesh.front_surface[hit]]
        if name == "broadband_28kw":  # it has no chips
            assert last.captions[0].text == "From near"
        else:
            assert last.captions[0].text == "Its chips"
            assert seen.endswith("gpus")


class TestRegister:
    def test_they_are_films(self):
        moving = {"ring", "ring-polar", "ring-sun", "two-rings", "shadow", "launches", "ride"}
        assert moving | {"year", "flythrough"} <= set(films())
