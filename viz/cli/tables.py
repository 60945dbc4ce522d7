"""Tables on disk: one set of named columns as CSV, JSON or Parquet."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from geometry.whole_files import whole_file
from viz.cli.results import json_text, plain
from viz.machine import require_extra
from viz.output import check_output, write_text

PICTURES = ("png",)


def check_destination(
    output: Path | None, kinds: Collection[str], *, force: bool, opengl: bool = True
) -> str:
    """The kind of file that `--output` asks for ("" for none), refused before any work.

    `opengl` says whether a picture takes it.

    Raises
    ------
    ValueError, PermissionError
        As `viz.output.check_output`.
    MissingOnMachineError
        The kind needs pyarrow or OpenGL, and that is not here.
    """
    if output is None:
        return ""
    kind = check_output(output, kinds, force=force)
    if kind == "parquet":
        require_extra("tables", "a .parquet file")
    if opengl and kind in PICTURES:
        from viz.opengl import require_opengl

        require_opengl()
    return kind


def write_rows(
    path: Path, kind: str, columns: Mapping[str, Sequence[Any]], document: Mapping[str, Any]
) -> None:
    """Columns of one length as a table; for "json" the document itself.

    Parameters
    ----------
    path : Path
    kind : {"csv", "parquet", "json"}
    columns : mapping of str to sequence
        Unit in each name; moments as datetime64.
    document : mapping
        The JSON document; its head (schema, design, provenance) goes into the metadata of Parquet.
    """
    if kind == "json":
        write_text(path, json_text(document))
    elif kind == "csv":
        _write_csv(path, columns)
    else:
        _write_parquet(path, columns, document)


def _write_csv(path: Path, columns: Mapping[str, Sequence[Any]]) -> None:
    """RFC 4180 with a header; numbers in full, times in ISO 8601."""
    lists = [plain(np.asarray(values)) for values in columns.values()]
    with whole_file(path) as partial, partial.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*lists, strict=True))


def _write_parquet(path: Path, columns: Mapping[str, Sequence[Any]], document: Mapping[str, Any]) -> None:
    """Column names, types and the head of the document as metadata."""
    import pyarrow
    from pyarrow import parquet

    arrays = {}
    for name, values in columns.items():
        array = np.asarray(values)
        in_utc = pyarrow.timestamp("us", tz="UTC") if array.dtype.kind == "M" else None
        arrays[name] = pyarrow.array(array, type=in_utc)
    head = {k: document[k] for k in ("schema", "design", "provenance")}
    table = pyarrow.table(arrays).replace_schema_metadata({"dawnring": json_text(head)})
    with whole_file(path) as partial:
        parquet.write_table(table, partial)
