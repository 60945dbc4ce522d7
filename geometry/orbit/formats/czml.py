"""CZML for Cesium: sampled inertial positions, to be interpolated by Lagrange's polynomials."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geometry.orbit.formats.rows import text_rows
from geometry.orbit.formats.samples import Samples

MOST_SATELLITES = 1_000
"""Cesium begins to stutter above, so that a larger ring is thinned out unless told otherwise."""

_DEGREE = 7
_SPEED_UP = 60  # of Cesium's clock at the start
_COLOR = (255, 214, 140, 255)


def write_czml(path: Path, samples: Samples, *, document_name: str) -> None:
    """A point for each satellite, at positions in m along the axes of GCRS, which CZML calls inertial.

    Notes
    -----
    At steps of a minute, degree 7 errs by less than a millimetre at 560 km, the ends of the span included.
    """
    times = np.datetime_as_string(samples.times_utc, unit="us")
    start, span = f"{times[0]}Z", f"{times[0]}Z/{times[-1]}Z"
    degree = min(_DEGREE, samples.times_utc.size - 1)
    interpolation = f'"interpolationAlgorithm":"LAGRANGE","interpolationDegree":{degree},' if degree else ""
    with path.open("w", encoding="ascii", newline="") as stream:
        stream.write(
            f'[{{"id":"document","name":"{document_name}","version":"1.0","clock":{{"interval":"{span}",'
            f'"currentTime":"{start}","multiplier":{_SPEED_UP},"range":"LOOP_STOP"}}}}'
        )
        for satellite, position, _ in samples:
            name = samples.object_name(satellite)
            numbers = text_rows(",%.6f,%.3f,%.3f,%.3f", [samples.elapsed_s, *position.T])
            stream.write(
                f',\n{{"id":"satellite-{satellite}","name":"{name}","availability":"{span}",'
                f'"point":{{"pixelSize":3,"color":{{"rgba":{list(_COLOR)}}}}},'
                f'"position":{{"epoch":"{start}","referenceFrame":"INERTIAL",{interpolation}'
                f'"cartesian":[{numbers[1:]}]}}}}'
            )
        stream.write("\n]\n")
