"""What surfaces see of the sky: rays cast once in the body frame and followed until they leave.

A rigid craft blocks the same directions wherever it flies.  One set of cosine-weighted rays per
receiver is cast, each path followed until it leaves the craft; what the Earth contributes at any time,
altitude, attitude and Earth model is then a sum over exit directions (`earth_sums`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numba import njit

from geometry.radiation.paths import MAX_BOUNCES, ROULETTE_WEIGHT, TracedCraft, leave_surface
from geometry.radiation.ray_caster import Float32Array
from geometry.radiation.sampling import DIRECTION_NUMBERS, hemisphere_rays, point_order
from geometry.radiation.splitting import split_first_hits
from geometry.validation import FloatArray, IntArray

RAYS_PER_BLOCK = 16_384

KEPT_OF_BRANCHES = 4
"""Of so many branches of a split path one goes on after its second hit: what comes later is weak."""


@dataclass(frozen=True, eq=False)
class DirectionList:
    """Directions (3, n) with a weight in each band (2, n), segment after segment up to `ends` (K,)."""

    directions: Float32Array
    weights: Float32Array
    ends: IntArray


@dataclass(frozen=True, eq=False)
class LitPoints:
    """Points on the craft that scatter sunlight towards a receiver.

    Origins (n, 3) in m, normals (n, 3), weights (n,) and the segment of each (n,).
    """

    origins_m: Float32Array
    normals: Float32Array
    weights: Float32Array
    segments: IntArray

    @classmethod
    def empty(cls, count: int) -> LitPoints:
        """Room for so many."""
        origins, normals = np.empty((2, count, 3), np.float32)
        return cls(origins, normals, np.empty(count, np.float32), np.empty(count, np.int64))

    def copied(self, count: int) -> LitPoints:
        """The first `count` points."""
        return LitPoints(
            self.origins_m[:count].copy(),
            self.normals[:count].copy(),
            self.weights[:count].copy(),
            self.segments[:count].copy(),
        )


@dataclass(frozen=True, eq=False)
class SkyRays:
    """One block of cast paths.

    Parameters
    ----------
    escaped, blocked : DirectionList
        First segments that left the craft, and those that met it, with weight 1.
    exits : tuple of DirectionList
        Reflected paths where they left, by number of reflections.
    lit_points : tuple of LitPoints
        Where a look at the Sun is due.
    traced : int
        Segments traced.
    cut : float
        Sum of the weights of paths cut short at the greatest number of reflections.
    """

    escaped: DirectionList
    blocked: DirectionList
    exits: tuple[DirectionList, ...]
    lit_points: tuple[LitPoints, ...]
    traced: int
    cut: float


@dataclass(frozen=True, eq=False)
class RayBlock:
    """Points first..first + count of K segments; a segment is one replicate of one receiver.

    Parameters
    ----------
    receivers, streams, replicates : int array (K,)
        `streams` tells whose random numbers they are.
    first, count : int
    """

    receivers: IntArray
    streams: IntArray
    replicates: IntArray
    first: int
    count: int

    def __len__(self) -> int:
        return len(self.receivers) * self.count


def ray_blocks(receivers: IntArray, replicates: int, first: int, count: int) -> Iterator[RayBlock]:
    """Split points of all replicates of some receivers into blocks of at most about 16,384 rays."""
    owners = np.repeat(receivers, replicates)
    scrambles = np.tile(np.arange(replicates), len(receivers))
    together = max(1, RAYS_PER_BLOCK // count)
    for s in range(0, len(owners), together):
        part = slice(s, s + together)
        for k in range(0, count, RAYS_PER_BLOCK):
            size = min(RAYS_PER_BLOCK, count - k)
            yield RayBlock(owners[part], owners[part], scrambles[part], first + k, size)


def block_rays(
    block: RayBlock,
    craft: TracedCraft,
    seed: int,
    stream: int = 0,
    make: Callable[..., None] = hemisphere_rays,
) -> tuple[Float32Array, Float32Array]:
    """Origins (centred) and directions (n, 3) of a block; `stream` sets its random numbers apart."""
    receivers = craft.receivers
    origins, directions = np.empty((len(block), 3), np.float32), np.empty((len(block), 3), np.float32)
    make(
        receivers.frames,
        receivers.cumulative_area,
        receivers.first_row,
        craft.caster.start_offset_m,
        seed,
        block.receivers,
        block.streams + stream,
        block.replicates,
        block.first,
        point_order(block.first, block.count)[0],
        origins,
        directions,
    )
    return origins, directions


@njit(cache=True, nogil=True)
def _part(directions, faces, want_hit, per_segment, out, ends):  # type: ignore[no-untyped-def]
    """Directions of the rays that hit (or did not), segment after segment; returns how many."""
    count = 0
    for i in range(faces.shape[0]):
        if (faces[i] >= 0) == want_hit:
            for k in range(3):
                out[k, count] = directions[i, k]
            count += 1
        if (i + 1) % per_segment == 0:
            ends[(i + 1) // per_segment - 1] = count
    return count


def _first_segments(
    directions: Float32Array, faces: np.ndarray, want_hit: bool, block: RayBlock
) -> DirectionList:
    out = np.empty((3, len(faces)), np.float32)
    ends = np.zeros(len(block.receivers), np.int64)
    count = _part(directions, faces, want_hit, block.count, out, ends)
    kept = np.ascontiguousarray(out[:, :count])
    return DirectionList(kept, np.ones((2, count), np.float32), ends)


@dataclass(frozen=True, eq=False)
class PathState:
    """Live paths, changed in place by `leave_surface`.

    Origins and directions (n, 3), weights per band (n, 2), segment and point of the sequence (n,), and
    which branch of its first reflection a path is (n,): 0 where it was not split.
    """

    origins_m: Float32Array
    directions: Float32Array
    weights: Float32Array
    segments: IntArray
    indices: np.ndarray
    branches: np.ndarray

    def __len__(self) -> int:
        return len(self.segments)

    @classmethod
    def begin(
        cls,
        origins_m: Float32Array,
        directions: Float32Array,
        weights: Float32Array,
        segments: IntArray,
        indices: np.ndarray,
    ) -> PathState:
        """Paths that have not been split."""
        return cls(origins_m, directions, weights, segments, indices, np.zeros(len(segments), np.uint32))

    @classmethod
    def empty(cls, count: int) -> PathState:
        """Room for so many."""
        origins, directions = np.empty((2, count, 3), np.float32)
        return cls.begin(
            origins,
            directions,
            np.empty((count, 2), np.float32),
            np.empty(count, np.int64),
            np.empty(count, np.uint32),
        )

    def head(self, count: int) -> PathState:
        """The first `count` paths, as views."""
        return PathState(*(getattr(self, name)[:count] for name in self.__dataclass_fields__))


@njit(cache=True, nogil=True)
def _met(directions, faces, frames, receiver_of_side, out):  # type: ignore[no-untyped-def]
    """Receivers on which rays ended; -1 where on none."""
    for i in range(faces.shape[0]):
        face = faces[i]
        if face < 0:
            out[i] = -1
            continue
        toward = (
            directions[i, 0] * frames[face, 9]
            + directions[i, 1] * frames[face, 10]
            + directions[i, 2] * frames[face, 11]
        )
        out[i] = receiver_of_side[face, 0 if toward < 0 else 1]


@njit(cache=True, nogil=True)
def _fill_links(receivers, met, per_segment, out):  # type: ignore[no-untyped-def]
    for i in range(met.shape[0]):
        if met[i] >= 0:
            out[receivers[i // per_segment], met[i]] = True


@dataclass(frozen=True, eq=False)
class FirstRays:
    """A block of rays from receivers, traced to what they meet first.

    Origins and directions (n, 3), faces (n,), -1 where there is none, distances (n,), and receivers (n,), -1
    where there is none or the side that was met is inactive.
    """

    block: RayBlock
    origins_m: Float32Array
    directions: Float32Array
    faces: np.ndarray
    distances_m: Float32Array
    met: IntArray

    def links(self, craft: TracedCraft) -> IntArray:
        """Different pairs of receivers that rays left and met, (2, n)."""
        pairs = np.zeros((len(craft.receivers),) * 2, bool)
        _fill_links(self.block.receivers, self.met, self.block.count, pairs)
        return np.stack(np.nonzero(pairs))


def first_rays(block: RayBlock, craft: TracedCraft, seed: int) -> FirstRays:
    """Cosine-weighted rays from the receivers of a block."""
    origins, directions = block_rays(block, craft, seed)
    faces, distances = craft.caster.first_hit(origins, directions)
    met, reflecting = np.empty(len(faces), np.int64), craft.reflecting
    _met(directions, faces, reflecting.frames, reflecting.receiver_of_side, met)
    return FirstRays(block, origins, directions, faces, distances, met)


def cast_sky(
    block: RayBlock,
    craft: TracedCraft,
    seed: int,
    *,
    reflections: bool = True,
    look_at_sun: bool = True,
    branches: int = 1,
) -> SkyRays:
    """Cast one block of cosine-weighted paths from receivers and follow them until they leave.

    Parameters are those of `follow_rays`.
    """
    return follow_rays(
        first_rays(block, craft, seed),
        craft,
        seed,
        reflections=reflections,
        look_at_sun=look_at_sun,
        branches=branches,
    )


def follow_rays(
    rays: FirstRays,
    craft: TracedCraft,
    seed: int,
    *,
    reflections: bool = True,
    look_at_sun: bool = True,
    branches: int = 1,
    sun_weights: Float32Array | None = None,
) -> SkyRays:
    """Follow rays that have been traced to their first hit until they leave.

    Parameters
    ----------
    rays : FirstRays
    craft : TracedCraft
    seed : int
    reflections : bool
        Whether paths go on after the first hit.
    look_at_sun : bool
        Whether to list the points that scatter sunlight.
    branches : int
        Directions in which the light of a white surface is followed where it scatters first.
    sun_weights : float32 array (G, G)
        What sunlight counts that a first hit scatters, by the receivers that the ray left and met; default 1.
    """
    block = rays.block
    escaped = _first_segments(rays.directions, rays.faces, False, block)
    blocked = _first_segments(rays.directions, rays.faces, True, block)
    exits: list[DirectionList] = []
    lit: list[LitPoints] | None = [] if look_at_sun else None
    traced, cut = len(block), 0.0
    if reflections and blocked.directions.shape[1]:
        more, cut = _reflected(rays, craft, seed, branches, exits, lit, sun_weights)
        traced += more
    return SkyRays(escaped, blocked, tuple(exits), tuple(lit or ()), traced, cut)


def _reflected(
    rays: FirstRays,
    craft: TracedCraft,
    seed: int,
    branches: int,
    exits: list[DirectionList],
    lit: list[LitPoints] | None,
    sun_weights: Float32Array | None,
) -> tuple[int, float]:
    """Follow what first hits reflect to its end; returns segments traced and weight cut."""
    block = rays.block
    hits = np.flatnonzero(rays.faces >= 0)
    counting = np.ones(len(hits), np.float32)
    if sun_weights is not None and lit is not None:
        counting = sun_weights[block.receivers[hits // block.count], rays.met[hits]]
    state = PathState.empty(len(hits) * (branches + 1))
    points = LitPoints.empty(len(hits) if lit is not None else 0)
    reflecting = craft.reflecting
    count, listed = split_first_hits(
        branches,
        seed,
        block.streams,
        block.replicates,
        DIRECTION_NUMBERS,
        craft.caster.start_offset_m,
        reflecting.frames,
        reflecting.surface_of_side,
        reflecting.reflectance,
        reflecting.specularity,
        rays.faces,
        rays.distances_m,
        rays.origins_m,
        rays.directions,
        hits,
        point_order(block.first, block.count)[1],
        counting,
        state.origins_m,
        state.directions,
        state.weights,
        state.segments,
        state.indices,
        state.branches,
        points.origins_m,
        points.normals,
        points.weights,
        points.segments,
    )
    if listed and lit is not None:
        lit.append(points.copied(listed))
    state = state.head(count)
    if not count:
        return 0, 0.0
    faces, distances = craft.caster.first_hit(state.origins_m, state.directions)
    keep = min(branches, KEPT_OF_BRANCHES)
    light = ROULETTE_WEIGHT * keep / branches
    more, cut = follow_paths(
        state,
        faces,
        distances,
        block,
        craft,
        seed,
        exits,
        lit,
        bounce=2,
        keep_one_in=keep,
        light_weight=light,
    )
    return count + more, cut


_NO_DEPOSITS = np.zeros((0, 0))


def follow_paths(
    state: PathState,
    faces: np.ndarray,
    distances_m: Float32Array,
    block: RayBlock,
    craft: TracedCraft,
    seed: int,
    exits: list[DirectionList],
    lit: list[LitPoints] | None,
    deposits: FloatArray = _NO_DEPOSITS,
    *,
    bounce: int = 1,
    keep_one_in: int = 1,
    light_weight: float = ROULETTE_WEIGHT,
) -> tuple[int, float]:
    """Follow paths that have just been traced, to their ends; returns segments traced and weight cut.

    `faces` and `distances_m` belong to the segment just traced, the hit at its end is the `bounce`-th;
    of branches one in `keep_one_in` goes on from there; weights below `light_weight` play
    roulette.  Exits and lit points are appended to the lists; `deposits` (segments, receivers + 2)
    collects what `leave_surface` says where it has any size.
    """
    caster, reflecting = craft.caster, craft.reflecting
    size = len(faces)
    exit_directions = np.empty((3, size), np.float32)
    exit_weights = np.empty((2, size), np.float32)
    counts = np.zeros(len(block.receivers), np.int64)
    points = LitPoints.empty(size if lit is not None else 0)
    traced = 0
    for number in range(bounce, MAX_BOUNCES + 1):
        alive, left, listed = leave_surface(
            number,
            keep_one_in if number == bounce else 1,
            np.float32(light_weight),
            seed,
            block.streams,
            block.replicates,
            DIRECTION_NUMBERS,
            caster.start_offset_m,
            reflecting.frames,
            reflecting.surface_of_side,
            reflecting.receiver_of_side,
            reflecting.reflectance,
            reflecting.specularity,
            state.origins_m,
            state.directions,
            state.weights,
            state.segments,
            state.indices,
            state.branches,
            faces,
            distances_m,
            exit_directions,
            exit_weights,
            counts,
            points.origins_m,
            points.normals,
            points.weights,
            points.segments,
            deposits,
        )
        if left:
            exits.append(
                DirectionList(
                    exit_directions[:, :left].copy(), exit_weights[:, :left].copy(), np.cumsum(counts)
                )
            )
        if listed and lit is not None:
            lit.append(points.copied(listed))
        state = state.head(alive)
        if not alive:
            return traced, 0.0
        faces, distances_m = caster.first_hit(state.origins_m, state.directions)
        traced += alive
    return traced, float(state.weights.max(axis=1).sum())
