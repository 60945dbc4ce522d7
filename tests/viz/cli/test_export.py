"""`export`: the craft as files, and mesh files as craft, through the front door."""

from __future__ import annotations

import numpy as np
import pytest

from geometry.mesh.files import WRITERS, read_mesh

PLATE = "v -1 -1 0\nv 1 -1 0\nv 1 1 0\nv -1 1 0\ng plate\nf 1 2 3 4\n"


class TestExport:
    @pytest.mark.parametrize("format", sorted(WRITERS))
    def test_file_is_whole_and_alone(self, dawnring, tmp_path, format):
        outcome = dawnring("export", "panel_module", "--format", format, "--json")
        assert outcome.code == 0, outcome.err
        assert [p.name for p in tmp_path.iterdir()] == [f"panel_module.{format}"]
        mesh = read_mesh(tmp_path / f"panel_module.{format}")
        assert outcome.document["schema"] == "dawnring/export/1"
        assert outcome.document["format"] == format
        assert outcome.document["triangles"] == len(mesh.faces)

    def test_suffix_tells_the_format(self, dawnring, tmp_path):
        outcome = dawnring("export", "panel_module", "-o", "a.OBJ")
        assert outcome.code == 0, outcome.err
        assert "a.OBJ" in outcome.err
        assert (tmp_path / "a.OBJ").read_text().startswith("# dawnring")

    def test_rich_holds_more_of_the_same(self, dawnring, tmp_path):
        assert dawnring("export", "panel_module", "-o", "light.vtp").code == 0
        assert dawnring("export", "panel_module", "-o", "rich.vtp", "--detail", "rich").code == 0
        light, rich = (read_mesh(tmp_path / f"{d}.vtp") for d in ("light", "rich"))
        assert len(rich.faces) > 3 * len(light.faces)
        assert set(light.surface_names) <= set(rich.surface_names)

    def test_design_is_followed(self, dawnring, tmp_path):
        line = (
            "export",
            "solar_slice",
            "--set",
            "solar_array.modules_per_wing=2",
            "--set",
            "name=my slice/2",
        )
        assert dawnring(*line, "--format", "obj").code == 0
        mesh = read_mesh(tmp_path / "my_slice_2.obj")
        assert sum(n.endswith(".front") for n in mesh.surface_names if "module" in n) == 4

    def test_mesh_file_becomes_another(self, dawnring, tmp_path):
        (tmp_path / "plate.obj").write_text(PLATE)
        assert dawnring("export", "plate.obj", "-o", "plate.glb", "--unit", "mm").code == 0
        assert read_mesh(tmp_path / "plate.glb").surface_areas_m2.tolist() == [pytest.approx(4e-6)]


class TestExportRefusal:
    @pytest.mark.parametrize(
        ("tokens", "words"),
        [
            ((), ("--format", "glb, stl, obj, vtp")),
            (("--format", "glbb"), ("--format", "'glb'")),
            (("-o", "a.xyz"), (".glb", ".vtp")),
            (("--format", "obj", "-o", "a.glb"), (".obj",)),
            (("-o", "nowhere/a.glb"), ("nowhere", "mkdir")),
            (("-o", "a.glb", "--detail", "medium"), ("--detail",)),
            (("-o", "a.glb", "--set", "solar_array.wings=3"), ("wings",)),
        ],
    )
    def test_one_line_and_no_file(self, dawnring, tmp_path, tokens, words):
        dawnring("export", "solar_slice", *tokens).assert_refused(2, *words)
        assert list(tmp_path.iterdir()) == []

    def test_file_that_exists_stays(self, dawnring, tmp_path):
        (tmp_path / "a.stl").write_text("mine")
        dawnring("export", "panel_module", "-o", "a.stl").assert_refused(2, "--force")
        assert (tmp_path / "a.stl").read_text() == "mine"
        assert dawnring("export", "panel_module", "-o", "a.stl", "--force").code == 0

    @pytest.mark.parametrize(
        ("name", "content", "words"),
        [
            ("a.obj", "v 0 0 0\n", ("a.obj", "no triangles")),
            ("a.stl", "no mesh", ("a.stl", "not an STL file")),
            ("a.glb", "no mesh", ("a.glb", "not a GLB file")),
            ("a.obj", PLATE.replace("-1 1 0", "nan 1 0"), ("line 4",)),
        ],
    )
    def test_mesh_file_that_is_none(self, dawnring, tmp_path, name, content, words):
        (tmp_path / name).write_text(content)
        dawnring("export", name, "-o", "b.vtp").assert_refused(2, *words)
        assert [p.name for p in tmp_path.iterdir()] == [name]

    def test_surface_that_does_not_exist(self, dawnring, tmp_path):
        (tmp_path / "a.obj").write_text(PLATE)
        changes = ("--set", "craft.surface.0.name=lid", "--set", "craft.surface.0.coating=white_paint")
        dawnring("export", "a.obj", "-o", "b.vtp", *changes).assert_refused(2, "'lid'", "plate")


class TestHeatOfMeshAnalytic:
    """A two-sided plate in the Sun: absorptance x area x flux in front, none behind."""

    def test_plate(self, dawnring, tmp_path):
        (tmp_path / "plate.obj").write_text(PLATE)
        changes = [f"craft.surface.0.{c}" for c in ("name=plate", "coating=white_paint", "two_sided=true")]
        changes += ["environment.solar_distance=1au"]
        line = [token for change in changes for token in ("--set", change)]
        outcome = dawnring("heat", "plate.obj", "--steps", "3", *line, "--json")
        assert outcome.code == 0, outcome.err
        surfaces = {s["name"]: s for s in outcome.document["surfaces"]}
        assert set(surfaces) == {"plate", "plate.back"}
        front, back = surfaces["plate"], surfaces["plate.back"]
        np.testing.assert_allclose(
            front["incident_solar_w_m2"], 1361.0, rtol=1e-5
        )  # half the disc's size squared
        np.testing.assert_allclose(
            front["absorbed_solar_w"], 0.15 * 4 * np.array(front["incident_solar_w_m2"])
        )
        assert max(back["incident_solar_w_m2"]) == 0.0

    def test_vtp_of_heat_reads_as_a_mesh_again(self, dawnring, tmp_path):
        (tmp_path / "plate.obj").write_text(PLATE)
        assert dawnring("heat", "plate.obj", "--steps", "3", "-o", "h.vtp").code == 0
        mesh = read_mesh(tmp_path / "h.vtp")
        assert mesh.surface_names == ("plate",)
        assert mesh.surface_areas_m2.tolist() == [4.0]
