"""The processes that draw the parts of a film: begun, fed and ended here."""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from viz.film_encoding import input_of
from viz.film_job import FilmJob

Progress = Callable[[int, int], None]


def draw_parts(
    job: FilmJob, parts: list[tuple[int, int, Path]], processes: int, progress: Progress | None
) -> None:
    """Draw the parts that are not there yet.

    Parameters
    ----------
    job : FilmJob
    parts : list
        First frame, end and file of each, as `film_job.parts_of` gives them.
    processes : int
    progress : callable or None
        Called with the number of frames done and of all frames.

    Raises
    ------
    RuntimeError
        A frame or the encoder failed, or a process ended early; parts that are done are kept.
    """
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
