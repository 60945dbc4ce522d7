"""Craft from mesh files in every picture: of any size, anywhere about their origin, without coatings."""

import numpy as np
import pytest

from geometry.craft import build_craft
from geometry.design import load_design
from geometry.mesh.optics import COATINGS
from geometry.mesh.primitives import Block, Surface, box
from geometry.mesh.surface_mesh import concatenate
from viz.framing import corners_of
from viz.outlines import outlines
from viz.pictures import exploded, family, heat_loads, ride, satellite, sheet
from viz.pictures._apart import NAME_LENGTH, pulled_apart, shortened
from viz.render import render_scene
from viz.titles import length_text

PLACES = {"plain": (1.0, 0.0), "far_off": (1.0, 40.0), "tiny": (0.007, 0.0), "huge": (143.0, 0.0)}


@pytest.fixture(params=PLACES)
def own_design(request, mesh_file_design):
    """A bus with two wings of some size, some way off its origin."""
    return mesh_file_design(*PLACES[request.param])


def shares_in(scene, item, corners_m):
    """Columns and rows of places on an item in shares of the picture."""
    places = item.position_gcrs_m + corners_m @ item.rotation_gcrs_from_body.T
    pixels, depth = scene.camera.pixels(places, (1600, 900))
    assert (depth > 0.0).all()
    return (pixels + 0.5) / (1600.0, 900.0)


class TestSatelliteLaw:
    @pytest.mark.parametrize("view", satellite.VIEWS)
    def test_all_of_it_is_in_the_picture_and_fills_it(self, own_design, view):
        scene = satellite.scene(own_design, view=view)
        shares = shares_in(scene, scene.meshes[0], corners_of(build_craft(own_design).mesh))
        assert (shares > 0.04).all()
        assert (shares < 0.96).all()
        assert shares[:, 1].max() < 0.84  # above the captions
        assert np.ptp(shares, axis=0).max() > 0.7

    def test_captions_say_what_is_known(self, own_design):
        words = " ".join(c.text for c in satellite.scene(own_design).captions)
        assert "kg" not in words
        assert "m²" not in words
        assert " 0 m" not in words
        assert "no coatings given" in words


def assert_all_is_in(scene):
    """Every place of every mesh, and both ends of every length, in the picture."""
    for item in scene.meshes:
        shares = shares_in(scene, item, corners_of(item.mesh))
        assert (shares > 0.0).all()
        assert (shares < 1.0).all()
    ends = np.array([[d.start_gcrs_m, d.end_gcrs_m] for d in scene.dimensions]).reshape(-1, 3)
    pixels, depth = scene.camera.pixels(ends, (1600, 900))
    assert (depth > 0.0).all()
    assert (pixels > 0.0).all()
    assert (pixels < (1600, 900)).all()


class TestSheetLaw:
    def test_craft_person_and_lengths_are_in_the_picture(self, own_design):
        scene = sheet.scene(own_design, shaded=False)
        assert_all_is_in(scene)
        size = np.sort(np.ptp(build_craft(own_design).mesh.bounds_m, axis=0))[::-1]
        ends = np.array([[d.start_gcrs_m, d.end_gcrs_m] for d in scene.dimensions])
        # a metre about seven million from the origin has rounding of 1e-9
        np.testing.assert_allclose(np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1), size[:2], atol=1e-8)
        assert [label.text for label in scene.labels] == ["person, 1.75 m"] * int(1.0 < size[0] < 300.0)

    @pytest.mark.parametrize("preset", ["panel_module", "broadband_28kw", "solar_slice_radiators"])
    def test_every_preset_is_whole(self, preset):
        assert_all_is_in(sheet.scene(load_design(preset), shaded=False))


class TestExplodedLaw:
    def test_all_of_it_is_in_the_picture_and_named(self, own_design):
        scene = exploded.scene(own_design, shaded=False)
        assert_all_is_in(scene)
        named = [label.text.split(",")[0] for label in scene.labels]
        assert sorted(named) == ["bus", "wing_left", "wing_right"]

    def test_pieces_keep_their_shape_and_come_apart(self):
        white = COATINGS["white_paint"]
        parts = [
            box(Block((x, 0.0, 0.0), (x + 1.0, 1.0, 1.0)), Surface(name, white))
            for x, name in ((0.0, "pair"), (1.5, "pair"), (2.5, "one"))
        ]
        mesh = concatenate(parts)
        apart = pulled_apart(mesh)
        assert (apart.names, apart.pieces.tolist()) == (("one", "pair"), [1, 2])
        np.testing.assert_allclose(apart.areas_m2, [6.0, 12.0])
        np.testing.assert_allclose(apart.mesh.areas_m2, mesh.areas_m2)
        # the middle of all is at 1.75; those of the cubes at 0.5, 2.0 and 3.0 move 0.8 of their way from it
        lows = [apart.mesh.vertices_m[apart.mesh.faces[12 * k : 12 * k + 12], 0].min() for k in range(3)]
        np.testing.assert_allclose(lows, [0.0 - 0.8 * 1.25, 1.5 + 0.8 * 0.25, 2.5 + 0.8 * 1.25])

    def test_long_names_keep_what_tells_them_apart(self):
        names = [f"payload_deck_assembly_number_{k:03d}_with_a_long_name" for k in range(300)]
        told = shortened(names)
        assert len(set(told)) == 300
        assert max(map(len, told)) <= NAME_LENGTH
        assert told[17] == "payload_deck_assemb…017…"
        assert shortened(["wing", "wing_left"]) == ["wing", "wing_left"]


class TestOtherPicturesLaw:
    def test_ride_has_the_satellite_before_the_camera(self, own_design):
        scene = ride.scene(own_design, detail="light", satellites_per_plane=1000)
        shares = shares_in(scene, scene.meshes[0], corners_of(build_craft(own_design).mesh))
        assert ((shares > 0.0) & (shares < 1.0)).all(axis=1).mean() > 0.3  # its wings may leave the picture

    def test_the_family_has_it_left_of_the_person_where_it_fits(self, own_design):
        scene = family.scene(own_design, shaded=False)
        span = float(np.ptp(build_craft(own_design).mesh.bounds_m, axis=0).max())
        words = [label.text for label in scene.labels]
        told = f"own, {length_text(span)}"
        assert (told in words) == (span < 250.0)
        assert (f"{told}, is too large for it" in scene.captions[1].text) == (span > 250.0)
        if told in words:
            own = next(m for m in scene.meshes if m.mesh.surface_names[0].startswith("own/"))
            shares = shares_in(scene, own, corners_of(own.mesh))
            assert (shares > 0.02).all()
            assert shares[:, 0].max() < 0.25

    def test_loads_stand_clear_of_their_scales(self, mesh_file_design):
        scene = heat_loads.scene(mesh_file_design(*PLACES["far_off"]), mean=False, rays_per_face=64)
        panels = [item for item in scene.meshes if item.value_label]
        for item, bar in zip(panels, scene.scalar_bar, strict=True):
            x, y = shares_in(scene, item, item.mesh.vertices_m).T
            left, top = bar.place[0] - 0.5 * bar.length * 9.0 / 16.0, bar.place[1]
            assert y[x >= left].max(initial=0.0) < top - 0.033  # a line of words stands over the scale
            assert 0.02 < x.min() < x.max() < 0.98
            assert y.min() > top - 0.15  # below the numbers of the scale above, 0.19 higher

    def test_heat_has_edges_that_bound_it(self, own_design):
        mesh = build_craft(own_design).mesh
        edges = outlines(mesh, 1e-3 * mesh.extent_m, 1e-3 * mesh.extent_m)
        assert len(edges.faces) == 3 * 12 * 2 * 2 * 2  # boxes; edges of two faces each, seen from both sides
        np.testing.assert_allclose(edges.bounds_m, mesh.bounds_m, atol=2e-3 * mesh.extent_m)

    def test_a_preset_stands_in_the_family_once(self):
        six = load_design("solar_slice", overrides=["orbit.ltan_h=6.0"])  # mirrored
        words = [label.text for label in family.scene(six, shaded=False).labels]
        assert sum("solar slice, 72 m" in w for w in words) == 1


@pytest.mark.image
class TestOwnMeshesDrawn:
    def test_bare_surfaces_are_grey_in_the_sun(self, own_design):
        drawn = render_scene(satellite.scene(own_design, captions=False), (192, 108), 1).astype(int)
        grey = (drawn.min(axis=2) > 120) & (np.ptp(drawn, axis=2) < 24)
        assert 0.05 < grey.mean() < 0.4  # both wings and the front of the bus
