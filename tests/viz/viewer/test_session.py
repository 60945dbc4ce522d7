"""What a user can do, without a window: time, jumps, cameras, selection, sliders, loads."""

from __future__ import annotations

import threading
import time
from importlib.resources import files

import numpy as np
import pytest
from numpy.testing import assert_allclose

from geometry.design import load_design
from geometry.ephemeris import LAST_UTC
from geometry.orbit import orbit_states
from geometry.radiation import LOADS
from viz.viewer.commands import attempt, perform
from viz.viewer.knobs import KNOBS
from viz.viewer.moments import moment_of
from viz.viewer.state import CAMERAS, SPEEDS, Aim, ViewState
from viz.viewer.telling import LOAD_WORDS, surface_lines

SIZE = (1280, 720)


class TestTimeLaw:
    def test_a_second_is_so_many_seconds(self):
        state = ViewState(np.datetime64("2027-01-01"), speed=600.0, playing=True)
        assert state.advanced(0.25).at_utc - state.at_utc == np.timedelta64(150, "s")
        assert state.advanced(0.0) == state

    def test_speeds_run_from_true_time_to_a_million(self):
        state = ViewState(np.datetime64("2027-01-01"), speed=1.0)
        seen = []
        for _ in range(20):
            seen.append(state.speed)
            state = state.faster(1)
        assert (seen[0], seen[-1]) == (1.0, 1e6)
        assert state.faster(-99).speed == SPEEDS[0]

    def test_the_clock_stops_at_the_end_of_the_ephemeris(self):
        state = ViewState(LAST_UTC - np.timedelta64(1, "s"), speed=1e6, playing=True).advanced(1.0)
        assert (state.at_utc, state.playing) == (LAST_UTC, False)

    def test_paused_time_stands(self, make_session):
        session = make_session()
        before = session.state.at_utc
        session.tick(0.3)
        assert session.state.at_utc == before
        perform(session, "play")
        session.tick(0.3)
        assert session.state.at_utc - before == np.timedelta64(18_000_000, "us")  # 0.3 s at 60 x


class TestJumps:
    def test_finds_the_june_eclipse(self, make_session, settle):
        session = make_session()
        perform(session, "jump:longest")
        settle(session)
        assert str(session.state.at_utc).startswith("2027-06-2")
        assert session.moment.sunlit_fraction[0] == 0.0
        assert "20.6 min" in session.message

    def test_a_jump_after_a_slider_is_of_the_new_design(self, make_session, settle):
        session = make_session()
        settle(session)
        session.set_knob("altitude", 900.0)
        perform(session, "jump:longest")  # before the new season is there
        settle(session)
        minutes = session.year.longest_umbra_s / 60.0
        assert session.message.endswith(f"{minutes:.1f} min")
        assert minutes < 19.0  # 20.6 at 560 km

    def test_next_eclipse_is_where_the_satellite_goes_dark(self, make_session, settle):
        session = make_session()
        perform(session, "satellite", 7)
        perform(session, "jump:eclipse")
        settle(session)
        after = session.state.at_utc + np.timedelta64(1, "s")
        assert orbit_states(session.design, np.array([after]), satellites=[7]).sunlit_fraction[0, 0] == 0.0

    def test_does_not_wait_for_what_else_is_computed(self, make_session):
        session = make_session()
        gate = threading.Event()
        session.tasks.ask("warm", None, gate.wait)
        try:
            perform(session, "jump:equinox")
            end = time.monotonic() + 120.0  # an ephemeris may have to be read first
            while session.searches.busy:
                assert time.monotonic() < end
                time.sleep(0.01)
            session.tick(0.0)
            assert session.tasks.busy
            assert str(session.state.at_utc)[:7] in ("2027-03", "2027-09")
            assert session.state.at_utc > session.design.epoch_utc
        finally:
            gate.set()

    def test_says_so_where_there_is_none(self, make_session, settle):
        session = make_session("orbit.altitude_km=1500.0")
        before = session.state.at_utc
        perform(session, "jump:eclipse")
        settle(session)
        assert "no umbra" in session.message
        assert session.state.at_utc == before

    def test_date_keeps_the_time_of_day(self, make_session):
        session = make_session()
        perform(session, "date", 0.0)
        assert str(session.state.at_utc) == "2027-01-01T12:00:00.000000"
        perform(session, "date", 1.0)
        assert str(session.state.at_utc) == "2027-12-31T12:00:00.000000"


class TestKnobsLaw:
    def test_a_slider_shows_what_it_set(self, make_session):
        session = make_session()
        for name, value in {
            "altitude": 720.0,
            "ltan": 6.5,
            "modules": 4.0,
            "wall": 1.5,
            "radiator": 6.0,
        }.items():
            perform(session, f"knob:{name}", value)
            assert session.knob_values()[name] == pytest.approx(value, rel=1e-12)  # through SI and back
        perform(session, "reset")
        assert session.design.orbit.altitude_m == 560e3
        assert not session.is_changed

    @pytest.mark.parametrize("name", list(KNOBS))
    def test_share_and_value_are_inverse(self, name):
        knob = KNOBS[name]
        for share in (0.0, 0.37, 1.0):
            value = knob.value(share)
            assert knob.low <= value <= knob.high
            # a step, and two digits of a logarithmic one, are what is lost
            assert knob.share(value) == pytest.approx(share, abs=0.05)

    def test_zero_folds_wall_and_radiators_away(self, make_session):
        session = make_session()
        perform(session, "knob:wall", 0.0)
        names = session.craft.mesh.surface_names
        assert not any("shield" in n for n in names)
        perform(session, "knob:radiator", 5.0)
        assert len(session.craft.mesh.surface_names) > len(names)
        perform(session, "knob:radiator", 0.0)
        assert session.craft.mesh.surface_names == names

    def test_local_times_of_a_double_ring_move_together(self, make_session):
        session = make_session("ring.ltan_list_h=[6.0, 18.0]")
        perform(session, "knob:ltan", 7.5)
        assert_allclose(np.array(session.design.ring.ltan_list_s) / 3600.0, [7.5, 19.5], rtol=1e-12)

    def test_a_craft_without_wings_has_no_such_sliders(self, make_session):
        session = make_session(preset="gpu_sheet")
        values = session.knob_values()
        assert values["altitude"] is not None
        assert values["modules"] is None
        with pytest.raises(ValueError, match="has no modules per wing"):
            perform(session, "knob:modules", 3.0)

    def test_catalogue_elements_have_no_count_to_change(self, make_session, tmp_path):
        # the first of the verification set [Vallado2006]
        lines = (files("sgp4") / "SGP4-VER.TLE").read_text().splitlines()
        (tmp_path / "a.tle").write_text("\n".join(line[:69] for line in lines if line[2:7] == "00005"))
        session = make_session(
            "orbit.type=elements", f"orbit.file={tmp_path / 'a.tle'}", "epoch.start_utc=2000-06-28"
        )
        assert session.knob_values()["satellites"] is None
        with pytest.raises(ValueError, match="no satellites per plane"):
            perform(session, "knob:satellites", 7.0)

    def test_the_satellite_looked_at_stays_in_a_smaller_ring(self, make_session):
        session = make_session()
        perform(session, "satellite", 20)
        perform(session, "knob:satellites", 7.0)
        assert session.state.satellite == 6
        assert len(session.moment.position_gcrs_m) == 7

    def test_too_dense_a_ring_is_told(self, make_session, settle):
        session = make_session("ring.planes=2", "orbit.altitude_km=560.0")
        perform(session, "knob:satellites", 10_000.0)
        settle(session)
        assert session.alert


class TestLoadsLaw:
    def test_words_stand_in_the_order_of_the_loads(self):
        assert tuple(LOAD_WORDS) == LOADS

    def test_coarse_at_once_and_fine_at_rest_agree(self, make_session, settle):
        session = make_session()
        session.warm_up()
        settle(session)
        perform(session, "camera:follow")
        session.tick(0.0)
        coarse = session.loads
        assert coarse is not None
        assert not coarse.is_fine
        settle(session)
        fine = session.loads
        assert fine.is_fine
        front = fine.surface_names.index("wing_1.module_05.front")
        solar = LOADS.index("solar")
        # free of obstacles: both are exact but for what other parts reflect onto it
        assert_allclose(coarse.absorbed_w[solar, front], fine.absorbed_w[solar, front], rtol=1e-3)
        total = coarse.incident_w_m2 @ coarse.area_m2, fine.incident_w_m2 @ fine.area_m2
        assert_allclose(*total, rtol=0.03)  # 64 rays per face: a per cent or two of the shaded ones
        own = fine.view_factor_earth + fine.view_factor_space + fine.view_factor_own
        assert_allclose(own, 1.0, atol=1e-9)

    def test_loads_follow_the_slider(self, make_session, settle):
        session = make_session()
        session.warm_up()
        settle(session)
        perform(session, "camera:follow")
        session.tick(0.0)
        infrared = LOADS.index("earth_infrared")
        low = session.loads.absorbed_w[infrared].sum()
        perform(session, "knob:altitude", 1500.0, final=False)
        assert session.loads.absorbed_w[infrared].sum() < 0.9 * low


class TestScaleLaw:
    def test_the_scale_is_that_of_the_side_in_view(self, make_session, settle):
        session = make_session()
        perform(session, "camera:follow")
        settle(session)
        perform(session, "color:total")
        ends = {}
        body = session.moment.rotation_gcrs_from_body
        radial, along, normal = session.moment.rotation_gcrs_from_orbit.T
        for side, way in (("front", body[:, 2]), ("back", -body[:, 2])):
            azimuth = float(np.arctan2(way @ normal, way @ along))
            aim = Aim(azimuth, float(np.arcsin(way @ radial)), 5.0)
            session.state = session.state.aimed(aim)
            ends[side] = session.scale_top
        # sunlight on the one side, the Earth alone on the other
        assert ends["front"] > 1000.0
        assert ends["back"] < 400.0


class TestSightLaw:
    def test_the_selected_surface_is_shown_what_it_sees(self, make_session, settle):
        session = make_session()
        perform(session, "camera:follow")
        session.show(surface="wing_1.module_01.front")
        settle(session)
        seen = session.sight
        assert seen.surface == "wing_1.module_01.front"
        disc = seen.picture[..., 3] > 0
        # a circle in its square, to the pixels of its rim
        assert_allclose(disc.mean(), np.pi / 4.0, atol=0.01)
        # towards the Earth's limb it is light, towards the zenith dark
        light = seen.picture[..., :3].sum(axis=2)
        assert light[-60:][disc[-60:]].mean() > 3.0 * light[:60][disc[:60]].mean()
        session.show(surface="bus.radiator")
        assert session.sight is None


class TestMessages:
    def test_a_message_stands_for_a_while_and_an_alert_longer(self, make_session):
        session = make_session()
        for alert, stands, gone in ((False, 8.0, 2.0), (True, 20.0, 10.0)):
            session.say("a word", alert=alert)
            session._clock.now += stands
            session.tick(0.0)
            assert session.message == "a word"
            session._clock.now += gone
            assert session.tick(0.0)
            assert session.message == ""


class TestPicking:
    def test_a_click_on_a_satellite_goes_there(self, make_session):
        session = make_session()
        places, _depth = session.camera.pixels(session.moment.position_gcrs_m, SIZE)
        chosen = next(k for k in range(24) if session_sees(session, k))
        session.click(tuple(places[chosen]), SIZE)
        assert (session.state.camera, session.state.satellite) == ("follow", chosen)

    def test_a_click_on_the_dark_side_of_the_earth_finds_nobody(self, make_session):
        session = make_session()
        places, _depth = session.camera.pixels(session.moment.position_gcrs_m, SIZE)
        hidden = next(k for k in range(24) if not session_sees(session, k))
        others = np.delete(places, hidden, axis=0)
        assert np.linalg.norm(others - places[hidden], axis=1).min() > 20.0
        session.click(tuple(places[hidden]), SIZE)
        assert session.state.camera == "free"

    def test_a_click_on_a_surface_selects_it(self, make_session):
        session = make_session()
        perform(session, "camera:follow")
        mesh, moment = session.craft.mesh, session.moment
        for name in ("wing_1.module_06.front", "wing_2.module_02.front"):
            faces, _ = mesh.surface_faces(mesh.surface_index(name))
            center = moment.rotation_gcrs_from_body @ mesh.centroids_m[faces].mean(axis=0)
            place, _ = session.camera.pixels((moment.state.position_gcrs_m[0, 0] + center)[None], SIZE)
            session.click(tuple(place[0]), SIZE)
            assert session.state.surface == name
        session.click((4.0, 4.0), SIZE)
        assert session.state.surface is None


def session_sees(session, satellite):
    """Whether nothing stands between the camera and a satellite: the Earth is met by hand."""
    eye = session.camera.position_gcrs_m
    way = session.moment.position_gcrs_m[satellite] - eye
    share = np.clip(-(eye @ way) / (way @ way), 0.0, 1.0)
    return float(np.linalg.norm(eye + share * way)) > 6.39e6


class TestCamerasLaw:
    @pytest.mark.parametrize("camera", list(CAMERAS))
    def test_every_camera_stands_clear_and_turns(self, make_session, camera):
        session = make_session()
        perform(session, f"camera:{camera}")
        before = session.camera
        perform(session, "turn:left", SIZE)
        perform(session, "zoom:in")
        after = session.camera
        assert np.linalg.norm(after.position_gcrs_m) > 6.356e6
        assert not np.allclose(after.rotation_camera_from_gcrs, before.rotation_camera_from_gcrs, atol=1e-6)
        perform(session, "home")
        assert_allclose(session.camera.position_gcrs_m, before.position_gcrs_m, rtol=1e-12)

    def test_follow_keeps_its_distance_while_time_runs(self, make_session):
        session = make_session()
        perform(session, "camera:follow")
        away = []
        for _ in range(4):
            session.show(at_utc=session.state.at_utc + np.timedelta64(600, "s"))
            moment = session.moment
            middle = moment.rotation_gcrs_from_body @ session.craft.mesh.bounds_m.mean(axis=0)
            place = moment.state.position_gcrs_m[0, 0] + middle
            away.append(np.linalg.norm(session.camera.position_gcrs_m - place))
        assert_allclose(away, away[0], rtol=1e-6)  # metres from 7,000 km away in float64

    def test_from_the_sun_no_satellite_in_shadow_is_seen(self, make_session, settle):
        session = make_session()
        perform(session, "jump:longest")
        settle(session)
        perform(session, "camera:sun")
        dark = np.flatnonzero(session.moment.sunlit_fraction == 0.0)
        assert dark.size
        assert not any(session_sees(session, k) for k in dark)


class TestRefusal:
    @pytest.mark.parametrize(
        ("command", "value", "match"),
        [
            ("dance", None, "is none of"),
            ("camera:moon", None, "camera"),
            ("color:taste", None, "coloring"),
            ("jump:lunch", None, "jump"),
            ("law:lvlh_fixed", None, "attitude law"),
            ("knob:altitude", "high", "must be a number"),
            ("knob:altitude", float("nan"), "Altitude"),
            ("knob:altitude", 20.0, "Altitude"),
            ("knob:gravity", 1.0, "slider"),
            ("satellite", "first", "whole number"),
            ("satellite", 24, "from 0 to 23"),
            ("time", "yesterday", "ISO 8601"),
            ("time", "3000-01-01", "ephemeris"),
        ],
    )
    def test_nonsense_changes_nothing(self, make_session, command, value, match):
        session = make_session()
        state, design = session.state, session.design
        with pytest.raises(ValueError, match=match):
            perform(session, command, value)
        assert (session.state, session.design) == (state, design)
        attempt(session, command, value)
        assert session.alert


class TestWhatIsTold:
    def test_coarse_loads_are_called_coarse_until_fine_ones_are_there(self, make_session, settle):
        session = make_session(preset="panel_module")
        session.warm_up()
        settle(session)
        perform(session, "camera:follow")
        session.tick(0.0)
        surface = session.craft.mesh.surface_names[0]

        def told():
            return dict(surface_lines(surface, session.craft.mesh, session.loads, playing=False))

        assert told()["Loads"] == "coarse, refining ..."
        settle(session)
        assert "Loads" not in told()
        assert "Sees the Earth" in told()

    def test_any_orbit_with_a_node_has_its_local_time(self):
        orbit = ["orbit.type=keplerian", "orbit.semi_major_axis_km=7000", "ring.satellites_per_plane=1"]
        design = load_design("panel_module", [*orbit, "orbit.inclination_deg=51.6", "orbit.raan_deg=30"])
        moment = moment_of(design, design.epoch_utc)
        # noon at the equinox: the mean Sun stands at right ascension 0, give or take the equation of time
        # (7.4 minutes in March) and precession since J2000 (1.5 minutes)
        assert abs(moment.ltan_s / 60.0 - (720.0 + 4.0 * 30.0)) < 10.0
