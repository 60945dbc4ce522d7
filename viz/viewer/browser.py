"""The viewer in a browser of this machine, by trame: HTML controls around a picture that is drawn here.

Bound to the loopback, behind a token, with every file from the installed packages: nothing is fetched from
elsewhere, and nothing of the machine can be reached.  All tabs look at one session.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from aiohttp import web
from trame.app import get_server

from geometry.design import Design
from viz.image import png_bytes
from viz.viewer.commands import attempt
from viz.viewer.film import Filming, view_name
from viz.viewer.gate import HOST, free_port, gatekeeper, new_token
from viz.viewer.loads import FINE_TOLERANCE
from viz.viewer.offscreen import RESTING_QUALITY, Pictures, jpeg_bytes
from viz.viewer.served_page import build_page, state_of
from viz.viewer.served_pictures import Tabs
from viz.viewer.session import Session

FRAME_S = 0.02  # rest between frames, in which tabs are heard
TOLD_S = 0.2  # between two tellings of the numbers while time runs
SLIDERS = ("knob:", "date")
SERVED = Path(__file__).parent / "served"
ENDED = '<div class="dawnring"><p class="ended" role="alert">The viewer has ended. Close this tab.</p></div>'


def serve(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    port: int | None = None,
    tolerance: float = FINE_TOLERANCE,
    announce: Callable[[str], None],
    remark: Callable[[str], None],
) -> None:
    """Serve a design until Ctrl-C.

    Parameters
    ----------
    design : Design
    at_utc : datetime64, optional
        Default the design's epoch.
    port : int, optional
        Default any free one.
    tolerance : float
        As `Session` takes it.
    announce : callable
        Told the address, token included, once it answers.
    remark : callable
        Told how to end it.

    Raises
    ------
    ValueError
        A port that cannot be used.
    KeyboardInterrupt
        Ctrl-C or a polite end (SIGTERM), once everything is closed.
    """
    viewer = BrowserViewer(Session(design, at_utc, tolerance=tolerance), free_port(port))
    asyncio.run(viewer.run(announce, remark))
    raise KeyboardInterrupt


class BrowserViewer:
    """One session behind one address.

    Parameters
    ----------
    session : Session
    port : int
        Free on the loopback.
    """

    def __init__(self, session: Session, port: int) -> None:
        self.session, self.port, self.token = session, port, new_token()
        self.pictures = Pictures(session)
        self.filming = Filming(session)
        self._films_tab: web.WebSocketResponse | None = None
        self._film_kept: Path | None = None
        self._told: dict[str, Any] = {}
        self._told_at = 0.0
        self._untold = False  # something has changed since the last telling
        self._fine = False
        self._wishes: list[tuple[str, Any, bool]] = []

    @property
    def address(self) -> str:
        """To be opened in a browser."""
        return f"http://{HOST}:{self.port}/?token={self.token}"

    async def run(self, announce: Callable[[str], None], remark: Callable[[str], None]) -> None:
        """Serve until the process is asked to end."""
        # a tab that dies in the middle of a message is no fault here: libraries' logs stay off the terminal
        logging.getLogger().addHandler(logging.NullHandler())
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError):  # Windows has KeyboardInterrupt instead
                loop.add_signal_handler(name, ended.set)
        self.tabs = Tabs(self.session)
        self._folder = tempfile.TemporaryDirectory(prefix="dawnring-")  # of the last film
        server = self._server()
        serving = asyncio.ensure_future(
            server.start(
                port=self.port, host=HOST, exec_mode="coroutine", open_browser=False, timeout=0,
                show_connection_info=False, disable_logging=True, thread=True, backend="aiohttp",
            )
        )  # fmt: skip
        drawing = asyncio.create_task(self._draw_for_ever())
        await server.ready
        announce(self.address)
        remark("open that address in a browser of this machine; Ctrl-C here ends it")
        stopping = asyncio.create_task(ended.wait())
        try:
            await asyncio.wait({stopping, serving, drawing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (stopping, drawing):
                task.cancel()
            failed = await asyncio.gather(drawing, return_exceptions=True)
            await self.tabs.close()
            await server.stop()
            await asyncio.gather(serving, return_exceptions=True)
            self.filming.abandon()
            self._folder.cleanup()
            self.session.close()
            self.pictures.close()
        if isinstance(failed[0], Exception):
            raise failed[0]

    # ---------------------------------------------------------------- the server

    def _server(self) -> Any:
        server = get_server(f"dawnring-{self.port}", client_type="vue3")
        server.enable_module(
            {
                "serve": {"__dawnring": str(SERVED)},
                "scripts": ["__dawnring/view.js"],
                "styles": ["__dawnring/view.css"],
            }
        )
        self._state = server.state

        @server.controller.add("on_server_bind")
        def bind(backend: Any) -> None:
            backend.app.middlewares.append(gatekeeper(self.token, self.port))
            backend.app.router.add_get("/picture", self.tabs.handle)
            backend.app.router.add_get("/screenshot", self._screenshot)
            backend.app.router.add_get("/film", self._film)

        @server.trigger("do")
        def do(command: str, value: Any = None, final: bool = True) -> None:
            """What a control of a tab asks for; of a slider in motion only the newest counts."""
            if not isinstance(command, str):
                return
            if self._wishes and self._wishes[-1][0] == command and command.startswith(SLIDERS):
                final = final or self._wishes.pop()[2]
            self._wishes.append((command, value, bool(final)))

        build_page(server)
        server.state.update(self._tell())
        server.state.trame__template_error = ENDED
        return server

    async def _screenshot(self, _request: web.Request) -> web.Response:
        """The present view at its finest, to be kept."""
        image = self.pictures.picture(self.tabs.size, fine=True)
        headers = _to_be_kept(f"{view_name(self.session)}.png")
        return web.Response(body=png_bytes(image), content_type="image/png", headers=headers)

    async def _film(self, _request: web.Request) -> web.StreamResponse:
        """The last film, to be kept."""
        if self._film_kept is None or not self._film_kept.exists():
            return web.Response(status=404, text="404: no film has been made\n")
        return web.FileResponse(self._film_kept, headers=_to_be_kept(self._film_kept.name))

    # ---------------------------------------------------------------- the loop

    async def _draw_for_ever(self) -> None:
        """Time, wishes, frames; sleeps while no tab is open and nothing plays."""
        last = time.perf_counter()
        warm = False
        while True:
            now = time.perf_counter()
            await self._step(now - last)
            last = now
            if not warm and self.tabs.count and self._fine:
                self.session.warm_up()
                warm = True
            await asyncio.sleep(FRAME_S)

    async def _step(self, wall_s: float) -> None:
        tabs, session = self.tabs, self.session
        wishes, self._wishes = self._wishes, []
        for command, value, final in wishes:
            attempt(session, command, value, final=final)
            tabs.stale = True
        tabs.take_events()  # after the controls: what was clicked was seen with them
        own, tabs.own_commands = tabs.own_commands, []
        for command, tab in own:
            if command == "film":
                await self._film_key(tab)
            else:
                await tabs.tell(tab, command)
        if self.filming.film is not None:
            await self._film_frame()
            return
        tabs.stale |= session.tick(wall_s)
        if not tabs.count:
            return
        moved = tabs.stale
        if tabs.stale:
            tabs.stale, self._fine = False, False
            tabs.publish(self.pictures.jpeg(tabs.size, fine=False))
        elif not self._fine and session.settled:
            self._fine = True
            tabs.publish(self.pictures.jpeg(tabs.size, fine=True))
        if moved or self._untold:
            self._tell_tabs()

    async def _film_key(self, tab: web.WebSocketResponse) -> None:
        """A tab begins a film, or one of them ends it."""
        if self.filming.film is not None:
            await self._hand_out(self.filming.stop())
            return
        self._films_tab = tab
        if self._film_kept is not None:
            self._film_kept.unlink(missing_ok=True)
            self._film_kept = None
        self.filming.start(Path(self._folder.name), self.tabs.size)

    async def _film_frame(self) -> None:
        """One frame of the film, which all tabs see; without the tab that asked for it there is no film."""
        self.tabs.stale, self._fine = True, False
        if self._films_tab is None or not self.tabs.is_open(self._films_tab):
            self.filming.abandon("the tab that asked for it was closed")
            return
        picture, path = self.filming.frame(lambda size: self.pictures.picture(size, fine=True))
        if picture is not None:
            self.tabs.publish(jpeg_bytes(picture, RESTING_QUALITY))
        await self._hand_out(path)
        self._tell_tabs()

    async def _hand_out(self, path: Path | None) -> None:
        """A finished film, to the tab that asked for it."""
        if path is None or self._films_tab is None:
            return
        self._film_kept = path
        self.session.say(f"the browser saves {path.name}")
        await self.tabs.tell(self._films_tab, "film")

    def _tell_tabs(self) -> None:
        """Push the words and numbers that changed."""
        now = time.perf_counter()
        self._untold = self.session.state.playing and now - self._told_at < TOLD_S
        if self._untold:
            return
        told = self._tell()
        changed = {k: v for k, v in told.items() if self._told.get(k) != v}
        if changed:
            with self._state:
                self._state.update(changed)
            self._told, self._told_at = told, now

    def _tell(self) -> dict[str, Any]:
        return {**state_of(self.session), "film": "" if self._film_kept is None else self._film_kept.name}


def _to_be_kept(name: str) -> dict[str, str]:
    """Headers of an answer that the browser saves as a file."""
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
