"""Where the parts of the sun slice stand, what they are called, what they weigh."""

import numpy as np
import pytest

from geometry.craft import build_craft
from geometry.craft.masses import box_inertia_m2, box_part, boxes_part
from geometry.craft.parameters import (
    MODULE_LAYERS,
    Bus,
    EarthShield,
    Module,
    Radiator,
    SolarArray,
    SolarSlice,
)


def bounds_of(craft, prefix):
    mesh = craft.mesh
    wanted = [k for k, n in enumerate(mesh.surface_names) if n.startswith(prefix)]
    faces = np.isin(mesh.front_surface, wanted) | np.isin(mesh.back_surface, wanted)
    corners = mesh.vertices_m[mesh.faces[faces]].reshape(-1, 3)
    return corners.min(axis=0), corners.max(axis=0)


def normal_of(craft, name):
    mesh = craft.mesh
    faces, behind = mesh.surface_faces(mesh.surface_index(name))
    return mesh.normals[faces[0]] if len(faces) else -mesh.normals[behind[0]]


@pytest.fixture(scope="module")
def satellite():
    return build_craft(SolarSlice())


class TestSolarSliceReference:
    """docs/system.md, the craft: numbers of the defaults."""

    def test_areas(self, satellite):
        mesh = satellite.mesh
        assert satellite.array_area_m2 == pytest.approx(440.0, rel=1e-12)
        for name, area in {
            "wing_1.module_01.front": 20.0,
            "wing_2.module_11.back": 20.0,
            "bus.front": 17.28,
            "bus.radiator": 17.28,  # "radiator of 17.3 m2"
            "earth_shield.outer": 19.2,  # 6.4 m wide, 3 m deep
            "earth_shield.inner": 19.2,
        }.items():
            assert mesh.surface_areas_m2[mesh.surface_index(name)] == pytest.approx(area, rel=1e-12), name

    def test_span_is_about_72_m(self, satellite):
        assert satellite.mesh.extent_m == pytest.approx(2.7 + 2 * (0.5 + 11 * 3.125), rel=1e-12)

    def test_named_parts(self, satellite):
        names = set(satellite.mesh.surface_names)
        expected = {
            f"wing_{w}.module_{m:02d}.{s}" for w in (1, 2) for m in range(1, 12) for s in ("front", "back")
        }
        expected |= {f"bus.side_{s}" for s in ("px", "mx", "py", "my")}
        expected |= {"bus.gpus", "bus.gpu_spreaders", "boom_1", "boom_2"}
        expected |= {f"{kind}_{k}" for kind in ("laser_terminal", "thruster") for k in range(1, 5)}
        assert expected <= names

    def test_coatings(self, satellite):
        optics = dict(zip(satellite.mesh.surface_names, satellite.mesh.optics, strict=True))
        front, back = optics["wing_1.module_01.front"], optics["wing_1.module_01.back"]
        assert (front.solar_absorptance, front.infrared_emittance) == (0.92, 0.85)
        assert (back.solar_absorptance, back.infrared_emittance) == (0.20, 0.90)
        assert (optics["bus.radiator"].solar_absorptance, optics["bus.radiator"].infrared_emittance) == (
            0.15,
            0.90,
        )
        shield = optics["earth_shield.outer"]
        assert shield == optics["earth_shield.inner"]
        assert (shield.infrared_emittance, shield.solar_absorptance, shield.solar_specularity) == (
            0.03,
            0.12,
            0.9,
        )


class TestLayoutLaw:
    def test_cells_look_along_plus_z_in_one_plane(self, satellite):
        for name in satellite.cell_surfaces:
            np.testing.assert_array_equal(normal_of(satellite, name), [0, 0, 1])
        low, high = bounds_of(satellite, "wing_")
        assert low[2] == high[2] == 0.0

    def test_modules_are_numbered_from_the_root(self, satellite):
        for wing, sign in (("wing_1", 1.0), ("wing_2", -1.0)):
            middles = [sum(bounds_of(satellite, f"{wing}.module_{k:02d}"))[1] / 2 for k in range(1, 12)]
            steps = sign * np.array(middles)
            assert steps[0] == pytest.approx(1.35 + 0.5 + 0.5 * 3.125)
            np.testing.assert_allclose(np.diff(steps), 3.125, rtol=1e-12)

    def test_wings_along_x(self):
        craft = build_craft(SolarSlice(solar_array=SolarArray(wing_axis="x")))
        low, high = bounds_of(craft, "wing_")
        np.testing.assert_allclose(high, [3.2 + 0.5 + 11 * 3.125, 3.2, 0.0], rtol=1e-12)
        np.testing.assert_allclose(low, [-high[0], -3.2, 0.0], rtol=1e-12)
        assert craft.array_area_m2 == pytest.approx(440.0)
        for part in ("thruster_", "laser_terminal_"):  # out of the way of the wings
            low, high = bounds_of(craft, part)
            assert max(abs(low[0]), high[0]) < 3.2
            assert high[1] > 1.35 and low[1] < -1.35  # noqa: PT018

    def test_one_wing_is_at_the_positive_end(self):
        low, high = bounds_of(build_craft(SolarSlice(solar_array=SolarArray(wings=1))), "wing_")
        assert low[1] > 0 < high[1]

    @pytest.mark.parametrize("side", [1, -1])
    def test_shield_hangs_from_its_edge_and_gpus_stand_opposite(self, side):
        craft = build_craft(SolarSlice(earth_shield=EarthShield(side_y=side)))
        low, high = bounds_of(craft, "earth_shield")
        np.testing.assert_allclose(
            [low, high], [[-3.2, side * 1.35, -3.3], [3.2, side * 1.35, -0.3]], rtol=1e-12
        )
        np.testing.assert_allclose(normal_of(craft, "earth_shield.outer"), [0, side, 0], atol=1e-15)
        gpus = np.array(bounds_of(craft, "bus.gpu"))[:, 1]
        assert (side * gpus <= -1.35).all()

    def test_cant_tilts_the_far_edge_outwards(self):
        cant = np.radians(20.0)
        for side in (1, -1):
            craft = build_craft(SolarSlice(earth_shield=EarthShield(side_y=side, cant_rad=cant)))
            low, high = bounds_of(craft, "earth_shield")
            far = max(abs(low[1]), abs(high[1]))
            assert far == pytest.approx(1.35 + 3.0 * np.sin(cant), rel=1e-12)
            assert low[2] == pytest.approx(-0.3 - 3.0 * np.cos(cant), rel=1e-12)
            outer = normal_of(craft, "earth_shield.outer")
            np.testing.assert_allclose(outer, [0, side * np.cos(cant), np.sin(cant)], atol=1e-12)

    @pytest.mark.parametrize(("wings", "places"), [(1, [0.0]), (2, [3.2, -3.2]), (3, [3.2, 0.0, -3.2])])
    def test_radiators_stand_evenly_behind_the_bus(self, wings, places):
        craft = build_craft(SolarSlice(radiator=Radiator(wings=wings)))
        for k, x in enumerate(places, start=1):
            low, high = bounds_of(craft, f"radiator_{k}")
            assert low[0] == pytest.approx(x, abs=1e-12) == high[0]
            assert (high - low)[1:] == pytest.approx([5.5, 12.5])
            assert high[1] == pytest.approx(2.75)
            assert -1.0 < high[2] < -0.3
            assert normal_of(craft, f"radiator_{k}.front")[0] == 1.0

    def test_nothing_stands_before_cells_or_radiator(self, satellite):
        for part in ("laser_terminal_", "thruster_", "bus.gpu", "boom_"):
            low, high = bounds_of(satellite, part)
            assert low[2] >= -0.3
            assert high[2] <= 0.0


class TestMassAnalytic:
    def test_box_part(self):
        part = box_part("p", 6.0, (0, 0, 0), (1, 2, 3))
        np.testing.assert_allclose(part.center_m, [0.5, 1.0, 1.5])
        np.testing.assert_allclose(np.diag(part.inertia_kg_m2), 0.5 * np.array([13, 10, 5]))

    def test_plate_and_rod(self):
        np.testing.assert_allclose(np.diag(box_inertia_m2((2, 4, 0))) * 12, [16, 4, 20])
        np.testing.assert_allclose(np.diag(box_inertia_m2((0, 3, 0))) * 12, [9, 0, 9])

    def test_turned_plate(self):
        turn = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]])  # y to z
        part = box_part("p", 12.0, (0, 0, 0), (0, 2, 0), turn)
        np.testing.assert_allclose(part.center_m, [0, 0, 1])
        np.testing.assert_allclose(part.inertia_kg_m2, np.diag([4, 4, 0]), atol=1e-15)

    def test_many_boxes_are_one_large_one(self):
        x = np.arange(10) + 0.5
        row = boxes_part("p", 5.0, np.column_stack([x, 0 * x, 0 * x]), (1, 2, 3))
        whole = box_part("p", 5.0, (0, -1, -1.5), (10, 1, 1.5))
        np.testing.assert_allclose(row.center_m, whole.center_m, atol=1e-12)
        np.testing.assert_allclose(row.inertia_kg_m2, whole.inertia_kg_m2, rtol=1e-12, atol=1e-9)

    def test_bare_wings_are_a_plate(self):
        """Two wings without gap or bus mass: one plate of 2.7 m hole, by the difference of two plates."""
        light = Bus(
            structure_mass_kg=0, power_electronics_mass_kg=0, propulsion_mass_kg=0, propellant_mass_kg=0,
            gpus=0, laser_terminals=0, thrusters=0,
        )  # fmt: skip
        craft = build_craft(
            SolarSlice(bus=light, solar_array=SolarArray(root_gap_m=0.0), earth_shield=EarthShield(side_y=0))
        )
        y = 2.7 + 22 * 3.125
        whole, hole = 1.5 * 6.4 * y, 1.5 * 6.4 * 2.7
        expected = whole * box_inertia_m2((6.4, y, 0)) - hole * box_inertia_m2((6.4, 2.7, 0))
        np.testing.assert_allclose(craft.center_of_mass_m, 0.0, atol=1e-12)
        np.testing.assert_allclose(craft.inertia_kg_m2, expected, rtol=1e-12, atol=1e-9)

    def test_layers_weigh_what_they_are(self):
        craft = build_craft(SolarSlice(module=Module(layers=MODULE_LAYERS)))
        glass = [p for p in craft.parts if p.name.endswith(".cover_glass")]
        assert len(glass) == 22
        assert sum(p.mass_kg for p in glass) == pytest.approx(440 * 50e-6 * 2600, rel=1e-12)
        stack = sum(layer.thickness_m * layer.density_kg_m3 for layer in MODULE_LAYERS)
        assert stack == pytest.approx(0.65, abs=0.01)  # "about 0.65 kg/m2 from their densities"
        assert not any(p.name == "wing_1.module_01" for p in craft.parts)

    def test_boom_mass_counts_where_given(self, satellite):
        heavy = build_craft(SolarSlice(solar_array=SolarArray(boom_mass_kg=7.0)))
        assert heavy.mass_kg == pytest.approx(satellite.mass_kg + 14.0)


class TestBuildCraft:
    def test_takes_a_design(self):
        class Plan:
            name = "mine"
            craft = SolarSlice()

        assert build_craft(Plan()).name == "mine"
        assert build_craft(Plan.craft).name == "solar_slice"

    def test_refuses_an_unknown_detail(self):
        with pytest.raises(ValueError, match="did you mean 'rich'"):
            build_craft(SolarSlice(), "richt")

    def test_refuses_strangers(self):
        with pytest.raises(TypeError, match="SolarSlice"):
            build_craft(Bus())
