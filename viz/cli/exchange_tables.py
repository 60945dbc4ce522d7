"""Exchange factors as fields of a document and as columns of a table."""

from __future__ import annotations

from typing import Any

import numpy as np

from geometry.radiation import ExchangeFactors


def exchange_fields(exchange: ExchangeFactors) -> dict[str, Any]:
    """The fields of `view-factors --exchange`: whole matrices [S][S], row = from."""
    return {
        "band": exchange.band,
        "surfaces": list(exchange.surface_names),
        "area_m2": exchange.area_m2,
        "absorptance": exchange.absorptance,
        "exchange_factor": exchange.factors.toarray(),
        "exchange_standard_error": exchange.standard_errors.toarray(),
        "exchange_to_space": exchange.to_space,
        "exchange_to_space_standard_error": exchange.to_space_standard_error,
        "exchange_to_inactive": exchange.to_inactive,
        "exchange_to_inactive_standard_error": exchange.to_inactive_standard_error,
        "exchange_closure_residual": exchange.closure_residual,
        "exchange_reciprocity_residual": exchange.reciprocity_residual,
    }


def exchange_arrays(exchange: ExchangeFactors) -> dict[str, np.ndarray]:
    """The same as arrays, matrices as rows, columns and values of what is not zero."""
    fields = exchange_fields(exchange)
    matrix = exchange.factors.tocoo()
    sparse = {
        "row": matrix.coords[0].astype(np.int64),
        "column": matrix.coords[1].astype(np.int64),
        "exchange_factor": matrix.data,
        "exchange_standard_error": _errors_of(exchange),
    }
    return {name: np.asarray(value) for name, value in {**fields, **sparse}.items()}


def _errors_of(exchange: ExchangeFactors) -> np.ndarray:
    """Standard error of each factor that is not zero."""
    rows, columns = exchange.factors.tocoo().coords
    if not len(rows):  # of no places at all, a sparse array makes another sparse array
        return np.zeros(0)
    return np.asarray(exchange.standard_errors[rows, columns]).ravel()


def exchange_columns(exchange: ExchangeFactors) -> dict[str, Any]:
    """One row for each pair that exchanges anything, and for what leaves to space and inactive sides."""
    names = np.array([*exchange.surface_names, "(space)", "(inactive)"])
    size = len(exchange.surface_names)
    table = exchange.factors.tocoo()
    outside = np.stack([exchange.to_space, exchange.to_inactive], axis=1)
    outside_errors = np.stack([exchange.to_space_standard_error, exchange.to_inactive_standard_error], axis=1)
    rows, columns = np.nonzero(outside > 0.0)
    first = np.concatenate([table.coords[0], rows])
    second = np.concatenate([table.coords[1], size + columns])
    order = np.lexsort([second, first])
    columns_of = {
        "exchange_factor": np.concatenate([table.data, outside[rows, columns]]),
        "standard_error": np.concatenate([_errors_of(exchange), outside_errors[rows, columns]]),
    }
    return {
        "from": names[first[order]],
        "to": names[second[order]],
        "area_m2": exchange.area_m2[first[order]],
        **{name: values[order] for name, values in columns_of.items()},
    }
