"""Craft from mesh files in every picture: of any size, anywhere about their origin, without coatings."""

import numpy as np
import pytest

from geometry.craft import build_craft
from geometry.design import load_design
from geometry.mesh.optics import UNCOATED
from geometry.mesh.primitives import Block, Surface, box
from viz.framing import corners_of
from viz.pictures import satellite
from viz.render import render_scene

BLOCKS = {
    "bus": ((-1.0, -1.0, -1.0), (1.0, 1.0, 1.0)),
    "wing_left": ((-1.0, 1.2, 0.0), (1.0, 7.0, 0.05)),
    "wing_right": ((-1.0, -7.0, 0.0), (1.0, -1.2, 0.05)),
}
PLACES = {"plain": (1.0, 0.0), "far_off": (1.0, 40.0), "tiny": (0.007, 0.0), "huge": (143.0, 0.0)}


@pytest.fixture(params=PLACES)
def own_design(request, tmp_path):
    """A bus with two wings of some size, some way off its origin."""
    size, off = PLACES[request.param]
    lines, count = [], 1
    for name, (low, high) in BLOCKS.items():
        mesh = box(Block(size * np.array(low) + off, size * np.array(high) + off), Surface(name, UNCOATED))
        lines += [f"o {name}", *("v {} {} {}".format(*v) for v in mesh.vertices_m)]
        lines += ["f {} {} {}".format(*(f + count)) for f in mesh.faces]
        count += len(mesh.vertices_m)
    (tmp_path / "own.obj").write_text("\n".join(lines))
    toml = tmp_path / "own.toml"
    toml.write_text('[craft]\ntype = "mesh"\nfile = "own.obj"\n')
    return load_design(toml)


def shares_in(scene, item, corners_m):
    """Columns and rows of places on an item in shares of the picture."""
    places = item.position_gcrs_m + corners_m @ item.rotation_gcrs_from_body.T
    pixels, depth = scene.camera.pixels(places, (1600, 900))
    assert (depth > 0.0).all()
    return (pixels + 0.5) / (1600.0, 900.0)


class TestSatelliteLaw:
    @pytest.mark.parametrize("view", satellite.VIEWS)
    def test_all_of_it_is_in_the_picture_and_fills_it(self, own_design, view):
        scene = satellite.scene(own_design, view=view)
        shares = shares_in(scene, scene.meshes[0], corners_of(build_craft(own_design).mesh))
        assert (shares > 0.04).all()
        assert (shares < 0.96).all()
        assert shares[:, 1].max() < 0.84  # above the captions
        assert np.ptp(shares, axis=0).max() > 0.7

    def test_captions_say_what_is_known(self, own_design):
        words = " ".join(c.text for c in satellite.scene(own_design).captions)
        assert "kg" not in words
        assert "m²" not in words
        assert " 0 m" not in words
        assert "no coatings given" in words


@pytest.mark.image
class TestOwnMeshesDrawn:
    def test_bare_surfaces_are_grey_in_the_sun(self, own_design):
        drawn = render_scene(satellite.scene(own_design, captions=False), (192, 108), 1).astype(int)
        grey = (drawn.min(axis=2) > 120) & (np.ptp(drawn, axis=2) < 24)
        assert 0.05 < grey.mean() < 0.4  # both wings and the front of the bus
