"""`dawnring eclipse`: fields, tables, charts, refusals."""

import csv

import pytest
from PIL import Image

YEAR_KEYS = {
    "year", "seasons", "days_with_umbra", "longest_umbra_min", "longest_umbra_utc", "longest_shadow_min",
    "umbra_fraction_of_year", "sunlit_fraction_of_year", "per_day",
}  # fmt: skip


class TestFieldsLaw:
    def test_a_year_as_promised(self, dawnring):
        found = dawnring("eclipse", "solar_slice", "--json").document
        assert found["schema"] == "dawnring/eclipse/1"
        assert found.keys() >= YEAR_KEYS
        assert found["year"] == 2027  # of the epoch
        assert len(found["per_day"]) == 365
        assert set(found["per_day"][0]) == {"date", "beta_deg", "umbra_min_per_orbit", "shadow_min_per_orbit"}
        assert found["per_day"][0]["date"] == "2027-01-01"
        assert found["days_with_umbra"] == sum(d["umbra_min_per_orbit"] > 0 for d in found["per_day"])
        (season,) = found["seasons"]
        assert season["first_umbra_utc"].startswith("2027-05-05T20:21")
        assert season["last_umbra_utc"].endswith("Z")
        assert not season["open_start"]
        assert not season["open_end"]
        assert found["battery"]["energy_wh"] == pytest.approx(
            found["battery"]["electric_power_nominal_w"] * found["longest_dark_min"] / 60.0
        )

    def test_the_map_as_promised(self, dawnring):
        found = dawnring("eclipse", "solar_slice", "--altitudes", "500:1300:400", "--json").document
        assert found.keys() >= YEAR_KEYS
        assert 1291 < found["lowest_umbra_free_altitude_km"] < 1292
        assert found["lowest_umbra_free_altitude_km"] < found["lowest_penumbra_free_altitude_km"]
        assert found["map"]["altitude_km"] == [500.0, 900.0, 1300.0]
        assert [len(row) for row in found["map"]["umbra_min_per_orbit"]] == [365] * 3

    def test_no_free_altitude_is_null(self, dawnring):
        found = dawnring(
            "eclipse", "solar_slice", "--altitudes", "500", "--set", "orbit.ltan_h=12.0", "--json"
        )
        assert found.document["lowest_umbra_free_altitude_km"] is None
        (season,) = found.document["seasons"]
        assert season["first_umbra_utc"] is None
        assert season["open_start"]
        assert season["open_end"]

    def test_rings_side_by_side(self, dawnring):
        two = ("--set", "ring.ltan_list_h=[6.0, 18.0]")
        found = dawnring("eclipse", "solar_slice", *two, "--json").document
        assert found["one_ring_always_lit"] is True
        assert [r["ltan_h"] for r in found["by_ltan"]] == [6.0, 18.0]
        assert found["seasons"] == found["by_ltan"][0]["seasons"]
        assert "one ring is always in full sunlight: yes" in dawnring("eclipse", "solar_slice", *two).out

    def test_a_mesh_has_no_battery(self, dawnring, tmp_path):
        (tmp_path / "plate.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
        found = dawnring("eclipse", "plate.obj", "--year", "2030", "--json").document
        assert found["battery"] is None
        assert found["year"] == 2030


class TestOutputLaw:
    def test_csv_of_the_year_and_of_the_map(self, dawnring, tmp_path):
        assert dawnring("eclipse", "solar_slice", "-o", "year.csv").code == 0
        rows = list(csv.DictReader((tmp_path / "year.csv").open()))
        assert len(rows) == 365
        assert float(rows[171]["umbra_min_per_orbit"]) == pytest.approx(20.6, abs=0.05)
        assert dawnring("eclipse", "solar_slice", "--altitudes", "500:600:50", "-o", "map.csv").code == 0
        rows = list(csv.DictReader((tmp_path / "map.csv").open()))
        assert len(rows) == 3 * 365
        assert rows[365]["altitude_km"] == "550.0"

    def test_charts(self, dawnring, tmp_path):
        assert dawnring("eclipse", "solar_slice", "-o", "year.png", "--theme", "dark").code == 0
        with Image.open(tmp_path / "year.png") as picture:
            assert picture.width == 1600
            assert picture.convert("RGB").getpixel((2, 2)) == (0x0E, 0x13, 0x1B)
        assert dawnring("eclipse", "solar_slice", "--altitudes", "400:1600:400", "-o", "map.svg").code == 0
        assert "The lowest orbit without umbra" in (tmp_path / "map.svg").read_text()


class TestRefusal:
    def test_each_names_what_came(self, dawnring, tmp_path):
        dawnring("eclipse", "solar_slice", "--year", "2053").assert_refused(2, "1900..2052", "2053")
        dawnring("eclipse", "solar_slice", "--altitudes", "400:1600").assert_refused(2, "start:stop:step")
        dawnring("eclipse", "solar_slice", "--altitudes", "10:20:5").assert_refused(
            2, "altitudes = 10.000 km"
        )
        dawnring("eclipse", "solar_slice", "-o", "a.gif").assert_refused(2, "'gif'", ".png")
        (tmp_path / "there.png").write_text("")
        dawnring("eclipse", "solar_slice", "-o", "there.png").assert_refused(2, "exists", "--force")
        dawnring("eclipse", "solar_slice", "--altitudes", "500", "-o", "a.png").assert_refused(
            2, "two altitudes"
        )
        assert not (tmp_path / "a.png").exists()
