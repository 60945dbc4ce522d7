"""One satellite, one file: parameters -> `Craft` (mesh, parts with masses, cells)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from geometry.craft.craft import Craft, Part
from geometry.craft.gpu_sheet import build_gpu_sheet
from geometry.craft.mesh_craft import build_mesh_craft
from geometry.craft.panel_module import build_panel_module
from geometry.craft.parameters import Detail, GpuSheet, MeshCraft, PanelModule, SolarSlice
from geometry.craft.solar_slice import build_solar_slice
from geometry.validation import check_choice

BUILDERS: dict[type, tuple[str, Callable[..., Craft]]] = {
    SolarSlice: ("solar_slice", build_solar_slice),
    PanelModule: ("panel_module", build_panel_module),
    GpuSheet: ("gpu_sheet", build_gpu_sheet),
    MeshCraft: ("mesh", build_mesh_craft),
}
"""By type of the parameters: the craft's name where the design gives none, and its builder."""


def build_craft(design: Any, detail: Detail = "light", **options: Any) -> Craft:
    """The satellite of a design: mesh, masses, cells.

    Parameters
    ----------
    design : Design or CraftParameters
        A design gives its `craft` and its `name`.
    detail : {"light", "rich"}
        "light": few triangles, every named surface; the mesh of the analysis and of far instances.
        "rich": frames, hinges, single cards, telescopes and nozzles for close-ups; the surfaces of
        "light" keep their names, others are added.
    **options
        Of a `gpu_sheet`: `relief_modules` and `relief_center_m`, the modules drawn with their
        electronics in rich detail.

    Returns
    -------
    Craft

    Raises
    ------
    TypeError
        Parameters of no known craft.
    ValueError
        An unknown detail; parts that do not fit where they stand; an unreadable mesh file.
    """
    check_choice(detail, ("light", "rich"), name="detail")
    parameters = getattr(design, "craft", design)
    if type(parameters) not in BUILDERS:
        known = ", ".join(t.__name__ for t in BUILDERS)
        raise TypeError(f"design must be a Design or one of {known}, got {type(parameters).__name__}")
    kind, build = BUILDERS[type(parameters)]
    return build(parameters, getattr(design, "name", kind), detail, **options)


__all__ = ["Craft", "Part", "build_craft"]
