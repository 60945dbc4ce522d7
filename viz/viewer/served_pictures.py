"""Frames for tabs: drawn once, sent to each tab as fast as it takes them."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

from aiohttp import WSMsgType, web

from viz.viewer.keys import BROWSER
from viz.viewer.pointer import Pointer
from viz.viewer.session import Session

SMALLEST, LARGEST = 64, 4096
LONGEST_MESSAGE = 4096
MOST_EVENTS = 1000  # between two frames; more come from no hand


class Tabs:
    """The open tabs: what they did goes to the session, the newest frame to each that is ready.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.pointer = Pointer(session, BROWSER)
        self.pointer.hidden = True  # panels are HTML here
        self.size = (1280, 720)
        self.stale = True
        self.own_commands: list[tuple[str, web.WebSocketResponse]] = []
        self._frame, self._number = b"", 0
        self._new = asyncio.Event()
        self._sockets: set[web.WebSocketResponse] = set()
        self._move: tuple[float, float] | None = None
        self._events: list[tuple[dict[str, Any], web.WebSocketResponse]] = []

    @property
    def count(self) -> int:
        """Open tabs."""
        return len(self._sockets)

    def publish(self, frame: bytes) -> None:
        """A new frame for all."""
        self._frame, self._number = frame, self._number + 1
        self._new.set()
        self._new = asyncio.Event()

    def take_events(self) -> None:
        """Apply what pointers and keys did since the last frame; of the moves, the newest."""
        events, self._events = self._events, []
        for message, socket in events:
            self._point(message)
            key = message.get("key")
            if isinstance(key, str) and len(key) < 20 and key != "Tab":
                self.stale = True
                command = self.pointer.key(key, self.size)
                if command:
                    self.own_commands.append((command, socket))
        self._take_move()

    def _take_move(self) -> None:
        if self._move is not None:
            place, self._move = self._move, None
            self.stale |= self.pointer.move(place, self.size)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """One tab, until it is closed."""
        socket = web.WebSocketResponse(max_msg_size=LONGEST_MESSAGE, heartbeat=20.0)
        await socket.prepare(request)
        self._sockets.add(socket)
        self.stale = True
        ready = asyncio.Event()
        sender = asyncio.create_task(self._send(socket, ready))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._take(message.data, ready, socket)
        finally:
            sender.cancel()
            with suppress(asyncio.CancelledError, ConnectionError):
                await sender
            self._sockets.discard(socket)
        return socket

    def is_open(self, socket: web.WebSocketResponse) -> bool:
        """Whether this tab is still there."""
        return socket in self._sockets

    async def tell(self, socket: web.WebSocketResponse, does: str) -> None:
        """Have one tab do something: `screenshot`, `film`, `panels`."""
        with suppress(ConnectionError):  # it went while it was told
            await socket.send_str(json.dumps({"do": does}))

    async def close(self) -> None:
        """Say goodbye to all tabs."""
        for socket in list(self._sockets):
            await socket.close()

    async def _send(self, socket: web.WebSocketResponse, ready: asyncio.Event) -> None:
        seen = 0
        while not socket.closed:
            await ready.wait()
            while self._number == seen:
                await self._new.wait()
            ready.clear()
            seen = self._number
            await socket.send_bytes(self._frame)

    def _take(self, text: str, ready: asyncio.Event, socket: web.WebSocketResponse) -> None:
        """One message of a tab; what makes no sense is left alone."""
        try:
            message = json.loads(text)
        except ValueError:
            return
        if not isinstance(message, dict):
            return
        if message.get("ready"):
            ready.set()
        size = _numbers(message.get("size"))
        if size is not None:
            wanted = tuple(min(max(round(v), SMALLEST), LARGEST) for v in size)
            if wanted != self.size:
                self.size, self.stale = (wanted[0], wanted[1]), True
        if len(self._events) < MOST_EVENTS:
            self._events.append((message, socket))

    def _point(self, message: dict[str, Any]) -> None:
        press, move, release = (_numbers(message.get(k)) for k in ("press", "move", "release"))
        if press is not None:
            self.pointer.press(press, self.size)
        if move is not None:
            self._move = move
        if release is not None:
            self._take_move()
            self.pointer.release(release, self.size)
            self.stale = True
        wheel, at = message.get("wheel"), _numbers(message.get("at"))
        if at is not None and isinstance(wheel, (int, float)) and abs(wheel) <= 10:
            self.pointer.wheel(float(wheel), at, self.size)
            self.stale = True


def _numbers(value: Any) -> tuple[float, float] | None:
    """Two finite numbers, or None."""
    if not (isinstance(value, list) and len(value) == 2):
        return None
    if not all(isinstance(v, (int, float)) and not isinstance(v, bool) and abs(v) < 1e5 for v in value):
        return None
    return float(value[0]), float(value[1])
