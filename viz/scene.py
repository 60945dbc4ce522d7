"""`Scene`: everything in a picture, as plain data; no window, no VTK.

All positions are GCRS in metres and float64 (in a scene without an Earth: any inertial axes).  The
renderer takes every difference to the camera in float64 before anything becomes single precision, so
a craft keeps its micrometres 7,000 km from the geocentre.  Colours are linear light (not sRGB); 1.0 is
the radiance of a white, diffuse surface that faces the Sun (`theme` exposes and tones it once, at the end).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from geometry.environment import EarthShape
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.validation import FloatArray, check_finite, check_in_range, check_shape, read_only
from viz.camera import Camera

Color = tuple[float, float, float]
Place = tuple[float, float, float]


def triple(values: Iterable[float]) -> tuple[float, float, float]:
    """Three numbers as plain floats, for a place or a colour that stands in a frozen type."""
    first, second, third = values
    return float(first), float(second), float(third)


Anchor = Literal["top_left", "top_right", "bottom_left", "bottom_right", "top", "bottom", "center"]


@dataclass(frozen=True)
class Material:
    """What a surface looks like under the Sun (metallic-roughness model).

    Parameters
    ----------
    base_color : tuple of 3 float
        Linear reflectance (of a metal: at normal incidence), in [0, 1].
    metallic, roughness : float
        In [0, 1].
    clear_coat : float
        Strength of a smooth, clear layer on top (cover glass), in [0, 1].
    emission : tuple of 3 float
        Linear radiance of its own.
    pattern : str or None
        Name of a procedural texture known to `viz.materials` (solar cells, foil, ...), laid by the
        texture coordinates of the item.
    block : tuple of 2 float
        Repeats of the pattern in one module along both coordinates, for its seams; 0 for none.
    """

    base_color: Color = (0.5, 0.5, 0.5)
    metallic: float = 0.0
    roughness: float = 0.6
    clear_coat: float = 0.0
    emission: Color = (0.0, 0.0, 0.0)
    pattern: str | None = None
    block: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, eq=False)
class MeshItem:
    """One mesh at one place.

    Parameters
    ----------
    mesh : SurfaceMesh
        Body frame, m.
    materials : tuple of S Material
        One per surface of the mesh.
    inactive_material : Material
        Of sides that belong to no surface.
    position_gcrs_m : array (3,)
        Origin of the body frame, m.
    rotation_gcrs_from_body : array (3, 3)
    texture_coordinates : array (F, 3, 2) or None
        Per face and corner, in units of one repeat of the pattern; the back uses the same.
    front_sunlight, back_sunlight : array (F,) or (F, 3), or None
        Share of direct sunlight that reaches each face, or each corner of it, past the craft's own
        parts, in [0, 1]: shadows cast by rays beforehand.  None: no shadows.
    front_ambient, back_ambient : array (F,) or (F, 3), or None
        Share of the sky and Earth light left by the craft's own parts, in [0, 1].
    front_values, back_values : array (F,) or (F, 3), or None
        Values to colour by in place of materials, of each face or each corner of it; NaN keeps the
        material.
    value_label, value_range, color_map : str, tuple of 2 float, str
        With unit: "absorbed flux / W m$^{-2}$"; range of the map; name in matplotlib.
    lit : bool
        Whether the sky and the Earth light it.  Where none of a scene's meshes is lit, that light need not be
        worked out.
    """

    mesh: SurfaceMesh
    materials: tuple[Material, ...]
    inactive_material: Material = Material((0.02, 0.02, 0.02))
    position_gcrs_m: FloatArray = field(default_factory=lambda: np.zeros(3))
    rotation_gcrs_from_body: FloatArray = field(default_factory=lambda: np.eye(3))
    texture_coordinates: FloatArray | None = None
    front_sunlight: FloatArray | None = None
    back_sunlight: FloatArray | None = None
    front_ambient: FloatArray | None = None
    back_ambient: FloatArray | None = None
    front_values: FloatArray | None = None
    back_values: FloatArray | None = None
    value_label: str = ""
    value_range: tuple[float, float] = (0.0, 1.0)
    color_map: str = "inferno"
    lit: bool = True

    def __post_init__(self) -> None:
        count = len(self.mesh.faces)
        object.__setattr__(self, "materials", tuple(self.materials))
        if len(self.materials) != len(self.mesh.surface_names):
            raise ValueError(
                f"materials must have one entry per surface ({len(self.mesh.surface_names)}), "
                f"got {len(self.materials)}"
            )
        _freeze(self, "position_gcrs_m", (3,))
        _freeze(self, "rotation_gcrs_from_body", (3, 3))
        if self.texture_coordinates is not None:
            _freeze(self, "texture_coordinates", (count, 3, 2))
        for name in ("front_sunlight", "back_sunlight", "front_ambient", "back_ambient"):
            if getattr(self, name) is not None:
                shape = (count, 3) if np.ndim(getattr(self, name)) == 2 else (count,)
                _freeze(self, name, shape)
                check_in_range(getattr(self, name), 0.0, 1.0, name=name)
        for name in ("front_values", "back_values"):
            if getattr(self, name) is not None:
                shape = (count, 3) if np.ndim(getattr(self, name)) == 2 else (count,)
                check_shape(getattr(self, name), shape, name=name)
                object.__setattr__(self, name, read_only(getattr(self, name)))
        low, high = self.value_range
        if not low < high:
            raise ValueError(f"value_range must rise, got ({low:g}, {high:g})")


@dataclass(frozen=True, eq=False)
class InstancesItem:
    """One light mesh at N places (drawn as meshes; far ones belong into a `PointsItem`).

    `item` gives mesh and materials; its own place is not used.  Positions (N, 3) in m, rotations
    (N, 3, 3).
    """

    item: MeshItem
    position_gcrs_m: FloatArray
    rotation_gcrs_from_body: FloatArray

    def __post_init__(self) -> None:
        count = len(self.position_gcrs_m)
        _freeze(self, "position_gcrs_m", (count, 3))
        _freeze(self, "rotation_gcrs_from_body", (count, 3, 3))


@dataclass(frozen=True, eq=False)
class SatellitesItem:
    """N satellites of one craft: each a mesh when near, an oriented sprite further off, then a point.

    Parameters
    ----------
    craft : MeshItem
        Mesh and materials; its own place is not used.
    position_gcrs_m : array (N, 3)
        m.
    rotation_gcrs_from_body : array (N, 3, 3)
    sunlit_fraction : array (N,)
    lift : float
        0: far points have the light that they truly have beside the near ones.  Else they pass into this
        many times the light of a star of the same magnitude, as `theme` draws stars.
    """

    craft: MeshItem
    position_gcrs_m: FloatArray
    rotation_gcrs_from_body: FloatArray
    sunlit_fraction: FloatArray
    lift: float = 0.0

    def __post_init__(self) -> None:
        count = len(self.position_gcrs_m)
        _freeze(self, "position_gcrs_m", (count, 3))
        _freeze(self, "rotation_gcrs_from_body", (count, 3, 3))
        _freeze(self, "sunlit_fraction", (count,))
        check_in_range(self.lift, 0.0, 1e6, name="lift")


@dataclass(frozen=True, eq=False)
class PointsItem:
    """N shining points too small to resolve: the satellites of a ring.

    Parameters
    ----------
    position_gcrs_m : array (N, 3)
        m.
    brightness : array (N,)
        Linear radiance of the middle of each point's image, seen from `reference_m`; it falls with the
        square of the distance.
    color : array (N, 3)
        Linear.
    reference_m : float
        m.
    width : float
        Of their images, over that of a point.
    trail_gcrs_m : array (K, N, 3), optional
        Where each is while the shutter is open, m: its light is spread over these places evenly.  Default
        its position alone.
    """

    position_gcrs_m: FloatArray
    brightness: FloatArray
    color: FloatArray
    reference_m: float = 1.0e6
    width: float = 1.0
    trail_gcrs_m: FloatArray | None = None

    def __post_init__(self) -> None:
        count = len(self.position_gcrs_m)
        _freeze(self, "position_gcrs_m", (count, 3))
        _freeze(self, "brightness", (count,))
        _freeze(self, "color", (count, 3))
        check_in_range(self.width, 0.1, 100.0, name="width")
        if self.trail_gcrs_m is not None:
            _freeze(self, "trail_gcrs_m", (None, count, 3))


@dataclass(frozen=True, eq=False)
class EarthItem:
    """The Earth, truly turned.

    Parameters
    ----------
    rotation_itrs_from_gcrs : array (3, 3)
    shape : EarthShape
    clouds, city_lights, air : bool
    """

    rotation_itrs_from_gcrs: FloatArray = field(default_factory=lambda: np.eye(3))
    shape: EarthShape = field(default_factory=EarthShape)
    clouds: bool = True
    city_lights: bool = True
    air: bool = True

    def __post_init__(self) -> None:
        _freeze(self, "rotation_itrs_from_gcrs", (3, 3))


@dataclass(frozen=True)
class ShadowItem:
    """The Earth's umbra as a translucent body behind it.

    Parameters
    ----------
    sun_distance_m : float
        Geocentric: how fast the body tapers.
    length_m : float
        From the geocentre to where it has faded; the true umbra ends 1.4 million km away.
    color : tuple of 3 float
        Linear light of the body, seen through a whole Earth radius of it.
    depth : float
        Share of the light from behind that it takes there, in [0, 1].
    """

    sun_distance_m: float
    length_m: float
    color: Color
    depth: float = 0.5

    def __post_init__(self) -> None:
        check_in_range(self.sun_distance_m, 1e10, 1e12, name="sun_distance_m", unit="m")
        check_in_range(self.length_m, 1e6, 1e9, name="length_m", unit="m")
        check_in_range(self.depth, 0.0, 1.0, name="depth")


@dataclass(frozen=True, eq=False)
class PlateItem:
    """A flat picture held before the camera: what no camera draws, a fisheye.

    Parameters
    ----------
    light : float array (h, w, 3)
        Linear.
    cover : array (h, w)
        Share that it hides of what is behind it, in [0, 1].
    middle : tuple of 2 float
        Tangents of the angles to the right and up from the line of sight at which its middle stands.
    half_height : float
        Tangent of the angle from its middle to its upper edge; its pixels are square.
    """

    light: FloatArray
    cover: FloatArray
    middle: tuple[float, float] = (0.0, 0.0)
    half_height: float = 0.3

    def __post_init__(self) -> None:
        rows, columns = np.shape(self.cover)
        _freeze(self, "light", (rows, columns, 3))
        _freeze(self, "cover", (rows, columns))
        check_in_range(self.cover, 0.0, 1.0, name="cover")
        check_in_range(self.half_height, 1e-6, 10.0, name="half_height")


@dataclass(frozen=True)
class Caption:
    """Words in the picture; sizes are shares of the picture's height, colours sRGB in [0, 1].

    `offset` moves the text from its anchor (in heights, right and down); `weight` is a face of
    `theme.FONTS`; several lines are split at newlines.
    """

    text: str
    anchor: Anchor = "bottom_left"
    size: float = 0.022
    offset: tuple[float, float] = (0.0, 0.0)
    weight: str = "regular"
    color: Color = (0.86, 0.88, 0.92)
    opacity: float = 1.0


@dataclass(frozen=True)
class Label:
    """Words beside a place in the scene: a scale figure, a part's name; the place in GCRS, m.

    `centered` words have their middle there; else they start there (a leader to the left: end there).
    `opacity` is that of words and leader.
    """

    text: str
    position_gcrs_m: tuple[float, float, float]
    offset: tuple[float, float] = (0.0, 0.0)
    size: float = 0.02
    color: Color = (0.86, 0.88, 0.92)
    leader: bool = False
    centered: bool = False
    opacity: float = 1.0


@dataclass(frozen=True)
class ScalarBar:
    """The colours of the values, with a readable title (unit included) above its ticks.

    Ticks left out are chosen round.  `place` is the middle of the bar itself, in shares of width and
    height from the top left, where the anchor alone does not serve; `length` its share of the height
    (upright, "right") or of the width ("bottom").
    """

    title: str
    value_range: tuple[float, float]
    color_map: str = "inferno"
    ticks: tuple[float, ...] = ()
    anchor: Literal["right", "bottom"] = "right"
    note: str = ""
    place: tuple[float, float] | None = None
    length: float | None = None


@dataclass(frozen=True)
class Dimension:
    """A dimension line with its length in words, as on a drawing; ends in GCRS, m.

    `offset` moves the whole line in the picture (in heights, right and down), `text_offset` the words
    from its middle; `opacity` is that of both.
    """

    text: str
    start_gcrs_m: tuple[float, float, float]
    end_gcrs_m: tuple[float, float, float]
    offset: tuple[float, float] = (0.0, 0.0)
    text_offset: tuple[float, float] = (0.0, -0.02)
    size: float = 0.024
    color: Color = (0.90, 0.92, 0.95)
    opacity: float = 1.0


@dataclass(frozen=True, eq=False)
class Scene:
    """All that one picture shows; the same scene draws at any size.

    Parameters
    ----------
    camera : Camera
    sun_direction_gcrs : array (3,)
        Unit vector to the Sun; the one light.
    sunlight : Color
        What of it reaches the meshes: 1 in full sunlight, dimmed and reddened in penumbra.
    earth : EarthItem or None
    shadow : ShadowItem or None
        Of that Earth.
    stars, sun : bool
        Draw the stars at their true places; the Sun where it is in view.
    meshes, instances, points, satellites, plates : tuples of items
    captions, labels : tuples
    dimensions : tuple of Dimension
    scalar_bar : ScalarBar, a tuple of several, or None
    exposure : float
        Factor on all light before the tone curve; stars and points included.
    ambient : Color
        Linear radiance of a uniform sky of no origin, for scenes without an Earth to light them.
    background : Color
        Linear, behind everything where there is no Earth and no star.
    seed : int
        For what is random in the picture (dither).
    """

    camera: Camera
    sun_direction_gcrs: FloatArray
    earth: EarthItem | None = None
    shadow: ShadowItem | None = None
    stars: bool = False
    sun: bool = True
    meshes: tuple[MeshItem, ...] = ()
    instances: tuple[InstancesItem, ...] = ()
    points: tuple[PointsItem, ...] = ()
    satellites: tuple[SatellitesItem, ...] = ()
    plates: tuple[PlateItem, ...] = ()
    captions: tuple[Caption, ...] = ()
    labels: tuple[Label, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    scalar_bar: ScalarBar | tuple[ScalarBar, ...] | None = None
    sunlight: Color = (1.0, 1.0, 1.0)
    exposure: float = 1.0
    ambient: Color = (0.0, 0.0, 0.0)
    background: Color = (0.0, 0.0, 0.0)
    seed: int = 1

    def __post_init__(self) -> None:
        _freeze(self, "sun_direction_gcrs", (3,))
        length = float(np.linalg.norm(self.sun_direction_gcrs))
        if not abs(length - 1.0) < 1e-6:
            raise ValueError(f"sun_direction_gcrs must be a unit vector, got length {length:g}")
        check_in_range(self.exposure, 0.0, 1e6, name="exposure")
        for name in (
            "meshes",
            "instances",
            "points",
            "satellites",
            "plates",
            "captions",
            "labels",
            "dimensions",
        ):
            object.__setattr__(self, name, tuple(getattr(self, name)))

    @property
    def scalar_bars(self) -> tuple[ScalarBar, ...]:
        """None, one or several."""
        if self.scalar_bar is None:
            return ()
        return (self.scalar_bar,) if isinstance(self.scalar_bar, ScalarBar) else tuple(self.scalar_bar)


def _freeze(item: Any, name: str, shape: tuple[int | None, ...]) -> NDArray[Any]:
    """The attribute checked, copied and made read-only."""
    values = read_only(check_shape(check_finite(getattr(item, name), name=name), shape, name=name))
    object.__setattr__(item, name, values)
    return values


def earth_of(scene: Scene) -> EarthItem:
    """The Earth of a scene that has one.

    Raises
    ------
    ValueError
        It has none.
    """
    if scene.earth is None:
        raise ValueError("the scene has no Earth, and what draws one was called; give it an EarthItem")
    return scene.earth
