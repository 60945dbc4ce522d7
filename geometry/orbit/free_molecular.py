"""Forces of air so thin that molecules meet the craft and not each other, on flat elements."""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, exp, pi, sqrt

import numba
import numpy as np

from geometry.orbit.thermosphere import MOLAR_MASS_KG_MOL, Air
from geometry.validation import FloatArray, check_in_range, check_shape

GAS_CONSTANT_J_MOL_K = 8.31446261815324  # exact [SI2019]
_NEGLIGIBLE_SHARE = 1e-7  # of the mass of the air: such species are passed over


@dataclass(frozen=True)
class GasSurface:
    """How molecules leave the craft: diffusely, at a temperature between theirs and the wall's.

    Parameters
    ----------
    accommodation : float
        Energy accommodation, in [0, 1]; 1 where molecules take the wall's temperature.
    wall_temperature_k : float

    Notes
    -----
    Re-emitted molecules carry (1 - accommodation) of the energy that they brought.  Surfaces coated with
    atomic oxygen accommodate by 0.9 to 1 up to some 500 km, less above [Moe2005]; 0.93 instead of 1 raises
    the drag of a plate across the flow at 560 km by 10 %, that of an edge-on plate not at all.
    """

    accommodation: float = 1.0
    wall_temperature_k: float = 300.0

    def __post_init__(self) -> None:
        check_in_range(self.accommodation, 0.0, 1.0, name="accommodation")
        check_in_range(self.wall_temperature_k, 1.0, 5_000.0, name="wall_temperature_k", unit="K")


DIFFUSE_SURFACE = GasSurface()


def free_molecular_force_n(
    normals: FloatArray,
    areas_m2: FloatArray,
    wind_m_s: FloatArray,
    air: Air,
    surface: GasSurface = DIFFUSE_SURFACE,
) -> FloatArray:
    """Force of the air on flat elements that nothing shades.

    Parameters
    ----------
    normals : array (P, 3)
        Outward unit normals of the exposed sides; both sides of a sheet stand for themselves.
    areas_m2 : array (P,)
    wind_m_s : array (T, 3)
        Velocity of the air relative to the craft, in the frame of the normals; not zero.
    air : Air
        Of T points.
    surface : GasSurface

    Returns
    -------
    array (T, 3)
        Sum over the elements, N.

    Notes
    -----
    With g = -n . w the cosine of incidence, s = V / sqrt(2 R T / M) the speed ratio, Z = 1 + erf(g s),
    E = exp(-g^2 s^2) / (s sqrt(pi)) and Q = g Z + E, an element takes over its area and dynamic pressure

        pressure        (g^2 + 1 / (2 s^2)) Z + g E
        shear           Q (w + g n), along the surface
        re-emission     Q sqrt(pi) V_r / (2 V), against n, V_r^2 = (1 - a) V^2 / 2 + a 2 R T_wall / M

    for each species by itself [Sentman1961], [Schaaf1958]; the energy of re-emission as in
    [Koppenwallner2009].  Elements that face away take the little that thermal motion brings them; edge-on
    ones drag by friction, 1 / (s sqrt(pi)) of each side.  Validated against closed forms of sphere and plate.
    """
    normals = check_shape(normals, (None, 3), name="normals")
    areas = check_shape(areas_m2, (len(normals),), name="areas_m2")
    wind = check_shape(wind_m_s, (None, 3), name="wind_m_s")
    times = len(wind)
    temperature = check_shape(air.temperature_k, (times,), name="air.temperature_k")
    species = check_shape(
        air.species_density_kg_m3, (times, MOLAR_MASS_KG_MOL.size), name="air.species_density_kg_m3"
    )
    force = np.empty((times, 3))
    _force_kernel(
        np.ascontiguousarray(normals), np.ascontiguousarray(areas), np.ascontiguousarray(wind),
        np.ascontiguousarray(temperature), np.ascontiguousarray(species), MOLAR_MASS_KG_MOL,
        surface.accommodation, surface.wall_temperature_k, force,
    )  # fmt: skip
    return force


@numba.njit(cache=True, nogil=True)
def reemission_speed_m_s(
    speed_m_s: float, molar_mass: float, accommodation: float, wall_temperature_k: float
) -> float:
    """Most probable speed sqrt(2 R T_r / M) of re-emitted molecules, m/s."""
    own = 0.5 * speed_m_s * speed_m_s
    wall = 2.0 * GAS_CONSTANT_J_MOL_K * wall_temperature_k / molar_mass
    return sqrt((1.0 - accommodation) * own + accommodation * wall)


@numba.njit(cache=True, nogil=True)
def _force_kernel(  # type: ignore[no-untyped-def]
    normals, areas, wind, temperature, species, molar_mass, accommodation, wall_temperature, force
):
    """Fills `force` (T, 3); see `free_molecular_force_n`."""
    root_pi = sqrt(pi)
    for t in range(wind.shape[0]):
        speed = sqrt(wind[t, 0] ** 2 + wind[t, 1] ** 2 + wind[t, 2] ** 2)
        wx, wy, wz = wind[t, 0] / speed, wind[t, 1] / speed, wind[t, 2] / speed
        total = 0.0
        for j in range(molar_mass.size):
            total += species[t, j]
        fx, fy, fz = 0.0, 0.0, 0.0
        for j in range(molar_mass.size):
            if species[t, j] <= _NEGLIGIBLE_SHARE * total:
                continue
            s = speed / sqrt(2.0 * GAS_CONSTANT_J_MOL_K * temperature[t] / molar_mass[j])
            back = reemission_speed_m_s(speed, molar_mass[j], accommodation, wall_temperature)
            back = 0.5 * root_pi * back / speed
            q = 0.5 * species[t, j] * speed * speed
            for p in range(areas.size):
                nx, ny, nz = normals[p, 0], normals[p, 1], normals[p, 2]
                g = -(nx * wx + ny * wy + nz * wz)
                gs = g * s
                if gs < -6.0:  # 1e-17 of the flux of a plate across the flow
                    continue
                z = 1.0 + erf(gs)
                e = exp(-gs * gs) / (s * root_pi)
                flux = g * z + e
                along = q * areas[p] * flux
                normal = along * (g - back) - q * areas[p] * ((g * g + 0.5 / (s * s)) * z + g * e)
                fx += along * wx + normal * nx
                fy += along * wy + normal * ny
                fz += along * wz + normal * nz
        force[t, 0], force[t, 1], force[t, 2] = fx, fy, fz
