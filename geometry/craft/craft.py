"""`Craft`: a mesh, its parts with their masses, and the cells that feed it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from geometry.craft.parameters import SolarCells
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.validation import FloatArray, check_finite, check_in_range, check_shape, read_only


@dataclass(frozen=True, eq=False)
class Part:
    """One part for the mass table.

    Mass in kg, centre (3,) in m, inertia (3, 3) in kg m^2 about that centre; body axes.
    """

    name: str
    mass_kg: float
    center_m: FloatArray
    inertia_kg_m2: FloatArray

    def __post_init__(self) -> None:
        check_in_range(self.mass_kg, 0.0, 1e9, name=f"mass of {self.name}", unit="kg")
        center = check_shape(check_finite(self.center_m, name="center_m"), (3,), name="center_m")
        inertia = check_shape(
            check_finite(self.inertia_kg_m2, name="inertia_kg_m2"), (3, 3), name="inertia_kg_m2"
        )
        object.__setattr__(self, "center_m", read_only(center))
        object.__setattr__(self, "inertia_kg_m2", read_only(inertia))


@dataclass(frozen=True, eq=False)
class Craft:
    """A satellite ready to fly: geometry in the body frame and what its parts weigh.

    Parameters
    ----------
    name : str
    mesh : SurfaceMesh
        Body frame, m.
    parts : tuple of Part
    cell_surfaces : tuple of str
        Surfaces that carry solar cells.
    cells : SolarCells or None
    """

    name: str
    mesh: SurfaceMesh
    parts: tuple[Part, ...] = ()
    cell_surfaces: tuple[str, ...] = ()
    cells: SolarCells | None = None

    def __post_init__(self) -> None:
        for name in self.cell_surfaces:
            self.mesh.surface_index(name)

    @cached_property
    def mass_kg(self) -> float:
        """Sum over the parts, kg."""
        return float(sum(p.mass_kg for p in self.parts))

    @cached_property
    def center_of_mass_m(self) -> FloatArray:
        """(3,), m, body frame; the origin where nothing has mass."""
        if not self.mass_kg:
            return read_only(np.zeros(3))
        return read_only(sum(p.mass_kg * p.center_m for p in self.parts) / self.mass_kg)

    @cached_property
    def inertia_kg_m2(self) -> FloatArray:
        """(3, 3), kg m^2, about the centre of mass, body axes (parallel-axis theorem)."""
        total = np.zeros((3, 3))
        for part in self.parts:
            d = part.center_m - self.center_of_mass_m
            total += part.inertia_kg_m2 + part.mass_kg * (d @ d * np.eye(3) - np.outer(d, d))
        return read_only(total)

    @cached_property
    def array_area_m2(self) -> float:
        """Area of the surfaces that carry cells, m^2."""
        rows = [self.mesh.surface_index(n) for n in self.cell_surfaces]
        return float(self.mesh.surface_areas_m2[rows].sum())

    @cached_property
    def bounding_radius_m(self) -> float:
        """Radius of the sphere about the centre of mass that holds every vertex, m."""
        used = self.mesh.vertices_m[np.unique(self.mesh.faces)]
        return float(np.linalg.norm(used - self.center_of_mass_m, axis=1).max())
