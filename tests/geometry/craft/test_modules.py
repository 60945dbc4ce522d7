"""The module with its electronics, and the sheet of many."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geometry.craft import build_craft
from geometry.craft.layout import even_places
from geometry.craft.parameters import (
    Bus,
    GpuSheet,
    Module,
    ModuleCompute,
    PanelModule,
    SolarArray,
    thin_module,
)


def area_of(craft, name):
    return craft.mesh.surface_areas_m2[craft.mesh.surface_index(name)]


def covered_m2(craft):
    """Area of the sheet whose back lies under a part."""
    mesh = craft.mesh
    sheet = (mesh.front_surface == 0) & (mesh.back_surface < 0)
    return mesh.areas_m2[sheet].sum()


class TestPanelModuleLaw:
    def test_every_part_is_there(self):
        names = set(build_craft(PanelModule()).mesh.surface_names)
        assert names == {
            "module.front", "module.back", "module.gpus", "module.spreaders", "host_electronics",
            "converters", "local_radio",
        }  # fmt: skip

    @settings(max_examples=15, deadline=None)
    @given(
        st.floats(0.5, 20.0), st.floats(0.5, 20.0), st.sampled_from(["gpus", "chips"]), st.integers(1, 60),
        st.sampled_from(["light", "rich"]),
    )  # fmt: skip
    def test_front_is_whole_and_back_plus_feet_is_too(self, length, width, kind, count, detail):
        module = replace(
            thin_module(), length_x_m=length, width_y_m=width, compute=ModuleCompute(**{kind: count})
        )
        craft = build_craft(PanelModule(module=module), detail)
        assert area_of(craft, "module.front") == pytest.approx(length * width, rel=1e-9)
        back = area_of(craft, "module.back") + covered_m2(craft)
        if kind == "chips" and detail == "light":  # patches of the sheet
            back += area_of(craft, "module.chips")
        assert back == pytest.approx(length * width, rel=1e-9)
        assert craft.mesh.bounds_m[0, 2] < -0.01

    def test_small_chips_are_counted(self):
        module = replace(thin_module(), compute=ModuleCompute(chips=857, chips_areal_mass_kg_m2=0.11))
        craft = build_craft(PanelModule(module=module))
        assert area_of(craft, "module.chips") == pytest.approx(857 * 0.016**2, rel=1e-9)
        (chips,) = (p for p in craft.parts if p.name == "module.chips")
        assert chips.mass_kg == pytest.approx(2.2)

    def test_bare_module_is_a_sheet_with_its_electronics(self):
        craft = build_craft(PanelModule(module=Module()))
        assert craft.mass_kg == pytest.approx(30.0)  # 20 m2 at 1.5 kg/m2
        assert "module.gpus" not in craft.mesh.surface_names


class TestEvenPlacesLaw:
    @settings(max_examples=50)
    @given(st.integers(1, 900), st.floats(0.1, 10.0), st.floats(0.1, 10.0))
    def test_spread_over_the_whole_rectangle(self, count, length, width):
        places, pitch = even_places(count, np.zeros(2), np.array([length, width]))
        assert places.shape == (count, 2)
        assert (places > 0).all()
        assert (places < [length, width]).all()
        np.testing.assert_allclose(places[:, 0].mean(), 0.5 * length, rtol=1e-9)
        if count > 1:
            apart = np.sort(np.abs(places[:, None] - places[None]).max(axis=2) + 99 * np.eye(count), axis=1)[
                :, 0
            ]
            assert apart.min() > 0.99 * pitch.min()


class TestGpuSheetLaw:
    def test_defaults_are_those_of_the_claim(self):
        craft = build_craft(GpuSheet())
        assert area_of(craft, "sheet.front") == pytest.approx(100_000.0, rel=1e-12)
        assert area_of(craft, "sheet.back") == pytest.approx(100_000.0, rel=1e-12)
        np.testing.assert_allclose(np.ptp(craft.mesh.bounds_m, axis=0)[:2], [128.0, 781.25], rtol=1e-12)

    @pytest.mark.parametrize("gap", [0.0, 0.04])
    def test_mass_and_inertia_of_the_field(self, gap):
        bare = Bus(
            structure_mass_kg=0, power_electronics_mass_kg=0, propulsion_mass_kg=0, propellant_mass_kg=0,
            gpus=0, laser_terminals=0, thrusters=0,
        )  # fmt: skip
        sheet = GpuSheet(4, 6, Module(length_x_m=2.0, width_y_m=1.0), SolarArray(module_gap_m=gap), bare)
        craft = build_craft(sheet)
        assert craft.mass_kg == pytest.approx(48 * 1.5)
        x, y = (np.arange(n) * (size + gap) for n, size in ((4, 2.0), (6, 1.0)))
        # plates of 3 kg: their own inertia and that of their middles
        expected = 24 * 3.0 * (1.0 / 12 + y.var()), 24 * 3.0 * (4.0 / 12 + x.var())
        np.testing.assert_allclose(np.diag(craft.inertia_kg_m2)[:2], expected, rtol=1e-12)

    def test_bus_hangs_behind_the_middle(self):
        craft = build_craft(GpuSheet())
        mesh = craft.mesh
        front = mesh.surface_faces(mesh.surface_index("bus.front"))[0]
        np.testing.assert_allclose(mesh.centroids_m[front].mean(axis=0)[:2], 0.0, atol=1e-12)
        assert (mesh.vertices_m[mesh.faces[front]][..., 2] < -0.1).all()
        np.testing.assert_array_equal(mesh.normals[front], [[0, 0, 1]] * len(front))

    def test_relief_is_as_many_modules_as_asked(self):
        few, many = (
            build_craft(GpuSheet(), "rich", relief_modules=n, relief_center_m=(64.0, -390.0)) for n in (1, 9)
        )
        one = area_of(few, "sheet.gpus")
        assert area_of(many, "sheet.gpus") == pytest.approx(round(area_of(many, "sheet.gpus") / one) * one)
        assert 6 <= area_of(many, "sheet.gpus") / one <= 12
        assert area_of(many, "sheet.front") == pytest.approx(100_000.0, rel=1e-12)
        mesh = many.mesh
        gpus = mesh.surface_faces(mesh.surface_index("sheet.gpus"))[0]
        assert mesh.centroids_m[gpus][:, 1].max() < -370.0

    def test_no_relief(self):
        assert "sheet.gpus" not in build_craft(GpuSheet(), "rich", relief_modules=0).mesh.surface_names


class TestGpuSheetRefusal:
    def test_relief(self):
        with pytest.raises(ValueError, match="relief_modules"):
            build_craft(GpuSheet(), "rich", relief_modules=-1)
