"""The Earth moved from picture to picture: where it stands, how it differs, and what it depends on."""

import numpy as np

from geometry.design import load_design
from viz import theme
from viz.camera import Camera
from viz.globe import earth_layer
from viz.image import developed
from viz.moved_earth import Key, moved_layer
from viz.pictures import ring
from viz.reprojection import EarthCache, EarthFrames
from viz.scene import EarthItem, Scene

DESIGN = load_design("solar_slice", ["ring.satellites_per_plane=50"])
SIZE = (480, 270)
SUN = np.array([1.0, 0.0, 0.0])


def _shown(layer):
    return developed(layer[0], theme.EXPOSURE).astype(int)


def _turned(angle):
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])


def _scene(angle=0.0, eye=(2.0e7, -1.2e7, 8.0e6)):
    return Scene(Camera(np.array(eye), np.zeros(3), view_angle_rad=0.6), SUN, EarthItem(_turned(angle)))


class TestMovedLaw:
    def test_a_film_differs_from_one_drawn_anew_by_less_than_half_a_pixel(self):
        film = ring.film(DESIGN, frames=300)
        frames = EarthFrames(film, 300, SIZE)
        for number in (5, 101, 150, 295):
            moved, drawn = _shown(frames.layer(number)), _shown(earth_layer(film(number), SIZE))
            # cubic interpolation half a pixel off halves what is finest, lights of towns; a picture off by
            # half a pixel differs by 2 codes and more in the mean
            assert np.abs(moved - drawn).mean() < 1.0
            assert np.percentile(np.abs(moved - drawn), 99.0) <= 14

    def test_limb_and_what_it_hides_are_drawn_anew(self):
        key = Key(_scene(), earth_layer(_scene(), SIZE))
        _light, passed = moved_layer(_scene(0.03), (key, key), 0.0)
        np.testing.assert_array_equal(passed, earth_layer(_scene(0.03), SIZE)[1])

    def test_ground_stands_where_it_is(self):
        # the picture correlates best with itself unmoved: a quarter of a pixel would show
        key = Key(_scene(), earth_layer(_scene(), SIZE))
        moved = moved_layer(_scene(0.03), (key, key), 0.0)[0][..., 1]
        drawn = earth_layer(_scene(0.03), SIZE)[0][..., 1]
        inner = np.s_[90:180, 160:320]
        same = np.corrcoef(moved[inner].ravel(), drawn[inner].ravel())[0, 1]
        off = np.corrcoef(np.roll(moved, 1, axis=1)[inner].ravel(), drawn[inner].ravel())[0, 1]
        assert same > 0.995 > off

    def test_frames_depend_on_their_number_alone(self):
        film = ring.film(DESIGN, frames=300)
        first, second = EarthFrames(film, 300, SIZE), EarthFrames(film, 300, SIZE)
        first.layer(40)
        first.layer(149)
        for number in (149, 150):
            np.testing.assert_array_equal(first.layer(number)[0], second.layer(number)[0])

    def test_an_earth_that_stands_still_is_drawn_once(self, monkeypatch):
        drawn = []
        monkeypatch.setattr("viz.reprojection.earth_layer", lambda *a: drawn.append(1) or earth_layer(*a))
        frames = EarthFrames(lambda n: _scene(1e-7 * n), 16, SIZE)
        layers = [frames.layer(n)[0] for n in range(16)]
        assert len(drawn) == 1
        assert all((x == layers[0]).all() for x in layers)


class TestCacheLaw:
    def test_it_keeps_moves_or_draws(self, monkeypatch):
        drawn = []
        monkeypatch.setattr("viz.reprojection.earth_layer", lambda *a: drawn.append(1) or earth_layer(*a))
        cache = EarthCache()
        kept = cache.layer(_scene(), SIZE)[0]
        kept[:] = 0.0  # the caller may write to what it gets
        assert cache.layer(_scene(1e-8), SIZE)[0].max() > 0.0
        assert len(drawn) == 1
        moved = _shown(cache.layer(_scene(0.01), SIZE))
        assert len(drawn) == 1
        assert np.abs(moved - _shown(earth_layer(_scene(0.01), SIZE))).mean() < 1.0
        cache.layer(_scene(0.5), SIZE)
        cache.layer(_scene(0.5), (320, 180))
        assert len(drawn) == 3
