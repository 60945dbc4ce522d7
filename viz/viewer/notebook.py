"""A design inside a notebook: the self-contained page in a frame, so that it works offline and when kept."""

from __future__ import annotations

import html
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from geometry.design import Design
from geometry.ephemeris import parse_utc
from geometry.validation import check_in_range
from viz.viewer.page import write_page


@dataclass(frozen=True)
class InlineView:
    """What a notebook shows in place of a value.

    Parameters
    ----------
    page : str
        A whole HTML page.
    title : str
    height_px : int
    """

    page: str = field(repr=False)
    title: str
    height_px: int

    def _repr_html_(self) -> str:
        """The page in a frame of its own: its scripts and styles touch nothing of the notebook."""
        return (
            f'<iframe title="{html.escape(self.title)}" width="100%" height="{self.height_px}" '
            f'style="border:0" allow="fullscreen" srcdoc="{html.escape(self.page)}"></iframe>'
        )


def show(
    design: Design,
    at: str | np.datetime64 | None = None,
    *,
    height_px: int = 640,
    tolerance: float | None = None,
) -> InlineView:
    """Show a design in a notebook cell, to be turned, played and clicked.

    Parameters
    ----------
    design : Design
    at : datetime64 or ISO 8601 text, optional
        UTC; default the design's epoch.
    height_px : int
        Of the frame, 200 to 4000.
    tolerance : float, optional
        Standard error of the heat loads, as `viz.viewer.page.write_page` takes it.

    Returns
    -------
    InlineView
        Has `_repr_html_`, which Jupyter, Colab and VS Code show.

    Raises
    ------
    ValueError
        As `write_page`; a height out of range.
    """
    check_in_range(height_px, 200, 4000, name="height_px", unit="pixels")
    moment = None if at is None else parse_utc(at, name="at")
    with tempfile.TemporaryDirectory(prefix="dawnring-") as folder:
        path = Path(folder) / "page.html"
        write_page(design, path, at_utc=moment, tolerance=tolerance)
        page = path.read_text(encoding="utf-8")
    return InlineView(page, f"dawnring: {design.name}", int(height_px))
