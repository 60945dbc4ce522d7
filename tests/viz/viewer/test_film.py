"""A film of the present view: whole, or not there."""

import subprocess

import numpy as np
import pytest

from viz.video import ffmpeg_program
from viz.viewer.film import Film, Filming


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


class TestFilmingLaw:
    def test_plays_tells_and_keeps_what_was_filmed(self, make_session, tmp_path):
        session = make_session()
        filming = Filming(session)
        filming.start(tmp_path, (64, 48))
        began = session.state.at_utc
        for _ in range(3):
            picture, path = filming.frame(lambda size: frame(90)[: size[1], : size[0]])
            assert picture is not None
            assert path is None
        assert session.filming
        assert session.message == "filming: 3 of 300"
        # three frames of 1/30 s at a minute a second
        assert session.state.at_utc - began == np.timedelta64(6, "s")
        assert filming.stop() == next(tmp_path.glob("dawnring-free-*.mp4"))
        assert not session.filming
        assert not session.state.playing

    def test_a_frame_that_cannot_be_drawn_leaves_nothing(self, make_session, tmp_path):
        session = make_session()
        filming = Filming(session)
        filming.start(tmp_path, (64, 48))
        assert filming.frame(lambda _size: frame(90)) == (None, None)
        assert session.alert
        assert not list(tmp_path.iterdir())

    def test_an_end_before_the_first_frame_is_told(self, make_session, tmp_path):
        session = make_session()
        filming = Filming(session)
        filming.start(tmp_path, (64, 48))
        assert filming.stop() is None
        assert "before its first frame" in session.message
        assert not list(tmp_path.iterdir())


class TestFilmRefusal:
    def test_a_window_of_another_size(self, tmp_path):
        film = Film(tmp_path / "a.mp4", (64, 48))
        with pytest.raises(ValueError, match="must have the film's"):
            film.add(frame(9))
        film.abandon()
