"""Patterns are laid upright, in true size, unmirrored."""

import numpy as np
import pytest

from geometry.design import load_design
from geometry.mesh.optics import COATINGS
from geometry.mesh.primitives import Block, Surface, box
from geometry.mesh.primitives import rectangle as upright_rectangle
from geometry.mesh.surface_mesh import concatenate
from viz.coatings import FINISHES, material_of
from viz.scene import Material
from viz.unwrapping import cell_size_m, flat_corners_m, texture_coordinates

LIDS = Material(pattern="gpu_lid")
CELLS = Material(pattern="solar_cell")


SIDES = ("+x", "-x", "+y", "-y", "+z", "-z")


def _box(coating="aluminium"):
    block = Block((-1.0, -2.0, -3.0), (1.0, 2.0, 3.0))
    return box(block, None, faces={s: Surface(s, COATINGS[coating]) for s in SIDES})


def _plate(low, high, coating):
    return upright_rectangle(low, high, "+z", Surface("plate", COATINGS[coating]))


def _signed_area(uv):
    a, b, c = np.moveaxis(uv, 1, 0)
    return 0.5 * np.cross(np.c_[b - a, np.zeros(len(a))], np.c_[c - a, np.zeros(len(a))])[:, 2]


class TestUnwrappingLaw:
    def test_no_face_is_mirrored_or_stretched(self):
        rng = np.random.default_rng(3)
        turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        mesh = _box().transformed(turn * np.sign(np.linalg.det(turn)))
        # outside, a face's corners run counter-clockwise, and so must they in the picture
        np.testing.assert_allclose(_signed_area(flat_corners_m(mesh)), mesh.areas_m2, rtol=1e-12)

    def test_up_is_up(self):
        mesh = _box()
        flat = flat_corners_m(mesh)
        for k, up in ((0, 2), (1, 2), (2, 2), (3, 2), (4, 1), (5, 1)):
            faces = mesh.surface_faces(k)[0]
            corners = mesh.vertices_m[mesh.faces[faces]]
            np.testing.assert_allclose(flat[faces, :, 1], corners[..., up], atol=1e-12)  # rounding

    def test_metres_are_counted_in_periods(self):
        mesh = _box()
        uv = texture_coordinates(mesh, [material_of(o) for o in mesh.optics])
        period = FINISHES["aluminium"].period_m
        np.testing.assert_allclose(_signed_area(uv) * period**2, mesh.areas_m2, rtol=1e-12)

    def test_each_lid_has_its_own_picture(self):
        lids = [_plate((x, 0.0, 0.0), (x + 0.3, 0.2, 0.0), "gpu_lid") for x in (0.0, 1.0, 2.5)]
        uv = texture_coordinates(concatenate(lids), [LIDS])
        for lid in uv.reshape(3, -1, 2):
            np.testing.assert_allclose([lid.min(axis=0), lid.max(axis=0)], [[0, 0], [1, 1]], atol=1e-9)


class TestUnwrappingReference:
    @pytest.mark.parametrize(("axis", "spans"), [("y", (32, 15)), ("x", (15, 32))])
    def test_a_module_has_the_cells_of_its_design(self, axis, spans):
        design = load_design("solar_slice", overrides=[f"solar_array.wing_axis={axis}"])
        size = cell_size_m(design.craft)
        a, b = (6.4, 3.125) if axis == "y" else (3.125, 6.4)
        front = _plate((5.0, 2.0, 0.0), (5.0 + a, 2.0 + b, 0.0), "solar_cell")
        uv = texture_coordinates(front, [CELLS], size).reshape(-1, 2)
        np.testing.assert_allclose(uv.min(axis=0), 0.0, atol=1e-9)
        np.testing.assert_allclose(uv.max(axis=0), spans, rtol=1e-9)
