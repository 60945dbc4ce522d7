"""OBJ: every `o` or `g` is a surface.

Of a sheet the triangles are written once; a comment `# back NAME` says what the other side of those that
follow is, up to the next such comment or `g`.  It is heeded on reading where the first line says that
this program wrote the file, and lost where another program writes it anew.
"""

from __future__ import annotations

import io
import re
from array import array
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from geometry.mesh.files.assembly import FileMesh
from geometry.mesh.files.numbers import numbers_in, whole_numbers_in
from geometry.mesh.files.polygons import PolygonError, triangulated
from geometry.mesh.files.sides import group_names, groups
from geometry.mesh.surface_mesh import INACTIVE, SurfaceMesh
from geometry.validation import FloatArray, IntArray

HEADER = "# dawnring OBJ"
BACK = "# back "
ONE_SIDED = "# one-sided"
NO_SURFACE = "# no surface"
"""Between faces: what is behind those that follow, or that they belong to no surface and only block."""

# fmt: off
_IGNORED = frozenset((
    "vt", "vn", "vp", "s", "l", "p", "usemtl", "mtllib", "usemap", "maplib", "mg", "cstype", "deg",
    "bmat", "step", "curv", "curv2", "surf", "parm", "trim", "hole", "scrv", "sp", "end", "con",
    "bevel", "c_interp", "d_interp", "lod", "shadow_obj", "trace_obj", "ctech", "stech",
))
# fmt: on
"""Statements that say nothing of faces."""


@dataclass
class _Statements:
    """What the lines of a file said, so far."""

    stem: str
    own: bool
    vertices: list[str] = field(default_factory=list)
    vertex_lines: array[int] = field(default_factory=lambda: array("q"))
    corners: list[str] = field(default_factory=list)
    face_lines: array[int] = field(default_factory=lambda: array("q"))
    vertices_before: array[int] = field(default_factory=lambda: array("q"))
    front: array[int] = field(default_factory=lambda: array("q"))
    back: array[int] = field(default_factory=lambda: array("q"))
    names: dict[str, int] = field(default_factory=dict)
    object_name: str = ""
    sides: tuple[int, int] | None = None

    def surface(self, name: str) -> int:
        return self.names.setdefault(name, len(self.names))


def read_obj(path: Path) -> FileMesh:
    """Triangles and surfaces of an OBJ file, polygons cut into triangles.

    Raises
    ------
    ValueError
        Not an OBJ file, a number that is none, corners that do not exist, a polygon that crosses itself,
        each with its line.
    """
    data = path.read_bytes()
    if b"\0" in data:
        raise ValueError(f"{path}: not an OBJ file (it is not text)")
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    said = _Statements(path.stem, text.startswith(HEADER))
    strangers = 0
    for number, line in _logical_lines(text):
        word, _, rest = line.partition(" ")
        if word == "v":
            said.vertices.append(rest)
            said.vertex_lines.append(number)
        elif word == "f":
            _face(said, rest, number)
        elif word in ("o", "g"):
            _name(said, word, rest.strip())
        elif word.startswith("#"):
            _comment(said, line)
        elif word not in _IGNORED:
            strangers += 1
    if not said.vertices and strangers:
        raise ValueError(f"{path}: not an OBJ file (no vertices, {strangers} lines that OBJ does not know)")
    return _file_mesh(said, path)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that are not empty with their numbers; one that ends in a backslash goes on in the next."""
    waiting, start = "", 0
    for number, line in enumerate(io.StringIO(text, newline=None), 1):
        line = line.replace("\t", " ").strip()
        start = start if waiting else number
        if line.endswith("\\"):
            waiting += line[:-1] + " "
            continue
        if waiting or line:
            yield start, waiting + line
        waiting = ""


def _positions(said: _Statements, path: Path) -> FloatArray:
    """Vertices (V, 3); a weight or a colour may follow the three numbers."""
    count = len(said.vertices)
    if all(len(rest.split()) == 3 for rest in said.vertices):
        with suppress(ValueError):
            return numbers_in(" ".join(said.vertices), 3 * count).reshape(-1, 3)
    positions = np.empty((count, 3))
    for k, rest in enumerate(said.vertices):
        words = rest.split()[:3]
        try:
            positions[k] = [float(word) for word in words]
        except ValueError:
            what = "holds what is no number" if len(words) == 3 else "needs three numbers"
            raise ValueError(f"{path}: line {said.vertex_lines[k]}: 'v {rest.strip()}' {what}") from None
    return positions


def _face(said: _Statements, rest: str, number: int) -> None:
    if said.sides is None:
        said.sides = said.surface(said.object_name or said.stem), INACTIVE
    said.corners.append(rest)
    said.face_lines.append(number)
    said.vertices_before.append(len(said.vertices))
    said.front.append(said.sides[0])
    said.back.append(said.sides[1])


def _name(said: _Statements, word: str, name: str) -> None:
    """The surface of the faces that follow; a `g` without a name goes back to the object's."""
    if word == "o":
        said.object_name = name
    name = name or said.object_name or said.stem
    said.sides = said.surface(name), INACTIVE


def _comment(said: _Statements, line: str) -> None:
    if not said.own or said.sides is None:
        return
    if line.startswith(BACK):
        said.sides = said.sides[0], said.surface(line.removeprefix(BACK).strip())
    elif line == ONE_SIDED:
        said.sides = said.sides[0], INACTIVE
    elif line == NO_SURFACE:
        said.sides = INACTIVE, INACTIVE


def _file_mesh(said: _Statements, path: Path) -> FileMesh:
    corners, offsets = _corners(said, path)
    vertices = _positions(said, path)
    lines = np.array(said.face_lines, np.int64)
    outside = np.flatnonzero((corners < 0) | (corners >= len(vertices)))
    if outside.size:
        face = int(np.searchsorted(offsets, outside[0], side="right")) - 1
        raise ValueError(
            f"{path}: line {lines[face]}: 'f {said.corners[face].strip()}' names a vertex that is not there; "
            f"the file has {len(vertices)}"
        )
    try:
        faces, polygon = triangulated(np.nan_to_num(vertices), corners, offsets)
    except PolygonError as error:
        raise ValueError(f"{path}: line {lines[error.polygon]}: {error}; cut it into triangles") from None
    return FileMesh(
        vertices,
        faces,
        np.array(said.front, np.int64)[polygon],
        np.array(said.back, np.int64)[polygon],
        tuple(said.names),
        vertex_lines=np.array(said.vertex_lines, np.int64),
        face_lines=lines[polygon],
    )


def _corners(said: _Statements, path: Path) -> tuple[IntArray, IntArray]:
    """Rows of the vertices of all polygons, and where each polygon begins."""
    text = "\n".join(said.corners)
    if "/" in text:
        text = re.sub(r"/\S*", "", text)  # of 12/3/4 only the vertex counts
    rows = text.split("\n") if said.corners else []
    counts = np.fromiter((len(row.split()) for row in rows), np.int64, len(rows))
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    try:
        numbers = whole_numbers_in(text, int(counts.sum()))
    except ValueError:
        face = next(k for k, row in enumerate(rows) if not _are_vertex_numbers(row))
        raise ValueError(
            f"{path}: line {said.face_lines[face]}: 'f {said.corners[face].strip()}' holds what is no vertex "
            "number"
        ) from None
    before = np.repeat(np.array(said.vertices_before, np.int64), counts)
    # from 1; negative ones count back from the face, and there is no vertex 0
    return np.where(numbers < 0, before + numbers, numbers - 1), offsets


def _are_vertex_numbers(row: str) -> bool:
    if not re.fullmatch(r"[-+.\w \t]*", row, re.ASCII):  # Python splits at characters that C does not
        return False
    with suppress(ValueError):
        return len(whole_numbers_in(row, len(row.split()))) > 0
    return False


def obj_bytes(mesh: SurfaceMesh, name: str) -> bytes:
    """A mesh as an OBJ file in m: a `g` for each surface, each sheet once with its back in a comment."""
    lines = [f"{HEADER} of {_one_line(name)}, body frame (+Z cell face, +X leading edge), unit m"]
    lines += [f"v {x!r} {y!r} {z!r}" for x, y, z in (mesh.vertices_m + 0.0).tolist()]
    found = groups(mesh)
    for group, group_name in zip(found, group_names(mesh, found), strict=True):
        lines.append(f"g {_one_line(group_name)}")
        if group.front == INACTIVE:
            lines.append(NO_SURFACE)
        for k, run in enumerate(group.runs):
            if run.back != INACTIVE:
                lines.append(BACK + _one_line(mesh.surface_names[run.back]))
            elif k:
                lines.append(ONE_SIDED)
            lines += [f"f {a} {b} {c}" for a, b, c in (run.faces + 1).tolist()]
    return ("\n".join(lines) + "\n").encode()


def _one_line(name: str) -> str:
    return " ".join(name.split())
