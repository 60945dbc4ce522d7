"""The latency chart says what the numbers say."""

import numpy as np
import pytest

from geometry.design import load_design
from geometry.studies.latency import angle_to_ring_rad, ring_normals_mean_sun
from geometry.studies.latency import latency as latency_of
from viz.figures import latency


@pytest.fixture(scope="module")
def found():
    return latency_of(load_design("solar_slice"))


class TestChartLaw:
    def test_ring_and_worst_places_are_where_they_are(self, found):
        drawn = latency.draw(found, name="mine")
        world = drawn.figure.axes[0]
        ring = next(line for line in world.lines if line.get_label() == "ring overhead")
        normals = ring_normals_mean_sun(found.inclination_rad, found.ltans_s)
        angle = angle_to_ring_rad(np.radians(ring.get_ydata()), 3600.0 * ring.get_xdata(), normals)
        np.testing.assert_allclose(angle, 0.0, atol=1e-9)
        worst = next(line for line in world.lines if line.get_label().startswith("worst"))
        assert worst.get_label() == f"worst, {1e3 * found.worst_s:.0f} ms"
        angle = angle_to_ring_rad(np.radians(worst.get_ydata()), 3600.0 * worst.get_xdata(), normals)
        np.testing.assert_allclose(angle, np.pi / 2, atol=1e-6)  # the cosine's flat top: sqrt of rounding
        assert len(worst.get_xdata()) == 3  # noon, and midnight at both edges of the map

    def test_curves_and_words(self, found):
        drawn = latency.draw(found, theme="dark")
        curve = drawn.figure.axes[1]
        worst, noon = curve.lines[:2]
        np.testing.assert_allclose(worst.get_ydata(), 1e3 * found.compared_worst_s)
        np.testing.assert_allclose(noon.get_ydata(), 1e3 * found.compared_equator_noon_s)
        assert drawn.headline == "At worst 72 ms to the ring and back, 3.7 ms to a satellite overhead"
        for part in ("25° elevation", "550 km", "80 km", "vacuum speed of light", "no delay"):
            assert part in drawn.caption
        assert curve.get_xlabel() == "altitude of the ring / km"
        assert curve.get_ylabel() == "round trip / ms"

    def test_coasts_lie_under_the_local_time(self, found):
        """Noon over Greenwich: at 12:00 the coast of Ghana, and south of it the open ocean."""
        drawn = latency.draw(found, noon_longitude_rad=0.0)
        assert "The coasts lie under the local times" in drawn.caption
        coasts = drawn.figure.axes[0].collections[-1]
        vertices = np.concatenate([p.vertices for p in coasts.get_paths()])
        near_noon = vertices[np.abs(vertices[:, 0] - 12.0) < 0.02]
        # The coast of Ghana on the meridian of Greenwich lies at 5.6 deg north (Tema); a texel is 0.35 deg.
        assert np.abs(near_noon[:, 1] - 5.6).min() < 0.4
        assert not ((near_noon[:, 1] > -60.0) & (near_noon[:, 1] < 4.5)).any()  # open ocean to Antarctica
        turned = latency.draw(found, noon_longitude_rad=np.pi / 2)
        vertices = np.concatenate([p.vertices for p in turned.figure.axes[0].collections[-1].get_paths()])
        at_six = vertices[np.abs(vertices[:, 0] - 6.0) < 0.02]
        assert np.abs(at_six[:, 1] - 5.6).min() < 0.4
