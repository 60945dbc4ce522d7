"""`dawnring attitudes`: fields, table, chart, refusals."""

import csv

import pytest
from PIL import Image

PLATE = "v -1 -1 0\nv 1 -1 0\nv 1 1 0\nv -1 1 0\ng plate\nf 1 2 3 4\n"
NADIR = (
    "--set",
    "attitude.law=lvlh_fixed",
    "--set",
    "attitude.z_body_rth=[-1.0, 0.0, 0.0]",
    "--set",
    "attitude.x_body_rth=[0.0, 1.0, 0.0]",
)


class TestFieldsLaw:
    def test_as_promised(self, dawnring):
        found = dawnring("attitudes", "solar_slice", "--json").document
        assert found["schema"] == "dawnring/attitudes/1"
        assert found["provenance"]["rays"] > 0
        laws = {law["law"]: law for law in found["laws"]}
        assert list(laws) == ["sun_pointing", "sun_slice_locked", "sun_slice_rolling"]
        for law in laws.values():
            assert set(law["delta_v_m_s_year"]) == {"solar_min", "mean", "solar_max"}
            assert law["delta_v_m_s_year"]["solar_min"] < law["delta_v_m_s_year"]["solar_max"]
            assert 0.0 < law["power_factor_min"] <= law["power_factor_mean"] <= 1.0
            assert law["drag_area_cd_a_mean_m2"] > 0.0
            assert law["gravity_gradient_torque_max_n_m"] > 0.0
            assert len(law["power_factor_by_day"]) == len(found["days_utc"])
            assert len(law["drag_area_cd_a_by_drag_day_m2"]) == len(found["drag_days_utc"])
        assert laws["sun_pointing"]["power_factor_mean"] == pytest.approx(1.0)
        assert laws["sun_pointing"]["angle_of_attack_max_deg"] == pytest.approx(31.1, abs=0.1)
        assert found["broadside_drag_area_cd_a_m2"] > laws["sun_pointing"]["drag_area_cd_a_mean_m2"]

    def test_the_fixed_law_where_its_axes_are_given(self, dawnring, tmp_path):
        (tmp_path / "plate.obj").write_text(PLATE)
        found = dawnring("attitudes", "plate.obj", *NADIR, "--json").document
        assert [law["law"] for law in found["laws"]][-1] == "lvlh_fixed"

    def test_a_mesh_without_mass_has_no_delta_v(self, dawnring, tmp_path):
        (tmp_path / "plate.obj").write_text(PLATE)
        outcome = dawnring("attitudes", "plate.obj", "--json")
        assert "no mass" in outcome.err
        law = outcome.document["laws"][0]
        assert law["delta_v_m_s_year"] == {"solar_min": None, "mean": None, "solar_max": None}
        assert law["gravity_gradient_torque_max_n_m"] is None
        # 4 m2 edge-on drag by friction on both sides, although the file gives the back no surface
        assert outcome.document["edge_on_drag_area_cd_a_m2"] == pytest.approx(4.0 * 0.162, rel=0.02)
        assert dawnring("attitudes", "plate.obj", "-o", "a.csv").code == 0

    def test_indices_of_one_s_own_add_an_activity(self, dawnring, tmp_path):
        pytest.importorskip("pymsis")
        (tmp_path / "plate.obj").write_text(PLATE)
        tokens = ("--set", "craft.mass_kg=10.0", "--f107", "140", "--f107a", "140", "--ap", "15", "--json")
        found = dawnring("attitudes", "plate.obj", *tokens).document
        price = found["laws"][0]["delta_v_m_s_year"]
        assert price["given"] == pytest.approx(price["mean"], rel=0.15)


class TestOutputLaw:
    def test_table_chart_and_words(self, dawnring, tmp_path):
        """Of a plate, in which nothing shades: the shortest way through."""
        (tmp_path / "plate.obj").write_text(PLATE)
        tokens = ("attitudes", "plate.obj", "--set", "craft.mass_kg=10.0")
        assert dawnring(*tokens, "-o", "a.csv").code == 0
        rows = list(csv.DictReader((tmp_path / "a.csv").open()))
        assert [row["law"] for row in rows] == ["sun_pointing", "sun_slice_locked", "sun_slice_rolling"]
        assert float(rows[0]["delta_v_m_s_year_mean"]) > float(rows[1]["delta_v_m_s_year_mean"])
        assert dawnring(*tokens, "-o", "a.png").code == 0
        with Image.open(tmp_path / "a.png") as picture:
            assert picture.width == 1600
        out = dawnring(*tokens).out
        assert "delta-v m/s a year (min / mean / max)" in out
        assert "broadside" in out


class TestRefusal:
    def test_each_names_what_came(self, dawnring):
        dawnring("attitudes", "solar_slice", "--f107", "150").assert_refused(2, "--f107a", "--ap")
        dawnring("attitudes", "solar_slice", "--accommodation", "2").assert_refused(2, "accommodation", "2")
        dawnring("attitudes", "solar_slice", "-o", "a.txt").assert_refused(2, "'txt'")
        dawnring("attitudes", "solar_slice", "--satellite", "5000").assert_refused(2, "5000")
        dawnring("attitudes", "solar_slice", "--at", "2053-05-01").assert_refused(2, "de421")
