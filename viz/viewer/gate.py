"""Who may speak to the browser viewer: this machine, from the address that was printed, and nobody else."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from aiohttp import web

HOST = "127.0.0.1"


def new_token() -> str:
    """A word that cannot be guessed."""
    return secrets.token_urlsafe(24)


def free_port(port: int | None) -> int:
    """The port to listen at on the loopback; any free one for None.

    Raises
    ------
    ValueError
        No such port, or one that something else listens at.
    """
    if port is not None and not 1 <= port <= 65_535:
        raise ValueError(f"--port must be from 1 to 65535, got {port}")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port or 0))
        except OSError as error:
            raise ValueError(
                f"--port {port} cannot be used ({error.strerror}); choose another, or leave --port out"
            ) from None
        return int(probe.getsockname()[1])


def gatekeeper(token: str, port: int) -> Any:
    """Middleware that answers 403 to every request without the token.

    The token comes in the query of the printed address, and after that in a cookie that no script reads
    and no other site can have sent.  Names of the host other than the loopback's are refused, so that no
    foreign page reaches it by a name of its own.
    """
    cookie = f"dawnring_{port}"
    hosts = {f"{HOST}:{port}", f"localhost:{port}"}
    origins = {f"http://{host}" for host in hosts}

    @web.middleware
    async def admit(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        shown = request.query.get("token") or request.cookies.get(cookie, "")
        known = secrets.compare_digest(shown.encode(), token.encode())
        origin = request.headers.get("Origin")
        if not known or request.host not in hosts or (origin is not None and origin not in origins):
            return web.Response(
                status=403, text="403: open the address that `dawnring view --browser` printed\n"
            )
        if "token" in request.query and request.path == "/":
            # told its socket, the page does not ask for a launcher first
            socket_address = quote(f"ws://{request.host}/ws", safe="")
            answer: web.StreamResponse = web.Response(
                status=302, headers={"Location": f"/index.html?sessionURL={socket_address}"}
            )
            answer.set_cookie(cookie, token, httponly=True, samesite="Strict", path="/")
            return answer
        return await handler(request)

    return admit
