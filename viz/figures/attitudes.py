"""The price of each attitude law: power, angle of attack and drag area over a year, and the delta-v."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from geometry.ephemeris import TimeArray
from geometry.studies.attitudes import ACTIVITIES, AttitudeTrade, LawPrice
from geometry.validation import FloatArray
from viz.figures.style import Chart, Theme, date_axis, house_style, new_figure

DESCRIPTION = "power, angle of attack, drag area, delta-v and torque of each attitude law over a year"

MODEL = (
    "Model: power factor max(0, cell normal · Sun), by the share of the Sun in view; angle of attack against "
    "the inertial velocity. Drag: free-molecular flow with diffuse re-emission and skin friction on all "
    "sides, parts in each other’s lee found by rays, air turning with the Earth; air of NRLMSIS 2.1 averaged "
    "over globe, local time and year at F10.7 70, 140 and 200. Torque: gravity gradient, the year’s largest. "
    "The orbit is held and the attitude exact."
)
_STYLES = ("-", "--", ":", "-.")
_NAMES = {
    "sun_pointing": "Sun-pointing",
    "sun_slice_locked": "slice, locked",
    "sun_slice_rolling": "slice, rolling",
    "lvlh_fixed": "fixed to the orbit",
}
_MARKS = {"solar_min": "<", "mean": "o", "solar_max": ">"}


def draw(found: AttitudeTrade, *, theme: str = "light", name: str = "") -> Chart:
    """Three curves over the year for each law, and the range of its delta-v.

    Parameters
    ----------
    found : AttitudeTrade
    theme : {"light", "dark"}
    name : str
        What flies there, for the subtitle.
    """
    headline = _headline(found)
    mass = "" if found.mass_kg is None else f"{found.mass_kg:,.0f} kg, "
    span = f"{mass}the year from {str(found.start_utc)[:10]}"
    with house_style(theme) as colors:
        figure = new_figure(headline, f"{name}, {span}" if name else span, MODEL, theme=colors, height_in=7.6)
        grid = figure.add_gridspec(3, 2, height_ratios=[0.07, 1.0, 1.0])
        panels = [figure.add_subplot(grid[row, column]) for row in (1, 2) for column in (0, 1)]
        days, drag_days = found.days_utc, found.drag_days_utc
        _curves(panels[0], days, found, lambda p: p.power_factor_day, colors)
        panels[0].set_title("Power factor, mean of each day")
        _lower_end(panels[0], [p.power_factor_day for p in found.laws])
        _curves(panels[1], days, found, lambda p: np.degrees(p.angle_of_attack_day_rad), colors)
        panels[1].set_title("Largest angle of attack / deg")
        panels[1].set_ylim(bottom=0.0)
        _curves(panels[2], drag_days, found, lambda p: p.drag["mean"].drag_area_day_m2, colors)
        panels[2].set_title("Drag area CdA / m², mean of each day, mean activity")
        _floors(panels[2], found, colors)
        _delta_v(panels[3], found, colors)
        handles, labels = panels[0].get_legend_handles_labels()
        strip = figure.add_subplot(grid[0, :])
        strip.set_axis_off()
        strip.legend(handles, labels, loc="center left", ncols=4, handlelength=2.6, borderpad=0.0)
    return Chart(figure, colors, headline, MODEL)


def _headline(found: AttitudeTrade) -> str:
    """What flying edge-on costs and saves, where both are there."""
    prices = {price.law: price for price in found.laws}
    pointing, edge_on = prices.get("sun_pointing"), prices.get("sun_slice_rolling")
    if pointing is None or edge_on is None:
        return "What each attitude law costs in a year"
    lost = 1.0 - edge_on.power_factor_mean / pointing.power_factor_mean
    saved = 1.0 - edge_on.drag["mean"].drag_area_m2 / pointing.drag["mean"].drag_area_m2
    if not saved > 0.0:
        return f"Rolling edge-on costs {100 * lost:.1f} % of the power and saves no drag"
    return (
        f"Rolling edge-on gives up {100 * lost:.1f} % of the power and saves {100 * saved:.0f} % of the drag"
    )


def _curves(
    axes: Axes,
    days_utc: TimeArray,
    found: AttitudeTrade,
    of: Callable[[LawPrice], FloatArray],
    colors: Theme,
) -> None:
    """One line for each law; they differ in colour and in stroke."""
    for k, price in enumerate(found.laws):
        axes.plot(days_utc, of(price), _STYLES[k % 4], color=colors.series[k % 5], label=_NAMES[price.law])
    last = found.days_utc[-1] + (found.days_utc[-1] - found.days_utc[0]) // max(1, found.days_utc.size - 1)
    date_axis(axes, found.days_utc[0], last)
    axes.grid(axis="x", visible=False)


def _lower_end(axes: Axes, curves: Sequence[FloatArray]) -> None:
    """From a round number below all curves up to one."""
    lowest = min(float(c.min()) for c in curves)
    bottom = max(0.0, np.floor(10.0 * (lowest - 0.02)) / 10.0)
    axes.set_ylim(bottom, 1.0 + 0.03 * (1.0 - bottom))


def _floors(axes: Axes, found: AttitudeTrade, colors: Theme) -> None:
    """The craft edge-on and broadside, between which every law lies."""
    axes.set_ylim(0.0, 1.12 * max(p.drag["mean"].drag_area_day_m2.max() for p in found.laws))
    for value, words in (
        (found.edge_on_drag_area_m2, "edge-on"),
        (found.broadside_drag_area_m2, "broadside"),
    ):
        if value < axes.get_ylim()[1]:
            axes.axhline(value, color=colors.quiet, linewidth=1.0, linestyle=(0, (1, 3)))
            axes.annotate(
                f"{words} {value:,.0f} m²" if value >= 100 else f"{words} {value:.3g} m²",
                (1.0, value),
                xycoords=("axes fraction", "data"),
                xytext=(-2, -3),
                textcoords="offset points",
                ha="right",
                va="top",
                fontsize=9,
                color=colors.quiet,
            )


def _delta_v(axes: Axes, found: AttitudeTrade, colors: Theme) -> None:
    """Range of delta-v from solar minimum to maximum, with the torque beside it."""
    if found.mass_kg is None:
        axes.set_axis_off()
        axes.text(0.5, 0.5, "no mass: no delta-v, no torque", ha="center", color=colors.quiet)
        return
    axes.set_xscale("log")
    halo = [withStroke(linewidth=3.0, foreground=colors.paper)]
    for k, price in enumerate(found.laws):
        values = [price.drag[a].delta_v_m_s_year or 0.0 for a in ACTIVITIES]
        color = colors.series[k % 5]
        axes.plot([values[0], values[-1]], [k, k], color=color, linewidth=3.0, solid_capstyle="round")
        for activity, value in zip(ACTIVITIES, values, strict=True):
            axes.plot([value], [k], _MARKS[activity], color=color, markersize=7)
            axes.annotate(
                _short(value),
                (value, k),
                xytext=(0, -9),
                textcoords="offset points",
                ha="center",
                va="top",
                fontsize=9,
                color=colors.ink,
                path_effects=halo,
            )
    axes.set_title("Delta-v to hold the altitude / m/s a year")
    every = [price.drag[a].delta_v_m_s_year or 1e-6 for price in found.laws for a in ACTIVITIES]
    axes.set_xlim(min(every) / 1.8, max(every) * 1.8)
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 3.0)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    for k, price in enumerate(found.laws):
        words = f"{_NAMES[price.law]}, torque {_torque_words(price.gravity_gradient_torque_max_n_m or 0.0)}"
        axes.annotate(
            words,
            (0.0, k),
            xycoords=("axes fraction", "data"),
            xytext=(4, 8),
            textcoords="offset points",
            va="bottom",
            fontsize=9,
            path_effects=halo,
        )
    axes.set_yticks([])
    axes.set_ylim(len(found.laws) - 0.4, -0.65)
    axes.set_xlabel("solar minimum ◂   mean ●   maximum ▸", fontsize=9)
    axes.grid(axis="y", visible=False)


def _torque_words(torque_n_m: float) -> str:
    """With the prefix that suits it."""
    for unit, scale in (("N m", 1.0), ("mN m", 1e-3), ("µN m", 1e-6)):
        if torque_n_m >= scale:
            return f"{_short(torque_n_m / scale)} {unit}"
    return "none" if torque_n_m < 1e-9 else f"{_short(torque_n_m / 1e-9)} nN m"


def _short(value: float) -> str:
    """Three digits at most, thousands apart."""
    return f"{value:,.0f}" if value >= 100.0 else f"{value:.2g}" if value < 1.0 else f"{value:.1f}"


__all__ = ["DESCRIPTION", "MODEL", "draw"]
