"""Meshes to write and read, and small files made by hand."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh

from geometry.mesh.optics import COATINGS
from geometry.mesh.surface_mesh import SurfaceMesh


@pytest.fixture
def sheet_on_box() -> SurfaceMesh:
    """Every kind of side: a box, a sheet with two backs, one seen from behind only, and one that blocks.

    Far from the origin, and with sizes that single precision does not hold.
    """
    body = trimesh.creation.box((0.1, 0.2, 0.3))
    wing = [[9, 0, 0], [12, 0, 0], [12, 2, 0], [9, 2, 0]]
    faces = [*body.faces.tolist(), [8, 9, 10], [8, 10, 11], [0, 8, 9], [1, 9, 10], [2, 10, 11]]
    vertices = np.concatenate([body.vertices, wing]) + 1 / 3
    front = [0] * 12 + [1, 1, 1, -1, -1]
    back = [-1] * 12 + [2, 3, -1, 3, -1]
    names = ("bus", "wing.front", "wing.back", "patch")
    optics = tuple(COATINGS[n] for n in ("mli_gold", "solar_cell", "array_back", "graphite"))
    return SurfaceMesh(vertices, faces, front, back, names, optics)


@pytest.fixture
def seen_sides() -> Callable[[SurfaceMesh], dict[tuple[str, str], np.ndarray]]:
    """Area vectors by what is in front and behind, whichever way the triangles are turned; blockers too."""

    def sums_of(mesh: SurfaceMesh) -> dict[tuple[str, str], np.ndarray]:
        sums: dict[tuple[str, str], np.ndarray] = {}
        names = (*mesh.surface_names, "-")
        vectors = mesh.areas_m2[:, None] * mesh.normals
        for front, back, vector in zip(mesh.front_surface, mesh.back_surface, vectors, strict=True):
            pair, sign = (names[front], names[back]), 1.0
            if front < 0 <= back:
                pair, sign = pair[::-1], -1.0
            sums[pair] = sums.get(pair, np.zeros(3)) + sign * vector
        return sums

    return sums_of


@pytest.fixture
def glb_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a GLB file from its JSON and its data."""

    def write(document: dict[str, Any], binary: bytes = b"") -> Path:
        text = json.dumps({"asset": {"version": "2.0"}, **document}).encode()
        text += b" " * (-len(text) % 4)
        binary += b"\0" * (-len(binary) % 4)
        chunks = struct.pack("<II", len(text), 0x4E4F534A) + text
        if binary:
            chunks += struct.pack("<II", len(binary), 0x004E4942) + binary
        path = tmp_path / "hand.glb"
        path.write_bytes(struct.pack("<III", 0x46546C67, 2, 12 + len(chunks)) + chunks)
        return path

    return write


@pytest.fixture
def box() -> trimesh.Trimesh:
    """1 x 2 x 3 about the origin, as another program has it."""
    return trimesh.creation.box((1.0, 2.0, 3.0))
