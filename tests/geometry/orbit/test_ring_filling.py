"""Which launch brings which satellite."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geometry.orbit import Ring
from geometry.orbit.ring_filling import ring_filling, satellites_per_launch


class TestFillingAnalytic:
    def test_launches_of_the_announced_satellite(self):
        """1000 satellites of 2.0 t by launches of 100 t: 20 launches of 50."""
        filling = ring_filling(Ring(1000), 100e3, 2.0e3)
        assert (filling.satellites_per_launch, filling.launches) == (50, 20)
        np.testing.assert_array_equal(filling.satellites_of(0), np.arange(0, 1000, 20))
        np.testing.assert_array_equal(filling.satellites_of(1), np.arange(10, 1000, 20))

    def test_gaps_halve_with_each_doubling(self):
        filling = ring_filling(Ring(1024), 64.0, 1.0)  # 16 launches
        for flown, largest, smallest in ((1, 16, 16), (2, 8, 8), (3, 8, 4), (4, 4, 4), (8, 2, 2), (16, 1, 1)):
            expected = np.array([smallest, largest]) * 2.0 * np.pi / 1024
            np.testing.assert_allclose(filling.gaps_rad(flown), expected, rtol=1e-14)

    def test_planes_one_after_another(self):
        filling = ring_filling(Ring(10, planes=3), 5.0, 1.0)
        assert filling.launches_per_plane == 2
        np.testing.assert_array_equal(np.unique(filling.launch_of_satellite[20:]), [4, 5])

    def test_a_satellite_as_heavy_as_a_launch(self):
        """0.1 + 0.2 in floating point must not cost a satellite."""
        assert satellites_per_launch(3 * 0.1, 0.1) == 3
        assert satellites_per_launch(1.0, 1.0) == 1
        assert satellites_per_launch(0.999, 1.0) == 0


class TestFillingLaw:
    @given(st.integers(1, 400), st.integers(1, 4), st.integers(1, 450))
    def test_everyone_is_launched_once_and_no_launch_is_overloaded(self, per_plane, planes, lifted):
        filling = ring_filling(Ring(per_plane, planes), float(lifted), 1.0)
        carried = np.bincount(filling.launch_of_satellite)
        assert carried.size == filling.launches == planes * filling.launches_per_plane
        assert carried.min() >= 1
        assert carried.max() <= lifted
        assert carried.sum() == per_plane * planes
        assert filling.launches_per_plane == -(-per_plane // lifted)

    @given(st.integers(1, 400), st.integers(1, 100))
    def test_gaps_shrink_to_the_even_ring(self, per_plane, lifted):
        filling = ring_filling(Ring(per_plane), float(lifted), 1.0)
        largest = [filling.gaps_rad(k)[1] for k in range(1, filling.launches_per_plane + 1)]
        assert (np.diff(largest) <= 1e-12).all()
        np.testing.assert_allclose(filling.gaps_rad(filling.launches_per_plane), 2.0 * np.pi / per_plane)


class TestRefusal:
    def test_too_heavy(self):
        with pytest.raises(ValueError, match=r"107,000 kg is more than a launch lifts.*100,000 kg; raise it"):
            ring_filling(Ring(3), 100e3, 107e3)

    def test_a_mass_that_is_none(self):
        with pytest.raises(ValueError, match="launch_mass_kg must be"):
            ring_filling(Ring(3), 0.0, 1.0)
        with pytest.raises(ValueError, match="satellite_mass_kg must be"):
            ring_filling(Ring(3), 1.0, float("nan"))

    def test_launches_that_are_not_there(self):
        filling = ring_filling(Ring(10), 5.0, 1.0)
        with pytest.raises(ValueError, match="launch must be from 0 to 1, got 2"):
            filling.satellites_of(2)
        with pytest.raises(ValueError, match="launches_flown must be from 1 to 2, got 0"):
            filling.gaps_rad(0)
