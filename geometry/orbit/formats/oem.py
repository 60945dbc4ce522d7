"""Orbit ephemeris messages in key-value notation: states of one satellite [CCSDS502]."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from geometry.orbit.formats.rows import text_rows
from geometry.orbit.formats.samples import Samples

_ROW = "%s %.9f %.9f %.9f %.12f %.12f %.12f\n"  # km to the micrometre, km/s to 1e-12
_LARGEST_DEGREE = 7


def write_oem(path: Path, samples: Samples, *, created_utc: datetime | None = None) -> None:
    """One segment for the one satellite, in GCRF (axes of GCRS), UTC, km and km/s.

    Parameters
    ----------
    path : Path
    samples : Samples
        Of a single satellite.
    created_utc : datetime, optional
        Creation date of the message; default now.

    Raises
    ------
    ValueError
        More than one satellite: a message is about one object.
    """
    if samples.satellites.size != 1:
        raise ValueError(
            f"an OEM tells of one object, got {samples.satellites.size:,} satellites; write a file for each, "
            "or czml or parquet for many"
        )
    created = (created_utc or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%S")
    times = np.datetime_as_string(samples.times_utc, unit="us")
    # Hermite uses position and velocity: degree 7 takes four states.
    degree = max(1, min(_LARGEST_DEGREE, 2 * samples.times_utc.size - 1))
    satellite, position, velocity = next(iter(samples))
    states = np.concatenate([position, velocity], axis=1).T * 1e-3
    with path.open("w", encoding="ascii", newline="") as stream:
        stream.write(
            f"CCSDS_OEM_VERS = 2.0\nCREATION_DATE = {created}\nORIGINATOR = DAWNRING\n\n"
            f"META_START\nOBJECT_NAME = {samples.object_name(satellite)}\nOBJECT_ID = UNKNOWN\n"
            "CENTER_NAME = EARTH\nREF_FRAME = GCRF\nTIME_SYSTEM = UTC\n"
            f"START_TIME = {times[0]}\nSTOP_TIME = {times[-1]}\n"
            f"INTERPOLATION = HERMITE\nINTERPOLATION_DEGREE = {degree}\nMETA_STOP\n"
        )
        stream.write(text_rows(_ROW, [times, *states]))
