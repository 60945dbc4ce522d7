"""Rays end to end (made, traced, summed) against Embree alone on the same rays made beforehand.

Ours: Sobol rays from points of surfaces, first hits, counts of what each surface meets; as `sees` casts
them, in packets of eight where the library has them.  The other side: `EmbreeScene.run`, robust, on those
very rays in the order of the sequence, which cost it nothing to make.  One thread each, CPU time, passes in
turn, medians; then ours in two threads, wall time (an idle machine, please).  Surfaces with nothing before
them are left out: they cast no rays in earnest.

    python scripts/bench/rays.py [--passes 15] [--edge 0.45]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene

from geometry.craft import build_craft
from geometry.design import load_design
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.radiation.blocks import ordered_map
from geometry.radiation.paths import TracedCraft, traced_craft
from geometry.radiation.ray_caster import Float32Array, Int32Array, ray_caster
from geometry.radiation.receivers import surface_receivers
from geometry.radiation.sampling import point_order
from geometry.radiation.sees import count_faces, met_table
from geometry.radiation.sight_lines import category_names
from geometry.radiation.sky_view import RAYS_PER_BLOCK, RayBlock, block_rays, ray_blocks
from geometry.validation import IntArray

SEED, SURFACES, REPEATS = 1, 12, 6


def blocks(craft: TracedCraft) -> Iterator[RayBlock]:
    """One block from each of some surfaces that have something before them, spread over the craft."""
    shaded = np.flatnonzero(~craft.receivers.is_free)
    chosen = shaded[np.linspace(0, len(shaded) - 1, SURFACES).astype(int)]
    return ray_blocks(chosen, 1, 0, RAYS_PER_BLOCK)


def end_to_end(craft: TracedCraft, work: list[RayBlock], threads: int) -> IntArray:
    """What each block's surface meets, in counts by category (blocks, C)."""
    met, categories = met_table(craft.reflecting), len(category_names(craft.mesh))

    def cast(block: RayBlock) -> IntArray:
        origins, directions = block_rays(block, craft, SEED)
        counts = np.zeros((1, categories), np.int64)
        count_faces(directions, craft.caster.first_face(origins, directions), len(block), met, counts)
        return counts[0]

    return np.array(list(ordered_map(cast, work, threads)))


def plain_scene(mesh: SurfaceMesh, craft: TracedCraft) -> EmbreeScene:
    """The same triangles in an Embree scene of one's own."""
    scene = EmbreeScene(robust=True)
    TriangleMesh(
        scene, (mesh.vertices_m - craft.caster.center_m).astype(np.float32), mesh.faces.astype(np.int32)
    )
    return scene


def traced_alone(scene: EmbreeScene, rays: list[tuple[Float32Array, Float32Array]]) -> list[Int32Array]:
    """Faces met by rays made beforehand, block by block."""
    return [scene.run(origins, directions) for origins, directions in rays]


def in_sequence(
    block: RayBlock, origins: Float32Array, directions: Float32Array
) -> tuple[Float32Array, Float32Array]:
    """The same rays in the order of the sequence; ours are made in one that suits the engine better."""
    order = np.argsort(point_order(block.first, block.count)[1])
    return origins[order], directions[order]


def timed(clock: Callable[[], float], function: Callable[[], object]) -> float:
    began = clock()
    function()
    return clock() - began


def measure(mesh: SurfaceMesh, passes: int) -> None:
    craft = traced_craft(mesh, ray_caster(mesh), surface_receivers)
    work = list(blocks(craft))
    longer = work * REPEATS  # blocks cost more or less: so that no thread waits long for the other's last
    count = sum(map(len, work))
    rays = [in_sequence(block, *block_rays(block, craft, SEED)) for block in work]
    scene = plain_scene(mesh, craft)
    hits = end_to_end(craft, work, 1)[:, 1:].sum()
    if hits != sum((faces >= 0).sum() for faces in traced_alone(scene, rays)):
        raise RuntimeError("the two sides met different numbers of hits")
    ours, alone, one, two = np.array(
        [
            (
                timed(time.process_time, lambda: end_to_end(craft, work, 1)),
                timed(time.process_time, lambda: traced_alone(scene, rays)),
                timed(time.perf_counter, lambda: end_to_end(craft, longer, 1)),
                timed(time.perf_counter, lambda: end_to_end(craft, longer, 2)),
            )
            for _ in range(passes)
        ]
    ).T
    million = count / 1e6
    low, ratio, high = np.quantile(alone / ours, [0.1, 0.5, 0.9])
    print(
        f"{len(mesh.faces):6d} triangles, {hits / count:.0%} of rays hit: "
        f"ours {million / np.median(ours):.1f}, Embree alone {million / np.median(alone):.1f} "
        "million rays per CPU second; "
        f"ratio {ratio:.2f} ({low:.2f} to {high:.2f})"
    )
    print(f"{'':6s} two threads over one, wall time: {np.median(one / two):.2f}")


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
