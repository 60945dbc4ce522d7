"""The air that satellites meet: its species and temperature by altitude and solar activity."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from geometry.ephemeris import check_times_utc
from geometry.validation import FloatArray, check_choice, check_finite, check_in_range, read_only

ACTIVITIES = ("solar_min", "mean", "solar_max")
SPECIES = ("H", "He", "N", "O", "N2", "O2")
MOLAR_MASS_KG_MOL = read_only([1.008e-3, 4.0026e-3, 14.007e-3, 15.999e-3, 28.014e-3, 31.998e-3])
"""Molar masses (J,) of `SPECIES` [CRC]."""

_AVOGADRO_PER_MOL = 6.02214076e23  # exact [SI2019]
_GEOPOTENTIAL_RADIUS_M = 6_356_766.0  # [NOAA1976]


@dataclass(frozen=True, eq=False)
class Air:
    """State of the air at some points.

    Parameters
    ----------
    temperature_k : array (...)
    species_density_kg_m3 : array (..., J)
        Partial mass densities in the order of `SPECIES`.
    """

    temperature_k: FloatArray
    species_density_kg_m3: FloatArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "temperature_k", read_only(self.temperature_k))
        object.__setattr__(self, "species_density_kg_m3", read_only(self.species_density_kg_m3))

    @property
    def density_kg_m3(self) -> FloatArray:
        """Total mass density (...)."""
        return np.asarray(self.species_density_kg_m3.sum(axis=-1))

    @property
    def mean_molar_mass_kg_mol(self) -> FloatArray:
        """Mass of a mole of the mixture (...)."""
        return np.asarray(self.density_kg_m3 / (self.species_density_kg_m3 / MOLAR_MASS_KG_MOL).sum(axis=-1))


@dataclass(frozen=True, eq=False)
class _Table:
    """One activity: geopotential heights (K,), temperatures (K,), logarithms of densities (K, J)."""

    lowest_m: float
    height_m: FloatArray
    temperature_k: FloatArray
    log_density: FloatArray


def air_at(altitude_m: ArrayLike, activity: str) -> Air:
    """Mean air at a geodetic altitude.

    Parameters
    ----------
    altitude_m : array (...)
        Above the ellipsoid, m; 120 km or more.
    activity : {"solar_min", "mean", "solar_max"}

    Returns
    -------
    Air

    Raises
    ------
    ValueError
        Below 120 km, where no orbit lasts; an unknown activity.

    Notes
    -----
    NRLMSIS 2.1 [Emmert2022] averaged over the globe, local time and the year, at F10.7 (daily and 81-day
    mean) of 70, 140 and 200 and ap of 4, 15 and 15 (`scripts/make_density`).  The logarithm of each species
    is interpolated linearly in geopotential height, in which a species in diffusive equilibrium at one
    temperature is a straight line; so it is continued above 2,000 km too.  Left out: the bulge of the
    afternoon (a dawn-dusk orbit meets about the mean), latitude, season, storms, and the model's own error
    of 15 % or more.
    """
    check_choice(activity, ACTIVITIES, name="solar activity")
    table = _tables()[activity]
    altitude = check_finite(altitude_m, name="altitude_m")
    if not (altitude >= table.lowest_m).all():
        raise ValueError(
            f"air is tabulated from {table.lowest_m / 1e3:.0f} km on, got {altitude.min() / 1e3:.1f} km: "
            "no orbit lasts below; raise the perigee"
        )
    height = _geopotential_m(altitude)
    # the interval below each point; the last one also beyond the table's end
    low = np.clip(np.searchsorted(table.height_m, height, side="right") - 1, 0, table.height_m.size - 2)
    share = (height - table.height_m[low]) / (table.height_m[low + 1] - table.height_m[low])
    below, above = table.log_density[low], table.log_density[low + 1]
    logarithm = below + share[..., None] * (above - below)
    return Air(np.interp(height, table.height_m, table.temperature_k), np.exp(logarithm))


def _geopotential_m(altitude_m: FloatArray) -> FloatArray:
    """Height in which gravity is the same everywhere, m."""
    return np.asarray(altitude_m / (1.0 + altitude_m / _GEOPOTENTIAL_RADIUS_M))


@lru_cache(maxsize=1)
def _tables() -> dict[str, _Table]:
    """`data/thermosphere.csv` by activity."""
    text = (files("geometry.data") / "thermosphere.csv").read_text(encoding="ascii")
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    found = {}
    for activity in ACTIVITIES:
        own = [row for row in rows if row["activity"] == activity]
        altitude = np.array([float(row["altitude_km"]) for row in own]) * 1e3
        density = np.array([[float(row[f"{s}_kg_m3"]) for s in SPECIES] for row in own])
        found[activity] = _Table(
            lowest_m=float(altitude[0]),
            height_m=read_only(_geopotential_m(altitude)),
            temperature_k=read_only([float(row["temperature_k"]) for row in own]),
            log_density=read_only(np.log(density)),
        )
    return found


@dataclass(frozen=True)
class SolarIndices:
    """Indices for NRLMSIS, always given: nothing is ever looked up.

    Parameters
    ----------
    f107_sfu, f107_mean_sfu : float
        F10.7 of the day before and its 81-day mean, 1e-22 W/m^2/Hz.
    ap : float
        Geomagnetic index, held for all seven of its times.
    """

    f107_sfu: float
    f107_mean_sfu: float
    ap: float

    def __post_init__(self) -> None:
        check_in_range(self.f107_sfu, 50.0, 500.0, name="f107_sfu", unit="sfu")
        check_in_range(self.f107_mean_sfu, 50.0, 500.0, name="f107_mean_sfu", unit="sfu")
        check_in_range(self.ap, 0.0, 400.0, name="ap")


def msis_air(
    times_utc: ArrayLike,
    longitude_rad: ArrayLike,
    latitude_rad: ArrayLike,
    altitude_m: ArrayLike,
    indices: SolarIndices,
) -> Air:
    """Air of NRLMSIS 2.1 at places and times of one's own, by the extra `drag` (pymsis).

    Parameters
    ----------
    times_utc : datetime64 array (K,)
        UTC.
    longitude_rad, latitude_rad : array (K,)
        Geodetic, east positive, rad.
    altitude_m : array (K,)
        Above the ellipsoid, m.
    indices : SolarIndices

    Returns
    -------
    Air

    Raises
    ------
    ModuleNotFoundError
        pymsis is not installed.
    ValueError
        A date outside the ephemeris, an index outside its range.
    """
    import pymsis

    times = check_times_utc(times_utc)
    count = times.size
    found: Any = pymsis.calculate(
        times,
        np.degrees(check_finite(longitude_rad, name="longitude_rad")),
        np.degrees(check_finite(latitude_rad, name="latitude_rad")),
        check_finite(altitude_m, name="altitude_m") / 1e3,
        np.full(count, indices.f107_sfu),
        np.full(count, indices.f107_mean_sfu),
        np.full((count, 7), indices.ap),
        version=2.1,
    )
    air = np.nan_to_num(np.asarray(found, dtype=float).reshape(count, -1))  # no anomalous oxygen low down
    kind = pymsis.Variable
    numbers = np.stack(
        [
            air[:, kind.H],
            air[:, kind.HE],
            air[:, kind.N],
            air[:, kind.O] + air[:, kind.ANOMALOUS_O],
            air[:, kind.N2],
            air[:, kind.O2] + air[:, kind.AR] * (39.948 / 31.998),
        ],
        axis=-1,
    )
    return Air(air[:, kind.TEMPERATURE], numbers * (MOLAR_MASS_KG_MOL / _AVOGADRO_PER_MOL))
