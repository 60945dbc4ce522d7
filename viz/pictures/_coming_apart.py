"""A craft that comes apart in a film: its pieces on their ways, the camera before them, the light on both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.validation import FloatArray, IntArray
from viz.bakes import SHARES, baked, with_bake
from viz.camera import Camera, eased
from viz.framing import Room, framed, outermost
from viz.scene import Material, MeshItem, Scene
from viz.staging import Stage, with_patterns, with_shades
from viz.walk import turned

SWING_RAD = 0.8  # of the camera, from where it begins to where the still stands
LOOKS = (0.0, 0.25, 0.5, 0.75, 1.0)  # shares of the way at which places and shadows are worked out


@dataclass(frozen=True, eq=False)
class Kit:
    """Pieces and their ways.

    Parameters
    ----------
    where : Stage
    mesh : SurfaceMesh
        All pieces where they end, body frame; no surface is of two pieces, no vertex either.
    materials : tuple of S Material
    way_m : array (S, 3)
        From where the piece of each surface sits in the craft to where it ends, body frame, m.
    end : Camera
        That of the still.
    room : tuple of 4 float
        What the pieces fill.
    """

    where: Stage
    mesh: SurfaceMesh
    materials: tuple[Material, ...]
    way_m: FloatArray
    end: Camera
    room: Room

    def camera(self, share: float) -> Camera:
        """Before the pieces at a share of their way; all of them fill the room."""
        up = self.end.rotation_camera_from_gcrs[1]
        start = turned(self.end, self.where.position_gcrs_m, up, (1.0 - share) * self._swing_rad)
        places = self._places[0] - (1.0 - share) * self._places[1]
        turn = self.where.rotation_gcrs_from_body
        return framed(start, self.where.position_gcrs_m + places @ turn.T, self.room)

    @cached_property
    def _swing_rad(self) -> float:
        """To the side from which more of the cells is seen."""
        back, up = self.end.rotation_camera_from_gcrs[2], self.end.rotation_camera_from_gcrs[1]
        rises = float(np.cross(up, back) @ self.where.rotation_gcrs_from_stage[:, 2]) > 0.0
        return SWING_RAD if rises else -SWING_RAD

    @cached_property
    def item(self) -> MeshItem:
        """All pieces where they end, without shadows."""
        return MeshItem(
            self.mesh,
            self.materials,
            position_gcrs_m=self.where.position_gcrs_m,
            rotation_gcrs_from_body=self.where.rotation_gcrs_from_body,
        )

    def moved(self, mesh: SurfaceMesh, share: float) -> SurfaceMesh:
        """A mesh of these pieces where they end, back at a share of their way."""
        return self._carried(mesh, share - 1.0)

    def _carried(self, mesh: SurfaceMesh, ways: float) -> SurfaceMesh:
        return replace(mesh, vertices_m=mesh.vertices_m + ways * self.way_m[_owners(mesh)])

    def shadows(self, sky: Scene, **lengths_m: float) -> dict[str, FloatArray]:
        """Light on the pieces in the craft and where they end, on one mesh, fine enough for both."""
        cameras = [self.camera(share) for share in LOOKS]
        ended = with_shades(self.item, sky, cameras, **lengths_m)
        whole = with_shades(
            replace(_unlaid(ended), mesh=self.moved(ended.mesh, 0.0)), sky, cameras[:2], **lengths_m
        )
        # the halves of the whole's shadows, where they end; nothing is halved again
        at_end = replace(_unlaid(whole), mesh=self._carried(whole.mesh, 1.0))
        ended = with_shades(at_end, sky, cameras[2:], coarsest_m=1e9, finest_m=1e9)
        return baked(ended, "ended.") | {
            key: value for key, value in baked(whole, "whole.").items() if key.split(".")[1] in SHARES
        }

    @cached_property
    def _places(self) -> tuple[FloatArray, FloatArray]:
        """Outermost places (K, 3) at the end, and their ways, m."""
        place, owner = self.mesh.vertices_m, _owners(self.mesh)
        used = np.unique(self.mesh.faces)
        place, way = place[used], self.way_m[owner[used]]
        kept = np.unique(np.concatenate([outermost(place - (1.0 - share) * way) for share in LOOKS]))
        return place[kept], way[kept]


class Moving:
    """The pieces at any share of their way, in their light.

    Parameters
    ----------
    kit : Kit
    shadows : mapping
        As `Kit.shadows` gave them; empty for none.
    cell_m : tuple of 2 float
        Of the patterns.
    """

    def __init__(self, kit: Kit, shadows: Mapping[str, FloatArray], cell_m: tuple[float, float]) -> None:
        self._kit = kit
        item = with_bake(kit.item, shadows, "ended.") if shadows else kit.item
        self._ended = with_patterns(item, cell_m)
        self._whole_light = {key: shadows[f"whole.{key}"] for key in SHARES} if shadows else {}
        self._whole = self._at(0.0)

    def item(self, share: float) -> MeshItem:
        """As they begin to move, light passes from what falls on the whole to what falls on them apart."""
        if share in (0.0, 1.0):  # the same object: what is drawn of it is kept
            return self._ended if share else self._whole
        return self._at(share)

    def _at(self, share: float) -> MeshItem:
        opened = eased(2.0 * share)
        light = {
            key: np.clip((1.0 - opened) * whole + opened * getattr(self._ended, key), 0.0, 1.0)
            for key, whole in self._whole_light.items()
        }
        return replace(self._ended, mesh=self._kit.moved(self._ended.mesh, share), **light)


def told_apart(mesh: SurfaceMesh, piece: IntArray) -> tuple[SurfaceMesh, IntArray, IntArray]:
    """The mesh with a surface of its own for each side of each piece; of each, what surface and piece."""
    count = len(mesh.surface_names)
    sides = np.stack([mesh.front_surface, mesh.back_surface])
    keys = np.where(sides >= 0, piece * count + sides, -1)
    kept = np.unique(keys[keys >= 0])
    number = np.where(keys >= 0, np.searchsorted(kept, keys), sides)
    before, owner = kept % count, kept // count
    told = SurfaceMesh(
        mesh.vertices_m,
        mesh.faces,
        number[0],
        number[1],
        tuple(f"{k}/{mesh.surface_names[s]}" for k, s in zip(owner, before, strict=True)),
        tuple(mesh.optics[s] for s in before),
    )
    return told, before, owner


def _unlaid(item: MeshItem) -> MeshItem:
    """Without its light, for another mesh."""
    return replace(item, front_sunlight=None, back_sunlight=None, front_ambient=None, back_ambient=None)


def _owners(mesh: SurfaceMesh) -> IntArray:
    """A surface of each vertex, (V,)."""
    owner = np.zeros(len(mesh.vertices_m), np.int64)
    owner[mesh.faces] = np.where(mesh.front_surface >= 0, mesh.front_surface, mesh.back_surface)[:, None]
    return owner
