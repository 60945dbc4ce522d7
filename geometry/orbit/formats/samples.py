"""States at even times, satellite by satellite: what ephemeris formats are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from geometry.ephemeris import TimeArray, check_times_utc
from geometry.orbit.flight import ElementsFlight, Flight
from geometry.orbit.formats.rows import plain_name, plain_text
from geometry.validation import FloatArray, IntArray, check_in_range, check_positive

MOST_TIMES = 2_000_000
MOST_STATES = 20_000_000  # of one text file: 2 GB
_BLOCK_STATES = 200_000
DEFAULT_STEP_S = 60.0


@dataclass(frozen=True, eq=False)
class Samples:
    """Which satellites of a flight are written, and at which times.

    Parameters
    ----------
    flight : Flight
    satellites : int array (N,)
    times_utc : datetime64[us] array (T,)
    name : str
        What they are called, before their number.
    """

    flight: Flight
    satellites: IntArray
    times_utc: TimeArray
    name: str

    def __post_init__(self) -> None:
        count = self.satellites.size * self.times_utc.size
        if not count <= MOST_STATES:
            raise ValueError(
                f"{self.satellites.size:,} satellites at {self.times_utc.size:,} times make {count:,} "
                f"states, more than {MOST_STATES:,}; take fewer satellites, a shorter span or a longer step"
            )

    @property
    def elapsed_s(self) -> FloatArray:
        """(T,), since the first time, s."""
        return (self.times_utc - self.times_utc[0]).astype(np.int64) * 1e-6

    def object_name(self, satellite: int) -> str:
        """Name of one satellite: that of its file, or the design's with its number."""
        if isinstance(self.flight, ElementsFlight):
            return plain_text(self.flight.elements.names[satellite])
        return f"{plain_name(self.name)} {satellite}"

    def __iter__(self) -> Iterator[tuple[int, FloatArray, FloatArray]]:
        """Each satellite with its positions and velocities in GCRS, (T, 3) in m and m/s."""
        step = max(1, _BLOCK_STATES // self.times_utc.size)
        for start in range(0, self.satellites.size, step):
            part = self.satellites[start : start + step]
            position, velocity = self.flight.states(self.times_utc, part)
            yield from zip(part.tolist(), position, velocity, strict=True)


def sample_times(start_utc: np.datetime64, duration_s: float, step_s: float) -> TimeArray:
    """Even times with both ends; the last step is shorter where the steps miss the end.

    Raises
    ------
    ValueError
        No finite span of 0 s or more, a step not above 0, more than 2,000,000 times, a date outside the
        ephemeris.
    """
    check_in_range(duration_s, 0.0, 1e10, name="duration_s", unit="s")
    check_positive(step_s, name="step_s")
    if not duration_s / step_s < MOST_TIMES:
        raise ValueError(
            f"duration_s = {duration_s:g} in steps of step_s = {step_s:g} makes more than {MOST_TIMES:,} "
            "times; take a longer step or a shorter span"
        )
    elapsed_s = step_s * np.arange(int(duration_s / step_s + 1e-9) + 1)
    if duration_s - elapsed_s[-1] > 1e-6:
        elapsed_s = np.append(elapsed_s, duration_s)
    times = start_utc.astype("datetime64[us]") + np.rint(elapsed_s * 1e6).astype("timedelta64[us]")
    return check_times_utc(times)
