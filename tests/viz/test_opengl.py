"""The probe: it finds a way to draw, remembers it, and says what is missing; it never ends the process."""

from __future__ import annotations

import subprocess
import sys

import pytest

from viz import opengl
from viz.machine import MissingOnMachineError
from viz.opengl import WINDOW_VARIABLE, OpenGLMissingError, opengl_route, require_opengl, routes

DRAWS = 'print("DREW\\tvtkPaperWindow\\tpencil")'
CRASHES = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"


@pytest.fixture(autouse=True)
def fresh(monkeypatch, tmp_path):
    """No answer remembered, no display, no window chosen."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("DISPLAY", raising=False)
    # set, then deleted: so that what `require_opengl` sets is undone too
    monkeypatch.setenv(WINDOW_VARIABLE, "none")
    monkeypatch.delenv(WINDOW_VARIABLE)
    routes.cache_clear()
    opengl_route.cache_clear()
    yield
    routes.cache_clear()
    opengl_route.cache_clear()


@pytest.fixture
def libraries(monkeypatch):
    """Makes only these shared libraries loadable."""

    def have(*names):
        monkeypatch.setattr(opengl.sys, "platform", "linux")
        monkeypatch.setattr(opengl, "_opens", lambda *wanted: "there" if set(wanted) & set(names) else None)

    return have


class TestRoutes:
    def test_egl_before_osmesa(self, libraries):
        libraries("libEGL.so.1", "libOSMesa.so.8", "libGL.so.1")
        assert routes() == ("vtkEGLRenderWindow", "vtkOSOpenGLRenderWindow")

    def test_nothing_there(self, libraries):
        libraries()
        assert routes() == ()

    def test_x_only_where_a_display_answers(self, libraries, monkeypatch):
        libraries("libGL.so.1", "libEGL.so.1")
        monkeypatch.setattr(opengl, "_display_answers", lambda: True)
        assert routes() == (None, "vtkEGLRenderWindow")

    def test_choice_of_the_user_is_left_alone(self, libraries, monkeypatch):
        libraries("libEGL.so.1")
        monkeypatch.setenv(WINDOW_VARIABLE, "vtkOSOpenGLRenderWindow")
        assert routes() == (None,)

    def test_display_that_nobody_serves(self, monkeypatch):
        monkeypatch.setenv("DISPLAY", ":4711")
        assert not opengl._display_answers()


class TestProbe:
    def test_route_is_used_and_remembered(self, libraries, monkeypatch):
        libraries("libEGL.so.1")
        monkeypatch.setattr(opengl, "_DRAW", DRAWS)
        assert require_opengl().renderer == "pencil"
        assert opengl.os.environ[WINDOW_VARIABLE] == "vtkEGLRenderWindow"
        monkeypatch.delenv(WINDOW_VARIABLE)
        opengl_route.cache_clear()
        monkeypatch.setattr(opengl.subprocess, "run", None)  # a second child would fail
        assert require_opengl().window_class == "vtkPaperWindow"

    def test_answer_is_forgotten_when_the_libraries_change(self, libraries, monkeypatch):
        libraries("libEGL.so.1")
        monkeypatch.setattr(opengl, "_DRAW", DRAWS)
        assert opengl_route() is not None
        for function in (routes, opengl_route):
            function.cache_clear()
        libraries("libOSMesa.so.8")
        monkeypatch.setattr(opengl, "_DRAW", CRASHES)
        assert opengl_route() is None

    def test_second_route_where_the_first_crashes(self, libraries, monkeypatch):
        libraries("libEGL.so.1", "libOSMesa.so.8")
        only_osmesa = f"import os\nif 'EGL' in os.environ['{WINDOW_VARIABLE}']: os.abort()\n{DRAWS}"
        monkeypatch.setattr(opengl, "_DRAW", only_osmesa)
        assert opengl_route().window_variable == "vtkOSOpenGLRenderWindow"

    def test_spoiled_cache_is_no_answer(self, libraries, monkeypatch, tmp_path):
        libraries("libEGL.so.1")
        monkeypatch.setattr(opengl, "_DRAW", DRAWS)
        for spoiled in ("{", "[]", '{"x": 1}', "\x00"):
            (tmp_path / "dawnring").mkdir(exist_ok=True)
            (tmp_path / "dawnring" / "opengl.json").write_text(spoiled)
            opengl_route.cache_clear()
            assert opengl_route() is not None

    def test_cache_that_cannot_be_written_is_no_error(self, libraries, monkeypatch, tmp_path):
        (tmp_path / "file").touch()
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
        libraries("libEGL.so.1")
        monkeypatch.setattr(opengl, "_DRAW", DRAWS)
        assert opengl_route() is not None

    @pytest.mark.image
    def test_this_machine_without_vtk_in_this_process(self):
        code = (
            "import sys; from viz.opengl import require_opengl as r; r(); print('vtkmodules' in sys.modules)"
        )
        finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert finished.stdout == "False\n", finished.stderr


class TestOpenGLRefusal:
    def test_missing_libraries_name_the_packages(self, libraries):
        libraries()
        with pytest.raises(OpenGLMissingError, match="libegl1 libgl1"):
            require_opengl()

    def test_crash_of_the_child_is_no_crash_here(self, libraries, monkeypatch):
        libraries("libEGL.so.1")
        monkeypatch.setattr(opengl, "_DRAW", CRASHES)
        with pytest.raises(MissingOnMachineError):
            require_opengl()

    def test_module_as_a_program_ends_with_3(self, tmp_path):
        code = (
            "import runpy, ctypes, sys\n"
            "def no(name): raise OSError(name)\n"
            "ctypes.CDLL = no\n"
            "sys.platform = 'linux'\n"
            "runpy.run_module('viz.opengl', run_name='__main__')"
        )
        finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert finished.returncode == 3
        assert "libegl1" in finished.stderr
        assert len(finished.stderr.splitlines()) == 1
