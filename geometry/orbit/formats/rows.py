"""Rows of text by one format operation for many satellites: no Python statement runs for each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROWS_PER_BLOCK = 20_000
_NAME_LENGTH = 16  # with a number of six digits and a space: 23 of the 24 columns of a name line


def row_blocks(count: int) -> Iterator[slice]:
    """Consecutive slices that cover `count` rows."""
    for start in range(0, count, ROWS_PER_BLOCK):
        yield slice(start, min(start + ROWS_PER_BLOCK, count))


def text_rows(template: str, columns: Sequence[Sequence[Any] | NDArray[Any]]) -> str:
    """`template % row` for all rows of equally long columns, joined."""
    lists = [c.tolist() if isinstance(c, np.ndarray) else c for c in columns]
    count = len(lists[0])
    return (template * count) % tuple(chain.from_iterable(zip(*lists, strict=True)))


def plain_name(name: str) -> str:
    """A design's name in what every format takes: capitals, digits, dashes; at most 16 characters."""
    words = re.sub(r"[^A-Z0-9._-]+", "-", name.upper()).strip("-.")
    return words[:_NAME_LENGTH].rstrip("-.") or "DAWNRING"


def plain_text(text: str) -> str:
    """Printable ASCII without what would end a field of CSV or JSON."""
    return re.sub(r'[^ -~]|["\\\\,]', " ", text).strip() or "object"


def rounded_angle_deg(angle_rad: NDArray[np.float64], decimals: int) -> NDArray[np.float64]:
    """Angles in degrees in [0, 360) that stay there when written with so many decimals."""
    angle = np.round(np.degrees(angle_rad) % 360.0, decimals)
    return np.asarray(np.where(angle < 360.0, angle, 0.0))
