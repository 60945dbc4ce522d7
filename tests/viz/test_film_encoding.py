"""Films by ffmpeg: whole or not at all, and what it says when it fails."""

import os

import pytest

from viz.film_encoding import _put_in_place, encoder_words, ffmpeg_program
from viz.machine import MissingOnMachineError


class TestFramesLaw:
    def test_frames_come_whole_or_not_at_all(self, tmp_path):
        made = [tmp_path / f"new-{k}" for k in range(3)]
        for file in made[:2]:  # the third is missing
            file.write_bytes(b"new")
        shown = tmp_path / "frames"
        for folder in (shown, tmp_path / "aside"):
            folder.mkdir()
        (shown / "1.png").write_bytes(b"mine")
        with pytest.raises(FileNotFoundError):
            _put_in_place(made, [shown / f"{k}.png" for k in range(3)], tmp_path / "aside")
        assert [(f.name, f.read_bytes()) for f in shown.iterdir()] == [("1.png", b"mine")]


class TestRefusal:
    def test_a_full_disk_is_one_thing_to_say(self):
        said = b"[libx264 @ 0x5]  No space left on device\n  Last message repeated 1 times\n"
        assert encoder_words(said).startswith("no space left on the disk; free some")
        assert encoder_words(b" an odd\n size ") == "an odd size"

    def test_no_ffmpeg(self, monkeypatch):
        monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", os.devnull)
        with pytest.raises(MissingOnMachineError, match="films need ffmpeg"):
            ffmpeg_program()
