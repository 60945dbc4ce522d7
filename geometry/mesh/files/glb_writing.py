"""GLB, writing: a node for each surface, its area and coating in the extras [glTF2].

Below one root node that turns +Z up to +Y up stand the surfaces, in body axes, each about a centre of
its own so that single precision keeps small parts of large craft.  A sheet is written once, seen from
both sides; what is behind is in its extras.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

import numpy as np

from geometry import __version__
from geometry.mesh.files.glb_reading import BINARY_CHUNK, EXTRAS, JSON_CHUNK, MAGIC
from geometry.mesh.files.sides import Group, Run, face_areas_m2, group_names, groups, name_of, optics_fields
from geometry.mesh.optics import OpticalProperties
from geometry.mesh.surface_mesh import INACTIVE, SurfaceMesh

_FLOAT, _ARRAY_BUFFER = 5126, 34962


@dataclass(frozen=True)
class Appearance:
    """What a coating looks like (metallic-roughness model).

    Linear colour in [0, 1]; metallic and roughness in [0, 1].
    """

    base_color: tuple[float, float, float]
    metallic: float
    roughness: float


APPEARANCES: dict[str, Appearance] = {
    "black": Appearance((0.004, 0.004, 0.004), 0.0, 0.9),
    "uncoated": Appearance((0.30, 0.30, 0.31), 0.0, 0.55),
    "solar_cell": Appearance((0.02, 0.03, 0.10), 0.3, 0.2),
    "array_back": Appearance((0.65, 0.64, 0.62), 0.0, 0.6),
    "white_paint": Appearance((0.78, 0.78, 0.76), 0.0, 0.6),
    "mli_outer": Appearance((0.89, 0.90, 0.91), 1.0, 0.15),
    "mli_gold": Appearance((0.89, 0.52, 0.14), 1.0, 0.3),
    "aluminium": Appearance((0.80, 0.80, 0.81), 1.0, 0.35),
    "black_anodised": Appearance((0.02, 0.02, 0.022), 0.0, 0.5),
    "black_paint": Appearance((0.012, 0.012, 0.013), 0.0, 0.55),
    "graphite": Appearance((0.075, 0.076, 0.08), 0.2, 0.45),
    "optics": Appearance((0.02, 0.01, 0.04), 0.0, 0.05),
    "ceramic": Appearance((0.62, 0.60, 0.55), 0.0, 0.5),
    "gpu_lid": Appearance((0.64, 0.62, 0.59), 0.9, 0.3),
}
"""By coating; design choices, close to what the project's own pictures show from afar."""


def appearance_of(optics: OpticalProperties) -> Appearance:
    """The looks of a coating; one without a known name is grey as its absorptance says."""
    grey = 0.95 * (1.0 - optics.solar_absorptance)
    mirror = optics.solar_specularity
    unknown = Appearance((grey, grey, grey), mirror, 0.65 - 0.5 * mirror)
    return APPEARANCES.get(optics.coating, unknown)


def glb_bytes(mesh: SurfaceMesh, name: str) -> bytes:
    """A mesh as a GLB file; `name` becomes that of the root node."""
    document = _Document()
    document.nodes.append(
        {
            "name": name,
            "rotation": [-sqrt(0.5), 0.0, 0.0, sqrt(0.5)],
            "children": [],
            "extras": {
                EXTRAS: {"body_frame": True, "axes": "body: +Z cell face, +X leading edge", "unit": "m"}
            },
        }
    )
    found = groups(mesh)
    for group, node_name in zip(found, group_names(mesh, found), strict=True):
        document.add_surface(mesh, group, node_name)
    return document.packed()


@dataclass
class _Document:
    """The parts of a file in the making."""

    nodes: list[dict[str, Any]] = field(default_factory=list)
    meshes: list[dict[str, Any]] = field(default_factory=list)
    accessors: list[dict[str, Any]] = field(default_factory=list)
    views: list[dict[str, Any]] = field(default_factory=list)
    materials: dict[tuple[OpticalProperties | None, bool], int] = field(default_factory=dict)
    blocks: list[bytes] = field(default_factory=list)
    length: int = 0

    def add_surface(self, mesh: SurfaceMesh, group: Group, name: str) -> None:
        """One node with one mesh, its origin in the middle of its box."""
        corners = mesh.vertices_m[group.faces]
        middle = 0.5 * (corners.min(axis=(0, 1)) + corners.max(axis=(0, 1)))
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        attributes = {
            "POSITION": self._array((corners - middle).reshape(-1, 3), limits=True),
            "NORMAL": self._array(np.repeat(normals, 3, axis=0), limits=False),
        }
        two_sided = any(run.back != INACTIVE for run in group.runs)
        optics = None if group.front == INACTIVE else mesh.optics[group.front]
        material = self.materials.setdefault((optics, two_sided), len(self.materials))
        self.nodes[0]["children"].append(len(self.nodes))
        self.nodes.append(
            {
                "name": name,
                "translation": (middle + 0.0).tolist(),
                "mesh": len(self.meshes),
                "extras": _extras(mesh, group),
            }
        )
        self.meshes.append({"name": name, "primitives": [{"attributes": attributes, "material": material}]})

    def _array(self, values: np.ndarray, *, limits: bool) -> int:
        """One block of vectors (K, 3) in single precision; the number of its accessor."""
        rows = np.ascontiguousarray(values, dtype="<f4")
        accessor: dict[str, Any] = {
            "bufferView": len(self.views),
            "componentType": _FLOAT,
            "count": len(rows),
            "type": "VEC3",
        }
        if limits:
            accessor |= {"min": rows.min(axis=0).tolist(), "max": rows.max(axis=0).tolist()}
        self.views.append(
            {"buffer": 0, "byteOffset": self.length, "byteLength": rows.nbytes, "target": _ARRAY_BUFFER}
        )
        self.blocks.append(rows.tobytes())
        self.length += rows.nbytes
        self.accessors.append(accessor)
        return len(self.accessors) - 1

    def packed(self) -> bytes:
        """The file: header, JSON, binary data, each padded to four bytes."""
        document = {
            "asset": {"version": "2.0", "generator": f"dawnring {__version__}"},
            "scene": 0,
            "scenes": [{"nodes": [0]}],
            "nodes": self.nodes,
            "meshes": self.meshes,
            "materials": [_material(*key) for key in self.materials],
            "accessors": self.accessors,
            "bufferViews": self.views,
            "buffers": [{"byteLength": self.length}],
        }
        text = json.dumps(document, allow_nan=False, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        data = b"".join(self.blocks)
        total = 12 + 8 + len(text) + 8 + len(data)
        head = struct.pack("<III", MAGIC, 2, total) + struct.pack("<II", len(text), JSON_CHUNK)
        return head + text + struct.pack("<II", len(data), BINARY_CHUNK) + data


def _extras(mesh: SurfaceMesh, group: Group) -> dict[str, Any]:
    """What a node tells of its surface and of what is behind it."""
    told: dict[str, Any] = {"surface": name_of(mesh, group.front)}
    told["area_m2"] = float(face_areas_m2(mesh, group.faces).sum())
    if group.front != INACTIVE:
        told |= optics_fields(mesh.optics[group.front])
    if any(run.back != INACTIVE for run in group.runs):
        told["backs"] = [_back(mesh, run) for run in group.runs]
        told["back_surface"] = max(told["backs"], key=lambda b: (b["surface"] is not None, b["area_m2"]))[
            "surface"
        ]
    return told


def _back(mesh: SurfaceMesh, run: Run) -> dict[str, Any]:
    """The surface behind so many triangles, in their order."""
    told: dict[str, Any] = {"surface": name_of(mesh, run.back), "triangles": len(run.faces)}
    told["area_m2"] = float(face_areas_m2(mesh, run.faces).sum())
    return told if run.back == INACTIVE else told | optics_fields(mesh.optics[run.back])


def _material(optics: OpticalProperties | None, two_sided: bool) -> dict[str, Any]:
    looks = Appearance((0.1, 0.1, 0.1), 0.0, 0.8) if optics is None else appearance_of(optics)
    return {
        "name": "none" if optics is None else optics.coating,
        "pbrMetallicRoughness": {
            "baseColorFactor": [*looks.base_color, 1.0],
            "metallicFactor": looks.metallic,
            "roughnessFactor": looks.roughness,
        },
        "doubleSided": two_sided,
    }
