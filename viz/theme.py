"""The one place for looks: light, colour, tone, type.

Light in a scene is linear and relative: 1.0 is a white, diffuse surface that faces the Sun.  Night is
a hundred thousand times darker than day; to show both in one picture, lights of the night (towns,
stars, air glow, satellites) are lifted by the factors here, all of them and always the same.
"""

from __future__ import annotations

from pathlib import Path

Color = tuple[float, float, float]

EXPOSURE = 1.25  # all light, before the tone curve

# --- the Earth
SUN_RADIANCE = 4.0e3  # of the disc, as drawn; what it does to a lens is GLARE's
GROUND_GAIN = 1.0
CITY_COLOR: Color = (1.0, 0.62, 0.28)  # sodium and warm white lamps
CITY_GAIN = 0.55
NIGHT_SKYGLOW: Color = (0.00045, 0.0007, 0.0013)  # light of the sky on the night side, lifted
AIRGLOW: Color = (0.0042, 0.0065, 0.0030)  # the 557.7 nm layer, edge-on, lifted

# --- stars and satellites
STAR_GAIN = 0.28  # one pixel's radiance of a star of magnitude 1
STAR_POWER = 0.62  # flux to this power: the eye's range is longer than the screen's
POINT_SIGMA = 0.62  # of a point's image, in pixels of a picture 1,080 rows high
LIT: Color = (1.0, 0.86, 0.62)  # sunlight off cells and foil
PENUMBRA: Color = (1.0, 0.34, 0.10)
DARK: Color = (0.16, 0.26, 0.55)

# --- the lens
BLOOM = 0.055  # share of the light that spreads
BLOOM_SIGMAS = ((0.0022, 0.55), (0.009, 0.30), (0.035, 0.15))  # heights, weights

# --- type
FONTS: dict[str, str] = {
    "regular": "DejaVuSans.ttf",
    "bold": "DejaVuSans-Bold.ttf",
    "mono": "DejaVuSansMono.ttf",
}
TEXT: Color = (0.86, 0.88, 0.92)
TEXT_QUIET: Color = (0.56, 0.60, 0.68)


def font_file(weight: str) -> Path:
    """Path of the font for a weight of `FONTS`; all come inside matplotlib."""
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / FONTS[weight]
