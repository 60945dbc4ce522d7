"""The browser viewer as a person uses it: headless Chromium, clicks and drags, and strangers at the door."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE_S = 240.0  # a loaded machine, and kernels that are compiled first


def wait(condition, what):
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")


class Served:
    """A server as its own process, as a shell starts it."""

    def __init__(self, folder, *tokens):
        pytest.importorskip("trame")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "viz.cli.main", "view", "solar_slice", "--browser",
             "--set", "ring.satellites_per_plane=24", *tokens],
            cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.address = self.process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{20,}", self.address), (
            self.address or self.process.stderr.read()
        )
        self.root = self.address.partition("?")[0]

    def end(self, how=signal.SIGINT):
        self.process.send_signal(how)
        code = self.process.wait(PATIENCE_S)
        return code, self.process.stderr.read()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    server = Served(tmp_path_factory.mktemp("served"))
    yield server
    if server.process.poll() is None:
        server.process.kill()
        server.process.wait(20)


def children(parent: int) -> list[int]:
    """Processes that a process has started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            fields = stat.read_text().rsplit(")", 1)[1].split()
            if int(fields[1]) == parent:
                found.append(int(stat.parent.name))
    return found


class Tab:
    """One window of a browser, and hands."""

    def __init__(self, driver, address):
        self.driver = driver
        # the network of `open_browser` is off: the loopback is all that this page may reach
        driver.execute_cdp_cmd(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
        )
        driver.get(address)
        wait(lambda: self.frames > 0, "the first picture")

    @property
    def frames(self):
        return int(
            self.js("const c = document.getElementById('dawnring-view'); return c && c.dataset.frames || 0")
        )

    def js(self, code, *arguments):
        return self.driver.execute_script(code, *arguments)

    def find(self, selector):
        return self.driver.find_element("css selector", selector)

    def text(self, selector):
        return self.js(
            "const e = document.querySelector(arguments[0]); return e ? e.textContent.trim() : ''", selector
        )

    def press(self, words):
        self.driver.find_element("xpath", f"//button[normalize-space()='{words}']").click()

    def click_at(self, x, y):
        from selenium.webdriver.common.action_chains import ActionChains

        canvas = self.find("#dawnring-view")
        box = canvas.rect
        chain = ActionChains(self.driver)
        chain.move_to_element_with_offset(
            canvas, x - box["width"] / 2, y - box["height"] / 2
        ).click().perform()

    def requests(self):
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated"):
                parameters = message["params"]
                yield parameters.get("url") or parameters["request"]["url"]


@pytest.fixture(scope="module")
def tab(served, open_browser):
    return Tab(open_browser(1280, 720), served.address)


class TestAPersonAtTheBrowser:
    """One after another, in one tab, as a visit goes."""

    def test_opens_without_a_foreign_request_or_an_error(self, served, tab):
        asked = list(tab.requests())
        assert any(url.startswith(served.root) for url in asked)
        at_home = (served.root, served.root.replace("http", "ws"), "data:", "blob:", "chrome:", "about:")
        assert [url for url in asked if not url.startswith(at_home)] == []
        assert [e for e in tab.driver.get_log("browser") if e["level"] == "SEVERE"] == []

    def test_plays_and_pauses(self, tab):
        before = tab.text("#time")
        tab.press("Play")
        wait(lambda: tab.text("#time") > before, "time to run")
        seen = tab.frames
        wait(lambda: tab.frames > seen + 2, "pictures to follow")
        tab.press("Pause")
        wait(lambda: tab.text("#play") == "Play", "a pause")

    def test_drags_a_slider(self, tab):
        from selenium.webdriver.common.action_chains import ActionChains

        slider = tab.find("#knob-altitude")
        seen = tab.frames
        ActionChains(tab.driver).drag_and_drop_by_offset(slider, 60, 0).perform()
        wait(lambda: "(changed)" in tab.text("h1"), "another design")
        wait(lambda: tab.frames > seen, "another picture")
        assert "560 km" not in tab.text(".left .quiet")
        tab.press("Reset design")
        wait(lambda: "560 km" in tab.text(".left .quiet"), "the design as it was")

    def test_finds_the_june_eclipse(self, tab):
        tab.press("Longest eclipse")
        wait(lambda: tab.text("#time").startswith("2027-06-2"), "June")
        assert "20.6 min" in tab.text(".message")
        assert "100 %" not in tab.text(".left")
        for now, key in (("Pause", " "), ("Play", " ")):  # the button just pressed does not keep the key
            tab.driver.switch_to.active_element.send_keys(key)
            wait(lambda now=now: tab.text("#play") == now, now)

    def test_refuses_nonsense_in_a_field(self, tab):
        field = tab.find("#time-field")
        before = tab.text("#time")
        field.clear()
        field.send_keys("soon\n")
        wait(lambda: "ISO 8601" in tab.text(".message.alert"), "a clear word")
        assert tab.text("#time") == before

    def test_goes_to_a_satellite_and_reads_what_heats_it(self, tab):
        tab.press("Follow")
        wait(lambda: "from " in tab.text(".left") and "satellite 0" in tab.text(".left"), "the satellite")
        tab.press("Shaded side")
        wait(
            # on the wing that reaches up in the picture, once it is the shaded side
            lambda: (tab.click_at(575, 190), time.sleep(0.5), tab.text("#heading").endswith(".back"))[-1],
            "a surface",
        )
        assert re.fullmatch(r"wing_\d\.module_\d+\.back", tab.text("#heading"))
        assert "Area" in tab.text("#numbers")
        wait(lambda: "Sees the Earth" in tab.text("#numbers"), "view factors")
        assert "W/m²" in tab.text("#numbers")
        wait(lambda: tab.driver.find_elements("css selector", "#sight"), "what it sees")

    def test_changes_the_colour(self, tab):
        seen = tab.frames
        tab.press("Infrared")
        wait(lambda: "Absorbed Earth infrared" in tab.text(".scale"), "its scale")
        wait(lambda: tab.frames > seen, "another picture")

    def test_keys_work(self, tab):
        from selenium.webdriver.common.action_chains import ActionChains

        tab.click_at(640, 20)
        ActionChains(tab.driver).send_keys("4").perform()
        wait(lambda: tab.text(".left .chosen") == "Sun", "the Sun's view")
        ActionChains(tab.driver).send_keys("?").perform()
        wait(lambda: "play or pause" in tab.text(".help"), "the keys")
        tab.press("Close")
        wait(lambda: not tab.text(".help"), "the keys to go")

    def test_takes_a_screenshot(self, served, tab):
        cookie = tab.driver.get_cookies()[0]
        assert cookie["httpOnly"]
        request = urllib.request.Request(
            f"{served.root}screenshot", headers={"Cookie": f"{cookie['name']}={cookie['value']}"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            assert "attachment" in answer.headers["Content-Disposition"]
            picture = np.asarray(Image.open(io.BytesIO(answer.read())), float)
        assert picture.shape == (720, 1280, 3)
        assert picture.std() > 5.0

    def test_films_the_present_view(self, served, tab):
        cookie = tab.driver.get_cookies()[0]
        asked = urllib.request.Request(
            f"{served.root}film", headers={"Cookie": f"{cookie['name']}={cookie['value']}"}
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(asked, timeout=30.0)
        assert refused.value.code == 404  # none yet
        tab.press("Film")
        wait(lambda: "filming: 3" in tab.text(".message"), "a few frames")
        tab.press("Stop film")
        wait(lambda: "the browser saves dawnring-" in tab.text(".message"), "a film")
        with urllib.request.urlopen(asked, timeout=30.0) as answer:
            assert "attachment" in answer.headers["Content-Disposition"]
            assert answer.read()[4:8] == b"ftyp"  # as an MP4 begins

    def test_a_tab_that_is_closed_takes_its_film_along(self, served, tab, open_browser):
        second = Tab(open_browser(900, 600), served.address)
        second.press("Film")
        wait(lambda: children(served.process.pid), "the encoder")
        second.driver.close()
        wait(lambda: not children(served.process.pid), "the encoder to end")
        wait(lambda: "was closed" in tab.text(".message.alert"), "a word")

    def test_a_second_tab_sees_the_same_and_leaves_in_peace(self, served, tab, open_browser):
        second = Tab(open_browser(900, 600), served.address)
        second.press("Pole")
        wait(lambda: tab.text(".left .chosen") == "Pole", "both tabs to agree")
        for process in (*children(driver := second.driver.service.process.pid), driver):
            os.kill(process, signal.SIGKILL)  # the browser, and who drives it
        tab.press("Free")
        wait(lambda: tab.text(".left .chosen") == "Free", "the first tab to go on")


class TestStrangersAtTheDoor:
    @pytest.mark.parametrize(
        "path",
        ["", "index.html", "?token=", "?token=guess", "ws", "picture", "screenshot", "film",
         "__dawnring/view.js",
         "../../../etc/passwd", "paraview/"],
    )  # fmt: skip
    def test_without_the_token(self, served, path):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(served.root + path, timeout=30.0)
        assert refused.value.code == 403

    @pytest.mark.parametrize("header", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
    def test_by_another_name_or_from_another_page(self, served, header):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(urllib.request.Request(served.address, headers=header), timeout=30.0)
        assert refused.value.code == 403

    def test_no_file_is_reached_even_with_the_token(self, served):
        token = served.address.partition("?")[2]
        for path in ("..%2f..%2f..%2fetc%2fpasswd", "__dawnring/..%2f..%2fsession.py", "__dawnring/"):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"{served.root}{path}?{token}", timeout=30.0)
            assert refused.value.code in (403, 404)


class TestEnd:
    def test_ctrl_c_closes_cleanly(self, served, tab):
        code, words = served.end()
        assert code == 130, words
        lines = words.strip().splitlines()
        assert lines[-1] == "dawnring: interrupted", words
        assert len(lines) == 2, words  # how to end it, and that it ended
        wait(lambda: "has ended" in tab.driver.find_element("css selector", "body").text, "a word in the tab")

    def test_the_port_is_free_again(self, served, tmp_path):
        port = served.root.rstrip("/").rpartition(":")[2]
        again = Served(tmp_path, "--port", port)
        assert again.root == served.root
        assert again.end(signal.SIGTERM)[0] == 130
