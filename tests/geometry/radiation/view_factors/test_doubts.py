"""What a mesh lets one doubt, told by name."""

from dataclasses import replace

import numpy as np
import pytest

from geometry.mesh.surface_mesh import concatenate
from geometry.radiation import AccuracyWarning
from geometry.radiation.view_factors.doubts import closed_bodies, warn_of_residuals


class TestBodies:
    def test_closed_open_and_turned(self, box, rectangle):
        whole, turned, plate = box(center=(3, 0, 0), prefix="a"), box(prefix="b"), rectangle(
            "plate", (0, 5, 0), (1, 0, 0), (0, 1, 0)
        )  # fmt: skip
        mesh = concatenate([whole, replace(turned, faces=turned.faces[:, ::-1]), plate])
        bodies = closed_bodies(mesh, np.zeros(3))
        which = bodies.body[[0, 12, 24]]
        assert bodies.is_closed[which].tolist() == [True, True, False]
        np.testing.assert_allclose(bodies.volume_m3[which[:2]], [1.0, -1.0], rtol=1e-12)

    def test_one_face_missing(self, box):
        cube = box()
        keep = np.arange(12) != 5
        part = replace(
            cube, faces=cube.faces[keep], front_surface=cube.front_surface[keep],
            back_surface=cube.back_surface[keep],
        )  # fmt: skip
        assert not closed_bodies(part, np.zeros(3)).is_closed.any()


class TestResiduals:
    def test_within_the_noise_is_silent(self, box, recwarn):
        warn_of_residuals(box(), np.full(6, 0.01), np.full(6, 0.002), np.zeros(6))
        assert not recwarn.list

    def test_beyond_it_names_the_worst(self, box):
        residual = np.zeros(6)
        residual[2] = -0.1
        with pytest.warns(AccuracyWarning, match=r"'\+y'.*sum to 0\.9000"):
            warn_of_residuals(box(), residual, np.full(6, 0.002), np.zeros(6))
