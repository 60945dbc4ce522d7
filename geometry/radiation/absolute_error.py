"""Shares to an absolute tolerance: how far an error is from it, and the word of warning."""

from __future__ import annotations

import warnings

import numpy as np

from geometry.radiation.accuracy import STOPPING_MARGIN, AccuracyWarning
from geometry.validation import FloatArray


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
