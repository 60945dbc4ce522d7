"""Whole files or none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from viz.output import OutputExistsError, check_output, write_text


class TestTextLaw:
    def test_text_is_utf8_with_plain_line_ends(self, tmp_path):
        write_text(tmp_path / "a.txt", "\u03b2\n")
        assert (tmp_path / "a.txt").read_bytes() == b"\xce\xb2\n"


class TestOutputRefusal:
    def test_kind_by_suffix_whatever_its_case(self, tmp_path):
        assert check_output(tmp_path / "A.PNG", ("csv", "png"), force=False) == "png"

    @pytest.mark.parametrize("name", ["a.xyz", "a", ".csv"])
    def test_suffix_lists_those_possible(self, tmp_path, name):
        with pytest.raises(ValueError, match=r"\.csv, \.png"):
            check_output(tmp_path / name, ("csv", "png"), force=False)

    def test_existing_file_needs_force(self, tmp_path):
        path = tmp_path / "a.csv"
        path.touch()
        with pytest.raises(OutputExistsError, match="--force"):
            check_output(path, ("csv",), force=False)
        assert check_output(path, ("csv",), force=True) == "csv"

    def test_folder_in_the_place_of_the_file(self, tmp_path):
        (tmp_path / "a.csv").mkdir()
        with pytest.raises(ValueError, match="is a folder"):
            check_output(tmp_path / "a.csv", ("csv",), force=True)

    def test_folder_that_is_absent_or_a_file(self, tmp_path):
        (tmp_path / "file").touch()
        with pytest.raises(ValueError, match="does not exist"):
            check_output(tmp_path / "none" / "a.csv", ("csv",), force=False)
        with pytest.raises(ValueError, match="is a file"):
            check_output(tmp_path / "file" / "a.csv", ("csv",), force=False)

    @pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that refuses even root")
    def test_folder_that_cannot_be_written(self):
        with pytest.raises(PermissionError, match="cannot be written"):
            check_output(Path("/proc/a.csv"), ("csv",), force=False)

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
    def test_folder_without_permission(self, tmp_path):
        tmp_path.chmod(0o500)
        with pytest.raises(PermissionError, match="cannot be written"):
            check_output(tmp_path / "a.csv", ("csv",), force=False)
