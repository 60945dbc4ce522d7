"""Names beside a picture, each led to its place: no two lines cross, no two words meet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from geometry.validation import FloatArray, check_finite, check_shape
from viz import theme
from viz.camera import Camera
from viz.scene import Color, Label

STEP = 1.55  # of two lines of words, in their size


def callouts(
    camera: Camera,
    places_gcrs_m: ArrayLike,
    words: Sequence[str],
    columns: tuple[float, float],
    rows: tuple[float, float],
    *,
    size: float = 0.021,
    color: Color = theme.TEXT,
    sides: ArrayLike | None = None,
) -> tuple[Label, ...]:
    """Labels in a column to the left and one to the right of a picture, led to places in it.

    Parameters
    ----------
    camera : Camera
    places_gcrs_m : array (K, 3)
        What is named, before the camera, m.
    words : sequence of K str
    columns : tuple of 2 float
        Where the words of the left column end and those of the right one begin, in heights of the
        picture from its middle to the right.
    rows : tuple of 2 float
        First and last line that may be used, in heights from the middle downwards.
    size : float
        Of the words, in heights.
    color : Color
    sides : int array (K,), optional
        -1 for the left column, 1 for the right; default the nearer half of the places to each.

    Returns
    -------
    tuple of K Label
        In the order of the words.

    Raises
    ------
    ValueError
        More words than lines.

    Notes
    -----
    Lines of the two columns stay on their own halves.  In a column, words first stand as near to the
    height of their places as the others allow; then, while two lines cross, their words change places:
    each change makes the lines shorter in all, so this ends [Bekos2007].
    """
    at = _in_heights(
        camera, check_shape(check_finite(places_gcrs_m, name="places"), (len(words), 3), name="places")
    )
    if sides is None:
        left = np.zeros(len(words), bool)
        left[np.argsort(at[:, 0], kind="stable")[: len(words) // 2]] = True
    else:
        left = np.asarray(sides) < 0
    ends = np.empty_like(at)
    for chosen, column in ((np.flatnonzero(left), columns[0]), (np.flatnonzero(~left), columns[1])):
        ends[chosen] = _column(at[chosen], column, rows, STEP * size)
    return tuple(
        Label(text, (place[0], place[1], place[2]), (end[0] - own[0], end[1] - own[1]), size, color, True)
        for text, place, own, end in zip(
            words, np.asarray(places_gcrs_m, dtype=float).tolist(), at.tolist(), ends.tolist(), strict=True
        )
    )


def _in_heights(camera: Camera, places: FloatArray) -> FloatArray:
    """Places (K, 2) to the right and downwards from the middle of the picture, in its heights."""
    size = (1600, 900)
    pixels, _ = camera.pixels(places, size)
    return (pixels + 0.5 - 0.5 * np.array(size)) / size[1]


def _column(at: FloatArray, column: float, rows: tuple[float, float], step: float) -> FloatArray:
    """Ends (K, 2) of the lines from places (K, 2) to one column."""
    count = len(at)
    if step * (count - 1) > rows[1] - rows[0] + 1e-9:
        raise ValueError(
            f"{count} words of {step:.3f} heights do not fit between rows {rows[0]:g} and {rows[1]:g}; "
            "name fewer, or make them smaller"
        )
    order = np.argsort(at[:, 1], kind="stable")
    height = at[order, 1].clip(*rows)
    for k in range(1, count):
        height[k] = max(height[k], height[k - 1] + step)
    low = rows[1]
    for k in range(count - 1, -1, -1):
        height[k] = min(height[k], low)
        low = height[k] - step
    ends = np.empty((count, 2))
    ends[order] = np.stack([np.full(count, column), height], axis=1)
    return _uncrossed(at, ends)


def _uncrossed(at: FloatArray, ends: FloatArray) -> FloatArray:
    """The same ends, given to the places so that no two lines cross."""
    count = len(at)
    while True:
        pair = next(
            (
                (i, k)
                for i in range(count)
                for k in range(i + 1, count)
                if crossing(at[i], ends[i], at[k], ends[k])
            ),
            None,
        )
        if pair is None:
            return ends
        ends[list(pair)] = ends[list(pair[::-1])]


def crossing(a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray) -> bool:
    """Whether the lines from a to b and from c to d (2,) meet between their ends."""

    def turn(p: FloatArray, q: FloatArray, r: FloatArray) -> float:
        return float((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]))

    return turn(a, b, c) * turn(a, b, d) < 0.0 and turn(c, d, a) * turn(c, d, b) < 0.0
