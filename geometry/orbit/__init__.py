"""Orbits: mean elements to states in GCRS, attitude laws, the Earth's shadow, the ring."""

from geometry.orbit.flight import (
    FlownDesign,
    flight_of,
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
from geometry.orbit.states import OrbitStates

__all__ = [
    "Attitude",
    "ElementsOrbit",
    "FlownDesign",
    "KeplerianOrbit",
    "Orbit",
    "OrbitStates",
    "Ring",
    "SunSynchronousOrbit",
    "flight_of",
    "orbit_states",
    "orbit_times",
    "state_blocks",
    "sun_side",
]
