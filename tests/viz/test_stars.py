"""The stars and the Sun at their places."""

import numpy as np
import pytest

from viz.camera import Camera
from viz.scene import EarthItem, Scene
from viz.stars import add_stars, add_sun, stars

SIZE = (320, 180)


def _direction(right_ascension_h, declination_deg):
    a, d = right_ascension_h * np.pi / 12.0, np.radians(declination_deg)
    return np.array([np.cos(d) * np.cos(a), np.cos(d) * np.sin(a), np.sin(d)])


def _looking(direction, position=(3e7, 0.0, 0.0), angle=0.5):
    position = np.asarray(position, float)
    return Camera(position, position + 1e7 * np.asarray(direction), (0.3, 0.5, 0.8), angle)


class TestStarsReference:
    # places (J2000) and magnitudes as every star atlas has them
    @pytest.mark.parametrize(
        ("right_ascension_h", "declination_deg", "magnitude", "warm"),
        [
            (6.7525, -16.716, -1.44, False),  # Sirius
            (2.5303, 89.264, 1.97, None),  # Polaris
            (5.9195, 7.407, 0.45, True),  # Betelgeuse
            (18.6156, 38.784, 0.03, False),  # Vega
        ],
    )
    def test_bright_stars(self, right_ascension_h, declination_deg, magnitude, warm):
        catalogue = stars()
        near = catalogue.direction @ _direction(right_ascension_h, declination_deg)
        best = int(near.argmax())
        # places are stored to 20 arcseconds, read from the atlas to a minute of arc: 3e-4 rad
        assert near[best] > np.cos(3e-4)
        assert catalogue.magnitude[best] == pytest.approx(magnitude, abs=0.1)
        red, _, blue = catalogue.color[best]
        if warm is not None:
            assert (red > blue) == warm

    def test_the_brightest_is_first(self):
        assert (np.diff(stars().magnitude) >= 0.0).all()


class TestSkyLaw:
    def test_sirius_stands_at_its_pixel(self):
        sirius = _direction(6.7525, -16.716)
        camera = _looking(_direction(6.6, -15.0))
        light = np.zeros((180, 320, 3), np.float32)
        add_stars(light, np.ones((180, 320), np.float32), Scene(camera, -sirius))
        row, column = np.unravel_index(light.sum(axis=2).argmax(), (180, 320))
        place, _ = camera.pixels([camera.position_gcrs_m + 1e15 * sirius], SIZE)
        np.testing.assert_allclose([column, row], place[0], atol=0.8)

    def test_the_sun_shines_from_its_place_unless_the_earth_hides_it(self):
        sun = np.array([-1.0, 0.0, 0.0])
        for position, hidden in (((3e7, 0.0, 1.2e7), False), ((3e7, 0.0, 0.0), True)):
            camera = _looking(sun, position)
            scene = Scene(camera, sun, EarthItem())
            from viz.globe import earth_layer

            _, passed = earth_layer(scene, SIZE)
            light = np.zeros((180, 320, 3), np.float32)
            add_sun(light, passed, scene)
            assert (light.max() == 0.0) == hidden
            if not hidden:
                rows, columns = np.nonzero(light[..., 0])
                weight = light[rows, columns, 0]
                # a disc of 1.6 pixels radius, drawn by coverage
                assert np.average(columns, weights=weight) == pytest.approx(159.5, abs=0.1)
                assert np.average(rows, weights=weight) == pytest.approx(89.5, abs=0.1)

    def test_the_sun_behind_the_camera_is_not_drawn(self):
        light = np.zeros((180, 320, 3), np.float32)
        add_sun(light, np.ones((180, 320), np.float32), Scene(_looking([1.0, 0.0, 0.0]), [-1.0, 0.0, 0.0]))
        assert light.max() == 0.0
