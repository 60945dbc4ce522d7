"""Orbit mean-elements messages as CSV and JSON, in the fields that catalogues publish [CCSDS502]."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geometry.orbit.formats.published import PublishedElements
from geometry.orbit.formats.rows import rounded_angle_deg, row_blocks, text_rows

ANGLE_DECIMALS = 10  # 1e-10 deg is 12 micrometres at 7,000 km
NO_DRAG = "BSTAR 0: the ring is kept at its station"

_CSV_HEADER = (
    "OBJECT_NAME,OBJECT_ID,EPOCH,MEAN_MOTION,ECCENTRICITY,INCLINATION,RA_OF_ASC_NODE,ARG_OF_PERICENTER,"
    "MEAN_ANOMALY,EPHEMERIS_TYPE,CLASSIFICATION_TYPE,NORAD_CAT_ID,ELEMENT_SET_NO,REV_AT_EPOCH,BSTAR,"
    "MEAN_MOTION_DOT,MEAN_MOTION_DDOT\n"
)
_CSV_ROW = "%s,%s,%s,%.13f,%.10f,%.10f,%.10f,%.10f,%.10f,0,U,%d,999,0,%.10g,%.10g,%.10g\n"
_JSON_ROW = (
    ',\n{"OBJECT_NAME":"%s","OBJECT_ID":"%s",@"CENTER_NAME":"EARTH","REF_FRAME":"TEME","TIME_SYSTEM":"UTC",'
    '"MEAN_ELEMENT_THEORY":"SGP4","EPOCH":"%s","MEAN_MOTION":%.13f,"ECCENTRICITY":%.10f,'
    '"INCLINATION":%.10f,"RA_OF_ASC_NODE":%.10f,"ARG_OF_PERICENTER":%.10f,"MEAN_ANOMALY":%.10f,'
    '"EPHEMERIS_TYPE":0,"CLASSIFICATION_TYPE":"U","NORAD_CAT_ID":%d,"ELEMENT_SET_NO":999,'
    '"REV_AT_EPOCH":0,"BSTAR":%.10g,"MEAN_MOTION_DOT":%.10g,"MEAN_MOTION_DDOT":%.10g}'
)


def write_omm_csv(path: Path, elements: PublishedElements) -> None:
    """One line for each satellite, in the columns of CelesTrak; CSV has no place for a comment."""
    with path.open("w", encoding="ascii", newline="") as stream:
        stream.write(_CSV_HEADER)
        for rows in row_blocks(elements.satellites):
            stream.write(_rows(_CSV_ROW, elements, rows))


def write_omm_json(path: Path, elements: PublishedElements) -> None:
    """A list of objects, one for each satellite, with a comment where BSTAR is 0 throughout."""
    comment = f'"COMMENT":"{NO_DRAG}",' if elements.is_without_drag else ""
    template = _JSON_ROW.replace("@", comment)
    with path.open("w", encoding="ascii", newline="") as stream:
        for k, rows in enumerate(row_blocks(elements.satellites)):
            text = _rows(template, elements, rows)
            stream.write(text if k else "[" + text[1:])
        stream.write("\n]\n")


def _rows(template: str, elements: PublishedElements, rows: slice) -> str:
    """Text of some satellites; both templates take the same fields in the same order."""
    return text_rows(
        template,
        [
            elements.names[rows],
            elements.object_ids[rows],
            np.datetime_as_string(elements.epoch_utc[rows], unit="us"),
            elements.mean_motion_rev_day[rows],
            elements.eccentricity[rows],
            rounded_angle_deg(elements.inclination_rad[rows], ANGLE_DECIMALS),
            rounded_angle_deg(elements.raan_teme_rad[rows], ANGLE_DECIMALS),
            rounded_angle_deg(elements.argument_of_perigee_rad[rows], ANGLE_DECIMALS),
            rounded_angle_deg(elements.mean_anomaly_rad[rows], ANGLE_DECIMALS),
            elements.numbers[rows],
            elements.bstar_per_earth_radius[rows],
            elements.mean_motion_dot_rev_day2[rows],
            elements.mean_motion_ddot_rev_day3[rows],
        ],
    )
