"""`sees`: the shapes of its document, the list of names, the file, refusals."""

from __future__ import annotations

import csv

import pytest


class TestSees:
    def test_shares_of_the_radiator(self, dawnring):
        outcome = dawnring("sees", "solar_slice_radiators", "--surface", "bus.radiator", "--json")
        assert outcome.code == 0, outcome.err
        document = outcome.document
        assert document["schema"] == "dawnring/sees/1"
        assert document["at"] == "2027-03-20T12:00:00.000000Z"
        names = dawnring("sees", "solar_slice_radiators", "--json").document["surfaces"]
        for key in ("shares", "solid_angle_shares"):
            shares = document[key]
            assert list(shares) == ["space", "earth_lit", "earth_dark", "sun", *names, "inactive"]
            assert sum(shares.values()) == pytest.approx(1.0, abs=1e-12)
            error = {"shares": "standard_error", "solid_angle_shares": "solid_angle_standard_error"}[key]
            assert max(document[error].values()) < 1e-3
        # the Sun stands behind it; the shield's wall fills a quarter of it
        assert document["shares"]["sun"] == 0.0
        assert document["shares"]["earth_shield.inner"] > 0.2

    def test_names_are_listed(self, dawnring):
        outcome = dawnring("sees", "panel_module")
        assert outcome.code == 0
        assert "module.front" in outcome.out.splitlines()

    def test_csv_holds_a_row_for_each(self, dawnring, tmp_path):
        outcome = dawnring("sees", "panel_module", "--surface", "module.front", "-o", "sees.csv")
        assert outcome.code == 0, outcome.err
        rows = list(csv.DictReader((tmp_path / "sees.csv").open()))
        assert [r["seen"] for r in rows[:4]] == ["space", "earth_lit", "earth_dark", "sun"]
        assert sum(float(r["share"]) for r in rows) == pytest.approx(1.0, abs=1e-12)

    def test_table_shows_what_is_seen(self, dawnring):
        lines = dawnring("sees", "panel_module", "--surface", "module.front").out.splitlines()
        assert lines[0].startswith("module.front")
        assert {line.split()[0] for line in lines[1:]} == {"space", "earth_lit", "sun"}


class TestSeesRefusal:
    def test_unknown_surface(self, dawnring):
        dawnring("sees", "panel_module", "--surface", "module.frnt").assert_refused(2, "'module.front'")

    def test_a_file_without_a_surface(self, dawnring):
        dawnring("sees", "panel_module", "-o", "x.csv").assert_refused(2, "--surface")

    def test_kind_of_file(self, dawnring):
        dawnring("sees", "panel_module", "--surface", "module.front", "-o", "x.doc").assert_refused(
            2, "'doc'", "csv"
        )

    def test_the_shot_knows_surfaces_too(self, dawnring):
        line = ("render", "panel_module", "--shot")
        dawnring(*line, "sees", "--surface", "module.frnt").assert_refused(2, "'module.front'")
        dawnring(*line, "ring", "--surface", "module.front").assert_refused(2, "render.ring", "surface")


@pytest.mark.slow
class TestSeesDrawn:
    def test_png_is_the_shot(self, dawnring, tmp_path):
        line = ("panel_module", "--surface", "module.front")
        assert dawnring("sees", *line, "-o", "a.png").code == 0
        assert dawnring("render", *line, "--shot", "sees", "-o", "b.png").code == 0
        assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
