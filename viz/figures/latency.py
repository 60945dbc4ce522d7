"""Round trips of light from users to the ring: a map by local time, and a curve over the ring's altitude."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure

from geometry.studies.latency import Latency, ring_normals_mean_sun
from geometry.validation import FloatArray
from viz.figures.style import Chart, Theme, house_style, ink_on, new_figure
from viz.times import clock_text

DESCRIPTION = "round trip of light from users to the ring by local time and latitude, and over altitude"

_STEP_MS, _LINE_STEP_MS = 5.0, 10.0
_COAST_CODE = 127.5  # of water.png: land below, water above
_COAST_STEP = 8  # texels; a third of a degree


def draw(
    found: Latency, *, theme: str = "light", name: str = "", noon_longitude_rad: float | None = None
) -> Chart:
    """Round trips over local time and latitude, and from the equator over the altitude of the ring.

    Parameters
    ----------
    found : Latency
        A table in steps of a degree or two looks smooth.
    theme : {"light", "dark"}
    name : str
        What flies there, for the subtitle.
    noon_longitude_rad : float, optional
        Longitude on which the mean Sun stands: draws the coasts as they then lie, rad east.
    """
    headline = (
        f"At worst {1e3 * found.worst_s:.0f} ms to the ring and back, "
        f"{1e3 * found.best_s:.1f} ms to a satellite overhead"
    )
    rings = " and ".join(clock_text(t) for t in found.ltans_s)
    ring = f"ring at {found.altitude_m / 1e3:,.0f} km, nodes at {rings} mean local time"
    relays = found.relays
    caption = (
        "Model: vacuum speed of light and no delay at a node; straight to the ring where it stands at "
        f"{np.degrees(relays.min_elevation_rad):.0f}° elevation or higher, else up to a relay at "
        f"{np.degrees(relays.min_elevation_rad):.0f}° and on by laser in equal steps along a dense shell at "
        f"{relays.altitude_m / 1e3:,.0f} km, the last step to the ring; links stay above "
        f"{relays.grazing_altitude_m / 1e3:.0f} km; fewest kilometres over the number of steps. Spherical "
        "Earth, dense ring."
    )
    if noon_longitude_rad is not None:
        caption += " The coasts lie under the local times as at the design’s epoch."
    with house_style(theme) as colors:
        figure = new_figure(
            headline, f"{name}, {ring}" if name else ring, caption, theme=colors, height_in=6.0
        )
        world, curve = figure.subplots(1, 2, width_ratios=[2.6, 1.0])
        _map(figure, world, found, colors)
        if noon_longitude_rad is not None:
            _coasts(world, noon_longitude_rad, colors)
        _curves(curve, found, colors)
    return Chart(figure, colors, headline, caption)


def _map(figure: Figure, axes: Axes, found: Latency, colors: Theme) -> None:
    """Filled steps of 5 ms, labelled lines each 10 ms, and the worst places."""
    hours, latitude_deg = found.local_time_s / 3600.0, np.degrees(found.latitude_rad)
    ms = 1e3 * found.round_trip_s
    levels = np.arange(0.0, _STEP_MS * np.ceil(1e3 * found.worst_s / _STEP_MS) + 0.1, _STEP_MS)
    norm = BoundaryNorm(levels, colors.colormap.N)
    filled = axes.contourf(hours, latitude_deg, ms, levels=levels, cmap=colors.colormap, norm=norm)
    bar = figure.colorbar(filled, ax=axes, location="bottom", pad=0.02, aspect=45, shrink=0.9)
    bar.set_label("round trip / ms")
    bar.set_ticks(np.arange(0.0, levels[-1] + 0.1, _LINE_STEP_MS).tolist())
    bar.outline.set_visible(False)
    inner = np.arange(_LINE_STEP_MS, 1e3 * found.worst_s, _LINE_STEP_MS)
    if inner.size:
        inks = [ink_on(colors.colormap(norm(level - 1e-3))) for level in inner]
        lines = axes.contour(hours, latitude_deg, ms, levels=inner, colors=inks, linewidths=0.6)
        axes.clabel(lines, fmt="%.0f", fontsize=7.5)
    _ring_lines(axes, found, colors)
    _worst_places(axes, found, colors)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 0.985), ncols=2, handlelength=1.6, fontsize=9)
    axes.set_title("Users by mean local time and latitude")
    axes.set_xlim(0.0, 24.0)
    axes.set_xticks(range(0, 25, 3), [f"{h:02d}:00" for h in range(0, 25, 3)], fontsize=9)
    axes.set_ylim(-90.0, 90.0)
    axes.set_yticks(
        range(-90, 91, 30), ["90° S", "60° S", "30° S", "0°", "30° N", "60° N", "90° N"], fontsize=9
    )
    axes.grid(visible=False)


def _ring_lines(axes: Axes, found: Latency, colors: Theme) -> None:
    """Where the ring stands in the zenith."""
    hours = np.linspace(0.0, 24.0, 721)
    angle = (hours - 12.0) * np.pi / 12.0
    for k, (x, y, z) in enumerate(ring_normals_mean_sun(found.inclination_rad, found.ltans_s)):
        across = x * np.cos(angle) + y * np.sin(angle)
        latitude = np.degrees(np.arctan2(-across * np.sign(z), abs(z)))
        axes.plot(
            hours, latitude, color=colors.series[4], linewidth=1.4, label=None if k else "ring overhead"
        )


def _worst_places(axes: Axes, found: Latency, colors: Theme) -> None:
    """The place of the worst round trip and the one opposite."""
    hour, latitude_deg = found.worst_local_time_s / 3600.0, np.degrees(found.worst_latitude_rad)
    ends = [(hour, latitude_deg), ((hour + 12.0) % 24.0, -latitude_deg)]
    places = [(x + turn, y) for x, y in ends for turn in (0.0, 24.0) if x + turn <= 24.0]
    axes.plot(
        *np.transpose(places),
        "o",
        color=colors.series[1],
        markersize=5,
        clip_on=False,
        zorder=5,
        label=f"worst, {1e3 * found.worst_s:.0f} ms",
    )


def _coasts(axes: Axes, noon_longitude_rad: float, colors: Theme) -> None:
    """Outlines of the land, shifted so that the meridian of noon lies at 12:00."""
    from PIL import Image

    from viz.assets import asset

    code = np.asarray(Image.open(asset("water.png")).reduce(_COAST_STEP), dtype=float)
    rows, columns = code.shape
    longitude = (np.arange(columns) + 0.5) / columns * 2.0 * np.pi - np.pi
    latitude_deg = 90.0 - (np.arange(rows) + 0.5) / rows * 180.0
    hours = (12.0 + np.mod(longitude - noon_longitude_rad + np.pi, 2.0 * np.pi) * 12.0 / np.pi - 12.0) % 24.0
    order = np.argsort(hours)
    axes.contour(
        hours[order],
        latitude_deg,
        code[:, order],
        levels=[_COAST_CODE],
        colors=colors.ink,
        linewidths=0.45,
        alpha=0.5,
    )


def _curves(axes: Axes, found: Latency, colors: Theme) -> None:
    """Round trips over the altitude of the ring, and its own altitude."""
    altitude_km = found.compared_altitude_m / 1e3
    curves: list[tuple[str, FloatArray, str]] = [
        ("worst place", found.compared_worst_s, "-"),
        ("equator, noon", found.compared_equator_noon_s, "--"),
    ]
    for k, (label, seconds, style) in enumerate(curves):
        axes.plot(altitude_km, 1e3 * seconds, style, color=colors.series[k], label=label)
    own = found.altitude_m / 1e3
    axes.axvline(own, color=colors.quiet, linestyle=":", linewidth=1.2)
    low, high = 1e3 * found.compared_equator_noon_s.min(), 1e3 * found.compared_worst_s.max()
    span = max(high - low, 1.0)
    axes.set_ylim(low - 0.35 * span, high + 0.45 * span)
    axes.annotate(
        f"this design\n{1e3 * found.worst_s:.1f} and {1e3 * found.equator_noon_s:.1f} ms",
        (own, low - 0.35 * span),
        xytext=(5, 5),
        textcoords="offset points",
        va="bottom",
        fontsize=9,
        color=colors.ink,
    )
    axes.grid(axis="x", visible=False)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("altitude of the ring / km")
    axes.set_ylabel("round trip / ms")
    axes.set_title("Over the ring’s altitude")
    axes.legend(loc="upper right", handlelength=2.2)
