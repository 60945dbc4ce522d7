"""The pictures of the craft: data first, then a small image of each that shows what it should."""

from dataclasses import replace

import numpy as np
import pytest

from geometry.craft import build_craft
from geometry.design import load_design
from viz.pictures import heat, heat_loads, module, picture, satellite, sheet, shots
from viz.pictures._flux import Flux
from viz.refinement import longest_edges_m
from viz.render import render_scene
from viz.staging import craft_item, stage, with_shades

SIZE = (192, 108)


@pytest.fixture(scope="module")
def slice_design():
    return load_design("solar_slice")


@pytest.fixture(scope="module")
def heat_scene(slice_design):
    return heat.scene(slice_design, mean=False, rays_per_face=64)


@pytest.fixture(scope="module")
def sheet_scene():
    return sheet.scene(load_design("gpu_sheet"))


class TestStageLaw:
    @pytest.mark.parametrize(
        "overrides", [(), ("orbit.ltan_h=6.0",), ("attitude.law=sun_slice_locked",)], ids=str
    )
    def test_axes_are_turned_not_mirrored_and_the_cells_look_forward(self, overrides):
        where = stage(load_design("solar_slice", overrides=overrides))
        axes = where.rotation_gcrs_from_stage
        np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-12)
        assert np.linalg.det(axes) == pytest.approx(1.0)
        np.testing.assert_allclose(axes[:, 2], where.rotation_gcrs_from_body[:, 2], atol=1e-12)
        assert axes[:, 1] @ where.position_gcrs_m > 0.0

    def test_cells_that_look_at_the_earth_have_an_up_too(self):
        plate = (
            "attitude.law=lvlh_fixed",
            "attitude.z_body_rth=[-1.0, 0.0, 0.0]",
            "attitude.x_body_rth=[0.0, 1.0, 0.0]",
        )
        axes = stage(load_design("solar_slice", overrides=plate)).rotation_gcrs_from_stage
        np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-12)

    def test_the_member_nearest_to_a_latitude_is_on_its_way_north(self, slice_design):
        where = stage(slice_design, latitude_deg=40.0)
        x, y, z = where.position_gcrs_m
        # a thousand members stand 0.36 degrees apart; the pole of date is within 0.2 of that of GCRS
        assert np.degrees(np.arctan2(z, np.hypot(x, y))) == pytest.approx(40.0, abs=0.5)
        assert where.velocity_gcrs_m_s[2] > 0.0


class TestPicturesLaw:
    def test_all_are_in_the_register_with_a_line(self):
        assert {"satellite", "module", "sheet", "heat"} <= shots().keys()
        for name in ("satellite", "module", "sheet", "heat"):
            assert shots()[name] == picture(name).DESCRIPTION

    def test_shaded_craft_keep_the_areas_of_their_surfaces(self, slice_design):
        where = stage(slice_design)
        craft, bare = craft_item(slice_design, where, "light", shaded=False)
        item = with_shades(bare, where.sky(), finest_m=0.3)
        np.testing.assert_allclose(item.mesh.surface_areas_m2, craft.mesh.surface_areas_m2, rtol=1e-9)
        cells = np.isin(item.mesh.front_surface, [craft.mesh.surface_index(n) for n in craft.cell_surfaces])
        assert (item.front_sunlight[cells] > 0.99).all()  # nothing stands before the cells
        assert (item.back_sunlight[cells] == 0.0).all()  # and their back is always in shade

    def test_the_sheet_is_measured(self, sheet_scene):
        assert [d.text for d in sheet_scene.dimensions] == ["781 m", "128 m"]
        ends = np.array([[d.start_gcrs_m, d.end_gcrs_m] for d in sheet_scene.dimensions])
        lengths = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
        np.testing.assert_allclose(lengths, [781.25, 128.0], rtol=1e-9)  # 250 x 3.125 m, 20 x 6.40 m

    def test_layers_of_the_module_are_those_of_its_design(self):
        design = load_design("panel_module")
        scene = module.scene(design, detail="light")
        words = [label.text for label in scene.labels]
        for layer in design.craft.module.layers:
            assert f"{layer.name.replace('_', ' ')}  {1e6 * layer.thickness_m:.0f} µm" in words

    @pytest.mark.parametrize(
        ("preset", "title", "told"),
        [
            ("gpu_sheet", "GPU sheet, 1 of its 5,000 modules", "6.40 × 3.125 m  ·  20 m²  ·  1.06 kg/m²"),
            ("broadband_28kw", "broadband 28 kW, 1 of its 20 modules", "4.10 × 1.415 m  ·  5.8 m²"),
        ],
    )
    def test_the_module_is_that_of_the_design(self, preset, title, told):
        design = load_design(preset)
        scene = module.scene(design, detail="light")
        assert scene.captions[0].text == title
        assert scene.captions[1].text.startswith(told)
        words = [label.text for label in scene.labels]
        assert ("8 GPUs of 700 W" in words) == (preset == "gpu_sheet")
        own = design.craft.module
        kind = "silicon" if own.layers else "solar"
        assert f"{own.cell_columns} × {own.cell_rows} {kind} cells in front" in words
        assert not any("bus" in w for w in words) or preset == "gpu_sheet"  # electronics are in its bus

    @pytest.mark.parametrize("preset", ["solar_slice_radiators", "broadband_28kw", "gpu_sheet"])
    def test_heat_keeps_clear_of_its_scales(self, preset, monkeypatch):
        monkeypatch.setattr(heat, "cut_mesh", lambda design: build_craft(design).mesh)
        monkeypatch.setattr(
            heat,
            "absorbed_flux",
            lambda design, *_: Flux(
                mesh := build_craft(design).mesh, *np.ones((2, 2, len(mesh.faces))), 1, 1
            ),
        )
        scene = heat.scene(load_design(preset))
        highest = min(bar.place[1] for bar in scene.scalar_bars) - 0.04  # bar, its gap and its title
        for item in scene.meshes:
            places = item.mesh.vertices_m @ item.rotation_gcrs_from_body.T + item.position_gcrs_m
            shares = (scene.camera.pixels(places, (1600, 900))[0] + 0.5) / (1600.0, 900.0)
            assert (shares > 0.02).all()
            assert (shares < (0.98, highest)).all()

    @pytest.mark.parametrize("preset", ["solar_slice_radiators", "broadband_28kw"])
    def test_no_craft_stands_on_the_scale_of_a_load(self, preset):
        scene = heat_loads.scene(load_design(preset), mean=False, rays_per_face=64)
        width, height = 1280, 720
        for bar in scene.scalar_bars:
            x, y = bar.place[0] * width, bar.place[1] * height
            # bar and title: 0.2 pictures long, the letters' 0.022 and their gap of 0.013 above a bar of 0.014
            left, right = x - 0.1 * width, x + 0.1 * width
            top, bottom = y - (0.007 + 0.013 + 0.016) * height, y + 0.007 * height
            for item in scene.meshes[::2]:
                mesh = item.mesh
                body = np.concatenate([mesh.vertices_m, mesh.centroids_m])
                places = body @ item.rotation_gcrs_from_body.T + item.position_gcrs_m
                across, down = scene.camera.pixels(places, (width, height))[0].T
                inside = (left < across) & (across < right) & (top < down) & (down < bottom)
                assert not inside.any()

    def test_heat_loads_add_up_to_the_total(self, slice_design):
        scene = heat_loads.scene(slice_design, mean=False, rays_per_face=64)
        items, bars = scene.meshes[::2], scene.scalar_bars  # every second one is the outlines
        assert [item.value_label for item in items[::2]] == [heat.TITLES[load] for load, _ in heat_loads.ROWS]
        for side in (0, 1):
            *parts, total = items[side::2]
            for values in ("front_values", "back_values"):
                added = sum(getattr(part, values) for part in parts)
                np.testing.assert_allclose(getattr(total, values), added, rtol=1e-9, atol=1e-9)
        assert [bar.value_range for bar in bars] == [item.value_range for item in items]
        solar, lit = items[0], np.isfinite(items[0].front_values)
        # 1361 W/m2 at 0.9959 au on cells that absorb 0.92; what own parts throw back adds less than a tenth
        assert 0.9 * 1361.0 < solar.front_values[lit].max() < 1.1 * 1361.0 / 0.9959**2

    def test_heat_is_what_the_loads_say(self, heat_scene):
        sunlit, _, shaded, _ = heat_scene.meshes
        cells = [k for k, o in enumerate(sunlit.mesh.optics) if o.coating == "solar_cell"]
        front = sunlit.front_values[np.isin(sunlit.mesh.front_surface, cells)]
        # 0.92 x 1361 W/m2 at 0.9959 au, and 20 to 110 W/m2 from an Earth that lies in the plane of the cells
        direct = 0.92 * 1361.0 / 0.9959**2
        assert direct + 20.0 < front.mean() < direct + 110.0
        assert sunlit.value_range[1] > front.max()
        assert shaded.value_range[1] < 0.2 * sunlit.value_range[1]
        assert longest_edges_m(sunlit.mesh).max() <= 0.02 * sunlit.mesh.extent_m


class TestPicturesRefusal:
    def test_an_unknown_view(self, slice_design):
        with pytest.raises(ValueError, match="view 'bakc' is unknown; did you mean 'back'"):
            satellite.scene(slice_design, view="bakc")

    def test_a_craft_without_modules(self, tmp_path):
        (tmp_path / "a.stl").write_text(
            "solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\n"
            "endloop\nendfacet\nendsolid a\n"
        )
        with pytest.raises(ValueError, match=r"module needs a craft with solar modules.*panel_module"):
            module.scene(load_design(tmp_path / "a.stl"))

    def test_an_unknown_load(self, slice_design):
        with pytest.raises(ValueError, match="load 'sola' is unknown; did you mean 'solar'"):
            heat.scene(slice_design, load="sola")


@pytest.mark.image
class TestPicturesDrawn:
    def test_the_satellite_stands_before_the_earth(self, slice_design):
        scene = satellite.scene(slice_design, detail="light")
        drawn = render_scene(scene, SIZE).astype(int)
        assert 25 < drawn.mean() < 110  # neither night nor fog
        white = (drawn.min(axis=2) > 200).mean()
        assert 0.02 < white < 0.2  # the front of the bus
        blue = drawn[..., 2] > drawn[..., 0] + 30
        assert blue.mean() > 0.05  # cells and limb

    def test_the_shaded_side_is_readable(self, slice_design):
        drawn = render_scene(satellite.scene(slice_design, view="back", detail="light"), SIZE)
        bus = drawn[40:60, 75:100].mean()  # the radiator, in the middle of the picture
        assert 40 < bus < 200

    def test_the_module_and_its_layers(self):
        drawn = render_scene(module.scene(load_design("panel_module"), detail="light"), SIZE).astype(int)
        amber = (drawn[..., 0] > 110) & (drawn[..., 2] < 40) & (drawn[..., 1] > 40)
        assert amber[60:, 120:].sum() > 30  # the sheet of polyimide
        assert (drawn[30:70, 40:120].min(axis=2) > 140).mean() > 0.3  # the white back

    def test_the_sheet_reaches_across(self, sheet_scene):
        bare = replace(sheet_scene, captions=(), labels=(), dimensions=())
        drawn = render_scene(bare, SIZE).astype(int)
        cells = (drawn[..., 2] > drawn[..., 1] + 8) & (drawn[..., 2] > 60)
        assert cells[60:90, 30:60].mean() > 0.5
        assert cells[44:50, 130:150].mean() > 0.5

    def test_heat_is_drawn_in_the_colours_of_its_scales(self, heat_scene):
        import matplotlib

        drawn = render_scene(heat_scene, SIZE).reshape(-1, 3).astype(int)
        sunlit = heat_scene.meshes[0]
        cells = [k for k, o in enumerate(sunlit.mesh.optics) if o.coating == "solar_cell"]
        value = sunlit.front_values[np.isin(sunlit.mesh.front_surface, cells)].mean()
        color = 255 * np.array(matplotlib.colormaps["inferno"](value / sunlit.value_range[1])[:3])
        near = np.abs(drawn - color).max(axis=1) < 12  # glare of the lens adds a little
        assert near.mean() > 0.04
