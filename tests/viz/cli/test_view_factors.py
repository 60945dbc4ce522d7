"""`view-factors`: the shapes of its document, closed forms through the front door, the files."""

from __future__ import annotations

import csv

import numpy as np
import pytest
import trimesh

OPPOSITE = 0.199824895698387  # C-11 [Howell], unit squares a unit apart


@pytest.fixture
def squares(tmp_path):
    """Two facing unit squares as OBJ, written as text: the file is not this program's."""
    path = tmp_path / "squares.obj"
    path.write_text(
        "o low\nv 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nf 1 2 3 4\n"
        "o high\nv 0 0 1\nv 0 1 1\nv 1 1 1\nv 1 0 1\nf 5 6 7 8\n"
    )
    return path


class TestViewFactors:
    def test_document(self, dawnring, squares):
        outcome = dawnring("view-factors", str(squares), "--json")
        assert outcome.code == 0, outcome.err
        document = outcome.document
        assert document["schema"] == "dawnring/view-factors/1"
        assert document["surfaces"] == ["low", "high"]
        assert document["area_m2"] == [1.0, 1.0]
        np.testing.assert_allclose(document["view_factor"], OPPOSITE * (1 - np.eye(2)), atol=1e-10)
        assert document["standard_error"] == [[0.0, 0.0], [0.0, 0.0]]
        assert document["method"] == [["none", "closed_form"], ["closed_form", "none"]]
        np.testing.assert_allclose(document["to_space"], 1 - OPPOSITE, atol=1e-10)
        assert document["to_inactive"] == [0.0, 0.0]
        assert len(document["closure_residual"]) == 2
        assert document["provenance"]["rays"] > 0

    def test_scale_of_a_file_changes_areas_alone(self, dawnring, squares):
        outcome = dawnring("view-factors", str(squares), "--unit", "mm", "--json")
        assert outcome.document["area_m2"] == pytest.approx([1e-6, 1e-6])
        assert outcome.document["view_factor"][0][1] == pytest.approx(OPPOSITE, abs=1e-9)

    def test_preset_sums_to_one(self, dawnring):
        document = dawnring("view-factors", "panel_module", "--tolerance", "0.01", "--json").document
        matrix, error = np.array(document["view_factor"]), np.array(document["standard_error"])
        total = matrix.sum(axis=1) + document["to_space"] + document["to_inactive"]
        np.testing.assert_allclose(total, 1.0, atol=1e-9)
        area = np.array(document["area_m2"])[:, None]
        np.testing.assert_allclose(area * matrix, (area * matrix).T, atol=1e-12)
        assert error.max() <= 0.01
        assert document["to_space"][document["surfaces"].index("module.front")] == 1.0

    def test_table_for_people(self, dawnring, squares):
        outcome = dawnring("view-factors", str(squares))
        assert outcome.code == 0
        lines = outcome.out.splitlines()
        assert lines[0].split() == ["from", "to", "m2", "factor", "error", "method"]
        assert any(line.split()[:2] == ["low", "high"] and "closed_form" in line for line in lines)


class TestFiles:
    def test_csv_holds_what_is_not_zero(self, dawnring, squares, tmp_path):
        path = tmp_path / "f.csv"
        assert dawnring("view-factors", str(squares), "-o", str(path)).code == 0
        rows = list(csv.DictReader(path.open()))
        seen = {(r["from"], r["to"]): float(r["view_factor"]) for r in rows}
        assert seen["low", "high"] == pytest.approx(OPPOSITE, abs=1e-10)
        assert seen["low", "(space)"] == pytest.approx(1 - OPPOSITE, abs=1e-10)
        assert set(rows[0]) == {"from", "to", "area_m2", "view_factor", "standard_error", "method"}

    def test_npz_and_parquet(self, dawnring, squares, tmp_path):
        parquet = pytest.importorskip("pyarrow.parquet")
        npz, table = tmp_path / "f.npz", tmp_path / "f.parquet"
        assert dawnring("view-factors", str(squares), "-o", str(npz)).code == 0
        assert dawnring("view-factors", str(squares), "-o", str(table)).code == 0
        with np.load(npz) as held:
            pair = (held["row"] == 0) & (held["column"] == 1)
            assert held["view_factor"][pair] == pytest.approx(OPPOSITE, abs=1e-10)
            assert list(held["surfaces"]) == ["low", "high"]
        rows = parquet.read_table(table).to_pylist()
        assert any(r["from"] == "high" and r["to"] == "low" for r in rows)

    @pytest.mark.parametrize("kind", ["stl", "ply", "glb"])
    def test_foreign_boxes(self, dawnring, tmp_path, kind):
        path = tmp_path / f"box.{kind}"
        cavity = trimesh.creation.box((1, 2, 3))
        cavity.invert()
        cavity.export(path)
        document = dawnring("view-factors", str(path), "--json").document
        # one surface that sees itself alone; the file holds single precision
        assert document["view_factor"][0][0] == pytest.approx(1.0, abs=1e-6)


class TestRefusal:
    def test_kind_of_file(self, dawnring, squares, tmp_path):
        outcome = dawnring("view-factors", str(squares), "-o", str(tmp_path / "f.xlsx"))
        assert outcome.code == 2
        assert len(outcome.err.splitlines()) == 1

    @pytest.mark.parametrize("value", ["0", "-1", "7", "nan", "much"])
    def test_tolerance(self, dawnring, squares, value):
        outcome = dawnring("view-factors", str(squares), f"--tolerance={value}")
        assert outcome.code == 2
        assert "tolerance" in outcome.err

    def test_half_a_seed(self, dawnring, squares):
        outcome = dawnring("view-factors", str(squares), "--seed=1.5")
        assert (outcome.code, "must be a whole number, got '1.5'" in outcome.err) == (2, True)

    def test_relative_tolerance(self, dawnring, squares):
        for value, told in (
            ("0", "relative_tolerance"),
            ("nan", "relative_tolerance"),
            ("much", "tolerance"),
        ):
            outcome = dawnring("view-factors", str(squares), f"--relative-tolerance={value}")
            assert outcome.code == 2
            assert told in outcome.err
        both = ("--relative-tolerance=0.1", "--exchange=solar")
        assert dawnring("view-factors", str(squares), *both).code == 2

    def test_matrices_that_nobody_reads(self, dawnring, tmp_path):
        path = tmp_path / "many.obj"
        lines = ["v 0 0 0", "v 1 0 0", "v 0 1 0"]
        path.write_text("\n".join(lines + [f"o s{k}\nf 1 2 3" for k in range(2001)]))
        outcome = dawnring("view-factors", str(path), "--json")
        assert outcome.code == 2
        assert ".npz" in outcome.err

    def test_no_such_file(self, dawnring):
        assert dawnring("view-factors", "nowhere.obj").code == 2


class TestExchange:
    def test_json_holds_both(self, dawnring, squares):
        outcome = dawnring("view-factors", str(squares), "--exchange", "infrared", "--json")
        assert outcome.code == 0, outcome.err
        document = outcome.document
        assert document["band"] == "infrared"
        # a mesh file is black unless told otherwise: what is seen is absorbed at once
        np.testing.assert_allclose(document["exchange_factor"], document["view_factor"], atol=5e-3)
        total = np.sum(document["exchange_factor"], axis=1) + document["exchange_to_space"]
        np.testing.assert_allclose(total + document["exchange_to_inactive"], 1.0, atol=1e-9)

    @pytest.mark.parametrize("kind", ["csv", "npz"])
    def test_files_hold_exchange_factors(self, dawnring, squares, tmp_path, kind):
        path = tmp_path / f"b.{kind}"
        outcome = dawnring("view-factors", str(squares), "--exchange", "solar", "-o", str(path))
        assert outcome.code == 0, outcome.err
        if kind == "csv":
            rows = {(r["from"], r["to"]): r for r in csv.DictReader(path.open())}
            found, error = (float(rows["low", "high"][k]) for k in ("exchange_factor", "standard_error"))
        else:
            held = np.load(path)
            at = (held["row"] == 0) & (held["column"] == 1)
            found, error = held["exchange_factor"][at][0], held["exchange_standard_error"][at][0]
        assert abs(found - OPPOSITE) < 5 * error + 1e-4

    def test_table_for_people(self, dawnring, squares):
        outcome = dawnring("view-factors", str(squares), "--exchange", "infrared")
        assert outcome.code == 0
        assert outcome.out.splitlines()[0].split() == ["from", "to", "m2", "factor", "error"]

    def test_unknown_band(self, dawnring, squares):
        outcome = dawnring("view-factors", str(squares), "--exchange", "radio")
        assert outcome.code == 2
        assert len(outcome.err.splitlines()) == 1
