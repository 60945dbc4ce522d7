"""Many numbers in a text, at once."""

from __future__ import annotations

import warnings

import numpy as np

from geometry.validation import FloatArray, IntArray


def numbers_in(text: str | bytes, count: int) -> FloatArray:
    """The numbers of a text, between any white space.

    Parameters
    ----------
    text : str or bytes
    count : int
        How many there must be.

    Returns
    -------
    array (count,)

    Raises
    ------
    ValueError
        Something that is no number, or another count.
    """
    text = text.strip()  # numpy takes white space alone for a number
    with warnings.catch_warnings():
        # numpy stops at what is no number: with a warning up to now, with a ValueError some day
        warnings.simplefilter("ignore", DeprecationWarning)
        values: FloatArray = np.fromstring(text, sep=" ") if text else np.zeros(0)
    if len(values) != count:
        raise ValueError(f"{len(values)} numbers where {count} should be")
    return values


def whole_numbers_in(text: str | bytes, count: int) -> IntArray:
    """As `numbers_in`, for whole numbers (numpy's own way takes a lone sign for one)."""
    values = numbers_in(text, count)
    whole = np.abs(values) < 2.0**53
    if not (whole.all() and (values == np.floor(values)).all()):
        raise ValueError("a number that is not whole")
    return values.astype(np.int64)
