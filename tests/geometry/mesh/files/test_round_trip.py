"""What is written comes back: areas, names, sides, coatings, as far as each format keeps them."""

from __future__ import annotations

import json
import struct
import warnings
from dataclasses import replace

import numpy as np
import pytest
import trimesh

from geometry import build_craft, load_design
from geometry.mesh.files import WRITERS, read_mesh, write_mesh

SINGLE = 2.0**-23  # spacing of single precision, relative
DOUBLE = 1e-14  # a few roundings


@pytest.fixture
def round_trip(tmp_path):
    def there_and_back(mesh, suffix):
        path = tmp_path / f"craft.{suffix}"
        write_mesh(mesh, path)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return read_mesh(path)

    return there_and_back


def assert_same_sides(found, expected, share, extent):
    assert found.keys() == expected.keys()
    for pair, vector in expected.items():
        # corners move by `share` of the extent, an area by that times the length of its sides
        np.testing.assert_allclose(found[pair], vector, atol=4 * share * extent**2, err_msg=str(pair))


class TestRoundTripLaw:
    @pytest.mark.parametrize(("suffix", "share"), [("glb", SINGLE), ("obj", DOUBLE), ("vtp", DOUBLE)])
    def test_every_kind_of_side_comes_back(self, sheet_on_box, seen_sides, round_trip, suffix, share):
        mesh = round_trip(sheet_on_box, suffix)
        assert_same_sides(seen_sides(mesh), seen_sides(sheet_on_box), share, sheet_on_box.extent_m)
        np.testing.assert_allclose(mesh.bounds_m, sheet_on_box.bounds_m, atol=share * sheet_on_box.extent_m)

    @pytest.mark.parametrize("suffix", ["glb", "vtp"])
    def test_coatings_come_back(self, sheet_on_box, round_trip, suffix):
        mesh = round_trip(sheet_on_box, suffix)
        for name, optics in zip(sheet_on_box.surface_names, sheet_on_box.optics, strict=True):
            assert mesh.optics[mesh.surface_index(name)] == optics

    def test_obj_comes_back_black(self, sheet_on_box, round_trip):
        assert {o.coating for o in round_trip(sheet_on_box, "obj").optics} == {"black"}

    def test_vtp_gives_back_every_face_in_its_place(self, sheet_on_box, round_trip):
        mesh = round_trip(sheet_on_box, "vtp")
        np.testing.assert_array_equal(
            mesh.vertices_m[mesh.faces], sheet_on_box.vertices_m[sheet_on_box.faces]
        )
        np.testing.assert_array_equal(mesh.front_surface, sheet_on_box.front_surface)
        np.testing.assert_array_equal(mesh.back_surface, sheet_on_box.back_surface)
        assert mesh.surface_names == sheet_on_box.surface_names

    def test_stl_keeps_all_triangles_their_normals_leaving_their_surface(
        self, sheet_on_box, seen_sides, round_trip
    ):
        mesh = round_trip(sheet_on_box, "stl")
        assert mesh.surface_names == ("craft",)
        total = sum(seen_sides(sheet_on_box).values())
        found = seen_sides(mesh)["craft", "-"]
        np.testing.assert_allclose(found, total, atol=4 * SINGLE * sheet_on_box.extent_m**2)
        assert len(mesh.faces) == len(sheet_on_box.faces)

    @pytest.mark.parametrize("suffix", ["glb", "obj", "vtp"])
    def test_twice_is_as_once(self, sheet_on_box, seen_sides, round_trip, suffix):
        once = round_trip(sheet_on_box, suffix)
        twice = round_trip(once, suffix)
        assert twice.surface_names == once.surface_names
        # a GLB adds the middle of each surface again: one more rounding of doubles
        assert_same_sides(seen_sides(twice), seen_sides(once), SINGLE if suffix == "glb" else DOUBLE, 12.0)

    @pytest.mark.parametrize("preset", ["solar_slice_radiators", "panel_module"])
    @pytest.mark.parametrize("suffix", ["glb", "obj", "vtp"])
    def test_presets_keep_the_area_of_every_surface(self, round_trip, preset, suffix):
        craft = build_craft(load_design(preset))
        mesh = round_trip(craft, suffix)
        areas = dict(zip(mesh.surface_names, mesh.surface_areas_m2, strict=True))
        expected = dict(zip(craft.mesh.surface_names, craft.mesh.surface_areas_m2, strict=True))
        assert areas.keys() == expected.keys()
        for name, area in expected.items():
            # GLB: the thinnest parts are a thousandth of their surface's length
            assert areas[name] == pytest.approx(area, rel=1e-4 if suffix == "glb" else 1e-12)

    @pytest.mark.parametrize("suffix", ["glb", "obj", "vtp"])
    def test_names_may_hold_what_they_like(self, sheet_on_box, round_trip, suffix):
        names = ("bus & <tank>", 'wing "1" front', "Flügel Rückseite", "no_surface")
        mesh = round_trip(replace(sheet_on_box, surface_names=names), suffix)
        assert set(mesh.surface_names) == set(names)


class TestGlbReference:
    """glTF 2.0 as its specification has it; gltf-validator 2.0.0-dev.3.10 found nothing in any preset."""

    @pytest.fixture
    def document(self, sheet_on_box, tmp_path):
        path = tmp_path / "craft.glb"
        write_mesh(sheet_on_box, path)
        data = path.read_bytes()
        size = struct.unpack_from("<I", data, 12)[0]
        return data, json.loads(data[20 : 20 + size]), data[20 + size + 8 :]

    def test_chunks(self, document):
        data, json_part, binary = document
        magic, version, length = struct.unpack_from("<4sII", data)
        assert (magic, version, length) == (b"glTF", 2, len(data))
        assert len(data) % 4 == 0
        assert json_part["buffers"] == [{"byteLength": len(binary)}]

    def test_normals_are_of_length_one_and_limits_are_exact(self, document):
        _, json_part, binary = document
        for mesh in json_part["meshes"]:
            (primitive,) = mesh["primitives"]
            arrays = {}
            for name, number in primitive["attributes"].items():
                accessor = json_part["accessors"][number]
                view = json_part["bufferViews"][accessor["bufferView"]]
                arrays[name] = np.frombuffer(
                    binary, "<f4", 3 * accessor["count"], view["byteOffset"]
                ).reshape(-1, 3)
                if name == "POSITION":
                    assert arrays[name].min(axis=0).tolist() == accessor["min"]
                    assert arrays[name].max(axis=0).tolist() == accessor["max"]
            np.testing.assert_allclose(np.linalg.norm(arrays["NORMAL"], axis=1), 1.0, atol=2 * SINGLE)
            a, b, c = np.moveaxis(arrays["POSITION"].reshape(-1, 3, 3), 1, 0)
            assert (np.einsum("fk,fk->f", np.cross(b - a, c - a), arrays["NORMAL"][::3]) > 0).all()

    def test_extras_tell_area_coating_and_back(self, document):
        nodes = {n["name"]: n for n in document[1]["nodes"]}
        wing = nodes["wing.front"]["extras"]
        assert wing["solar_absorptance"] == 0.92
        assert wing["back_surface"] == "wing.back"
        assert [b["surface"] for b in wing["backs"]] == [None, "wing.back", "patch"]
        assert sum(b["area_m2"] for b in wing["backs"]) == pytest.approx(wing["area_m2"], rel=DOUBLE)
        assert nodes["bus"]["extras"]["area_m2"] == pytest.approx(0.22, rel=DOUBLE)
        materials = document[1]["materials"]
        sided = {
            name: materials[document[1]["meshes"][node["mesh"]]["primitives"][0]["material"]]
            for name, node in nodes.items()
            if "mesh" in node
        }
        assert sided["wing.front"]["doubleSided"]
        assert not sided["bus"]["doubleSided"]
        assert sided["bus"]["name"] == "mli_gold"

    def test_another_program_sees_it_upright_with_the_same_areas(self, sheet_on_box, tmp_path):
        """+Z of the body is +Y of glTF, +Y is -Z."""
        path = tmp_path / "craft.glb"
        write_mesh(sheet_on_box, path)
        scene = trimesh.load_scene(path)
        low, high = sheet_on_box.bounds_m
        expected = [[low[0], low[2], -high[1]], [high[0], high[2], -low[1]]]
        np.testing.assert_allclose(scene.bounds, expected, atol=SINGLE * sheet_on_box.extent_m)
        assert set(scene.graph.nodes_geometry) == {"bus", "wing.front", "patch", "no_surface"}
        assert scene.area == pytest.approx(sheet_on_box.areas_m2.sum(), rel=1e-6)


class TestOtherProgramsReference:
    """trimesh reads the same triangles from what is written."""

    @pytest.mark.parametrize("suffix", ["obj", "stl"])
    def test_area_and_bounds(self, sheet_on_box, tmp_path, suffix):
        path = tmp_path / f"craft.{suffix}"
        write_mesh(sheet_on_box, path)
        other = trimesh.load_mesh(path, process=False)
        assert len(other.faces) == len(sheet_on_box.faces)
        assert other.area == pytest.approx(sheet_on_box.areas_m2.sum(), rel=1e-6)
        np.testing.assert_allclose(other.bounds, sheet_on_box.bounds_m, atol=1e-6)


class TestWriteMeshRefusal:
    def test_unknown_format(self, sheet_on_box, tmp_path):
        with pytest.raises(ValueError, match="format 'gbl' is unknown; did you mean 'glb'"):
            write_mesh(sheet_on_box, tmp_path / "a.glb", "gbl")
        with pytest.raises(ValueError, match="format 'xyz' is unknown"):
            write_mesh(sheet_on_box, tmp_path / "a.xyz")

    @pytest.mark.parametrize("suffix", sorted(set(WRITERS) - {"vtp"}))
    def test_values_where_none_are_kept(self, sheet_on_box, tmp_path, suffix):
        with pytest.raises(ValueError, match="by format 'vtp' only"):
            write_mesh(sheet_on_box, tmp_path / f"a.{suffix}", cell_data={"x": np.zeros(17)})

    def test_nothing_is_left_where_writing_fails(self, sheet_on_box, tmp_path):
        (tmp_path / "a.glb").mkdir()
        with pytest.raises(OSError, match=r"a\.glb"):
            write_mesh(sheet_on_box, tmp_path / "a.glb")
        assert [p.name for p in tmp_path.iterdir()] == ["a.glb"]
