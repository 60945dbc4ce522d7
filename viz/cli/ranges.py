"""Ranges as people type them: start:stop:step, both ends included."""

from __future__ import annotations

MOST_VALUES = 100_000


def steps(text: str, *, name: str) -> list[float]:
    """Values of `start:stop:step`, or the one value of a plain number.

    Parameters
    ----------
    text : str
        "400:1600:50"; the stop is included where the steps meet it.
    name : str
        The option, for messages.

    Returns
    -------
    list of float
        Each start + k step, without the error of adding up.

    Raises
    ------
    ValueError
        Not three numbers, a step that leads nowhere, more than 100,000 values.
    """
    form = f"{name} must be start:stop:step, such as 400:1600:50"
    try:
        parts = [float(part) for part in text.split(":")]
    except ValueError:
        raise ValueError(f"{form}, got {text!r}") from None
    if not all(abs(part) < 1e300 for part in parts):  # NaN and infinity fail too
        raise ValueError(f"{form} of finite numbers, got {text!r}")
    if len(parts) == 1:
        return parts
    if len(parts) != 3:
        raise ValueError(f"{form}, got {text!r}")
    start, stop, step = parts
    if not step > 0.0 or not stop >= start:
        raise ValueError(f"{form} with start <= stop and step > 0, got {text!r}")
    count = (stop - start) / step
    if not count < MOST_VALUES:
        raise ValueError(f"{name} {text!r} makes more than {MOST_VALUES:,} values; take a longer step")
    return [start + k * step for k in range(int(count + 1e-9) + 1)]
