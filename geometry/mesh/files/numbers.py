"""Many numbers in a text, at once."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray


def numbers_in(text: str | bytes, count: int, dtype: type = float) -> NDArray[Any]:
    """The numbers of a text, between any white space.

    Parameters
    ----------
    text : str or bytes
    count : int
        How many there must be.
    dtype : float or int

    Returns
    -------
    array (count,)

    Raises
    ------
    ValueError
        Something that is no number, or another count.
    """
    with warnings.catch_warnings():
        # numpy stops at what is no number: with a warning up to now, with a ValueError some day
        warnings.simplefilter("ignore", DeprecationWarning)
        values: NDArray[Any] = np.fromstring(text, dtype=dtype, sep=" ")
    if len(values) != count:
        raise ValueError(f"{len(values)} numbers where {count} should be")
    return values
