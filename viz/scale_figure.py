"""A person for scale: an astronaut in a space suit, built from rounded limbs.

Stands on z = 0, looks along +X, +Y to the left; 1.80 m from sole to helmet unless told otherwise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from geometry.mesh.optics import OpticalProperties
from geometry.mesh.surface_mesh import INACTIVE, SurfaceMesh, concatenate
from geometry.validation import FloatArray, check_in_range

HEIGHT_M = 1.80
PERSON_M = 1.75  # of the one that pictures put beside a craft
SUIT = OpticalProperties(0.20, 0.85, coating="suit")
TRIM = OpticalProperties(0.60, 0.85, coating="suit_trim")
JOINT = OpticalProperties(0.45, 0.85, coating="suit_joint")
VISOR = OpticalProperties(0.30, 0.30, 0.9, 0.9, coating="visor")
AROUND, ALONG = 24, 8

# joints of the body, m: +x ahead, +y left, +z up (left side; the right one is its mirror image)
_HIP, _KNEE, _ANKLE = (0.0, 0.115, 0.92), (0.035, 0.135, 0.50), (-0.01, 0.15, 0.11)
_SHOULDER, _ELBOW, _WRIST = (0.0, 0.235, 1.40), (0.03, 0.375, 1.14), (0.20, 0.40, 0.95)


def scale_figure(height_m: float = HEIGHT_M) -> SurfaceMesh:
    """The astronaut.

    Parameters
    ----------
    height_m : float
        From the soles to the top of the helmet, m, 0.1 to 100.

    Returns
    -------
    SurfaceMesh
        Surfaces `suit`, `trim`, `joint` and `visor`, with coatings of those names (`suit_trim`, ...).
    """
    check_in_range(height_m, 0.1, 100.0, name="height_m", unit="m")
    parts = [*_trunk(), *_head()]
    for side in (1.0, -1.0):
        parts += [*_leg(side), *_arm(side)]
    mesh = concatenate(parts)
    low, high = mesh.bounds_m[:, 2]
    scale = height_m / (high - low)
    return SurfaceMesh(
        (mesh.vertices_m - [0.0, 0.0, low]) * scale,
        mesh.faces,
        mesh.front_surface,
        mesh.back_surface,
        mesh.surface_names,
        mesh.optics,
    )


def _trunk() -> list[SurfaceMesh]:
    return [
        _egg((0.0, 0.0, 1.26), (0.175, 0.225, 0.27), "suit", SUIT, 2.6),
        _egg((0.0, 0.0, 0.99), (0.155, 0.20, 0.16), "suit", SUIT, 2.4),
        _ring((0.0, 0.0, 1.07), (0.0, 0.0, 1.0), 0.178, 0.026, "joint", JOINT),
        _egg((-0.235, 0.0, 1.28), (0.115, 0.225, 0.36), "suit", SUIT, 5.0),  # life support on the back
        _egg((-0.245, 0.0, 1.60), (0.09, 0.19, 0.05), "joint", JOINT, 5.0),
        _egg((0.175, 0.0, 1.29), (0.06, 0.12, 0.09), "joint", JOINT, 5.0),  # controls on the chest
        _egg((0.232, 0.035, 1.31), (0.008, 0.025, 0.02), "trim", TRIM, 5.0),
    ]


def _head() -> list[SurfaceMesh]:
    return [
        _egg((0.005, 0.0, 1.665), (0.158, 0.148, 0.160), "suit", SUIT, 2.2),
        _egg((0.045, 0.0, 1.665), (0.136, 0.122, 0.112), "visor", VISOR, 2.3),
        _ring((0.0, 0.0, 1.515), (0.0, 0.0, 1.0), 0.135, 0.022, "joint", JOINT),
    ]


def _leg(side: float) -> list[SurfaceMesh]:
    hip, knee, ankle = (_mirrored(p, side) for p in (_HIP, _KNEE, _ANKLE))
    toe, heel = np.add(ankle, [0.14, 0.0, -0.055]), np.add(ankle, [-0.06, 0.0, -0.055])
    cuff = np.add(ankle, [0.0, 0.0, 0.04]), np.add(ankle, [0.0, 0.0, -0.03])
    return [
        _limb(hip, knee, 0.118, 0.088, "suit", SUIT),
        _limb(knee, ankle, 0.086, 0.072, "suit", SUIT),
        _ring(knee, knee - ankle, 0.082, 0.018, "joint", JOINT),
        _ring(0.5 * (hip + knee), hip - knee, 0.106, 0.016, "trim", TRIM),
        _limb(heel, toe, 0.062, 0.052, "joint", JOINT),
        _limb(*cuff, 0.074, 0.07, "joint", JOINT),
    ]


def _arm(side: float) -> list[SurfaceMesh]:
    shoulder, elbow, wrist = (_mirrored(p, side) for p in (_SHOULDER, _ELBOW, _WRIST))
    along = (wrist - elbow) / np.linalg.norm(wrist - elbow)
    return [
        _limb(shoulder, elbow, 0.098, 0.072, "suit", SUIT),
        _limb(elbow, wrist, 0.070, 0.056, "suit", SUIT),
        _ring(elbow, elbow - wrist, 0.066, 0.015, "joint", JOINT),
        _ring(shoulder + 0.55 * (elbow - shoulder), elbow - shoulder, 0.086, 0.014, "trim", TRIM),
        _ring(wrist, along, 0.055, 0.013, "joint", JOINT),
        _limb(wrist + 0.03 * along, wrist + 0.10 * along, 0.048, 0.044, "joint", JOINT),
        _limb(wrist + 0.10 * along, wrist + 0.155 * along, 0.04, 0.026, "joint", JOINT),
        _limb(
            wrist + 0.05 * along + [0.02, -0.03 * side, 0.02],
            wrist + 0.10 * along + [0.04, -0.045 * side, 0.02],
            0.018,
            0.014,
            "joint",
            JOINT,
        ),
    ]


def _mirrored(point: ArrayLike, side: float) -> FloatArray:
    return np.asarray(point, dtype=float) * [1.0, side, 1.0]


# ------------------------------------------------------------------ shapes


def _egg(
    center: ArrayLike, half_axes: ArrayLike, name: str, optics: OpticalProperties, power: float
) -> SurfaceMesh:
    """A superellipsoid: round at power 2, a rounded box above."""
    polar = np.linspace(0.0, np.pi, 2 * ALONG + 1)
    turn = np.arange(AROUND) * 2.0 * np.pi / AROUND
    p, t = np.meshgrid(polar, turn, indexing="ij")
    ball = np.stack([np.sin(p) * np.cos(t), np.sin(p) * np.sin(t), np.cos(p)], axis=-1)
    norm = (np.abs(ball) ** power).sum(axis=-1, keepdims=True) ** (1.0 / power)
    return _wrapped(np.asarray(center) + np.asarray(half_axes) * ball / norm, name, optics)


def _limb(
    start: ArrayLike,
    end: ArrayLike,
    start_radius_m: float,
    end_radius_m: float,
    name: str,
    optics: OpticalProperties,
) -> SurfaceMesh:
    """A tapered capsule from one joint to the next."""
    a, b = np.asarray(start, dtype=float), np.asarray(end, dtype=float)
    axis = (b - a) / np.linalg.norm(b - a)
    cap = np.linspace(0.0, 0.5 * np.pi, ALONG // 2 + 1)
    heights = np.concatenate(
        [-start_radius_m * np.cos(cap), np.linalg.norm(b - a) + end_radius_m * np.sin(cap)]
    )
    radii = np.concatenate([start_radius_m * np.sin(cap), end_radius_m * np.cos(cap)])
    return _turned(a, axis, heights, radii, name, optics)


def _ring(
    center: ArrayLike,
    axis: ArrayLike,
    radius_m: float,
    half_width_m: float,
    name: str,
    optics: OpticalProperties,
) -> SurfaceMesh:
    """A rounded band around a limb."""
    direction = np.asarray(axis, dtype=float)
    around = np.linspace(0.0, np.pi, 9)
    heights = -half_width_m * np.cos(around)
    radii = radius_m - 0.01 + np.concatenate([[0.0], 0.010 + 0.010 * np.sin(around[1:-1]), [0.0]])
    ends = np.concatenate([[heights[0]], heights, [heights[-1]]]), np.concatenate([[0.0], radii, [0.0]])
    return _turned(
        np.asarray(center, dtype=float), direction / np.linalg.norm(direction), *ends, name, optics
    )


def _turned(
    base: FloatArray,
    axis: FloatArray,
    heights: FloatArray,
    radii: FloatArray,
    name: str,
    optics: OpticalProperties,
) -> SurfaceMesh:
    """A profile turned about an axis, from the lowest height to the highest."""
    first = np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))])
    first /= np.linalg.norm(first)
    second = np.cross(axis, first)
    turn = np.arange(AROUND) * 2.0 * np.pi / AROUND
    round_ = np.cos(turn)[:, None] * first + np.sin(turn)[:, None] * second
    grid = base + heights[::-1, None, None] * axis + radii[::-1, None, None] * round_
    return _wrapped(grid, name, optics)


def _wrapped(grid: FloatArray, name: str, optics: OpticalProperties) -> SurfaceMesh:
    """A closed skin over rows of points (rows, around, 3), from the top down, normals outward."""
    rows, around = grid.shape[:2]
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(around), indexing="ij")
    k = (j + 1) % around
    a, b, c, d = i * around + j, (i + 1) * around + j, (i + 1) * around + k, i * around + k
    faces = np.concatenate([np.stack([a, b, c], axis=-1), np.stack([a, c, d], axis=-1)]).reshape(-1, 3)
    vertices = grid.reshape(-1, 3)
    corners = vertices[faces]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    faces = faces[area > 1e-9]  # rows that end in a point
    count = len(faces)
    return SurfaceMesh(vertices, faces, np.zeros(count, int), np.full(count, INACTIVE), (name,), (optics,))
