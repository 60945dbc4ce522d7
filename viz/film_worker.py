"""Draws parts of a film: the process that `film_workers` starts, one for each processor.

Not imported by anything: `python -m viz.film_worker`.  It takes a pickled `FilmJob` on its standard
input, then one line for each part, `first last file`; it answers `frame` after every frame, `part` after
every part, and one line `error ...` when something fails.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

from viz.film_encoding import encoder_command, encoder_words, input_of
from viz.film_job import FilmJob
from viz.render import render_scene
from viz.reprojection import EarthFrames


class ParentGoneError(Exception):
    """Nobody waits for this film any more."""


def main() -> None:
    """Serve until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides, and ends this process
    answers = sys.stdout
    sys.stdout = sys.stderr
    parent = os.getppid()
    job: FilmJob = pickle.load(sys.stdin.buffer)
    try:
        frame = job.scenes()
        earth = EarthFrames(frame, job.frames, job.size)
        for line in sys.stdin.buffer:
            first, last, file = line.decode().rstrip("\n").split(" ", 2)
            _part(job, earth, int(first), int(last), Path(file), answers, parent)
            print("part", file=answers, flush=True)
    except (ParentGoneError, BrokenPipeError):
        os._exit(1)  # nobody is there to be told
    except (ValueError, OSError, RuntimeError) as error:
        kind = "" if type(error) is RuntimeError else f"{type(error).__name__}: "
        print(f"error {kind}{error}".replace("\n", " "), file=answers, flush=True)
        sys.exit(1)


def _part(
    job: FilmJob,
    earth: EarthFrames,
    first: int,
    last: int,
    file: Path,
    answers: IO[str],
    parent: int,
) -> None:
    """Draw frames `first` to `last` - 1 into `file`, which appears only when it is whole."""
    partial = file.with_suffix(".unfinished.mp4")
    encoder = subprocess.Popen(
        encoder_command(job.ffmpeg, job.size, job.fps, partial, job.as_film),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    written, pipe = 0, input_of(encoder)
    try:
        for number in range(first, last):
            if os.getppid() != parent:
                raise ParentGoneError
            scene = earth.scene(number)
            image = render_scene(scene, job.size, job.supersample, earth.layer(number), look=job.look)
            try:
                pipe.write(image.data)
            except BrokenPipeError:
                break  # it has ended, and says why below
            written += 1
            print("frame", file=answers, flush=True)
    except BaseException:
        encoder.kill()
        encoder.wait()
        raise
    _output, words = encoder.communicate()
    if encoder.returncode != 0 or written != last - first:
        partial.unlink(missing_ok=True)
        raise RuntimeError(f"ffmpeg failed on {file.name}: {encoder_words(words) or encoder.returncode}")
    partial.replace(file)


if __name__ == "__main__":
    main()
