#!/usr/bin/env python3
"""Seconds per picture of the ring, and how they grow with satellites and pixels, in one run.

    python scripts/bench/pictures.py [--size 1920x1080]

The first line is a whole process, start and all; the others are frames with kernels compiled, in as many
threads as this process may use (LP_NUM_THREADS=1 for what one worker of a film does).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

from geometry.design import load_design
from viz.kernels import threads
from viz.pictures import ring
from viz.render import render_scene

WHOLE = """
from geometry.design import load_design
from viz.pictures import ring
from viz.render import render_scene
render_scene(ring.scene(load_design("solar_slice")), ({width}, {height}))
"""


def frame_s(satellites: int, size: tuple[int, int], repeats: int = 3) -> float:
    """Least wall time of a few stills after one that warms up, scene and picture, s."""
    planes = max(1, satellites // 10_000)
    design = load_design(
        "solar_slice",
        [f"ring.satellites_per_plane={satellites // planes}", f"ring.planes={planes}"],
    )
    spent = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        render_scene(ring.scene(design), size)
        spent.append(time.perf_counter() - start)
    return min(spent[1:])


def main() -> None:
    """Print a table of times and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="1920x1080")
    width, height = map(int, parser.parse_args().size.split("x"))
    frame_s(1000, (width, height), 1)  # compiles, once in a lifetime
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", WHOLE.format(width=width, height=height)], check=True)
    print(f"one still, start and all      {time.perf_counter() - start:8.2f} s")
    base = frame_s(1000, (width, height))
    print(f"{width} x {height}, {threads()} threads")
    for satellites in (1_000, 10_000, 250_000):
        spent = frame_s(satellites, (width, height))
        print(f"{satellites:9,d} satellites          {spent:8.2f} s  {spent / base:5.2f} of 1,000's")
    half = frame_s(1000, (width // 2, height // 2))
    print(f"a quarter of the pixels       {half:8.2f} s  {half / base:5.2f}")


if __name__ == "__main__":
    main()
