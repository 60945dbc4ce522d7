"""Passages of one satellite through the umbra, against the shadow itself."""

from __future__ import annotations

import numpy as np

from geometry.design import changed_design, load_design
from geometry.orbit import orbit_states
from geometry.studies.eclipse_year import eclipse_year
from geometry.studies.umbra_passages import longest_umbra_utc, next_umbra_utc

SECOND = np.timedelta64(1_000_000, "us")


class TestUmbraLaw:
    def test_the_satellite_goes_dark_at_the_entry(self):
        design = load_design("solar_slice", ["ring.satellites_per_plane=12"])
        found = next_umbra_utc(design, design.epoch_utc, satellite=5)
        around = found + np.array([-2, 2]) * SECOND  # the edge of the umbra is crossed in a microsecond
        lit = orbit_states(design, around, satellites=[5]).sunlit_fraction[0]
        assert lit[0] > 0.0
        assert lit[1] == 0.0

    def test_the_longest_lies_in_the_dark(self):
        design = load_design("solar_slice")
        year = eclipse_year(design, 2027)
        found = longest_umbra_utc(design, year)
        assert orbit_states(design, np.array([found])).sunlit_fraction[0, 0] == 0.0
        period = np.timedelta64(round(1e6 * year.period_s), "us")
        assert abs(found - year.longest_umbra_utc) < period

    def test_none_on_an_orbit_above_the_shadow(self):
        design = changed_design(load_design("solar_slice"), {"orbit.altitude_km": 1500.0})
        assert next_umbra_utc(design, design.epoch_utc) is None
        assert longest_umbra_utc(design, eclipse_year(design, 2027)) is None
