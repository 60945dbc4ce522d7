"""The shade tables of a craft on disk: made once, used again as long as its geometry is the same."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from geometry import __version__
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.radiation.door import mesh_of
from geometry.radiation.flat_craft import flat_craft
from geometry.radiation.ray_caster import ray_caster
from geometry.radiation.shade_cache import ShadeCache
from geometry.radiation.shade_leaves import FEWEST_ROWS
from geometry.radiation.shade_tables import ShadeTable
from geometry.radiation.view_factors.open_craft import open_craft
from geometry.whole_files import whole_file

SCHEMA = "dawnring/sky/1"
MOST_VALUES = 4_000_000
"""Crossings in a file, at most: 12 bytes each before compression, so below 48 MB."""

_NAME_AT, _FIRST_MEMBER = 30, b"schema.npy"
"""Where in a zip file the name of its first member stands, and what it is here: it outlives a cut."""

_COLUMNS = ("crossings", "blocked")
_CELLS = ("thresholds", "scatter", "drift")


def sky_view(craft: object) -> ShadeCache:
    """What the flat parts of a craft see of the sky, to be filled by `heat_loads` and used again.

    Parameters
    ----------
    craft : Craft or SurfaceMesh

    Returns
    -------
    ShadeCache
        For `heat_loads(..., sky=...)`; it holds for this mesh at any orbit, date and attitude.
    """
    mesh = mesh_of(craft)
    return ShadeCache(flat_craft(open_craft(mesh, ray_caster(mesh))[0]))


def geometry_key(mesh: SurfaceMesh) -> str:
    """Digest of all that shadows depend on: vertices, faces, sides and this version."""
    digest = hashlib.sha256(f"{SCHEMA} {__version__}".encode())
    for values in (mesh.vertices_m, mesh.faces, mesh.front_surface, mesh.back_surface):
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def write_sky_table(path: Path, sky: ShadeCache, craft: object) -> bool:
    """Write the tables whole or not at all; False where they would be too large."""
    groups = sorted(sky.tables)
    tables = [sky.tables[g] for g in groups]
    counts = np.array([len(t.crossings) for t in tables], dtype=np.int64)
    if counts.sum() > MOST_VALUES:
        return False
    crossings = np.concatenate([np.zeros(0, np.int64), *(t.crossings for t in tables)])
    cells: dict[str, Any] = {
        name: np.array([getattr(t, name) for t in tables]).reshape(len(tables), 6 * FEWEST_ROWS**2)
        for name in _CELLS
    }
    with whole_file(path) as partial, partial.open("wb") as file:
        np.savez_compressed(
            file,
            schema=np.array(SCHEMA),
            key=np.array(geometry_key(mesh_of(craft))),
            groups=np.array(groups, dtype=np.int64),
            counts=counts,
            rows=np.array([t.rows for t in tables], dtype=np.int64),
            crossings=crossings.astype(np.int32),
            blocked=np.concatenate([np.zeros(0), *(t.blocked for t in tables)]),
            **cells,
        )
    return True


def read_sky_table(path: Path, craft: object) -> ShadeCache:
    """The sky view of a craft with the tables that a file holds.

    Raises
    ------
    ValueError
        The file is damaged, of another kind, or of another craft or version.
    """
    sky = sky_view(craft)
    arrays = _arrays(path)
    if str(arrays["key"]) != geometry_key(mesh_of(craft)):
        raise ValueError(f"{path} belongs to another craft or version")
    counts, rows, groups = arrays["counts"], arrays["rows"], arrays["groups"]
    columns, cells = [arrays[name] for name in _COLUMNS], [arrays[name] for name in _CELLS]
    ends = np.cumsum(counts)
    shape = (len(groups), 6 * FEWEST_ROWS**2)
    whole = all(len(c) == counts.sum() for c in columns) and len(groups) == len(counts) == len(rows)
    whole = whole and all(c.shape == shape and np.isfinite(c).all() for c in cells)
    if not whole or (len(groups) and not 0 <= groups.min() <= groups.max() < len(sky.flat)):
        raise ValueError(f"{path} is a damaged sky table")
    for k, group in enumerate(groups.tolist()):
        crossings, blocked = (c[ends[k] - counts[k] : ends[k]] for c in columns)
        size = 6 * (int(rows[k]) + 1) ** 2
        if len(crossings) and not 0 <= crossings.min() <= crossings.max() < size:
            raise ValueError(f"{path} is a damaged sky table")
        thresholds, scatter, drift = (c[k] for c in cells)
        sky.tables[group] = ShadeTable(
            int(rows[k]), thresholds, crossings.astype(np.int64), blocked, scatter, drift, 0
        )
    return sky


def is_sky_table(path: Path) -> bool:
    """Whether a file is, or was before it was cut or damaged, a sky table of this schema or another.

    An empty file counts: there is nothing in it to lose.
    """
    with path.open("rb") as file:
        head = file.read(_NAME_AT + len(_FIRST_MEMBER))
    if not head or not head.startswith(b"PK") or head[_NAME_AT:] != _FIRST_MEMBER:
        return not head
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return str(arrays["schema"]).startswith(SCHEMA.rpartition("/")[0])
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, EOFError, ValueError):
        return True


def _arrays(path: Path) -> dict[str, np.ndarray]:
    """All arrays of a sky table file."""
    damaged = f"{path} is no sky table, or a damaged one"
    if not zipfile.is_zipfile(path):
        raise ValueError(damaged)
    names = ("schema", "key", "groups", "counts", "rows", *_COLUMNS, *_CELLS)
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in names}
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, EOFError, ValueError) as problem:
        raise ValueError(damaged) from problem
    if str(arrays["schema"]) != SCHEMA:
        raise ValueError(damaged)
    return arrays
