"""`export`: every format read back, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from geometry.craft import build_craft
from geometry.design import load_design
from geometry.mesh.files import WRITERS, read_mesh


class TestExport:
    @pytest.mark.parametrize("kind", list(WRITERS))
    def test_file_reads_back_with_the_area_of_the_craft(self, dawnring, tmp_path, kind):
        outcome = dawnring("export", "solar_slice", "-o", f"c.{kind}", "--json")
        mesh = build_craft(load_design("solar_slice")).mesh
        assert outcome.code == 0, outcome.err
        assert outcome.document["triangles"] == len(mesh.faces)
        again = read_mesh(tmp_path / f"c.{kind}")
        # single precision in some formats: 6e-8 of 36 m on each coordinate of parts of some centimetres
        np.testing.assert_allclose(again.areas_m2.sum(), mesh.areas_m2.sum(), rtol=1e-5)
        assert [f.name for f in tmp_path.iterdir()] == [f"c.{kind}"]

    def test_without_output_the_file_has_the_name_of_the_design(self, dawnring, tmp_path):
        line = ("export", "panel_module", "--format", "stl", "--set", "name='my panel/2'")
        assert dawnring(*line).code == 0
        assert [f.name for f in tmp_path.iterdir()] == ["my_panel_2.stl"]
        dawnring(*line).assert_refused(2, "my_panel_2.stl", "--force")

    def test_rich_detail_has_more_triangles(self, dawnring):
        counts = [
            dawnring("export", "panel_module", "-o", f"{d}.glb", "--detail", d, "--json").document[
                "triangles"
            ]
            for d in ("light", "rich")
        ]
        assert counts[1] > 2 * counts[0]

    def test_what_is_written_can_be_flown(self, dawnring):
        assert dawnring("export", "panel_module", "-o", "c.vtp").code == 0
        assert dawnring("heat", "c.vtp", "--steps", "2", "--tolerance", "0.05").code == 0


class TestMeshDesign:
    @pytest.fixture
    def plate(self, tmp_path):
        (tmp_path / "plate.obj").write_text(
            "o front\nv 0 0 0\nv 1000 0 0\nv 1000 1000 0\nv 0 1000 0\nf 1 2 3 4\n"
        )

    def test_unit_of_a_mesh_file(self, dawnring, plate):
        craft = dawnring("show", "plate.obj", "--unit", "mm", "--json").document["craft"]
        assert [s["name"] for s in craft["surfaces"]] == ["front"]
        assert craft["surfaces"][0]["area_m2"] == pytest.approx(1.0)
        assert craft["areal_mass_kg_m2"] is None

    def test_default_coating_is_black_and_can_be_changed(self, dawnring, plate):
        line = ("heat", "plate.obj", "--unit", "mm", "--steps", "2", "--json")
        black = dawnring(*line).document["orbit_mean"][0]
        assert black["absorbed_solar_w"] == pytest.approx(black["incident_solar_w_m2"])
        white = ("--set", "craft.surface.0.name=front", "--set", "craft.surface.0.coating=white_paint")
        mean = dawnring(*line, *white).document["orbit_mean"][0]
        assert mean["absorbed_solar_w"] == pytest.approx(0.15 * mean["incident_solar_w_m2"])

    def test_unit_without_a_mesh_file_is_refused(self, dawnring):
        dawnring("show", "solar_slice", "--unit", "mm").assert_refused(2, "--unit")

    def test_file_that_is_no_mesh(self, dawnring, tmp_path):
        (tmp_path / "bad.stl").write_text("nothing")
        dawnring("show", "bad.stl").assert_refused(2, "bad.stl")
        dawnring("show", "none.obj").assert_refused(2, "none.obj", "does not exist")


class TestExportRefusal:
    @pytest.mark.parametrize(
        ("tokens", "words"),
        [
            ((), ("-o FILE", "--format", "glb")),
            (("-o", "c.step"), (".glb", ".vtp")),
            (("-o", "c"), ("suffix",)),
            (("--format", "gbl"), ("'glb'",)),
            (("--format", "stl", "-o", "c.glb"), (".stl",)),
            (("-o", "c.glb", "--detail", "fine"), ("light", "rich")),
            (("-o", "c.glb", "--set", "ring.satellites_per_plane=900000"), ("too dense",)),
        ],
    )
    def test_one_line_and_no_file(self, dawnring, tmp_path, tokens, words):
        dawnring("export", "solar_slice", *tokens).assert_refused(2, *words)
        assert list(tmp_path.iterdir()) == []
