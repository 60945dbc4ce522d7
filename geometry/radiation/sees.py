"""`surface_view`: what one surface sees, in shares of its hemisphere that sum to one."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numba import float32, int64, njit
from scipy.sparse import csr_array

from geometry import __version__
from geometry.constants import SOLAR_RADIUS_M
from geometry.environment import Environment
from geometry.orbit.states import OrbitStates, TimeArray
from geometry.radiation.absolute_error import over_allowed, warn_of_error
from geometry.radiation.accuracy import standard_error
from geometry.radiation.blocks import ordered_map, thread_count
from geometry.radiation.close_sheets import Swaps, swapped, warn_of_close_sheets
from geometry.radiation.door import Progress, check_casting, mesh_of, surroundings
from geometry.radiation.earth import EarthScene, earth_scene
from geometry.radiation.paths import ReflectingMesh, TracedCraft
from geometry.radiation.provenance import Provenance
from geometry.radiation.ray_caster import Float32Array, ray_caster
from geometry.radiation.sampling import even_rays, hemisphere_rays
from geometry.radiation.sight_lines import (
    EARTH_DARK,
    EARTH_LIT,
    SKY,
    SPACE,
    SUN,
    categories_of_sides,
    category_names,
    earth_along,
    sight_scene,
)
from geometry.radiation.sky_view import RayBlock, block_rays, ray_blocks
from geometry.radiation.sun import EDGE_ON, rays_to_sun, sun_blocks, sun_directions
from geometry.radiation.view_factors.open_craft import open_craft
from geometry.validation import FloatArray, IntArray, read_only

REPLICATES = 16
FIRST_POINTS = 1024
SUN_POINTS = 1024
_EVEN_STREAM, _SUN_STREAM = 1 << 42, 1 << 43


@dataclass(frozen=True, eq=False)
class SurfaceView:
    """What a surface sees at T times, as shares of its hemisphere.

    Parameters
    ----------
    surface : str
    times_utc : datetime64 array (T,)
    names : tuple of C str
        "space", "earth_lit", "earth_dark", "sun", the surfaces of the craft, "inactive".
    shares, standard_errors : array (T, C)
        Weighted by the cosine from the normal, as light is by a flat receiver: view factors.  Rows sum to 1.
    solid_angle_shares, solid_angle_standard_errors : array (T, C)
        Every direction of the hemisphere counts the same.  Rows sum to 1.
    provenance : Provenance

    Notes
    -----
    Means over the points of the surface.  A standard error of zero means that no ray saw it, or all did.
    """

    surface: str
    times_utc: TimeArray
    names: tuple[str, ...]
    shares: FloatArray
    standard_errors: FloatArray
    solid_angle_shares: FloatArray
    solid_angle_standard_errors: FloatArray
    provenance: Provenance

    def __post_init__(self) -> None:
        object.__setattr__(self, "times_utc", read_only(self.times_utc, "datetime64[us]"))
        for name in ("shares", "standard_errors", "solid_angle_shares", "solid_angle_standard_errors"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    @property
    def earth_shares(self) -> tuple[FloatArray, FloatArray]:
        """Lit and dark Earth together, cosine-weighted and by solid angle, each (T,)."""
        return self.shares[:, 1:3].sum(axis=1), self.solid_angle_shares[:, 1:3].sum(axis=1)


def surface_view(
    craft: object,
    surface: str,
    states: OrbitStates,
    environment: Environment | None = None,
    *,
    tolerance: float = 1e-3,
    seed: int = 1,
    max_rays: int = 100_000_000,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> SurfaceView:
    """What one surface sees: space, lit and dark Earth, the Sun, each part of the craft, in shares.

    Parameters
    ----------
    craft : Craft or SurfaceMesh
    surface : str
    states : OrbitStates
        Of one satellite.
    environment : Environment
        Default: the nominal one; its Earth's shape is what counts.
    tolerance : float
        Standard error to reach, absolute, of every share.
    seed, max_rays, jobs, progress
        As in `heat_loads`.

    Returns
    -------
    SurfaceView

    Raises
    ------
    ValueError
        No such surface (names the nearest), more than one satellite, a position inside the Earth.
    TypeError
        A craft without a mesh.

    Warns
    -----
    AccuracyWarning
        The tolerance was not reached with `max_rays`; sheets too near to part, or back to back that cover
        each other in part.

    Notes
    -----
    Sobol rays from points of the surface, cosine-weighted for `shares`, even over the hemisphere for
    `solid_angle_shares`; the same rays serve all times.  The Earth is a sphere or spheroid, lit up to the
    line where the Sun's centre sets.  The Sun's share is that of its disc, sin^2(radius) x cosine, times
    what the craft and the Earth leave of it; it is taken out of the sky behind it.
    """
    began = time.perf_counter()
    mesh = mesh_of(craft)
    names = category_names(mesh)
    index = mesh.surface_index(surface)
    environment = surroundings(states, environment)
    check_casting(tolerance, max_rays, seed, progress)
    caster = ray_caster(mesh, doubt_close_sheets=False)
    swaps = warn_of_close_sheets(mesh, caster).swaps(mesh)
    traced, seen = open_craft(mesh, caster)
    seen.warn_of_ragged()
    scene = earth_scene(states, environment)
    look = _Look(
        traced, scene, index, met_table(traced.reflecting), len(names), int(seed), thread_count(jobs)
    )
    shares, errors, rays = look.shares(tolerance, max_rays, progress)
    half_angle = float(np.arcsin(SOLAR_RADIUS_M / states.sun_distance_m.mean()))
    sun, sun_rays = look.sun_shares(half_angle)
    _move_sun(shares, errors, sun)
    shares, errors = seen.open_shares[index] * np.stack([shares, errors])
    shares[..., -1] += 1.0 - seen.open_shares[index]  # what another body covers sees its inside
    if swaps:
        errors = np.hypot(errors, _in_doubt(shares, index, swaps))
    return SurfaceView(
        surface=surface,
        times_utc=states.times_utc,
        names=names,
        shares=shares[0],
        standard_errors=errors[0],
        solid_angle_shares=shares[1],
        solid_angle_standard_errors=errors[1],
        provenance=Provenance(
            __version__,
            int(seed),
            rays + sun_rays,
            REPLICATES,
            tolerance,
            int(max_rays),
            environment,
            time.perf_counter() - began,
        ),
    )


@njit(cache=True, nogil=True)
def count_faces(directions, faces, per_segment, met, counts):  # type: ignore[no-untyped-def]
    """Add the category that each ray meets on the craft to counts (K, C); `SPACE` where it meets nothing.

    `met` (F, 5): normal of each face, categories of its front and back; together, for the sake of the cache.
    """
    for segment in range(counts.shape[0]):
        for i in range(segment * per_segment, (segment + 1) * per_segment):
            face = faces[i]
            if face < 0:
                counts[segment, SPACE] += 1
                continue
            toward = (
                directions[i, 0] * met[face, 0]
                + directions[i, 1] * met[face, 1]
                + directions[i, 2] * met[face, 2]
            )
            counts[segment, int64(met[face, 3 if toward < 0 else 4])] += 1


@njit(cache=True, nogil=True, fastmath=True)
def _earth_counts(directions, faces, begin, end, row, bulge):  # type: ignore[no-untyped-def]
    """Rays that leave the craft and meet the lit and the dark Earth, of directions[begin:end]."""
    lit = earth = 0
    for start in range(begin, end, 4096):  # so that counts stay exact in single precision
        some_lit, some_earth = float32(0), float32(0)
        for i in range(start, min(end, start + 4096)):
            hit, sunny = earth_along(directions[i, 0], directions[i, 1], directions[i, 2], row, bulge)
            met = float32(1) if hit & (faces[i] < 0) else float32(0)
            some_earth += met
            some_lit += met if sunny else float32(0)
        lit += int64(some_lit)
        earth += int64(some_earth)
    return lit, earth - lit


@njit(cache=True, nogil=True)
def _count_earth(directions, faces, per_segment, rows, bulge, counts):  # type: ignore[no-untyped-def]
    """Move what meets the Earth from `SPACE` to its categories in counts (K, T, C), time by time."""
    for segment in range(counts.shape[0]):
        for t in range(rows.shape[0]):
            lit, dark = _earth_counts(
                directions, faces, segment * per_segment, (segment + 1) * per_segment, rows[t], bulge
            )
            counts[segment, t, EARTH_LIT] += lit
            counts[segment, t, EARTH_DARK] += dark
            counts[segment, t, SPACE] -= lit + dark


def met_table(reflecting: ReflectingMesh) -> Float32Array:
    """What `count_faces` needs of each face, (F, 5)."""
    sides = categories_of_sides(reflecting.surface_of_side, len(reflecting.reflectance))
    return np.concatenate([reflecting.frames[:, 9:12], sides], axis=1).astype(np.float32)


@dataclass(frozen=True, eq=False)
class _Look:
    """One surface, ready to be looked from."""

    craft: TracedCraft
    scene: EarthScene
    surface: int
    met: Float32Array
    categories: int
    seed: int
    threads: int

    def shares(
        self, tolerance: float, max_rays: float, progress: Progress | None
    ) -> tuple[FloatArray, FloatArray, int]:
        """Shares and standard errors (2, T, C), cosine-weighted and even, and the rays they took."""
        counts = np.zeros((2, REPLICATES, len(self.scene), self.categories), np.int64)
        done, points = 0, FIRST_POINTS
        while True:
            for kind in range(2):
                self._cast(kind, done, points - done, counts[kind])
            done = points
            per_point = counts / done
            errors = standard_error(per_point, axis=1)
            worst = float(over_allowed(errors, tolerance).max())
            if progress is not None:
                progress(round(1000 * min(1.0, 1.0 / max(worst, 1e-3) ** 1.2)), 1000)
            rays = 2 * REPLICATES * done
            if worst <= 1.0:
                break
            if 2 * rays > max_rays:
                warn_of_error(float(errors.max()), tolerance, max_rays)
                break
            points *= 2
        return counts.sum(axis=1) / (REPLICATES * done), errors, rays

    def _cast(self, kind: int, first: int, count: int, counts: IntArray) -> None:
        """Adds `count` points of every replicate to counts (R, T, C)."""
        rows, bulge = sight_scene(self.scene)
        make, stream = ((hemisphere_rays, 0), (even_rays, _EVEN_STREAM))[kind]

        def cast(block: RayBlock) -> tuple[RayBlock, IntArray]:
            origins, directions = block_rays(block, self.craft, self.seed, stream, make)
            faces = self.craft.caster.first_face(origins, directions)
            met = np.zeros((len(block.receivers), self.categories), np.int64)
            count_faces(directions, faces, block.count, self.met, met)
            found = np.repeat(met[:, None], len(rows), axis=1)
            _count_earth(directions, faces, block.count, rows, bulge, found)
            return block, found

        work = ray_blocks(np.array([self.surface]), REPLICATES, first, count)
        for block, found in ordered_map(cast, work, self.threads):
            np.add.at(counts, block.replicates, found)

    def sun_shares(self, half_angle_rad: float) -> tuple[FloatArray, int]:
        """The Sun's disc: shares and their standard errors (2, 2, T), weights as in `shares`; rays."""
        scene, receivers = self.scene, self.craft.receivers
        needed = scene.sunlit_fraction > 0.0
        suns = sun_directions(scene.sun_body, scene.solar_flux_w_m2, needed, half_angle_rad)
        cosines = suns.directions @ receivers.distinct_normals[0].T
        cosines = np.where(cosines > EDGE_ON, cosines, 0.0)
        facing = receivers.mean_over_rows(np.stack([cosines, np.sign(cosines)]))[..., self.surface]
        groups = np.flatnonzero(facing[0] > 0.0)
        drawn = np.zeros((2, 2, REPLICATES, len(suns)))  # weights: kind; all and seen
        chosen, cast = np.full(len(groups), self.surface), 0
        for block in sun_blocks(groups, chosen, _SUN_STREAM + groups, REPLICATES, 0, SUN_POINTS):
            origins, rays, from_row = rays_to_sun(self.craft, receivers, block, suns, self.seed)
            seen = ~self.craft.caster.is_blocked(origins, rays)
            sun = suns.directions[np.repeat(block.groups, block.rays.count)]
            # drawn by projected area: over the cosine it is by area
            by_area = 1.0 / np.einsum("ik,ik->i", receivers.normals[from_row], sun)
            for kind, weights in enumerate((np.ones(len(seen)), by_area)):
                for row, values in enumerate((weights, weights * seen)):
                    sums = values.reshape(-1, block.rays.count).sum(axis=1)
                    np.add.at(drawn[kind, row], (block.rays.replicates, block.groups), sums)
            cast += len(block.rays)
        lit = facing[:, None] * drawn[:, 1] / np.maximum(drawn[:, 0], 1.0)
        # of pi, cosine-weighted; of 2 pi steradians, even
        disc = np.array([np.sin(half_angle_rad) ** 2, 1.0 - np.cos(half_angle_rad)])
        found = np.zeros((2, 2, len(scene)))
        looked = suns.of_time >= 0
        for row, values in enumerate((lit.mean(axis=1), standard_error(lit, axis=1))):
            found[row][:, looked] = (disc[:, None] * values)[:, suns.of_time[looked]]
        return found * scene.sunlit_fraction, cast


def _in_doubt(shares: FloatArray, surface: int, swaps: Swaps) -> FloatArray:
    """What of shares (2, T, C) sheets too near to each other leave open."""
    sky = len(SKY)
    rows = shares.reshape(-1, shares.shape[-1])
    sources = np.full(len(rows), surface)
    doubt = swaps.shares[surface] * rows
    doubt[:, sky:] = swapped(csr_array(rows[:, sky:]), sources, swaps).toarray()
    return doubt.reshape(shares.shape)


def _move_sun(shares: FloatArray, errors: FloatArray, sun: FloatArray) -> None:
    """Puts the Sun's disc into shares and errors (2, T, C), out of the space that it covers."""
    shares[..., SUN] = np.minimum(sun[0], shares[..., SPACE])
    errors[..., SUN] = sun[1]
    others = np.delete(np.arange(shares.shape[-1]), SPACE)
    shares[..., SPACE] = np.maximum(0.0, 1.0 - shares[..., others].sum(axis=-1))
