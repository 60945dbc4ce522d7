"""The doors: input is checked once, by name, and arrays are copied and frozen.

Every `check_*` raises `ValueError` or `TypeError` with the name, what is
allowed, what came, and returns the checked value.  Comparisons are written so
that NaN is refused too.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def read_only(values: ArrayLike, dtype: DTypeLike = float) -> NDArray[Any]:
    """A frozen, contiguous copy of `values`; the caller keeps his own array.

    An array that is all that already, or a part of one, is not copied again.
    """
    if type(values) is np.ndarray and values.dtype == dtype:
        flags, owner = values.flags, values if values.base is None else values.base
        frozen = type(owner) is np.ndarray and owner.flags.owndata and not owner.flags.writeable
        if frozen and flags.c_contiguous and not flags.writeable:
            return values
    array = np.array(values, dtype=dtype, order="C")
    array.setflags(write=False)
    return array


def _numbers(values: ArrayLike, name: str) -> FloatArray:
    """Values as a float array; ValueError where they are none."""
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be a number or an array of numbers, got {values!r:.60}") from error


def check_finite(values: ArrayLike, *, name: str) -> FloatArray:
    """Refuse NaN and infinity; returns a float array."""
    array = _numbers(values, name)
    refused = ~np.isfinite(array)
    if refused.any():
        raise ValueError(f"{name} must be finite, got {array[refused].flat[0]}")
    return array


def _told(value: float) -> str:
    """A number in words: whole ones below a billion digit by digit."""
    return f"{value:.0f}" if float(value).is_integer() and abs(value) < 1e9 else f"{value:g}"


def check_in_range(values: ArrayLike, low: float, high: float, *, name: str, unit: str = "") -> FloatArray:
    """Refuse values outside [low, high], NaN included; returns a float array."""
    array = _numbers(values, name)
    refused = ~((array >= low) & (array <= high))
    if refused.any():
        unit = f" {unit}" if unit else ""
        allowed, got = f"[{_told(low)}, {_told(high)}]{unit}", _told(array[refused].flat[0])
        raise ValueError(f"{name} must lie in {allowed}, got {got}")
    return array


def check_number(value: object, low: float, high: float, *, name: str) -> float:
    """Refuse what is not one number in [low, high]: lists, words and True are none."""
    one = value[()] if isinstance(value, np.ndarray) else value
    if not isinstance(one, Real) or isinstance(one, bool):
        raise ValueError(f"{name} must be one number, got {value!r:.60}")
    return float(check_in_range(float(one), low, high, name=name))


def check_whole(value: object, low: int, high: int, *, name: str) -> int:
    """Refuse what is not one whole number in [low, high]; 1e6 is one, 1.5 is not."""
    number = check_number(value, low, high, name=name)
    if not number.is_integer():
        raise ValueError(f"{name} must be a whole number, got {number:g}")
    return int(value)  # type: ignore[call-overload]


def check_positive(values: ArrayLike, *, name: str) -> FloatArray:
    """Refuse values that are not greater than zero, or not finite."""
    array = check_finite(values, name=name)
    if not (array > 0).all():
        raise ValueError(f"{name} must be greater than 0, got {array.min():g}")
    return array


def check_shape(values: ArrayLike, shape: tuple[int | None, ...], *, name: str) -> NDArray[Any]:
    """Refuse another shape; None stands for any length of that axis."""
    array = np.asarray(values)
    fits = array.ndim == len(shape) and all(
        want is None or want == got for want, got in zip(shape, array.shape, strict=True)
    )
    if not fits:
        wanted = ", ".join("any" if n is None else str(n) for n in shape)
        raise ValueError(f"{name} must have shape ({wanted}), got {array.shape}")
    return array


def check_choice(value: str, choices: Collection[str], *, name: str) -> str:
    """Refuse a word that is not one of `choices`; names the nearest."""
    if value not in choices:
        raise ValueError(f"{name} {unknown_word(str(value), choices)}")
    return value


def unknown_word(word: str, known: Collection[str]) -> str:
    """`'xyz' is unknown; did you mean 'xyy'?`, or the list where nothing is near."""
    near = difflib.get_close_matches(str(word), list(known), n=1, cutoff=0.6)
    if near:
        return f"{word!r} is unknown; did you mean {near[0]!r}?"
    return f"{word!r} is unknown; choose from {', '.join(sorted(known))}"
