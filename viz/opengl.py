"""A usable OpenGL, found before VTK is imported: VTK ends the process where there is none.

VTK's wheel opens its libraries at run time, in this order: X where a display answers, EGL, OSMesa.
Where none can be opened it dereferences null, which Python cannot catch.  So the libraries are tried
by ctypes first, then eight by eight pixels are drawn in a child process, and only then may this
process import VTK.  The answer is kept in the user's cache until anything it rests on changes.

Nothing here needs more than the standard library: the set-up script asks before anything is installed.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from viz.machine import MissingOnMachineError, cache_folder

WINDOW_VARIABLE = "VTK_DEFAULT_OPENGL_WINDOW"
"""Names the class of window that VTK opens; set before VTK is imported."""

PROBE_TIMEOUT_S = 60.0
REMEDY = "on Debian or Ubuntu type: sudo apt-get install -y libegl1 libgl1"

_DRAW = """
from vtkmodules.vtkCommonCore import vtkObject
import vtkmodules.vtkRenderingOpenGL2
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow
vtkObject.GlobalWarningDisplayOff()
window = vtkRenderWindow()
window.SetOffScreenRendering(1)
window.SetSize(8, 8)
window.AddRenderer(vtkRenderer())
window.Render()
lines = dict(l.strip().split(":", 1) for l in window.ReportCapabilities().splitlines() if ":" in l)
print("DREW", window.GetClassName(), lines.get("OpenGL renderer string", "unknown").strip(), sep="\\t")
"""

_ANSWERS_KEPT = 8  # a desktop, a bare terminal, a child of either: each has its own

# what decides which driver is used, beside the libraries themselves
_PREFIXES = ("VTK_", "MESA_", "LIBGL_", "GALLIUM_", "EGL_", "__EGL_", "__GLX_", "LD_LIBRARY_PATH")


class OpenGLMissingError(MissingOnMachineError):
    """No way to draw was found; the message names the packages that bring one."""


@dataclass(frozen=True)
class OpenGLRoute:
    """How VTK draws here.

    Parameters
    ----------
    window_class : str
        VTK's class, `vtkEGLRenderWindow`.
    renderer : str
        What the driver calls itself.
    window_variable : str or None
        What `VTK_DEFAULT_OPENGL_WINDOW` must be set to; None: leave it.
    """

    window_class: str
    renderer: str
    window_variable: str | None


def _opens(*names: str) -> ctypes.CDLL | None:
    """The first of these shared libraries that can be loaded."""
    for name in names:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None


def _display_answers() -> bool:
    """Whether DISPLAY names an X server that lets us in."""
    named = os.environ.get("DISPLAY")
    return bool(named) and _connection(named)


@cache
def _connection(_display: str) -> bool:
    """Whether the display answers.

    The connection is left open to the end of the process: a bare X server (Xvfb) starts anew when its last
    client leaves, and a window that opens in that moment is refused.
    """
    x11 = _opens("libX11.so.6")
    if x11 is None:
        return False
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XOpenDisplay.argtypes = [ctypes.c_char_p]
    return bool(x11.XOpenDisplay(None))


def require_display() -> None:
    """Make sure that a window can be opened; needs no VTK.

    Raises
    ------
    OpenGLMissingError
        No display answers; the message names both ways out.
    """
    if sys.platform.startswith("linux") and not _display_answers():
        named = os.environ.get("DISPLAY", "")
        what = f"the display {named!r} does not answer" if named else "DISPLAY names no display"
        raise OpenGLMissingError(
            f"{what}, and a window needs one; add --browser to look in a browser, or --html FILE to "
            "write a page, or start it from a desktop session"
        )


@cache
def routes() -> tuple[str | None, ...]:
    """Values of `VTK_DEFAULT_OPENGL_WINDOW` worth trying, best first; None: leave it unset.

    Empty where no library that draws can be loaded.
    """
    if not sys.platform.startswith("linux"):
        return (None,)
    x, egl, osmesa = (
        _display_answers() and _opens("libGL.so.1") is not None,
        _opens("libEGL.so.1") is not None,
        _opens("libOSMesa.so.8", "libOSMesa.so.6", "libOSMesa.so") is not None,
    )
    if os.environ.get(WINDOW_VARIABLE):
        return (None,) if x or egl or osmesa else ()
    found = [(x, None), (egl, "vtkEGLRenderWindow"), (osmesa, "vtkOSOpenGLRenderWindow")]
    return tuple(window for there, window in found if there)


def _fingerprint() -> str:
    """Changes with everything that the answer rests on."""
    parts = [
        sys.executable,
        sys.version,
        metadata.version("vtk"),
        os.environ.get("DISPLAY", ""),
        str(routes()),
    ]
    parts += sorted(f"{k}={v}" for k, v in os.environ.items() if k.startswith(_PREFIXES))
    # rewritten whenever a shared library or a driver is installed or removed
    for file in ("/etc/ld.so.cache", "/usr/share/glvnd/egl_vendor.d", "/etc/glvnd/egl_vendor.d"):
        try:
            parts.append(f"{file} {Path(file).stat().st_mtime_ns}")
        except OSError:
            parts.append(f"{file} absent")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _cache_file() -> Path | None:
    """Where the answer is kept; None where the user has no place for it."""
    folder = cache_folder()
    return folder / "opengl.json" if folder else None


def _kept_answers() -> dict[str, dict[str, Any]]:
    """Routes by fingerprint, oldest first; empty where the file is absent or not ours."""
    file = _cache_file()
    try:
        kept = json.loads(file.read_text(encoding="utf-8")) if file else {}
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _remembered(fingerprint: str) -> OpenGLRoute | None:
    try:
        return OpenGLRoute(**_kept_answers()[fingerprint])
    except (KeyError, TypeError):
        return None


def _remember(fingerprint: str, route: OpenGLRoute) -> None:
    """Keeps the answer; a cache that cannot be written only costs the next start 0.7 s."""
    file = _cache_file()
    if file is None:
        return
    kept = {**_kept_answers(), fingerprint: asdict(route)}
    for oldest in list(kept)[:-_ANSWERS_KEPT]:
        del kept[oldest]
    partial = file.with_name(f"{file.name}.partial-{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(kept), encoding="utf-8")
        partial.replace(file)
    except OSError:
        return


def _drawn_in_a_child() -> Iterator[OpenGLRoute]:
    """Routes by which a child process really drew."""
    for window in routes():
        environment = dict(os.environ)
        if window is not None:
            environment[WINDOW_VARIABLE] = window
        try:
            child = subprocess.run(
                [sys.executable, "-c", _DRAW],
                env=environment,
                capture_output=True,
                text=True,
                timeout=PROBE_TIMEOUT_S,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            continue
        answers = [line.split("\t") for line in child.stdout.splitlines() if line.startswith("DREW\t")]
        if child.returncode == 0 and answers:
            yield OpenGLRoute(answers[-1][1], answers[-1][2], window)


@cache
def opengl_route() -> OpenGLRoute | None:
    """The way to draw on this machine, or None; never ends the process.

    The first call takes 0.7 s in a child process; later ones read the user's cache.
    """
    if not routes():
        return None
    fingerprint = _fingerprint()
    route = _remembered(fingerprint)
    if route is None:
        route = next(_drawn_in_a_child(), None)
        if route is not None:
            _remember(fingerprint, route)
    return route


def require_opengl() -> OpenGLRoute:
    """Make sure that VTK can draw here, and set what it needs; call before VTK is imported.

    Raises
    ------
    OpenGLMissingError
        One line that names the packages.
    """
    route = opengl_route()
    if route is None:
        raise OpenGLMissingError(f"no working OpenGL was found, and pictures need it; {REMEDY}")
    if route.window_variable is not None:
        os.environ[WINDOW_VARIABLE] = route.window_variable
    return route


if __name__ == "__main__":
    try:
        print(require_opengl().window_class)
    except OpenGLMissingError as error:
        print(error, file=sys.stderr)
        sys.exit(3)
