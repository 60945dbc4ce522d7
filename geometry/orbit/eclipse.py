"""How much of the solar disc a satellite sees past the ellipsoidal Earth."""

from __future__ import annotations

from math import acos, asin, atan2, cos, pi, sin, sqrt, tan

import numba
import numpy as np

from geometry.constants import SOLAR_RADIUS_M
from geometry.environment import EarthShape
from geometry.orbit.blocks import in_blocks
from geometry.validation import FloatArray, check_shape

_WGS_84 = EarthShape()


def sunlit_fraction(
    position_gcrs_m: FloatArray,
    sun_direction_gcrs: FloatArray,
    sun_distance_m: FloatArray,
    earth_pole_gcrs: FloatArray,
    earth_shape: EarthShape = _WGS_84,
) -> FloatArray:
    """Share of the solar disc in view.

    Parameters
    ----------
    position_gcrs_m : array (N, T, 3)
        Geocentric positions, m; outside the Earth.
    sun_direction_gcrs : array (T, 3)
        Unit vector from the geocentre to the Sun.
    sun_distance_m : array (T,)
        Geocentric, m.
    earth_pole_gcrs : array (T, 3)
        Unit vector along the axis of the ellipsoid.
    earth_shape : EarthShape
        Ellipsoid or sphere.

    Returns
    -------
    array (N, T)
        0 in umbra, 1 in full light, between them in penumbra.

    Notes
    -----
    Scaling space along the pole by 1/(1 - f) makes the Earth a sphere.  There the point of the limb
    next to the Sun is found in the plane of satellite, geocentre and Sun; scaled back, it gives the
    true angle between limb and Sun (the limb's tilt out of that plane matters in second order of f:
    5e-6).  The disc is then cut by the limb, both as exact circles on the sky, laid flat by a
    stereographic projection about the Sun (area kept to 1e-5) [Montenbruck2000, section 3.4.2, for the
    overlap of circles].  Left out: refraction and dimming by the atmosphere, limb darkening, the Moon.
    """
    position = check_shape(position_gcrs_m, (None, None, 3), name="position_gcrs_m")
    n, t = position.shape[:2]
    sun = check_shape(sun_direction_gcrs, (t, 3), name="sun_direction_gcrs")
    sun = sun * check_shape(sun_distance_m, (t,), name="sun_distance_m")[:, None]
    pole = check_shape(earth_pole_gcrs, (t, 3), name="earth_pole_gcrs")
    fraction = np.empty((n, t))

    def shade(rows: slice, columns: slice) -> None:
        _sunlit_kernel(
            position[rows, columns], sun[columns], pole[columns],
            earth_shape.equatorial_radius_m, 1.0 / (1.0 - earth_shape.flattening), SOLAR_RADIUS_M,
            fraction[rows, columns],
        )  # fmt: skip

    in_blocks(shade, n, t)
    return fraction


def umbra_cone(sun_distance_m: float, earth_shape: EarthShape = _WGS_84) -> tuple[float, float]:
    """The cone of full shadow behind a round Earth, for pictures of it.

    Parameters
    ----------
    sun_distance_m : float
        Geocentric, m.
    earth_shape : EarthShape
        Its equatorial radius is taken.

    Returns
    -------
    apex_distance_m : float
        From the geocentre to the tip, m.
    half_angle_rad : float

    Notes
    -----
    Outer tangents of two spheres: sin(half angle) = (R_sun - R_earth) / distance; the apex lies at
    R_earth / sin(half angle).  Shadow on satellites is `sunlit_fraction`, with the ellipsoid.
    """
    sine = (SOLAR_RADIUS_M - earth_shape.equatorial_radius_m) / sun_distance_m
    return earth_shape.equatorial_radius_m / sine, asin(sine)


@numba.njit(cache=True, nogil=True)
def limb_angles(  # type: ignore[no-untyped-def]
    x, y, z, sun_x, sun_y, sun_z, px, py, pz, radius, stretch
):
    """Angle of the Sun's centre above the near limb, the Sun's and the Earth's angular radii, rad.

    Geocentric satellite and Sun, axis p; see `sunlit_fraction` for the method.
    """
    dx, dy, dz = sun_x - x, sun_y - y, sun_z - z
    lift = (stretch - 1.0) * (x * px + y * py + z * pz)
    x, y, z = x + lift * px, y + lift * py, z + lift * pz
    lift = (stretch - 1.0) * (dx * px + dy * py + dz * pz)
    sx, sy, sz = dx + lift * px, dy + lift * py, dz + lift * pz
    length = sqrt(sx * sx + sy * sy + sz * sz)
    sx, sy, sz = sx / length, sy / length, sz / length
    along = x * sx + y * sy + z * sz
    ux, uy, uz = x - along * sx, y - along * sy, z - along * sz
    offset = sqrt(ux * ux + uy * uy + uz * uz)
    earth_angle = asin(min(1.0, radius / sqrt(x * x + y * y + z * z)))
    clear = atan2(offset, -along) - earth_angle
    if offset > 0.0:
        # Towards the near limb, scaled back to the ellipsoid: the true angle.
        c, s = cos(clear), sin(clear) / offset
        tx, ty, tz = c * sx - s * ux, c * sy - s * uy, c * sz - s * uz
        lift = (1.0 / stretch - 1.0) * (tx * px + ty * py + tz * pz)
        tx, ty, tz = tx + lift * px, ty + lift * py, tz + lift * pz
        cx, cy, cz = ty * dz - tz * dy, tz * dx - tx * dz, tx * dy - ty * dx
        angle = atan2(sqrt(cx * cx + cy * cy + cz * cz), tx * dx + ty * dy + tz * dz)
        clear = angle if clear > 0.0 else -angle
    return clear, asin(SOLAR_RADIUS_M / sqrt(dx * dx + dy * dy + dz * dz)), earth_angle


@numba.njit(cache=True, nogil=True)
def _sunlit_kernel(position, sun, pole, radius, stretch, sun_radius, fraction):  # type: ignore[no-untyped-def]
    """Fills `fraction` (N, T); most satellites are decided without an angle."""
    margin = 1.2 * sun_radius / 1.4e11  # rad; above the solar radius at any date, ellipsoid included
    for i in range(position.shape[0]):
        for k in range(position.shape[1]):
            x, y, z = position[i, k, 0], position[i, k, 1], position[i, k, 2]
            dx, dy, dz = sun[k, 0] - x, sun[k, 1] - y, sun[k, 2] - z
            px, py, pz = pole[k, 0], pole[k, 1], pole[k, 2]
            lift = (stretch - 1.0) * (x * px + y * py + z * pz)
            x, y, z = x + lift * px, y + lift * py, z + lift * pz
            lift = (stretch - 1.0) * (dx * px + dy * py + dz * pz)
            sx, sy, sz = dx + lift * px, dy + lift * py, dz + lift * pz
            length = sqrt(sx * sx + sy * sy + sz * sz)
            sx, sy, sz = sx / length, sy / length, sz / length
            along = x * sx + y * sy + z * sz
            if along >= 0.0:
                fraction[i, k] = 1.0
                continue
            ux, uy, uz = x - along * sx, y - along * sy, z - along * sz
            offset = sqrt(ux * ux + uy * uy + uz * uz)
            if offset > radius - along * margin:
                fraction[i, k] = 1.0
                continue
            if offset < radius + along * margin:
                fraction[i, k] = 0.0
                continue
            clear, sun_angle, earth_angle = limb_angles(
                position[i, k, 0], position[i, k, 1], position[i, k, 2],
                sun[k, 0], sun[k, 1], sun[k, 2], px, py, pz, radius, stretch,
            )  # fmt: skip
            fraction[i, k] = 1.0 - covered_share(clear, min(clear + 2.0 * earth_angle, pi - 1e-6), sun_angle)


@numba.njit(cache=True, nogil=True)
def covered_share(near, far, sun_angle):  # type: ignore[no-untyped-def]
    """Share of a disc behind a circle whose limbs stand at `near` and `far` from its centre, rad."""
    x1, x2, rho = 2.0 * tan(0.5 * near), 2.0 * tan(0.5 * far), 2.0 * tan(0.5 * sun_angle)
    if x1 >= rho:
        return 0.0
    earth = 0.5 * (x2 - x1)
    if x1 >= -rho and x2 <= rho:  # the whole Earth before the Sun
        return (earth / rho) ** 2
    if x1 <= -rho:
        return 1.0
    chord = (x1 * x2 + rho * rho) / (x1 + x2)  # its distance from the centre of the Sun
    half = sqrt(max(0.0, rho * rho - chord * chord))
    covered = rho * rho * acos(max(-1.0, min(1.0, chord / rho))) - chord * half
    alpha = atan2(half, 0.5 * (x1 + x2) - chord)
    if alpha < 0.01:
        segment = alpha**3 * (2.0 / 3.0 - alpha**2 * (2.0 / 15.0))
    else:
        segment = alpha - sin(alpha) * cos(alpha)
    return min(1.0, max(0.0, (covered + earth * earth * segment) / (pi * rho * rho)))
