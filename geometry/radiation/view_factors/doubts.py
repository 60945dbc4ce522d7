"""What a mesh lets one doubt: closed bodies turned inside out, leaks."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.radiation.accuracy import AccuracyWarning
from geometry.validation import FloatArray, IntArray

_WELD_PER_EXTENT = 1e-7
_LEAKED_SIGMAS = 4.0
_RESIDUAL_SIGMAS, _SMALLEST_RESIDUAL = 8.0, 1e-4


def _name(mesh: SurfaceMesh, face: int) -> str:
    front, back = mesh.front_surface[face], mesh.back_surface[face]
    name = mesh.surface_names[front if front >= 0 else back] if max(front, back) >= 0 else "an inactive face"
    return repr(name) if max(front, back) >= 0 else name


@dataclass(frozen=True, eq=False)
class ClosedBodies:
    """Connected bodies of a mesh whose every edge joins two faces of one sense.

    Parameters
    ----------
    body : int array (F,)
        Body of each face.
    is_closed : bool array (B,)
    volume_m3 : array (B,)
        Signed: negative where the normals point inward.
    """

    body: IntArray
    is_closed: np.ndarray
    volume_m3: FloatArray


def closed_bodies(mesh: SurfaceMesh, center_m: FloatArray) -> ClosedBodies:
    """Bodies by shared corners; vertices within 1e-7 of the extent are one."""
    rounded = np.round((mesh.vertices_m - center_m) / (_WELD_PER_EXTENT * mesh.extent_m))
    ids = np.unique(rounded, axis=0, return_inverse=True)[1].reshape(-1)[mesh.faces]
    size = int(ids.max()) + 1
    links = np.concatenate([ids[:, :2], ids[:, 1:]])
    graph = coo_matrix((np.ones(len(links)), links.T), shape=(size, size))
    body = connected_components(graph, directed=False)[1][ids[:, 0]]
    body = np.unique(body, return_inverse=True)[1].reshape(-1)
    bodies = int(body.max()) + 1
    start, end = ids.reshape(-1), np.roll(ids, -1, axis=1).reshape(-1)
    low, high = np.minimum(start, end), np.maximum(start, end)
    _, edge = np.unique(low * size + high, return_inverse=True)
    edge = edge.reshape(-1)
    balance = np.bincount(edge, np.where(start < end, 1.0, -1.0))
    uses = np.bincount(edge)
    open_edge = (balance != 0.0) | (uses % 2 == 1)
    is_closed = np.bincount(np.repeat(body, 3), open_edge[edge], bodies) == 0
    a, b, c = np.moveaxis(mesh.vertices_m[mesh.faces] - center_m, 1, 0)
    volume = np.bincount(body, np.einsum("fk,fk->f", a, np.cross(b, c)) / 6.0, bodies)
    return ClosedBodies(body, is_closed, np.asarray(volume, dtype=float))


def warn_of_bodies(
    mesh: SurfaceMesh,
    center_m: FloatArray,
    to_space: FloatArray,
    to_space_error: FloatArray,
    to_inactive: FloatArray,
    resolution: FloatArray,
) -> None:
    """Warn of closed cavities that leak, and of bodies whose normals all point inward among others.

    A cavity is a closed body with normals inward; what escapes from its inside has to be nothing: more than 4
    standard errors and 4 rays is a leak.  Where it is one of several bodies and views land on inactive
    sides, it may as well be a solid that was read inside out.
    """
    bodies = closed_bodies(mesh, center_m)
    inward = bodies.is_closed & (bodies.volume_m3 < 0.0)
    for number in np.flatnonzero(inward):
        own = bodies.body == number
        surfaces = np.unique(mesh.front_surface[own & (mesh.front_surface >= 0)])
        surfaces = surfaces[~np.isin(surfaces, mesh.front_surface[~own])]
        limit = _LEAKED_SIGMAS * np.maximum(to_space_error, resolution)[surfaces]
        leaking = surfaces[to_space[surfaces] > limit]
        if len(leaking):
            worst = leaking[np.argmax(to_space[leaking])]
            warnings.warn(
                f"a closed enclosure does not close: {to_space[worst]:.2g} of what leaves "
                f"{mesh.surface_names[worst]!r} escapes to space; look for cracks along its edges",
                AccuracyWarning,
                stacklevel=3,
            )
    others = to_inactive > 4.0 * resolution
    if inward.any() and not inward.all() and others.any():
        body = int(np.flatnonzero(inward)[0])
        face = int(np.flatnonzero(bodies.body == body)[0])
        worst = int(np.argmax(to_inactive))
        warnings.warn(
            f"the closed body around {_name(mesh, face)} has all its normals inward and "
            f"{mesh.surface_names[worst]!r} sends {to_inactive[worst]:.2g} of its view to inactive sides; "
            "turn the body's faces around if it is a solid",
            AccuracyWarning,
            stacklevel=3,
        )


def warn_of_residuals(
    mesh: SurfaceMesh, residual: FloatArray, residual_error: FloatArray, blurred: FloatArray
) -> None:
    """Warn where a row and what its rays saw escape do not sum to 1 within 8 standard errors.

    Errors of 16 scrambles are themselves known to a fifth, and there are many rows: less would cry wolf.
    `blurred` (S,) is what the rays may lose along edges, since they start a little off their surface.
    """
    excess = np.abs(residual) - _RESIDUAL_SIGMAS * residual_error - blurred
    worst = int(np.argmax(excess))
    if excess[worst] > _SMALLEST_RESIDUAL:
        warnings.warn(
            f"the view factors of {mesh.surface_names[worst]!r} and what its rays saw escape sum to "
            f"{1.0 + residual[worst]:.4f}, which the errors do not explain: its faces overlap or intersect "
            "others",
            AccuracyWarning,
            stacklevel=3,
        )
