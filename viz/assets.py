"""Where the files are that pictures need: `viz/_assets` in an installed wheel, `assets` in a checkout."""

from __future__ import annotations

from pathlib import Path


def asset(name: str) -> Path:
    """Path of the asset called `name`.

    Raises
    ------
    FileNotFoundError
        It is in neither place.
    """
    here = Path(__file__).resolve().parent
    for folder in (here / "_assets", here.parent / "assets"):
        if (folder / name).is_file():
            return folder / name
    raise FileNotFoundError(
        f"asset {name!r} is missing from this installation; install dawnring again, or run the program in "
        "scripts/ that makes it (assets/ATTRIBUTION.md names it)"
    )
