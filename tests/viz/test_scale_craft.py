"""The station and the telescope have the sizes that their sources give."""

import numpy as np

from viz.scale_craft import station, telescope


class TestReference:
    def test_station(self):
        # NASA: 109 m from end to end, 73 m across a pair of wings
        np.testing.assert_allclose(np.ptp(station().bounds_m, axis=0)[:2], [109.0, 73.0], rtol=1e-12)

    def test_telescope(self):
        mesh = telescope()
        # NASA: 13.2 m long, 4.2 m in diameter; the open door stands out behind
        assert np.ptp(mesh.bounds_m[:, 1]) == np.float64(13.2)
        tube = mesh.vertices_m[mesh.faces[mesh.front_surface == mesh.surface_index("tube")]].reshape(-1, 3)
        np.testing.assert_allclose(np.ptp(tube[:, 0]), 4.2, rtol=1e-12)

    def test_arrays_face_forward(self):
        for mesh in (station(), telescope()):
            cells = mesh.front_surface == mesh.surface_index("array")
            np.testing.assert_allclose(mesh.normals[cells], [[0.0, 0.0, 1.0]] * cells.sum(), atol=1e-12)
