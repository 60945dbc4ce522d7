"""Parts with exact inertia: plates, boxes and rods, one or many, straight or tilted.

A plate is a box without thickness, a rod a box without width; all are of even density.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from geometry.craft.craft import Part
from geometry.validation import FloatArray


def box_part(
    name: str, mass_kg: float, low_m: ArrayLike, high_m: ArrayLike, rotation: ArrayLike | None = None
) -> Part:
    """A box of even density from corner to corner.

    Parameters
    ----------
    name : str
    mass_kg : float
    low_m, high_m : array (3,)
        Opposite corners, m; equal along an axis for a plate, along two for a rod.
    rotation : array (3, 3) or None
        Turns the box about the body's origin afterwards.
    """
    low, high = np.asarray(low_m, dtype=float), np.asarray(high_m, dtype=float)
    center, inertia = 0.5 * (low + high), mass_kg * box_inertia_m2(high - low)
    if rotation is not None:
        turn = np.asarray(rotation, dtype=float)
        center, inertia = turn @ center, turn @ inertia @ turn.T
    return Part(name, mass_kg, center, inertia)


def boxes_part(name: str, mass_kg: float, centers_m: ArrayLike, size_m: ArrayLike) -> Part:
    """N equal boxes as one part; total mass in kg, centres (N, 3) in m, size (3,) in m."""
    centers = np.asarray(centers_m, dtype=float)
    middle = centers.mean(axis=0)
    away = centers - middle
    spread = (away**2).sum(axis=1).mean() * np.eye(3) - away.T @ away / len(away)
    return Part(name, mass_kg, middle, mass_kg * (box_inertia_m2(size_m) + spread))


def box_inertia_m2(size_m: ArrayLike) -> FloatArray:
    """Inertia per mass of an even box about its centre, (3, 3), m^2."""
    squares = np.asarray(size_m, dtype=float) ** 2
    return np.diag(squares.sum() - squares) / 12.0


def existing(*parts: Part) -> tuple[Part, ...]:
    """The parts that weigh something."""
    return tuple(p for p in parts if p.mass_kg > 0)
