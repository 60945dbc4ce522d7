"""View factors between surfaces: contour integrals, exactly clipped sight and rays, balanced."""

from geometry.radiation.view_factors.exact_pairs import METHODS
from geometry.radiation.view_factors.factors import view_factors
from geometry.radiation.view_factors.result import ViewFactors

__all__ = ["METHODS", "ViewFactors", "view_factors"]
