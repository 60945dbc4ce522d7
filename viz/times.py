"""The times that pictures and films are of, and how captions write them."""

from __future__ import annotations

from typing import Literal

import numpy as np

from geometry.design import Design
from geometry.ephemeris import parse_utc
from geometry.validation import check_in_range

LONGEST_FILM = 1_000_000  # frames


def time_or_epoch(design: Design, at_utc: np.datetime64 | None) -> np.datetime64:
    """A time in UTC as a datetime64[us], the design's epoch where none is told.

    Raises
    ------
    ValueError
        Not a time.
    """
    return parse_utc(design.epoch_utc if at_utc is None else at_utc, name="at_utc")


def later_utc(start_utc: np.datetime64, elapsed_s: float) -> np.datetime64:
    """The time so many seconds after another, to the microsecond."""
    return start_utc + np.timedelta64(round(1e6 * elapsed_s), "us")


def year_of(at_utc: np.datetime64) -> int:
    """The calendar year that a time lies in."""
    return int(str(at_utc)[:4])


def year_span(year: int) -> tuple[np.datetime64, np.datetime64]:
    """When a calendar year begins and ends, UTC, datetime64[us]."""
    return np.datetime64(f"{year}-01-01", "us"), np.datetime64(f"{year + 1}-01-01", "us")


def year_share(at_utc: np.datetime64) -> float:
    """How far a time lies into its calendar year, 0 to 1."""
    first, end = year_span(year_of(at_utc))
    return float((at_utc - first) / (end - first))


def check_frames(frames: int) -> None:
    """Refuse a film of less than two frames or more than a million.

    Raises
    ------
    ValueError
        As said.
    """
    check_in_range(frames, 2, LONGEST_FILM, name="frames")


def film_start(design: Design, at_utc: np.datetime64 | None, frames: int) -> np.datetime64:
    """When a film of so many frames begins: default at the design's epoch.

    Raises
    ------
    ValueError
        As `check_frames`.
    """
    check_frames(frames)
    return time_or_epoch(design, at_utc)


def moment_text(at_utc: np.datetime64, unit: Literal["m", "s"] = "m") -> str:
    """`2027-03-20  12:00 UTC`: a time for a caption, cut off after the minute or the second."""
    return str(np.datetime_as_string(at_utc, unit=unit)).replace("T", "  ") + " UTC"


def clock_text(local_time_s: float) -> str:
    """`18:04`: seconds after midnight as a clock shows them, to the nearest minute."""
    minutes = round(local_time_s / 60.0) % 1440
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
