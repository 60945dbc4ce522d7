"""`render` and `video`: thin, so what is tested is what they refuse, name, list and leave behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from PIL import Image

from viz.pictures import films, shots

SMALL = ("--size", "96x54")


class TestRender:
    def test_list_names_every_shot_with_a_line(self, dawnring):
        lines = dawnring("render", "--list").out.splitlines()
        assert [line.split()[0] for line in lines] == list(shots())
        assert all(len(line.split()) > 3 for line in lines)
        assert [s["name"] for s in dawnring("render", "--list", "--json").document["shots"]] == list(shots())

    @pytest.mark.image
    def test_picture_has_the_size_asked_for(self, dawnring, tmp_path):
        outcome = dawnring("render", "solar_slice", "--shot", "ring", *SMALL, "-o", "a.png", "--json")
        assert outcome.document["size"] == [96, 54]
        assert "a.png" in outcome.err
        with Image.open(tmp_path / "a.png") as image:
            assert image.size == (96, 54)
        assert [f.name for f in tmp_path.iterdir()] == ["a.png"]

    @pytest.mark.image
    def test_without_output_the_file_has_the_name_of_the_shot(self, dawnring, tmp_path):
        assert dawnring("render", "solar_slice", "--shot", "ring", *SMALL, "-q").code == 0
        assert (tmp_path / "ring.png").exists()

    @pytest.mark.image
    def test_options_of_the_shot_come_from_the_design(self, dawnring, tmp_path):
        line = ("render", "solar_slice", "--shot", "ring", *SMALL, "-o")
        assert dawnring(*line, "a.png").code == 0
        assert dawnring(*line, "b.png", "--set", "render.ring.hour=3.0").code == 0
        assert (tmp_path / "a.png").read_bytes() != (tmp_path / "b.png").read_bytes()


class TestVideo:
    def test_list_names_the_films(self, dawnring):
        lines = dawnring("video", "--list").out.splitlines()
        assert [line.split()[0] for line in lines] == list(films())

    @pytest.mark.image
    def test_film_is_written_whole(self, dawnring, tmp_path):
        outcome = dawnring(
            "video", "solar_slice", "--seconds", "0.2", "--fps", "10", *SMALL, "-o", "a.mp4", "--json"
        )
        assert outcome.code == 0, outcome.err
        assert outcome.document["fps"] == 10
        assert [f.name for f in tmp_path.iterdir()] == ["a.mp4"]
        assert (tmp_path / "a.mp4").read_bytes()[4:8] == b"ftyp"


class TestInterruption:
    @pytest.mark.image
    @pytest.mark.skipif(sys.platform == "win32", reason="no process groups")
    def test_ctrl_c_in_the_middle_of_a_film(self, tmp_path):
        """As a terminal does it: the signal goes to the workers, too."""
        line = ("video", "solar_slice", "--shot", "ring", "--seconds", "600", *SMALL, "-o", "a.mp4")
        process = subprocess.Popen(
            [sys.executable, "-m", "viz.cli.main", *line],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob(".a.mp4.partial-*/*")) and time.monotonic() < deadline:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 130, err
        assert (out, err) == ("", "dawnring: interrupted\n")
        assert not (tmp_path / "a.mp4").exists()


class TestPictureRefusal:
    @pytest.mark.parametrize(
        ("tokens", "words"),
        [
            (("--shot", "ring"), ("DESIGN",)),
            (("solar_slice", "--shot", "rign"), ("'ring'",)),
            (("solar_slice", "--size", "big"), ("--size", "1920x1080")),
            (("solar_slice", "--size", "1920"), ("--size",)),
            (("solar_slice", "--size", "-5x10"), ("--size",)),
            (("solar_slice", "--size", "4x4"), ("16",)),
            (("solar_slice", "--size", "99999x10"), ("16384",)),
            (("solar_slice", "-o", "a.jpg"), (".png",)),
            (("solar_slice", "--shot", "ring", "--at", "2099-01-01"), ("de421",)),
            (("solar_slice", "--shot", "ring", "--set", "ring.satellites_per_plane=900000"), ("too dense",)),
            (("solar_slice", "--shot", "ring", "--set", "render.rign.hour=3"), ("'ring'",)),
            (("solar_slice", "--shot", "ring", "--set", "render.ring.huor=3"), ("'hour'",)),
            (("solar_slice", "--shot", "ring", "--set", "render.ring.hour=30"), ("hour", "24")),
            (("solar_slice", "--shot", "ring", "--set", "render.ring=3"), ("table",)),
        ],
    )
    def test_still_is_refused_in_one_line(self, dawnring, tmp_path, monkeypatch, tokens, words):
        # what is asked for is refused the same on a machine that cannot draw
        monkeypatch.setattr("viz.shot_options.require_opengl", lambda: None)
        dawnring("render", *tokens).assert_refused(2, *words)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("tokens", "words"),
        [
            (("--size", "321x180"), ("even", "320")),
            (("--shot", "rign"), ("'ring'",)),
            (("--seconds", "0"), ("2 frames",)),
            (("--seconds", "nan"), ("seconds",)),
            (("--seconds", "1e9"), ("seconds",)),
            (("--fps", "0"), ("fps",)),
            (("--fps", "23.5"), ("--fps", "whole number", "23.5")),
            (("-j", "1.5"), ("-j", "whole number", "1.5")),
            (("-o", "a.avi"), (".mp4",)),
            (("-j", "0"), ("-j",)),
        ],
    )
    def test_film_is_refused_in_one_line(self, dawnring, tmp_path, monkeypatch, tokens, words):
        monkeypatch.setattr("viz.shot_options.require_opengl", lambda: None)
        dawnring("video", "solar_slice", *tokens).assert_refused(2, *words)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("tokens", [("render",), ("video", "--seconds", "1"), ("heat", "-o", "a.png")])
    def test_machine_without_opengl(self, dawnring, tmp_path, monkeypatch, tokens):
        monkeypatch.setattr("viz.opengl.opengl_route", lambda: None)
        monkeypatch.setattr("viz.pictures.ring.MESHES", True, raising=False)
        name, *more = tokens
        shot = () if name == "heat" else ("--shot", "ring")
        dawnring(name, "solar_slice", *more, *shot).assert_refused(3, "libegl1 libgl1")
        assert list(tmp_path.iterdir()) == []

    def test_existing_file_is_refused_before_anything_is_drawn(self, dawnring, tmp_path):
        for name, file in (("render", "a.png"), ("video", "a.mp4"), ("heat", "b.png")):
            (tmp_path / file).write_text("kept")
            dawnring(name, "solar_slice", "-o", file).assert_refused(2, file, "--force")
            assert (tmp_path / file).read_text() == "kept"
