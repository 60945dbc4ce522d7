"""The umbra that is drawn is the umbra that satellites meet."""

from dataclasses import replace

import numpy as np
import pytest

from geometry.constants import ASTRONOMICAL_UNIT_M
from geometry.environment import EarthShape
from geometry.orbit.eclipse import sunlit_fraction
from viz.camera import Camera
from viz.render import far_layer
from viz.scene import EarthItem, Scene, ShadowItem

SUN = np.array([0.8, 0.36, 0.48])
SIDE = np.cross(SUN, [0.0, 0.0, 1.0]) / np.linalg.norm(np.cross(SUN, [0.0, 0.0, 1.0]))
SIZE = (96, 96)


def scene(shape, distance_m=4.0e7):
    """A parallel view, nearly, of the shadow from its side; stars and Earth are black."""
    focal = -2.0e7 * SUN
    camera = Camera(focal + distance_m * 200.0 * SIDE, focal, np.cross(SIDE, SUN), 2.0e7 / distance_m / 200.0)
    return Scene(
        camera,
        SUN,
        earth=EarthItem(shape=shape),
        shadow=ShadowItem(ASTRONOMICAL_UNIT_M, 9.0e8, (0.1, 0.1, 0.1)),
        sun=False,
    )


class TestShadowBodyLaw:
    @pytest.mark.parametrize("shape", [EarthShape(), EarthShape(6.371e6, 0.0)], ids=["spheroid", "sphere"])
    def test_its_outline_is_where_the_sun_is_gone(self, shape):
        drawn = far_layer(scene(shape), SIZE)[..., 0] > 0.0
        # the place of each pixel next to the axis: the ray's middle, where the shadow is widest
        camera = scene(shape).camera
        right, up, _ = camera.rotation_camera_from_gcrs
        step = np.linalg.norm(camera.position_gcrs_m - camera.focal_point_gcrs_m)
        step /= camera.pixels_per_tangent(SIZE)
        offset = (np.arange(SIZE[0]) - 0.5 * (SIZE[0] - 1)) * step
        place = camera.focal_point_gcrs_m + offset[:, None] * right - offset[:, None, None] * up
        lit = sunlit_fraction(
            place.reshape(-1, 1, 3), SUN[None], np.array([ASTRONOMICAL_UNIT_M]), np.array([[0.0, 0.0, 1.0]]),
            shape,
        ).reshape(SIZE)  # fmt: skip
        dark = lit == 0.0
        assert 0.3 < dark.mean() < 0.9
        # all but the pixels on the edge: 2 x 96 of it, one each, and the penumbra is a third of a pixel wide
        assert (drawn != dark).mean() < 2.0 / 96.0

    def test_it_takes_light_from_behind_and_ends(self):
        whole = replace(scene(EarthShape()), background=(1.0, 1.0, 1.0))
        light = far_layer(replace(whole, shadow=replace(whole.shadow, color=(0.0, 0.0, 0.0))), SIZE)
        assert light.min() < 0.6
        assert light.max() == pytest.approx(1.0)
        short = replace(whole.shadow, length_m=7.0e6)
        assert far_layer(replace(whole, shadow=short), SIZE)[:, :, 0].std() < 1e-6  # it ends before the view


class TestShadowBodyRefusal:
    def test_without_an_earth(self):
        with pytest.raises(ValueError, match="needs an Earth"):
            far_layer(replace(scene(EarthShape()), earth=None), SIZE)

    def test_a_depth_past_one(self):
        with pytest.raises(ValueError, match="depth must lie in"):
            ShadowItem(ASTRONOMICAL_UNIT_M, 1e8, (0.0, 0.0, 0.0), 1.5)
