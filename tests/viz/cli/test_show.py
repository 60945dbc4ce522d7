"""`show`: the numbers of docs/system.md by closed forms, and the totals of the ring."""

from __future__ import annotations

import math

import numpy as np
import pytest

from viz.cli.results import number, plain


class TestShow:
    @pytest.fixture
    def document(self, dawnring):
        return dawnring("show", "solar_slice", "--json").document

    def test_every_field_of_the_interface(self, document):
        assert document["schema"] == "dawnring/show/1"
        assert {
            "altitude_km", "semi_major_axis_km", "inclination_deg", "raan_deg", "ltan_h", "nodal_period_min",
            "keplerian_period_min", "speed_km_s", "beta_deg", "earth_angular_radius_deg",
            "earth_sky_fraction",
        } <= set(document["orbit"])  # fmt: skip
        assert {
            "surfaces", "array_area_m2", "electric_power_nominal_w", "mass_kg", "areal_mass_kg_m2",
            "bounding_box_m", "center_of_mass_m", "inertia_kg_m2",
        } <= set(document["craft"])  # fmt: skip
        assert {"satellites", "planes", "spacing_km", "total_power_w", "total_mass_kg", "launches"} <= set(
            document["ring"]
        )

    def test_orbit_by_closed_forms(self, document):
        orbit = document["orbit"]
        a = 6378.137 + 560.0
        assert orbit["semi_major_axis_km"] == pytest.approx(a, rel=1e-12)
        assert orbit["keplerian_period_min"] == pytest.approx(
            2 * math.pi * math.sqrt(a**3 / 398600.4418) / 60, rel=1e-9
        )
        assert orbit["earth_angular_radius_deg"] == pytest.approx(
            math.degrees(math.asin(6378.137 / a)), rel=1e-9
        )
        cap = 0.5 * (1 - math.cos(math.radians(orbit["earth_angular_radius_deg"])))
        assert orbit["earth_sky_fraction"] == pytest.approx(cap, rel=1e-9)
        # J2 alone asks for 97.63; J2^2 and J4 add 0.024 deg at this altitude
        assert orbit["inclination_deg"] == pytest.approx(97.656, abs=0.005)
        assert orbit["ltan_h"] == pytest.approx(18.0, abs=1e-6)

    def test_power_is_the_chain_of_the_claims(self, document):
        """1361 W/m2 x 440 m2 x 24.5 % x 0.95 x 0.97."""
        expected = 1361 * 440 * 0.245 * 0.95 * 0.97
        assert document["craft"]["electric_power_nominal_w"] == pytest.approx(expected, rel=1e-12)
        assert document["craft"]["array_area_m2"] == pytest.approx(440.0, rel=1e-12)

    def test_box_is_the_span(self, document):
        box = document["craft"]["bounding_box_m"]
        assert box[1] == pytest.approx(2.7 + 2 * (0.5 + 11 * 3.125), rel=1e-9)
        np.testing.assert_allclose(np.diff(document["craft"]["bounds_m"], axis=0)[0], box)

    def test_surfaces_add_up_to_the_array(self, document):
        cells = [s["area_m2"] for s in document["craft"]["surfaces"] if s["coating"] == "solar_cell"]
        assert sum(cells) == pytest.approx(document["craft"]["array_area_m2"])

    def test_inertia_is_symmetric_and_possible(self, document):
        inertia = np.array(document["craft"]["inertia_kg_m2"])
        np.testing.assert_allclose(inertia, inertia.T)
        moments = np.linalg.eigvalsh(inertia)
        assert moments[0] > 0
        assert moments[2] <= moments[0] + moments[1] * (1 + 1e-12)

    def test_totals_of_the_ring(self, dawnring):
        two = ("--set", "ring.satellites_per_plane=100", "--set", "ring.ltan_list_h=[6.0, 18.0]")
        document = dawnring("show", "solar_slice", *two, "--json").document
        ring, craft = document["ring"], document["craft"]
        assert (ring["satellites"], ring["planes"]) == (200, 2)
        assert ring["total_mass_kg"] == pytest.approx(200 * craft["mass_kg"])
        assert ring["total_power_w"] == pytest.approx(200 * craft["electric_power_nominal_w"])
        assert ring["launches"] == math.ceil(ring["total_mass_kg"] / 100_000)
        # neighbours of a regular polygon with a hundred corners
        assert ring["spacing_km"] == pytest.approx(2 * 6938.137 * math.sin(math.pi / 100), rel=1e-9)

    def test_nominal_power_is_the_same_in_every_case(self, dawnring):
        power = {
            dawnring("show", "solar_slice", "--case", case, "--json").document["craft"][
                "electric_power_nominal_w"
            ]
            for case in ("nominal", "hot", "cold")
        }
        assert len(power) == 1

    def test_file_holds_the_document(self, dawnring, tmp_path):
        import json

        assert dawnring("show", "solar_slice", "-o", "s.json").code == 0
        assert json.loads((tmp_path / "s.json").read_text())["schema"] == "dawnring/show/1"

    @pytest.mark.parametrize(
        "preset", ["solar_slice_radiators", "panel_module", "gpu_sheet", "broadband_28kw", "compute_120kw"]
    )
    def test_every_preset_for_people(self, dawnring, preset):
        outcome = dawnring("show", preset)
        assert outcome.code == 0, outcome.err
        for word in (preset, "nodal_period_min", "electric_power_nominal_w", "mass in kg", "solar_cell"):
            assert word in outcome.out


class TestShowRefusal:
    def test_ring_whose_members_overlap(self, dawnring):
        dawnring("show", "solar_slice", "--set", "ring.satellites_per_plane=800000").assert_refused(
            2, "too dense", "satellites_per_plane"
        )

    def test_number_that_is_none(self, dawnring):
        dawnring("show", "solar_slice", "--set", "solar_array.root_gap_m=nan").assert_refused(2, "root_gap_m")


class TestNumbers:
    def test_no_document_holds_nan(self):
        assert plain({"a": np.array([1.0, np.nan]), "b": math.inf, "c": [np.float64("nan")]}) == {
            "a": [1.0, None],
            "b": None,
            "c": [None],
        }

    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            (1361.0, "1,361"),
            (97.656034, "97.6560"),
            (135198.61, "135,199"),
            (0.0, "0"),
            (-0.0, "0"),
            (1e-9, "1.00000e-09"),
        ],
    )
    def test_numbers_for_people(self, value, shown):
        assert number(value) == shown


class TestOrbitFields:
    def test_apparent_local_time_is_the_mean_one_and_the_equation_of_time(self, dawnring):
        """3 November: the Sun is 16.4 minutes ahead of the clock [Meeus1998, chapter 28]."""
        orbit = dawnring("show", "solar_slice", "--at", "2027-11-03T12:00:00Z", "--json").document["orbit"]
        assert orbit["equation_of_time_min"] == pytest.approx(16.4, abs=0.1)
        assert orbit["apparent_ltan_h"] - orbit["ltan_h"] == pytest.approx(
            orbit["equation_of_time_min"] / 60.0, abs=1e-9
        )

    def test_repeat_cycle_that_was_asked_for(self, dawnring):
        changes = ("--set", "orbit.repeat_orbits=175", "--set", "orbit.repeat_days=12")
        orbit = dawnring("show", "solar_slice", *changes, "--json").document["orbit"]
        assert (orbit["repeat_orbits"], orbit["repeat_days"]) == (175, 12)
        assert abs(orbit["repeat_shift_km"]) < 1e-4
        assert orbit["nodal_period_min"] == pytest.approx(12 * 1440 / 175, rel=1e-8)

    def test_frozen_eccentricity(self, dawnring):
        """-J3 R sin i / (2 J2 a) [Cook1966]: 1.07e-3 at 560 km."""
        orbit = dawnring("show", "solar_slice", "--json").document["orbit"]
        assert orbit["frozen_eccentricity_j3"] == pytest.approx(1.07e-3, abs=1e-5)
        assert orbit["frozen_argument_of_perigee_deg"] == 90.0

    def test_filling_by_launches(self, dawnring):
        document = dawnring("show", "solar_slice", "--json").document
        ring, mass = document["ring"], document["craft"]["mass_kg"]
        assert ring["satellites_per_launch"] == int(100e3 / mass)
        assert ring["launches_of_whole_satellites"] == math.ceil(1000 / ring["satellites_per_launch"])
        assert ring["launches_of_whole_satellites"] >= ring["launches"]
        gaps = ring["largest_gap_km"]
        assert gaps == sorted(gaps, reverse=True)
        if len(gaps) == ring["launches_of_whole_satellites"]:
            assert gaps[-1] == pytest.approx(ring["spacing_km"], rel=1e-9)
