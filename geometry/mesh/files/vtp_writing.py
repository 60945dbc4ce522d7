"""VTP, writing: plain XML with the arrays inline in base64, which VTK and ParaView read [VTKFileFormats].

Cell arrays `surface` (that of the front), `front_surface` and `back_surface` hold rows of the field array
`surface_names`, -1 for none; beside it stand the coatings.  Nothing is lost.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import ArrayLike

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.validation import check_shape

SURFACE, FRONT, BACK = "surface", "front_surface", "back_surface"
SURFACE_NAMES, SURFACE_COATINGS = "surface_names", "surface_coating"
OPTICS = ("solar_absorptance", "infrared_emittance", "solar_specularity", "infrared_specularity")
"""Field arrays `surface_` and this, (S,)."""

_KINDS = {
    **{f"int{n}": f"Int{n}" for n in (8, 16, 32, 64)},
    **{f"uint{n}": f"UInt{n}" for n in (8, 16, 32, 64)},
    **{f"float{n}": f"Float{n}" for n in (32, 64)},
}


def vtp_bytes(
    mesh: SurfaceMesh,
    name: str,
    cell_data: Mapping[str, ArrayLike] | None = None,
    field_data: Mapping[str, ArrayLike | Sequence[str]] | None = None,
) -> bytes:
    """A mesh as a VTP file in m, with values per face and values of the whole.

    Parameters
    ----------
    mesh : SurfaceMesh
    name : str
        Kept as the field array `name`.
    cell_data : mapping of str to array (F,) or (F, k), or None
        NaN where there is no value.
    field_data : mapping of str to array or sequence of str, or None

    Raises
    ------
    ValueError
        An array of another length, one that is no numbers, or a name that the mesh itself takes.
    """
    count = len(mesh.faces)
    cells = {
        SURFACE: mesh.front_surface.astype(np.int32),
        FRONT: mesh.front_surface.astype(np.int32),
        BACK: mesh.back_surface.astype(np.int32),
    }
    fields: dict[str, ArrayLike | Sequence[str]] = {
        "name": [name],
        SURFACE_NAMES: mesh.surface_names,
        SURFACE_COATINGS: [o.coating for o in mesh.optics],
        "surface_area_m2": mesh.surface_areas_m2,
        **{f"surface_{key}": [getattr(o, key) for o in mesh.optics] for key in OPTICS},
    }
    for label, given, taken in (("cell_data", cell_data, cells), ("field_data", field_data, fields)):
        for key in given or ():
            if key in taken:
                raise ValueError(f"{label} {key!r} is a name that the mesh itself takes; choose another")
    for key, values in (cell_data or {}).items():
        array = _numbers(values, f"cell_data {key!r}")
        shape = (count,) if array.ndim < 2 else (count, None)
        cells[key] = check_shape(array, shape, name=f"cell_data {key!r}")
    fields |= field_data or {}
    pieces = [
        '<?xml version="1.0"?>',
        '<VTKFile type="PolyData" version="1.0" byte_order="LittleEndian" header_type="UInt64">',
        "<PolyData>",
        "<FieldData>",
        *(_field(key, values) for key, values in fields.items()),
        "</FieldData>",
        f'<Piece NumberOfPoints="{len(mesh.vertices_m)}" NumberOfVerts="0" NumberOfLines="0" '
        f'NumberOfStrips="0" NumberOfPolys="{count}">',
        "<Points>",
        _array("Points", mesh.vertices_m),
        "</Points>",
        "<Polys>",
        _array("connectivity", mesh.faces.ravel()),
        _array("offsets", 3 * np.arange(1, count + 1)),
        "</Polys>",
        f'<CellData Scalars="{SURFACE}">',
        *(_array(key, values) for key, values in cells.items()),
        "</CellData>",
        "</Piece>",
        "</PolyData>",
        "</VTKFile>",
    ]
    return ("\n".join(pieces) + "\n").encode()


def _numbers(values: ArrayLike, name: str) -> np.ndarray:
    """An array of a kind that VTK knows; truth values become 0 and 1."""
    array = np.asarray(values)
    if array.dtype == bool:
        array = array.astype(np.uint8)
    if array.dtype.name not in _KINDS:
        raise ValueError(f"{name} must be whole or real numbers, got {array.dtype}")
    return array


def _array(name: str, values: np.ndarray) -> str:
    """One array of numbers, (K,) or (K, k)."""
    width = values.shape[1] if values.ndim == 2 else 1
    order = values.dtype.newbyteorder("<")
    return (
        f'<DataArray type="{_KINDS[values.dtype.name]}" Name={quoteattr(name)} NumberOfComponents="{width}" '
        f'format="binary">{_encoded(np.ascontiguousarray(values, order).tobytes())}</DataArray>'
    )


def _field(name: str, values: ArrayLike | Sequence[str]) -> str:
    """One array of the whole: numbers, or words."""
    array = np.atleast_1d(np.asarray(values))
    if array.dtype.kind != "U" or array.ndim != 1:
        opening, rest = _array(name, _numbers(array, f"field_data {name!r}")).split(" ", 1)
        return f'{opening} NumberOfTuples="{len(array)}" {rest}'
    words = b"".join(word.encode() + b"\0" for word in array.tolist())
    return (
        f'<Array type="String" Name={quoteattr(name)} NumberOfTuples="{len(array)}" format="binary">'
        f"{_encoded(words)}</Array>"
    )


def _encoded(data: bytes) -> str:
    """Length and data in base64."""
    return base64.b64encode(len(data).to_bytes(8, "little") + data).decode()
