"""Work in the background of a viewer: of each kind only the newest request counts."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable
from typing import Any

LAST_S = 8.0  # for which the end of the program waits for what runs


class NewestOnly:
    """Runs functions one after another in a thread; a request of a kind replaces one that has not begun.

    Results are fetched by `finished`, in the thread of the window.  The thread is a daemon; the end of the
    program waits a little for what runs: libraries that are torn down under it end the process by force.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: dict[str, tuple[Any, Callable[[], Any]]] = {}
        self._done: list[tuple[str, Any, Any]] = []
        self._running: str | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._work_to_the_end, name="viewer-tasks", daemon=True)
        self._thread.start()
        atexit.register(self._end)

    def ask(self, kind: str, tag: Any, function: Callable[[], Any]) -> None:
        """Run `function` when its turn comes; its result is handed out with `tag`."""
        with self._changed:
            self._waiting[kind] = (tag, function)
            self._changed.notify_all()

    def forget(self, kind: str) -> None:
        """Drop a request of this kind that has not begun."""
        with self._changed:
            self._waiting.pop(kind, None)

    def finished(self) -> list[tuple[str, Any, Any]]:
        """(kind, tag, result or the exception) of everything done since the last call."""
        with self._changed:
            done, self._done = self._done, []
        return done

    @property
    def busy(self) -> bool:
        """Whether anything runs or waits."""
        with self._changed:
            return bool(self._waiting) or self._running is not None

    def close(self) -> None:
        """Take no more work; what runs is left to end by itself."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()

    def _end(self) -> None:
        """At the end of the program."""
        self.close()
        self._thread.join(LAST_S)

    def _work_to_the_end(self) -> None:
        try:
            self._work()
        finally:
            atexit.unregister(self._end)

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                kind = next(iter(self._waiting))
                tag, function = self._waiting.pop(kind)
                self._running = kind
            try:
                result: Any = function()
            except (ValueError, OSError, MemoryError) as error:  # told in the panel, not lost in a thread
                result = error
            except RuntimeError:
                if self._closed:  # the program ends: no thread can be begun any more
                    return
                raise
            with self._changed:
                self._running = None
                if not self._closed:
                    self._done.append((kind, tag, result))
