"""Bodies that shade by their hull: which they are, and that hull and faces shade alike."""

import numpy as np
import pytest

from geometry.mesh.optics import COATINGS
from geometry.mesh.surface_mesh import SurfaceMesh, concatenate
from geometry.radiation import flat_craft as flat_craft_module
from geometry.radiation.clipped_sun import blocked_along
from geometry.radiation.convex_bodies import convex_bodies
from geometry.radiation.flat_craft import flat_craft
from geometry.radiation.paths import traced_craft
from geometry.radiation.ray_caster import EmbreeRayCaster
from geometry.radiation.receivers import surface_receivers

BLACK = COATINGS["black"]


def without(mesh, name):
    """The mesh less one surface."""
    kept = mesh.front_surface != mesh.surface_index(name)
    used, faces = np.unique(mesh.faces[kept], return_inverse=True)
    surfaces, front = np.unique(mesh.front_surface[kept], return_inverse=True)
    return SurfaceMesh(
        mesh.vertices_m[used],
        faces.reshape(-1, 3),
        front,
        np.full(len(front), -1),
        tuple(mesh.surface_names[k] for k in surfaces),
        tuple(mesh.optics[k] for k in surfaces),
    )


def craft_of(mesh):
    return flat_craft(traced_craft(mesh, EmbreeRayCaster(mesh), surface_receivers))


def blocked(craft, rays):
    """Blocked share of every group along rays (D, 3), 0 behind its plane, (K, D)."""
    ahead = craft.normals[craft.normal_index] @ rays.T > 0.0
    return np.where(ahead, [blocked_along(craft, k, rays) for k in range(len(craft))], 0.0)


def directions(count, seed):
    rays = np.random.default_rng(seed).normal(size=(count, 3))
    return rays / np.linalg.norm(rays, axis=1)[:, None]


def turned(mesh, seed):
    turn = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    return mesh.transformed(turn * np.sign(np.linalg.det(turn)))


class TestBodiesAnalytic:
    def test_a_closed_box_is_one_body_of_eight_corners(self, box):
        (body,) = convex_bodies(turned(box((1, 2, 0.5), cells=(3, 3)), 1), np.zeros(3))
        assert body.is_closed
        assert not body.turned
        assert len(body.corners_m) == 8
        assert len(body.planes) == 6
        assert len(body.faces) == 108

    def test_a_box_without_a_side_is_one_body_without_two_is_none(self, box):
        tray = without(box(), "+z")
        (body,) = convex_bodies(turned(tray, 2), np.zeros(3))
        assert not body.is_closed
        assert convex_bodies(without(tray, "-z"), np.zeros(3)) == []
        assert convex_bodies(without(tray, "+x"), np.zeros(3)) == []

    def test_what_is_hollow_bent_or_thin_is_no_body(self, plate, box):
        step = concatenate([box((1, 1, 1)), box((1, 1, 0.5), (1.0, 0, -0.25))])
        assert convex_bodies(step, np.zeros(3)) == []  # welded into one that is not convex
        assert convex_bodies(box((1, 1, 1e-4)), np.zeros(3)) == []
        bent = [
            plate("a", [0, 0, 0], [1, 0, 0], [0, 1, 0]),
            plate("b", [0, 0, 0], [0, 1, 0], [0, 0, 1]),
        ]
        assert convex_bodies(concatenate(bent), np.zeros(3)) == []

    def test_normals_that_point_inward_are_noticed(self, box):
        mesh = box()
        inside_out = SurfaceMesh(
            mesh.vertices_m, mesh.faces[:, ::-1], mesh.front_surface, mesh.back_surface,
            mesh.surface_names, mesh.optics,
        )  # fmt: skip
        (body,) = convex_bodies(inside_out, np.zeros(3))
        assert body.turned


class TestShadowLaw:
    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_hulls_shade_as_their_faces_do(self, plate, box, monkeypatch, seed):
        rng = np.random.default_rng(seed)
        parts = [
            plate("floor", [0, 0, 0], [2, 0, 0], [0, 2, 0], BLACK, BLACK),
            box((0.4, 0.3, 0.5), (0.6, 0.7, 0.25), prefix="on"),  # stands on the floor
            without(box((0.3, 0.3, 0.2), (1.4, 0.6, 0.1), prefix="open"), "open-z"),  # open to the floor
            turned(box((0.3, 0.2, 0.4), (0.2, 0.1, 0.3), prefix="askew"), seed),
            box((0.3, 0.3, 0.3), (1.2, 1.2, 0.05), prefix="through"),  # half below the floor
            plate("fin", [0.2, 1.5, 0.1], [0.6, 0.1, 0.3], [0, 0.1, 0.5], BLACK, BLACK),
        ]
        mesh = turned(concatenate(parts), seed + 10)
        rays = np.concatenate([directions(60, seed), rng.normal(size=(4, 3)) * [1, 1, 0.02]])
        rays = np.ascontiguousarray(rays / np.linalg.norm(rays, axis=1)[:, None])
        merged = craft_of(mesh)
        assert merged.occluder_is_body.sum() == 4
        monkeypatch.setattr(flat_craft_module, "convex_bodies", lambda *_: [])
        plain = craft_of(mesh)
        assert not plain.occluder_is_body.any()
        assert plain.occluders > 20
        # planes are told apart to 1e-7 of the extent: as much at their rims
        np.testing.assert_allclose(blocked(merged, rays), blocked(plain, rays), atol=2e-6)

    def test_an_open_box_stays_as_it_is_for_what_is_inside(self, plate, box):
        tray = without(box((1, 1, 0.5), (0, 0, 0.25)), "+z")
        inside = plate("inside", [-0.2, -0.2, 0.2], [0.4, 0, 0], [0, 0.4, 0], BLACK, BLACK)
        outside = plate("outside", [-0.2, -0.2, 1.2], [0.4, 0, 0], [0, 0.4, 0], BLACK, BLACK)
        assert craft_of(concatenate([tray, outside])).occluder_is_body.sum() == 1
        craft = craft_of(concatenate([tray, inside]))
        assert not craft.occluder_is_body.any()
        up = np.array([[0.0, 0.0, 1.0]])
        assert blocked(craft, up).max() == 0.0  # nothing lies above the plate but the open side

    def test_an_open_box_whose_inner_sides_count_stays_as_it_is(self, box):
        tray = without(box((1, 1, 0.5)), "+z")
        names = (*tray.surface_names, "inner")
        mesh = SurfaceMesh(
            tray.vertices_m, tray.faces, tray.front_surface,
            np.full(len(tray.faces), len(names) - 1), names, (*tray.optics, BLACK),
        )  # fmt: skip
        assert not craft_of(mesh).occluder_is_body.any()
