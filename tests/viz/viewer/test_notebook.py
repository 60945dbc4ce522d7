"""A design in a notebook: what the cell holds."""

import html
import re

import pytest

import viz
from geometry.design import load_design

MODULE = load_design("panel_module", ["ring.satellites_per_plane=24"])
COARSE = 0.3  # tolerance of loads that no test looks at


class TestNotebookLaw:
    def test_the_cell_holds_the_whole_page_and_fetches_nothing(self):
        shown = viz.show(MODULE, "2027-06-21T12:00:00Z", height_px=500, tolerance=COARSE)
        cell = shown._repr_html_()
        frame = re.fullmatch(r'<iframe title="dawnring: ([^"]*)" ([^>]*) srcdoc="([^"]*)"></iframe>', cell)
        assert frame[1] == MODULE.name
        assert 'height="500"' in frame[2]
        assert "src=" not in frame[2]
        page = html.unescape(frame[3])
        assert page == shown.page
        assert page.lstrip().lower().startswith("<!doctype html>")
        assert page.rstrip().endswith("</html>")
        assert "2027-06-21" in page
        assert len(repr(shown)) < 200  # a notebook without HTML is not flooded


class TestNotebookRefusal:
    @pytest.mark.parametrize(
        ("more", "word"), [({"height_px": 10}, "height_px"), ({"at": "soon"}, "ISO 8601")]
    )
    def test_nonsense(self, more, word):
        with pytest.raises(ValueError, match=word):
            viz.show(MODULE, **more)
