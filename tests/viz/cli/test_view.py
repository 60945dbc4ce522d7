"""What `dawnring view` refuses, and with which word."""

from __future__ import annotations

import socket

import pytest

from viz.cli.main import MEND_INPUT, MISSING


class TestRefusal:
    @pytest.mark.parametrize(
        ("tokens", "word"),
        [
            (("--port", "8000"), "--port belongs to --browser"),
            (("--json",), "--json belongs to --html"),
            (("--force", "--browser"), "--force belongs to --html"),
            (("--jobs", "2"), "--jobs belongs to --html"),
            (("--size", "800x600", "--browser"), "--size is of the window"),
            (("--size", "800x600", "--html", "a.html"), "--size is of the window"),
            (("--html", "a.html", "--browser"), "leave out --browser"),
            (("--browser", "--port", "99999"), "from 1 to 65535"),
            (("--browser", "--at", "3000-01-01"), "ephemeris"),
            (("--browser", "--set", "orbit.altitude_km=1"), "altitude"),
            (("--browser", "--set", "ring.satellites_per_plane=900000"), "too dense"),
        ],
    )
    def test_input_to_be_mended(self, dawnring, tokens, word):
        pytest.importorskip("trame") if "--browser" in tokens else None
        dawnring("view", "solar_slice", *tokens).assert_refused(MEND_INPUT, word)

    def test_nonsense_for_a_size(self, dawnring):
        dawnring("view", "solar_slice", "--size", "big").assert_refused(MEND_INPUT, "WIDTHxHEIGHT")

    def test_a_port_in_use(self, dawnring):
        pytest.importorskip("trame")
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            dawnring("view", "solar_slice", "--browser", "--port", port).assert_refused(
                MEND_INPUT, str(port), "in use"
            )

    @pytest.mark.parametrize("display", [None, ":4321"])
    def test_no_display(self, dawnring, monkeypatch, display):
        monkeypatch.delenv("DISPLAY", raising=False)
        if display:
            monkeypatch.setenv("DISPLAY", display)
        dawnring("view", "solar_slice").assert_refused(MISSING, "--browser", "--html FILE")

    def test_without_the_extra(self, dawnring, monkeypatch):
        monkeypatch.setattr("viz.machine.Extra.is_installed", False)
        dawnring("view", "solar_slice", "--browser").assert_refused(MISSING, "pip install", "trame")
