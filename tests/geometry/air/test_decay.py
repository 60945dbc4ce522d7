"""The decay of a design's own craft: what `attitude_trade` finds, and what a design makes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geometry.air.decay import own_decay_m_s
from geometry.craft import build_craft
from geometry.design import load_design
from geometry.orbit import flight_of
from geometry.studies.attitudes import attitude_trade

DAY_S = 86_400.0


class TestLaw:
    def test_own_decay_is_that_of_the_attitude_trade(self):
        design = load_design("panel_module", ["attitude.law=sun_slice_rolling"])
        craft = build_craft(design)
        trade = attitude_trade(design, craft, laws=["sun_slice_rolling"], days=60, positions=48)
        for activity in ("solar_min", "solar_max"):
            expected = trade.laws[0].drag[activity].decay_m_day
            # both sample a smooth function of season and place; the angle of incidence by the season to 1 %
            assert own_decay_m_s(design, craft, activity) * DAY_S == pytest.approx(expected, rel=0.01)

    def test_a_design_takes_it_up(self):
        still = load_design("panel_module")
        design = load_design("panel_module", ["orbit.drag=secular", "orbit.solar_activity=solar_max"])
        expected = own_decay_m_s(still, build_craft(still), "solar_max")
        assert design.orbit.decay_m_s == pytest.approx(expected, rel=1e-12)
        drag = flight_of(design).elements.drag
        assert drag.decay_m_s[0] == pytest.approx(expected, rel=1e-12)
        # the trade holds the altitude, with and without
        law = {"laws": ["sun_pointing"], "days": 5, "positions": 16}
        held, free = (attitude_trade(d, build_craft(d), **law).laws[0] for d in (design, still))
        assert held.drag["mean"].decay_m_day == free.drag["mean"].decay_m_day


class TestRefusal:
    def test_craft_without_mass(self):
        design = load_design("panel_module")
        with pytest.raises(ValueError, match=r"craft\.mass_kg, or orbit\.decay_m_day"):
            own_decay_m_s(design, replace(build_craft(design), parts=()), "mean")
