"""Sessions without a window, whose background work can be waited for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from geometry.design import load_design
from viz.viewer.session import Session

PATIENCE_S = 120.0  # kernels may have to be compiled first


class Clock:
    """Seconds before the screen, as the test says."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def settle() -> Callable[[Session], None]:
    """Waits until the background has nothing left to do, and has its session take in what it found."""

    def wait(session: Session) -> None:
        session._clock.now += 1.0
        session.tick(0.0)
        end = time.monotonic() + PATIENCE_S
        while session.tasks.busy:
            assert time.monotonic() < end, "the background work does not end"
            time.sleep(0.01)
        session.tick(0.0)

    return wait


@pytest.fixture
def make_session() -> Iterator[Callable[..., Session]]:
    """Makes sessions of a small ring, and closes them."""
    opened = []

    def make(*overrides: str, preset: str = "solar_slice") -> Session:
        design = load_design(preset, ["ring.satellites_per_plane=24", *overrides])
        opened.append(Session(design, clock=Clock()))
        return opened[-1]

    yield make
    for session in opened:
        session.close()
