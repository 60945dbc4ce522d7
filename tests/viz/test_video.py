"""Films: whole or not at all, resumed, refused, and with the frames that were asked for."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geometry.design import load_design
from viz import pictures
from viz.film_encoding import ffmpeg_program
from viz.pictures import ring
from viz.render import render_scene
from viz.reprojection import EarthFrames
from viz.video import (
    FilmBusyError,
    check_film_size,
    check_length,
    write_video,
)

DESIGN = load_design("solar_slice", ["ring.satellites_per_plane=50"])
SIZE = (96, 54)
LENGTH = {"seconds": 6.4, "fps": 5, "size": SIZE}  # two parts of sixteen frames


def _frames(file: Path) -> np.ndarray:
    raw = subprocess.run(
        [ffmpeg_program(), "-loglevel", "error", "-i", str(file), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        capture_output=True,
        check=True,
    ).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, SIZE[1], SIZE[0], 3)


def _hidden(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir() if p.name.startswith("."))


class TestFilmLaw:
    def test_an_interrupted_film_goes_on_where_it_stopped(self, tmp_path):
        target = tmp_path / "film.mp4"
        seen = []

        def until_the_second_part(done, total):
            seen.append(done)
            if done >= 24:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            write_video("ring", DESIGN, target, processes=1, progress=until_the_second_part, **LENGTH)
        assert not target.exists()
        assert any(name.startswith(".film.mp4.partial-") for name in _hidden(tmp_path))
        assert seen[-1] == 24

        again = []
        assert (
            write_video("ring", DESIGN, target, processes=1, progress=lambda *d: again.append(d), **LENGTH)
            == target
        )
        assert again[0] == (16, 32)  # the first part was there
        assert again[-1] == (32, 32)
        assert _hidden(tmp_path) == []

        shown = _frames(target)
        assert len(shown) == 32
        film = ring.film(DESIGN, frames=32)
        for number in (0, 15, 16, 31):  # the seam between the parts included
            drawn = render_scene(film(number), SIZE).astype(float)
            # H.264 at crf 18 with halved colour: a few codes in the mean, far less than between frames
            assert np.abs(shown[number] - drawn).mean() < 6.0
        words = subprocess.run(
            [ffmpeg_program(), "-hide_banner", "-i", str(target)], capture_output=True, text=True, check=False
        ).stderr
        assert "Video: h264" in words
        assert "yuv420p(tv, bt709" in words
        assert "96x54" in words
        assert "5 fps" in words
        assert "00:00:06.40" in words
        # playable while it loads: the index stands before the pictures
        data = target.read_bytes()
        assert 0 < data.find(b"moov") < data.find(b"mdat")

    def test_a_worker_ends_with_its_parent(self, tmp_path):
        code = (
            "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
            "from geometry.design import load_design; from viz.video import write_video\n"
            "say = lambda done, total: print(done, flush=True)\n"
            f"write_video('ring', load_design('solar_slice'), {str(tmp_path / 'film.mp4')!r},\n"
            "            seconds=60, fps=30, size=(96, 54), processes=1, progress=say)\n"
        )
        run = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path.cwd()
        )
        for line in run.stdout:
            if int(line) >= 3:
                break
        with pytest.raises(FilmBusyError, match="another run is making"):
            write_video("ring", DESIGN, tmp_path / "film.mp4", **LENGTH)
        workers = _children(run.pid)
        assert workers
        run.send_signal(signal.SIGINT)
        _out, words = run.communicate(timeout=20)
        assert b"KeyboardInterrupt" in words
        assert not (tmp_path / "film.mp4").exists()
        deadline = time.monotonic() + 10.0
        while any(Path(f"/proc/{w}").exists() for w in workers) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not any(Path(f"/proc/{w}").exists() for w in workers)


class TestOtherKinds:
    def test_numbered_frames_are_the_frames(self, tmp_path):
        brief = LENGTH | {"seconds": 0.8, "fps": 5}
        write_video("ring", DESIGN, tmp_path / "f%03d.png", processes=1, **(brief | {"size": (97, 55)}))
        assert sorted(p.name for p in tmp_path.iterdir()) == [f"f00{k}.png" for k in range(4)]
        film = ring.film(DESIGN, frames=4)
        shown = np.asarray(Image.open(tmp_path / "f002.png"))
        earth = EarthFrames(film, 4, (97, 55))
        np.testing.assert_array_equal(shown, render_scene(film(2), (97, 55), earth=earth.layer(2)))
        with pytest.raises(ValueError, match=r"f000.png' exists"):
            write_video("ring", DESIGN, tmp_path / "f%03d.png", **brief)

    @pytest.mark.parametrize("kind", ["gif", "webp"])
    def test_pictures_for_pages(self, tmp_path, kind):
        file = tmp_path / f"film.{kind}"
        write_video("ring", DESIGN, file, processes=1, seconds=0.8, fps=5, size=SIZE)
        with Image.open(file) as opened:
            assert opened.n_frames == 4
            assert opened.size == SIZE
        assert _hidden(tmp_path) == []

    @pytest.mark.slow
    def test_one_worker_or_two_give_the_same_bytes(self, tmp_path):
        for name, count in (("one", 1), ("two", 2), ("again", 2)):
            write_video("ring", DESIGN, tmp_path / f"{name}.mp4", processes=count, **LENGTH)
        first, *others = ((tmp_path / f"{n}.mp4").read_bytes() for n in ("one", "two", "again"))
        assert others == [first, first]


def _children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            if parent == pid:
                found.append(int(entry.name))
    return found


class TestFilmRefusal:
    @pytest.mark.parametrize(("size", "word"), [((1921, 1080), "width"), ((1920, 1081), "height")])
    def test_odd_sizes(self, size, word):
        with pytest.raises(ValueError, match=rf"{word} of a film must be even .* got \d+; take"):
            check_film_size(size)

    def test_what_is_refused_leaves_nothing_behind(self, tmp_path):
        with pytest.raises(ValueError, match="surface 'nope' is unknown"):
            write_video("sees", DESIGN, tmp_path / "film.mp4", surface="nope", **LENGTH)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), 4000.0])
    def test_lengths(self, seconds):
        with pytest.raises(ValueError, match=r"seconds must lie in|at least 2 frames"):
            check_length(seconds, 30)

    def test_rates(self):
        with pytest.raises(ValueError, match="fps must be a whole number"):
            check_length(10.0, 29.97)
        with pytest.raises(ValueError, match="fps must lie in"):
            check_length(10.0, 1000)

    def test_sizes_that_no_browser_plays(self):
        with pytest.raises(ValueError, match=r"at most 4096x2304 .* got 7680x4320; take numbered frames"):
            check_film_size((7680, 4320))

    def test_frames_without_a_number(self, tmp_path):
        with pytest.raises(ValueError, match="one number in their name"):
            write_video("ring", DESIGN, tmp_path / "frame.png", **LENGTH)

    def test_an_existing_file_is_kept(self, tmp_path):
        (tmp_path / "film.mp4").write_bytes(b"mine")
        with pytest.raises(ValueError, match="exists"):
            write_video("ring", DESIGN, tmp_path / "film.mp4", **LENGTH)
        assert (tmp_path / "film.mp4").read_bytes() == b"mine"

    def test_another_kind_of_file(self, tmp_path):
        with pytest.raises(ValueError, match=r"\.mp4"):
            write_video("ring", DESIGN, tmp_path / "film.avi", **LENGTH)

    def test_a_still_is_no_film(self, tmp_path, monkeypatch):
        monkeypatch.setattr(pictures, "films", lambda: {"ring": "the ring"})
        with pytest.raises(ValueError, match=r"'satellite' is a still and no film; films are .*ring"):
            write_video("satellite", DESIGN, tmp_path / "film.mp4", **LENGTH)

    def test_an_unknown_theme(self, tmp_path):
        with pytest.raises(ValueError, match="theme 'lihgt' is unknown; did you mean 'light'"):
            write_video("ring", DESIGN, tmp_path / "film.mp4", look="lihgt", **LENGTH)

    def test_an_unknown_shot(self, tmp_path):
        with pytest.raises(ValueError, match="shot 'rong' is unknown; did you mean 'ring'"):
            write_video("rong", DESIGN, tmp_path / "film.mp4", **LENGTH)
