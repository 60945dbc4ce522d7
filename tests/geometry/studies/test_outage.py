"""The battery for the longest outage."""

import pytest

from geometry.design import load_design
from geometry.studies.eclipse_year import eclipse_year, rings_together
from geometry.studies.outage import battery_for_year, outage_battery


class TestOutageAnalytic:
    def test_energy_capacity_and_mass(self):
        # 20 min x 135 kW = 45 kWh; half of the charge used: 90 kWh; 200 Wh/kg: 450 kg.
        battery = outage_battery(1200.0, 135e3, depth_of_discharge=0.5, battery_j_kg=200.0 * 3600.0)
        assert battery.energy_j == pytest.approx(45e3 * 3600.0, rel=1e-14)
        assert battery.capacity_j == pytest.approx(90e3 * 3600.0, rel=1e-14)
        assert battery.mass_kg == pytest.approx(450.0, rel=1e-14)

    def test_no_outage_no_battery(self):
        assert outage_battery(0.0, 1e5, depth_of_discharge=0.5, battery_j_kg=7e5).mass_kg == 0.0


class TestOutageLaw:
    def test_a_design_takes_its_own_power_and_payload(self):
        design = load_design(
            "solar_slice", ["payload.depth_of_discharge=0.8", "payload.battery_wh_per_kg=250.0"]
        )
        year = eclipse_year(design)
        battery = battery_for_year(design, [year])
        # 440 m2 x 1361 W/m2 x 24.5 % x 0.95 x 0.97.
        assert battery.power_w == pytest.approx(440.0 * 1361.0 * 0.245 * 0.95 * 0.97, rel=1e-9)
        assert battery.energy_j == pytest.approx(battery.power_w * year.longest_dark_s, rel=1e-12)
        assert battery.mass_kg == pytest.approx(battery.energy_j / 3600.0 / 0.8 / 250.0, rel=1e-12)

    def test_of_two_rings_the_longer_outage_counts(self):
        design = load_design("solar_slice", ["ring.ltan_list_h=[6.0, 18.0]"])
        years = rings_together(design).years
        longest = max(y.longest_dark_s for y in years)
        assert battery_for_year(design, years).dark_s == longest
        assert longest > min(y.longest_dark_s for y in years)


class TestRefusal:
    @pytest.mark.parametrize(
        ("changed", "name"),
        [
            ({"dark_s": -1.0}, "dark_s"),
            ({"power_w": float("nan")}, "power_w"),
            ({"depth_of_discharge": 0.0}, "depth_of_discharge"),
            ({"depth_of_discharge": 1.5}, "depth_of_discharge"),
            ({"battery_j_kg": 0.0}, "battery_j_kg"),
        ],
    )
    def test_what_cannot_be(self, changed, name):
        given = {"dark_s": 1.0, "power_w": 1.0, "depth_of_discharge": 0.5, "battery_j_kg": 1.0} | changed
        with pytest.raises(ValueError, match=name):
            outage_battery(
                given["dark_s"],
                given["power_w"],
                depth_of_discharge=given["depth_of_discharge"],
                battery_j_kg=given["battery_j_kg"],
            )
