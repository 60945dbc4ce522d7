"""What a machine may lack, and the exact line that brings it."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path


class MissingOnMachineError(RuntimeError):
    """Something that is no fault of the input is not installed; the message says how to get it."""


def cache_folder() -> Path | None:
    """Where what can be worked out again is kept; None where the user has no place for it."""
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(base) if base else Path.home() / ".cache") / "dawnring"
    except RuntimeError:
        return None


@dataclass(frozen=True)
class Extra:
    """An optional part of the installation: its name in pyproject.toml, its module, what it is for."""

    name: str
    module: str
    purpose: str

    @property
    def install_line(self) -> str:
        """What to type to get it for this very Python, from wherever it is typed."""
        wanted = [shlex.quote(r) for r in self.requirements] or [self.module]
        return f"{shlex.quote(sys.executable)} -m pip install {' '.join(wanted)}"

    @property
    def requirements(self) -> tuple[str, ...]:
        """What pyproject.toml asks for under this name; empty where dawnring itself is not installed."""
        try:
            listed = metadata.requires("dawnring") or ()
        except metadata.PackageNotFoundError:
            return ()
        mark = re.compile(rf"""extra\s*==\s*['"]{re.escape(self.name)}['"]""")
        return tuple(line.split(";")[0].strip() for line in listed if mark.search(line))

    @property
    def is_installed(self) -> bool:
        """Whether the module can be found (it is not imported)."""
        try:
            return importlib.util.find_spec(self.module) is not None
        except ModuleNotFoundError:
            return False


EXTRAS: tuple[Extra, ...] = (
    Extra("tables", "pyarrow", "Parquet tables"),
    Extra("gpu", "warp", "ray casting on a CUDA device"),
    Extra("cad", "OCP", "STEP files"),
    Extra("usd", "pxr", "USD files"),
    Extra("cluster", "distributed", "many machines"),
    Extra("drag", "pymsis", "NRLMSIS 2.1 densities"),
    Extra("viewer", "trame", "the viewer in a browser"),
)


def require_extra(name: str, needed_by: str) -> None:
    """Refuse where the extra called `name` is not installed.

    Parameters
    ----------
    name : str
        As in `EXTRAS`.
    needed_by : str
        What asks for it, for the message: "a .parquet file".

    Raises
    ------
    MissingOnMachineError
        With the install line.
    """
    extra = next(e for e in EXTRAS if e.name == name)
    if not extra.is_installed:
        raise MissingOnMachineError(f"{needed_by} needs {extra.module}; type: {extra.install_line}")
