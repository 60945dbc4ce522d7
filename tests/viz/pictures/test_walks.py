"""Films of the stills: the camera eases, keeps clear of the craft, ends or begins where the still stands."""

import re

import numpy as np
import pytest

from geometry.craft import build_craft
from geometry.design import load_design
from geometry.orbit import orbit_states, orbit_times
from geometry.radiation import surface_view
from viz.framing import corners_of
from viz.pictures import exploded, family, films, module, satellite, sees, sheet, shots

FRAMES = 61
SIZE = (1600, 900)


def path(scenes, about_gcrs_m):
    """Places of the cameras (N, 3) and their lines of sight, about a place."""
    eyes = np.array([s.camera.position_gcrs_m - about_gcrs_m for s in scenes])
    return eyes, np.array([s.camera.rotation_camera_from_gcrs[2] for s in scenes])


def assert_eased(scenes):
    """Slow in and out, and nowhere a jump."""
    eyes, lines = path(scenes, scenes[0].meshes[0].position_gcrs_m)
    steps = np.linalg.norm(np.diff(eyes, axis=0), axis=1) / np.linalg.norm(eyes[1:], axis=1)
    steps += np.linalg.norm(np.diff(lines, axis=0), axis=1)
    assert steps.max() > 1e-3
    assert steps[0] < 0.1 * steps.max() > steps[-1]
    # the pace changes by no more than a quarter of the largest from frame to frame
    assert np.abs(np.diff(steps)).max() < 0.25 * steps.max()


def shares_in(camera, item, corners_m):
    """Columns and rows of places on an item in shares of the picture."""
    places = item.position_gcrs_m + corners_m @ item.rotation_gcrs_from_body.T
    pixels, depth = camera.pixels(places, SIZE)
    assert (depth > 0.0).all()
    return (pixels + 0.5) / SIZE


def assert_same_camera(first, second, away):
    """Two cameras within a share of a distance, and a milliradian."""
    np.testing.assert_allclose(first.position_gcrs_m, second.position_gcrs_m, atol=away)
    lines = [c.rotation_camera_from_gcrs[2] for c in (first, second)]
    np.testing.assert_allclose(*lines, atol=1e-3)


@pytest.fixture(params=[(1.0, 0.0), (0.02, 3.0)], ids=["plain", "tiny_far_off"])
def own_design(request, mesh_file_design):
    """A bus with two wings of some size, some way off its origin."""
    return mesh_file_design(*request.param)


class TestRegister:
    def test_every_shot_is_a_film(self):
        assert set(films()) == set(shots())


class TestSatelliteFilmLaw:
    @pytest.fixture
    def tour(self):
        return satellite._Tour(load_design("compute_120kw"), None, "front", None)

    def test_it_comes_round_to_the_still_clear_of_all_parts(self, tour):
        still = satellite.scene(tour.design, detail="light").camera
        assert_same_camera(tour.camera(0.0), still, 1e-6)  # rounding of places 7e6 m from the geocentre
        assert_same_camera(tour.camera(2.0 * np.pi), still, 1e-6)
        mesh = build_craft(tour.design).mesh
        for angle in np.radians(np.arange(0, 360, 10)):
            eye = tour.where.rotation_gcrs_from_body.T @ (
                tour.camera(angle).position_gcrs_m - tour.where.position_gcrs_m
            )
            corners = mesh.subdivided(2.0).vertices_m
            assert np.linalg.norm(corners - eye, axis=1).min() > 2.0

    def test_exposure_passes_from_that_of_one_side_to_that_of_the_other(self, tour):
        exposures = [tour.exposure(tour.camera(a)) for a in np.radians(np.arange(0, 361, 5))]
        assert exposures[0] == pytest.approx(satellite.VIEWS["front"].exposure, rel=0.02)
        assert max(exposures) == pytest.approx(satellite.VIEWS["back"].exposure, rel=0.02)
        assert np.abs(np.diff(np.log(exposures))).max() < 0.2  # in 5 degrees: a seventh of a second at least

    def test_an_own_mesh_is_whole_all_around(self, own_design):
        shadows = satellite.prepared(own_design)
        film = satellite.film(own_design, frames=FRAMES, prepared=shadows)
        scenes = [film(k) for k in range(FRAMES)]
        assert_eased(scenes)
        corners = corners_of(build_craft(own_design).mesh)
        for shown in scenes:
            places = shares_in(shown.camera, shown.meshes[0], corners)
            assert places.min() > 0.03
            assert places.max() < 0.97
        assert scenes[0].meshes[0] is scenes[30].meshes[0]  # shadows are cast once


class TestExplodedFilmLaw:
    def test_pieces_go_from_the_craft_to_where_the_still_has_them(self, own_design):
        film = exploded.film(own_design, frames=FRAMES, shaded=False)
        scenes = [film(k) for k in range(FRAMES)]
        still = exploded.scene(own_design, shaded=False)
        # where the still has them, to the rounding of a sum
        np.testing.assert_allclose(
            scenes[-1].meshes[0].mesh.bounds_m, still.meshes[0].mesh.bounds_m, atol=1e-12
        )
        np.testing.assert_allclose(
            scenes[0].meshes[0].mesh.bounds_m, build_craft(own_design).mesh.bounds_m, atol=1e-12
        )
        extents = np.array([s.meshes[0].mesh.extent_m for s in scenes])
        assert (np.diff(extents) >= -1e-12).all()
        assert not scenes[0].labels
        assert [label.text for label in scenes[-1].labels] == [label.text for label in still.labels]
        assert {label.opacity for label in scenes[-1].labels} == {1.0}
        for shown in scenes:
            places = shares_in(shown.camera, shown.meshes[0], corners_of(shown.meshes[0].mesh))
            assert places.min() > 0.0
            assert places.max() < 1.0

    def test_light_is_that_of_the_whole_and_then_that_of_the_parts(self, own_design):
        film = exploded.film(own_design, frames=FRAMES)
        first, last = film(0).meshes[0], film(FRAMES - 1).meshes[0]
        assert not np.array_equal(first.front_sunlight, last.front_sunlight)
        again = exploded.film(own_design, frames=FRAMES, prepared=exploded.prepared(own_design))
        np.testing.assert_allclose(  # stored in single precision
            again(20).meshes[0].front_ambient, film(20).meshes[0].front_ambient, atol=1e-6
        )

    @pytest.mark.slow
    def test_the_slice_begins_closed_and_ends_as_the_still(self):
        design = load_design("solar_slice")
        film = exploded.film(design, frames=FRAMES, shaded=False)
        still = exploded.scene(design, shaded=False)
        scenes = [film(k) for k in range(FRAMES)]
        assert_eased(scenes[:40])
        assert_same_camera(scenes[-1].camera, still.camera, 0.05)
        height = np.ptp(scenes[0].meshes[0].mesh.bounds_m, axis=0)[2]
        assert height == pytest.approx(
            np.ptp(build_craft(design, detail="rich").mesh.bounds_m[:, 2]), abs=1e-9
        )


class TestFamilyFilmLaw:
    def test_it_begins_at_the_person_and_what_has_come_stays(self):
        film = family.film(load_design("solar_slice"), frames=FRAMES, shaded=False)
        scenes = [film(k) for k in range(FRAMES)]
        assert_eased(scenes)
        still = family.scene(load_design("solar_slice"), shaded=False)
        assert_same_camera(scenes[-1].camera, still.camera, 1e-6)
        seen = np.zeros(len(scenes[0].meshes), bool)
        for shown in scenes:
            inside = np.array([self.is_inside(shown.camera, item) for item in shown.meshes])
            assert (inside | ~seen).all()
            seen |= inside
        assert seen[1:].all()  # all but the sheet on which they stand
        counts = [len(shown.labels) for shown in scenes]
        assert counts == sorted(counts)
        assert counts[0] < 5 < counts[-1] == len(still.labels)
        assert [label.opacity for label in scenes[-1].labels] == [1.0] * len(still.labels)

    @staticmethod
    def is_inside(camera, item):
        places = shares_in(camera, item, corners_of(item.mesh))
        return bool((places > 0.0).all() and (places < 1.0).all())


class TestModuleFilmLaw:
    @pytest.fixture
    def held(self):
        return module._Held(load_design("panel_module"), None, "light")

    def test_all_of_it_is_in_the_picture_on_the_way(self, held):
        for share in np.linspace(0.0, 1.0, 11):
            for thing in held.things:
                places = shares_in(held.on_the_way(share), thing.item, corners_of(thing.item.mesh))
                assert places.min() > 0.01
                assert places.max() < 0.99
        assert_same_camera(held.on_the_way(1.0), held.camera, 1e-6)

    def test_layers_lie_on_each_other_and_come_apart(self, held):
        items = tuple(thing.item for thing in held.things)
        assert held.opened(items, 1.0) is items
        gap = module._gap_m(held.layers, held.size_m)
        thick = module._drawn_thickness_m(held.layers, held.size_m)
        closed = held.opened(items, 0.0)[-1].mesh
        # as high as all layers, and a fiftieth of the gap between any two
        assert np.ptp(closed.bounds_m[:, 2]) == pytest.approx(
            thick.sum() + module.TOUCH * gap * (len(thick) - 1), rel=1e-9
        )
        for k, layer in enumerate(held.layers):
            corners = [
                m.vertices_m[m.faces[m.front_surface == m.surface_index(layer.name)]].reshape(-1, 3)
                for m in (closed, items[-1].mesh)
            ]
            assert np.ptp(corners[0], axis=0) == pytest.approx(np.ptp(corners[1], axis=0), rel=1e-9)
            assert np.ptp(corners[0][:, 2]) == pytest.approx(thick[k], rel=1e-9)


class TestSheetFilmLaw:
    def test_the_person_stays_in_the_picture_while_the_camera_recedes(self):
        film = sheet.film(load_design("gpu_sheet"), frames=FRAMES, shaded=False)
        scenes = [film(k) for k in range(FRAMES)]
        assert_eased(scenes)
        person = scenes[0].meshes[0]
        suit = [k for k, n in enumerate(person.mesh.surface_names) if n in ("suit", "visor")]
        corners = person.mesh.vertices_m[person.mesh.faces[np.isin(person.mesh.front_surface, suit)]]
        for shown in scenes:
            places = shares_in(shown.camera, person, corners.reshape(-1, 3))
            assert places.min() > 0.05
            assert places.max() < 0.95
            eye = person.rotation_gcrs_from_body.T @ (shown.camera.position_gcrs_m - person.position_gcrs_m)
            assert eye[2] > 1.0  # over the cells, m
        assert not scenes[0].dimensions
        assert len(scenes[-1].dimensions) == 2

    def test_any_other_craft_is_whole_all_the_way(self, own_design):
        film = sheet.film(own_design, frames=FRAMES, shaded=False)
        scenes = [film(k) for k in range(FRAMES)]
        assert_eased(scenes)
        for shown in scenes:
            for item in shown.meshes:
                places = shares_in(shown.camera, item, corners_of(item.mesh))
                assert places.min() > 0.0
                assert places.max() < 1.0


class TestSeesFilmLaw:
    DESIGN = load_design(
        "panel_module", ["epoch.start_utc='2027-06-21T12:00:00Z'", "radiation.tolerance=0.003"]
    )

    @pytest.fixture(autouse=True)
    def _small(self, monkeypatch):
        monkeypatch.setattr(sees, "FILM_PIXELS", 120)

    def test_percent_are_those_of_the_moment(self):
        frames, number = 50, 13
        film = sees.film(self.DESIGN, frames=frames, surface="module.back")
        words = film(number).captions[-1].text
        times = orbit_times(self.DESIGN, self.DESIGN.epoch_utc, frames)[[number]]
        states = orbit_states(self.DESIGN, times, satellites=(0,))
        view = surface_view(
            build_craft(self.DESIGN), "module.back", states, self.DESIGN.environment, tolerance=0.003, seed=1
        )
        told = [float(n) for n in re.findall(r"([\d.]+) %", words)]
        # rounded to a tenth; the same rays, and straight lines between 144 times
        np.testing.assert_allclose(told[:3], 100.0 * view.shares[0, :3], atol=0.06)

    def test_shares_change_and_fill_the_hemisphere(self):
        fields = sees.prepared(self.DESIGN, surface="module.back")
        np.testing.assert_allclose(fields["shares"].sum(axis=1), 1.0, atol=1e-12)
        film = sees.film(self.DESIGN, frames=24, surface="module.back", prepared=fields)
        scenes = [film(k) for k in (0, 6, 12)]
        assert len({s.captions[-1].text for s in scenes}) == 3
        lights = [s.plates[0].light for s in scenes]
        assert not np.array_equal(lights[0], lights[1])
        assert all(light.max() > 0.05 for light in lights)
        assert len({tuple(label.text for label in s.labels if "%" in label.text) for s in scenes}) == 1

    def test_an_unknown_surface(self):
        with pytest.raises(ValueError, match=r"module\.back"):
            sees.film(self.DESIGN, frames=10, surface="module.bakc")
