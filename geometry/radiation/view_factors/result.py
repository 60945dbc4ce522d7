"""`ViewFactors`: what each surface of a mesh sees of each other, with its errors."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from scipy.sparse import csr_array

from geometry.radiation.provenance import Provenance
from geometry.radiation.view_factors.exact_pairs import METHODS
from geometry.validation import FloatArray, read_only, unknown_word


@dataclass(frozen=True, eq=False)
class ViewFactors:
    """View factors between S surfaces; a row is what one surface sees.

    Parameters
    ----------
    surface_names : tuple of S str
    area_m2 : array (S,)
    view_factor : sparse array (S, S)
        F_ij: share of what leaves i evenly and diffusely that arrives at j straight.
    standard_error : sparse array (S, S)
        0 where the value is exact to rounding.
    method_code : sparse int8 array (S, S)
        Index into `METHODS`: 0 none, 1 closed form, 2 sampled.
    to_space, to_space_standard_error : array (S,)
        Share that meets nothing.
    to_inactive, to_inactive_standard_error : array (S,)
        Share that lands on sides which belong to no surface.
    closure_residual : array (S,)
        Row sum with space and inactive sides, less 1, before the balance: space by rays alone.
    provenance : Provenance

    Notes
    -----
    "closed_form": nothing stands between; the contour integral over the boundaries, exact to about 1e-12.
    "sobol": sampled, with the standard error of 16 independent scrambles; by points on the one and exactly
    clipped sight of the other where both are made of few planar parts, by rays elsewhere.  "none": the planes
    of the two prove that they cannot see each other, or, where rays decide, no ray found the other.
    """

    surface_names: tuple[str, ...]
    area_m2: FloatArray
    view_factor: csr_array
    standard_error: csr_array
    method_code: csr_array
    to_space: FloatArray
    to_space_standard_error: FloatArray
    to_inactive: FloatArray
    to_inactive_standard_error: FloatArray
    closure_residual: FloatArray
    provenance: Provenance

    def __post_init__(self) -> None:
        for f in fields(self):
            value = getattr(self, f.name)
            if isinstance(value, np.ndarray):
                object.__setattr__(self, f.name, read_only(value, value.dtype))
            elif isinstance(value, csr_array):
                for array in (value.data, value.indices, value.indptr):
                    array.setflags(write=False)

    def surface(self, name: str) -> int:
        """Row of a surface; ValueError names the nearest."""
        if name not in self.surface_names:
            raise ValueError(f"surface {unknown_word(name, self.surface_names)}")
        return self.surface_names.index(name)

    def factor(self, source: str, target: str) -> float:
        """F from one surface to another, by name."""
        return float(self.view_factor[self.surface(source), self.surface(target)])

    def methods(self) -> np.ndarray:
        """Words for all methods, (S, S)."""
        return np.array(METHODS)[self.method_code.toarray()]
