"""The film of an orbit's heat: its loads are those of the orbit, its scales stand, its words tell."""

import numpy as np
import pytest

from geometry.craft import build_craft
from geometry.design import load_design
from geometry.orbit import orbit_states, orbit_times
from geometry.radiation import face_loads
from viz.film_job import FilmJob, with_prepared
from viz.pictures import _flux, heat
from viz.pictures._flux import MOST_FACES, FluxAround, cut_mesh, fluxes_around

# June: this orbit passes through the umbra
DESIGN = load_design("solar_slice", ["epoch.start_utc='2027-06-21T12:00:00Z'"])
STEPS = 12


@pytest.fixture(scope="module", autouse=True)
def _uncut():
    """The mesh of the analysis as it is: cut finer, rays would take a minute."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (heat, _flux):
            patch.setattr(module, "cut_mesh", lambda design: build_craft(design).mesh)
        yield


@pytest.fixture(scope="module")
def fields(_uncut):
    return fluxes_around(DESIGN, DESIGN.epoch_utc, "total", 64, STEPS)


class TestFluxLaw:
    def test_at_its_times_it_is_the_load_of_the_orbit(self, fields):
        around = FluxAround(**{**fields, "standard_error_w_m2": 0.0})
        times = orbit_times(DESIGN, DESIGN.epoch_utc, STEPS)
        states = orbit_states(DESIGN, times, satellites=(0,))
        loads = face_loads(build_craft(DESIGN).mesh, states, DESIGN.environment, rays_per_face=64, seed=1)
        lit = states.sunlit_fraction[0]
        assert (lit == 0.0).any()
        assert (lit == 1.0).any()
        for k in range(STEPS):
            expected = loads.absorbed_w_m2[:, :, k].sum(axis=1)
            # float32
            np.testing.assert_allclose(around.at(around.times_s[k], lit[k]), expected, rtol=2e-6, atol=1e-3)

    def test_the_shadow_cuts_sunlight_when_it_comes_not_between_two_times(self):
        sun, rest = np.full((2, 3, 1), 1000.0), np.array([[[40.0], [60.0], [40.0]]] * 2)
        around = FluxAround(np.array([0.0, 100.0, 200.0]), sun, rest, 0.0)
        assert around.at(50.0, 1.0)[0, 0] == pytest.approx(1050.0)
        assert around.at(50.0, 0.25)[0, 0] == pytest.approx(300.0)
        assert around.at(150.0, 0.0)[1, 0] == pytest.approx(50.0)
        assert around.most_w_m2.max() == pytest.approx(1060.0)


class TestFilmLaw:
    def test_scales_stand_while_the_flux_changes(self, fields):
        film = heat.film(DESIGN, frames=48, prepared=fields)
        states = orbit_states(DESIGN, orbit_times(DESIGN, DESIGN.epoch_utc, 48), satellites=(0,))
        lit = states.sunlit_fraction[0]
        day, night = film(int(np.argmax(lit == 1.0))), film(int(np.argmax(lit == 0.0)))
        assert day.scalar_bars == night.scalar_bars
        bright, dark = (np.nanmax(s.meshes[0].front_values) for s in (day, night))
        assert bright > 1000.0
        assert dark < 0.3 * bright
        assert bright <= day.scalar_bars[0].value_range[1]
        assert "in full sunlight" in day.captions[1].text
        assert "in umbra" in night.captions[1].text

    def test_the_craft_lies_still_in_the_picture(self, fields):
        film = heat.film(DESIGN, frames=48, prepared=fields)
        for number in (0, 11, 30, 47):
            shown = film(number)
            item = shown.meshes[0]
            places, _ = shown.camera.pixels(
                item.position_gcrs_m + item.mesh.vertices_m @ item.rotation_gcrs_from_body.T, (1280, 720)
            )
            if number == 0:
                first = places
            np.testing.assert_allclose(places, first, atol=0.01)

    def test_the_film_prepares_once_and_takes_up_what_lies_there(self, tmp_path, monkeypatch, fields):
        made = []
        monkeypatch.setattr(heat, "prepared", lambda *_a, **_o: made.append(1) or fields)
        job = FilmJob(DESIGN, "heat", DESIGN.epoch_utc, 48, (320, 180), 24, "ffmpeg")
        jobs = [with_prepared(job, heat, tmp_path) for _ in range(2)]
        assert len(made) == 1
        frames = [j.scenes()(5).meshes[0].front_values for j in jobs]
        np.testing.assert_array_equal(frames[0], frames[1])
        assert [f.name for f in tmp_path.iterdir()] == ["prepared.npz"]


class TestFilmRefusal:
    def test_an_unknown_load(self):
        with pytest.raises(ValueError, match="load 'sun' is unknown"):
            heat.film(DESIGN, frames=10, load="sun")


class TestCutMeshLaw:
    def test_a_single_plate_takes_no_more_faces_than_any_craft(self):
        mesh = cut_mesh(load_design("panel_module"))
        # halving by edges comes out within a third of the number that the lengths were made for
        assert 0.67 * MOST_FACES < len(mesh.faces) < 1.33 * MOST_FACES
