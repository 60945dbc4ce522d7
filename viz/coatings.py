"""What coatings look like: a `Material` for each name, and how its pattern is laid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from geometry.mesh.optics import OpticalProperties
from viz.scene import Material
from viz.textures import PATTERNS, surface_texture


@dataclass(frozen=True)
class Finish:
    """What a pattern adds to its pictures.

    Parameters
    ----------
    period_m : float or None
        Length of one repeat on the craft; None: laid by cell or by lid.
    reflectance : tuple of 3 float
        Mirror reflectance at normal incidence of what is no metal.
    coat : float
        Strength of the clear coat.
    spread : float
        Brightness differs from repeat to repeat by up to this share.
    tilt_rad : float
        And the surface's tilt by this angle.
    wave_rad : float
        Slow waviness of a thin sheet.
    """

    period_m: float | None
    reflectance: tuple[float, float, float] = (0.04, 0.04, 0.04)
    coat: float = 0.0
    spread: float = 0.0
    tilt_rad: float = 0.0
    wave_rad: float = 0.0


FINISHES: dict[str, Finish] = {
    # an anti-reflective coat turns silicon deep blue; cover glass lies over it
    "solar_cell": Finish(None, (0.012, 0.026, 0.085), 1.0, 0.22, 0.0035, 0.006),
    "array_back": Finish(None, spread=0.03, tilt_rad=0.002, wave_rad=0.008),
    "mli_gold": Finish(0.9),
    "mli_outer": Finish(1.6, wave_rad=0.01),
    "white_paint": Finish(1.6, wave_rad=0.002),
    "aluminium": Finish(0.4),
    "graphite": Finish(0.8, wave_rad=0.006),
    "black_anodised": Finish(0.15),
    "gpu_lid": Finish(None),
    "copper": Finish(0.3),
    "ceramic": Finish(0.2),
    "optics": Finish(None, (0.16, 0.035, 0.24), 1.0),  # violet as coated lenses are; drawn without a texture
}
"""By pattern; all of `textures.PATTERNS` are here."""


@cache
def coating_materials() -> Mapping[str, Material]:
    """The material of every named coating; patterned ones have the mean colour of their pattern."""
    patterned = {
        name: Material(
            surface_texture(name).mean_color,
            float(surface_texture(name).base[..., 3].mean() / 255.0),
            float(surface_texture(name).detail[..., 3].mean() / 255.0),
            FINISHES[name].coat,
            pattern=name,
        )
        for name in PATTERNS
    }
    return patterned | {
        "black": Material((0.004, 0.004, 0.004), 0.0, 0.9),
        "black_paint": Material((0.012, 0.012, 0.013), 0.0, 0.55),
        "optics": Material((0.004, 0.003, 0.010), 0.0, 0.04, 1.0, pattern="optics"),
    }


def material_of(optics: OpticalProperties) -> Material:
    """The material of a coating; one without a known name is grey as its absorptance says."""
    known = coating_materials()
    if optics.coating in known:
        return known[optics.coating]
    grey = 1.0 - optics.solar_absorptance
    mirror = optics.solar_specularity
    return Material((0.95 * grey,) * 3, min(1.0, 1.5 * mirror), 0.65 - 0.5 * mirror)
