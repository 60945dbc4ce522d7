"""The house itself: the lock, the set-up script's refusals, and what the layers promise."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
NEEDED_BY_SETUP = (
    "scripts/setup",
    "scripts/demo",
    "scripts/test",
    "requirements.lock",
    "pyproject.toml",
    "viz/__init__.py",
    "viz/opengl.py",
    "viz/machine.py",
)


def locked() -> dict[str, tuple[str, int]]:
    """Name -> version, count of hashes."""
    entries = re.split(r"\n(?=\S)", LOCK.read_text())
    found = {}
    for entry in entries:
        name, version = re.match(r"([A-Za-z0-9_.-]+)==(\S+)", entry).groups()
        found[canonicalize_name(name)] = (version, entry.count("--hash=sha256:"))
    return found


class TestLock:
    def test_every_package_has_a_version_and_hashes(self):
        assert all(hashes > 0 for _, hashes in locked().values())

    def test_no_address_no_path_no_local_build(self):
        text = LOCK.read_text()
        assert not re.search(r"://|file:|--find-links|--index|^\s*-[ef]\b|/|\+", text, re.MULTILINE)

    def test_holds_what_pyproject_asks_for(self):
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        extras = project["optional-dependencies"]
        for line in (*project["dependencies"], *extras["dev"], *extras["tables"]):
            wanted = Requirement(line)
            version, _ = locked()[canonicalize_name(wanted.name)]
            assert wanted.specifier.contains(version), line

    def test_holds_no_weighty_extra(self):
        assert not {"warp-lang", "usd-core", "cadquery-ocp-novtk", "torch", "bsk"} & set(locked())


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX shell scripts")
class TestSetupRefusal:
    """On a machine that lacks something the script says the one line to type, and changes nothing."""

    @pytest.fixture
    def bare(self, tmp_path):
        """A checkout without .venv, and a folder of commands that stands for the machine."""
        for name in NEEDED_BY_SETUP:
            (tmp_path / "checkout" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / "checkout" / name)
        commands = tmp_path / "bin"
        commands.mkdir()
        for tool in ("sh", "env", "dirname", "basename", "cksum", "cat", "grep", "rm"):
            (commands / tool).symlink_to(shutil.which(tool))
        self.command(commands, "id", "echo 1000")
        self.command(commands, "apt-get", "echo must not be called >&2; exit 9")

        def run(script):
            return subprocess.run(
                ["sh", tmp_path / "checkout" / "scripts" / script],
                env={"PATH": str(commands), "HOME": str(tmp_path)},
                capture_output=True,
                text=True,
            )

        return commands, run

    @staticmethod
    def command(folder, name, body):
        path = folder / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    @pytest.mark.parametrize("script", ["setup", "demo", "test"])
    def test_python_too_old(self, bare, script):
        commands, run = bare
        self.command(commands, "python3", 'if [ "$1" = -V ]; then echo Python 3.9.2; else exit 1; fi')
        finished = run(script)
        assert finished.returncode == 3
        assert len(finished.stderr.splitlines()) == 1
        assert "3.11" in finished.stderr
        assert "3.9.2" in finished.stderr

    def test_no_python_as_an_ordinary_user(self, bare):
        _, run = bare
        finished = run("setup")
        assert finished.returncode == 3
        assert finished.stderr.splitlines() == [
            "setup: python3 is missing; type: sudo apt-get install -y python3 python3-venv"
        ]

    def test_no_venv_module_as_an_ordinary_user(self, bare):
        commands, run = bare
        python = f'case "$*" in *ensurepip*) exit 1;; esac; exec {sys.executable} "$@"'
        self.command(commands, "python3", python)
        finished = run("setup")
        assert finished.returncode == 3
        assert len(finished.stderr.splitlines()) == 1
        assert "sudo apt-get install -y python3-venv" in finished.stderr

    def test_no_opengl_as_an_ordinary_user(self, bare):
        commands, run = bare
        python = f'case "$*" in *viz.opengl*) exit 1;; esac; exec {sys.executable} "$@"'
        self.command(commands, "python3", python)
        finished = run("setup")
        assert finished.returncode == 3
        assert finished.stderr.splitlines() == [
            "setup: OpenGL is missing; type: sudo apt-get install -y libegl1 libgl1"
        ]

    def test_scripts_are_executable(self):
        assert all(
            os.access(ROOT / n, os.X_OK) for n in ("scripts/setup", "scripts/demo", "scripts/test", ".ci/run")
        )
