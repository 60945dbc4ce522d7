"""Mesh files: reading them as `SurfaceMesh`, writing craft for other tools."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from numpy.typing import ArrayLike

from geometry.mesh.files.assembly import MOST_TRIANGLES, FileMesh, assembled
from geometry.mesh.files.glb_reading import read_glb
from geometry.mesh.files.glb_writing import glb_bytes
from geometry.mesh.files.obj import obj_bytes, read_obj
from geometry.mesh.files.ply import read_ply
from geometry.mesh.files.stl import read_stl, stl_bytes
from geometry.mesh.files.vtp_reading import read_vtp
from geometry.mesh.files.vtp_writing import vtp_bytes
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.validation import check_choice, check_positive
from geometry.whole_files import whole_file

READERS: dict[str, Callable[[Path], FileMesh]] = {
    ".obj": read_obj,
    ".glb": read_glb,
    ".stl": read_stl,
    ".ply": read_ply,
    ".vtp": read_vtp,
}
"""By suffix."""

WRITERS: dict[str, Callable[..., bytes]] = {
    "glb": glb_bytes,
    "stl": stl_bytes,
    "obj": obj_bytes,
    "vtp": vtp_bytes,
}
"""By format: a mesh and its name -> the bytes of the file."""


class HasMesh(Protocol):
    """What a craft is to this room."""

    @property
    def name(self) -> str: ...

    @property
    def mesh(self) -> SurfaceMesh: ...


def read_mesh(path: str | Path, *, metres_per_unit: float = 1.0, force: bool = False) -> SurfaceMesh:
    """The mesh of a file, its surfaces named as the file names them.

    OBJ: every `o` or `g` is a surface; the same name again is the same surface.  GLB: every node's mesh,
    with the transforms of its scene.  VTP: the cell array `surface`.  STL, PLY, and VTP without that array:
    one surface, named after the file.  A surface is the side of its outward normal; the other side is
    inactive unless the file is one of this program's that says what it is.  Coatings are black where the
    file does not keep them.

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


def write_mesh(
    mesh_or_craft: SurfaceMesh | HasMesh,
    path: str | Path,
    format: str | None = None,
    *,
    cell_data: Mapping[str, ArrayLike] | None = None,
    field_data: Mapping[str, ArrayLike | Sequence[str]] | None = None,
) -> None:
    """A mesh, or that of a craft, as a file; whole or not at all.

    Every triangle is written once, with its normal leaving its surface; `docs/mesh_files.md` tells what each
    format keeps of names, coatings and back sides.

    Parameters
    ----------
    mesh_or_craft : SurfaceMesh or Craft
    path : str or Path
        Replaced where it exists.
    format : {"glb", "stl", "obj", "vtp"} or None
        None: by the suffix of `path`.
    cell_data : mapping of str to array (F,) or (F, k), or None
        Values per face, for VTP; unit in each name, NaN where there is none.
    field_data : mapping of str to array or sequence of str, or None
        Values of the whole, for VTP.

    Raises
    ------
    ValueError
        An unknown format; values for a format that keeps none, or of another length.
    """
    path = Path(path)
    format = path.suffix.lower().removeprefix(".") if format is None else format
    check_choice(format, WRITERS, name="format")
    more = {}
    if cell_data is not None or field_data is not None:
        if format != "vtp":
            raise ValueError(f"values are kept by format 'vtp' only, got {format!r}")
        more = {"cell_data": cell_data, "field_data": field_data}
    mesh = mesh_or_craft if isinstance(mesh_or_craft, SurfaceMesh) else mesh_or_craft.mesh
    name = path.stem if isinstance(mesh_or_craft, SurfaceMesh) else mesh_or_craft.name
    data = WRITERS[format](mesh, name, **more)
    with whole_file(path) as partial:
        partial.write_bytes(data)


__all__ = ["MOST_TRIANGLES", "READERS", "WRITERS", "read_mesh", "write_mesh"]
