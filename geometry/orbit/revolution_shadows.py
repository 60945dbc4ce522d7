"""How deep and for how long a revolution is in shadow: root-finding on the depth instead of sampling."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, cos, pi, sin, sqrt

import numba
import numpy as np

from geometry.environment import EarthShape
from geometry.orbit.blocks import in_blocks
from geometry.orbit.eclipse import covered_share, limb_angles
from geometry.orbit.mean_elements import _J2, _J3, _RE_M, MeanElements
from geometry.validation import FloatArray, check_shape, read_only

_WGS_84 = EarthShape()
_GOLDEN = 0.5 * (sqrt(5.0) - 1.0)
TRACK_REVOLUTIONS = 1.1
"""How far the states of `track_shadows` reach to both sides: 0.55 to the deepest point, half for its arc."""
_AS_DEEP_RAD = 0.02
_GAUSS_POINTS, _GAUSS_WEIGHTS = (read_only(a) for a in np.polynomial.legendre.leggauss(12))
_NIGHT_HALF_WIDTH = 0.6  # rad; the deepest point lies this near to the point opposite the Sun (see Notes)


@dataclass(frozen=True, eq=False)
class RevolutionShadows:
    """One revolution of each of A orbits at each of T times; all arrays (A, T).

    Parameters
    ----------
    umbra_margin_rad : array
        Least value, over the revolution, of how far the whole solar disc is from being hidden: negative
        where there is an umbra.  It is the angle between the Sun's far limb and the Earth's near one.
    penumbra_margin_rad : array
        The same for the Sun's near limb: negative where any of the disc is ever hidden.
    umbra_s, shadow_s : array
        Time in umbra, and from penumbra to penumbra, s.
    dark_s : array
        Integral of (1 - sunlit fraction), s: the time of full dark that takes as much light.
    period_s : array (A, 1)
        Nodal period, s.
    """

    umbra_margin_rad: FloatArray
    penumbra_margin_rad: FloatArray
    umbra_s: FloatArray
    shadow_s: FloatArray
    dark_s: FloatArray
    period_s: FloatArray

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            object.__setattr__(self, name, read_only(getattr(self, name)))


def plane_shadows(
    elements: MeanElements,
    node_teme_rad: FloatArray,
    sun_teme_m: FloatArray,
    earth_shape: EarthShape = _WGS_84,
    *,
    margins_only: bool = False,
) -> RevolutionShadows:
    """Shadow over one revolution of P circular orbit planes whose nodes are given at each time.

    Parameters
    ----------
    elements : MeanElements
        Semi-major axes and inclinations of the planes (P,); its nodes, epoch and satellites are not used.
    node_teme_rad : array (P, T)
        Right ascension of each mean node, rad.
    sun_teme_m : array (T, 3)
        Apparent Sun from the geocentre in TEME, m.
    earth_shape : EarthShape
        Ellipsoid about the pole of TEME (the true pole of date), or sphere.
    margins_only : bool
        Leave the durations at zero: four times faster.

    Returns
    -------
    RevolutionShadows
        (P, T).

    Notes
    -----
    Plane and Sun stand still during the revolution.  The satellite moves as the propagator has it: frozen
    eccentricity and short-period J2 terms of radius, argument, node and inclination; time is the mean
    argument of latitude over its secular rate.  The angle between the Sun's centre and the near limb is
    least near the point opposite the Sun and grows from there to the noon side, so that its minimum
    (golden section) and at most four crossings (bracketed secant) say all.  A minimum further than 0.6 rad
    from that point would take a Sun within 2 deg of the orbit normal, where nothing above 150 km meets the
    shadow.  Left out: refraction, the Moon.
    """
    node = check_shape(node_teme_rad, (elements.planes, None), name="node_teme_rad")
    sun = np.ascontiguousarray(check_shape(sun_teme_m, (node.shape[1], 3), name="sun_teme_m"), float)
    out = np.zeros((*node.shape, 5))
    constants = _plane_constants(elements)

    def pass_through(planes: slice, times: slice) -> None:
        _plane_kernel(
            constants[planes], node[planes, times], sun[times],
            earth_shape.equatorial_radius_m, 1.0 / (1.0 - earth_shape.flattening), margins_only,
            out[planes, times],
        )  # fmt: skip

    in_blocks(pass_through, *node.shape)
    rate = elements.rates_rad_s[0][:, None]
    umbra_margin, penumbra_margin, umbra, shadow, dark = np.moveaxis(out, -1, 0)
    return RevolutionShadows(
        umbra_margin, penumbra_margin, umbra / rate, shadow / rate, dark / rate, 2.0 * pi / rate
    )


def track_shadows(
    position_gcrs_m: FloatArray,
    velocity_gcrs_m_s: FloatArray,
    step_s: float,
    sun_gcrs_m: FloatArray,
    earth_pole_gcrs: FloatArray,
    revolution_s: float,
    earth_shape: EarthShape = _WGS_84,
) -> RevolutionShadows:
    """Shadow of any satellite over revolutions given by states.

    Parameters
    ----------
    position_gcrs_m, velocity_gcrs_m_s : array (T, K, 3)
        K states, `step_s` apart, for each of T times; the time stands in the middle, and they reach
        `TRACK_REVOLUTIONS` from it to both sides; m, m/s.
    step_s : float
        s.
    sun_gcrs_m : array (T, K, 3)
        Apparent Sun at each state, m.
    earth_pole_gcrs : array (T, 3)
        Unit vectors along the axis of the ellipsoid.
    revolution_s : float
        Period, s.
    earth_shape : EarthShape

    Returns
    -------
    RevolutionShadows
        (1, T); what one revolution spends in several arcs is added up.

    Raises
    ------
    ValueError
        Arrays that do not fit together, states that do not reach far enough.

    Notes
    -----
    The revolution is that about the deepest point next to the middle, half a period to both sides: no
    passage is cut, though they follow each other a little later than the period where the plane does not
    keep up with the Sun.  Between states the path is the cubic through positions and velocities (error
    h^4/384 of the fourth derivative: 0.1 m for 120 states in a circular low orbit), the Sun moves in a
    straight line.  Minima between states are searched for, so that no graze is stepped over.
    """
    t, k = check_shape(position_gcrs_m, (None, None, 3), name="position_gcrs_m").shape[:2]
    velocity = check_shape(velocity_gcrs_m_s, (t, k, 3), name="velocity_gcrs_m_s")
    sun = check_shape(sun_gcrs_m, (t, k, 3), name="sun_gcrs_m")
    pole = check_shape(earth_pole_gcrs, (t, 3), name="earth_pole_gcrs")
    if not (k - 1) * step_s >= 2.0 * TRACK_REVOLUTIONS * revolution_s * (1.0 - 1e-9):
        raise ValueError(
            f"states must reach {TRACK_REVOLUTIONS:g} revolutions of {revolution_s:.0f} s to both sides, "
            f"got {(k - 1) * step_s:.0f} s in all"
        )
    track = np.concatenate([position_gcrs_m, velocity * step_s, sun], axis=2)
    out = np.zeros((1, t, 5))

    def pass_through(_: slice, times: slice) -> None:
        _track_kernel(
            track[times], pole[times], revolution_s / step_s,
            earth_shape.equatorial_radius_m, 1.0 / (1.0 - earth_shape.flattening), out[0, times],
        )  # fmt: skip

    in_blocks(pass_through, 1, t)
    umbra_margin, penumbra_margin, umbra, shadow, dark = np.moveaxis(out, -1, 0)
    return RevolutionShadows(
        umbra_margin, penumbra_margin,
        umbra * step_s, shadow * step_s, dark * step_s, np.full((1, 1), revolution_s),
    )  # fmt: skip


def _plane_constants(elements: MeanElements) -> FloatArray:
    """Of each plane (P, 5): a in m, cos i, sin i, q of J3, k of J2 in m; as in the propagator."""
    a, tilt = elements.semi_major_axis_m, elements.inclination_rad
    q = -0.5 * (_J3 / _J2) * (_RE_M / a) * np.sin(tilt)
    k = 0.5 * _J2 * _RE_M**2 / (a * (1.0 - q * q))
    return np.stack([a, np.cos(tilt), np.sin(tilt), q, k], axis=-1)


# ---------------------------------------------------------------- kernels: where the limb stands


@numba.njit(cache=True, nogil=True)
def _angles(at, path):  # type: ignore[no-untyped-def]
    """`limb_angles` at a place on a path: plane constants and no track, or a track with axis and shape."""
    constants, track = path
    if track.shape[0] == 0:
        return _angles_on_plane(at, constants)
    return _angles_on_track(at, constants, track)


@numba.njit(cache=True, nogil=True)
def _angles_on_plane(u, constants):  # type: ignore[no-untyped-def]
    """At the mean argument of latitude `u`, by the closed form of `analytic_states`."""
    a, cos_i, sin_i, q, k = constants[0], constants[1], constants[2], constants[3], constants[4]
    co, so = constants[5], constants[6]
    beta = sqrt(1.0 - q * q)
    k2 = k / (a * beta * beta)
    eccentric = u
    for _ in range(4):
        eccentric = u - q * cos(eccentric)
    ce, se = cos(eccentric), sin(eccentric)
    rl = a * (1.0 - q * se)
    f = atan2(a / rl * (se - q), a / rl * ce * (1.0 - q * q / (1.0 + beta)))
    s2, c2 = sin(2.0 * f), cos(2.0 * f)
    r = rl * (1.0 - 1.5 * k2 * beta * (3.0 * cos_i**2 - 1.0)) + 0.5 * k * sin_i**2 * c2
    argument = f - 0.25 * k2 * (7.0 * cos_i**2 - 1.0) * s2
    turn, tilt = 1.5 * k2 * cos_i * s2, 1.5 * k2 * cos_i * sin_i * c2
    cu, su = cos(argument), sin(argument)
    co, so = co * cos(turn) - so * sin(turn), so * cos(turn) + co * sin(turn)
    ci, si = cos_i * cos(tilt) - sin_i * sin(tilt), sin_i * cos(tilt) + cos_i * sin(tilt)
    x, y, z = r * (cu * co - su * ci * so), r * (cu * so + su * ci * co), r * su * si
    sun_x, sun_y, sun_z, radius, stretch = (
        constants[7],
        constants[8],
        constants[9],
        constants[10],
        constants[11],
    )
    return limb_angles(x, y, z, sun_x, sun_y, sun_z, 0.0, 0.0, 1.0, radius, stretch)


@numba.njit(cache=True, nogil=True)
def _angles_on_track(at, constants, track):  # type: ignore[no-untyped-def]
    """At `at` steps from the first state; cubic between states."""
    k = min(max(int(at), 0), track.shape[0] - 2)
    f = at - k
    g = 1.0 - f
    h0, h1 = g * g * (1.0 + 2.0 * f), f * f * (3.0 - 2.0 * f)
    d0, d1 = f * g * g, -f * f * g
    a, b = track[k], track[k + 1]
    x = h0 * a[0] + h1 * b[0] + d0 * a[3] + d1 * b[3]
    y = h0 * a[1] + h1 * b[1] + d0 * a[4] + d1 * b[4]
    z = h0 * a[2] + h1 * b[2] + d0 * a[5] + d1 * b[5]
    sx, sy, sz = g * a[6] + f * b[6], g * a[7] + f * b[7], g * a[8] + f * b[8]
    px, py, pz = constants[0], constants[1], constants[2]
    return limb_angles(x, y, z, sx, sy, sz, px, py, pz, constants[3], constants[4])


# ---------------------------------------------------------------- kernels: minimum, crossing, arc


@numba.njit(cache=True, nogil=True)
def _deepest(path, low, high, tolerance):  # type: ignore[no-untyped-def]
    """Where in [low, high] the Sun stands lowest over the near limb: golden section."""
    b, c = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    fb, fc = _angles(b, path)[0], _angles(c, path)[0]
    while high - low > tolerance:
        if fb < fc:
            high, c, fc = c, b, fb
            b = high - _GOLDEN * (high - low)
            fb = _angles(b, path)[0]
        else:
            low, b, fb = b, c, fc
            c = low + _GOLDEN * (high - low)
            fc = _angles(c, path)[0]
    return b if fb < fc else c


@numba.njit(cache=True, nogil=True)
def _crossing(path, deep, shallow, side):  # type: ignore[no-untyped-def]
    """Where clear + side x solar radius is zero between a point below and one above; Illinois secant."""
    clear, sun, _ = _angles(deep, path)
    f_deep = clear + side * sun
    clear, sun, _ = _angles(shallow, path)
    f_shallow = clear + side * sun
    last = 0
    at = deep
    for _ in range(80):
        at = (deep * f_shallow - shallow * f_deep) / (f_shallow - f_deep)
        clear, sun, _ = _angles(at, path)
        f = clear + side * sun
        if abs(f) < 1e-13:
            return at
        if f < 0.0:
            deep, f_deep = at, f
            if last == -1:
                f_shallow *= 0.5
            last = -1
        else:
            shallow, f_shallow = at, f
            if last == 1:
                f_deep *= 0.5
            last = 1
        if abs(shallow - deep) < 1e-12:
            return at
    return at


@numba.njit(cache=True, nogil=True)
def _add_arc(path, deep, shallow, out):  # type: ignore[no-untyped-def]
    """Adds umbra, shadow and darkness of a stretch on which the Sun only rises from `deep` on."""
    clear, sun, _ = _angles(deep, path)
    if clear >= sun:
        return
    inner = outer = deep
    if clear < -sun:
        clear_end, sun_end, _ = _angles(shallow, path)
        inner = shallow if clear_end <= -sun_end else _crossing(path, deep, shallow, 1.0)
    clear_end, sun_end, _ = _angles(shallow, path)
    outer = shallow if clear_end <= sun_end else _crossing(path, deep, shallow, -1.0)
    dark = 0.0
    for k in range(_GAUSS_POINTS.size):
        at = 0.5 * (inner + outer) + 0.5 * (outer - inner) * _GAUSS_POINTS[k]
        clear, sun, earth = _angles(at, path)
        dark += 0.5 * _GAUSS_WEIGHTS[k] * covered_share(clear, min(clear + 2.0 * earth, pi - 1e-6), sun)
    out[2] += abs(inner - deep)
    out[3] += abs(outer - deep)
    out[4] += abs(inner - deep) + dark * abs(outer - inner)


@numba.njit(cache=True, nogil=True)
def _plane_kernel(  # type: ignore[no-untyped-def]
    planes, node, sun, radius, stretch, margins_only, out
):
    """Fills `out` (P, T, 5): margins of umbra and penumbra, then the durations in rad of mean argument."""
    constants = np.empty(12)
    path = (constants, np.empty((0, 9)))
    constants[10], constants[11] = radius, stretch
    for p in range(node.shape[0]):
        constants[:5] = planes[p]
        cos_i, sin_i = planes[p, 1], planes[p, 2]
        for t in range(node.shape[1]):
            co, so = cos(node[p, t]), sin(node[p, t])
            sx, sy, sz = sun[t, 0], sun[t, 1], sun[t, 2]
            constants[5], constants[6] = co, so
            constants[7], constants[8], constants[9] = sx, sy, sz
            midnight = atan2(-((sy * co - sx * so) * cos_i + sz * sin_i), -(sx * co + sy * so))
            low, high = midnight - _NIGHT_HALF_WIDTH, midnight + _NIGHT_HALF_WIDTH
            deepest = _deepest(path, low, high, 1e-5)
            clear, sun_angle, _ = _angles(deepest, path)
            out[p, t, 0], out[p, t, 1] = clear + sun_angle, clear - sun_angle
            if margins_only or clear >= sun_angle:
                continue
            _add_arc(path, deepest, deepest - pi, out[p, t])
            _add_arc(path, deepest, deepest + pi, out[p, t])


@numba.njit(cache=True, nogil=True)
def _track_kernel(track, pole, revolution, radius, stretch, out):  # type: ignore[no-untyped-def]
    """Fills `out` (T, 5) as `_plane_kernel`, durations in steps."""
    last = track.shape[1] - 1
    constants = np.empty(5)
    constants[3], constants[4] = radius, stretch
    clear = np.empty(last + 1)
    deepest = np.empty(last + 1)  # of the minimum next to a state, where it is one
    for t in range(track.shape[0]):
        constants[:3] = pole[t]
        path = (constants, track[t])
        for k in range(last + 1):
            clear[k] = _angles(1.0 * k, path)[0]
        middle = 0.5 * last
        best = 1e9
        for k in range(1, last):
            deepest[k] = -1.0
            if clear[k] <= clear[k - 1] and clear[k] < clear[k + 1]:
                deepest[k] = _deepest(path, k - 1.0, k + 1.0, 1e-5)
                if abs(deepest[k] - middle) <= 0.55 * revolution:
                    best = min(best, clear[k])
        # Of passages as deep as the deepest, which may be the same one a revolution apart, the nearest.
        centre = -1.0
        for k in range(1, last):
            as_deep = deepest[k] >= 0.0 and clear[k] < best + _AS_DEEP_RAD
            if as_deep and (centre < 0.0 or abs(deepest[k] - middle) < abs(centre - middle)):
                centre = deepest[k]
        out[t, 0] = out[t, 1] = 1e9
        for k in range(1, last):
            if deepest[k] < 0.0 or abs(deepest[k] - centre) > 0.5 * revolution:
                continue
            above, sun_angle, _ = _angles(deepest[k], path)
            out[t, 0] = min(out[t, 0], above + sun_angle)
            out[t, 1] = min(out[t, 1], above - sun_angle)
            if above < sun_angle:
                _add_arc(path, deepest[k], _rise(clear, k, -1), out[t])
                _add_arc(path, deepest[k], _rise(clear, k, 1), out[t])


@numba.njit(cache=True, nogil=True)
def _rise(clear, k, step):  # type: ignore[no-untyped-def]
    """The state up to which the Sun only rises, going from state `k` in steps of +1 or -1."""
    while 0 <= k + step < clear.size and clear[k + step] >= clear[k]:
        k += step
    return 1.0 * k
