"""VTP, reading: as VTK, ParaView and pyvista write it [VTKFileFormats].

Arrays in ASCII, inline base64, or appended raw or in base64; plain or in blocks compressed by zlib or
LZMA; polygons and triangle strips of all pieces.  The cell array `surface` tells the surface of each face
(numbers into the field array `surface_names` if there is one, or words); -1 is no surface.
"""

from __future__ import annotations

import base64
import binascii
import lzma
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from geometry.mesh.files.assembly import FileMesh
from geometry.mesh.files.polygons import PolygonError, triangulated
from geometry.mesh.files.vtp_writing import BACK, FRONT, OPTICS, SURFACE, SURFACE_COATINGS, SURFACE_NAMES
from geometry.mesh.optics import OpticalProperties
from geometry.mesh.surface_mesh import INACTIVE
from geometry.validation import FloatArray, IntArray

_TYPES = {
    **{f"{sign}Int{n}": f"{kind}{n // 8}" for sign, kind in (("", "i"), ("U", "u")) for n in (8, 16, 32, 64)},
    **{f"Float{n}": f"f{n // 8}" for n in (32, 64)},
    "String": "u1",
}
_DECOMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "vtkZLibDataCompressor": zlib.decompress,
    "vtkLZMADataCompressor": lzma.decompress,
}
_CELLS = ("Verts", "Lines", "Polys", "Strips")
"""In the order of the rows of cell data: vertices, lines, polygons, strips."""


def read_vtp(path: Path) -> FileMesh:
    """Triangles and surfaces of a VTP file; one surface named after the file where it tells none.

    Raises
    ------
    ValueError
        Not a VTP file, cut off, compressed in a way that is not read, or a polygon that crosses itself.
    """
    root, appended = _parsed(path.read_bytes(), path)
    try:
        return _file_mesh(root, _Decoder.of(root, appended), path.stem)
    except PolygonError as error:
        raise ValueError(f"{path}: polygon {error.polygon}: {error}; cut it into triangles") from None
    except (KeyError, IndexError, TypeError, binascii.Error, zlib.error, lzma.LZMAError) as error:
        raise ValueError(
            f"{path}: cut off, or not a valid VTP file ({type(error).__name__}: {error})"
        ) from None
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _parsed(data: bytes, path: Path) -> tuple[ElementTree.Element, tuple[bytes, str]]:
    """The XML, and the appended data with their encoding (raw data are no XML: cut out before)."""
    found = re.search(rb"<AppendedData\b([^>]*)>\s*_", data)
    appended = b"", ""
    if found:
        end = data.rfind(b"</AppendedData")
        encoding = "base64" if b"base64" in found[1] else "raw"
        appended = data[found.end() : end if end > 0 else len(data)], encoding
        data = data[: found.start()] + b"</VTKFile>"
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise ValueError(f"{path}: not a VTP file, or cut off (XML: {error})") from None
    if root.tag != "VTKFile" or root.get("type") != "PolyData":
        kind = root.get("type") if root.tag == "VTKFile" else root.tag
        raise ValueError(f"{path}: not a VTP file: it holds {kind!r}, not 'PolyData'")
    return root, appended


@dataclass(frozen=True)
class _Decoder:
    """How the arrays of a file are packed."""

    order: str
    header: np.dtype[Any]
    decompress: Callable[[bytes], bytes] | None
    appended: bytes
    appended_encoding: str

    @classmethod
    def of(cls, root: ElementTree.Element, appended: tuple[bytes, str]) -> _Decoder:
        order = ">" if root.get("byte_order") == "BigEndian" else "<"
        compressor = root.get("compressor")
        if compressor and compressor not in _DECOMPRESSORS:
            raise ValueError(f"compressed by {compressor}, which is not read here; write it with zlib")
        header = np.dtype(order + _TYPES[root.get("header_type", "UInt32")])
        return cls(order, header, _DECOMPRESSORS[compressor] if compressor else None, *appended)

    def array(self, element: ElementTree.Element) -> np.ndarray:
        """One array, (K,), (K, k), or of words."""
        kind, width = element.get("type", ""), int(element.get("NumberOfComponents") or 1)
        if kind not in _TYPES:
            raise ValueError(f"an array of {kind!r} is not read here")
        dtype = np.dtype(self.order + _TYPES[kind])
        how = element.get("format")
        if how == "ascii":
            given = np.array((element.text or "").split(), dtype="S")
            values = given.astype(float if dtype.kind == "f" else np.int64).astype(dtype)
        elif how == "appended":
            values = np.frombuffer(self._packed(int(element.get("offset", 0))), dtype)
        else:
            values = np.frombuffer(self._inline(element.text or ""), dtype)
        if kind == "String":
            words = values.astype(np.uint8).tobytes().split(b"\0")[:-1]
            return np.array([w.decode("utf-8", "replace") for w in words], dtype=object)
        return values.reshape(-1, width) if width > 1 else values

    def _packed(self, offset: int) -> bytes:
        """The appended data that begin at an offset."""
        if self.appended_encoding == "base64":
            return self._inline(self.appended[offset:].decode("ascii", "replace"))
        size = self.header.itemsize
        (count,) = self._lengths(self.appended[offset : offset + size], 1)
        if self.decompress is None:
            start = offset + size
            return _whole(self.appended[start : start + count], count)
        start = offset + (3 + count) * size
        sizes = self._lengths(self.appended[offset:start], 3 + count)[3:]
        return self._blocks(self.appended[start : start + sum(sizes)], sizes)

    def _inline(self, text: str) -> bytes:
        """Base64: length and data together, or the lengths of the blocks and then the blocks."""
        text = "".join(text.split())
        if not text:
            return b""
        size = self.header.itemsize
        (count,) = self._lengths(_base64(text, 0, size), 1)
        if self.decompress is None:
            return _whole(_base64(text, 0, size + count)[size:], count)
        head = (3 + count) * size
        sizes = self._lengths(_base64(text, 0, head), 3 + count)[3:]
        return self._blocks(_base64(text, 4 * -(-head // 3), sum(sizes)), sizes)

    def _lengths(self, data: bytes, count: int) -> list[int]:
        """So many lengths before the data."""
        lengths = np.frombuffer(_whole(data, count * self.header.itemsize), self.header)
        return [int(n) for n in lengths]

    def _blocks(self, data: bytes, sizes: list[int]) -> bytes:
        """Blocks of these compressed sizes, one after the other."""
        decompress = self.decompress or bytes
        ends = list(accumulate(sizes))
        data = _whole(data, sum(sizes))
        return b"".join(decompress(data[end - size : end]) for end, size in zip(ends, sizes, strict=True))


def _whole(data: bytes, length: int) -> bytes:
    if len(data) < length:
        raise ValueError(f"cut off: {length:,} bytes of an array should be there, {len(data):,} are")
    return data


def _base64(text: str, start: int, size: int) -> bytes:
    """So many bytes of a stream of base64 that starts at a character."""
    return base64.b64decode(text[start : start + 4 * -(-size // 3)])[:size]


def _file_mesh(root: ElementTree.Element, decoder: _Decoder, stem: str) -> FileMesh:
    poly_data = root.find("PolyData")
    if poly_data is None:
        raise ValueError("not a VTP file (it has no PolyData)")
    fields = {
        name: decoder.array(element)
        for element in poly_data.iterfind("./FieldData/*")
        if (name := element.get("Name", "")).startswith(SURFACE)
    }
    pieces = [_piece(piece, decoder) for piece in poly_data.iterfind("Piece")]
    starts = np.cumsum([0] + [len(p.vertices) for p in pieces])
    vertices = np.concatenate([np.zeros((0, 3)), *(p.vertices for p in pieces)])
    faces = np.concatenate(
        [np.zeros((0, 3), np.int64), *(p.faces + s for p, s in zip(pieces, starts, strict=False))]
    )

    def told(name: str) -> np.ndarray | None:
        """A cell array that all pieces with faces have, by face."""
        arrays = [p.cells.get(name) for p in pieces if len(p.faces)]
        whole = [a for a in arrays if a is not None and a.ndim == 1]
        return np.concatenate(whole) if whole and len(whole) == len(arrays) else None

    front, back = told(FRONT), told(BACK)
    if front is None or back is None:
        front, back = told(SURFACE), None
    if front is None:
        front = np.zeros(len(faces), np.int64)
        fields[SURFACE_NAMES] = np.array([stem], dtype=object)
    rows, names = _named(front, back, fields.get(SURFACE_NAMES))
    optics = _optics(fields, names)
    return FileMesh(vertices, faces, rows[0], rows[1], names, optics)


def _named(
    front: np.ndarray, back: np.ndarray | None, words: np.ndarray | None
) -> tuple[tuple[IntArray, IntArray], tuple[str, ...]]:
    """Rows of names for both sides; a number that has no name is called `surface_` and itself."""
    if front.dtype == object:
        words, front = np.unique(front.astype(str), return_inverse=True)
    sides = []
    for side in (front, np.full(len(front), INACTIVE) if back is None else back):
        whole = np.round(side.astype(float))
        wrong = np.flatnonzero(~(whole == side))
        if wrong.size:
            raise ValueError(f"cell array {SURFACE!r} must hold whole numbers, got {side[wrong[0]]}")
        sides.append(np.maximum(whole.astype(np.int64), INACTIVE))
    numbers = np.unique(np.concatenate(sides))
    numbers = numbers[numbers >= 0]
    known = [] if words is None or (words.dtype != object and words.dtype.kind != "U") else words.tolist()
    names = [known[n] if n < len(known) else f"surface_{n}" for n in numbers]
    unique = {name: k for k, name in enumerate(dict.fromkeys(names))}
    place = np.array([unique[name] for name in names] + [INACTIVE], np.int64)
    rows = [np.where(s < 0, INACTIVE, place[np.searchsorted(numbers, np.maximum(s, 0))]) for s in sides]
    return (rows[0], rows[1]), tuple(unique)


def _optics(fields: dict[str, np.ndarray], names: tuple[str, ...]) -> tuple[OpticalProperties, ...] | None:
    """Coatings where the file tells all of them."""
    words, coatings = fields.get(SURFACE_NAMES), fields.get(SURFACE_COATINGS)
    columns = [fields.get(f"surface_{key}") for key in OPTICS]
    if words is None or coatings is None:
        return None
    if any(c is None or len(c) != len(words) for c in (coatings, *columns)):
        return None
    values = np.column_stack([np.asarray(c, dtype=float) for c in columns if c is not None])
    told = {
        word: OpticalProperties(row[0], row[1], row[2], row[3], coating)
        for word, row, coating in zip(words.tolist(), values.tolist(), coatings.tolist(), strict=True)
    }
    return tuple(told[n] for n in names) if all(n in told for n in names) else None


@dataclass(frozen=True, eq=False)
class _Piece:
    vertices: FloatArray
    faces: IntArray
    cells: dict[str, np.ndarray]
    """By face of this piece."""


def _piece(piece: ElementTree.Element, decoder: _Decoder) -> _Piece:
    points = piece.find("./Points/DataArray")
    if points is None:
        return _Piece(np.zeros((0, 3)), np.zeros((0, 3), np.int64), {})
    vertices = decoder.array(points).reshape(-1, 3).astype(float)
    counts, faces, owners = 0, [np.zeros((0, 3), np.int64)], [np.zeros(0, np.int64)]
    for kind in _CELLS:
        corners, offsets = _connectivity(piece, kind, decoder)
        if corners.size and not (corners.min() >= 0 and corners.max() < len(vertices)):
            raise ValueError(f"{kind} name a vertex that is not there (0 to {len(vertices) - 1})")
        if kind in ("Polys", "Strips") and len(offsets) > 1:
            if kind == "Polys":
                triangles, cell = triangulated(np.nan_to_num(vertices), corners, offsets)
            else:
                triangles, cell = _strips(corners, offsets)
            faces.append(triangles)
            owners.append(cell + counts)
        counts += len(offsets) - 1
    rows = np.concatenate(owners)
    wanted = (SURFACE, FRONT, BACK)
    cells = {}
    for element in piece.iterfind("./CellData/*"):
        name = element.get("Name")
        if name in wanted:
            values = decoder.array(element)
            if len(values) != counts:
                raise ValueError(f"cell array {name!r} has {len(values)} values for {counts} cells")
            cells[name] = values[rows]
    return _Piece(vertices, np.concatenate(faces), cells)


def _connectivity(piece: ElementTree.Element, kind: str, decoder: _Decoder) -> tuple[IntArray, IntArray]:
    """Corners of the cells of one kind, and where each begins."""
    arrays = {e.get("Name"): decoder.array(e) for e in piece.iterfind(f"./{kind}/DataArray")}
    corners = arrays.get("connectivity", np.zeros(0)).astype(np.int64)
    ends = arrays.get("offsets", np.zeros(0)).astype(np.int64)
    offsets = np.concatenate([[0], ends]).astype(np.int64)
    if (np.diff(offsets) < 0).any() or offsets[-1] != len(corners):
        raise ValueError(f"the offsets of {kind} do not fit its {len(corners)} corners")
    return corners, offsets


def _strips(corners: IntArray, offsets: IntArray) -> tuple[IntArray, IntArray]:
    """Triangles of strips, every other one turned, and the strip of each."""
    start = np.arange(len(corners))
    strip = np.searchsorted(offsets, start, side="right") - 1
    inner = start + 2 < offsets[strip + 1]
    start, strip = start[inner], strip[inner]
    odd = (start - offsets[strip]) % 2
    faces = np.stack([corners[start], corners[start + 1 + odd], corners[start + 2 - odd]], axis=1)
    return faces, strip
