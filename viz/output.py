"""Files are written whole or not at all, and refused before the work begins, not after it."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from pathlib import Path

from geometry.validation import unknown_word
from geometry.whole_files import whole_file


class OutputExistsError(ValueError):
    """The file is there already and nobody said that it may be replaced."""


def check_output(path: Path, kinds: Collection[str], *, force: bool) -> str:
    """The kind of file that `path` asks for, once it is sure that it can be written.

    Parameters
    ----------
    path : Path
        Where the result shall go.
    kinds : collection of str
        Suffixes possible here, without the dot: ("csv", "png").
    force : bool
        Whether a file that exists may be replaced.

    Returns
    -------
    str
        One of `kinds`.

    Raises
    ------
    ValueError
        A suffix that means nothing here, a folder that is none; `OutputExistsError` for a file that exists.
    PermissionError
        The folder or the file cannot be written.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in kinds:
        choices = ", ".join(f".{k}" for k in kinds)
        if not kind:
            raise ValueError(f"output {str(path)!r} has no suffix to tell its kind; possible here: {choices}")
        raise ValueError(f"output suffix {unknown_word(kind, kinds)} (possible here: {choices})")
    check_folder(path.parent, name="folder of the output")
    if path.is_dir():
        raise ValueError(f"output {str(path)!r} is a folder; name a file in it")
    if path.exists() and not force:
        raise OutputExistsError(f"output {str(path)!r} exists; --force replaces it")
    return kind


def check_folder(folder: Path, *, name: str) -> None:
    """Refuse a folder that does not exist or cannot be written.

    Raises
    ------
    ValueError
        It does not exist, or is a file.
    PermissionError
        Nothing can be written into it.
    """
    if not folder.exists():
        raise ValueError(f"{name} {str(folder)!r} does not exist; make it first (mkdir -p)")
    if not folder.is_dir():
        raise ValueError(f"{name} {str(folder)!r} is a file, not a folder")
    # only a file really made tells: access bits say nothing to root, on read-only mounts, under /proc
    try:
        with tempfile.TemporaryFile(dir=folder):
            return
    except OSError as error:
        raise PermissionError(f"{name} {str(folder)!r} cannot be written: {error.strerror}") from None


def write_text(path: Path, text: str) -> None:
    """`text` as UTF-8 into `path`, whole or not at all."""
    with whole_file(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")
