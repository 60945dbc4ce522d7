"""Scenes are data: frozen, checked, and free of any renderer."""

import subprocess
import sys

import numpy as np
import pytest

from geometry.mesh.optics import COATINGS
from geometry.mesh.surface_mesh import SurfaceMesh
from viz.camera import Camera
from viz.scene import EarthItem, InstancesItem, Material, MeshItem, PointsItem, Scene

CAMERA = Camera([2e7, 0.0, 0.0], [0.0, 0.0, 0.0])
PLATE = SurfaceMesh(
    [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
    [[0, 1, 2]],
    [0],
    [1],
    ("front", "back"),
    (COATINGS["black"], COATINGS["white_paint"]),
)
PAIR = (Material(), Material())


class TestSceneLaw:
    def test_arrays_are_copied_and_frozen(self):
        positions = np.ones((2, 3))
        item = PointsItem(positions, np.ones(2), np.ones((2, 3)))
        positions[:] = 5.0
        assert item.position_gcrs_m.max() == 1.0
        with pytest.raises(ValueError, match="read-only"):
            item.position_gcrs_m[0, 0] = 2.0

    def test_data_brings_no_renderer(self):
        code = (
            "import sys, viz, viz.scene, viz.camera, viz.pictures; viz.shots();"
            "print(sorted({'vtk', 'vtkmodules', 'pyvista', 'PIL'} & set(sys.modules)))"
        )
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert found.stdout.strip() == "[]"


class TestSceneRefusal:
    def test_one_material_per_surface(self):
        with pytest.raises(ValueError, match=r"materials must have one entry per surface \(2\), got 1"):
            MeshItem(PLATE, (Material(),))

    def test_sunlight_is_a_share(self):
        with pytest.raises(ValueError, match=r"front_sunlight must lie in \[0, 1\], got 1.5"):
            MeshItem(PLATE, PAIR, front_sunlight=[1.5])

    def test_values_fit_the_faces(self):
        with pytest.raises(ValueError, match=r"front_values must have shape \(1\), got \(2,\)"):
            MeshItem(PLATE, PAIR, front_values=[1.0, 2.0])

    def test_the_range_of_values_rises(self):
        with pytest.raises(ValueError, match="value_range must rise"):
            MeshItem(PLATE, PAIR, value_range=(1.0, 1.0))

    def test_the_sun_is_a_direction(self):
        with pytest.raises(ValueError, match="unit vector, got length 2"):
            Scene(CAMERA, [2.0, 0.0, 0.0])

    def test_places_and_rotations_agree_in_number(self):
        with pytest.raises(ValueError, match="rotation_gcrs_from_body must have shape"):
            InstancesItem(MeshItem(PLATE, PAIR), np.zeros((2, 3)), np.zeros((3, 3, 3)))

    def test_nan_in_a_place(self):
        with pytest.raises(ValueError, match="position_gcrs_m must be finite"):
            PointsItem([[np.nan, 0.0, 0.0]], [1.0], [[1.0, 1.0, 1.0]])

    def test_a_rotation_of_the_earth_is_three_by_three(self):
        with pytest.raises(ValueError, match="rotation_itrs_from_gcrs must have shape"):
            EarthItem(np.eye(4))
