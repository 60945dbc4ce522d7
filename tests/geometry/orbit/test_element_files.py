"""Reading TLE and OMM: what is right flies, what is wrong is named."""

from __future__ import annotations

import csv
import json
import os

import numpy as np
import pytest
from sgp4.exporter import export_omm
from sgp4.io import compute_checksum

from geometry.ephemeris import rotation_gcrs_from_teme
from geometry.orbit import ElementsOrbit, orbit_states, orbit_summary, orbit_times
from geometry.orbit.element_files import read_elements
from geometry.orbit.formats import write_ring

# Satellite 5 of the SGP4 verification set [Vallado2006].
LINE_1 = "1 00005U 58002B   00179.78495062  .00000023  00000-0  28098-4 0  4753"
LINE_2 = "2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667"
EPOCH = np.datetime64("2000-06-27T18:50:19.733568", "us")  # day 179.78495062


@pytest.fixture
def tle(tmp_path):
    def write(*lines, name="a.tle"):
        file = tmp_path / name
        file.write_text("\n".join(lines) + "\n")
        return file

    return write


@pytest.fixture
def omm_fields(tle):
    return export_omm(read_elements(tle(LINE_1, LINE_2)).records[0], "VANGUARD 1")


class TestVerificationReference:
    def test_state_at_epoch(self, flown, tle):
        """[Vallado2006] verification output, satellite 5, tsince 0: TEME km and km/s."""
        design = flown(orbit=ElementsOrbit(tle("VANGUARD 1", LINE_1, LINE_2)), epoch_utc=EPOCH)
        states = orbit_states(design)
        to_gcrs = rotation_gcrs_from_teme(np.array([EPOCH]))[0]
        position = to_gcrs.T @ states.position_gcrs_m[0, 0]
        # The epoch has 8 decimals of a day, our time whole microseconds: 3e-7 s of 8.6 km/s is 3 mm.
        np.testing.assert_allclose(position / 1e3, [7022.46529266, -1400.08296755, 0.03995155], atol=1e-5)
        velocity = to_gcrs.T @ states.velocity_gcrs_m_s[0, 0]
        np.testing.assert_allclose(velocity / 1e3, [1.893841015, 6.405893759, 4.534807250], atol=1e-8)

    def test_state_after_six_hours(self, flown, tle):
        """The same, tsince 360 min."""
        design = flown(orbit=ElementsOrbit(tle(LINE_1, LINE_2)), epoch_utc=EPOCH)
        time = np.array([EPOCH + np.timedelta64(360, "m")])
        position = rotation_gcrs_from_teme(time)[0].T @ orbit_states(design, time).position_gcrs_m[0, 0]
        np.testing.assert_allclose(
            position / 1e3, [-7154.03120202, -3783.17682504, -3536.19412294], atol=1e-5
        )


class TestRoundTrip:
    def check(self, file):
        error, position, _ = read_elements(file).records[0].sgp4_tsince(0.0)
        assert error == 0
        np.testing.assert_allclose(position, [7022.46529266, -1400.08296755, 0.03995155], atol=2e-6)

    def test_tle_with_and_without_names_blank_lines_and_comments(self, tle):
        file = tle("# a comment", "", "0 VANGUARD 1", LINE_1, LINE_2, "", LINE_1 + "  ", LINE_2 + "\r")
        found = read_elements(file)
        assert found.names == ("VANGUARD 1 (00005)", "object (00005)")
        self.check(file)

    @pytest.mark.parametrize("as_list", [True, False])
    def test_omm_json(self, tmp_path, omm_fields, as_list):
        file = tmp_path / "a.json"
        file.write_text(json.dumps([omm_fields] if as_list else omm_fields))
        assert read_elements(file).names == ("VANGUARD 1 (5)",)
        self.check(file)

    def test_omm_csv(self, tmp_path, omm_fields):
        file = tmp_path / "a.csv"
        with file.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, omm_fields.keys())
            writer.writeheader()
            writer.writerows([omm_fields, omm_fields])
        assert len(read_elements(file).records) == 2
        self.check(file)

    def test_omm_epoch_spellings_and_defaults(self, tmp_path, omm_fields):
        short = {k: v for k, v in omm_fields.items() if k not in ("EPHEMERIS_TYPE", "REV_AT_EPOCH")}
        file = tmp_path / "a.json"
        file.write_text(json.dumps([{**short, "EPOCH": omm_fields["EPOCH"] + "Z", "MEAN_ANOMALY": 0}]))
        assert read_elements(file).records[0].mo == 0.0

    def test_omm_of_a_number_that_no_tle_holds(self, flown, tmp_path, omm_fields):
        """Nine digits are what OMM is for; they come out again as they went in."""
        file = tmp_path / "a.json"
        file.write_text(json.dumps([{**omm_fields, "NORAD_CAT_ID": 799_500_001}, omm_fields]))
        assert read_elements(file).names[0] == "VANGUARD 1 (799500001)"
        self.check(file)
        design = flown(orbit=ElementsOrbit(file), epoch_utc=EPOCH)
        write_ring("omm", design, tmp_path / "b.csv")
        assert read_elements(tmp_path / "b.csv").numbers == (799_500_001, 5)
        with pytest.raises(ValueError, match="tle numbers satellites up to 339,999"):
            write_ring("tle", design, tmp_path / "b.tle")

    def test_a_changed_file_is_read_again(self, tle):
        file = tle(LINE_1, LINE_2)
        assert len(read_elements(file).records) == 1
        tle(LINE_1, LINE_2, LINE_1, LINE_2)
        os.utime(file, ns=(1, 1))  # the clock of a file system can be coarse
        assert len(read_elements(file).records) == 2


class TestFlown:
    def test_summary_and_times(self, flown, tle):
        design = flown(orbit=ElementsOrbit(tle(LINE_1, LINE_2)), epoch_utc=EPOCH)
        summary = orbit_summary(design)
        assert summary.type == "elements"
        assert np.degrees(summary.inclination_rad) == pytest.approx(34.2682, abs=1e-9)
        assert np.degrees(summary.raan_teme_rad) == pytest.approx(348.7242, abs=1e-6)
        # 10.82419157 revolutions a day, anomalistic; the node comes round a little sooner (perigee turns).
        assert summary.nodal_period_s == pytest.approx(86_400.0 / 10.82419157, rel=2e-3)
        assert orbit_times(design, steps=5).size == 5

    def test_satellites_are_the_entries(self, flown, tle):
        design = flown(orbit=ElementsOrbit(tle(LINE_1, LINE_2, LINE_1, LINE_2)), epoch_utc=EPOCH)
        assert orbit_states(design, satellites=None).satellites == 2
        with pytest.raises(ValueError, match="from 0 to 1, got 2"):
            orbit_states(design, satellites=[2])


class TestRefusal:
    def refused(self, file, match):
        with pytest.raises(ValueError, match=match):
            read_elements(file)

    def test_a_wrong_checksum_names_the_line(self, tle):
        self.refused(
            tle("A", LINE_1, LINE_2[:-1] + "0"), r"a\.tle, line 3: checksum is '0', its digits give 7"
        )

    def test_a_digit_altered(self, tle):
        self.refused(tle(LINE_1, LINE_2.replace("34.2682", "35.2682")), "line 2: checksum")

    def test_a_short_line(self, tle):
        self.refused(tle(LINE_1[:-3], LINE_2), r"line 1: a TLE line has 69 columns, this one 66")

    def test_a_missing_second_line(self, tle):
        self.refused(tle(LINE_1), r"line 1: line 2 of this TLE is missing")
        self.refused(tle(LINE_1, LINE_1), r"line 2: expected line 2 of a TLE")

    def test_a_second_line_alone(self, tle):
        self.refused(tle(LINE_2), "line 1: expected line 1 of a TLE")

    def test_lines_of_two_satellites(self, tle):
        other = LINE_2[:2] + "00006" + LINE_2[7:68]
        self.refused(tle(LINE_1, other + str(compute_checksum(other))), r"'00006', but '00005' in line 1")

    @pytest.mark.parametrize(
        ("old", "new", "field"),
        [
            ("34.2682", "ab.cdef", "inclination"),
            ("1859667", "18x9667", "eccentricity"),
            ("10.82419157", "fast.     .", "mean motion"),
            ("179.78495062", "today       ", "epoch day"),
            ("28098-4", "280b8-4", "BSTAR"),
        ],
    )
    def test_letters_for_numbers(self, tle, old, new, field):
        lines = []
        for line in (LINE_1, LINE_2):
            changed = line.replace(old, new)[:68]
            lines.append(changed + str(compute_checksum(changed)))
        self.refused(tle(*lines), f"line [12]: the {field} of this TLE is no number")

    @pytest.mark.parametrize(
        ("old", "new", "match"),
        [
            (" 34.2682", "254.2682", r"line 2: the inclination must lie in \[0, 180\]"),
            ("00179.78", "00479.78", r"line 1: the epoch day of this TLE must lie in \[1, 367\)"),
            ("00179.78", "00000.78", r"line 1: the epoch day of this TLE must lie in"),
        ],
    )
    def test_numbers_that_cannot_be(self, tle, old, new, match):
        changed = [line.replace(old, new)[:68] for line in (LINE_1, LINE_2)]
        self.refused(tle(*(line + str(compute_checksum(line)) for line in changed)), match)

    def test_a_name_without_elements(self, tle):
        self.refused(tle("LOST"), "line 1: no TLE follows 'LOST'")
        self.refused(tle("LOST", "FOUND", LINE_1, LINE_2), "line 2: expected line 1 of the TLE of 'LOST'")

    def test_an_empty_file(self, tle):
        self.refused(tle(""), "holds no orbital elements")
        self.refused(tle("[]", name="a.json"), "holds no orbital elements")
        self.refused(tle("", name="a.csv"), "holds no orbital elements")

    def test_no_file_and_another_suffix(self, tmp_path, tle):
        self.refused(tmp_path / "gone.tle", "cannot read.*No such file")
        self.refused(tle("", name="a.xml"), r"must end in \.json or \.csv")

    def test_binary(self, tmp_path):
        (tmp_path / "b.tle").write_bytes(b"\xff\xfe\x00\x01")
        self.refused(tmp_path / "b.tle", "cannot read")

    def test_broken_json(self, tle):
        self.refused(tle("[{", "}", name="a.json"), r"a\.json, line \d: not JSON")
        self.refused(tle("3", name="a.json"), "list of OMM objects")

    def test_omm_lacks_a_field(self, tmp_path, omm_fields):
        del omm_fields["ECCENTRICITY"]
        (tmp_path / "a.json").write_text(json.dumps([omm_fields]))
        self.refused(tmp_path / "a.json", r"entry 1: the OMM lacks ECCENTRICITY")

    @pytest.mark.parametrize(
        ("key", "value", "match"),
        [
            ("INCLINATION", "steep", "malformed"),
            ("EPOCH", "soon", "EPOCH must be an ISO 8601"),
            ("ECCENTRICITY", 1.5, "SGP4 refuses these elements|malformed"),
            ("MEAN_MOTION", float("nan"), "finite"),
            ("MEAN_MOTION", -1.0, "greater than 0"),
            ("INCLINATION", 400.0, r"entry 1: the inclination must lie in \[0, 180\] deg, got 400"),
            ("REF_FRAME", "ITRF", "REF_FRAME must be TEME .*'ITRF'"),
            ("TIME_SYSTEM", "TAI", "TIME_SYSTEM must be UTC"),
            ("CENTER_NAME", "MARS", "CENTER_NAME must be EARTH"),
            ("MEAN_ELEMENT_THEORY", "DSST", "MEAN_ELEMENT_THEORY must be SGP4"),
            ("EPHEMERIS_TYPE", 4, "EPHEMERIS_TYPE must be 0"),
        ],
    )
    def test_omm_with_a_bad_value(self, tmp_path, omm_fields, key, value, match):
        (tmp_path / "a.json").write_text(json.dumps([{**omm_fields, key: value}]))
        self.refused(tmp_path / "a.json", match)

    def test_stale_elements_that_have_decayed(self, flown, tle):
        line = LINE_1.replace(" 28098-4", " 90000-1")[:68]
        file = tle("FELL", line + str(compute_checksum(line)), LINE_2)
        design = flown(orbit=ElementsOrbit(file), epoch_utc="2005-01-01T00:00:00")
        with (
            pytest.warns(UserWarning, match="FELL .* use elements nearer to the date"),
            pytest.raises(ValueError, match=r"SGP4 cannot fly FELL \(00005\) at 2005"),
        ):
            orbit_states(design)
