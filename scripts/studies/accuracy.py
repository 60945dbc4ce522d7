"""Result: Sobol rays from whole surfaces need far fewer points than random ones at the same error.
Result: closed forms are met within the error bars, which cover as Student's t says; see docs/accuracy.md.

Remakes the plots of docs/accuracy.md, one section each, and prints the numbers that it quotes.

    python scripts/studies/accuracy.py [rays closed_forms facets coverage pairs blocked round]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import trimesh
from accuracy_view_factors import blocked, pairs, round_bodies
from matplotlib.axes import Axes
from numpy.typing import ArrayLike
from PIL import Image
from scipy.stats import t as student

from geometry.environment import EarthShape, Environment
from geometry.mesh.optics import COATINGS, OpticalProperties
from geometry.mesh.surface_mesh import SurfaceMesh, concatenate
from geometry.orbit.states import OrbitStates
from geometry.radiation import exchange_factors, surface_view
from geometry.radiation.earth import earth_scene
from geometry.radiation.paths import TracedCraft, traced_craft
from geometry.radiation.plate_to_earth import unshaded_plates
from geometry.radiation.ray_caster import ray_caster
from geometry.radiation.receivers import surface_receivers
from geometry.radiation.sky_view import RayBlock, block_rays
from geometry.validation import FloatArray, check_choice
from viz.figures.style import Chart, Theme, house_style, new_figure, write_chart

BLACK = COATINGS["black"]
SPHERE = EarthShape(6_371_000.0, 0.0)
FACING_SQUARES = 0.19982489569838746
"""View factor of facing unit squares one side apart [Howell, C-11]."""


def plate(
    name: str, origin: ArrayLike, first: ArrayLike, second: ArrayLike, coating: OpticalProperties = BLACK
) -> SurfaceMesh:
    """A rectangle, normal first x second."""
    a, u, v = (np.asarray(x, dtype=float) for x in (origin, first, second))
    return SurfaceMesh(
        np.array([a, a + u, a + u + v, a + v]), np.array([[0, 1, 2], [0, 2, 3]]),
        np.zeros(2, int), np.full(2, -1), (name,), (coating,),
    )  # fmt: skip


def facing_squares(coating: OpticalProperties = BLACK, gap: float = 1.0) -> SurfaceMesh:
    return concatenate(
        [
            plate("low", [0, 0, 0], [1, 0, 0], [0, 1, 0], coating),
            plate("high", [0, 0, gap], [0, 1, 0], [1, 0, 0], coating),
        ]
    )


def parallel_squares(gap: FloatArray) -> FloatArray:
    """View factor of facing unit squares [Howell, C-11]."""
    x = 1.0 / gap
    root = np.sqrt(1 + x * x)
    term = np.log((1 + x * x) ** 2 / (1 + 2 * x * x)) / 2 + 2 * x * root * np.arctan(x / root)
    return 2 / (np.pi * x * x) * (term - 2 * x * np.arctan(x))


def nadir_states(tilt: float = 0.0) -> OrbitStates:
    """One satellite 560 km above a sphere, body z at an angle (rad) from nadir, the Sun on the horizon."""
    c, s = np.cos(tilt), np.sin(tilt)
    body = np.array([[[0.0, 1.0, 0.0], [s, 0.0, c], [-c, 0.0, s]]])
    return OrbitStates(
        np.array(["2027-03-20T12:00:00"], "datetime64[us]"), np.array([[[6_931_000.0, 0, 0]]]),
        np.array([[[0, 7.6e3, 0]]]), np.array([[0.0, 0.0, 1.0]]), np.array([1.495978707e11]),
        np.array([[1.0]]), body[None], np.array([[0.0, 0.0, 1.0]]),
    )  # fmt: skip


def random_rays(
    craft: TracedCraft, surface: int, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Cosine-weighted rays from random points of a rectangle's surface."""
    rows = slice(craft.receivers.first_row[surface], craft.receivers.first_row[surface + 1])
    frame = craft.receivers.frames[rows][rng.integers(0, 2, count)]
    u, v = rng.random((2, count))
    over = u + v > 1
    u, v = np.where(over, 1 - u, u), np.where(over, 1 - v, v)
    radius, angle = np.sqrt(rng.random(count)), 2 * np.pi * rng.random(count)
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    z = np.sqrt(1 - x * x - y * y)
    origin = frame[:, :3] + u[:, None] * frame[:, 3:6] + v[:, None] * frame[:, 6:9]
    origin += craft.caster.start_offset_m * frame[:, 9:12]
    direction = x[:, None] * frame[:, 12:15] + y[:, None] * frame[:, 15:18] + z[:, None] * frame[:, 9:12]
    return np.ascontiguousarray(origin, np.float32), np.ascontiguousarray(direction, np.float32)


def rays(axes: Axes, colors: Theme) -> None:
    """Error of one factor against rays: Sobol points and random ones."""
    mesh = facing_squares()
    craft = traced_craft(mesh, ray_caster(mesh), surface_receivers)
    counts = 2 ** np.arange(6, 19)
    rng, repeats = np.random.default_rng(1), 24

    def sobol(count: int, k: int) -> float:
        block = RayBlock(np.array([0]), np.array([0]), np.array([k]), 0, count)
        return float((craft.caster.first_face(*block_rays(block, craft, 7)) >= 0).mean())

    def plain(count: int, k: int) -> float:
        return float((craft.caster.first_face(*random_rays(craft, 0, count, rng)) >= 0).mean())

    errors = {
        name: np.array(
            [np.sqrt(np.mean([(f(int(n), k) - FACING_SQUARES) ** 2 for k in range(repeats)])) for n in counts]
        )
        for name, f in (("Sobol, a whole surface", sobol), ("random", plain))
    }
    for (name, values), color, mark in zip(errors.items(), colors.series, "os", strict=False):
        axes.loglog(counts, values, mark + "-", color=color, label=name, markersize=4)
    axes.loglog(counts, np.sqrt(0.16 / counts), "--", color=colors.quiet, label="binomial law", linewidth=0.9)
    axes.set(xlabel="rays", ylabel="rms error of the view factor")
    axes.legend(frameon=False)
    gain = (errors["random"] / errors["Sobol, a whole surface"]) ** 2
    slope = np.polyfit(np.log(counts[4:]), np.log(errors["Sobol, a whole surface"][4:]), 1)[0]
    at = {int(n): round(float(g)) for n, g in zip(counts, gain, strict=True) if n in (1 << 14, 1 << 18)}
    print(f"rays: random rays over Sobol rays at equal error {at}; slope of Sobol {slope:.2f}")


def closed_forms(axes: Axes, colors: Theme) -> None:
    """Differences to closed forms over their error bars: the Earth at all tilts, mirrors by images."""
    down = plate("p", [-0.5, -0.5, 0], [1, 0, 0], [0, 1, 0])
    tilts = np.radians(np.arange(0, 181, 7.5))
    points = []
    for tilt in tilts:
        moment = nadir_states(tilt)
        view = surface_view(down, "p", moment, Environment(earth_shape=SPHERE), tolerance=3e-4)
        exact = unshaded_plates(down.normals[:1], earth_scene(moment, Environment(earth_shape=SPHERE)))
        points.append((view.earth_shares[0][0] - exact[0, 0, 0], view.standard_errors[0, 0]))
    sky = np.array(points)
    gaps = np.geomspace(0.1, 3.0, 12)
    shiny, n = OpticalProperties(0.1, 0.1, 1.0, 1.0), np.arange(1, 400)
    mirrors = []
    for gap in gaps:
        exchange = exchange_factors(facing_squares(shiny, gap), tolerance=3e-4)
        exact = (0.1 * 0.9 ** (n - 1) * parallel_squares(n * gap))[::2].sum()
        mirrors.append((exchange.factors[0, 1] - exact, exchange.standard_errors[0, 1]))
    images = np.array(mirrors)
    shown = (
        (np.degrees(tilts), sky, "plate to Earth, by tilt"),
        (180 * np.log(gaps / 0.1) / np.log(30), images, "parallel mirrors, by gap"),
    )
    for (x, values, label), color, mark in zip(shown, colors.series, "os", strict=False):
        axes.errorbar(
            x, 1e4 * values[:, 0], 2e4 * values[:, 1], fmt=mark, color=color, label=label, markersize=4,
            linewidth=0.9, capsize=2,
        )  # fmt: skip
    axes.axhline(0.0, color=colors.ink, linewidth=0.8)
    axes.set(
        xlabel="tilt from nadir / deg (mirrors: gap from 0.1 to 3, logarithmic)", ylabel="ours - exact / 1e-4"
    )
    axes.legend(frameon=False)
    for name, values in (("plate to Earth", sky), ("mirrors", images)):
        seen = values[:, 1] > 0
        z = values[seen, 0] / values[seen, 1]
        print(
            f"closed_forms: {name}: worst difference {np.abs(values[:, 0]).max():.1e}, "
            f"rms of difference over error {np.sqrt((z**2).mean()):.2f}"
        )


def facets(axes: Axes, colors: Theme) -> None:
    """What facets cost: a small plate looks at a ball of triangles."""
    distance, levels = 2.0, np.arange(1, 6)
    found = []
    for level in levels:
        body = trimesh.creation.icosphere(int(level))
        nothing = np.full(len(body.faces), -1)
        ball = SurfaceMesh(body.vertices, body.faces, nothing + 1, nothing, ("ball",), (BLACK,))
        small = plate("small", [-5e-4, -5e-4, -distance], [1e-3, 0, 0], [0, 1e-3, 0])
        view = surface_view(concatenate([small, ball]), "small", nadir_states(), tolerance=2e-5)
        k = view.names.index("ball")
        found.append((len(body.faces), 1 / distance**2 - view.shares[0, k], view.standard_errors[0, k]))
    count, short, error = np.array(found).T
    share = short * distance**2
    axes.errorbar(
        count, share, 2 * error * distance**2, fmt="o-", color=colors.series[0], label="a ball of facets",
        capsize=2,
    )  # fmt: skip
    law = share[0] * count[0] / count
    axes.plot(count, law, "--", color=colors.quiet, label="one over the facets", linewidth=0.9)
    axes.set(
        xscale="log", yscale="log", xlabel="facets of the whole ball", ylabel="view factor lost / its value"
    )
    axes.legend(frameon=False)
    print(
        "facets: share lost by facets "
        + ", ".join(f"{int(n)}: {s:.1e}" for n, s in zip(count, share, strict=True))
    )


def coverage(axes: Axes, colors: Theme) -> None:
    """Whether error bars cover: differences over standard errors, many seeds."""
    seeds = range(200)
    odd = np.arange(1.0, 400.0, 2.0)
    across = (0.1 * 0.9 ** (odd - 1) * parallel_squares(odd)).sum()
    cases = (
        ("black squares", facing_squares(), FACING_SQUARES),
        ("mirrors", facing_squares(OpticalProperties(0.1, 0.1, 1.0, 1.0)), across),
    )
    bins = np.linspace(-4, 4, 33)
    for (name, mesh, truth), color in zip(cases, colors.series, strict=False):
        z = []
        for seed in seeds:
            exchange = exchange_factors(mesh, tolerance=3e-3, seed=1000 + seed)
            z.append((exchange.factors[0, 1] - truth) / exchange.standard_errors[0, 1])
        values = np.array(z)
        axes.hist(
            values, bins.tolist(), density=True, histtype="step", color=color, label=name, linewidth=1.4
        )
        print(
            f"coverage: {name}: rms {np.sqrt((values**2).mean()):.2f} (t of 15 degrees: 1.07), "
            f"within one error {(np.abs(values) < 1).mean():.0%}, two {(np.abs(values) < 2).mean():.0%}"
        )
    x = np.linspace(-4, 4, 200)
    axes.plot(x, student.pdf(x, 15), "--", color=colors.quiet, label="Student's t, 15 degrees", linewidth=0.9)
    axes.set(xlabel="(ours - exact) / standard error", ylabel="density")
    axes.legend(frameon=False)


SECTIONS: dict[str, tuple[Callable[[Axes, Theme], None], str, str, str]] = {
    "rays": (
        rays,
        "Sobol rays from a whole surface beat random rays",
        "Error of one view factor against rays",
        "Facing unit squares one side apart, F = 0.199825 [Howell, C-11]; rms over 24 scrambles.",
    ),
    "closed_forms": (
        closed_forms,
        "Differences from closed forms lie within the error bars",
        "A plate's view of the Earth at every tilt, and mirrors by images",
        "Bars: two standard errors. Plate 560 km above a sphere, against the exact plate-to-sphere factor; "
        "facing unit mirrors of reflectance 0.9, exchange factor against the sum over images.",
    ),
    "facets": (
        facets,
        "Facets of a curved surface cost one over their number",
        "Share of the view factor that a ball loses by being made of triangles",
        "A small plate two radii from the middle of a ball whose vertices lie on the sphere; F = 1/4 for the "
        "sphere [Howell]. Facets lie within it.",
    ),
    "coverage": (
        coverage,
        "Error bars cover",
        "Exchange factors of facing unit squares: difference from the truth over the standard error",
        "200 seeds each; standard errors from 16 scrambles of each direction: Student's t is expected.",
    ),
    "pairs": (
        pairs,
        "Closed form to rounding where nothing stands between",
        "View factors of whole rectangles by contour integrals against the catalogue",
        "Facing squares [Howell, C-11], common edge [Howell, C-14], apart [Ehlert1993]. Far apart it is the "
        "catalogue's own forms that cancel.",
    ),
    "blocked": (
        blocked,
        "Exact clipping leaves rays far behind where few parts are in the way",
        "A half-hidden view factor: facing unit squares, a square of half their side midway between them",
        "Rms over 6 seeds, fastest run of a core; reference by Gauss points under the closed form of the "
        "clipped square. Points on one square and exact clipping of what each sees, or Sobol rays.",
    ),
    "round": (
        round_bodies,
        "Facets of the true area cost at most the square of their size",
        "View factors of discs, cylinders and spheres of facets against those of the true bodies",
        "Coaxial unit discs a radius apart [Howell, C-41]; cylinders of radii 2 and 1, height 1; a small "
        "plate 1.5 radii from a sphere; a cylinder as high as wide. Bars: two standard errors.",
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sections", nargs="*", default=list(SECTIONS), help=f"of {', '.join(SECTIONS)}")
    parser.add_argument("--folder", type=Path, default=Path("docs/images"))
    options = parser.parse_args()
    for name in options.sections:
        draw, headline, subtitle, caption = SECTIONS[check_choice(name, SECTIONS, name="section")]
        with house_style("light") as colors:
            figure = new_figure(headline, subtitle, caption, theme=colors, height_in=4.6)
            draw(figure.add_subplot(), colors)
            path = options.folder / f"accuracy_{name}.png"
            write_chart(Chart(figure, colors, headline, caption), path, "png")
        with Image.open(path) as drawn:  # 64 colours are enough for lines and letters
            small = drawn.convert("RGB").quantize(64)
        small.save(path, optimize=True)


if __name__ == "__main__":
    main()
