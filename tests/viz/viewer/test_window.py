"""The window as a person uses it: under Xvfb, by real mouse and key events."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from viz.video import ffmpeg_program

pytestmark = [pytest.mark.image, pytest.mark.slow]

PATIENCE_S = 240.0  # a loaded machine, and kernels that are compiled first
SIZE = (1280, 720)
TOLD = """
import json, sys, threading
from pathlib import Path
from geometry.design import load_design
from viz.image import write_png
from viz.viewer.session import Session
from viz.viewer.window import Window

session = Session(load_design("solar_slice", ["ring.satellites_per_plane=24"]))
window = Window(session)

def answer():
    for line in sys.stdin:
        state = session.state
        places, controls, back = [], {}, None
        if "where" in line:
            found, _ = session.camera.pixels(session.moment.position_gcrs_m, window.size)
            places = found.tolist()
            mesh, moment = session.craft.mesh, session.moment
            faces = mesh.surface_faces(mesh.surface_index("wing_1.module_04.back"))[1]
            middle = moment.rotation_gcrs_from_body @ mesh.centroids_m[faces].mean(axis=0)
            middle = (moment.state.position_gcrs_m[0, 0] + middle)[None]
            back = session.camera.pixels(middle, window.size)[0][0].tolist()
            controls = {c.command: c.box for p in window.pointer.panels(window.size) for c in p.controls}
        print(json.dumps({
            "at": str(state.at_utc), "playing": state.playing, "camera": state.camera,
            "satellite": state.satellite, "surface": state.surface, "coloring": state.coloring,
            "help": state.help, "altitude_m": session.design.orbit.altitude_m, "message": session.message,
            "busy": session.busy, "fine": window._fine, "size": window.size,
            "places": places, "back": back,
            "is_fine": session.loads is not None and session.loads.is_fine, "controls": controls,
            "speed": state.speed, "year": session.year is not None,
        }), flush=True)

threading.Thread(target=answer, daemon=True).start()
window.run()
print("closed", flush=True)
"""


@pytest.fixture(scope="module")
def screen():
    """A screen of its own: the name of its display."""
    lacks = [name for name in ("Xvfb", "xdotool") if shutil.which(name) is None]
    if lacks:
        message = f"the window's tests need {' and '.join(lacks)} (apt-get install xvfb xdotool)"
        if os.environ.get("CI"):
            pytest.fail(message, pytrace=False)
        pytest.skip(message)
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1920x1200x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as answer:
        number = answer.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait(20)


class Person:
    """Hands on mouse and keys, and eyes on what the window says of itself."""

    def __init__(self, display, folder):
        self.folder = folder
        # a display of its own: X decides, not what earlier tests chose
        left_out = ("VTK_DEFAULT_OPENGL_WINDOW",)
        self.env = {k: v for k, v in os.environ.items() if k not in left_out} | {"DISPLAY": display}
        self.process = subprocess.Popen(
            [sys.executable, "-c", TOLD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=self.env,
        )
        self.wait(lambda s: s["fine"], "the first picture")
        self.hand("search", "--sync", "--onlyvisible", "--name", "dawnring", "windowfocus")

    def hand(self, *words):
        subprocess.run(["xdotool", *map(str, words)], env=self.env, check=True, stdout=subprocess.DEVNULL)

    def ask(self, words="how"):
        self.process.stdin.write(f"{words}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    @property
    def state(self):
        return self.ask()

    @property
    def places(self):
        return self.ask("where")["places"]

    def wait(self, condition, what):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            state = self.state
            if condition(state):
                return state
            time.sleep(0.05)
        raise AssertionError(f"waited in vain for {what}: {state}")

    def point(self, command):
        left, top, right, bottom = self.ask("where")["controls"][command]
        return round(0.5 * (left + right)), round(0.5 * (top + bottom))

    def press(self, command):
        self.hand("mousemove", *self.point(command), "click", 1)

    def key(self, name):
        self.hand("key", name)


@pytest.fixture(scope="module")
def person(screen, tmp_path_factory):
    someone = Person(screen, tmp_path_factory.mktemp("desk"))
    yield someone
    someone.process.kill()
    someone.process.wait(20)


class TestAPersonAtTheDesk:
    """One after another, in one window, as a visit goes."""

    def test_plays_and_pauses(self, person):
        before = person.state["at"]
        person.press("play")
        person.wait(lambda s: s["playing"] and s["at"] > before, "time to run")
        person.key("period")
        person.wait(lambda s: s["speed"] == 600.0, "a higher speed")
        person.key("space")
        person.wait(lambda s: not s["playing"], "a pause")

    def test_drags_a_slider(self, person):
        x, y = person.point("knob:altitude")
        person.hand("mousemove", x - 60, y, "mousedown", 1, "mousemove", x, y, "mousemove", x + 30, y)
        person.wait(lambda s: s["altitude_m"] > 900e3, "the ring to rise")
        person.hand("mouseup", 1)
        person.key("r")
        person.wait(lambda s: s["altitude_m"] == 560e3, "the design as it was")

    def test_turns_the_camera_by_dragging(self, person):
        before = person.places[0]
        person.hand("mousemove", 640, 300, "mousedown", 1, "mousemove", 690, 320, "mousemove", 700, 330)
        person.hand("mouseup", 1)
        person.wait(lambda _: np.hypot(*np.subtract(person.places[0], before)) > 5.0, "the camera to turn")
        person.hand("mousemove", 640, 300, "click", 4)
        person.press("home")

    def test_finds_the_june_eclipse(self, person):
        person.press("jump:longest")
        state = person.wait(lambda s: s["at"].startswith("2027-06-2"), "June")
        assert "20.6 min" in state["message"]

    def test_goes_to_a_satellite(self, person):
        person.key("1")
        person.wait(lambda s: s["camera"] == "free" and s["fine"], "the ring")
        places = person.places
        # those over the day side of the picture, clear of panels and of the Earth's middle
        chosen = next(k for k, (x, y) in enumerate(places) if 320 < x < 960 and y < 90)
        person.hand("mousemove", *(round(v) for v in places[chosen]), "click", 1)
        person.wait(lambda s: s["camera"] == "follow" and s["satellite"] == chosen, "the satellite")

    def test_reads_what_heats_the_back(self, person):
        # around to the shaded side, then a click on the back of a module
        for _ in range(16):
            person.key("Left")
        person.wait(lambda s: s["fine"] and s["is_fine"], "fine loads")
        x, y = person.ask("where")["back"]
        person.hand("mousemove", round(x), round(y), "click", 1)
        person.wait(lambda s: s["surface"] == "wing_1.module_04.back", "the back of a module")

    def test_changes_the_colour(self, person):
        person.press("color:earth_infrared")
        person.wait(lambda s: s["coloring"] == "earth_infrared", "infrared")

    def test_lists_the_keys(self, person):
        person.key("question")
        person.wait(lambda s: s["help"], "the keys")
        person.key("Escape")
        person.wait(lambda s: not s["help"], "the keys to go")

    def test_takes_a_screenshot(self, person):
        person.key("s")
        person.wait(lambda s: s["message"].startswith("wrote"), "a file")
        (file,) = person.folder.glob("dawnring-follow-*.png")
        picture = np.asarray(Image.open(file), float)
        assert picture.shape == (720, 1280, 3)
        assert picture.std() > 5.0  # not one colour
        # inferno's colours stand out against the Earth: the craft is in the picture, the panels are not
        assert picture[300:340, 600:680].std() > 1.0

    def test_films_until_told_to_stop(self, person):
        person.key("f")
        person.wait(lambda s: s["message"].startswith("filming: 4"), "a few frames")
        assert not list(person.folder.glob("dawnring-*.mp4"))  # not there before it is whole
        person.key("f")
        person.wait(lambda s: s["message"].startswith("wrote"), "a film")
        (file,) = person.folder.glob("dawnring-follow-*.mp4")
        assert file.stat().st_size > 10_000
        assert not list(person.folder.glob(".*partial*"))

    def test_a_film_outlives_a_resize_at_its_own_size(self, person):
        person.key("f")
        person.wait(lambda s: s["message"].startswith("filming: 2"), "a frame")
        person.hand("search", "--name", "dawnring", "windowsize", 900, 600)
        person.wait(
            lambda s: s["size"] == [900, 600] and s["message"].startswith("filming: 4"), "more frames"
        )
        person.key("f")
        person.wait(lambda s: s["message"].startswith("wrote"), "a film")
        probe = [ffmpeg_program(), "-i", max(person.folder.glob("*.mp4"), key=os.path.getmtime)]
        assert "1280x720" in subprocess.run(probe, capture_output=True, text=True, check=False).stderr

    def test_resizes(self, person):
        person.hand("search", "--name", "dawnring", "windowsize", 900, 600)
        person.wait(lambda s: s["size"] == [900, 600] and s["fine"], "the new size")
        person.hand("search", "--name", "dawnring", "windowsize", 1280, 720)
        person.wait(lambda s: s["size"] == [1280, 720], "the old size")

    def test_closes(self, person):
        person.key("q")
        assert person.process.wait(PATIENCE_S) == 0
        assert person.process.stdout.read().strip().splitlines()[-1] == "closed"


class TestCommandLine:
    @pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
    def test_an_interrupt_ends_the_command(self, screen, tmp_path, how):
        env = {k: v for k, v in os.environ.items() if k != "VTK_DEFAULT_OPENGL_WINDOW"} | {"DISPLAY": screen}
        process = subprocess.Popen(
            [sys.executable, "-m", "viz.cli.main", "view", "panel_module", "--size", "640x400"],
            cwd=tmp_path,
            env=env,
            stderr=subprocess.PIPE,
            text=True,
        )
        subprocess.run(
            ["xdotool", "search", "--sync", "--onlyvisible", "--name", "dawnring"],
            env=env,
            timeout=PATIENCE_S,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        process.send_signal(how)
        assert process.wait(PATIENCE_S) == 130
        assert process.stderr.read().strip() == "dawnring: interrupted"
