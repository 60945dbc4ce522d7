"""What a film is made from: all that its frames depend on, and the parts that it is drawn in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import geometry
from geometry.craft import build_craft
from geometry.craft.parameters import MeshCraft
from geometry.design import Design
from geometry.orbit.parameters import ElementsOrbit
from geometry.whole_files import whole_file
from viz.film_encoding import CRF
from viz.pictures import picture
from viz.reprojection import SPAN
from viz.scene import Scene

PART_SECONDS = 1.6


@dataclass(frozen=True, eq=False)
class FilmJob:
    """All that a worker must know.

    Parameters
    ----------
    design : Design
    shot : str
        One of `viz.films()`.
    at_utc : datetime64
        Of the first frame.
    frames : int
    size : tuple of 2 int
        Width and height, pixels.
    fps : int
    ffmpeg : str
        Path of the program.
    as_film : bool
        Whether parts are encoded as parts of the film; else frame by frame without loss.
    supersample, look
        As `render_scene` takes them.
    options : dict
        As `film` of the shot takes them.
    prepared : Path or None
        Arrays that all frames share, as npz.
    """

    design: Design
    shot: str
    at_utc: np.datetime64
    frames: int
    size: tuple[int, int]
    fps: int
    ffmpeg: str
    as_film: bool = True
    supersample: int = 2
    look: str = "dark"
    options: dict[str, Any] = field(default_factory=dict)
    prepared: Path | None = None

    def scenes(self) -> Callable[[int], Scene]:
        """Frame number -> Scene."""
        options = dict(self.options)
        if self.prepared is not None:
            with np.load(self.prepared) as arrays:
                options["prepared"] = dict(arrays)
        return picture(self.shot, film=True).film(self.design, self.at_utc, frames=self.frames, **options)


def film_key(job: FilmJob) -> str:
    """Hash of all that the frames depend on, 16 hexadecimal digits."""
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


def with_prepared(job: FilmJob, module: ModuleType, folder: Path) -> FilmJob:
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


def parts_of(job: FilmJob, folder: Path) -> list[tuple[int, int, Path]]:
    """First frame, end and file of each part."""
    step = SPAN * max(1, round(PART_SECONDS * job.fps / SPAN))  # whole blocks of the Earth's keys
    starts = range(0, job.frames, step)
    return [
        (first, min(first + step, job.frames), folder / f"part-{number:05d}.mp4")
        for number, first in enumerate(starts)
    ]
