"""The verification set of SGP4 [Vallado2006], as the package `sgp4` ships it, through reader and flight.

`SGP4-VER.TLE` holds the elements, `tcppver.out` the states that the reference code prints for them.
"""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest

from geometry.ephemeris import sky_at
from geometry.frames import rotated
from geometry.orbit.element_files import read_elements
from geometry.orbit.sgp4_flight import sgp4_states

_JULIAN_2000 = 2_451_544.5  # of midnight


def element_lines():
    """(first, second) lines of the set, cut to the 69 columns of a TLE, by catalogue number."""
    text = (files("sgp4") / "SGP4-VER.TLE").read_text()
    lines = [line[:69] for line in text.splitlines() if line[:2] in ("1 ", "2 ")]
    found = {}
    for first, second in zip(lines[::2], lines[1::2], strict=True):
        found.setdefault(first[2:7], []).append((first, second))
    return found


def printed_states():
    """tsince in minutes (T,), position in km and velocity in km/s (T, 3), by catalogue number."""
    found, rows = {}, None
    for line in (files("sgp4") / "tcppver.out").read_text().splitlines():
        words = line.split()
        if words[1:] == ["xx"]:
            rows = found.setdefault(words[0].zfill(5), [])
            rows.append([])
        elif words:
            rows[-1].append([float(word) for word in words[:7]])
    return found


ELEMENTS, PRINTED = element_lines(), printed_states()
INVENTED = ("33333", "33334", "33335")  # elements that provoke errors, with wrong checksums
CASES = [(number, k) for number, each in ELEMENTS.items() if number not in INVENTED for k in range(len(each))]


class TestVerificationSetReference:
    def test_the_set_is_whole(self):
        assert len(CASES) == 30
        assert sum(len(PRINTED[number][k]) for number, k in CASES) > 500

    @pytest.mark.parametrize(("number", "k"), CASES)
    def test_states(self, tmp_path, number, k):
        file = tmp_path / f"{number}.tle"
        file.write_text("\n".join(ELEMENTS[number][k]))
        record = read_elements(file).records[0]
        printed = np.array(PRINTED[number][k])
        days = (record.jdsatepoch - _JULIAN_2000) + record.jdsatepochF
        epoch = np.datetime64("2000-01-01", "us") + np.timedelta64(round(days * 86_400e6), "us")
        times = epoch + np.rint(printed[:, 0] * 60e6).astype("timedelta64[us]")
        position, velocity = sgp4_states([record], times)
        to_teme = sky_at(times).rotation_gcrs_from_teme.transpose(0, 2, 1)
        # Printed to 1e-8 km and 1e-9 km/s; whole microseconds add 5e-7 s of at most 10 km/s.
        np.testing.assert_allclose(rotated(to_teme, position[0]) / 1e3, printed[:, 1:4], atol=5e-6, rtol=0)
        np.testing.assert_allclose(rotated(to_teme, velocity[0]) / 1e3, printed[:, 4:7], atol=1e-8, rtol=0)

    @pytest.mark.parametrize("number", INVENTED)
    def test_invented_elements_are_refused(self, tmp_path, number):
        file = tmp_path / f"{number}.tle"
        file.write_text("\n".join(ELEMENTS[number][0]))
        with pytest.raises(ValueError, match=rf"{number}\.tle, line 1: checksum"):
            read_elements(file)
