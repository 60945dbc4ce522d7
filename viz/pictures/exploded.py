"""The satellite pulled apart, each part named: lines to the names never cross."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from geometry.craft import build_craft
from geometry.craft.craft import Craft
from geometry.craft.parameters import MeshCraft, SolarSlice
from geometry.design import Design
from geometry.mesh.optics import OpticalProperties
from geometry.mesh.primitives import Block, Surface, box
from geometry.mesh.surface_mesh import SurfaceMesh, concatenate
from geometry.radiation.ray_caster import RayCaster, ray_caster
from geometry.validation import FloatArray, IntArray
from viz import theme
from viz.callouts import callouts
from viz.camera import Camera
from viz.coatings import material_of
from viz.framing import corners_of, framed, fullest
from viz.pictures._apart import Apart, pulled_apart, shortened
from viz.pictures._coming_apart import Kit, Moving, told_apart
from viz.refinement import part_of
from viz.scene import Caption, Label, MeshItem, Scene
from viz.staging import (
    STARLIGHT,
    Stage,
    craft_materials,
    shade_lengths_m,
    stage,
    with_patterns,
    with_shades,
)
from viz.titles import area_text, known_of, title_of, uncoated_note
from viz.unwrapping import cell_size_m
from viz.walk import passed, shares, shown

DESCRIPTION = "the satellite pulled apart, every part named"

LATITUDE_DEG = 28.0
WIDTH = 6.4  # m: the bus for which the ways below are made
EYE = (0.44, 0.74, 0.80)  # direction to the camera: along the bus, towards the zenith, out of the cells
VIEW_ANGLE_RAD = 0.50
ROOM = (-0.55, -0.44, 0.55, 0.365)  # names at both sides, captions beneath
OWN_ROOM = (-0.46, -0.43, 0.46, 0.345)
MOST_NAMES = 18
BARE = OpticalProperties(0.45, 0.1, coating="aluminium")
MODULES = 1  # of each wing that are drawn
FINEST_M = 0.012  # of shadows
EXPOSURE = 0.72
GOING, NAMING = (0.06, 0.60), (0.62, 0.74)  # shares of a film at which pieces go, and names come


@dataclass(frozen=True)
class Part:
    """What moves together.

    Parameters
    ----------
    pattern : str
        Of the names of its surfaces, a regular expression.
    words : str
        What it is called; fields are filled from the craft.
    way_m : tuple of 3 float
        Outward along the bus (each piece to its own end), outward along the wings, out of the cells; m.
    """

    pattern: str
    words: str
    way_m: tuple[float, float, float]


PARTS = (
    Part(
        r"wing_\d+\.module_\d+\.(front|back)",
        "solar module, 1 of {modules}",
        (0.0, 3.3, 0.6),
    ),
    Part(r"wing_\d+\.(frame|hinges)", "frame and hinges", (0.0, 3.3, -0.6)),
    Part(r"wing_\d+\.harness", "harness", (0.0, 3.3, -1.5)),
    Part(r"boom_\d+(\.drive)?", "boom with its drive", (0.0, 1.9, 0.0)),
    Part(r"bus\.(front|seams.*|tie_downs)|antenna_\d+", "front cover", (0.0, 0.0, 2.7)),
    Part(r"bus\.side_.*", "bus, without its covers", (0.0, 0.0, 0.0)),
    Part(r"bus\.(gpus|gpu_spreaders)", "{gpus} GPUs on heat spreaders", (0.0, 1.3, 0.0)),
    Part(r"bus\.radiator.*", "radiator, {radiator_m2:.1f} m²", (0.0, 0.0, -2.6)),
    Part(r"radiator_.*", "radiator panels, {panels_m2:.0f} m² a side", (0.6, 0.0, -2.4)),
    Part(r"laser_terminal_\d+.*", "{lasers} laser terminals", (1.5, 0.0, 0.0)),
    Part(r"thruster_\d+.*", "{thrusters} thrusters", (0.75, 0.0, -0.5)),
    Part(r"earth_shield\..*", "Earth shield, {shield_m2:.0f} m² of foil", (0.0, 1.0, -1.2)),
)


def scene(
    design: Design, at_utc: np.datetime64 | None = None, *, shaded: bool = True, captions: bool = True
) -> Scene:
    """The parts of a satellite, each a way off from where it sits.

    Parameters
    ----------
    design : Design
        With a craft of type `solar_slice` or `mesh`.
    at_utc : datetime64, optional
        Default the design's epoch.
    shaded : bool
        Whether shadows are cast.
    captions : bool
        Names and their lines too.

    Raises
    ------
    ValueError
        Another type of craft.
    """
    parameters = _with_parts(design)
    if isinstance(parameters, MeshCraft):
        return _own_mesh(design, at_utc, shaded, captions)
    where = stage(design, at_utc, latitude_deg=LATITUDE_DEG)
    craft = build_craft(design, detail="rich")
    pieces = _pieces(parameters, craft)
    corners = np.concatenate([corners_of(mesh) for _part, mesh, _way in pieces])
    places = where.position_gcrs_m + corners @ where.rotation_gcrs_from_body.T
    camera = framed(_camera(where, (1.0, 0.0, 0.0)), places, ROOM)
    item = _item(design, craft, where, [mesh for _part, mesh, _way in pieces])
    if shaded:
        item = with_shades(item, where.sky(_fill()), camera, finest_m=FINEST_M)
    item = with_patterns(item, cell_size_m(design.craft))
    drawn = replace(where.sky(_fill()), camera=camera, meshes=(item,), exposure=EXPOSURE)
    if not captions:
        return drawn
    return replace(
        drawn,
        labels=_names(parameters, craft, where, camera, pieces),
        captions=_captions(design, parameters, craft),
    )


def prepared(
    design: Design, at_utc: np.datetime64 | None = None, *, shaded: bool = True, captions: bool = True
) -> dict[str, FloatArray]:
    """What takes long and serves all frames of the film: light on the craft as a whole and apart."""
    return _shadows(design, _kit(design, at_utc)[0], shaded)


def film(
    design: Design,
    at_utc: np.datetime64 | None = None,
    *,
    frames: int = 600,
    shaded: bool = True,
    captions: bool = True,
    prepared: Mapping[str, FloatArray] | None = None,
) -> Callable[[int], Scene]:
    """The craft comes apart while the camera swings to where the still stands; then its parts are named.

    Parameters
    ----------
    design : Design
        With a craft of type `solar_slice` or `mesh`.
    at_utc : datetime64, optional
        Default the design's epoch.
    frames : int
    shaded, captions : bool
        As `scene` takes them.
    prepared : mapping, optional
        What the function `prepared` gave for the same design and options; else it is worked out here.

    Returns
    -------
    callable
        Frame number, 0 to `frames` - 1 -> Scene.

    Raises
    ------
    ValueError
        Another type of craft.
    """
    share = shares(frames)
    kit, names, words = _kit(design, at_utc)
    shadows = _shadows(design, kit, shaded) if prepared is None else prepared
    moving = Moving(kit, shadows, cell_size_m(design.craft))
    sky = replace(kit.where.sky(_fill()), exposure=EXPOSURE, captions=words if captions else ())
    labels = names if captions else ()

    def frame(number: int) -> Scene:
        gone, named = (passed(share(number), *span) for span in (GOING, NAMING))
        return replace(sky, camera=kit.camera(gone), meshes=(moving.item(gone),), labels=shown(labels, named))

    return frame


def _kit(design: Design, at_utc: np.datetime64 | None) -> tuple[Kit, tuple[Label, ...], tuple[Caption, ...]]:
    """What comes apart, the names of its parts where they end, and the words beneath."""
    parameters = _with_parts(design)
    still = scene(design, at_utc, shaded=False)
    where = stage(design, at_utc, latitude_deg=LATITUDE_DEG)
    if isinstance(parameters, MeshCraft):
        craft = build_craft(design)
        apart = pulled_apart(craft.mesh)
        mesh, before, piece = told_apart(apart.mesh, apart.piece)
        way, room = apart.way_m[piece], OWN_ROOM
        materials = craft_materials(design, craft)
    else:
        craft = build_craft(design, detail="rich")
        pieces = _pieces(parameters, craft)
        item = _item(design, craft, where, [mesh for _part, mesh, _way in pieces])
        number = np.repeat(np.arange(len(pieces)), [len(mesh.faces) for _part, mesh, _way in pieces])
        mesh, before, piece = told_apart(item.mesh, number)
        way, room = np.array([way for _part, _mesh, way in pieces])[piece], ROOM
        materials = item.materials
    kit = Kit(where, mesh, tuple(materials[k] for k in before), way, still.camera, room)
    return kit, still.labels, still.captions


def _shadows(design: Design, kit: Kit, shaded: bool) -> dict[str, FloatArray]:
    if not shaded:
        return {}
    is_own = isinstance(design.craft, MeshCraft)
    lengths = shade_lengths_m(kit.mesh.extent_m) if is_own else {"finest_m": FINEST_M}
    return kit.shadows(kit.where.sky(_fill()), **lengths)


def _with_parts(design: Design) -> SolarSlice | MeshCraft:
    """The craft of a design; refuses one whose parts are not known."""
    if not isinstance(design.craft, MeshCraft | SolarSlice):
        raise ValueError(
            f"exploded needs a craft of type solar_slice or mesh, and {design.name!r} is of type "
            f"{design.document.craft.type}; the shots module and sheet show that of modules"
        )
    return design.craft


def _fill() -> tuple[float, float, float]:
    r, g, b = STARLIGHT
    return (2.5 * r, 2.5 * g, 2.5 * b)


def _camera(where: Stage, up: tuple[float, float, float]) -> Camera:
    """From the sunlit side, at some distance; wings lie across the picture where X is up."""
    return where.camera(EYE, (0.0, 0.0, 0.0), up, VIEW_ANGLE_RAD)


# ------------------------------------------------------------------ the parts


def _pieces(parameters: SolarSlice, craft: Craft) -> list[tuple[Part, SurfaceMesh, FloatArray]]:
    """Every piece of every part, moved, and its way; a part with several ends is in as many pieces."""
    scale = parameters.bus.length_x_m / WIDTH
    axis = 1 if parameters.solar_array.wing_axis == "y" else 0
    mesh = concatenate([_near_modules(craft, axis), *_insides(craft)])
    found = []
    for part in PARTS:
        own = [k for k, name in enumerate(mesh.surface_names) if re.fullmatch(part.pattern, name)]
        faces = np.flatnonzero(np.isin(mesh.front_surface, own) | np.isin(mesh.back_surface, own))
        if not faces.size:
            continue
        ends = np.sign(np.round(_group_means(mesh, faces)[:, :2], 1))
        way = scale * np.array(part.way_m)
        for end in np.unique(ends, axis=0):
            chosen = faces[(ends == end).all(axis=1)]
            moved = part_of(mesh, chosen)
            shift = np.array([0.0, 0.0, way[2]])
            shift[1 - axis], shift[axis] = way[0] * end[1 - axis], way[1] * end[axis]
            found.append((part, moved.transformed(np.eye(3), shift), shift))
    return found


def _near_modules(craft: Craft, axis: int) -> SurfaceMesh:
    """The craft with the innermost modules of its wings alone; wings lie along body `axis`."""
    mesh = craft.mesh
    fronts = [n for n in mesh.surface_names if re.fullmatch(rf"wing_\d+\.module_0*{MODULES}\.front", n)]
    if not fronts:
        return mesh
    chosen = np.isin(mesh.front_surface, [mesh.surface_index(n) for n in fronts])
    along = np.abs(mesh.vertices_m[mesh.faces][..., axis])
    return part_of(mesh, np.flatnonzero(along.max(axis=1) <= along[chosen].max() + 0.04))


def _insides(craft: Craft) -> list[SurfaceMesh]:
    """What shows where covers are off: the bare inner sides of the bus and of its two large faces."""
    mesh = craft.mesh
    bus = [k for k, n in enumerate(mesh.surface_names) if n.startswith("bus.side_")]
    corners = mesh.vertices_m[mesh.faces[np.isin(mesh.front_surface, bus)]].reshape(-1, 3)
    low, high = corners.min(axis=0) + 0.012, corners.max(axis=0) - 0.012
    return [
        box(Block((low[0], low[1], bottom), (high[0], high[1], top)), Surface(name, BARE))
        for name, bottom, top in (
            ("bus.side_inside", low[2], high[2]),
            ("bus.seams_inside", high[2] - 0.012, high[2] + 0.011),
            ("bus.radiator_inside", low[2] - 0.011, low[2] + 0.012),
        )
    ]


def _group_means(mesh: SurfaceMesh, faces: IntArray) -> FloatArray:
    """Middle (K, 3) of all that has the name of each face, by what stands before its first dot."""
    stems = [n.split(".")[0] for n in mesh.surface_names]
    _, group = np.unique(stems, return_inverse=True)
    surface = np.where(mesh.front_surface[faces] >= 0, mesh.front_surface[faces], mesh.back_surface[faces])
    own = group[surface]
    means = np.zeros((group.max() + 1, 3))
    for k in np.unique(own):
        corners = mesh.vertices_m[mesh.faces[faces[own == k]]].reshape(-1, 3)
        means[k] = 0.5 * (corners.min(axis=0) + corners.max(axis=0))
    return np.asarray(means[own])


def _item(design: Design, craft: Craft, where: Stage, meshes: list[SurfaceMesh]) -> MeshItem:
    whole = concatenate(meshes)
    by_name = dict(zip(craft.mesh.surface_names, craft_materials(design, craft), strict=True))
    by_name |= {n: material_of(BARE) for n in whole.surface_names if n.endswith("_inside")}
    return MeshItem(
        whole,
        tuple(by_name[n] for n in whole.surface_names),
        position_gcrs_m=where.position_gcrs_m,
        rotation_gcrs_from_body=where.rotation_gcrs_from_body,
    )


# ------------------------------------------------------------------ words


def _names(
    parameters: SolarSlice,
    craft: Craft,
    where: Stage,
    camera: Camera,
    pieces: list[tuple[Part, SurfaceMesh, FloatArray]],
) -> tuple[Label, ...]:
    numbers = _numbers(parameters, craft)
    turn = where.rotation_gcrs_from_body
    eye = turn.T @ (camera.position_gcrs_m - where.position_gcrs_m)
    whole = ray_caster(concatenate([mesh for _part, mesh, _way in pieces]), doubt_close_sheets=False)
    places, words = [], []
    for part in PARTS:
        own = [mesh for other, mesh, _way in pieces if other is part]
        spot = _spot(concatenate(own).subdivided(0.25), whole, eye) if own else None
        if spot is not None:
            places.append(where.position_gcrs_m + turn @ spot)
            words.append(part.words.format(**numbers))
    return callouts(camera, np.array(places), words, (-0.575, 0.575), (-0.40, 0.34), size=0.0215)


def _spot(fine: SurfaceMesh, whole: RayCaster, eye_m: FloatArray) -> FloatArray | None:
    """A place on a part that the eye sees past all others, near the middle of it; None where it sees none."""
    place = fine.centroids_m
    way = eye_m - place
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    start = place - whole.center_m + 2e-3 * way
    open_ = ~whole.is_blocked(np.ascontiguousarray(start, np.float32), np.ascontiguousarray(way, np.float32))
    weight = fine.areas_m2 * open_ * np.abs(np.einsum("fk,fk->f", fine.normals, way))
    if not weight.any():
        return None
    side = place[:, 1] > whole.center_m[1]
    weight = weight * (side == (weight[side].sum() > weight[~side].sum()))
    middle = weight @ place / weight.sum()
    off = np.where(weight > 0.0, np.linalg.norm(place - middle, axis=1), np.inf)
    return np.asarray(place[np.argmin(off)])


def _own_mesh(design: Design, at_utc: np.datetime64 | None, shaded: bool, captions: bool) -> Scene:
    """A mesh of one's own: every surface by the name that its file gives it, the largest of them named."""
    where = stage(design, at_utc, latitude_deg=LATITUDE_DEG)
    craft = build_craft(design)
    apart = pulled_apart(craft.mesh)
    item = MeshItem(
        apart.mesh,
        craft_materials(design, craft),
        position_gcrs_m=where.position_gcrs_m,
        rotation_gcrs_from_body=where.rotation_gcrs_from_body,
    )
    places = where.position_gcrs_m + corners_of(apart.mesh) @ where.rotation_gcrs_from_body.T
    camera = fullest(_camera(where, (0.0, 1.0, 0.0)), places, OWN_ROOM)
    if shaded:
        item = with_shades(item, where.sky(_fill()), camera, **shade_lengths_m(apart.mesh.extent_m))
    drawn = replace(
        where.sky(_fill()),
        camera=camera,
        meshes=(with_patterns(item, cell_size_m(design.craft)),),
        exposure=EXPOSURE,
    )
    if not captions:
        return drawn
    labels = _own_names(apart, where, camera)
    return replace(drawn, labels=labels, captions=_own_captions(design, craft, apart, len(labels)))


def _own_names(apart: Apart, where: Stage, camera: Camera) -> tuple[Label, ...]:
    """The largest parts that the eye sees, each with its area."""
    turn = where.rotation_gcrs_from_body
    eye = turn.T @ (camera.position_gcrs_m - where.position_gcrs_m)
    whole = ray_caster(apart.mesh, doubt_close_sheets=False)
    names = shortened(apart.names)
    places: list[FloatArray] = []
    words: list[str] = []
    for k in np.argsort(-apart.areas_m2, kind="stable"):
        if len(words) == MOST_NAMES:
            break
        part = part_of(apart.mesh, np.flatnonzero(apart.part == k))
        spot = _spot(part.subdivided(max(0.04 * apart.mesh.extent_m, 0.1 * part.extent_m)), whole, eye)
        if spot is None:
            continue
        places.append(where.position_gcrs_m + turn @ spot)
        told = f", {apart.pieces[k]:,} pieces" if apart.pieces[k] > 1 else ""
        words.append(f"{names[k]}, {area_text(float(apart.areas_m2[k]))}{told}")
    if not words:
        return ()
    return callouts(camera, np.array(places), words, (-0.50, 0.50), (-0.42, 0.33), size=0.0205)


def _own_captions(design: Design, craft: Craft, apart: Apart, named: int) -> tuple[Caption, ...]:
    title = title_of(design) if apart.pieces.sum() == 1 else f"{title_of(design)}, pulled apart"
    below = [*known_of(craft), *uncoated_note(craft)]
    if named < len(apart.names):
        below.append(f"{named} of {len(apart.names):,} surfaces named")
    return (
        Caption(title, "bottom_left", 0.030, (0.0, -0.040)),
        Caption("  ·  ".join(below), "bottom_left", 0.0195, color=theme.TEXT),
    )


def _numbers(parameters: SolarSlice, craft: Craft) -> dict[str, float]:
    """What the names tell."""
    area = dict(zip(craft.mesh.surface_names, craft.mesh.surface_areas_m2, strict=True))
    return {
        "modules": parameters.solar_array.wings * parameters.solar_array.modules_per_wing,
        "gpus": parameters.bus.gpus,
        "radiator_m2": area.get("bus.radiator", 0.0),
        "panels_m2": sum(a for n, a in area.items() if re.fullmatch(r"radiator_\d+\.front", n)),
        "lasers": parameters.bus.laser_terminals,
        "thrusters": parameters.bus.thrusters,
        "shield_m2": area.get("earth_shield.outer", 0.0),
    }


def _captions(design: Design, parameters: SolarSlice, craft: Craft) -> tuple[Caption, ...]:
    array = parameters.solar_array
    below = f"{craft.mass_kg:,.0f} kg in all"
    if array.modules_per_wing > MODULES:
        below += f"  ·  1 of {array.modules_per_wing} modules of each wing is drawn"
    return (
        Caption(f"{title_of(design)}, pulled apart", "bottom_left", 0.030, (0.0, -0.040)),
        Caption(below, "bottom_left", 0.0195, color=theme.TEXT),
    )
