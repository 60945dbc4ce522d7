"""What a craft makes and weighs: electric power from cell to terminals, mass by kind of part."""

from __future__ import annotations

import re

from geometry.constants import SOLAR_CONSTANT_W_M2
from geometry.craft.craft import Craft
from geometry.validation import check_in_range

REFERENCE_CELL_TEMPERATURE_K = 301.15
"""28 C, at which cell efficiencies are stated."""


def cell_chain_efficiency(craft: Craft, cell_temperature_k: float = REFERENCE_CELL_TEMPERATURE_K) -> float:
    """Electric power at the module's terminals per light on the array: cell x packing x harness.

    The cell's efficiency changes with its temperature as `SolarCells.temperature_coefficient_per_k`
    says, linearly, down to none; 0 for a craft without cells.

    Raises
    ------
    ValueError
        A temperature outside [0, 1000] K.
    """
    check_in_range(cell_temperature_k, 0.0, 1000.0, name="cell_temperature_k", unit="K")
    if craft.cells is None:
        return 0.0
    c = craft.cells
    change = 1.0 + c.temperature_coefficient_per_k * (cell_temperature_k - REFERENCE_CELL_TEMPERATURE_K)
    return c.efficiency_28c * max(0.0, change) * c.packing * c.harness_efficiency


def electric_power_nominal_w(craft: Craft, solar_constant_w_m2: float = SOLAR_CONSTANT_W_M2) -> float:
    """Electric power at 28 C in sunlight that falls straight on the cells at 1 au, W.

    Parameters
    ----------
    craft : Craft
    solar_constant_w_m2 : float
        Irradiance at 1 au, W/m^2 [IAU2015B3].

    Raises
    ------
    ValueError
        An irradiance that is negative or not a number.
    """
    check_in_range(solar_constant_w_m2, 0.0, 1e5, name="solar_constant_w_m2", unit="W/m2")
    return solar_constant_w_m2 * craft.array_area_m2 * cell_chain_efficiency(craft)


def mass_by_part_kg(craft: Craft) -> dict[str, float]:
    """Mass of each kind of part, kg, heaviest first; equal parts counted together.

    `wing_1.module_03.copper` and its 21 sisters are one row `wing.module.copper`.
    """
    totals: dict[str, float] = {}
    for part in craft.parts:
        kind = re.sub(r"_\d+(?=\.|$)", "", part.name)
        totals[kind] = totals.get(kind, 0.0) + part.mass_kg
    return dict(sorted(totals.items(), key=lambda row: (-row[1], row[0])))


def areal_mass_kg_m2(craft: Craft) -> float:
    """Mass of the whole craft over the area of its array, kg/m^2.

    Raises
    ------
    ValueError
        A craft without cells.
    """
    if not craft.array_area_m2 > 0:
        raise ValueError(f"areal_mass_kg_m2 needs a craft with solar cells, {craft.name!r} has none")
    return craft.mass_kg / craft.array_area_m2
