"""How small a standard error each view factor is to have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geometry.radiation.accuracy import STOPPING_MARGIN
from geometry.validation import FloatArray, check_number

RELATIVE_FLOOR = 1e-3
"""A relative tolerance asks for no less than this share of the absolute one: rays never find some factors."""


@dataclass(frozen=True)
class Aim:
    """An absolute standard error, and where `relative` is given that share of each factor as well.

    Parameters
    ----------
    tolerance : float
        Absolute.
    relative : float, optional
        Of each factor, down to a thousandth of `tolerance`.
    """

    tolerance: float
    relative: float | None = None

    def __post_init__(self) -> None:
        check_number(self.tolerance, 1e-12, 1.0, name="tolerance")
        if self.relative is not None:
            check_number(self.relative, 1e-6, 1.0, name="relative_tolerance")

    @property
    def error(self) -> float:
        """What is aimed at where the absolute tolerance counts: it, with a margin."""
        return self.tolerance / STOPPING_MARGIN

    def allowed(self, factors: FloatArray) -> FloatArray:
        """Standard errors aimed at for view factors of any shape."""
        if self.relative is None:
            return np.full(np.shape(factors), self.error)
        share = self.relative / STOPPING_MARGIN * np.asarray(factors)
        return np.asarray(np.clip(share, RELATIVE_FLOOR * self.error, self.error))

    def __str__(self) -> str:
        relative = "" if self.relative is None else f" (relative_tolerance {self.relative:g})"
        return f"tolerance {self.tolerance:g}{relative}"
