"""The options that commands share, declared once; a command takes those that fit it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter, Token, validators

if TYPE_CHECKING:
    import numpy as np

    from geometry.design import Design


def flag(*names: str, help: str) -> Parameter:
    """An option without a value; it has no `--no-` twin."""
    return Parameter(name=names, negative=(), show_default=False, help=help)


def whole_number(*names: str, help: str) -> Parameter:
    """An option for a whole number; cyclopts alone would round 1.5 to 2 without a word."""
    return Parameter(name=names, converter=_whole, help=help)


def _whole(_: object, tokens: Sequence[Token]) -> int:
    """The number of the one token, which may be written `72`, `72.0` or `1e3`.

    Raises
    ------
    ValueError
        Not whole; cyclopts adds the name of the option.
    """
    text = tokens[0].value
    try:
        value = int(text) if text.lstrip("+-").isdigit() else float(text)
        if value == int(value):
            return int(value)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"must be a whole number, got {text!r}")


Case = Literal["nominal", "hot", "cold"]

DesignSource = Annotated[
    str,
    Parameter(
        name="DESIGN",
        help="A design file (.toml), the name of a preset (`dawnring presets`), or a mesh file.",
    ),
]
OptionalDesign = Annotated[str | None, Parameter(name="DESIGN", help="As everywhere; --list needs none.")]
Output = Annotated[
    Path | None,
    Parameter(name=("--output", "-o"), help="File to write; its suffix decides the kind."),
]
Force = Annotated[bool, flag("--force", help="Replace the output where it exists.")]
Json = Annotated[bool, flag("--json", help="One JSON document on stdout, all else on stderr.")]
At = Annotated[
    str | None,
    Parameter(name="--at", help="Moment in UTC (ISO 8601) at which to start; default: the design's epoch."),
]
Satellite = Annotated[int, whole_number("--satellite", help="Member of the ring, from 0.")]
Jobs = Annotated[
    int | None,
    Parameter(
        name=("--jobs", "-j"),
        converter=_whole,
        validator=validators.Number(gte=1),
        help="Threads or processes to use; default: all cores.",
    ),
]


@Parameter(name="*")
@dataclass(frozen=True)
class Changes:
    """What is changed in the design on the way in."""

    set: Annotated[
        tuple[str, ...],
        Parameter(
            name="--set",
            negative=(),
            consume_multiple=False,
            show_default=False,
            help="section.key=value replaces one key of the design; may be given again.",
        ),
    ] = ()
    case: Annotated[Case, Parameter(name="--case", help="Environment and age of the coatings.")] = "nominal"
    unit: Annotated[
        Literal["m", "mm"] | None, Parameter(name="--unit", help="Unit of a mesh file; default: m.")
    ] = None

    def load(self, source: str, *more: str) -> Design:
        """The design, with these changes and then `more` of the same form."""
        from geometry.design import load_design

        unit = () if self.unit is None else (f"craft.unit={self.unit}",)
        design = load_design(source, (*unit, *self.set, *more), self.case)
        if unit and design.document.craft.type != "mesh":
            raise ValueError(f"--unit is for mesh files, and {design.name!r} is none; leave it out")
        return design


@Parameter(name="*")
@dataclass(frozen=True)
class Casting:
    """How hard rays are cast."""

    tolerance: Annotated[
        float | None,
        Parameter(
            name="--tolerance",
            help="Standard error to reach, relative to each value; default: radiation.tolerance.",
        ),
    ] = None
    seed: Annotated[
        int | None,
        whole_number("--seed", help="Seed of all sampling; default: radiation.seed."),
    ] = None

    def as_changes(self) -> tuple[str, ...]:
        """The same as changes of the design, so that one schema checks them."""
        given = (("radiation.tolerance", self.tolerance), ("radiation.seed", self.seed))
        return tuple(f"{key}={value!r}" for key, value in given if value is not None)


@Parameter(name="*")
@dataclass(frozen=True)
class Voice:
    """How much is said on stderr."""

    quiet: Annotated[bool, flag("--quiet", "-q", help="No progress and no remarks on stderr.")] = False
    verbose: Annotated[bool, flag("--verbose", "-v", help="Show the traceback of an error.")] = False


def moment(at: str | None, design: Design) -> np.datetime64:
    """`--at`, within the ephemeris, or the design's epoch where it was not given."""
    from geometry.ephemeris import check_times_utc, parse_utc

    if at is None:
        return design.epoch_utc
    return check_times_utc(parse_utc(at, name="--at"), name="--at")[0]


DEFAULT_CHANGES = Changes()
DEFAULT_CASTING = Casting()
DEFAULT_VOICE = Voice()
