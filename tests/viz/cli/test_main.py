"""The frame: help without weight, refusals in one line, exit codes."""

from __future__ import annotations

import ctypes
import errno
import subprocess
import sys
import time
import warnings

import pytest
from numba import njit

from viz.cli import main as front_door
from viz.cli import results
from viz.cli.main import command_names, run
from viz.cli.options import Voice

HEAVY = (
    "numpy",
    "numba",
    "scipy",
    "vtk",
    "vtkmodules",
    "pyvista",
    "trimesh",
    "skyfield",
    "pydantic",
    "matplotlib",
)

WATCH = """
import sys
from viz.cli.main import run
code = run(sys.argv[1:])
print("LOADED", *sorted(set(sys.modules) & set({heavy!r})), file=sys.stderr)
sys.exit(code)
"""


class TestHelpLaw:
    """Help is instant: it imports nothing heavy, and it names what there is."""

    @pytest.mark.parametrize(
        "tokens", [[], ["--help"], ["--version"], *([n, "--help"] for n in command_names())]
    )
    def test_imports_nothing_heavy(self, tokens):
        finished = subprocess.run(
            [sys.executable, "-c", WATCH.format(heavy=HEAVY), *tokens], capture_output=True, text=True
        )
        assert finished.returncode == 0, finished.stderr
        assert finished.stderr.splitlines()[-1].split() == ["LOADED"]
        assert finished.stdout.strip()

    def test_no_argument_shows_three_examples(self, dawnring):
        outcome = dawnring()
        assert outcome.code == 0
        assert outcome.out.count("    dawnring ") == 3

    def test_lists_every_command_with_a_line(self, dawnring):
        listed = {
            line.strip("│ ").split("  ")[0]: line.strip("│ ").split("  ")[-1]
            for line in dawnring("--help").out.splitlines()
            if line.startswith("│")
        }
        assert set(command_names()) <= set(listed)
        assert all(len(listed[name].split()) > 1 for name in command_names())

    def test_help_is_not_an_error(self, dawnring):
        outcome = dawnring("presets", "--help")
        assert outcome.code == 0
        assert outcome.err == ""


class TestCommandLineRefusal:
    def test_unknown_command_names_the_nearest(self, dawnring):
        dawnring("dcotor").assert_refused(2, "'dcotor'", "'doctor'")

    def test_unknown_command_far_from_all_lists_them(self, dawnring):
        dawnring("zzz").assert_refused(2, "'zzz'", "doctor", "presets")

    def test_unknown_option_names_the_nearest(self, dawnring):
        dawnring("presets", "--jsno").assert_refused(2, "--jsno", "--json")

    def test_missing_argument(self, dawnring):
        dawnring("orbit").assert_refused(2, "DESIGN")

    def test_argument_too_many(self, dawnring):
        dawnring("presets", "solar_slice").assert_refused(2, "solar_slice")

    def test_word_where_a_number_belongs(self, dawnring):
        dawnring("orbit", "solar_slice", "--step-s", "fast").assert_refused(2, "--step-s", "fast")

    def test_unknown_case_lists_the_three(self, dawnring):
        dawnring("orbit", "solar_slice", "--case", "warm").assert_refused(2, "nominal", "hot", "cold")


class TestExitCodes:
    """Whatever a command raises becomes one line and the code that tells what to mend."""

    @pytest.fixture
    def raising(self, monkeypatch, dawnring):
        def call(error, *tokens):
            def fail():
                raise error

            monkeypatch.setattr("geometry.design.presets", fail)
            return dawnring("presets", *tokens)

        return call

    @pytest.mark.parametrize(
        ("error", "code", "said"),
        [
            (ValueError("altitude_km must be\nfinite"), 2, "altitude_km must be finite"),
            (TypeError("times must be datetime64"), 2, "datetime64"),
            (FileNotFoundError(errno.ENOENT, "No such file or directory", "x.toml"), 2, "x.toml: No such"),
            (OSError(errno.ENOSPC, "No space left on device", "heat.csv"), 1, "heat.csv: No space left"),
            (PermissionError(errno.EACCES, "Permission denied", "/x"), 1, "/x: Permission denied"),
            (MemoryError(), 1, "memory"),
            (KeyboardInterrupt(), 130, "interrupted"),
            (front_door.MissingOnMachineError("needs pyarrow"), 3, "needs pyarrow"),
        ],
    )
    def test_error_becomes_code(self, raising, error, code, said):
        raising(error).assert_refused(code, said)

    def test_verbose_shows_the_traceback_before_the_line(self, raising):
        outcome = raising(ValueError("broken"), "-v")
        assert outcome.code == 2
        assert "Traceback" in outcome.err
        assert outcome.err.splitlines()[-1] == "dawnring: broken"

    def test_defect_is_one_line_and_code_1(self, dawnring_process):
        # a defect cannot be provoked from outside: the hook is called as the interpreter does
        code = "import sys; from viz.cli import main as m; sys.argv=['x']; m.run = lambda t: 1/0; m.main()"
        finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert finished.returncode == 1
        assert finished.stderr.splitlines() == [
            "dawnring: unexpected ZeroDivisionError: division by zero (a defect of dawnring; -v shows where)"
        ]

    def test_warning_is_one_line_and_comes_once(self, capsys, monkeypatch):
        monkeypatch.setattr(warnings, "showwarning", front_door._shown_once())
        for level in (1, 2):
            warnings.warn("ring is dense:\n40 m", stacklevel=level)
        assert capsys.readouterr().err == "dawnring: warning: ring is dense: 40 m\n"

    def test_broken_pipe_is_silent(self):
        command = [
            sys.executable,
            "-m",
            "viz.cli.main",
            "orbit",
            "solar_slice",
            "--duration-min",
            "3000",
            "--json",
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            process.stdout.read(10)
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait() == 0


class TestStreams:
    def test_run_needs_no_process_of_its_own(self, dawnring):
        assert dawnring("presets").code == dawnring("presets").code == 0

    def test_version(self, capsys):
        assert run(["--version"]) == 0
        assert capsys.readouterr().out.startswith("dawnring ")


class TestInterrupts:
    @pytest.mark.parametrize("is_ignored", [False, True])
    def test_one_while_the_program_is_loaded(self, is_ignored):
        # the interrupt comes when the first of the front door's modules is looked for
        code = """
import os, signal, sys
from viz.cli import entry
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "cyclopts":
            os.kill(os.getpid(), signal.SIGINT)
if IGNORED:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
sys.meta_path.insert(0, Interrupting())
sys.argv = ["dawnring", "presets"]
sys.exit(entry.main())
"""
        code = code.replace("IGNORED", str(is_ignored))
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        expected = (0, "") if is_ignored else (130, "dawnring: interrupted\n")
        assert (done.returncode, done.stderr) == expected

    def test_one_that_a_callback_swallowed_comes_again(self, monkeypatch):
        monkeypatch.setattr(sys, "unraisablehook", front_door._interrupt_again)

        @ctypes.CFUNCTYPE(None)
        def loads():
            raise KeyboardInterrupt

        def work():
            loads()
            time.sleep(5.0)

        with pytest.raises(KeyboardInterrupt):
            work()


class TestCompiling:
    def test_is_said_once(self, monkeypatch, capsys):
        monkeypatch.setattr(results, "SHOWN_AFTER_S", -1.0)
        report = results.Report("heat", Voice())
        for number in (1, 2):
            with report.compiling():
                njit(lambda x, by=number: x + by)(1)
        assert capsys.readouterr().err.splitlines() == [results.COMPILING]
