"""What colours on the craft mean: its own materials, or a quantity on a scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geometry.validation import FloatArray
from viz.scales import round_above
from viz.viewer.loads import CraftLoads

SidedValues = FloatArray
"""(2, F): front and back of each face; NaN where there is nothing to say."""


SCALE_SHARE = 0.99  # of what is in view lies within the scale


@dataclass(frozen=True)
class Coloring:
    """One way to colour a craft.

    Parameters
    ----------
    label, title : str
        On the button, and over the scale, with the unit.
    color_map : str
        In matplotlib; perceptually even, fit for the colour-blind.
    values : callable or None
        Loads -> (2, F); None: materials.
    needs_fine : bool
        Whether a coarse answer does not hold it.
    """

    label: str
    title: str = ""
    color_map: str = "inferno"
    values: Callable[[CraftLoads], SidedValues] | None = None
    needs_fine: bool = False


def _absorbed(*names: str) -> Callable[[CraftLoads], SidedValues]:
    def values(loads: CraftLoads) -> SidedValues:
        from geometry.radiation import LOADS

        flux = loads.faces.absorbed_w_m2[:, [LOADS.index(name) for name in names], 0].sum(axis=1)
        return np.where(loads.faces.is_active, flux, np.nan)

    return values


def _earth_view(loads: CraftLoads) -> SidedValues:
    """Earth's view factor of the surface on each side."""
    if loads.view_factor_earth is None:
        return np.full((2, len(loads.mesh.faces)), np.nan)
    mesh = loads.mesh
    by_surface = np.append(loads.view_factor_earth, np.nan)
    return np.stack([by_surface[mesh.front_surface], by_surface[mesh.back_surface]])


COLORINGS: dict[str, Coloring] = {
    "material": Coloring("Material"),
    "solar": Coloring("Sun", "Absorbed sunlight, W/m²", "inferno", _absorbed("solar")),
    "albedo": Coloring("Albedo", "Absorbed albedo, W/m²", "inferno", _absorbed("albedo")),
    "earth_infrared": Coloring(
        "Infrared",
        "Absorbed Earth infrared, W/m²",
        "inferno",
        _absorbed("earth_infrared"),
    ),
    "total": Coloring(
        "Total", "Absorbed in all, W/m²", "inferno", _absorbed("solar", "albedo", "earth_infrared")
    ),
    "sees": Coloring("Sees", "View factor to the Earth", "viridis", _earth_view, needs_fine=True),
}
"""By name; what is computed one day (temperatures) is one more entry."""


def scale_top(values: SidedValues, weights: SidedValues) -> float:
    """A round end of the scale for values (2, F), each of a weight; 1 where there are none.

    Weighted by what of the picture each side fills, the scale is that of what is in view: of the lit side
    of a craft, or of its shaded back, whose loads are far less.
    """
    known = np.isfinite(values) & (weights > 0.0)
    top = 0.0
    if known.any():
        order = np.argsort(values[known])
        filled = np.cumsum(weights[known][order])
        top = float(values[known][order][np.searchsorted(filled, SCALE_SHARE * filled[-1])])
    return round_above(top) if top > 1e-3 else 1.0
