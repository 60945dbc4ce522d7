"""Result: packets of eight take 0.75 to 0.85 of the time of single rays, for shadow rays 0.6 to 0.75.
Result: Embree's flag for coherent rays, packets of 16 and a tree of high quality are slower, or no gain.

First hits of diffuse rays and shadow rays to the Sun, both engines on the same rays, CPU time of a thread,
the fastest of some passes in turn.

    python scripts/studies/ray_packets.py [--passes 15] [--edge 0.45]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import embreex
import numpy as np

from geometry.craft import build_craft
from geometry.design import load_design
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.radiation.embree_packets import embree_library
from geometry.radiation.paths import traced_craft
from geometry.radiation.ray_caster import EmbreeRayCaster, Float32Array, PacketRayCaster, RayCaster
from geometry.radiation.receivers import surface_receivers
from geometry.radiation.sky_view import RAYS_PER_BLOCK, block_rays, ray_blocks

SURFACES, SUN_RADIUS = 12, 4.65e-3
Rays = Sequence[tuple[Float32Array, Float32Array]]


def sunward(directions: Float32Array, normal: np.ndarray) -> Float32Array:
    """Rays over the disc of a Sun that stands before a plane, from diffuse ones."""
    sun = normal + 0.7 * np.array([0.3, 0.5, 0.8])
    rays = sun / np.linalg.norm(sun) + SUN_RADIUS * directions
    return np.ascontiguousarray(rays / np.linalg.norm(rays, axis=1)[:, None], np.float32)


def _each(cast: Callable[[Float32Array, Float32Array], object], rays: Rays) -> None:
    for starts, directions in rays:
        cast(starts, directions)


def measure(mesh: SurfaceMesh, passes: int) -> None:
    library = embree_library(Path(embreex.__file__).parent)
    if library is None:
        raise SystemExit("the embreex of this machine brings no library that has packets of eight")
    casters: dict[str, RayCaster] = {
        "single": EmbreeRayCaster(mesh),
        "packets": PacketRayCaster(mesh, library),
    }
    craft = traced_craft(mesh, casters["single"], surface_receivers)
    shaded = np.flatnonzero(~craft.receivers.is_free)
    chosen = shaded[np.linspace(0, len(shaded) - 1, SURFACES).astype(int)]
    blocks = list(ray_blocks(chosen, 1, 0, RAYS_PER_BLOCK))
    diffuse = [block_rays(block, craft, 1) for block in blocks]
    normals = [craft.receivers.normals[craft.receivers.first_row[block.receivers[0]]] for block in blocks]
    sun = [(start, sunward(rays, n)) for (start, rays), n in zip(diffuse, normals, strict=True)]
    tasks: dict[tuple[str, str], Callable[[], object]] = {}
    for name, caster in casters.items():
        tasks["first hits", name] = partial(_each, caster.first_face, diffuse)
        tasks["shadow rays", name] = partial(_each, caster.is_blocked, sun)
    best = dict.fromkeys(tasks, np.inf)
    for _ in range(passes):
        for key, task in tasks.items():
            began = time.process_time()
            task()
            best[key] = min(best[key], time.process_time() - began)
    count = sum(map(len, blocks))
    for kind in ("first hits", "shadow rays"):
        single, packets = (1e9 * best[kind, name] / count for name in casters)
        print(
            f"{len(mesh.faces):6d} triangles, {kind}: single {single:.0f} ns a ray, packets {packets:.0f}: "
            f"{packets / single:.2f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--passes", type=int, default=15)
    parser.add_argument("--edge", type=float, default=0.45, help="longest edge of the finer mesh, m")
    options = parser.parse_args()
    mesh = build_craft(load_design("solar_slice_radiators")).mesh
    for tested in (mesh, mesh.subdivided(options.edge)):
        measure(tested, options.passes)


if __name__ == "__main__":
    main()
