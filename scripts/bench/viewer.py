#!/usr/bin/env python3
"""How soon the viewer shows its first picture, answers a slider and plays 10,000 satellites, in one run.

    python scripts/bench/viewer.py [--size 1280x720] [--soak-min 1]

Wall time moves with the load of the machine; CPU time, of all threads together, does so little: both are
shown.  Everything is drawn off screen; where DISPLAY answers, the window is opened too.

  first picture    from the command to the first picture that a person sees: of the window; of the browser,
                   to the first bytes of its picture, without the browser's own start
  slider           one step of each slider at 1,000 satellites, at a satellite and from afar: design, ring,
                   shadow, coarse loads and picture
  playing          frames a second of a ring that moves before a resting and before a moving camera: as the
                   window draws them (it spends up to 60 ms a frame on a finer picture), at its coarsest, and
                   at every pixel of the window; against PyVista's glyphs rebuilt for each frame in the same
                   run, over a globe with the same map: of 48 triangles a satellite, and of the mesh of the
                   craft itself, which is what the viewer draws near: that one it must beat five times.  Far
                   away the viewer draws a satellite as a point of light, PyVista as a mesh
  soak             memory while a ring of 1,000 plays: its slope over the second half
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from geometry.design import Design, load_design
from viz.opengl import require_opengl

FIRST_WINDOW = """
import sys
import viz.opengl
from viz.cli.main import run
kept = viz.opengl.require_opengl
def before_the_window():
    kept()
    from viz.viewer.window import Window
    def first_picture(window):
        window._draw()
        window.close()
    Window.run = first_picture
viz.opengl.require_opengl = before_the_window
sys.exit(run(["view", "solar_slice", "--size", "{width}x{height}"]))
"""
SHOWN = 24  # frames of each measurement


def spent(function: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Median wall and CPU time of a call, s."""
    wall, cpu = [], []
    for _ in range(repeats):
        began, began_cpu = time.perf_counter(), time.process_time()
        function()
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - began_cpu)
    return statistics.median(wall), statistics.median(cpu)


def told(name: str, wall: float, cpu: float, more: str = "") -> None:
    """One line of the table."""
    print(f"{name:44s} {1e3 * wall:9.0f} ms {1e3 * cpu:9.0f} ms CPU  {more}", flush=True)


def child_cpu_s() -> float:
    """CPU time of all children that have ended, s."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def first_window(size: tuple[int, int]) -> None:
    """A whole process, to its first picture."""
    for name in ("once more for the caches", "first picture of the window"):
        began, began_cpu = time.perf_counter(), child_cpu_s()
        code = FIRST_WINDOW.format(width=size[0], height=size[1])
        subprocess.run([sys.executable, "-c", code], check=True)
        if name.startswith("first"):
            told(name, time.perf_counter() - began, child_cpu_s() - began_cpu, "must: 5 s")


def first_browser() -> None:
    """A whole server, to the first bytes of its picture."""
    import asyncio
    import json

    import aiohttp

    async def first(address: str) -> None:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
            async with client.get(address) as page:
                await page.read()
            async with client.ws_connect(address.partition("?")[0] + "picture") as socket:
                await socket.send_str(json.dumps({"size": [1280, 720], "ready": True}))
                await socket.receive()

    began, began_cpu = time.perf_counter(), child_cpu_s()
    server = subprocess.Popen(
        [sys.executable, "-m", "viz.cli.main", "view", "solar_slice", "--browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    if server.stdout is not None:
        asyncio.run(first(server.stdout.readline().strip()))
    wall = time.perf_counter() - began
    server.terminate()
    server.wait()
    told("first picture of the browser", wall, child_cpu_s() - began_cpu, "must: 6 s; CPU with its end")


def sliders(size: tuple[int, int]) -> None:
    """One step of each slider, to the picture that answers it."""
    from viz.viewer.commands import perform
    from viz.viewer.display import Display, offscreen_window
    from viz.viewer.frames import Frames
    from viz.viewer.knobs import KNOBS
    from viz.viewer.session import Session

    session = Session(load_design("solar_slice"))
    frames = Frames(session, Display(offscreen_window(size)))
    session.warm_up()
    while session.tasks.busy:
        time.sleep(0.05)
    session.tick(0.0)
    for camera in ("free", "follow"):
        perform(session, f"camera:{camera}")
        for name, knob in KNOBS.items():
            start = knob.read(session.design) or 0.0
            values = iter(knob.rounded(start + knob.step * (k + 1)) for k in range(100))

            def step(name: str = name, values: object = values) -> None:
                perform(session, f"knob:{name}", next(values), final=False)  # type: ignore[call-overload]
                session.tick(0.0)
                frames.draw(size)
                frames.display.render()

            step()
            told(f"slider {knob.label.lower()}, {camera}", *spent(step, 7), "must: 150 ms")
    session.close()


def playing(size: tuple[int, int], satellites: int) -> None:
    """Frames a second as the window draws them, and PyVista's."""
    from viz.viewer.commands import perform
    from viz.viewer.display import Display, offscreen_window
    from viz.viewer.frames import COARSEST, Frames
    from viz.viewer.session import Session

    planes = max(1, satellites // 1000)
    design = load_design(
        "solar_slice", [f"ring.satellites_per_plane={satellites // planes}", f"ring.planes={planes}"]
    )
    session = Session(design)
    frames = Frames(session, Display(offscreen_window(size)))
    perform(session, "play")

    def frame(turn: bool, coarseness: float | None = None) -> None:
        frames.coarseness = coarseness or frames.coarseness
        session.tick(0.05)
        if turn:
            session.turn(3.0, 0.0, size)
        frames.draw(size)
        frames.display.render()

    for _ in range(12):
        frame(True)
    ours = {}
    for turn, more in ((False, "at rest"), (True, "in motion")):
        wall, cpu = spent(partial(frame, turn), SHOWN)
        ours["as drawn", more] = wall
        told(f"{satellites:,} playing, camera {more}", wall, cpu, f"{1.0 / wall:.1f} a second, must: 10")
    for coarseness, words in ((COARSEST, "coarsest"), (1.0, "every pixel")):
        for turn, more in ((False, "at rest"), (True, "in motion")):
            for _ in range(3):
                frame(turn, coarseness)
            wall, cpu = spent(partial(frame, turn, coarseness), SHOWN)
            ours[words, more] = wall
            told(f"{satellites:,} playing, {words}, camera {more}", wall, cpu, f"{1.0 / wall:.1f} a second")
    session.close()
    for mesh, words in ((low_craft(), "48 triangles"), (own_craft(design), "the craft's mesh")):
        wall, cpu = rebuilt_glyphs(design, size, mesh)
        ratios = ", ".join(f"{wall / own:.1f} x {' '.join(name)}" for name, own in ours.items())
        told(
            f"{satellites:,} by PyVista's glyphs, {words}", wall, cpu, f"{1.0 / wall:.2f} a second: {ratios}"
        )


def low_craft() -> Any:
    """A body, two wings and a sheet, as a PyVista mesh of 48 triangles."""
    import pyvista as pv

    body = pv.Cube(x_length=0.3).triangulate()
    wings = [
        pv.Cube(center=(0.0, y, 0.0), x_length=0.05, y_length=12.0, z_length=4.0).triangulate()
        for y in (-6.5, 6.5)
    ]
    sheet = pv.Cube(center=(-1.5, 0.0, 0.0), x_length=3.0, y_length=0.05).triangulate()
    return body.merge([*wings, sheet])


def own_craft(design: Design) -> Any:
    """The mesh that the viewer shows of the satellite it follows, for PyVista."""
    import pyvista as pv

    from geometry.craft import build_craft

    mesh = build_craft(design).mesh
    return pv.PolyData.from_regular_faces(mesh.vertices_m, mesh.faces.tolist())


def rebuilt_glyphs(design: Design, size: tuple[int, int], mesh: Any) -> tuple[float, float]:
    """The plain way: a mesh copied to every satellite and turned there for every frame, over a globe."""
    import pyvista as pv

    from geometry.orbit import orbit_positions
    from viz.assets import asset

    plotter = pv.Plotter(off_screen=True, window_size=list(size))
    globe = pv.Sphere(radius=6378.0, theta_resolution=180, phi_resolution=90).texture_map_to_sphere()
    plotter.add_mesh(globe, texture=pv.read_texture(str(asset("land_color.jpg"))))
    plotter.camera_position = [(-20_000.0, 25_000.0, 12_000.0), (0.0, 0.0, 0.0), (0.0, 0.0, 1.0)]
    at = [design.epoch_utc]

    def frame() -> None:
        at[0] = at[0] + np.timedelta64(3, "s")
        cloud = pv.PolyData((orbit_positions(design, np.array(at))[:, 0] / 1e3).astype(np.float32))
        cloud["toward"] = cloud.points
        ring = cloud.glyph(orient="toward", scale=False, factor=1.0, geom=mesh)
        plotter.add_mesh(ring, name="ring", color="orange", reset_camera=False)
        plotter.render()

    frame()
    result = spent(frame, 6)
    plotter.close()
    return result


def soak(size: tuple[int, int], minutes: float) -> None:
    """Memory while it plays and the camera turns, sampled each second."""
    from viz.viewer.commands import perform
    from viz.viewer.display import Display, offscreen_window
    from viz.viewer.frames import Frames
    from viz.viewer.paint import painted
    from viz.viewer.pointer import Pointer
    from viz.viewer.session import Session

    session = Session(load_design("solar_slice"))
    display = Display(offscreen_window(size))
    frames, pointer = Frames(session, display), Pointer(session)
    perform(session, "play")
    session.state = session.state.faster(4)
    page = os.sysconf("SC_PAGE_SIZE") / 1e6
    memory_mb: list[float] = []
    seconds: list[float] = []
    began = last = time.perf_counter()
    drawn, camera = 0, 0
    while last - began < 60.0 * minutes:
        now = time.perf_counter()
        session.tick(now - last)
        last = now
        session.turn(1.0, 0.0, size)
        if drawn % 200 == 199:
            camera += 1
            perform(session, "camera:follow" if camera % 2 else "camera:free")
        frames.draw(size)
        display.show_panels([(p.name, (p.box[0], p.box[1]), painted(p)) for p in pointer.panels(size)])
        display.render()
        drawn += 1
        if not seconds or now - began - seconds[-1] > 1.0:
            with open("/proc/self/statm", encoding="ascii") as file:
                memory_mb.append(int(file.read().split()[1]) * page)
            seconds.append(now - began)
    session.close()
    half = len(seconds) // 2
    slope = np.polyfit(seconds[half:], memory_mb[half:], 1)[0] * 60.0
    print(
        f"soak: {drawn} frames in {minutes:g} min; {memory_mb[half]:.0f} MB at half time, "
        f"{memory_mb[-1]:.0f} MB at the end, {slope:+.2f} MB a minute over the second half"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--soak-min", type=float, default=1.0)
    parser.add_argument("--only", default="window,browser,sliders,playing,soak")
    asked = parser.parse_args()
    width, height = map(int, asked.size.split("x"))
    size = (width, height)
    route = require_opengl()
    print(f"{width} x {height}, {route.renderer}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    parts = asked.only.split(",")
    if "window" in parts and not os.environ.get("DISPLAY"):
        print("first picture of the window: left out, DISPLAY names no display (start it under xvfb-run)")
    elif "window" in parts:
        first_window(size)
    if "browser" in parts:
        first_browser()
    if "sliders" in parts:
        sliders(size)
    if "playing" in parts:
        for satellites in (1_000, 10_000):
            playing(size, satellites)
    if "soak" in parts:
        soak(size, asked.soak_min)


if __name__ == "__main__":
    main()
