"""Earth loads around one orbit: rays cast once against rays cast anew at each position.

The other side is what one would write today: trimesh for the mesh, Embree through embreex, numpy random
rays from every surface at every position.  Both are measured here, in one thread, in CPU seconds; the
other side's cost at our error is extrapolated from its measured error as 1/error^2 and said so.

Then the same orbit at several tolerances, with the errors of all surfaces, of the worst one and of the
orbit means; direct sunlight; and a year, with shadows clipped exactly where that is cheaper.

    python scripts/bench/heat.py [--design solar_slice_radiators] [--tolerance 0.01]
"""

from __future__ import annotations

import argparse
import time
import warnings
from dataclasses import replace

import numpy as np
import trimesh
from trimesh.ray.ray_pyembree import RayMeshIntersector

from geometry.craft import build_craft
from geometry.design import Design, load_design
from geometry.environment import Environment
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.orbit import orbit_states, orbit_times
from geometry.orbit.states import OrbitStates
from geometry.radiation import HeatLoads, heat_loads
from geometry.radiation.accuracy import Accuracy, RayBudget, standard_error
from geometry.radiation.earth import EarthScene, earth_scene
from geometry.radiation.flat_craft import flat_craft
from geometry.radiation.paths import traced_craft
from geometry.radiation.ray_caster import ray_caster
from geometry.radiation.receivers import surface_receivers
from geometry.radiation.shade_cache import ShadeCache
from geometry.radiation.sun import lit_shares, sun_directions
from geometry.validation import FloatArray

STEPS, POSITIONS_MEASURED, RAYS = 72, 4, 4096
EARTH = slice(1, 3)
SUN_HALF_ANGLE_RAD = 0.00465
DAYS_OF_YEAR = 365
YEAR_TOLERANCE = 2e-2
REFERENCE_TOLERANCE = 3e-5
BETA_DEG = 59.0


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


def day_of_beta(design: Design) -> np.datetime64:
    """The first day after the design's epoch on which beta is nearest to 59 deg."""
    days = design.epoch_utc + np.arange(0, 366, 5) * np.timedelta64(1, "D")
    beta = np.degrees(orbit_states(design, days, satellites=[0]).beta_rad[0])
    found: np.datetime64 = days[np.argmin(np.abs(np.abs(beta) - BETA_DEG))]
    return found


def sharp_loads(
    mesh: SurfaceMesh, states: OrbitStates, environment: Environment, tolerance: float
) -> tuple[HeatLoads, float]:
    """Loads without reflections, and CPU seconds, one thread."""
    began = time.process_time()
    loads = heat_loads(mesh, states, environment, tolerance=tolerance, jobs=1, reflections=False, seed=3)
    return loads, time.process_time() - began


def print_sharp(
    mesh: SurfaceMesh, states: OrbitStates, environment: Environment, plain_s: float, plain_error: float
) -> None:
    """Rows for all, the worst surface and orbit means by tolerance, Sun and year."""
    best = sharp_loads(mesh, states, environment, REFERENCE_TOLERANCE)[0].incident_w_m2
    reference = best[EARTH].sum(axis=0)
    scale = np.maximum(reference.mean(axis=0), 1.0)
    print(
        f"\ndirect Earth loads against a table asked for {REFERENCE_TOLERANCE:g}; errors over the orbit "
        "mean, floor 1 W/m2"
    )
    print(
        " tolerance   CPU s  directions    rms err  worst surface  worst value   plain way  means rms   "
        "plain way"
    )
    for tolerance in (2e-2, 1e-2, 2e-3, 1e-3, 3e-4, 2e-4):
        loads, cpu_s = sharp_loads(mesh, states, environment, tolerance)
        off = (loads.incident_w_m2[EARTH].sum(axis=0) - reference) / scale
        rms = float(np.sqrt((off**2).mean()))
        by_surface = float(np.sqrt((off**2).mean(axis=0)).max())
        means = float(np.sqrt((off.mean(axis=0) ** 2).mean()))
        ratio = plain_s * (plain_error / rms) ** 2 / cpu_s
        # rays cast anew err independently at each position
        ratio_of_means = plain_s * (plain_error / means) ** 2 / STEPS / cpu_s
        print(
            f"{tolerance:10g} {cpu_s:7.2f} {loads.provenance.clipped_directions:11,d} {rms:10.1e} "
            f"{by_surface:14.1e} {np.abs(off).max():12.1e} {ratio:9.2g} x {means:9.1e} "
            f"{ratio_of_means:9.2g} x"
        )


def print_sun(mesh: SurfaceMesh, states: OrbitStates, environment: Environment) -> None:
    """Row for direct sunlight of a craft that keeps its belly to nadir: the Sun goes round it."""
    scene = earth_scene(lvlh(states), environment)
    craft = traced_craft(mesh, ray_caster(mesh), surface_receivers)
    flat = flat_craft(craft)
    suns = sun_directions(
        scene.sun_body, scene.solar_flux_w_m2, np.ones(len(scene), bool), SUN_HALF_ANGLE_RAD
    )
    rows = []
    for shades in (ShadeCache(flat), None):
        began = time.process_time()
        projected, lit, unseen = lit_shares(craft, suns, Accuracy(1e-4), RayBudget(2e7), shades)
        error = np.hypot(standard_error(lit), unseen) * projected
        rows.append((time.process_time() - began, error.max(), (projected * lit.mean(axis=0)), error))
    (clip_s, clip_error, clip, _), (ray_s, ray_error, cast, error) = rows
    apart = np.abs(clip - cast)
    by_error = (apart / np.maximum(error, 1e-9))[error > 0.0]
    print(
        f"direct Sun with self-shadow, {len(suns)} directions: clipped {clip_s:.2f} CPU s, stated error at "
        f"worst {clip_error:.1e}; rays {ray_s:.1f} CPU s, {ray_error:.1e}; apart by {apart.max():.1e} "
        f"at most, {np.sqrt((by_error**2).mean()):.1f} errors of the rays (rms)"
    )


def lvlh(states: OrbitStates) -> OrbitStates:
    """The same flight with body axes held to the orbit frame: the Sun goes round the craft."""
    x, v = states.position_gcrs_m[0], states.velocity_gcrs_m_s[0]
    down = -x / np.linalg.norm(x, axis=1)[:, None]
    side = np.cross(down, v)
    side /= np.linalg.norm(side, axis=1)[:, None]
    turn = np.stack([np.cross(side, down), side, down], axis=1)
    return replace(states, rotation_body_from_gcrs=turn[None])


def print_year(design: Design, mesh: SurfaceMesh, environment: Environment) -> None:
    """CPU seconds of a year of 72 positions a day."""
    days = design.epoch_utc + np.arange(DAYS_OF_YEAR) * np.timedelta64(1, "D")
    times = np.concatenate([orbit_times(design, day, steps=STEPS, orbits=1) for day in days])
    states = orbit_states(design, times, satellites=[0])
    loads, cpu_s = sharp_loads(mesh, states, environment, YEAR_TOLERANCE)
    print(
        f"a year of {DAYS_OF_YEAR} x {STEPS} positions at {YEAR_TOLERANCE:g} of each value: {cpu_s:.1f} CPU "
        f"s, {loads.provenance.clipped_directions:,d} directions clipped"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--design", default="solar_slice_radiators")
    parser.add_argument("--tolerance", type=float, default=1e-2)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    design = load_design(options.design)
    mesh = build_craft(design).mesh
    start = day_of_beta(design)
    states = orbit_states(design, orbit_times(design, start, steps=STEPS, orbits=1), satellites=[0])
    environment = design.environment
    print(
        f"{options.design}: {len(mesh.faces)} triangles, {len(mesh.surface_names)} surfaces, "
        f"{STEPS} positions at beta {np.degrees(states.beta_rad[0, 0]):.1f} deg"
    )

    ours(mesh, states, environment, 0.5)  # compile
    reference = (
        heat_loads(mesh, states, environment, tolerance=1e-3, reflections=False, seed=77)
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

    print_sharp(mesh, states, environment, plain_s, plain_error)
    print_sun(mesh, states, environment)
    print_year(design, mesh, environment)

    began = time.perf_counter()
    full = heat_loads(mesh, states, environment, tolerance=options.tolerance)
    print(
        f"heat, all loads with reflections at {options.tolerance:g}, kernels compiled: "
        f"{time.perf_counter() - began:.2f} s, {full.provenance.rays / 1e6:.1f} M rays"
    )


if __name__ == "__main__":
    main()
