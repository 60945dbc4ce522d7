"""Panels of the window at any size: nothing overlaps, nothing leaves its panel, everything can be pressed."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from viz.typesetting import draw_line, line_mask, line_width
from viz.viewer.commands import COMMANDS, perform
from viz.viewer.layout import panels, type_px
from viz.viewer.paint import painted
from viz.viewer.panels import Text
from viz.viewer.pointer import Pointer
from viz.viewer.sight import Sight

SIZES = [
    (1280, 720),
    (1920, 1080),
    (1024, 768),
    (800, 600),
    (2560, 1440),
    (900, 1400),
    (480, 800),
    (480, 640),
]
OWN = {"screenshot", "film"}  # done by the front itself


def overlap(first, second):
    return (
        min(first[2], second[2]) > max(first[0], second[0]) + 0.5
        and min(first[3], second[3]) > max(first[1], second[1]) + 0.5
    )


def extent(text):
    """Box of the letters of a line: from the height of capitals to a short descender."""
    wide = line_width(text.text, text.weight, text.px)
    left = text.x - {"left": 0.0, "center": 0.5, "right": 1.0}[text.align] * wide
    return (left, text.y - 0.72 * text.px, left + wide, text.y + 0.15 * text.px)


@pytest.fixture
def full(make_session):
    """A session with everything on show."""
    session = make_session()
    perform(session, "camera:follow")
    session.warm_up()
    while session.loads is None:
        session.tick(0.0)
    session.show(surface="wing_1.module_05.front", coloring="total")
    session.say("a line over the time bar")
    disc = np.full((240, 240, 4), 200, np.uint8)
    session._sight = Sight(session.design, 0, "wing_1.module_05.front", disc)
    return session


class TestPanelsLaw:
    @pytest.mark.parametrize("size", SIZES)
    @pytest.mark.parametrize("text_scale", [0.8, 1.0, 1.8])
    def test_nothing_overlaps(self, full, size, text_scale):
        full.show(text_scale=text_scale)
        found = panels(full, size)
        assert [p.name for p in found][:4] == ["bottom", "left", "right", "message"]
        for panel in found:
            assert panel.box[0] >= 0.0
            assert panel.box[1] >= 0.0
            assert panel.box[2] <= size[0]
            assert panel.box[3] <= size[1]
        for first, second in combinations([*found[:3], *found[4:]], 2):
            assert not overlap(first.box, second.box), (first.name, second.name)
        for panel in found:
            texts = [i for i in panel.items if isinstance(i, Text)]
            for text in texts:
                box = extent(text)
                assert box[0] >= panel.box[0], text
                assert box[2] <= panel.box[2] + 1.0, text
            for first, second in combinations(texts, 2):
                assert not overlap(extent(first), extent(second)), (first, second)
            for first, second in combinations(panel.controls, 2):
                assert not overlap(first.box, second.box), (first, second)

    @pytest.mark.parametrize(
        ("size", "fits"), [((1280, 720), True), ((1920, 1080), True), ((400, 480), False)]
    )
    def test_what_a_surface_sees_stands_where_there_is_room(self, full, size, fits):
        assert ("sight" in [p.name for p in panels(full, size)]) == fits

    def test_type_is_legible(self):
        assert type_px((1280, 720), 1.0) >= 13
        assert type_px((640, 400), 1.0) >= 9

    def test_every_control_leads_to_a_command(self, full):
        full.state = full.state.__class__(**{**full.state.__dict__, "help": True})
        names = {c.command.partition(":")[0] for p in panels(full, (1280, 720)) for c in p.controls}
        assert names <= set(COMMANDS) | OWN

    def test_a_panel_is_painted_with_its_size(self, full):
        panel = panels(full, (1280, 720))[1]
        picture = painted(panel)
        assert picture.shape[2] == 4
        assert picture.shape[1] == round(panel.box[2]) - round(panel.box[0])
        assert picture[..., 3].max() == 255  # letters are opaque
        assert painted(panel) is picture


class TestPointerLaw:
    size = (1280, 720)

    def control(self, pointer, command):
        controls = [c for p in pointer.panels(self.size) for c in p.controls]
        return next(c for c in controls if c.command == command)

    def middle(self, control):
        return (0.5 * (control.box[0] + control.box[2]), 0.5 * (control.box[1] + control.box[3]))

    def test_a_button_is_pressed_where_it_stands(self, make_session):
        pointer = Pointer(make_session())
        place = self.middle(self.control(pointer, "camera:pole"))
        pointer.press(place, self.size)
        assert pointer.session.state.camera == "free"  # not before it is let go
        pointer.release(place, self.size)
        assert pointer.session.state.camera == "pole"

    def test_a_press_that_slides_off_does_nothing(self, make_session):
        pointer = Pointer(make_session())
        pointer.press(self.middle(self.control(pointer, "camera:pole")), self.size)
        pointer.release((640.0, 300.0), self.size)
        assert pointer.session.state.camera == "free"

    def test_a_slider_is_dragged(self, make_session):
        pointer = Pointer(make_session())
        control = self.control(pointer, "knob:altitude")
        x, y = self.middle(control)
        pointer.press((x, y), self.size)
        pointer.move((control.box[2], y), self.size)
        pointer.release((control.box[2] + 50.0, y), self.size)
        assert pointer.session.design.orbit.altitude_m == 1600e3

    def test_a_drag_on_the_picture_turns_and_does_not_select(self, make_session):
        pointer = Pointer(make_session())
        before = pointer.session.state
        pointer.press((640.0, 300.0), self.size)
        pointer.move((700.0, 330.0), self.size)
        pointer.release((700.0, 330.0), self.size)
        assert pointer.session.state.aim != before.aim
        assert pointer.session.state.camera == "free"

    def test_all_controls_are_reached_and_used_by_keys(self, make_session):
        pointer = Pointer(make_session())
        order = []
        for _ in range(60):
            pointer.key("Tab", self.size)
            if pointer.focus in order:
                break
            order.append(pointer.focus)
        everything = {c.command for p in pointer.panels(self.size) for c in p.controls}
        assert set(order) == everything
        pointer.focus = "knob:altitude"
        pointer.key("ArrowRight", self.size)
        assert pointer.session.design.orbit.altitude_m == 570e3
        pointer.focus = "camera:sun"
        pointer.key("Enter", self.size)
        assert pointer.session.state.camera == "sun"
        pointer.focus = ""
        assert pointer.key("s", self.size) == "screenshot"
        assert pointer.key("q", self.size) == "close"


class TestPaintLaw:
    def test_masked_line_is_the_line_drawn(self):
        text, size = "β 71.2°, 11 June · Ω", 15
        drawn = Image.new("L", (300, 40), 0)
        draw_line(ImageDraw.Draw(drawn), (20, 25), text, "regular", size, 255)
        cover, over, up = line_mask(text, "regular", size)
        pasted = Image.new("L", (300, 40), 0)
        pasted.paste(255, (20 + over, 25 + up), cover)
        np.testing.assert_array_equal(np.asarray(pasted), np.asarray(drawn))
