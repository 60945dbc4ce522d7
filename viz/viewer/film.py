"""A film of a viewer's present view: frames as they come, into an MP4 that is whole or not there."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from viz.viewer.session import Session

FPS = 30
SECONDS = 10.0


class Film:
    """A running film.

    Parameters
    ----------
    path : Path
        Ends in `.mp4`; must not exist.
    size : tuple of 2 int
        Of the window; the film takes the even pixels of it.
    seconds, fps : float, int

    Raises
    ------
    RuntimeError
        No ffmpeg.
    """

    def __init__(self, path: Path, size: tuple[int, int], seconds: float = SECONDS, fps: int = FPS) -> None:
        from viz.film_encoding import encoder_command, ffmpeg_program

        self.path, self.size, self.fps = path, size, fps
        self.frames, self.frames_done = round(seconds * fps), 0
        self._even = (size[0] // 2 * 2, size[1] // 2 * 2)
        self._partial = path.with_name(f".{path.stem}.partial{path.suffix}")
        command = encoder_command(ffmpeg_program(), self._even, fps, self._partial)
        self._encoder = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)

    @property
    def is_complete(self) -> bool:
        """Whether all frames are in."""
        return self.frames_done >= self.frames

    def add(self, picture: NDArray[np.uint8]) -> None:
        """The next frame, sRGB (H, W, 3).

        Raises
        ------
        ValueError
            A frame of another size.
        OSError
            The encoder has ended.
        """
        if picture.shape[:2] != (self.size[1], self.size[0]):
            raise ValueError(f"a frame must have the film's {self.size}, got {picture.shape[1::-1]}")
        if self._encoder.stdin is None:
            raise OSError("the encoder takes no frames")
        self._encoder.stdin.write(np.ascontiguousarray(picture[: self._even[1], : self._even[0]]).tobytes())
        self.frames_done += 1

    def finish(self) -> Path:
        """Close the film; its path."""
        if self._encoder.stdin is not None:
            self._encoder.stdin.close()
        if self._encoder.wait() != 0:
            self.abandon()
            raise RuntimeError("ffmpeg could not write the film")
        self._partial.replace(self.path)
        return self.path

    def abandon(self) -> None:
        """Stop, and leave nothing behind."""
        self._encoder.kill()
        if self._encoder.stdin is not None:
            with suppress(OSError):  # it went before its last frame
                self._encoder.stdin.close()
        self._encoder.wait()
        self._partial.unlink(missing_ok=True)


class Filming:
    """Films a session as it plays; how far it is, and what became of it, stands in the status line.

    Parameters
    ----------
    session : Session
        Its `filming` is kept true to this.

    Attributes
    ----------
    film : Film or None
        The one that runs.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.film: Film | None = None

    def start(self, folder: Path, size: tuple[int, int]) -> None:
        """Begin, and let time play."""
        try:
            self._set(Film(free_path(folder, self.session, "mp4"), size))
        except (OSError, RuntimeError, ValueError) as error:
            self.session.say(f"no film: {error}", alert=True)
            return
        self.session.show(playing=True)

    def frame(
        self, picture_of: Callable[[tuple[int, int]], NDArray[np.uint8]]
    ) -> tuple[NDArray[np.uint8] | None, Path | None]:
        """One frame, as `picture_of` draws it at the film's size; the frame, and the file after the last."""
        film = self.film
        if film is None:
            return None, None
        self.session.tick(1.0 / film.fps)
        self.session.say(f"filming: {film.frames_done + 1} of {film.frames}")
        try:
            picture = picture_of(film.size)
            film.add(picture)
        except (OSError, RuntimeError, ValueError) as error:
            self.abandon(str(error))
            return None, None
        return picture, self.stop() if film.is_complete else None

    def stop(self) -> Path | None:
        """Keep what has been filmed; None where that is nothing."""
        film = self.film
        if film is None:
            return None
        if not film.frames_done:
            self.abandon("it was stopped before its first frame")
            return None
        self._set(None)
        self.session.show(playing=False)
        try:
            path = film.finish()
        except (OSError, RuntimeError) as error:
            film.abandon()
            self.session.say(f"no film: {error}", alert=True)
            return None
        self.session.say(f"wrote {path}, {film.frames_done / film.fps:.1f} s")
        return path

    def abandon(self, why: str = "") -> None:
        """Keep nothing, and say why."""
        if self.film is None:
            return
        self.film.abandon()
        self._set(None)
        self.session.show(playing=False)
        if why:
            self.session.say(f"no film: {why}", alert=True)

    def _set(self, film: Film | None) -> None:
        self.film, self.session.filming = film, film is not None


def free_path(folder: Path, session: Session, suffix: str) -> Path:
    """A name for the present view that no file has yet."""
    stem = view_name(session)
    for number in range(1, 10_000):
        path = folder / f"{stem}{'' if number == 1 else f'-{number}'}.{suffix}"
        if not path.exists():
            return path
    raise ValueError(f"{folder} is full of {stem}; move them away")


def view_name(session: Session) -> str:
    """Camera and moment, as a name of a file."""
    moment = str(np.datetime_as_string(session.state.at_utc, unit="s")).replace(":", "")
    return f"dawnring-{session.state.camera}-{moment}Z"
