"""STL, binary and ASCII: one surface, single precision, no names."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import numpy as np

from geometry.mesh.files.assembly import FileMesh, one_surface
from geometry.mesh.files.numbers import numbers_in
from geometry.mesh.files.sides import groups
from geometry.mesh.surface_mesh import SurfaceMesh

_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
_HEADER_BYTES = 84
_VERTEX = re.compile(rb"^[ \t]*vertex[ \t]([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_FACET = re.compile(rb"^[ \t]*facet\b", re.IGNORECASE | re.MULTILINE)


def read_stl(path: Path) -> FileMesh:
    """The triangles of an STL file as one surface named after the file.

    Raises
    ------
    ValueError
        Not an STL file, or cut off.
    """
    data = path.read_bytes()
    if len(data) >= _HEADER_BYTES:
        count = int(np.frombuffer(data, "<u4", 1, 80)[0])
        room = len(data) - _HEADER_BYTES
        # some programs append a few bytes, or begin a binary file with "solid"
        if count * _TRIANGLE.itemsize <= room < (count + 1) * _TRIANGLE.itemsize + 512 and b"\0" in data:
            corners = np.frombuffer(data, _TRIANGLE, count, _HEADER_BYTES)["corners"]
            return one_surface(corners, np.arange(3 * count), path.stem)
    if data.lstrip()[:5].lower() != b"solid" or b"\0" in data:
        raise ValueError(f"{path}: not an STL file, or cut off ({_holds(data)})")
    return _read_ascii(data, path)


def _holds(data: bytes) -> str:
    """What a file that is no good binary STL holds."""
    if len(data) < _HEADER_BYTES:
        return f"{len(data)} bytes"
    count = int(np.frombuffer(data, "<u4", 1, 80)[0])
    needed = _HEADER_BYTES + count * _TRIANGLE.itemsize
    return f"as binary it would be {count:,} triangles in {needed:,} bytes; it has {len(data):,}"


def _read_ascii(data: bytes, path: Path) -> FileMesh:
    data = data.replace(b"\r", b"\n")
    found = _VERTEX.findall(data)
    facets = sum(1 for _ in _FACET.finditer(data))
    if len(found) != 3 * facets:
        raise ValueError(
            f"{path}: not an STL file, or cut off: {facets} facets take {3 * facets} vertices, got "
            f"{len(found)}"
        )
    try:
        corners = numbers_in(b" ".join(found), 3 * len(found))
        whole = all(len(v.split()) == 3 for v in found)
    except ValueError:
        whole = False
    if not whole:
        wrong = next(k for k, v in enumerate(found) if not _is_position(v))
        text = found[wrong].decode("ascii", "replace").strip()
        raise ValueError(f"{path}: vertex {wrong} of the file is {text!r}, not three numbers")
    return one_surface(corners, np.arange(len(found)), path.stem)


def _is_position(text: bytes) -> bool:
    with suppress(ValueError):
        return len(numbers_in(text, 3)) == len(text.split())
    return False


def stl_bytes(mesh: SurfaceMesh, name: str) -> bytes:
    """A mesh as a binary STL file in m: every triangle once, its normal leaving its surface."""
    faces = np.concatenate([group.faces for group in groups(mesh)])
    corners = mesh.vertices_m[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    rows = np.zeros(len(faces), _TRIANGLE)
    rows["normal"] = normals / np.linalg.norm(normals, axis=1, keepdims=True)
    rows["corners"] = corners
    title = f"dawnring {name}, unit m".encode("ascii", "replace")[:80].ljust(80)
    return title + len(faces).to_bytes(4, "little") + rows.tobytes()
