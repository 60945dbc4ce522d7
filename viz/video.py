"""Films: frames drawn in several processes, encoded as they come, joined without loss.

A film is cut into parts of a few seconds.  Each is encoded into a hidden folder beside the output and
kept there until all are done, so a film that was interrupted goes on where it stopped; the folder's name
holds a hash of all that the frames depend on.  The output appears whole or not at all.
"""

from __future__ import annotations

import errno
import hashlib
import os
import pickle
import queue
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import IO, Any

import numpy as np

import geometry
from geometry.craft import build_craft
from geometry.craft.parameters import MeshCraft
from geometry.design import Design
from geometry.ephemeris import parse_utc
from geometry.orbit.parameters import ElementsOrbit
from geometry.validation import check_choice, check_in_range
from geometry.whole_files import whole_file
from viz.kernels import threads
from viz.machine import MissingOnMachineError
from viz.output import OutputExistsError, check_folder, check_output
from viz.pictures import picture
from viz.render import check_size
from viz.reprojection import SPAN
from viz.scene import Scene
from viz.shot_options import shot_time

try:
    import fcntl
except ImportError:  # pragma: no cover - no such lock on Windows
    fcntl = None  # type: ignore[assignment]  # a module, or none

Progress = Callable[[int, int], None]
PART_SECONDS = 1.6
CRF = 18
LARGEST_FILM = (4096, 2304)  # level 5.1 of H.264
NUMBER = re.compile(r"%0?[1-9]?d")


@dataclass(frozen=True, eq=False)
class FilmJob:
    """All that a worker must know."""

    design: Design
    shot: str
    at_utc: np.datetime64
    frames: int
    size: tuple[int, int]
    fps: int
    ffmpeg: str
    as_film: bool = True
    """Parts are encoded as parts of the film; else frame by frame without loss."""
    supersample: int = 2
    look: str = "dark"
    options: dict[str, Any] = field(default_factory=dict)
    prepared: Path | None = None
    """Arrays that all frames share, as npz."""

    def scenes(self) -> Callable[[int], Scene]:
        """Frame number -> Scene."""
        options = dict(self.options)
        if self.prepared is not None:
            with np.load(self.prepared) as arrays:
                options["prepared"] = dict(arrays)
        return picture(self.shot, film=True).film(self.design, self.at_utc, frames=self.frames, **options)


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
        folder = target.with_name(f"{_hidden_name(target)}-{_key(job)}")
        folder.mkdir(exist_ok=True)
        job = _prepared(job, module, folder)
        parts = _parts(job, folder)
        _draw(job, parts, max(1, processes or threads()), progress)
        _finish(job, kind, [file for _first, _last, file in parts], target)
        mine = f"{_hidden_name(target)}-"
        for leftover in target.parent.iterdir():  # of this film, and of earlier ones by the same name
            if leftover.name.startswith(mine) and leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
    return target


KINDS = ("mp4", "gif", "webp")


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


class FilmBusyError(RuntimeError):
    """Another process is making the same film."""


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


def encoder_words(words: bytes) -> str:
    """What ffmpeg said, on one line; of a full disk only that, and what to do."""
    text = " ".join(words.decode(errors="replace").split())
    if os.strerror(errno.ENOSPC) in text:
        return "no space left on the disk; free some and run the same command again: what is done is kept"
    return text


def _hidden_name(target: Path) -> str:
    """What the names of a film's hidden files begin with; ffmpeg reads % as a number."""
    return f".{target.name.replace('%', '')}.partial"


def _key(job: FilmJob) -> str:
    """Hash of all that the frames depend on."""
    digest = hashlib.sha256()
    design = job.design
    for part in (
        geometry.__version__,
        design.document.model_dump_json(),
        design.case,
        str(design.epoch_utc),
        job.shot,
        str(job.at_utc),
        repr((job.frames, job.size, job.fps, job.as_film, job.supersample, CRF, job.look)),
        repr(sorted(job.options.items())),
    ):
        digest.update(part.encode() + b"\0")
    if isinstance(design.orbit, ElementsOrbit):
        digest.update(Path(design.orbit.file).read_bytes())
    if isinstance(design.craft, MeshCraft):
        mesh = build_craft(design).mesh
        for values in (mesh.vertices_m, mesh.faces, mesh.front_surface, mesh.back_surface):
            digest.update(values.tobytes())
        digest.update(repr((mesh.surface_names, mesh.optics)).encode())
    return digest.hexdigest()[:16]


def _prepared(job: FilmJob, module: ModuleType, folder: Path) -> FilmJob:
    """The job with what its frames share, worked out unless it lies there from before."""
    make = getattr(module, "prepared", None)
    if make is None:
        return job
    file = folder / "prepared.npz"
    if not file.exists():
        try:
            with whole_file(file) as partial, partial.open("wb") as out:
                np.savez(out, **make(job.design, job.at_utc, **job.options))
        finally:
            if not file.exists():  # refused or interrupted: there is nothing to keep
                with suppress(OSError):
                    folder.rmdir()
    return replace(job, prepared=file)


def _parts(job: FilmJob, folder: Path) -> list[tuple[int, int, Path]]:
    """First frame, end and file of each part."""
    step = SPAN * max(1, round(PART_SECONDS * job.fps / SPAN))  # whole blocks of the Earth's keys
    starts = range(0, job.frames, step)
    return [
        (first, min(first + step, job.frames), folder / f"part-{number:05d}.mp4")
        for number, first in enumerate(starts)
    ]


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


# ------------------------------------------------------------------ workers


def _draw(
    job: FilmJob, parts: list[tuple[int, int, Path]], processes: int, progress: Progress | None
) -> None:
    """Draw the parts that are not there yet."""
    todo: queue.SimpleQueue[tuple[int, int, Path]] = queue.SimpleQueue()
    missing = [p for p in parts if not p[2].exists()]
    for part in missing:
        todo.put(part)
    done = job.frames - sum(last - first for first, last, _file in missing)
    events: queue.SimpleQueue[str] = queue.SimpleQueue()
    workers = [_worker(job) for _ in range(min(processes, len(missing)))]
    feeders = [threading.Thread(target=_feed, args=(w, job, todo, events), daemon=True) for w in workers]
    try:
        for feeder in feeders:
            feeder.start()
        if progress is not None:
            progress(done, job.frames)
        running = len(workers)
        while running:
            event = events.get()
            if event == "frame":
                done += 1
                if progress is not None:
                    progress(done, job.frames)
            elif event == "end":
                running -= 1
            elif event.startswith("error"):
                raise RuntimeError(f"the film stopped: {event.removeprefix('error ')}")
    finally:
        for worker in workers:
            worker.kill()
        for worker in workers:
            worker.wait()
            for pipe in (worker.stdin, worker.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()
    left = [file.name for _first, _last, file in parts if not file.exists()]
    if left:
        raise RuntimeError(f"the film stopped: {left[0]} was not made, its process ended early")


def _worker(job: FilmJob) -> subprocess.Popen[bytes]:
    """A process that waits for parts; it must not run the caller's script again, so no multiprocessing."""
    surroundings = os.environ | {
        "LP_NUM_THREADS": "1",
        "NUMBA_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(p or os.getcwd() for p in sys.path),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "viz.film_worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=surroundings,
    )


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


def _feed(
    worker: subprocess.Popen[bytes],
    job: FilmJob,
    todo: queue.SimpleQueue[tuple[int, int, Path]],
    events: queue.SimpleQueue[str],
) -> None:
    """Give one worker part after part, and pass on what it answers."""
    pipe = input_of(worker)
    with suppress(queue.Empty, OSError, ValueError):  # no part left, or the worker is gone
        pickle.dump(job, pipe)
        while True:
            first, last, file = todo.get_nowait()
            pipe.write(f"{first} {last} {file.resolve()}\n".encode())
            pipe.flush()
            for line in worker.stdout or ():
                word = line.decode(errors="replace").strip()
                if word == "part":
                    break
                events.put(word)
            else:
                break
    events.put("end")


# how a film without loss becomes what pages show
_PALETTE = "palettegen=stats_mode=diff"
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


def _finish(job: FilmJob, kind: str, files: list[Path], target: Path) -> None:
    """The parts as the file that was asked for, or as its numbered frames; whole or not at all."""
    if kind == "mp4":
        with whole_file(target) as joined:
            _join(job, files, joined)
        return
    whole = files[0].parent / "whole.mp4"
    _join(job, files, whole)
    command = [job.ffmpeg, "-y", "-loglevel", "error", "-i", str(whole), *_CONVERSIONS[kind]]
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
        [numbered / f"{number:09d}.png" for number in range(job.frames)],
        [target.with_name(target.name % number) for number in range(job.frames)],
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


def _join(job: FilmJob, files: list[Path], joined: Path) -> None:
    """The parts one after another in one file, not encoded again, its index in front."""
    folder = files[0].parent
    listing = folder / "parts.txt"
    listing.write_text("".join(f"file '{f.name}'\n" for f in files), encoding="utf-8")
    command = [
        job.ffmpeg, "-y", "-loglevel", "error", "-f", "concat", "-safe", "0", "-i", str(listing),
        "-c", "copy", "-video_track_timescale", str(1000 * job.fps), "-movflags", "+faststart", "-f", "mp4",
        str(joined),
    ]  # fmt: skip
    _run(command, "join the parts")
