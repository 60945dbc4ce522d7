"""`demo`: what it leaves, and what it does not begin."""

from __future__ import annotations

import csv

import pytest

import viz.cli.commands.demo as module
from viz.cli.commands.demo import _works
from viz.cli.options import Voice
from viz.cli.results import Report

MADE = {"heat.csv", "ring.png", "satellite.png", "heat.png", "ring.mp4"}


class TestDemo:
    def test_makes_what_the_interface_promises(self):
        assert {name for name, _, _ in _works(Report("demo", Voice()), 1)} == MADE

    @pytest.mark.slow
    @pytest.mark.image
    def test_whole(self, dawnring, tmp_path):
        outcome = dawnring("demo", "--json")
        assert outcome.code == 0, outcome.err
        assert {f.name for f in (tmp_path / "dawnring-demo").iterdir()} == MADE
        with (tmp_path / "dawnring-demo" / "heat.csv").open() as stream:
            rows = list(csv.DictReader(stream))
        assert len({r["time_utc"] for r in rows}) == 72
        assert outcome.document["provenance"]["rays"] > 0

    def test_runs_again_over_its_own_files(self, dawnring, tmp_path, monkeypatch):
        def write(report, jobs):
            return [("a.txt", "a line", lambda path, design: path.write_text("new") and None)]

        monkeypatch.setattr(module, "_works", write)
        monkeypatch.setattr("viz.opengl.require_opengl", lambda: None)
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "a.txt").write_text("old")
        (tmp_path / "out" / "mine.txt").write_text("mine")
        outcome = dawnring("demo", "-o", "out")
        assert outcome.code == 0
        assert "a.txt" in outcome.out
        assert (tmp_path / "out" / "a.txt").read_text() == "new"
        assert (tmp_path / "out" / "mine.txt").read_text() == "mine"


class TestDemoRefusal:
    def test_machine_without_opengl_makes_no_folder(self, dawnring, tmp_path, monkeypatch):
        monkeypatch.setattr("viz.opengl.opengl_route", lambda: None)
        dawnring("demo").assert_refused(3, "libegl1 libgl1")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.image
    def test_file_in_the_place_of_the_folder(self, dawnring, tmp_path):
        (tmp_path / "dawnring-demo").write_text("kept")
        dawnring("demo").assert_refused(2, "dawnring-demo")
        assert (tmp_path / "dawnring-demo").read_text() == "kept"
