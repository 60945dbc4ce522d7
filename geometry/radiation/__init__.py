"""Radiation: rays against a craft, and what Sun and Earth bring to its surfaces."""

from geometry.radiation.accuracy import AccuracyWarning
from geometry.radiation.exchange import ExchangeFactors, exchange_factors
from geometry.radiation.face_loads import FaceLoads, face_loads
from geometry.radiation.gebhart import gebhart_factors
from geometry.radiation.heat_loads import HeatLoads, MeanLoads, heat_loads
from geometry.radiation.load_estimates import LOADS
from geometry.radiation.provenance import Provenance
from geometry.radiation.sees import SurfaceView, surface_view
from geometry.radiation.sight_lines import SeenAlong, SurfaceFrame, seen_along, seen_later, surface_frame
from geometry.radiation.sky_table import is_sky_table, read_sky_table, sky_view, write_sky_table
from geometry.radiation.view_factors import ViewFactors, view_factors

__all__ = [
    "LOADS",
    "AccuracyWarning",
    "ExchangeFactors",
    "FaceLoads",
    "HeatLoads",
    "MeanLoads",
    "Provenance",
    "SeenAlong",
    "SurfaceFrame",
    "SurfaceView",
    "ViewFactors",
    "exchange_factors",
    "face_loads",
    "gebhart_factors",
    "heat_loads",
    "is_sky_table",
    "read_sky_table",
    "seen_along",
    "seen_later",
    "sky_view",
    "surface_frame",
    "surface_view",
    "view_factors",
    "write_sky_table",
]
