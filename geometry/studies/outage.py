"""The battery that flying on through the longest outage of a year would take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from geometry.budget import electric_power_nominal_w
from geometry.craft import build_craft
from geometry.craft.parameters import MeshCraft
from geometry.design import Design
from geometry.studies.eclipse_year import EclipseYear
from geometry.validation import check_in_range, check_positive

_WH_J = 3600.0


@dataclass(frozen=True)
class OutageBattery:
    """What the longest outage asks for.

    Parameters
    ----------
    dark_s : float
        Longest integral of (1 - sunlit fraction) over one revolution, s.
    power_w : float
        Load to carry on, W.
    energy_j : float
        The light that is missing, as electric energy, J.
    depth_of_discharge : float
    capacity_j : float
        Of the battery, J.
    mass_kg : float
    """

    dark_s: float
    power_w: float
    energy_j: float
    depth_of_discharge: float
    capacity_j: float
    mass_kg: float


def outage_battery(
    dark_s: float, power_w: float, *, depth_of_discharge: float, battery_j_kg: float
) -> OutageBattery:
    """Energy, capacity and mass of a battery for an outage.

    Parameters
    ----------
    dark_s : float
        Time of full dark that takes as much light as the outage, s.
    power_w : float
        W.
    depth_of_discharge : float
        Share of the capacity that is used, in (0, 1].
    battery_j_kg : float
        J/kg.

    Raises
    ------
    ValueError
        A negative time or power; a depth of discharge or an energy per mass that is not positive.
    """
    check_in_range(dark_s, 0.0, 1e9, name="dark_s", unit="s")
    check_in_range(power_w, 0.0, 1e12, name="power_w", unit="W")
    check_positive(depth_of_discharge, name="depth_of_discharge")
    check_in_range(depth_of_discharge, 0.0, 1.0, name="depth_of_discharge")
    check_positive(battery_j_kg, name="battery_j_kg")
    energy_j = dark_s * power_w
    capacity_j = energy_j / depth_of_discharge
    return OutageBattery(dark_s, power_w, energy_j, depth_of_discharge, capacity_j, capacity_j / battery_j_kg)


def battery_for_year(design: Design, years: Sequence[EclipseYear]) -> OutageBattery | None:
    """The battery that a design's craft would need to work on at nominal power through its longest outage.

    Parameters
    ----------
    design : Design
        Its craft and `[payload]`.
    years : sequence of EclipseYear
        The calendars of its rings; the longest outage of all counts.

    Returns
    -------
    OutageBattery or None
        None for a craft without solar cells.

    Notes
    -----
    Nominal power: 28 C, normal incidence, 1 au.  What the battery loses between charge and discharge, and
    how fast it is charged again, is left out.
    """
    if isinstance(design.craft, MeshCraft):
        return None
    power_w = electric_power_nominal_w(build_craft(design), design.document.environment.solar_constant_w_m2)
    payload = design.document.payload
    return outage_battery(
        max(y.longest_dark_s for y in years),
        power_w,
        depth_of_discharge=payload.depth_of_discharge,
        battery_j_kg=payload.battery_wh_per_kg * _WH_J,
    )
