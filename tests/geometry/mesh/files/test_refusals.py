"""Mesh files that are refused, with the place named."""

from __future__ import annotations

import re
import struct

import numpy as np
import pytest

from geometry.mesh.files import assembly, read_mesh, write_mesh

TRIANGLE = "v 0 0 0\nv 1 0 0\nv 0 1 0\n"
PLY = "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\n"
PLY_FACE = "element face 1\nproperty list uchar int vertex_indices\nend_header\n"
PLY_POINTS = "0 0 0\n1 0 0\n0 1 0\n"


def refused(path, content, match):
    path.write_text(content) if isinstance(content, str) else path.write_bytes(content)
    with pytest.raises(ValueError, match=match) as refusal:
        read_mesh(path)
    assert str(path) in str(refusal.value)


class TestReadMeshRefusal:
    def test_missing_file(self, tmp_path):
        with pytest.raises(ValueError, match=r"plate\.obj' does not exist"):
            read_mesh(tmp_path / "plate.obj")

    @pytest.mark.parametrize("name", ["a.step", "a"])
    def test_unknown_suffix(self, tmp_path, name):
        refused(tmp_path / name, "", r"must end in one of \.obj, \.glb, \.stl, \.ply, \.vtp, got")

    @pytest.mark.parametrize("unit", [0.0, -1.0, np.nan, np.inf])
    def test_unit_that_is_none(self, tmp_path, unit):
        with pytest.raises(ValueError, match="metres_per_unit"):
            read_mesh(tmp_path / "a.obj", metres_per_unit=unit)

    @pytest.mark.parametrize("suffix", ["obj", "glb", "stl", "ply", "vtp"])
    @pytest.mark.parametrize("content", [b"", b"Dear reader,\nthis is a letter.\n", bytes(range(256)) * 8])
    def test_file_that_is_something_else(self, tmp_path, suffix, content):
        what = "no triangles" if suffix == "obj" and not content else f"not an? {suffix.upper()} file"
        refused(tmp_path / f"a.{suffix}", content, what)

    @pytest.mark.parametrize(
        ("suffix", "as_suffix"), [("glb", "stl"), ("stl", "glb"), ("vtp", "ply"), ("obj", "vtp")]
    )
    def test_file_of_another_kind(self, tmp_path, sheet_on_box, suffix, as_suffix):
        write_mesh(sheet_on_box, tmp_path / "a", suffix)
        refused(
            tmp_path / f"b.{as_suffix}", (tmp_path / "a").read_bytes(), f"not an? {as_suffix.upper()} file"
        )

    @pytest.mark.parametrize("suffix", ["glb", "stl", "vtp"])
    @pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
    def test_file_that_is_cut_off(self, tmp_path, sheet_on_box, suffix, share):
        write_mesh(sheet_on_box, tmp_path / "a", suffix)
        data = (tmp_path / "a").read_bytes()
        refused(tmp_path / f"b.{suffix}", data[: int(share * len(data))], "cut off")

    @pytest.mark.parametrize(
        ("suffix", "content"),
        [
            ("obj", TRIANGLE),
            ("stl", "solid empty\nendsolid\n"),
            ("ply", PLY + "end_header\n" + PLY_POINTS),
            ("vtp", '<VTKFile type="PolyData"><PolyData/></VTKFile>'),
        ],
    )
    def test_no_triangles(self, tmp_path, suffix, content):
        refused(tmp_path / f"a.{suffix}", content, "no triangles in it")

    def test_no_triangles_in_a_glb(self, glb_file):
        with pytest.raises(ValueError, match="no triangles in it"):
            read_mesh(glb_file({"nodes": [{"name": "empty"}]}))

    def test_too_many_triangles_unless_forced(self, tmp_path, sheet_on_box, monkeypatch):
        monkeypatch.setattr(assembly, "MOST_TRIANGLES", 16)
        write_mesh(sheet_on_box, tmp_path / "a.stl")
        with pytest.raises(ValueError, match="17 triangles are more than 16; coarsen the mesh, or force it"):
            read_mesh(tmp_path / "a.stl")
        assert len(read_mesh(tmp_path / "a.stl", force=True).faces) == 17

    @pytest.mark.parametrize("corners", ["1 2 4", "1 2 3 4"])
    def test_place_beyond_all_satellites(self, tmp_path, corners):
        refused(
            tmp_path / "a.obj",
            f"{TRIANGLE}v 0 1e200 0\nf {corners}\n",
            r"line 4 is no place: \[0.0, 1e\+200",
        )

    @pytest.mark.parametrize("word", ["nan", "inf", "-inf"])
    def test_no_number_in_a_vertex(self, tmp_path, word):
        refused(
            tmp_path / "a.obj",
            f"{TRIANGLE}v 0 {word} 0\nf 1 2 4\n",
            r"line 4 is no place: \[0.0, -?(nan|inf)",
        )
        refused(
            tmp_path / "a.ply", f"{PLY}{PLY_FACE}0 0 0\n1 0 {word}\n0 1 0\n3 0 1 2\n", "vertex 1 is no place"
        )

    def test_surface_without_area(self, tmp_path):
        text = f"{TRIANGLE}v 2 0 0\ng a\nf 1 2 3\ng b\nf 1 2 4\n"
        refused(tmp_path / "a.obj", text, "line 8 of surface 'b' has no area")

    def test_faces_without_area_that_matter_together(self, tmp_path):
        """A needle of 1e-10 m2 beside one of 1e-14: without the second the first would miss 1e-4."""
        text = "v 0 0 0\nv 1 0 0\nv 0 2e-10 0\nv 0 0 1\nv 1e-14 0 1\nv 0 2 0\n"
        text += "g a\nf 1 2 3\nf 1 4 5\ng b\nf 1 2 6\n"
        refused(tmp_path / "a.obj", text, "line 9 of surface 'a' has no area")


class TestObjRefusal:
    @pytest.mark.parametrize(
        ("line", "match"),
        [
            ("v 0 zero 0", "line 4: 'v 0 zero 0' holds what is no number"),
            ("v 0 1", "line 4: 'v 0 1' needs three numbers"),
            ("f 1 2 four", "line 4: 'f 1 2 four' holds what is no vertex number"),
            ("f 1 2 3.5", "line 4: 'f 1 2 3.5' holds what is no vertex number"),
            ("f 1 2 -", "line 4: 'f 1 2 -' holds what is no vertex number"),
            ("f 1 2 99999999999999999999", "holds what is no vertex number"),
            ("f 1 2 4", "line 4: 'f 1 2 4' names a vertex that is not there; the file has 3"),
            ("f 0 1 2", "line 4: 'f 0 1 2' names a vertex that is not there"),
            ("f -1 -2 -4", "line 4: 'f -1 -2 -4' names a vertex that is not there"),
            ("f 1 2", "line 4: a polygon needs three corners, this one has 2"),
        ],
    )
    def test_line_is_named(self, tmp_path, line, match):
        refused(tmp_path / "a.obj", f"{TRIANGLE}{line}\nf 1 2 3\n", re.escape(match))

    def test_polygon_that_crosses_itself(self, tmp_path):
        text = "v 0 0 0\nv 1 1 0\nv 1 0 0\nv 0 1.2 0\nf 1 2 3 4\n"
        refused(tmp_path / "a.obj", text, "line 5: the sides of a polygon cross; cut it into triangles")


class TestStlRefusal:
    def test_vertex_that_is_none(self, tmp_path):
        facet = (
            "facet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 {} 0\nvertex 0 1 0\nendloop\nendfacet\n"
        )
        for word in ("one", "", "1 2"):
            text = f"solid a\n{facet.format(word)}endsolid a\n"
            refused(tmp_path / "a.stl", text, f"vertex 1 of the file is '1 {word} 0', not three numbers")

    def test_facet_without_its_vertices(self, tmp_path):
        refused(
            tmp_path / "a.stl",
            "solid a\nfacet normal 0 0 1\nvertex 0 0 0\n",
            "cut off: 1 facets take 3 vertices",
        )


class TestPlyRefusal:
    @pytest.mark.parametrize(
        ("text", "match"),
        [
            ("ply\nformat ascii 1.0\nelement vertex many\nend_header\n", "header says 'element vertex many'"),
            ("ply\nelement vertex 1\nend_header\n", "names no format"),
            (PLY.replace("float z", "real z") + PLY_FACE, "header says 'property real z'"),
            (PLY.replace(" z", " w") + PLY_FACE + PLY_POINTS + "3 0 1 2\n", "have no z"),
            (PLY + PLY_FACE + PLY_POINTS, "cut off"),
            (PLY + PLY_FACE + PLY_POINTS + "3 0 1\n", "cut off"),
            (PLY + PLY_FACE + PLY_POINTS + "3 0 1 x\n", "not the numbers"),
            (PLY + PLY_FACE + PLY_POINTS + "3 0 1 7\n", "face 0 names vertex 7 of 3"),
            (PLY + PLY_FACE + PLY_POINTS + "2 0 1\n", "face 0: a polygon needs three corners"),
        ],
    )
    def test_what_is_wrong_is_said(self, tmp_path, text, match):
        refused(tmp_path / "a.ply", text, match)

    def test_binary_that_is_cut_off(self, tmp_path, box):
        data = box.export(file_type="ply")
        refused(tmp_path / "a.ply", data[:-20], "cut off")


class TestGlbRefusal:
    def test_older_version(self, tmp_path):
        refused(tmp_path / "a.glb", struct.pack("<4sIIII", b"glTF", 1, 20, 0, 0), "glTF 1 is not read")

    def test_extension_that_packs_the_triangles(self, glb_file):
        with pytest.raises(ValueError, match="take KHR_draco_mesh_compression, not read here"):
            read_mesh(
                glb_file({"extensionsRequired": ["KHR_texture_transform", "KHR_draco_mesh_compression"]})
            )

    def test_data_in_another_file(self, glb_file):
        with pytest.raises(ValueError, match=r"another file \('a\.bin'\)"):
            read_mesh(glb_file({"buffers": [{"uri": "a.bin", "byteLength": 4}]}))

    @pytest.mark.parametrize(
        ("document", "match"),
        [
            ({"scenes": [{"nodes": [3]}]}, "not a valid GLB file"),
            ({"nodes": [{"mesh": 0}]}, "not a valid GLB file"),
            ({"scenes": [{"nodes": [0]}], "nodes": [{"children": [0]}]}, "round in a circle"),
            (
                {
                    "nodes": [{"mesh": 0}],
                    "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
                    "accessors": [{"bufferView": 0, "componentType": 5126, "type": "VEC3", "count": 3}],
                    "bufferViews": [{"buffer": 0, "byteLength": 36}],
                    "buffers": [{"byteLength": 36}],
                },
                "cut off: an array needs 36 bytes of a buffer that has 0",
            ),
        ],
    )
    def test_document_that_does_not_fit(self, glb_file, document, match):
        with pytest.raises(ValueError, match=match):
            read_mesh(glb_file(document))
