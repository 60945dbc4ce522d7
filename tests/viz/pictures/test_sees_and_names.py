"""What a surface sees, parts pulled apart, craft side by side: shares, names and sizes are true."""

import re

import numpy as np
import pytest

from geometry.craft import build_craft
from geometry.design import load_design
from geometry.orbit import orbit_states
from geometry.radiation import surface_view
from viz.callouts import crossing
from viz.fisheye import light_of, look_along
from viz.lettering import _stood
from viz.pictures import exploded, family, sees
from viz.pictures._fisheye_words import HALF, RIM_CLEAR, _drop, percent
from viz.scene import Label
from viz.staging import stage
from viz.typesetting import laid_out, line_width, meet

SIZE = (1920, 1080)


def label_boxes(scene):
    """Ends of the leader lines (K, 2, 2) and boxes of the words (K, 4), pixels."""
    lines, boxes = [], []
    for label in scene.labels:
        place, _ = scene.camera.pixels([label.position_gcrs_m], SIZE)
        end = place[0] + np.array(label.offset) * SIZE[1]
        pixels = round(label.size * SIZE[1])
        length = line_width(label.text, "regular", pixels)
        gap = 0.4 * pixels if label.leader else 0.0
        left = end[0] - length - gap if label.leader and label.offset[0] < 0.0 else end[0] + gap
        left = end[0] - 0.5 * length if label.centered else left
        lines.append([place[0], end])
        boxes.append([left, end[1] - 0.5 * pixels, left + length, end[1] + 0.5 * pixels])
    return np.array(lines), np.array(boxes)


def assert_readable(scene):
    """No two words meet, none leaves the picture, no two leader lines cross."""
    lines, boxes = label_boxes(scene)
    assert (boxes[:, :2] > 0.0).all()
    assert (boxes[:, 2:] < SIZE).all()
    for i in range(len(boxes)):
        for k in range(i):
            apart = (boxes[i, :2] > boxes[k, 2:]) | (boxes[k, :2] > boxes[i, 2:])
            assert apart.any(), (scene.labels[i].text, scene.labels[k].text)
            if scene.labels[i].leader and scene.labels[k].leader:
                assert not crossing(*lines[i], *lines[k]), (scene.labels[i].text, scene.labels[k].text)


@pytest.fixture(scope="module")
def seen():
    """Design, stage, craft, states, view and look of a module's front; a coarse disc."""
    design = load_design("panel_module")
    where, craft = stage(design, satellite=0), build_craft(design)
    states = orbit_states(design, np.array([where.at_utc]), satellites=(0,))
    view = surface_view(craft, "module.front", states, design.environment, tolerance=1e-3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sees, "PIXELS", 300)
        look = look_along(design, where, craft, states, "module.front", 300)
        yield design, where, craft, states, view, look


@pytest.fixture(scope="module")
def row():
    return family.scene(load_design("solar_slice"), shaded=False)


class TestSharesLaw:
    def test_what_stands_edge_on_before_the_middle_is_told_too(self, monkeypatch):
        monkeypatch.setattr(sees, "PIXELS", 300)
        # the radiator of this craft stands upright over the middle line of its wings: a line in the disc
        scene = sees.scene(load_design("compute_120kw", ["radiation.tolerance=0.003"]))
        words = "  ".join(text.text for text in (*scene.labels, *scene.captions))
        shares = [float(share) for share in re.findall(r"([0-9.]+) %", words.split("areas in")[0])]
        assert "radiator 1 front" in words
        # each rounded to 0.05 %, those under 0.05 % left out
        assert sum(shares) == pytest.approx(100.0, abs=0.6)


class TestSeesLaw:
    def test_areas_in_the_disc_are_the_view_factors(self, seen):
        *_, view, look = seen
        share = np.bincount(look.seen.categories, minlength=len(view.names)) / look.inside.sum()
        # standard errors of 1e-3; the rim of the disc is one pixel of 150
        np.testing.assert_allclose(share[:3], view.shares[0, :3], atol=7e-3)

    def test_the_earth_is_drawn_where_it_is_seen(self, seen):
        *_, look = seen
        light = light_of(look).sum(axis=2)[look.inside]
        lit = light[look.seen.categories == 1]
        assert np.median(lit) > 20.0 * np.median(
            light[look.seen.categories == 0]
        )  # space is black between stars

    def test_words_can_be_read(self, seen):
        design, where, craft, states, view, _ = seen
        scene = sees.picture_of(design, where, craft, states, view)
        assert_readable(scene)
        assert any(label.text.startswith("sunlit Earth") for label in scene.labels)

    def test_words_of_small_pictures_stand_apart(self, seen):
        design, where, craft, states, view, _ = seen
        scene = sees.picture_of(design, where, craft, states, view)
        for size in ((640, 360), (426, 240)):
            unit = scene.camera.landscape_height(size)
            captions = [box for _caption, box in laid_out(scene.captions, size, unit)]
            boxes = captions + [own.box for own in _stood(scene, size, unit)]
            assert not any(meet(a, b) for k, a in enumerate(boxes) for b in boxes[:k])

    def test_words_at_the_rim_stand_off_the_lines(self):
        half = HALF * np.tan(0.4)
        level = Label("part", (0.0, 0.0, -1.0), (0.47, 0.0), leader=True)  # across the middle of the disc
        spot = (1.055 * half, 0.0, -1.0)
        assert _drop(spot, 0.03, 0.03, (), half) == 0.03
        assert _drop(spot, 0.03, 0.03, (level,), half) == 0.03  # 0.03 below it is clear
        assert _drop(spot, 0.03, 0.01, (level,), half) == pytest.approx(0.01 + 2.0 * RIM_CLEAR)

    def test_next_to_nothing_is_nothing(self):
        assert [percent(s) for s in (0.0, 1e-9, 2.2e-5, 0.1234)] == [
            "0.0 %", "0.0 %", "0.0022 %", "12.3 %",
        ]  # fmt: skip

    def test_an_unknown_surface(self):
        with pytest.raises(ValueError, match=r"module\.front"):
            sees.scene(load_design("panel_module"), surface="module.frnt")


@pytest.mark.slow
class TestExplodedLaw:
    @pytest.mark.parametrize("preset", ["solar_slice", "compute_120kw"])
    def test_every_part_is_named_and_read(self, preset):
        design = load_design(preset)
        scene = exploded.scene(design, shaded=False)
        assert_readable(scene)
        words = " ".join(label.text for label in scene.labels)
        assert f"{design.craft.bus.gpus} GPUs" in words
        for name in ("module", "radiator", "laser terminals", "thrusters", "front cover"):
            assert name in words
        if preset == "compute_120kw":
            assert "110 m² a side" in words  # as the preset describes it; frame and tubes are no radiator

    def test_parts_keep_their_shape(self):
        design = load_design("solar_slice")
        craft = build_craft(design, detail="rich")
        pieces = exploded._pieces(design.craft, craft)
        area = dict(zip(craft.mesh.surface_names, craft.mesh.surface_areas_m2, strict=True))
        moved = {}
        for _part, mesh, _way in pieces:
            for name, value in zip(mesh.surface_names, mesh.surface_areas_m2, strict=True):
                moved[name] = moved.get(name, 0.0) + value
        for name in ("bus.radiator", "bus.front", "bus.gpus", "earth_shield.outer", "laser_terminal_1"):
            assert moved[name] == pytest.approx(area[name], rel=1e-9)


@pytest.mark.slow
class TestFamilyLaw:
    def test_words_can_be_read(self, row):
        assert_readable(row)

    def test_all_stand_to_one_scale(self, row):
        bar = row.dimensions[0]
        ends, _ = row.camera.pixels([bar.start_gcrs_m, bar.end_gcrs_m], SIZE)
        per_metre = np.linalg.norm(ends[1] - ends[0]) / 50.0
        for member, true_m in (
            ("station", 73.0),
            ("solar_slice", 72.4),
            ("person", 1.75),
            ("broadband_28kw", 32.2),
        ):
            item = next(m for m in row.meshes if m.mesh.surface_names[0].startswith(f"{member}/"))
            corners = item.mesh.vertices_m[np.unique(item.mesh.faces)]
            place, _ = row.camera.pixels(
                item.position_gcrs_m + corners @ item.rotation_gcrs_from_body.T, SIZE
            )
            # what is in the plane of the row is exact; parts up to 3 m behind it are smaller by a percent
            assert np.ptp(place[:, 1]) == pytest.approx(per_metre * true_m, rel=0.02)


class TestRefusal:
    def test_a_craft_without_such_parts(self):
        with pytest.raises(ValueError, match="exploded needs a craft of type solar_slice or mesh"):
            exploded.scene(load_design("panel_module"))
