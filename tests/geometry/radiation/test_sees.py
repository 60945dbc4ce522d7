"""What a surface sees: shares against closed forms, and the same by looking along directions."""

import numpy as np
import pytest
import trimesh

from geometry.constants import ASTRONOMICAL_UNIT_M, SOLAR_RADIUS_M
from geometry.environment import Environment
from geometry.mesh.optics import COATINGS
from geometry.mesh.surface_mesh import SurfaceMesh, concatenate
from geometry.radiation.accuracy import AccuracyWarning
from geometry.radiation.earth import earth_scene
from geometry.radiation.plate_to_earth import unshaded_plates
from geometry.radiation.sees import surface_view
from geometry.radiation.sight_lines import BEHIND, SUN, seen_along, surface_frame

DISC = np.sin(np.arcsin(SOLAR_RADIUS_M / ASTRONOMICAL_UNIT_M)) ** 2


@pytest.fixture
def cube_face(plate):
    """A tiny plate in the middle of one face of a cube of side 2, and the opposite face, looking away."""
    small = plate("small", [-5e-4, -5e-4, 0], [1e-3, 0, 0], [0, 1e-3, 0])
    return concatenate([small, plate("far", [-1, -1, 1], [2, 0, 0], [0, 2, 0])])


def share(view, name, solid_angle=False):
    values = view.solid_angle_shares if solid_angle else view.shares
    errors = view.solid_angle_standard_errors if solid_angle else view.standard_errors
    k = view.names.index(name)
    return values[0, k], errors[0, k]


class TestSharesAnalytic:
    def test_earth_below_a_nadir_plate(self, plate, states, sphere):
        # a cap of radius rho: sin^2 rho by cosine, 1 - cos rho by solid angle
        view = surface_view(
            plate("p", [0, 0, 0], [1, 0, 0], [0, 1, 0]),
            "p",
            states(axes="nadir", beta_deg=90.0, shape=sphere),
            Environment(earth_shape=sphere),
            tolerance=2e-4,
        )
        rho = np.arcsin(6371.0 / 6931.0)
        for solid_angle, expected in ((False, np.sin(rho) ** 2), (True, 1.0 - np.cos(rho))):
            lit, lit_error = share(view, "earth_lit", solid_angle)
            dark, dark_error = share(view, "earth_dark", solid_angle)
            # over the terminator half of what is in view is lit
            assert lit == pytest.approx(expected / 2, abs=4 * lit_error)
            assert dark == pytest.approx(expected / 2, abs=4 * dark_error)
            assert 0.0 < max(lit_error, dark_error) <= 2e-4

    @pytest.mark.parametrize("tilt_deg", [0.0, 70.0, 90.0, 150.0])
    def test_spheroid_by_every_tilt(self, plate, states, tilt_deg):
        tilt = np.radians(tilt_deg)
        second = [0.0, np.cos(tilt), np.sin(tilt)]
        mesh = plate("p", [0, 0, 0], [1, 0, 0], second)
        moment = states(axes="nadir", beta_deg=60.0, noon_angle_deg=100.0)
        view = surface_view(mesh, "p", moment, tolerance=5e-4)
        exact = unshaded_plates(mesh.normals[:1], earth_scene(moment, Environment()))[0, 0, 0]
        total = view.earth_shares[0][0]
        error = np.hypot(share(view, "earth_lit")[1], share(view, "earth_dark")[1])
        assert total == pytest.approx(exact, abs=4 * error + 1e-12)

    def test_opposite_face_of_a_cube(self, cube_face, states):
        # solid angle 4 pi / 6 of 2 pi; factor of a point to a square [Howell, B-4]: 0.554127
        view = surface_view(cube_face, "small", states(), tolerance=5e-4)
        value, error = share(view, "inactive", solid_angle=True)
        assert value == pytest.approx(1 / 3, abs=4 * error)
        value, error = share(view, "inactive")
        assert value == pytest.approx(4 / np.pi * np.sqrt(0.5) * np.arctan(np.sqrt(0.5)), abs=4 * error)
        assert share(view, "far")[0] == 0.0

    def test_disc_of_the_sun(self, plate, states):
        moment = states(axes="sun")
        tilt = np.radians(50.0)
        mesh = plate("p", [0, 0, 0], [1, 0, 0], [0, np.cos(tilt), np.sin(tilt)])
        view = surface_view(mesh, "p", moment)
        assert share(view, "sun")[0] == pytest.approx(DISC * np.cos(tilt), rel=1e-9)
        # 1 - cos alpha of 2 pi steradians
        assert share(view, "sun", True)[0] == pytest.approx(DISC / 2, rel=1e-4)

    def test_sun_on_a_ball(self, states):
        # convex: a quarter of the area is projected, half of it is lit; 1,280 facets fall 2e-3 short
        ball = trimesh.creation.icosphere(3)
        nothing = np.full(len(ball.faces), -1)
        coating = (COATINGS["black"],)
        mesh = SurfaceMesh(ball.vertices, ball.faces, nothing + 1, nothing, ("ball",), coating)
        # turned, since some of its facets stand upright
        mesh = mesh.transformed(trimesh.transformations.euler_matrix(0.3, 0.5, 0.9)[:3, :3])
        view = surface_view(mesh, "ball", states(axes="sun"), tolerance=0.01)
        assert share(view, "sun")[0] == pytest.approx(DISC / 4, rel=3e-3)
        assert share(view, "sun", True)[0] == pytest.approx(DISC / 4, rel=3e-3)

    def test_half_shaded_sun(self, plate, states):
        # a wall from the middle of the plate hides the low Sun from one half of it, but for the penumbra
        moment = states(axes="sun")
        # the Sun along z: the plate is tilted, the wall stands on its middle line
        tilt = np.radians(60.0)
        along = np.array([0.0, np.cos(tilt), np.sin(tilt)])
        normal = np.array([0.0, -np.sin(tilt), np.cos(tilt)])
        low = plate("p", -0.5 * along, [1, 0, 0], along)
        high = plate("wall", [-1, 0, 0], [3, 0, 0], 2.0 * normal)
        view = surface_view(concatenate([low, high]), "p", moment)
        value, error = share(view, "sun")
        # 2^14 points along one edge, and a penumbra of up to 5 mm on each side of nothing
        assert value == pytest.approx(0.5 * DISC * np.cos(tilt), abs=max(4 * error, 3e-3 * DISC))


class TestSharesLaw:
    def test_sums_bits_and_rotation(self, cube_face, states):
        moment = states(3, noon_angle_deg=20.0)
        one = surface_view(cube_face, "small", moment, jobs=1)
        two = surface_view(cube_face, "small", moment, jobs=2)
        np.testing.assert_array_equal(one.shares, two.shares)
        np.testing.assert_array_equal(one.solid_angle_standard_errors, two.solid_angle_standard_errors)
        for values in (one.shares, one.solid_angle_shares):
            np.testing.assert_allclose(values.sum(axis=1), 1.0, rtol=0, atol=2**-52)
        turn = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
        turn *= np.sign(np.linalg.det(turn))
        turned = surface_view(
            cube_face.transformed(turn, [5.0, 1.0, 0.0]),
            "small",
            states(3, noon_angle_deg=20.0, rotation=turn),
        )
        error = np.hypot(one.standard_errors, turned.standard_errors)
        assert (np.abs(turned.shares - one.shares) <= 5 * error + 1e-9).all()

    def test_no_sun_in_umbra(self, plate, states, sphere):
        mesh = plate("p", [0, 0, 0], [1, 0, 0], [0, 1, 0])
        midnight = states(beta_deg=0.0, noon_angle_deg=180.0, axes="sun", shape=sphere)
        view = surface_view(mesh, "p", midnight, Environment(earth_shape=sphere))
        assert share(view, "sun")[0] == 0.0
        assert share(view, "earth_lit")[0] == 0.0

    def test_too_few_rays_are_told(self, cube_face, states):
        with pytest.warns(AccuracyWarning, match="max_rays"):
            surface_view(cube_face, "small", states(), tolerance=1e-6, max_rays=1)


class TestSeenAlong:
    def test_the_same_shares_by_looking(self, cube_face, states):
        # an even grid of the disc is cosine-weighted; its edge cells make 1e-3
        moment = states(axes="nadir", beta_deg=40.0, noon_angle_deg=70.0)
        x, y = np.meshgrid(np.linspace(-1, 1, 501), np.linspace(-1, 1, 501))
        inside = x**2 + y**2 < 1
        x, y = x[inside], y[inside]
        grid = np.stack([x, y, np.sqrt(1 - x**2 - y**2)], axis=1)
        seen = seen_along(cube_face, "small", grid, moment)
        view = surface_view(cube_face, "small", moment, tolerance=5e-4)
        shares = np.bincount(seen.categories, minlength=len(seen.names)) / len(grid)
        np.testing.assert_allclose(shares, view.shares[0], atol=3e-3)
        np.testing.assert_allclose(seen.distances_m[seen.faces >= 0] * grid[seen.faces >= 0, 2], 1, rtol=1e-4)

    def test_sun_and_what_is_behind(self, plate, states):
        mesh = plate("p", [0, 0, 0], [1, 0, 0], [0, 1, 0])
        moment = states(axes="sun")
        beside = [0.0, np.sin(0.005), np.cos(0.005)]  # the disc's radius is 0.00465
        seen = seen_along(mesh, "p", np.array([[0, 0, 2.0], beside, [0, 0, -1.0], [1, 0, 0]]), moment)
        assert seen.names[seen.categories[0]] == "sun" == seen.names[SUN]
        assert seen.names[seen.categories[1]] == "space"
        np.testing.assert_array_equal(seen.categories[2:], BEHIND)

    def test_frame_stands_on_the_surface_and_looks_out(self, plate):
        mesh = plate("p", [1, 2, 3], [2, 0, 0], [0, 1, 0], None, COATINGS["black"])
        for name, z in (("p", 1.0), ("p.back", -1.0)):
            frame = surface_frame(mesh, name)
            np.testing.assert_allclose(frame.point_m, [2.0, 2.5, 3.0])
            np.testing.assert_allclose(frame.rotation_body_from_surface[:, 2], [0, 0, z])
            np.testing.assert_allclose(frame.rotation_body_from_surface[:, 0], [1, 0, 0])
            assert np.linalg.det(frame.rotation_body_from_surface) == pytest.approx(1.0)


class TestPlateOfTwoFacetsLaw:
    def test_it_is_one_sheet(self, two_facets, states):
        # by chance rays meet the inactive back of the one in half the cases: a quarter of what `look` sees
        sheet, facets = (surface_view(mesh, "look", states()) for mesh in two_facets)
        assert facets.names == sheet.names
        assert share(facets, "inactive") == (0.0, 0.0)
        up, error = share(facets, "up")
        assert up == pytest.approx(share(sheet, "up")[0], abs=4 * np.hypot(error, share(sheet, "up")[1]))

    def test_along_lines(self, two_facets, states):
        angle = np.linspace(0.0, 2.0 * np.pi, 100)
        down = np.stack([0.3 * np.cos(angle), 0.3 * np.sin(angle), np.ones(100)], axis=1)
        seen = seen_along(two_facets[1], "look", down / np.linalg.norm(down, axis=1)[:, None], states())
        assert {seen.names[k] for k in seen.categories} == {"up"}


class TestBoxOnAPlateLaw:
    def test_what_is_covered_sees_nothing_and_is_not_seen(self, boxed_plate, states):
        flush, lifted = boxed_plate(0.0), boxed_plate(4e-5)
        bottom = surface_view(flush, "-z", states())
        inactive, error = share(bottom, "inactive")
        assert inactive == pytest.approx(0.6, abs=1e-9)  # stands on the plate with 0.6 of its length
        assert error == 0.0
        np.testing.assert_allclose(bottom.shares.sum(axis=1), 1.0, rtol=1e-12)
        shares = [share(surface_view(mesh, "under", states()), "-z") for mesh in (flush, lifted)]
        assert shares[0][0] == pytest.approx(shares[1][0], abs=5 * np.hypot(shares[0][1], shares[1][1]))

    def test_along_a_line_of_sight(self, boxed_plate, states):
        x, y = np.meshgrid(*[np.linspace(-0.97, 0.96, 41)] * 2)
        directions = np.stack([x, y, np.ones_like(x)], axis=-1).reshape(-1, 3)
        for name in ("under", "-z"):
            seen = []
            for gap in (0.0, 4e-5):
                # from the bottom's open part, which is how its middle is taken where it is covered
                frame = surface_frame(boxed_plate(0.0), name)
                seen.append(seen_along(boxed_plate(gap), name, directions, states(), frame=frame))
            np.testing.assert_array_equal(seen[0].categories, seen[1].categories)
            hit = seen[0].faces >= 0
            assert hit.any()
            np.testing.assert_array_equal(hit, seen[1].faces >= 0)


class TestBoxAHairOffAPlateRefusal:
    def test_what_may_be_seen_instead_is_in_the_error(self, boxed_plate, states):
        # 8e-7 of the extent: rays start beyond the plate
        with pytest.warns(AccuracyWarning, match="too near to be told apart: 'floor' and '-z'"):
            view = surface_view(boxed_plate(2.2e-6), "-z", states(), tolerance=5e-3)
        apart = surface_view(boxed_plate(4e-5), "-z", states(), tolerance=5e-3)
        assert share(view, "space")[0] > 0.5  # of which the plate hides more than half
        wrong = np.abs(view.shares - apart.shares)
        assert (wrong <= view.standard_errors + 4 * apart.standard_errors + 1e-6).all()


class TestPlateDrawnTwiceRefusal:
    def test_either_may_be_what_is_seen(self, doubled, states):
        with pytest.warns(AccuracyWarning, match="coincide and look the same way: 'a' and 'b'.*remove one"):
            view = surface_view(doubled, "look", states())
        seen = share(view, "a")[0] + share(view, "b")[0]
        assert seen == pytest.approx(0.19982, abs=0.003)
        assert min(share(view, name)[1] for name in "ab") >= seen  # all of it may be the other's


class TestSeesRefusal:
    def test_unknown_surface_names_the_nearest(self, cube_face, states):
        with pytest.raises(ValueError, match="did you mean 'small'"):
            surface_view(cube_face, "smal", states())

    def test_surface_called_like_the_sky(self, plate, states):
        with pytest.raises(ValueError, match="'sun'; rename"):
            surface_view(plate("sun", [0, 0, 0], [1, 0, 0], [0, 1, 0]), "sun", states())

    def test_numbers(self, cube_face, states):
        with pytest.raises(ValueError, match="tolerance must lie"):
            surface_view(cube_face, "small", states(), tolerance=float("nan"))
        with pytest.raises(ValueError, match="one time, got 2"):
            seen_along(cube_face, "small", np.array([[0, 0, 1.0]]), states(2))
        with pytest.raises(ValueError, match="directions_surface must be finite"):
            seen_along(cube_face, "small", np.array([[0, 0, np.nan]]), states())
