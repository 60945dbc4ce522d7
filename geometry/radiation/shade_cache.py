"""Shade tables of a craft, kept, and where clipping shadows costs less than casting rays."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from geometry.radiation.accuracy import Accuracy
from geometry.radiation.flat_craft import FlatCraft
from geometry.radiation.shade_tables import ShadeTable, shade_tables
from geometry.validation import FloatArray, IntArray

MOST_PIECES, MOST_OCCLUDERS = 64, 600
"""Receivers of more pieces, and craft of more polygons, are left to rays."""

PIECE_DIRECTIONS = 5000
"""Directions that a piece takes at a tolerance of 1e-3, with room: 700 to 1,300 on three presets."""

EARTH_RAYS_S, STRAIGHT_PART, EARTH_SUMS_S = 2.0, 0.4, 0.02
"""CPU seconds of a receiver's rays at 1e-3, what of them clipping saves where light is reflected too, and
seconds of their sums at each time.  Measured on the presets, on one Zen 3 core, like all that decides what is
taken; none of it decides what comes out."""

EARTH_RAYS, RAYS_ORDER = 4e6, 1.75
"""Rays that a receiver takes at 1e-3, and the power of one over the error with which they grow."""

SUN_VIEWS, SUN_RAYS_S = 10, 6e-4
"""Directions over the solar disc; CPU seconds for a receiver's first 4,096 shadow rays."""


@dataclass(eq=False)
class ShadeCache:
    """Shade tables of a craft, made when asked for and kept.

    Parameters
    ----------
    flat : FlatCraft
    tables : dict
        By group.
    steps : dict
        By group: the error in the load that halving a cell of its table had to change, over that allowed.
    clipped : int
        Directions clipped so far.
    """

    flat: FlatCraft
    tables: dict[int, ShadeTable] = field(default_factory=dict)
    steps: dict[int, float] = field(default_factory=dict)
    clipped: int = 0

    def require(self, groups: IntArray, rows: IntArray, thresholds: FloatArray, threads: int) -> None:
        """Make those tables that are missing or too coarse."""
        missing = []
        for k, group in enumerate(groups.tolist()):
            known = self.tables.get(group)
            if known is None or known.rows < rows[k] or (known.thresholds > 1.001 * thresholds[k]).any():
                missing.append(k)
                if known is not None:
                    thresholds[k] = np.minimum(thresholds[k], known.thresholds)
        for size in np.unique(rows[missing]):
            chosen = np.array([k for k in missing if rows[k] == size])
            made = shade_tables(
                self.flat, groups[chosen], int(size), thresholds[chosen], threads, self.tables
            )
            for group, table in zip(groups[chosen].tolist(), made, strict=True):
                self.tables[group] = table
                self.clipped += table.clipped

    def can_clip(self, accuracy: Accuracy) -> np.ndarray:
        """Receivers of few pieces among few polygons, bool (G,)."""
        flat = self.flat
        pieces = np.bincount(flat.receiver, np.where(flat.is_free, 0, flat.piece_counts))
        few = flat.occluders <= MOST_OCCLUDERS and not accuracy.is_fixed
        return (pieces > 0) & (pieces <= MOST_PIECES) & few

    def clips_earth(self, accuracy: Accuracy, times: int) -> np.ndarray:
        """Receivers whose Earth loads cost less by clipped shadows than by rays, bool (G,)."""
        finer = 1e-3 / accuracy.tolerance
        cast_s = EARTH_RAYS_S * (STRAIGHT_PART if accuracy.reflections else 1.0)
        by_rays = (cast_s + EARTH_SUMS_S * times) * finer**RAYS_ORDER
        return self.can_clip(accuracy) & (PIECE_DIRECTIONS * finer**0.7 * self._direction_s < by_rays)

    def rays_miss(self, accuracy: Accuracy, rays: float) -> float:
        """Error over tolerance that rays leave to a receiver that gets so many of them, about."""
        return 1e-3 / accuracy.tolerance * (EARTH_RAYS / max(rays, 1.0)) ** (1.0 / RAYS_ORDER)

    def clips_sun(self, accuracy: Accuracy) -> np.ndarray:
        """Receivers whose sunlight costs less by clipped shadows than by rays, bool (G,)."""
        by_rays = SUN_RAYS_S * max(1.0, (5e-3 / accuracy.tolerance) ** 1.5)
        return self.can_clip(accuracy) & (SUN_VIEWS * self._direction_s < by_rays)

    @property
    def _direction_s(self) -> FloatArray:
        """CPU seconds of one direction on all pieces of each receiver, about, (G,)."""
        flat = self.flat
        pieces = np.where(flat.is_free, 0, flat.piece_counts)
        each = pieces * 1e-6 * (1.0 + 0.02 * flat.near**1.6)
        return np.bincount(flat.receiver, each).astype(float)
