"""Paths of light over a reflecting mesh: one bounce of a block of rays, in both bands at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import float32, int64, njit, uint32, uint64

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.radiation.ray_caster import Float32Array, RayCaster
from geometry.radiation.receivers import Receivers, side_frames
from geometry.radiation.sampling import (
    BOUNCE,
    DIMENSIONS,
    digital_shift,
    scramble,
    sobol_word,
    unit_interval,
)
from geometry.validation import FloatArray, IntArray

MAX_BOUNCES = 256
"""A path is cut after so many reflections; roulette ends nearly all long before."""

ROULETTE_FROM, ROULETTE_WEIGHT = 3, 0.1


@dataclass(frozen=True, eq=False)
class ReflectingMesh:
    """What a path needs to know of the mesh, face by face and surface by surface.

    Parameters
    ----------
    frames : float32 array (F, 18)
        Corner, edges, normal and tangents of each face's front, centred.
    surface_of_side, receiver_of_side : int array (F, 2)
        Surface and receiver of front and back; -1 where there is none.
    reflectance, specularity : float32 array (S, 2)
        Solar and infrared.
    """

    frames: Float32Array
    surface_of_side: IntArray
    receiver_of_side: IntArray
    reflectance: Float32Array
    specularity: Float32Array


def reflecting_mesh(mesh: SurfaceMesh, receivers: Receivers, caster: RayCaster) -> ReflectingMesh:
    """The tables of a mesh, with reflectance one less absorptance or emittance."""
    faces = np.arange(len(mesh.faces))
    receiver = np.full((len(mesh.faces), 2), -1, dtype=np.int64)
    receiver[receivers.faces, (receivers.sides < 0).astype(np.int64)] = receivers.row_receiver
    optics = mesh.optics
    return ReflectingMesh(
        frames=side_frames(mesh, faces, np.ones(len(faces)), caster.center_m),
        surface_of_side=np.stack([mesh.front_surface, mesh.back_surface], axis=1),
        receiver_of_side=receiver,
        reflectance=np.array(
            [[1 - o.solar_absorptance, 1 - o.infrared_emittance] for o in optics], np.float32
        ),
        specularity=np.array([[o.solar_specularity, o.infrared_specularity] for o in optics], np.float32),
    )


@dataclass(frozen=True, eq=False)
class TracedCraft:
    """A mesh ready for rays: its ray caster, its receivers (on `receiving`), and how it reflects."""

    mesh: SurfaceMesh
    caster: RayCaster
    receivers: Receivers
    reflecting: ReflectingMesh
    receiving: SurfaceMesh

    @cached_property
    def absorptances(self) -> FloatArray:
        """Solar absorptance and infrared emittance of each receiver, (2, G)."""
        optics = [self.mesh.optics[s] for s in self.receivers.surfaces]
        return np.array([[o.solar_absorptance for o in optics], [o.infrared_emittance for o in optics]])


def traced_craft(
    mesh: SurfaceMesh, caster: RayCaster, receivers: Callable[[SurfaceMesh, RayCaster], Receivers]
) -> TracedCraft:
    """A mesh with receivers by surface (`surface_receivers`) or by side of face (`side_receivers`)."""
    made = receivers(mesh, caster)
    return TracedCraft(mesh, caster, made, reflecting_mesh(mesh, made, caster), mesh)


@njit(cache=True, nogil=True)
def diffuse_direction(frames, face, sign, u, v, directions, place):  # type: ignore[no-untyped-def]
    """Cosine-weighted direction about a side of a face, from a point of the unit square, to one row."""
    one = float32(1)
    radius, angle = np.sqrt(u), float32(6.2831853) * v
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    z = sign * np.sqrt(max(one - u, float32(1e-12)))
    for k in range(3):
        directions[place, k] = x * frames[face, 12 + k] + y * frames[face, 15 + k] + z * frames[face, 9 + k]


@njit(cache=True, nogil=True)
def leave_surface(  # type: ignore[no-untyped-def]
    bounce,
    keep_one_in,
    light_weight,
    seed,
    streams,
    replicates,
    table,
    start_offset_m,
    frames,
    surface_of_side,
    receiver_of_side,
    reflectance,
    specularity,
    origins_m,
    directions,
    weights,
    segments,
    indices,
    branches,
    faces,
    distances_m,
    exit_directions,
    exit_weights,
    exit_counts,
    lit_origins_m,
    lit_normals,
    lit_weights,
    lit_segments,
    deposits,
):
    """Send a block of traced rays on: escapes to the exit list, the others reflected in place.

    `segments` tells whose ray each is; `streams` and `replicates` belong to the segments.
    A path keeps one weight per band; mirror or diffuse is drawn with the weighted mean of the two
    bands' specularities and each weight is divided by what it was drawn with, so both stay unbiased.
    The first two reflections use Sobol dimensions, later ones hashed numbers; weights below
    `light_weight` play roulette.  Of the branches into which a path was split, those past 0, one in
    `keep_one_in` (a power of two) goes on with that many times the weight.  Every hit on a surface
    that scatters sunlight is listed for a look at the Sun (`lit_*`).  Where `deposits` (segments,
    receivers + 2) has any size, what each receiver absorbs of both bands is added to it, and in the last
    columns what leaves to space and what inactive sides swallow.
    Returns paths alive, exits and listed hits.
    """
    alive = exits = listed = 0
    offset = float32(start_offset_m)
    one, two = float32(1), float32(2)
    shifts = np.zeros((exit_counts.shape[0], 3), np.uint32)
    base = BOUNCE + 3 * (bounce - 1)
    use_sobol = bounce >= 1 and base + 3 <= DIMENSIONS
    if use_sobol:
        for r in range(shifts.shape[0]):
            for d in range(3):
                shifts[r, d] = digital_shift(seed, streams[r], replicates[r], base + d)
    exit_counts[:] = 0
    for i in range(faces.shape[0]):
        face = faces[i]
        if face < 0:
            if deposits.shape[0] > 0:
                deposits[segments[i], deposits.shape[1] - 2] += weights[i, 0] + weights[i, 1]
            for k in range(3):
                exit_directions[k, exits] = directions[i, k]
            exit_weights[0, exits] = weights[i, 0]
            exit_weights[1, exits] = weights[i, 1]
            exit_counts[segments[i]] += 1
            exits += 1
            continue
        toward = (
            directions[i, 0] * frames[face, 9]
            + directions[i, 1] * frames[face, 10]
            + directions[i, 2] * frames[face, 11]
        )
        side = 0 if toward < 0 else 1
        sign = one if toward < 0 else -one
        surface = surface_of_side[face, side]
        if surface < 0:
            if deposits.shape[0] > 0:
                deposits[segments[i], deposits.shape[1] - 1] += weights[i, 0] + weights[i, 1]
            continue
        if deposits.shape[0] > 0:
            deposits[segments[i], receiver_of_side[face, side]] += weights[i, 0] * (
                one - reflectance[surface, 0]
            ) + weights[i, 1] * (one - reflectance[surface, 1])
        solar = weights[i, 0] * reflectance[surface, 0]
        infrared = weights[i, 1] * reflectance[surface, 1]
        if solar <= 0 and infrared <= 0:
            continue
        r, branch = segments[i], uint64(branches[i])
        word = scramble(uint64(seed) + (uint64(streams[r]) << uint64(20)) + uint64(replicates[r]))
        word = scramble(word + (uint64(indices[i]) << uint64(10)) + uint64(bounce))
        start0 = origins_m[i, 0] + distances_m[i] * directions[i, 0] + sign * offset * frames[face, 9]
        start1 = origins_m[i, 1] + distances_m[i] * directions[i, 1] + sign * offset * frames[face, 10]
        start2 = origins_m[i, 2] + distances_m[i] * directions[i, 2] + sign * offset * frames[face, 11]
        scattered = solar * (one - specularity[surface, 0])
        if scattered > 0 and lit_weights.shape[0] > 0:
            lit_origins_m[listed, 0] = start0
            lit_origins_m[listed, 1] = start1
            lit_origins_m[listed, 2] = start2
            for k in range(3):
                lit_normals[listed, k] = sign * frames[face, 9 + k]
            lit_weights[listed] = scattered
            lit_segments[listed] = segments[i]
            listed += 1
        if branch > uint64(0):
            if ((word >> uint64(40)) + branch) & uint64(keep_one_in - 1):
                continue
            solar *= float32(keep_one_in)
            infrared *= float32(keep_one_in)
            word = scramble(word + branch)
        other = scramble(word + uint64(1))
        if bounce >= ROULETTE_FROM and max(solar, infrared) < light_weight:
            if other & uint64(1):
                continue
            solar *= two
            infrared *= two
        if use_sobol:
            u = unit_interval(
                sobol_word(indices[i], base, table) ^ sobol_word(uint32(branch), 0, table) ^ shifts[r, 0]
            )
            v = unit_interval(
                sobol_word(indices[i], base + 1, table) ^ sobol_word(uint32(branch), 1, table) ^ shifts[r, 1]
            )
            choice = unit_interval(sobol_word(indices[i], base + 2, table) ^ shifts[r, 2])
        else:
            u = unit_interval(uint32(word >> uint64(32)))
            v = unit_interval(uint32(word & uint64(0xFFFFFFFF)))
            choice = unit_interval(uint32(other >> uint64(32)))
        mirror = (solar * specularity[surface, 0] + infrared * specularity[surface, 1]) / (solar + infrared)
        if choice < mirror:
            solar *= specularity[surface, 0] / mirror
            infrared *= specularity[surface, 1] / mirror
            for k in range(3):
                directions[alive, k] = directions[i, k] - two * toward * frames[face, 9 + k]
        else:
            solar *= (one - specularity[surface, 0]) / (one - mirror)
            infrared *= (one - specularity[surface, 1]) / (one - mirror)
            diffuse_direction(frames, face, sign, u, v, directions, alive)
        if solar <= 0 and infrared <= 0:
            continue
        origins_m[alive, 0], origins_m[alive, 1], origins_m[alive, 2] = start0, start1, start2
        weights[alive, 0], weights[alive, 1] = solar, infrared
        segments[alive] = r
        indices[alive] = indices[i]
        branches[alive] = branches[i]
        alive += 1
    return int64(alive), int64(exits), int64(listed)
