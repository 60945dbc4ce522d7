"""Maps of the Earth: their pyramids, their readings, and the files that they come from."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viz.assets import asset
from viz.maps import (
    LAND_WIDTH,
    LAYER_WIDTH,
    SHORE_WIDTH,
    level_of,
    maps,
    pyramid,
    read_layers,
    read_one,
    read_shore,
)

RNG = np.random.default_rng(4)
IMAGE = RNG.integers(0, 256, (32, 64, 4), dtype=np.uint8)
TEXELS, OFFSETS = pyramid(IMAGE)


class TestPyramidLaw:
    def test_every_level_has_the_mean_of_the_image(self):
        for level in range(len(OFFSETS) - 1):
            mean = TEXELS[OFFSETS[level] : OFFSETS[level + 1]].mean(axis=0)
            # each level rounds to whole bytes: half a byte at worst, twice what chance leaves
            np.testing.assert_allclose(mean, IMAGE.mean(axis=(0, 1)), atol=0.5)

    def test_the_middle_of_a_texel_is_the_texel(self):
        for row, column in ((0, 0), (5, 17), (30, 63)):
            value = read_one(TEXELS, OFFSETS, 64, 0, 1, (column + 0.5) / 64, (row + 0.5) / 32)
            # the last row is read a thousandth of a texel inside
            assert value == pytest.approx(float(IMAGE[row, column, 1]), abs=0.3)

    @settings(deadline=None)  # the first call compiles
    @given(st.floats(0.05, 0.95))
    def test_the_date_line_is_no_seam(self, v):
        west = read_layers(TEXELS, OFFSETS, 64, 1e-9, v, 0.01)
        east = read_layers(TEXELS, OFFSETS, 64, 1.0 - 1e-9, v, 0.01)
        np.testing.assert_allclose(west, east, atol=1e-4)

    @settings(deadline=None)  # the first call compiles
    @given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(1e-6, 3.0))
    def test_readings_stay_between_the_darkest_and_the_brightest(self, u, v, footprint):
        assert all(0.0 <= x <= 255.0 for x in read_layers(TEXELS, OFFSETS, 64, u, v, footprint))

    def test_a_footprint_of_two_texels_is_one_level_up(self):
        texel = 2.0 * np.pi / 64
        assert level_of(64, 0.3 * texel) == 0.0
        assert level_of(64, 2.0 * texel) == pytest.approx(1.0)


class TestAssets:
    def test_maps_have_the_sizes_that_kernels_count_on(self):
        read = maps()
        assert read.layer_offsets[1] == LAYER_WIDTH * LAYER_WIDTH // 2
        assert read.land_offsets[1] == LAND_WIDTH * LAND_WIDTH // 2
        assert read.shores.shape == (SHORE_WIDTH // 2, SHORE_WIDTH)

    # places of water and land by plain geography
    @pytest.mark.parametrize(
        ("longitude_deg", "latitude_deg", "water"),
        [
            (-30.0, 0.0, True),
            (18.0, 35.5, True),
            (51.0, 42.0, True),
            (20.0, 5.0, False),
            (100.0, 50.0, False),
        ],
    )
    def test_water_is_where_it_is(self, longitude_deg, latitude_deg, water):
        read = maps()
        u, v = (longitude_deg + 180.0) / 360.0, (90.0 - latitude_deg) / 180.0
        assert (read_one(read.layers, read.layer_offsets, LAYER_WIDTH, 0, 1, u, v) > 128.0) == water

    # capes, straits and islands of a few map cells, by plain geography
    @pytest.mark.parametrize(
        ("longitude_deg", "latitude_deg", "water"),
        [
            (-5.5, 35.95, True),  # Strait of Gibraltar, 14 km
            (29.0, 41.9, True),
            (1.5, 50.95, True),  # Dover
            (14.4, 35.9, False),  # Malta
            (-61.0, 13.9, False),  # Saint Lucia
            (10.2, 42.78, False),  # Elba
        ],
    )
    def test_fine_shores_are_where_they_are(self, longitude_deg, latitude_deg, water):
        u, v = (longitude_deg + 180.0) / 360.0, (90.0 - latitude_deg) / 180.0
        assert (read_shore(maps().shores, u, v) > 128.0) == water

    def test_a_shore_is_read_without_creases(self):
        u = 0.5334 + np.arange(200) / 200.0 * 8.0 / SHORE_WIDTH  # eight texels across the coast of Latium
        read = np.array([read_shore(maps().shores, x, 0.267) for x in u])
        slope = np.diff(read)
        assert np.ptp(read) > 20.0
        # a bilinear reading turns by its whole slope within one step
        assert np.abs(np.diff(slope)).max() < 0.1 * np.abs(slope).max()

    def test_each_has_a_row_of_attribution_and_is_small(self):
        folder = asset("stars.npz").parent
        rows = re.findall(r"^\| `([^`]+)`", asset("ATTRIBUTION.md").read_text(), re.MULTILINE)
        files = {p.name for p in folder.iterdir() if p.is_file()} - {"ATTRIBUTION.md"}
        assert files == set(rows)
        assert all((folder / f).stat().st_size < 2_000_000 for f in files)

    def test_a_missing_asset_says_how_to_get_it(self):
        with pytest.raises(FileNotFoundError, match="install dawnring again, or run the program"):
            asset("moon.jpg")
