"""Embree's own C interface, eight rays a call, out of the library that the `embreex` wheel brings.

`embreex` asks for one ray at a time; packets of eight with the same answers take a quarter less time, and
shadow rays up to two fifths less.  Where the library cannot be opened, or packets of eight are not native to
it or to the machine, `embree_library` answers None and `embreex` itself has to do.
"""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
from llvmlite import ir
from numba import float32, int32, njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

PACKET = 8

_WHERE = (
    "../embreex.libs/*embree4*",  # Linux and Windows wheels
    ".dylibs/*embree4*",  # macOS wheels
)
_POINTER, _UNSIGNED, _SIZE, _INT = ctypes.c_void_p, ctypes.c_uint, ctypes.c_size_t, ctypes.c_int
_SIGNATURES: dict[str, tuple[type | None, tuple[type, ...]]] = {
    "rtcNewDevice": (_POINTER, (ctypes.c_char_p,)),
    "rtcGetDeviceError": (_INT, (_POINTER,)),
    "rtcGetDeviceProperty": (ctypes.c_ssize_t, (_POINTER, _INT)),
    "rtcReleaseDevice": (None, (_POINTER,)),
    "rtcNewScene": (_POINTER, (_POINTER,)),
    "rtcSetSceneFlags": (None, (_POINTER, _INT)),
    "rtcCommitScene": (None, (_POINTER,)),
    "rtcReleaseScene": (None, (_POINTER,)),
    "rtcNewGeometry": (_POINTER, (_POINTER, _INT)),
    "rtcSetNewGeometryBuffer": (_POINTER, (_POINTER, _INT, _UNSIGNED, _INT, _SIZE, _SIZE)),
    "rtcCommitGeometry": (None, (_POINTER,)),
    "rtcAttachGeometry": (_UNSIGNED, (_POINTER, _POINTER)),
    "rtcReleaseGeometry": (None, (_POINTER,)),
    "rtcIntersect8": (None, ()),  # called from kernels, by address
    "rtcOccluded8": (None, ()),
}

# Embree 4, rtcore.h: what of its enumerations is used
_MAJOR_VERSION, _NATIVE_PACKETS = 1, 33
_TRIANGLES, _INDICES, _VERTICES, _UINT3, _FLOAT3 = 0, 0, 1, 0x5003, 0x9003
_ROBUST = 4

# rows of the structure RTCRayHit8, eight numbers each (those not named stay zero: near end, time, flags);
# room for either way in which the library may be built
_ORIGIN, _DIRECTION, _FAR, _MASK = 0, 4, 8, 9
_TRIANGLE_ID, _GEOMETRY_ID, _ROWS = 17, 18, 24


@lru_cache
def embree_library(embreex_folder: Path) -> ctypes.CDLL | None:
    """The C library beside the `embreex` package, or None where packets of eight cannot be had from it."""
    found = [path for pattern in _WHERE for path in sorted(embreex_folder.glob(pattern))]
    if not found:
        return None
    try:
        library = ctypes.CDLL(str(found[0]))
        for name, (result, arguments) in _SIGNATURES.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError):
        return None
    device = library.rtcNewDevice(None)
    if not device:
        return None
    fits = library.rtcGetDeviceProperty(device, _MAJOR_VERSION) == 4
    fits = fits and bool(library.rtcGetDeviceProperty(device, _NATIVE_PACKETS))
    library.rtcReleaseDevice(device)
    return library if fits else None


class PacketScene:
    """Triangles in a robust tree, and questions to it in packets of eight.

    Parameters
    ----------
    library : CDLL
        From `embree_library`.
    vertices_m : float32 array (V, 3)
    faces : int32 array (F, 3)

    Raises
    ------
    MemoryError
        Embree could not build the tree.
    """

    def __init__(
        self, library: ctypes.CDLL, vertices_m: NDArray[np.float32], faces: NDArray[np.int32]
    ) -> None:
        device = library.rtcNewDevice(None)
        scene = library.rtcNewScene(device)
        weakref.finalize(self, _release, library, scene, device)
        library.rtcSetSceneFlags(scene, _ROBUST)
        geometry = library.rtcNewGeometry(device, _TRIANGLES)
        for kind, format_, table in ((_VERTICES, _FLOAT3, vertices_m), (_INDICES, _UINT3, faces)):
            room = library.rtcSetNewGeometryBuffer(geometry, kind, 0, format_, 12, len(table))
            if room:
                ctypes.memmove(room, table.ctypes.data, table.nbytes)
        library.rtcCommitGeometry(geometry)
        library.rtcAttachGeometry(scene, geometry)
        library.rtcReleaseGeometry(geometry)
        library.rtcCommitScene(scene)
        error = library.rtcGetDeviceError(device)
        if error:
            raise MemoryError(f"Embree could not build a tree of {len(faces)} triangles (error {error})")
        self._scene = np.uint64(scene)
        self._intersect = np.uint64(_address(library.rtcIntersect8))
        self._occluded = np.uint64(_address(library.rtcOccluded8))

    def first_hits(
        self,
        origins_m: NDArray[np.float32],
        directions: NDArray[np.float32],
        faces: NDArray[np.int32],
        distances_m: NDArray[np.float32],
    ) -> None:
        """Fill face (-1: none) and distance (R,) of rays (R, 3); distances of no length are left out."""
        _first_hits(self._intersect, self._scene, origins_m, directions, faces, distances_m)

    def blocked(
        self, origins_m: NDArray[np.float32], directions: NDArray[np.float32], answers: NDArray[np.bool_]
    ) -> None:
        """Fill whether anything stands in the way of rays (R, 3), (R,)."""
        _blocked(self._occluded, self._scene, origins_m, directions, answers)


def _address(function: Callable[..., object]) -> int:
    return ctypes.cast(function, ctypes.c_void_p).value or 0  # type: ignore[arg-type]


def _release(library: ctypes.CDLL, scene: int, device: int) -> None:
    library.rtcReleaseScene(scene)
    library.rtcReleaseDevice(device)


@intrinsic
def _ask(typing_context, function, valid, scene, packet):  # type: ignore[no-untyped-def]
    """Call void function(const int* valid, RTCScene, packet*, NULL) by addresses: kernels stay cacheable."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        pointer = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [pointer] * 4)
        called = builder.inttoptr(arguments[0], kind.as_pointer())
        given = [builder.inttoptr(argument, pointer) for argument in arguments[1:]]
        builder.call(called, [*given, ir.Constant(pointer, None)])
        return context.get_dummy_value()

    return types.void(types.uint64, types.uint64, types.uint64, types.uint64), generate


@njit(inline="always")
def _aligned(array):  # type: ignore[no-untyped-def]
    """The part of an array (n + 16,) of four-byte numbers that begins on a multiple of 64 bytes."""
    skipped = (-array.ctypes.data % 64) // 4
    return array[skipped : skipped + array.shape[0] - 16]


@njit(inline="always")
def _empty_packet():  # type: ignore[no-untyped-def]
    """Room for eight rays, and which of them are awake: all."""
    packet, awake = _aligned(np.zeros(_ROWS * PACKET + 16, np.float32)), _aligned(np.zeros(24, np.int32))
    ids = packet.view(np.int32)
    for j in range(PACKET):
        ids[_MASK * PACKET + j] = int32(-1)
        awake[j] = int32(-1)
    return packet, awake


@njit(inline="always")
def _fill_packet(packet, size, origins_m, directions):  # type: ignore[no-untyped-def]
    """`size` rays (a constant where it can be: the loops then have no ends to look for) up to infinity."""
    for k in range(3):
        for j in range(size):
            packet[(_ORIGIN + k) * PACKET + j] = origins_m[j, k]
            packet[(_DIRECTION + k) * PACKET + j] = directions[j, k]
    ids = packet.view(np.int32)
    for j in range(PACKET):
        packet[_FAR * PACKET + j] = float32(np.inf)
        ids[_TRIANGLE_ID * PACKET + j] = int32(-1)
        ids[_GEOMETRY_ID * PACKET + j] = int32(-1)


@njit(inline="always")
def _hits(intersect, scene, packet, awake, size, origins_m, directions, faces, distances_m):  # type: ignore[no-untyped-def]
    """Faces and distances of one packet."""
    _fill_packet(packet, size, origins_m, directions)
    _ask(intersect, awake.ctypes.data, scene, packet.ctypes.data)
    ids = packet.view(np.int32)
    for j in range(size):
        faces[j] = ids[_TRIANGLE_ID * PACKET + j]
    if distances_m.shape[0] > 0:
        for j in range(size):
            distances_m[j] = packet[_FAR * PACKET + j]


@njit(cache=True, nogil=True)
def _first_hits(intersect, scene, origins_m, directions, faces, distances_m):  # type: ignore[no-untyped-def]
    packet, awake = _empty_packet()
    whole = origins_m.shape[0] // PACKET * PACKET
    for i in range(0, whole, PACKET):
        o, d, f = origins_m[i : i + PACKET], directions[i : i + PACKET], faces[i : i + PACKET]
        _hits(intersect, scene, packet, awake, PACKET, o, d, f, distances_m[i : i + PACKET])
    rest = origins_m.shape[0] - whole
    if rest:
        awake[rest:PACKET] = int32(0)
        o, d, f = origins_m[whole:], directions[whole:], faces[whole:]
        _hits(intersect, scene, packet, awake, rest, o, d, f, distances_m[whole:])


@njit(inline="always")
def _blockings(occluded, scene, packet, awake, size, origins_m, directions, answers):  # type: ignore[no-untyped-def]
    """Whether anything stands in the way of the rays of one packet: their far ends are then -infinity."""
    _fill_packet(packet, size, origins_m, directions)
    _ask(occluded, awake.ctypes.data, scene, packet.ctypes.data)
    for j in range(size):
        answers[j] = packet[_FAR * PACKET + j] < float32(0)


@njit(cache=True, nogil=True)
def _blocked(occluded, scene, origins_m, directions, answers):  # type: ignore[no-untyped-def]
    packet, awake = _empty_packet()
    whole = origins_m.shape[0] // PACKET * PACKET
    for i in range(0, whole, PACKET):
        o, d, a = origins_m[i : i + PACKET], directions[i : i + PACKET], answers[i : i + PACKET]
        _blockings(occluded, scene, packet, awake, PACKET, o, d, a)
    rest = origins_m.shape[0] - whole
    if rest:
        awake[rest:PACKET] = int32(0)
        _blockings(
            occluded, scene, packet, awake, rest, origins_m[whole:], directions[whole:], answers[whole:]
        )
