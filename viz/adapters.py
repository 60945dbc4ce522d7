"""`MeshItem` -> VTK actors: the one door from meshes to the renderer.

One actor per material, side and colouring, with its own corners, so that a craft with
thousands of modules is still a handful of actors.  A sheet is drawn twice, front and back, each seen
from its own side only; the two never fight for depth.

Point arrays on every polydata, for shaders: `sunlight` and `ambient` (1 component, share of direct
sunlight and of the rest that arrives).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import VTK_ID_TYPE, vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkRenderingCore import vtkActor, vtkGlyph3DMapper, vtkPolyDataMapper

from geometry.validation import FloatArray
from viz import theme
from viz.image import light_of
from viz.scene import InstancesItem, Material, MeshItem, SatellitesItem
from viz.smoothing import corner_normals

FRONT, BACK = "front", "back"

KNEE = 2.0
# colours of values come as bytes: light of any brightness, squeezed; the shader takes it back
DECODE = f"""
  vec3 squeezed = min(fragOutput0.rgb * fragOutput0.rgb, vec3(0.996));
  fragOutput0.rgb = {KNEE} * squeezed / (vec3(1.0) - squeezed);
  //VTK::DepthPeeling::Impl
"""


def item_actors(item: MeshItem, origin_gcrs_m: FloatArray) -> list[vtkActor]:
    """Actors of a mesh in metres about `origin_gcrs_m`, axes of GCRS."""
    return _placed(_kept_parts(item), item.position_gcrs_m - origin_gcrs_m, item.rotation_gcrs_from_body)


def member_actors(
    item: SatellitesItem, member: int, share: float, origin_gcrs_m: FloatArray
) -> list[vtkActor]:
    """Actors of one satellite of many; `share` of its light covers what is behind it."""
    place = item.position_gcrs_m[member] - origin_gcrs_m
    actors = _placed(_kept_parts(item.craft), place, item.rotation_gcrs_from_body[member])
    for actor in actors:
        actor.GetShaderProperty().GetFragmentCustomUniforms().SetUniformf("fade", share)
    return actors


@lru_cache(maxsize=12)
def _kept_parts(item: MeshItem) -> tuple[tuple[vtkPolyData, Material, bool], ...]:
    """As `item_parts`, kept: a film asks for the same meshes again and again."""
    return tuple(item_parts(item))


def _placed(
    parts: Iterable[tuple[vtkPolyData, Material, bool]], place_m: FloatArray, rotation: FloatArray
) -> list[vtkActor]:
    pose = _pose(place_m, rotation)
    actors = []
    for polydata, material, valued in parts:
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(polydata)
        actor = _actor(mapper, polydata, material, valued)
        actor.SetUserMatrix(pose)
        actors.append(actor)
    return actors


def instance_actors(item: InstancesItem, origin_gcrs_m: FloatArray) -> list[vtkActor]:
    """Actors of many equal meshes, one glyph mapper per material."""
    places = vtkPolyData()
    points = vtkPoints()
    points.SetData(_vtk((item.position_gcrs_m - origin_gcrs_m).astype(np.float32)))
    places.SetPoints(points)
    places.GetPointData().AddArray(_vtk(quaternions(item.rotation_gcrs_from_body), "orientation"))
    actors = []
    for polydata, material, valued in item_parts(item.item):
        mapper = vtkGlyph3DMapper()
        mapper.SetInputData(places)
        mapper.SetSourceData(polydata)
        mapper.SetScaleModeToNoDataScaling()
        mapper.SetOrientationArray("orientation")
        mapper.SetOrientationModeToQuaternion()
        actors.append(_actor(mapper, polydata, material, valued))
    return actors


def item_parts(item: MeshItem) -> Iterator[tuple[vtkPolyData, Material, bool]]:
    """Polydata in the body frame, its material, and whether it is coloured by values."""
    table: dict[Material, int] = {}
    codes = np.array([table.setdefault(m, len(table)) for m in (*item.materials, item.inactive_material)])
    materials = list(table)
    normals = corner_normals(item.mesh)
    for side in (FRONT, BACK):
        surface = getattr(item.mesh, f"{side}_surface")
        values = getattr(item, f"{side}_values")
        valued = np.zeros(len(surface), bool)
        if values is not None:
            valued = np.isfinite(values.reshape(len(values), -1)).all(axis=1)
        drawn = np.ones(len(surface), bool)
        if side == BACK:  # the inside of a solid is never seen
            drawn = (surface >= 0) | valued
        code = codes[surface]
        for k in np.unique(code[drawn]):
            for colored in (False, True):
                faces = np.flatnonzero(drawn & (code == k) & (valued == colored))
                if faces.size:
                    yield side_polydata(item, normals, faces, side, colored), materials[k], colored


def side_polydata(
    item: MeshItem, corner_normal: FloatArray, faces: NDArray[np.int64], side: str, colored: bool
) -> vtkPolyData:
    """One side of some faces, three corners of its own for each, in the body frame."""
    mesh = item.mesh
    order = [0, 1, 2] if side == FRONT else [0, 2, 1]
    corners = mesh.vertices_m[mesh.faces[faces][:, order]]
    normals = corner_normal[faces][:, order] * (1.0 if side == FRONT else -1.0)
    count = len(faces)
    polydata = vtkPolyData()
    points = vtkPoints()
    points.SetData(_vtk(corners.reshape(-1, 3).astype(np.float32)))
    polydata.SetPoints(points)
    cells = vtkCellArray()
    cells.SetData(
        numpy_to_vtk(np.arange(0, 3 * count + 1, 3), deep=1, array_type=VTK_ID_TYPE),
        numpy_to_vtk(np.arange(3 * count), deep=1, array_type=VTK_ID_TYPE),
    )
    polydata.SetPolys(cells)
    data = polydata.GetPointData()
    data.SetNormals(_vtk(normals.reshape(-1, 3).astype(np.float32), "normals"))
    if item.texture_coordinates is not None:
        uv = item.texture_coordinates[faces][:, order].reshape(-1, 2)
        data.SetTCoords(_vtk(uv.astype(np.float32), "uv"))
    for name in ("sunlight", "ambient"):
        share = getattr(item, f"{side}_{name}")
        share = np.ones(len(mesh.faces)) if share is None else share
        per_corner = np.broadcast_to(share.reshape(len(share), -1), (len(share), 3))[faces][:, order]
        data.AddArray(_vtk(per_corner.reshape(-1, 1).astype(np.float32), name))
    if colored:
        values = getattr(item, f"{side}_values")
        per_corner = np.broadcast_to(values.reshape(len(values), -1), (len(values), 3))[faces][:, order]
        shown = colors(per_corner.reshape(-1), item.value_range, item.color_map)
        data.SetScalars(_vtk(as_light(shown), "color"))
    return polydata


def colors(values: FloatArray, value_range: tuple[float, float], color_map: str) -> FloatArray:
    """sRGB in [0, 1], (N, 3), of values under a colour map of matplotlib."""
    import matplotlib

    low, high = value_range
    mapped = matplotlib.colormaps[color_map](np.clip((values - low) / (high - low), 0.0, 1.0))
    return np.asarray(mapped, dtype=float)[:, :3]


def as_light(srgb: FloatArray) -> NDArray[np.uint8]:
    """Squeezed bytes of the light that exposure and tone curve turn into these colours."""
    light = light_of(srgb) / theme.EXPOSURE
    return np.round(255.0 * np.sqrt(light / (light + KNEE))).astype(np.uint8)


def quaternions(rotations: FloatArray) -> NDArray[np.float32]:
    """Unit quaternions (N, 4) in the order w, x, y, z, from rotations (N, 3, 3)."""
    r = np.asarray(rotations)
    xx, yy, zz = r[:, 0, 0], r[:, 1, 1], r[:, 2, 2]
    squares = np.stack([1 + xx + yy + zz, 1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz], axis=1)
    # each row of the symmetric matrix 4 q q^T is the quaternion times one of its parts: take the largest
    outer = np.empty((len(r), 4, 4))
    outer[:, range(4), range(4)] = squares
    pairs = (
        (0, 1, r[:, 2, 1] - r[:, 1, 2]),
        (0, 2, r[:, 0, 2] - r[:, 2, 0]),
        (0, 3, r[:, 1, 0] - r[:, 0, 1]),
        (1, 2, r[:, 0, 1] + r[:, 1, 0]),
        (1, 3, r[:, 0, 2] + r[:, 2, 0]),
        (2, 3, r[:, 1, 2] + r[:, 2, 1]),
    )
    for i, j, value in pairs:
        outer[:, i, j] = outer[:, j, i] = value
    q = outer[np.arange(len(r)), squares.argmax(axis=1)]
    return (q / np.linalg.norm(q, axis=1, keepdims=True)).astype(np.float32)


def _actor(mapper: Any, polydata: vtkPolyData, material: Material, valued: bool) -> vtkActor:
    """An actor with its material; values are drawn unlit, so that the scalar bar holds."""
    from viz.materials import dress  # knows the patterns; built on this module

    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.GetProperty().BackfaceCullingOn()
    if valued:
        mapper.SetColorModeToDirectScalars()
        mapper.ScalarVisibilityOn()
    else:
        mapper.ScalarVisibilityOff()
    dress(actor, mapper, polydata, material, valued)
    if valued:
        shader = actor.GetShaderProperty()
        shader.AddFragmentShaderReplacement("//VTK::DepthPeeling::Impl", True, DECODE, False)
    return actor


def _pose(position_m: FloatArray, rotation: FloatArray) -> vtkMatrix4x4:
    matrix = vtkMatrix4x4()
    for i in range(3):
        for j in range(3):
            matrix.SetElement(i, j, float(rotation[i, j]))
        matrix.SetElement(i, 3, float(position_m[i]))
    return matrix


def _vtk(array: NDArray[Any], name: str = "") -> Any:
    """A VTK array with its own copy."""
    data = numpy_to_vtk(np.ascontiguousarray(array), deep=1)
    if name:
        data.SetName(name)
    return data
