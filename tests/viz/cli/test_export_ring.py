"""`dawnring export` of the ring: every format through the front door, and what it refuses."""

import json

import pytest
from sgp4.api import Satrec

from geometry.orbit.formats import RING_SUFFIXES as KNOWN_SUFFIXES
from viz.cli.ring_files import RING_SUFFIXES, members_of

SMALL = ("--set", "ring.satellites_per_plane=30")


class TestRingFilesLaw:
    def test_suffixes_are_those_of_the_writers(self):
        assert {f: tuple("." + s for s in own) for f, own in RING_SUFFIXES.items()} == KNOWN_SUFFIXES

    @pytest.mark.parametrize("format", RING_SUFFIXES)
    def test_each_format_by_name(self, dawnring, tmp_path, format):
        outcome = dawnring("export", "solar_slice", "--format", format, *SMALL, "--json")
        assert outcome.code == 0, outcome.err
        path = tmp_path / f"solar_slice.{RING_SUFFIXES[format][0]}"
        assert [p.name for p in tmp_path.iterdir()] == [path.name]
        document = outcome.document
        assert document["schema"] == "dawnring/export/1"
        assert (document["format"], document["output"]) == (format, path.name)
        assert document["satellites"] == (1 if format == "oem" else 30)
        assert all(remark in outcome.err for remark in document["remarks"])

    @pytest.mark.parametrize("suffix", ["tle", "3le", "oem", "czml", "parquet"])
    def test_a_suffix_that_says_enough(self, dawnring, tmp_path, suffix):
        assert dawnring("export", "solar_slice", *SMALL, "-o", f"a.{suffix}").code == 0
        assert (tmp_path / f"a.{suffix}").stat().st_size > 0

    def test_options_reach_the_file(self, dawnring, tmp_path):
        tokens = ("--satellites", "2:8:3,20", "--first-number", "1000", "--at", "2027-06-01T00:00:00Z")
        assert dawnring("export", "solar_slice", *SMALL, *tokens, "-o", "a.tle").code == 0
        lines = (tmp_path / "a.tle").read_text().splitlines()
        records = [Satrec.twoline2rv(a, b) for a, b in zip(lines[::2], lines[1::2], strict=True)]
        assert [r.satnum for r in records] == [1002, 1005, 1008, 1020]
        assert all(r.epochyr == 27 and r.epochdays == 152.0 for r in records)  # 1 June
        assert (
            dawnring(
                "export", "solar_slice", *SMALL, "--duration-min", "10", "--step-s", "300", "-o", "a.czml"
            ).code
            == 0
        )
        packet = json.loads((tmp_path / "a.czml").read_text())[1]
        assert packet["position"]["cartesian"][::4] == [0.0, 300.0, 600.0]

    def test_oem_follows_satellite(self, dawnring, tmp_path):
        assert dawnring("export", "solar_slice", *SMALL, "--satellite", "7", "-o", "a.oem").code == 0
        assert "OBJECT_NAME = SOLAR_SLICE 7\n" in (tmp_path / "a.oem").read_text()

    def test_several_oem_become_a_file_each(self, dawnring, tmp_path):
        tokens = ("export", "solar_slice", *SMALL, "--satellites", "3,5", "-o", "a.oem")
        outcome = dawnring(*tokens, "--json")
        assert outcome.document["output"] == ["a-3.oem", "a-5.oem"]
        assert sorted(p.name for p in tmp_path.iterdir()) == ["a-3.oem", "a-5.oem"]
        assert "OBJECT_NAME = SOLAR_SLICE 5\n" in (tmp_path / "a-5.oem").read_text()
        dawnring(*tokens).assert_refused(2, "a-3.oem", "--force")


class TestRingFilesRefusal:
    @pytest.mark.parametrize(
        ("tokens", "words"),
        [
            (("-o", "a.json"), ("omm or czml or stellarium", "--format")),
            (("--format", "omm", "-o", "a.xml"), (".csv", ".json")),
            (("--format", "omm", "--step-s", "10"), ("step_s", "omm")),
            (("--format", "oem", "--step-s", "0"), ("--step-s", "greater than 0")),
            (("--format", "oem", "--duration-min", "-5"), ("--duration-min", "min, got -5")),
            (("--format", "glb", "--first-number", "7"), ("--first-number", "ring")),
            (("--format", "tle", "--detail", "rich"), ("--detail", "tle")),
            (("--format", "tle", "--satellite", "3"), ("--satellites 3",)),
            (("--format", "tle", "--satellites", "1.5"), ("whole numbers", "1.5")),
            (("--format", "tle", "--satellites", "99"), ("from 0 to 29",)),
            (("--format", "czml", "--satellites", "3,3"), ("member once", "3,3")),
            (("--format", "tle", "--first-number", "1.5"), ("--first-number", "whole number")),
            (("--format", "tle", "--at", "1930-01-01"), ("1957 to 2056", "1930", "omm")),
            (("--format", "tle", "--first-number", "339990"), ("339,999", "omm")),
            (("--format", "omm", "--set", "ring.satellites_per_plane=900000"), ("too dense",)),
            (
                (
                    "--format",
                    "tle",
                    "--set",
                    "orbit.type=keplerian",
                    "--set",
                    "orbit.semi_major_axis_km=7000",
                ),
                ("two-body", "oem"),
            ),
        ],
    )
    def test_one_line_and_no_file(self, dawnring, tmp_path, tokens, words):
        dawnring("export", "solar_slice", *SMALL, *tokens).assert_refused(2, *words)
        assert list(tmp_path.iterdir()) == []

    def test_members(self):
        assert members_of("3,5,8", name="x") == [3, 5, 8]
        assert members_of("0:6:3", name="x") == [0, 3, 6]
        with pytest.raises(ValueError, match="x must be"):
            members_of("a", name="x")
