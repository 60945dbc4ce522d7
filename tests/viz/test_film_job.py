"""What a film is made from."""

import numpy as np

from geometry.design import load_design
from viz.film_job import FilmJob, film_key

DESIGN = load_design("solar_slice", ["ring.satellites_per_plane=50"])
SIZE = (96, 54)


class TestKeyLaw:
    def test_the_key_knows_a_mesh_by_what_it_holds(self, tmp_path):
        keys = set()
        for width in (1, 2, 1):
            (tmp_path / "own.obj").write_text(f"o plate\nv 0 0 0\nv {width} 0 0\nv 0 1 0\nf 1 2 3\n")
            design = load_design(tmp_path / "own.obj")
            keys.add(film_key(FilmJob(design, "satellite", design.epoch_utc, 32, SIZE, 5, "")))
        assert len(keys) == 2

    def test_the_key_holds_all_that_frames_depend_on(self):
        def key(design=DESIGN, **changes):
            fields = {"shot": "ring", "at_utc": DESIGN.epoch_utc, "frames": 16, "size": SIZE, "fps": 5}
            return film_key(FilmJob(design, ffmpeg="", **(fields | changes)))

        other = load_design("solar_slice", ["ring.satellites_per_plane=51"])
        keys = [
            key(),
            key(other),
            key(size=(98, 54)),
            key(fps=6),
            key(frames=17),
            key(at_utc=DESIGN.epoch_utc + np.timedelta64(1, "s")),
            key(options={"captions": False}),
        ]
        assert len(set(keys)) == len(keys)
        assert key() == key(load_design("solar_slice", ["ring.satellites_per_plane=50"]))
