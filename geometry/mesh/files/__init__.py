"""Mesh files: reading them as `SurfaceMesh`, writing craft for other tools."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from geometry.mesh.files.assembly import MOST_TRIANGLES, FileMesh, assembled
from geometry.mesh.files.glb_reading import read_glb
from geometry.mesh.files.obj import read_obj
from geometry.mesh.files.ply import read_ply
from geometry.mesh.files.stl import read_stl
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.validation import check_positive

READERS: dict[str, Callable[[Path], FileMesh]] = {
    ".obj": read_obj,
    ".glb": read_glb,
    ".stl": read_stl,
    ".ply": read_ply,
}
"""By suffix."""


def read_mesh(path: str | Path, *, metres_per_unit: float = 1.0, force: bool = False) -> SurfaceMesh:
    """The mesh of a file, its surfaces named as the file names them.

    OBJ: every `o` or `g` is a surface; the same name again is the same surface.  GLB: every node's mesh,
    with the transforms of its scene.  STL, PLY: one surface, named after the file.  A surface is the side
    of its outward normal; the other side is inactive unless the file is one of this program's that says
    what it is.  Coatings are black where the file does not keep them.

    Parameters
    ----------
    path : str or Path
    metres_per_unit : float
        0.001 where the file is in mm.
    force : bool
        Read more than five million triangles.

    Returns
    -------
    SurfaceMesh

    Raises
    ------
    ValueError
        No such file, an unknown suffix, a file that is not what its suffix says, no triangles, NaN,
        faces without area that matter, too many triangles; the place is named.

    Warns
    -----
    UserWarning
        Faces without area were dropped.

    Notes
    -----
    Vertices at exactly the same place become one; faces keep their order.
    """
    path = Path(path)
    check_positive(metres_per_unit, name="metres_per_unit")
    suffix = path.suffix.lower()
    if suffix not in READERS:
        raise ValueError(f"{path}: a mesh file must end in one of {', '.join(READERS)}, got {suffix!r}")
    if not path.is_file():
        raise ValueError(f"mesh file {str(path)!r} does not exist")
    return assembled(READERS[suffix](path), path, metres_per_unit=metres_per_unit, force=force)


__all__ = ["MOST_TRIANGLES", "READERS", "read_mesh"]
