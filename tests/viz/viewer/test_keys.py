"""One list of keys for window, browser and page."""

from __future__ import annotations

import numpy as np
import pytest

from viz.viewer.commands import COMMANDS
from viz.viewer.keys import ALL, BROWSER, KEY_LINES, PAGE, WINDOW, key_commands, key_lines
from viz.viewer.pointer import FRONTS_OWN, Pointer

SIZE = (1280, 720)


class TestKeysLaw:
    @pytest.mark.parametrize("front", sorted(ALL))
    def test_every_letter_is_told_and_stands_for_one_thing(self, front):
        letters = [k for line in key_lines(front) for k in line.does if k.isalpha() and len(k) == 1]
        told = [w for line in key_lines(front) for w in line.shown.replace("Shift T", "").split()]
        assert sorted({k.upper() for k in letters}) == sorted(w for w in told if len(w) == 1 and w.isalpha())
        every = [k for line in KEY_LINES for k in line.does]
        assert len(every) == len(set(every))  # so that no two fronts differ

    @pytest.mark.parametrize("front", [WINDOW, BROWSER])
    def test_every_key_leads_to_a_command(self, front):
        asked = {c.partition(":")[0] for c in key_commands(front).values()}
        assert asked <= set(COMMANDS) | set(FRONTS_OWN)

    def test_what_only_some_can_do_is_theirs_alone(self):
        window, browser = (set(key_commands(front).values()) for front in (WINDOW, BROWSER))
        assert window - browser == {"close"}
        assert not {"film", "close", "camera:ground"} & set(key_commands(PAGE).values())


class TestKeysAtWork:
    def test_a_visit_without_a_mouse(self, make_session):
        session = make_session()
        pointer = Pointer(session)
        pointer.key("Enter", SIZE)  # the satellite in the middle
        assert session.state.camera == "follow"
        pointer.key("d", SIZE)
        eye = session.camera.position_gcrs_m - session.moment.state.position_gcrs_m[0, 0]
        assert eye @ session.moment.sun_direction_gcrs < -0.5 * np.linalg.norm(eye)  # behind it
        pointer.key("Enter", SIZE)
        assert session.state.surface is not None
        pointer.key("Escape", SIZE)
        assert session.state.surface is None
        assert session.state.camera == "follow"
        pointer.key("Escape", SIZE)
        assert session.state.camera == "free"

    def test_days_and_capitals(self, make_session):
        session = make_session()
        pointer, at = Pointer(session), session.state.at_utc
        pointer.key(">", SIZE)
        pointer.key("[", SIZE)
        assert session.state.at_utc - at == np.timedelta64(86_340, "s")
        pointer.key("V", SIZE)  # with the capitals locked
        assert not session.state.umbra
        assert pointer.key("p", SIZE) == "panels"
