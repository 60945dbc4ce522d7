"""Radiation: rays against a craft, and what Sun and Earth bring to its surfaces."""

from geometry.radiation.accuracy import AccuracyWarning
from geometry.radiation.face_loads import FaceLoads, face_loads
from geometry.radiation.heat_loads import HeatLoads, MeanLoads, heat_loads
from geometry.radiation.load_estimates import LOADS
from geometry.radiation.provenance import Provenance
from geometry.radiation.view_factors import ViewFactors, view_factors

__all__ = [
    "LOADS",
    "AccuracyWarning",
    "FaceLoads",
    "HeatLoads",
    "MeanLoads",
    "Provenance",
    "ViewFactors",
    "face_loads",
    "heat_loads",
    "view_factors",
]
