"""The door: one design and one format to one file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from geometry.orbit.element_files import LARGEST_NUMBER
from geometry.orbit.flight import FlownDesign, flight_of
from geometry.orbit.flown import check_satellites
from geometry.orbit.formats import czml, oem, omm, parquet, tle
from geometry.orbit.formats.published import PublishedElements, published_elements
from geometry.orbit.formats.rows import plain_name
from geometry.orbit.formats.samples import DEFAULT_STEP_S, Samples, sample_times
from geometry.validation import IntArray, check_choice

RING_SUFFIXES: dict[str, tuple[str, ...]] = {
    "omm": (".csv", ".json"),
    "tle": (".tle", ".3le", ".txt"),
    "oem": (".oem", ".txt"),
    "czml": (".czml", ".json"),
    "parquet": (".parquet",),
    "stellarium": (".json",),
}
"""Suffixes that each format may have; they choose CSV or JSON, and lines with names for `.3le`."""

RING_FORMATS = tuple(RING_SUFFIXES)
_ELEMENTS = ("omm", "tle", "stellarium")
_STELLARIUM_PLENTY = 10_000


@dataclass(frozen=True)
class RingFile:
    """What was written.

    Parameters
    ----------
    path : Path
    format : str
    satellites : int
        Satellites in the file.
    times : int
        Times of each; 1 for elements.
    remarks : tuple of str
        What the reader should know: satellites left out and why, numbers that some programs refuse.
    """

    path: Path
    format: str
    satellites: int
    times: int = 1
    remarks: tuple[str, ...] = field(default=())


def write_ring(
    format: str,
    design: FlownDesign,
    path: Path | str,
    *,
    satellites: ArrayLike | None = None,
    at_utc: np.datetime64 | None = None,
    duration_s: float | None = None,
    step_s: float | None = None,
    first_number: int | None = None,
    most_satellites: int | None = None,
    name: str | None = None,
) -> RingFile:
    """Write the ring of a design in a format of other tools.

    Parameters
    ----------
    format : {"omm", "tle", "oem", "czml", "parquet", "stellarium"}
        Mean elements: `omm` (CSV or JSON by the suffix), `tle` (lines with names for `.3le`),
        `stellarium` (`satellites.json`).  States in GCRS: `oem`, `czml`, `parquet`.
    design : FlownDesign
    path : path
        Overwritten; its suffix must be one of `RING_SUFFIXES[format]`.
    satellites : int array (N,), optional
        Members; default all, for `czml` all up to `most_satellites`, for `oem`, which holds one, the first.
    at_utc : datetime64, optional
        Epoch of the elements or first time of the states; default the design's epoch.
    duration_s, step_s : float, optional
        Span and step of the states; default one nodal period in steps of 60 s, for `parquet` one time.
    first_number : int, optional
        Catalogue number of satellite 0; see `catalogue_numbers`.
    most_satellites : int, optional
        `czml` takes an even choice of so many where no satellites are named; default 1,000.
    name : str, optional
        What the satellites are called; default the design's name.

    Returns
    -------
    RingFile

    Raises
    ------
    ValueError
        An unknown format or suffix; what the format cannot hold, with the reason and a format that can;
        an option that means nothing here; a date outside the ephemeris.
    ModuleNotFoundError
        `parquet` without pyarrow.
    """
    check_choice(format, RING_FORMATS, name="format")
    file = Path(path)
    if file.suffix.lower() not in RING_SUFFIXES[format]:
        raise ValueError(
            f"format {format} is written to {' or '.join(RING_SUFFIXES[format])}, got {file.name!r}"
        )
    called = name or str(getattr(design, "name", "dawnring"))
    _check_options(format, duration_s, step_s, first_number, most_satellites)
    if format in _ELEMENTS:
        return _write_elements(format, design, file, satellites, at_utc, first_number, called)
    return _write_states(
        format, design, file, satellites, at_utc, duration_s, step_s, most_satellites, called
    )


def _check_options(
    format: str,
    duration_s: float | None,
    step_s: float | None,
    first_number: int | None,
    most_satellites: int | None,
) -> None:
    """Refuse options that the format would silently pass over."""
    meaningless: dict[str, tuple[object, bool]] = {
        "duration_s": (duration_s, format in _ELEMENTS),
        "step_s": (step_s, format in _ELEMENTS),
        "first_number": (first_number, format not in _ELEMENTS),
        "most_satellites": (most_satellites, format != "czml"),
    }
    for option, (value, refused) in meaningless.items():
        if value is not None and refused:
            raise ValueError(f"{option} means nothing to format {format}; leave it out")
    if most_satellites is not None and not most_satellites >= 1:
        raise ValueError(f"most_satellites must be at least 1, got {most_satellites}")


def _write_elements(
    format: str,
    design: FlownDesign,
    path: Path,
    satellites: ArrayLike | None,
    at_utc: np.datetime64 | None,
    first_number: int | None,
    name: str,
) -> RingFile:
    """OMM, TLE or Stellarium's list."""
    flight = flight_of(design)
    elements = published_elements(
        flight,
        check_satellites(satellites, flight.satellites),
        at_utc=at_utc,
        name=name,
        first_number=first_number,
        epoch_step_us=1 if format == "omm" else tle.EPOCH_STEP_US,
    )
    if format == "tle":
        tle.write_tle(path, elements, with_names=path.suffix.lower() == ".3le")
    elif format == "stellarium":
        tle.write_stellarium(path, elements, group=plain_name(name))
    else:
        writers: dict[str, Callable[[Path, PublishedElements], None]] = {
            ".csv": omm.write_omm_csv,
            ".json": omm.write_omm_json,
        }
        writers[path.suffix.lower()](path, elements)
    return RingFile(path, format, elements.satellites, remarks=_element_remarks(format, elements))


def _element_remarks(format: str, elements: PublishedElements) -> tuple[str, ...]:
    """Doubts about numbers and rounding."""
    remarks = []
    largest = int(elements.numbers.max(initial=0))
    if format == "omm" and largest > LARGEST_NUMBER:
        remarks.append(
            f"catalogue numbers go to {largest:,}; python-sgp4 reads OMM up to {LARGEST_NUMBER:,} only"
        )
    if format != "omm" and largest > 99_999:
        remarks.append(
            f"catalogue numbers above 99,999 are written in Alpha-5 (up to {largest:,}); older programs "
            "cannot read them, omm has them in full"
        )
    if format == "tle" and not elements.records:
        remarks.append(
            "TLE rounds angles to 0.0001 deg (12 m) and the mean motion to 1e-8 rev/day; omm is exact"
        )
    if format == "stellarium" and elements.satellites > _STELLARIUM_PLENTY:
        remarks.append(
            f"{elements.satellites:,} satellites are more than Stellarium moves fluently; "
            "choose fewer by satellites"
        )
    return tuple(remarks)


def _write_states(
    format: str,
    design: FlownDesign,
    path: Path,
    satellites: ArrayLike | None,
    at_utc: np.datetime64 | None,
    duration_s: float | None,
    step_s: float | None,
    most_satellites: int | None,
    name: str,
) -> RingFile:
    """OEM, CZML or Parquet."""
    flight = flight_of(design)
    if duration_s is None:
        duration_s = 0.0 if format == "parquet" and step_s is None else flight.nodal_period_s
    start = design.epoch_utc if at_utc is None else at_utc
    times = sample_times(start, duration_s, DEFAULT_STEP_S if step_s is None else step_s)
    chosen, remarks = _chosen(format, satellites, flight.satellites, most_satellites)
    if format == "parquet":
        parquet.write_parquet(path, design, times, chosen, name=name)
    else:
        samples = Samples(flight, chosen, times, name)
        if format == "oem":
            oem.write_oem(path, samples)
        else:
            czml.write_czml(path, samples, document_name=plain_name(name))
    return RingFile(path, format, chosen.size, times.size, remarks)


def _chosen(
    format: str, satellites: ArrayLike | None, count: int, most_satellites: int | None
) -> tuple[IntArray, tuple[str, ...]]:
    """Members to write, and a remark where some are left out."""
    if satellites is not None or format == "parquet":
        return check_satellites(satellites, count), ()
    if format == "oem":
        remark = f"an OEM tells of one object: the first of {count:,} satellites; name another by satellites"
        return np.arange(1), () if count == 1 else (remark,)
    most = czml.MOST_SATELLITES if most_satellites is None else int(most_satellites)
    if count <= most:
        return np.arange(count), ()
    return np.arange(most) * count // most, (
        f"an even choice of {most:,} of {count:,} satellites: Cesium stutters above about "
        f"{czml.MOST_SATELLITES:,}; raise it by most_satellites",
    )
