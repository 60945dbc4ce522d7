"""What carries a wing, for close-ups: longerons, hinges, battens, harness, mast and yoke.

All of it stands off the modules' sheets, which stay whole: their areas are those of the light detail.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geometry.craft.bus import boom_surface
from geometry.craft.fittings import HOUSING_SHARE, inset_rods, row_of_blocks, row_of_rods
from geometry.craft.layout import BusLayout
from geometry.mesh.optics import COATINGS
from geometry.mesh.primitives import Block, Side, Surface, cylinder_profile, revolved
from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.validation import FloatArray

FRAME_M = 0.035
HARNESS_M = 0.09
HARNESS_SHARE = 0.06
"""Where the two strips of the harness run, as a share of the chord from the middle."""


def wing_structure(
    wing: int, side: Side, lows_m: FloatArray, highs_m: FloatArray, layout: BusLayout
) -> list[SurfaceMesh]:
    """All that carries one wing.

    Parameters
    ----------
    wing : int
    side : side of the bus that the wing leaves
    lows_m, highs_m : array (M, 3)
        Corners of its modules from the root outwards, m.
    layout : BusLayout
        Of the bus; its drive and mast are drawn in rich detail only where `room_for_detail` says so.
    """
    frame = _Wing(wing, side, lows_m, highs_m, layout.gap_m, float(layout.block.size_m[2]))
    meshes = [*frame.tubes(), *frame.hinges(), *frame.harness()]
    if side in layout.booms and layout.room_for_detail:
        meshes += frame.mast(layout)
    return meshes


@dataclass(frozen=True, eq=False)
class _Wing:
    """One wing in its own measures: outwards from the middle of the bus, aside, up; m."""

    number: int
    side: Side
    lows_m: FloatArray
    highs_m: FloatArray
    gap_m: float
    bus_height_m: float

    @property
    def axis(self) -> int:
        return "xyz".index(self.side[1])

    @property
    def near_m(self) -> FloatArray:
        """Inner edges of the modules, (M,)."""
        return self.lows_m[:, self.axis] if self.side[0] == "+" else -self.highs_m[:, self.axis]

    @property
    def length_m(self) -> float:
        return float((self.highs_m - self.lows_m)[0, self.axis])

    @property
    def chord_m(self) -> float:
        return float((self.highs_m - self.lows_m)[0, 1 - self.axis])

    @property
    def tube_m(self) -> float:
        """Width of longerons and hinge tubes."""
        return min(FRAME_M, 0.02 * self.chord_m, 0.05 * self.length_m, 0.25 * self.bus_height_m)

    @property
    def edge_m(self) -> float:
        """Distance of the longerons from the wing's middle line."""
        return 0.5 * self.chord_m + self.gap_m + 0.5 * self.tube_m

    @property
    def lines_m(self) -> FloatArray:
        """Where tubes run across: at the root, between modules, at the tip."""
        near, far = self.near_m, self.near_m + self.length_m
        clear = 0.5 * self.tube_m + 2.0 * self.gap_m
        return np.concatenate([near[:1] + clear, 0.5 * (far[:-1] + near[1:]), far[-1:] - clear])

    def point(self, out_m: float, aside_m: float, height_m: float) -> FloatArray:
        """A point in the body frame, (3,)."""
        p = np.zeros(3)
        p[self.axis] = out_m if self.side[0] == "+" else -out_m
        p[1 - self.axis], p[2] = aside_m, height_m
        return p

    def outwards(self, places_m: FloatArray) -> FloatArray:
        """Offsets along the wing, (N, 3)."""
        return np.array([self.point(float(out), 0.0, 0.0) for out in places_m])

    def surface(self, part: str, coating: str) -> Surface:
        return Surface(f"wing_{self.number}.{part}", COATINGS[coating])

    def tubes(self) -> list[SurfaceMesh]:
        """Longerons beside the modules, battens behind them, tubes across at every line."""
        tube, dark = self.tube_m, self.surface("frame", "graphite")
        thin = 0.6 * tube
        level, behind = -(self.gap_m + 0.5 * tube), -(self.gap_m + 0.5 * thin)
        first, last = self.near_m[0], self.near_m[0] + self.length_m
        steps = self.outwards(self.near_m - first)
        clear = 2.0 * tube + 4.0 * self.gap_m
        runs = [(s * self.edge_m, level, 0.6 * tube + self.gap_m, tube) for s in (1.0, -1.0)]
        runs += [(share * self.chord_m, behind, clear, thin) for share in (-1.0 / 3.0, 0.0, 1.0 / 3.0)]
        meshes = [
            row_of_rods(
                self.point(first + end, aside, z), self.point(last - end, aside, z), width, dark, steps
            )
            for aside, z, end, width in runs
        ]
        half = self.edge_m - 0.8 * tube
        lines = self.lines_m
        start, stop = self.point(lines[0], -half, level), self.point(lines[0], half, level)
        return [*meshes, row_of_rods(start, stop, tube, dark, self.outwards(lines - lines[0]))]

    def hinges(self) -> list[SurfaceMesh]:
        """Fittings in rows behind the tubes across."""
        tube, lines = self.tube_m, self.lines_m
        top = -(2.0 * self.gap_m + tube)
        size = np.abs(self.point(tube, 3.0 * tube, 0.5 * tube))
        first = self.point(lines[0], 0.0, top)
        block = Block.between(first - size * (0.5, 0.5, 1.0), first + size * (0.5, 0.5, 0.0))
        half = self.edge_m - 0.8 * tube
        places = [
            self.point(out - lines[0], share * half, 0.0)
            for out in lines
            for share in (-0.9, -0.45, 0.45, 0.9)
        ]
        return [row_of_blocks(block, self.surface("hinges", "aluminium"), places)]

    def harness(self) -> list[SurfaceMesh]:
        """Two flat cables behind everything else."""
        wide = min(HARNESS_M, 0.03 * self.chord_m)
        thick = max(0.006, self.gap_m)
        top = -(3.0 * self.gap_m + 1.5 * self.tube_m)
        start = self.near_m[0] + 3.0 * self.gap_m
        stop = self.near_m[-1] + self.length_m - 3.0 * self.gap_m
        inner = HARNESS_SHARE * self.chord_m
        meshes = []
        for a, b in ((inner, inner + wide), (-inner - wide, -inner)):
            corners = np.stack([self.point(start, a, top - thick), self.point(stop, b, top)])
            strip = Block.between(corners.min(axis=0), corners.max(axis=0))
            meshes.append(row_of_blocks(strip, self.surface("harness", "mli_gold"), np.zeros((1, 3))))
        return meshes

    def mast(self, layout: BusLayout) -> list[SurfaceMesh]:
        """The mast that the drive turns, under the root module where there is room, and its yoke."""
        boom, gap = layout.booms[self.side], self.gap_m
        wide, z = float(boom.size_m[2]), float(boom.center_m[2])
        reach = float(boom.size_m[self.axis])
        root = float(self.near_m[0])
        radius = 0.32 * wide
        fits = z + radius < -(3.0 * gap + self.tube_m) and radius + gap < HARNESS_SHARE * self.chord_m
        start = root - (1.0 - HOUSING_SHARE) * reach + gap
        stop = root + min(0.4 * reach, 0.5 * self.length_m) if fits else root - gap
        surface = boom_surface(self.number)
        direction = self.point(1.0, 0.0, 0.0)
        mast = revolved(
            cylinder_profile(radius, stop - start),
            surface,
            base_m=self.point(start, 0.0, z),
            direction=direction,
            sides=16,
        )
        return [mast, *self._yoke(layout, root, reach, wide, z)]

    def _yoke(
        self, layout: BusLayout, root_m: float, reach_m: float, wide_m: float, height_m: float
    ) -> list[SurfaceMesh]:
        """Two struts from beside the mast to the root of the wing, where the way is clear."""
        blades = max(
            (float(b.size_m[1]) for b in layout.gpu_banks if self.side == layout.gpu_side), default=0.0
        )
        start = root_m - reach_m + max(0.45 * reach_m, 1.2 * blades)
        thin = 0.25 * wide_m
        under = -(2.0 * self.gap_m + self.tube_m + 0.5 * thin)
        end = 0.66 * self.edge_m
        if root_m - start < 0.3 * reach_m or end < 2.0 * wide_m or reach_m < 1.5 * wide_m:
            return []
        nodes = [
            (self.point(start, s * 0.6 * wide_m, height_m), self.point(self.lines_m[0], s * end, under))
            for s in (1.0, -1.0)
        ]
        return inset_rods(nodes, self.gap_m, thin, boom_surface(self.number))
