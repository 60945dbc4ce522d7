"""Times of pictures, and how they are written."""

from datetime import datetime

import numpy as np
import pytest

from geometry.design import load_design
from viz.times import (
    check_frames,
    clock_text,
    film_start,
    later_utc,
    moment_text,
    time_or_epoch,
    year_of,
    year_share,
    year_span,
)

DESIGN = load_design("solar_slice")


class TestTimesLaw:
    def test_the_epoch_serves_where_no_time_is_told(self):
        assert time_or_epoch(DESIGN, None) == film_start(DESIGN, None, 2) == DESIGN.epoch_utc

    def test_a_date_alone_is_its_midnight_to_the_microsecond(self):
        midnight = np.datetime64("2027-05-05T00:00:00", "us")
        for told in (np.datetime64("2027-05-05"), datetime(2027, 5, 5)):
            at = time_or_epoch(DESIGN, told)
            assert at == midnight
            assert at.dtype == np.dtype("datetime64[us]")

    def test_parts_of_a_second_are_kept(self):
        start = np.datetime64("2027-05-05T00:00:00", "us")
        assert later_utc(start, 0.1) - start == np.timedelta64(100_000, "us")


class TestYearAnalytic:
    def test_a_year_begins_and_ends_at_midnight(self):
        first, end = year_span(2028)
        assert end - first == np.timedelta64(366, "D")
        assert (year_of(first), year_of(end)) == (2028, 2029)
        assert year_of(end - np.timedelta64(1, "us")) == 2028

    def test_noon_of_the_middle_day_is_half_of_it(self):
        assert year_share(np.datetime64("2027-07-02T12:00:00", "us")) == 0.5


class TestWordsAnalytic:
    def test_a_clock_shows_the_nearest_minute_and_no_24_hours(self):
        told = [clock_text(s) for s in (0.0, 64_800.0, 37_800.0, 86_399.0)]
        assert told == ["00:00", "18:00", "10:30", "00:00"]

    def test_captions_cut_off_what_is_finer(self):
        at = np.datetime64("2027-05-05T20:21:59.9", "us")
        assert moment_text(at) == "2027-05-05  20:21 UTC"
        assert moment_text(at, "s") == "2027-05-05  20:21:59 UTC"


class TestRefusal:
    def test_not_a_time(self):
        with pytest.raises(ValueError, match="at_utc must be a moment in UTC"):
            time_or_epoch(DESIGN, np.datetime64("NaT"))

    @pytest.mark.parametrize("frames", [1, 1_000_001, float("nan")])
    def test_films_without_a_second_frame_or_without_end(self, frames):
        with pytest.raises(ValueError, match="frames must lie in"):
            check_frames(frames)
