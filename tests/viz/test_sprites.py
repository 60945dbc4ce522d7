"""Satellites from mesh to sprite to point: the same light, in their places, lit as they are."""

from dataclasses import replace

import numpy as np
import pytest

from geometry.craft import build_craft
from geometry.design import load_design
from geometry.mesh.optics import UNCOATED, OpticalProperties
from geometry.mesh.primitives import Block, Surface, box, revolved
from geometry.mesh.surface_mesh import SurfaceMesh
from viz.camera import Camera
from viz.coatings import material_of
from viz.render import scene_layers, scene_light
from viz.scene import EarthItem, Material, MeshItem, SatellitesItem
from viz.sprites import MESH_PIXELS, near_members, sprite_parts, step_up
from viz.staging import craft_materials, stage

DESIGN = load_design("solar_slice")
CRAFT = build_craft(DESIGN)
ITEM = MeshItem(CRAFT.mesh, craft_materials(DESIGN, CRAFT))
WHERE = stage(DESIGN, satellite=0)
SIZE = (320, 180)
WAYS = [(-0.6, 0.5, 0.6), (-0.9, 0.3, -0.5), (0.2, 0.1, 1.0)]


def _scene(way, distance_m, *, lit=1.0, lift=0.0, ambient=(0.02, 0.03, 0.05)):
    camera = WHERE.camera(distance_m * np.array(way) / np.linalg.norm(way), view_angle_rad=0.2)
    item = SatellitesItem(ITEM, WHERE.position_gcrs_m[None], WHERE.rotation_gcrs_from_body[None], [lit], lift)
    return replace(WHERE.sky(ambient), camera=camera, stars=False, sun=False, earth=None, satellites=(item,))


def _intensity(scene):
    """Light summed over the picture, as radiance times m2, (3,)."""
    total = scene_light(scene, SIZE).sum(axis=(0, 1), dtype=float)  # nothing else shines here
    distance = np.linalg.norm(scene.camera.position_gcrs_m - WHERE.position_gcrs_m)
    return total * (distance / scene.camera.pixels_per_tangent(SIZE)) ** 2


def _distance(pixels):
    return sprite_parts(ITEM).size_m * _scene(WAYS[0], 1e3).camera.pixels_per_tangent(SIZE) / pixels


class TestPlatesAnalytic:
    def test_a_box_of_one_surface_has_its_six_sides(self):
        mesh = box(Block((1.0, 2.0, 3.0), (3.0, 3.0, 7.0)), Surface("hull", UNCOATED))
        parts = sprite_parts(MeshItem(mesh, (material_of(UNCOATED),)))
        assert sorted(parts.look[:, 0, 9]) == pytest.approx([2.0, 2.0, 4.0, 4.0, 8.0, 8.0])

    def test_a_ball_shows_its_disc_on_every_side(self):
        polar = np.linspace(0.0, np.pi, 41)
        profile = np.column_stack([np.sin(polar), -np.cos(polar)])
        profile[[0, -1], 0] = 0.0
        mesh = revolved(profile, Surface("ball", UNCOATED), sides=48)
        parts = sprite_parts(MeshItem(mesh, (material_of(UNCOATED),)))
        # the disc of the ball, pi m2; facets of 4 and 7 degrees leave out half a percent
        assert parts.look[:, :, 9] == pytest.approx(np.full((3, 2), np.pi), rel=0.01)
        assert (parts.look[:, :, 0] > 0.1).all()  # grey on both sides


class TestLightLaw:
    @pytest.mark.parametrize("way", WAYS)
    def test_sprite_and_point_give_the_same_light(self, way):
        # a Gaussian on a lattice sums to its integral within 1.4 % along each axis; slices of rows are cut at
        # their middles, another 2 % where all of the sprite is a pixel wide
        light = np.array([_intensity(_scene(way, _distance(p))) for p in np.geomspace(0.6, 60.0, 6)])
        np.testing.assert_allclose(light, np.broadcast_to(light[0], light.shape), rtol=0.06)

    @pytest.mark.image
    @pytest.mark.slow
    @pytest.mark.parametrize("way", WAYS[::2])
    def test_nothing_pops_on_the_way_in(self, way):
        pixels = np.geomspace(60.0, 160.0, 8)
        light = np.array([_intensity(_scene(way, _distance(p))) for p in pixels])
        # at the edges of a fading mesh its cover and the sprite's are taken for independent, 5 %; within, the
        # mean of a material stands for its parts
        assert np.abs(np.diff(np.log(light), axis=0)).max() < 0.05
        assert light.max(axis=0) / light.min(axis=0) == pytest.approx(np.ones(3), abs=0.10)

    def test_a_dark_satellite_has_only_the_light_of_the_sky(self):
        lit, dark = (_intensity(_scene(WAYS[2], 2e5, lit=x)) for x in (1.0, 0.0))
        assert (dark > 0.0).all()
        assert (dark < 0.2 * lit).all()
        assert _intensity(_scene(WAYS[2], 2e5, lit=0.0, ambient=(0.0, 0.0, 0.0))) == pytest.approx(0.0)

    def test_it_is_brighter_the_more_of_it_faces_the_eye(self):
        # from behind, the array is seen at cosines of 0.3 and 0.9: a sky that is even lights it evenly
        sky = (0.03, 0.03, 0.03)
        slant, full = (_intensity(_scene((x, 0.0, -1.0), 2e5, lit=0.0, ambient=sky))[1] for x in (3.0, 0.5))
        # the Fresnel part and the wall, which does not turn with it, blur the ratio of the cosines
        assert slant / full == pytest.approx((1 / 10**0.5) / (1 / 1.25**0.5), rel=0.25)

    def test_lifted_points_follow_the_scale_of_stars(self):
        # a hundred times as far: ten magnitudes, of which theme.STAR_POWER is shown
        near, far = (_intensity(_scene(WAYS[0], d, lift=1.0)) / d**2 for d in (3e6, 3e8))
        assert near[1] / far[1] == pytest.approx(10.0 ** (0.4 * 0.62 * 10.0), rel=0.02)
        assert _intensity(_scene(WAYS[0], _distance(3.0), lift=1.0)) == pytest.approx(
            _intensity(_scene(WAYS[0], _distance(3.0)))
        )


class TestBodyLaw:
    """Crafts without a large rectangle: what they show along their axes serves."""

    def test_an_octahedron_has_a_sprite(self):
        corners = 3.0 * np.concatenate([np.eye(3), -np.eye(3)])
        faces = [(0, 1, 2), (1, 3, 2), (3, 4, 2), (4, 0, 2), (1, 0, 5), (3, 1, 5), (4, 3, 5), (0, 4, 5)]
        one = np.zeros(8, int)
        mesh = SurfaceMesh(corners, faces, one, one - 1, ("body",), (OpticalProperties(0.5, 0.5),))
        parts = sprite_parts(MeshItem(mesh, (Material(),)))
        assert len(parts.frame) >= 3
        assert parts.look[..., 9].max() > 0.0

    def test_a_plate_behind_which_electronics_lie_has_both_its_sides(self):
        design = load_design("panel_module")
        craft = build_craft(design)
        parts = sprite_parts(MeshItem(craft.mesh, craft_materials(design, craft)))
        assert parts.look[:, 0, 9].max() == pytest.approx(20.0, rel=0.1)  # m2, and what stands out
        assert set(parts.look[:, :, 8].ravel()) == {1.0}


class TestPlaceLaw:
    def test_a_sprite_stands_where_the_camera_has_it(self):
        scene = _scene((0.3, 0.2, 1.0), _distance(30.0))
        light = scene_light(scene, SIZE)[..., 1].astype(float)
        light -= scene_light(replace(scene, satellites=()), SIZE)[..., 1]
        rows, columns = np.indices(light.shape)
        place = scene.camera.pixels(WHERE.position_gcrs_m[None], SIZE)[0][0]
        centre = [(light * columns).sum() / light.sum(), (light * rows).sum() / light.sum()]
        assert centre == pytest.approx(place, abs=0.6)  # bus and wall are not in the middle

    def test_the_earth_hides_them(self):
        far = -WHERE.position_gcrs_m
        item = SatellitesItem(ITEM, far[None], WHERE.rotation_gcrs_from_body[None], [1.0], 1e4)
        camera = Camera(3.0 * WHERE.position_gcrs_m, np.zeros(3))
        scene = replace(WHERE.sky(), camera=camera, stars=False, sun=False, satellites=(item,))
        hidden = scene_light(scene, SIZE)
        np.testing.assert_array_equal(hidden, scene_light(replace(scene, satellites=()), SIZE))
        assert isinstance(scene.earth, EarthItem)
        shown = scene_light(replace(scene, earth=None), SIZE)
        assert shown.max() > 0.0

    def test_a_sprite_hides_what_is_behind_it_as_far_as_it_covers(self):
        scene = _scene(WAYS[2], _distance(60.0))
        bare = replace(scene, satellites=(), background=(1.0, 1.0, 1.0))
        behind = scene_light(replace(scene, background=(1.0, 1.0, 1.0)), SIZE)
        alone = scene_light(scene, SIZE)
        passed = scene_layers(scene, SIZE)[1]
        assert passed.min() < 0.5
        np.testing.assert_allclose(behind, alone + passed[..., None] * scene_light(bare, SIZE), atol=1e-5)

    def test_few_are_meshes(self):
        place = WHERE.position_gcrs_m + np.outer([0.0, 2e3, 1e4], WHERE.rotation_gcrs_from_body[:, 0])
        item = SatellitesItem(ITEM, place, np.stack([WHERE.rotation_gcrs_from_body] * 3), np.ones(3))
        scene = replace(_scene(WAYS[0], _distance(200.0)), satellites=(item,))
        chosen, shares = near_members(item, scene, SIZE)
        assert list(chosen) == [0]
        assert shares == pytest.approx([1.0])
        assert step_up(np.array(MESH_PIXELS), MESH_PIXELS) == pytest.approx([0.0, 1.0])
