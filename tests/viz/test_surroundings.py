"""The sky as light: even skies stay even, lobes weigh one, the Earth lights what looks at it."""

from dataclasses import replace

import numpy as np
import pytest

from geometry.mesh.optics import COATINGS
from geometry.mesh.primitives import Surface, rectangle
from geometry.mesh.surface_mesh import concatenate
from viz.camera import Camera
from viz.reflections import UNSEEN, mirrored_parts
from viz.scene import EarthItem, Material, MeshItem, Scene
from viz.surroundings import (
    GALACTIC_POLE,
    ROUGHNESSES,
    _between,
    _blurred,
    _galaxy,
    _lobe,
    directions,
    looked_up,
    surroundings,
)

SUN = np.array([1.0, 0.0, 0.0])
PLACE = np.array([6.9e6, 0.0, 0.0])


def _scene(**changes):
    return Scene(Camera((9.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 1.0)), SUN, **changes)


class TestSurroundingsAnalytic:
    @pytest.mark.parametrize("roughness", [*ROUGHNESSES, None])
    def test_an_even_sky_stays_even(self, roughness):
        even = np.full((256, 512, 3), 0.7)
        for step in (1, 4):
            np.testing.assert_allclose(_blurred(even, roughness, 256, step), 0.7, rtol=1e-12)  # rounding

    def test_half_a_sky_gives_half_its_irradiance_from_the_side(self):
        up = directions(256, 512)
        half = (up[..., 2:] > 0.0) * np.ones(3)
        irradiance = _blurred(half, None, 768, 4)
        for normal, expected in (((0, 0, 1), 1.0), ((1, 0, 0), 0.5), ((0, 0, -1), 0.0)):
            # 768 directions over a jump miss by up to their root share, and a pixel of the map is 7.5 degrees
            assert looked_up(irradiance, np.array(normal, float))[0] == pytest.approx(expected, abs=0.04)

    def test_a_map_is_smooth_between_its_pixels_across_seam_and_poles(self):
        # a field with its largest slope over both, off by the bend of a cosine within a pixel
        slope = np.array([0.6, 0.0, 0.8])
        fine = _between((directions(24, 48) @ slope)[..., None], 4)[..., 0]
        np.testing.assert_allclose(fine, directions(96, 192) @ slope, atol=0.5 * (np.pi / 24) ** 2 / 4 * 2)

    @pytest.mark.parametrize("roughness", [*ROUGHNESSES, None])
    def test_weights_of_a_lobe_sum_to_one(self, roughness):
        lobe = _lobe(roughness, 256)
        assert lobe[:, 3].sum() == pytest.approx(1.0)
        np.testing.assert_allclose(np.linalg.norm(lobe[:, :3], axis=1), 1.0, rtol=1e-12)

    def test_rougher_lobes_are_wider(self):
        widths = [lobe[:, 3] @ lobe[:, 2] for lobe in (_lobe(r, 256) for r in ROUGHNESSES)]
        assert (np.diff(widths) < 0.0).all()


class TestSurroundingsLaw:
    def test_the_sunlit_earth_lights_the_side_that_looks_at_it(self):
        sky = surroundings(_scene(earth=EarthItem()), PLACE)
        below, above = (looked_up(sky.irradiance, s * SUN).mean() for s in (-1.0, 1.0))
        # under the Sun: a Lambert Earth of albedo 0.1 (sea) to 0.6 (cloud) filling 0.84 of the view [C7]
        assert 0.08 < below < 0.5
        assert above < 1e-3 * below

    def test_starlight_keeps_its_mean_and_follows_the_milky_way(self):
        weight = np.sin((np.arange(512) + 0.5) * np.pi / 512)[:, None] * np.ones(1024)
        assert (_galaxy() * weight).sum() / weight.sum() == pytest.approx(1.0, abs=0.05)  # as it says, about
        assert np.linalg.norm(GALACTIC_POLE) == pytest.approx(1.0, abs=1e-6)
        # Sagittarius A* lies in its plane: 266.417 deg, -29.008 deg [Reid2004]
        east, north = np.radians([266.417, -29.008])
        center = np.array([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])
        assert abs(center @ GALACTIC_POLE) < 2e-3  # it stands 0.05 degrees below the plane of 1958

    def test_the_same_sky_is_not_drawn_twice(self):
        scene = _scene(earth=EarthItem())
        assert surroundings(scene, PLACE) is surroundings(_scene(earth=EarthItem()), PLACE)


class TestReflectionsLaw:
    def _item(self, modules):
        plates = [
            rectangle(
                (-3.2, 2.0 + 3.0 * k, 0.0),
                (3.2, 5.0 + 3.0 * k, 0.0),
                "+z",
                Surface(f"module_{k}.front", COATINGS["solar_cell"]),
                Surface(f"module_{k}.back", COATINGS["array_back"]),
            )
            for k in range(modules)
        ]
        mesh = concatenate(plates)
        blue, white = Material((0.0, 0.0, 0.5)), Material((0.7, 0.7, 0.7))
        materials = tuple(blue if n.endswith("front") else white for n in mesh.surface_names)
        return MeshItem(mesh, materials)

    def test_modules_of_a_wing_are_one_mirror_image(self):
        sky = surroundings(_scene(ambient=(0.1, 0.1, 0.1)), PLACE)
        parts = mirrored_parts(self._item(11), np.array([0.0, 0.0, 1.0]), (1.0, 1.0, 1.0), sky)
        assert parts.shape == (1, 5, 3)
        np.testing.assert_allclose(parts[0, 0], [0.0, 18.5, 0.0], atol=1e-9)
        sides = sorted(np.linalg.norm(parts[0, 1:3], axis=1))
        np.testing.assert_allclose(sides, [3.2, 16.5], rtol=1e-9)
        outward = np.cross(parts[0, 1], parts[0, 2])
        front = parts[0, 3 if outward[2] > 0.0 else 4]
        assert front[2] > 0.5  # blue in full Sun
        assert front[0] == 0.0

    def test_the_inner_side_of_a_cover_is_mirrored_by_nothing(self):
        cover = rectangle((-1.0, -1.0, 0.0), (1.0, 1.0, 0.0), "+z", Surface("cover", COATINGS["white_paint"]))
        sky = surroundings(_scene(ambient=(0.1, 0.1, 0.1)), PLACE)
        item = MeshItem(cover, (Material((0.7, 0.7, 0.7)),))
        ((*_, u, v, front, back),) = mirrored_parts(item, np.array([0.0, 0.0, 1.0]), (1.0, 1.0, 1.0), sky)
        outer, inner = (front, back) if np.cross(u, v)[2] > 0.0 else (back, front)
        assert (outer > 0.0).all()
        assert (inner == UNSEEN).all()

    def test_a_gap_keeps_two_wings_apart(self):
        item = self._item(2)
        apart = replace(item, mesh=replace(item.mesh, vertices_m=_moved_upper(item.mesh, 0.5)))
        sky = surroundings(_scene(), PLACE)
        assert len(mirrored_parts(apart, np.array([0.0, 0.0, 1.0]), (1.0, 1.0, 1.0), sky)) == 2


def _moved_upper(mesh, by_m):
    """Vertices with those of the second module moved along y."""
    vertices = mesh.vertices_m.copy()
    second = np.unique(mesh.faces[mesh.centroids_m[:, 1] > 5.0])
    vertices[second, 1] += by_m
    return vertices
