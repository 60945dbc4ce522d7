"""SGP4 itself, by the `sgp4` package: the oracle of the closed form, and the flight of imported elements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike
from sgp4.api import SGP4_ERRORS, WGS72, Satrec, SatrecArray

from geometry.ephemeris import check_times_utc, format_utc, julian_date_utc, sky_at
from geometry.frames import rotated
from geometry.orbit.mean_elements import _J2, _MU_M3_S2, _RE_M, MeanElements, kozai_mean_motion_rad_s
from geometry.validation import FloatArray

_CHECKS_TO_DECAY = 24
_SGP4_DAY_ZERO = np.datetime64("1949-12-31T00:00:00", "us")


def satrecs(elements: MeanElements) -> list[Satrec]:
    """One SGP4 record for each satellite: the same mean elements and decay, Kozai mean motion."""
    epoch_days = int((elements.epoch_utc - _SGP4_DAY_ZERO).astype(np.int64)) / 86_400e6
    motion = kozai_mean_motion_rad_s(elements.semi_major_axis_m, elements.inclination_rad) * 60.0
    bstar = equivalent_bstar(elements)
    records = []
    for number, (p, u) in enumerate(zip(elements.plane, elements.argument_of_latitude_rad, strict=True)):
        record = Satrec()
        inclination, node = float(elements.inclination_rad[p]), float(elements.raan_teme_rad[p])
        record.sgp4init(
            WGS72, "i", number % 100_000, epoch_days, float(bstar[p]), 0.0, 0.0,
            0.0, 0.0, inclination, float(u) % (2.0 * np.pi), float(motion[p]), node % (2.0 * np.pi),
        )  # fmt: skip
        records.append(record)
    return records


def equivalent_bstar(elements: MeanElements) -> FloatArray:
    """B* (P,) with which SGP4's axis begins to fall as fast as the drag of the elements says.

    Notes
    -----
    In one over Earth radii.  SGP4's axis falls by 2 a C1 per time with C1 = B* C2, here C2 at zero
    eccentricity [Hoots1980]; later it follows an air of its own, in which the decay of a circular orbit goes
    with (a - s)^-4: e-fold in 120 km at 560 km, twice the true scale height.
    """
    if elements.drag is None:
        return np.zeros(elements.planes)
    a = elements.semi_major_axis_m / _RE_M
    altitude_km = (a - 1.0) * _RE_M / 1e3
    s_km = np.clip(altitude_km - 78.0, 20.0, 78.0)  # the reference height gives way below 156 km
    xi = 1.0 / (a - 1.0 - 1e3 * s_km / _RE_M)
    tilt = 3.0 * np.cos(elements.inclination_rad) ** 2 - 1.0
    c2 = (1e3 * (120.0 - s_km) / _RE_M * xi) ** 4 * (a + 3.0 * _J2 * xi * tilt)
    c2 = c2 * np.sqrt(_MU_M3_S2 / elements.semi_major_axis_m**3)
    return np.asarray(elements.drag.decay_m_s / (2.0 * elements.semi_major_axis_m * c2))


def minutes_since_epoch(record: Satrec, time_utc: np.datetime64) -> float:
    """Time since the epoch of a record, minutes."""
    day, fraction = julian_date_utc(np.atleast_1d(time_utc))
    return float((day[0] - record.jdsatepoch) + (fraction[0] - record.jdsatepochF)) * 1440.0


def mean_node_rad(record: Satrec, time_utc: np.datetime64) -> float:
    """Right ascension of the mean node in TEME by its secular rate, rad; known past a decay too."""
    return float(record.nodeo + record.nodedot * minutes_since_epoch(record, time_utc))


def sgp4_states(
    records: Sequence[Satrec], times_utc: ArrayLike, names: Sequence[str] | None = None
) -> tuple[FloatArray, FloatArray]:
    """Positions and velocities by SGP4.

    Parameters
    ----------
    records : sequence of Satrec (N,)
    times_utc : datetime64 array (T,)
        UTC.
    names : sequence of str, optional
        What an error calls each satellite.

    Returns
    -------
    position_gcrs_m, velocity_gcrs_m_s : array (N, T, 3)
        m and m/s, turned from TEME once per time.

    Raises
    ------
    ValueError
        SGP4 refuses a satellite at a time (decayed, elements out of range), named with the reason.

    Notes
    -----
    [Hoots1980], [Vallado2006], by the package `sgp4` [Rhodes2020], WGS-72 constants.
    """
    times = check_times_utc(times_utc)
    errors, position_km, velocity_km_s = SatrecArray(list(records)).sgp4(*julian_date_utc(times))
    if errors.any():
        n, t = (int(k) for k in np.argwhere(errors)[0])
        _refuse(n, names, times[t], SGP4_ERRORS.get(int(errors[n, t]), f"error {int(errors[n, t])}"))
    last = times.max()
    for n, record in enumerate(records):
        if record.bstar > 0.0 and _decays_before(record, last):
            _refuse(n, names, last, "drag has brought it down before")
    rotation = sky_at(times).rotation_gcrs_from_teme
    return rotated(rotation, position_km * 1e3), rotated(rotation, velocity_km_s * 1e3)


def _decays_before(record: Satrec, time_utc: np.datetime64) -> bool:
    """Whether drag takes the mean semi-major axis below the Earth's radius before a time.

    SGP4's drag is a polynomial in time: past the decay it turns and gives states again, without an
    error, that mean nothing.  A mean semi-major axis that has grown under drag gives it away.
    """
    minutes = minutes_since_epoch(record, time_utc)
    if minutes <= 0.0:
        return False
    largest = 1.0005 * record.a if record.method == "n" else np.inf  # deep space: resonances move it
    for since in np.linspace(0.0, minutes, _CHECKS_TO_DECAY + 1)[1:]:
        error, _, _ = record.sgp4_tsince(since)
        if error or not 1.0 < record.am < largest:
            return True
    return False


def _refuse(n: int, names: Sequence[str] | None, time_utc: np.datetime64, reason: str) -> NoReturn:
    """One line for a satellite that cannot be flown."""
    name = names[n] if names else f"satellite {n}"
    raise ValueError(
        f"SGP4 cannot fly {name} at {format_utc(time_utc)}: {reason}; "
        "choose a time nearer to the epoch of its elements, or newer elements"
    )
