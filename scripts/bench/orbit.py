#!/usr/bin/env python3
"""States per second: the closed form against `SatrecArray` and Skyfield's loop, in one run.

    python scripts/bench/orbit.py [--satellites 10000] [--times 10]

All sides fly the same circular elements without drag and give positions and velocities; ours and
Skyfield's also turn them to GCRS.  The best of a few repeats counts, with kernels compiled.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
from skyfield.api import EarthSatellite, load

from geometry.ephemeris import julian_date_utc, sky_at
from geometry.orbit.mean_elements import MeanElements
from geometry.orbit.parameters import Ring, SunSynchronousOrbit
from geometry.orbit.propagation import analytic_positions, analytic_states
from geometry.orbit.ring import ring_elements
from geometry.orbit.sgp4_flight import satrecs

EPOCH = np.datetime64("2027-03-20T12:00:00", "us")
SKYFIELD_SATELLITES = 300  # its cost is the same for each: the loop is not run to its end


def best_s(work: Callable[[], object], repeats: int = 5) -> float:
    """Least wall time of a few runs after one that warms up, s."""
    work()
    spent = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return min(spent)


def elements_of(satellites: int) -> MeanElements:
    """One plane at even phase, 560 km, LTAN 18:00."""
    return ring_elements(SunSynchronousOrbit(), Ring(satellites), EPOCH)


def main() -> None:
    """Print a table of rates and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--satellites", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=10)
    options = parser.parse_args()
    elements = elements_of(options.satellites)
    times = EPOCH + (np.arange(options.times) * 60_000_000).astype("timedelta64[us]")
    states = options.satellites * options.times

    ours = states / best_s(lambda: analytic_states(elements, times))
    positions = states / best_s(lambda: analytic_positions(elements, times))

    from sgp4.api import SatrecArray

    records = satrecs(elements)
    array, dates = SatrecArray(records), julian_date_utc(times)
    sgp4 = states / best_s(lambda: array.sgp4(*dates), repeats=2)

    scale = load.timescale(builtin=True)
    some = [EarthSatellite.from_satrec(r, scale) for r in records[:SKYFIELD_SATELLITES]]
    moment = scale.utc(2027, 3, 20, 12)

    def loop() -> None:
        for satellite in some:
            satellite.at(moment)

    skyfield = len(some) / best_s(loop, repeats=2)

    print(f"{options.satellites} satellites x {options.times} times, states per second")
    rows = {
        "closed form, position and velocity, GCRS": ours,
        "closed form, position alone, GCRS": positions,
        "sgp4.SatrecArray, TEME": sgp4,
        f"Skyfield's loop, one time ({len(some)} satellites)": skyfield,
    }
    for name, rate in rows.items():
        print(f"  {name:<52}{rate:>14,.0f}{ours / rate:>10.1f} x")

    quarter = elements_of(250_000)
    now = np.array([EPOCH])
    sky_at(now)
    both = best_s(lambda: analytic_states(quarter, now))
    alone = best_s(lambda: analytic_positions(quarter, now))
    print(f"250,000 satellites at one time: {1e3 * both:.1f} ms, positions alone {1e3 * alone:.1f} ms")


if __name__ == "__main__":
    main()
