"""Where cameras stand about a craft."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from viz.viewer.cameras import SIDES, camera_of, side_aim


class TestCamerasLaw:
    @pytest.mark.parametrize("camera", ["follow", "ride"])
    def test_a_mesh_beside_its_origin_is_seen_as_one_about_it(self, make_session, camera):
        session = make_session()
        session.show(camera=camera)
        box = session.craft.mesh.bounds_m
        offset = np.array([300.0, -40.0, 7.0])
        at, beside = (camera_of(session.state, session.moment, b) for b in (box, box + offset))
        moved = session.moment.rotation_gcrs_from_body @ offset
        # positions of 7e6 m carry rounding of 1e-9 m
        np.testing.assert_allclose(beside.position_gcrs_m - at.position_gcrs_m, moved, atol=1e-6)
        np.testing.assert_allclose(beside.rotation_camera_from_gcrs, at.rotation_camera_from_gcrs, atol=1e-9)

    @pytest.mark.parametrize("side", SIDES)
    @pytest.mark.parametrize("hours", [0, 6, 12])
    def test_sides_are_those_of_the_sun(self, make_session, side, hours):
        session = make_session(f"orbit.ltan_h={hours}")
        moment = session.moment
        state = replace(session.state, camera="follow").aimed(side_aim(moment, side))
        view = camera_of(state, moment, session.craft.mesh.bounds_m)
        eye = view.position_gcrs_m - moment.state.position_gcrs_m[0, 0]
        share = eye @ moment.sun_direction_gcrs / np.linalg.norm(eye)
        wanted = SIDES[side][2] / np.linalg.norm(SIDES[side])
        # about the craft's middle, metres from its origin at 150 m
        assert share == pytest.approx(wanted, abs=0.1)

    @pytest.mark.parametrize("ltan_h", [6, 18])
    @pytest.mark.parametrize("at", ["2027-03-20T12:00", "2027-12-22T02:42"])
    def test_ground_turns_to_what_is_up(self, make_session, ltan_h, at):
        session = make_session(f"orbit.ltan_h={ltan_h}", "orbit.altitude_km=1190")
        session.show(at_utc=np.datetime64(at), camera="ground")
        eye, moment = session.camera, session.moment
        way = moment.position_gcrs_m[moment.sunlit_fraction > 0.0] - eye.position_gcrs_m
        up = eye.position_gcrs_m / np.linalg.norm(eye.position_gcrs_m)
        way = (way / np.linalg.norm(way, axis=1, keepdims=True))[way @ up > 0.0]
        assert len(way) > 0
        ahead = -eye.rotation_camera_from_gcrs[2]  # the third axis of a camera looks back
        assert (way @ ahead).max() > np.cos(np.radians(21.0))  # at 20 degrees of elevation or more
