"""How fast a year of eclipses is found, and how that compares with sampling it, in one run.

    python scripts/bench/eclipse.py [--rounds 5]

The contestants take turns and the medians are compared.  All look at the dusk orbit at 560 km:

  Skyfield            `satellite.at(times).is_sunlit(ephemeris)` each minute, in one vector call per day, as
                      its users write it: a sphere and the Sun's centre, an edge known to a minute; measured
                      over some days and extrapolated, since every day costs the same
  sampling            dawnring's own states each 10 s with the fraction of the disc; extrapolated likewise
  dawnring            the calendar: seasons, durations of each day to a microsecond of the model, shares of
                      the year; and the map of 25 altitudes with the altitudes free of umbra and penumbra
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from importlib.resources import files
from itertools import cycle

import numpy as np
from skyfield.api import EarthSatellite, load, load_file

from geometry.design import Design, load_design
from geometry.ephemeris import sky_at
from geometry.orbit import Ring, SunSynchronousOrbit
from geometry.orbit.eclipse import sunlit_fraction
from geometry.orbit.propagation import analytic_positions
from geometry.orbit.ring import ring_elements
from geometry.orbit.sgp4_flight import satrecs
from geometry.studies.eclipse_map import eclipse_map
from geometry.studies.eclipse_year import eclipse_year

YEAR, DAYS_SAMPLED, SAMPLE_S = 2027, 4, 10.0
ALTITUDES_M = np.arange(400e3, 1600e3 + 1.0, 50e3)
MIDSUMMER = np.datetime64(f"{YEAR}-06-20T00:00:00", "us")
TIMESCALE = load.timescale(builtin=True)
BODIES = load_file(str(files("skyfield_data") / "data" / "de421.bsp"))
DAY_S = 86_400.0
YEARS = cycle(range(1990, 2050))


def skyfield_minutes(satellite: EarthSatellite) -> None:
    """Each minute of some days, by Skyfield."""
    for day in range(DAYS_SAMPLED):
        times = TIMESCALE.utc(YEAR, 6, 20 + day, 0, np.arange(1440))
        satellite.at(times).is_sunlit(BODIES)


def sampled_states(start_utc: np.datetime64) -> None:
    """Each 10 s of some days, by our own states."""
    elements = ring_elements(SunSynchronousOrbit(), Ring(1), start_utc)
    for day in range(DAYS_SAMPLED):
        elapsed_us = (np.arange(0.0, DAY_S, SAMPLE_S) + day * DAY_S) * 1e6
        times = start_utc + elapsed_us.astype("timedelta64[us]")
        sky = sky_at(times)
        sunlit_fraction(
            analytic_positions(elements, times),
            sky.sun_direction_gcrs,
            sky.sun_distance_m,
            sky.earth_pole_gcrs,
        )


def year_anew(design: Design) -> None:
    """The calendar of another year each time, so that no Sun is remembered."""
    eclipse_year(design, next(YEARS))


def map_anew(design: Design) -> None:
    """The map of another year each time."""
    eclipse_map(design, ALTITUDES_M, next(YEARS))


def medians_s(contestants: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median wall time of each, in turns, after a round that warms up, s."""
    spent: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(rounds + 1):
        for name, work in contestants.items():
            start = time.perf_counter()
            work()
            if number:
                spent[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in spent.items()}


def main() -> None:
    """Runs the contest and prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    design = load_design("solar_slice")
    record = satrecs(ring_elements(SunSynchronousOrbit(), Ring(1), MIDSUMMER))[0]
    satellite = EarthSatellite.from_satrec(record, TIMESCALE)
    shift = iter(range(10**9))

    def sampling() -> None:
        # Other microseconds each time, so that no sky is remembered.
        sampled_states(MIDSUMMER + np.timedelta64(next(shift), "us"))

    found = medians_s(
        {
            "Skyfield, each minute": lambda: skyfield_minutes(satellite),
            "sampling each 10 s": sampling,
            "dawnring, a year": lambda: year_anew(design),
            "dawnring, the map": lambda: map_anew(design),
        },
        rounds,
    )
    scale = 365.0 / DAYS_SAMPLED
    year_s = found["dawnring, a year"]
    print(f"a year of eclipses at 560 km, medians of {rounds} rounds")
    for name in ("Skyfield, each minute", "sampling each 10 s"):
        whole_s = found[name] * scale
        print(f"  {name:24s} {whole_s:9.3f} s (extrapolated)   {whole_s / year_s:8.1f} x")
    print(f"  {'dawnring, root-finding':24s} {year_s:9.3f} s")
    rows = ALTITUDES_M.size
    print(f"the map of {rows} altitudes: {found['dawnring, the map']:.3f} s")
    print(f"peak memory of the whole run: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
