"""`presets` and `new`."""

from __future__ import annotations

import tomllib

import pytest

from geometry.design import presets

SIX = ("solar_slice", "solar_slice_radiators", "panel_module", "gpu_sheet", "broadband_28kw", "compute_120kw")


class TestPresets:
    def test_json_holds_the_six_of_the_interface(self, dawnring):
        document = dawnring("presets", "--json").document
        assert document["schema"] == "dawnring/presets/1"
        assert set(SIX) <= {p["name"] for p in document["presets"]}
        assert all(p["summary"] for p in document["presets"])

    def test_table_has_one_line_each(self, dawnring):
        assert len(dawnring("presets").out.splitlines()) == len(presets())


class TestNew:
    @pytest.mark.parametrize("preset", SIX)
    def test_written_file_is_a_design(self, dawnring, tmp_path, preset):
        outcome = dawnring("new", "mine.toml", "--preset", preset)
        assert outcome.code == 0
        assert "mine.toml" in outcome.err
        text = (tmp_path / "mine.toml").read_text()
        assert "#" in text
        assert tomllib.loads(text)
        assert dawnring("orbit", "mine.toml", "--duration-min", "1").code == 0

    def test_quiet_says_nothing(self, dawnring):
        outcome = dawnring("new", "mine.toml", "-q")
        assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


class TestNewRefusal:
    def test_file_that_exists_is_kept(self, dawnring, tmp_path):
        (tmp_path / "mine.toml").write_text("mine")
        dawnring("new", "mine.toml").assert_refused(2, "mine.toml", "--force")
        assert (tmp_path / "mine.toml").read_text() == "mine"
        assert dawnring("new", "mine.toml", "--force").code == 0
        assert (tmp_path / "mine.toml").read_text() != "mine"

    def test_unknown_preset_names_the_nearest(self, dawnring, tmp_path):
        dawnring("new", "mine.toml", "--preset", "solar_slise").assert_refused(2, "'solar_slice'")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("file", "said"),
        [("mine.txt", ".toml"), ("mine", ".toml"), ("nowhere/mine.toml", "nowhere"), (".", "suffix")],
    )
    def test_path_that_cannot_be(self, dawnring, file, said):
        dawnring("new", file).assert_refused(2, said)
