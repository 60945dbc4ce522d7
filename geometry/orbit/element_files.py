"""Reading orbital elements: OMM as JSON or CSV, and TLE."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from sgp4 import omm
from sgp4.api import SGP4_ERRORS, Satrec
from sgp4.io import compute_checksum

from geometry.ephemeris import parse_utc

_READERS = (".json", ".csv", ".tle", ".3le", ".txt")
_OMM_DEFAULTS = {
    "CLASSIFICATION_TYPE": "U",
    "OBJECT_ID": "",
    "EPHEMERIS_TYPE": "0",
    "ELEMENT_SET_NO": "999",
    "REV_AT_EPOCH": "0",
    "BSTAR": "0",
    "MEAN_MOTION_DOT": "0",
    "MEAN_MOTION_DDOT": "0",
}
_OMM_NEEDED = (
    "EPOCH",
    "MEAN_MOTION",
    "ECCENTRICITY",
    "INCLINATION",
    "RA_OF_ASC_NODE",
    "ARG_OF_PERICENTER",
    "MEAN_ANOMALY",
    "NORAD_CAT_ID",
)
_OMM_MEANING = {  # the first where a field is left out, as catalogues in CSV do
    "CENTER_NAME": ("EARTH",),
    "REF_FRAME": ("TEME", "TEME OF DATE"),
    "TIME_SYSTEM": ("UTC",),
    "MEAN_ELEMENT_THEORY": ("SGP4", "SGP/SGP4"),
    "EPHEMERIS_TYPE": ("0", "2", "3"),  # 4 is SGP4-XP, whose elements SGP4 must not fly
}
LARGEST_NUMBER = 339_999
"""Largest catalogue number of a TLE (`Z9999` in Alpha-5), and of a record of the package `sgp4`."""

_PI = np.pi * (1.0 + 1e-12)  # 180 deg in any rounding
_Entry = tuple[Satrec, str, int]

# Columns of the numbers of a TLE [Hoots1980]; the parser of `sgp4` takes letters for zero.
_TLE_NUMBERS = {
    "1": {"epoch year": (18, 20), "epoch day": (20, 32), "first derivative": (33, 43)},
    "2": {
        "inclination": (8, 16),
        "node": (17, 25),
        "eccentricity": (26, 33),
        "perigee": (34, 42),
        "mean anomaly": (43, 51),
        "mean motion": (52, 63),
    },
}
_TLE_EXPONENTIALS = {"1": {"second derivative": (44, 52), "BSTAR": (53, 61)}, "2": {}}


@dataclass(frozen=True, eq=False)
class ElementSet:
    """N satellites of a file: SGP4 records, what to call them, and their catalogue numbers.

    The record of a number that `sgp4` cannot hold (over 339,999) bears 0 instead.
    """

    records: tuple[Satrec, ...]
    names: tuple[str, ...]
    numbers: tuple[int, ...]


def read_elements(file: Path | str) -> ElementSet:
    """Orbital elements of a file, read by the package `sgp4`.

    Parameters
    ----------
    file : path
        `.json` or `.csv` (OMM as published by CelesTrak and Space-Track), `.tle`, `.3le` or `.txt` (TLE
        with or without name lines).

    Returns
    -------
    ElementSet

    Raises
    ------
    ValueError
        Not there, another suffix, or a line or entry that cannot be trusted, named with the reason.

    Notes
    -----
    TLE lines are held to their 69 columns, their checksum and the agreement of their catalogue
    numbers [Hoots1980]; OMM fields to being there and to being numbers, its frame, time and theory, where it
    names them, to those of SGP4 [CCSDS502].
    """
    path = Path(file)
    if path.suffix.lower() not in _READERS:
        raise ValueError(
            f"a file of orbital elements must end in .json or .csv (OMM) or .tle, got {str(file)!r}"
        )
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise ValueError(f"cannot read the orbital elements of {str(file)!r}: {error.strerror}") from None
    return _read(path, changed)


@lru_cache(maxsize=8)
def _read(path: Path, changed: int) -> ElementSet:
    """The file as it stood at the time `changed`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot read the orbital elements of {str(path)!r}: {error}") from None
    kind = path.suffix.lower()
    if kind == ".json":
        found = _from_json(text, path.name)
    elif kind == ".csv":
        found = [
            _from_omm(row, f"{path.name}, line {number}")
            for number, row in enumerate(omm.parse_csv(io.StringIO(text)), start=2)
        ]
    else:
        found = _from_tle(text, path.name)
    if not found:
        raise ValueError(f"{path.name} holds no orbital elements")
    records, names, numbers = zip(*found, strict=True)
    return ElementSet(records, names, numbers)


def _from_json(text: str, file_name: str) -> list[_Entry]:
    """OMM entries of a JSON list, or a single one."""
    try:
        entries = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{file_name}, line {error.lineno}: not JSON ({error.msg})") from None
    entries = [entries] if isinstance(entries, dict) else entries
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise ValueError(f"{file_name} must hold a list of OMM objects")
    return [_from_omm(entry, f"{file_name}, entry {k}") for k, entry in enumerate(entries, start=1)]


def _from_omm(fields: Mapping[str, Any], where: str) -> _Entry:
    """One OMM entry, through `sgp4.omm`."""
    missing = [key for key in _OMM_NEEDED if not str(fields.get(key) or "").strip() and fields.get(key) != 0]
    if missing:
        raise ValueError(f"{where}: the OMM lacks {', '.join(missing)}")
    given = {key: value for key, value in fields.items() if key and value not in (None, "")}
    entry = {**_OMM_DEFAULTS, **given}
    _check_meaning(entry, where)
    epoch = parse_utc(str(entry["EPOCH"]), name=f"{where}: EPOCH")
    entry["EPOCH"] = epoch.astype(object).strftime("%Y-%m-%dT%H:%M:%S.%f")
    name = f"{entry.get('OBJECT_NAME') or 'object'} ({entry['NORAD_CAT_ID']})"
    record = Satrec()
    try:
        number = int(entry["NORAD_CAT_ID"])
        if number > LARGEST_NUMBER:
            entry["NORAD_CAT_ID"] = 0
        omm.initialize(record, entry)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{where}: the OMM is malformed ({error})") from None
    return _accepted(record, where), name, number


def _check_meaning(entry: Mapping[str, Any], where: str) -> None:
    """Refuse elements that SGP4 would take for others: of another frame, time, body or theory."""
    for key, allowed in _OMM_MEANING.items():
        said = str(entry.get(key) or allowed[0]).strip().upper()
        if said not in allowed:
            raise ValueError(
                f"{where}: {key} must be {' or '.join(allowed)}, as SGP4 takes them, got {said!r}; "
                "convert the elements first"
            )


def _from_tle(text: str, file_name: str) -> list[_Entry]:
    """Pairs of lines 1 and 2, each after an optional line with the name."""
    found: list[_Entry] = []
    name, name_at, first, first_at = "", 0, "", 0
    for number, raw in enumerate(text.splitlines(), start=1):
        line, where = raw.rstrip(), f"{file_name}, line {number}"
        if not line or line.startswith("#"):
            continue
        if line.startswith("1 ") and not first:
            first, first_at = _checked_tle_line(line, where), number
        elif line.startswith("2 ") and first:
            second = _checked_tle_line(line, where)
            if first[2:7] != second[2:7]:
                raise ValueError(
                    f"{where}: catalogue number {second[2:7]!r}, but {first[2:7]!r} in line {first_at}"
                )
            record = _tle_record(first, second, where)
            found.append((record, f"{name or 'object'} ({first[2:7].strip()})", record.satnum))
            name, first = "", ""
        elif first or line.startswith(("1 ", "2 ")):
            raise ValueError(f"{where}: expected line {'2' if first else '1'} of a TLE, got {line[:30]!r}")
        elif name:
            raise ValueError(f"{where}: expected line 1 of the TLE of {name[:30]!r}, got {line[:30]!r}")
        else:
            name, name_at = line[2:].strip() if line.startswith("0 ") else line.strip(), number
    if first:
        raise ValueError(f"{file_name}, line {first_at}: line 2 of this TLE is missing")
    if name:
        raise ValueError(f"{file_name}, line {name_at}: no TLE follows {name[:30]!r} at the end of the file")
    return found


def _checked_tle_line(line: str, where: str) -> str:
    """Refuse a line that is not 69 columns long or fails its checksum."""
    if len(line) != 69:
        raise ValueError(f"{where}: a TLE line has 69 columns, this one {len(line)}")
    want = compute_checksum(line[:68])
    if line[68] != str(want):
        raise ValueError(f"{where}: checksum is {line[68]!r}, its digits give {want}; the line was altered")
    for field, (start, end) in _TLE_NUMBERS[line[0]].items():
        _check_number(line[start:end], field, where)
    if line[0] == "1" and not 1.0 <= float(line[20:32]) < 367.0:
        day = line[20:32].strip()
        raise ValueError(f"{where}: the epoch day of this TLE must lie in [1, 367), got {day}")
    for field, (start, end) in _TLE_EXPONENTIALS[line[0]].items():
        mantissa, exponent = line[start : end - 2].strip() or "0", line[end - 2 : end].strip() or "0"
        _check_number(f"{mantissa}e{exponent}", field, where)
    return line


def _check_number(text: str, field: str, where: str) -> None:
    """Refuse columns that hold no number."""
    try:
        float(text)
    except ValueError:
        raise ValueError(f"{where}: the {field} of this TLE is no number, {text.strip()!r}") from None


def _tle_record(first: str, second: str, where: str) -> Satrec:
    """A checked pair, through `sgp4`."""
    try:
        record = Satrec.twoline2rv(first, second)
    except ValueError as error:
        raise ValueError(f"{where}: the TLE is malformed ({error})") from None
    return _accepted(record, where)


def _accepted(record: Satrec, where: str) -> Satrec:
    """Refuse what is no number, and elements that SGP4 itself refuses."""
    for name in ("no_kozai", "ecco", "inclo", "nodeo", "argpo", "mo", "bstar"):
        if not np.isfinite(getattr(record, name)):
            raise ValueError(f"{where}: every element must be finite, got {name} = {getattr(record, name)}")
    if not 0.0 <= record.inclo <= _PI:
        raise ValueError(
            f"{where}: the inclination must lie in [0, 180] deg, got {np.degrees(record.inclo):g}"
        )
    if not record.no_kozai > 0.0:
        raise ValueError(f"{where}: the mean motion must be greater than 0, got {record.no_kozai:g} rad/min")
    if record.error:
        reason = SGP4_ERRORS.get(record.error, f"error {record.error}")
        raise ValueError(f"{where}: SGP4 refuses these elements: {reason}")
    return record
