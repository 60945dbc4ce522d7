"""One design file <-> one frozen `Design`; presets; overrides."""

from geometry.design.convert import Design, RadiationSettings
from geometry.design.load import MESH_SUFFIXES, changed_design, load_design, preset_text, presets

__all__ = [
    "MESH_SUFFIXES",
    "Design",
    "RadiationSettings",
    "changed_design",
    "load_design",
    "preset_text",
    "presets",
]
