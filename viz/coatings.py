"""What coatings look like: a `Material` for each name, and how its pattern is laid."""

from __future__ import annotations

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
        Length of one repeat on the craft; None: laid by cell, by module or by lid.
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
    by_block : bool
        One picture spans a whole module (`Material.block`), not one repeat of the coordinates.
    block_tilt_rad : float
        Tilt from module to module, where the material knows them (`Material.block`).
    """

    period_m: float | None
    reflectance: tuple[float, float, float] = (0.04, 0.04, 0.04)
    coat: float = 0.0
    spread: float = 0.0
    tilt_rad: float = 0.0
    wave_rad: float = 0.0
    block_tilt_rad: float = 0.0
    by_block: bool = False


FINISHES: dict[str, Finish] = {
    # an anti-reflective coat turns silicon deep blue; cover glass lies over it
    "solar_cell": Finish(None, (0.012, 0.026, 0.085), 1.0, 0.22, 0.0035, 0.004, 0.002),
    "array_back": Finish(
        None, spread=0.03, tilt_rad=0.002, wave_rad=0.006, block_tilt_rad=0.006, by_block=True
    ),
    "mli_gold": Finish(0.9),
    "mli_outer": Finish(1.6, wave_rad=0.01),
    "white_paint": Finish(1.6, spread=0.045, tilt_rad=0.001, wave_rad=0.002),
    "aluminium": Finish(0.4),
    "graphite": Finish(0.8, wave_rad=0.006),
    "black_anodised": Finish(0.15),
    "gpu_lid": Finish(None),
    "copper": Finish(0.3),
    "ceramic": Finish(0.2),
    "optics": Finish(None, (0.16, 0.035, 0.24), 1.0),  # violet as coated lenses are; drawn without a texture
}
"""By pattern; all of `textures.PATTERNS` are here."""


_PLAIN: dict[str, Material] = {
    "black": Material((0.004, 0.004, 0.004), 0.0, 0.9),
    "uncoated": Material((0.16, 0.16, 0.165), 0.0, 0.55),  # grey stands for what nobody has said
    "black_paint": Material((0.012, 0.012, 0.013), 0.0, 0.55),
    "optics": Material((0.004, 0.003, 0.010), 0.0, 0.04, 1.0, pattern="optics"),
    # of a person for scale
    "suit": Material((0.74, 0.73, 0.70), 0.0, 0.75),
    "suit_joint": Material((0.36, 0.37, 0.40), 0.0, 0.65),
    "suit_trim": Material((0.62, 0.07, 0.03), 0.0, 0.6),
    "visor": Material((0.95, 0.62, 0.20), 1.0, 0.05),
}


@cache
def coating_material(coating: str, size: int | None = None) -> Material | None:
    """The material of a named coating, None where the name is not known.

    A patterned one has the mean colour of its pattern: what it looks like from afar.  `size`: pixels to
    draw it with; default those of the full texture.
    """
    if coating in PATTERNS:
        drawn = surface_texture(coating, size=size) if size else surface_texture(coating)
        return Material(
            drawn.mean_color,
            drawn.mean_metallic,
            float(drawn.detail[..., 3].mean() / 255.0),
            FINISHES[coating].coat,
            pattern=coating,
        )
    return _PLAIN.get(coating)


def material_of(optics: OpticalProperties, size: int | None = None) -> Material:
    """The material of a coating; one without a known name is grey as its absorptance says."""
    known = coating_material(optics.coating, size)
    if known is not None:
        return known
    grey = 0.95 * (1.0 - optics.solar_absorptance)
    mirror = optics.solar_specularity
    return Material((grey, grey, grey), min(1.0, 1.5 * mirror), 0.65 - 0.5 * mirror)
