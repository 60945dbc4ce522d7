"""Heat loads as documents and tables: by surface and by face, over time and as orbit means."""

from __future__ import annotations

from typing import Any

import numpy as np

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.orbit import OrbitStates
from geometry.radiation import FaceLoads, HeatLoads
from geometry.validation import FloatArray

SIDES = ("front", "back")


def time_fields(states: OrbitStates) -> dict[str, Any]:
    """What the times of the first satellite of `states` are like, each (T,)."""
    return {
        "times_utc": states.times_utc,
        "argument_of_latitude_deg": np.degrees(states.argument_of_latitude_rad[0]),
        "beta_deg": np.degrees(states.beta_rad[0]),
        "sunlit_fraction": states.sunlit_fraction[0],
    }


def heat_fields(loads: HeatLoads, states: OrbitStates) -> dict[str, Any]:
    """The fields of `heat`: every surface over time, and its orbit means."""
    mean = loads.orbit_mean
    surfaces, means = [], []
    for k, name in enumerate(loads.surface_names):
        head = {"name": name, "area_m2": float(loads.area_m2[k]), "method": loads.method[k]}
        surfaces.append(
            head
            | {
                "view_factor_earth": loads.view_factor_earth[:, k],
                "view_factor_space": loads.view_factor_space[:, k],
                **_by_load("incident_{}_w_m2", loads, loads.incident_w_m2[..., k]),
                **_by_load("absorbed_{}_w", loads, loads.absorbed_w[..., k]),
                "standard_error_w": _by_load("{}", loads, loads.standard_error_w[..., k]),
                "incident_standard_error_w_m2": _by_load(
                    "{}", loads, loads.incident_standard_error_w_m2[..., k]
                ),
                "view_factor_standard_error": {
                    "earth": loads.view_factor_earth_standard_error[:, k],
                    "space": loads.view_factor_space_standard_error[:, k],
                },
            }
        )
        means.append(
            head
            | {
                "view_factor_earth": mean.view_factor_earth[k],
                "view_factor_space": mean.view_factor_space[k],
                **_by_load("incident_{}_w_m2", loads, mean.incident_w_m2[:, k]),
                **_by_load("absorbed_{}_w", loads, mean.absorbed_w[:, k]),
                "standard_error_w": _by_load("{}", loads, mean.standard_error_w[:, k]),
                "incident_standard_error_w_m2": _by_load(
                    "{}", loads, mean.incident_standard_error_w_m2[:, k]
                ),
                "view_factor_standard_error": {
                    "earth": mean.view_factor_earth_standard_error[k],
                    "space": mean.view_factor_space_standard_error[k],
                },
            }
        )
    return {**time_fields(states), "surfaces": surfaces, "orbit_mean": means}


def _by_load(pattern: str, loads: HeatLoads | FaceLoads, values: FloatArray) -> dict[str, Any]:
    """Values (L, ...) under one name for each load."""
    return {pattern.format(name): values[k] for k, name in enumerate(loads.load_names)}


def heat_columns(loads: HeatLoads, states: OrbitStates) -> dict[str, Any]:
    """One row for each time and surface, times in order."""
    times, surfaces = len(loads.times_utc), len(loads.surface_names)
    columns: dict[str, Any] = {
        name: np.repeat(values, surfaces) for name, values in _renamed(time_fields(states)).items()
    }
    columns["surface"] = np.tile(np.array(loads.surface_names), times)
    columns["area_m2"] = np.tile(loads.area_m2, times)
    columns["method"] = np.tile(np.array(loads.method), times)
    columns["view_factor_earth"] = loads.view_factor_earth.ravel()
    columns["view_factor_space"] = loads.view_factor_space.ravel()
    for pattern, values in (
        ("incident_{}_w_m2", loads.incident_w_m2),
        ("absorbed_{}_w", loads.absorbed_w),
        ("standard_error_{}_w", loads.standard_error_w),
    ):
        columns |= {name: v.ravel() for name, v in _by_load(pattern, loads, values).items()}
    return columns


def _renamed(fields: dict[str, Any]) -> dict[str, Any]:
    """A column holds one time."""
    return {"time_utc" if name == "times_utc" else name: values for name, values in fields.items()}


def _active(mesh: SurfaceMesh) -> tuple[Any, Any, Any]:
    """Side, face and surface of each active side of a face, fronts first, each (G,)."""
    sides = np.stack([mesh.front_surface, mesh.back_surface])
    side, face = np.nonzero(sides >= 0)
    return side, face, sides[side, face]


def face_fields(faces: FaceLoads, mesh: SurfaceMesh) -> list[dict[str, Any]]:
    """One entry for each active side of a face, with its loads over time."""
    side, face, surface = _active(mesh)
    entries = []
    for s, f, name in zip(side, face, surface, strict=True):
        area = float(mesh.areas_m2[f])
        entries.append(
            {
                "face": int(f),
                "side": SIDES[s],
                "surface": mesh.surface_names[name],
                "area_m2": area,
                **_by_load("incident_{}_w_m2", faces, faces.incident_w_m2[s, ..., f]),
                **_by_load("absorbed_{}_w", faces, faces.absorbed_w_m2[s, ..., f] * area),
                "standard_error_w": _by_load("{}", faces, faces.standard_error_w_m2[s, ..., f] * area),
            }
        )
    return entries


def face_columns(faces: FaceLoads, mesh: SurfaceMesh, states: OrbitStates) -> dict[str, Any]:
    """One row for each time and active side of a face, times in order."""
    side, face, surface = _active(mesh)
    times, rows = len(faces.times_utc), len(face)
    columns: dict[str, Any] = {
        name: np.repeat(values, rows) for name, values in _renamed(time_fields(states)).items()
    }
    area = mesh.areas_m2[face]
    columns["face"] = np.tile(face, times)
    columns["side"] = np.tile(np.array(SIDES)[side], times)
    columns["surface"] = np.tile(np.array(mesh.surface_names)[surface], times)
    columns["area_m2"] = np.tile(area, times)
    for pattern, values, scale in (
        ("incident_{}_w_m2", faces.incident_w_m2, np.ones_like(area)),
        ("absorbed_{}_w", faces.absorbed_w_m2, area),
        ("standard_error_{}_w", faces.standard_error_w_m2, area),
    ):
        # (2, L, T, F) -> (G, L, T): the two index arrays come first
        of_side = np.moveaxis(values[side, :, :, face], 0, -1) * scale
        columns |= {name: v.ravel() for name, v in _by_load(pattern, faces, of_side).items()}
    return columns


def mean_cells(loads: HeatLoads, mesh: SurfaceMesh, faces: FaceLoads | None = None) -> dict[str, Any]:
    """Orbit means as values per face (F,), for a mesh file; NaN where a side belongs to no surface.

    By surface (each face of a surface has its surface's value), or by face where `faces` are given.
    """
    cells: dict[str, Any] = {}
    mean = loads.orbit_mean
    area = loads.area_m2
    for s, (side, rows) in enumerate(zip(SIDES, (mesh.front_surface, mesh.back_surface), strict=True)):
        active = rows >= 0
        by_surface = {
            **_by_load("incident_{}_w_m2", loads, mean.incident_w_m2),
            **_by_load("absorbed_{}_w_m2", loads, mean.absorbed_w / area),
            **_by_load("standard_error_{}_w_m2", loads, mean.standard_error_w / area),
            "absorbed_w_m2": mean.absorbed_w.sum(axis=0) / area,
            "view_factor_earth": mean.view_factor_earth,
            "view_factor_space": mean.view_factor_space,
        }
        for name, values in by_surface.items():
            cells[f"{side}_{name}"] = np.where(active, values[rows], np.nan)
        if faces is not None:
            by_face = {
                **_by_load("incident_{}_w_m2", faces, faces.incident_mean_w_m2[s]),
                **_by_load("absorbed_{}_w_m2", faces, faces.absorbed_mean_w_m2[s]),
                **_by_load("standard_error_{}_w_m2", faces, faces.mean_standard_error_w_m2[s]),
                "absorbed_w_m2": faces.absorbed_mean_w_m2[s].sum(axis=0),
            }
            cells |= {f"{side}_{name}": np.where(active, v, np.nan) for name, v in by_face.items()}
    return cells
