"""What every door of the room refuses, by name."""

import numpy as np
import pytest

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.radiation import exchange_factors, face_loads, heat_loads, surface_view, view_factors

DOORS = {
    "view_factors": lambda mesh, states, **options: view_factors(mesh, **options),
    "exchange_factors": lambda mesh, states, **options: exchange_factors(mesh, **options),
    "heat_loads": heat_loads,
    "face_loads": face_loads,
    "surface_view": lambda mesh, states, **options: surface_view(mesh, "plate", states, **options),
}


@pytest.mark.parametrize("door", DOORS)
class TestDoorsRefusal:
    @pytest.fixture
    def mesh(self, plate):
        return plate("plate", [0, 0, 0], [1, 0, 0], [0, 1, 0])

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"seed": 1.5}, r"seed must be a whole number, got 1\.5"),
            ({"seed": True}, "seed must be one number, got True"),
            ({"jobs": "x"}, "jobs must be one number, got 'x'"),
            ({"jobs": 1.5}, "jobs must be a whole number"),
            ({"tolerance": [1e-3]}, "tolerance must be one number"),
            ({"max_rays": [1]}, r"max_rays must be one number, got \[1\]"),
            ({"progress": 5}, r"progress must be called with \(done, total\), got int"),
        ],
    )
    def test_options(self, door, options, message, mesh, states):
        if door == "face_loads" and {"tolerance", "max_rays"} & set(options):
            options = {"rays_per_face": [64]}
            message = r"rays_per_face must be one number, got \[64\]"
        with pytest.raises((ValueError, TypeError), match=message):
            DOORS[door](mesh, states(1), **options)

    def test_mesh_without_a_surface(self, door, mesh, states):
        bare = SurfaceMesh(mesh.vertices_m, mesh.faces, np.full(2, -1), np.full(2, -1), (), ())
        with pytest.raises(ValueError, match="no surface"):
            DOORS[door](bare, states(1))


@pytest.mark.parametrize("door", ["heat_loads", "face_loads", "surface_view"])
class TestFlightRefusal:
    def test_states_and_environment(self, door, plate, states):
        mesh = plate("plate", [0, 0, 0], [1, 0, 0], [0, 1, 0])
        with pytest.raises(TypeError, match="states must be OrbitStates, got str"):
            DOORS[door](mesh, "dawn")
        with pytest.raises(TypeError, match="environment must be an Environment, got dict"):
            DOORS[door](mesh, states(1), environment={})


class TestHeatLoadsRefusal:
    def test_flags_and_sky(self, plate, states):
        mesh = plate("plate", [0, 0, 0], [1, 0, 0], [0, 1, 0])
        with pytest.raises(TypeError, match="reflections must be True or False, got 'no'"):
            heat_loads(mesh, states(1), reflections="no")
        with pytest.raises(TypeError, match=r"sky must come from sky_view\(craft\), got int"):
            heat_loads(mesh, states(1), sky=5)
