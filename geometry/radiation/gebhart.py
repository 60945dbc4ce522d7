"""Exchange factors of diffuse enclosures from view factors, by one linear system."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from geometry.validation import FloatArray, check_finite, check_in_range, check_shape


def gebhart_factors(view_factors: ArrayLike | csr_array, absorptances: ArrayLike) -> FloatArray:
    """Share of what each surface radiates that each absorbs, all diffuse reflections counted.

    Parameters
    ----------
    view_factors : array or sparse array (S, S)
        Row: from.  What a row lacks to 1 leaves to space.
    absorptances : array (S,)
        Emittance in the infrared, solar absorptance in sunlight; the rest is reflected diffusely.

    Returns
    -------
    array (S, S)

    Raises
    ------
    ValueError
        Shapes that do not fit, numbers out of range, a closed enclosure of perfect reflectors.

    Notes
    -----
    B = (I - F diag(1 - a))^-1 F diag(a) [Gebhart1961].  Each surface is taken to be evenly lit; where it is
    not, as beside a wall, `exchange_factors` (rays) or smaller surfaces are right.
    """
    absorptance = check_in_range(absorptances, 0.0, 1.0, name="absorptances")
    size = len(check_shape(absorptance, (None,), name="absorptances"))
    whole = getattr(view_factors, "toarray", None)  # of a sparse one
    factors = check_finite(view_factors if whole is None else whole(), name="view_factors")
    check_shape(factors, (size, size), name="view_factors")
    check_in_range(factors, 0.0, 1.0, name="view_factors")
    check_in_range(factors.sum(axis=1), 0.0, 1.0 + 1e-6, name="sums of the rows of view_factors")
    system = np.eye(size) - factors * (1.0 - absorptance)
    try:
        return np.asarray(np.linalg.solve(system, factors * absorptance), dtype=float)
    except np.linalg.LinAlgError as error:
        raise ValueError(
            "absorptances must not all be 0 in a closed enclosure: nothing would take the light up"
        ) from error
