"""The attitude chart says what the numbers say."""

import numpy as np
import pytest

from geometry.craft import build_craft
from geometry.design import load_design
from geometry.studies.attitudes import ACTIVITIES, attitude_trade
from viz.figures import attitudes


@pytest.fixture(scope="module")
def found():
    design = load_design("panel_module")
    return attitude_trade(design, build_craft(design), days=60, positions=32)


class TestChartLaw:
    def test_curves_are_the_laws(self, found):
        drawn = attitudes.draw(found, name="mine")
        power, attack, area, _, _ = drawn.figure.axes
        for k, price in enumerate(found.laws):
            np.testing.assert_array_equal(power.lines[k].get_ydata(), price.power_factor_day)
            np.testing.assert_allclose(
                attack.lines[k].get_ydata(), np.degrees(price.angle_of_attack_day_rad), rtol=1e-12
            )
            np.testing.assert_array_equal(area.lines[k].get_ydata(), price.drag["mean"].drag_area_day_m2)
        assert len({line.get_linestyle() for line in power.lines}) == len(found.laws)

    def test_ranges_of_delta_v(self, found):
        panel = attitudes.draw(found, theme="dark").figure.axes[3]
        for k, price in enumerate(found.laws):
            marks = [line for line in panel.lines if line.get_ydata()[0] == k and len(line.get_xdata()) == 1]
            values = sorted(line.get_xdata()[0] for line in marks)
            np.testing.assert_allclose(values, [price.drag[a].delta_v_m_s_year for a in ACTIVITIES])

    def test_words(self, found):
        drawn = attitudes.draw(found, name="mine")
        pointing, _, rolling = found.laws
        lost = 100 * (1 - rolling.power_factor_mean / pointing.power_factor_mean)
        assert f"{lost:.1f} % of the power" in drawn.headline
        for part in ("NRLMSIS 2.1", "diffuse re-emission", "skin friction", "F10.7 70, 140 and 200"):
            assert part in drawn.caption
        assert drawn.figure.axes[1].get_title(loc="left").endswith("deg")

    @pytest.mark.parametrize(
        ("torque", "words"),
        [
            (8_585.0, "8,585 N m"),
            (0.484, "484 mN m"),
            (1.41e-5, "14.1 µN m"),
            (2e-9, "2.0 nN m"),
            (1e-20, "none"),
        ],
    )
    def test_torques_of_any_size(self, torque, words):
        assert attitudes._torque_words(torque) == words

    def test_without_a_mass(self, found):
        from dataclasses import replace

        drawn = attitudes.draw(replace(found, mass_kg=None))
        assert any("no mass" in text.get_text() for text in drawn.figure.axes[3].texts)
