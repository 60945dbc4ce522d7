"""Earth loads around one orbit: rays cast once against rays cast anew at each position.

The other side is what one would write today: trimesh for the mesh, Embree through embreex, numpy random
rays from every surface at every position.  Both are measured here, in one thread, in CPU seconds; the
other side's cost at our error is extrapolated from its measured error as 1/error^2 and said so.

    python scripts/bench/heat.py [--design solar_slice] [--tolerance 0.01]
"""

from __future__ import annotations

import argparse
import time
import warnings

import numpy as np
import trimesh
from trimesh.ray.ray_pyembree import RayMeshIntersector

from geometry.craft import build_craft
from geometry.design import load_design
from geometry.environment import Environment
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.orbit import orbit_states, orbit_times
from geometry.orbit.states import OrbitStates
from geometry.radiation import heat_loads
from geometry.radiation.earth import EarthScene, earth_scene
from geometry.validation import FloatArray

STEPS, POSITIONS_MEASURED, RAYS = 72, 4, 4096
EARTH = slice(1, 3)


def plain_loads(
    mesh: SurfaceMesh, scene: EarthScene, times: list[int], rng: np.random.Generator
) -> FloatArray:
    """Incident albedo + Earth infrared, (len(times), S), W/m^2, by random rays cast at each position."""
    body = trimesh.Trimesh(mesh.vertices_m, mesh.faces, process=False)
    embree = RayMeshIntersector(body)
    loads = np.zeros((len(times), len(mesh.surface_names)))
    for row, t in enumerate(times):
        for surface in range(len(mesh.surface_names)):
            front, back = mesh.surface_faces(surface)
            faces = np.concatenate([front, back])
            side = np.concatenate([np.ones(len(front)), -np.ones(len(back))])
            share = mesh.areas_m2[faces] / mesh.areas_m2[faces].sum()
            drawn = rng.choice(len(faces), RAYS, p=share)
            u, v = rng.random((2, RAYS))
            outside = u + v > 1
            u, v = np.where(outside, 1 - u, u), np.where(outside, 1 - v, v)
            a, b, c = np.moveaxis(mesh.vertices_m[mesh.faces[faces[drawn]]], 1, 0)
            normal = mesh.normals[faces[drawn]] * side[drawn, None]
            origin = a + u[:, None] * (b - a) + v[:, None] * (c - a) + 1e-4 * normal
            direction = rng.normal(size=(RAYS, 3))
            direction = normal + direction / np.linalg.norm(direction, axis=1)[:, None]
            direction /= np.linalg.norm(direction, axis=1)[:, None]
            free = embree.intersects_first(origin, direction) < 0
            loads[row, surface] = radiance_sum(direction[free], scene, t) / RAYS
    return loads


def radiance_sum(direction: FloatArray, scene: EarthScene, t: int) -> float:
    """Sum of pi x radiance of the Earth along directions, W/m^2, by ray and spheroid."""
    pole, position = scene.pole_body[t], scene.position_body[t]
    stretch = np.eye(3) + (1 / (1 - scene.flattening) - 1) * np.outer(pole, pole)
    x, d = stretch @ position, direction @ stretch
    a, b, c = np.einsum("ij,ij->i", d, d), d @ x, x @ x - 1
    disc = b * b - a * c
    hit = (disc > 0) & (b < 0)
    distance = (-b[hit] - np.sqrt(disc[hit])) / a[hit]
    ground = (x + distance[:, None] * d[hit]) @ stretch
    ground /= np.linalg.norm(ground, axis=1)[:, None]
    sunny = np.clip(ground @ scene.sun_body[t], 0, None).sum()
    return float(
        scene.exitance_w_m2[t, 0] * hit.sum() + scene.albedo[t, 0] * scene.solar_flux_w_m2[t] * sunny
    )


def ours(
    mesh: SurfaceMesh, states: OrbitStates, environment: Environment, tolerance: float
) -> tuple[FloatArray, float, int]:
    """Incident albedo + infrared (T, S), CPU seconds and rays of `heat_loads` in one thread."""
    began = time.process_time()
    loads = heat_loads(mesh, states, environment, tolerance=tolerance, jobs=1, reflections=False, seed=3)
    return loads.incident_w_m2[EARTH].sum(axis=0), time.process_time() - began, loads.provenance.rays


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--design", default="solar_slice")
    parser.add_argument("--tolerance", type=float, default=1e-2)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    design = load_design(options.design)
    mesh = build_craft(design).mesh
    states = orbit_states(
        design, orbit_times(design, design.epoch_utc, steps=STEPS, orbits=1), satellites=[0]
    )
    environment = design.environment
    print(
        f"{options.design}: {len(mesh.faces)} triangles, {len(mesh.surface_names)} surfaces, "
        f"{STEPS} positions"
    )

    ours(mesh, states, environment, 0.5)  # compile
    reference = (
        heat_loads(mesh, states, environment, tolerance=1e-3, max_rays=20_000_000, reflections=False, seed=77)
        .incident_w_m2[EARTH]
        .sum(axis=0)
    )
    scale = np.maximum(reference.mean(axis=0), 1.0)

    def error(loads: FloatArray, rows: slice | list[int]) -> float:
        return float(np.sqrt((((loads - reference[rows]) / scale) ** 2).mean()))

    loads, cpu_s, rays = ours(mesh, states, environment, options.tolerance)
    our_error = error(loads, slice(None))
    print(
        f"cast once: {cpu_s:.2f} CPU s, {rays / 1e6:.1f} M rays, rms error {our_error:.2e} of the orbit mean"
    )

    times = [int(t) for t in np.linspace(0, STEPS, POSITIONS_MEASURED, endpoint=False)]
    began = time.process_time()
    plain = plain_loads(mesh, earth_scene(states, environment), times, np.random.default_rng(5))
    plain_s = (time.process_time() - began) * STEPS / POSITIONS_MEASURED
    plain_error = error(plain, times)
    print(
        f"cast anew: {plain_s:.0f} CPU s for {STEPS} positions ({POSITIONS_MEASURED} measured), "
        f"{RAYS} rays a surface and position, rms error {plain_error:.2e}"
    )
    needed_s = plain_s * (plain_error / our_error) ** 2
    print(
        f"at our error it would take {needed_s:.0f} CPU s (extrapolated by 1/error^2): "
        f"{needed_s / cpu_s:.0f} times"
    )

    began = time.perf_counter()
    full = heat_loads(mesh, states, environment, tolerance=options.tolerance)
    print(
        f"heat, all loads with reflections at {options.tolerance:g}, kernels compiled: "
        f"{time.perf_counter() - began:.2f} s, {full.provenance.rays / 1e6:.1f} M rays"
    )


if __name__ == "__main__":
    main()
