"""What pictures of a ring say: how many fly where, the share in sunlight, the captions of all of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geometry.design import Design
from geometry.orbit import flight_of, orbit_states
from geometry.orbit.parameters import SunSynchronousOrbit
from viz import theme
from viz.scene import Caption
from viz.times import clock_text, moment_text
from viz.titles import satellites_text


def ring_words(design: Design, at: np.datetime64) -> tuple[str, str]:
    """What is shown, and where it flies."""
    title = satellites_text(flight_of(design).satellites)
    states = orbit_states(design, np.array([at]))
    beta = f"beta {np.degrees(states.beta_rad[0, 0]):+.1f}°"
    if isinstance(design.orbit, SunSynchronousOrbit):
        title += f" at {design.orbit.altitude_m / 1e3:,.0f} km"
        return title, f"{ltan_text(design.orbit, design.ring.ltan_list_s)}  ·  {beta}"
    return title, beta


def ltan_text(orbit: SunSynchronousOrbit, ltan_list_s: Sequence[float]) -> str:
    """`LTAN 06:00 and 18:00`: the local times of the planes listed, or else of the orbit."""
    return "LTAN " + " and ".join(clock_text(s) for s in ltan_list_s or (orbit.ltan_s,))


def share_text(lit_share: float) -> str:
    """Share of the ring in sunlight; what is not whole is not called whole."""
    percent = 100.0 * lit_share
    if 0.0 < percent < 1.0 or 99.0 < percent < 100.0:
        return f"{percent:.1f} % in sunlight"
    return f"{percent:.0f} % in sunlight"


def ring_captions(title: str, below: str, at: np.datetime64) -> tuple[Caption, ...]:
    """Title and facts at the lower left, the time at the lower right."""
    lines = below.count("\n")
    return (
        Caption(title, "bottom_left", 0.030, (0.0, -0.040 - 0.0185 * 1.45 * lines)),
        Caption(below, "bottom_left", 0.0185, color=theme.TEXT_QUIET),
        Caption(moment_text(at), "bottom_right", 0.0185, color=theme.TEXT_QUIET),
    )
