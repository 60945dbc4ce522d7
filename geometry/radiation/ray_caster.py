"""The ray engine behind one small protocol: first hits and occlusion against a rigid mesh.

Rays only ever meet the craft.  The mesh is centred, since the engine works in single precision,
and every ray starts a little off its surface, along the normal, so that it does not hit it.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Protocol

import embreex
import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.radiation.close_sheets import warn_of_close_sheets
from geometry.radiation.embree_packets import PacketScene, embree_library
from geometry.validation import FloatArray, read_only

Float32Array = NDArray[np.float32]
Int32Array = NDArray[np.int32]
BoolArray = NDArray[np.bool_]

_NO_DISTANCES = np.empty(0, np.float32)

START_OFFSET_PER_HALF_EXTENT = 2e-6
"""Start offset over the half extent of the centred mesh: 30 single-precision roundings."""


class RayCaster(Protocol):
    """What the radiation room asks of a ray engine; calls may come from several threads at once.

    Attributes
    ----------
    center_m : array (3,)
        Body-frame point at which the rays' coordinates have their origin, m.
    half_extent_m : float
        Largest coordinate of the centred mesh, m.
    start_offset_m : float
        How far along the normal a ray has to start to miss its own surface, m.
    """

    @property
    def center_m(self) -> FloatArray: ...

    @property
    def half_extent_m(self) -> float: ...

    @property
    def start_offset_m(self) -> float: ...

    def first_hit(self, origins_m: Float32Array, directions: Float32Array) -> tuple[Int32Array, Float32Array]:
        """Face hit first, -1 for none, and the distance to it in m, each (R,).

        Origins (R, 3) in m from `center_m`, unit directions (R, 3), float32 and contiguous.
        """
        ...

    def first_face(self, origins_m: Float32Array, directions: Float32Array) -> Int32Array:
        """As `first_hit` without the distances, (R,): faster, by up to a fifth."""
        ...

    def is_blocked(self, origins_m: Float32Array, directions: Float32Array) -> BoolArray:
        """Whether anything at all stands in a ray's way, (R,)."""
        ...


class _CentredMesh:
    """A mesh about the middle of its bounds."""

    def __init__(self, mesh: SurfaceMesh) -> None:
        low, high = mesh.bounds_m
        self._center_m = read_only(0.5 * (low + high))
        self._half_extent_m = float(0.5 * (high - low).max())

    def _triangles(self, mesh: SurfaceMesh) -> tuple[Float32Array, Int32Array]:
        """Vertices (V, 3), m, and faces (F, 3) as the engine takes them."""
        vertices = np.ascontiguousarray(mesh.vertices_m - self._center_m, dtype=np.float32)
        return vertices, np.ascontiguousarray(mesh.faces, dtype=np.int32)

    @property
    def center_m(self) -> FloatArray:
        """Origin of the rays' coordinates in the body frame, (3,), m."""
        return self._center_m

    @property
    def half_extent_m(self) -> float:
        """Largest coordinate of the centred mesh, m."""
        return self._half_extent_m

    @property
    def start_offset_m(self) -> float:
        """Start of a ray along the normal, m."""
        return START_OFFSET_PER_HALF_EXTENT * self._half_extent_m


class EmbreeRayCaster(_CentredMesh):
    """`RayCaster` by Embree through embreex: robust mode, single-threaded per call, releases the GIL.

    Robust mode because the fast one lets 5 % of the rays aimed at a shared vertex through.
    References: [Wald2014].

    Parameters
    ----------
    mesh : SurfaceMesh
    """

    def __init__(self, mesh: SurfaceMesh) -> None:
        super().__init__(mesh)
        self._scene = EmbreeScene(robust=True)
        TriangleMesh(self._scene, *self._triangles(mesh))
        # the first call builds the tree; later ones may then run side by side
        self._scene.run(np.zeros((1, 3), np.float32), np.array([[0.0, 0.0, 1.0]], np.float32))

    def first_hit(self, origins_m: Float32Array, directions: Float32Array) -> tuple[Int32Array, Float32Array]:
        """Face hit first (-1: none) and distance in m; see `RayCaster`."""
        answer = self._scene.run(origins_m, directions, output=True)
        return answer["primID"], answer["tfar"]

    def first_face(self, origins_m: Float32Array, directions: Float32Array) -> Int32Array:
        """Face hit first, -1 for none; see `RayCaster`."""
        return self._scene.run(origins_m, directions)

    def is_blocked(self, origins_m: Float32Array, directions: Float32Array) -> BoolArray:
        """Whether anything stands in the way; see `RayCaster`."""
        return self._scene.run(origins_m, directions, query="OCCLUDED") >= 0


class PacketRayCaster(_CentredMesh):
    """`RayCaster` by the same Embree, robust, asked for eight rays at a time past embreex.

    Parameters
    ----------
    mesh : SurfaceMesh
    library : CDLL
        From `embree_library`.
    """

    def __init__(self, mesh: SurfaceMesh, library: ctypes.CDLL) -> None:
        super().__init__(mesh)
        self._scene = PacketScene(library, *self._triangles(mesh))

    def first_hit(self, origins_m: Float32Array, directions: Float32Array) -> tuple[Int32Array, Float32Array]:
        """Face hit first (-1: none) and distance in m; see `RayCaster`."""
        faces, distances = np.empty(len(origins_m), np.int32), np.empty(len(origins_m), np.float32)
        self._scene.first_hits(origins_m, directions, faces, distances)
        return faces, distances

    def first_face(self, origins_m: Float32Array, directions: Float32Array) -> Int32Array:
        """Face hit first, -1 for none; see `RayCaster`."""
        faces = np.empty(len(origins_m), np.int32)
        self._scene.first_hits(origins_m, directions, faces, _NO_DISTANCES)
        return faces

    def is_blocked(self, origins_m: Float32Array, directions: Float32Array) -> BoolArray:
        """Whether anything stands in the way; see `RayCaster`."""
        answers = np.empty(len(origins_m), np.bool_)
        self._scene.blocked(origins_m, directions, answers)
        return answers


def ray_caster(mesh: SurfaceMesh, *, doubt_close_sheets: bool = True) -> RayCaster:
    """The engine for a mesh: the one place that chooses it.

    Parameters
    ----------
    mesh : SurfaceMesh
    doubt_close_sheets : bool
        Whether to look for sheets that rays cannot part; a picture's light need not.

    Warns
    -----
    AccuracyWarning
        Sheets nearer to each other than 1e-5 of the extent, by name.
    """
    library = embree_library(Path(embreex.__file__).parent)
    caster: RayCaster = PacketRayCaster(mesh, library) if library else EmbreeRayCaster(mesh)
    if doubt_close_sheets:
        warn_of_close_sheets(mesh, caster)
    return caster
