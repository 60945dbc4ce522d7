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
