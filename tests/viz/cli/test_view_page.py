"""`dawnring view DESIGN --html FILE`."""

from __future__ import annotations

import pytest


class TestRefusal:
    @pytest.mark.parametrize(
        ("tokens", "words"),
        [
            (("panel_module", "--html", "page.pdf"), ("pdf", ".html")),
            (("panel_module", "--html", "page"), ("suffix", ".html")),
            (("panel_module", "--html", "nowhere/page.html"), ("nowhere", "mkdir -p")),
            (("panel_modul", "--html", "page.html"), ("panel_module",)),
            (("panel_module", "--html", "page.html", "--at", "soon"), ("--at", "ISO 8601")),
            (("panel_module", "--html", "page.html", "--at", "2090-01-01"), ("2053",)),
            (("panel_module", "--html", "page.html", "--tolerance", "-1"), ("tolerance",)),
            (("solar_slice", "--html", "page.html", "--set", "ring.satellites_per_plane=900000"), ("ring",)),
        ],
    )
    def test_nonsense_is_refused_in_one_line(self, dawnring, tmp_path, tokens, words):
        dawnring("view", *tokens).assert_refused(2, *words)
        assert not list(tmp_path.iterdir())

    def test_existing_file_is_kept_without_force(self, dawnring, tmp_path):
        (tmp_path / "page.html").write_text("mine")
        dawnring("view", "panel_module", "--html", "page.html").assert_refused(2, "exists", "--force")
        assert (tmp_path / "page.html").read_text() == "mine"


class TestLaw:
    @pytest.mark.slow  # casts the loads of a craft
    def test_writes_the_page_and_says_so(self, dawnring, tmp_path):
        outcome = dawnring("view", "panel_module", "--html", "page.html", "--tolerance", "0.3", "--json")
        assert outcome.code == 0
        assert outcome.document["schema"] == "dawnring/view/1"
        assert outcome.document["size_bytes"] == (tmp_path / "page.html").stat().st_size
        assert "wrote page.html: 1,000 satellites" in outcome.err
