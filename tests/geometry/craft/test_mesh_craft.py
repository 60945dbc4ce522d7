"""A craft from a mesh file: which entry decides what, and the inertia of a shell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geometry import build_craft, load_design
from geometry.craft.mesh_craft import coated, shell_part
from geometry.craft.parameters import MeshCraft, MeshSurface
from geometry.mesh.files import read_mesh, write_mesh
from geometry.mesh.optics import COATINGS, UNCOATED
from geometry.mesh.primitives import Block, Surface, box, rectangle
from geometry.mesh.surface_mesh import concatenate

BLACK, WHITE, GOLD = (COATINGS[n] for n in ("black", "white_paint", "mli_gold"))
OBJ = """\
v 0 0 0
v 4 0 0
v 4 2 0
v 0 2 0
v 0 0 1
v 4 0 1
g wing_1
f 1 2 3 4
g wing_2
f 1 2 6 5
g bus
f 1 4 5
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "plates.obj"
    path.write_text(OBJ)
    return path


@pytest.fixture
def mesh(path):
    return read_mesh(path)


def coatings(mesh):
    return dict(zip(mesh.surface_names, mesh.optics, strict=True))


class TestCoatedLaw:
    def test_what_nothing_matches_is_uncoated_and_one_sided(self, mesh):
        assert coatings(coated(mesh, ())) == dict.fromkeys(("wing_1", "wing_2", "bus"), UNCOATED)
        assert (coated(mesh, ()).back_surface == -1).all()

    def test_last_entry_that_matches_decides(self, mesh):
        entries = (MeshSurface("*", WHITE, two_sided=True), MeshSurface("wing_*", GOLD))
        assert coatings(coated(mesh, entries)) == {
            "wing_1": GOLD,
            "wing_2": GOLD,
            "bus": WHITE,
            "bus.back": WHITE,
        }

    def test_back_lies_on_the_same_triangles(self, mesh):
        both = coated(mesh, (MeshSurface("wing_*", GOLD, two_sided=True),))
        np.testing.assert_array_equal(both.faces, mesh.faces)
        for name in ("wing_1", "wing_2"):
            in_front, _ = both.surface_faces(both.surface_index(name))
            _, behind = both.surface_faces(both.surface_index(f"{name}.back"))
            assert in_front.tolist() == behind.tolist()
        assert "bus.back" not in both.surface_names

    def test_back_has_a_coating_of_its_own_by_its_name(self, mesh):
        entries = (MeshSurface("wing_*", GOLD, two_sided=True), MeshSurface("wing_?.back", WHITE))
        found = coatings(coated(mesh, entries))
        assert found["wing_1"] == GOLD
        assert found["wing_1.back"] == WHITE

    def test_back_follows_its_front_where_nothing_later_names_it(self, mesh):
        found = coatings(coated(mesh, (MeshSurface("*", WHITE), MeshSurface("bus", GOLD, two_sided=True))))
        assert found["bus.back"] == GOLD

    def test_backs_that_the_file_keeps_stay(self, mesh, tmp_path):
        both = coated(mesh, (MeshSurface("wing_1", GOLD, two_sided=True),))
        write_mesh(both, tmp_path / "a.vtp")
        again = coated(
            read_mesh(tmp_path / "a.vtp"), (MeshSurface("w*1", GOLD, True), MeshSurface("*.back", WHITE))
        )
        assert coatings(again) == {"wing_1": GOLD, "wing_2": UNCOATED, "bus": UNCOATED, "wing_1.back": WHITE}


class TestCoatedRefusal:
    def test_pattern_that_matches_nothing(self, mesh):
        with pytest.raises(ValueError, match=r"'wings_\*' matches none of wing_1, wing_2, bus$"):
            coated(mesh, (MeshSurface("wings_*", GOLD),))
        with pytest.raises(ValueError, match=r"'wing_1\.back' matches none"):
            coated(mesh, (MeshSurface("wing_1.back", GOLD),))

    def test_back_whose_name_is_taken(self, path):
        path.write_text(OBJ.replace("wing_2", "wing_1.back"))
        with pytest.raises(
            ValueError, match=r"'wing_1' cannot be two_sided: 'wing_1\.back' is another surface"
        ):
            coated(read_mesh(path), (MeshSurface("wing_1", GOLD, two_sided=True),))


class TestShellPartAnalytic:
    def test_rectangle(self):
        """m/12 (b^2, a^2, a^2 + b^2) about its centre."""
        plate = rectangle((1, 2, 3), (4, 7, 3), "+z", Surface("a", BLACK), columns=3, rows=2)
        part = shell_part("plate", 12.0, plate)
        np.testing.assert_allclose(part.center_m, [2.5, 4.5, 3.0], rtol=1e-14)
        np.testing.assert_allclose(part.inertia_kg_m2, np.diag([25.0, 9.0, 34.0]), atol=1e-12)  # rounding

    def test_hollow_cube(self):
        """Six plates of side a: 5/18 m a^2 about every axis."""
        cube = box(Block((-1, -1, -1), (1, 1, 1)), Surface("a", BLACK))
        inertia = shell_part("cube", 9.0, cube).inertia_kg_m2
        np.testing.assert_allclose(inertia, 5 / 18 * 9.0 * 4.0 * np.eye(3), atol=1e-13)  # rounding


class TestShellPartLaw:
    def test_finer_triangles_change_nothing(self, mesh):
        rough, fine = shell_part("a", 3.0, mesh), shell_part("a", 3.0, mesh.subdivided(0.4))
        np.testing.assert_allclose(fine.center_m, rough.center_m, rtol=1e-13)
        np.testing.assert_allclose(fine.inertia_kg_m2, rough.inertia_kg_m2, atol=1e-13)

    def test_two_shells_add_up_by_area(self):
        """The part of a whole is its two parts with the parallel-axis theorem, as `Craft` sums them."""
        from geometry.craft import Craft

        plates = [
            rectangle((0, 0, z), (2, w, z), "+z", Surface(f"p{z}", BLACK))
            for z, w in ((0.0, 1.0), (3.0, 2.0))
        ]
        whole = concatenate(plates)
        parts = tuple(shell_part("p", m, p) for m, p in zip((1.0, 2.0), plates, strict=True))
        single = shell_part("both", 3.0, whole)
        craft = Craft("both", whole, parts)
        np.testing.assert_allclose(craft.center_of_mass_m, single.center_m, rtol=1e-14)
        np.testing.assert_allclose(craft.inertia_kg_m2, single.inertia_kg_m2, atol=1e-13)


class TestBuildMeshCraftAnalytic:
    def test_design_in_millimetres_with_mass_and_surfaces(self, path, tmp_path):
        (tmp_path / "d.toml").write_text(
            '[craft]\ntype = "mesh"\nfile = "plates.obj"\nunit = "mm"\nmass_kg = 10.0\n'
            '[[craft.surface]]\nname = "wing_*"\ncoating = "white_paint"\ntwo_sided = true\n'
        )
        craft = build_craft(load_design(tmp_path / "d.toml"))
        assert craft.mass_kg == 10.0
        assert craft.name == "d"
        assert craft.array_area_m2 == 0.0
        assert craft.cells is None
        areas = dict(zip(craft.mesh.surface_names, craft.mesh.surface_areas_m2, strict=True))
        assert areas == pytest.approx(
            {"wing_1": 8e-6, "wing_2": 4e-6, "bus": 1e-6, "wing_1.back": 8e-6, "wing_2.back": 4e-6}, rel=1e-12
        )
        assert coatings(craft.mesh)["wing_1.back"].coating == "white_paint"

    def test_numbers_without_a_coating_are_no_named_one(self, path, tmp_path):
        toml = tmp_path / "plates.toml"
        entries = '[[craft.surface]]\nname = "*"\ntwo_sided = true\n'
        entries += '[[craft.surface]]\nname = "bus"\nsolar_absorptance = 0.3\n'
        toml.write_text(f'[craft]\ntype = "mesh"\nfile = "{path.name}"\n{entries}')
        made = coatings(build_craft(load_design(toml)).mesh)
        assert made["bus"] == replace(BLACK, solar_absorptance=0.3, coating="custom")
        assert made["wing_1"] == made["wing_1.back"] == UNCOATED

    def test_mesh_file_alone_is_uncoated_and_weighs_nothing(self, path):
        craft = build_craft(load_design(path))
        assert craft.name == "plates"
        assert craft.parts == ()
        assert set(craft.mesh.optics) == {UNCOATED}
        assert replace(BLACK, coating="uncoated") == UNCOATED  # computed alike

    @pytest.mark.parametrize("detail", ["light", "rich"])
    def test_every_detail_is_the_file(self, path, detail):
        craft = build_craft(MeshCraft(str(path)), detail)
        assert len(craft.mesh.faces) == 5

    def test_export_flies_again_in_the_same_frame(self, tmp_path):
        """GLB turns the craft upright for viewers and back."""
        craft = build_craft(load_design("solar_slice"))
        write_mesh(craft, tmp_path / "a.glb")
        again = build_craft(load_design(tmp_path / "a.glb"))
        # half the span in single precision
        np.testing.assert_allclose(again.mesh.bounds_m, craft.mesh.bounds_m, atol=40 * 2**-23)
        assert set(again.mesh.surface_names) == set(craft.mesh.surface_names)


class TestBuildMeshCraftRefusal:
    def test_file_that_is_missing(self, tmp_path):
        with pytest.raises(ValueError, match="does not exist"):
            build_craft(MeshCraft(str(tmp_path / "a.obj")))

    def test_detail_that_is_none(self, path):
        with pytest.raises(ValueError, match="detail"):
            build_craft(MeshCraft(str(path)), "medium")
