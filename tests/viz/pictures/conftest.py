"""A craft from a mesh file, as designs of one's own bring it."""

import numpy as np
import pytest

from geometry.design import load_design
from geometry.mesh.optics import UNCOATED
from geometry.mesh.primitives import Block, Surface, box

BLOCKS = {
    "bus": ((-1.0, -1.0, -1.0), (1.0, 1.0, 1.0)),
    "wing_left": ((-1.0, 1.2, 0.0), (1.0, 7.0, 0.05)),
    "wing_right": ((-1.0, -7.0, 0.0), (1.0, -1.2, 0.05)),
}


@pytest.fixture
def mesh_file_design(tmp_path):
    """Makes the design of a bus with two wings of some size, some way off its origin."""

    def make(size, off):
        lines, count = [], 1
        for name, (low, high) in BLOCKS.items():
            block = Block(size * np.array(low) + off, size * np.array(high) + off)
            mesh = box(block, Surface(name, UNCOATED))
            lines += [f"o {name}", *("v {} {} {}".format(*v) for v in mesh.vertices_m)]
            lines += ["f {} {} {}".format(*(f + count)) for f in mesh.faces]
            count += len(mesh.vertices_m)
        (tmp_path / "own.obj").write_text("\n".join(lines))
        toml = tmp_path / "own.toml"
        toml.write_text('[craft]\ntype = "mesh"\nfile = "own.obj"\n')
        return load_design(toml)

    return make
