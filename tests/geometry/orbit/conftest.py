"""A design for flying: what `geometry.orbit` asks of one, without a file."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from geometry.environment import Environment
from geometry.orbit import Attitude, Orbit, Ring, SunSynchronousOrbit


@dataclass(frozen=True)
class Flown:
    orbit: Orbit = field(default_factory=SunSynchronousOrbit)
    attitude: Attitude = field(default_factory=Attitude)
    ring: Ring = field(default_factory=Ring)
    environment: Environment = field(default_factory=Environment)
    epoch_utc: np.datetime64 = np.datetime64("2027-03-20T12:00:00", "us")  # noqa: RUF009 (immutable)


@pytest.fixture
def flown():
    """Maker of designs: `flown(ring=Ring(...))`, everything else at its default."""

    def make(**changes):
        if isinstance(changes.get("epoch_utc"), str):
            changes["epoch_utc"] = np.datetime64(changes["epoch_utc"], "us")
        return Flown(**changes)

    return make
