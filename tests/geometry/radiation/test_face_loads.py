"""`face_loads`: each side of each face for itself."""

import numpy as np
import pytest

from geometry.mesh.optics import COATINGS, OpticalProperties
from geometry.mesh.surface_mesh import concatenate
from geometry.radiation import AccuracyWarning, face_loads, heat_loads
from geometry.radiation.face_loads import BACK, FRONT

GREY = OpticalProperties(0.3, 0.8, 0.5, 0.5)
BLACK = COATINGS["black"]
LOADS_OF_SIDE = 3


@pytest.fixture
def corner(plate):
    return concatenate(
        [
            plate("floor", [0, 0, 0], [2, 0, 0], [0, 2, 0], GREY, BLACK, cells=(3, 3)),
            plate("wall", [0, 0, 0], [0, 2, 0], [0, 0, 1], GREY, cells=(3, 2)),
        ]
    )


class TestFaceLoadsAnalytic:
    def test_free_faces_are_exact_and_even(self, plate, states):
        mesh = plate("sheet", [0, 0, 0], [2, 0, 0], [0, 1, 0], GREY, BLACK, cells=(4, 3))
        there = states(6, beta_deg=35.0)
        faces, loads = face_loads(mesh, there), heat_loads(mesh, there)
        for side, surface in ((FRONT, 0), (BACK, 1)):
            each = loads.incident_w_m2[:, :, [surface]]
            np.testing.assert_allclose(faces.incident_w_m2[side], np.repeat(each, 24, axis=2), rtol=1e-12)
        assert not faces.standard_error_w_m2.any()
        assert faces.provenance.rays == 0

    def test_a_faces_own_shadow_stays_on_it(self, plate, states):
        # a roof right over the floor's left half, Sun straight above
        floor = plate("floor", [0, 0, 0], [4, 0, 0], [0, 4, 0], BLACK, cells=(2, 1))
        roof = plate("roof", [0, 0, 0.5], [2, 0, 0], [0, 4, 0], BLACK, BLACK)
        faces = face_loads(concatenate([floor, roof]), states(1, beta_deg=90.0), rays_per_face=4096)
        left = floor.centroids_m[:, 0] < 2
        sun = faces.incident_w_m2[FRONT, 0, 0, : len(left)]
        # the edge's penumbra is +-2.3 mm wide and falls on both halves alike: 1e-3 of a half's width
        np.testing.assert_allclose(sun[left], 0.0, atol=3.0)
        np.testing.assert_allclose(sun[~left], 1361.0, atol=3.0)


class TestFaceLoadsLaw:
    def test_the_mean_over_a_surface_is_the_surfaces_load(self, corner, states):
        there = states(4, beta_deg=35.0)
        faces, loads = face_loads(corner, there), heat_loads(corner, there, tolerance=5e-3)
        for i in range(len(corner.surface_names)):
            front, back = corner.surface_faces(i)
            side, members = (FRONT, front) if len(front) else (BACK, back)
            share = corner.areas_m2[members] / corner.areas_m2[members].sum()
            for one, other, error, own in (
                (faces.incident_w_m2, loads.incident_w_m2, faces.incident_standard_error_w_m2, 0.0),
                (
                    faces.absorbed_w_m2,
                    loads.absorbed_flux_w_m2(),
                    faces.standard_error_w_m2,
                    loads.standard_error_w / loads.area_m2,
                ),
            ):
                mean = one[side][:, :, members] @ share
                spread = np.sqrt((error[side][:, :, members] * share) ** 2 @ np.ones(len(members)))
                own = np.broadcast_to(own, loads.absorbed_w.shape)[:, :, i]
                # 5 sigma, with errors from 8 replicates
                assert (np.abs(mean - other[:, :, i]) <= 5 * np.hypot(spread, own) + 1e-6).all()

    def test_inactive_sides_have_nothing(self, corner, states):
        faces = face_loads(corner, states(2, beta_deg=35.0))
        wall = slice(18, None)
        assert faces.is_active[FRONT].all()
        assert not faces.is_active[BACK, wall].any()
        assert not faces.absorbed_w_m2[BACK, :, :, wall].any()
        assert faces.absorbed_w_m2.shape == (2, LOADS_OF_SIDE, 2, len(corner.faces))

    def test_means_weigh_the_times_evenly_without_a_shadow(self, corner, states):
        faces = face_loads(corner, states(6, beta_deg=80.0), rays_per_face=64)
        np.testing.assert_allclose(
            faces.absorbed_mean_w_m2, faces.absorbed_w_m2.mean(axis=2), rtol=1e-5, atol=1e-9
        )

    def test_the_same_bits_for_any_number_of_threads(self, corner, states):
        there = states(3, axes="nadir", beta_deg=35.0)
        one, two = (face_loads(corner, there, rays_per_face=256, jobs=j) for j in (1, 2))
        np.testing.assert_array_equal(one.absorbed_w_m2, two.absorbed_w_m2)
        np.testing.assert_array_equal(one.standard_error_w_m2, two.standard_error_w_m2)


class TestCoveredFacesLaw:
    def test_a_box_that_stands_on_a_plate_gets_what_one_lifted_a_hair_gets(self, boxed_plate, states):
        # a slit of 4e-5 m lets in some 1e-4 of the light; the bottom got all the light from below the plate
        there = states(2, beta_deg=40.0)
        flush, lifted = (face_loads(boxed_plate(gap), there) for gap in (0.0, 4e-5))
        apart = np.abs(flush.absorbed_w_m2 - lifted.absorbed_w_m2)
        errors = np.hypot(flush.standard_error_w_m2, lifted.standard_error_w_m2)
        # 6 of errors from 8 replicates; penumbrae that one ray in 1,024 meets
        assert (apart < 6 * errors + 2e-3 * lifted.absorbed_w_m2 + 0.3).all()
        assert flush.is_active[FRONT].all()

    def test_a_face_that_is_covered_wholly_gets_nothing(self, plate, box, states):
        floor = plate("floor", [-1, -1, 0], [2, 0, 0], [0, 2, 0], GREY)
        mesh = concatenate([floor, box(center=(0, 0, 0.5))])
        faces = face_loads(mesh, states(2, beta_deg=-40.0))
        bottom = mesh.surface_faces(mesh.surface_index("-z"))[0]
        assert not faces.incident_w_m2[FRONT][..., bottom].any()
        assert not faces.standard_error_w_m2[FRONT][..., bottom].any()

    def test_a_plate_of_two_facets_is_as_one_sheet(self, two_facets, states):
        sheet, facets = two_facets
        one, two = (face_loads(mesh, states(2, beta_deg=40.0)) for mesh in two_facets)
        for name in ("look", "side"):
            these, those = (mesh.surface_faces(mesh.surface_index(name))[0] for mesh in (sheet, facets))
            apart = np.abs(one.absorbed_w_m2[..., these] - two.absorbed_w_m2[..., those])
            errors = np.hypot(one.standard_error_w_m2[..., these], two.standard_error_w_m2[..., those])
            assert (apart < 6 * errors + 1e-6).all()


class TestSheetsTooNearRefusal:
    def test_what_they_see_of_each_other_is_in_the_error(self, doubled, states):
        with pytest.warns(AccuracyWarning, match="coincide and look the same way: 'a' and 'b'"):
            faces = face_loads(doubled, states(1, beta_deg=60.0))
        of_a = doubled.surface_faces(0)[0]
        loads, errors = (t[FRONT][..., of_a] for t in (faces.absorbed_w_m2, faces.standard_error_w_m2))
        assert (errors >= loads).all()
        assert loads.any()


class TestFaceLoadsRefusal:
    @pytest.mark.parametrize("rays", [0, 63, 2**21, np.nan])
    def test_rays_out_of_range(self, corner, states, rays):
        with pytest.raises(ValueError, match="rays_per_face must lie in"):
            face_loads(corner, states(1), rays_per_face=rays)
