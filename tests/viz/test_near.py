"""Meshes over the far layer: at their pixels, in their light, nearest first."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geometry.mesh.optics import COATINGS
from geometry.mesh.surface_mesh import SurfaceMesh
from viz.camera import Camera
from viz.image import developed
from viz.render import render_scene, scene_light
from viz.scene import Caption, EarthItem, Material, MeshItem, Scene
from viz.theme import EXPOSURE

pytestmark = pytest.mark.image

SIZE = (160, 90)
PLACE = np.array([4.1e6, 5.2e6, 2.0e6])
SUN = np.array([0.0, 0.0, 1.0])
WHITE, GREEN = Material((0.8, 0.8, 0.8), 0.0, 1.0), Material((0.1, 0.6, 0.1), 0.0, 1.0)


def _plate(half=(1.0, 1.0), height=0.0):
    x, y = half
    return SurfaceMesh(
        [[-x, -y, height], [x, -y, height], [x, y, height], [-x, y, height]],
        [[0, 1, 2], [0, 2, 3]],
        [0, 0],
        [1, 1],
        ("front", "back"),
        (COATINGS["white_paint"], COATINGS["black"]),
    )


def _scene(*items, eye=(0.0, -4.0, 6.0), **changes):
    camera = Camera(PLACE + np.array(eye), PLACE, (0.0, 1.0, 0.3), 0.7, changes.pop("shift", (0.0, 0.0)))
    return Scene(camera, SUN, meshes=items, **changes)


class TestNearAnalytic:
    def test_a_white_plate_in_the_sun_is_as_bright_as_its_reflectance(self):
        light = scene_light(_scene(MeshItem(_plate(), (WHITE, GREEN), position_gcrs_m=PLACE)), SIZE)
        # 0.8 of the light of a white plate, less what the Fresnel layer mirrors instead (4 to 8 %)
        assert light[45, 80] == pytest.approx(np.full(3, 0.8), rel=0.09)

    def test_a_plate_stands_where_the_camera_has_it(self):
        plate = MeshItem(_plate(), (WHITE, GREEN), position_gcrs_m=PLACE)
        scene = _scene(plate, shift=(0.2, -0.3), background=(1e4, 1e4, 1e4))
        light = scene_light(scene, SIZE, 4)[..., 1]
        cover = 1.0 - np.clip(light / 1e4, 0.0, 1.0)
        corners = PLACE + np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], float)
        x, y = scene.camera.pixels(corners, SIZE)[0].T
        # area and centre of the projected quadrilateral, by the shoelace formula
        cross = x * np.roll(y, -1) - np.roll(x, -1) * y
        area = 0.5 * cross.sum()
        centre = [((v + np.roll(v, -1)) * cross).sum() / (6.0 * area) for v in (x, y)]
        rows, columns = np.indices(cover.shape)
        # a level edge is found to half of a row of samples, an eighth of a pixel
        assert cover.sum() == pytest.approx(abs(area), rel=0.01)
        assert (cover * columns).sum() / cover.sum() == pytest.approx(centre[0], abs=0.125)
        assert (cover * rows).sum() / cover.sum() == pytest.approx(centre[1], abs=0.125)

    def test_colours_of_values_are_those_of_the_scale(self):
        values = np.array([10.0, 10.0])
        item = MeshItem(
            _plate(), (WHITE, GREEN), position_gcrs_m=PLACE, front_values=values, value_range=(0.0, 20.0),
            color_map="viridis",
        )  # fmt: skip
        import matplotlib

        light = scene_light(_scene(item), SIZE)
        shown = developed(np.broadcast_to(light[45, 80], (16, 16, 3)).copy(), EXPOSURE)
        expected = 255.0 * np.array(matplotlib.colormaps["viridis"](0.5)[:3])
        np.testing.assert_allclose(shown.reshape(-1, 3).mean(axis=0), expected, atol=3.0)


class TestNearLaw:
    def test_front_and_back_of_a_sheet_are_told_apart(self):
        item = MeshItem(_plate(), (WHITE, GREEN), position_gcrs_m=PLACE)
        from_behind = _scene(item, eye=(0.0, -4.0, -6.0), ambient=(0.3, 0.3, 0.3))
        red, green, _ = scene_light(from_behind, SIZE)[45, 80]
        assert green > 2.0 * red

    def test_the_nearer_plate_hides_the_farther_one(self):
        low = MeshItem(_plate(), (WHITE, WHITE), position_gcrs_m=PLACE)
        high = MeshItem(_plate((0.3, 0.3), 1e-3), (GREEN, GREEN), position_gcrs_m=PLACE)
        # a millimetre apart, 7,000 km from the geocentre: no jitter, no fight for depth
        red, green, _ = scene_light(_scene(low, high), SIZE)[45, 80]
        assert green > 3.0 * red

    def test_what_is_not_covered_is_left_as_it_was(self):
        item = MeshItem(_plate((0.2, 0.2)), (WHITE, WHITE), position_gcrs_m=PLACE)
        with_mesh, without = (
            _scene(item, earth=EarthItem(), stars=True),
            _scene(earth=EarthItem(), stars=True),
        )
        there, bare = scene_light(with_mesh, SIZE), scene_light(without, SIZE)
        assert (there[:, :60] == bare[:, :60]).all()
        assert (there[45, 80] != bare[45, 80]).all()

    def test_one_window_serves_many_pictures(self):
        item = MeshItem(_plate(), (WHITE, GREEN), position_gcrs_m=PLACE)
        first = render_scene(_scene(item), SIZE)
        render_scene(_scene(item), (64, 64))
        assert (render_scene(_scene(item), SIZE) == first).all()


class TestTilesLaw:
    def test_a_picture_by_tiles_is_that_drawn_whole(self, monkeypatch):
        plate = MeshItem(_plate((2.0, 1.0)), (WHITE, GREEN), position_gcrs_m=PLACE)
        scene = _scene(plate, shift=(0.3, -0.2), ambient=(0.1, 0.2, 0.3))
        whole = render_scene(scene, SIZE)
        monkeypatch.setattr("viz.near.TILE", 37)
        # samples fall on the same places to rounding: one code
        assert np.abs(render_scene(scene, SIZE).astype(int) - whole).max() <= 1

    @pytest.mark.parametrize("eye", [(0.0, -4.0, 6.0), (9.0, -24.0, 16.0), (0.3, -0.5, 0.9)])
    def test_nothing_is_drawn_outside_of_the_part_that_meshes_reach(self, eye, monkeypatch):
        plate = MeshItem(
            _plate((0.4, 0.7)), (WHITE, GREEN), position_gcrs_m=PLACE + np.array([0.9, 0.3, 0.2])
        )
        scene = _scene(plate, eye=eye, shift=(-0.3, 0.4), ambient=(0.1, 0.2, 0.3))
        part = render_scene(scene, SIZE)
        monkeypatch.setattr("viz.near._reached", lambda _scene, size: (0, 0, *size))
        assert np.abs(render_scene(scene, SIZE).astype(int) - part).max() <= 1  # as for tiles

    @pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no such count of memory")
    def test_pictures_leave_no_memory_behind(self):
        scene = _scene(MeshItem(_plate((2.0, 1.0)), (WHITE, GREEN), position_gcrs_m=PLACE))

        def resident():
            return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

        scene_light(scene, (400, 400))
        before = resident()
        for _ in range(20):
            scene_light(scene, (400, 400))
        # the samples of one are 10 MB, which would come to 200
        assert resident() - before < 60e6

    @pytest.mark.parametrize("aside", [(60.0, 0.0, 0.0), (0.0, 80.0, 0.0), (0.0, 0.0, 90.0)])
    def test_meshes_out_of_view_draw_nothing(self, aside):
        plate = MeshItem(_plate((0.4, 0.7)), (WHITE, GREEN), position_gcrs_m=PLACE + np.array(aside))
        scene = _scene(plate, ambient=(0.1, 0.2, 0.3))
        np.testing.assert_array_equal(scene_light(scene, SIZE), scene_light(replace(scene, meshes=()), SIZE))

    def test_transparent_over_black_is_the_picture(self):
        plate = MeshItem(_plate(), (WHITE, GREEN), position_gcrs_m=PLACE)
        scene = _scene(plate)
        picture = render_scene(scene, SIZE, transparent=True)
        assert picture.shape == (90, 160, 4)
        assert picture[45, 80, 3] == 255
        assert picture[2, 2, 3] <= 2  # the lens spreads a little light everywhere
        over_black = picture[..., :3].astype(float) * picture[..., 3:] / 255.0
        np.testing.assert_allclose(over_black, render_scene(scene, SIZE), atol=2.0)

    def test_paper_is_white_and_its_words_are_dark(self):
        plate = MeshItem(_plate(), (WHITE, GREEN), position_gcrs_m=PLACE)
        scene = _scene(plate, captions=(Caption("a plate", "top_left", 0.2),))
        picture = render_scene(scene, SIZE, look="light")
        assert picture[80, 5].min() > 250
        assert picture[:30, :80].min() < 60
