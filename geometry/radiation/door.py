"""What all that is computed from a craft shares at its door: the mesh, and word of how far it is."""

from __future__ import annotations

from collections.abc import Callable

from geometry.mesh.surface_mesh import SurfaceMesh

Progress = Callable[[int, int], None]
"""Called with (done, total) now and then."""


def mesh_of(craft: object) -> SurfaceMesh:
    """The mesh of a craft (anything with a `mesh`), or the mesh itself."""
    mesh = getattr(craft, "mesh", craft)
    if not isinstance(mesh, SurfaceMesh):
        raise TypeError(
            f"craft must be a SurfaceMesh or have one as .mesh, got {type(craft).__name__}; "
            "build it with build_craft(design)"
        )
    return mesh
