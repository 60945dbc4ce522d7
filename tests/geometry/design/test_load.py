"""The design file: presets, merging, overrides, and what is refused."""

import math
from dataclasses import FrozenInstanceError

import pytest

from geometry.craft.parameters import GpuSheet, MeshCraft, PanelModule, SolarSlice
from geometry.design import changed_design, load_design, preset_text, presets
from geometry.design.schema import DesignFile
from geometry.orbit import sun_side
from geometry.orbit.parameters import KeplerianOrbit, SunSynchronousOrbit

TRIANGLE = "o plate\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"


def written(tmp_path, text, name="my.toml"):
    path = tmp_path / name
    path.write_text(text)
    return path


class TestPresetsReference:
    @pytest.mark.parametrize("name", sorted(presets()))
    def test_every_preset_loads_in_every_case(self, name):
        for case in ("nominal", "hot", "cold"):
            assert load_design(name, case=case).name == name

    def test_the_six_promised_presets_exist(self):
        promised = "solar_slice solar_slice_radiators panel_module gpu_sheet broadband_28kw compute_120kw"
        assert set(promised.split()) <= set(presets())

    def test_the_written_preset_says_what_the_schema_defaults_say(self):
        """solar_slice writes every default out; the two may not drift apart (name and masses aside)."""
        written_out = load_design("solar_slice").document.model_dump()
        default = DesignFile().model_dump()
        for section in ("orbit", "attitude", "environment", "solar_array", "module", "earth_shield", "ring"):
            assert written_out[section] == default[section], section

    def test_system_numbers(self):
        craft = load_design("solar_slice").craft
        assert isinstance(craft, SolarSlice)
        assert craft.bus.length_x_m == 6.40
        assert craft.module.area_m2 * 22 == pytest.approx(440.0, rel=1e-12)
        assert craft.earth_shield.side_y == 1  # LTAN 18:00: +Y is nadir (docs/system.md)
        assert isinstance(load_design("panel_module").craft, PanelModule)
        sheet = load_design("gpu_sheet").craft
        assert isinstance(sheet, GpuSheet)
        assert sheet.columns_x * sheet.rows_y * sheet.module.area_m2 == pytest.approx(1e5, rel=1e-12)


class TestUnitsAnalytic:
    def test_human_units_become_si(self):
        design = load_design(
            "solar_slice", ["orbit.altitude_km=700.5", "orbit.ltan_h=6", "ring.raan_spread_deg=90"]
        )
        assert design.orbit == SunSynchronousOrbit(altitude_m=700_500.0, ltan_s=21_600.0)
        assert design.ring.raan_spread_rad == math.pi / 2

    def test_dates_as_toml_writes_them(self, tmp_path):
        moment = "2027-06-20T20:00:00Z"
        by_text = load_design("solar_slice", [f"epoch.start_utc='{moment}'"]).epoch_utc
        assert load_design("solar_slice", [f"epoch.start_utc={moment}"]).epoch_utc == by_text
        assert load_design(written(tmp_path, f"[epoch]\nstart_utc = {moment}\n")).epoch_utc == by_text

    def test_a_byte_order_mark_is_passed_over(self, tmp_path):
        file = tmp_path / "bom.toml"
        file.write_bytes(b"\xef\xbb\xbf[orbit]\r\naltitude_km = 600.0\r\n")
        assert load_design(file).orbit.altitude_m == 600e3

    def test_mirrored_local_time_mirrors_the_shield(self):
        assert load_design("solar_slice", ["orbit.ltan_h=6.0"]).craft.earth_shield.side_y == -1
        assert load_design("solar_slice").at_ltan(21_600.0).craft.earth_shield.side_y == -1

    def test_each_member_has_its_shield_to_nadir(self):
        """Two planes 150 deg apart about 12:00 stand on either side of the Sun; so do two local times."""
        spread = load_design(
            "solar_slice",
            ["ring.satellites_per_plane=2", "ring.planes=2", "ring.raan_spread_deg=150", "orbit.ltan_h=12"],
        )
        both = load_design("solar_slice", ["ring.satellites_per_plane=2", "ring.ltan_list_h=[6, 18]"])
        for design in (spread, both):
            sides = [design.of_member(k).craft.earth_shield.side_y for k in range(4)]
            assert sides == sun_side(design, satellites=None).tolist() == [-1, -1, 1, 1]
        with pytest.raises(ValueError, match="from 0 to 3, got 4"):
            both.of_member(4)

    def test_fixed_attitude_decides_the_nadir_side(self):
        axes = ["attitude.law=lvlh_fixed", "attitude.z_body_rth=[0,0,1]", "attitude.x_body_rth=[0,1,0]"]
        # Z = H, X = T: Y = Z x X = -R, so +Y is nadir
        assert load_design("solar_slice", axes).craft.earth_shield.side_y == 1

    def test_hot_and_cold_cases(self):
        hot = load_design("solar_slice", case="hot")
        assert hot.environment.solar_constant_w_m2 == pytest.approx(1361.0 / 0.983**2, rel=1e-15)
        assert (hot.environment.earth_albedo, hot.environment.earth_infrared_w_m2) == (0.35, 258.0)
        assert hot.craft.solar_array.front.solar_absorptance == pytest.approx(0.97)
        cold = load_design("solar_slice", case="cold")
        assert cold.environment.solar_constant_w_m2 == pytest.approx(1361.0 / 1.017**2, rel=1e-15)
        assert cold.craft.solar_array.front.solar_absorptance == 0.92

    def test_keplerian_needs_no_leftovers_of_the_preset(self):
        design = load_design("solar_slice", ["orbit.type=keplerian", "orbit.semi_major_axis_km=7000"])
        assert design.orbit == KeplerianOrbit(semi_major_axis_m=7_000_000.0)


class TestMergingLaw:
    def test_what_a_file_leaves_out_comes_from_its_type(self, tmp_path):
        design = load_design(written(tmp_path, '[craft]\ntype = "panel_module"\n[module]\nwidth_y_m = 2.0\n'))
        assert design.craft.module.width_y_m == 2.0
        assert len(design.craft.module.layers) == 8
        assert design.name == "my"

    def test_mesh_file_as_design(self, tmp_path):
        path = written(tmp_path, TRIANGLE, "plate.obj")
        design = load_design(path, ["craft.surface.0.name=pla*", "craft.surface.0.coating=white_paint"])
        assert isinstance(design.craft, MeshCraft)
        assert design.craft.file == str(path)
        assert design.craft.surfaces[0].optics.solar_absorptance == 0.15
        assert load_design(path).craft.surfaces == ()
        assert not load_design(path).craft.force
        assert load_design(path, ["craft.force=true"]).craft.force

    def test_mesh_path_starts_at_the_design_file(self, tmp_path):
        design = load_design(written(tmp_path, '[craft]\ntype = "mesh"\nfile = "a/b.stl"\nunit = "mm"\n'))
        assert design.craft.file == str(tmp_path / "a" / "b.stl")
        assert design.craft.metres_per_unit == 0.001

    def test_frozen(self):
        with pytest.raises(FrozenInstanceError):
            load_design().name = "other"

    def test_preset_text_loads_as_a_file(self, tmp_path):
        for name in presets():
            assert load_design(written(tmp_path, preset_text(name))).craft == load_design(name).craft


class TestRefusal:
    @pytest.mark.parametrize(
        ("override", "match"),
        [
            ("orbit.altitude=560", "did you mean 'altitude_km'"),
            ("orbit.altitude_m=560000", "did you mean 'altitude_km'"),
            ("orbt.altitude_km=560", "did you mean 'orbit'"),
            ("orbit.altitude_km=nan", "altitude_km.*finite"),
            ("orbit.altitude_km='560 km'", "altitude_km.*valid number"),
            ("orbit.altitude_km=true", "altitude_km"),
            ("orbit.ltan_h=25", "ltan_h.*less than 24"),
            ("ring.satellites_per_plane=1.5", "satellites_per_plane.*integer"),
            ("solar_array.wings=3", "wings"),
            ("epoch.start_utc=yesterday", "start_utc"),
            ("bus.sides_coating=gold", "did you mean 'mli_gold'|is unknown"),
            ("attitude.law=lvlh_fixed", "z_body_rth"),
            ("orbit.type=keplerian", "semi_major_axis_km"),
            ("orbit.semi_major_axis_km=7000", "sun_synchronous"),
            ("environment.earth_radius_km=6371", "sphere"),
            ("nonsense", "section.key=value"),
            ("craft.type=cube", "solar_slice"),
            ("craft.surface.3.name=x", "next is surface.0"),
        ],
    )
    def test_bad_override(self, override, match):
        with pytest.raises(ValueError, match=match) as caught:
            load_design("solar_slice", [override])
        assert "\n" not in str(caught.value)

    def test_unknown_preset_names_the_nearest(self):
        with pytest.raises(ValueError, match="did you mean 'solar_slice'"):
            load_design("solar_slise")

    def test_missing_file_and_broken_toml(self, tmp_path):
        with pytest.raises(ValueError, match="does not exist"):
            load_design(tmp_path / "no.toml")
        with pytest.raises(ValueError, match="does not exist"):
            load_design(tmp_path / "no.obj")
        with pytest.raises(ValueError, match="not valid TOML"):
            load_design(written(tmp_path, "[orbit\n"))
        (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(ValueError, match="not UTF-8"):
            load_design(tmp_path / "binary.toml")


class TestDrag:
    def test_a_decay_that_is_given(self):
        orbit = load_design("solar_slice", ["orbit.drag=secular", "orbit.decay_m_day=8.64"]).orbit
        assert orbit.decay_m_s == pytest.approx(1e-4, rel=1e-12)
        assert orbit.solar_activity == "mean"
        assert load_design("solar_slice").orbit.decay_m_s == 0.0

    @pytest.mark.parametrize(
        ("changes", "match"),
        [
            (["orbit.decay_m_day=5"], "decay_m_day needs drag = 'secular'"),
            (["orbit.solar_activity=solar_max"], "solar_activity needs drag = 'secular'"),
            (["orbit.drag=secular", "orbit.decay_m_day=0"], r"orbit\.decay_m_day"),
            (["orbit.drag=secular", "orbit.decay_m_day=nan"], r"orbit\.decay_m_day"),
            (["orbit.drag=always"], r"orbit\.drag"),
            (["orbit.drag=secular", "orbit.solar_activity=high"], r"orbit\.solar_activity"),
            (
                ["orbit.type=keplerian", "orbit.semi_major_axis_km=7000", "orbit.drag=secular"],
                "'keplerian' knows .* got drag",
            ),
        ],
    )
    def test_refusals(self, changes, match):
        with pytest.raises(ValueError, match=match):
            load_design("solar_slice", changes)


class TestRepeatCycle:
    def test_altitude_of_sentinel_1(self):
        """175 orbits in 12 days [Torres2012]: 7070 km, published to the kilometre over the ground."""
        design = load_design("solar_slice", ["orbit.repeat_orbits=175", "orbit.repeat_days=12"])
        assert (6_378_137.0 + design.orbit.altitude_m) / 1e3 == pytest.approx(7070.0, abs=2.0)

    def test_a_file_displaces_the_altitude_of_the_preset_and_back(self, tmp_path):
        file = tmp_path / "a.toml"
        file.write_text("[orbit]\nrepeat_orbits = 15\nrepeat_days = 1\n")
        assert load_design(file).orbit.altitude_m / 1e3 == pytest.approx(561.0, abs=10.0)
        assert load_design(file, ["orbit.altitude_km=700"]).orbit.altitude_m == 700e3

    @pytest.mark.parametrize(
        ("changes", "match"),
        [
            (["orbit.repeat_days=12"], "repeat_orbits and repeat_days belong together"),
            (
                ["orbit.repeat_days=12", "orbit.repeat_orbits=175", "orbit.altitude_km=693"],
                "decide the altitude; leave out altitude_km",
            ),
            (["orbit.repeat_days=1", "orbit.repeat_orbits=20"], "choose repeat_orbits from 7 to 16"),
            (["orbit.repeat_days=0", "orbit.repeat_orbits=15"], "repeat_days.*greater than or equal to 1"),
        ],
    )
    def test_refusals(self, changes, match):
        with pytest.raises(ValueError, match=match):
            load_design("solar_slice", changes)


class TestChangedDesign:
    def test_as_if_loaded_with_the_same_overrides(self):
        start = load_design("solar_slice", ["earth_shield.depth_m=2.0"], "hot")
        changed = changed_design(start, {"orbit.altitude_km": 700.0, "solar_array.modules_per_wing": 5})
        loaded = load_design(
            "solar_slice",
            ["earth_shield.depth_m=2.0", "orbit.altitude_km=700.0", "solar_array.modules_per_wing=5"],
            "hot",
        )
        assert (changed.orbit, changed.craft) == (loaded.orbit, loaded.craft)
        assert (changed.environment, changed.case) == (loaded.environment, "hot")
        assert start.orbit.altitude_m == 560e3

    def test_members_of_two_local_times_are_mirrored(self):
        design = load_design("solar_slice", ["ring.satellites_per_plane=10", "ring.ltan_list_h=[6.0, 18.0]"])
        first, second = design.of_member(3), design.of_member(13)
        assert first.craft.earth_shield.side_y == -second.craft.earth_shield.side_y

    def test_refuses_what_a_file_may_not_say(self):
        with pytest.raises(ValueError, match="altitude_km"):
            changed_design(load_design("solar_slice"), {"orbit.altitude_kn": 700.0})
        with pytest.raises(ValueError, match=r"orbit\.ltan_h"):
            changed_design(load_design("solar_slice"), {"orbit.ltan_h": float("nan")})
