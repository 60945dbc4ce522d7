"""The name of a design, and what is known of its craft, as words."""

from __future__ import annotations

import re

import numpy as np

from geometry.craft.craft import Craft
from geometry.design import Design
from geometry.mesh.optics import UNCOATED


def title_of(design: Design) -> str:
    """`solar slice`, `broadband 28 kW`: the name of a design for pictures and panels."""
    words = design.name.replace("_", " ").split()
    spelled = ("GPU" if w == "gpu" else re.sub(r"^(\d+)kw$", r"\1 kW", w) for w in words)
    return " ".join(spelled)


def satellites_text(count: int) -> str:
    """`1,000 satellites`, `1 satellite`."""
    return "1 satellite" if count == 1 else f"{count:,} satellites"


def length_text(length_m: float) -> str:
    """`781 m`, `6.4 m`, `12 cm`, `5 mm`: a length as one says it, to two figures at least."""
    if length_m < 0.01:
        return f"{1e3 * length_m:.2g} mm"
    if length_m < 1.0:
        return f"{100.0 * length_m:.2g} cm" if length_m < 0.0995 else f"{100.0 * length_m:.0f} cm"
    return f"{length_m:.1f} m" if length_m < 9.95 else f"{length_m:,.0f} m"


def area_text(area_m2: float) -> str:
    """`440 m²`, `2.5 m²`, `36 cm²`."""
    if area_m2 < 0.0995:
        return f"{1e4 * area_m2:.2g} cm²" if area_m2 < 0.00995 else f"{1e4 * area_m2:.0f} cm²"
    if area_m2 < 0.995:
        return f"{area_m2:.2g} m²"
    return f"{area_m2:.1f} m²" if area_m2 < 9.95 else f"{area_m2:,.0f} m²"


def mass_text(mass_kg: float) -> str:
    """`107 t`, `2.5 t`, `740 kg`, `1.3 kg`, `20 g`."""
    if mass_kg < 0.0995:
        return f"{1e3 * mass_kg:.2g} g"
    if mass_kg < 9.95:
        return f"{mass_kg:.2g} kg"
    if mass_kg < 9_999.5:
        return f"{mass_kg:,.0f} kg"
    return f"{1e-3 * mass_kg:,.0f} t"


def known_of(craft: Craft) -> tuple[str, ...]:
    """Its span, its cells and its mass, as far as they are known."""
    span = float(np.ptp(craft.mesh.bounds_m, axis=0).max())
    cells, mass = cell_area_m2(craft), craft.mass_kg
    told = [f"{length_text(span)} across"]
    if cells > 0.0:
        told.append(f"{area_text(cells)} of cells")
    if mass > 0.0:
        told.append(mass_text(mass))
    return tuple(told)


def cell_area_m2(craft: Craft) -> float:
    """Area of what carries solar cells, m²: as the design says, or else as its coatings do."""
    mesh = craft.mesh
    if craft.cell_surfaces:
        return craft.array_area_m2
    cells = [k for k, o in enumerate(mesh.optics) if o.coating == "solar_cell"]
    return float(mesh.surface_areas_m2[cells].sum())


def uncoated_note(craft: Craft) -> tuple[str, ...]:
    """What grey surfaces mean, where there are any."""
    bare = sum(o == UNCOATED for o in craft.mesh.optics)
    if not bare:
        return ()
    return ("grey: no coating given",) if bare < len(craft.mesh.optics) else ("no coatings given",)
