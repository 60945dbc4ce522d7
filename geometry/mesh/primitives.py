"""Rectangles, boxes and solids of revolution as `SurfaceMesh`, at given sizes in m.

Solids have outward normals and inactive insides.  A part that stands on a face is a box without the face
that it stands on; the triangles beneath it belong to no surface on that side, so no ray starts inside a
part and every area is what is really seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from geometry.mesh.pieces import Piece, Surface, as_mesh, joined, labelled, piece_of, welded_piece
from geometry.mesh.surface_mesh import INACTIVE, SurfaceMesh
from geometry.mesh.tiling import Footprint, tile_rectangle
from geometry.validation import FloatArray, check_choice, check_finite, check_positive, check_shape

Side = Literal["+x", "-x", "+y", "-y", "+z", "-z"]
SIDES: tuple[Side, ...] = ("+x", "-x", "+y", "-y", "+z", "-z")
_AXES = {"x": (0, 1, 2), "y": (1, 2, 0), "z": (2, 0, 1)}  # normal, u, v: u cross v is the normal


Corner = tuple[float, float, float]


@dataclass(frozen=True)
class Block:
    """A box along the axes, from its lowest to its highest corner, m."""

    low_m: Corner
    high_m: Corner

    def __post_init__(self) -> None:
        low, high = (check_finite(v, name="corner of a Block") for v in (self.low_m, self.high_m))
        if not (low.shape == high.shape == (3,) and (low < high).all()):
            raise ValueError(
                f"a Block needs low_m below high_m on all three axes, got {self.low_m}, {self.high_m}"
            )
        object.__setattr__(self, "low_m", tuple(float(v) for v in low))
        object.__setattr__(self, "high_m", tuple(float(v) for v in high))

    @classmethod
    def between(cls, low_m: ArrayLike, high_m: ArrayLike) -> Block:
        """The block between two corners given as arrays (3,), m."""
        (a, b, c), (d, e, f) = np.asarray(low_m, dtype=float), np.asarray(high_m, dtype=float)
        return cls((a, b, c), (d, e, f))

    @property
    def size_m(self) -> FloatArray:
        """(3,), m."""
        return np.subtract(self.high_m, self.low_m)

    @property
    def center_m(self) -> FloatArray:
        """(3,), m."""
        return 0.5 * np.add(self.high_m, self.low_m)


def block_at(face: Side, foot_m: ArrayLike, size_m: ArrayLike) -> Block:
    """A block that stands on a plane.

    Parameters
    ----------
    face : {"+x", "-x", "+y", "-y", "+z", "-z"}
        Which way it stands up.
    foot_m : array (3,)
        Centre of its foot, m.
    size_m : array (3,)
        Along x, y, z, m.
    """
    axis, sign = _axis(face)
    foot, size = np.asarray(foot_m, dtype=float), np.asarray(size_m, dtype=float)
    low, high = foot - 0.5 * size, foot + 0.5 * size
    low[axis], high[axis] = sorted((foot[axis], foot[axis] + sign * size[axis]))
    return Block.between(low, high)


def rectangle(
    low_m: ArrayLike,
    high_m: ArrayLike,
    normal: Side,
    front: Surface | None,
    back: Surface | None = None,
    *,
    columns: int = 1,
    rows: int = 1,
    on_front: Sequence[Block] = (),
    on_back: Sequence[Block] = (),
    patches: Sequence[tuple[Block, Surface]] = (),
) -> SurfaceMesh:
    """A rectangle across one axis: a face of a solid, or a sheet with a front and a back.

    Parameters
    ----------
    low_m, high_m : array (3,)
        Opposite corners, m; equal along the normal.
    normal : {"+x", "-x", "+y", "-y", "+z", "-z"}
        Where the front looks.
    front, back : Surface or None
        None: that side only blocks.
    columns, rows : int
        Equal parts along the two axes that follow the normal's (x, y for z; y, z for x; z, x for y).
    on_front, on_back : sequence of Block
        Parts that stand there: beneath them that side belongs to no surface.  Not together with a grid.
    patches : sequence of (Block, Surface)
        Flat parts on the back: beneath the block the back is that surface.

    Raises
    ------
    ValueError
        A footprint that leaves the rectangle or overlaps another on either side.
    """
    return as_mesh(
        _rectangle(
            low_m, high_m, normal, front, back,
            columns=columns, rows=rows, on_front=on_front, on_back=on_back, patches=patches,
        )
    )  # fmt: skip


def _rectangle(
    low_m: ArrayLike,
    high_m: ArrayLike,
    normal: Side,
    front: Surface | None,
    back: Surface | None = None,
    *,
    columns: int = 1,
    rows: int = 1,
    on_front: Sequence[Block] = (),
    on_back: Sequence[Block] = (),
    patches: Sequence[tuple[Block, Surface]] = (),
) -> Piece:
    """As `rectangle`, not yet a mesh."""
    axis, sign = _axis(normal)
    low, high = (check_shape(check_finite(v, name="corner"), (3,), name="corner") for v in (low_m, high_m))
    n, u, v = _AXES["xyz"[axis]]
    if low[n] != high[n] or not (low[u] < high[u] and low[v] < high[v]):
        raise ValueError(f"corners must span a rectangle across {normal[1]}, got {low} and {high}")
    footprints = [_footprint(b, u, v) for b in (*on_front, *on_back, *(block for block, _ in patches))]
    ranges = (low[u], high[u]), (low[v], high[v])
    if footprints:
        points, triangles, owner = tile_rectangle(*ranges, footprints)
    else:
        points, triangles = _grid(*ranges, columns, rows)
        owner = np.full(len(triangles), -1)
    vertices = np.empty((len(points), 3))
    vertices[:, n], vertices[:, u], vertices[:, v] = low[n], points[:, 0], points[:, 1]
    covered = [(None, back)] * len(on_front) + [(front, None)] * len(on_back)
    sides = [*covered, *((front, label) for _, label in patches), (front, back)]
    fronts, backs = zip(*sides, strict=True)
    return labelled(vertices, triangles if sign > 0 else triangles[:, ::-1], owner, fronts, backs)


def rectangles(
    lows_m: ArrayLike, highs_m: ArrayLike, normal: Side, fronts: Sequence[Surface], backs: Sequence[Surface]
) -> SurfaceMesh:
    """N sheets across one axis, each with its own front and back: as so many `rectangle`s, in one mesh.

    Parameters
    ----------
    lows_m, highs_m : array (N, 3)
        Opposite corners, m; equal along the normal.
    normal : {"+x", "-x", "+y", "-y", "+z", "-z"}
    fronts, backs : sequence of N Surface
    """
    sides = zip(np.asarray(lows_m), np.asarray(highs_m), fronts, backs, strict=True)
    return as_mesh(joined(_rectangle(low, high, normal, front, back) for low, high, front, back in sides))


def box(
    block: Block,
    surface: Surface | None,
    *,
    faces: Mapping[Side, Surface | None] | None = None,
    without: Sequence[Side] = (),
    mounted: Mapping[Side, Sequence[Block]] | None = None,
) -> SurfaceMesh:
    """A box with outward normals.

    Parameters
    ----------
    block : Block
    surface : Surface or None
        Of every face that `faces` does not name.
    faces : mapping of side to Surface or None
    without : sequence of sides
        Faces left out: where the box stands on another part.
    mounted : mapping of side to sequence of Block
        Parts that stand on that face: beneath them it belongs to no surface.
    """
    return as_mesh(box_piece(block, surface, faces=faces, without=without, mounted=mounted))


def box_piece(
    block: Block,
    surface: Surface | None,
    *,
    faces: Mapping[Side, Surface | None] | None = None,
    without: Sequence[Side] = (),
    mounted: Mapping[Side, Sequence[Block]] | None = None,
) -> Piece:
    """As `box`, not yet a mesh: to be joined with others."""
    parts = []
    for side in SIDES:
        if side in without:
            continue
        axis, sign = _axis(side)
        low, high = np.array(block.low_m), np.array(block.high_m)
        low[axis] = high[axis] = high[axis] if sign > 0 else low[axis]
        front = (faces or {}).get(side, surface)
        parts.append(_rectangle(low, high, side, front, on_front=(mounted or {}).get(side, ())))
    return welded_piece(joined(parts))


def revolved(
    profile_m: ArrayLike,
    surface: Surface | Sequence[Surface],
    *,
    base_m: ArrayLike = (0.0, 0.0, 0.0),
    direction: ArrayLike = (0.0, 0.0, 1.0),
    sides: int = 12,
    turn_rad: float = 0.0,
) -> SurfaceMesh:
    """A solid of revolution with flat sides: cylinders, cones, domes, nozzles.

    Parameters
    ----------
    profile_m : array (P, 2)
        Radius and height along the axis, m; counter-clockwise in that plane, that is outwards at the
        bottom, upwards, inwards at the top.  The solid is closed where the profile starts and ends on
        the axis; an end off the axis leaves it open there.
    surface : Surface, or one for each of the P - 1 stretches of the profile
    base_m, direction : array (3,)
        Where height 0 lies, m, and the axis.
    sides : int
        Corners of each ring, on its radius; the area is that of the prism, below the round one.
    turn_rad : float
        Angle of the first corner about the axis.
    """
    profile = check_shape(check_finite(profile_m, name="profile_m"), (None, 2), name="profile_m")
    if not (profile[:, 0] >= 0).all():
        raise ValueError(f"radii of profile_m must not be negative, got {profile[:, 0].min():g}")
    angle = turn_rad + 2.0 * np.pi * np.arange(sides) / sides
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    vertices: list[FloatArray] = []
    rings = []
    count = 0
    for radius, height in profile:
        ring = circle if radius > 0 else np.zeros((1, 2))
        vertices.append(np.column_stack([radius * ring, np.full(len(ring), height)]))
        rings.append(count + (np.arange(sides) if radius > 0 else np.zeros(sides, int)))
        count += len(ring)
    faces, band = [], []
    for k, (low, high) in enumerate(pairwise(rings)):
        a, b, c, d = low, np.roll(low, -1), np.roll(high, -1), high
        for triangle, whole in (((a, b, c), profile[k, 0] > 0), ((a, c, d), profile[k + 1, 0] > 0)):
            if whole:
                faces.append(np.stack(triangle, axis=1))
                band.append(np.full(sides, k))
    if isinstance(surface, Surface):
        surfaces: tuple[Surface, ...] = (surface,)
        front = np.zeros(sum(map(len, band)), int)
    else:
        surfaces = tuple(dict.fromkeys(surface))
        front = np.array([surfaces.index(s) for s in surface])[np.concatenate(band)]
    mesh = SurfaceMesh(
        np.concatenate(vertices),
        np.concatenate(faces),
        front,
        np.full(len(front), INACTIVE),
        tuple(s.name for s in surfaces),
        tuple(s.optics for s in surfaces),
    )
    return mesh.transformed(_frame_about(direction), base_m)


def cylinder_profile(radius_m: float, height_m: float) -> FloatArray:
    """Profile of a closed cylinder for `revolved`, (4, 2), m."""
    check_positive([radius_m, height_m], name="radius and height of a cylinder in m")
    return np.array([[0, 0], [radius_m, 0], [radius_m, height_m], [0, height_m]], dtype=float)


def cone_profile(base_radius_m: float, top_radius_m: float, height_m: float) -> FloatArray:
    """Profile of a closed frustum, or of a cone where one radius is 0, for `revolved`, m."""
    check_positive(height_m, name="height of a cone in m")
    points = [(0.0, 0.0), (base_radius_m, 0.0), (top_radius_m, height_m), (0.0, height_m)]
    return np.array(list(dict.fromkeys(points)), dtype=float)


def dome_profile(radius_m: float, height_m: float, rings: int = 4) -> FloatArray:
    """Profile of a closed half ellipsoid on its flat side for `revolved`, m."""
    check_positive([radius_m, height_m], name="radius and height of a dome in m")
    angle = 0.5 * np.pi * np.arange(rings) / rings
    arc = np.stack([radius_m * np.cos(angle), height_m * np.sin(angle)], axis=1)
    return np.concatenate([[[0.0, 0.0]], arc, [[0.0, height_m]]])


def nozzle_profile(
    throat_radius_m: float, exit_radius_m: float, length_m: float, wall_m: float, bell: int = 5
) -> FloatArray:
    """Profile of a bell nozzle with a wall, closed at the throat, for `revolved`, m."""
    check_positive([throat_radius_m, exit_radius_m, length_m, wall_m], name="sizes of a nozzle in m")
    share = np.linspace(0.0, 1.0, bell + 1)
    radius = throat_radius_m + (exit_radius_m - throat_radius_m) * np.sin(0.5 * np.pi * share) ** 0.8
    outer = np.stack([radius + wall_m, length_m * share], axis=1)
    inner = np.stack([radius, length_m * share], axis=1)[::-1]
    inner[-1, 1] = inner[-2, 1] * 0.5 if bell > 1 else 0.5 * length_m
    return np.concatenate([[[0.0, 0.0]], outer, inner, [[0.0, inner[-1, 1]]]])


def strut(
    start_m: ArrayLike, end_m: ArrayLike, width_m: float, surface: Surface, *, sides: int = 4
) -> SurfaceMesh:
    """A closed straight tube between two points; `width_m` across its flats (4 sides) or diameter."""
    start, end = np.asarray(start_m, dtype=float), np.asarray(end_m, dtype=float)
    radius = 0.5 * width_m * (np.sqrt(2.0) if sides == 4 else 1.0)
    length = float(np.linalg.norm(end - start))
    return revolved(
        cylinder_profile(radius, length),
        surface,
        base_m=start,
        direction=end - start,
        sides=sides,
        turn_rad=np.pi / sides,
    )


def repeated(mesh: SurfaceMesh, translations_m: ArrayLike) -> SurfaceMesh:
    """N copies of a mesh, moved by (N, 3) m; their surfaces are one."""
    offsets = check_shape(
        check_finite(translations_m, name="translations_m"), (None, 3), name="translations_m"
    )
    copies = len(offsets)
    step = len(mesh.vertices_m) * np.arange(copies)
    return SurfaceMesh(
        (mesh.vertices_m[None] + offsets[:, None]).reshape(-1, 3),
        (mesh.faces[None] + step[:, None, None]).reshape(-1, 3),
        np.tile(mesh.front_surface, copies),
        np.tile(mesh.back_surface, copies),
        mesh.surface_names,
        mesh.optics,
    )


def welded(mesh: SurfaceMesh) -> SurfaceMesh:
    """The same faces with vertices at exactly the same place made one, unused ones dropped."""
    return as_mesh(welded_piece(piece_of(mesh)))


def _axis(side: str) -> tuple[int, int]:
    """Axis and sign of "+x"."""
    check_choice(side, SIDES, name="side")
    return "xyz".index(side[1]), 1 if side[0] == "+" else -1


def _footprint(block: Block, u: int, v: int) -> Footprint:
    return block.low_m[u], block.high_m[u], block.low_m[v], block.high_m[v]


def _grid(
    u_range: tuple[float, float], v_range: tuple[float, float], columns: int, rows: int
) -> tuple[FloatArray, np.ndarray]:
    """Vertices and triangles of a grid of equal rectangles."""
    if columns == rows == 1:
        (u0, u1), (v0, v1) = u_range, v_range
        return np.array([(u0, v0), (u1, v0), (u0, v1), (u1, v1)]), np.array([(0, 1, 3), (0, 3, 2)])
    u, v = np.linspace(*u_range, columns + 1), np.linspace(*v_range, rows + 1)
    points = np.stack(np.meshgrid(u, v, indexing="xy"), axis=-1).reshape(-1, 2)
    corner = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
    a, b, c, d = corner, corner + 1, corner + columns + 2, corner + columns + 1
    return points, np.stack([np.stack([a, b, c], 1), np.stack([a, c, d], 1)], 1).reshape(-1, 3)


def _frame_about(direction: ArrayLike) -> FloatArray:
    """A rotation that takes +Z to a direction, (3, 3)."""
    z = check_shape(check_finite(direction, name="direction"), (3,), name="direction")
    length = float(np.linalg.norm(z))
    check_positive(length, name="length of direction")
    z = z / length
    helper = np.eye(3)[np.argmin(np.abs(z))]
    x = np.cross(helper, z)
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(z, x), z], axis=1)
