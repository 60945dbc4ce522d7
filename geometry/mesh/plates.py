"""Rectangles and boxes as `SurfaceMesh`, at given sizes in m: what flat craft are made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from geometry.mesh.optics import OpticalProperties
from geometry.mesh.surface_mesh import INACTIVE, SurfaceMesh

Coated = tuple[str, OpticalProperties]
BOX_SIDES = ("px", "mx", "py", "my", "pz", "mz")


def rectangle(
    corner_m: ArrayLike,
    along_a_m: ArrayLike,
    along_b_m: ArrayLike,
    front: Coated | None,
    back: Coated | None = None,
) -> SurfaceMesh:
    """Two triangles; the normal of the front is a x b.  A side without a coating is inactive."""
    corner, a, b = (np.asarray(v, dtype=float) for v in (corner_m, along_a_m, along_b_m))
    sides = [side for side in (front, back) if side is not None]
    return SurfaceMesh(
        vertices_m=np.stack([corner, corner + a, corner + a + b, corner + b]),
        faces=np.array([[0, 1, 2], [0, 2, 3]]),
        front_surface=np.full(2, INACTIVE if front is None else 0),
        back_surface=np.full(2, INACTIVE if back is None else len(sides) - 1),
        surface_names=tuple(name for name, _ in sides),
        optics=tuple(optics for _, optics in sides),
    )


def box_sides(low_m: ArrayLike, high_m: ArrayLike, coatings: dict[str, Coated]) -> list[SurfaceMesh]:
    """The named sides (`px`, `mx`, ...) of an upright box, normals outward; the others are left open."""
    low, high = np.asarray(low_m, dtype=float), np.asarray(high_m, dtype=float)
    meshes = []
    for side, coated in coatings.items():
        axis, positive = "xyz".index(side[1]), side[0] == "p"
        a, b = np.zeros(3), np.zeros(3)
        a[(axis + 1) % 3], b[(axis + 2) % 3] = (high - low)[(axis + 1) % 3], (high - low)[(axis + 2) % 3]
        corner = low.copy()
        if positive:
            corner[axis] = high[axis]
        else:
            a, b = b, a
        meshes.append(rectangle(corner, a, b, coated))
    return meshes
