"""The doors."""

import numpy as np
import pytest

from geometry.validation import read_only


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
