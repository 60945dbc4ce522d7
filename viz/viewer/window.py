"""The desktop window: a session on a screen, by VTK."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import numpy as np
import vtkmodules.vtkRenderingUI
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkRenderWindow, vtkRenderWindowInteractor

from geometry.design import Design
from viz.image import write_png
from viz.opengl import require_display
from viz.titles import title_of
from viz.viewer.display import Display
from viz.viewer.film import Filming, free_path
from viz.viewer.frames import Frames
from viz.viewer.loads import FINE_TOLERANCE
from viz.viewer.offscreen import Pictures
from viz.viewer.paint import painted
from viz.viewer.pointer import Pointer
from viz.viewer.session import Session

_ = vtkmodules.vtkRenderingUI  # gives the interactor below its platform

IDLE_S = 0.012
KEY_NAMES = {
    "space": " ", "comma": ",", "period": ".", "less": "<", "greater": ">", "bracketleft": "[",
    "bracketright": "]", "plus": "+", "equal": "=", "minus": "-", "KP_Add": "+", "KP_Subtract": "-",
    "question": "?", "Left": "ArrowLeft", "Right": "ArrowRight", "Up": "ArrowUp", "Down": "ArrowDown",
    "Return": "Enter", "KP_Enter": "Enter", "ISO_Left_Tab": "Tab",
}  # fmt: skip
"""Names of X for keys whose name in a browser, as `viz.viewer.keys` has them, is another."""


class Window:
    """A session in a window of its own.

    Parameters
    ----------
    session : Session
    size : tuple of 2 int
        Pixels.
    folder : Path
        Where screenshots and films go.

    Raises
    ------
    OpenGLMissingError
        No display answers: VTK would end the process.
    """

    def __init__(self, session: Session, size: tuple[int, int] = (1280, 720), folder: Path = Path()) -> None:
        require_display()
        self.session, self.folder = session, folder
        self.pointer = Pointer(session)
        self._window = vtkRenderWindow()
        self._window.SetSize(*size)
        self._window.SetWindowName(f"dawnring  ·  {title_of(session.design)}")
        self.display = Display(self._window)
        self.frames = Frames(session, self.display)
        self.closed = False
        self._stale = True  # something is to be drawn
        self._fine = False  # what is shown is the picture at rest
        self.filming = Filming(session)
        self._aside = Pictures(session)  # of a film whose window has taken another size
        self._size = size
        self._interactor = self._window.MakeRenderWindowInteractor()
        self._ended = False
        self._listen(self._interactor)

    # ---------------------------------------------------------------- life

    def run(self) -> None:
        """Show the window until it is closed."""
        self._draw()
        self._interactor.Initialize()
        self._draw()
        self.session.warm_up()
        last = time.perf_counter()
        try:
            while not self.closed:
                self._interactor.ProcessEvents()
                now = time.perf_counter()
                self.step(now - last)
                last = now
        finally:
            self.close()

    def step(self, wall_s: float) -> None:
        """Let time pass and draw what has changed; sleep a little where nothing has."""
        if self.filming.film is not None:
            self._film_frame()
            return
        if self.session.tick(wall_s):
            self._stale = True
        size = self._window.GetSize()
        if size != self._size:
            self._size, self._stale = size, True
        if self._stale:
            self._draw()
        elif not self._fine and self.session.settled:
            self._draw(fine=True)
        else:
            time.sleep(IDLE_S)

    def close(self) -> None:
        """End; twice does no harm."""
        self.filming.abandon()
        self._aside.close()
        self.session.close()
        self.closed = True
        if not self._ended:
            self._ended = True
            self._interactor.TerminateApp()
            self._interactor.RemoveAllObservers()  # they hold this window
            self._window.Finalize()

    # ---------------------------------------------------------------- drawing

    def _draw(self, *, fine: bool = False) -> None:
        size = self.size
        self.frames.draw(size, fine=fine)
        self._draw_panels(size)
        self.display.render()
        self._stale, self._fine = False, fine

    def _draw_panels(self, size: tuple[int, int]) -> None:
        shown = [(p.name, (p.box[0], p.box[1]), painted(p)) for p in self.pointer.panels(size)]
        self.display.show_panels(shown)

    @property
    def size(self) -> tuple[int, int]:
        """Of the window, pixels; never smaller than what can be drawn."""
        width, height = self._window.GetSize()
        return max(width, 16), max(height, 16)

    # ---------------------------------------------------------------- events

    def _listen(self, interactor: vtkRenderWindowInteractor) -> None:
        interactor.SetInteractorStyle(None)  # type: ignore[arg-type]  # VTK takes None: no style
        for event, handler in {
            "LeftButtonPressEvent": self._press,
            "LeftButtonReleaseEvent": self._release,
            "MouseMoveEvent": self._move,
            "MouseWheelForwardEvent": lambda: self._wheel(1.0),
            "MouseWheelBackwardEvent": lambda: self._wheel(-1.0),
            "KeyPressEvent": self._key,
            "ExitEvent": self._exit,
            "ConfigureEvent": self._changed,
            "ExposeEvent": self._changed,
        }.items():
            interactor.AddObserver(
                event,  # type: ignore[arg-type]  # VTK takes names of events too
                lambda _caller, _event, call=handler: call(),
            )

    def _place(self) -> tuple[float, float]:
        x, y = self._interactor.GetEventPosition()
        return float(x), float(self.size[1] - 1 - y)

    def _press(self) -> None:
        self.pointer.press(self._place(), self.size)
        self._stale = True

    def _move(self) -> None:
        if self.pointer.move(self._place(), self.size):
            self._stale = True

    def _release(self) -> None:
        self._own(self.pointer.release(self._place(), self.size))
        self._stale = True

    def _wheel(self, steps: float) -> None:
        self.pointer.wheel(steps, self._place(), self.size)
        self._stale = True

    def _key(self) -> None:
        shift = bool(self._interactor.GetShiftKey())
        name = str(self._interactor.GetKeySym())
        back = shift or name == "ISO_Left_Tab"
        self._own(self.pointer.key(KEY_NAMES.get(name, name), self.size, shift=back))
        self._stale = True

    def _changed(self) -> None:
        self._stale = True

    def _exit(self) -> None:
        self.closed = True

    # ---------------------------------------------------------------- own commands

    def _own(self, command: str) -> None:
        if command == "close":
            self.closed = True
        elif command == "screenshot":
            self.screenshot()
        elif command == "panels":
            self.pointer.hidden = not self.pointer.hidden
        elif command == "film":
            if self.filming.film is None:
                self.filming.start(self.folder, self.size)
            else:
                self.filming.stop()

    def screenshot(self) -> Path | None:
        """The present view without panels, at its finest, as a PNG in the folder."""
        path = free_path(self.folder, self.session, "png")
        self.frames.draw(self.size, fine=True)
        try:
            write_png(self.display.grabbed(panels=False), path)
        except (OSError, ValueError) as error:
            self.session.say(str(error), alert=True)
            return None
        self.session.say(f"wrote {path}")
        self._stale = True
        return path

    def _film_frame(self) -> None:
        """One frame of the film, and what the window shows meanwhile."""
        self.filming.frame(self._film_picture)
        self.display.render()
        self._stale = True

    def _film_picture(self, size: tuple[int, int]) -> NDArray[np.uint8]:
        """The view at the film's size: the window's own, or beside it where the window was resized."""
        if size == self.size:
            self.frames.draw(size, fine=True)
            self._draw_panels(size)
            return self.display.grabbed(panels=False)
        picture = self._aside.picture(size, fine=True)
        self._draw()
        return picture


def show_window(
    design: Design,
    at_utc: np.datetime64 | None = None,
    size: tuple[int, int] = (1280, 720),
    *,
    tolerance: float = FINE_TOLERANCE,
) -> None:
    """Open a design in a window and return when it is closed.

    Raises
    ------
    OpenGLMissingError
        No display answers.
    KeyboardInterrupt
        Ctrl-C or a polite end (SIGTERM), once everything is closed.
    """
    window = Window(Session(design, at_utc, tolerance=tolerance), size)
    told: list[int] = []

    def end(number: int, _frame: object) -> None:
        # not raised from here: VTK would swallow it inside the handler of an event
        told.append(number)
        window.closed = True

    kept = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        window.run()
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
    if told:
        raise KeyboardInterrupt
