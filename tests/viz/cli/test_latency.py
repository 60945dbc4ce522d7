"""`dawnring latency`: fields, table, chart, refusals."""

import csv

import pytest
from PIL import Image


class TestFieldsLaw:
    def test_as_promised(self, dawnring):
        found = dawnring("latency", "solar_slice", "--json").document
        assert found["schema"] == "dawnring/latency/1"
        assert set(found["by_local_time"][0]) == {"local_time_h", "latitude_deg", "rtt_ms"}
        assert found["best_rtt_ms"] <= min(p["rtt_ms"] for p in found["by_local_time"])
        assert found["worst_rtt_ms"] >= max(p["rtt_ms"] for p in found["by_local_time"])
        noon = [p for p in found["by_local_time"] if p["latitude_deg"] == 0.0 and p["local_time_h"] == 12.0]
        assert noon[0]["rtt_ms"] == pytest.approx(found["equator_noon_rtt_ms"])
        assert found["equator_midnight_rtt_ms"] == pytest.approx(found["equator_noon_rtt_ms"])
        curve = {p["altitude_km"]: p["equator_noon_rtt_ms"] for p in found["by_altitude"]}
        assert curve[560.0] == found["equator_noon_rtt_ms"]
        assert curve[860.0] < curve[560.0]  # claim C5

    def test_the_network_counts(self, dawnring):
        low = dawnring("latency", "solar_slice", "--set", "network.min_elevation_deg=60.0", "--json").document
        assert low["min_elevation_deg"] == pytest.approx(60.0)
        assert low["worst_rtt_ms"] > dawnring("latency", "solar_slice", "--json").document["worst_rtt_ms"]


class TestOutputLaw:
    def test_table_and_chart(self, dawnring, tmp_path):
        assert dawnring("latency", "solar_slice", "-o", "a.csv").code == 0
        assert len(list(csv.DictReader((tmp_path / "a.csv").open()))) == 37 * 49
        assert dawnring("latency", "solar_slice", "-o", "a.png").code == 0
        with Image.open(tmp_path / "a.png") as picture:
            assert picture.width == 1600

    def test_for_people(self, dawnring):
        assert "equator at noon, ms      66.10" in dawnring("latency", "solar_slice").out


class TestRefusal:
    def test_each_names_what_came(self, dawnring):
        dawnring("latency", "solar_slice", "--set", "network.grazing_altitude_km=600.0").assert_refused(
            2, "grazing_altitude_km", "600"
        )
        dawnring(
            "latency",
            "solar_slice",
            "--set",
            "orbit.type=keplerian",
            "--set",
            "orbit.semi_major_axis_km=7000.0",
        ).assert_refused(2, "sun_synchronous")
        dawnring("latency", "solar_slice", "-o", "a.txt").assert_refused(2, "'txt'")
