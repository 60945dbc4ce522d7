"""Arrays in JSON: little-endian bytes in base64, with their kind and shape."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np

DTYPES = {"f8": "<f8", "f4": "<f4", "i4": "<i4", "u4": "<u4", "u2": "<u2", "i2": "<i2", "u1": "u1"}


def packed(values: Any, kind: str) -> dict[str, Any]:
    """An array as `{"kind", "shape", "data"}`; `document.js` unpacks it.

    Parameters
    ----------
    values : array-like
    kind : str
        One of `DTYPES`.
    """
    array = np.ascontiguousarray(values, dtype=DTYPES[kind])
    return {"kind": kind, "shape": list(array.shape), "data": base64.b64encode(array.tobytes()).decode()}


def data_address(content: bytes, media_type: str) -> str:
    """Bytes as a `data:` address."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def unpacked(entry: Mapping[str, Any]) -> Any:
    """The array again."""
    array = np.frombuffer(base64.b64decode(entry["data"]), dtype=DTYPES[entry["kind"]])
    return array.reshape(entry["shape"])


def milliseconds(time_utc: np.datetime64) -> float:
    """Milliseconds since 1970 in days of 86,400 s, as a browser counts."""
    return int(time_utc.astype("datetime64[us]").astype(np.int64)) / 1000.0
