"""What every mesh of a craft must satisfy, as functions that return the offenders."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geometry.mesh.surface_mesh import INACTIVE, SurfaceMesh
from geometry.radiation.ray_caster import EmbreeRayCaster


def bodies(mesh: SurfaceMesh) -> list[np.ndarray]:
    """Faces that hang together by their vertices."""
    count = len(mesh.vertices_m)
    ends = mesh.faces[:, [0, 1]].ravel(), mesh.faces[:, [1, 2]].ravel()
    links = coo_array((np.ones(len(ends[0])), ends), shape=(count, count))
    label = connected_components(links, directed=False)[1][mesh.faces[:, 0]]
    order = np.argsort(label, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(label[order])) + 1)


def open_edges(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Directed edges without their opposite, and those that stand twice; rows of vertex pairs."""
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    unique, counts = np.unique(edges, axis=0, return_counts=True)
    known = {tuple(e) for e in unique.tolist()}
    lonely = np.array([e for e in unique.tolist() if (e[1], e[0]) not in known]).reshape(-1, 2)
    return lonely, unique[counts > 1]


def is_sheet(mesh: SurfaceMesh, faces: np.ndarray) -> bool:
    """Sheets have two sides."""
    return bool((mesh.back_surface[faces] >= 0).any())


def solid_faults(mesh: SurfaceMesh) -> list[str]:
    """Solids that are torn, open anywhere but at one flat foot, or inside out."""
    faults = []
    for faces in bodies(mesh):
        if is_sheet(mesh, faces):
            continue
        name = mesh.surface_names[max(int(mesh.front_surface[faces].max()), 0)]
        lonely, twice = open_edges(mesh.faces[faces])
        if len(twice):
            faults.append(f"{name}: an edge stands twice in the same direction")
        corners = mesh.vertices_m[mesh.faces[faces]]
        origin = corners.reshape(-1, 3).mean(axis=0)
        if len(lonely):
            foot = mesh.vertices_m[np.unique(lonely)]
            origin = foot.mean(axis=0)
            thickness = np.linalg.svd(foot - origin)[1][-1]
            # rounding of coordinates of a few tens of m, times the number of corners
            if thickness > 1e-12 * max(1.0, mesh.extent_m) * len(foot):
                faults.append(f"{name}: open, and not at a flat foot ({thickness:.2g} m)")
            if (np.bincount(lonely.ravel())[np.unique(lonely)] != 2).any():
                faults.append(f"{name}: its rim is no closed line")
        a, b, c = np.moveaxis(corners - origin, 1, 0)
        volume = np.einsum("fk,fk->", a, np.cross(b, c)) / 6.0
        if not volume > 0:
            faults.append(f"{name}: volume {volume:.3g} m3")
    return faults


def near_pairs(mesh: SurfaceMesh, share: float = 1e-5) -> list[tuple[int, int]]:
    """Faces that lie on one another nearer than a share of the extent, none of them under a part."""
    limit = share * mesh.extent_m
    seen = np.flatnonzero((mesh.front_surface >= 0) | (mesh.back_surface >= 0))
    normals = mesh.normals[seen]
    flip = np.sign(normals[np.arange(len(seen)), np.abs(normals).argmax(axis=1)])
    normals = normals * flip[:, None]
    keys = np.round(normals * 1e5).astype(np.int64)
    _, group = np.unique(keys, axis=0, return_inverse=True)
    group = group.ravel()
    pairs = [np.zeros((0, 2), int)]
    for g in np.flatnonzero(np.bincount(group) > 1):
        rows = np.flatnonzero(group == g)
        n = normals[rows[0]]
        helper = np.eye(3)[np.abs(n).argmin()]
        u = np.cross(helper, n) / np.linalg.norm(np.cross(helper, n))
        axes = np.stack([u, np.cross(n, u)])
        corners = mesh.vertices_m[mesh.faces[seen[rows]]]
        level = corners.mean(axis=1) @ n
        flat = corners @ axes.T
        low, high = flat.min(axis=1), flat.max(axis=1)
        # sweep along u through each stack of neighbouring levels
        climb = np.argsort(level)
        stack = np.empty(len(rows), int)
        stack[climb] = np.cumsum(np.diff(level[climb], prepend=level[climb[0]]) > limit)
        order = np.lexsort([low[:, 0], stack])
        rows, level, flat, low, high, stack = (x[order] for x in (rows, level, flat, low, high, stack))
        width = np.ptp(flat[..., 0]) + 1.0
        last = np.searchsorted(stack * 2 * width + low[:, 0], stack * 2 * width + high[:, 0] - 1e-9)
        for k in np.flatnonzero(last > np.arange(len(rows)) + 1):
            others = np.arange(k + 1, last[k])
            meet = (low[others, 1] < high[k, 1] - 1e-9) & (high[others, 1] > low[k, 1] + 1e-9)
            others = others[meet & (np.abs(level[others] - level[k]) <= limit)]
            if len(others):
                others = others[_overlap(flat[k], flat[others])]
                pairs.append(np.stack([np.full(len(others), seen[rows[k]]), seen[rows[others]]], axis=1))
    return [(int(a), int(b)) for a, b in np.concatenate(pairs)]


def _overlap(a: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Whether a triangle in the plane shares an area with each of (N, 3, 2) (separating axes)."""
    size = max(np.ptp(a, axis=0).max(), np.ptp(others, axis=1).max(initial=0.0))
    apart = np.zeros(len(others), bool)
    first = np.broadcast_to(a, others.shape)
    for t in (first, others):
        sides = np.roll(t, -1, axis=1) - t
        across = np.stack([-sides[..., 1], sides[..., 0]], axis=-1)
        across /= np.linalg.norm(across, axis=-1, keepdims=True)
        pa, pb = (np.einsum("nkx,nax->nka", corners, across) for corners in (first, others))
        shared = np.minimum(pa.max(axis=1), pb.max(axis=1)) - np.maximum(pa.min(axis=1), pb.min(axis=1))
        apart |= (shared < 1e-7 * size).any(axis=1)
    return ~apart


def inner_hits(mesh: SurfaceMesh, rays_per_face: int = 48, seed: int = 5) -> dict[str, float]:
    """Surfaces whose rays meet the inside of a solid, and the share that does: parts stuck into parts."""
    caster = EmbreeRayCaster(mesh)
    rng = np.random.default_rng(seed)
    found: dict[str, float] = {}
    for side, sign in ((mesh.front_surface, 1.0), (mesh.back_surface, -1.0)):
        faces = np.repeat(np.flatnonzero(side >= 0), rays_per_face)
        if not len(faces):
            continue
        weights = rng.dirichlet([1.0, 1.0, 1.0], len(faces))
        points = np.einsum("rk,rkx->rx", weights, mesh.vertices_m[mesh.faces[faces]])
        normals = sign * mesh.normals[faces]
        directions = rng.normal(size=(len(faces), 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        directions *= np.sign(np.einsum("rk,rk->r", directions, normals))[:, None]
        origins = points - caster.center_m + caster.start_offset_m * normals
        hit, _ = caster.first_hit(origins.astype(np.float32), directions.astype(np.float32))
        met = hit >= 0
        behind = np.einsum("rk,rk->r", directions[met], mesh.normals[hit[met]]) > 0
        inner = np.where(behind, mesh.back_surface[hit[met]], mesh.front_surface[hit[met]]) == INACTIVE
        for k in np.unique(side[faces[met][inner]]):
            share = inner[side[faces[met]] == k].sum() / (side[faces] == k).sum()
            found[mesh.surface_names[k]] = float(share)
    return found


@pytest.fixture(scope="session")
def laws():
    """The checks above."""
    return {"solids": solid_faults, "near": near_pairs, "inner": inner_hits}
