"""The page of the browser viewer: HTML controls, bound to words and numbers that the server pushes."""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from typing import Any

import numpy as np
from trame.ui.html import DivLayout
from trame.widgets import html

from viz.image import png_bytes
from viz.times import year_of, year_share
from viz.viewer.background import JUMPS
from viz.viewer.coloring import COLORINGS
from viz.viewer.keys import BROWSER, key_lines
from viz.viewer.knobs import KNOBS, LAWS, value_text
from viz.viewer.session import Session
from viz.viewer.sight import Sight
from viz.viewer.state import CAMERAS, speed_text
from viz.viewer.telling import (
    SIDE_WORDS,
    place_text,
    satellite_lines,
    sun_lines,
    surface_lines,
    time_text,
    title_lines,
    year_words,
)

JUMP_WORDS = dict(zip(JUMPS, ("Equinox", "Solstice", "Next eclipse", "Longest eclipse"), strict=True))
STRIP_HEIGHT = 36.0
RAMP_STEPS = 9


def state_of(session: Session) -> dict[str, Any]:
    """Everything that the page shows, as plain values."""
    state, moment = session.state, session.moment
    name, ring = title_lines(session.design)
    heading, lines = _selected(session)
    known = session.knob_values()
    return {
        "name": name + (" (changed)" if session.is_changed else ""),
        "ring": ring,
        "time": time_text(moment),
        "time_iso": str(np.datetime_as_string(state.at_utc, unit="s")),
        "sun_lines": list(sun_lines(moment)),
        "camera": state.camera,
        "place": place_text(state.camera, moment, session.camera),
        "heading": heading,
        "lines": [list(line) for line in lines],
        "knobs": {k: known[k] for k in KNOBS},
        "knob_words": {k: "" if v is None else value_text(k, v) for k, v in known.items()},
        "law": session.laws,
        "coloring": state.coloring,
        "scale": _scale(session),
        "playing": state.playing,
        "speed": speed_text(state.speed),
        "umbra": state.umbra,
        "help": state.help,
        "filming": session.filming,
        "text_scale": state.text_scale,
        "message": session.message,
        "alert": session.alert,
        "strip": _strip(session),
        "date_share": _date_share(session),
        "sight": "" if session.sight is None else _address_of(session.sight),
    }


@lru_cache(maxsize=2)
def _address_of(seen: Sight) -> str:
    """A picture as an address that holds all of it."""
    return f"data:image/png;base64,{b64encode(png_bytes(seen.picture)).decode()}"


def _selected(session: Session) -> tuple[str, list[tuple[str, str]]]:
    state = session.state
    surface = state.surface
    if surface is not None and surface in session.craft.mesh.surface_names:
        return surface, surface_lines(surface, session.craft.mesh, session.loads, playing=state.playing)
    if session.state.camera == "ground":
        return "", []
    hint = "click a surface for its loads" if session.sees_craft else "click a satellite to go there"
    return f"Satellite {session.state.satellite}", [*satellite_lines(session.moment), (hint, "")]


def _scale(session: Session) -> dict[str, Any]:
    """Title, end and colours of the scale; an empty title where there is none."""
    chosen = COLORINGS[session.state.coloring]
    if chosen.values is None or not session.sees_craft:
        return {"title": "", "ticks": [], "ramp": ""}
    loads = session.loads
    if loads is None or (chosen.needs_fine and not loads.is_fine):
        return {"title": f"{chosen.title}: being cast ...", "ticks": [], "ramp": ""}
    import matplotlib

    top = session.scale_top or 1.0
    colors = matplotlib.colormaps[chosen.color_map](np.linspace(0.0, 1.0, RAMP_STEPS))
    stops = ", ".join("rgb({:.0f} {:.0f} {:.0f})".format(*(255.0 * c[:3])) for c in colors)
    ticks = ["0", f"{0.5 * top:g}", f"{top:g}"]
    title = chosen.title if loads.is_fine else f"{chosen.title}, coarse"
    return {"title": title, "ticks": ticks, "ramp": f"linear-gradient(to right, {stops})"}


def _strip(session: Session) -> dict[str, Any]:
    """Path of the season strip in a box 365 wide, and its words."""
    year, calendar = year_of(session.state.at_utc), session.year
    words = year_words(calendar, year)
    if calendar is None or calendar.year != year or not calendar.umbra_s.any():
        return {"path": "", "words": words}
    minutes = calendar.umbra_s / 60.0
    heights = STRIP_HEIGHT * (1.0 - 0.9 * minutes / minutes.max())
    steps = " ".join(f"L{k} {h:.1f} L{k + 1} {h:.1f}" for k, h in enumerate(heights))
    return {"path": f"M0 {STRIP_HEIGHT} {steps} L{len(heights)} {STRIP_HEIGHT} Z", "words": words}


def _date_share(session: Session) -> float:
    """Place of the day in its year, 0 to 1."""
    return round(year_share(session.state.at_utc), 4)


# ---------------------------------------------------------------- the page


def build_page(server: Any) -> None:
    """Lay out the page of a trame server."""
    server.state.trame__title = "dawnring"
    with DivLayout(server) as layout:
        layout.root.classes = "dawnring"
        layout.root.style = ("`font-size: ${text_scale}rem`",)
        html.Canvas(
            id="dawnring-view",
            tabindex=0,
            **_raw(role="img", aria_label=("`The ring, ${place}, ${time}`",)),
        )
        with html.Div(classes="panel left"):
            _caption()
            with html.Div(classes="tabs"):  # shown where there is no room for both columns
                html.Button("View", type="button", **_raw(data_panel="view", aria_expanded="false"))
                html.Button("Change", type="button", **_raw(data_panel="change", aria_expanded="false"))
            with html.Div(classes="more"):
                _left()
        with html.Div(v_if=("sight",), classes="panel sight"):
            _sight()
        with html.Div(classes="panel right"):
            _right()
        with html.Div(classes="panel bottom"):
            _bottom()
        html.Div(
            "{{ message }}",
            classes=("alert ? 'message alert' : 'message'",),
            v_if=("message && !help",),
            **_raw(role="status", aria_live="polite"),
        )
        _help()
        html.Div("The viewer has ended: start it again where it ran.", classes="gone")


def _do(command: str, *more: str) -> str:
    """What a control triggers: a command and its value, as JavaScript."""
    return f"trigger('do', [{', '.join([command, *more])}])"


def _raw(**attributes: str | tuple[str]) -> dict[str, list[str]]:
    """Attributes that trame does not know, and would leave out without a word; an expression in a tuple."""
    named = ((name.replace("_", "-"), value) for name, value in attributes.items())
    return {
        "raw_attrs": [f'{n}="{v}"' if isinstance(v, str) else f':{n}="{v[0]}"' for n, v in named],
    }


def _button(label: str, command: str, chosen: str = "", said: str = "", **more: Any) -> None:
    """A button for a command; `chosen` is an expression where it can be on or off, `said` its name aloud."""
    aloud: dict[str, str | tuple[str]] = {"aria_label": said} if said else {}
    if chosen:
        aloud["aria_pressed"] = (chosen,)
        more["classes"] = (f"{chosen} ? 'chosen' : ''",)
    html.Button(
        label,
        type="button",
        click=_do(f"'{command}'"),
        **_raw(**aloud),
        **more,
    )


def _caption() -> None:
    """What, when, in what light."""
    html.H1("{{ name }}")
    html.P("{{ ring }}", classes="quiet")
    html.P("{{ time }}", id="time")
    html.P("{{ line }}", v_for="line in sun_lines", key="line")


def _left() -> None:
    """The cameras; the numbers of what is selected."""
    with html.Div(classes="grid"):
        for name, label in CAMERAS.items():
            _button(label, f"camera:{name}", f"camera === '{name}'")
    with html.Div(classes="grid", v_if=("camera === 'follow' || camera === 'ride'",)):
        for name, label in SIDE_WORDS.items():
            _button(label, f"side:{name}", id=f"side-{name}")
    html.P("{{ place }}", classes="quiet")
    html.H2("{{ heading }}", id="heading", v_if=("heading",))
    with html.Dl(id="numbers"), html.Div(v_for="(line, k) in lines", key="k"):
        html.Dt("{{ line[0] }}")
        html.Dd("{{ line[1] }}")


def _sight() -> None:
    """What the selected surface sees, beside its numbers."""
    html.P("What it sees", classes="quiet")
    html.Img(id="sight", src=("sight",), alt=("`Fisheye: what ${heading} sees`",))


def _right() -> None:
    for name, knob in KNOBS.items():
        with html.Label(v_if=(f"knobs.{name} !== null",)):
            html.Span(knob.label, classes="quiet")
            html.Span(f"{{{{ knob_words.{name} }}}}", classes="value")
            share = knob.logarithmic
            html.Input(
                type="range",
                id=f"knob-{name}",
                min=0 if share else knob.low,
                max=1 if share else knob.high,
                step=0.001 if share else knob.step,
                value=(f"Math.log10(knobs.{name}) / Math.log10({knob.high})" if share else f"knobs.{name}",),
                input=_do(f"'knob:{name}'", _value(knob.high if share else None), "false"),
                change=_do(f"'knob:{name}'", _value(knob.high if share else None), "true"),
                **_raw(aria_valuetext=(f"knob_words.{name}",)),
            )
    html.P("Attitude law", classes="quiet")
    with html.Div(classes="grid"):
        for name, label in LAWS.items():
            _button(label, f"law:{name}", f"law === '{name}'")
    html.P("Colour by", classes="quiet")
    with html.Div(classes="grid"):
        for name, coloring in COLORINGS.items():
            _button(coloring.label, f"color:{name}", f"coloring === '{name}'", id=f"color-{name}")
    with html.Div(v_if=("scale.title",), classes="scale"):
        html.P("{{ scale.title }}")
        html.Div(classes="ramp", v_if=("scale.ramp",), style=("`background: ${scale.ramp}`",))
        with html.Div(classes="ticks quiet"):
            html.Span("{{ tick }}", v_for="tick in scale.ticks", key="tick")
    with html.Div(classes="grid two"):
        _button("Reset design", "reset")
        _button("Reset camera", "home")


def _value(top: float | None) -> str:
    """The value of a range input; of a logarithmic one, from its share."""
    if top is None:
        return "Number($event.target.value)"
    return f"Math.max(1, Math.round(Math.pow({top}, Number($event.target.value))))"


def _bottom() -> None:
    with html.Div(classes="bar"):
        with html.Div(classes="transport"):
            html.Button(
                "{{ playing ? 'Pause' : 'Play' }}",
                type="button",
                id="play",
                click=_do("'play'"),
                classes=("playing ? 'chosen wide' : 'wide'",),
            )
            _button("−", "speed:-1", said="slower")
            html.Span("{{ speed }}", classes="speed")
            _button("+", "speed:+1", said="faster")
        with html.Div(classes="tools"):
            _tools()
    with html.Div(classes="strip"):
        html.Div(
            '<svg viewBox="0 0 365 36" preserveAspectRatio="none" aria-hidden="true">'
            '<path :d="strip.path"/></svg>'
        )
        html.Span("{{ strip.words }}", classes=("date_share < 0.3 ? 'words aside quiet' : 'words quiet'",))
        html.Input(
            type="range",
            id="date",
            min=0,
            max=1,
            step=0.00274,
            value=("date_share",),
            input=_do("'date'", "Number($event.target.value)", "false"),
            **_raw(aria_label="date", aria_valuetext=("time",)),
        )
    with html.Div(classes="months quiet"):
        for month in ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"):
            html.Span(month)


def _tools() -> None:
    """Where to go in time; what to keep."""
    for jump, label in JUMP_WORDS.items():
        _button(label, f"jump:{jump}", id=f"jump-{jump}")
    html.Input(
        type="text",
        id="time-field",
        value=("time_iso",),
        change=_do("'time'", "$event.target.value"),
        spellcheck="false",
        **_raw(aria_label="date and time, UTC"),
    )
    html.Span(classes="space")
    _button("Shadow", "umbra", "umbra")
    html.A("Screenshot", href="screenshot", classes="button", id="screenshot", download="")
    html.Button(
        "{{ filming ? 'Stop film' : 'Film' }}",
        type="button",
        id="film",
        **_raw(data_key="f"),  # as the key does: the film is for the tab that asks
        classes=("filming ? 'chosen' : ''",),
        title="10 s of the present view as it plays; press again to end it",
    )
    html.A(
        "Save film",
        href="film",
        classes="button",
        id="save-film",
        download=("film",),
        v_show=("film",),
        title=("film",),
    )
    _button("?", "help", "help", id="keys", said="keys")


def _help() -> None:
    with html.Div(v_if=("help",), classes="panel help", **_raw(role="dialog", aria_label="keys")):
        html.H1("Keys")
        with html.Dl():
            for line in key_lines(BROWSER):
                with html.Div():
                    html.Dt(line.shown)
                    html.Dd(line.words)
        _button("Close", "help")
