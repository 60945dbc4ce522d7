"""Parquet: states of the whole ring as a table, written block by block."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from geometry import __version__
from geometry.ephemeris import TimeArray
from geometry.orbit.flight import FlownDesign
from geometry.orbit.flown import state_blocks
from geometry.orbit.states import OrbitStates
from geometry.validation import IntArray

FRAME_NOTE = "position and velocity geocentric along the axes of GCRS; times in UTC"


def write_parquet(
    path: Path, design: FlownDesign, times_utc: TimeArray, satellites: IntArray, *, name: str
) -> None:
    """One row for each time and satellite: place, speed, share of the Sun in view, beta angle.

    Raises
    ------
    ModuleNotFoundError
        pyarrow is not installed.
    """
    import pyarrow
    from pyarrow import parquet

    head = json.dumps({"design": name, "version": __version__, "frame": FRAME_NOTE})
    fields = [("time_utc", pyarrow.timestamp("us", tz="UTC")), ("satellite", pyarrow.int32())]
    numbers = [f"position_{axis}_gcrs_km" for axis in "xyz"]
    numbers += [f"velocity_{axis}_gcrs_km_s" for axis in "xyz"] + ["sunlit_fraction", "beta_deg"]
    schema = pyarrow.schema(fields + [(n, pyarrow.float64()) for n in numbers], metadata={"dawnring": head})
    with parquet.ParquetWriter(path, schema) as writer:
        for states in state_blocks(design, times_utc, satellites=satellites):
            columns = zip(_columns(states, satellites), schema.types, strict=True)
            arrays = [pyarrow.array(values, type=kind) for values, kind in columns]
            writer.write_table(pyarrow.table(arrays, schema=schema))


def _columns(states: OrbitStates, satellites: IntArray) -> list[np.ndarray]:
    """All satellites of one time, then those of the next."""
    vectors = (states.position_gcrs_m, states.velocity_gcrs_m_s)
    place, speed = (np.swapaxes(v, 0, 1).reshape(-1, 3) * 1e-3 for v in vectors)
    return [
        np.repeat(states.times_utc, satellites.size),
        np.tile(satellites, states.times_utc.size).astype(np.int32),
        *place.T,
        *speed.T,
        states.sunlit_fraction.T.ravel(),
        np.degrees(states.beta_rad).T.ravel(),
    ]
