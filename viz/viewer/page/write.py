"""`write_page`: a design as one file that opens in any browser and needs nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from geometry import __version__
from geometry.design import Design
from geometry.ephemeris import check_times_utc
from geometry.orbit import SunSynchronousOrbit, check_ring_clear
from geometry.studies.turning_points import turning_points
from viz import theme
from viz.output import check_output, write_text
from viz.times import year_of
from viz.titles import title_of
from viz.viewer.keys import PAGE, key_lines
from viz.viewer.page import bundle
from viz.viewer.page.air_tables import air_tables, noise_map
from viz.viewer.page.craft_tables import Progress, craft_table, craft_variants, load_cases
from viz.viewer.page.earth_maps import color_ramps, earth_maps
from viz.viewer.page.orbit_rows import orbit_rows
from viz.viewer.page.packing import milliseconds
from viz.viewer.page.seasons import longest_umbra_utc, year_fields
from viz.viewer.page.sky import sky_tables, star_table

KINDS = ("html", "htm")
TOLERANCE = 0.02  # of the loads, where nobody asks for another: seconds, not minutes
APART = np.timedelta64(6, "D")  # cases nearer than this to each other are one


@dataclass(frozen=True)
class WrittenPage:
    """What was written.

    Parameters
    ----------
    satellites : int
    size_bytes : int
    rays : int
        Cast for its loads.
    """

    satellites: int
    size_bytes: int
    rays: int


def write_page(
    design: Design,
    path: Path,
    *,
    at_utc: np.datetime64 | None = None,
    tolerance: float | None = None,
    force: bool = False,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> WrittenPage:
    """Write one self-contained page that shows a design.

    Parameters
    ----------
    design : Design
    path : Path
        `.html`; written whole or not at all.
    at_utc : datetime64, optional
        Moment at which the page opens; default the design's epoch.
    tolerance : float, optional
        Standard error of the heat loads, as in `heat_loads`; default 0.02.
    force : bool
        Whether a file that exists may be replaced.
    jobs : int, optional
        Threads.
    progress : callable, optional
        Called with (done, total).

    Returns
    -------
    WrittenPage

    Raises
    ------
    ValueError
        Another suffix, a file that exists, a ring whose members overlap, a design too large for a page,
        a date outside the ephemeris.
    """
    check_output(path, KINDS, force=force)
    start = check_times_utc(design.epoch_utc if at_utc is None else at_utc, name="start")[0]
    year = year_of(start)
    document, rays = page_document(
        design, start, tolerance=tolerance or TOLERANCE, jobs=jobs, progress=progress
    )
    style = (bundle.SOURCES / "page.css").read_text(encoding="utf-8")
    text = bundle.page(
        f"{title_of(design)}, {year}",
        style,
        bundle.script(),
        {
            "document": json.dumps(document, allow_nan=False, ensure_ascii=False),
            "maps": json.dumps({**earth_maps(), "air": air_tables(), "noise": noise_map()}),
        },
    )
    write_text(path, text)
    return WrittenPage(document["elements"]["satellites"], path.stat().st_size, rays)


def page_document(
    design: Design,
    start_utc: np.datetime64,
    *,
    tolerance: float,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> tuple[dict[str, Any], int]:
    """All that the page knows but its maps, and the number of rays cast for it."""
    year = year_of(start_utc)
    crafts = _crafts(design, start_utc, tolerance, jobs, progress)
    rays = sum(case["rays"] for craft in crafts for case in craft["cases"])
    document = {
        "schema": "dawnring/page/1",
        "version": __version__,
        "name": design.name,
        "title": title_of(design),
        "case": design.case,
        "start_ms": milliseconds(start_utc),
        "orbit": _orbit_fields(design),
        "attitude": {
            "law": design.attitude.law,
            "z_body_rth": design.attitude.z_body_rth,
            "x_body_rth": design.attitude.x_body_rth,
        },
        "earth": {
            "radius_m": design.environment.earth_shape.equatorial_radius_m,
            "flattening": design.environment.earth_shape.flattening,
        },
        "elements": orbit_rows(design),
        "sky": sky_tables(year),
        "stars": star_table(),
        "year": year_fields(design, year),
        "crafts": crafts,
        "keys": [{"shown": line.shown, "words": line.words, "does": line.does} for line in key_lines(PAGE)],
        "provenance": {
            "seed": design.radiation.seed,
            "rays": rays,
            "tolerance": tolerance,
        },
        "look": _look(),
    }
    return document, rays


def _crafts(
    design: Design, start_utc: np.datetime64, tolerance: float, jobs: int | None, progress: Progress | None
) -> list[dict[str, Any]]:
    """Each craft that flies in the ring, with its loads cast from each of the `case_starts`."""
    variants = craft_variants(design)
    check_ring_clear(design, max(c.bounding_radius_m for _, c in variants))
    starts = case_starts(design, start_utc)
    crafts = []
    for done, (flown, craft) in enumerate(variants):

        def advance(case: int, cases: int, done: int = done) -> None:
            if progress is not None:
                progress(done * cases + case, len(variants) * cases)

        cases = load_cases(flown, craft, starts, tolerance=tolerance, jobs=jobs, progress=advance)
        crafts.append({**craft_table(flown, craft), "cases": cases})
    return crafts


def _look() -> dict[str, Any]:
    """Colours and tone of the page: those of the pictures."""
    return {
        "lit": theme.LIT,
        "penumbra": theme.PENUMBRA,
        "dark": theme.DARK,
        "exposure": theme.EXPOSURE,
        "saturation": theme.SATURATION,
        "contrast": theme.CONTRAST,
        "knee": theme.KNEE,
        "ramps": color_ramps(),
    }


def case_starts(design: Design, start_utc: np.datetime64) -> dict[str, np.datetime64]:
    """Moments from which loads are cast: the start, both solstices, and the longest eclipse."""
    year = year_of(start_utc)
    turns = turning_points(year)
    wanted = {
        "at the start": start_utc,
        "longest eclipse": longest_umbra_utc(design, year),
        "June solstice": turns["June solstice"],
        "December solstice": turns["December solstice"],
    }
    chosen: dict[str, np.datetime64] = {}
    for name, at in wanted.items():
        if at is not None and all(abs(at - other) > APART for other in chosen.values()):
            chosen[name] = at
    return chosen


def _orbit_fields(design: Design) -> dict[str, Any]:
    """What the sliders start from."""
    orbit, ring = design.orbit, design.ring
    synchronous = isinstance(orbit, SunSynchronousOrbit)
    return {
        "type": design.document.orbit.type,
        "altitude_km": orbit.altitude_m / 1e3 if isinstance(orbit, SunSynchronousOrbit) else None,
        "ltan_h": orbit.ltan_s / 3600.0 if isinstance(orbit, SunSynchronousOrbit) else None,
        "ltan_list_h": [t / 3600.0 for t in ring.ltan_list_s] if synchronous else [],
        "inclination_is_given": isinstance(orbit, SunSynchronousOrbit) and orbit.inclination_rad is not None,
        "propagation": orbit.propagation if isinstance(orbit, SunSynchronousOrbit) else None,
        "satellites_per_plane": ring.satellites_per_plane,
        "planes": ring.planes,
        "raan_spread_rad": ring.raan_spread_rad,
        "altitude_spread_km": ring.altitude_spread_m / 1e3,
        "phase_step_rad": ring.phase_step_rad,
    }
