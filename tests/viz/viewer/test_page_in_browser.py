"""The page as a person uses it: headless Chromium, no network, real mouse, touch and keys."""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from geometry.craft import build_craft
from geometry.design import load_design
from geometry.ephemeris import sky_at
from geometry.orbit import orbit_states, orbit_times
from geometry.radiation import heat_loads
from geometry.studies.eclipse_year import eclipse_year
from viz.viewer.page.craft_tables import STEPS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE_S = 60.0  # for software WebGL on a busy machine
SEASON = ("2027-05-05", "2027-08-09")  # of `dawnring eclipse solar_slice`


def wait(condition: Callable[[], Any], what: str) -> Any:
    """What the condition gives once it is true."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")


class Visitor:
    """One browser with one page, and hands."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def visit(self, page: Any) -> None:
        self.driver.get(page.path.as_uri())
        wait(
            lambda: self.js("return !!window.dawnring || !document.getElementById('failure').hidden"),
            "a page",
        )
        wait(lambda: self.js("return !window.dawnring || dawnring.app.stage.earth.isFine"), "the fine maps")

    def js(self, code: str, *arguments: Any) -> Any:
        return self.driver.execute_script(code, *arguments)

    def find(self, selector: str) -> Any:
        return self.driver.find_element("css selector", selector)

    def text(self, selector: str) -> str:
        return self.js("return document.querySelector(arguments[0]).textContent", selector)

    def hands(self) -> Any:
        from selenium.webdriver import ActionChains

        return ActionChains(self.driver)

    def press(self, *keys: str) -> None:
        self.hands().send_keys(*keys).perform()

    def click_at(self, x: float, y: float) -> None:
        """A real click at a place of the window."""
        for kind in ("mousePressed", "mouseReleased"):
            event = {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1}
            self.driver.execute_cdp_cmd("Input.dispatchMouseEvent", event)

    def settle(self) -> None:
        """Until flights of the camera are over and the still picture is drawn."""
        wait(lambda: self.js("return dawnring.app.rig.flight === null && dawnring.app.fine"), "stillness")

    def picture(self) -> np.ndarray:
        """The window as it is, (H, W, 3)."""
        return np.asarray(Image.open(io.BytesIO(self.driver.get_screenshot_as_png())).convert("RGB")).astype(
            int
        )

    def place_of(self, satellite: int) -> list[float] | None:
        """Where a satellite is on the screen, if the Earth does not hide it."""
        return self.js(
            """const {app} = dawnring, s = app.stage, p = app.ring.position(arguments[0], app.sky.at(app.ms));
            if (s.isHidden(p)) return null;
            const way = p.map((x, k) => x - s.pose.position[k]);
            const dot = (a) => a.reduce((t, x, k) => t + x * way[k], 0), depth = -dot(s.pose.back);
            return [0.5 * (1 + s.shift[0] + dot(s.pose.right) / depth / s.half[0]) * s.size[0],
                    0.5 * (1 - s.shift[1] - dot(s.pose.up) / depth / s.half[1]) * s.size[1]];""",
            satellite,
        )

    def fetched(self) -> list[str]:
        """Addresses asked of the network."""
        events = [json.loads(e["message"])["message"] for e in self.driver.get_log("performance")]
        asked = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
        return [a for a in asked if a.startswith(("http", "ws", "ftp"))]

    def complaints(self) -> list[str]:
        """Errors and warnings of the console."""
        return [e["message"] for e in self.driver.get_log("browser") if e["level"] in ("SEVERE", "WARNING")]


@pytest.fixture(scope="module")
def visitor(open_browser, ring_page) -> Visitor:
    """One visit for all that can share it."""
    visitor = Visitor(open_browser())
    visitor.visit(ring_page)
    return visitor


@pytest.fixture
def still(visitor) -> Visitor:
    """The page as it opens, paused."""
    visitor.js(
        """const {app} = dawnring; app.play(false); app.leave(); app.reset(); app.setColor("material");
        document.body.classList.remove("bare"); app.setSpeed(100);
        app.rig.flight = null; app.rig.mode = "free";
        app.goTo(app.given.start_ms, false); app.rig.greet(app.sky.at(app.ms)); app.panel.showCamera();
        for (const d of document.querySelectorAll("dialog[open]")) d.close();
        document.activeElement.blur(); app.touch();"""
    )
    visitor.settle()
    return visitor


class TestOpening:
    def test_draws_without_network_or_complaint(self, still):
        picture = still.picture()
        earth = picture[200:450, 250:600]
        assert earth.std() > 15.0  # night and day, towns, the ring; an empty canvas has none
        assert still.fetched() == []
        assert still.complaints() == []
        assert still.js("return performance.getEntriesByName('dawnring:first-frame').length") == 1

    def test_says_what_is_shown(self, still):
        assert still.text("#title") == "1,000 satellites"
        assert still.text("#clock").startswith("2027-03-20  12:00")
        assert still.text("#ltan") == "18:00"
        assert re.fullmatch(r"\+82\.\d°", still.text("#beta"))
        assert still.text("#lit") == "100 % of the ring"


class TestReference:
    """Against dawnring itself, whose own tests hold it to SGP4 and the ephemeris."""

    def test_flies_as_dawnring_orbit(self, still, ring_page):
        times = np.array(["2027-01-01T03", "2027-06-21T17:02:01.5", "2027-12-31T21"], "datetime64[us]")
        members = [0, 333, 999]
        states = orbit_states(ring_page.design, times, satellites=members)
        turn = sky_at(times).rotation_itrs_from_gcrs
        asked = [[m, int(t.astype(int)) / 1000.0] for m in members for t in times]
        found = still.js("return arguments[0].map(([k, ms]) => dawnring.state(k, ms))", asked)

        def of(name):
            return np.array([f[name] for f in found]).reshape(
                len(members), len(times), *np.shape(found[0][name])
            )

        # interpolated tables (1e-8 rad) leave centimetres; velocities are differences over two seconds
        assert np.abs(of("position_gcrs_m") - states.position_gcrs_m).max() < 0.5
        assert np.abs(of("velocity_gcrs_m_s") - states.velocity_gcrs_m_s).max() < 0.01
        assert np.abs(of("sun_direction_gcrs") - states.sun_direction_gcrs).max() < 1e-7
        assert np.abs(of("rotation_itrs_from_gcrs") - turn).max() < 1e-7
        assert np.abs(of("rotation_body_from_gcrs") - states.rotation_body_from_gcrs).max() < 1e-5
        assert np.abs(of("sunlit_fraction") - states.sunlit_fraction).max() < 1e-4

    def test_changed_ring_has_the_eclipses_of_that_design(self, still):
        changed = load_design("solar_slice", ["orbit.altitude_km=700", "orbit.ltan_h=17.5"])
        still.js("dawnring.app.change({altitudeKm: 700}); dawnring.app.change({localTimeH: 17.5})")
        minutes = np.array(still.js("return Array.from(dawnring.app.calendar.umbra)"))
        # the calendar holds the local time, the page lets the node drift by its own rate: seconds
        np.testing.assert_allclose(minutes, eclipse_year(changed).umbra_s / 60.0, atol=0.15)

    def test_attitude_laws_follow(self, still):
        at = np.array(["2027-05-01T06"], "datetime64[us]")
        for law in ("sun_slice_locked", "sun_slice_rolling"):
            design = load_design("solar_slice", [f"attitude.law={law}"])
            still.js("dawnring.app.change({law: arguments[0]})", law)
            found = still.js("return dawnring.state(5, arguments[0])", int(at[0].astype(int)) / 1000.0)
            wanted = orbit_states(design, at, satellites=[5]).rotation_body_from_gcrs[0, 0]
            assert np.abs(np.array(found["rotation_body_from_gcrs"]) - wanted).max() < 1e-5


class TestHands:
    def test_plays_and_pauses(self, still):
        before = still.js("return dawnring.app.ms")
        still.find("#play").click()
        wait(lambda: still.js("return dawnring.app.ms") > before + 5_000, "time to pass")
        assert still.find("#play").get_attribute("aria-label") == "Pause"
        still.find("#play").click()
        stopped = still.js("return dawnring.app.ms")
        time.sleep(0.3)
        assert still.js("return dawnring.app.ms") == stopped

    def test_slider_moves_the_ring(self, still):
        slider = still.find("#altitude")
        still.hands().click_and_hold(slider).move_by_offset(60, 0).release().perform()
        assert still.js("return dawnring.app.ring.rows[0].axisM") > 7.1e6
        assert not still.find("#changed").get_attribute("hidden")
        assert "computed in this page" in still.text("#strip-note")
        wait(lambda: "560 km" not in still.text("#subtitle"), "the new altitude")
        still.find("#reset").click()
        assert still.js("return dawnring.app.ring === dawnring.app.designRing")
        wait(lambda: "560 km" in still.text("#subtitle"), "the old altitude")

    def test_finds_the_june_eclipse(self, still):
        still.find("#next-eclipse").click()
        still.settle()
        assert still.text("#clock").split()[:2] == [SEASON[0], "20:21:12"]  # of `dawnring eclipse`
        still.press(" ")
        assert still.js("return dawnring.app.playing")  # the button just pressed does not keep the key
        still.press(" ")
        still.find("#longest-eclipse").click()
        still.settle()
        assert still.text("#clock").startswith("2027-06-21")
        assert float(still.text("#lit").split()[0]) == pytest.approx(100.0 * (1.0 - 20.6 / 95.7), abs=1.0)
        assert "20.6 min" in still.text("#whisper")

    def test_shows_on_a_click_what_heats_the_back(self, still, ring_page):
        index = next(
            k for k in range(0, 1000, 7) if (p := still.place_of(k)) and 60 < p[0] < 600 and 60 < p[1] < 480
        )
        still.click_at(*still.place_of(index))
        wait(lambda: not still.find("#satellite").get_attribute("hidden"), "the panel")
        chosen = still.js("return dawnring.app.selected")
        assert abs(chosen - index) <= 3  # neighbours lie a few pixels apart
        still.settle()
        assert still.picture()[:, :600].std() > 3.0
        middle = still.place_of(chosen)
        still.click_at(middle[0], middle[1] - 60)  # on a wing, off the bus
        wait(lambda: still.find("#surface").get_attribute("value"), "a surface")
        name = still.find("#surface").get_attribute("value")
        assert re.fullmatch(r"wing_\d\.module_\d\d\.back", name)
        wait(lambda: "Absorbed, mean of the orbit" in still.text("#heat"), "the words")
        words = still.text("#heat")
        assert "array back" in words
        design = ring_page.design
        craft = build_craft(design)
        states = orbit_states(design, orbit_times(design, design.epoch_utc, STEPS))
        loads = heat_loads(craft, states, design.environment, tolerance=0.1, seed=design.radiation.seed)
        row = craft.mesh.surface_index(name)
        infrared = loads.orbit_mean.absorbed_w[2, row] / loads.area_m2[row]
        shown = float(re.search(r"Earth infrared([\d.]+) ", words)[1])
        assert shown == pytest.approx(infrared, abs=0.06)  # its printed digits

    def test_colour_of_the_craft_changes_with_its_scale(self, still):
        still.js("dawnring.app.select(250, true)")
        still.settle()
        plain = still.picture()[60:520, 150:600]
        still.hands().click(still.find("#color")).send_keys("Earth", "\n").perform()
        wait(lambda: still.find("#color").get_attribute("value") == "absorbed_earth_infrared", "the choice")
        still.settle()
        colored = still.picture()[60:520, 150:600]
        assert np.abs(colored - plain).max() > 60
        assert not still.find("#scale").get_attribute("hidden")
        assert "W/m²" in still.text("#legend p")
        marks = still.driver.find_elements("css selector", "#legend .ticks span")
        ticks = [float(mark.text.replace(",", "")) for mark in marks]
        np.testing.assert_allclose(ticks, np.linspace(0.0, ticks[-1], 5), rtol=0.02)  # as printed
        assert ticks[-1] > 0.0

    def test_drag_turns_and_wheel_zooms(self, still):
        before = still.js("return {...dawnring.app.rig.view}")
        canvas = still.find("#view")
        still.hands().move_to_element_with_offset(canvas, -250, 0).click_and_hold().move_by_offset(
            80, 30
        ).release().perform()
        turned = still.js("return {...dawnring.app.rig.view}")
        assert turned["az"] != before["az"]
        assert turned["el"] > before["el"]
        wheel = {"type": "mouseWheel", "x": 300, "y": 300, "deltaX": 0, "deltaY": -240}
        still.driver.execute_cdp_cmd("Input.dispatchMouseEvent", wheel)
        wait(lambda: still.js("return dawnring.app.rig.view.dist") < turned["dist"], "the zoom")


class TestKeyboard:
    def test_everything_by_keys(self, still):
        from selenium.webdriver.common.keys import Keys

        still.press("?")
        assert still.js("return document.getElementById('help').open")
        still.press(Keys.ESCAPE)
        assert not still.js("return document.getElementById('help').open")
        still.press(" ")
        assert still.js("return dawnring.app.playing")
        still.press(" ")
        still.press("l")
        still.settle()
        assert still.text("#clock").startswith("2027-06-21")
        still.press("4")
        assert still.js("return dawnring.app.rig.mode") == "sun"
        still.press("n")
        assert still.js("return dawnring.app.selected") == 1
        still.settle()
        still.press("d")
        still.settle()
        still.press(Keys.ENTER)
        assert still.js("return dawnring.app.surface").startswith("bus.")  # what stands in the middle
        still.press("c")
        assert still.js("return dawnring.app.colorKey") == "absorbed_total"
        still.press(Keys.ESCAPE)
        assert still.js("return [dawnring.app.surface, dawnring.app.selected]") == [None, 1]
        still.press(Keys.ESCAPE)
        assert still.js("return dawnring.app.selected") is None

    def test_focus_reaches_all_controls_and_is_seen(self, still):
        from selenium.webdriver.common.keys import Keys

        seen = set()
        for _ in range(40):
            still.press(Keys.TAB)
            seen.add(still.js("return document.activeElement.id || document.activeElement.textContent"))
        assert {"view", "play", "speed", "scrub", "longest-eclipse", "altitude", "color", "law"} <= seen
        still.js("document.getElementById('play').focus()")
        still.press(Keys.TAB)
        assert still.js("return getComputedStyle(document.activeElement).outlineStyle") == "solid"

    def test_every_control_has_a_name(self, still):
        nameless = still.js(
            """return [...document.querySelectorAll("button, input, select, canvas")].filter((e) =>
            !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.length))
            .map((e) => e.outerHTML)"""
        )
        assert nameless == []

    def test_words_grow_with_the_browser(self, still):
        before = still.js("return document.getElementById('now').offsetHeight")
        still.js("document.documentElement.style.fontSize = '200%'")
        after = still.js("return document.getElementById('now').offsetHeight")
        still.js("document.documentElement.style.fontSize = ''")
        assert after > 1.7 * before


class TestOtherMachines:
    def test_phone_by_touch(self, open_browser, ring_page):
        phone = Visitor(open_browser(390, 844, "--force-prefers-reduced-motion", phone=True))
        phone.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
        phone.visit(ring_page)
        assert not phone.js("return dawnring.app.playing")  # motion is not wanted here
        assert phone.js("return document.documentElement.scrollWidth") <= 390
        far = phone.js("return dawnring.app.rig.view.dist")

        def touch(kind: str, *places: tuple[float, float]) -> None:
            points = [{"x": x, "y": y, "id": k} for k, (x, y) in enumerate(places)]
            phone.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        touch("touchStart", (180, 300), (210, 300))
        for spread in (30, 60, 90):
            touch("touchMove", (180 - spread, 300), (210 + spread, 300))
        touch("touchEnd")
        wait(lambda: phone.js("return dawnring.app.rig.view.dist") < 0.8 * far, "the pinch")
        phone.js("dawnring.app.rig.views.free.dist = arguments[0]; dawnring.app.touch()", far)
        phone.settle()
        index = next(
            k for k in range(0, 1000, 7) if (p := phone.place_of(k)) and 150 < p[1] < 500 and 20 < p[0] < 370
        )
        place = phone.place_of(index)
        touch("touchStart", tuple(place))
        touch("touchEnd")
        wait(lambda: phone.js("return dawnring.app.selected") is not None, "the tap")
        phone.find("#menu").click()
        assert phone.find("#panel").is_displayed()
        assert phone.complaints() == []

    @pytest.mark.parametrize("size", [(844, 390), (568, 320)])
    def test_phone_on_its_side(self, open_browser, small_page, size):
        phone = Visitor(open_browser(*size, "--force-prefers-reduced-motion", phone=True))
        phone.visit(small_page)
        edges = (
            "const r = document.querySelector(arguments[0]).getBoundingClientRect(); return [r.top, r.bottom]"
        )
        assert phone.js(edges, "#now")[1] <= phone.js(edges, "#time")[0]
        phone.find("#menu").click()
        top, bottom = phone.js(edges, "#panel")
        assert phone.js(edges, "#menu")[1] <= top  # it can be closed again
        assert bottom - top > 100  # two rows of buttons
        assert bottom <= phone.js(edges, "#time")[0]

    def test_without_webgl_a_plain_word(self, open_browser, small_page):
        bare = Visitor(open_browser(600, 500, "--disable-3d-apis"))
        bare.visit(small_page)
        assert "WebGL 2" in bare.text("#failure")
        assert bare.find("#failure").is_displayed()
        assert not bare.find("#time").is_displayed()
