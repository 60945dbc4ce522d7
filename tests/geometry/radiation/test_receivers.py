"""Receivers: rows, sides, and what is free."""

import numpy as np

from geometry.mesh.optics import COATINGS
from geometry.mesh.surface_mesh import concatenate
from geometry.radiation.ray_caster import EmbreeRayCaster
from geometry.radiation.receivers import side_receivers, surface_receivers

BLACK = COATINGS["black"]


class TestReceiversLaw:
    def test_a_sheet_has_two_receivers_with_opposite_normals(self, plate):
        mesh = plate("sheet", [0, 0, 0], [2, 0, 0], [0, 1, 0], BLACK, BLACK, cells=(2, 1))
        receivers = surface_receivers(mesh, EmbreeRayCaster(mesh))
        np.testing.assert_allclose(receivers.total_areas_m2, [2.0, 2.0])
        np.testing.assert_allclose(receivers.normals[receivers.row_receiver == 0], [[0, 0, 1]] * 4)
        np.testing.assert_allclose(receivers.normals[receivers.row_receiver == 1], [[0, 0, -1]] * 4)
        assert receivers.is_free.all()
        # the running share of area ends at one in each receiver
        np.testing.assert_allclose(receivers.cumulative_area[receivers.first_row[1:] - 1], 1.0, rtol=1e-14)

    def test_inactive_sides_receive_nothing(self, box):
        mesh = box()
        receivers = side_receivers(mesh, EmbreeRayCaster(mesh))
        assert len(receivers) == 12
        assert (receivers.sides == 1.0).all()

    def test_tangents_make_right_handed_orthonormal_frames(self, box):
        turn = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))[0]
        mesh = box().transformed(turn * np.sign(np.linalg.det(turn)))
        rows = surface_receivers(mesh, EmbreeRayCaster(mesh)).frames.astype(float)
        axes = np.stack([rows[:, 12:15], rows[:, 15:18], rows[:, 9:12]], axis=1)
        np.testing.assert_allclose(axes @ np.swapaxes(axes, 1, 2), np.tile(np.eye(3), (12, 1, 1)), atol=3e-7)

    def test_only_sides_with_something_before_their_plane_are_not_free(self, plate, box):
        floor = plate("floor", [-2, -2, 0], [4, 0, 0], [0, 4, 0], BLACK, BLACK)
        mesh = concatenate([floor, box((1, 1, 1), (0, 0, 1))])
        free = surface_receivers(mesh, EmbreeRayCaster(mesh)).is_free
        by_name = dict(zip(mesh.surface_names, free, strict=True))
        assert not by_name["floor"]
        assert by_name["floor.back"]
        assert by_name["+z"]
        assert not by_name["-z"]
        assert not by_name["+x"]  # the floor reaches out before it
