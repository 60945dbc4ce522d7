"""Who is near enough to be drawn as a mesh."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from geometry.orbit import orbit_states
from viz.viewer.commands import perform
from viz.viewer.neighbours import LEAST_PX, MOST, neighbours

SIZE = (1280, 720)


@pytest.fixture
def near(make_session):
    """The neighbours of satellite 0 in a ring of so many, seen by a camera."""

    def found(count, camera="ride", *more):
        session = make_session(f"ring.satellites_per_plane={count}", *more)
        perform(session, f"camera:{camera}")
        extent = session.craft.mesh.extent_m
        return session, neighbours(session.design, session.moment, session.camera, extent, SIZE)

    return found


class TestNeighboursLaw:
    def test_a_wide_ring_has_none(self, near):
        assert not near(24)[1].satellites.size

    def test_those_ahead_in_a_dense_ring_nearest_first(self, near):
        session, found = near(40_000)
        count = found.satellites.size
        assert 1 < count <= MOST
        assert found.satellites.tolist() == list(range(1, count + 1))
        _places, depth = session.camera.pixels(found.position_gcrs_m, SIZE)
        assert (np.diff(depth) > 0.0).all()
        length = session.craft.mesh.extent_m * session.camera.pixels_per_tangent(SIZE) / depth
        assert length.min() > 0.98 * LEAST_PX  # the depth is a little less than the distance

    def test_each_stands_and_turns_as_it_flies(self, near):
        session, found = near(40_000)
        states = orbit_states(
            session.design, np.array([session.state.at_utc]), satellites=found.satellites.tolist()
        )
        assert_allclose(found.position_gcrs_m, session.moment.position_gcrs_m[found.satellites], atol=1e-3)
        for k, turn in enumerate(found.rotation_gcrs_from_body):
            np.testing.assert_array_equal(turn.T, states.rotation_body_from_gcrs[k, 0])

    def test_none_of_another_craft(self, near):
        session, found = near(20_000, "ride", "ring.ltan_list_h=[6,18]")
        own = session.member.craft
        assert found.satellites.size
        assert all(session.design.of_member(int(k)).craft == own for k in found.satellites)
