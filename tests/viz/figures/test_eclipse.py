"""The eclipse charts say what the numbers say."""

from functools import cache

import numpy as np
import pytest
from matplotlib.dates import num2date

from geometry.design import load_design
from geometry.studies.eclipse_map import eclipse_map
from geometry.studies.eclipse_year import eclipse_year, rings_together
from viz.figures import eclipse
from viz.figures import eclipse_map as map_figure


@cache
def year(*changes):
    return eclipse_year(load_design("solar_slice", changes))


@cache
def dusk_map():
    return eclipse_map(load_design("solar_slice"), np.linspace(400e3, 1600e3, 61))


def words(axes):
    return " | ".join(t.get_text() for t in axes.texts)


def top_of(collection):
    return max(path.vertices[:, 1].max() for path in collection.get_paths())


class TestYearLaw:
    def test_curves_reach_the_longest_of_the_days(self):
        found = year()
        drawn = eclipse.draw(found)
        durations, beta = drawn.figure.axes
        shadow, umbra = durations.collections[:2]
        assert top_of(shadow) == pytest.approx(found.shadow_s.max() / 60.0)
        assert top_of(umbra) == pytest.approx(found.umbra_s.max() / 60.0)
        assert durations.get_ylabel() == "minutes per orbit"
        assert beta.get_ylabel() == "beta angle / deg"
        (line,) = beta.lines
        np.testing.assert_allclose(line.get_ydata(), np.degrees(found.beta_rad))

    def test_curves_end_where_the_season_ends(self):
        found = year()
        umbra = eclipse.draw(found).figure.axes[0].collections[1].get_paths()[0].vertices
        dark = umbra[umbra[:, 1] > 0.0]
        (season,) = found.seasons
        first, last = (
            (np.datetime64(num2date(x).replace(tzinfo=None)) - edge) / np.timedelta64(1, "h")
            for x, edge in (
                (dark[:, 0].min(), season.first_umbra_utc),
                (dark[:, 0].max(), season.last_umbra_utc),
            )
        )
        # Twelve points between an edge and the next noon: the first above zero lies within 2.2 h of it.
        assert 0.0 < first < 2.2
        assert -2.2 < last < 0.0

    def test_headline_and_words_have_the_numbers(self):
        drawn = eclipse.draw(year(), name="mine")
        assert drawn.headline == "In the Earth’s umbra on 94 of 365 days, for up to 20.6 minutes an orbit"
        assert "mine, sun-synchronous, 560 km, ascending node at 18:00" in drawn.figure.texts[1].get_text()
        assert "umbra 5 May to 7 Aug" in words(drawn.figure.axes[0])
        assert "longest 20.6 min\n21 Jun" in words(drawn.figure.axes[0])
        assert "local time" in drawn.caption

    @pytest.mark.parametrize(
        ("change", "headline"),
        [
            ("orbit.altitude_km=1500.0", "In sunlight all year"),
            ("orbit.altitude_km=1330.0", "No umbra all year, and penumbra on"),
            ("orbit.ltan_h=10.5", "In the Earth’s umbra every day"),
        ],
    )
    def test_every_kind_of_year_can_be_drawn(self, change, headline):
        drawn = eclipse.draw(year(change), theme="dark")
        assert drawn.headline.startswith(headline)
        drawn.figure.draw_without_rendering()

    def test_a_propagated_orbit_says_so(self):
        found = year("orbit.type=keplerian", "orbit.semi_major_axis_km=7000.0", "orbit.inclination_deg=50.0")
        drawn = eclipse.draw(found)
        assert "the orbit is propagated" in drawn.caption
        drawn.figure.draw_without_rendering()

    def test_the_caption_knows_the_shape_of_the_earth(self):
        assert "ellipsoidal Earth about its true pole" in eclipse.draw(year()).caption
        assert "spherical Earth of 6,371 km" in eclipse.draw(year("environment.earth_shape=sphere")).caption

    def test_rings_side_by_side(self):
        rings = rings_together(load_design("solar_slice", ["ring.ltan_list_h=[6.0, 18.0]"]))
        drawn = eclipse.draw(rings)
        assert drawn.headline == "One of the two rings is in full sunlight at every moment of 2027"
        dawn, dusk, beta = drawn.figure.axes
        assert [a.get_title(loc="left") for a in (dawn, dusk)] == [
            "Ascending node at 06:00",
            "Ascending node at 18:00",
        ]
        assert "umbra 5 Nov 2027 to 5 Feb 2028" in words(dawn)
        assert len(beta.lines) == 2
        never = rings_together(load_design("solar_slice", ["ring.ltan_list_h=[12.0, 15.0]"]))
        assert eclipse.draw(never).headline == "On 365 days of 2027 all two rings meet the shadow"


class TestMapLaw:
    def test_lines_stand_at_the_altitudes_free_of_shadow(self):
        found = dusk_map()
        drawn = map_figure.draw(found, altitude_m=560e3)
        axes = drawn.figure.axes[0]
        levels = {round(line.get_ydata()[0], 6) for line in axes.lines}
        assert round(found.lowest_umbra_free_altitude_m / 1e3, 6) in levels
        assert round(found.lowest_penumbra_free_altitude_m / 1e3, 6) in levels
        assert 560.0 in levels
        assert drawn.headline == "The lowest orbit without umbra all year flies at 1,291 km"
        assert "no penumbra at 1,385 km" in words(axes)
        assert "this design, 560 km: up to 20.6 min" in words(axes)
        assert axes.get_ylabel() == "altitude / km"
        assert drawn.figure.axes[1].get_ylabel() == "minutes of umbra per orbit"

    def test_the_colour_of_a_place_is_its_minutes(self):
        """The fill is of squared minutes; its scale is labelled with minutes."""
        found = dusk_map()
        scale = map_figure.draw(found).figure.axes[1]
        ticks = dict(zip(scale.get_yticks(), (t.get_text() for t in scale.get_yticklabels()), strict=True))
        for square, label in ticks.items():
            if label:
                assert np.sqrt(square) == pytest.approx(float(label))
        squared = map_figure._squared_minutes(found)
        dark = found.umbra_s > 0.0
        np.testing.assert_allclose(np.sqrt(squared[dark]), found.umbra_s[dark] / 60.0)
        assert (squared[~dark] <= 0.0).all()

    def test_maps_without_a_free_altitude_and_without_shadow(self):
        noon = eclipse_map(load_design("solar_slice", ["orbit.ltan_h=12.0"]), np.array([500e3, 900e3]))
        assert map_figure.draw(noon).headline.startswith("No sun-synchronous orbit of this local time")
        high = eclipse_map(load_design("solar_slice"), np.array([1450e3, 1600e3]))
        map_figure.draw(high, theme="dark").figure.draw_without_rendering()


class TestRefusal:
    def test_one_altitude_is_no_map(self):
        one = eclipse_map(load_design("solar_slice"), np.array([560e3]))
        with pytest.raises(ValueError, match="a map needs two altitudes or more, got 1"):
            map_figure.draw(one)
