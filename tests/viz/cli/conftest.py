"""One way to run a command line inside the test process, and one in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from viz.cli.main import run


@dataclass(frozen=True)
class Outcome:
    """Exit code and what was written."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """stdout as one JSON document, in which NaN and Infinity are refused."""

        def refuse(word: str) -> None:
            raise AssertionError(f"{word} is no JSON")

        return json.loads(self.out, parse_constant=refuse)

    def assert_refused(self, code: int, *words: str) -> None:
        """One line on stderr with these words, nothing on stdout, this exit code."""
        lines = self.err.strip().splitlines()
        assert self.code == code, self.err
        assert len(lines) == 1, self.err
        assert lines[0].startswith("dawnring: ")
        assert self.out == ""
        for word in words:
            assert word in lines[0]


CommandLine = Callable[..., Outcome]


@pytest.fixture
def dawnring(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> CommandLine:
    """Runs a command line in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*tokens: str | Path) -> Outcome:
        capsys.readouterr()
        code = run([str(t) for t in tokens])
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return call


@pytest.fixture
def dawnring_process(tmp_path: Path) -> CommandLine:
    """Runs a command line as its own process, as a shell does."""

    def call(*tokens: str | Path, **more: Any) -> Outcome:
        finished = subprocess.run(
            [sys.executable, "-m", "viz.cli.main", *map(str, tokens)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=120,
            **more,
        )
        return Outcome(finished.returncode, finished.stdout, finished.stderr)

    return call
