"""A craft lying before the Earth at its true size, a person beside it; the sheet of modules from its edge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from geometry.craft import build_craft
from geometry.craft.craft import Craft
from geometry.craft.parameters import GpuSheet, MeshCraft
from geometry.design import Design, load_design
from geometry.mesh.surface_mesh import concatenate
from geometry.validation import FloatArray
from viz import theme
from viz.bakes import baked, with_bake
from viz.camera import WHOLE, Camera
from viz.coatings import material_of
from viz.framing import corners_of, framed, outermost
from viz.refinement import refined
from viz.scale_figure import PERSON_M, scale_figure
from viz.scene import Caption, Dimension, Label, MeshItem, Scene, triple
from viz.staging import Stage, craft_item, craft_materials, stage, with_patterns, with_shades
from viz.titles import known_of, length_text, title_of, uncoated_note
from viz.unwrapping import cell_size_m
from viz.walk import passed, receding, shares, shown, turned

DESCRIPTION = "the craft at its true size, its lengths and a person beside it; made for the sheet of modules"

LATITUDE_DEG = 30.0
VIEW_ANGLE_RAD = 0.88
APART_M = 1000.0  # a craft so long in which the folds of a space suit are no area
SPREAD_M = 300.0  # what is shorter is seen whole
EYE = (-0.86, -0.40, 0.34)  # direction to it: along the craft, across it, out of the cells
ROOM = (-0.78, -0.33, 0.80, 0.43)
GOING, NAMING = (0.06, 0.78), (0.80, 0.90)  # shares of a film at which the camera goes, and words come
SWING_RAD = 1.1  # of a film's camera about a craft that is seen whole
BEFORE = (-5.2, -4.2, 1.9)  # where it begins before the person on a wide sheet: along, across, up, m
TOWARDS = (2.0, 1.6, 0.9)  # and what it looks at


@dataclass(frozen=True, eq=False)
class Table:
    """A craft as it lies: axes along it (Earthwards where it can be), across it, and out of its cells.

    Parameters
    ----------
    where : Stage
    axes : array (3, 3)
        Columns in the stage's axes.
    lying_m : array (K, 3)
        Its vertices along these axes, m.
    person_m : array (3,) or None
        Where the person's feet are; None where there is no person.
    is_spread : bool
        Whether it is a sheet so wide that one looks over it from its corner.
    """

    where: Stage
    axes: FloatArray
    lying_m: FloatArray
    person_m: FloatArray | None
    is_spread: bool

    @cached_property
    def bounds_m(self) -> FloatArray:
        """Lowest and highest place of the craft, (2, 3), m."""
        return np.stack([self.lying_m.min(axis=0), self.lying_m.max(axis=0)])

    @cached_property
    def spans_m(self) -> FloatArray:
        """(3,), m."""
        return np.ptp(self.lying_m, axis=0)

    @cached_property
    def rotation_body_from_table(self) -> FloatArray:
        """(3, 3)."""
        return self.where.rotation_gcrs_from_body.T @ self.where.rotation_gcrs_from_stage @ self.axes

    def places_gcrs_m(self, places_m: ArrayLike) -> FloatArray:
        """Places along the axes (..., 3) in GCRS, m."""
        turn = self.where.rotation_gcrs_from_stage @ self.axes
        return self.where.position_gcrs_m + np.asarray(places_m) @ turn.T

    @cached_property
    def lines_m(self) -> FloatArray:
        """Ends of the lines that tell its length and its width, before its near sides, (2, 2, 3), m."""
        (left, near, _), (right, far, _) = self.bounds_m
        ahead = self.lying_m[self.lying_m[:, 0] < left + 0.1 * self.spans_m[0], 2]
        level = 0.0 if self.is_spread else float(ahead.min())
        out = 0.012 * self.spans_m[0]
        out, aside = (out, 0.4 * out) if self.is_spread else (max(out, 0.06 * self.spans_m[1]),) * 2
        return np.array(
            [
                [[left, near - out, level], [right, near - out, level]],
                [[left - aside, near, level], [left - aside, far, level]],
            ]
        )


def scene(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    satellite: int | None = None,
    shaded: bool = True,
    captions: bool = True,
) -> Scene:
    """The craft from over its sunlit corner, along its length, towards the limb.

    Parameters
    ----------
    design : Design
        Any craft; one of type `gpu_sheet` has the solar slice beside it.
    at_utc : datetime64, optional
        Default the design's epoch.
    satellite : int, optional
        Its number; default the one near 30 degrees north on its way up.
    shaded : bool
        Whether shadows are cast.
    captions : bool
        Words and dimension lines.
    """
    where = stage(design, at_utc, satellite=satellite, latitude_deg=LATITUDE_DEG)
    craft = build_craft(design)
    table = _table(design, craft, where)
    camera = _still_camera(table)
    item, person = _craft_and_person(design, craft, table)
    if shaded:
        item = with_shades(item, where.sky(), camera, **_lengths_m(craft))
    drawn, labels = _drawn(design, table, item, person)
    drawn = replace(drawn, camera=camera)
    if not captions:
        return drawn
    return replace(drawn, dimensions=_dimensions(table), labels=labels, captions=_captions(design, craft))


def prepared(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    satellite: int | None = None,
    shaded: bool = True,
    captions: bool = True,
) -> dict[str, FloatArray]:
    """What takes long and serves all frames of the film: the shadows, as fine as they are seen on the way."""
    if not shaded:
        return {}
    where = stage(design, at_utc, satellite=satellite, latitude_deg=LATITUDE_DEG)
    craft = build_craft(design)
    return _shadows(design, craft, _table(design, craft, where))


def film(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    frames: int = 600,
    satellite: int | None = None,
    shaded: bool = True,
    captions: bool = True,
    prepared: Mapping[str, FloatArray] | None = None,
) -> Callable[[int], Scene]:
    """To where the still stands: up and back from the person on a wide sheet, around any other craft.

    Parameters
    ----------
    design, at_utc, satellite, shaded, captions
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
    where = stage(design, at_utc, satellite=satellite, latitude_deg=LATITUDE_DEG)
    craft = build_craft(design)
    table = _table(design, craft, where)
    item, person = _craft_and_person(design, craft, table)
    shadows = (_shadows(design, craft, table) if shaded else {}) if prepared is None else prepared
    still, labels = _drawn(design, table, with_bake(item, shadows) if shadows else item, person)
    still = replace(still, captions=_captions(design, craft) if captions else ())
    lengths = _dimensions(table)

    def frame(number: int) -> Scene:
        camera = _on_the_way(table, passed(share(number), *GOING))
        named = passed(share(number), *NAMING) if captions else 0.0
        return replace(still, camera=camera, dimensions=shown(lengths, named), labels=shown(labels, named))

    return frame


def _shadows(design: Design, craft: Craft, table: Table) -> dict[str, FloatArray]:
    item, _person = _craft_and_person(design, craft, table)
    cameras = [_on_the_way(table, share) for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)]
    return baked(with_shades(item, table.where.sky(), cameras, **_lengths_m(craft)))


def _lengths_m(craft: Craft) -> dict[str, float]:
    """Of shadows."""
    return {"coarsest_m": 1e3, "finest_m": min(0.05, craft.mesh.extent_m / 300.0)}


def _drawn(
    design: Design, table: Table, item: MeshItem, person: MeshItem | None
) -> tuple[Scene, tuple[Label, ...]]:
    """All that is there, in its light, without a camera of its own; and the names."""
    items, labels = [with_patterns(item, cell_size_m(design.craft))], _person_label(table)
    if person is not None:
        items.append(with_patterns(person))
    if table.is_spread:
        other, label = _neighbour(table)
        items, labels = [*items, other], (*labels, label)
    return replace(table.where.sky(), meshes=tuple(items), exposure=1.25), labels


# ------------------------------------------------------------------ what lies where


def _table(design: Design, craft: Craft, where: Stage) -> Table:
    stage_from_body = where.rotation_gcrs_from_stage.T @ where.rotation_gcrs_from_body
    long = stage_from_body[:, int(np.argmax(np.ptp(craft.mesh.bounds_m, axis=0)[:2]))]
    long = -long if long @ [0.3, 1.0, 0.0] > 0.0 else long
    out = np.array([0.0, 0.0, 1.0])
    axes = np.stack([long, np.cross(out, long), out], axis=1)
    lying = corners_of(craft.mesh) @ stage_from_body.T @ axes
    low, span = lying.min(axis=0), np.ptp(lying, axis=0)
    broad = bool(span[0] > SPREAD_M and 3.0 < span[0] / span[1] < 12.0)
    spread = broad and isinstance(design.craft, GpuSheet)
    person: FloatArray | None = None
    if spread:
        person = low * (1.0, 1.0, 0.0) + (0.010 * span[0], 0.075 * span[1], 0.9)
    elif not isinstance(design.craft, MeshCraft) and min(span[:2]) > 2.0 * PERSON_M:  # over the cells
        person = low * (1.0, 1.0, 0.0) + (0.10 * span[0] + 0.5, 0.55 * span[1], 0.15)
    elif 0.5 * PERSON_M < span.max() < SPREAD_M:  # beside it, where one is not lost beside the other
        person = low + np.array([0.25 * span[0], span[1] + 1.0, 0.5 * span[2] - 0.5 * PERSON_M])
    return Table(where, axes, lying, person, spread)


def _still_camera(table: Table) -> Camera:
    return _over_the_corner(table) if table.is_spread else _about_all(table)


def _on_the_way(table: Table, share: float) -> Camera:
    """The camera at a share of its way to where the still stands."""
    end = _still_camera(table)
    if table.is_spread:
        before, towards = (table.axes @ (table.person_m + np.array(p)) for p in (BEFORE, TOWARDS))
        start = table.where.camera(before, towards, table.axes[:, 2], VIEW_ANGLE_RAD)
        person = table.places_gcrs_m(table.person_m + np.array([0.0, 0.0, 0.5 * PERSON_M]))
        return receding(replace(start, narrow=WHOLE), end, person, share)
    middle = table.places_gcrs_m(table.bounds_m.mean(axis=0))
    out = table.where.rotation_gcrs_from_stage @ table.axes[:, 2]
    swung = turned(end, middle, out, (1.0 - share) * SWING_RAD)
    return framed(swung, table.places_gcrs_m(_all_places_m(table)), ROOM)


def _over_the_corner(table: Table) -> Camera:
    (left, near, _), span = table.bounds_m[0], table.spans_m
    eye = np.array([left - 0.044 * span[0], near - 0.47 * span[1], 0.050 * span[0]])
    aim = np.array([left + 0.190 * span[0], near + 0.60 * span[1], 0.0])
    up = table.axes[:, 2]
    camera = table.where.camera(table.axes @ eye, table.axes @ aim, up, VIEW_ANGLE_RAD, (0.14, 0.0))
    return replace(camera, narrow=WHOLE)


def _about_all(table: Table) -> Camera:
    """From over the near corner; the craft, the person and the lengths are all in the picture."""
    straight = table.where.camera(
        table.axes @ np.array(EYE), (0.0, 0.0, 0.0), table.axes[:, 2], VIEW_ANGLE_RAD
    )
    return framed(straight, table.places_gcrs_m(_all_places_m(table)), ROOM)


def _all_places_m(table: Table) -> FloatArray:
    """Of the craft, the person and the lengths, (K, 3), along the axes of the table, m."""
    around = np.stack(np.meshgrid((-0.4, 0.4), (-0.4, 0.4), (0.0, PERSON_M), indexing="ij"), axis=-1)
    person = np.zeros((0, 3)) if table.person_m is None else table.person_m + around.reshape(-1, 3)
    lying = table.lying_m[outermost(table.lying_m)]
    return np.concatenate([table.lines_m.reshape(-1, 3), lying, person])


# ------------------------------------------------------------------ meshes


def _craft_and_person(design: Design, craft: Craft, table: Table) -> tuple[MeshItem, MeshItem | None]:
    """Both as one mesh, so that one throws its shadow on the other; apart where the person is lost."""
    where, turn = table.where, table.rotation_body_from_table
    place = turn @ (np.zeros(3) if table.person_m is None else table.person_m)
    # looks back at the camera, head to the Sun
    stand = turn @ np.array([[-0.94, 0.34, 0.0], [-0.34, -0.94, 0.0], [0.0, 0.0, 1.0]])
    figure = scale_figure(PERSON_M).transformed(stand, place)
    suit = tuple(material_of(o) for o in figure.optics)
    extent = craft.mesh.extent_m

    def longest_m(centroids_m: FloatArray) -> FloatArray:
        away = np.linalg.norm(centroids_m - place, axis=1)
        return np.clip(0.25 * away, 0.12, max(80.0, 0.1 * extent))

    item = MeshItem(
        refined(craft.mesh, longest_m),
        craft_materials(design, craft),
        position_gcrs_m=where.position_gcrs_m,
        rotation_gcrs_from_body=where.rotation_gcrs_from_body,
    )
    person = replace(item, mesh=figure, materials=suit)
    together = table.person_m is not None and extent < APART_M
    if together:
        item = replace(item, mesh=concatenate([item.mesh, figure]), materials=item.materials + suit)
    return item, None if together or table.person_m is None else person


def _neighbour(table: Table) -> tuple[MeshItem, Label]:
    """The solar slice in formation, and its name."""
    other = load_design("solar_slice")
    (left, near, _), span = table.bounds_m[0], table.spans_m
    center = np.array([left + 0.225 * span[0], near - 40.0, 0.0])
    moved = replace(table.where, position_gcrs_m=table.places_gcrs_m(center))
    craft, item = craft_item(other, moved, "light", shaded=False)
    slice_m = float(np.ptp(craft.mesh.bounds_m, axis=0).max())
    end = table.places_gcrs_m(center + np.array([0.5 * slice_m, 0.0, 0.0]))
    words = f"{title_of(other)}, {length_text(slice_m)}"
    return item, Label(words, triple(end), (-0.03, 0.09), 0.022, theme.TEXT, True)


# ------------------------------------------------------------------ words


def _dimensions(table: Table) -> tuple[Dimension, ...]:
    lines = []
    for ends_m, length_m, aside in zip(
        table.lines_m, table.spans_m, ((0.05, 0.03), (-0.05, 0.022)), strict=False
    ):
        start, end = table.places_gcrs_m(ends_m)
        words = length_text(length_m)
        lines.append(Dimension(words, triple(start), triple(end), text_offset=aside, size=0.030))
    return tuple(lines)


def _person_label(table: Table) -> tuple[Label, ...]:
    if table.person_m is None:
        return ()
    head = table.places_gcrs_m(table.person_m + np.array([0.0, 0.0, PERSON_M]))
    words = f"person, {PERSON_M:.2f} m"
    return (Label(words, triple(head), (-0.05, -0.04), 0.022, theme.TEXT, True),)


def _captions(design: Design, craft: Craft) -> tuple[Caption, ...]:
    below = "  ·  ".join((*known_of(craft)[1:], *uncoated_note(craft)))  # the lines tell how long it is
    title = Caption(title_of(design), "top_left", 0.030)
    return (title, Caption(below, "top_left", 0.0195, (0.0, 0.045), color=theme.TEXT)) if below else (title,)
