"""`doctor`: it reports, it does not fail."""

from __future__ import annotations

import contextlib
import io
import json
import sys

import pytest

from viz.cli.main import run
from viz.machine import EXTRAS
from viz.opengl import opengl_route


@pytest.fixture(scope="module")
def document():
    with contextlib.redirect_stdout(io.StringIO()) as out:
        assert run(["doctor", "--json"]) == 0
    return json.loads(out.getvalue())


class TestDoctor:
    def test_numbers_can_be_made_here(self, document):
        for name in ("ray_engine", "ephemeris", "ffmpeg"):
            assert document["checks"][name]["works"], document["checks"][name]

    def test_versions_are_those_installed(self, document):
        assert document["versions"]["dawnring"] == document["provenance"]["version"]
        assert "not installed" not in document["versions"].values()

    def test_opengl_is_what_the_probe_found(self, document):
        assert document["checks"]["opengl"]["works"] is (opengl_route() is not None)

    def test_what_does_not_work_tells_how_to_get_it(self, document):
        assert set(document["extras"]) == {e.name for e in EXTRAS}
        for extra in document["extras"].values():
            assert extra["works"] or "-m pip install" in extra["remedy"]

    def test_table_has_a_line_for_each(self, dawnring):
        outcome = dawnring("doctor")
        assert outcome.code == 0
        for word in ("opengl", "cuda", "ray_engine", "ephemeris", "assets", "ffmpeg", "tables"):
            assert any(line.startswith(word) for line in outcome.out.splitlines())

    def test_machine_without_opengl_is_no_failure(self, dawnring, monkeypatch):
        monkeypatch.setattr("viz.opengl.opengl_route", lambda: None)
        outcome = dawnring("doctor")
        assert outcome.code == 0
        assert "libegl1" in outcome.out


class TestExtras:
    def test_install_line_is_for_this_python(self):
        tables = next(e for e in EXTRAS if e.name == "tables")
        assert tables.install_line.startswith(sys.executable)
        assert "pyarrow>=18" in tables.install_line
