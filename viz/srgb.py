"""The curve between linear light and the codes of sRGB [IEC61966], both in [0, 1]."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def linear_from_srgb(color: ArrayLike) -> NDArray[Any]:
    """Linear light of sRGB values in [0, 1]."""
    c = np.asarray(color, dtype=float)
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def srgb_from_linear(color: ArrayLike) -> NDArray[Any]:
    """sRGB values of linear light in [0, 1]."""
    c = np.clip(np.asarray(color, dtype=float), 0.0, 1.0)
    return np.where(c <= 0.0031308, 12.92 * c, 1.055 * c ** (1.0 / 2.4) - 0.055)
