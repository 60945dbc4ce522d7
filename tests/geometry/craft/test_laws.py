"""What holds for every craft in both details, whatever its parameters."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geometry.craft import build_craft
from geometry.craft.parameters import (
    Bus,
    EarthShield,
    GpuSheet,
    Module,
    ModuleCompute,
    PanelModule,
    Radiator,
    SolarArray,
    SolarSlice,
    thin_module,
)

FEW_GPUS = Bus(gpus=24)
CRAFT = {
    "solar_slice": SolarSlice(bus=FEW_GPUS),
    "radiators": SolarSlice(bus=FEW_GPUS, radiator=Radiator(wings=2)),
    "wings along x": SolarSlice(
        bus=FEW_GPUS, solar_array=SolarArray(wing_axis="x"), earth_shield=EarthShield(side_y=-1, cant_rad=0.3)
    ),
    "panel_module": PanelModule(),
    "small chips": PanelModule(module=replace(thin_module(), compute=ModuleCompute(chips=120))),
    "gpu_sheet": GpuSheet(columns_x=3, rows_y=8),
    "gpu_sheet with gaps": GpuSheet(columns_x=3, rows_y=8, solar_array=SolarArray(module_gap_m=0.03)),
}
# a ray that starts within single precision of another face may start behind it: 1e-5 of the rays
STRAY_SHARE = 1e-3


@pytest.mark.parametrize("detail", ["light", "rich"])
@pytest.mark.parametrize("name", CRAFT)
class TestEveryCraftLaw:
    def test_solids_are_whole_and_right_side_out(self, name, detail, laws):
        assert laws["solids"](build_craft(CRAFT[name], detail).mesh) == []

    def test_no_faces_on_one_another(self, name, detail, laws):
        assert laws["near"](build_craft(CRAFT[name], detail).mesh) == []

    def test_no_ray_starts_inside_a_part(self, name, detail, laws):
        hits = laws["inner"](
            build_craft(CRAFT[name], detail).mesh, rays_per_face=16 if detail == "light" else 4
        )
        assert {k: v for k, v in hits.items() if v > STRAY_SHARE} == {}


class TestDetailLaw:
    @pytest.mark.parametrize("name", CRAFT)
    def test_rich_keeps_names_cells_and_masses(self, name):
        light, rich = (build_craft(CRAFT[name], detail) for detail in ("light", "rich"))
        assert set(light.mesh.surface_names) <= set(rich.mesh.surface_names)
        assert rich.array_area_m2 == pytest.approx(light.array_area_m2, rel=1e-9)
        assert rich.mass_kg == light.mass_kg
        np.testing.assert_array_equal(rich.inertia_kg_m2, light.inertia_kg_m2)
        for surface in ("bus.radiator", "bus.front", "earth_shield.outer", "radiator_1.back"):
            if surface in light.mesh.surface_names:
                areas = [c.mesh.surface_areas_m2[c.mesh.surface_index(surface)] for c in (light, rich)]
                assert areas[1] == pytest.approx(areas[0], rel=1e-12), surface

    def test_light_is_light(self):
        assert len(build_craft(SolarSlice()).mesh.faces) < 600
        assert len(build_craft(GpuSheet()).mesh.faces) < 300


LENGTH = st.floats(0.4, 12.0)


@st.composite
def slices(draw):
    return SolarSlice(
        bus=Bus(
            length_x_m=draw(LENGTH),
            width_y_m=draw(LENGTH),
            height_z_m=draw(st.floats(0.05, 2.0)),
            gpus=draw(st.integers(0, 60)),
            laser_terminals=draw(st.integers(0, 16)),
            thrusters=draw(st.integers(0, 16)),
        ),
        solar_array=SolarArray(
            wings=draw(st.integers(0, 2)),
            modules_per_wing=draw(st.integers(1, 12)),
            wing_axis=draw(st.sampled_from(["x", "y"])),
            root_gap_m=draw(st.sampled_from([0.0, 0.01, 0.5, 3.0])),
            module_gap_m=draw(st.sampled_from([0.0, 0.05])),
        ),
        module=Module(length_x_m=draw(LENGTH), width_y_m=draw(LENGTH)),
        earth_shield=EarthShield(
            side_y=draw(st.integers(-1, 1)),
            depth_m=draw(LENGTH),
            width_m=draw(st.none() | LENGTH),
            cant_rad=draw(st.floats(-1.2, 1.2)),
        ),
        radiator=Radiator(wings=draw(st.integers(0, 4)), length_y_m=draw(LENGTH), depth_z_m=draw(LENGTH)),
    )


def area_of(craft, name):
    return craft.mesh.surface_areas_m2[craft.mesh.surface_index(name)]


class TestAnySliceLaw:
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(slices())
    def test_areas_masses_and_solids_follow(self, laws, p):
        craft = build_craft(p)
        bus, array, module, shield, radiator = p.bus, p.solar_array, p.module, p.earth_shield, p.radiator
        modules = array.wings * array.modules_per_wing
        close = {"rel": 1e-9}  # differences of coordinates of up to 150 m
        assert craft.array_area_m2 == pytest.approx(modules * module.length_x_m * module.width_y_m, **close)
        for name in ("bus.radiator", "bus.front"):
            assert area_of(craft, name) == pytest.approx(bus.length_x_m * bus.width_y_m, **close)
        shield_area = 0.0
        if shield.side_y:
            shield_area = shield.depth_m * (shield.width_m or bus.length_x_m)
            for name in ("earth_shield.outer", "earth_shield.inner"):
                assert area_of(craft, name) == pytest.approx(shield_area, **close)
        radiator_area = radiator.length_y_m * radiator.depth_z_m
        for k in range(1, radiator.wings + 1):
            assert area_of(craft, f"radiator_{k}.front") == pytest.approx(radiator_area, **close)
            assert area_of(craft, f"radiator_{k}.back") == pytest.approx(radiator_area, **close)
        mass = (
            bus.structure_mass_kg + bus.power_electronics_mass_kg + bus.propulsion_mass_kg
            + bus.propellant_mass_kg + bus.gpus * bus.gpu_mass_kg
            + bus.laser_terminals * bus.laser_terminal_mass_kg + bus.thrusters * bus.thruster_mass_kg
            + craft.array_area_m2 * array.areal_mass_kg_m2 + shield_area * shield.areal_mass_kg_m2
            + radiator.wings * radiator_area * radiator.areal_mass_kg_m2
        )  # fmt: skip
        assert craft.mass_kg == pytest.approx(mass, rel=1e-9)
        names = craft.mesh.surface_names
        assert sum(n.startswith("laser_terminal_") for n in names) == bus.laser_terminals
        assert sum(n.startswith("thruster_") for n in names) == bus.thrusters
        assert ("bus.gpus" in names) == ("bus.gpu_spreaders" in names) == (bus.gpus > 0)
        assert laws["solids"](craft.mesh) == []
        assert laws["near"](craft.mesh) == []

    @settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(slices())
    def test_rich_solids_are_whole(self, laws, p):
        assert laws["solids"](build_craft(p, "rich").mesh) == []
