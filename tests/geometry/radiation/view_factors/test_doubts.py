"""What a mesh lets one doubt, told by name."""

from dataclasses import replace

import numpy as np
import pytest

from geometry.mesh.surface_mesh import concatenate
from geometry.radiation import AccuracyWarning, view_factors
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

    def test_a_plate_drawn_twice_is_turned_against_nothing(self, doubled):
        assert not closed_bodies(doubled, np.zeros(3)).turned_edges.any()

    def test_one_face_missing(self, box):
        cube = box()
        keep = np.arange(12) != 5
        part = replace(
            cube, faces=cube.faces[keep], front_surface=cube.front_surface[keep],
            back_surface=cube.back_surface[keep],
        )  # fmt: skip
        bodies = closed_bodies(part, np.zeros(3))
        assert not bodies.is_closed.any()
        assert (bodies.edges.tolist(), bodies.open_edges.tolist(), bodies.turned_edges.tolist()) == (
            [18],
            [3],
            [0],
        )


class TestOpenings:
    def room(self, box, faces):
        """A box seen from inside, of some of its faces."""
        cube = box()
        return replace(
            cube, faces=cube.faces[faces, ::-1], front_surface=cube.front_surface[faces],
            back_surface=cube.back_surface[faces],
        )  # fmt: skip

    def test_a_room_without_one_triangle_is_named(self, box):
        with pytest.warns(AccuracyWarning, match=r"enclosure of '[+-].' does not close: 3 of its 18 edges"):
            view_factors(self.room(box, np.arange(12) != 5), tolerance=0.01)

    def test_a_whole_room_and_a_solid_with_a_hole_are_not(self, box, recwarn):
        view_factors(self.room(box, np.arange(12)), tolerance=0.01)
        part = self.room(box, np.arange(12) != 5)
        view_factors(replace(part, faces=part.faces[:, ::-1]), tolerance=0.01)
        assert not recwarn.list

    def test_faces_turned_against_their_neighbours_are_named(self, box):
        cube = box(prefix="hull")
        faces = cube.faces.copy()
        faces[2:4] = faces[2:4, ::-1]
        with pytest.warns(AccuracyWarning, match=r"4 edges of the closed body of 'hull-x'"):
            view_factors(replace(cube, faces=faces), tolerance=0.01)


class TestResiduals:
    def test_within_the_noise_is_silent(self, box, recwarn):
        warn_of_residuals(box(), np.full(6, 0.01), np.full(6, 0.002), np.zeros(6))
        assert not recwarn.list

    def test_beyond_it_names_the_worst(self, box):
        residual = np.zeros(6)
        residual[2] = -0.1
        with pytest.warns(AccuracyWarning, match=r"'\+y'.*sum to 0\.9000"):
            warn_of_residuals(box(), residual, np.full(6, 0.002), np.zeros(6))
