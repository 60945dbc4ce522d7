"""`import viz` in a few lines."""

import numpy as np
import pytest
from PIL import Image

import viz
import viz.render  # the module has the name of the function: both must keep working
from geometry import load_design

DESIGN = load_design("solar_slice", ["ring.satellites_per_plane=10"])


class TestFacadeLaw:
    def test_a_still_in_one_line(self, tmp_path):
        assert viz.render("ring", DESIGN, tmp_path / "ring.png", size=(96, 54)) == tmp_path / "ring.png"
        assert Image.open(tmp_path / "ring.png").size == (96, 54)

    def test_options_and_times_reach_the_shot(self, tmp_path):
        pictures = []
        for name, options in (
            ("a", {}),
            ("b", {"captions": False}),
            ("c", {"at": "2027-06-20T12:00:00Z", "captions": False}),
        ):
            viz.render("ring", DESIGN, tmp_path / f"{name}.png", size=(320, 180), **options)
            pictures.append(np.asarray(Image.open(tmp_path / f"{name}.png")))
        assert (pictures[0] != pictures[1]).any()
        assert (pictures[1] != pictures[2]).any()

    def test_names_are_listed(self):
        assert "ring" in viz.shots()
        assert "ring" in viz.films()
        assert {"render", "write_video", "Scene", "Camera"} <= set(dir(viz))
        assert viz.render.check_size((32, 32)) == (32, 32)
        with pytest.raises(ValueError, match=r"width must lie in \[16, 16384\] pixels, got 9999999$"):
            viz.render.check_size((9_999_999, 32))


class TestFacadeRefusal:
    def test_an_unknown_name(self):
        with pytest.raises(AttributeError, match="no attribute 'rendr'"):
            viz.rendr  # noqa: B018

    @pytest.mark.parametrize("size", [(8, 100), (100, 20000), (100.5, 100), (100,)])
    def test_sizes(self, size, tmp_path):
        with pytest.raises(ValueError, match=r"width|height|size"):
            viz.render("ring", DESIGN, tmp_path / "ring.png", size=size)
        assert not list(tmp_path.iterdir())

    def test_an_existing_file_is_kept_unless_forced(self, tmp_path):
        target = tmp_path / "ring.png"
        target.write_bytes(b"mine")
        with pytest.raises(ValueError, match="exists"):
            viz.render("ring", DESIGN, target, size=(96, 54))
        assert target.read_bytes() == b"mine"
        viz.render("ring", DESIGN, target, size=(96, 54), force=True)
        assert target.read_bytes()[:4] == b"\x89PNG"

    def test_a_folder_that_is_not_there(self, tmp_path):
        with pytest.raises(ValueError, match="folder"):
            viz.render("ring", DESIGN, tmp_path / "nowhere" / "ring.png", size=(96, 54))
