"""The window's layers in VTK: far picture, craft in metres about the camera, panels."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import vtkmodules.vtkRenderingOpenGL2
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import VTK_ID_TYPE, vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkImageData, vtkPolyData
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkRenderingCore import (
    vtkActor,
    vtkPolyDataMapper,
    vtkPolyDataMapper2D,
    vtkRenderer,
    vtkRenderWindow,
    vtkTexture,
    vtkTexturedActor2D,
    vtkWindowToImageFilter,
)

from geometry.mesh.surface_mesh import SurfaceMesh
from geometry.validation import FloatArray
from viz.camera import Camera

_ = vtkmodules.vtkRenderingOpenGL2  # gives the classes above their OpenGL

Bytes = NDArray[np.uint8]


class Display:
    """Three layers of one render window, changed in place from frame to frame.

    Parameters
    ----------
    window : vtkRenderWindow
        On a screen or off it.
    """

    def __init__(self, window: vtkRenderWindow) -> None:
        self.window = window
        window.SetNumberOfLayers(3)
        window.SetMultiSamples(0)
        self._far, self._craft_layer, self._panel_layer = (vtkRenderer() for _ in range(3))
        for layer, renderer in enumerate((self._far, self._craft_layer, self._panel_layer)):
            renderer.SetLayer(layer)
            renderer.SetBackground(0.0, 0.0, 0.0)
            renderer.SetInteractive(0)
            window.AddRenderer(renderer)
        self._picture, self._texture = _Picture(), vtkTexture()
        self._texture.InterpolateOn()
        self._texture.SetInputData(self._picture.image)
        self._far.SetBackgroundTexture(self._texture)
        self._far.TexturedBackgroundOn()
        self._craft: _CraftActor | None = None
        self._panels: dict[str, _PanelActor] = {}
        self.render_s = 0.0  # that VTK took for the last picture

    def show_far(self, picture: Bytes) -> None:
        """The far picture (h, w, 3), stretched over the window."""
        self._picture.set(picture)
        self._texture.Modified()

    def show_craft(
        self,
        mesh: SurfaceMesh,
        edges: SurfaceMesh,
        colors: Bytes,
        camera: Camera,
        position_gcrs_m: FloatArray,
        rotation_gcrs_from_body: FloatArray,
        others: Sequence[tuple[FloatArray, FloatArray, bool]] = (),
    ) -> None:
        """The craft where it is, in metres about the camera; colours (2, F, 3), its edges in black.

        `others` are more craft like it: place, turn, and whether their edges are drawn.
        """
        if self._craft is None or self._craft.mesh is not mesh:
            self.hide_craft()
            self._craft = _CraftActor(mesh, edges)
        self._craft.set_colors(colors)
        poses = [(position_gcrs_m, rotation_gcrs_from_body, True), *others]
        eye = camera.position_gcrs_m
        self._craft.place(self._craft_layer, [(place - eye, turn, edged) for place, turn, edged in poses])
        self._aim(camera)

    def hide_craft(self) -> None:
        """No craft in the picture."""
        if self._craft is not None:
            self._craft.place(self._craft_layer, [])
            self._craft = None

    def smooth_edges(self, smooth: bool) -> None:
        """Whether the craft's edges are smoothed: five times the work of all else, in software."""
        self._craft_layer.SetUseFXAA(smooth)

    def show_panels(self, panels: list[tuple[str, tuple[float, float], Bytes]]) -> None:
        """Panels by name, their upper left corners and RGBA pictures; those not named are taken away."""
        height = self.window.GetSize()[1]
        for gone in self._panels.keys() - {name for name, _, _ in panels}:
            self._panel_layer.RemoveViewProp(self._panels.pop(gone).actor)
        for name, corner, picture in panels:
            if name not in self._panels:
                self._panels[name] = _PanelActor()
                self._panel_layer.AddViewProp(self._panels[name].actor)
            self._panels[name].set(picture, round(corner[0]), height - round(corner[1]) - picture.shape[0])

    def render(self) -> None:
        """Draw."""
        began = time.perf_counter()
        self.window.Render()
        self.render_s = time.perf_counter() - began

    def grabbed(self, *, panels: bool = True) -> Bytes:
        """What the window shows, sRGB (H, W, 3); without the panels where not wanted."""
        self._panel_layer.SetDraw(panels)
        self.window.SwapBuffersOff()  # a picture without panels is read, and not seen on the screen
        try:
            grab = vtkWindowToImageFilter()
            grab.SetInput(self.window)
            grab.SetInputBufferTypeToRGB()
            grab.ReadFrontBufferOff()
            grab.Update()
        finally:
            self.window.SwapBuffersOn()
            self._panel_layer.SetDraw(True)
        image = grab.GetOutput()
        width, height, _depth = image.GetDimensions()
        scalars = image.GetPointData().GetScalars()
        return np.frombuffer(scalars, np.uint8).reshape(height, width, 3)[::-1].copy()

    def _aim(self, camera: Camera) -> None:
        """VTK's camera of the craft's layer, at the origin."""
        view = self._craft_layer.GetActiveCamera()
        _right, up, back = camera.rotation_camera_from_gcrs
        view.SetPosition(0.0, 0.0, 0.0)
        view.SetFocalPoint(*(-back))
        view.SetViewUp(*up)
        size = self.window.GetSize()
        half = np.arctan(0.5 * size[1] / camera.pixels_per_tangent((size[0], size[1])))
        view.SetViewAngle(float(np.degrees(2.0 * half)))
        view.SetWindowCenter(-camera.shift[0], -camera.shift[1])
        self._craft_layer.ResetCameraClippingRange()


def offscreen_window(size: tuple[int, int]) -> vtkRenderWindow:
    """A window that nobody sees."""
    window = vtkRenderWindow()
    window.SetOffScreenRendering(1)
    window.SetSize(*size)
    return window


class _Picture:
    """A vtkImageData over a numpy array that is written in place."""

    def __init__(self, channels: int = 3) -> None:
        self.image = vtkImageData()
        self._pixels = np.zeros((1, 1, channels), np.uint8)
        self.set(np.zeros((2, 2, channels), np.uint8))

    def set(self, picture: Bytes) -> None:
        """Take the pixels; VTK counts rows from the bottom."""
        if self._pixels.shape != picture.shape:
            height, width, channels = picture.shape
            self._pixels = np.empty((height, width, channels), np.uint8)
            self._array = numpy_to_vtk(self._pixels.reshape(-1, channels), deep=0)
            self.image.SetDimensions(width, height, 1)
            self.image.GetPointData().SetScalars(self._array)
        self._pixels[:] = picture[::-1]
        self._array.Modified()
        self.image.Modified()


class _PanelActor:
    """A picture with transparency at a place in the window, pixel by pixel."""

    def __init__(self) -> None:
        self._picture, self._texture = _Picture(4), vtkTexture()
        self._texture.InterpolateOff()
        self._texture.SetInputData(self._picture.image)
        self._corners = np.zeros((4, 3), np.float32)
        polydata, points = vtkPolyData(), vtkPoints()
        self._array = numpy_to_vtk(self._corners, deep=0)
        points.SetData(self._array)
        polydata.SetPoints(points)
        polydata.SetPolys(_cells(np.array([[0, 1, 2, 3]])))
        uv = numpy_to_vtk(np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32), deep=1)
        polydata.GetPointData().SetTCoords(uv)
        self._points, self._polydata = points, polydata
        mapper = vtkPolyDataMapper2D()
        mapper.SetInputData(polydata)
        self.actor = vtkTexturedActor2D()
        self.actor.SetMapper(mapper)
        self.actor.SetTexture(self._texture)
        self._shown: Bytes | None = None
        self._at = (0, 0)

    def set(self, picture: Bytes, left: int, bottom: int) -> None:
        """The picture with its lower left corner at a pixel."""
        if self._shown is picture and self._at == (left, bottom):
            return
        self._shown, self._at = picture, (left, bottom)
        self._picture.set(picture)
        self._texture.Modified()
        height, width = picture.shape[:2]
        x, y = [left, left + width, left + width, left], [bottom, bottom, bottom + height, bottom + height]
        self._corners[:, 0], self._corners[:, 1] = x, y
        self._array.Modified()
        self._points.Modified()
        self._polydata.Modified()


class _CraftActor:
    """Both sides of every face of a mesh, each with its own colour; a side is seen from its side only."""

    def __init__(self, mesh: SurfaceMesh, edges: SurfaceMesh) -> None:
        self.mesh = mesh
        self._copies: list[tuple[vtkMatrix4x4, list[vtkActor]]] = []
        corners = mesh.vertices_m[mesh.faces]
        both = np.concatenate([corners, corners[:, [0, 2, 1]]]).reshape(-1, 3)
        polydata, points = vtkPolyData(), vtkPoints()
        points.SetData(numpy_to_vtk(both.astype(np.float32), deep=1))
        polydata.SetPoints(points)
        polydata.SetPolys(_cells(np.arange(len(both)).reshape(-1, 3)))
        self._colors = np.zeros((2 * len(mesh.faces), 3), np.uint8)
        self._array = numpy_to_vtk(self._colors, deep=0)
        polydata.GetCellData().SetScalars(self._array)
        self._polydata = polydata
        self._sides = vtkPolyDataMapper()
        self._sides.SetInputData(polydata)
        self._sides.SetColorModeToDirectScalars()
        self._sides.SetScalarModeToUseCellData()
        rims, points = vtkPolyData(), vtkPoints()
        points.SetData(numpy_to_vtk(edges.vertices_m.astype(np.float32), deep=1))
        rims.SetPoints(points)
        # of each ribbon its rim alone, as a line that is a pixel wide from any distance
        rims.SetLines(_cells(np.arange(len(edges.vertices_m)).reshape(-1, 4)[:, :2]))
        self._rims = vtkPolyDataMapper()
        self._rims.SetInputData(rims)

    def _copy(self) -> tuple[vtkMatrix4x4, list[vtkActor]]:
        """One more craft, drawn unlit, and its pose."""
        pose, actors = vtkMatrix4x4(), [vtkActor(), vtkActor()]
        for actor, mapper in zip(actors, (self._sides, self._rims), strict=True):
            actor.SetMapper(mapper)
            actor.GetProperty().LightingOff()
            actor.SetUserMatrix(pose)
        actors[0].GetProperty().BackfaceCullingOn()
        actors[1].GetProperty().SetColor(0.012, 0.013, 0.016)
        return pose, actors

    def set_colors(self, colors: Bytes) -> None:
        """Colours (2, F, 3) of front and back."""
        flat = colors.reshape(-1, 3)
        if not np.array_equal(flat, self._colors):
            self._colors[:] = flat
            self._array.Modified()
            self._polydata.Modified()

    def place(self, layer: vtkRenderer, poses: Sequence[tuple[FloatArray, FloatArray, bool]]) -> None:
        """As many craft in a layer as there are poses: place and turn about the camera, edges or none."""
        while len(self._copies) < len(poses):
            self._copies.append(self._copy())
            for actor in self._copies[-1][1]:
                layer.AddActor(actor)
        while len(self._copies) > len(poses):
            for actor in self._copies.pop()[1]:
                layer.RemoveActor(actor)
        for (pose, (_sides, rims)), (position_m, rotation, edged) in zip(self._copies, poses, strict=True):
            rims.SetVisibility(bool(edged))
            for i in range(3):
                for j in range(3):
                    pose.SetElement(i, j, float(rotation[i, j]))
                pose.SetElement(i, 3, float(position_m[i]))
            pose.Modified()


def _cells(rows: NDArray[np.int64]) -> vtkCellArray:
    """Cells of the same number of points each."""
    count, corners = rows.shape
    cells = vtkCellArray()
    cells.SetData(
        numpy_to_vtk(np.arange(0, count * corners + 1, corners), deep=1, array_type=VTK_ID_TYPE),
        numpy_to_vtk(np.ascontiguousarray(rows.reshape(-1)), deep=1, array_type=VTK_ID_TYPE),
    )
    return cells
