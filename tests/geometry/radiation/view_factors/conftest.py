"""Polygons, discs, tubes and spheres from which the tests of this folder are built."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from geometry.mesh.optics import COATINGS
from geometry.mesh.surface_mesh import SurfaceMesh

BLACK = COATINGS["black"]


def make_surface(name, vertices, faces, back=None):
    """One surface in front of the faces; `back` names another behind them."""
    front = np.zeros(len(faces), int)
    names = (name,) if back is None else (name, back)
    behind = front + 1 if back else front - 1
    return SurfaceMesh(vertices, faces, front, behind, names, (BLACK,) * len(names))


def make_polygon(name, corners, back=None):
    """A convex polygon as a fan, counterclockwise seen from its front."""
    count = len(corners)
    faces = np.stack([np.zeros(count - 2, int), np.arange(1, count - 1), np.arange(2, count)], axis=1)
    return make_surface(name, np.asarray(corners, float), faces, back)


def make_rectangle(name, origin, first, second, back=None):
    """Two triangles, normal first x second."""
    o, u, v = (np.asarray(x, float) for x in (origin, first, second))
    return make_polygon(name, [o, o + u, o + u + v, o + v], back)


def make_disc(name, radius, height, sides, up=True):
    """A regular polygon of the disc's area across z."""
    angle = 2 * np.pi * np.arange(sides) / sides * (1 if up else -1)
    r = radius * np.sqrt(2 * np.pi / sides / np.sin(2 * np.pi / sides))
    return make_polygon(name, np.stack([r * np.cos(angle), r * np.sin(angle), np.full(sides, height)], -1))


def make_tube(name, radius, height, sides, inward=False):
    """A prism of the cylinder's area about z, from z = 0."""
    angle = 2 * np.pi * np.arange(sides) / sides
    r = radius * np.pi / sides / np.sin(np.pi / sides)
    ring = np.stack([r * np.cos(angle), r * np.sin(angle), np.zeros(sides)], -1)
    vertices = np.concatenate([ring, ring + np.array([0, 0, height])])
    a, b = np.arange(sides), np.roll(np.arange(sides), -1)
    faces = np.concatenate([np.stack([a, b, b + sides], -1), np.stack([a, b + sides, a + sides], -1)])
    return make_surface(name, vertices, faces[:, ::-1] if inward else faces)


def make_sphere(name, radius, center, level, inward=False):
    """An icosphere of the sphere's area."""
    ball = trimesh.creation.icosphere(subdivisions=level)
    scale = radius * np.sqrt(4 * np.pi / ball.area)
    faces = np.asarray(ball.faces)
    return make_surface(name, scale * ball.vertices + center, faces[:, ::-1] if inward else faces)


@pytest.fixture(scope="session")
def polygon():
    return make_polygon


@pytest.fixture(scope="session")
def rectangle():
    return make_rectangle


@pytest.fixture(scope="session")
def disc():
    return make_disc


@pytest.fixture(scope="session")
def tube():
    return make_tube


@pytest.fixture(scope="session")
def ball():
    return make_sphere
