"""The Earth in a picture: where its edge is, where its day is, and where its places are."""

import numpy as np
import pytest

from geometry.constants import EARTH_EQUATORIAL_RADIUS_M
from geometry.environment import EarthShape
from viz.camera import Camera
from viz.globe import earth_layer, environment
from viz.scene import EarthItem, Scene

CENTRE = np.zeros(3)
SUN_X = np.array([1.0, 0.0, 0.0])
BARE = {"clouds": False, "city_lights": False}


def _seen_from(direction, sun=SUN_X, size=(160, 160), distance=5.0, **earth):
    """Light and passed light of the Earth, Earth-fixed axes along GCRS, filling most of the picture."""
    up = (0.0, 0.0, 1.0) if abs(direction[2]) < 0.9 else (0.0, 1.0, 0.0)
    position = distance * EARTH_EQUATORIAL_RADIUS_M * np.asarray(direction, float) / np.linalg.norm(direction)
    camera = Camera(position, CENTRE, up, 2.3 / distance)
    return earth_layer(Scene(camera, sun, EarthItem(**earth)), size)


def _over(longitude_deg, latitude_deg):
    lon, lat = np.radians([longitude_deg, latitude_deg])
    return np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


class TestEdgeAnalytic:
    @pytest.mark.parametrize("flattening", [0.0, 1.0 / 298.257, 0.1])
    def test_the_ground_hides_what_the_ellipsoid_covers(self, flattening):
        shape = EarthShape(flattening=flattening)
        camera = Camera([5.0 * EARTH_EQUATORIAL_RADIUS_M, 0.0, 0.0], CENTRE, view_angle_rad=0.46)
        scene = Scene(camera, SUN_X, EarthItem(shape=shape, air=False, **BARE))
        _, passed = earth_layer(scene, (200, 200))
        # from the equatorial plane the outline is an ellipse: tangent of the angular radius across,
        # the same less the flattening along the axis (exact in the squeezed space)
        radius = camera.pixels_per_tangent((200, 200)) / np.sqrt(24.0)
        area = np.pi * radius * radius * (1.0 - flattening)
        # coverage is linear in the miss distance, not the true area in the pixel: 1e-3 of the whole
        assert (1.0 - passed).sum() == pytest.approx(area, rel=2e-3)

    def test_air_reaches_a_hundred_kilometres(self):
        light, _ = _seen_from([1.0, 0.0, 0.0], size=(400, 400), **BARE)
        radius = np.hypot(*(np.indices((400, 400)) - 199.5))
        tangent = 2.0 * np.tan(0.5 * 2.3 / 5.0) / 320.0  # the picture is narrow: 4/5 of 400
        height_km = (5.0 * np.sin(np.arctan(radius * tangent)) - 1.0) * 6378.137
        assert (light[height_km > 125.0] == 0.0).all()
        # the Sun stands behind the camera, so all of the limb is at sunset: faint, and everywhere
        assert light[(height_km > 5.0) & (height_km < 25.0)].max(axis=-1).min() > 0.01


class TestDayAndNightLaw:
    def test_noon_is_bright_and_midnight_dark(self):
        day, _ = _seen_from(SUN_X, **BARE)
        night, _ = _seen_from(-SUN_X, **BARE)
        middle = np.s_[60:100, 60:100]
        assert day[middle].mean() > 30.0 * night[middle].mean()

    def test_the_terminator_stands_where_the_sun_says(self):
        sun = np.array([0.6, -0.5, 0.3])
        sun /= np.linalg.norm(sun)
        direction = np.cross(sun, [0.2, 0.1, 1.0])
        light, passed = _seen_from(direction, sun, size=(240, 240), clouds=False, city_lights=False)
        position = 5.0 * EARTH_EQUATORIAL_RADIUS_M * direction / np.linalg.norm(direction)
        camera = Camera(position, CENTRE, (0.0, 0.0, 1.0), 2.3 / 5.0)
        rng = np.random.default_rng(1)
        normal = rng.normal(size=(4000, 3))
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        ground = normal * EARTH_EQUATORIAL_RADIUS_M * [1.0, 1.0, 1.0 - 1.0 / 298.257]
        facing = np.einsum("nk,nk->n", normal, camera.position_gcrs_m - ground) > 2e7
        place, _ = camera.pixels(ground[facing], (240, 240))
        column, row = np.round(place).astype(int).T
        shown = light[row, column].mean(axis=1)
        height = normal[facing] @ sun
        assert (passed[row, column] == 0.0).all()
        # 0.15 of a radian (8.6 degrees, 7 pixels) to each side: lit side at least three times the dark one
        assert shown[height > 0.15].min() > 3.0 * shown[height < -0.15].max()

    def test_threads_do_not_change_a_bit(self, monkeypatch):
        pictures = []
        for count in ("1", "2", "3"):
            monkeypatch.setenv("LP_NUM_THREADS", count)
            pictures.append(_seen_from([0.3, 1.0, 0.4], size=(80, 60))[0])
        assert (pictures[0] == pictures[1]).all()
        assert (pictures[0] == pictures[2]).all()

    def test_towns_shine_only_at_night(self):
        tokyo = _over(139.7, 35.7)
        middle = np.s_[76:84, 76:84]
        for sun, grows in ((-tokyo, 20.0), (tokyo, 0.0)):
            with_towns = _seen_from(tokyo, sun, clouds=False)[0][middle].mean()
            without = _seen_from(tokyo, sun, **BARE)[0][middle].mean()
            assert with_towns - without == pytest.approx(0.0, abs=1e-9) if not grows else True
            assert with_towns >= (grows or 1.0) * without


class TestPlacesReference:
    # the colours of well-known places, by plain geography
    @pytest.mark.parametrize(
        ("longitude_deg", "latitude_deg", "warm"),
        [(10.0, 23.0, True), (134.0, -25.0, True), (-150.0, 0.0, False), (75.0, -15.0, False)],
    )
    def test_deserts_are_warm_and_seas_are_blue(self, longitude_deg, latitude_deg, warm):
        place = _over(longitude_deg, latitude_deg)
        sun = place + 1.2 * np.cross(place, [0.0, 0.0, 1.0])  # 50 degrees off: out of the glint
        light, _ = _seen_from(place, sun / np.linalg.norm(sun), air=False, **BARE)
        red, _, blue = light[76:84, 76:84].mean(axis=(0, 1))
        assert (red > 1.5 * blue) if warm else (blue > 2.0 * red)

    def test_the_earth_turns_with_its_rotation(self):
        angle = np.radians(70.0)
        turn = np.array([[np.cos(angle), np.sin(angle), 0], [-np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
        sahara = _over(10.0, 23.0)
        direction = turn.T @ sahara  # where it stands in GCRS
        light, _ = _seen_from(direction, direction, rotation_itrs_from_gcrs=turn, air=False, **BARE)
        red, _, blue = light[76:84, 76:84].mean(axis=(0, 1))
        assert red > 1.5 * blue


class TestEnvironmentLaw:
    def test_below_is_the_earth_and_above_is_dark(self):
        position = np.array([0.0, 0.0, 6.938e6])
        scene = Scene(Camera(position, CENTRE, (0.0, 1.0, 0.0)), SUN_X, EarthItem())
        light = environment(scene, position, (32, 16))
        assert (light[:8] == 0.0).all()  # the horizon is 23 degrees under the level
        assert light[12:].max() > 0.01

    def test_it_agrees_with_the_picture(self):
        position = np.array([2.0e7, 0.0, 0.0])
        sun = np.array([0.8, 0.6, 0.0])
        scene = Scene(Camera(position, CENTRE, view_angle_rad=0.05), sun, EarthItem(**BARE))
        picture, _ = earth_layer(scene, (16, 16))
        around = environment(scene, position, (512, 256))
        # azimuth 180 degrees is the seam of the map; both are of the same few hundred kilometres
        np.testing.assert_allclose(
            around[127:129, [0, -1]].mean(axis=(0, 1)), picture.mean(axis=(0, 1)), rtol=0.1
        )


class TestGlobeRefusal:
    def test_a_camera_in_the_air(self):
        camera = Camera([6.40e6, 0.0, 0.0], [6.40e6, 1e5, 0.0])
        with pytest.raises(ValueError, match=r"above the air, more than 100 km up, got 22 km"):
            earth_layer(Scene(camera, SUN_X, EarthItem()), (32, 32))
