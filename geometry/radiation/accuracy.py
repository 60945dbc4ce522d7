"""How exact an estimate has to be, what it may cost, and what was not reached."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field

import numpy as np

from geometry.validation import FloatArray

STOPPING_MARGIN = 1.5
"""The error aimed at is the tolerance over this: estimates of errors are themselves uncertain."""

FLOOR_W_M2 = 1.0
"""Below this flux the tolerance is absolute."""

FIRST_POINTS = 256
"""Points per replicate of the first round: 4,096 rays with 16 replicates."""

FEWEST_POINTS = 4


class AccuracyWarning(UserWarning):
    """A tolerance was not reached, or light was lost; the message says by how much."""


def standard_error(replicates: FloatArray, axis: int = 0) -> FloatArray:
    """Standard error of the mean of independent replicates along an axis; 0 where all are the same."""
    if replicates.shape[axis] == 1:
        return np.zeros_like(np.take(replicates, 0, axis=axis))
    apart = replicates - np.take(replicates, [0], axis=axis)
    return np.asarray(apart.std(axis=axis, ddof=1) / np.sqrt(replicates.shape[axis]))


@dataclass(frozen=True)
class Accuracy:
    """What every estimator of one run shares.

    Parameters
    ----------
    tolerance : float
        Standard error to reach: relative, down to a floor of `tolerance` times 1 W/m^2.
    replicates : int
        Independent digital shifts.
    seed, threads : int
    fixed_points : int
        Points per replicate where the number of rays is given; 0: as many as the tolerance takes.
    reflections : bool
        Whether light goes on after its first hit.
    """

    tolerance: float
    replicates: int = 16
    seed: int = 1
    threads: int = 1
    fixed_points: int = 0
    reflections: bool = True

    @property
    def is_fixed(self) -> bool:
        """Whether one round of a given number of points is all."""
        return self.fixed_points > 0

    def first_points(self, estimates: int, rays_left: float, per_receiver: int = 1) -> int:
        """Points per replicate of the first round: fewer where very many estimates share the rays.

        Where the number is given, it is shared by a receiver's `per_receiver` estimates, four at the
        full number.
        """
        if self.is_fixed:
            return max(FEWEST_POINTS, self.fixed_points >> max(0, (per_receiver // 4).bit_length() - 1))
        points = FIRST_POINTS
        while points > FEWEST_POINTS and 4 * estimates * self.replicates * points > rays_left:
            points //= 2
        return points

    def excess(self, value_w_m2: FloatArray, error_w_m2: FloatArray) -> FloatArray:
        """Standard errors over the errors aimed at; up to 1 where the tolerance is reached."""
        allowed = self.tolerance / STOPPING_MARGIN * np.maximum(np.abs(value_w_m2), FLOOR_W_M2)
        return error_w_m2 / allowed


@dataclass
class RayBudget:
    """Rays that may still be cast; the first round of every estimate is always granted.

    Parameters
    ----------
    most : float
        Rays in all.
    """

    most: float
    cast: int = 0
    reflected: int = 0
    cut_weight: float = 0.0
    unmet: list[float] = field(default_factory=list)
    agreed: list[float] = field(default_factory=list)

    @property
    def left(self) -> float:
        """Rays left, not negative."""
        return max(0.0, self.most - self.cast)

    def take(self, rays: int, *, first: bool) -> bool:
        """Whether so many rays may be cast; if so they are booked."""
        if not first and rays > self.left:
            return False
        self.cast += rays
        return True

    def add_reflected(self, rays: int) -> None:
        """Book what booked rays led to: bounces and looks at the Sun."""
        self.cast += rays
        self.reflected += rays

    def affordable(self, rays: int) -> int:
        """How many estimates of so many rays each are left, with what those will lead to."""
        if not np.isfinite(self.most):
            return np.iinfo(np.int64).max
        booked = max(1, self.cast - self.reflected)
        return int(self.left // (rays * self.cast / booked)) if self.cast else int(self.left // rays)

    def share(self, part: float) -> RayBudget:
        """A budget of its own over a part of what is left; book it back with `settle`."""
        return RayBudget(self.left * part)

    def settle(self, other: RayBudget) -> None:
        """Book what another budget cast and could not reach."""
        self.cast += other.cast
        self.reflected += other.reflected
        self.cut_weight += other.cut_weight
        self.unmet += other.unmet
        self.agreed += other.agreed

    def warn(self, accuracy: Accuracy, max_rays: float) -> None:
        """Warn of tolerances that were not reached (`unmet`: error over error aimed at).

        Likewise of light whose rays all agree (`agreed`): the error stated is that of one ray.
        """
        worst = max(self.unmet, default=0.0) / STOPPING_MARGIN
        if not accuracy.is_fixed and worst > 1.0:
            warnings.warn(
                f"tolerance {accuracy.tolerance:g} was not reached on {len(self.unmet)} estimates with "
                f"max_rays={max_rays:g}: the worst standard error is {worst:.1f} times what was asked; "
                "raise max_rays or the tolerance",
                AccuracyWarning,
                stacklevel=3,
            )
        by_one = max(self.agreed, default=0.0) / STOPPING_MARGIN
        if not accuracy.is_fixed and by_one > 1.0:
            warnings.warn(
                f"all rays agree about sunlight in {len(self.agreed)} estimates, and no more are cast: the "
                f"error stated, of one ray, is up to {by_one:.1f} times what was asked with tolerance "
                f"{accuracy.tolerance:g}; make these surfaces flat, or raise the tolerance",
                AccuracyWarning,
                stacklevel=3,
            )
        begun = max(self.cast - self.reflected, 1)
        if self.cut_weight > 1e-4 * begun:
            warnings.warn(
                f"light was lost on paths that never end: {self.cut_weight / begun:.2%} of the light of all "
                "rays; give closed mirrors some absorptance",
                AccuracyWarning,
                stacklevel=3,
            )
