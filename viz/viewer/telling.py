"""What a viewer says: the caption that is always in view, and the panel of numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geometry.constants import EARTH_EQUATORIAL_RADIUS_M
from geometry.design import Design
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.orbit import flight_of
from geometry.orbit.parameters import SunSynchronousOrbit
from geometry.validation import FloatArray
from viz.camera import Camera
from viz.times import clock_text, moment_text
from viz.titles import satellites_text, title_of
from viz.viewer.loads import CraftLoads
from viz.viewer.moments import Moment

if TYPE_CHECKING:
    from geometry.studies.eclipse_year import EclipseYear

LOAD_WORDS = {
    "solar": "From the Sun",
    "albedo": "From albedo",
    "earth_infrared": "From Earth infrared",
}
"""In the order of `geometry.radiation.LOADS`."""
SIDE_WORDS = {"back": "Shaded side", "front": "Sunlit side", "edge": "Edge"}
"""Of the craft, as `cameras.SIDES`."""


def title_lines(design: Design) -> tuple[str, str]:
    """Name of the design; its ring."""
    ring = satellites_text(flight_of(design).satellites)
    if isinstance(design.orbit, SunSynchronousOrbit):
        ring += f" at {design.orbit.altitude_m / 1e3:,.0f} km"
    return title_of(design), ring


def time_text(moment: Moment) -> str:
    """Date and time to the second, UTC."""
    return moment_text(moment.at_utc, "s")


def sun_lines(moment: Moment) -> tuple[str, str]:
    """LTAN and beta; lit share of the ring."""
    beta = f"beta {math.degrees(moment.beta_rad):+.1f}°"
    plane = beta if moment.ltan_s is None else f"LTAN {clock_text(moment.ltan_s)}   {beta}"
    lit = 100.0 * moment.lit_share
    shown = f"{lit:.1f}" if 99.0 <= lit < 100.0 else f"{lit:.0f}"
    return plane, f"{shown} % of the ring in sunlight"


def year_words(calendar: EclipseYear | None, year: int) -> str:
    """What the season strip says of a year; `calendar` may be missing yet, or that of another year."""
    if calendar is None or calendar.year != year:
        return f"{year}: umbra being computed ..."
    if not calendar.umbra_s.any():
        return f"{year}: no umbra at any noon"
    return f"{year}: up to {calendar.longest_umbra_s / 60.0:.1f} minutes of umbra in each orbit"


def satellite_lines(moment: Moment) -> list[tuple[str, str]]:
    """What one satellite is doing, as words and values."""
    state = moment.state
    position, velocity = state.position_gcrs_m[0, 0], state.velocity_gcrs_m_s[0, 0]
    height_km = (np.linalg.norm(position) - EARTH_EQUATORIAL_RADIUS_M) / 1e3
    lit = float(state.sunlit_fraction[0, 0])
    light = (
        "full Sun" if lit >= 1.0 else "umbra" if lit <= 0.0 else f"penumbra, {100.0 * lit:.0f} % of the Sun"
    )
    return [
        ("Light", light),
        ("Over 6378.137 km", f"{height_km:,.1f} km"),
        ("Speed", f"{np.linalg.norm(velocity) / 1e3:.3f} km/s"),
        ("From the node", f"{math.degrees(float(state.argument_of_latitude_rad[0, 0])):.1f}°"),
        ("Angle of attack", f"{math.degrees(float(state.angle_of_attack_rad[0, 0])):.1f}°"),
    ]


def surface_lines(
    surface: str, mesh: SurfaceMesh, loads: CraftLoads | None, *, playing: bool = False
) -> list[tuple[str, str]]:
    """Area, coating, view factors and loads with their errors of one surface; coarse ones are called so."""
    row = mesh.surface_index(surface)
    optics = mesh.optics[row]
    lines = [
        ("Area", f"{mesh.surface_areas_m2[row]:,.2f} m²"),
        ("Coating", (optics.coating or "own").replace("_", " ")),
        ("", f"absorptance {optics.solar_absorptance:.2f}, emittance {optics.infrared_emittance:.2f}"),
    ]
    if loads is None:
        return [*lines, ("Loads", "being cast ...")]
    if not loads.is_fine:
        lines.append(("Loads", "coarse while time runs" if playing else "coarse, refining ..."))
    lines += _view_lines(loads, row)
    area = loads.area_m2[row]
    for k, words in enumerate(LOAD_WORDS.values()):
        value, error = loads.absorbed_w[k, row], loads.absorbed_error_w[k, row]
        lines.append((words, f"{with_error(value / area, error / area)} W/m²"))
    total = loads.absorbed_w[:, row].sum()
    error = _total_error(loads.absorbed_error_w[:, row])
    lines.append(("Absorbed in all", f"{with_error(total, error)} W"))
    if loads.mean_absorbed_w is not None and loads.mean_error_w is not None:
        mean, mean_error = loads.mean_absorbed_w[:, row].sum(), _total_error(loads.mean_error_w[:, row])
        lines.append(("Mean of the orbit", f"{with_error(mean, mean_error)} W"))
    return lines


def _view_lines(loads: CraftLoads, row: int) -> list[tuple[str, str]]:
    if loads.view_factor_earth is None or loads.view_factor_space is None or loads.view_factor_own is None:
        return [("View factors", "with the fine loads")]
    error = 0.0 if loads.view_factor_error is None else loads.view_factor_error[row]
    return [
        ("Sees the Earth", with_error(loads.view_factor_earth[row], error, 4)),
        ("Sees space", f"{loads.view_factor_space[row]:.3f}"),
        ("Sees own parts", f"{loads.view_factor_own[row]:.3f}"),
    ]


def _total_error(errors: np.ndarray) -> float:
    """Of the sum over loads: albedo and infrared share their rays."""
    return math.hypot(float(errors[0]), float(errors[1] + errors[2]))


def with_error(value: float, error: float, most: int = 2) -> str:
    """`412.6 ± 0.4`: decimals as the error gives them a meaning, at most `most`; exact values have no ±."""
    value, error = float(value), float(error)
    if error <= 0.0:
        decimals = 3 if most > 2 else (1 if abs(value) < 1000.0 else 0)
        return f"{value:,.{decimals}f}"
    decimals = min(max(0, -math.floor(math.log10(error))), most)
    if decimals == most and round(error, most) == 0.0:
        return f"{value:,.{most}f} ± <{10.0**-most:.{most}f}"
    return f"{value:,.{decimals}f} ± {error:,.{decimals}f}"


GROUND_EMPTY = "40° N at dusk, no satellite is up"


def above_level(position_gcrs_m: FloatArray, view: Camera) -> NDArray[np.bool_]:
    """Which places (N, 3) stand over the level of an observer at the camera."""
    up = view.position_gcrs_m / np.linalg.norm(view.position_gcrs_m)
    return np.asarray((position_gcrs_m - view.position_gcrs_m) @ up > 0.0)


def place_text(camera: str, moment: Moment, view: Camera) -> str:
    """Where the camera stands, in a few words."""
    if camera == "ground":
        up = int(above_level(moment.position_gcrs_m[moment.sunlit_fraction > 0.0], view).sum())
        return f"40° N at dusk, {up:,} lit satellites up" if up else GROUND_EMPTY
    distance_km = float(np.linalg.norm(view.position_gcrs_m)) / 1e3
    if camera in ("follow", "ride"):
        away = float(np.linalg.norm(view.position_gcrs_m - moment.state.position_gcrs_m[0, 0]))
        shown = f"{away:,.0f} m" if away < 10_000.0 else f"{away / 1e3:,.0f} km"
        return f"satellite {moment.satellite}, from {shown}"
    return f"from {distance_km:,.0f} km"
