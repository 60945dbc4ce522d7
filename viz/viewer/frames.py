"""From a session to what a display shows: as fine as the time for a frame allows, finest at rest."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from geometry.mesh.surface_mesh import SurfaceMesh
from viz.outlines import outlines
from viz.viewer.cameras import is_ground
from viz.viewer.display import Display
from viz.viewer.far_view import FarView
from viz.viewer.neighbours import Neighbours, neighbours
from viz.viewer.session import Session

FRAME_S = 0.06  # that a moving picture may take, until it is on the screen
EDGE_WIDTH, EDGE_LIFT = 0.0009, 0.0006  # of the rims of surfaces, in lengths of the craft
NOBODY = Neighbours()
COARSEST = 4.0  # pixels of the screen for one of the picture


class Frames:
    """Draws a session into a display.

    Parameters
    ----------
    session : Session
    display : Display
    """

    def __init__(self, session: Session, display: Display) -> None:
        self.session, self.display = session, display
        self.coarseness = 2.0
        self._far = FarView()
        self._still_far = FarView()
        self._colored: tuple[object, ...] = ()
        self._rims: tuple[SurfaceMesh, SurfaceMesh] | None = None

    def draw(self, size: tuple[int, int], *, fine: bool = False) -> None:
        """Everything but the panels; `fine` at the full size of the window."""
        began = time.perf_counter()
        near = self._neighbours(size)
        self.display.show_far(self.far_picture(size, fine=fine, paced=False, near=near))
        self._draw_craft(near)
        self.display.smooth_edges(fine)
        if not fine:
            self._pace(time.perf_counter() - began + self.display.render_s)

    def far_picture(
        self,
        size: tuple[int, int],
        *,
        fine: bool = False,
        paced: bool = True,
        near: Neighbours = NOBODY,
    ) -> NDArray[np.uint8]:
        """The far picture (h, w, 3) alone, coarser than `size` where it is not `fine`; without those near."""
        began = time.perf_counter()
        session = self.session
        step = 1.0 if fine else self.coarseness
        small = (max(round(size[0] / step), 16), max(round(size[1] / step), 16))
        view = self._still_far if fine else self._far
        picture = view.picture(
            session.moment,
            session.camera,
            small,
            umbra=session.state.umbra,
            ground=is_ground(session.state),
            coarseness=step,
            without=near.satellites[near.is_large],
        )
        if paced and not fine:
            self._pace(time.perf_counter() - began)
        return picture

    def _pace(self, spent_s: float) -> None:
        """Coarser where a frame took too long, finer where there is time; in small steps."""
        factor = min(max((spent_s / FRAME_S) ** 0.5, 0.87), 1.25)
        if 0.8 < spent_s / FRAME_S < 1.15:
            return
        self.coarseness = min(max(round(self.coarseness * factor, 2), 1.0), COARSEST)

    def _neighbours(self, size: tuple[int, int]) -> Neighbours:
        session = self.session
        if not session.sees_craft or session.loads is None:
            return NOBODY
        extent = session.craft.mesh.extent_m
        return neighbours(session.design, session.moment, session.camera, extent, size)

    def _draw_craft(self, near: Neighbours) -> None:
        session, loads = self.session, self.session.loads
        if not session.sees_craft or loads is None:
            self.display.hide_craft()
            return
        state = session.state
        top = session.scale_top
        key = (loads, state.coloring, top, state.surface)
        if key != self._colored:
            from viz.viewer.tints import face_colors  # with its patterns, which the first picture lacks

            self._colors = face_colors(loads, session.design, state.coloring, top, state.surface)
            self._colored = key
        moment = session.moment
        self.display.show_craft(
            loads.mesh,
            self._edges(),
            self._colors,
            session.camera,
            moment.state.position_gcrs_m[0, 0],
            moment.rotation_gcrs_from_body,
            tuple(zip(near.position_gcrs_m, near.rotation_gcrs_from_body, near.is_large, strict=True)),
        )

    def _edges(self) -> SurfaceMesh:
        """Rims of the surfaces of the craft, made once for a mesh."""
        mesh = self.session.craft.mesh
        if self._rims is None or self._rims[0] is not mesh:
            extent = mesh.extent_m
            self._rims = (mesh, outlines(mesh, EDGE_WIDTH * extent, EDGE_LIFT * extent))
        return self._rims[1]
