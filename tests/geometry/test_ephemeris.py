"""Sun, time and the turn of the Earth."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skyfield.api import load
from skyfield.framelib import itrs
from skyfield.sgp4lib import TEME

from geometry import ephemeris
from geometry.constants import ASTRONOMICAL_UNIT_M
from geometry.frames import dot


def utc(text):
    return np.array([text], dtype="datetime64[us]")


class TestTextAnalytic:
    @pytest.mark.parametrize(
        "text",
        [
            "2027-03-20T12:00:00Z",
            "2027-03-20T12:00:00",
            "2027-03-20T14:00:00+02:00",
            "2027-03-20T12:00:00.000000Z",
            " 2027-03-20 12:00Z ",
            datetime(2027, 3, 20, 12, tzinfo=UTC),
            datetime(2027, 3, 20, 12),
        ],
    )
    def test_one_moment_in_many_spellings(self, text):
        assert ephemeris.parse_utc(text) == np.datetime64("2027-03-20T12:00:00", "us")

    def test_a_date_alone_is_its_midnight(self):
        assert ephemeris.format_utc(ephemeris.parse_utc("2027-03-20")) == "2027-03-20T00:00:00.000000Z"

    @given(st.datetimes(datetime(1900, 1, 1), datetime(2050, 1, 1)))
    def test_text_and_back(self, moment):
        time = np.datetime64(moment, "us")
        assert ephemeris.parse_utc(ephemeris.format_utc(time)) == time

    def test_seconds_keep_microseconds_over_a_century(self):
        late = np.datetime64("2040-01-01T00:00:00.000001", "us")
        assert ephemeris.seconds_since(np.array([late]), np.datetime64("1950-01-01", "D"))[
            0
        ] == pytest.approx(
            32_872 * 86_400 + 1e-6,
            abs=5e-7,  # a double holds 2.8e9 s to 5e-7 s
        )


class TestTextRefusal:
    @pytest.mark.parametrize("text", ["noon", "2027-13-01", "2027-02-30T00:00:00Z", "", "20.3.2027", None])
    def test_what_is_no_moment(self, text):
        with pytest.raises(ValueError, match=r"epoch must be an ISO 8601 moment"):
            ephemeris.parse_utc(text, name="epoch")

    @pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
    def test_an_offset_that_leaves_the_calendar(self, text):
        with pytest.raises(ValueError, match=r"epoch must lie in the years 1 to 9999 in UTC"):
            ephemeris.parse_utc(text, name="epoch")

    def test_nat(self):
        with pytest.raises(ValueError, match="NaT"):
            ephemeris.parse_utc(np.datetime64("NaT"))

    @pytest.mark.parametrize("date", ["1899-07-28", "2053-10-09", "1066-10-14", "2100-01-01"])
    def test_a_date_outside_the_ephemeris_names_the_range(self, date):
        with pytest.raises(ValueError, match=r"1899-07-29\.\.2053-10-09"):
            ephemeris.sun(utc(date))

    def test_the_ends_of_the_range_work(self):
        _, distance = ephemeris.sun(np.array([ephemeris.FIRST_UTC, ephemeris.LAST_UTC]))
        assert (np.abs(distance / ASTRONOMICAL_UNIT_M - 1.0) < 0.017).all()  # eccentricity of the Earth

    @pytest.mark.parametrize("times", [[1.0, 2.0], ["2027"]])
    def test_no_datetime(self, times):
        with pytest.raises(TypeError, match="datetime64"):
            ephemeris.sun(times)

    def test_nat_among_times(self):
        with pytest.raises(ValueError, match="NaT"):
            ephemeris.sun(np.array(["2027-01-01", "NaT"], dtype="datetime64[us]"))

    def test_two_axes(self):
        with pytest.raises(ValueError, match="one axis"):
            ephemeris.sun(np.zeros((2, 2), dtype="datetime64[us]"))


class TestSunReference:
    def test_meeus_example_25b(self):
        """Apparent declination -7 deg 47' 01.74" and 0.99760775 au on 1992-10-13 at 0 h TD [Meeus1998]."""
        times = utc("1992-10-12T23:59:00.816")  # TT - UTC was 59.184 s
        position, distance = ephemeris.sun(times)
        declination = np.arcsin(dot(position, ephemeris.earth_pole_gcrs(times)) / distance)[0]
        published = -np.radians(7.0 + 47.0 / 60.0 + 1.74 / 3600.0)
        assert abs(declination - published) < np.radians(0.05 / 3600.0)  # VSOP87 against de421
        # His R is geometric; ours is the light's path, 20" of the Earth's motion along it: 1e-6 at most.
        assert distance[0] / ASTRONOMICAL_UNIT_M == pytest.approx(0.99760775, abs=1.5e-6)

    def test_march_equinox_2027(self):
        """2027-03-20 20:24:36 UT [IMCCE, table of seasons]: the Sun crosses the equator of date."""
        before, after = (
            dot(ephemeris.sun(t)[0], ephemeris.earth_pole_gcrs(t))[0]
            for t in (utc("2027-03-20T20:23:36"), utc("2027-03-20T20:25:36"))
        )
        # The table is for longitude 0; a solar latitude of 1" moves the crossing by 56 s.
        assert before < 0.0 < after

    def test_equation_of_time(self):
        """Extremes of +16 min 25 s (early November) and -14 min 14 s (February) [Meeus1998, ch. 28]."""
        times = np.arange("2027-01-01", "2028-01-01", dtype="datetime64[D]").astype("datetime64[us]")
        sky = ephemeris.sky_at(times)
        sun = np.einsum("tji,tj->ti", sky.rotation_gcrs_from_teme, sky.sun_direction_gcrs)
        ascension = np.arctan2(sun[:, 1], sun[:, 0])
        minutes = np.degrees(sky.mean_sun_right_ascension_rad - ascension) * 4.0
        minutes = (minutes + 720.0) % 1440.0 - 720.0
        assert minutes.max() == pytest.approx(16.42, abs=0.05)  # 3 s from year to year and daily sampling
        assert minutes.min() == pytest.approx(-14.23, abs=0.05)

    def test_nothing_is_fetched_and_nothing_warns(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            ephemeris.sky_at(utc("2027-07-01")).rotation_itrs_from_gcrs  # noqa: B018


class TestRotationReference:
    times = np.array(
        ["1957-10-04T19:28:34.1", "1999-12-31T23:59:59.9", "2027-03-20T12:00:00", "2049-06-01T07:31:11.25"],
        dtype="datetime64[us]",
    )

    @pytest.fixture
    def skyfield_time(self):
        return load.timescale(builtin=True).from_datetimes(
            [t.replace(tzinfo=UTC) for t in self.times.tolist()]
        )

    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [
            (lambda t: ephemeris.rotation_gcrs_from_teme(t).transpose(0, 2, 1), TEME),
            (ephemeris.rotation_itrs_from_gcrs, itrs),
        ],
    )
    def test_agrees_with_skyfield_that_sums_nutation_anew(self, skyfield_time, ours, theirs):
        expected = np.moveaxis(theirs.rotation_at(skyfield_time), -1, 0)
        # Interpolated nutation is within 2e-13 rad; the angle of the Earth rounds at 1e-12.
        np.testing.assert_allclose(ours(self.times), expected, atol=2e-12)

    def test_the_pole_is_the_axis_that_turns_nothing(self):
        pole = ephemeris.earth_pole_gcrs(self.times)
        np.testing.assert_allclose(
            np.einsum("tij,tj->ti", ephemeris.rotation_itrs_from_gcrs(self.times), pole),
            np.tile([0.0, 0.0, 1.0], (4, 1)),
            atol=1e-14,
        )

    def test_teme_in_2027_stands_a_third_of_a_degree_from_gcrs(self):
        """Precession in longitude, 50.29" a year [Capitaine2003], over 27.2 years: 0.380 deg."""
        rotation = ephemeris.rotation_gcrs_from_teme(utc("2027-03-20"))[0]
        angle = np.degrees(np.arccos((np.trace(rotation) - 1.0) / 2.0))
        assert angle == pytest.approx(27.215 * 50.29 / 3600.0, abs=0.003)  # nutation: 17" at most


class TestSkyLaw:
    def test_a_time_gives_the_same_bits_alone_and_among_others(self):
        times = utc("2027-03-20") + np.arange(500) * np.timedelta64(7_777_777_777, "us")
        together = ephemeris.sky_at(times)
        alone = ephemeris.sky_at(times[321:322])
        np.testing.assert_allclose(
            together.rotation_gcrs_from_teme[321], alone.rotation_gcrs_from_teme[0], atol=1e-15
        )

    def test_rotations_are_rotations(self):
        sky = ephemeris.sky_at(utc("2031-05-05T05:05:05"))
        for rotation in (sky.rotation_gcrs_from_teme[0], sky.rotation_itrs_from_gcrs[0]):
            np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-14)
            assert np.linalg.det(rotation) == pytest.approx(1.0, abs=1e-14)

    def test_results_cannot_be_changed(self):
        with pytest.raises(ValueError, match="read-only"):
            ephemeris.sky_at(utc("2027-03-20")).sun_direction_gcrs[0, 0] = 1.0
