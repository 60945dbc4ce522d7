"""Thermo-optical properties of surfaces, and the named coatings of the presets."""

from __future__ import annotations

from dataclasses import dataclass

from geometry.validation import check_in_range


@dataclass(frozen=True)
class OpticalProperties:
    """Grey properties of one surface in two bands; hashable.

    Parameters
    ----------
    solar_absorptance, infrared_emittance : float
        In [0, 1].
    solar_specularity, infrared_specularity : float
        Share of what is reflected in that band that leaves as from a mirror, in [0, 1];
        the rest leaves diffusely.
    coating : str
        Name of the coating: a label for tables, and what `viz` draws it as.
    """

    solar_absorptance: float
    infrared_emittance: float
    solar_specularity: float = 0.0
    infrared_specularity: float = 0.0
    coating: str = "custom"

    def __post_init__(self) -> None:
        for name in (
            "solar_absorptance",
            "infrared_emittance",
            "solar_specularity",
            "infrared_specularity",
        ):
            check_in_range(getattr(self, name), 0.0, 1.0, name=name)


def _coating(name: str, absorptance: float, emittance: float, specularity: float = 0.0) -> OpticalProperties:
    return OpticalProperties(absorptance, emittance, specularity, specularity, name)


COATINGS: dict[str, OpticalProperties] = {
    c.coating: c
    for c in (
        # the ideal surfaces of closed forms
        _coating("black", 1.0, 1.0),
        # design values of the claims for the cell face and the back of the array
        _coating("solar_cell", 0.92, 0.85),
        _coating("array_back", 0.20, 0.90),
        # white silicate or silicone paint, beginning of life: 0.15-0.2, 0.90 [Gilmore2002]
        _coating("white_paint", 0.15, 0.90),
        # outer layer of the Earth shield, design values: bright, mirror-like
        _coating("mli_outer", 0.12, 0.03, 0.9),
        # aluminised polyimide, polyimide out: gold-coloured blanket [Gilmore2002]
        _coating("mli_gold", 0.41, 0.62, 0.5),
        # bare and anodised aluminium [Gilmore2002]
        _coating("aluminium", 0.16, 0.08, 0.5),
        # bare copper, lightly tarnished: conductors, coils, antenna elements [Gilmore2002]
        _coating("copper", 0.32, 0.04, 0.5),
        _coating("black_anodised", 0.80, 0.85),
        # black paint on electronics [Gilmore2002]
        _coating("black_paint", 0.95, 0.88),
        # graphite spreader, bare: absorbs nearly all sunlight
        _coating("graphite", 0.85, 0.75),
        # coated optics of a laser terminal, and the copper and ceramic of thrusters
        _coating("optics", 0.30, 0.80, 0.9),
        _coating("ceramic", 0.35, 0.85),
        _coating("gpu_lid", 0.40, 0.60),
    )
}
"""Named coatings.  Sources stand beside them; where none stands, the value is a design assumption."""

UNCOATED = OpticalProperties(1.0, 1.0, coating="uncoated")
"""Of a surface that nobody gave a coating: as black as can be, and known for what it is."""
