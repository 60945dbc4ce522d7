#!/usr/bin/env python3
"""Seconds per picture of the ring, how they grow, and ratios to plain PyVista, in one run.

    python scripts/bench/pictures.py [--size 1920x1080] [--ratios] [--film]

The first line is a whole process, start and all; the others are frames with kernels compiled, in as many
threads as this process may use (LP_NUM_THREADS=1 for what one worker of a film does).  `--ratios` draws
100,000 moving satellites at 1280x720 with the whole ring in view and from inside it, against a rebuilt
PyVista glyph() of a 48-triangle craft over a plain sphere, and 250,000 in the full scene with peak memory.
`--film` makes a 1080p30 film of 20 s in two processes.  Wall times on a busy machine tell little: compare
processor times, which stand beside them.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geometry.craft import build_craft
from geometry.design import Design, load_design
from geometry.orbit import orbit_states
from viz.camera import Camera
from viz.kernels import threads
from viz.opengl import require_opengl
from viz.pictures import ring
from viz.render import render_scene
from viz.reprojection import EarthCache
from viz.ring_stage import members_in_sight, ring_moment, ring_scene
from viz.scene import MeshItem
from viz.staging import craft_materials, stage
from viz.video import write_video

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


def ring_of(satellites: int) -> Design:
    """Ten thousand a plane, planes a little apart."""
    planes = max(1, satellites // 10_000)
    changes = [f"ring.satellites_per_plane={satellites // planes}", f"ring.planes={planes}"]
    return load_design("solar_slice", [*changes, "ring.altitude_spread_km=50"])


def timed(step: Callable[[int], None], repeats: int = 5) -> tuple[float, float]:
    """Median wall and processor time of a step, s, after one that warms up."""
    step(0)
    walls, works = [], []
    for number in range(1, repeats + 1):
        wall, work = time.perf_counter(), time.process_time()
        step(number)
        walls.append(time.perf_counter() - wall)
        works.append(time.process_time() - work)
    return statistics.median(walls), statistics.median(works)


def plain_pyvista(design: Design, camera: Camera, size: tuple[int, int]) -> tuple[float, float]:
    """The usual way: a glyph() rebuilt for every frame."""
    require_opengl()
    import pyvista as pv

    craft = pv.Box((-3.0, 3.0, -36.0, 36.0, -0.2, 0.2), level=1).triangulate()  # 48 triangles
    plotter = pv.Plotter(off_screen=True, window_size=list(size))
    plotter.add_mesh(pv.Sphere(radius=6.378e6, theta_resolution=90, phi_resolution=45))
    plotter.camera.position, plotter.camera.focal_point = camera.position_gcrs_m, camera.focal_point_gcrs_m
    plotter.camera.up, plotter.camera.view_angle = camera.view_up, float(np.degrees(camera.view_angle_rad))
    plotter.show(auto_close=False)

    def step(number: int) -> None:
        states = orbit_states(design, _time(design, number), satellites=None)
        cloud = pv.PolyData(states.position_gcrs_m[:, 0])
        cloud["way"] = states.rotation_body_from_gcrs[:, 0, 0]
        glyphs = cloud.glyph(orient="way", scale=False, factor=1.0, geom=craft)
        plotter.add_mesh(glyphs, name="ring", reset_camera=False)
        plotter.screenshot(return_img=True)

    spent = timed(step, 3)
    plotter.close()
    return spent


def whole_ring(design: Design, camera: Camera, size: tuple[int, int]) -> tuple[float, float]:
    """All satellites moving, the camera still: points over the kept Earth."""
    cache = EarthCache()

    def step(number: int) -> None:
        shown = ring_scene(ring_moment(design, _time(design, number)[0]), camera)
        render_scene(shown, size, earth=cache.layer(shown, size))

    return timed(step)


def inside(design: Design, camera: Camera, size: tuple[int, int]) -> tuple[float, float]:
    """All satellites moving, each a mesh, a sprite or a point, over the moved Earth."""
    cache = EarthCache()
    craft = build_craft(design)
    item = MeshItem(craft.mesh, craft_materials(design, craft))
    start = stage(design, satellite=0)

    def step(number: int) -> None:
        members = members_in_sight(design, _time(design, number)[0], item, camera, start.earth)
        shown = replace(start.sky(), camera=camera, satellites=(members,))
        render_scene(shown, size, 1, earth=cache.layer(shown, size))

    return timed(step)


def _time(design: Design, number: int) -> NDArray[np.datetime64]:
    """Of frame `number`, 30 a second."""
    return np.array([design.epoch_utc + np.timedelta64(33_333 * number, "us")])


def print_ratios() -> None:
    """Against plain PyVista, and the largest ring."""
    size, design = (1280, 720), ring_of(100_000)
    far = ring.scene(design).camera
    where = stage(design, satellite=0)
    near = where.camera((-400.0, 160.0, -300.0), (0.0, -100.0, 2000.0))
    for name, camera, ours in (("whole ring", far, whole_ring), ("inside", near, inside)):
        plain, own = plain_pyvista(design, camera, size), ours(design, camera, size)
        print(
            f"{name:12s} 100,000: plain {plain[0]:6.2f} s (processor {plain[1]:6.2f}), ours {own[0]:6.3f} "
            f"({own[1]:6.3f}): {plain[0] / own[0]:5.1f} times ({plain[1] / own[1]:5.1f})"
        )
    wall, work = whole_ring(ring_of(250_000), far, size)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"full scene   250,000: {1.0 / wall:5.1f} frames/s (processor {work:.3f} s), peak {memory:.2f} GiB")


def print_film(seconds: float) -> None:
    """Seconds of work for a second of 1080p30 film of 100,000 satellites in two processes, start and all."""
    with tempfile.TemporaryDirectory() as folder:
        wall, work = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        write_video("ring", ring_of(100_000), Path(folder) / "f.mp4", seconds=seconds, processes=2)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - work.ru_utime - work.ru_stime
    wall = time.perf_counter() - wall
    print(
        f"film 100,000 1080p30: {wall / seconds:.1f} s a second in two processes "
        f"(processor {used / seconds:.1f} s, {0.5 * used / seconds:.1f} s each)"
    )


def main() -> None:
    """Print a table of times and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--ratios", action="store_true")
    parser.add_argument("--film", action="store_true")
    parser.add_argument(
        "--seconds", type=float, default=20.0, help="length of that film; a short day flies by"
    )
    told = parser.parse_args()
    if told.ratios or told.film:
        if told.ratios:
            print_ratios()
        if told.film:
            print_film(told.seconds)
        return
    width, height = map(int, told.size.split("x"))
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
