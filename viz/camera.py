"""Where the picture is taken from: one camera, and eased paths between several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from geometry.validation import FloatArray, check_finite, check_in_range, check_shape, read_only

WHOLE = 9.0 / 16.0
"""`Camera.narrow` of what fills a landscape of 16:9 to its sides."""


@dataclass(frozen=True, eq=False)
class Camera:
    """A pinhole camera in GCRS (in scenes without an Earth: any inertial axes), all in float64.

    Parameters
    ----------
    position_gcrs_m, focal_point_gcrs_m : array (3,)
        m.
    view_up : array (3,)
        Direction that points up in the picture; not parallel to the line of sight.
    view_angle_rad : float
        Vertical field of view, rad (see `landscape_height` for narrow pictures).
    shift : tuple of 2 float
        Where the focal point stands in the picture, in half widths to the right and half heights up
        from the centre.
    narrow : float
        Height over width of the landscape that the view angle is made for: a narrower picture shows it whole,
        0.8 (5:4) unless what is shown needs more room at its sides.
    """

    position_gcrs_m: FloatArray
    focal_point_gcrs_m: FloatArray
    view_up: FloatArray = field(default_factory=lambda: np.array([0.0, 0.0, 1.0]))
    view_angle_rad: float = 0.7
    shift: tuple[float, float] = (0.0, 0.0)
    narrow: float = 0.8

    def __post_init__(self) -> None:
        for name in ("position_gcrs_m", "focal_point_gcrs_m", "view_up"):
            values = check_shape(check_finite(getattr(self, name), name=name), (3,), name=name)
            object.__setattr__(self, name, read_only(values))
        check_in_range(self.view_angle_rad, 1e-4, 3.0, name="view_angle_rad", unit="rad")
        check_in_range(self.narrow, 0.1, 2.0, name="narrow")
        line = self.focal_point_gcrs_m - self.position_gcrs_m
        if not np.linalg.norm(np.cross(line, self.view_up)) > 1e-9 * np.linalg.norm(line):
            raise ValueError(
                "view_up must not be parallel to the line of sight, nor the camera stand at its focal point; "
                f"got view_up {self.view_up} and line {line}"
            )

    @classmethod
    def about(
        cls,
        origin_gcrs_m: ArrayLike,
        rotation_gcrs_from_local: ArrayLike,
        position_local_m: ArrayLike,
        focal_point_local_m: ArrayLike = (0.0, 0.0, 0.0),
        view_up_local: ArrayLike = (0.0, 0.0, 1.0),
        view_angle_rad: float = 0.7,
        shift: tuple[float, float] = (0.0, 0.0),
        narrow: float = 0.8,
    ) -> Camera:
        """A camera placed in the axes of a satellite (body or orbit frame) at `origin_gcrs_m`."""
        origin = np.asarray(origin_gcrs_m, dtype=float)
        rotation = np.asarray(rotation_gcrs_from_local, dtype=float)
        return cls(
            origin + rotation @ np.asarray(position_local_m, dtype=float),
            origin + rotation @ np.asarray(focal_point_local_m, dtype=float),
            rotation @ np.asarray(view_up_local, dtype=float),
            view_angle_rad,
            shift,
            narrow,
        )

    @cached_property
    def rotation_camera_from_gcrs(self) -> FloatArray:
        """(3, 3); rows: right, up, backwards (out of the picture towards the eye)."""
        back = self.position_gcrs_m - self.focal_point_gcrs_m
        back = back / np.linalg.norm(back)
        right = np.cross(self.view_up, back)
        right /= np.linalg.norm(right)
        return read_only(np.stack([right, np.cross(back, right), back]))

    def rolled(self, angle_rad: float) -> Camera:
        """The camera turned about its line of sight: what it shows turns the other way, clockwise."""
        right, up, _back = self.rotation_camera_from_gcrs
        return replace(self, view_up=float(np.cos(angle_rad)) * up - float(np.sin(angle_rad)) * right)

    def pixels_per_tangent(self, size: tuple[int, int]) -> float:
        """Pixels per unit of tan(angle) from the axis, the same along both axes; size is (width, height)."""
        return 0.5 * self.landscape_height(size) / float(np.tan(0.5 * self.view_angle_rad))

    def landscape_height(self, size: tuple[int, int]) -> float:
        """Height in pixels that the view angle spans, and that words are measured by.

        It is the picture's; in one narrower than `narrow` allows, that of the landscape which fits its width.
        """
        return min(float(size[1]), self.narrow * size[0])

    def pixels(self, points_gcrs_m: ArrayLike, size: tuple[int, int]) -> tuple[FloatArray, FloatArray]:
        """Columns and rows (N, 2) of points, and their depth (N,) in m along the line of sight.

        The centre of the pixel in column i and row j (from the top) is (i, j); points behind the
        camera have a depth below zero and no meaning in their pixel.
        """
        relative = np.asarray(points_gcrs_m, dtype=float) - self.position_gcrs_m
        right, up, back = np.moveaxis(relative @ self.rotation_camera_from_gcrs.T, -1, 0)
        depth = -back
        scale = self.pixels_per_tangent(size)
        with np.errstate(divide="ignore", invalid="ignore"):
            column = 0.5 * size[0] * (1.0 + self.shift[0]) - 0.5 + scale * right / depth
            row = 0.5 * size[1] * (1.0 - self.shift[1]) - 0.5 - scale * up / depth
        return np.stack([column, row], axis=-1), depth


def eased(fraction: float) -> float:
    """Smoothest step from 0 to 1: velocity and acceleration are zero at both ends."""
    x = min(max(float(fraction), 0.0), 1.0)
    return x * x * x * (10.0 + x * (6.0 * x - 15.0))


def between(first: Camera, second: Camera, fraction: float) -> Camera:
    """The camera at `fraction` (0 to 1, not eased) of the way.

    The eye swings about the focal point: its direction turns on a great circle, its distance grows
    geometrically; so nothing is cut through and nothing jumps.
    """
    f = float(fraction)
    focal = (1.0 - f) * first.focal_point_gcrs_m + f * second.focal_point_gcrs_m
    arms = [c.position_gcrs_m - c.focal_point_gcrs_m for c in (first, second)]
    lengths = [float(np.linalg.norm(a)) for a in arms]
    direction = swung(arms[0] / lengths[0], arms[1] / lengths[1], f)
    ups = [c.view_up / np.linalg.norm(c.view_up) for c in (first, second)]
    angle = first.view_angle_rad ** (1.0 - f) * second.view_angle_rad**f
    aside, above = zip(first.shift, second.shift, strict=True)
    return Camera(
        focal + direction * lengths[0] ** (1.0 - f) * lengths[1] ** f,
        focal,
        swung(ups[0], ups[1], f),
        angle,
        ((1.0 - f) * aside[0] + f * aside[1], (1.0 - f) * above[0] + f * above[1]),
        (1.0 - f) * first.narrow + f * second.narrow,
    )


def along(cameras: Sequence[Camera], fraction: float) -> Camera:
    """The camera at `fraction` (0 to 1) of an eased path through `cameras`, evenly timed."""
    if len(cameras) == 1:
        return cameras[0]
    place = min(max(float(fraction), 0.0), 1.0) * (len(cameras) - 1)
    leg = min(int(place), len(cameras) - 2)
    return between(cameras[leg], cameras[leg + 1], eased(place - leg))


def swung(first: FloatArray, second: FloatArray, fraction: float) -> FloatArray:
    """Unit vector `fraction` of the way on the great circle from one unit vector to another.

    Raises
    ------
    ValueError
        They are opposite: no way is the shortest.
    """
    angle = float(np.arctan2(np.linalg.norm(np.cross(first, second)), first @ second))
    if angle < 1e-9:
        return first
    if angle > np.pi - 1e-6:
        raise ValueError("a camera path cannot turn by 180 degrees in one leg; add a camera between")
    return (np.sin((1.0 - fraction) * angle) * first + np.sin(fraction * angle) * second) / np.sin(angle)
