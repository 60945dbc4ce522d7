"""A small ring of two planes, and distances in metres."""

from __future__ import annotations

import pytest

from geometry.orbit import Ring, SunSynchronousOrbit


@pytest.fixture
def small_ring(flown):
    """Two planes of three at altitudes of their own; an epoch that is no whole number of anything."""

    def make(**changes):
        given = {
            "orbit": SunSynchronousOrbit(altitude_m=560e3, ltan_s=64_800.0),
            "ring": Ring(satellites_per_plane=3, planes=2, raan_spread_rad=0.02, altitude_spread_m=20e3),
            "epoch_utc": "2027-03-20T12:34:56.789012",
        }
        return flown(**{**given, **changes})

    return make
