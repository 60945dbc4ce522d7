"""What of the idea can be changed while one looks: a few keys of the design, each with a range and words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from geometry.craft.parameters import SolarSlice
from geometry.design import Design
from geometry.orbit.parameters import ElementsOrbit, SunSynchronousOrbit
from geometry.validation import check_choice, check_in_range
from viz.times import clock_text

HOUR_S = 3600.0
RADIATOR_WINGS = 2  # where a craft without any is given some
LAWS = {"sun_pointing": "Sun", "sun_slice_locked": "Slice", "sun_slice_rolling": "Rolling"}


@dataclass(frozen=True)
class Knob:
    """One slider.

    Parameters
    ----------
    label, unit : str
    low, high, step : float
    read : callable
        Design -> its value; None where the design has no such thing.
    write : callable
        (Design, value) -> keys of the design and their values.
    logarithmic : bool
    """

    label: str
    unit: str
    low: float
    high: float
    step: float
    read: Callable[[Design], float | None]
    write: Callable[[Design, float], dict[str, Any]]
    logarithmic: bool = False

    def share(self, value: float) -> float:
        """Place of a value along the slider, 0 to 1."""
        low, high, at = self._scaled(np.array([self.low, self.high, value]))
        return float(min(max((at - low) / (high - low), 0.0), 1.0))

    def value(self, share: float) -> float:
        """Value at a place along the slider, on a step."""
        low, high = self._scaled(np.array([self.low, self.high]))
        at = low + min(max(share, 0.0), 1.0) * (high - low)
        return self.rounded(float(10.0**at if self.logarithmic else at))

    def rounded(self, value: float) -> float:
        """The nearest step within the range; a logarithmic slider keeps two digits."""
        if self.logarithmic:
            digit = 10.0 ** np.floor(np.log10(max(value, 1.0)) - 1.0)
            value = round(value / max(digit, self.step)) * max(digit, self.step)
        stepped = round(value / self.step) * self.step
        return float(min(max(round(stepped, 6), self.low), self.high))

    def _scaled(self, values: np.ndarray) -> np.ndarray:
        return np.log10(np.maximum(values, 1e-9)) if self.logarithmic else values


def _slice(read: Callable[[SolarSlice], float]) -> Callable[[Design], float | None]:
    return lambda design: read(design.craft) if isinstance(design.craft, SolarSlice) else None


def _orbit(read: Callable[[SunSynchronousOrbit], float]) -> Callable[[Design], float | None]:
    return lambda design: read(design.orbit) if isinstance(design.orbit, SunSynchronousOrbit) else None


def _local_time_h(design: Design) -> float | None:
    if not isinstance(design.orbit, SunSynchronousOrbit):
        return None
    return (design.ring.ltan_list_s or (design.orbit.ltan_s,))[0] / HOUR_S


def _satellites_per_plane(design: Design) -> float | None:
    """A catalogue of elements flies what it holds."""
    fixed = isinstance(design.orbit, ElementsOrbit)
    return None if fixed else float(design.ring.satellites_per_plane)


def _with_local_time(design: Design, value: float) -> dict[str, Any]:
    """All local times of the ring move together."""
    value %= 24.0
    listed = design.ring.ltan_list_s
    changes: dict[str, Any] = {"orbit.ltan_h": value}
    if listed:
        shift = value - listed[0] / HOUR_S
        changes["ring.ltan_list_h"] = [round((t / HOUR_S + shift) % 24.0, 6) for t in listed]
    return changes


def _with_radiator(design: Design, value: float) -> dict[str, Any]:
    """Depth of the deployable radiators; zero folds them away."""
    if value <= 0.0:
        return {"radiator.wings": 0}
    has = isinstance(design.craft, SolarSlice) and design.craft.radiator.wings > 0
    wings = {} if has else {"radiator.wings": RADIATOR_WINGS}
    return {**wings, "radiator.depth_z_m": value}


def _with_wall(_design: Design, value: float) -> dict[str, Any]:
    if value <= 0.0:
        return {"earth_shield.side": "none"}
    return {"earth_shield.depth_m": value, "earth_shield.side": "nadir"}


KNOBS: dict[str, Knob] = {
    "altitude": Knob(
        "Altitude", "km", 300.0, 1600.0, 10.0,
        _orbit(lambda o: o.altitude_m / 1e3), lambda _d, v: {"orbit.altitude_km": v},
    ),
    "ltan": Knob("LTAN", "h", 0.0, 23.9, 0.1, _local_time_h, _with_local_time),
    "modules": Knob(
        "Modules per wing", "", 1.0, 40.0, 1.0,
        _slice(lambda c: float(c.solar_array.modules_per_wing)),
        lambda _d, v: {"solar_array.modules_per_wing": round(v)},
    ),
    "wall": Knob(
        "Shield wall", "m", 0.0, 12.0, 0.25,
        _slice(lambda c: c.earth_shield.depth_m if c.earth_shield.side_y else 0.0), _with_wall,
    ),
    "radiator": Knob(
        "Radiators", "m", 0.0, 25.0, 0.5,
        _slice(lambda c: c.radiator.depth_z_m if c.radiator.wings else 0.0), _with_radiator,
    ),
    "satellites": Knob(
        "Satellites per plane", "", 1.0, 10_000.0, 1.0,
        _satellites_per_plane, lambda _d, v: {"ring.satellites_per_plane": round(v)},
        logarithmic=True,
    ),
}  # fmt: skip
"""By name, in the order in which they stand."""


def knob_changes(design: Design, name: str, value: float) -> dict[str, Any]:
    """Keys of the design that a slider sets, and their values.

    Raises
    ------
    ValueError
        No such slider, a value out of its range, or a design that has no such thing.
    """
    check_choice(name, KNOBS, name="slider")
    knob = KNOBS[name]
    check_in_range(value, knob.low, knob.high, name=knob.label, unit=knob.unit)
    if knob.read(design) is None:
        raise ValueError(f"{design.name!r} has no {knob.label.lower()} to change")
    return knob.write(design, float(value))


def law_changes(law: str) -> dict[str, Any]:
    """Keys of the design for another attitude law.

    Raises
    ------
    ValueError
        No such law among those that need no axes of their own.
    """
    check_choice(law, LAWS, name="attitude law")
    return {"attitude.law": law}


def value_text(name: str, value: float) -> str:
    """A slider's value in words."""
    knob = KNOBS[name]
    if name == "ltan":
        return clock_text(3_600.0 * value)
    if name in ("wall", "radiator") and value <= 0.0:
        return "none"
    if name == "radiator":
        return f"{value:g} m deep"
    return f"{value:,.0f} {knob.unit}".strip() if knob.step >= 1.0 else f"{value:g} {knob.unit}".strip()
