"""View factors as documents and files: whole matrices, rows of a table, sparse arrays on disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geometry.whole_files import whole_file
from viz.cli.results import json_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geometry.radiation import ViewFactors

MOST_DENSE_SURFACES = 2000


def check_dense(count: int) -> None:
    """Refuse whole matrices of more surfaces than anybody reads.

    Raises
    ------
    ValueError
        More than 2,000 surfaces.
    """
    if count > MOST_DENSE_SURFACES:
        raise ValueError(
            f"JSON holds whole matrices, and {count:,} surfaces are more than {MOST_DENSE_SURFACES:,}; "
            "write -o FILE.csv, .npz or .parquet, which hold what is not zero"
        )


def factor_fields(factors: ViewFactors) -> dict[str, Any]:
    """The fields of `view-factors`: whole matrices, row = from."""
    return {
        "surfaces": factors.surface_names,
        "area_m2": factors.area_m2,
        "view_factor": factors.view_factor.toarray(),
        "standard_error": factors.standard_error.toarray(),
        "to_space": factors.to_space,
        "to_space_standard_error": factors.to_space_standard_error,
        "to_inactive": factors.to_inactive,
        "to_inactive_standard_error": factors.to_inactive_standard_error,
        "closure_residual": factors.closure_residual,
        "method": factors.methods(),
    }


def factor_columns(factors: ViewFactors) -> dict[str, Any]:
    """One row for each pair with a line of sight, and for what goes to space and to inactive sides."""
    from geometry.radiation.view_factors import METHODS

    matrix = factors.view_factor.tocoo()
    names = np.array(factors.surface_names)
    surfaces = len(names)
    everything = np.arange(surfaces)
    words = np.array(METHODS)[factors.method_code.tocoo().data]
    rows = np.concatenate([matrix.row, everything, everything])
    order = np.argsort(rows, kind="stable")
    columns = {
        "from": names[rows],
        "to": np.concatenate(
            [names[matrix.col], np.full(surfaces, "(space)"), np.full(surfaces, "(inactive)")]
        ),
        "area_m2": factors.area_m2[rows],
        "view_factor": np.concatenate([matrix.data, factors.to_space, factors.to_inactive]),
        "standard_error": np.concatenate(
            [
                factors.standard_error.tocoo().data,
                factors.to_space_standard_error,
                factors.to_inactive_standard_error,
            ]
        ),
        "method": np.concatenate([words, np.full(2 * surfaces, "closure")]),
    }
    return {name: values[order] for name, values in columns.items()}


def factor_arrays(factors: ViewFactors) -> dict[str, np.ndarray]:
    """Arrays by their names in JSON, matrices as rows, columns and values of what is not zero."""
    matrix = factors.view_factor.tocoo()
    return {
        "surfaces": np.array(factors.surface_names),
        "area_m2": factors.area_m2,
        "row": matrix.row.astype(np.int64),
        "column": matrix.col.astype(np.int64),
        "view_factor": matrix.data,
        "standard_error": factors.standard_error.tocoo().data,
        "method": factors.method_code.tocoo().data,
        "to_space": factors.to_space,
        "to_space_standard_error": factors.to_space_standard_error,
        "to_inactive": factors.to_inactive,
        "to_inactive_standard_error": factors.to_inactive_standard_error,
        "closure_residual": factors.closure_residual,
    }


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray], document: Mapping[str, Any]) -> None:
    """Named arrays as .npz; the head of the document as JSON in the array `dawnring`."""
    head = json_text({k: document[k] for k in ("schema", "design", "provenance")})
    with whole_file(path) as partial, partial.open("wb") as stream:
        named: dict[str, Any] = {"dawnring": np.array(head), **arrays}
        np.savez_compressed(stream, **named)
