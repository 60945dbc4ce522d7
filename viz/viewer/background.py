"""What a session has worked out in the background: functions of designs and times that know no session.

What they need is loaded when they are first called, after the first picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geometry.craft import build_craft
from geometry.design import Design
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.orbit import OrbitStates, check_ring_clear
from viz.times import year_of
from viz.viewer.loads import CraftLoads, coarse_loads

if TYPE_CHECKING:
    from geometry.studies.eclipse_year import EclipseYear

JUMPS = ("equinox", "solstice", "eclipse", "longest")


def prepared_loads(design: Design, mesh: SurfaceMesh, states: OrbitStates) -> CraftLoads:
    """Coarse loads, and the colours of the coatings drawn once."""
    from viz.viewer.tints import surface_colors

    surface_colors(mesh)
    return coarse_loads(design, mesh, states)


def year_of_shadow(design: Design, year: int) -> EclipseYear:
    """The season strip: eclipses of a design's ring through a calendar year."""
    from geometry.studies.eclipse_year import eclipse_year

    return eclipse_year(design, year)


def spacing_fault(design: Design) -> str | None:
    """Why the ring is too dense, if it is."""
    try:
        check_ring_clear(design, build_craft(design.of_member(0)).bounding_radius_m)
    except ValueError as error:
        return str(error)
    return None


def time_to_jump_to(
    where: str, design: Design, at_utc: np.datetime64, satellite: int, year: EclipseYear | None
) -> tuple[np.datetime64 | None, str]:
    """A time worth seeing, and what it is in words; None where there is none.

    Parameters
    ----------
    where : {"equinox", "solstice", "eclipse", "longest"}
        The next equinox, solstice or umbra after `at_utc`; or the longest umbra of its year.
    design : Design
    at_utc : datetime64
    satellite : int
        Whose umbra it is.
    year : EclipseYear or None
        That of the design and of `at_utc`, where it is at hand.
    """
    from geometry.studies.turning_points import EQUINOX_RAD, SOLSTICE_RAD, next_sun_longitude_utc
    from geometry.studies.umbra_passages import longest_umbra_utc, next_umbra_utc

    if where in ("equinox", "solstice"):
        longitudes = EQUINOX_RAD if where == "equinox" else SOLSTICE_RAD
        return next_sun_longitude_utc(at_utc, longitudes), f"{where}, apparent Sun"
    if where == "eclipse":
        found = next_umbra_utc(design, at_utc, satellite=satellite)
        return found, f"satellite {satellite} enters the umbra"
    calendar = year or year_of_shadow(design, year_of(at_utc))
    found = longest_umbra_utc(design, calendar, satellite=satellite)
    minutes = calendar.longest_umbra_s / 60.0
    return found, f"middle of the longest umbra of {calendar.year}, {minutes:.1f} min"
