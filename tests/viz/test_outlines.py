"""Edges of surfaces, and of bodies that have none but their own."""

from __future__ import annotations

import numpy as np
import pytest

from geometry.mesh.optics import OpticalProperties
from geometry.mesh.surface_mesh import SurfaceMesh
from viz.outlines import outlines

trimesh = pytest.importorskip("trimesh")


def closed(body) -> SurfaceMesh:
    """A body of one surface."""
    faces = len(body.faces)
    return SurfaceMesh(
        np.asarray(body.vertices),
        np.asarray(body.faces),
        np.zeros(faces, int),
        np.full(faces, -1),
        ("body",),
        (OpticalProperties(1.0, 1.0),),
    )


class TestOutlinesLaw:
    def test_a_closed_box_has_its_twelve_edges(self):
        found = outlines(closed(trimesh.creation.box((4.0, 2.0, 1.0))), 0.01, 0.0)
        # each of both faces at an edge draws it, on both of its sides: 4 corners for each
        assert len(found.vertices_m) == 12 * 2 * 2 * 4
        along = found.vertices_m.reshape(-1, 4, 3)
        lengths = np.linalg.norm(along[:, 1] - along[:, 0], axis=1)
        assert sorted(set(np.round(lengths, 9))) == [1.0, 2.0, 4.0]  # no diagonal of a side

    def test_a_smooth_ball_has_none(self):
        assert outlines(closed(trimesh.creation.icosphere(subdivisions=3)), 0.01, 0.0) is None
