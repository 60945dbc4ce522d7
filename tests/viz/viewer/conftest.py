"""Sessions without a window, pages, and a browser to look at them with."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from geometry.design import Design, load_design
from viz.viewer.page import write_page
from viz.viewer.session import Session

COARSE = 0.3  # tolerance of loads that no test looks at closely
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
SOFTWARE = (
    "--headless=new",
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-sync",
    "--disable-component-update",
    "--disable-quic",
)


@dataclass(frozen=True)
class Page:
    """A page on disk and the design that it shows."""

    path: Path
    design: Design

    @property
    def text(self) -> str:
        """All of it."""
        return self.path.read_text(encoding="utf-8")

    @property
    def document(self) -> dict[str, Any]:
        """What it was given."""
        start = self.text.split('<script type="application/json" id="document">', 1)[1]
        return json.loads(start.split("</script>", 1)[0].replace("<\\/", "</"))


@pytest.fixture(scope="session")
def small_page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """A page of the smallest craft."""
    design = load_design("panel_module")
    path = tmp_path_factory.mktemp("small") / "module.html"
    write_page(design, path, tolerance=COARSE)
    return Page(path, design)


@pytest.fixture(scope="session")
def ring_page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """A page of a thousand solar slices, alone in an empty folder."""
    design = load_design("solar_slice")
    path = tmp_path_factory.mktemp("ring") / "ring.html"
    write_page(design, path, tolerance=0.1)
    return Page(path, design)


@pytest.fixture(scope="session")
def open_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Any]]:
    """Starts headless Chromium with software WebGL; all are closed at the end."""
    binary = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    driver_path = shutil.which("chromedriver")
    try:
        from selenium import webdriver
    except ModuleNotFoundError:
        webdriver = None
    if binary is None or driver_path is None or webdriver is None:
        lacks = "driving a browser needs chromium, chromium-driver and selenium"
        if os.environ.get("CI"):
            pytest.fail(lacks, pytrace=False)
        pytest.skip(lacks)
    opened = []

    def start(width: int = 1000, height: int = 700, *more: str, phone: bool = False) -> Any:
        options = webdriver.ChromeOptions()
        options.binary_location = binary
        for argument in (*SOFTWARE, f"--window-size={width},{height}", *more):
            options.add_argument(argument)
        options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('profile')}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver_path))
        opened.append(driver)
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone},
        )
        driver.execute_cdp_cmd("Network.enable", {})
        driver.execute_cdp_cmd(
            "Network.emulateNetworkConditions",
            {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0},
        )
        return driver

    yield start
    for driver in opened:
        driver.quit()


PATIENCE_S = 120.0  # kernels may have to be compiled first


class Clock:
    """Seconds before the screen, as the test says."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def settle() -> Callable[[Session], None]:
    """Waits until the background has nothing left to do, and has its session take in what it found."""

    def wait(session: Session) -> None:
        session._clock.now += 1.0
        session.tick(0.0)
        end = time.monotonic() + PATIENCE_S
        while session.busy:
            assert time.monotonic() < end, "the background work does not end"
            time.sleep(0.01)
        session.tick(0.0)

    return wait


@pytest.fixture
def make_session() -> Iterator[Callable[..., Session]]:
    """Makes sessions of a small ring, and closes them."""
    opened = []

    def make(*overrides: str, preset: str = "solar_slice") -> Session:
        design = load_design(preset, ["ring.satellites_per_plane=24", *overrides])
        opened.append(Session(design, clock=Clock()))
        return opened[-1]

    yield make
    for session in opened:
        session.close()
