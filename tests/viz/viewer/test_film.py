"""A film of the present view: whole, or not there."""

import subprocess

import numpy as np
import pytest

from viz.video import ffmpeg_program
from viz.viewer.film import Film


@pytest.fixture(autouse=True)
def _ffmpeg():
    """Where the machine has none, nothing can be filmed."""
    try:
        ffmpeg_program()
    except RuntimeError as error:
        pytest.skip(str(error))


def frame(level: int) -> np.ndarray:
    return np.full((49, 65, 3), level, np.uint8)


class TestFilmLaw:
    def test_holds_every_frame_at_even_pixels(self, tmp_path):
        film = Film(tmp_path / "a.mp4", (65, 49), seconds=0.2, fps=30)
        for k in range(film.frames):
            assert not film.is_complete
            film.add(frame(40 * k))
        assert film.is_complete
        assert film.finish() == tmp_path / "a.mp4"
        raw = subprocess.run(
            [
                ffmpeg_program(),
                "-v",
                "error",
                "-i",
                tmp_path / "a.mp4",
                "-f",
                "rawvideo",
                "-pix_fmt",
                "gray",
                "-",
            ],
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        levels = np.frombuffer(raw, np.uint8).reshape(6, 48, 64).mean(axis=(1, 2))
        # of a lossy codec, and of gray between video and full range: a step is 40
        assert np.abs(levels - 40.0 * np.arange(6)).max() < 8.0

    def test_leaves_nothing_behind_when_abandoned(self, tmp_path):
        film = Film(tmp_path / "a.mp4", (64, 48))
        film.add(frame(9)[:48, :64])
        film.abandon()
        assert list(tmp_path.iterdir()) == []


class TestFilmRefusal:
    def test_a_window_of_another_size(self, tmp_path):
        film = Film(tmp_path / "a.mp4", (64, 48))
        with pytest.raises(ValueError, match="must have the film's"):
            film.add(frame(9))
        film.abandon()
