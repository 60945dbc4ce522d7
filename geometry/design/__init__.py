"""One design file <-> one frozen `Design`; presets; overrides."""

from geometry.design.convert import Design, RadiationSettings
from geometry.design.load import MESH_SUFFIXES, load_design, preset_text, presets

__all__ = ["MESH_SUFFIXES", "Design", "RadiationSettings", "load_design", "preset_text", "presets"]
