"""Files of other programs: OBJ, STL, PLY and GLB as they write them, and by hand where they rarely do."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from geometry.mesh.files import read_mesh

OBJ = """\
# by hand
mtllib some.mtl
v 0 0 0
v 2 0 0 1.0
v 2 1 0
v 0 1 0 0.5 0.5 0.5
vt 0 0
vn 0 0 1
o panel
usemtl blue
s off
f 1/1/1 2/1/1 3/1/1 4/1/1
g lid
v 0 0 1
v 1 0 1
v 0 \\
  1 1
f -3 -2 -1
g panel
f 1//1 3//1 5//1
"""


def place(path, text):
    path.write_text(text) if isinstance(text, str) else path.write_bytes(text)
    return path


class TestObjAnalytic:
    def test_objects_and_groups_are_surfaces(self, tmp_path):
        mesh = read_mesh(place(tmp_path / "a.obj", OBJ))
        assert mesh.surface_names == ("panel", "lid")
        np.testing.assert_allclose(mesh.areas_m2, [1, 1, 0.5, 0.5 * np.sqrt(5)], rtol=1e-15)
        assert mesh.front_surface.tolist() == [0, 0, 1, 0]
        assert (mesh.back_surface == -1).all()
        np.testing.assert_allclose(mesh.normals[:3], [[0, 0, 1]] * 3)
        assert {o.coating for o in mesh.optics} == {"black"}

    def test_faces_before_any_name_are_called_after_the_file(self, tmp_path):
        text = "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\ng\nf 3 2 1\no x\nf 1 2 3\n"
        mesh = read_mesh(place(tmp_path / "plate.obj", text))
        assert mesh.surface_names == ("plate", "x")
        assert mesh.front_surface.tolist() == [0, 0, 1]

    def test_comments_of_others_say_nothing_of_backs(self, tmp_path):
        text = "# made elsewhere\nv 0 0 0\nv 1 0 0\nv 0 1 0\ng a\n# back b\nf 1 2 3\n"
        assert read_mesh(place(tmp_path / "a.obj", text)).surface_names == ("a",)

    def test_polygon_that_is_not_convex(self, tmp_path):
        corners = [(0, 0), (3, 0), (3, 1), (1, 1), (1, 3), (0, 3)]
        text = "".join(f"v {x} 7 {y}\n" for x, y in corners) + "f 1 2 3 4 5 6\n"
        mesh = read_mesh(place(tmp_path / "l.obj", text))
        np.testing.assert_allclose(mesh.areas_m2.sum(), 5.0, rtol=1e-14)
        np.testing.assert_allclose(mesh.normals, [[0, -1, 0]] * 4, atol=1e-15)

    @pytest.mark.parametrize("ending", ["\r\n", "\r"])
    def test_line_ends_of_other_systems(self, tmp_path, ending):
        data = b"\xef\xbb\xbf" + OBJ.replace("\n", ending).encode()
        assert read_mesh(place(tmp_path / "a.obj", data)).surface_names == ("panel", "lid")

    def test_millimetres(self, tmp_path):
        path = place(tmp_path / "a.obj", OBJ)
        np.testing.assert_allclose(
            read_mesh(path, metres_per_unit=1e-3).areas_m2, 1e-6 * read_mesh(path).areas_m2, rtol=1e-14
        )

    def test_vertices_at_one_place_become_one(self, tmp_path):
        text = "v 0 0 0\nv 1 0 0\nv 0 1 0\nv -0 1 0\nv 1 0 0\nv 1 1 0\nv 9 9 9\nf 1 2 3\nf 4 5 6\n"
        mesh = read_mesh(place(tmp_path / "a.obj", text))
        assert mesh.vertices_m.tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]]
        assert mesh.faces.tolist() == [[0, 1, 2], [2, 1, 3]]

    def test_faces_without_area_are_dropped_with_a_warning(self, tmp_path):
        text = "v 0 0 0\nv 1 0 0\nv 0 1 0\ng a\nf 1 2 3\nf 1 2 2\nf 1 1 1\n"
        with pytest.warns(
            UserWarning, match="dropped 2 faces without area, the first is line 6 of surface 'a'"
        ):
            mesh = read_mesh(place(tmp_path / "a.obj", text))
        assert mesh.areas_m2.tolist() == [0.5]


class TestStlReference:
    """As trimesh writes it, and as less careful programs do."""

    @pytest.mark.parametrize("kind", ["stl", "stl_ascii"])
    def test_box(self, tmp_path, box, kind):
        path = tmp_path / "box.stl"
        box.export(path, file_type=kind)
        mesh = read_mesh(path)
        assert mesh.surface_names == ("box",)
        assert len(mesh.vertices_m) == 8
        assert mesh.surface_areas_m2[0] == pytest.approx(22.0, rel=1e-15)
        np.testing.assert_allclose(mesh.normals, box.face_normals, atol=1e-15)

    def test_binary_that_begins_like_text_and_has_bytes_to_spare(self, tmp_path, box):
        data = box.export(file_type="stl")
        path = place(tmp_path / "a.stl", b"solid" + data[5:] + b"\0" * 7)
        assert read_mesh(path).surface_areas_m2[0] == pytest.approx(22.0)

    def test_several_solids_are_one_surface(self, tmp_path, box):
        text = box.export(file_type="stl_ascii")
        upper = text.upper().replace("E-", "e-")
        path = place(tmp_path / "a.stl", text + "\r\n" + upper)
        assert read_mesh(path).surface_areas_m2.tolist() == [pytest.approx(44.0)]

    def test_triangle_without_area_is_dropped(self, tmp_path, box):
        flat = trimesh.Trimesh([[0, 0, 0], [1, 0, 0], [2, 0, 0]], [[0, 1, 2]], process=False)
        path = tmp_path / "a.stl"
        trimesh.util.concatenate([flat, box]).export(path)
        with pytest.warns(UserWarning, match="dropped 1 faces without area, the first is triangle 0"):
            assert read_mesh(path).surface_areas_m2.tolist() == [pytest.approx(22.0)]


class TestPlyReference:
    @pytest.mark.parametrize("encoding", ["ascii", "binary"])
    def test_box_of_another_program(self, tmp_path, box, encoding):
        path = place(tmp_path / "box.ply", box.export(file_type="ply", encoding=encoding))
        mesh = read_mesh(path)
        assert mesh.surface_names == ("box",)
        np.testing.assert_allclose(mesh.normals, box.face_normals, atol=1e-15)
        assert mesh.surface_areas_m2[0] == pytest.approx(22.0, rel=1e-15)

    @pytest.mark.parametrize("order", ["ascii", "little", "big"])
    def test_mixed_polygons_colours_and_other_lists(self, tmp_path, order):
        """A quadrilateral and a triangle, so that rows differ in length, behind a list that is no face's."""
        name = "ascii" if order == "ascii" else f"binary_{order}_endian"
        header = (
            f"ply\nformat {name} 1.0\ncomment by hand\n"
            "element note 2\nproperty list uchar short words\n"
            "element vertex 5\nproperty double x\nproperty double y\nproperty float z\nproperty uchar red\n"
            "element face 2\nproperty uchar flag\nproperty list uchar int vertex_indices\nend_header\n"
        )
        vertices = [(0, 0, 0), (2, 0, 0), (2, 1, 0), (0, 1, 0), (0, 0, 3)]
        faces = [(0, 1, 2, 3), (0, 3, 4)]
        if order == "ascii":
            body = "2 7 8\n0\n" + "".join(f"{x} {y} {z} 255\n" for x, y, z in vertices)
            body = (body + "".join(f"1 {len(f)} {' '.join(map(str, f))}\n" for f in faces)).encode()
        else:
            e = "<" if order == "little" else ">"
            row = np.dtype([("p", e + "f8", 2), ("z", e + "f4"), ("red", "u1")])
            rows = np.array([((x, y), z, 255) for x, y, z in vertices], row)
            body = b"\x02" + np.array([7, 8], e + "i2").tobytes() + b"\0" + rows.tobytes()
            for face in faces:
                body += bytes([1, len(face)]) + np.array(face, e + "i4").tobytes()
        mesh = read_mesh(place(tmp_path / "a.ply", header.encode() + body))
        np.testing.assert_allclose(mesh.areas_m2, [1.0, 1.0, 1.5])
        np.testing.assert_allclose(mesh.normals, [[0, 0, 1], [0, 0, 1], [1, 0, 0]])


class TestGlbReference:
    def test_scene_of_another_program_stands_as_it_stands(self, tmp_path, box):
        """Nested, scaled and mirrored nodes, one mesh thrice: areas, places and outsides as in trimesh."""
        scene = trimesh.Scene()
        turn = trimesh.transformations.rotation_matrix(0.7, [1, 2, 3], [4, 5, 6])
        scene.graph.update(frame_from="world", frame_to="hinge", matrix=turn)
        scene.add_geometry(box, geom_name="box", node_name="left", parent_node_name="hinge")
        for name, place_, scale in (("right", [5, 0, 0], [2, 1, 1]), ("mirror", [0, 9, 0], [-1, 1, 1])):
            matrix = np.diag([*scale, 1.0])
            matrix[:3, 3] = place_
            scene.graph.update(frame_from="hinge", frame_to=name, matrix=matrix, geometry="box")
        path = tmp_path / "scene.glb"
        scene.export(path)
        mesh = read_mesh(path)
        assert set(mesh.surface_names) == {"left", "right", "mirror"}
        for name in mesh.surface_names:
            matrix, _ = scene.graph.get(name)
            other = box.copy().apply_transform(matrix)
            rows = mesh.surface_faces(mesh.surface_index(name))[0]
            corners = mesh.vertices_m[mesh.faces[rows]]
            assert mesh.areas_m2[rows].sum() == pytest.approx(other.area, rel=1e-12)
            np.testing.assert_allclose(
                [corners.min(axis=(0, 1)), corners.max(axis=(0, 1))], other.bounds, atol=1e-12
            )
            # the flux of x/3 through a closed surface is its volume: positive where normals look out
            volume = (
                np.einsum("fk,fk,f->", mesh.centroids_m[rows], mesh.normals[rows], mesh.areas_m2[rows]) / 3
            )
            assert volume == pytest.approx(abs(other.volume), rel=1e-12)

    @pytest.fixture
    def square(self):
        """A square as strip, fan and plain triangles; quantised, spaced and sparse arrays; no names."""
        corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]])
        pad = np.zeros((4, 1), np.uint8)
        quantised = np.column_stack([(255 * corners).astype(np.uint8), pad]).tobytes()
        spaced = np.column_stack([corners, np.full((4, 2), np.nan)]).astype("<f4").tobytes()
        strip, fan = np.array([0, 1, 2, 3], "<u2").tobytes(), np.array([0, 1, 3, 2], "<u4").tobytes()
        where, what = np.array([1, 2, 3, 0], "u1").tobytes(), corners[1:].astype("<f4").tobytes()
        blocks = [quantised, spaced, strip, fan, where, what]
        starts = np.cumsum([0] + [len(b) for b in blocks]).tolist()
        views = [
            {"buffer": 0, "byteOffset": s, "byteLength": len(b)} for s, b in zip(starts, blocks, strict=False)
        ]
        views[0]["byteStride"], views[1]["byteStride"] = 4, 20
        vec3 = {"type": "VEC3", "count": 4}
        sparse = {
            "count": 3,
            "indices": {"bufferView": 4, "componentType": 5121},
            "values": {"bufferView": 5},
        }
        document = {
            "buffers": [{"byteLength": starts[-1]}],
            "bufferViews": views,
            "accessors": [
                {"bufferView": 0, "componentType": 5121, "normalized": True, **vec3},
                {"bufferView": 1, "componentType": 5126, **vec3},
                {"componentType": 5126, **vec3, "sparse": sparse},
                {"bufferView": 2, "componentType": 5123, "type": "SCALAR", "count": 4},
                {"bufferView": 3, "componentType": 5125, "type": "SCALAR", "count": 4},
            ],
        }
        return document, b"".join(blocks)

    @pytest.mark.parametrize("positions", [0, 1, 2])
    @pytest.mark.parametrize(("mode", "indices"), [(5, 3), (5, None), (6, 4)])
    def test_every_way_to_say_a_square(self, glb_file, square, positions, mode, indices):
        document, binary = square
        primitive = {"attributes": {"POSITION": positions}, "mode": mode}
        if indices is not None:
            primitive["indices"] = indices
        points = {"attributes": {"POSITION": positions}, "mode": 0}
        document |= {
            "meshes": [{"name": "tile", "primitives": [primitive, points, primitive]}],
            "nodes": [{"mesh": 0}, {"name": "b", "mesh": 0, "translation": [0, 0, 5]}],
            "extensionsRequired": ["KHR_mesh_quantization"],
        }
        mesh = read_mesh(glb_file(document, binary))
        assert mesh.surface_names == ("tile", "b")
        np.testing.assert_allclose(mesh.areas_m2, [0.5] * 8)
        np.testing.assert_allclose(mesh.normals, [[0, 0, 1]] * 8)
        np.testing.assert_allclose(mesh.bounds_m, [[0, 0, 0], [1, 1, 5]])

    def test_names_that_stand_twice_are_told_apart(self, glb_file, square):
        document, binary = square
        primitive = {"attributes": {"POSITION": 1}, "indices": 3, "mode": 5}
        nodes = [{"name": "a", "mesh": 0, "translation": [0, 0, z]} for z in (0.0, 1.0)]
        document |= {"meshes": [{"primitives": [primitive]}], "nodes": [*nodes, {"mesh": 0}]}
        document |= {"scenes": [{"nodes": [0, 1]}], "scene": 0}
        assert read_mesh(glb_file(document, binary)).surface_names == ("a", "a_2")

    def test_extras_of_others_say_nothing(self, glb_file, square):
        document, binary = square
        primitive = {"attributes": {"POSITION": 1}, "indices": 3, "mode": 5}
        extras = {"surface": "x", "backs": [{"surface": "y", "triangles": 2}], "dawnring": True}
        document |= {
            "meshes": [{"primitives": [primitive]}],
            "nodes": [{"name": "a", "mesh": 0, "extras": extras}],
        }
        mesh = read_mesh(glb_file(document, binary))
        assert mesh.surface_names == ("a",)
        assert (mesh.back_surface == -1).all()

    def test_backs_that_do_not_fit_are_left_out_with_a_warning(self, glb_file, square):
        document, binary = square
        primitive = {"attributes": {"POSITION": 1}, "indices": 3, "mode": 5}
        extras = {"surface": "a", "backs": [{"surface": "y", "triangles": 3}]}
        document |= {
            "meshes": [{"primitives": [primitive]}],
            "nodes": [
                {"children": [1], "extras": {"dawnring": {"body_frame": True}}},
                {"name": "a", "mesh": 0, "extras": extras},
            ],
        }
        with pytest.warns(UserWarning, match="backs of 3 triangles, it has 2"):
            mesh = read_mesh(glb_file(document, binary))
        assert mesh.surface_names == ("a",)
