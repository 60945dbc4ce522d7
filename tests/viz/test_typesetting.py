"""Small type: a line is as wide as its size says, so its words stay apart."""

from __future__ import annotations

import pytest

from viz.typesetting import LARGE, line_width

LINE = "400 of 1,000 satellites at 560 km"


class TestLineWidthLaw:
    @pytest.mark.parametrize("pixels", [8, 10, 11, 13, 17, 24, LARGE - 1])
    def test_a_line_grows_with_its_type(self, pixels: int) -> None:
        em = line_width(LINE, "regular", 400) / 400.0
        # advances are rounded to a quarter pixel at most: some 0.1 px a glyph of 33, half an em each
        assert line_width(LINE, "regular", pixels) / pixels == pytest.approx(em, rel=0.03)
