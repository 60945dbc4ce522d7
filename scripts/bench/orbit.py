"""How fast the ring flies, and how that compares with its peers, in one run.

    python scripts/bench/orbit.py [--rounds 7]

The contestants take turns, round by round, and the medians are compared, so that a busy machine slows
all of them alike.  All fly the same mean elements.  What each is asked for:

  sgp4.SatrecArray    positions and velocities in TEME, which is what it gives; and turned to GCRS
  Skyfield            `for satellite in satellites: satellite.at(time)`, GCRS, as its users write it, with
                      the time object reused; 200 satellites stand for all
  astroz              its `SatrecArray` (a drop-in for that of sgp4): TEME; and turned to GCRS; left out
                      where it is not installed (the extra `peers`)
  dawnring            positions and velocities in GCRS, and positions alone; the members are prepared
                      once, as are the records of the peers; with secular drag; and by numpy alone, for
                      where numba cannot compile

Wall time moves with the load of the machine, most for those that use both cores; CPU time, of all threads
together, does so little.  Both are shown: "ours is" by wall time, "by CPU" by CPU time.

Ours is the closed form, which knows circular orbits without drag; the peers fly any elements.
"""

from __future__ import annotations

import argparse
import importlib.util
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import numba
import numpy as np
from sgp4.api import WGS72, Satrec, SatrecArray
from skyfield.api import EarthSatellite, load

from geometry.ephemeris import TimeArray, julian_date_utc, sky_at
from geometry.frames import rotated
from geometry.orbit.mean_elements import MeanElements
from geometry.orbit.parameters import Ring, SunSynchronousOrbit
from geometry.orbit.propagation import analytic_positions, analytic_states
from geometry.orbit.ring import ring_elements
from geometry.orbit.secular_drag import SecularDrag
from geometry.orbit.sgp4_flight import satrecs

EPOCH = np.datetime64("2027-03-20T12:00:00", "us")
SKYFIELD_SATELLITES = 200  # its cost is the same for each: the loop is not run to its end
BLOCK_STATES = 500_000


def medians_s(
    contestants: dict[str, Callable[[], object]], rounds: int
) -> tuple[dict[str, float], dict[str, float]]:
    """Median wall and CPU time of each, in turns, after a round that warms up, s."""
    wall: dict[str, list[float]] = {name: [] for name in contestants}
    cpu: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(rounds + 1):
        for name, work in contestants.items():
            start, busy = time.perf_counter(), time.process_time()
            work()
            if number:
                cpu[name].append(time.process_time() - busy)
                wall[name].append(time.perf_counter() - start)
    return tuple(  # type: ignore[return-value]
        {name: statistics.median(each) for name, each in spent.items()} for spent in (wall, cpu)
    )


def elements_of(satellites: int) -> MeanElements:
    """One plane at even phase, 560 km, LTAN 18:00."""
    return ring_elements(SunSynchronousOrbit(), Ring(satellites), EPOCH)


def times_of(count: int) -> TimeArray:
    """Every minute from the epoch."""
    return EPOCH + (np.arange(count) * 60_000_000).astype("timedelta64[us]")


def by_numpy(elements: MeanElements, times: TimeArray) -> None:
    """Ours where numba cannot compile."""
    numba.config.DISABLE_JIT = True  # type: ignore[attr-defined]
    try:
        analytic_states(elements, times)
    finally:
        numba.config.DISABLE_JIT = False  # type: ignore[attr-defined]


def in_gcrs(array: object, times: TimeArray) -> Callable[[], object]:
    """A `SatrecArray` with its states turned once per time."""
    dates = julian_date_utc(times)

    def work() -> object:
        _, position, velocity = array.sgp4(*dates)  # type: ignore[attr-defined]
        turn = sky_at(times).rotation_gcrs_from_teme
        return rotated(turn, position), rotated(turn, velocity)

    return work


def astroz_array(records: list[Satrec], elements: MeanElements) -> object:
    """The same records for `astroz`."""
    from astroz import api

    epoch_days = int((elements.epoch_utc - np.datetime64("1949-12-31", "us")).astype(np.int64)) / 86_400e6
    own = []
    for r in records:
        record = api.Satrec()
        record.sgp4init(
            WGS72, "i", r.satnum, epoch_days, 0.0, 0.0, 0.0,
            r.ecco, r.argpo, r.inclo, r.mo, r.no_kozai, r.nodeo,
        )  # fmt: skip
        own.append(record)
    return api.SatrecArray(own)


def main() -> None:
    """Print tables of rates and ratios."""
    parser = argparse.ArgumentParser(description="How fast the ring flies, with its peers in one run.")
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    memory()  # first: the peak of the process would hide it
    compare(250_000, 1, rounds)
    compare(10_000, 100, rounds)


def compare(satellites: int, times_each: int, rounds: int) -> None:
    """States per second of all contestants, and how many times ours is faster."""
    elements, times = elements_of(satellites), times_of(times_each)
    records = satrecs(elements)
    peer, dates = SatrecArray(records), julian_date_utc(times)
    scale = load.timescale(builtin=True)
    some = [EarthSatellite.from_satrec(r, scale) for r in records[:SKYFIELD_SATELLITES]]
    moments = scale.utc(2027, 3, 20, 12, range(times_each)) if times_each > 1 else scale.utc(2027, 3, 20, 12)
    states = satellites * times_each
    full, alone = "dawnring, GCRS", "dawnring, GCRS, positions alone"
    sinking = replace(elements, drag=SecularDrag(np.array([1e-4]), np.array([6.5e4])))
    work: dict[str, tuple[int, Callable[[], object]]] = {
        full: (states, lambda: analytic_states(elements, times)),
        alone: (states, lambda: analytic_positions(elements, times)),
        "dawnring, GCRS, with drag": (states, lambda: analytic_states(sinking, times)),
        "dawnring, GCRS, by numpy": (states, lambda: by_numpy(elements, times)),
        "sgp4.SatrecArray, TEME": (states, lambda: peer.sgp4(*dates)),
        "sgp4.SatrecArray, turned to GCRS": (states, in_gcrs(peer, times)),
        "Skyfield, for satellite: at(time), GCRS": (
            len(some) * times_each,
            lambda: [satellite.at(moments) for satellite in some],
        ),
    }
    if importlib.util.find_spec("astroz"):
        other = astroz_array(records, elements)
        work["astroz.SatrecArray, TEME"] = states, lambda: other.sgp4(*dates)  # type: ignore[attr-defined]
        work["astroz.SatrecArray, TEME, positions alone"] = (
            states,
            lambda: other.sgp4(*dates, velocities=False),  # type: ignore[attr-defined]
        )
        work["astroz.SatrecArray, turned to GCRS"] = states, in_gcrs(other, times)
    spent, busy = medians_s({name: each for name, (_, each) in work.items()}, rounds)
    rate = {name: count / spent[name] for name, (count, _) in work.items()}
    per_cpu = {name: count / busy[name] for name, (count, _) in work.items()}
    print(f"\n{satellites:,} satellites at {times_each} time(s), medians of {rounds}")
    print(f"  {'':<44}{'states/s':>14}{'ours is':>12}{'by CPU':>12}{'alone':>12}{'by CPU':>12}")
    for name, each in rate.items():
        ratios = (
            rate[full] / each, per_cpu[full] / per_cpu[name],
            rate[alone] / each, per_cpu[alone] / per_cpu[name],
        )  # fmt: skip
        print(f"  {name:<44}{each:>14,.0f}" + "".join(f"{ratio:>10.1f} x" for ratio in ratios))
    print(f"  all {satellites:,}: {1e3 * spent[full]:.1f} ms, positions alone {1e3 * spent[alone]:.1f} ms")


def memory() -> None:
    """Peak memory while ever more times of a ring are flown in blocks."""
    from geometry.design import load_design
    from geometry.orbit import state_blocks

    design = load_design("solar_slice")  # 1000 satellites
    print("peak memory while 1000 satellites are flown block by block")
    for count in (1_000, 2_000, 4_000, 8_000):
        for _ in state_blocks(design, times_of(count), satellites=None, block_states=BLOCK_STATES):
            pass
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
        print(f"  {1000 * count:>12,} states{peak:>14.0f} MB")


if __name__ == "__main__":
    main()
