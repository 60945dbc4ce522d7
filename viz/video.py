"""Films: frames drawn in several processes, encoded as they come, joined without loss.

A film is cut into parts of a few seconds.  Each is encoded into a hidden folder beside the output and
kept there until all are done, so a film that was interrupted goes on where it stopped; the folder's name
holds a hash of all that the frames depend on.  The output appears whole or not at all.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from geometry.design import Design
from geometry.ephemeris import parse_utc
from geometry.validation import check_choice, check_in_range
from viz.film_encoding import ffmpeg_program, finish
from viz.film_job import FilmJob, film_key, parts_of, with_prepared
from viz.film_workers import Progress, draw_parts
from viz.kernels import threads
from viz.output import OutputExistsError, check_folder, check_output
from viz.pictures import picture
from viz.render import check_size
from viz.shot_options import shot_time

try:
    import fcntl
except ImportError:  # pragma: no cover - no such lock on Windows
    fcntl = None  # type: ignore[assignment]  # a module, or none

LARGEST_FILM = (4096, 2304)  # level 5.1 of H.264
KINDS = ("mp4", "gif", "webp")
NUMBER = re.compile(r"%0?[1-9]?d")


class FilmBusyError(RuntimeError):
    """Another process is making the same film."""


def write_video(
    shot: str,
    design: Design,
    path: str | os.PathLike[str],
    *,
    seconds: float = 20.0,
    fps: int = 30,
    size: tuple[int, int] = (1920, 1080),
    at: str | np.datetime64 | None = None,
    look: str = "dark",
    force: bool = False,
    processes: int | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> Path:
    """Draw a film: MP4 (H.264, yuv420p, playable while it loads), GIF, WebP, or numbered PNGs.

    Parameters
    ----------
    shot : str
        One of `viz.films()`.
    design : Design
    path : path
        Ends in `.mp4`, `.gif` or `.webp`; or numbered frames, `frames/%05d.png`, whose folder is there.
    seconds, fps : float, int
        Length and frames per second; at least two frames.
    size : tuple of 2 int
        Width and height in pixels; of an MP4 both even, and at most 4096 x 2304.
    at : datetime64 or ISO 8601 text, optional
        UTC of the first frame; default the time that suits the shot, or the design's epoch.
    look : {"dark", "light"}
        Theme, as of a still.
    force : bool
        Replace an existing file.
    processes : int, optional
        Default one for each processor.
    progress : callable, optional
        Called with the number of frames done and of all frames.
    **options
        As `film` of the shot takes them.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        An odd size, an unknown shot, a length or rate out of range, a path that cannot be used.
    FilmBusyError
        Another process is making the same file.
    MissingOnMachineError
        No ffmpeg.
    RuntimeError
        A frame or the encoder failed; finished parts are kept.
    """
    target = Path(path)
    module = picture(shot, film=True)
    frames = check_length(seconds, fps)
    kind = check_film_output(target, frames, force=force)
    size = check_film_size(size) if kind == "mp4" else check_size(size)
    check_choice(look, ("dark", "light"), name="theme")
    moment = parse_utc(shot_time(module, design) if at is None else at, name="at")
    job = FilmJob(
        design, shot, moment, frames, size, fps, ffmpeg_program(), kind == "mp4", look=look, options=options
    )
    if not hasattr(module, "prepared"):
        job.scenes()(0)  # refuses here, once
    with _alone(target):
        folder = target.with_name(f"{_hidden_name(target)}-{film_key(job)}")
        folder.mkdir(exist_ok=True)
        job = with_prepared(job, module, folder)
        parts = parts_of(job, folder)
        draw_parts(job, parts, max(1, processes or threads()), progress)
        files = [file for _first, _last, file in parts]
        finish(job.ffmpeg, fps, frames, kind, files, target)
        mine = f"{_hidden_name(target)}-"
        for leftover in target.parent.iterdir():  # of this film, and of earlier ones by the same name
            if leftover.name.startswith(mine) and leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
    return target


def check_film_output(target: Path, frames: int, *, force: bool = False) -> str:
    """Kind of a film's output: "mp4", "gif", "webp", or "png" for numbered frames.

    Raises
    ------
    ValueError, PermissionError
        As `output.check_output`; a pattern without one number, a folder that is not there, a frame that is.
    """
    if target.suffix.lower() != ".png":
        return check_output(target, KINDS, force=force)
    if len(NUMBER.findall(target.name)) != 1 or target.name.count("%") != 1:
        raise ValueError(
            f"numbered frames need one number in their name, such as frames/%05d.png, got {str(target)!r}"
        )
    check_folder(target.parent, name="folder of the frames")
    for number in range(frames):
        file = target.with_name(target.name % number)
        if file.is_dir():
            raise ValueError(f"output {str(file)!r} is a folder; name a file in it")
        if file.exists() and not force:
            raise OutputExistsError(f"output {str(file)!r} exists; --force replaces it")
    return "png"


def check_film_size(size: tuple[int, int]) -> tuple[int, int]:
    """Width and height, both even: colours are stored for two by two pixels."""
    size = check_size(size)
    if size[0] > LARGEST_FILM[0] or size[1] > LARGEST_FILM[1]:
        raise ValueError(
            f"size of a film must be at most {LARGEST_FILM[0]}x{LARGEST_FILM[1]} (browsers decode no larger "
            f"H.264), got {size[0]}x{size[1]}; take numbered frames instead: -o frames/%05d.png"
        )
    for name, value in zip(("width", "height"), size, strict=True):
        if value % 2:
            raise ValueError(
                f"{name} of a film must be even (colours are stored for 2 x 2 pixels), got {value}; "
                f"take {value - 1} or {value + 1}"
            )
    return size


def check_length(seconds: float, fps: int) -> int:
    """Frames of a film: `seconds` in (0, 3600] at `fps`, a whole number from 1 to 120."""
    check_in_range(seconds, 0.0, 3600.0, name="seconds", unit="s")
    if int(fps) != fps:
        raise ValueError(f"fps must be a whole number, got {fps!r}")
    check_in_range(fps, 1, 120, name="fps")
    frames = round(seconds * fps)
    if frames < 2:
        raise ValueError(f"a film takes at least 2 frames, got {seconds:g} s at {fps} a second")
    return frames


def _hidden_name(target: Path) -> str:
    """What the names of a film's hidden files begin with; ffmpeg reads % as a number."""
    return f".{target.name.replace('%', '')}.partial"


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Hold the lock of an output; refuse when another process holds it."""
    file = target.with_name(f"{_hidden_name(target)}.lock")
    while True:
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
        if fcntl is not None:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(handle)
                raise FilmBusyError(
                    f"another run is making {str(target)!r}; wait for it, or choose another name"
                ) from None
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), file.stat()):
                break
        os.close(handle)  # the file of a run that has just ended: take a new one
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
        os.close(handle)
