"""What a command says: one JSON document or a table on stdout, remarks and progress on stderr."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from geometry import __version__
from viz.cli.options import Voice

SHOWN_AFTER_S = 2.0

COMPILING = "compiling kernels, for a minute or two: only once on this machine"


@dataclass
class Report:
    """One command's answer in the making; knows how long it took and to whom it speaks.

    Parameters
    ----------
    command : str
        As typed, for the schema.
    voice : Voice
        Quiet or not.
    """

    command: str
    voice: Voice
    _started_s: float = field(default_factory=time.perf_counter)
    _said_compiling: bool = False

    def document(
        self, design: str | None, fields: Mapping[str, Any], *, seed: int | None = None, rays: int = 0
    ) -> dict[str, Any]:
        """The JSON document of a command: schema, design, provenance, then `fields`."""
        provenance = {
            "version": __version__,
            "seed": seed,
            "rays": int(rays),
            "wall_s": round(time.perf_counter() - self._started_s, 6),
        }
        head = {"schema": f"dawnring/{self.command}/1", "design": design, "provenance": provenance}
        return {**head, **fields}

    def remark(self, text: str) -> None:
        """One line on stderr, unless quiet."""
        if not self.voice.quiet:
            print(text, file=sys.stderr)

    @contextmanager
    def compiling(self) -> Iterator[None]:
        """Says in one line that kernels are compiled, once they have taken two seconds, if they are."""
        if self.voice.quiet or self._said_compiling:
            yield
            return
        from numba.core import event

        report = self

        class Watch(event.Listener):
            began = 0.0

            def on_start(self, event: object) -> None:
                self.began = self.began or time.monotonic()
                if time.monotonic() - self.began > SHOWN_AFTER_S and not report._said_compiling:
                    report._said_compiling = True
                    report.remark(COMPILING)

            def on_end(self, event: object) -> None:
                pass

        with event.install_listener("numba:compile", Watch()):
            yield

    @contextmanager
    def progress(self, label: str) -> Iterator[Callable[[int, int], None]]:
        """A bar on stderr where that is a terminal; yields `advance(done, total)`.

        It shows itself only once the work has taken two seconds.
        """
        if self.voice.quiet or not sys.stderr.isatty():
            yield lambda done, total: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        task = bar.add_task(label, total=None)
        begun = time.monotonic()

        def advance(done: int, total: int) -> None:
            if time.monotonic() - begun > SHOWN_AFTER_S:
                bar.start()
            bar.update(task, completed=done, total=total)

        try:
            yield advance
        finally:
            bar.stop()


def plain(value: Any) -> Any:
    """`value` in what JSON knows: arrays as lists, moments as ISO 8601, and None for what is no number."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return value
    if hasattr(value, "dtype"):
        return _plain_array(value)
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def _plain_array(array: Any) -> Any:
    """A numpy array or scalar."""
    import numpy as np

    if array.dtype.kind == "M":
        text = np.datetime_as_string(np.asarray(array, "datetime64[us]"), unit="us")
        return np.char.add(text, "Z").tolist()
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        return plain(array.tolist())
    return array.tolist()


def json_text(document: Mapping[str, Any]) -> str:
    """The document as text; never NaN or Infinity, which are no JSON."""
    return json.dumps(plain(document), allow_nan=False, ensure_ascii=False) + "\n"


def print_json(document: Mapping[str, Any]) -> None:
    """The document on stdout."""
    sys.stdout.write(json_text(document))


def print_table(rows: Sequence[Sequence[Any]], header: Sequence[str] = ()) -> None:
    """Aligned columns on stdout: words to the left, numbers to the right with the decimals they need."""
    if not rows:
        return
    columns = [list(column) for column in zip(*rows, strict=True)]
    numeric = [all(isinstance(v, (int, float)) for v in column) for column in columns]
    cells = [_numbers(c) if n else [str(v) for v in c] for c, n in zip(columns, numeric, strict=True)]
    if header:
        cells = [[h, *column] for h, column in zip(header, cells, strict=True)]
    widths = [max(map(len, column)) for column in cells]
    for line in zip(*cells, strict=True):
        padded = (c.rjust(w) if n else c.ljust(w) for c, w, n in zip(line, widths, numeric, strict=True))
        print("  ".join(padded).rstrip())


def number(value: float, digits: int = 6) -> str:
    """A number for people: so many digits, thousands apart."""
    return _numbers([value], digits)[0]


def _numbers(values: Sequence[float], digits: int = 6) -> list[str]:
    """One column: its largest member to `digits` digits, and its smallest to two at least."""
    sizes = [abs(v) for v in values if v]
    if all(float(v).is_integer() for v in values):
        return [f"{v + 0:,.0f}" for v in values]
    if not 1e-3 <= max(sizes) < 1e12:
        return [f"{v:.{digits - 1}e}" for v in values]
    largest, smallest = (math.floor(math.log10(s)) for s in (max(sizes), min(sizes)))
    decimals = min(max(0, digits - 1 - largest, 1 - smallest), digits)
    return [f"{v + 0.0:,.{decimals}f}" for v in values]
