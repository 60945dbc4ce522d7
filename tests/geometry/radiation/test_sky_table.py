"""Shadow tables on disk."""

import numpy as np
import pytest

from geometry.mesh.optics import COATINGS
from geometry.mesh.surface_mesh import concatenate
from geometry.radiation import heat_loads, is_sky_table, read_sky_table, sky_view, write_sky_table

BLACK = COATINGS["black"]


@pytest.fixture
def mesh(plate):
    floor = plate("floor", [0, 0, 0], [2, 0, 0], [0, 1, 0], BLACK)
    return concatenate([floor, plate("roof", [0.5, 0.2, 0.5], [0.7, 0, 0], [0, 0.6, 0], BLACK, BLACK)])


class TestSkyTableLaw:
    def test_saved_shadows_give_the_same_bits_and_are_not_made_again(self, mesh, states, tmp_path):
        sky, path = sky_view(mesh), tmp_path / "heat.sky.npz"
        fresh = heat_loads(mesh, states(3), clip_shadows=True, sky=sky)
        assert fresh.provenance.clipped_directions == sky.clipped > 0
        assert "clipped" in fresh.method
        assert write_sky_table(path, sky, mesh)
        saved = read_sky_table(path, mesh)
        again = heat_loads(mesh, states(3), clip_shadows=True, sky=saved)
        assert is_sky_table(path)
        assert again.provenance.clipped_directions == saved.clipped == 0
        np.testing.assert_array_equal(fresh.incident_w_m2, again.incident_w_m2)
        # another orbit and attitude: the same tables hold
        heat_loads(mesh, states(3, axes="nadir", beta_deg=10.0), clip_shadows=True, sky=saved)
        assert [p.name for p in tmp_path.iterdir()] == ["heat.sky.npz"]


class TestSkyTableRefusal:
    def test_another_craft(self, mesh, tmp_path):
        sky, path = sky_view(mesh), tmp_path / "a.sky.npz"
        write_sky_table(path, sky, mesh)
        with pytest.raises(ValueError, match="belongs to another craft or version"):
            read_sky_table(path, mesh.subdivided(0.3))

    @pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x03\x04 cut short"])
    def test_a_damaged_file(self, mesh, tmp_path, content):
        path = tmp_path / "a.sky.npz"
        path.write_bytes(content)
        assert is_sky_table(path) == (content == b"")  # nothing to lose
        with pytest.raises(ValueError, match="sky table"):
            read_sky_table(path, mesh)

    @pytest.mark.parametrize("harm", ["cut", "cut at once", "turned bytes"])
    def test_a_table_is_known_after_it_was_harmed(self, mesh, states, tmp_path, harm):
        sky, path = sky_view(mesh), tmp_path / "a.sky.npz"
        heat_loads(mesh, states(1), clip_shadows=True, sky=sky)
        write_sky_table(path, sky, mesh)
        content = bytearray(path.read_bytes())
        if harm == "turned bytes":
            content[60 : len(content) // 2] = bytes(255 - b for b in content[60 : len(content) // 2])
        path.write_bytes(content[: {"cut": len(content) // 2, "cut at once": 48}.get(harm)])
        assert is_sky_table(path)
        with pytest.raises(ValueError, match="sky table"):
            read_sky_table(path, mesh)

    def test_arrays_of_another_kind_are_no_sky_table(self, tmp_path):
        np.savez(tmp_path / "a.npz", x=np.arange(3))
        np.savez(tmp_path / "b.npz", schema=np.array("somebody/else/1"))
        np.save(tmp_path / "c.npz.npy", np.arange(3))
        assert not any(is_sky_table(p) for p in tmp_path.iterdir())

    def test_a_sky_of_another_craft_at_the_door(self, mesh, states, plate):
        other = plate("one", [0, 0, 0], [1, 0, 0], [0, 1, 0])
        with pytest.raises(ValueError, match="sky belongs to another craft"):
            heat_loads(mesh, states(1), clip_shadows=True, sky=sky_view(other))
