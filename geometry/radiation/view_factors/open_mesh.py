"""What of a mesh sees: where two solids touch flush, what lies between them sees nothing and is cut out.

There a facet of one body lies in a facet of another, turned against it, with the inside of the other body
before it.  Where that inside is, is told by the body's winding number about a point of the overlap.  Else the
two are sheets back to back, a plate drawn as two facets: both see, and of each the inactive back is cut out
where the other's front is seen in its stead.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from geometry.mesh.optics import COATINGS
from geometry.mesh.surface_mesh import INACTIVE, SurfaceMesh
from geometry.radiation.accuracy import AccuracyWarning
from geometry.radiation.box_tree import box_tree
from geometry.radiation.face_edges import connected_parts, welded_corners
from geometry.radiation.ray_caster import RayCaster
from geometry.radiation.receivers import Receivers, surface_receivers
from geometry.radiation.view_factors.contacts import ROOM, overlaps, rest_of, winding
from geometry.radiation.view_factors.planar_parts import FLATNESS_PER_EXTENT, PlanarParts, seeing_parts
from geometry.validation import FloatArray, IntArray

_LEAST_WIDTH_PER_EXTENT = 1e-8
"""Of the slivers that cutting leaves, which are rounding."""
_INSIDE, _SHUT = 0.1, 0.49
"""Turns about a place in a plane that tell of the inside of a body before it: half a turn or none; where the
body of both facets is one (they share a corner), a deep tray of walls alone makes nearly half a turn too."""
_PLANE_STEP = 2e-3


@dataclass(frozen=True, eq=False)
class Outside:
    """Triangles without what is covered: through such a place a ray looks into a body, on inactive sides.

    Parameters
    ----------
    vertices_m : array (V, 3)
    faces : int array (F, 3)
    sides : int array (F, 2)
        Surfaces of front and back, or -1.
    rows : int array (F,)
        Where each stands among the faces of `OpenMesh.mesh`.
    """

    vertices_m: FloatArray
    faces: IntArray
    sides: IntArray
    rows: IntArray

    @cached_property
    def shape(self) -> SurfaceMesh:
        """The triangles as one surface, for what asks for no more."""
        front = np.zeros(len(self.faces), np.int64)
        return SurfaceMesh(self.vertices_m, self.faces, front, front - 1, ("outside",), (COATINGS["black"],))


@dataclass(frozen=True, eq=False)
class OpenMesh:
    """A mesh whose touching facets are cut into what sees and what is covered.

    Parameters
    ----------
    mesh : SurfaceMesh
        The mesh itself where nothing touches.  Covered sides belong to no surface, but a surface that is
        covered wholly keeps its faces.
    parts : PlanarParts
        What sees, and inactive sides.
    covered_m2 : array (S,)
        Of each surface.
    is_shut : bool array (S,)
        Surfaces that are covered wholly.
    landing : SurfaceMesh
        The mesh given, with the surface that a ray meets on each side of a face: where two sheets lie back to
        back and the one covers the other, its.
    outside : Outside
        What of `landing` rays are to meet.
    origin : int array (F,)
        Face of the mesh given that each face of `mesh` is, or is left of; -1 where it is left of many.
    ragged : tuple of str
        Two surfaces that lie back to back and cover each other in part: rays meet either by chance.
    """

    mesh: SurfaceMesh
    parts: PlanarParts
    covered_m2: FloatArray
    is_shut: np.ndarray
    landing: SurfaceMesh
    outside: Outside
    origin: IntArray
    ragged: tuple[str, ...] = ()

    def warn_of_ragged(self) -> None:
        """Warn where rays may take the back of one sheet for the front of another."""
        if self.ragged:
            first, second = self.ragged
            warnings.warn(
                f"{first!r} and {second!r} lie back to back and cover each other in part: rays meet a front "
                "or an inactive back by chance; make them one two-sided sheet or cut both along their edges",
                AccuracyWarning,
                stacklevel=3,
            )

    @cached_property
    def open_shares(self) -> FloatArray:
        """Share of each surface that is not covered, (S,)."""
        whole = self.mesh.surface_areas_m2 + np.where(self.is_shut, 0.0, self.covered_m2)
        return 1.0 - self.covered_m2 / whole

    def receivers(self, caster: RayCaster) -> Receivers:
        """One receiver per surface, on what of it is not covered; none at all counts as free."""
        made = surface_receivers(self.mesh, caster)
        return replace(made, is_free=made.is_free | self.is_shut)


@dataclass(frozen=True, eq=False)
class _Contacts:
    """Pairs of pieces of solid parts that overlap, each both ways, and those pieces.

    Parameters
    ----------
    touching, back_to_back : int array (n, 2)
        What is covered and what covers it; two sheets.
    owner : int array (K,)
        Part of each piece.
    first_corner, corners_m
    """

    touching: IntArray
    back_to_back: IntArray
    owner: IntArray
    first_corner: IntArray
    corners_m: FloatArray

    def piece(self, k: int) -> FloatArray:
        """Corners of a piece."""
        return self.corners_m[self.first_corner[k] : self.first_corner[k + 1]]


def _sides(mesh: SurfaceMesh) -> IntArray:
    """Surfaces of front and back of each face, (F, 2)."""
    return np.stack([mesh.front_surface, mesh.back_surface], axis=1)


def open_mesh(mesh: SurfaceMesh, center_m: FloatArray, *, by_face: bool = False) -> OpenMesh:
    """What of a mesh sees: all of it but where solids touch flush.

    Parameters
    ----------
    mesh : SurfaceMesh
    center_m : array (3,)
    by_face : bool
        Whether each face is cut for itself, so that what is left of it is known; else whole planar parts.
    """
    parts = seeing_parts(mesh, center_m)
    surfaces = len(mesh.surface_names)
    contacts = _contacts(mesh, center_m, parts)
    if contacts is None:
        every = np.arange(len(mesh.faces))
        outside = Outside(mesh.vertices_m, mesh.faces, _sides(mesh), every)
        return OpenMesh(mesh, parts, np.zeros(surfaces), np.zeros(surfaces, bool), mesh, outside, every)
    return _cut(mesh, center_m, parts, contacts, by_face)


def _solid_parts(mesh: SurfaceMesh, parts: PlanarParts) -> IntArray:
    """Parts of fronts with inactive backs whose plane another such part shares, turned against it."""
    solid = (mesh.front_surface >= 0) & (mesh.back_surface < 0)
    fronts = parts.part_of_side[: len(solid)][solid]
    size = len(parts)
    chosen = np.flatnonzero(
        np.bincount(parts.part_of_side, minlength=size) == np.bincount(fronts, minlength=size)
    )
    # one number for a plane, its negative for the plane turned around
    place = parts.normal[chosen] @ [1.0, 0.7548777, 0.5698403] + parts.height_m[chosen] / mesh.extent_m
    ordered = np.sort(place)
    low, high = np.searchsorted(ordered, [-place - _PLANE_STEP, -place + _PLANE_STEP])
    return chosen[high > low]


def _contacts(mesh: SurfaceMesh, center_m: FloatArray, parts: PlanarParts) -> _Contacts | None:
    chosen = _solid_parts(mesh, parts)
    if len(chosen) < 2:
        return None
    tolerance = FLATNESS_PER_EXTENT * mesh.extent_m
    pieces = np.concatenate([np.arange(*parts.first_piece[k : k + 2]) for k in chosen])
    owner = np.repeat(chosen, parts.piece_counts[chosen])
    corners = np.concatenate([parts.corners_m[slice(*parts.first_corner[p : p + 2])] for p in pieces])
    first_corner = np.append(0, np.cumsum(np.diff(parts.first_corner)[pieces]))
    low, high = (f.reduceat(corners, first_corner[:-1]) for f in (np.minimum, np.maximum))
    tree = box_tree(low, high)
    arguments = (
        owner, parts.normal, parts.height_m, first_corner, corners, tolerance,
        tree.low_m, tree.high_m, tree.child, tree.first, tree.last, tree.order,
    )  # fmt: skip
    size = overlaps(*arguments, np.empty((0, 2), np.int64), np.empty(0), np.empty((0, 3)))
    if not size:
        return None
    found, shared, middles = np.empty((size, 2), np.int64), np.empty(size), np.empty((size, 3))
    overlaps(*arguments, found, shared, middles)
    covered = _look_inside(mesh, center_m, parts, owner[found], shared, middles)
    return _Contacts(found[covered], found[~covered], owner, first_corner, corners)


def _look_inside(
    mesh: SurfaceMesh,
    center_m: FloatArray,
    parts: PlanarParts,
    pairs: IntArray,
    shared_m2: FloatArray,
    middles_m: FloatArray,
) -> np.ndarray:
    """Which overlaps of parts (n, 2) have the inside of a body on a side that is to see, bool (n,)."""
    body = connected_parts(welded_corners(mesh, center_m))
    first = np.empty(len(parts), np.int64)
    first[parts.part_of_side[::-1]] = np.arange(2 * len(body))[::-1] % len(body)
    body_of_part = body[first]
    corners = mesh.vertices_m[mesh.faces] - center_m
    keys, index = np.unique(pairs @ [len(parts), 1], return_inverse=True)
    index = index.reshape(-1)
    largest = np.full(len(keys), -1)
    order = np.argsort(shared_m2, kind="stable")
    largest[index[order]] = order
    inside = np.zeros(len(keys), bool)
    by_body = np.argsort(body_of_part[pairs[largest, 1]], kind="stable")
    triangles, loaded = corners[:0], -1
    for k in by_body:
        at = largest[k]
        p, q = pairs[at]
        if body_of_part[q] != loaded:
            loaded = int(body_of_part[q])
            triangles = corners[body == loaded]
        normal = parts.normal[p]
        turns = winding(
            middles_m[at], normal, normal @ middles_m[at], FLATNESS_PER_EXTENT * mesh.extent_m, triangles
        )
        inside[k] = turns > (_SHUT if body_of_part[p] == body_of_part[q] else _INSIDE)
    back = np.searchsorted(keys, keys % len(parts) * len(parts) + keys // len(parts))
    back = np.minimum(back, len(keys) - 1)
    mirrored = keys[back] == keys % len(parts) * len(parts) + keys // len(parts)
    return np.asarray((inside | (mirrored & inside[back]))[index])


def _cut(
    mesh: SurfaceMesh, center_m: FloatArray, parts: PlanarParts, contacts: _Contacts, by_face: bool
) -> OpenMesh:
    """The mesh with what is covered cut out of its parts, and inactive backs where a front is seen."""
    count, surfaces = len(mesh.faces), len(mesh.surface_names)
    part_of_front, part_of_back = parts.part_of_side[:count], parts.part_of_side[count:]
    back_of_part = np.full(len(parts), -1)
    back_of_part[part_of_front] = part_of_back
    covers: dict[int, set[int]] = {}
    for covered, covering in contacts.touching.tolist():
        covers.setdefault(int(contacts.owner[covered]), set()).add(covering)
    for behind, front in contacts.back_to_back.tolist():
        covers.setdefault(int(back_of_part[contacts.owner[behind]]), set()).add(front)
    least_width = _LEAST_WIDTH_PER_EXTENT * mesh.extent_m
    back = mesh.back_surface.copy()
    ragged: tuple[str, ...] = ()
    triangles, owners, origins = [np.empty((0, 3, 3))], [np.empty(0, np.int64)], [np.arange(count)]
    for part, covering in sorted(covers.items()):
        is_back = parts.label[part] == surfaces
        turn = 1.0 if is_back else -1.0
        members = np.flatnonzero(part_of_front == part)
        one_by_one = by_face and not is_back
        own = list(mesh.vertices_m[mesh.faces[members]] - center_m) if one_by_one else parts.pieces(part)
        normal = turn * parts.normal[part]
        kept, whence = _open_triangles(
            own, normal, [contacts.piece(k) for k in sorted(covering)], least_width
        )
        triangles.append(kept)
        owners.append(np.full(len(kept), part))
        origins.append(members[whence] if one_by_one else np.full(len(kept), -1))
        seen = np.unique(parts.label[contacts.owner[sorted(covering)]])
        if is_back and not len(kept) and len(seen) == 1:
            back[part_of_back == part] = seen[0]
        elif is_back and not ragged:
            behind = mesh.front_surface[np.flatnonzero(part_of_back == part)[0]]
            ragged = (mesh.surface_names[seen[0]], mesh.surface_names[behind])
    kept, owner = np.concatenate(triangles), np.concatenate(owners)
    blind = np.isin(np.stack([part_of_front, part_of_back]), list(covers))
    label = np.where(parts.label[owner] < surfaces, parts.label[owner], INACTIVE)
    seen = np.bincount(np.concatenate([mesh.front_surface[~blind[0]], mesh.back_surface, label]) + 1)
    is_shut = np.append(seen, np.zeros(surfaces + 1 - len(seen), int))[1:] == 0
    front = np.where(blind[0] & ~is_shut[mesh.front_surface], INACTIVE, mesh.front_surface)
    new = np.arange(len(kept) * 3).reshape(-1, 3) + len(mesh.vertices_m)
    cut = replace(
        mesh,
        vertices_m=np.concatenate([mesh.vertices_m, kept.reshape(-1, 3) + center_m]),
        faces=np.concatenate([mesh.faces, new]),
        front_surface=np.concatenate([front, label]),
        back_surface=np.concatenate([mesh.back_surface, np.full(len(kept), INACTIVE)]),
    )
    added = np.repeat([[False], [True]], len(kept), axis=1)
    whole = mesh.surface_areas_m2
    landing = replace(mesh, back_surface=back) if contacts.back_to_back.size else mesh
    meets, seeing = ~blind[0], label >= 0
    sides = np.concatenate([_sides(landing)[meets], _sides(cut)[count:][seeing]])
    rows = np.flatnonzero(np.concatenate([meets, seeing]))
    outside = Outside(cut.vertices_m, cut.faces[rows], sides, rows)
    return OpenMesh(
        cut,
        seeing_parts(cut, center_m, np.concatenate([blind, added], axis=1).reshape(-1)),
        np.where(is_shut, whole, np.maximum(whole - cut.surface_areas_m2, 0.0)),
        is_shut,
        landing,
        outside,
        np.concatenate(origins),
        ragged,
    )


def _open_triangles(
    own: list[FloatArray], normal: FloatArray, covers: list[FloatArray], least_width_m: float
) -> tuple[FloatArray, IntArray]:
    """Triangles (n, 3, 3) of what others (counterclockwise about `normal`) leave of pieces, and of which."""
    sizes = np.array([len(corners) for corners in own])
    polygons = np.zeros((len(own), ROOM, 3))
    for row, corners in enumerate(own):
        polygons[row, : len(corners)] = corners
    first = np.append(0, np.cumsum([len(c) for c in covers]))
    left, counts, whence = rest_of(polygons, sizes, np.concatenate(covers), first, normal)
    fans = [
        np.stack([np.broadcast_to(polygon[0], (n - 2, 3)), polygon[1 : n - 1], polygon[2:n]], axis=1)
        for polygon, n in zip(left, counts, strict=True)
    ]
    triangles = np.concatenate(fans) if fans else np.empty((0, 3, 3))
    sides = np.linalg.norm(triangles - np.roll(triangles, 1, axis=1), axis=2).max(axis=1, initial=0.0)
    doubled = np.linalg.norm(
        np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]), axis=1
    )
    wide = doubled > least_width_m * np.maximum(sides, least_width_m)
    return triangles[wide], np.repeat(whence, counts - 2)[wide]
