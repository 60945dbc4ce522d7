"""What is no mesh."""

import numpy as np
import pytest

from geometry.mesh.optics import COATINGS
from geometry.mesh.surface_mesh import SurfaceMesh

CORNERS = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def triangle(vertices=CORNERS, faces=((0, 1, 2),), optics=COATINGS["black"]):
    return SurfaceMesh(vertices, faces, [0], [-1], ("a",), (optics,))


class TestSurfaceMeshRefusal:
    @pytest.mark.parametrize("scale_m", [1e12, 1e-10])
    def test_largest_and_smallest(self, scale_m):
        assert triangle(scale_m * CORNERS).extent_m == scale_m

    def test_too_large_or_too_small(self):
        with pytest.raises(ValueError, match="vertices_m must lie in"):
            triangle(1e200 * CORNERS)
        with pytest.raises(ValueError, match="vertices_m must span 1e-10 m, got 1e-11 m; check the unit"):
            triangle(1e-11 * CORNERS)

    def test_half_a_corner(self):
        with pytest.raises(ValueError, match="faces must be whole numbers, got float64"):
            triangle(faces=[[0.5, 1, 2]])

    def test_name_of_a_coating(self):
        with pytest.raises(ValueError, match="optics must be OpticalProperties, got 'black'"):
            triangle(optics="black")
