"""Arrays that take long to make, kept in the user's cache from one start to the next.

What is kept is named by a digest of everything that it was made from, so nothing stale is ever read.  It is
written whole or not at all; a cache that cannot be read or written costs the time of making, nothing more.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz.machine import cache_folder

Arrays = Mapping[str, NDArray[Any]]


def kept_arrays(kind: str, made_from: Iterable[Path | str], make: Callable[[], Arrays]) -> Arrays:
    """Arrays by name: those of an earlier start, mapped from disk, else made now and kept for the next.

    Parameters
    ----------
    kind : str
        What they are: of each kind one set is kept, the newest.
    made_from : iterable of Path or str
        Files and versions that decide their values.
    make : callable
        Makes them.

    Returns
    -------
    mapping of str to array
        Changes to them stay in this process.
    """
    home = cache_folder()
    if home is None:
        return make()
    folder = home / f"{kind}-{_digest(made_from)}"
    try:
        return _read(folder)
    except (OSError, ValueError):  # absent, or cut short by a full disk
        arrays = make()
    with suppress(OSError):
        _write(folder, arrays)
        for stale in set(home.glob(f"{kind}-*")) - {folder}:
            shutil.rmtree(stale, ignore_errors=True)
    return arrays


def _digest(made_from: Iterable[Path | str]) -> str:
    total = hashlib.blake2b(digest_size=12)
    for source in made_from:
        data = source.read_bytes() if isinstance(source, Path) else source.encode()
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()


def _read(folder: Path) -> Arrays:
    """Mapped copy-on-write: only the parts that are looked at are read."""
    names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
    return {name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="c")) for name in names}


def _write(folder: Path, arrays: Arrays) -> None:
    """Into a folder of another name, which then takes the place of what is there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(mkdtemp(prefix=f".{folder.name}.partial-", dir=folder.parent))
    try:
        for name, array in arrays.items():
            np.save(partial / f"{name}.npy", array)
        (partial / "names.json").write_text(json.dumps(list(arrays)), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
