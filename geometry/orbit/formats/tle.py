"""Two-line elements [Hoots1980], with Alpha-5 numbers, and Stellarium's list of satellites made of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sgp4.exporter import export_tle

from geometry.orbit.element_files import LARGEST_NUMBER
from geometry.orbit.formats.published import PublishedElements
from geometry.orbit.formats.rows import rounded_angle_deg, row_blocks, text_rows
from geometry.validation import FloatArray, IntArray

EPOCH_STEP_US = 864
"""A TLE counts time in 1e-8 days."""

_ALPHA_5 = np.array([str(k) for k in range(10)] + list("ABCDEFGHJKLMNPQRSTUVWXYZ"))  # no I, no O
_LINES = "1 %sU          %s%s  00000+0%s 0  999 \n2 %s %8.4f %8.4f %07d %8.4f %8.4f %11.8f    0 \n"
_FIRST_YEAR = 1957  # of Sputnik: 57 to 99 are of that century, 00 to 56 of the next [Vallado2006]
_WIDTH = 70  # of a line with its line feed
_HINT_COLOR = (1.0, 0.8, 0.5)


def check_numbers(numbers: IntArray, format_name: str) -> None:
    """Refuse catalogue numbers that five columns cannot hold.

    Raises
    ------
    ValueError
        A number over 339,999.
    """
    if numbers.size and not numbers.max() <= LARGEST_NUMBER:
        raise ValueError(
            f"{format_name} numbers satellites up to {LARGEST_NUMBER:,} (Z9999 in Alpha-5), but these go to "
            f"{numbers.max():,}; export omm, or fewer satellites, or begin at a lower number"
        )


def check_epochs(epoch_utc: NDArray[np.datetime64], format_name: str) -> None:
    """Refuse epochs whose two digits of the year would be read as another century.

    Raises
    ------
    ValueError
        An epoch outside 1957 to 2056.
    """
    years = epoch_utc.astype("datetime64[Y]").astype(np.int64) + 1970
    outside = ~((years >= _FIRST_YEAR) & (years < _FIRST_YEAR + 100))
    if outside.any():
        raise ValueError(
            f"{format_name} writes a year in two digits, read as {_FIRST_YEAR} to {_FIRST_YEAR + 99}, got an "
            f"epoch in {years[outside][0]}; export omm, or choose a moment inside"
        )


def alpha_5(numbers: IntArray) -> NDArray[np.str_]:
    """Catalogue numbers (N,) up to 339,999 in five columns: 100000 is `A0000`."""
    high, low = np.divmod(numbers, 10_000)
    return np.char.add(_ALPHA_5[high], np.char.zfill(low.astype(str), 4))


def tle_lines(elements: PublishedElements, rows: slice) -> list[str]:
    """Lines 1 and 2 of some satellites in turn, without their line feeds; numbers checked already."""
    if elements.records:
        return [line for record in elements.records[rows] for line in export_tle(record)]
    numbers = alpha_5(elements.numbers[rows])
    text = text_rows(
        _LINES,
        [
            numbers,
            _epochs(elements.epoch_utc[rows]),
            _each_once(_motion_dot, elements.mean_motion_dot_rev_day2[rows]),
            _each_once(_exponent, elements.bstar_per_earth_radius[rows]),
            numbers,
            rounded_angle_deg(elements.inclination_rad[rows], 4),
            rounded_angle_deg(elements.raan_teme_rad[rows], 4),
            np.rint(elements.eccentricity[rows] * 1e7).astype(np.int64),
            rounded_angle_deg(elements.argument_of_perigee_rad[rows], 4),
            rounded_angle_deg(elements.mean_anomaly_rad[rows], 4),
            elements.mean_motion_rev_day[rows],
        ],
    )
    letters = np.frombuffer(bytearray(text, "ascii"), dtype=np.uint8).reshape(-1, _WIDTH)
    letters[:, -2] = ord("0") + _checksums(letters[:, :-2])
    return letters.tobytes().decode("ascii").splitlines()


def _epochs(epoch_utc: NDArray[np.datetime64]) -> NDArray[np.str_]:
    """Year and day of the year as `27079.50000000`; the moments are whole steps of 1e-8 days."""
    distinct, place = np.unique(epoch_utc, return_inverse=True)
    years = distinct.astype("datetime64[Y]")
    steps = np.rint((distinct - years).astype(np.int64) / EPOCH_STEP_US).astype(np.int64)
    whole, fraction = np.divmod(steps, 100_000_000)
    columns = [(1970 + years.astype(np.int64)) % 100, whole + 1, fraction]
    texts = text_rows("%02d%03d.%08d\n", columns).splitlines()
    return np.array(texts)[place]


def _each_once(text_of: Callable[[float], str], values: FloatArray) -> NDArray[np.str_]:
    """Texts of values (N,) of which most are alike: members of a plane share their drag."""
    distinct, place = np.unique(values, return_inverse=True)
    return np.array([text_of(float(value)) for value in distinct])[place]


def _motion_dot(value: float) -> str:
    """Eleven columns ` +.00012345` with a blank for the plus; a TLE holds less than one."""
    if not abs(value) < 0.999999995:
        raise ValueError(
            f"a TLE holds a mean motion that changes by less than 1 rev/day^2, got {value:g}: export omm"
        )
    return " " + f"{value:+.8f}".replace("+0", " ", 1).replace("-0", "-", 1)


def _exponent(value: float) -> str:
    """Nine columns ` +12345-4` with a blank for the plus: 0.12345e-4."""
    if value == 0.0:
        return "  00000+0"
    mantissa, exponent = f"{abs(value):.4e}".split("e")
    power = int(exponent) + 1
    if power < -9:
        return "  00000+0"
    if power > 9:
        raise ValueError(f"a TLE holds a B* below 1e9 per Earth radius, got {value:g}: export omm")
    return f" {'-' if value < 0.0 else ' '}{mantissa.replace('.', '')}{power:+d}"


def _checksums(letters: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Sum of the digits of each line, a minus counted as one, modulo 10."""
    digits = np.where((letters >= ord("0")) & (letters <= ord("9")), letters - ord("0"), 0)
    total = digits.sum(axis=1, dtype=np.int64) + (letters == ord("-")).sum(axis=1)
    return (total % 10).astype(np.uint8)


def write_tle(path: Path, elements: PublishedElements, *, with_names: bool) -> None:
    """Two lines for each satellite, after a line with its name where asked for."""
    check_numbers(elements.numbers, "tle")
    check_epochs(elements.epoch_utc, "tle")
    with path.open("w", encoding="ascii", newline="") as stream:
        for rows in row_blocks(elements.satellites):
            lines = tle_lines(elements, rows)
            if with_names:
                names = [
                    name.encode("ascii", "replace").decode("ascii")[:24] for name in elements.names[rows]
                ]
                stream.write(text_rows("%s\n%s\n%s\n", [names, lines[::2], lines[1::2]]))
            else:
                stream.write("\n".join(lines) + "\n")


def write_stellarium(path: Path, elements: PublishedElements, *, group: str) -> None:
    """`satellites.json` of Stellarium's plugin: each satellite by its number, shown, in one group."""
    check_numbers(elements.numbers, "stellarium")
    check_epochs(elements.epoch_utc, "stellarium")
    row = (
        ',\n"%s":{"name":"%s","tle1":"%s","tle2":"%s","groups":["'
        + group
        + '"],"status":1,"visible":true,"orbitVisible":false}'
    )
    head = (
        '{"creator":"Satellites plugin version 0.12.0","version":"0.12.0",'
        f'"shortName":"satellite orbital data","hintColor":{list(_HINT_COLOR)},"satellites":{{'
    )
    with path.open("w", encoding="ascii", newline="") as stream:
        stream.write(head)
        for k, rows in enumerate(row_blocks(elements.satellites)):
            lines = tle_lines(elements, rows)
            numbers = alpha_5(elements.numbers[rows])
            text = text_rows(row, [numbers, elements.names[rows], lines[::2], lines[1::2]])
            stream.write(text if k else text[1:])
        stream.write("\n}}\n")
