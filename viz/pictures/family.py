"""All craft side by side, to one scale: with a person, a telescope as long as a bus, a space station."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from geometry.constants import EARTH_EQUATORIAL_RADIUS_M
from geometry.craft import build_craft
from geometry.craft.parameters import CraftParameters, SolarSlice
from geometry.design import Design, load_design
from geometry.ephemeris import sky_at
from geometry.mesh.surface_mesh import INACTIVE, SurfaceMesh, concatenate
from geometry.validation import FloatArray, IntArray
from viz import theme
from viz.bakes import baked, with_bake
from viz.camera import WHOLE, Camera, eased
from viz.coatings import material_of
from viz.refinement import refined
from viz.scale_craft import STATION_WIDTH_M, TELESCOPE_LENGTH_M, station, telescope
from viz.scale_figure import PERSON_M, scale_figure
from viz.scene import Caption, Dimension, EarthItem, Label, Material, MeshItem, Scene, triple
from viz.staging import STARLIGHT, craft_materials, with_patterns, with_shades
from viz.times import time_or_epoch
from viz.titles import length_text, title_of
from viz.unwrapping import cell_size_m
from viz.walk import passed, shares, shown

DESCRIPTION = "all craft to one scale beside a person, a bus-sized telescope and a space station"

ALTITUDE_M = 560e3
# axes of the row: x to the right, y up, z to the eye
SUN = (-0.55, 0.55, 0.63)
NADIR = (0.03, -0.975, -0.22)
# looks along z, so that all in the plane of the row has one scale; the middle of the picture is shifted
EYE, AIM, VIEW_ANGLE_RAD, SHIFT = (14.0, 58.0, 330.0), (14.0, 58.0, 0.0), 0.475, (-0.199, 0.2225)
FLOOR_FRONT_M = 14.0
SCALE_Y = 97.0  # m: over the station, where the sky is dark
# presets and where they stand along the row, m; how far their name hangs (heights: right, down)
ROW: tuple[tuple[str, float, tuple[float, float]], ...] = (
    ("panel_module", -44.0, (-0.02, -0.115)),
    ("broadband_28kw", -9.0, (-0.03, -0.075)),
    ("compute_120kw", 10.0, (-0.035, -0.045)),
    ("solar_slice", 30.0, (-0.02, -0.095)),
    ("solar_slice_radiators", 50.0, (0.025, -0.060)),
)
ROW_M, TALL_M = 284.0, 110.0  # of the row in the picture, and how tall a craft may stand in it
OWN_GAP_M = 34.0  # for the name of the person
LARGEST_M = 250.0  # beside what is larger, nothing of the row is seen
PERSON_X, TELESCOPE_X, STATION_X = -56.0, -27.0, 119.0
NEAR = 0.098  # of the way to where the still of the presets stands: where a film begins, at the person
GOING = (0.07, 0.82)  # shares of a film between which the camera goes
COMING, CAPTIONED = 0.035, 0.10  # of the picture: over which names come into sight, over what words stand
WORDS = 0.0072  # of the width, for each letter of a name in a small picture
UPRIGHT = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
LENGTHS = {"coarsest_m": 1e3, "finest_m": 0.05, "finest_rad": 0.002}  # of shadows
LYING = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])  # cells up, long side away


@dataclass(frozen=True, eq=False)
class Member:
    """One thing of the row, in its axes."""

    name: str
    words: str
    mesh: SurfaceMesh
    materials: tuple[Material, ...]
    cell_m: tuple[float, float]
    hang: tuple[float, float]


def scene(
    design: Design, at_utc: np.datetime64 | None = None, *, shaded: bool = True, captions: bool = True
) -> Scene:
    """The presets stand on the largest of them, the sheet of modules, with what people know beside them.

    Parameters
    ----------
    design : Design
        Its craft stands at the left end of the row, where it is none of the presets' and fits.
    at_utc : datetime64, optional
        Default the design's epoch.
    shaded : bool
        Whether shadows are cast.
    captions : bool

    Notes
    -----
    Nobody flies them so; they are put side by side, at one scale in the plane of the row.  Sizes of the
    presets stand in their files, of the station and the telescope in `viz.scale_craft`.
    """
    row = _Row(design, at_utc)
    whole = row.whole
    if shaded:
        whole = with_shades(whole, row.bare, row.bare.camera, **LENGTHS)
    drawn = row.drawn(whole)
    if not captions:
        return drawn
    labels, dimensions, written = row.words()
    return replace(drawn, labels=labels, dimensions=dimensions, captions=written)


def prepared(
    design: Design, at_utc: np.datetime64 | None = None, *, shaded: bool = True, captions: bool = True
) -> dict[str, FloatArray]:
    """What takes long and serves all frames of the film: the shadows, as fine as they are seen on the way."""
    return _Row(design, at_utc).shadows() if shaded else {}


def film(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    frames: int = 600,
    shaded: bool = True,
    captions: bool = True,
    prepared: Mapping[str, FloatArray] | None = None,
) -> Callable[[int], Scene]:
    """From the person along the row and back from it, until the station stands in the picture: the still.

    What has come into the picture stays in it, and the person at its place.

    Parameters
    ----------
    design, at_utc, shaded, captions
        As `scene` takes them.
    frames : int
    prepared : mapping, optional
        What the function `prepared` gave for the same design and options; else it is worked out here.

    Returns
    -------
    callable
        Frame number, 0 to `frames` - 1 -> Scene.
    """
    share = shares(frames)
    row = _Row(design, at_utc)
    shadows = (row.shadows() if shaded else {}) if prepared is None else prepared
    still = row.drawn(with_bake(row.whole, shadows) if shadows else row.whole)
    labels, dimensions, written = row.words()

    def frame(number: int) -> Scene:
        drawn = replace(still, camera=row.camera(passed(share(number), *GOING)))
        if not captions:
            return drawn
        names = [_coming(label, [label.position_gcrs_m], drawn.camera) for label in labels]
        lengths = [_coming(d, [d.start_gcrs_m, d.end_gcrs_m], drawn.camera) for d in dimensions]
        return replace(drawn, labels=sum(names, ()), dimensions=sum(lengths, ()), captions=written)

    return frame


class _Row:
    """All that stands side by side, the sky about it, and the way along it."""

    def __init__(self, design: Design, at_utc: np.datetime64 | None) -> None:
        at = time_or_epoch(design, at_utc)
        sky = sky_at(np.array([at]))
        sun = sky.sun_direction_gcrs[0]
        self.design = design
        self.place, self.turn = place, turn = _stand(sun)
        earth = EarthItem(sky.rotation_itrs_from_gcrs[0], design.environment.earth_shape)
        self.own = own = _own(design)
        self.members = members = [*_members(), *own]
        more_m = OWN_GAP_M + np.ptp(own[0].mesh.bounds_m, axis=0) if own else np.zeros(3)
        self.bare = Scene(_camera(place, turn, more_m), sun, earth=earth, stars=True, ambient=STARLIGHT)
        self.whole = MeshItem(
            concatenate([m.mesh for m in members]),
            tuple(material for m in members for material in m.materials),
            position_gcrs_m=place,
            rotation_gcrs_from_body=turn,
        )

    def camera(self, share: float) -> Camera:
        """On the straight line from near the person to where the still stands: the person keeps its place."""
        end, person = self.bare.camera, self.place + self.turn @ (PERSON_X, 0.5 * PERSON_M, 0.0)
        far = float((self.turn.T @ (end.position_gcrs_m - self.place))[2]) / EYE[2]
        near = (NEAR / far) ** (1.0 - share)
        eye, aim = (person + near * (p - person) for p in (end.position_gcrs_m, end.focal_point_gcrs_m))
        return replace(end, position_gcrs_m=eye, focal_point_gcrs_m=aim)

    def shadows(self) -> dict[str, FloatArray]:
        """Light on all of them."""
        cameras = [self.camera(share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
        return baked(with_shades(self.whole, self.bare, cameras, **LENGTHS))

    def drawn(self, whole: MeshItem) -> Scene:
        """Without words."""
        items = tuple(with_patterns(_only(whole, m), m.cell_m) for m in self.members)
        return replace(self.bare, meshes=items, exposure=1.08)

    def words(self) -> tuple[tuple[Label, ...], tuple[Dimension, ...], tuple[Caption, ...]]:
        """Labels, dimensions and captions."""
        return (
            _labels(self.members, self.place, self.turn),
            (_scale(self.place, self.turn),),
            _captions(self.design, self.own),
        )


def _coming(item: Any, places: list[Any], camera: Camera) -> tuple[Any, ...]:
    """A name or a length, as far as it has come into the picture, beneath its words, (1,) or nothing."""
    pixels, _depth = camera.pixels(np.array(places), (1600, 900))
    at = pixels / (1600.0, 900.0) + np.array(item.offset) * (9.0 / 16.0, 1.0)
    right, top = float(at[:, 0].max()), float(at[:, 1].min())
    inside = 1.0 - right
    if isinstance(item, Label):
        long = max(WORDS * len(item.text) - COMING, 0.0) if item.offset[0] > 0.0 else 0.0
        inside = min(inside - long, top - CAPTIONED)
    return shown([item], eased((inside - COMING) / COMING))


def _camera(place: FloatArray, turn: FloatArray, more_m: FloatArray) -> Camera:
    """Before the row; farther away and more to the left for what needs more room there, (3,) in m."""
    far = max(1.0 + float(more_m[0]) / ROW_M, float(more_m[1]) / TALL_M)
    way = np.array([0.5 * float(more_m[0]), 0.0, 0.0])
    eye, aim = (np.array(p) * (1.0, far, far) - way for p in (EYE, AIM))
    return Camera.about(place, turn, eye, aim, (0.0, 1.0, 0.0), VIEW_ANGLE_RAD, SHIFT, WHOLE)


def _stand(sun: FloatArray) -> tuple[FloatArray, FloatArray]:
    """A place over the Earth (GCRS, m) and the row's axes there, from which Sun and nadir lie as chosen."""
    want_sun = np.array(SUN) / np.linalg.norm(SUN)
    down = np.array(NADIR) / np.linalg.norm(NADIR)
    side = np.cross([0.0, 0.0, 1.0], sun)
    side /= np.linalg.norm(side)
    # the zenith has the chosen angle to the Sun, on the evening side
    height = float(-want_sun @ down)
    zenith = height * sun + np.sqrt(1.0 - height**2) * side
    row = _triad(want_sun, -down)
    return (EARTH_EQUATORIAL_RADIUS_M + ALTITUDE_M) * zenith, _triad(sun, zenith) @ row.T


def _triad(first: FloatArray, second: FloatArray) -> FloatArray:
    """Orthogonal axes (columns): along the first, and the second less its part along it."""
    rest = second - (second @ first) * first
    rest /= np.linalg.norm(rest)
    return np.stack([first, rest, np.cross(first, rest)], axis=1)


# ------------------------------------------------------------------ the row


def _members() -> list[Member]:
    found = [_floor()]
    for preset, x, hang in ROW:
        design = load_design(preset)
        craft = build_craft(design)
        span = np.ptp(craft.mesh.bounds_m, axis=0)
        long = f"{span[0]:.1f} × {span[1]:.1f} m" if span.max() < 10.0 else f"{span.max():.0f} m"
        words = f"{title_of(design)}, {long}"
        found.append(
            _member(
                preset, words, craft.mesh, craft_materials(design, craft), cell_size_m(design.craft), x, hang
            )
        )
    person = scale_figure(PERSON_M)
    # stands on +z and looks along +x: up is up, and it looks at the eye
    figure = person.transformed(np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]))
    for name, words, mesh, x, hang in (
        ("person", f"person, {PERSON_M:.2f} m", figure, PERSON_X, (-0.02, -0.05)),
        ("telescope", f"telescope, {TELESCOPE_LENGTH_M:.0f} m", telescope(), TELESCOPE_X, (-0.03, -0.12)),
        ("station", f"space station, {STATION_WIDTH_M:.0f} m", station(), STATION_X, (0.02, -0.145)),
    ):
        materials = tuple(material_of(o) for o in mesh.optics)
        found.append(_member(name, words, mesh, materials, (0.3, 0.3), x, hang))
    return found


def _own(design: Design) -> list[Member]:
    """The design's own craft, left of the person; none where it is a preset's or too large for the row."""
    craft = build_craft(design)
    span = np.ptp(craft.mesh.bounds_m, axis=0)
    if _is_preset(design) or span.max() > LARGEST_M:
        return []
    words = f"{title_of(design)}, {length_text(float(span.max()))}"
    x = PERSON_X - OWN_GAP_M + 4.0 - 0.5 * float(span[0])
    return [
        _member(
            "own",
            words,
            craft.mesh.transformed(translation_m=-craft.mesh.bounds_m.mean(axis=0)),
            craft_materials(design, craft),
            cell_size_m(design.craft),
            x,
            (-0.02, -0.11),
        )
    ]


def _is_preset(design: Design) -> bool:
    """Whether the craft is one of the row; on which side its shield stands does not count."""

    def plain(craft: CraftParameters) -> CraftParameters:
        if not isinstance(craft, SolarSlice) or not craft.earth_shield.side_y:
            return craft
        return replace(craft, earth_shield=replace(craft.earth_shield, side_y=1))

    presets = (*(preset for preset, _x, _hang in ROW), "gpu_sheet")
    return any(plain(design.craft) == plain(load_design(preset).craft) for preset in presets)


def _member(
    name: str,
    words: str,
    mesh: SurfaceMesh,
    materials: tuple[Material, ...],
    cell_m: tuple[float, float],
    x: float,
    hang: tuple[float, float],
) -> Member:
    """Upright on the floor at a place along the row."""
    shift = np.array([x, 0.15 - mesh.bounds_m[0, 1], 0.0])
    return Member(name, words, _named(mesh.transformed(UPRIGHT, shift), name), materials, cell_m, hang)


def _floor() -> Member:
    """The sheet of modules, cells up, its near edge before the row."""
    design = load_design("gpu_sheet")
    craft = build_craft(design)
    lying = craft.mesh.transformed(LYING)
    shift = np.array([0.0, 0.0, FLOOR_FRONT_M - lying.bounds_m[1, 2]])

    def longest_m(centroids_m: FloatArray) -> FloatArray:
        away = np.abs(centroids_m[:, 2])
        return np.clip(0.3 * away, 4.0, 80.0)

    mesh = refined(lying.transformed(translation_m=shift), longest_m)
    spans = np.ptp(craft.mesh.bounds_m, axis=0)
    words = f"{title_of(design)}, {spans[0]:.0f} × {spans[1]:.0f} m"
    return Member(
        "floor",
        words,
        _named(mesh, "floor"),
        craft_materials(design, craft),
        cell_size_m(design.craft),
        (0.0, 0.0),
    )


def _named(mesh: SurfaceMesh, name: str) -> SurfaceMesh:
    """Its surfaces told from those of the others."""
    return replace(mesh, surface_names=tuple(f"{name}/{n}" for n in mesh.surface_names))


def _only(whole: MeshItem, member: Member) -> MeshItem:
    """One member out of all, with the shadows that were cast on it."""
    mesh = whole.mesh
    own: IntArray = np.array([n.startswith(f"{member.name}/") for n in mesh.surface_names])
    table = np.full(len(own) + 1, INACTIVE)
    table[np.flatnonzero(own)] = np.arange(own.sum())
    mine = np.append(own, False)
    faces = np.flatnonzero(mine[mesh.front_surface] | mine[mesh.back_surface])
    part = SurfaceMesh(
        mesh.vertices_m,
        mesh.faces[faces],
        table[mesh.front_surface[faces]],
        table[mesh.back_surface[faces]],
        tuple(n for n, o in zip(mesh.surface_names, own, strict=True) if o),
        tuple(p for p, o in zip(mesh.optics, own, strict=True) if o),
    )
    return replace(
        whole,
        mesh=part,
        materials=member.materials,
        front_sunlight=_of_faces(whole.front_sunlight, faces),
        back_sunlight=_of_faces(whole.back_sunlight, faces),
        front_ambient=_of_faces(whole.front_ambient, faces),
        back_ambient=_of_faces(whole.back_ambient, faces),
    )


def _of_faces(shares: FloatArray | None, faces: IntArray) -> FloatArray | None:
    """Shares of light (F, 3) of some faces, where any were cast."""
    return None if shares is None else shares[faces]


# ------------------------------------------------------------------ words


def _labels(members: list[Member], place: FloatArray, turn: FloatArray) -> tuple[Label, ...]:
    labels = []
    for member in members[1:]:
        top = place + turn @ (_top(member.mesh) + np.array([0.0, 0.4, 0.0]))
        labels.append(Label(member.words, triple(top), member.hang, 0.0205, theme.TEXT, True))
    edge = place + turn @ np.array([-50.0, 0.0, FLOOR_FRONT_M])
    labels.append(Label(members[0].words, triple(edge), (0.03, 0.055), 0.0205, theme.TEXT, True))
    return tuple(labels)


def _top(mesh: SurfaceMesh) -> FloatArray:
    """The highest place near the middle of a mesh."""
    corners = mesh.vertices_m[np.unique(mesh.faces)]
    off = np.abs(corners[:, 0] - mesh.bounds_m[:, 0].mean())
    near = corners[off <= max(4.0, off.min())]  # m: a wing, not those of a station
    return np.array([mesh.bounds_m[:, 0].mean(), near[:, 1].max(), 0.0])


def _scale(place: FloatArray, turn: FloatArray) -> Dimension:
    """Fifty metres in the plane of the row."""
    ends = [triple(place + turn @ np.array([x, SCALE_Y, 0.0])) for x in (94.0, 144.0)]
    return Dimension("50 m", ends[0], ends[1])


def _captions(design: Design, own: list[Member]) -> tuple[Caption, ...]:
    below = "put side by side, not in flight  ·  one scale in the row; the sheet runs on behind it"
    if not own and not _is_preset(design):
        span = float(np.ptp(build_craft(design).mesh.bounds_m, axis=0).max())
        below += f"\n{title_of(design)}, {length_text(span)}, is too large for it"
    return (
        Caption("To one scale", "top_left", 0.030),
        Caption(below, "top_left", 0.0195, (0.0, 0.045), color=theme.TEXT),
    )
