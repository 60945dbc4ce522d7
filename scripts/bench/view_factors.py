"""View factors against pyviewfactor, and how time and memory grow.

First: two facing unit squares of 30 x 30 cells, unblocked and with a square between them that hides part.
Ours, kernels compiled, and pyviewfactor (extra `peers`) of the same cells in the same run; errors against
closed forms under Gauss points, clipped for the blocked pair.
Second: 5,000 surfaces of 50,000 triangles at 1 %, with peak memory, and the time over rays and triangles.

    python scripts/bench/view_factors.py [--cells 30] [--peer-cells 30] [--skip-peer] [--skip-scale]
"""

from __future__ import annotations

import argparse
import resource
import time
import warnings
from importlib.util import find_spec
from itertools import pairwise

import numpy as np

from geometry.mesh.optics import COATINGS
from geometry.mesh.surface_mesh import SurfaceMesh, concatenate
from geometry.radiation import ViewFactors, view_factors
from geometry.validation import FloatArray

LOW, HIGH, HEIGHT = (0.25, 0.25), (0.75, 0.75), 0.5
BLACK = COATINGS["black"]
Place = float | FloatArray


def sheet(
    name: str, origin: object, first: object, second: object, cells: tuple[int, int], back: bool = False
) -> SurfaceMesh:
    """A rectangle in cells of two triangles, normal first x second."""
    o, u, v = (np.asarray(x, dtype=float) for x in (origin, first, second))
    a, b = np.meshgrid(np.linspace(0, 1, cells[0] + 1), np.linspace(0, 1, cells[1] + 1), indexing="ij")
    vertices = o + a.reshape(-1, 1) * u + b.reshape(-1, 1) * v
    index = np.arange(len(vertices)).reshape(a.shape)
    p, q, r, s = index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]
    faces = np.concatenate([np.stack([p, q, r], -1).reshape(-1, 3), np.stack([p, r, s], -1).reshape(-1, 3)])
    front = np.zeros(len(faces), int)
    names = (name, f"{name}.back") if back else (name,)
    return SurfaceMesh(vertices, faces, front, front + 1 if back else front - 1, names, (BLACK,) * len(names))


def squares(cells: int, blocked: bool) -> SurfaceMesh:
    """Facing unit squares a unit apart, and perhaps a square of half their side between them."""
    grid = (cells, cells)
    meshes = [
        sheet("low", (0, 0, 0), (1, 0, 0), (0, 1, 0), grid),
        sheet("high", (0, 0, 1), (0, 1, 0), (1, 0, 0), grid),
    ]
    if blocked:
        size = np.subtract(HIGH, LOW)
        meshes.append(sheet("middle", (*LOW, HEIGHT), (size[0], 0, 0), (0, size[1], 0), (1, 1), back=True))
    return concatenate(meshes)


def element_factor(
    x: FloatArray, y: FloatArray, low: tuple[Place, Place], high: tuple[Place, Place]
) -> FloatArray:
    """From points of z = 0 to rectangles of z = 1, four corners of the catalogue's element [Howell]."""

    def corner(u: FloatArray, v: FloatArray) -> FloatArray:
        p, q = np.sqrt(1 + u**2), np.sqrt(1 + v**2)
        return (u / p * np.arctan(v / p) + v / q * np.arctan(u / q)) / (2 * np.pi)

    a, b, c, d = low[0] - x, high[0] - x, low[1] - y, high[1] - y
    return corner(b, d) - corner(a, d) - corner(b, c) + corner(a, c)


def reference(blocked: bool, order: int = 40) -> float:
    """Low to high square by Gauss panels that end where the shadow's sides cross the square's."""
    points, weights = np.polynomial.legendre.leggauss(order)
    axes = []
    for axis in range(2):
        breaks = {0.0, 1.0}
        for side in (LOW[axis], HIGH[axis]):
            breaks |= {(side - rim * HEIGHT) / (1 - HEIGHT) for rim in (0.0, 1.0)}
        ends = sorted(b for b in breaks if 0 <= b <= 1)
        pairs = list(pairwise(ends))
        axes.append(
            (
                np.concatenate([a + (b - a) * (points + 1) / 2 for a, b in pairs]),
                np.concatenate([(b - a) * weights / 2 for a, b in pairs]),
            )
        )
    (x, wx), (y, wy) = axes
    x, y = np.meshgrid(x, y, indexing="ij")
    seen = element_factor(x, y, (0.0, 0.0), (1.0, 1.0))
    if blocked:
        edges = [
            np.clip(p + (e - p) / HEIGHT, 0, 1)
            for p, e in ((x, LOW[0]), (y, LOW[1]), (x, HIGH[0]), (y, HIGH[1]))
        ]
        seen = seen - element_factor(x, y, (edges[0], edges[1]), (edges[2], edges[3]))
    return float(np.einsum("ij,i,j->", seen, wx, wy))


def ours(mesh: SurfaceMesh, tolerance: float) -> tuple[ViewFactors, float, float]:
    """Factors, wall and CPU seconds in one thread: best of five."""
    wall, cpu = np.inf, np.inf
    for _ in range(5):
        began, worked = time.perf_counter(), time.process_time()
        found = view_factors(mesh, tolerance=tolerance, jobs=1)
        wall, cpu = min(wall, time.perf_counter() - began), min(cpu, time.process_time() - worked)
    return found, wall, cpu


def peer(cells: int, blocked: bool) -> tuple[float, float, float]:
    """The same factor by pyviewfactor's matrix of all quadrilaterals; wall and CPU seconds, compiled.

    It has no surfaces: the factor between the squares is the sum over their cells.
    """
    import pyviewfactor as pvf
    import pyvista as pv

    def plane(
        height: float, up: float, low: tuple[float, float], size: FloatArray, count: int
    ) -> pv.PolyData:
        center = (low[0] + size[0] / 2, low[1] + size[1] / 2, height)
        return pv.Plane(center, (0, 0, up), size[0], size[1], count, count)

    def matrix(count: int) -> np.ndarray:
        unit = np.ones(2)
        mesh = plane(0, 1, (0, 0), unit, count) + plane(1, -1, (0, 0), unit, count)
        screen = plane(HEIGHT, 1, LOW, np.subtract(HIGH, LOW), 1).triangulate()
        return pvf.compute_viewfactor_matrix(mesh, obstacles=[screen] if blocked else None)

    matrix(2)  # compile
    began, worked = time.perf_counter(), time.process_time()
    factors = matrix(cells)
    seconds = time.perf_counter() - began, time.process_time() - worked
    half = cells * cells
    return float(factors[half:, :half].sum() / half), *seconds  # its columns are "from"; cells are alike


def panels(surfaces: int, cells: int, seed: int = 5) -> SurfaceMesh:
    """One-sided panels at random places and tilts, `cells` x 1 cells each, in a cube that they half fill."""
    rng = np.random.default_rng(seed)
    side = 0.5 * surfaces ** (1 / 3)
    normal = rng.normal(size=(surfaces, 3))
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    first = np.cross(normal, rng.normal(size=(surfaces, 3)))
    first /= np.linalg.norm(first, axis=1)[:, None]
    second = np.cross(normal, first)
    origin = rng.uniform(0, side, (surfaces, 3))
    along = np.linspace(-0.5, 0.5, cells + 1)
    lower = origin[:, None] + along[:, None] * first[:, None] - 0.25 * second[:, None]
    upper = lower + 0.5 * second[:, None]
    vertices = np.concatenate([lower, upper], axis=1).reshape(-1, 3)
    a = np.arange(cells)
    one = np.concatenate(
        [np.stack([a, a + 1, a + cells + 2], -1), np.stack([a, a + cells + 2, a + cells + 1], -1)]
    )
    faces = (one[None] + (2 * cells + 2) * np.arange(surfaces)[:, None, None]).reshape(-1, 3)
    front = np.repeat(np.arange(surfaces), 2 * cells)
    names = tuple(f"panel_{k}" for k in range(surfaces))
    return SurfaceMesh(vertices, faces, front, np.full(len(front), -1), names, (BLACK,) * surfaces)


def compare_squares(options: argparse.Namespace) -> None:
    """The two facing squares, ours and the peer's."""
    for blocked, tolerance in ((False, 1e-5), (True, 1e-5)):
        truth = reference(blocked)
        mesh = squares(options.cells, blocked)
        view_factors(mesh, tolerance=tolerance, jobs=1)  # compile
        found, wall, cpu = ours(mesh, tolerance)
        error = found.factor("low", "high") - truth
        word = "blocked" if blocked else "free"
        print(
            f"{word}: {len(mesh.faces)} triangles, ours {wall:.3f} s ({cpu:.3f} CPU s), factor "
            f"{found.factor('low', 'high'):.9f}, error {error:+.1e} (its own word "
            f"{found.standard_error[0, 1]:.1e}), reference {truth:.9f} (order 40 less 30: "
            f"{truth - reference(blocked, 30):+.0e})"
        )
        if options.skip_peer:
            continue
        if find_spec("pyviewfactor") is None:
            print("    pyviewfactor is not here; pip install 'dawnring[peers]'")
            continue
        value, peer_wall, peer_cpu = peer(options.peer_cells, blocked)
        scale = (options.cells / options.peer_cells) ** 4
        note = "" if scale == 1 else f" (times {scale:.0f} by the number of pairs, extrapolated)"
        print(
            f"    pyviewfactor, {options.peer_cells} x {options.peer_cells} cells: {peer_wall:.2f} s "
            f"({peer_cpu:.2f} CPU s), error {value - truth:+.1e}; {scale * peer_wall / wall:.0f} times our "
            f"time, {scale * peer_cpu / cpu:.0f} times our CPU time{note}"
        )


def measure_scale() -> None:
    """5,000 surfaces of 50,000 triangles at 1 %, then the same over rays and over triangles."""
    view_factors(panels(50, 2), tolerance=0.01)  # compile
    began, worked = time.perf_counter(), time.process_time()
    mesh = panels(5000, 5)
    found = view_factors(mesh, tolerance=0.01)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{len(mesh.faces)} triangles, {len(mesh.surface_names)} surfaces at 0.01: "
        f"{time.perf_counter() - began:.1f} s ({time.process_time() - worked:.1f} CPU s), "
        f"{found.provenance.rays / 1e6:.1f} M rays, {found.view_factor.nnz} factors, worst error "
        f"{found.standard_error.data.max():.1e}, peak memory {peak:.2f} GB"
    )
    small = panels(3000, 5)
    for tolerance in (0.02, 0.01, 0.005, 0.0025):
        worked = time.process_time()
        rays = view_factors(small, tolerance=tolerance).provenance.rays
        spent = time.process_time() - worked
        print(f"    over rays: {rays / 1e6:6.1f} M in {spent:6.2f} CPU s: {1e6 * spent / rays:.2f} us each")
    for cells in (5, 20, 80):
        larger = panels(1000, cells)
        worked = time.process_time()
        rays = view_factors(larger, tolerance=0.01).provenance.rays
        spent = time.process_time() - worked
        print(
            f"    over triangles: {len(larger.faces):7d} in {spent:6.2f} CPU s, {rays / 1e6:.1f} M rays: "
            f"{1e6 * spent / len(larger.faces):.1f} us each"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cells", type=int, default=30)
    parser.add_argument("--peer-cells", type=int, default=30)
    parser.add_argument("--skip-peer", action="store_true")
    parser.add_argument("--skip-scale", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    compare_squares(options)
    if not options.skip_scale:
        measure_scale()


if __name__ == "__main__":
    main()
