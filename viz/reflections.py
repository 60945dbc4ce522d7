"""The large flat parts of a craft, as rectangles that its polished parts mirror.

A mirror wall shows the wing beside it.  Screen-space tricks cannot know what is out of the picture, and
tracing rays in a shader takes the whole mesh; the few big rectangles of a satellite are what the eye
misses, and a ray meets a rectangle in a line of arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.validation import FloatArray, IntArray
from viz.scene import Material, MeshItem
from viz.surroundings import Surroundings, looked_up

MOST = 24
LEAST_SHARE = 0.004  # of the area of the largest
ENOUGH = 0.3  # of the area of a mesh, in parts found
UNSEEN = -1.0  # radiance of a side that nothing mirrors
FULL = 0.97  # share of its bounding rectangle that a part fills to count as one


@dataclass(frozen=True, eq=False)
class Rectangle:
    """Centre and half sides (3,) in m, body frame; radiance (3,) of its front (along u x v) and its back.

    `surfaces` are those of front and back, -1 for none.
    """

    center_m: FloatArray
    half_u_m: FloatArray
    half_v_m: FloatArray
    front: FloatArray
    back: FloatArray
    surfaces: tuple[int, int] = (-1, -1)

    @property
    def area_m2(self) -> float:
        """Area of one side, m^2."""
        return 4.0 * float(np.linalg.norm(self.half_u_m) * np.linalg.norm(self.half_v_m))


def mirrored_parts(
    item: MeshItem, sun_direction_gcrs: FloatArray, sun_color: tuple[float, float, float], sky: Surroundings
) -> FloatArray:
    """The largest flat parts of an item, (K, 5, 3), GCRS.

    Rows: centre and half sides in m, radiance of the front and of the back, `UNSEEN` where that belongs to
    no surface.
    """
    found = large_rectangles(item)
    turn = item.rotation_gcrs_from_body
    out = np.zeros((len(found), 5, 3))
    for k, r in enumerate(found):
        out[k, 0] = turn @ r.center_m + item.position_gcrs_m
        out[k, 1], out[k, 2] = turn @ r.half_u_m, turn @ r.half_v_m
        normal = np.cross(out[k, 1], out[k, 2])
        normal /= np.linalg.norm(normal)
        for row, side, color, surface in zip(
            (3, 4), (normal, -normal), (r.front, r.back), r.surfaces, strict=True
        ):
            if surface < 0:  # inside a body: other faces stand before it
                out[k, row] = UNSEEN
                continue
            sun = max(float(side @ sun_direction_gcrs), 0.0) * np.asarray(sun_color)
            out[k, row] = color * (sun + looked_up(sky.irradiance, side))
    return out


def large_rectangles(item: MeshItem) -> list[Rectangle]:
    """The flat parts of an item that fill a rectangle, the largest first."""
    return list(_rectangles(item.mesh, item.materials))


@lru_cache(maxsize=16)
def _rectangles(mesh: SurfaceMesh, materials: tuple[Material, ...]) -> tuple[Rectangle, ...]:
    """They depend on these alone, so a film finds them once."""
    item = MeshItem(mesh, materials)
    found = _merged([r for faces in _flat_parts(item.mesh) for r in _rectangle(item, faces)])
    if covered_share(found, mesh) < ENOUGH:  # surfaces go around corners: their sides, then
        found = _merged([r for faces in _sides(item.mesh) for r in _rectangle(item, faces)])
    found = sorted(found, key=lambda r: -r.area_m2)[:MOST]
    return tuple(r for r in found if r.area_m2 > LEAST_SHARE * found[0].area_m2)


def _flat_parts(mesh: SurfaceMesh) -> Iterator[IntArray]:
    """Faces of each pair of front and back surface that lie in one plane."""
    pairs = mesh.front_surface * (len(mesh.surface_names) + 1) + mesh.back_surface
    order = np.argsort(pairs, kind="stable")
    for faces in np.split(order, np.flatnonzero(np.diff(pairs[order])) + 1):
        normals = mesh.normals[faces]
        heights = np.einsum("fk,k->f", mesh.centroids_m[faces], normals[0])
        if (normals @ normals[0]).min() > 1.0 - 1e-6 and np.ptp(heights) < 1e-3:
            yield faces


def covered_share(found: Sequence[Rectangle], mesh: SurfaceMesh) -> float:
    """Area of rectangles over that of a mesh."""
    return sum(r.area_m2 for r in found) / float(mesh.areas_m2.sum())


def _sides(mesh: SurfaceMesh) -> Iterator[IntArray]:
    """Faces of one pair of surfaces in one plane each, but for small ones."""
    heights = np.einsum("fk,fk->f", mesh.centroids_m, mesh.normals) / mesh.extent_m
    pairs = mesh.front_surface * (len(mesh.surface_names) + 1) + mesh.back_surface
    planes = np.round(np.column_stack([pairs, 1e3 * mesh.normals, 1e5 * heights])).astype(np.int64)
    _, plane = np.unique(planes, axis=0, return_inverse=True)
    plane = plane.reshape(-1)
    area = np.bincount(plane, mesh.areas_m2)
    kept = np.flatnonzero(area > LEAST_SHARE * area.max())
    order = np.argsort(plane, kind="stable")
    first = np.searchsorted(plane[order], kept)
    last = np.searchsorted(plane[order], kept, "right")
    yield from (order[a:b] for a, b in zip(first, last, strict=True))


def bounding_plates(item: MeshItem) -> list[Rectangle]:
    """Three crossed plates that show what a mesh without large flat parts shows along the body's axes.

    Each has the area that sheets turn to it and half of what the faces of bodies do, as the outline of a
    convex body has, and the surface that turns most to it.
    """
    mesh = item.mesh
    low, high = mesh.bounds_m
    half = np.maximum(0.5 * (high - low), 1e-6 * mesh.extent_m)
    share = np.where(mesh.back_surface >= 0, 1.0, 0.5)  # of a closed body half the faces look away
    found = []
    for k in range(3):
        i, j = (k + 1) % 3, (k + 2) % 3
        turned = mesh.areas_m2 * mesh.normals[:, k]
        area = min(float(np.abs(turned) @ share), 4.0 * float(half[i] * half[j]))
        if not area > 0.0:
            continue
        sides = []
        for sign in (1.0, -1.0):
            shown = np.where(sign * turned > 0.0, mesh.front_surface, mesh.back_surface)
            weight = np.bincount(shown[shown >= 0], np.abs(turned)[shown >= 0], len(mesh.surface_names))
            sides.append(int(np.argmax(weight)) if weight.any() else -1)
        scale = np.sqrt(area / (4.0 * half[i] * half[j]))
        u, v = scale * half[i] * np.eye(3)[i], scale * half[j] * np.eye(3)[j]
        front, back = (np.zeros(3) if s < 0 else np.array(item.materials[s].base_color) for s in sides)
        found.append(Rectangle(0.5 * (low + high), u, v, front, back, (sides[0], sides[1])))
    return found


def _rectangle(item: MeshItem, faces: IntArray) -> Iterator[Rectangle]:
    """The rectangle that some faces of one plane fill, if they fill one."""
    mesh = item.mesh
    corners = mesh.vertices_m[mesh.faces[faces]].reshape(-1, 3)
    normal = mesh.normals[faces[0]]
    axis = np.eye(3)[np.argmin(np.abs(normal))]  # parts are built along the body's axes
    u = np.cross(axis, normal)
    u /= np.linalg.norm(u)
    v = np.cross(normal, u)
    plane = corners @ np.stack([u, v, normal], axis=1)
    low, high = plane.min(axis=0), plane.max(axis=0)
    size = high - low
    area = float(size[0] * size[1])
    if area > 0.0 and mesh.areas_m2[faces].sum() > FULL * area:
        center = np.stack([u, v, normal], axis=1) @ (0.5 * (low + high))
        front, back = (
            np.zeros(3) if s[faces[0]] < 0 else np.array(item.materials[s[faces[0]]].base_color)
            for s in (mesh.front_surface, mesh.back_surface)
        )
        surfaces = (int(mesh.front_surface[faces[0]]), int(mesh.back_surface[faces[0]]))
        yield Rectangle(center, 0.5 * size[0] * u, 0.5 * size[1] * v, front, back, surfaces)


def _merged(found: list[Rectangle]) -> list[Rectangle]:
    """Neighbours of one plane and colour joined, along one side and then the other."""
    for side in (0, 1):
        joined: list[Rectangle] = []
        for r in sorted(found, key=lambda r: _order(r, side)):
            last = joined[-1] if joined else None
            union = None if last is None else _joined(last, r, side)
            if union is None:
                joined.append(r)
            else:
                joined[-1] = union
        found = joined
    return found


def _axes(r: Rectangle) -> tuple[FloatArray, FloatArray]:
    return r.half_u_m / np.linalg.norm(r.half_u_m), r.half_v_m / np.linalg.norm(r.half_v_m)


def _order(r: Rectangle, side: int) -> tuple[float, ...]:
    """Sorts rectangles of one strip of one plane behind each other."""
    axes = _axes(r)
    normal = np.cross(*axes)
    along, across = axes[side], axes[1 - side]
    place = (*normal, r.center_m @ normal, *along, r.center_m @ across)
    return (*(round(float(x), 3) for x in place), *r.front, *r.back, float(r.center_m @ along))


def _joined(a: Rectangle, b: Rectangle, side: int) -> Rectangle | None:
    """One rectangle over two that touch and are alike, or None."""
    if not all(np.allclose(x, y, atol=1e-3) for x, y in zip(_axes(a), _axes(b), strict=True)):
        return None
    if not (np.allclose(a.front, b.front) and np.allclose(a.back, b.back)):
        return None
    halves = [[np.linalg.norm(r.half_u_m), np.linalg.norm(r.half_v_m)] for r in (a, b)]
    along, across = (_axes(a)[side], _axes(a)[1 - side])
    offset = b.center_m - a.center_m
    gap = float(offset @ along) - halves[0][side] - halves[1][side]
    aside = np.linalg.norm(offset - (offset @ along) * along)
    if abs(gap) > 0.02 or aside > 0.02 or abs(halves[0][1 - side] - halves[1][1 - side]) > 0.02:
        return None
    low = float(a.center_m @ along) - halves[0][side]
    high = float(b.center_m @ along) + halves[1][side]
    center = a.center_m + (0.5 * (low + high) - float(a.center_m @ along)) * along
    new = [0.5 * (high - low) * along, halves[0][1 - side] * across]
    return Rectangle(center, new[side], new[1 - side], a.front, a.back, a.surfaces)
