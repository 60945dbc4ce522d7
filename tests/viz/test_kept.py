"""Arrays kept from start to start: the same bits, never stale, harmless where nothing can be kept."""

import numpy as np
import pytest

from viz.kept import kept_arrays


@pytest.fixture
def maker(monkeypatch, tmp_path):
    """Asks for arrays as a new start would, and counts how often they were made."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def ask(*made_from):
        def make():
            ask.made += 1
            return {"map": np.arange(12, dtype=np.uint8).reshape(3, 4), "table": np.linspace(0.0, 1.0, 5)}

        return kept_arrays("thing", made_from, make)

    ask.made = 0
    ask.home = tmp_path / "dawnring"
    return ask


class TestKeptLaw:
    def test_second_start_reads_the_same_bits(self, maker):
        first, second = maker("a"), maker("a")
        assert maker.made == 1
        assert list(first) == list(second)
        for name, array in first.items():
            np.testing.assert_array_equal(second[name], array, strict=True)

    def test_what_is_read_may_be_changed_and_stays_as_it_was_on_disk(self, maker):
        maker("a")
        maker("a")["map"][0, 0] = 99  # kernels are compiled for arrays that may be written
        assert maker("a")["map"][0, 0] == 0

    def test_other_sources_are_made_anew_and_replace_the_old(self, maker, tmp_path):
        source = tmp_path / "source.txt"
        source.write_text("one")
        maker(source)
        source.write_text("two")
        maker(source)
        assert maker.made == 2
        assert len(list(maker.home.iterdir())) == 1

    @pytest.mark.parametrize("spoiled", ["map.npy", "names.json"])
    def test_spoiled_file_is_made_anew(self, maker, spoiled):
        maker("a")
        (folder,) = maker.home.iterdir()
        (folder / spoiled).write_bytes((folder / spoiled).read_bytes()[:-5])
        assert maker("a")["map"].shape == (3, 4)
        assert maker.made == 2
        maker("a")
        assert maker.made == 2

    def test_cache_that_cannot_be_written_is_no_error(self, maker, monkeypatch, tmp_path):
        (tmp_path / "file").touch()
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
        assert maker("a")["map"].shape == maker("a")["map"].shape == (3, 4)
        assert maker.made == 2
