"""How long the ring takes to become files, and a year of attitude laws to be priced.

    python scripts/bench/ring_files.py [--satellites 250000] [--rounds 3]

Each format by its default options (CZML thins the ring to 1,000, OEM tells of one satellite); medians.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from geometry.craft import build_craft
from geometry.design import load_design
from geometry.orbit.formats import RING_SUFFIXES, write_ring
from geometry.studies.attitudes import attitude_trade


def median_s(work: Callable[[], object], rounds: int) -> float:
    """Median wall time after a round that warms up, s."""
    spent = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent[1:])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--satellites", type=int, default=250_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    design = load_design("solar_slice", [f"ring.satellites_per_plane={given.satellites}"])
    with tempfile.TemporaryDirectory() as folder:
        for format, suffixes in RING_SUFFIXES.items():
            for suffix in suffixes if format == "omm" else suffixes[:1]:
                path = Path(folder) / f"ring{suffix}"

                def work(format: str = format, path: Path = path) -> object:
                    return write_ring(format, design, path)

                seconds = median_s(work, given.rounds)
                print(f"{format:10s} {suffix:9s} {seconds:7.2f} s  {path.stat().st_size / 1e6:8.1f} MB")
    craft = build_craft(design)
    seconds = median_s(lambda: attitude_trade(design, craft), given.rounds)
    print(f"a year of three attitude laws of solar_slice: {seconds:.2f} s")


if __name__ == "__main__":
    main()
