"""A film of a viewer's present view: frames as they come, into an MP4 that is whole or not there."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

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
        from viz.video import encoder_command, ffmpeg_program

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
            The window has changed its size.
        OSError
            The encoder has ended.
        """
        if picture.shape[:2] != (self.size[1], self.size[0]):
            raise ValueError("the window has changed its size while it was filmed")
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
