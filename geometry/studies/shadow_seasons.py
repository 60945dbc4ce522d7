"""Seasons of shadow: spans of time in which every revolution meets the penumbra, found by their edges."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from geometry.ephemeris import TimeArray, seconds_since
from geometry.studies.shadow_paths import DAY, NOON, ShadowPath
from geometry.validation import FloatArray

_NEAR_MISS_RAD = 2e-4  # a daily minimum this close to the shadow may hide a season shorter than a day
_FOLLOWED = 400 * DAY
_CHUNK_DAYS = 50
_HALVINGS = 30  # of a day: 0.1 ms


@dataclass(frozen=True)
class Season:
    """A span in which every revolution meets the penumbra.

    Parameters
    ----------
    first_penumbra_utc, last_penumbra_utc : datetime64[us] or None
        Its edges; None where it has none within 400 days of the year, or within the ephemeris.
    first_umbra_utc, last_umbra_utc : datetime64[us] or None
        First and last moment with umbra; None as above, and where the season is all penumbra.
    has_umbra : bool
    open_start, open_end : bool
        It began before the year, it ends after it.
    """

    first_penumbra_utc: np.datetime64 | None
    first_umbra_utc: np.datetime64 | None
    last_umbra_utc: np.datetime64 | None
    last_penumbra_utc: np.datetime64 | None
    has_umbra: bool
    open_start: bool
    open_end: bool


def span_nodes(first_utc: np.datetime64, end_utc: np.datetime64) -> TimeArray:
    """Both ends of a span and every 12:00 UTC between them."""
    noon = first_utc.astype("datetime64[D]").astype("datetime64[us]") + NOON
    noons = np.arange(noon, end_utc, DAY)
    return np.unique(np.concatenate([[first_utc], noons[noons > first_utc], [end_utc]]))


def shadow_seasons(
    path: ShadowPath, first_utc: np.datetime64, end_utc: np.datetime64
) -> tuple[tuple[Season, ...], FloatArray]:
    """Seasons of the first orbit of `path` that touch [first, end).

    Parameters
    ----------
    path : ShadowPath
        Followed up to 400 days beyond the span, as far as it reaches.
    first_utc, end_utc : datetime64[us]

    Returns
    -------
    seasons : tuple of Season
    pieces_s : array (P, 2)
        The parts of the span in shadow, cut at every edge of umbra and penumbra; seconds from `first_utc`.
    """
    times, penumbra, umbra = _sampled(path, first_utc, end_utc)
    seconds = seconds_since(times, first_utc)
    found = _crossings(path, first_utc, seconds, np.stack([penumbra, umbra]))
    length_s = float(seconds_since(np.array([end_utc]), first_utc)[0])
    seasons: list[Season] = []
    pieces: list[tuple[float, float]] = []
    for start, stop in _spans(found[0], penumbra):
        if stop <= 0.0 or start >= length_s:
            continue
        dark = [(a, b) for a, b in _spans(found[1], umbra) if a < stop and b > start]
        umbra_edges = (
            (_moment(dark[0][0], first_utc), _moment(dark[-1][1], first_utc)) if dark else (None, None)
        )
        seasons.append(
            Season(
                _moment(start, first_utc),
                *umbra_edges,
                _moment(stop, first_utc),
                has_umbra=bool(dark),
                open_start=start < 0.0,
                open_end=stop > length_s,
            )
        )
        low, high = max(start, 0.0), min(stop, length_s)
        cuts = np.unique(np.clip([low, *(edge for span in dark for edge in span), high], low, high))
        pieces += pairwise(cuts.tolist())
    return tuple(seasons), np.array(pieces).reshape(-1, 2)


def _sampled(
    path: ShadowPath, first_utc: np.datetime64, end_utc: np.datetime64
) -> tuple[TimeArray, FloatArray, FloatArray]:
    """Times, margins of penumbra and umbra: from light to light about the span, if the path goes so far."""
    reach_first = max(path.first_utc, first_utc - _FOLLOWED)
    reach_last = min(path.last_utc, end_utc + _FOLLOWED)
    times = span_nodes(max(path.first_utc, first_utc - DAY), min(path.last_utc, end_utc + DAY))
    margins = _margins(path, times)
    while margins[0, 0] < 0.0 and times[0] > reach_first:
        more = np.maximum(times[0] - np.arange(_CHUNK_DAYS, 0, -1) * DAY, reach_first)
        more = np.unique(more[more < times[0]])
        times, margins = np.append(more, times), np.hstack([_margins(path, more), margins])
    while margins[0, -1] < 0.0 and times[-1] < reach_last:
        more = np.minimum(times[-1] + np.arange(1, _CHUNK_DAYS + 1) * DAY, reach_last)
        more = np.unique(more[more > times[-1]])
        times, margins = np.append(times, more), np.hstack([margins, _margins(path, more)])
    closer = _closer_looks(times, margins)
    if closer.size:
        times, order = np.unique(np.append(times, closer), return_index=True)
        margins = np.hstack([margins, _margins(path, closer)])[:, order]
    return times, margins[0], margins[1]


def _margins(path: ShadowPath, times: TimeArray) -> FloatArray:
    """Margins of penumbra and umbra, (2, T), rad."""
    found = path.shadows(times, margins_only=True)
    return np.concatenate([found.penumbra_margin_rad[:1], found.umbra_margin_rad[:1]])


def _closer_looks(times: TimeArray, margins: FloatArray) -> TimeArray:
    """Hourly times wherever an extreme between samples might lie on the other side of zero."""
    inner = margins[:, 1:-1]
    before, after = margins[:, :-2], margins[:, 2:]
    low = (inner <= before) & (inner <= after) & (inner >= 0.0) & (inner < _NEAR_MISS_RAD)
    high = (inner >= before) & (inner >= after) & (inner < 0.0) & (inner > -_NEAR_MISS_RAD)
    at = times[1:-1][(low | high).any(axis=0)]
    hours = np.arange(-23, 24) * (DAY // 24)
    looks = np.unique(at[:, None] + hours) if at.size else at
    return looks[(looks > times[0]) & (looks < times[-1])]


def _crossings(
    path: ShadowPath, first_utc: np.datetime64, seconds: FloatArray, margins: FloatArray
) -> list[FloatArray]:
    """Zeros of both margins, in seconds: all brackets bisected together."""
    row, k = np.nonzero((margins[:, :-1] < 0.0) != (margins[:, 1:] < 0.0))
    low, high = seconds[k], seconds[k + 1]
    falls = margins[row, k + 1] < 0.0
    for _ in range(_HALVINGS if k.size else 0):
        middle = 0.5 * (low + high)
        times = first_utc + np.rint(middle * 1e6).astype("timedelta64[us]")
        below = _margins(path, times)[row, np.arange(row.size)] < 0.0
        later = below != falls
        low, high = np.where(later, middle, low), np.where(later, high, middle)
    edges = 0.5 * (low + high)
    return [edges[row == 0], edges[row == 1]]


def _spans(edges_s: FloatArray, margins: FloatArray) -> list[tuple[float, float]]:
    """Spans with a negative margin from its zeros; infinite where an edge lies beyond the samples."""
    bounds = list(edges_s)
    if margins[0] < 0.0:
        bounds.insert(0, -np.inf)
    if margins[-1] < 0.0:
        bounds.append(np.inf)
    return [(float(a), float(b)) for a, b in zip(bounds[::2], bounds[1::2], strict=True)]


def _moment(seconds: float, first_utc: np.datetime64) -> np.datetime64 | None:
    """UTC of an edge; None for one that was not found."""
    if not np.isfinite(seconds):
        return None
    return first_utc + np.timedelta64(round(seconds * 1e6), "us")
