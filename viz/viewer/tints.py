"""The colours of a craft's faces from its loads: materials in the light that falls on them, or values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geometry.design import Design
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.validation import FloatArray
from viz import theme
from viz.image import LUMINANCE, tone
from viz.srgb import srgb_from_linear
from viz.viewer.coloring import COLORINGS
from viz.viewer.loads import CraftLoads

STARLIGHT = np.array([0.016, 0.018, 0.024])  # lifted: a face in the dark can still be made out
INACTIVE = np.array([0.02, 0.02, 0.02])
SELECTED_SHARE = 0.42
PICKED = (0.75, 0.95, 1.0)  # over colours that mean values
PATTERN_PX = 64  # of a pattern drawn for its mean colour alone
MIRROR_SHARE = 0.25  # of a mirror's colour that is drawn as if it were diffuse


def face_colors(
    loads: CraftLoads, design: Design, coloring: str, top: float | None, selected: str | None
) -> NDArray[np.uint8]:
    """sRGB bytes (2, F, 3) of the front and back of each face; `top` is the end of the scale."""
    shown = _lit(loads, design)
    values_of = COLORINGS[coloring].values
    if values_of is not None:
        values = values_of(loads)
        mapped = _mapped(values, top or 1.0, COLORINGS[coloring].color_map)
        known = np.isfinite(values)[..., None]
        shown = np.where(known, mapped, 0.35 * shown)
    if selected in loads.mesh.surface_names:
        row = loads.mesh.surface_names.index(str(selected))
        picked = np.stack([loads.mesh.front_surface == row, loads.mesh.back_surface == row])[..., None]
        accent = np.array(theme.ACCENT if values_of is None else PICKED)  # no colour of a scale
        shown = np.where(picked, (1.0 - SELECTED_SHARE) * shown + SELECTED_SHARE * accent, shown)
    return np.round(255.0 * np.clip(shown, 0.0, 1.0)).astype(np.uint8)


def surface_colors(mesh: SurfaceMesh) -> FloatArray:
    """Linear colour of each surface from afar, and of inactive sides last, (S + 1, 3).

    The first call for a coating draws its pattern, small: a second of work, not for the thread of a window.
    """
    from viz.coatings import material_of

    colors = []
    for optics in mesh.optics:
        material = material_of(optics, PATTERN_PX)
        dull = 1.0 - (1.0 - MIRROR_SHARE) * material.metallic
        colors.append(np.array(material.base_color) * dull)
    return np.array([*colors, INACTIVE])


def _lit(loads: CraftLoads, design: Design) -> FloatArray:
    """Materials in the sunlight and Earth light that falls on each side, developed as the stills are."""
    from geometry.radiation import LOADS

    mesh = loads.mesh
    table = surface_colors(mesh)
    base = np.stack([table[mesh.front_surface], table[mesh.back_surface]])
    rows = [LOADS.index("solar"), LOADS.index("albedo")]
    incident = loads.faces.incident_w_m2[:, rows, 0].sum(axis=1) / design.environment.solar_constant_w_m2
    light = base * (incident[..., None] + STARLIGHT)
    return srgb_of(light)


def srgb_of(light: FloatArray) -> FloatArray:
    """Scene light (..., 3) as the stills develop it, the lens apart: sRGB in [0, 1]."""
    exposed = theme.EXPOSURE * np.asarray(light)
    mean = (exposed @ np.array(LUMINANCE))[..., None]
    return srgb_from_linear(tone(mean + theme.SATURATION * (exposed - mean)))


def _mapped(values: FloatArray, top: float, color_map: str) -> FloatArray:
    import matplotlib

    share = np.clip(np.nan_to_num(values) / top, 0.0, 1.0)
    return np.asarray(matplotlib.colormaps[color_map](share), dtype=float)[..., :3]
