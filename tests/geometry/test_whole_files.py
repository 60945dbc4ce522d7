"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os

import pytest

from geometry.whole_files import whole_file


class TestWholeFileLaw:
    def test_appears_only_when_complete(self, tmp_path):
        path = tmp_path / "heat.csv"
        with whole_file(path) as partial:
            partial.write_text("half")
            assert partial.parent == path.parent
            assert partial.suffix == ".csv"
            assert not path.exists()
        assert path.read_text() == "half"
        assert list(tmp_path.iterdir()) == [path]

    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, MemoryError])
    def test_failure_leaves_the_old_file_and_nothing_else(self, tmp_path, error):
        path = tmp_path / "heat.csv"
        path.write_text("old")

        def interrupted():
            with whole_file(path) as partial:
                partial.write_text("half")
                raise error

        with pytest.raises(error):
            interrupted()
        assert path.read_text() == "old"
        assert list(tmp_path.iterdir()) == [path]

    def test_a_full_disk_names_the_file(self, tmp_path):
        def filled():
            with whole_file(tmp_path / "a.png"):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with pytest.raises(OSError, match=r"a\.png") as told:
            filled()
        assert told.value.filename == str(tmp_path / "a.png")
