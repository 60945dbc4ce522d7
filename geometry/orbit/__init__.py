"""Orbits: mean elements to states in GCRS, attitude laws, the Earth's shadow, the ring."""

from geometry.orbit.flight import Flown, FlownDesign, flight_of, held_at_altitude
from geometry.orbit.flown import (
    orbit_positions,
    orbit_states,
    orbit_times,
    state_blocks,
    sun_side,
)
from geometry.orbit.parameters import (
    Attitude,
    ElementsOrbit,
    KeplerianOrbit,
    Orbit,
    Ring,
    SunSynchronousOrbit,
)
from geometry.orbit.ring_filling import RingFilling, ring_filling
from geometry.orbit.ring_spacing import RingSpacing, check_ring_clear, ring_spacing
from geometry.orbit.shadow_passes import ShadowPasses, shadow_passes
from geometry.orbit.states import OrbitStates
from geometry.orbit.summary import OrbitSummary, orbit_summary

__all__ = [
    "Attitude",
    "ElementsOrbit",
    "Flown",
    "FlownDesign",
    "KeplerianOrbit",
    "Orbit",
    "OrbitStates",
    "OrbitSummary",
    "Ring",
    "RingFilling",
    "RingSpacing",
    "ShadowPasses",
    "SunSynchronousOrbit",
    "check_ring_clear",
    "flight_of",
    "held_at_altitude",
    "orbit_positions",
    "orbit_states",
    "orbit_summary",
    "orbit_times",
    "ring_filling",
    "ring_spacing",
    "shadow_passes",
    "state_blocks",
    "sun_side",
]
