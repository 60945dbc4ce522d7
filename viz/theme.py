"""The one place for looks: light, colour, tone, type.

Light in a scene is linear and relative: 1.0 is a white, diffuse surface that faces the Sun.  Night is
a hundred thousand times darker than day; to show both in one picture, lights of the night (towns,
stars, air glow, satellites) are lifted by the factors here, all of them and always the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.util import find_spec
from pathlib import Path

Color = tuple[float, float, float]

EXPOSURE = 2.2  # all light, before the tone curve
SATURATION = 1.18
CONTRAST, KNEE = 1.28, 0.33  # the tone curve: slope of its shadows, where its shoulder is

# --- the Earth
SUN_RADIANCE = 2.5e3  # of the disc, as drawn: far below the truth, enough to dazzle
SUN_COLOR: Color = (1.0, 0.96, 0.90)
CITY_COLOR: Color = (1.0, 0.62, 0.28)  # sodium and warm white lamps
CITY_GAIN = 1.0
NIGHT_SKYGLOW: Color = (0.0026, 0.0043, 0.0080)  # light of the sky on the night side, lifted
AIRGLOW: Color = (0.0038, 0.0064, 0.0072)  # edge-on, lifted
CLEAR_AIR = 0.62  # share of the haze left out where one looks straight down; it goes with the cosine's root
TWILIGHT_LIFT: Color = (4.6, 2.7, 1.5)  # of the air where the Sun is just down: it fades by a thousand there

# --- stars and satellites
STAR_GAIN = 0.5  # one pixel's radiance of a star of magnitude 1
STAR_POWER = 0.62  # flux to this power: the eye's range is longer than the screen's
STAR_SATURATION = 0.8
POINT_SIGMA = 0.62  # of a point's image, in pixels of a picture 1,080 rows high
LIT: Color = (1.0, 0.74, 0.40)  # sunlight off cells and foil
PENUMBRA: Color = (1.0, 0.34, 0.10)
DARK: Color = (0.16, 0.26, 0.55)
UMBRA: Color = (0.008, 0.011, 0.030)  # the shadow where it is drawn as a body, looked through
DARK_LIGHT = 0.3  # of a satellite in umbra, relative to one in the Sun
RING_LIGHT = 0.9  # of one satellite of a thousand, from as far as the Earth's centre
RING_CROWDING = 0.85  # a ring of more satellites has less light each, by this power

# --- the lens
BLOOM = 0.055  # share of the light that spreads
BLOOM_SIGMAS = ((0.0022, 0.48), (0.0065, 0.26), (0.018, 0.15), (0.05, 0.08), (0.13, 0.03))  # heights, weights

# --- type
# None: the Aileron that Pillow carries, for the glyphs that it has; the rest comes with matplotlib
FONTS: dict[str, str | None] = {"regular": None, "bold": "DejaVuSans-Bold.ttf", "mono": "DejaVuSansMono.ttf"}
FALLBACK_FONT = "DejaVuSans.ttf"
PLAIN_GLYPHS = frozenset(map(chr, range(32, 127))) | frozenset("°±·")
MARGIN = 0.045  # of the picture's height, around all words
MOST_LUMINANCE = 1.05 / 4.6 - 0.05  # of words on white: a contrast of 4.5 [WCAG2], and rounding to bytes
PAPER: Color = (1.0, 1.0, 1.0)  # behind pictures of the light theme
LIGHT_AS_INK = 0.65, 3  # factor and power of its sRGB: points then have a contrast of 3 on white [WCAG2]
TEXT: Color = (0.90, 0.92, 0.95)
TEXT_QUIET: Color = (0.62, 0.66, 0.73)

# --- the viewer's panels, sRGB
PANEL: Color = (0.055, 0.065, 0.085)
PANEL_OPACITY = 0.86
PANEL_EDGE: Color = (0.17, 0.19, 0.23)
CONTROL: Color = (0.13, 0.15, 0.19)
CONTROL_HOVER: Color = (0.19, 0.22, 0.27)
ACCENT: Color = (1.0, 0.72, 0.36)  # the ring's own light
ACCENT_DEEP: Color = (0.36, 0.26, 0.14)
STRIP: Color = (0.34, 0.42, 0.68)  # umbra by the day
ALERT: Color = (1.0, 0.55, 0.42)


@cache
def font_file(name: str) -> Path:
    """Path of a font that comes inside matplotlib."""
    found = find_spec("matplotlib")  # importing it takes a quarter of a second
    if found is None or found.origin is None:
        raise ModuleNotFoundError("matplotlib, which brings the fonts, is not installed", name="matplotlib")
    return Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" / name


ON_PAPER: ContextVar[bool] = ContextVar("ON_PAPER", default=False)
"""Whether words are written on paper: the light theme turns their lightness about."""


@contextmanager
def themed(name: str) -> Iterator[None]:
    """Write words for the theme "dark" or "light" while the block lasts."""
    token = ON_PAPER.set(name == "light")
    try:
        yield
    finally:
        ON_PAPER.reset(token)


def ink(color: Color) -> Color:
    """A colour of words as the theme writes it: on paper light grey becomes dark, readable; hues stay."""
    if not ON_PAPER.get():
        return color
    turn = max(color) + min(color)
    red, green, blue = (min(max(c + 1.0 - turn, 0.0), 1.0) for c in color)
    while luminance((red, green, blue)) > MOST_LUMINANCE:
        red, green, blue = 0.95 * red, 0.95 * green, 0.95 * blue
    return red, green, blue


def luminance(srgb: Color) -> float:
    """Relative luminance of a colour in sRGB, 0 (black) to 1 (white) [WCAG2]."""
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in srgb)
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
