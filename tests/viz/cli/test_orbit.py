"""`orbit`: its fields of the states, and what is refused."""

from __future__ import annotations

import csv
from datetime import datetime

import numpy as np
import pytest
from sgp4.io import compute_checksum

from geometry.design import load_design
from geometry.orbit import orbit_states

# Satellite 5 of the SGP4 verification set [Vallado2006].
TLE_1 = "1 00005U 58002B   00179.78495062  .00000023  00000-0  28098-4 0  4753"
TLE_2 = "2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667"


class TestOrbit:
    @pytest.fixture
    def document(self, dawnring):
        outcome = dawnring("orbit", "solar_slice", "--duration-min", "30", "--step-s", "60", "--json")
        assert outcome.err == ""
        return outcome.document

    def test_head(self, document):
        assert document["schema"] == "dawnring/orbit/1"
        assert document["design"] == "solar_slice"
        assert set(document["provenance"]) == {"version", "seed", "rays", "wall_s"}

    def test_both_ends_and_shapes(self, document):
        assert len(document["times_utc"]) == 31
        assert document["times_utc"][0] == "2027-03-20T12:00:00.000000Z"
        assert document["times_utc"][-1] == "2027-03-20T12:30:00.000000Z"
        for name, shape in {
            "position_gcrs_km": (31, 3),
            "velocity_gcrs_km_s": (31, 3),
            "sun_direction_gcrs": (31, 3),
            "rotation_body_from_gcrs": (31, 3, 3),
            "beta_deg": (31,),
            "sunlit_fraction": (31,),
            "angle_of_attack_deg": (31,),
        }.items():
            assert np.shape(document[name]) == shape, name

    def test_units_are_those_of_the_names(self, document):
        states = orbit_states(load_design("solar_slice"), np.array(["2027-03-20T12:00"], "datetime64[us]"))
        # the same numbers, only divided by 1000: to rounding
        np.testing.assert_allclose(
            document["position_gcrs_km"][0], states.position_gcrs_m[0, 0] / 1e3, rtol=1e-15
        )
        np.testing.assert_allclose(
            document["velocity_gcrs_km_s"][0], states.velocity_gcrs_m_s[0, 0] / 1e3, rtol=1e-15
        )

    def test_angles_follow_from_the_states(self, document):
        r, v, s = (
            np.array(document[k]) for k in ("position_gcrs_km", "velocity_gcrs_km_s", "sun_direction_gcrs")
        )
        normal = np.cross(r, v)
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        z = np.array(document["rotation_body_from_gcrs"])[:, 2]
        along = v / np.linalg.norm(v, axis=1, keepdims=True)
        # asin near 82 deg magnifies rounding of its argument sevenfold: 1e-12 deg is still far above it
        np.testing.assert_allclose(
            document["beta_deg"], np.degrees(np.arcsin(np.sum(normal * s, 1))), atol=1e-10
        )
        attack = np.degrees(np.arcsin(np.abs(np.sum(z * along, 1))))
        np.testing.assert_allclose(document["angle_of_attack_deg"], attack, atol=1e-10)

    def test_end_that_the_steps_miss_is_added(self, dawnring):
        times = dawnring("orbit", "solar_slice", "--duration-min", "2.5", "--json").document["times_utc"]
        seconds = [
            (datetime.fromisoformat(t) - datetime.fromisoformat(times[0])).total_seconds() for t in times
        ]
        assert seconds == [0.0, 60.0, 120.0, 150.0]

    def test_at_and_satellite(self, dawnring):
        line = ("orbit", "solar_slice", "--duration-min", "0", "--at", "2027-06-01T00:00:00+02:00", "--json")
        first, other = dawnring(*line).document, dawnring(*line, "--satellite", "500").document
        assert first["times_utc"] == ["2027-05-31T22:00:00.000000Z"]
        # half the ring apart: opposite up to 4 e a = 30 km (frozen e = 1e-3) and short-period terms (10 km)
        np.testing.assert_allclose(first["position_gcrs_km"], -np.array(other["position_gcrs_km"]), atol=40.0)

    def test_set_changes_the_design(self, dawnring):
        line = ("orbit", "solar_slice", "--duration-min", "0", "--json")
        low = dawnring(*line).document["position_gcrs_km"][0]
        high = dawnring(*line, "--set", "orbit.altitude_km=760", "--set", "name=high").document
        assert high["design"] == "high"
        # 200 km higher, up to the short-period terms of both (10 km)
        assert np.linalg.norm(high["position_gcrs_km"][0]) - np.linalg.norm(low) == pytest.approx(
            200.0, abs=20.0
        )

    def test_csv_and_parquet_hold_the_same(self, dawnring, tmp_path):
        parquet = pytest.importorskip("pyarrow.parquet")
        for suffix in ("csv", "parquet", "json"):
            assert dawnring("orbit", "solar_slice", "--duration-min", "5", "-o", f"o.{suffix}").code == 0
        with (tmp_path / "o.csv").open() as stream:
            rows = list(csv.DictReader(stream))
        table = parquet.read_table(tmp_path / "o.parquet")
        assert len(rows) == table.num_rows == 6
        assert list(rows[0]) == table.column_names
        for name in ("position_x_gcrs_km", "velocity_z_gcrs_km_s", "rotation_body_from_gcrs_13"):
            assert [float(r[name]) for r in rows] == table[name].to_pylist()
        assert b'"dawnring/orbit/1"' in table.schema.metadata[b"dawnring"]

    def test_file_and_stdout_keep_apart(self, dawnring):
        outcome = dawnring("orbit", "solar_slice", "--duration-min", "1", "-o", "o.csv", "--json")
        assert len(outcome.document["times_utc"]) == 2
        assert "o.csv" in outcome.err


class TestImportedElements:
    @pytest.fixture
    def design(self, tmp_path):
        (tmp_path / "a.tle").write_text(f"VANGUARD 1\n{TLE_1}\n{TLE_2}\n")
        text = (
            '[epoch]\nstart_utc = "2000-06-27T18:50:19.733568Z"\n[orbit]\ntype = "elements"\nfile = "a.tle"\n'
        )
        (tmp_path / "d.toml").write_text(text)
        return "d.toml"

    def test_state_at_epoch(self, dawnring, design):
        """[Vallado2006], satellite 5: |r| = 7160.6 km and |v| = 8.074 km/s, the same in TEME and GCRS."""
        document = dawnring("orbit", design, "--duration-min", "1", "--json").document
        expected = np.linalg.norm([7022.46529266, -1400.08296755, 0.03995155])
        assert np.linalg.norm(document["position_gcrs_km"][0]) == pytest.approx(expected, abs=1e-5)
        expected = np.linalg.norm([1.893841015, 6.405893759, 4.534807250])
        assert np.linalg.norm(document["velocity_gcrs_km_s"][0]) == pytest.approx(expected, abs=1e-8)

    def test_a_satellite_that_the_file_has_not(self, dawnring, design):
        dawnring("orbit", design, "--satellite", "1").assert_refused(2, "from 0 to 0", "got 1")

    def test_stale_elements_are_flown_with_a_warning(self, dawnring, design):
        with pytest.warns(UserWarning, match=r"VANGUARD 1 \(00005\) is flown 364 days"):
            outcome = dawnring("orbit", design, "--at", "2001-06-27", "--duration-min", "1", "--json")
        assert len(outcome.document["times_utc"]) == 2

    def test_decayed(self, dawnring, design, tmp_path):
        line = TLE_1.replace(" 28098-4", " 90000-1")[:68]
        (tmp_path / "a.tle").write_text(f"FELL\n{line}{compute_checksum(line)}\n{TLE_2}\n")
        with pytest.warns(UserWarning, match=r"FELL \(00005\) is flown"):
            outcome = dawnring("orbit", design, "--at", "2005-01-01", "--duration-min", "1")
        outcome.assert_refused(2, "SGP4 cannot fly FELL (00005) at 2005-01-01", "newer elements")


class TestOrbitRefusal:
    @pytest.mark.parametrize(
        ("tokens", "words"),
        [
            (("solar_slise",), ("'solar_slice'",)),
            (("nothing.toml",), ("nothing.toml", "does not exist")),
            (("solar_slice", "--set", "orbit.altitude_kn=500"), ("altitude_km",)),
            (("solar_slice", "--set", "orbit.altitude=500"), ("altitude_km",)),
            (("solar_slice", "--set", "orbit.altitude_km=nan"), ("altitude_km",)),
            (("solar_slice", "--set", "orbit.altitude_km='500 km'"), ("altitude_km",)),
            (("solar_slice", "--set", "orbit.altitude_km=9000"), ("9000", "altitude")),
            (("solar_slice", "--set", "orbit.altitude_km=-500"), ("altitude",)),
            (("solar_slice", "--set", "orbit.ltan_h=25"), ("ltan_h",)),
            (("solar_slice", "--set", "orbit"), ("--set", "section.key=value")),
            (("solar_slice", "--at", "2099-01-01"), ("2099", "de421")),
            (("solar_slice", "--at", "yesterday"), ("--at", "yesterday")),
            (("solar_slice", "--set", "epoch.start_utc='1800-01-01'"), ("1800", "de421")),
            (("solar_slice", "--satellite", "1000"), ("999", "1000")),
            (("solar_slice", "--satellite", "-1"), ("-1",)),
            (("solar_slice", "--satellite", "1.5"), ("--satellite", "whole number", "1.5")),
            (("solar_slice", "--satellite", "nan"), ("--satellite", "whole number")),
            (("solar_slice", "--at", "1850-01-01"), ("--at", "1899-07-29", "1850")),
            (("solar_slice", "--step-s", "0"), ("--step-s",)),
            (("solar_slice", "--step-s", "nan"), ("--step-s",)),
            (("solar_slice", "--duration-min", "-5"), ("--duration-min",)),
            (("solar_slice", "--duration-min", "1e6", "--step-s", "1e-3"), ("--step-s", "2,000,000")),
            (("solar_slice", "-o", "o.xlsx"), ("xlsx", ".csv", ".parquet")),
            (("solar_slice", "-o", "o"), ("suffix",)),
        ],
    )
    def test_one_line_and_no_file(self, dawnring, tmp_path, tokens, words):
        dawnring("orbit", *tokens).assert_refused(2, *words)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("file", "text", "words"),
        [
            ("a.tle", f"{TLE_1}\n{TLE_2[:-1]}0\n", ("a.tle, line 2", "checksum")),
            ("a.tle", f"NAME\n{TLE_1}\n", ("a.tle, line 2", "missing")),
            ("a.tle", f"{TLE_1[:-4]}\n{TLE_2}\n", ("a.tle, line 1", "69 columns")),
            ("a.tle", "", ("a.tle", "no orbital elements")),
            ("a.json", '[{"EPOCH": "2027-01-01"}]', ("a.json, entry 1", "MEAN_MOTION")),
            ("a.json", "[{", ("a.json, line 1", "not JSON")),
            ("a.csv", "EPOCH,MEAN_MOTION\n2027-01-01,15\n", ("a.csv, line 2", "ECCENTRICITY")),
            ("a.xml", "<omm/>", (".json", "a.xml")),
        ],
    )
    def test_elements_that_cannot_be_trusted(self, dawnring, tmp_path, file, text, words):
        (tmp_path / file).write_text(text)
        (tmp_path / "d.toml").write_text(f'[orbit]\ntype = "elements"\nfile = "{file}"\n')
        dawnring("orbit", "d.toml").assert_refused(2, *words)

    def test_broken_toml(self, dawnring, tmp_path):
        (tmp_path / "bad.toml").write_text("[orbit\naltitude_km = 5")
        dawnring("orbit", "bad.toml").assert_refused(2, "bad.toml", "TOML")

    def test_output_is_refused_before_the_design_is_read(self, dawnring, tmp_path):
        (tmp_path / "o.csv").write_text("kept")
        dawnring("orbit", "nothing.toml", "-o", "o.csv").assert_refused(2, "o.csv", "--force")
        assert (tmp_path / "o.csv").read_text() == "kept"

    def test_parquet_without_pyarrow_tells_the_line(self, dawnring, monkeypatch):
        monkeypatch.setattr("viz.machine.Extra.is_installed", False)
        dawnring("orbit", "solar_slice", "-o", "o.parquet").assert_refused(3, "pip install", "pyarrow")
