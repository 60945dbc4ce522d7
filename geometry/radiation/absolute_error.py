"""Shares to an absolute tolerance: how far an error is from it, and the word of warning."""

from __future__ import annotations

import warnings

import numpy as np

from geometry.radiation.accuracy import STOPPING_MARGIN, AccuracyWarning
from geometry.validation import FloatArray, check_in_range


def check_casting(tolerance: float, max_rays: float, seed: int) -> None:
    """Refuse what no run of rays can be asked for."""
    check_in_range(tolerance, 1e-7, 1.0, name="tolerance")
    check_in_range(max_rays, 1, 1e12, name="max_rays")
    check_in_range(seed, 0, 2**62, name="seed")


def over_allowed(errors: FloatArray, tolerance: float) -> FloatArray:
    """Standard errors over the error aimed at, which is the tolerance with a margin."""
    return np.asarray(errors) * (STOPPING_MARGIN / tolerance)


def warn_of_error(error: float, tolerance: float, max_rays: float) -> None:
    """Warns where the worst standard error is above the tolerance."""
    if error > tolerance:
        warnings.warn(
            f"tolerance {tolerance:g} was not reached with max_rays={max_rays:g}: the worst standard error "
            f"is {error:.2g}; raise max_rays or the tolerance",
            AccuracyWarning,
            stacklevel=4,
        )
