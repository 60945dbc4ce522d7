"""Craft: parameters -> mesh, parts, cells."""

from __future__ import annotations

from typing import Any

from geometry.craft.craft import Craft, Part
from geometry.craft.light import light_gpu_sheet, light_panel_module, light_solar_slice
from geometry.craft.parameters import Detail, GpuSheet, PanelModule, SolarSlice

_BUILDERS: dict[type, Any] = {
    SolarSlice: light_solar_slice,
    PanelModule: light_panel_module,
    GpuSheet: light_gpu_sheet,
}


def build_craft(design: Any, detail: Detail = "light") -> Craft:
    """Craft of a Design (or of CraftParameters)."""
    parameters = getattr(design, "craft", design)
    return _BUILDERS[type(parameters)](getattr(design, "name", "craft"), parameters)


__all__ = ["Craft", "Part", "build_craft"]
