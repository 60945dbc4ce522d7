"""Embree behind the protocol: hits, sides, leaks and self-hits."""

import numpy as np
import pytest

from geometry.radiation.ray_caster import EmbreeRayCaster
from geometry.radiation.receivers import surface_receivers
from geometry.radiation.sampling import DIRECTION_NUMBERS, hemisphere_rays


def as_rays(origins, directions):
    return np.ascontiguousarray(origins, np.float32), np.ascontiguousarray(directions, np.float32)


class TestEmbreeAnalytic:
    def test_first_hit_and_its_distance_in_centred_coordinates(self, plate):
        mesh = plate("floor", [100, 0, 5], [2, 0, 0], [0, 2, 0])
        caster = EmbreeRayCaster(mesh)
        np.testing.assert_allclose(caster.center_m, [101, 1, 5])
        origins, directions = as_rays(
            [[0.5, 0.2, 3], [0.5, 0.2, 3], [5, 0, 3]], [[0, 0, -1], [0, 0, 1], [0, 0, -1]]
        )
        faces, distances = caster.first_hit(origins, directions)
        assert faces[0] >= 0
        assert (faces[1:] == -1).all()
        assert distances[0] == pytest.approx(3.0, rel=2**-22)  # two single-precision roundings
        np.testing.assert_array_equal(caster.is_blocked(origins, directions), [True, False, False])


class TestEmbreeLaw:
    def test_no_ray_leaves_a_closed_box(self, box):
        mesh = box((3.0, 2.0, 1.0), (40.0, -7.0, 3.0), cells=(12, 12))
        turn = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))[0]
        mesh = mesh.transformed(turn * np.sign(np.linalg.det(turn)))
        caster = EmbreeRayCaster(mesh)
        rng = np.random.default_rng(6)
        directions = rng.normal(size=(300_000, 3))
        directions /= np.linalg.norm(directions, axis=1)[:, None]
        origins = np.broadcast_to(mesh.bounds_m.mean(axis=0) - caster.center_m, directions.shape)
        assert caster.is_blocked(*as_rays(origins, directions)).all()

    def test_rays_do_not_hit_the_surface_they_leave(self, box):
        # outward rays of a convex body meet nothing, on all tessellated faces, far off the origin
        mesh = box((60.0, 2.0, 0.3), (1000.0, 500.0, 0.0), cells=(6, 6))
        caster = EmbreeRayCaster(mesh)
        receivers = surface_receivers(mesh, caster)
        assert receivers.is_free.all()
        origins, directions = np.empty((2, 6 * 4096, 3), np.float32)
        everyone = np.arange(6)
        hemisphere_rays(
            receivers.frames, receivers.cumulative_area, receivers.first_row, caster.start_offset_m, 1,
            everyone, everyone, 0 * everyone, 0, DIRECTION_NUMBERS, origins, directions,
        )  # fmt: skip
        assert not caster.is_blocked(origins, directions).any()
