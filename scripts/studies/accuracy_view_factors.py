"""Result: pairs with nothing between them meet closed forms to rounding, blocked ones to 1e-6 in 0.05 s.
Result: discs, cylinders and spheres of facets err by the square of the facets' size, whatever the tolerance.

Three of the plots of docs/accuracy.md; `accuracy.py` draws them.  Meshes and closed forms are those of the
tests, the blocked squares and their reference those of the benchmark.
"""

from __future__ import annotations

import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from geometry.mesh.surface_mesh import SurfaceMesh, concatenate
from geometry.radiation import view_factors
from viz.figures.style import Theme

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT), str(_ROOT / "scripts" / "bench")]
_meshes = import_module("tests.geometry.radiation.view_factors.conftest")
_catalogue = import_module("tests.geometry.radiation.view_factors.test_catalogue")
_bench = import_module("view_factors")  # scripts/bench/view_factors.py
_door: Any = import_module("geometry.radiation.view_factors.factors")  # its door is exchanged below
_exact = import_module("geometry.radiation.view_factors.exact_pairs")


def first_to_second(first: SurfaceMesh, second: SurfaceMesh, tolerance: float = 1e-3) -> tuple[float, float]:
    """View factor from the one surface of a mesh to that of another, and its standard error."""
    found = view_factors(concatenate([first, second]), tolerance=tolerance)
    return float(found.view_factor[0, 1]), float(found.standard_error[0, 1])


def pairs(axes: Axes, colors: Theme) -> None:
    """Pairs with nothing between them against closed forms, by how near they are to each other."""
    rectangle = _meshes.make_rectangle
    gaps = np.geomspace(0.003, 300.0, 25)

    def parallel(gap: float) -> float:
        low = rectangle("low", (0, 0, 0), (1, 0, 0), (0, 1, 0))
        high = rectangle("high", (0, 0, gap), (0, 1, 0), (1, 0, 0))
        return first_to_second(low, high)[0] - _catalogue.parallel_rectangles(1 / gap, 1 / gap)

    def perpendicular(gap: float) -> float:
        floor = rectangle("floor", (0, 0, 0), (gap, 0, 0), (0, 1, 0))
        wall = rectangle("wall", (0, 0, 0), (0, 1, 0), (0, 0, gap))
        return first_to_second(floor, wall)[0] - _catalogue.perpendicular_rectangles(gap, gap)

    def apart(gap: float) -> float:
        floor = rectangle("floor", (gap, 0, 0), (1, 0, 0), (0, 1, 0))
        wall = rectangle("wall", (0, 2, gap), (0, 1, 0), (0, 0, 1))
        return first_to_second(floor, wall)[0] - _catalogue.offset_perpendicular(
            (gap, gap + 1), (0, 1), (2, 3), (gap, gap + 1)
        )

    shown = (
        ("facing squares, by their gap", parallel, "o"),
        ("floor and wall with a common edge, by their depth", perpendicular, "s"),
        ("floor and wall apart, by the gap to the edge", apart, "^"),
    )
    for (label, difference, mark), color in zip(shown, colors.series, strict=False):
        errors = np.abs([difference(float(g)) for g in gaps])
        axes.loglog(gaps, np.maximum(errors, 1e-17), mark, color=color, label=label, markersize=4)
        print(f"pairs: {label}: worst difference {errors.max():.1e}")
    axes.set(xlabel="gap or depth / side", ylabel="|ours - closed form|", ylim=(5e-18, 1e-9))
    axes.legend(frameon=False, loc="upper left")


def _runs(mesh: SurfaceMesh, truth: float, tolerance: float, seeds: int) -> tuple[float, float, float]:
    """CPU seconds of the fastest run, rms error and rms standard error over some seeds."""
    found, spent = [], np.inf
    for seed in range(seeds):
        began = time.process_time()
        found.append(view_factors(mesh, tolerance=tolerance, seed=seed + 1, jobs=1))
        spent = min(spent, time.process_time() - began)
    errors = np.array([f.factor("low", "high") - truth for f in found])
    told = np.array([f.standard_error[0, 1] for f in found])
    return spent, float(np.sqrt((errors**2).mean())), float(np.sqrt((told**2).mean()))


def blocked(axes: Axes, colors: Theme) -> None:
    """Error against CPU time where a square hides part: clipped sight, and rays alone."""
    mesh, truth, seeds = _bench.squares(4, True), _bench.reference(True), 6
    shown = {
        "clipped sight": (np.array([1e-2, 1e-4, 1e-5, 1e-6, 1e-8, 1e-9]), _door.exact_pairs),
        "rays alone": (np.array([1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5]), lambda *_: _exact.no_pairs()),
    }
    chosen = _door.exact_pairs
    view_factors(mesh)  # compile
    for (label, (tolerances, way)), color, mark in zip(shown.items(), colors.series, "os", strict=False):
        _door.exact_pairs = way
        spent, error, told = np.array([_runs(mesh, truth, float(t), seeds) for t in tolerances]).T
        _door.exact_pairs = chosen
        axes.loglog(spent, error, mark + "-", color=color, label=f"{label}: error", markersize=4)
        axes.loglog(spent, told, ":", color=color, label=f"{label}: standard error told", linewidth=1.1)
        print(
            f"blocked: {label}: "
            + ", ".join(
                f"{t:.0e}: {e:.1e} (told {s:.1e}) in {c:.3f} s"
                for t, e, s, c in zip(tolerances, error, told, spent, strict=True)
            )
        )
    axes.set(xlabel="CPU time of a run / s", ylabel="rms error of the view factor")
    axes.legend(frameon=False)


def round_bodies(axes: Axes, colors: Theme) -> None:
    """What facets of the true area cost, by their size."""
    disc, tube, ball, rectangle = (
        _meshes.make_disc, _meshes.make_tube, _meshes.make_sphere, _meshes.make_rectangle,
    )  # fmt: skip

    def coaxial_discs(sides: int) -> tuple[float, float, float]:
        found = first_to_second(disc("low", 1.0, 0, sides), disc("high", 1.0, 1, sides, up=False))
        return 2 * np.pi / sides, found[0] / _catalogue.coaxial_discs(1, 1) - 1, 0.0

    def tubes(sides: int) -> tuple[float, float, float]:
        outer, inner = tube("outer", 2.0, 1.0, sides, inward=True), tube("inner", 1.0, 1.0, sides)
        value, error = first_to_second(outer, inner, 3e-5)
        truth = _catalogue.tube_in_tube(2.0, 1.0)
        return 2 * np.pi / sides, value / truth - 1, error / truth

    def element(level: int) -> tuple[float, float, float]:
        plate = rectangle("plate", (-5e-5, -5e-5, 0), (1e-4, 0, 0), (0, 1e-4, 0))
        sphere = ball("ball", 1.0, (0, 0, 1.5), level)
        value, error = first_to_second(plate, sphere, 3e-5)
        truth = _catalogue.element_to_sphere(1.5, 0.0)
        return float(np.sqrt(4 * np.pi / len(sphere.faces))), value / truth - 1, error / truth

    def own_sight(sides: int) -> tuple[float, float, float]:
        found = view_factors(tube("tube", 0.5, 1.0, sides, inward=True))
        return 2 * np.pi / sides, found.factor("tube", "tube") / (2 - np.sqrt(2)) - 1, 0.0

    shown = (
        ("coaxial discs", coaxial_discs, (8, 12, 16, 24, 32, 48, 64, 96), "o"),
        ("coaxial cylinders, outer to inner", tubes, (8, 12, 16, 24, 32), "s"),
        ("small plate to a sphere", element, (0, 1, 2, 3), "^"),
        ("a cylinder to itself", own_sight, (8, 12, 16, 24, 32, 48, 64), "D"),
    )
    for (label, measured, sizes, mark), color in zip(shown, colors.series, strict=False):
        size, share, error = np.array([measured(n) for n in sizes]).T
        axes.errorbar(
            size, np.abs(share), 2 * error, fmt=mark + "-", color=color, label=label, markersize=4, capsize=2
        )
        print(
            f"round: {label}: "
            + ", ".join(f"{s:.3f}: {v:+.1e} +- {e:.0e}" for s, v, e in zip(size, share, error, strict=True))
        )
    ends = np.array([0.06, 1.0])
    axes.plot(ends, 0.06 * ends**2, "--", color=colors.quiet, label="square of the size", linewidth=0.9)
    axes.set(
        xscale="log", yscale="log", xlabel="size of a facet / radius (spheres: root of its area)",
        ylabel="|ours / closed form - 1|",
    )  # fmt: skip
    axes.legend(frameon=False)
