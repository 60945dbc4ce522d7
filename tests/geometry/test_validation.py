"""The doors."""

import numpy as np
import pytest

from geometry.validation import check_number, check_whole, read_only


class TestReadOnlyLaw:
    @pytest.mark.parametrize("part", [np.s_[:], np.s_[2:5], np.s_[None]])
    def test_what_nobody_may_write_is_not_copied(self, part):
        kept = read_only(np.arange(12.0).reshape(6, 2))
        assert np.shares_memory(read_only(kept[part]), kept)

    @pytest.mark.parametrize("part", [np.s_[:], np.s_[2:5], np.s_[:, 0]])
    def test_what_its_owner_may_write_is_copied(self, part):
        own = np.arange(12.0).reshape(6, 2)
        view = own[part]
        view.setflags(write=False)
        kept = read_only(view)
        own[:] = -1.0
        np.testing.assert_array_equal(kept, np.arange(12.0).reshape(6, 2)[part])
        with pytest.raises(ValueError, match="read-only"):
            kept[...] = 0.0

    def test_another_order_or_type_is_copied(self):
        kept = read_only(np.arange(12.0).reshape(6, 2))
        assert read_only(kept[:, 1]).flags.c_contiguous
        assert read_only(kept, np.float32).dtype == np.float32


class TestOneNumberRefusal:
    @pytest.mark.parametrize("value", [1, 1.0, np.int64(1), np.float32(1), np.array(1)])
    def test_numbers_of_all_makes(self, value):
        assert check_number(value, 0.0, 2.0, name="x") == check_whole(value, 0, 2, name="x") == 1

    @pytest.mark.parametrize("value", [True, np.True_, None, "1", [1], np.ones(1), 1j])
    def test_what_is_no_number(self, value):
        with pytest.raises(ValueError, match="x must be one number, got"):
            check_whole(value, 0, 2, name="x")

    @pytest.mark.parametrize("value", [3, -1, np.nan, np.inf])
    def test_out_of_range(self, value):
        with pytest.raises(ValueError, match=r"x must lie in \[0, 2\]"):
            check_whole(value, 0, 2, name="x")

    def test_no_whole_number(self):
        with pytest.raises(ValueError, match=r"x must be a whole number, got 1\.5"):
            check_whole(1.5, 0, 2, name="x")
