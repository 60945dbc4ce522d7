"""VTP as VTK writes it in all its ways, and as VTK and pyvista read what is written here."""

from __future__ import annotations

import re

import numpy as np
import pytest
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkPoints, vtkStringArray
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkIOXML import vtkXMLPolyDataReader, vtkXMLPolyDataWriter

from geometry.mesh.files import read_mesh, write_mesh

NAMES = ("roof", "wall", "floor")
POINTS = [(0, 0, 0), (2, 0, 0), (2, 1, 0), (0, 1, 0), (0, 0, 1), (2, 0, 1), (2, 1, 1), (0, 1, 1)]
POLYGONS = [(0, 3, 2, 1), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6)]
STRIP = (3, 7, 2, 6)


def words(name, values):
    array = vtkStringArray()
    array.SetName(name)
    for value in values:
        array.InsertNextValue(value)
    return array


def named(name, values):
    array = numpy_to_vtk(np.asarray(values), deep=True)
    array.SetName(name)
    return array


@pytest.fixture
def poly_data():
    """A vertex, a line, four polygons and a strip of two triangles, each cell with a number."""
    points = vtkPoints()
    points.SetDataTypeToDouble()
    for point in POINTS:
        points.InsertNextPoint(point)
    data = vtkPolyData()
    data.SetPoints(points)
    for put, cells in (
        (data.SetVerts, [(0,)]),
        (data.SetLines, [(0, 1)]),
        (data.SetPolys, POLYGONS),
        (data.SetStrips, [STRIP]),
    ):
        array = vtkCellArray()
        for cell in cells:
            array.InsertNextCell(len(cell))
            for corner in cell:
                array.InsertCellPoint(corner)
        put(array)
    return data


def surfaces(data, numbers=(9, 9, 2, 0, 1, 1, 1), names=NAMES):
    data.GetCellData().AddArray(named("surface", numbers))
    if names:
        data.GetFieldData().AddArray(words("surface_names", names))
    return data


def written(path, data, mode="Appended", compressor="ZLib", header=64, encode=True, order="LittleEndian"):
    writer = vtkXMLPolyDataWriter()
    writer.SetInputData(data)
    writer.SetFileName(str(path))
    getattr(writer, f"SetDataModeTo{mode}")()
    getattr(writer, f"SetCompressorTypeTo{compressor}")()
    getattr(writer, f"SetHeaderTypeToUInt{header}")()
    getattr(writer, f"SetByteOrderTo{order}")()
    writer.SetEncodeAppendedData(encode)
    writer.SetBlockSize(64)  # several blocks even in a small file
    writer.Write()
    return path


class TestReadVtpReference:
    @pytest.mark.parametrize("mode", ["Ascii", "Binary", "Appended"])
    @pytest.mark.parametrize("compressor", ["None", "ZLib", "LZMA"])
    @pytest.mark.parametrize("header", [32, 64])
    @pytest.mark.parametrize("encode", [True, False])
    @pytest.mark.parametrize("order", ["LittleEndian", "BigEndian"])
    def test_all_ways_of_vtk(self, tmp_path, poly_data, mode, compressor, header, encode, order):
        path = written(tmp_path / "a.vtp", surfaces(poly_data), mode, compressor, header, encode, order)
        mesh = read_mesh(path)
        assert mesh.surface_names == NAMES
        # quadrilaterals of 2 and a triangle and half a strip of 0.5; the strip's two are 1 each
        assert mesh.areas_m2.tolist() == [1, 1, 1, 1, 1, 1, 0.5, 1, 1]
        assert [NAMES[k] for k in mesh.front_surface] == ["floor"] * 2 + ["roof"] * 2 + ["wall"] * 5
        np.testing.assert_array_equal(
            mesh.normals,
            [[0, 0, -1]] * 2 + [[0, 0, 1]] * 2 + [[0, -1, 0]] * 2 + [[1, 0, 0]] + [[0, 1, 0]] * 2,
        )
        assert (mesh.back_surface == -1).all()

    def test_numbers_without_names_and_sides_of_none(self, tmp_path, poly_data):
        data = surfaces(poly_data, numbers=(0, 0, 7, -1, 3.0, 3.0, -1), names=())
        mesh = read_mesh(written(tmp_path / "a.vtp", data))
        assert mesh.surface_names == ("surface_3", "surface_7")
        assert mesh.front_surface.tolist() == [1, 1, -1, -1, 0, 0, 0, -1, -1]

    def test_words_instead_of_numbers(self, tmp_path, poly_data):
        poly_data.GetCellData().AddArray(words("surface", ["x", "x", "b", "a", "b", "a", "a"]))
        mesh = read_mesh(written(tmp_path / "a.vtp", poly_data))
        assert [mesh.surface_names[k] for k in mesh.front_surface] == list("bbaabbaaa")

    def test_without_surfaces_it_is_one(self, tmp_path, poly_data):
        mesh = read_mesh(written(tmp_path / "hull.vtp", poly_data))
        assert mesh.surface_names == ("hull",)
        assert mesh.surface_areas_m2.tolist() == [8.5]

    def test_two_pieces(self, tmp_path, poly_data):
        text = written(tmp_path / "a.vtp", surfaces(poly_data), "Ascii", "None").read_text()
        piece = re.search(r"<Piece.*</Piece>", text, re.DOTALL)[0]
        (tmp_path / "b.vtp").write_text(text.replace(piece, piece + piece))
        mesh = read_mesh(tmp_path / "b.vtp")
        assert mesh.surface_areas_m2.sum() == 17.0
        assert len(mesh.vertices_m) == 8


class TestWriteVtpReference:
    @pytest.fixture
    def path(self, sheet_on_box, tmp_path):
        faces = len(sheet_on_box.faces)
        path = tmp_path / "craft.vtp"
        cells = {
            "absorbed_w_m2": np.where(np.arange(faces) % 2, np.nan, np.arange(faces) / 3),
            "normal <&>": sheet_on_box.normals.astype(np.float32),
            "lit": np.arange(faces) > 3,
        }
        write_mesh(sheet_on_box, path, cell_data=cells, field_data={"seed": 7, "note": ["Größe", "b"]})
        return path, cells

    def test_vtk_reads_it_whole(self, sheet_on_box, path):
        path, cells = path
        reader = vtkXMLPolyDataReader()
        reader.SetFileName(str(path))
        reader.Update()
        data = reader.GetOutput()
        np.testing.assert_array_equal(vtk_to_numpy(data.GetPoints().GetData()), sheet_on_box.vertices_m)
        corners = vtk_to_numpy(data.GetPolys().GetConnectivityArray())
        np.testing.assert_array_equal(corners.reshape(-1, 3), sheet_on_box.faces)
        arrays = {
            "surface": sheet_on_box.front_surface,
            "front_surface": sheet_on_box.front_surface,
            "back_surface": sheet_on_box.back_surface,
            **cells,
        }
        for name, values in arrays.items():
            np.testing.assert_array_equal(vtk_to_numpy(data.GetCellData().GetArray(name)), values)
        field = data.GetFieldData()
        strings = field.GetAbstractArray("surface_names")
        names = tuple(strings.GetValue(k) for k in range(strings.GetNumberOfValues()))
        assert names == sheet_on_box.surface_names
        assert field.GetAbstractArray("note").GetValue(0) == "Größe"
        assert vtk_to_numpy(field.GetArray("seed")).tolist() == [7]
        np.testing.assert_array_equal(
            vtk_to_numpy(field.GetArray("surface_area_m2")), sheet_on_box.surface_areas_m2
        )

    def test_pyvista_reads_it(self, sheet_on_box, path):
        pyvista = pytest.importorskip("pyvista")
        data = pyvista.read(path[0])
        assert data.n_cells == len(sheet_on_box.faces)
        assert data.area == pytest.approx(sheet_on_box.areas_m2.sum(), rel=1e-12)
        assert tuple(data.field_data["surface_names"]) == sheet_on_box.surface_names
        assert data.active_scalars_name == "surface"

    def test_pyvista_writes_what_is_read(self, sheet_on_box, seen_sides, path, tmp_path):
        """Compressed, as it does by default; the sides are in the cell data, so they stay."""
        pyvista = pytest.importorskip("pyvista")
        data = pyvista.read(path[0])
        data.cell_data.remove("normal <&>")  # a name that VTK writes into XML as it is
        data.save(tmp_path / "again.vtp")
        again = seen_sides(read_mesh(tmp_path / "again.vtp"))
        for pair, vector in seen_sides(sheet_on_box).items():
            np.testing.assert_array_equal(again[pair], vector)


class TestVtpRefusal:
    def test_compression_that_is_not_read(self, tmp_path, poly_data):
        path = written(tmp_path / "a.vtp", poly_data, compressor="LZ4")
        with pytest.raises(
            ValueError, match="vtkLZ4DataCompressor, which is not read here; write it with zlib"
        ):
            read_mesh(path)

    @pytest.mark.parametrize("how", [("Binary", "ZLib"), ("Appended", "None"), ("Appended", "ZLib")])
    def test_data_that_are_cut_off(self, tmp_path, poly_data, how):
        path = written(tmp_path / "a.vtp", surfaces(poly_data), *how, encode=False)
        data = path.read_bytes()
        path.write_bytes(data[: int(0.9 * len(data))])
        with pytest.raises(ValueError, match="cut off"):
            read_mesh(path)

    def test_grid_of_another_kind(self, tmp_path):
        (tmp_path / "a.vtp").write_text('<VTKFile type="UnstructuredGrid"><UnstructuredGrid/></VTKFile>')
        with pytest.raises(ValueError, match="holds 'UnstructuredGrid', not 'PolyData'"):
            read_mesh(tmp_path / "a.vtp")

    def test_surface_that_is_no_whole_number(self, tmp_path, poly_data):
        path = written(tmp_path / "a.vtp", surfaces(poly_data, numbers=(0, 0, 1, 1.5, 0, 0, 0)))
        with pytest.raises(ValueError, match=r"'surface' must hold whole numbers, got 1\.5"):
            read_mesh(path)

    def test_no_face_on_any_surface(self, tmp_path, poly_data):
        path = written(tmp_path / "a.vtp", surfaces(poly_data, numbers=[-1] * 7))
        with pytest.raises(ValueError, match="no triangle belongs to a surface"):
            read_mesh(path)

    @pytest.mark.parametrize(
        ("cells", "fields", "match"),
        [
            ({"x": np.zeros(3)}, None, r"cell_data 'x' must have shape \(17\), got \(3,\)"),
            ({"x": np.zeros((17, 2, 2))}, None, r"cell_data 'x' must have shape \(17, any\)"),
            ({"x": ["a"] * 17}, None, "cell_data 'x' must be whole or real numbers"),
            ({"surface": np.zeros(17)}, None, "'surface' is a name that the mesh itself takes"),
            (None, {"surface_names": ["a"]}, "'surface_names' is a name that the mesh itself takes"),
            (None, {"x": [None]}, "field_data 'x' must be whole or real numbers"),
        ],
    )
    def test_values_that_do_not_fit(self, sheet_on_box, tmp_path, cells, fields, match):
        with pytest.raises(ValueError, match=match):
            write_mesh(sheet_on_box, tmp_path / "a.vtp", cell_data=cells, field_data=fields)
        assert list(tmp_path.iterdir()) == []
