"""GLB, reading: every node's mesh is a surface [glTF2].

A file of this program gives back the body frame: what stands below its root node is taken as it is in
that node's own axes (+Z up), without the rotation to +Y up that viewers need.  Any other file is taken
with the transforms of its scene as they stand.
"""

from __future__ import annotations

import base64
import binascii
import json
import struct
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from geometry.mesh.files.assembly import FileMesh
from geometry.mesh.files.sides import optics_fields
from geometry.mesh.optics import COATINGS, OpticalProperties
from geometry.mesh.surface_mesh import INACTIVE
from geometry.validation import FloatArray, IntArray

MAGIC = 0x46546C67
JSON_CHUNK, BINARY_CHUNK = 0x4E4F534A, 0x004E4942
EXTRAS = "dawnring"
"""Key of this program's own statements in the extras of a node."""

_COMPONENTS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
_TRIANGLES, _STRIP, _FAN = 4, 5, 6
_HARMLESS = ("KHR_mesh_quantization", "KHR_materials_", "KHR_texture_", "EXT_texture_", "KHR_lights_")
"""How the names begin of extensions that a file may require and that leave out no triangle."""
_INSTANCES = "EXT_mesh_gpu_instancing"


def read_glb(path: Path) -> FileMesh:
    """Triangles and surfaces of the scene of a GLB file.

    Raises
    ------
    ValueError
        Not a GLB file, cut off, or compressed in a way that is not read.
    """
    document, binary = _chunks(path.read_bytes(), path)
    unread = [e for e in document.get("extensionsRequired", ()) if not str(e).startswith(_HARMLESS)]
    unread += [e for e in document.get("extensionsUsed", ()) if e == _INSTANCES]
    if unread:
        raise ValueError(f"{path}: its triangles take {unread[0]}, not read here; write them plainly")
    try:
        scene = _Scene(document, _Buffers(document, binary))
        return scene.file_mesh(path.stem)
    except (KeyError, IndexError, TypeError, AttributeError, struct.error, binascii.Error) as error:
        raise ValueError(f"{path}: not a valid GLB file ({type(error).__name__}: {error})") from None
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    except RecursionError:
        raise ValueError(f"{path}: not a valid GLB file: its nodes go round in a circle") from None


def _chunks(data: bytes, path: Path) -> tuple[dict[str, Any], bytes]:
    """The JSON document and the binary chunk."""
    if len(data) < 20 or struct.unpack_from("<I", data)[0] != MAGIC:
        raise ValueError(f"{path}: not a GLB file (it does not begin with 'glTF')")
    version, length = struct.unpack_from("<II", data, 4)
    if version != 2:
        raise ValueError(f"{path}: glTF {version} is not read, only glTF 2")
    if length > len(data):
        raise ValueError(f"{path}: cut off: {len(data):,} of {length:,} bytes are there")
    document, binary, at = None, b"", 12
    while at + 8 <= length:
        size, kind = struct.unpack_from("<II", data, at)
        chunk = data[at + 8 : at + 8 + size]
        if kind == JSON_CHUNK and document is None:
            try:
                document = json.loads(chunk)
            except ValueError:
                raise ValueError(f"{path}: not a GLB file (its JSON cannot be read)") from None
        elif kind == BINARY_CHUNK and not binary:
            binary = chunk
        at += 8 + size
    if not isinstance(document, dict):
        raise ValueError(f"{path}: not a GLB file (it has no JSON)")
    return document, binary


class _Buffers:
    """Arrays of a document by the number of their accessor."""

    def __init__(self, document: dict[str, Any], binary: bytes) -> None:
        self.views = document.get("bufferViews", [])
        self.accessors = document.get("accessors", [])
        self.buffers = [self._buffer(b, binary) for b in document.get("buffers", [])]

    @staticmethod
    def _buffer(buffer: dict[str, Any], binary: bytes) -> bytes:
        uri = buffer.get("uri")
        if uri is None:
            return binary
        head, comma, body = uri.partition(",")
        if not (head.startswith("data:") and head.endswith(";base64") and comma):
            raise ValueError(f"its data lie in another file ({uri[:60]!r}); write one file that holds all")
        return base64.b64decode(body)

    def array(self, number: int) -> np.ndarray:
        """One accessor, (count, width); integers that stand for [0, 1] or [-1, 1] as such."""
        accessor = self.accessors[number]
        kind, width, count = (
            _COMPONENTS[accessor["componentType"]],
            _WIDTHS[accessor["type"]],
            accessor["count"],
        )
        if "bufferView" in accessor:
            values = self._rows(accessor["bufferView"], accessor.get("byteOffset", 0), kind, width, count)
        else:
            values = np.zeros((count, width), kind)
        if "sparse" in accessor:
            values = self._replaced(values, accessor["sparse"], kind, width)
        if accessor.get("normalized") and np.dtype(kind).kind in "iu":
            values = np.maximum(values / np.iinfo(kind).max, -1.0)
        return values

    def _rows(self, number: int, offset: int, kind: str, width: int, count: int) -> np.ndarray:
        view = self.views[number]
        start = view.get("byteOffset", 0) + offset
        size = np.dtype(kind).itemsize * width
        stride = view.get("byteStride", size)
        end = start + (stride * (count - 1) + size if count else 0)
        buffer = self.buffers[view["buffer"]]
        if end > min(len(buffer), view.get("byteOffset", 0) + view["byteLength"]):
            raise ValueError(f"cut off: an array needs {end:,} bytes of a buffer that has {len(buffer):,}")
        octets = np.frombuffer(buffer, np.uint8)[start:end]
        if stride != size:
            padded = np.zeros(stride * count, np.uint8)
            padded[: len(octets)] = octets
            octets = padded.reshape(count, stride)[:, :size].ravel()
        return octets.view(kind).reshape(count, width)

    def _replaced(self, values: np.ndarray, sparse: dict[str, Any], kind: str, width: int) -> np.ndarray:
        where, what, count = sparse["indices"], sparse["values"], sparse["count"]
        index_kind = _COMPONENTS[where["componentType"]]
        rows = self._rows(where["bufferView"], where.get("byteOffset", 0), index_kind, 1, count).ravel()
        values = values.copy()
        values[rows] = self._rows(what["bufferView"], what.get("byteOffset", 0), kind, width, count)
        return values


@dataclass
class _Scene:
    """The nodes of a document, walked through."""

    document: dict[str, Any]
    buffers: _Buffers
    vertices: list[FloatArray] = field(default_factory=list)
    faces: list[IntArray] = field(default_factory=list)
    front: list[IntArray] = field(default_factory=list)
    back: list[IntArray] = field(default_factory=list)
    optics: dict[str, OpticalProperties] = field(default_factory=dict)
    count: int = 0

    def file_mesh(self, stem: str) -> FileMesh:
        """All triangles of the scene; nodes without a name are called after the file."""
        for root in self._roots():
            self._walk(root, np.eye(4), stem, False)
        if not self.faces:
            none = np.zeros((0, 3))
            return FileMesh(none, none.astype(np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64), ())
        return FileMesh(
            np.concatenate(self.vertices),
            np.concatenate(self.faces),
            np.concatenate(self.front),
            np.concatenate(self.back),
            tuple(self.optics),
            tuple(self.optics.values()),
        )

    def _roots(self) -> list[int]:
        scenes = self.document.get("scenes", [])
        if scenes:
            return list(scenes[self.document.get("scene", 0)].get("nodes", []))
        nodes = self.document.get("nodes", [])
        children = {c for n in nodes for c in n.get("children", [])}
        return [k for k in range(len(nodes)) if k not in children]

    def _walk(self, number: int, above: FloatArray, stem: str, ours: bool) -> None:
        node = self.document["nodes"][number]
        placed = above @ _transform(node)
        extras = node.get("extras")
        extras = extras if isinstance(extras, dict) else {}
        if isinstance(extras.get(EXTRAS), dict) and extras[EXTRAS].get("body_frame"):
            placed, ours = np.eye(4), True
        if "mesh" in node:
            front = self._front(node, number, stem, extras if ours else {})
            first = len(self.back)
            for primitive in self.document["meshes"][node["mesh"]]["primitives"]:
                self._add(primitive, placed, front)
            if ours and "backs" in extras:
                self._put_behind(first, extras["backs"])
        for child in node.get("children", []):
            self._walk(child, placed, stem, ours)

    def _front(self, node: dict[str, Any], number: int, stem: str, extras: dict[str, Any]) -> int:
        """Surface of a node; one without a name gets a number, one whose name is taken another."""
        if "surface" in extras:
            own = extras["surface"] and node.get("name", extras["surface"])
            return self._told_surface(extras | {"surface": own})
        name = node.get("name") or self.document["meshes"][node["mesh"]].get("name") or f"{stem}_{number}"
        wanted, k = name, 2
        while name in self.optics:
            name, k = f"{wanted}_{k}", k + 1
        return self._surface(name, COATINGS["black"])

    def _told_surface(self, told: dict[str, Any]) -> int:
        """The surface that extras speak of; None is no surface."""
        if told["surface"] is None:
            return INACTIVE
        black = optics_fields(COATINGS["black"])
        return self._surface(
            told["surface"], OpticalProperties(**{k: told.get(k, v) for k, v in black.items()})
        )

    def _surface(self, name: str, optics: OpticalProperties) -> int:
        self.optics.setdefault(name, optics)
        return list(self.optics).index(name)

    def _put_behind(self, first: int, backs: list[dict[str, Any]]) -> None:
        """Backs of the triangles of one node, whose blocks begin at `first`."""
        blocks = self.back[first:]
        told, there = (sum(numbers) for numbers in ([b["triangles"] for b in backs], map(len, blocks)))
        if told != there:
            warnings.warn(
                f"the extras of a node tell the backs of {told} triangles, it has {there}: left one-sided",
                stacklevel=2,
            )
            return
        sides = np.repeat([self._told_surface(b) for b in backs], [b["triangles"] for b in backs])
        self.back[first:] = np.split(sides, np.cumsum([len(b) for b in blocks])[:-1])

    def _add(self, primitive: dict[str, Any], placed: FloatArray, front: int) -> None:
        """The triangles of one primitive; points and lines have none."""
        mode = primitive.get("mode", _TRIANGLES)
        if mode not in (_TRIANGLES, _STRIP, _FAN):
            return
        vertices = self.buffers.array(primitive["attributes"]["POSITION"]).astype(float)
        if "indices" in primitive:
            indices = self.buffers.array(primitive["indices"]).ravel().astype(np.int64)
        else:
            indices = np.arange(len(vertices))
        if indices.size and indices.max() >= len(vertices):
            raise ValueError(f"a triangle names vertex {indices.max()} of {len(vertices)}")
        faces = _triangles(indices, mode)
        if np.linalg.det(placed[:3, :3]) < 0:  # a mirror turns the winding, too
            faces = faces[:, ::-1]
        self.vertices.append(vertices @ placed[:3, :3].T + placed[:3, 3])
        self.faces.append(faces + self.count)
        self.front.append(np.full(len(faces), front))
        self.back.append(np.full(len(faces), INACTIVE))
        self.count += len(vertices)


def _triangles(indices: IntArray, mode: int) -> IntArray:
    """(F, 3); strips turn every other triangle, and lose those with two equal corners."""
    if mode == _TRIANGLES:
        return indices[: len(indices) // 3 * 3].reshape(-1, 3)
    k = np.arange(max(0, len(indices) - 2))
    if mode == _FAN:
        return np.stack([indices[k + 1], indices[k + 2], np.full(len(k), indices[0])], axis=1)
    faces = np.stack([indices[k], indices[k + 1 + k % 2], indices[k + 2 - k % 2]], axis=1)
    different = (faces != np.roll(faces, 1, axis=1)).all(axis=1)
    return faces[different]


def _transform(node: dict[str, Any]) -> FloatArray:
    """(4, 4) from the axes of a node to those of the one above."""
    if "matrix" in node:
        return np.array(node["matrix"], dtype=float).reshape(4, 4).T
    x, y, z, w = node.get("rotation", (0.0, 0.0, 0.0, 1.0))
    turn = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    matrix = np.eye(4)
    matrix[:3, :3] = turn * np.array(node.get("scale", (1.0, 1.0, 1.0)), dtype=float)
    matrix[:3, 3] = node.get("translation", (0.0, 0.0, 0.0))
    return matrix
