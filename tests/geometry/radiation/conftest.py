"""Plates, boxes and circular orbits from which the tests of this folder are built."""

from __future__ import annotations

import numpy as np
import pytest

from geometry.constants import ASTRONOMICAL_UNIT_M, EARTH_MU_M3_S2
from geometry.environment import EarthShape
from geometry.mesh.optics import COATINGS, OpticalProperties
from geometry.mesh.surface_mesh import SurfaceMesh, concatenate
from geometry.orbit.eclipse import sunlit_fraction
from geometry.orbit.states import OrbitStates

EPOCH = np.datetime64("2027-03-20T12:00:00", "us")


def make_plate(name, origin, first, second, coating=None, back=None, cells=(1, 1)):
    """Rectangle origin + u first + v second, normal first x second; `back`: coating of NAME.back."""
    origin, first, second = (np.asarray(v, dtype=float) for v in (origin, first, second))
    u, v = np.meshgrid(np.linspace(0, 1, cells[0] + 1), np.linspace(0, 1, cells[1] + 1), indexing="ij")
    vertices = origin + u.reshape(-1, 1) * first + v.reshape(-1, 1) * second
    index = np.arange(len(vertices)).reshape(u.shape)
    a, b, c, d = index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]
    faces = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    front = np.zeros(len(faces), int)
    names, optics = [name], [coating or COATINGS["black"]]
    if back is not None:
        names.append(f"{name}.back")
        optics.append(back)
    return SurfaceMesh(vertices, faces, front, front + 1 if back else front - 1, tuple(names), tuple(optics))


def make_box(size=(1.0, 1.0, 1.0), center=(0.0, 0.0, 0.0), coating=None, prefix="", cells=(1, 1)):
    """Six outward plates +x, -x, +y, ... of a box."""
    half, center = 0.5 * np.asarray(size, dtype=float), np.asarray(center, dtype=float)
    plates = []
    for axis in range(3):
        for sign in (1, -1):
            i, j = (axis + 1) % 3, (axis + 2) % 3
            first, second = np.zeros(3), np.zeros(3)
            first[i], second[j] = 2 * half[i], 2 * half[j]
            corner = center - half
            if sign > 0:
                corner = corner.copy()
                corner[axis] = center[axis] + half[axis]
            else:
                first, second = second, first
            name = f"{prefix}{'+' if sign > 0 else '-'}{'xyz'[axis]}"
            plates.append(make_plate(name, corner, first, second, coating, cells=cells))
    return concatenate(plates)


def make_states(
    count=1,
    *,
    altitude_m=560e3,
    beta_deg=60.0,
    noon_angle_deg=0.0,
    axes="inertial",
    shape=None,
    pole=(0.0, 1.0, 0.0),
    orbits=1,
    rotation=None,
):
    """Circular orbit in the x-y plane of GCRS with the Sun `beta_deg` above it, noon on +x.

    axes: "inertial" (body = GCRS), "sun" (z to the Sun) or "nadir" (z down, x along the velocity).
    """
    shape = shape or EarthShape()
    radius = shape.equatorial_radius_m + altitude_m
    rate = np.sqrt(EARTH_MU_M3_S2 / radius**3)
    u = np.radians(noon_angle_deg) + 2 * np.pi * orbits * np.arange(count) / count
    up = np.stack([np.cos(u), np.sin(u), 0 * u], -1)
    along = np.stack([-np.sin(u), np.cos(u), 0 * u], -1)
    beta = np.radians(beta_deg)
    sun = np.tile([np.cos(beta), 0.0, np.sin(beta)], (count, 1))
    poles = np.tile(np.asarray(pole) / np.linalg.norm(pole), (count, 1))
    if axes == "inertial":
        body = np.tile(np.eye(3), (count, 1, 1))
    elif axes == "nadir":
        body = np.stack([along, np.cross(-up, along), -up], 1)
    else:
        x = along - np.einsum("ti,ti->t", along, sun)[:, None] * sun
        x /= np.linalg.norm(x, axis=1)[:, None]
        body = np.stack([x, np.cross(sun, x), sun], 1)
    if rotation is not None:
        body = rotation @ body
    distance = np.full(count, ASTRONOMICAL_UNIT_M)
    position = (radius * up)[None]
    return OrbitStates(
        EPOCH + (np.arange(count) * (2e6 * np.pi * orbits / (rate * count))).astype("timedelta64[us]"),
        position,
        (radius * rate * along)[None],
        sun,
        distance,
        sunlit_fraction(position, sun, distance, poles, shape),
        body[None],
        poles,
    )


@pytest.fixture(scope="session")
def plate():
    return make_plate


@pytest.fixture(scope="session")
def box():
    return make_box


@pytest.fixture(scope="session")
def states():
    return make_states


@pytest.fixture(scope="session")
def sphere():
    return EarthShape(6_371_000.0, 0.0)


@pytest.fixture(scope="session")
def doubled(plate):
    """A plate drawn twice, as `a` and `b`, under another."""
    plates = [plate(name, [0, 0, 0], [1, 0, 0], [0, 1, 0]) for name in "ab"]
    return concatenate([*plates, plate("look", [0, 0, 1], [0, 1, 0], [1, 0, 0])])


@pytest.fixture(scope="session")
def boxed_plate(plate, box):
    """A grey box on a plate without a back, out over its edge, and a plate beneath, all askew;
    `gap_m` lifts the box.
    """
    grey = OpticalProperties(0.3, 0.4)
    turn = np.linalg.qr(np.random.default_rng(8).normal(size=(3, 3)))[0]
    turn *= np.sign(np.linalg.det(turn))

    def made(gap_m):
        parts = [
            plate("floor", [-1, -1, 0], [2, 0, 0], [0, 3, 0], grey),
            box(center=(0.9, 0.5, 0.5 + gap_m), coating=grey),
            plate("under", [0, 0, -0.6], [1, 0, 0], [0, 1, 0], grey),
        ]
        return concatenate(parts).transformed(turn, [1.0, 2.0, 3.0])

    return made


@pytest.fixture(scope="session")
def two_facets(plate):
    """A grey plate under another and beside a wall, askew, drawn as `up` and `down` back to back: as one
    sheet, and as two facets whose triangles differ, so that rays meet either.
    """
    grey = OpticalProperties(0.2, 0.3)
    turn = np.linalg.qr(np.random.default_rng(8).normal(size=(3, 3)))[0]
    turn *= np.sign(np.linalg.det(turn))
    up = plate("up", [0, 0, 0], [1, 0, 0], [0, 1, 0], grey, cells=(6, 6))
    down = plate("down", [0, 0, 0], [0, 1, 0], [1, 0, 0], grey, cells=(5, 5))
    sheet = SurfaceMesh(
        up.vertices_m, up.faces, up.front_surface, up.front_surface + 1, ("up", "down"), (grey, grey)
    )
    others = [
        plate("look", [0, 0, 0.5], [0, 1, 0], [1, 0, 0], grey),
        plate("side", [-0.3, 0, 0], [0, 1, 0], [0, 0, 0.5], grey),
    ]
    return tuple(
        concatenate([*plates, *others]).transformed(turn, [0.1, 0.2, 0.3]) for plates in ([sheet], [up, down])
    )
