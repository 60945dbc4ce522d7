"""PLY, ASCII and binary of either byte order: one surface."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from geometry.mesh.files.assembly import FileMesh, one_surface
from geometry.mesh.files.numbers import numbers_in
from geometry.mesh.files.polygons import PolygonError, triangulated
from geometry.validation import FloatArray, IntArray

# fmt: off
_TYPES = {
    "char": "i1", "uchar": "u1", "short": "i2", "ushort": "u2", "int": "i4", "uint": "u4",
    "int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2", "int32": "i4", "uint32": "u4",
    "int64": "i8", "uint64": "u8", "float": "f4", "double": "f8", "float32": "f4", "float64": "f8",
}
# fmt: on
_ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}
_CORNERS = ("vertex_indices", "vertex_index")


@dataclass
class _Element:
    """One table of the file: properties as (name, type, type of the count of a list or "")."""

    name: str
    count: int
    properties: list[tuple[str, str, str]] = field(default_factory=list)


def read_ply(path: Path) -> FileMesh:
    """The faces of a PLY file as one surface named after the file, polygons cut into triangles.

    Raises
    ------
    ValueError
        Not a PLY file, cut off, corners that do not exist, a polygon that crosses itself.
    """
    data = path.read_bytes()
    order, elements, start = _header(data, path)
    try:
        tables = _ascii(data[start:], elements) if not order else _binary(data, start, elements, order)
    except (IndexError, ValueError):
        raise ValueError(f"{path}: cut off, or not the numbers that its header announces") from None
    vertex = tables.get("vertex", {})
    missing = [axis for axis in "xyz" if axis not in vertex]
    if missing:
        raise ValueError(f"{path}: the vertices have no {', '.join(missing)}; a mesh needs x, y and z")
    vertices = np.column_stack([vertex[axis] for axis in "xyz"]).astype(float)
    corners, offsets = _corner_lists(tables.get("face", {}))
    outside = np.flatnonzero((corners < 0) | (corners >= len(vertices)))
    if outside.size:
        face = int(np.searchsorted(offsets, outside[0], side="right")) - 1
        raise ValueError(f"{path}: face {face} names vertex {corners[outside[0]]} of {len(vertices)}")
    try:
        faces, _ = triangulated(np.nan_to_num(vertices), corners, offsets)
    except PolygonError as error:
        raise ValueError(f"{path}: face {error.polygon}: {error}; cut it into triangles") from None
    return one_surface(vertices, faces, path.stem)


def _header(data: bytes, path: Path) -> tuple[str, list[_Element], int]:
    """Byte order ("" for ASCII), elements, and where the data begin."""
    end = data.find(b"end_header")
    after = data.find(b"\n", end) + 1
    if not data.startswith(b"ply") or end < 0 or not after:
        raise ValueError(f"{path}: not a PLY file (its header is missing)")
    order, elements = None, []
    for line in data[:end].decode("ascii", "replace").splitlines()[1:]:
        words = line.split()
        try:
            if words[:1] == ["format"]:
                order = _ORDERS[words[1]]
            elif words[:1] == ["element"]:
                elements.append(_Element(words[1], int(words[2])))
            elif words[:2] == ["property", "list"]:
                elements[-1].properties.append((words[4], _TYPES[words[3]], _TYPES[words[2]]))
            elif words[:1] == ["property"]:
                elements[-1].properties.append((words[2], _TYPES[words[1]], ""))
        except (KeyError, IndexError, ValueError):
            raise ValueError(f"{path}: not a PLY file: its header says {line.strip()!r}") from None
    if order is None:
        raise ValueError(f"{path}: not a PLY file: its header names no format")
    return order, elements, after


def _corner_lists(face: dict[str, Any]) -> tuple[IntArray, IntArray]:
    """Corners of all faces one after the other, and where each begins."""
    lists = next((face[name] for name in _CORNERS if isinstance(face.get(name), tuple)), None)
    if lists is None:
        return np.zeros(0, np.int64), np.zeros(1, np.int64)
    values, counts = lists
    return values.astype(np.int64), np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _binary(data: bytes, start: int, elements: list[_Element], order: str) -> dict[str, dict[str, Any]]:
    """Tables of a binary file: columns, or (values, counts) of lists."""
    tables = {}
    for element in elements:
        if not element.count:
            continue
        dtype = _row_of_first(data, start, element, order)
        size = dtype.itemsize * element.count
        even = len(data) >= start + size
        rows = np.frombuffer(data, dtype, element.count if even else 1, start)
        lists = [name for name, _, count in element.properties if count]
        if even and all((rows[f"{name} count"] == rows[f"{name} count"][0]).all() for name in lists):
            table: dict[str, Any] = {name: rows[name] for name, _, count in element.properties if not count}
            for name in lists:
                table[name] = rows[name].ravel(), np.full(element.count, rows[name].shape[1])
            start += size
        else:
            table, start = _uneven_rows(data, start, element, order)
        tables[element.name] = table
    return tables


def _row_of_first(data: bytes, start: int, element: _Element, order: str) -> np.dtype[Any]:
    """Type of a row if all lists are as long as those of the first."""
    fields: list[Any] = []
    for name, kind, count in element.properties:
        if count:
            at = start + np.dtype(fields).itemsize
            length = int(np.frombuffer(data, order + count, 1, at)[0])
            fields += [(f"{name} count", order + count), (name, order + kind, (length,))]
        else:
            fields.append((name, order + kind))
    return np.dtype(fields)


def _uneven_rows(data: bytes, start: int, element: _Element, order: str) -> tuple[dict[str, Any], int]:
    """Rows whose lists differ in length, one after the other."""
    values: dict[str, list[Any]] = {name: [] for name, _, _ in element.properties}
    kinds = [
        (name, np.dtype(order + kind), np.dtype(order + count) if count else None)
        for name, kind, count in element.properties
    ]
    for _ in range(element.count):
        for name, kind, counter in kinds:
            length = 1
            if counter is not None:
                length = int(np.frombuffer(data, counter, 1, start)[0])
                start += counter.itemsize
            values[name].append(np.frombuffer(data, kind, length, start))
            start += length * kind.itemsize
    return _columns(element, values), start


def _ascii(data: bytes, elements: list[_Element]) -> dict[str, dict[str, Any]]:
    """Tables of an ASCII file, as of `_binary`."""
    numbers = numbers_in(data, len(data.split()))
    tables, at = {}, 0
    for element in elements:
        if not element.count:
            continue
        if not any(count for _, _, count in element.properties):
            width = len(element.properties)
            rows = numbers[at : at + element.count * width].reshape(element.count, width)
            tables[element.name] = {p[0]: rows[:, k] for k, p in enumerate(element.properties)}
            at += element.count * width
        else:
            tables[element.name], at = _ascii_rows(numbers, at, element)
    return tables


def _ascii_rows(numbers: FloatArray, at: int, element: _Element) -> tuple[dict[str, Any], int]:
    values: dict[str, list[Any]] = {name: [] for name, _, _ in element.properties}
    for _ in range(element.count):
        for name, _, counter in element.properties:
            length = 1
            if counter:
                length = int(numbers[at])
                at += 1
            if at + length > len(numbers):
                raise IndexError
            values[name].append(numbers[at : at + length])
            at += length
    return _columns(element, values), at


def _columns(element: _Element, values: dict[str, list[Any]]) -> dict[str, Any]:
    return {
        name: (np.concatenate(values[name]), np.array([len(v) for v in values[name]]))
        if counter
        else np.concatenate(values[name])
        for name, _, counter in element.properties
    }
