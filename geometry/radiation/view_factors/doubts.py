"""What a mesh lets one doubt: closed bodies turned inside out, leaks."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.radiation.accuracy import AccuracyWarning
from geometry.radiation.face_edges import connected_parts, face_edges, welded_corners
from geometry.validation import FloatArray, IntArray

_LEAKED_SIGMAS = 4.0
_RESIDUAL_SIGMAS, _SMALLEST_RESIDUAL = 8.0, 1e-4

_LEAST_LEAK = 1e-6
MOSTLY_CLOSED, FEW_EDGES = 0.25, 0.3
"""What escapes at most, and the share of edges that are open at most, where a body seems meant to close."""


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
        Signed: negative where the normals point inward; of an open body that to its middle.
    edges, open_edges, turned_edges : int array (B,)
        All, those of an odd number of faces, and those whose two faces run the same way along them.
    is_turned : bool array (F,)
        Faces with two turned edges or more: turned against their neighbours.
    """

    body: IntArray
    is_closed: np.ndarray
    volume_m3: FloatArray
    edges: IntArray
    open_edges: IntArray
    turned_edges: IntArray
    is_turned: np.ndarray


def closed_bodies(mesh: SurfaceMesh, center_m: FloatArray) -> ClosedBodies:
    """Bodies by shared corners; vertices within 1e-7 of the extent are one."""
    ids = welded_corners(mesh, center_m)
    body = connected_parts(ids)
    bodies = int(body.max()) + 1
    edges = face_edges(ids)
    edge, uses = edges.edge, edges.uses
    is_closed = np.bincount(np.repeat(body, 3), edges.is_open[edge], bodies) == 0
    corners = mesh.vertices_m[mesh.faces] - center_m
    areas = mesh.areas_m2
    middles = np.stack(
        [np.bincount(body, areas * corners[..., k].mean(axis=1), bodies) for k in range(3)], axis=1
    ) / np.bincount(body, areas, bodies).reshape(-1, 1)
    a, b, c = np.moveaxis(corners - middles[body, None], 1, 0)
    volume = np.bincount(body, np.einsum("fk,fk->f", a, np.cross(b, c)) / 6.0, bodies)
    turned = (uses == 2) & (edges.balance != 0.0)
    if turned.any():
        turned[edge.reshape(-1, 3)[_drawn_twice(ids)]] = False
    of_edge = np.empty(len(uses), dtype=np.int64)
    of_edge[edge] = np.repeat(body, 3)
    return ClosedBodies(
        body,
        is_closed,
        np.asarray(volume, dtype=float),
        np.bincount(of_edge, minlength=bodies),
        np.bincount(of_edge[uses % 2 == 1], minlength=bodies),
        np.bincount(of_edge[turned], minlength=bodies),
        turned[edge].reshape(-1, 3).sum(axis=1) >= 2,
    )


def _drawn_twice(corners: IntArray) -> np.ndarray:
    """Faces (F, 3) whose corners are those of another, bool (F,): turned against nothing but their double."""
    _, index, counts = np.unique(np.sort(corners, axis=1), axis=0, return_inverse=True, return_counts=True)
    return np.asarray(counts[index.reshape(-1)] > 1)


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
    _warn_of_openings(mesh, bodies, to_space, to_space_error)
    warn_of_turned_faces(mesh, bodies)
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


def _warn_of_openings(
    mesh: SurfaceMesh, bodies: ClosedBodies, to_space: FloatArray, to_space_error: FloatArray
) -> None:
    """Warn of bodies that are hollow, nearly closed, and have edges with one face."""
    few = (bodies.open_edges > 0) & (bodies.open_edges <= FEW_EDGES * bodies.edges)
    for number in np.flatnonzero(few & (bodies.volume_m3 < 0.0)):
        own = bodies.body == number
        surfaces = np.unique(mesh.front_surface[own & (mesh.front_surface >= 0)])
        surfaces = surfaces[~np.isin(surfaces, mesh.front_surface[~own])]
        if not len(surfaces):
            continue
        escaping = np.average(to_space[surfaces], weights=mesh.surface_areas_m2[surfaces])
        worst = surfaces[np.argmax(to_space[surfaces])]
        # edges that others divide otherwise have one face, too, but nothing escapes there
        if max(_LEAST_LEAK, 2.0 * to_space_error[worst]) < to_space[worst] and escaping <= MOSTLY_CLOSED:
            error = f" (+- {to_space_error[worst]:.1g})" if to_space_error[worst] > 0.0 else ""
            warnings.warn(
                f"the enclosure of {mesh.surface_names[worst]!r} does not close: "
                f"{bodies.open_edges[number]} of its {bodies.edges[number]} edges have one face, and "
                f"{to_space[worst]:.2g}{error} of what leaves it escapes; close the hole if none is meant",
                AccuracyWarning,
                stacklevel=4,
            )


def warn_inside_out(mesh: SurfaceMesh, bodies: ClosedBodies) -> None:
    """Warn where a mesh is all closed bodies with their normals inward: no light from outside reaches it."""
    if bodies.is_closed.all() and (bodies.volume_m3 < 0.0).all():
        warnings.warn(
            f"all normals look inward, those of {_name(mesh, 0)} first: nothing of Sun or Earth reaches the "
            "sides that count; turn the faces around if it is a solid",
            AccuracyWarning,
            stacklevel=3,
        )


def warn_of_turned_faces(mesh: SurfaceMesh, bodies: ClosedBodies) -> None:
    """Warn of bodies without a hole some of whose faces are turned against their neighbours."""
    turned = (bodies.open_edges == 0) & (bodies.turned_edges > 0)
    for number in np.flatnonzero(turned):
        own = bodies.body == number
        among = np.flatnonzero(own & bodies.is_turned)
        face = int(among[0]) if len(among) else int(np.flatnonzero(own)[0])
        warnings.warn(
            f"at {bodies.turned_edges[number]} edges of the closed body of {_name(mesh, face)} neighbouring "
            f"faces are turned against each other (face {face} among them): some look inward, some outward; "
            "make all normals point the same way",
            AccuracyWarning,
            stacklevel=4,
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
