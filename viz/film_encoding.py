"""Films by ffmpeg: frames into parts, parts into one file, and what else pages show."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from pathlib import Path
from typing import IO

from geometry.whole_files import whole_file
from viz.machine import MissingOnMachineError

CRF = 18  # of H.264: next to nothing of a frame is lost

# how a film without loss becomes what pages show
_CONVERSIONS: dict[str, list[str]] = {
    "gif": [
        "-vf",
        "split[a][b];[a]palettegen=stats_mode=diff[p];[b][p]paletteuse=dither=bayer",
        "-loop",
        "0",
    ],
    "webp": ["-c:v", "libwebp_anim", "-lossless", "0", "-q:v", "80", "-loop", "0"],
    "png": ["-f", "image2", "-start_number", "0", "-compression_level", "7"],
}


def ffmpeg_program() -> str:
    """Path of the ffmpeg that imageio-ffmpeg brings.

    Raises
    ------
    MissingOnMachineError
        It is not there or does not start.
    """
    try:
        from imageio_ffmpeg import get_ffmpeg_exe

        program = get_ffmpeg_exe()
        subprocess.run([program, "-version"], check=True, capture_output=True, timeout=30)
    except (ImportError, RuntimeError, OSError, subprocess.SubprocessError) as error:
        raise MissingOnMachineError(
            f"films need ffmpeg, and none was found ({type(error).__name__}); "
            "type: pip install --force-reinstall imageio-ffmpeg"
        ) from None
    return str(program)


def encoder_command(
    program: str, size: tuple[int, int], fps: int, file: Path, as_film: bool = True
) -> list[str]:
    """ffmpeg that takes raw RGB frames on its input; one thread, so that its bits are always the same."""
    if not as_film:
        return [
            program, "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24",
            "-s", f"{size[0]}x{size[1]}", "-r", str(fps), "-i", "-", "-an", "-threads", "1",
            "-c:v", "libx264rgb", "-preset", "ultrafast", "-qp", "0", str(file),
        ]  # fmt: skip
    return [
        program, "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24",
        "-s", f"{size[0]}x{size[1]}", "-r", str(fps), "-i", "-", "-an", "-threads", "1",
        "-vf", "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int",
        "-c:v", "libx264", "-preset", "veryfast", "-crf", str(CRF), "-g", str(2 * fps),
        "-x264-params", "aq-mode=3:bframes=2:colorprim=bt709:transfer=bt709:colormatrix=bt709",
        "-pix_fmt", "yuv420p",
        "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
        "-video_track_timescale", str(1000 * fps), str(file),
    ]  # fmt: skip


def input_of(process: subprocess.Popen[bytes]) -> IO[bytes]:
    """The pipe that a process reads from.

    Raises
    ------
    RuntimeError
        It was begun without one.
    """
    if process.stdin is None:
        raise RuntimeError(f"{process.args!r} was begun without a pipe for its input")
    return process.stdin


def encoder_words(words: bytes) -> str:
    """What ffmpeg said, on one line; of a full disk only that, and what to do."""
    text = " ".join(words.decode(errors="replace").split())
    if os.strerror(errno.ENOSPC) in text:
        return "no space left on the disk; free some and run the same command again: what is done is kept"
    return text


def finish(program: str, fps: int, frames: int, kind: str, files: list[Path], target: Path) -> None:
    """The parts as the file that was asked for, or as its numbered frames; whole or not at all.

    Parameters
    ----------
    program : str
        ffmpeg.
    fps, frames : int
        Frames per second, and how many there are.
    kind : {"mp4", "gif", "webp", "png"}
        "png": numbered frames.
    files : list of Path
        The parts in their order, in a folder of their own, which takes what is made on the way.
    target : Path
        The film; of frames, a name with one number in it.

    Raises
    ------
    RuntimeError
        ffmpeg failed, with what it said.
    """
    if kind == "mp4":
        with whole_file(target) as joined:
            _join(program, fps, files, joined)
        return
    whole = files[0].parent / "whole.mp4"
    _join(program, fps, files, whole)
    command = [program, "-y", "-loglevel", "error", "-i", str(whole), *_CONVERSIONS[kind]]
    if kind != "png":
        with whole_file(target) as made:
            _run([*command, str(made)], f"write the {kind}")
        return
    numbered = files[0].parent / "frames"
    numbered.mkdir(exist_ok=True)
    try:
        _run([*command, str(numbered / "%09d.png")], "write the frames")
    except BaseException:
        shutil.rmtree(numbered, ignore_errors=True)  # the film without loss is smaller, and enough
        raise
    aside = files[0].parent / "replaced"
    aside.mkdir(exist_ok=True)
    _put_in_place(
        [numbered / f"{number:09d}.png" for number in range(frames)],
        [target.with_name(target.name % number) for number in range(frames)],
        aside,
    )


def _put_in_place(made: list[Path], targets: list[Path], aside: Path) -> None:
    """Move files to their places; whatever stops it, Ctrl-C included, puts back what was there before."""
    begun: list[Path] = []
    try:
        for source, target in zip(made, targets, strict=True):
            begun.append(target)
            if target.exists():
                target.replace(aside / target.name)
            source.replace(target)
    except BaseException:
        for source, target in zip(made, begun, strict=False):
            before = aside / target.name
            if before.exists():
                before.replace(target)
            elif not source.exists():
                target.unlink(missing_ok=True)
        raise


def _run(command: list[str], purpose: str) -> None:
    """ffmpeg to its end.

    Raises
    ------
    RuntimeError
        With what it said.
    """
    ended = subprocess.run(command, capture_output=True, check=False)
    if ended.returncode != 0:
        words = encoder_words(ended.stderr) or ended.returncode
        raise RuntimeError(f"ffmpeg could not {purpose}: {words}")


def _join(program: str, fps: int, files: list[Path], joined: Path) -> None:
    """The parts one after another in one file, not encoded again, its index in front."""
    folder = files[0].parent
    listing = folder / "parts.txt"
    listing.write_text("".join(f"file '{f.name}'\n" for f in files), encoding="utf-8")
    command = [
        program, "-y", "-loglevel", "error", "-f", "concat", "-safe", "0", "-i", str(listing),
        "-c", "copy", "-video_track_timescale", str(1000 * fps), "-movflags", "+faststart", "-f", "mp4",
        str(joined),
    ]  # fmt: skip
    _run(command, "join the parts")
