"""Tell what works on this machine, and how to get what does not."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from viz.cli.options import DEFAULT_VOICE, Json, Voice
from viz.cli.results import Report, print_json, print_table

PACKAGES = (
    "numpy",
    "numba",
    "scipy",
    "embreex",
    "skyfield",
    "sgp4",
    "trimesh",
    "pydantic",
    "vtk",
    "pyvista",
    "matplotlib",
    "cyclopts",
)
ASSETS_NAMED_IN = "ATTRIBUTION.md"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it works, what was found, and what brings it."""

    name: str
    works: bool
    found: str
    remedy: str = ""


def doctor(*, json: Json = False, voice: Voice = DEFAULT_VOICE) -> None:
    """Tell what works on this machine, and how to get what does not.

    Versions, the way to OpenGL, CUDA, the ray engine, the ephemeris, the assets and the optional parts.
    """
    report = Report("doctor", voice)
    findings = [_opengl(), _cuda(), _ray_engine(), _ephemeris(), _assets(), _film_writer()]
    extras = _extras()
    if json:
        fields: dict[str, Any] = {
            "versions": versions(),
            "machine": _machine(),
            "checks": {f.name: {k: v for k, v in asdict(f).items() if k != "name"} for f in findings},
            "extras": {f.name: {"works": f.works, "found": f.found, "remedy": f.remedy} for f in extras},
        }
        print_json(report.document(None, fields))
        return
    print_table([*versions().items(), *((k, str(v)) for k, v in _machine().items())])
    print()
    print_table([_row(f) for f in findings])
    print()
    print_table([_row(f) for f in extras])


def versions() -> dict[str, str]:
    """Versions of dawnring, Python and what the numbers and pictures rest on; nothing is imported."""
    found = {"dawnring": _version("dawnring"), "python": platform.python_version()}
    return found | {name: _version(name) for name in PACKAGES}


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _machine() -> dict[str, Any]:
    return {"platform": platform.platform(), "cores": os.cpu_count() or 1, "executable": sys.executable}


def _row(finding: Finding) -> tuple[str, str, str]:
    sign = "works" if finding.works else "absent"
    return finding.name, sign, f"{finding.found}; {finding.remedy}" if finding.remedy else finding.found


def _opengl() -> Finding:
    from viz.opengl import REMEDY, opengl_route

    route = opengl_route()
    if route is None:
        return Finding("opengl", False, "no working OpenGL: pictures and films cannot be drawn", REMEDY)
    return Finding("opengl", True, f"{route.window_class}, {route.renderer}")


def _cuda() -> Finding:
    """CUDA by its driver alone; only the extra `gpu` uses it."""
    name = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    absent = "rays are cast by Embree on the processor, which is no fault"
    try:
        driver = ctypes.CDLL(name)
    except OSError:
        return Finding("cuda", False, f"no CUDA driver: {absent}")
    count = ctypes.c_int(0)
    if driver.cuInit(0) != 0 or driver.cuDeviceGetCount(ctypes.byref(count)) != 0 or count.value == 0:
        return Finding("cuda", False, f"a CUDA driver without a device: {absent}")
    label = ctypes.create_string_buffer(100)
    driver.cuDeviceGetName(label, len(label), 0)
    return Finding(
        "cuda", True, f"{count.value} device(s), the first: {label.value.decode(errors='replace')}"
    )


def _ray_engine() -> Finding:
    """One ray at one triangle, which it must hit at one metre."""
    remedy = f"{sys.executable} -m pip install --force-reinstall embreex"
    try:
        import numpy as np

        from geometry.mesh.optics import COATINGS
        from geometry.mesh.surface_mesh import SurfaceMesh
        from geometry.radiation.ray_caster import EmbreeRayCaster
    except ImportError as error:
        return Finding("ray_engine", False, str(error), remedy)
    corners = np.array([[-1.0, -1.0, 0.0], [1.0, -1.0, 0.0], [0.0, 1.0, 0.0]])
    faces, front, back = np.array([[0, 1, 2]]), np.array([0]), np.array([-1])
    triangle = SurfaceMesh(corners, faces, front, back, ("plate",), (COATINGS["black"],))
    start, down = (np.array([[0.0, 0.0, z]], np.float32) for z in (1.0, -1.0))
    face, distance_m = EmbreeRayCaster(triangle).first_hit(start, down)
    hit = bool(face[0] == 0 and abs(distance_m[0] - 1.0) < 1e-5)
    found = f"Embree by embreex {_version('embreex')}"
    return Finding("ray_engine", hit, found if hit else f"{found} misses", "" if hit else remedy)


def _ephemeris() -> Finding:
    """The Sun of one moment, read from the file itself."""
    import numpy as np

    from geometry import ephemeris
    from geometry.constants import ASTRONOMICAL_UNIT_M

    try:
        _, distance_m = ephemeris.sun(np.array(["2027-03-20T12:00:00"], "datetime64[us]"))
    except (OSError, ValueError) as error:
        return Finding(
            "ephemeris", False, str(error), f"{sys.executable} -m pip install --force-reinstall skyfield-data"
        )
    return Finding(
        "ephemeris",
        True,
        f"de421, {ephemeris.EPHEMERIS_RANGE}; Sun at {distance_m[0] / ASTRONOMICAL_UNIT_M:.4f} au",
    )


def _assets() -> Finding:
    """Every file that the attribution names must be there."""
    from viz.assets import asset

    remedy = "install dawnring again; in a checkout: git checkout assets"
    try:
        folder = Path(asset(ASSETS_NAMED_IN)).parent
    except FileNotFoundError as error:
        return Finding("assets", False, str(error), remedy)
    files = [f for f in folder.iterdir() if f.is_file() and f.name != ASSETS_NAMED_IN]
    size_mb = sum(f.stat().st_size for f in files) / 1e6
    return Finding("assets", True, f"{len(files)} files, {size_mb:.1f} MB, in {folder}")


def _film_writer() -> Finding:
    try:
        from imageio_ffmpeg import get_ffmpeg_exe

        return Finding("ffmpeg", True, Path(get_ffmpeg_exe()).name)
    except (ImportError, RuntimeError) as error:
        return Finding(
            "ffmpeg", False, str(error), f"{sys.executable} -m pip install --force-reinstall imageio-ffmpeg"
        )


def _extras() -> list[Finding]:
    from viz.machine import EXTRAS

    return [
        Finding(e.name, e.is_installed, e.purpose, "" if e.is_installed else f"type: {e.install_line}")
        for e in EXTRAS
    ]
