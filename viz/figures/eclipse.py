"""The eclipse calendar of one or more orbits over a year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from geometry.environment import EarthShape
from geometry.ephemeris import TimeArray
from geometry.studies.eclipse_year import EclipseYear, RingsTogether
from geometry.studies.shadow_seasons import Season
from geometry.validation import FloatArray
from viz.figures.style import Chart, Theme, date_axis, day_and_month, house_style, new_figure
from viz.times import clock_text, year_span

DESCRIPTION = "minutes of shadow per orbit over a year, with its seasons and the beta angle"

_HELD = "the orbit keeps its mean local time and flies with J2 short-period and J3 long-period terms"
_DAY = np.timedelta64(86_400_000_000, "us")
_LABEL_HALF_WIDTH = 24 * _DAY
_EDGE_POINTS = np.linspace(0.0, 1.0, 12)


def draw(found: EclipseYear | RingsTogether, *, theme: str = "light", name: str = "") -> Chart:
    """Minutes of umbra and of shadow per orbit over the year, and the beta angle below.

    Parameters
    ----------
    found : EclipseYear or RingsTogether
        One orbit, or the rings of several local times side by side.
    theme : {"light", "dark"}
    name : str
        What flies there, for the subtitle.
    """
    orbits = [found] if isinstance(found, EclipseYear) else list(found.years)
    orbit_words = _HELD if orbits[0].ltan_s is not None else "the orbit is propagated"
    caption = model_words(orbits[0].earth_shape, orbit_words)
    headline = _one_ring(orbits[0]) if len(orbits) == 1 else _several_rings(found)
    height_in = 6.2 + 1.9 * (len(orbits) - 1)
    with house_style(theme) as colors:
        figure = new_figure(headline, _subtitle(orbits, name), caption, theme=colors, height_in=height_in)
        ratios = [*(2.4 for _ in orbits), 1.0 if len(orbits) == 1 else 1.5]
        panels = figure.subplots(len(orbits) + 1, 1, sharex=True, height_ratios=ratios)
        top = max(5.0, 1.2 * max(o.longest_shadow_s for o in orbits) / 60.0)
        for axes, orbit in zip(panels, orbits, strict=False):
            _duration_panel(axes, orbit, colors, top)
            if len(orbits) > 1 and orbit.ltan_s is not None:
                axes.set_title(f"Ascending node at {clock_text(orbit.ltan_s)}")
        if any(o.longest_shadow_s for o in orbits):
            panels[0].legend(loc="lower right", bbox_to_anchor=(1.0, 0.99), ncols=2, handlelength=1.2)
        _beta_panel(panels[-1], orbits, colors)
    return Chart(figure, colors, headline, caption)


def model_words(earth_shape: EarthShape, orbit: str) -> str:
    """What the numbers rest on; `orbit` says how it flies."""
    earth = "ellipsoidal Earth about its true pole"
    if earth_shape.is_sphere:
        earth = f"spherical Earth of {earth_shape.equatorial_radius_m / 1e3:,.0f} km radius"
    return (
        f"Model: {earth}; true place, distance and disc of the Sun (de421); umbra and penumbra by root-"
        f"finding on the depth of shadow; {orbit}. Refraction in the air and the Moon are left out."
    )


def _one_ring(orbit: EclipseYear) -> str:
    """What the year of one orbit amounts to."""
    if not orbit.longest_shadow_s:
        return "In sunlight all year: the shadow never reaches this orbit"
    if not orbit.longest_umbra_s:
        return f"No umbra all year, and penumbra on {orbit.days_with_shadow} days"
    days, total = orbit.days_with_umbra, len(orbit.noons_utc)
    when = "every day" if days == total else f"on {days} of {total} days"
    return f"In the Earth’s umbra {when}, for up to {orbit.longest_umbra_s / 60:.1f} minutes an orbit"


def _several_rings(found: EclipseYear | RingsTogether) -> str:
    """Whether one of them is always lit."""
    if not isinstance(found, RingsTogether):
        raise TypeError(f"several rings come as RingsTogether, got {type(found).__name__}")
    count = {2: "two", 3: "three", 4: "four"}.get(len(found.years), str(len(found.years)))
    if found.one_always_lit:
        return f"One of the {count} rings is in full sunlight at every moment of {found.years[0].year}"
    days = int(np.all([o.shadow_s > 0.0 for o in found.years], axis=0).sum())
    return f"On {days} days of {found.years[0].year} all {count} rings meet the shadow"


def _subtitle(orbits: Sequence[EclipseYear], name: str) -> str:
    """Which orbit, which year."""
    orbit = orbits[0]
    parts = [name] if name else []
    if orbit.altitude_m is not None:
        parts.append(f"sun-synchronous, {orbit.altitude_m / 1e3:,.0f} km")
    if len(orbits) == 1 and orbit.ltan_s is not None:
        parts.append(f"ascending node at {clock_text(orbit.ltan_s)} mean local time")
    return ", ".join([*parts, str(orbit.year)])


def _duration_panel(axes: Axes, orbit: EclipseYear, colors: Theme, top: float) -> None:
    """Filled curves of shadow and umbra, with their seasons."""
    first, end = year_span(orbit.year)
    for seconds, color, label, edges in (
        (orbit.shadow_s, colors.penumbra, "penumbra", _edges(orbit.seasons, umbra=False)),
        (orbit.umbra_s, colors.umbra, "umbra", _edges(orbit.seasons, umbra=True)),
    ):
        # The noons stand for whole days: the first and the last reach to the ends of the year.
        days = np.concatenate([[first], orbit.noons_utc, [end]])
        minutes = np.concatenate([seconds[:1], seconds, seconds[-1:]]) / 60.0
        times, minutes = _with_edges(days, minutes, edges)
        axes.fill_between(times, minutes, color=color, linewidth=0, label=label)
    for season in orbit.seasons:
        _season_band(axes, season, colors, (first, end), top)
    date_axis(axes, first, end)
    axes.set_ylim(0.0, top)
    ticks = MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]).tick_values(0.0, orbit.longest_shadow_s / 60.0)
    axes.set_yticks([t for t in ticks if t <= 0.86 * top])
    axes.set_ylabel("minutes per orbit")
    axes.grid(axis="x", visible=False)
    if orbit.longest_umbra_utc is not None:
        _mark_longest(axes, orbit, colors)
    if not orbit.longest_shadow_s:
        axes.text(0.5, 0.5, "no shadow", transform=axes.transAxes, ha="center", color=colors.quiet)


def _edges(seasons: Sequence[Season], *, umbra: bool) -> list[tuple[np.datetime64, int]]:
    """Edges of the seasons, +1 where one begins and -1 where one ends."""
    names = ("first_umbra_utc", "last_umbra_utc") if umbra else ("first_penumbra_utc", "last_penumbra_utc")
    pairs = [(getattr(season, n), side) for season in seasons for n, side in zip(names, (1, -1), strict=True)]
    return [(at, side) for at, side in pairs if at is not None]


def _with_edges(
    days: TimeArray, minutes: FloatArray, edges: Sequence[tuple[np.datetime64, int]]
) -> tuple[TimeArray, FloatArray]:
    """The daily curve with its true ends: between an edge and the next noon it grows like a square root."""
    times, values = [days], [minutes]
    for edge, side in edges:
        inside = np.flatnonzero((days > edge) if side > 0 else (days < edge))
        if not inside.size:
            continue
        noon = inside[0] if side > 0 else inside[-1]
        span = days[noon] - edge
        if abs(span) <= _DAY:
            times.append(edge + (_EDGE_POINTS[:-1] * span.astype(np.int64)).astype("timedelta64[us]"))
            values.append(minutes[noon] * np.sqrt(_EDGE_POINTS[:-1]))
    joined, curve = np.concatenate(times), np.concatenate(values)
    order = np.argsort(joined, kind="stable")
    return joined[order], curve[order]


def _season_band(
    axes: Axes, season: Season, colors: Theme, year: tuple[np.datetime64, np.datetime64], top: float
) -> None:
    """A band from the first to the last penumbra, with the dates of the umbra."""
    first, end = year
    low = first if season.first_penumbra_utc is None else max(season.first_penumbra_utc, first)
    high = end if season.last_penumbra_utc is None else min(season.last_penumbra_utc, end)
    axes.axvspan(
        low,  # type: ignore[arg-type]  # matplotlib's stubs know numbers alone
        high,  # type: ignore[arg-type]  # likewise
        color=colors.penumbra,
        alpha=0.16,
        linewidth=0,
        zorder=0.5,
    )
    begins, ends, kind = season.first_umbra_utc, season.last_umbra_utc, "umbra"
    if not season.has_umbra:
        begins, ends, kind = season.first_penumbra_utc, season.last_penumbra_utc, "penumbra only,"
    if begins is None or ends is None:
        return
    year_shown = season.open_start or season.open_end
    dates = [day_and_month(e) + (f" {str(e)[:4]}" if year_shown else "") for e in (begins, ends)]
    middle = low + (high - low) / 2
    side = "left" if middle < first + 60 * _DAY else "right" if middle > end - 60 * _DAY else "center"
    place = {"left": first, "right": end, "center": middle}[side]
    axes.annotate(
        f"{kind} {dates[0]} to {dates[1]}",
        (place, top),
        xytext=({"left": 6, "right": -6, "center": 0}[side], -5),
        textcoords="offset points",
        ha=side,
        va="top",
        color=colors.ink,
        fontsize=9,
    )


def _mark_longest(axes: Axes, orbit: EclipseYear, colors: Theme) -> None:
    """The longest umbra: a dot on the curve, its length and date in the dark below."""
    first, end = year_span(orbit.year)
    at = orbit.longest_umbra_utc
    if at is None:
        return
    minutes = orbit.longest_umbra_s / 60.0
    axes.plot([at], [minutes], "o", color=colors.series[1], markersize=5, zorder=5, clip_on=False)
    words = f"longest {minutes:.1f} min\n{day_and_month(at)}"
    # Inside the curve where it is broad enough at half its height, else beside its top.
    broad = 0.55 * minutes
    within = (orbit.umbra_s / 60.0 > broad) & (np.abs(orbit.noons_utc - at) < 2 * _LABEL_HALF_WIDTH)
    place = np.clip(at, first + _LABEL_HALF_WIDTH, end - _LABEL_HALF_WIDTH)
    if minutes > 0.45 * axes.get_ylim()[1] and within.sum() * _DAY > (9 * _LABEL_HALF_WIDTH) // 5:
        axes.text(
            place,  # type: ignore[arg-type]  # matplotlib's stubs know numbers alone
            broad,
            words,
            ha="center",
            va="center",
            color=colors.paper,
            fontsize=9,
            linespacing=1.35,
        )
        return
    late = at > first + (end - first) / 2
    axes.annotate(
        words,
        (at, minutes),
        xytext=(-34 if late else 34, -4),
        textcoords="offset points",
        ha="right" if late else "left",
        va="bottom",
        fontsize=9,
        linespacing=1.35,
        color=colors.ink,
    )


def _beta_panel(axes: Axes, orbits: Sequence[EclipseYear], colors: Theme) -> None:
    """Angle of the Sun above each orbit plane."""
    for k, orbit in enumerate(orbits):
        label = f"node {clock_text(orbit.ltan_s)}" if len(orbits) > 1 and orbit.ltan_s is not None else None
        axes.plot(
            orbit.noons_utc,
            np.degrees(orbit.beta_rad),
            color=colors.series[k % len(colors.series)],
            linestyle=("-", "--", ":", "-.")[k % 4],
            label=label,
        )
    beta = np.degrees(np.concatenate([o.beta_rad for o in orbits]))
    low, high = min(0.0, float(beta.min()) - 8.0), max(0.0, float(beta.max()) + 8.0)
    axes.set_ylim(max(low, -96.0), min(high, 96.0))
    step = 45 if high - low > 110.0 else 30
    axes.set_yticks([t for t in range(-90, 91, step) if low <= t <= high])
    axes.set_ylabel("beta angle / deg")
    date_axis(axes, *year_span(orbits[0].year))
    axes.grid(axis="x", visible=False)
    if len(orbits) > 1:
        axes.legend(loc="center right", ncols=len(orbits))
