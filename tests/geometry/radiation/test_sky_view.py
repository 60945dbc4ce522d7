"""Paths cast once: escapes, reflections, closure."""

import numpy as np
import pytest
import trimesh

from geometry.mesh.optics import COATINGS, OpticalProperties
from geometry.mesh.surface_mesh import SurfaceMesh, concatenate
from geometry.radiation.accuracy import standard_error
from geometry.radiation.paths import traced_craft
from geometry.radiation.ray_caster import EmbreeRayCaster
from geometry.radiation.receivers import surface_receivers
from geometry.radiation.sky_view import cast_sky, ray_blocks

BLACK = COATINGS["black"]
REPLICATES = 8


def isotropic(mesh, name, points=2048, seed=1, branches=1):
    """What a surface gets from an isotropic sky: own share, solar and infrared, by replicate (3, R)."""
    craft = traced_craft(mesh, EmbreeRayCaster(mesh), surface_receivers)
    sums = np.zeros((3, REPLICATES))
    for block in ray_blocks(np.array([mesh.surface_index(name)]), REPLICATES, 0, points):
        rays = cast_sky(block, craft, seed, branches=branches)
        assert rays.cut == 0.0
        np.add.at(sums[0], block.replicates, np.diff(rays.blocked.ends, prepend=0))
        for several in (rays.escaped, *rays.exits):
            segment = np.searchsorted(several.ends, np.arange(several.weights.shape[1]), side="right")
            np.add.at(sums[1], block.replicates[segment], several.weights[0])
            np.add.at(sums[2], block.replicates[segment], several.weights[1])
    return sums / points


def groove(plate, coating, width=4000.0):
    """Two unit walls at right angles, opening along +z, infinitely long but for 1e-4 of the view."""
    half = np.sqrt(0.5)
    left = plate("left", [-half, -width / 2, half], [half, 0, -half], [0, width, 0], coating)
    right = plate("right", [0, -width / 2, 0], [half, 0, half], [0, width, 0], coating)
    return concatenate([left, right])


class TestOwnShareAnalytic:
    def test_facing_unit_squares_one_side_apart(self, plate):
        # parallel squares, closed form [Howell] C-11 with X = Y = 1: 0.199825
        up = plate("low", [0, 0, 0], [1, 0, 0], [0, 1, 0])
        down = plate("high", [0, 0, 1], [0, 1, 0], [1, 0, 0])
        own = isotropic(concatenate([up, down]), "low")[0]
        assert own.mean() == pytest.approx(0.199825, abs=4 * standard_error(own))
        assert 0 < standard_error(own) < 2e-3  # random points would give 3.1e-3

    def test_unit_squares_at_a_right_angle(self, plate):
        # common edge, closed form [Howell] C-14: 0.200044
        floor = plate("floor", [0, 0, 0], [1, 0, 0], [0, 1, 0])
        wall = plate("wall", [0, 0, 0], [0, 1, 0], [0, 0, 1])
        own = isotropic(concatenate([floor, wall]), "floor")[0]
        assert own.mean() == pytest.approx(0.200044, abs=4 * standard_error(own))

    def test_a_sheet_before_a_plate_hides_the_same_from_both_its_sides(self, plate):
        # reciprocity over two-sided triangles: A1 F12 = A2 F21, whichever side is looked at
        low = plate("low", [0, 0, 0], [2, 0, 0], [0, 1, 0], BLACK, BLACK)
        high = plate("high", [0.3, 0.1, 0.5], [0.5, 0, 0], [0, 0.7, 0], BLACK, BLACK)
        mesh = concatenate([low, high])
        there, back = isotropic(mesh, "low")[0], isotropic(mesh, "high.back")[0]
        difference = 2.0 * there.mean() - 0.35 * back.mean()
        assert abs(difference) < 4 * np.hypot(2.0 * standard_error(there), 0.35 * standard_error(back))
        assert isotropic(mesh, "low.back")[0].max() == 0.0


class TestReflectionsAnalytic:
    def test_mirror_groove_of_a_right_angle(self, plate):
        # F to the other wall is 1 - sin 45 deg; by images its mirror shows the opening alone, so the
        # walls get F_out + rho (1 - F_out) = 0.91213 at rho 0.7; the groove absorbs 0.38699
        mesh = groove(plate, OpticalProperties(0.3, 0.3, 1.0, 1.0))
        _, solar, infrared = isotropic(mesh, "left")
        out = np.sqrt(0.5)
        for band in (solar, infrared):
            # 2e-4: the ends of the groove, and rays that graze its bottom edge
            assert band.mean() == pytest.approx(out + 0.7 * (1 - out), abs=4 * standard_error(band) + 2e-4)
        absorbed = 0.3 * solar.mean() * 2 / np.sqrt(2)
        assert absorbed == pytest.approx(0.38699, abs=1e-3)

    @pytest.mark.parametrize("specularity", [0.0, 0.5])
    def test_spherical_bowl(self, specularity):
        # between any two points of a sphere the view factor per area is 1/(4 pi R^2): with s the share
        # of the sphere present, H = (1 - s)/(1 - rho s), exact for diffuse walls (half-mirror: not)
        ball = trimesh.creation.icosphere(subdivisions=4)
        low = ball.triangles_center[:, 2] < -0.2
        share = ball.area_faces[low].sum() / ball.area
        faces = ball.faces[low][:, ::-1]
        coating = OpticalProperties(0.2, 0.5, specularity, specularity)
        nothing = np.full(len(faces), -1)
        mesh = SurfaceMesh(ball.vertices, faces, nothing + 1, nothing, ("bowl",), (coating,))
        own, solar, infrared = isotropic(mesh, "bowl", points=4096)
        # 5,120 facets: chords fall 2e-3 short of the sphere
        assert own.mean() == pytest.approx(share, abs=2e-3)
        if specularity == 0.0:
            for band, rho in ((solar, 0.8), (infrared, 0.5)):
                expected = (1 - share) / (1 - rho * share)
                assert band.mean() == pytest.approx(expected, rel=2e-3, abs=4 * standard_error(band))
        else:
            # mirrors spread light less evenly, but none is lost: more than the first hit, less than all
            assert 1 - share < solar.mean() < 1.0

    def test_two_bands_share_paths_without_bias(self, plate):
        # one band a mirror, the other diffuse, at once: each agrees with a mesh of its own
        both = isotropic(groove(plate, OpticalProperties(0.3, 0.2, 1.0, 0.0)), "left")
        mirror = isotropic(groove(plate, OpticalProperties(0.3, 0.2, 1.0, 1.0)), "left", seed=2)
        diffuse = isotropic(groove(plate, OpticalProperties(0.3, 0.2, 0.0, 0.0)), "left", seed=3)
        for band, other in ((1, mirror), (2, diffuse)):
            error = np.hypot(standard_error(both[band]), standard_error(other[band]))
            assert abs(both[band].mean() - other[band].mean()) < 4 * error
        assert abs(mirror[1].mean() - diffuse[1].mean()) > 0.005  # the test can tell them apart


class TestSplitPathsLaw:
    @pytest.mark.parametrize("specularity", [0.0, 0.4])
    def test_the_same_light_by_many_branches(self, plate, specularity):
        # 24 seeds each, both bands: the mean differences over their errors follow Student's t
        mesh = groove(plate, OpticalProperties(0.2, 0.6, specularity, 0.5 * specularity))
        one, many = (
            np.array([isotropic(mesh, "left", 64, first + s, branches)[1:] for s in range(24)])
            for first, branches in ((1, 1), (101, 16))
        )
        means = one.mean(axis=2) - many.mean(axis=2)
        assert (np.abs(means.mean(axis=0)) < 4 * standard_error(means)).all()
        errors = np.hypot(standard_error(one, axis=2), standard_error(many, axis=2))
        z = means / errors
        assert 0.7 < np.sqrt((z**2).mean()) < 1.5  # 1.08 for t with 14; 48 values: +- 0.12

    def test_branches_quieten_what_is_scattered(self, plate):
        # out of a narrow slot few directions lead: by one branch it is luck whether one is met
        white = OpticalProperties(0.1, 0.1)
        low = plate("low", [0, 0, 0], [1, 0, 0], [0, 1, 0], white)
        mesh = concatenate([low, plate("high", [0, 0, 0.1], [0, 1, 0], [1, 0, 0], white)])
        craft = traced_craft(mesh, EmbreeRayCaster(mesh), surface_receivers)
        errors = []
        for branches in (1, 16):
            once = np.zeros(64)
            for block in ray_blocks(np.array([0]), 64, 0, 64):
                exits = cast_sky(block, craft, 1, branches=branches).exits[0]
                segment = np.searchsorted(exits.ends, np.arange(exits.weights.shape[1]), side="right")
                np.add.at(once, block.replicates[segment], exits.weights[0])
            errors.append(standard_error(once))
        assert errors[1] < 0.6 * errors[0]  # about 0.35; 64 replicates know an error to 9 %


class TestSkyLaw:
    def test_nothing_leaves_a_closed_box(self, box):
        mesh = box(coating=OpticalProperties(0.5, 0.5))
        inside = SurfaceMesh(
            mesh.vertices_m,
            mesh.faces[:, ::-1],
            mesh.front_surface,
            mesh.back_surface,
            mesh.surface_names,
            mesh.optics,
        )
        own, solar, infrared = isotropic(inside, "+x", points=1024)
        assert (own == 1.0).all()
        assert not solar.any()
        assert not infrared.any()

    def test_blocks_hold_each_point_of_each_replicate_once(self):
        seen = set()
        for block in ray_blocks(np.array([3, 5]), 4, 100, 40_000):
            for receiver, replicate in zip(block.receivers, block.replicates, strict=True):
                points = range(block.first, block.first + block.count)
                new = {(int(receiver), int(replicate), p) for p in points}
                assert not seen & new
                seen |= new
        assert len(seen) == 2 * 4 * 40_000
