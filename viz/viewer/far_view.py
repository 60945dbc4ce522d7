"""The far picture of a viewer: Earth, air, stars, Sun, shadow and ring, as coarse as the time for it asks.

The same kernels as the stills'.  Earth, stars, Sun and shadow are kept while neither the camera nor the light
has moved by what a pixel shows, so that a ring that plays before a resting camera costs its points and the
development alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geometry.validation import FloatArray, IntArray
from viz import theme
from viz.camera import Camera
from viz.glare import GLARE_ROWS
from viz.globe import earth_layer
from viz.image import developed
from viz.ring_stage import few_width, lit_colors
from viz.scene import PointsItem, Scene
from viz.splat import add_points
from viz.stars import add_stars, add_sun
from viz.viewer.cameras import ring_reach
from viz.viewer.dusk import add_dusk
from viz.viewer.moments import Moment
from viz.viewer.telling import above_level
from viz.viewer.umbra import add_umbra

KEPT_PIXELS = 0.35  # of motion that is not seen
MOVING_GLARE_ROWS = 90  # in pictures that move the lens spreads more coarsely,
MOVING_FAINTEST = 6.5  # and the faintest stars are left out
RING_REFERENCE_M = 3.95e7  # from where RING_LIGHT is meant: the shot `ring`
BRIGHTEST = 5.0  # times the light from afar: points near the camera grow no further
CRAFT_M = 3.0e5  # nearer, the satellite looked at is drawn as what it is
LOOKED_AT: theme.Color = (0.55, 1.0, 0.95)


def far_scene(
    moment: Moment, camera: Camera, *, ground: bool = False, without: IntArray | None = None
) -> Scene:
    """The scene of a moment without meshes and words."""
    return Scene(
        camera=camera,
        sun_direction_gcrs=moment.sun_direction_gcrs,
        earth=None if ground else moment.earth,
        stars=True,
        points=(ring_points(moment, camera, without),),
    )


def ring_points(moment: Moment, camera: Camera, without: IntArray | None = None) -> PointsItem:
    """Every satellite as a point of light, the one looked at in its own colour (from near it is a mesh)."""
    count = len(moment.position_gcrs_m)
    light = theme.RING_LIGHT * min(1.0, (1000.0 / count) ** theme.RING_CROWDING)
    color, strength = lit_colors(moment.sunlit_fraction)
    reference = RING_REFERENCE_M * ring_reach(moment)
    distance = np.linalg.norm(moment.position_gcrs_m - camera.position_gcrs_m, axis=1)
    brightness = light * strength * np.minimum(1.0, BRIGHTEST * (distance / reference) ** 2)
    if count > 1:
        color[moment.satellite] = LOOKED_AT
        near = distance[moment.satellite] < CRAFT_M
        brightness[moment.satellite] *= 0.0 if near else 3.0
    if without is not None:
        brightness[without] = 0.0
    return PointsItem(moment.position_gcrs_m, brightness, color, reference, few_width(count))


@dataclass
class FarView:
    """Draws far pictures and keeps what stands still between them."""

    _key: tuple[object, ...] = ()
    _camera: Camera | None = None
    _turn: FloatArray = field(default_factory=lambda: np.eye(3))
    _sun: FloatArray = field(default_factory=lambda: np.zeros(3))
    _backdrop: NDArray[np.float32] | None = None

    def picture(
        self,
        moment: Moment,
        camera: Camera,
        size: tuple[int, int],
        *,
        umbra: bool = False,
        ground: bool = False,
        coarseness: float = 1.0,
        without: IntArray | None = None,
    ) -> NDArray[np.uint8]:
        """sRGB (H, W, 3) of a moment at this size, each pixel so many of the screen wide.

        Satellites of the numbers `without` are left out.
        """
        scene = far_scene(moment, camera, ground=ground, without=without)
        coarse = coarseness > 1.0
        key = (size, umbra, ground, coarseness, scene.earth and scene.earth.shape)
        if self._backdrop is None or self._key != key or not self._serves(scene, moment, size):
            self._backdrop = _backdrop(scene, moment, size, umbra, ground, coarseness)
            self._key, self._camera, self._sun = key, camera, moment.sun_direction_gcrs
            self._turn = moment.earth.rotation_itrs_from_gcrs
        light = self._backdrop.copy()
        for item in scene.points:
            add_points(light, _above_horizon(item, camera) if ground else item, scene)
        rows = MOVING_GLARE_ROWS if coarse else GLARE_ROWS
        return developed(light, theme.EXPOSURE * scene.exposure, scene.seed, rows)

    def _serves(self, scene: Scene, moment: Moment, size: tuple[int, int]) -> bool:
        """Whether what is kept looks like what is asked for."""
        kept, new, earth = self._camera, scene.camera, scene.earth
        if kept is None or earth is None:
            return False
        # the camera as it stands over the turning ground
        turn = self._turn.T @ earth.rotation_itrs_from_gcrs
        scale = new.pixels_per_tangent(size)
        height = np.linalg.norm(new.position_gcrs_m) - earth.shape.equatorial_radius_m
        ground_moved = np.abs(turn - np.eye(3)).max() * earth.shape.equatorial_radius_m
        eye_moved = float(np.linalg.norm(new.position_gcrs_m - kept.position_gcrs_m))
        turned = np.abs(new.rotation_camera_from_gcrs - kept.rotation_camera_from_gcrs).max()
        sun_moved = np.abs(moment.sun_direction_gcrs - self._sun).max() * earth.shape.equatorial_radius_m
        moved = (ground_moved + eye_moved + sun_moved) / max(height, 1.0) + turned
        return bool(moved * scale < KEPT_PIXELS and kept.view_angle_rad == new.view_angle_rad)


def _backdrop(
    scene: Scene, moment: Moment, size: tuple[int, int], umbra: bool, ground: bool, coarseness: float
) -> NDArray[np.float32]:
    """Light (H, W, 3) of everything but the ring."""
    light, passed = earth_layer(scene, size)
    if ground:
        add_dusk(light, passed, scene.camera, moment)
    sky = np.zeros_like(light)
    add_stars(sky, passed, scene, np.inf if coarseness <= 1.0 else MOVING_FAINTEST)
    light += sky / np.float32(coarseness**2)  # a star on a large pixel has no more light
    add_sun(light, passed, scene)
    if umbra and not ground:
        add_umbra(light, scene.camera, moment)
    return light


def _above_horizon(item: PointsItem, camera: Camera) -> PointsItem:
    """What stands over the level of the observer."""
    seen = above_level(item.position_gcrs_m, camera)
    return PointsItem(
        item.position_gcrs_m[seen], item.brightness[seen], item.color[seen], item.reference_m, item.width
    )
