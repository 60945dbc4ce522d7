"""How fast drag lowers a craft on the orbit of its design, for propagation with secular drag."""

from __future__ import annotations

import numpy as np

from geometry.air.drag_year import YearInAir, drag_year
from geometry.air.exposure import air_exposure
from geometry.constants import TROPICAL_YEAR_S
from geometry.craft import Craft
from geometry.ephemeris import check_times_utc
from geometry.orbit import FlownDesign, flight_of, orbit_states
from geometry.orbit.free_molecular import DIFFUSE_SURFACE

_ORBITS, _POSITIONS = 24, 48


def own_decay_m_s(design: FlownDesign, craft: Craft, activity: str, *, seed: int = 1) -> float:
    """Loss of semi-major axis per time of a craft, mean of the year that begins at the design's epoch.

    Parameters
    ----------
    design : FlownDesign
        Its orbit, without drag, and the attitude law that it flies.
    craft : Craft
    activity : {"solar_min", "mean", "solar_max"}
    seed : int
        Of the rays that find which parts shade each other from the air.

    Returns
    -------
    float
        m/s, not negative; that of `attitude_trade` from fewer orbits.

    Raises
    ------
    ValueError
        A craft without a mass, an orbit that cannot be flown for a year from there or dips below 120 km.
    """
    if not craft.mass_kg:
        raise ValueError(
            "orbit.drag = 'secular' needs the mass of the craft: give craft.mass_kg, or orbit.decay_m_day"
        )
    epoch = check_times_utc(design.epoch_utc, name="epoch")[0]
    first = np.arange(_ORBITS) * (TROPICAL_YEAR_S / _ORBITS)
    along = np.arange(_POSITIONS) * (flight_of(design).nodal_period_s / _POSITIONS)
    elapsed_us = np.rint((first[:, None] + along).ravel() * 1e6).astype(np.int64)
    states = orbit_states(design, epoch + elapsed_us.astype("timedelta64[us]"))
    rows = np.arange(elapsed_us.size).reshape(_ORBITS, _POSITIONS)
    year = YearInAir.of(states, rows, craft.mass_kg)
    found = drag_year(
        air_exposure(craft.mesh), states.rotation_body_from_gcrs[0], year, DIFFUSE_SURFACE, seed
    )
    return max(0.0, found[activity].decay_m_day or 0.0) / 86_400.0
