"""The far picture: what is kept from one frame to the next looks like what would be drawn anew."""

from __future__ import annotations

import numpy as np
import pytest

from viz.viewer.far_view import FarView

SIZE = (320, 180)


@pytest.fixture
def shown(make_session):
    """Draws a session with a view, and alone with a new one."""
    session = make_session()
    kept = FarView()

    def both(**options):
        return tuple(
            view.picture(session.moment, session.camera, SIZE, **options) for view in (kept, FarView())
        )

    both.session, both.kept = session, kept
    return both


class TestKeptLaw:
    def test_a_moving_ring_before_a_resting_camera(self, shown):
        shown(umbra=True, coarseness=2.0)
        backdrop = shown.kept._backdrop
        shown.session.show(at_utc=shown.session.state.at_utc + np.timedelta64(3, "s"))
        kept, anew = shown(umbra=True, coarseness=2.0)
        assert shown.kept._backdrop is backdrop
        # the ground has turned by less than a third of a pixel
        assert np.abs(kept.astype(int) - anew).mean() < 0.5

    @pytest.mark.parametrize("change", ["turn", "shadow", "year"])
    def test_what_is_seen_to_change_is_drawn_anew(self, shown, change):
        shown(umbra=True)
        if change == "turn":
            shown.session.turn(40.0, 0.0, SIZE)
        if change == "year":
            shown.session.show(at_utc=shown.session.state.at_utc + np.timedelta64(90, "D"))
        kept, anew = shown(umbra=change != "shadow")
        np.testing.assert_array_equal(kept, anew)


class TestPointsLaw:
    def test_one_satellite_alone_is_found_by_the_eye(self, make_session):
        session = make_session("ring.satellites_per_plane=1")
        size = (1280, 720)
        shown, empty = (
            FarView().picture(session.moment, session.camera, size, without=np.array(left_out, int))
            for left_out in ([], [0])
        )
        changed = np.abs(shown.astype(int) - empty).max(axis=2)
        # a spot of four pixels across; the points of a full ring are one or two
        assert (changed > 40).sum() >= 16
